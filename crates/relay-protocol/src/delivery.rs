//! The meaning of the stream's events.

use serde::{Deserialize, Serialize};

use crate::{Message, Signal, SignalId};

/// The names of the stream's events.
pub mod event_name {
    /// The first event of every stream; its data is a [`Hello`](crate::Hello).
    pub const HELLO: &str = "hello";
    /// Its data is a [`Signal`](crate::Signal), its id the signal's.
    pub const SIGNAL: &str = "signal";
    /// Another reader of the same mailbox has come, or the mailbox was removed: the stream ends. Its reader should not come back at once.
    pub const SUPERSEDED: &str = "superseded";
}

/// The stream's first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol that the relay speaks.
    pub protocol: u32,
    /// The highest number that any signal of this relay has had. When it is below the one that the reader resumes from, the relay's
    /// numbers began anew: the stream then begins with the mailbox's first signal, and the reader should poll.
    pub newest: SignalId,
}

/// One event of the stream, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The beginning.
    Hello(Hello),
    /// A signal.
    Signal(Signal),
    /// Another reader of the same mailbox has come, or the mailbox was removed.
    Superseded,
    /// An event of a later version, by its name.
    Unknown(String),
}

impl Delivery {
    /// Understands an event.
    ///
    /// # Errors
    /// When the data of a known event cannot be read. Of a signal the reader should then take the message's id as received, and poll.
    pub fn of(message: &Message) -> Result<Self, serde_json::Error> {
        Ok(match message.name.as_str() {
            event_name::HELLO => Self::Hello(serde_json::from_str(&message.data)?),
            event_name::SIGNAL => Self::Signal(serde_json::from_str(&message.data)?),
            event_name::SUPERSEDED => Self::Superseded,
            other => Self::Unknown(other.to_owned()),
        })
    }
}

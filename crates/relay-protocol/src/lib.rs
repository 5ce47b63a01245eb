//! What the webhook relay and Ledgerline say to each other: types and pure functions, without input and output.
//!
//! A mailbox is made once ([`Enrol`], [`Enrolled`]). Its two hook addresses are given to Business Central and Zoho; what they post
//! becomes [`Signal`]s that say which record changed and carry nothing of the record. Ledgerline reads them as server-sent events
//! ([`EventReader`], [`Delivery`]) and acknowledges them ([`Acknowledge`]) once they are durable on its side.

mod delivery;
mod error;
mod event_stream;
mod hidden;
mod mailbox;
pub mod paths;
mod signal;

use std::time::Duration;

pub use delivery::{Delivery, Hello, event_name};
pub use error::{ErrorBody, ErrorCode, ErrorDetail};
pub use event_stream::{Event, EventReader, LARGEST_EVENT, Message, TooLong};
pub use hidden::Hidden;
pub use mailbox::{Acknowledge, Enrol, Enrolled, Hooks, MailboxId, NoMailboxId};
pub use signal::{CatchUpReason, Change, Kind, Operation, Signal, SignalId, Source};

/// The version of the protocol that this crate speaks; it is part of every path.
pub const PROTOCOL: u32 = 1;

/// How often the relay sends a comment where it has nothing else to send.
pub const HEARTBEAT: Duration = Duration::from_secs(20);

/// How long a stream may be silent before its reader should take the connection for dead: two heartbeats and a half.
pub const DEAD_AFTER: Duration = Duration::from_secs(50);

/// The header with which a reader resumes: the id of the last signal that it keeps.
pub const LAST_EVENT_ID: &str = "last-event-id";

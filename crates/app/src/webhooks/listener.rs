//! Reads the relay's signals as they come: one connection, taken up again whenever it ends, breaks or falls silent.

use std::time::Duration;

use relay_protocol::{DEAD_AFTER, Delivery, Event, EventReader, Message, Signal, SignalId};
use sync::store::StoreError;
use transport::{Clock, Random};

use super::relay::{self, RelayError, Way};
use super::{Access, Link};
use crate::error::ShownError;

/// The first pause after a connection that did not last; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause: a signal that waits at the relay is late by so much at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// A connection that held so long was a good one.
const GOOD: Duration = Duration::from_secs(60);
/// Two readers of one mailbox must not throw each other out all the time.
const SUPERSEDED_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Where signals are kept from the moment on in which the relay may forget them.
pub trait Inbox: Send + Sync {
    /// The last signal that is kept.
    ///
    /// # Errors
    /// When the database fails.
    fn last(&self) -> Result<SignalId, StoreError>;

    /// Keeps what these say, and the number of the last of them, durably and at once.
    ///
    /// # Errors
    /// When the database fails: nothing was kept, and nothing may be acknowledged.
    fn keep(&self, signals: &[Signal], last: SignalId) -> Result<(), StoreError>;

    /// The relay's numbers began anew, or something of it cannot be read: what was missed must be looked for.
    ///
    /// # Errors
    /// When the database fails.
    fn catch_up(&self, last: SignalId) -> Result<(), StoreError>;
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the relay ended the connection")]
    ByRelay,
    #[error("another program reads the same mailbox")]
    Superseded,
    #[error("nothing came for {} s, not even a sign of life", DEAD_AFTER.as_secs())]
    Silent,
    #[error("what came is not a relay's stream of signals")]
    Strange,
    #[error(transparent)]
    Relay(#[from] RelayError),
    #[error("a signal could not be kept: {0}")]
    Store(#[from] StoreError),
}

impl Ended {
    fn shown(&self) -> ShownError {
        ShownError { code: self.code().to_owned(), message: self.to_string(), cure: self.cure() }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::ByRelay => "relay_busy",
            Self::Superseded => "relay_second_reader",
            Self::Silent => "relay_unreachable",
            Self::Strange => "relay_strange_answer",
            Self::Relay(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn cure(&self) -> String {
        match self {
            Self::ByRelay | Self::Silent => {
                "Nothing: the connection is taken up again. Until then Ledgerline polls as without a relay.".to_owned()
            }
            Self::Superseded => {
                "Two installations use one mailbox, as after copying a profile folder. Run `ledgerline webhooks on` on the one that shall keep working; \
                 it makes a mailbox of its own."
                    .to_owned()
            }
            Self::Strange => RelayError::Strange(200).cure().to_owned(),
            Self::Relay(error) => error.cure().to_owned(),
            Self::Store(error) => error.cure(),
        }
    }
}

/// What listening needs.
pub struct Listener<'a> {
    /// The mailbox.
    pub access: &'a Access,
    /// The way to the relay.
    pub way: &'a dyn Way,
    /// Where signals go.
    pub inbox: &'a dyn Inbox,
    /// What is told of the connection.
    pub link: &'a Link,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Chance, for pauses.
    pub random: &'a dyn Random,
}

impl Listener<'_> {
    /// Listens for good. Dropping it at any moment loses nothing: what is not kept is not acknowledged, and comes again.
    pub async fn listen(&self) -> std::convert::Infallible {
        let mut failures = 0_u32;
        loop {
            let start = self.clock.monotonic();
            let ended = match self.one_connection().await {
                Ok(never) => match never {},
                Err(ended) => ended,
            };
            if self.clock.monotonic().saturating_sub(start) >= GOOD {
                failures = 0;
            }
            tracing::info!(code = ended.code(), "the connection to the relay ended: {ended}");
            self.link.down(self.clock.now(), ended.shown());
            let pause = match ended {
                Ended::Superseded => SUPERSEDED_PAUSE,
                _ => pause(failures, self.random.next()),
            };
            failures = failures.saturating_add(1);
            self.clock.sleep(pause).await;
        }
    }

    async fn one_connection(&self) -> Result<std::convert::Infallible, Ended> {
        let mut last = self.inbox.last()?;
        let mut opened = relay::open(self.way, self.access, last).await?;
        let mut reader = EventReader::default();
        let mut was_empty = false;
        loop {
            let piece = tokio::select! {
                piece = opened.pieces.next() => piece.map_err(RelayError::from)?,
                () = self.clock.sleep(DEAD_AFTER) => return Err(Ended::Silent),
            };
            let Some(piece) = piece else { return Err(Ended::ByRelay) };
            let events = reader.feed(&piece).map_err(|_| Ended::Strange)?;
            let read = read(events, last, &mut was_empty)?;
            if read.greeted {
                self.link.up(self.clock.now());
            }
            if read.began_anew {
                self.inbox.catch_up(SignalId(0))?;
                last = SignalId(0);
            }
            if let Some(newest) = read.newest {
                if read.unreadable > 0 {
                    self.inbox.catch_up(newest)?;
                }
                self.inbox.keep(&read.signals, newest)?;
                last = newest;
                self.link.received(self.clock);
                // What is not acknowledged now is with the next one; the relay keeps it until then.
                if let Err(error) = relay::acknowledge(self.way, self.access, newest).await {
                    tracing::debug!(code = error.code(), "signals could not be acknowledged: {error}");
                }
            }
            if read.superseded {
                return Err(Ended::Superseded);
            }
        }
    }
}

/// What a piece of the stream said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    greeted: bool,
    began_anew: bool,
    superseded: bool,
    signals: Vec<Signal>,
    newest: Option<SignalId>,
    unreadable: usize,
}

/// Sorts events. A signal that is kept already is left out: a relay may send it again. `was_empty`: the relay had nothing when it greeted, so that
/// a number that is not new is one of a relay that began anew.
fn read(events: Vec<Event>, last: SignalId, was_empty: &mut bool) -> Result<Read, Ended> {
    let mut read = Read::default();
    let mut last = last;
    for event in events {
        let Event::Message(message) = event else { continue };
        match Delivery::of(&message) {
            Ok(Delivery::Hello(hello)) => {
                read.greeted = true;
                *was_empty = hello.newest == SignalId(0);
                // Where nothing is left the relay says 0, which means nothing yet.
                if hello.newest < last && hello.newest != SignalId(0) {
                    read.began_anew = true;
                    last = SignalId(0);
                }
            }
            Ok(Delivery::Signal(signal)) => {
                if std::mem::take(was_empty) && signal.id <= last {
                    read.began_anew = true;
                    last = SignalId(0);
                }
                if signal.id > last {
                    last = signal.id;
                    read.newest = Some(last);
                    read.signals.push(signal);
                }
            }
            Ok(Delivery::Superseded) => read.superseded = true,
            Ok(Delivery::Unknown(_)) => {}
            Err(_) => match id_of(&message) {
                Some(id) if id > last => {
                    last = id;
                    read.newest = Some(id);
                    read.unreadable += 1;
                }
                Some(_) => {}
                None => return Err(Ended::Strange),
            },
        }
    }
    Ok(read)
}

fn id_of(message: &Message) -> Option<SignalId> {
    message.id.as_ref()?.parse().ok().map(SignalId)
}

/// Doubled each time, with up to a half taken off, so that a thousand readers of a relay that restarts do not come at once.
fn pause(failures: u32, chance: u64) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
    whole - whole / 2 * u32::try_from(chance % 1000).unwrap_or_default() / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, name: &str, data: &str) -> Event {
        Event::Message(Message { id: Some(id.to_owned()), name: name.to_owned(), data: data.to_owned() })
    }

    fn signal(id: u64) -> Event {
        let data = format!(
            "{{\"id\":{id},\"received_at\":\"2026-11-27T10:00:00Z\",\"kind\":\"catch_up\",\"reason\":\"collapsed\",\"source\":null}}"
        );
        message(&id.to_string(), "signal", &data)
    }

    fn hello(newest: u64) -> Event {
        message("", "hello", &format!("{{\"protocol\":1,\"newest\":{newest}}}"))
    }

    #[test]
    fn new_signals_are_taken_once_and_in_order() {
        let read =
            read(vec![hello(9), signal(7), Event::Heartbeat, signal(8), signal(8)], SignalId(7), &mut false)
                .unwrap();
        assert!(read.greeted && !read.began_anew);
        assert_eq!(read.signals.iter().map(|signal| signal.id.0).collect::<Vec<_>>(), [8]);
        assert_eq!(read.newest, Some(SignalId(8)));
    }

    #[test]
    fn a_relay_that_lost_its_memory_is_noticed_and_read_from_its_beginning() {
        let read = read(vec![hello(1), signal(1)], SignalId(500), &mut false).unwrap();
        assert!(read.began_anew);
        assert_eq!(read.newest, Some(SignalId(1)));
    }

    #[test]
    fn an_empty_mailbox_has_not_begun_anew() {
        assert!(!read(vec![hello(0)], SignalId(500), &mut false).unwrap().began_anew);
        // What comes to an empty mailbox is new: a number that is not says that the relay has another store.
        let mut was_empty = false;
        assert!(!read(vec![hello(0)], SignalId(500), &mut was_empty).unwrap().began_anew);
        let read_on = read(vec![signal(1)], SignalId(500), &mut was_empty).unwrap();
        assert_eq!((read_on.began_anew, read_on.newest), (true, Some(SignalId(1))));
        let mut was_empty = true;
        assert!(!read(vec![signal(501)], SignalId(500), &mut was_empty).unwrap().began_anew);
    }

    #[test]
    fn a_signal_of_a_later_version_is_passed_over_and_counted() {
        let later = message("9", "signal", "{\"id\":9,\"kind\":\"telepathy\"}");
        let read = read(vec![later], SignalId(8), &mut false).unwrap();
        assert_eq!((read.newest, read.unreadable, read.signals.len()), (Some(SignalId(9)), 1, 0));
    }

    #[test]
    fn a_signal_without_a_number_is_no_relays() {
        let nameless = Event::Message(Message { id: None, name: "signal".to_owned(), data: "x".to_owned() });
        assert!(matches!(read(vec![nameless], SignalId(0), &mut false), Err(Ended::Strange)));
    }

    #[test]
    fn pauses_double_up_to_five_minutes_and_differ() {
        assert_eq!(pause(0, 0), Duration::from_secs(1));
        assert_eq!(pause(3, 0), Duration::from_secs(8));
        assert_eq!(pause(60, 0), LONGEST_PAUSE);
        assert!(pause(60, 999) >= LONGEST_PAUSE / 2 && pause(60, 999) < LONGEST_PAUSE);
    }
}

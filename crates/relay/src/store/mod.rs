//! Where mailboxes and their signals are kept.
//!
//! Two stores keep the same promises, and the same tests hold them to it. Of every signal that was taken in, the mailbox holds, until it
//! is acknowledged, the signal itself, or a later one that stands for it: one of the same record ([`crate::notification::key_of`]), or a
//! catch-up. A signal is numbered when it is stored, numbers rise, and one that is replaced gives way to one with a higher number: a
//! reader that has had the first gets the second too, so that nobody needs to know what was handed out.

pub mod nats;
pub mod sqlite;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use relay_protocol::{CatchUpReason, Kind, MailboxId, Signal, SignalId, Source};
use serde::{Deserialize, Serialize};

use crate::hub::Hub;
use crate::limits::{Page, Retention};
use crate::secrets::Digest;

/// Why the store did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room left.
    #[error("the disk is full: no signal can be stored until there is room ({0})")]
    Full(String),
    /// It does not answer, or says that it cannot.
    #[error("the store does not work: {0}")]
    Broken(String),
}

/// A mailbox to be made.
#[derive(Clone, Debug)]
pub struct NewMailbox {
    /// Its id.
    pub id: MailboxId,
    /// Of its read token.
    pub token: Digest,
    /// Of the key in Business Central's hook.
    pub business_central: Digest,
    /// Of the key in Zoho's hook.
    pub zoho: Digest,
    /// Now.
    pub at: Timestamp,
}

/// Where a hook leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Who posts there.
    pub source: Source,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Mailboxes.
    pub mailboxes: u64,
    /// Signals that wait to be acknowledged.
    pub signals: u64,
}

/// What tidying up did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Mailboxes whose old signals were collapsed into one.
    pub collapsed: u64,
    /// Mailboxes that nobody read any more.
    pub removed: u64,
}

/// What a store does; see the module.
pub trait Store: Send + Sync + 'static {
    /// Makes a mailbox.
    fn create(&self, mailbox: NewMailbox) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The digest of a mailbox's read token.
    fn token<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<Option<Digest>, StoreError>>;

    /// Where a hook leads.
    fn hook<'a>(&'a self, key: &'a Digest) -> BoxFuture<'a, Result<Option<Hook>, StoreError>>;

    /// Removes a mailbox with everything in it, and ends its reader.
    fn remove<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Stores signals, durably once this returns, and wakes the mailbox's reader. False when there is no such mailbox any more.
    fn push<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        at: Timestamp,
        kinds: Vec<Kind>,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// The mailbox's first signals after that one, in their order.
    fn page<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        after: SignalId,
        page: Page,
    ) -> BoxFuture<'a, Result<Vec<Signal>, StoreError>>;

    /// The highest number that any signal of this store has had; 0 where there was none.
    fn newest(&self) -> BoxFuture<'_, Result<SignalId, StoreError>>;

    /// Forgets the mailbox's signals up to that one.
    fn acknowledge<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        up_to: SignalId,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Notes that the mailbox is being read, at most once a day, and ends its readers at other processes.
    fn read_by<'a>(&'a self, mailbox: &'a MailboxId, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Collapses what is too old, and removes mailboxes that nobody reads.
    fn tidy(&self, now: Timestamp) -> BoxFuture<'_, Result<Tidied, StoreError>>;

    /// How much there is.
    fn figures(&self) -> BoxFuture<'_, Result<Figures, StoreError>>;
}

/// A signal as it is stored; its number comes from its place.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    received_at: Timestamp,
    #[serde(flatten)]
    kind: Kind,
}

impl Stored {
    fn text(received_at: Timestamp, kind: Kind) -> Result<String, StoreError> {
        serde_json::to_string(&Self { received_at, kind }).map_err(broken)
    }

    /// A signal of a later version, or one that was damaged, is still a signal.
    fn read(id: SignalId, text: &[u8]) -> Signal {
        match serde_json::from_slice::<Self>(text) {
            Ok(stored) => Signal { id, received_at: stored.received_at, kind: stored.kind },
            Err(_) => Signal {
                id,
                received_at: Timestamp::UNIX_EPOCH,
                kind: Kind::CatchUp { reason: CatchUpReason::Unreadable, source: None },
            },
        }
    }
}

/// What stands for signals that are no longer kept.
const COLLAPSED: Kind = Kind::CatchUp { reason: CatchUpReason::Collapsed, source: None };

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::Broken(error.to_string())
}

/// Where signals are kept, as an operator names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file.
    File(std::path::PathBuf),
    /// A NATS server with JetStream: `nats://host:4222` or `tls://host:4222`; several with commas between them.
    Nats(String),
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some(("nats" | "tls", _)) => Ok(Self::Nats(text.to_owned())),
            Some((other, _)) => Err(format!("a store is a file, nats://… or tls://…, not {other}://…")),
            None if text.is_empty() => Err("a store is a file, nats://… or tls://…".to_owned()),
            None => Ok(Self::File(text.into())),
        }
    }
}

/// Opens the store at that place.
///
/// # Errors
/// When it cannot be opened; the text says what to do.
pub async fn open(
    place: &Place,
    nats: nats::Options,
    retention: Retention,
    hub: Arc<Hub>,
) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match place {
        Place::File(path) => Arc::new(sqlite::Sqlite::open(path, retention, hub)?),
        Place::Nats(address) => Arc::new(nats::Nats::connect(address, nats, retention, hub).await?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file_or_a_nats_server() {
        assert_eq!("relay.db".parse(), Ok(Place::File("relay.db".into())));
        assert_eq!("/var/lib/r.db".parse(), Ok(Place::File("/var/lib/r.db".into())));
        assert_eq!("nats://a:4222".parse(), Ok(Place::Nats("nats://a:4222".to_owned())));
        assert!("redis://a".parse::<Place>().is_err());
        assert!("".parse::<Place>().is_err());
    }

    #[test]
    fn a_stored_signal_that_cannot_be_read_is_a_catch_up_rather_than_nothing() {
        let signal = Stored::read(SignalId(3), b"{\"kind\":\"of tomorrow\"}");
        assert_eq!(signal.id, SignalId(3));
        assert!(matches!(signal.kind, Kind::CatchUp { reason: CatchUpReason::Unreadable, source: None }));
    }
}

//! What the relay keeps of a notification: which record changed, and nothing of the record.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Hidden;

/// Numbers the signals of a mailbox: a later one has a larger number. Numbers are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignalId(pub u64);

impl fmt::Display for SignalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Says that something changed.
///
/// The relay is not trusted: `client_state` and `token` are what the services sent, for the reader to check in constant time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Its number.
    pub id: SignalId,
    /// When the relay received it, by the relay's clock.
    pub received_at: Timestamp,
    /// What changed.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// One notification of Business Central (facts, §7).
    BusinessCentral {
        /// The subscription, 32 hexadecimal digits.
        subscription_id: String,
        /// The subscription's `clientState`; none where the notification has none.
        client_state: Option<Hidden>,
        /// Such as `api/v2.0/companies(…)/items(…)`; of a collection with its filter, where it has one.
        resource: String,
        /// What was done.
        change: Change,
        /// The record's time of change; none where it is absent or unreadable.
        last_modified: Option<Timestamp>,
    },
    /// One callback of Zoho (facts, §8).
    Zoho {
        /// The channel's number as text.
        channel_id: String,
        /// The channel's token; none where the callback has none.
        token: Option<Hidden>,
        /// The module's API name.
        module: String,
        /// What was done.
        operation: Operation,
        /// The records.
        ids: Vec<String>,
        /// When Zoho sent it, in milliseconds since 1970.
        server_time_ms: Option<i64>,
        /// The names of the changed fields by record id, where Zoho told them; never their values.
        affected_fields: BTreeMap<String, Vec<String>>,
    },
    /// Something changed that the relay cannot name: poll.
    CatchUp {
        /// Why it cannot.
        reason: CatchUpReason,
        /// The side on which it changed; none when it may be either.
        source: Option<Source>,
    },
}

/// The two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Business Central.
    BusinessCentral,
    /// Zoho CRM.
    Zoho,
}

/// Business Central's `changeType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new record.
    Created,
    /// A changed record.
    Updated,
    /// A deleted record.
    Deleted,
    /// More than 1,000 changes; without a filter in the resource there are deletions among them.
    Collection,
}

/// Zoho's `operation`; the events are called create, edit and delete, the operations are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// New records.
    Insert,
    /// Changed records.
    Update,
    /// Deleted records.
    Delete,
}

/// Why a signal names no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUpReason {
    /// The notification was larger than the relay reads.
    TooLarge,
    /// More signals, or older ones, than the relay keeps.
    Collapsed,
    /// The relay did not understand the notification.
    Unreadable,
    /// The relay's store was restored from a backup: signals since then are lost.
    Restored,
    /// A reason of a later version.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_reads_as_one_flat_object() {
        let signal = Signal {
            id: SignalId(7),
            received_at: "2026-03-01T10:00:00Z".parse().unwrap(),
            kind: Kind::BusinessCentral {
                subscription_id: "270135334a7d433e9009dde078e9e29c".to_owned(),
                client_state: Some(Hidden::new("s3cret")),
                resource: "api/v2.0/companies(c)/items(i)".to_owned(),
                change: Change::Updated,
                last_modified: None,
            },
        };
        let text = serde_json::to_string(&signal).unwrap();
        assert_eq!(
            text,
            "{\"id\":7,\"received_at\":\"2026-03-01T10:00:00Z\",\"kind\":\"business_central\",\
             \"subscription_id\":\"270135334a7d433e9009dde078e9e29c\",\"client_state\":\"s3cret\",\
             \"resource\":\"api/v2.0/companies(c)/items(i)\",\"change\":\"updated\",\"last_modified\":null}"
        );
        assert_eq!(serde_json::from_str::<Signal>(&text).unwrap(), signal);
        assert!(!format!("{signal:?}").contains("s3cret"));
    }

    #[test]
    fn a_reason_of_a_later_relay_is_still_a_catch_up() {
        let text = r#"{"id":1,"received_at":"2026-03-01T10:00:00Z","kind":"catch_up","reason":"moon","source":"zoho"}"#;
        let signal: Signal = serde_json::from_str(text).unwrap();
        assert_eq!(signal.kind, Kind::CatchUp { reason: CatchUpReason::Other, source: Some(Source::Zoho) });
    }
}

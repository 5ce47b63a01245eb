//! Which signals stand for one another.

use relay_protocol::{Change, Hidden, Kind, Operation};
use sha2::{Digest as _, Sha256};

use crate::secrets::hex;

/// Two signals of a mailbox with the same key say the same: the later one stands for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordKey([u8; 16]);

impl RecordKey {
    /// As it is stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

/// The key of a signal.
///
/// A record's deletion has another key than its changes. What proves that the service sent it is part of the key: a forged signal
/// replaces no true one. Zoho's changes have the same key only where the same fields changed, so that no field's name is lost.
#[must_use]
pub fn key_of(kind: &Kind) -> RecordKey {
    let mut parts = Parts(Sha256::new());
    match kind {
        Kind::BusinessCentral { subscription_id, client_state, resource, change, last_modified: _ } => {
            parts.add(match change {
                Change::Created | Change::Updated => "bc change",
                Change::Deleted => "bc delete",
                Change::Collection => "bc collection",
            });
            parts.add(subscription_id);
            parts.add_hidden(client_state.as_ref());
            parts.add(resource);
        }
        Kind::Zoho { channel_id, token, module, operation, ids, server_time_ms: _, affected_fields } => {
            parts.add(match operation {
                Operation::Insert => "zoho insert",
                Operation::Update => "zoho update",
                Operation::Delete => "zoho delete",
            });
            parts.add(channel_id);
            parts.add_hidden(token.as_ref());
            parts.add(module);
            for id in ids {
                parts.add(id);
            }
            for (id, names) in affected_fields {
                parts.add("fields of");
                parts.add(id);
                for name in names {
                    parts.add(name);
                }
            }
        }
        Kind::CatchUp { reason, source } => {
            parts.add("catch up");
            parts.add(&format!("{reason:?} {source:?}"));
        }
    }
    parts.key()
}

struct Parts(Sha256);

impl Parts {
    /// Lengths go in too: "ab", "c" is not "a", "bc".
    fn add(&mut self, text: &str) {
        self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(text.as_bytes());
    }

    fn add_hidden(&mut self, text: Option<&Hidden>) {
        match text {
            Some(text) => {
                self.add("proof");
                self.add(text.reveal());
            }
            None => self.add("no proof"),
        }
    }

    fn key(self) -> RecordKey {
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(self.0.finalize()) {
            *to = from;
        }
        RecordKey(key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn bc(change: Change, resource: &str, state: &str, last_modified: Option<&str>) -> Kind {
        Kind::BusinessCentral {
            subscription_id: "s".to_owned(),
            client_state: Some(Hidden::new(state)),
            resource: resource.to_owned(),
            change,
            last_modified: last_modified.map(|time| time.parse().unwrap()),
        }
    }

    fn zoho(operation: Operation, ids: &[&str], fields: &[&str]) -> Kind {
        let names: Vec<String> = fields.iter().map(ToString::to_string).collect();
        Kind::Zoho {
            channel_id: "1".to_owned(),
            token: None,
            module: "Accounts".to_owned(),
            operation,
            ids: ids.iter().map(ToString::to_string).collect(),
            server_time_ms: Some(1),
            affected_fields: BTreeMap::from([("7".to_owned(), names)]),
        }
    }

    #[test]
    fn changes_of_one_record_merge_whenever_they_were_made() {
        let later = Some("2026-01-01T00:00:00Z");
        assert_eq!(
            key_of(&bc(Change::Created, "items(1)", "x", None)),
            key_of(&bc(Change::Updated, "items(1)", "x", later))
        );
    }

    #[test]
    fn a_delete_another_record_and_another_proof_never_merge() {
        let key = key_of(&bc(Change::Updated, "items(1)", "x", None));
        for other in [
            bc(Change::Deleted, "items(1)", "x", None),
            bc(Change::Collection, "items(1)", "x", None),
            bc(Change::Updated, "items(2)", "x", None),
            bc(Change::Updated, "items(1)", "forged", None),
        ] {
            assert_ne!(key, key_of(&other));
        }
    }

    #[test]
    fn in_zoho_the_same_fields_of_the_same_records_merge_and_nothing_else_does() {
        let key = key_of(&zoho(Operation::Update, &["7"], &["Phone"]));
        assert_eq!(key, key_of(&zoho(Operation::Update, &["7"], &["Phone"])));
        for other in [
            zoho(Operation::Delete, &["7"], &["Phone"]),
            zoho(Operation::Insert, &["7"], &["Phone"]),
            zoho(Operation::Update, &["7", "8"], &["Phone"]),
            zoho(Operation::Update, &["7"], &["Phone", "Fax"]),
        ] {
            assert_ne!(key, key_of(&other));
        }
    }
}

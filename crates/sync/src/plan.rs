//! What is to be done about one record: a pure difference between what Business Central says and what Zoho was last given.

use exact_json::{Map, Value};

use crate::policy::{FlowPolicy, OnDelete};
use crate::store::links::{LineState, Link};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Zoho has no record of ours.
    Create,
    /// These fields differ from what Zoho holds.
    Update(Map),
    /// The fields agree, but the lines or the total were not proved yet.
    Verify,
    /// Zoho holds what it should.
    Nothing,
    /// Business Central deleted it, and so shall we.
    Delete,
}

/// The difference for a record that Business Central still has.
///
/// `fields` is what Zoho should hold, `same` says whether two values of a field mean the same.
#[must_use]
pub fn live(fields: &Map, link: Option<&Link>, same: impl Fn(&str, &Value, &Value) -> bool) -> Step {
    let Some(link) = link else { return Step::Create };
    let changes = changes(fields, &link.sent, same);
    if !changes.is_empty() {
        return Step::Update(changes);
    }
    match (link.verified, link.lines) {
        (true, LineState::None | LineState::Written) => Step::Nothing,
        (false, _) | (_, LineState::Unknown) => Step::Verify,
    }
}

/// What is to be done about a record that Business Central deleted; `flag` is what marks it.
#[must_use]
pub fn deleted(
    flag: &Map,
    link: Option<&Link>,
    policy: FlowPolicy,
    same: impl Fn(&str, &Value, &Value) -> bool,
) -> Step {
    let Some(link) = link else { return Step::Nothing };
    match policy.on_delete {
        OnDelete::Leave => Step::Nothing,
        OnDelete::Delete => Step::Delete,
        OnDelete::Flag => {
            let changes = differing(flag, &link.sent, same);
            if changes.is_empty() { Step::Nothing } else { Step::Update(changes) }
        }
    }
}

/// The fields of `want` that `held` lacks or has otherwise. An absent field is as good as an empty one.
fn differing(want: &Map, held: &Map, same: impl Fn(&str, &Value, &Value) -> bool) -> Map {
    let differs = |name: &str, value: &Value| match held.get(name) {
        Some(old) => !same(name, value, old),
        None => !value.is_null(),
    };
    want.iter().filter(|(name, value)| differs(name, value)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// What differs, and nothing for every field that was written once and has no value any more.
fn changes(want: &Map, held: &Map, same: impl Fn(&str, &Value, &Value) -> bool) -> Map {
    let mut changes = differing(want, held, same);
    for (name, old) in held {
        if !want.contains_key(name) && !old.is_null() {
            changes.insert(name.clone(), Value::Null);
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use exact_json::{Decimal, Map, Value};

    use super::changes;

    fn map(pairs: &[(&str, Value)]) -> Map {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
    }

    fn equal(_: &str, a: &Value, b: &Value) -> bool {
        a == b
    }

    #[test]
    fn equal_fields_need_no_write() {
        let held = map(&[("Phone", "1".into()), ("Website", Value::Null)]);
        assert!(changes(&held, &held, equal).is_empty());
        assert!(changes(&map(&[("Phone", "1".into()), ("New", Value::Null)]), &held, equal).is_empty());
    }

    #[test]
    fn only_what_differs_is_sent() {
        let held = map(&[("Phone", "1".into()), ("BC_Balance", Decimal::ONE.into())]);
        let want = map(&[("Phone", "2".into()), ("BC_Balance", Decimal::ONE.into())]);
        assert_eq!(changes(&want, &held, equal), map(&[("Phone", "2".into())]));
    }

    #[test]
    fn a_value_that_went_away_is_cleared() {
        let held = map(&[("Phone", "1".into())]);
        assert_eq!(changes(&Map::new(), &held, equal), map(&[("Phone", Value::Null)]));
    }
}

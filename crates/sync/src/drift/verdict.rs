//! What a value in Zoho means, and what the policy makes of an edit: pure.

use exact_json::{Map, Value};

use crate::policy::OnDrift;
use crate::store::links::Link;

/// What the value of a field in Zoho means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is as it was.
    AsKnown,
    /// Zoho made it of what we wrote.
    Learned,
    /// It is what Business Central says, whoever wrote it.
    Agrees,
    /// Something else is to be written there anyway.
    Overtaken,
    /// We write nothing there.
    NotOurs,
    /// Somebody edited it.
    Edited,
}

/// What `theirs` means in a field of the link's record. `wanted` is what Zoho should hold, `ours` says that the record was last changed by our own
/// last write.
pub(super) fn meaning(
    link: &Link,
    field: &str,
    theirs: &Value,
    wanted: &Map,
    ours: bool,
    same: impl Fn(&str, &Value, &Value) -> bool,
) -> Meaning {
    if same(field, link.expected(field), theirs) {
        return Meaning::AsKnown;
    }
    if ours && link.copy.unread.contains(field) {
        return Meaning::Learned;
    }
    let Some(wanted) = wanted.get(field) else { return Meaning::NotOurs };
    if wanted.is_null() && link.leaves_to_people(field) {
        return Meaning::NotOurs;
    }
    if same(field, wanted, theirs) {
        return Meaning::Agrees;
    }
    if !same(field, wanted, link.sent.get(field).unwrap_or(&Value::Null)) {
        return Meaning::Overtaken;
    }
    Meaning::Edited
}

/// What is done about an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Business Central's value is written again.
    Restore,
    /// Zoho's value stays.
    Leave,
    /// Somebody is asked.
    Ask,
    /// Somebody is asked, for restoring did not help.
    Stop,
}

/// A field is restored so often within a day, and then no more: somebody else writes there as stubbornly as we do.
const RESTORES: u64 = 2;

/// What the policy makes of an edit of a field that was restored so often within a day; `asked` says that there is a question about it already.
pub(super) fn answer(policy: OnDrift, restores: u64, asked: bool) -> Answer {
    match policy {
        OnDrift::Leave => Answer::Leave,
        OnDrift::Ask => Answer::Ask,
        OnDrift::Restore if restores >= RESTORES => Answer::Stop,
        OnDrift::Restore if asked => Answer::Ask,
        OnDrift::Restore => Answer::Restore,
    }
}

#[cfg(test)]
mod tests {
    use exact_json::{Map, Value};
    use jiff::Timestamp;
    use zoho_crm::ZohoId;

    use super::{Answer, Meaning, answer, meaning};
    use crate::flow::Flow;
    use crate::policy::OnDrift;
    use crate::store::copy_state::{CopyState, Unread};
    use crate::store::links::{LineState, Link};

    fn link(sent: &[(&str, &str)], copy: CopyState, adopted: bool) -> Link {
        Link {
            flow: Flow::Customers,
            id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            zoho_id: ZohoId::new("1"),
            number: "C1".to_owned(),
            sent: values(sent),
            source_hash: String::new(),
            fingerprint: String::new(),
            modified_time: None,
            verified: true,
            lines: LineState::None,
            adopted,
            written_at: Timestamp::UNIX_EPOCH,
            copy,
        }
    }

    fn values(pairs: &[(&str, &str)]) -> Map {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::text(*value))).collect()
    }

    fn of(link: &Link, theirs: &str, wanted: &[(&str, &str)], ours: bool) -> Meaning {
        meaning(link, "Phone", &Value::text(theirs), &values(wanted), ours, |_, a, b| a == b)
    }

    #[test]
    fn an_edit_is_what_is_neither_known_nor_wanted_and_nobody_else_writes() {
        let sent = [("Phone", "1")];
        let plain = link(&sent, CopyState::default(), false);
        assert_eq!(of(&plain, "1", &sent, false), Meaning::AsKnown);
        assert_eq!(of(&plain, "2", &sent, false), Meaning::Edited);
        assert_eq!(of(&plain, "2", &[("Phone", "2")], false), Meaning::Agrees);
        assert_eq!(of(&plain, "2", &[("Phone", "3")], false), Meaning::Overtaken);
        assert_eq!(of(&plain, "2", &[], false), Meaning::NotOurs);
    }

    #[test]
    fn fields_are_compared_with_what_zoho_held_after_our_write_and_not_with_what_was_sent() {
        let sent = [("Phone", "1")];
        let unread = CopyState { unread: Unread::All, ..CopyState::default() };
        assert_eq!(of(&link(&sent, unread.clone(), false), "+1", &sent, true), Meaning::Learned);
        // Somebody else changed the record since: what Zoho made of our write is not known any more.
        assert_eq!(of(&link(&sent, unread, false), "+1", &sent, false), Meaning::Edited);
        let learned = CopyState { held: values(&[("Phone", "+1")]), ..CopyState::default() };
        assert_eq!(of(&link(&sent, learned.clone(), false), "+1", &sent, false), Meaning::AsKnown);
        assert_eq!(of(&link(&sent, learned, false), "1", &sent, false), Meaning::Agrees);
        // A write of another field says nothing about this one, whose stamp it took.
        let other = Unread::Some(["Website".to_owned()].into());
        let other = CopyState { unread: other, ..CopyState::default() };
        assert_eq!(of(&link(&sent, other, false), "2", &sent, true), Meaning::Edited);
    }

    #[test]
    fn what_people_had_in_a_record_that_was_taken_over_stays_theirs() {
        let wanted: Map = [("Phone".to_owned(), Value::Null)].into();
        let phone = Value::text("2");
        let of = |link: &Link| meaning(link, "Phone", &phone, &wanted, false, |_, a, b| a == b);
        assert_eq!(of(&link(&[], CopyState::default(), true)), Meaning::NotOurs);
        assert_eq!(of(&link(&[], CopyState::default(), false)), Meaning::Edited);
    }

    #[test]
    fn the_third_edit_within_a_day_is_not_restored() {
        let table = [
            (OnDrift::Restore, 0, false, Answer::Restore),
            (OnDrift::Restore, 1, false, Answer::Restore),
            (OnDrift::Restore, 2, false, Answer::Stop),
            (OnDrift::Restore, 2, true, Answer::Stop),
            (OnDrift::Restore, 0, true, Answer::Ask),
            (OnDrift::Leave, 5, false, Answer::Leave),
            (OnDrift::Ask, 5, false, Answer::Ask),
        ];
        for (policy, restores, asked, expected) in table {
            assert_eq!(answer(policy, restores, asked), expected, "{policy:?} {restores} {asked}");
        }
    }
}

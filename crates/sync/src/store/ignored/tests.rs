use business_central::BcId;
use jiff::{Timestamp, ToSpan};

use super::{Change, count, ignore, ignore_group, page, records, take_back, tried_again};
use crate::flow::Flow;
use crate::store::audit::{self, AuditKind};
use crate::store::considered;
use crate::store::failure_groups::GroupKey;
use crate::store::failures::{self, Counts, FailureClass, NewFailure, Retry};
use crate::store::sources::{self, Incoming};
use crate::store::{Store, Tx};

const FLOW: Flow = Flow::Customers;
const FINGERPRINT: &str = "mapping 1";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn says(n: u32, name: &str) -> Incoming {
    let text = format!("{{\"displayName\":\"{name}\"}}");
    Incoming { id: id(n), number: format!("C{n}"), etag: None, modified: None, text }
}

fn failure(tx: &Tx<'_>, n: u32, code: &str) -> NewFailure {
    NewFailure {
        flow: FLOW,
        id: id(n),
        number: format!("C{n}"),
        class: FailureClass::Data,
        code: code.to_owned(),
        message: format!("C{n} was refused"),
        cure: "correct it".to_owned(),
        retry: Retry::Manual,
        source_hash: sources::get(tx, FLOW, id(n)).unwrap().unwrap().hash,
        fingerprint: FINGERPRINT.to_owned(),
        held: false,
    }
}

/// Three customers that failed as the problems 1 to 3, of which the first is left alone.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            for n in 1..=3 {
                sources::observe(tx, FLOW, &says(n, "as it was"), now())?;
                failures::record(tx, &failure(tx, n, "zoho_invalid_data"), now())?;
            }
            assert_eq!(ignore(tx, 1, "ann", now())?, Change::Done);
            Ok(())
        })
        .unwrap();
    store
}

fn is_ignored(store: &Store, n: u32) -> bool {
    store.read(|tx| failures::of_record(tx, FLOW, id(n))).unwrap().unwrap().ignored.is_some()
}

/// The numbers of the records that a run would take up.
fn candidates(store: &Store, fingerprint: &str, everything_due: bool) -> Vec<String> {
    let later = now() + 10.hours();
    let due = store.read(|tx| sources::candidates(tx, FLOW, fingerprint, later, everything_due, None, 10));
    due.unwrap().into_iter().map(|candidate| candidate.source.number).collect()
}

fn decisions(store: &Store, n: u32) -> Vec<String> {
    let entries = store.read(|tx| audit::of_record(tx, FLOW, &id(n).to_string())).unwrap();
    let decided = entries.into_iter().filter(|entry| entry.kind == AuditKind::Decision);
    decided.map(|entry| entry.summary).collect()
}

#[test]
fn what_is_left_alone_is_known_by_who_said_so_and_when() {
    let store = store();
    let failure = store.read(|tx| failures::get(tx, 1)).unwrap().unwrap();
    let ignored = failure.ignored.unwrap();
    assert_eq!((ignored.who.as_str(), ignored.at), ("ann", now()));
    assert_eq!(decisions(&store, 1), ["ann decided: ignored (zoho_invalid_data): C1 was refused"]);
    let listed = store.read(|tx| page(tx, Some(FLOW), 0, 10)).unwrap();
    assert_eq!(listed.iter().map(|failure| failure.problem).collect::<Vec<_>>(), [1]);
    assert_eq!(store.read(|tx| page(tx, None, 1, 10)).unwrap(), []);
    assert_eq!(store.read(|tx| page(tx, Some(Flow::Items), 0, 10)).unwrap(), []);
}

#[test]
fn what_is_left_alone_is_no_open_problem_and_is_counted_apart() {
    let store = store();
    let open = store.read(|tx| failures::list(tx, None)).unwrap();
    assert_eq!(open.iter().map(|failure| failure.problem).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(store.read(|tx| failures::list(tx, Some(FLOW))).unwrap().len(), 2);
    let counts = store.read(|tx| failures::counts(tx, FLOW)).unwrap();
    assert_eq!(counts, Counts { failed: 2, held: 0, ignored: 1 });
    assert_eq!(store.read(|tx| Ok((count(tx, None)?, count(tx, Some(Flow::Items))?))).unwrap(), (1, 0));
}

#[test]
fn what_is_left_alone_is_not_taken_up_also_where_everything_is_due() {
    let store = store();
    assert_eq!(candidates(&store, FINGERPRINT, false), [] as [&str; 0]);
    assert_eq!(candidates(&store, FINGERPRINT, true), ["C2", "C3"]);
}

#[test]
fn a_waiting_record_that_is_left_alone_waits_no_longer() {
    let store = store();
    let waits = |tx: &Tx<'_>, n| NewFailure {
        retry: Retry::WaitsFor { flow: Flow::Items, what: "I1".to_owned() },
        held: true,
        ..failure(tx, n, "waits_for_record")
    };
    store.write(|tx| failures::record(tx, &waits(tx, 2), now())).unwrap();
    assert_eq!(candidates(&store, FINGERPRINT, false), ["C2"]);
    store.write(|tx| ignore(tx, 2, "ann", now())).unwrap();
    assert_eq!(candidates(&store, FINGERPRINT, false), [] as [&str; 0]);
    assert_eq!(store.read(|tx| failures::counts(tx, FLOW)).unwrap().open(), 1);
}

#[test]
fn another_mapping_takes_it_up_and_the_same_failure_is_open_then() {
    let store = store();
    assert_eq!(candidates(&store, "mapping 2", false), ["C1", "C2", "C3"]);
    let again = |tx: &Tx<'_>| NewFailure {
        fingerprint: "mapping 2".to_owned(),
        ..failure(tx, 1, "zoho_invalid_data")
    };
    store.write(|tx| failures::record(tx, &again(tx), now())).unwrap();
    assert!(!is_ignored(&store, 1));
}

#[test]
fn a_source_that_says_something_else_is_an_open_problem_at_once() {
    let store = store();
    store.write(|tx| sources::observe(tx, FLOW, &says(1, "as it is"), now())).unwrap();
    assert!(!is_ignored(&store, 1));
    assert_eq!(candidates(&store, FINGERPRINT, false), ["C1"]);
}

#[test]
fn a_moved_amount_makes_it_open_too() {
    let store = store();
    store.write(|tx| sources::patch(tx, FLOW, id(1), r#"{"displayName":"as it was","balance":7}"#)).unwrap();
    assert!(!is_ignored(&store, 1));
}

#[test]
fn a_record_that_is_looked_at_again_stays_left_alone_where_it_fails_as_before() {
    let store = store();
    store.write(|tx| sources::unsettle(tx, FLOW, id(1))).unwrap();
    assert!(is_ignored(&store, 1));
    assert_eq!(candidates(&store, FINGERPRINT, false), ["C1"]);
    store.write(|tx| failures::record(tx, &failure(tx, 1, "zoho_invalid_data"), now())).unwrap();
    assert!(is_ignored(&store, 1));
    assert_eq!(candidates(&store, FINGERPRINT, true), ["C2", "C3"]);
}

#[test]
fn a_record_that_fails_otherwise_is_open_again() {
    let store = store();
    store.write(|tx| failures::record(tx, &failure(tx, 1, "number_is_held"), now())).unwrap();
    assert!(!is_ignored(&store, 1));
    // Back to the first failure: the word was given once, and is not remembered.
    store.write(|tx| failures::record(tx, &failure(tx, 1, "zoho_invalid_data"), now())).unwrap();
    assert!(!is_ignored(&store, 1));
}

#[test]
fn a_success_takes_the_word_with_it() {
    let store = store();
    store.write(|tx| failures::close(tx, FLOW, id(1))).unwrap();
    store.write(|tx| failures::record(tx, &failure(tx, 1, "zoho_invalid_data"), now())).unwrap();
    assert!(!is_ignored(&store, 1));
}

#[test]
fn a_person_takes_it_back() {
    let store = store();
    assert_eq!(store.write(|tx| ignore(tx, 1, "bob", now())).unwrap(), Change::Already);
    assert_eq!(store.write(|tx| take_back(tx, 1, "bob", now())).unwrap(), Change::Done);
    assert_eq!(store.write(|tx| take_back(tx, 1, "bob", now())).unwrap(), Change::Already);
    assert_eq!(store.write(|tx| take_back(tx, 99, "bob", now())).unwrap(), Change::Unknown);
    assert_eq!(store.write(|tx| ignore(tx, 99, "bob", now())).unwrap(), Change::Unknown);
    assert!(!is_ignored(&store, 1));
    assert_eq!(candidates(&store, FINGERPRINT, true), ["C1", "C2", "C3"]);
    assert_eq!(decisions(&store, 1)[1..], ["bob decided: no longer ignored (decided by ann)"]);
}

#[test]
fn who_asks_for_another_try_takes_it_back_and_touches_no_other() {
    let store = store();
    store.write(|tx| ignore(tx, 2, "ann", now())).unwrap();
    store.write(|tx| tried_again(tx, &[1, 3, 99], now())).unwrap();
    assert_eq!([1, 2, 3].map(|n| is_ignored(&store, n)), [false, true, false]);
    assert_eq!(decisions(&store, 1).len(), 2);
    assert_eq!(decisions(&store, 3), [] as [&str; 0]);
}

#[test]
fn a_whole_group_is_left_alone_with_an_entry_for_each() {
    let store = store();
    let key = GroupKey { flow: FLOW, code: "zoho_invalid_data".to_owned(), waits_for: None };
    assert_eq!(store.write(|tx| ignore_group(tx, &key, "ann", now())).unwrap(), 2);
    assert_eq!(store.write(|tx| ignore_group(tx, &key, "ann", now())).unwrap(), 0);
    assert_eq!([1, 2, 3].map(|n| decisions(&store, n).len()), [1, 1, 1]);
    assert_eq!(store.read(|tx| count(tx, None)).unwrap(), 3);
    assert_eq!(store.read(records).unwrap(), [1, 2, 3].map(|n| (FLOW, id(n))).into());
}

#[test]
fn a_run_counts_it_among_the_skipped_whatever_else_it_noted() {
    let store = store();
    let (counts, tally) = store
        .write(|tx| {
            considered::begin(tx)?;
            considered::note(tx, FLOW, id(1), considered::Disposition::Failed)?;
            considered::note(tx, FLOW, id(4), considered::Disposition::Created)?;
            Ok((considered::note_failures(tx, FLOW)?, considered::tally(tx, FLOW)?))
        })
        .unwrap();
    assert_eq!(counts, Counts { failed: 2, held: 0, ignored: 1 });
    assert_eq!((tally.skipped, tally.failed, tally.created, tally.read()), (1, 2, 1, 4));
}

#[test]
fn what_is_left_alone_wakes_nobody() {
    let store = store();
    let timed = |tx: &Tx<'_>| NewFailure {
        retry: Retry::At(now() + 1.hour()),
        ..failure(tx, 2, "zoho_internal_error")
    };
    store.write(|tx| failures::record(tx, &timed(tx), now())).unwrap();
    assert_eq!(store.read(failures::next_due).unwrap(), Some(now() + 1.hour()));
    store.write(|tx| ignore(tx, 2, "ann", now())).unwrap();
    assert_eq!(store.read(failures::next_due).unwrap(), None);
}

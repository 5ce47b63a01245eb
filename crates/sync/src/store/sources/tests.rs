use business_central::BcId;
use jiff::{Timestamp, ToSpan};

use super::{
    BY_NUMBER, Identity, Incoming, LEFT_OUT, Seen, SettledAs, by_number, candidates, changed_since,
    clear_missing, count, get, hash, identity, ids_where_text, left_out, live_ids, mark_gone, mark_missing,
    mark_posted, missing_ids, observe, page, patch, remove, settle, settled_as, unsettle, where_text,
};
use crate::flow::Flow;
use crate::store::failures::{self, FailureClass, NewFailure, Retry};
use crate::store::{Store, StoreError, Tx, links};

const FLOW: Flow = Flow::Customers;
const FINGERPRINT: &str = "mapping 1";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn row(n: u32, text: &str) -> Incoming {
    Incoming {
        id: id(n),
        number: format!("C{n}"),
        etag: Some("W/\"1\"".to_owned()),
        modified: Some(now()),
        text: text.to_owned(),
    }
}

/// A store that knows the record 1 and has settled it.
fn settled(text: &str) -> Store {
    let store = Store::in_memory().unwrap();
    store.write(|tx| observe(tx, FLOW, &row(1, text), now())).unwrap();
    settle_now(&store, text);
    store
}

fn settle_now(store: &Store, text: &str) {
    store.write(|tx| settle(tx, FLOW, id(1), &hash(text), FINGERPRINT, &SettledAs::Written)).unwrap();
}

fn pending(store: &Store) -> Vec<BcId> {
    let found = store.read(|tx| candidates(tx, FLOW, FINGERPRINT, now(), false, None, 10)).unwrap();
    found.into_iter().map(|candidate| candidate.source.id).collect()
}

fn failed(store: &Store, text: &str) {
    let failure = NewFailure {
        flow: FLOW,
        id: id(1),
        number: "C1".to_owned(),
        class: FailureClass::Data,
        code: "zoho_invalid_data".to_owned(),
        message: "refused".to_owned(),
        cure: "correct it".to_owned(),
        retry: Retry::Manual,
        source_hash: hash(text),
        fingerprint: FINGERPRINT.to_owned(),
        held: false,
    };
    store.write(|tx| failures::record(tx, &failure, now())).unwrap();
}

#[test]
fn the_first_sight_is_new_the_second_the_same_and_another_text_a_change() {
    let store = Store::in_memory().unwrap();
    let see = |text: &str| store.write(|tx| observe(tx, FLOW, &row(1, text), now())).unwrap();
    assert_eq!(see("a"), Seen::New);
    assert_eq!(see("a"), Seen::Same);
    assert_eq!(see("b"), Seen::Changed { before: "a".to_owned() });
    let stored = store.read(|tx| get(tx, FLOW, id(1))).unwrap().unwrap();
    assert_eq!((stored.number.as_str(), stored.text.as_str(), stored.modified), ("C1", "b", Some(now())));
    assert_eq!(stored.hash, hash("b"));
}

#[test]
fn what_was_settled_is_looked_at_again_when_it_says_something_else() {
    let store = settled("a");
    assert_eq!(pending(&store), []);
    store.write(|tx| observe(tx, FLOW, &row(1, "b"), now())).unwrap();
    assert_eq!(pending(&store), [id(1)]);
}

#[test]
fn a_change_that_was_half_written_and_taken_back_is_looked_at_again() {
    let store = settled("a");
    store.write(|tx| observe(tx, FLOW, &row(1, "b"), now())).unwrap();
    // Zoho may have been given "b" meanwhile: that it once held "a" proves nothing.
    store.write(|tx| observe(tx, FLOW, &row(1, "a"), now())).unwrap();
    assert_eq!(pending(&store), [id(1)]);
}

#[test]
fn a_state_that_is_no_longer_the_newest_cannot_be_settled() {
    let store = settled("a");
    store.write(|tx| observe(tx, FLOW, &row(1, "b"), now())).unwrap();
    settle_now(&store, "a");
    assert_eq!(pending(&store), [id(1)]);
}

#[test]
fn another_etag_alone_is_remembered_and_needs_nothing() {
    let store = settled("a");
    let touched = Incoming { etag: Some("W/\"2\"".to_owned()), ..row(1, "a") };
    assert_eq!(store.write(|tx| observe(tx, FLOW, &touched, now())).unwrap(), Seen::Same);
    let known = store.read(|tx| identity(tx, FLOW, id(1))).unwrap();
    assert_eq!(known, Some(Identity { id: id(1), etag: touched.etag, live: true }));
    assert_eq!(pending(&store), []);
}

#[test]
fn seeing_the_same_again_writes_nothing() {
    let store = settled("a");
    let before = changes(&store);
    store.write(|tx| observe(tx, FLOW, &row(1, "a"), now() + 1.hour())).unwrap();
    assert_eq!(changes(&store), before);
}

fn changes(store: &Store) -> u64 {
    store.read(|tx| Ok(tx.connection.total_changes())).unwrap()
}

#[test]
fn a_sweep_changes_the_text_and_nothing_else() {
    let store = settled("a");
    let swept = |text: &str| store.write(|tx| patch(tx, FLOW, id(1), text)).unwrap();
    assert_eq!(swept("a"), Seen::Same);
    assert_eq!(pending(&store), []);
    assert_eq!(swept("b"), Seen::Changed { before: "a".to_owned() });
    assert_eq!(pending(&store), [id(1)]);
    assert_eq!(store.write(|tx| patch(tx, FLOW, id(9), "b")).unwrap(), Seen::Same);
    assert_eq!(store.read(|tx| get(tx, FLOW, id(9))).unwrap(), None);
}

#[test]
fn a_change_makes_a_failure_due_whatever_its_timer_says() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| observe(tx, FLOW, &row(1, "a"), now())).unwrap();
    failed(&store, "a");
    assert_eq!(pending(&store), []);
    store.write(|tx| observe(tx, FLOW, &row(1, "b"), now())).unwrap();
    assert_eq!(pending(&store), [id(1)]);
}

#[test]
fn planning_anew_makes_a_failure_due_although_the_record_says_the_same() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| observe(tx, FLOW, &row(1, "a"), now())).unwrap();
    failed(&store, "a");
    store.write(|tx| unsettle(tx, FLOW, id(1))).unwrap();
    assert_eq!(pending(&store), [id(1)]);
}

#[test]
fn a_deleted_record_is_looked_at_once_and_again_when_it_is_back() {
    let store = settled("a");
    store.write(|tx| mark_gone(tx, FLOW, id(1), now())).unwrap();
    assert_eq!(pending(&store), [id(1)]);
    assert_eq!(store.read(|tx| get(tx, FLOW, id(1))).unwrap().unwrap().gone, Some(now()));
    settle_now(&store, "a");
    assert_eq!(pending(&store), []);
    assert_eq!(store.write(|tx| observe(tx, FLOW, &row(1, "a"), now())).unwrap(), Seen::Back);
    assert_eq!(store.read(|tx| get(tx, FLOW, id(1))).unwrap().unwrap().gone, None);
    assert_eq!(pending(&store), [id(1)]);
}

#[test]
fn a_missing_record_closes_its_problem_as_soon_as_it_is_seen_again() {
    let store = settled("a");
    store.write(|tx| mark_missing(tx, FLOW, id(1), now())).unwrap();
    failed(&store, "a");
    assert_eq!(pending(&store), []);
    assert_eq!(store.read(|tx| missing_ids(tx, FLOW)).unwrap(), [id(1)]);
    assert_eq!(store.write(|tx| observe(tx, FLOW, &row(1, "a"), now())).unwrap(), Seen::Back);
    assert_eq!(pending(&store), [id(1)]);
    assert!(store.read(|tx| missing_ids(tx, FLOW)).unwrap().is_empty());
}

#[test]
fn a_record_that_was_not_missing_stays_settled_when_it_is_cleared() {
    let store = settled("a");
    store.write(|tx| clear_missing(tx, FLOW, id(1))).unwrap();
    assert_eq!(pending(&store), []);
    store.write(|tx| mark_missing(tx, FLOW, id(1), now())).unwrap();
    settle_now(&store, "a");
    store.write(|tx| clear_missing(tx, FLOW, id(1))).unwrap();
    assert_eq!(pending(&store), [id(1)]);
}

#[test]
fn deleted_and_missing_records_are_not_among_the_live_ones() {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            for n in 1..=4 {
                observe(tx, FLOW, &row(n, "a"), now())?;
            }
            mark_gone(tx, FLOW, id(2), now())?;
            mark_missing(tx, FLOW, id(3), now())
        })
        .unwrap();
    assert_eq!(store.read(|tx| live_ids(tx, FLOW)).unwrap(), [id(1), id(4)]);
    assert_eq!(store.read(|tx| count(tx, FLOW)).unwrap(), 3);
    assert_eq!(store.read(|tx| count(tx, Flow::Items)).unwrap(), 0);
}

#[test]
fn a_proof_of_posting_outlives_every_change() {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            observe(tx, Flow::Invoices, &row(1, "a"), now())?;
            mark_posted(tx, Flow::Invoices, id(1))?;
            observe(tx, Flow::Invoices, &row(1, "b"), now())
        })
        .unwrap();
    assert!(store.read(|tx| get(tx, Flow::Invoices, id(1))).unwrap().unwrap().posted);
}

#[test]
fn a_record_is_found_by_its_number_whatever_the_case() {
    let store = Store::in_memory().unwrap();
    let umlaut = Incoming { number: "ÄB-1".to_owned(), ..row(1, "a") };
    store.write(|tx| observe(tx, FLOW, &umlaut, now())).unwrap();
    let found = store.read(|tx| by_number(tx, FLOW, "äb-1")).unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [id(1)]);
    let renumbered = Incoming { number: "ÄB-2".to_owned(), ..row(1, "b") };
    store.write(|tx| observe(tx, FLOW, &renumbered, now())).unwrap();
    assert!(store.read(|tx| by_number(tx, FLOW, "äb-1")).unwrap().is_empty());
    assert_eq!(store.read(|tx| by_number(tx, FLOW, "äb-2")).unwrap().len(), 1);
}

#[test]
fn only_what_changed_since_then_is_named() {
    let store = settled("a");
    let later = now() + 1.hour();
    store.write(|tx| observe(tx, FLOW, &row(1, "a"), later)).unwrap();
    assert!(store.read(|tx| changed_since(tx, FLOW, later)).unwrap().is_empty());
    store.write(|tx| observe(tx, FLOW, &row(1, "b"), later)).unwrap();
    assert_eq!(store.read(|tx| changed_since(tx, FLOW, later)).unwrap(), [id(1)]);
}

#[test]
fn what_a_record_was_settled_as_is_remembered() {
    let store = settled("a");
    let read = || store.read(|tx| settled_as(tx, FLOW, id(1))).unwrap();
    for settled in [SettledAs::Unchanged, SettledAs::Skipped("not posted yet".to_owned()), SettledAs::Written]
    {
        store.write(|tx| settle(tx, FLOW, id(1), &hash("a"), FINGERPRINT, &settled)).unwrap();
        assert_eq!(read(), Some(settled));
    }
    assert_eq!(store.read(|tx| settled_as(tx, FLOW, id(2))).unwrap(), None);
}

#[test]
fn pages_go_through_every_record_once() {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            for n in [5, 3, 1, 4, 2] {
                observe(tx, FLOW, &row(n, "a"), now())?;
            }
            Ok(())
        })
        .unwrap();
    let mut seen = Vec::new();
    while let Some(last) = {
        let page = store.read(|tx| page(tx, FLOW, seen.last().copied(), 2)).unwrap();
        seen.extend(page.iter().map(|row| row.id));
        page.last().map(|row| row.id)
    } {
        assert_eq!(seen.last(), Some(&last));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5].map(id));
}

#[test]
fn a_removed_record_leaves_nothing_behind() {
    let store = settled("a");
    store.write(|tx| remove(tx, FLOW, id(1))).unwrap();
    assert_eq!(store.read(|tx| get(tx, FLOW, id(1))).unwrap(), None);
    let texts: i64 = store
        .read(|tx| Ok(tx.connection.query_row("SELECT count(*) FROM source_text", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(texts, 0);
    assert_eq!(store.write(|tx| observe(tx, FLOW, &row(1, "a"), now())).unwrap(), Seen::New);
}

#[test]
fn the_persons_of_a_company_contact_are_found_through_an_index() {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            observe(tx, Flow::Contacts, &row(1, r#"{"companyNumber":"CT1"}"#), now())?;
            observe(tx, Flow::Contacts, &row(2, r#"{"companyNumber":"CT2"}"#), now())?;
            observe(tx, Flow::Contacts, &row(3, "not JSON"), now())?;
            observe(tx, FLOW, &row(4, r#"{"companyNumber":"CT1"}"#), now())
        })
        .unwrap();
    let found = |flow, name, value| store.read(|tx| ids_where_text(tx, flow, name, value)).unwrap();
    assert_eq!(found(Flow::Contacts, "companyNumber", "CT1"), [id(1)]);
    assert_eq!(found(FLOW, "companyNumber", "CT1"), [id(4)]);
    assert!(found(Flow::Contacts, "companyNumber", "CT9").is_empty());
    let plan = store.read(|tx| plan(tx, &where_text(Flow::Contacts, "companyNumber"))).unwrap();
    assert!(plan.contains("USING INDEX source_text_company") && !plan.contains("SCAN"), "{plan}");
}

#[test]
fn a_number_is_found_through_its_index_and_not_by_reading_the_flow() {
    let plan = Store::in_memory()
        .unwrap()
        .read(|tx| plan(tx, &format!("SELECT s.id FROM source s WHERE {BY_NUMBER}")))
        .unwrap();
    assert!(plan.contains("source_number (flow=? AND number_key=?)"), "{plan}");
}

#[test]
fn what_is_left_out_is_counted_without_reading_the_rest() {
    let plan = Store::in_memory().unwrap().read(|tx| plan(tx, LEFT_OUT)).unwrap();
    assert!(plan.contains("USING INDEX source_skipped (flow=?)") && !plan.contains("SCAN"), "{plan}");
}

fn plan(tx: &Tx<'_>, sql: &str) -> Result<String, StoreError> {
    let mut statement = tx.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let values = rusqlite::params_from_iter(vec!["x"; statement.parameter_count()]);
    let lines = statement.query_map(values, |row| row.get::<_, String>("detail"))?;
    Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n"))
}

#[test]
fn what_was_skipped_and_is_there_is_left_out_of_the_copy() {
    let store = settled("a");
    assert_eq!(store.read(|tx| left_out(tx, FLOW)).unwrap(), 0);
    let skipped = SettledAs::Skipped("a draft".to_owned());
    store.write(|tx| settle(tx, FLOW, id(1), &hash("a"), FINGERPRINT, &skipped)).unwrap();
    assert_eq!(store.read(|tx| left_out(tx, FLOW)).unwrap(), 1);
    assert_eq!(store.read(|tx| left_out(tx, Flow::Items)).unwrap(), 0);
    // What was copied once is counted in Zoho.
    store.write(|tx| links::put(tx, &links::tests::link(id(1), "5001", "C1"))).unwrap();
    assert_eq!(store.read(|tx| left_out(tx, FLOW)).unwrap(), 0);
    store.write(|tx| links::remove(tx, FLOW, id(1))).unwrap();
    assert_eq!(store.read(|tx| left_out(tx, FLOW)).unwrap(), 1);
    store.write(|tx| mark_gone(tx, FLOW, id(1), now())).unwrap();
    assert_eq!(store.read(|tx| left_out(tx, FLOW)).unwrap(), 0);
}

use business_central::BcId;
use jiff::{Timestamp, ToSpan};

use super::{DUE, GROUP_SIZE, NEXT_GROUP, candidates, count_candidates};
use crate::flow::Flow;
use crate::store::failures::{self, FailureClass, NewFailure, Retry};
use crate::store::sources::{Incoming, SettledAs, hash, observe, settle};
use crate::store::{Store, Tx, links};

const FLOW: Flow = Flow::Customers;
const OLD: &str = "mapping 1";
const NEW: &str = "mapping 2";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

/// A store of `count` records, none of them settled.
fn store(count: u32) -> Store {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            for n in 1..=count {
                let (number, text) = (format!("C{n}"), format!("text {n}"));
                observe(tx, FLOW, &Incoming { id: id(n), number, etag: None, modified: None, text }, now())?;
            }
            Ok(())
        })
        .unwrap();
    store
}

fn settle_with(store: &Store, n: u32, fingerprint: &str) {
    let hash = hash(format!("text {n}"));
    store.write(|tx| settle(tx, FLOW, id(n), &hash, fingerprint, &SettledAs::Written)).unwrap();
}

fn found(
    store: &Store,
    fingerprint: &str,
    everything_due: bool,
    after: Option<u32>,
    limit: usize,
) -> Vec<BcId> {
    let after = after.map(id);
    let page =
        store.read(|tx| candidates(tx, FLOW, fingerprint, now(), everything_due, after, limit)).unwrap();
    page.into_iter().map(|candidate| candidate.source.id).collect()
}

fn fail(store: &Store, n: u32, retry: Retry) {
    let failure = NewFailure {
        flow: FLOW,
        id: id(n),
        number: format!("C{n}"),
        class: FailureClass::Outage,
        code: "outage".to_owned(),
        message: "down".to_owned(),
        cure: "wait".to_owned(),
        retry,
        source_hash: hash(format!("text {n}")),
        fingerprint: OLD.to_owned(),
        held: false,
    };
    store.write(|tx| failures::record(tx, &failure, now())).unwrap();
}

#[test]
fn settled_records_are_no_candidates() {
    let store = store(3);
    settle_with(&store, 2, OLD);
    assert_eq!(found(&store, OLD, false, None, 10), [id(1), id(3)]);
    assert_eq!(store.read(|tx| count_candidates(tx, FLOW, OLD)).unwrap(), 2);
    assert_eq!(store.read(|tx| count_candidates(tx, Flow::Items, OLD)).unwrap(), 0);
}

#[test]
fn another_fingerprint_brings_every_record_back() {
    let store = store(3);
    for (n, fingerprint) in [(1, OLD), (2, NEW), (3, "mapping 0")] {
        settle_with(&store, n, fingerprint);
    }
    assert_eq!(found(&store, NEW, false, None, 10), [id(1), id(3)]);
    assert_eq!(store.read(|tx| count_candidates(tx, FLOW, NEW)).unwrap(), 2);
    assert_eq!(found(&store, "never seen", false, None, 10), [id(1), id(2), id(3)]);
}

#[test]
fn pages_come_in_the_order_of_ids_across_all_groups() {
    let store = store(9);
    for n in [2, 5, 8] {
        settle_with(&store, n, OLD);
    }
    for n in [3, 6] {
        settle_with(&store, n, "mapping 0");
    }
    settle_with(&store, 7, NEW);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = found(&store, NEW, false, after, 3);
        let Some(last) = page.last() else { break };
        after = (1..=9).find(|n| id(*n) == *last);
        seen.extend(page);
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 8, 9].map(id));
}

#[test]
fn a_failure_is_tried_again_when_its_time_has_come() {
    let store = store(4);
    fail(&store, 1, Retry::At(now() + 1.minute()));
    fail(&store, 2, Retry::At(now()));
    fail(&store, 3, Retry::Manual);
    fail(&store, 4, Retry::WaitsFor { flow: Flow::Items, what: "item 1000".to_owned() });
    assert_eq!(found(&store, OLD, false, None, 10), [id(2), id(4)]);
    assert_eq!(found(&store, OLD, true, None, 10), [1, 2, 3, 4].map(id));
}

#[test]
fn a_failure_for_another_fingerprint_holds_nothing_back() {
    let store = store(1);
    fail(&store, 1, Retry::Manual);
    assert!(found(&store, OLD, false, None, 10).is_empty());
    assert_eq!(found(&store, NEW, false, None, 10), [id(1)]);
}

#[test]
fn records_that_are_held_back_do_not_fill_a_page() {
    let store = store(20);
    for n in 1..=18 {
        fail(&store, n, Retry::Manual);
    }
    assert_eq!(found(&store, OLD, false, None, 2), [id(19), id(20)]);
}

#[test]
fn a_candidate_brings_its_link_and_its_failure_along() {
    let store = store(1);
    fail(&store, 1, Retry::At(now()));
    let link = links::tests::link(id(1), "5001", "C1");
    store.write(|tx| links::put(tx, &link)).unwrap();
    let found = store.read(|tx| candidates(tx, FLOW, OLD, now(), false, None, 10)).unwrap();
    assert_eq!(found[0].link.as_ref(), Some(&link));
    assert_eq!(found[0].failure.as_ref().map(|failure| failure.code.as_str()), Some("outage"));
}

#[test]
fn looking_for_candidates_reads_the_index_and_never_the_table() {
    let store = store(1);
    store
        .read(|tx| {
            let due = plan(tx, DUE, 7);
            assert!(due.contains("INDEX source_settled (flow=? AND settled=? AND id>?)"), "{due}");
            let size = plan(tx, GROUP_SIZE, 2);
            assert!(size.contains("COVERING INDEX source_settled (flow=? AND settled=?)"), "{size}");
            let next = plan(tx, NEXT_GROUP, 2);
            assert!(next.contains("COVERING INDEX source_settled (flow=? AND settled>?)"), "{next}");
            for plan in [due, size, next] {
                assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
            }
            Ok(())
        })
        .unwrap();
}

fn plan(tx: &Tx<'_>, sql: &str, parameters: usize) -> String {
    let mut statement = tx.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let values = rusqlite::params_from_iter(std::iter::repeat_n("1", parameters));
    let lines = statement.query_map(values, |row| row.get::<_, String>("detail")).unwrap();
    lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
}

use business_central::BcId;
use jiff::{Timestamp, ToSpan};

use super::{Among, GroupKey, count, groups, groups_among, page};
use crate::flow::Flow;
use crate::store::failures::{self, FailureClass, NewFailure, Retry};
use crate::store::{Store, Tx, ignored};

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn add(tx: &Tx<'_>, n: u32, flow: Flow, code: &str, retry: Retry) {
    let failure = NewFailure {
        flow,
        id: id(n),
        number: format!("N{n}"),
        class: FailureClass::Data,
        code: code.to_owned(),
        message: format!("message {n}"),
        cure: "cure".to_owned(),
        held: matches!(retry, Retry::WaitsFor { .. }),
        retry,
        source_hash: "hash".to_owned(),
        fingerprint: "mapping 1".to_owned(),
    };
    failures::record(tx, &failure, now() + i64::from(n).minutes()).unwrap();
}

fn waits(flow: Flow) -> Retry {
    Retry::WaitsFor { flow, what: "another".to_owned() }
}

fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            add(tx, 1, Flow::Invoices, "waits_for_record", waits(Flow::Items));
            add(tx, 2, Flow::Invoices, "waits_for_record", waits(Flow::Customers));
            add(tx, 3, Flow::Invoices, "waits_for_record", waits(Flow::Items));
            add(tx, 4, Flow::Customers, "zoho_internal_error", Retry::At(now() + 5.hours()));
            add(tx, 5, Flow::Customers, "zoho_internal_error", Retry::At(now() + 2.hours()));
            add(tx, 6, Flow::Customers, "zoho_invalid_data", Retry::Manual);
            add(tx, 7, Flow::Customers, "zoho_internal_error", Retry::Manual);
            Ok(())
        })
        .unwrap();
    store
}

fn key(flow: Flow, code: &str, waits_for: Option<Flow>) -> GroupKey {
    GroupKey { flow, code: code.to_owned(), waits_for }
}

#[test]
fn failures_of_one_cause_are_one_group_and_the_largest_of_a_flow_comes_first() {
    let found = store().read(groups).unwrap();
    let seen: Vec<_> = found.iter().map(|group| (group.key.clone(), group.count)).collect();
    assert_eq!(
        seen,
        [
            (key(Flow::Customers, "zoho_internal_error", None), 3),
            (key(Flow::Customers, "zoho_invalid_data", None), 1),
            (key(Flow::Invoices, "waits_for_record", Some(Flow::Items)), 2),
            (key(Flow::Invoices, "waits_for_record", Some(Flow::Customers)), 1),
        ]
    );
    let first = &found[0];
    assert_eq!(first.first_at, now() + 4.minutes());
    assert_eq!(first.retry_at, Some(now() + 2.hours()));
    assert_eq!(first.newest.number, "N7");
    assert_eq!((found[1].retry_at, found[2].newest.held), (None, true));
}

#[test]
fn a_group_is_read_page_by_page_oldest_first() {
    let store = store();
    let customers = key(Flow::Customers, "zoho_internal_error", None);
    let numbers = |offset, limit| {
        let found = store.read(|tx| page(tx, Among::Open, &customers, offset, limit)).unwrap();
        found.into_iter().map(|failure| failure.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(0, 2), ["N4", "N5"]);
    assert_eq!(numbers(2, 2), ["N7"]);
    assert_eq!(numbers(3, 2), [] as [&str; 0]);
    let total = |key: &GroupKey| store.read(|tx| count(tx, Among::Open, key)).unwrap();
    assert_eq!(total(&customers), 3);
    assert_eq!(total(&key(Flow::Invoices, "waits_for_record", Some(Flow::Items))), 2);
    assert_eq!(total(&key(Flow::Invoices, "waits_for_record", None)), 0);
}

#[test]
fn what_is_left_alone_is_in_no_group() {
    let store = store();
    store.write(|tx| ignored::ignore(tx, 4, "ann", now())).unwrap();
    let customers = key(Flow::Customers, "zoho_internal_error", None);
    assert_eq!(store.read(|tx| count(tx, Among::Open, &customers)).unwrap(), 2);
    assert_eq!(store.read(|tx| page(tx, Among::Open, &customers, 0, 10)).unwrap()[0].number, "N5");
    assert_eq!(store.read(groups).unwrap()[0].first_at, now() + 5.minutes());
    let left_alone = store.read(|tx| groups_among(tx, Among::LeftAlone)).unwrap();
    assert_eq!((left_alone.len(), &left_alone[0].key, left_alone[0].count), (1, &customers, 1));
    assert_eq!(store.read(|tx| count(tx, Among::LeftAlone, &customers)).unwrap(), 1);
    assert_eq!(store.read(|tx| page(tx, Among::LeftAlone, &customers, 0, 9)).unwrap()[0].number, "N4");
}

#[test]
fn counting_and_paging_read_the_index_alone() {
    let store = store();
    let plan = |sql: &str| {
        store
            .read(|tx| {
                let mut statement = tx.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                // What the values are does not matter to the plan.
                let steps = statement.raw_query().mapped(|row| row.get::<_, String>(3));
                Ok(steps.collect::<Result<Vec<_>, _>>()?.join("; "))
            })
            .unwrap()
    };
    for (among, index) in [(Among::Open, "failure_group"), (Among::LeftAlone, "failure_ignored")] {
        let grouping = format!("SCAN failure USING COVERING INDEX {index}");
        assert_eq!(plan(&among.groups()), grouping);
        let paging = format!("SEARCH p USING INDEX {index} (flow=? AND code=? AND waits_flow=?)");
        assert_eq!(plan(&format!("SELECT * FROM failure p {}", among.of_group())), paging);
    }
}

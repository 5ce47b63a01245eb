use business_central::BcId;
use jiff::{Timestamp, ToSpan};

use super::{
    Counts, FailureClass, FlowProblem, NewFailure, Retry, clear_flow_problem, close, counts, flow_problems,
    get, list, next_due, of_record, record, set_flow_problem,
};
use crate::flow::Flow;
use crate::store::Store;

const FLOW: Flow = Flow::Invoices;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn failure(n: u32, retry: Retry) -> NewFailure {
    NewFailure {
        flow: FLOW,
        id: id(n),
        number: format!("INV{n}"),
        class: FailureClass::Data,
        code: "zoho_invalid_data".to_owned(),
        message: "refused".to_owned(),
        cure: "correct it".to_owned(),
        retry,
        source_hash: "abc".to_owned(),
        fingerprint: "mapping 1".to_owned(),
        held: false,
    }
}

#[test]
fn a_failure_that_repeats_keeps_its_number_and_its_beginning() {
    let store = Store::in_memory().unwrap();
    let first = store.write(|tx| record(tx, &failure(1, Retry::Manual), now())).unwrap();
    let again =
        NewFailure { class: FailureClass::Outage, code: "timeout".to_owned(), ..failure(1, Retry::Manual) };
    let second = store.write(|tx| record(tx, &again, now() + 1.hour())).unwrap();
    assert_eq!(first, second);
    let stored = store.read(|tx| get(tx, first)).unwrap().unwrap();
    assert_eq!((stored.attempts, stored.first_at, stored.last_at), (2, now(), now() + 1.hour()));
    assert_eq!((stored.class, stored.code.as_str()), (FailureClass::Outage, "timeout"));
    assert_eq!(stored.fingerprint, "mapping 1");
    assert_eq!(store.read(|tx| of_record(tx, FLOW, id(1))).unwrap(), Some(stored));
}

#[test]
fn the_number_of_a_closed_problem_is_never_given_again() {
    let store = Store::in_memory().unwrap();
    let first = store.write(|tx| record(tx, &failure(1, Retry::Manual), now())).unwrap();
    store.write(|tx| close(tx, FLOW, id(1))).unwrap();
    assert_eq!(store.read(|tx| get(tx, first)).unwrap(), None);
    let second = store.write(|tx| record(tx, &failure(1, Retry::Manual), now())).unwrap();
    assert!(second > first);
    assert_eq!(store.read(|tx| get(tx, second)).unwrap().unwrap().attempts, 1);
}

#[test]
fn every_kind_of_retry_and_class_comes_back_as_it_was_stored() {
    let store = Store::in_memory().unwrap();
    let retries = [
        Retry::Manual,
        Retry::At(now() + 90.seconds()),
        Retry::WaitsFor { flow: Flow::Customers, what: "customer C1".to_owned() },
    ];
    for class in FailureClass::ALL {
        for retry in &retries {
            let stored = NewFailure { class, held: true, ..failure(1, retry.clone()) };
            store.write(|tx| record(tx, &stored, now())).unwrap();
            let found = store.read(|tx| of_record(tx, FLOW, id(1))).unwrap().unwrap();
            assert_eq!((found.class, &found.retry, found.held), (class, retry, true));
        }
    }
}

#[test]
fn failures_are_listed_and_counted_by_flow() {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            record(tx, &failure(1, Retry::Manual), now())?;
            record(tx, &NewFailure { held: true, ..failure(2, Retry::Manual) }, now())?;
            record(tx, &NewFailure { flow: Flow::Items, ..failure(3, Retry::Manual) }, now())
        })
        .unwrap();
    let numbers = |flow| {
        let found = store.read(|tx| list(tx, flow)).unwrap();
        found.into_iter().map(|failure| failure.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(Some(FLOW)), ["INV1", "INV2"]);
    assert_eq!(numbers(None), ["INV1", "INV2", "INV3"]);
    assert_eq!(store.read(|tx| counts(tx, FLOW)).unwrap(), Counts { failed: 1, held: 1, ignored: 0 });
    assert_eq!(store.read(|tx| counts(tx, Flow::Contacts)).unwrap(), Counts::default());
}

#[test]
fn the_next_timed_retry_is_known() {
    let store = Store::in_memory().unwrap();
    assert_eq!(store.read(next_due).unwrap(), None);
    store
        .write(|tx| {
            record(tx, &failure(1, Retry::Manual), now())?;
            record(tx, &failure(2, Retry::At(now() + 2.hours())), now())?;
            record(tx, &failure(3, Retry::At(now() + 1.hour())), now())
        })
        .unwrap();
    assert_eq!(store.read(next_due).unwrap(), Some(now() + 1.hour()));
}

#[test]
fn a_problem_of_a_flow_keeps_its_beginning_until_it_is_cleared() {
    let store = Store::in_memory().unwrap();
    let problem = |message: &str, at| FlowProblem {
        flow: FLOW,
        code: "mass_deletion".to_owned(),
        message: message.to_owned(),
        cure: "look".to_owned(),
        at,
    };
    store
        .write(|tx| {
            set_flow_problem(tx, &problem("21 are gone", now()))?;
            set_flow_problem(tx, &problem("22 are gone", now() + 1.hour()))
        })
        .unwrap();
    assert_eq!(store.read(|tx| flow_problems(tx, Some(FLOW))).unwrap(), [problem("22 are gone", now())]);
    assert_eq!(store.read(|tx| flow_problems(tx, Some(Flow::Items))).unwrap(), []);
    assert_eq!(store.read(|tx| flow_problems(tx, None)).unwrap().len(), 1);
    store.write(|tx| clear_flow_problem(tx, FLOW, "mass_deletion")).unwrap();
    assert_eq!(store.read(|tx| flow_problems(tx, None)).unwrap(), []);
}

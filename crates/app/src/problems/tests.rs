use business_central::BcId;
use jiff::{Timestamp, ToSpan};
use sync::engine::Replay;
use sync::flow::Flow;
use sync::match_review::decide::By;
use sync::reconcile::{Cause, Compared, DifferenceKind, KindFound};
use sync::report::Calls;
use sync::store::failure_groups::GroupKey;
use sync::store::failures::{self, FailureClass, FlowProblem, NewFailure, Retry};
use sync::store::{Store, Tx, comparisons};

use super::{
    GroupKind, ignore, ignore_group, ignored, ignored_groups, ignored_records, one, overview, records,
    replay_of, unignore,
};

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn by() -> By<'static> {
    By { who: "ann", at: now() }
}

fn add(tx: &Tx<'_>, n: u32, flow: Flow, code: &str, message: &str, retry: Retry) {
    let failure = NewFailure {
        flow,
        id: id(n),
        number: format!("N{n}"),
        class: FailureClass::Data,
        code: code.to_owned(),
        message: message.to_owned(),
        cure: "correct it".to_owned(),
        held: matches!(retry, Retry::WaitsFor { .. }),
        retry,
        source_hash: "hash".to_owned(),
        fingerprint: "mapping 1".to_owned(),
    };
    failures::record(tx, &failure, now() + i64::from(n).minutes()).unwrap();
}

fn waits(flow: Flow, what: &str) -> Retry {
    Retry::WaitsFor { flow, what: what.to_owned() }
}

/// Problems 1 to 5: three invoices wait for items, one customer was refused, one is tried again in an hour.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            for n in 1..=3 {
                add(tx, n, Flow::Invoices, "waits_for_record", "it waits", waits(Flow::Items, "I1"));
            }
            let refused = "Zoho refused N4: invalid data (INVALID_DATA) at $.data[0].Phone";
            add(tx, 4, Flow::Customers, "zoho_invalid_data", refused, Retry::Manual);
            add(tx, 5, Flow::Customers, "zoho_internal_error", "an outage", Retry::At(now() + 1.hour()));
            Ok(())
        })
        .unwrap();
    store
}

fn gate(flow: Flow) -> FlowProblem {
    FlowProblem {
        flow,
        code: "match_review_needed".to_owned(),
        message: "nobody has decided".to_owned(),
        cure: "decide".to_owned(),
        at: now(),
    }
}

fn differs() -> Compared {
    let found = |kind, count| KindFound { kind, count, cure: String::new() };
    Compared {
        at: now(),
        cause: Cause::Daily,
        agrees: Some(false),
        sentence: "The systems differ: 3 missing, 1 total.".to_owned(),
        flows: Vec::new(),
        kinds: vec![found(DifferenceKind::Missing, 3), found(DifferenceKind::Total, 1)],
        ignored: 0,
        calls: Calls::default(),
        zoho_credits: 0,
    }
}

#[test]
fn problems_of_one_cause_are_one_group_in_words() {
    let found = overview(&store()).unwrap();
    let seen: Vec<_> = found.groups.iter().map(|group| (group.id.as_str(), group.title.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("records:customers:zoho_internal_error", "1 customer was refused by Zoho"),
            ("records:customers:zoho_invalid_data", "1 customer was refused by Zoho"),
            ("records:invoices:waits_for_record:items", "3 invoices wait for a product"),
        ]
    );
    assert_eq!((found.open, found.ignored), (5, 0));
    let [timed, refused, waiting] = found.groups.as_slice() else { panic!("{found:#?}") };
    assert_eq!((timed.next_try, refused.next_try), (Some(now() + 1.hour()), None));
    assert_eq!((refused.can_retry, refused.can_ignore, refused.held), (true, true, false));
    assert_eq!((waiting.can_retry, waiting.can_ignore, waiting.held), (false, true, true));
    assert_eq!((waiting.count, waiting.first_seen), (3, now() + 1.minute()));
    assert_eq!((waiting.class.as_deref(), waiting.cure.as_str()), (Some("data"), "correct it"));
}

#[test]
fn a_flow_that_stands_still_is_told_once_with_the_records_behind_it() {
    let store = store();
    store
        .write(|tx| {
            for n in 6..=7 {
                let retry = waits(Flow::Items, "match review");
                add(tx, n, Flow::Items, "match_review_needed", "not yet", retry);
            }
            failures::set_flow_problem(tx, &gate(Flow::Items))?;
            comparisons::put(tx, &differs())
        })
        .unwrap();
    let found = overview(&store).unwrap();
    let kinds: Vec<_> = found.groups.iter().map(|group| (group.kind, group.count)).collect();
    assert_eq!(
        kinds,
        [
            (GroupKind::Flow, 2),
            (GroupKind::Records, 1),
            (GroupKind::Records, 1),
            (GroupKind::Comparison, 4),
            (GroupKind::Records, 3),
        ]
    );
    assert_eq!(found.open, 7);
    let flow = &found.groups[0];
    assert_eq!(flow.id, "flow:items:match_review_needed");
    assert!(!flow.can_retry && !flow.can_ignore);
    let behind = records(&store, &flow.id, 0, 10).unwrap();
    assert_eq!((behind.total, behind.records.len()), (2, 2));
    let compared = records(&store, "comparison", 0, 10).unwrap();
    assert_eq!((compared.total, compared.records.len()), (0, 0));
}

#[test]
fn systems_that_agree_or_could_not_be_compared_are_no_problem() {
    for agrees in [Some(true), None] {
        let store = Store::in_memory().unwrap();
        store.write(|tx| comparisons::put(tx, &Compared { agrees, ..differs() })).unwrap();
        assert_eq!(overview(&store).unwrap().groups, []);
    }
}

#[test]
fn differences_that_are_left_alone_are_no_problem() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| comparisons::put(tx, &Compared { ignored: 4, ..differs() })).unwrap();
    assert_eq!(overview(&store).unwrap().groups, []);
    let later = Compared { ignored: 1, at: now() + 1.hour(), ..differs() };
    store.write(|tx| comparisons::put(tx, &later)).unwrap();
    assert_eq!(overview(&store).unwrap().groups[0].count, 3);
}

#[test]
fn a_group_is_read_page_by_page() {
    let store = store();
    let group = "records:invoices:waits_for_record:items";
    let page = records(&store, group, 1, 1).unwrap();
    assert_eq!((page.total, page.records.len(), page.records[0].id), (3, 1, 2));
    assert_eq!(records(&store, group, 3, 1).unwrap().records.len(), 0);
    assert_eq!(records(&store, "nonsense", 0, 1).unwrap_err().code(), "usage");
    let key =
        GroupKey { flow: Flow::Invoices, code: "waits_for_record".to_owned(), waits_for: Some(Flow::Items) };
    assert_eq!(replay_of(group).unwrap(), Replay::Group(key));
}

#[test]
fn one_problem_is_shown_with_what_zoho_said() {
    let store = store();
    let refused = one(&store, 4).unwrap().unwrap();
    assert_eq!(refused.api_words.as_deref(), Some("invalid data"));
    assert_eq!(refused.field.as_deref(), Some("Phone"));
    assert_eq!(refused.group, "records:customers:zoho_invalid_data");
    assert_eq!(
        (refused.problem.attempts, refused.can_retry, refused.last_try),
        (1, true, now() + 4.minutes())
    );
    let waiting = one(&store, 1).unwrap().unwrap();
    assert_eq!(waiting.waits_for.unwrap().what, "I1");
    assert_eq!((waiting.api_words, waiting.can_retry), (None, false));
    assert!(one(&store, 99).unwrap().is_none());
}

#[test]
fn what_is_left_alone_leaves_its_group_and_comes_back() {
    let store = store();
    let decided = ignore(&store, &[1, 4], by()).unwrap();
    assert_eq!((decided.changed, decided.already), (vec![1, 4], vec![]));
    assert_eq!(ignore(&store, &[4, 5], by()).unwrap().already, [4]);
    let found = overview(&store).unwrap();
    assert_eq!((found.open, found.ignored), (2, 3));
    let all = ignored(&store, 0, 2).unwrap();
    assert_eq!((all.total, all.records.len()), (3, 2));
    assert_eq!(all.records[0].ignored.as_ref().unwrap().who, "ann");
    let groups = ignored_groups(&store).unwrap();
    let invoices = groups.iter().find(|group| group.flow == Some(Flow::Invoices)).unwrap();
    assert_eq!(invoices.title, "1 invoice waits for a product");
    assert!(!invoices.can_ignore && !invoices.can_retry);
    assert_eq!(ignored_records(&store, &invoices.id, 0, 10).unwrap().records[0].id, 1);
    assert!(one(&store, 1).unwrap().unwrap().can_retry);
    assert_eq!(unignore(&store, &[1, 4, 5], by()).unwrap().changed, [1, 4, 5]);
    assert_eq!(overview(&store).unwrap().open, 5);
}

#[test]
fn an_unknown_number_changes_nothing() {
    let store = store();
    assert_eq!(ignore(&store, &[1, 99], by()).unwrap_err().code(), "usage");
    assert_eq!(overview(&store).unwrap().ignored, 0);
}

#[test]
fn a_whole_group_is_left_alone() {
    let store = store();
    assert_eq!(ignore_group(&store, "records:invoices:waits_for_record:items", by()).unwrap(), 3);
    assert_eq!(overview(&store).unwrap().ignored, 3);
    assert_eq!(ignore_group(&store, "comparison", by()).unwrap_err().code(), "usage");
}

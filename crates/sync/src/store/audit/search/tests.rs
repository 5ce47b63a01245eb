use business_central::BcId;
use jiff::{Timestamp, ToSpan};

use super::{Filter, Search, at, page, statement};
use crate::flow::Flow;
use crate::store::Store;
use crate::store::audit::{AuditKind, Entry, append};

fn moment(minute: i64) -> Timestamp {
    "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + minute.minutes()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn entry(n: u32, flow: Flow, kind: AuditKind, run: &str, summary: &str) -> Entry {
    Entry { number: Some(format!("C{n}")), ..Entry::about(run, flow, id(n), kind, summary, moment(n.into())) }
}

/// Six entries, in the minutes 1 to 6.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    let (customers, items) = (Flow::Customers, Flow::Items);
    let entries = [
        entry(1, customers, AuditKind::Observed, "a", "seen for the first time in Business Central"),
        entry(2, items, AuditKind::Written, "a", "created in Zoho"),
        entry(3, customers, AuditKind::Failed, "a", "Zoho refused 100%_sure: \\ INVALID_DATA"),
        entry(4, customers, AuditKind::Written, "b", "changed in Zoho"),
        entry(5, items, AuditKind::Written, "b", "changed in Zoho"),
        Entry {
            flow: None,
            id: None,
            number: None,
            ..entry(6, items, AuditKind::Run, "b", "run by hand ended: clean")
        },
    ];
    store.write(|tx| entries.iter().try_for_each(|entry| append(tx, entry))).unwrap();
    store
}

fn places(store: &Store, filter: &Filter) -> Vec<i64> {
    let found = store.read(|tx| page(tx, filter, 0, 100)).unwrap();
    assert_eq!(found.total, found.entries.len() as u64);
    // Whatever the filter, going through all of them comes to the same.
    let search = store.read(|tx| Search::begin(tx, filter.clone())).unwrap();
    let mut through: Vec<i64> =
        store.read(|tx| search.oldest(tx, 0, 100)).unwrap().iter().map(|entry| entry.seq).collect();
    through.reverse();
    let seqs: Vec<i64> = found.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, through);
    seqs
}

fn text(text: &str) -> Filter {
    Filter { text: text.to_owned(), ..Filter::default() }
}

#[test]
fn without_a_filter_the_whole_trail_comes_newest_first() {
    let store = store();
    assert_eq!(places(&store, &Filter::default()), [6, 5, 4, 3, 2, 1]);
    assert_eq!(places(&store, &text("  ")), [6, 5, 4, 3, 2, 1]);
}

#[test]
fn each_part_of_a_filter_restricts() {
    let store = store();
    let of = |filter: Filter| places(&store, &filter);
    let all = Filter::default;
    assert_eq!(of(Filter { flow: Some(Flow::Items), ..all() }), [5, 2]);
    assert_eq!(of(Filter { kinds: vec![AuditKind::Failed, AuditKind::Run], ..all() }), [6, 3]);
    assert_eq!(of(Filter { run: Some("a".to_owned()), ..all() }), [3, 2, 1]);
    assert_eq!(of(Filter { from: Some(moment(4)), ..all() }), [6, 5, 4]);
    assert_eq!(of(Filter { to: Some(moment(4)), ..all() }), [3, 2, 1]);
    assert_eq!(of(Filter { from: Some(moment(9)), ..all() }), [] as [i64; 0]);
    let both = Filter { flow: Some(Flow::Customers), kinds: vec![AuditKind::Written], ..all() };
    assert_eq!(of(both), [4]);
}

#[test]
fn every_word_stands_in_the_number_or_in_the_summary() {
    let store = store();
    assert_eq!(places(&store, &text("zoho")), [5, 4, 3, 2]);
    assert_eq!(places(&store, &text("Zoho c4")), [4]);
    assert_eq!(places(&store, &text("c4 c5")), [] as [i64; 0]);
    assert_eq!(places(&store, &text("CHANGED in")), [5, 4]);
}

#[test]
fn what_a_pattern_would_mean_is_taken_as_it_stands() {
    let store = store();
    assert_eq!(places(&store, &text("100%_")), [3]);
    assert_eq!(places(&store, &text("\\")), [3]);
    assert_eq!(places(&store, &text("_0%")), [] as [i64; 0]);
    assert_eq!(places(&store, &text("'; DROP TABLE audit")), [] as [i64; 0]);
}

#[test]
fn any_page_is_a_part_of_the_whole() {
    let store = store();
    for filter in [Filter::default(), text("C"), Filter { flow: Some(Flow::Customers), ..Filter::default() }]
    {
        let all = places(&store, &filter);
        for offset in 0..=all.len() {
            for limit in 0..=all.len() {
                let found = store.read(|tx| page(tx, &filter, offset as u64, limit)).unwrap();
                let seqs: Vec<i64> = found.entries.iter().map(|entry| entry.seq).collect();
                let expected: Vec<i64> = all.iter().copied().skip(offset).take(limit).collect();
                assert_eq!(seqs, expected, "{offset} {limit} {filter:?}");
                assert_eq!(found.total, all.len() as u64);
            }
        }
    }
}

#[test]
fn pages_fit_each_other_while_the_trail_grows() {
    let store = store();
    for filter in [Filter::default(), Filter { flow: Some(Flow::Items), ..Filter::default() }] {
        let first = store.read(|tx| page(tx, &filter, 0, 1)).unwrap();
        store.write(|tx| append(tx, &entry(7, Flow::Items, AuditKind::Written, "c", "late"))).unwrap();
        let later = Filter { up_to: Some(first.up_to), ..filter };
        let second = store.read(|tx| page(tx, &later, 1, 1)).unwrap();
        assert_eq!(second.total, first.total);
        assert!(second.entries[0].seq < first.entries[0].seq);
    }
}

#[test]
fn a_search_takes_in_what_was_appended_since() {
    let store = store();
    for filter in [Filter::default(), text("zoho"), Filter { from: Some(moment(4)), ..Filter::default() }] {
        let mut search = store.read(|tx| Search::begin(tx, filter.clone())).unwrap();
        let before = search.total();
        let late = entry(9, Flow::Contacts, AuditKind::Adopted, "c", "found again in Zoho by its key");
        store.write(|tx| append(tx, &late)).unwrap();
        assert_eq!(search.total(), before);
        store.read(|tx| search.go_on(tx)).unwrap();
        assert_eq!(search.total(), before + 1);
        let found = store.read(|tx| page(tx, &filter, 0, 100)).unwrap();
        assert_eq!(store.read(|tx| search.page(tx, 0, 100)).unwrap(), found.entries);
        assert_eq!(search.up_to(), found.up_to);
        assert_eq!(search.filter(), &filter);
    }
}

#[test]
fn no_filter_reads_the_entries_themselves() {
    let store = store();
    let times = Filter { from: Some(moment(1)), to: Some(moment(2)), ..Filter::default() };
    let kind = Filter { flow: Some(Flow::Items), kinds: vec![AuditKind::Written], ..Filter::default() };
    let run = Filter { run: Some("a".to_owned()), from: Some(moment(1)), ..text("c1 zoho") };
    for (filter, expected) in [
        (times, "SEARCH audit USING COVERING INDEX audit_at (at>? AND at<?)"),
        (kind, "SEARCH audit USING COVERING INDEX audit_search (kind=? AND flow=? AND seq>? AND seq<?)"),
        (run, "SEARCH audit USING COVERING INDEX audit_search (kind=?)"),
    ] {
        let (sql, _) = statement(&filter, 0, 9);
        let plan = store
            .read(|tx| {
                let mut statement = tx.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let steps = statement.raw_query().mapped(|row| row.get::<_, String>(3));
                Ok(steps.collect::<Result<Vec<_>, _>>()?)
            })
            .unwrap();
        assert_eq!(plan, [expected]);
    }
}

#[test]
fn an_empty_trail_has_empty_pages() {
    let store = Store::in_memory().unwrap();
    for filter in [Filter::default(), text("x")] {
        let found = store.read(|tx| page(tx, &filter, 0, 10)).unwrap();
        assert_eq!((found.total, found.up_to, found.entries.len()), (0, 0, 0));
    }
}

#[test]
fn one_entry_is_found_by_its_place() {
    let store = store();
    assert_eq!(store.read(|tx| at(tx, 3)).unwrap().unwrap().number.as_deref(), Some("C3"));
    assert_eq!(store.read(|tx| at(tx, 7)).unwrap(), None);
}

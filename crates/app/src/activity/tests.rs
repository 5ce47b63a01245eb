use business_central::BcId;
use exact_json::Value;
use jiff::{Timestamp, ToSpan};
use sync::flow::Flow;
use sync::store::audit::search::Search;
use sync::store::audit::{self, AuditKind, Entry};
use sync::store::failures::{self, FailureClass, NewFailure, Retry};
use sync::store::sources::{self, Incoming};
use sync::store::{Store, Tx};

use super::{FieldChange, Filter, export_csv, page, page_of, record};

fn at(minute: i64) -> Timestamp {
    "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + minute.minutes()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn entry(n: u32, number: &str, kind: AuditKind, values: Option<(&str, &str)>, minute: i64) -> Entry {
    let json = |text: &str| Value::parse(text).unwrap();
    Entry {
        seq: 0,
        at: at(minute),
        run: Some("run1".to_owned()),
        flow: Some(Flow::Customers),
        id: Some(id(n)),
        number: Some(number.to_owned()),
        kind,
        summary: format!("{} {number}", kind.name()),
        before: values.map(|(before, _)| json(before)),
        after: values.map(|(_, after)| json(after)),
        zoho_id: None,
    }
}

fn append(tx: &Tx<'_>, entries: &[Entry]) {
    entries.iter().try_for_each(|entry| audit::append(tx, entry)).unwrap();
}

/// A customer that was C1, is C2 now and could not be written last, and one that took its old number.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    let says = |n: u32, number: &str| Incoming {
        id: id(n),
        number: number.to_owned(),
        etag: None,
        modified: None,
        text: "{}".to_owned(),
    };
    let created = r#"{"Phone":"1","BC_Balance":1234567890123.45,"Account_Name":"Ann","Website":""}"#;
    let changed = (r#"{"Phone":"1","BC_Balance":0}"#, r#"{"Phone":null,"BC_Balance":-0.25}"#);
    store
        .write(|tx| {
            append(
                tx,
                &[
                    entry(1, "C1", AuditKind::Observed, None, 1),
                    entry(1, "C1", AuditKind::Written, Some(("{}", created)), 2),
                    entry(1, "C2", AuditKind::Written, Some(changed), 3),
                    entry(2, "C1", AuditKind::Observed, None, 4),
                    entry(1, "C2", AuditKind::Failed, None, 5),
                ],
            );
            sources::observe(tx, Flow::Customers, &says(1, "C2"), at(0))?;
            sources::observe(tx, Flow::Customers, &says(2, "C1"), at(0))?;
            let failure = NewFailure {
                flow: Flow::Customers,
                id: id(1),
                number: "C2".to_owned(),
                class: FailureClass::Data,
                code: "no_number".to_owned(),
                message: "m".to_owned(),
                cure: "c".to_owned(),
                retry: Retry::Manual,
                source_hash: "h".to_owned(),
                fingerprint: "f".to_owned(),
                held: false,
            };
            failures::record(tx, &failure, at(5))
        })
        .unwrap();
    store
}

fn change(field: &str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange {
        field: field.to_owned(),
        before: before.map(ToOwned::to_owned),
        after: after.map(ToOwned::to_owned),
    }
}

#[test]
fn a_record_is_found_by_its_number_its_identity_and_by_no_other() {
    let store = store();
    let history = record(&store, Flow::Customers, "c2").unwrap().unwrap();
    assert_eq!((history.number.as_str(), history.former_numbers.as_slice()), ("C2", &["C1".to_owned()][..]));
    assert_eq!(history.bc_id, id(1).to_string());
    assert_eq!((history.problem, history.zoho_id.as_deref()), (Some(1), None));
    let kinds: Vec<AuditKind> = history.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [AuditKind::Failed, AuditKind::Written, AuditKind::Written, AuditKind::Observed]);
    assert_eq!(record(&store, Flow::Customers, &id(1).to_string()).unwrap(), Some(history));
    // Whoever has the number now is meant by it.
    assert_eq!(record(&store, Flow::Customers, "C1").unwrap().unwrap().bc_id, id(2).to_string());
    assert_eq!(record(&store, Flow::Customers, "C9").unwrap(), None);
    assert_eq!(record(&store, Flow::Items, "C1").unwrap(), None);
}

#[test]
fn a_record_that_is_gone_is_found_by_the_number_that_it_had() {
    let store = store();
    store.write(|tx| sources::remove(tx, Flow::Customers, id(2))).unwrap();
    let history = record(&store, Flow::Customers, "C1").unwrap().unwrap();
    assert_eq!((history.bc_id, history.number), (id(2).to_string(), "C1".to_owned()));
}

#[test]
fn values_are_shown_digit_by_digit_in_the_order_of_the_mapping() {
    let store = store();
    let history = record(&store, Flow::Customers, "C2").unwrap().unwrap();
    assert_eq!(
        history.entries[2].fields,
        [
            change("Account_Name", None, Some("Ann")),
            change("Phone", None, Some("1")),
            change("Website", None, None),
            change("BC_Balance", None, Some("1234567890123.45")),
        ]
    );
    assert_eq!(
        history.entries[1].fields,
        [change("Phone", Some("1"), None), change("BC_Balance", Some("0"), Some("-0.25"))]
    );
    assert_eq!(history.entries[0].fields, []);
}

#[test]
fn a_proof_shows_the_total() {
    let store = Store::in_memory().unwrap();
    let total = Value::parse("12.34").unwrap();
    let proof = Entry {
        after: Some(total),
        flow: Some(Flow::Invoices),
        ..entry(1, "INV1", AuditKind::Verified, None, 1)
    };
    store.write(|tx| audit::append(tx, &proof)).unwrap();
    let found = page(&store, &Filter::default(), 0, 1).unwrap();
    assert_eq!(found.entries[0].fields, [change("Grand_Total", None, Some("12.34"))]);
}

#[test]
fn a_page_and_a_kept_search_show_the_same() {
    let store = store();
    let filter = Filter { text: "c2".to_owned(), ..Filter::default() };
    let mut search = store.read(|tx| Search::begin(tx, filter.clone())).unwrap();
    let found = page(&store, &filter, 1, 5).unwrap();
    assert_eq!((found.total, found.entries.len()), (2, 1));
    assert_eq!(page_of(&store, &mut search, 1, 5).unwrap(), found);
    store.write(|tx| audit::append(tx, &entry(1, "C2", AuditKind::Adopted, None, 6))).unwrap();
    assert_eq!(page_of(&store, &mut search, 0, 1).unwrap().total, 3);
}

#[test]
fn what_fits_a_filter_is_exported_oldest_first() {
    let store = store();
    let mut out = Vec::new();
    let filter = Filter { kinds: vec![AuditKind::Observed, AuditKind::Failed], ..Filter::default() };
    assert_eq!(export_csv(&store, &filter, &mut out).unwrap(), 3);
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], "seq,at,run,flow,id,number,kind,summary,before,after,zoho_id");
    assert!(lines[1].starts_with("1,2026-03-01T12:01:00Z,run1,customers,"), "{}", lines[1]);
    assert!(lines[3].contains(",C2,failed,failed C2,"), "{}", lines[3]);
}

#[test]
fn an_export_that_cannot_be_written_says_so() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = export_csv(&store(), &Filter::default(), &mut Full).unwrap_err();
    assert_eq!(error.code(), "file_not_writable");
    assert!(error.to_string().contains("the disk is full"));
}

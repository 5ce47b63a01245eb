use business_central::BcId;
use exact_json::Value;
use jiff::{Timestamp, ToSpan};

use super::{AuditKind, Entry, Proof, append, between, of_record, verify};
use crate::flow::Flow;
use crate::store::{Store, Tx};

fn at(minute: i64) -> Timestamp {
    "2026-03-01T12:00:00.123456Z".parse::<Timestamp>().unwrap() + minute.minutes()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn entry(n: u32, number: &str, minute: i64) -> Entry {
    Entry {
        seq: 0,
        at: at(minute),
        run: Some("run1".to_owned()),
        flow: Some(Flow::Customers),
        id: Some(id(n)),
        number: Some(number.to_owned()),
        kind: AuditKind::Observed,
        summary: "changed in Business Central".to_owned(),
        before: Some(Value::Null),
        after: Some(Value::Number("0.10".parse().unwrap())),
        zoho_id: Some("5001".to_owned()),
    }
}

/// Five entries, in the minutes 1 to 5.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store.write(|tx| (1..=5).try_for_each(|n| append(tx, &entry(n, &format!("C{n}"), n.into())))).unwrap();
    store
}

/// Works on the file as somebody would who knows SQLite.
fn tamper(tx: &Tx<'_>, sql: &str) {
    tx.connection
        .execute_batch(
            "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened;
             DROP TRIGGER audit_head_goes_on; DROP TRIGGER audit_head_stays;",
        )
        .unwrap();
    tx.connection.execute_batch(sql).unwrap();
}

#[test]
fn an_entry_comes_back_as_it_was_appended() {
    let store = Store::in_memory().unwrap();
    let bare = Entry {
        run: None,
        flow: None,
        id: None,
        number: None,
        kind: AuditKind::Setup,
        before: None,
        after: None,
        zoho_id: None,
        ..entry(1, "", 1)
    };
    store.write(|tx| append(tx, &entry(1, "C1", 0)).and_then(|()| append(tx, &bare))).unwrap();
    let found = store.read(|tx| between(tx, at(0), at(2), None, 10)).unwrap();
    assert_eq!(found, [Entry { seq: 1, ..entry(1, "C1", 0) }, Entry { seq: 2, ..bare }]);
    assert_eq!(store.read(verify).unwrap(), Proof::Whole { entries: 2 });
}

#[test]
fn every_kind_of_entry_is_read_by_its_own_name() {
    let store = Store::in_memory().unwrap();
    for kind in AuditKind::ALL {
        store.write(|tx| append(tx, &Entry { kind, ..entry(1, "C1", 0) })).unwrap();
    }
    let kinds: Vec<AuditKind> = store
        .read(|tx| of_record(tx, Flow::Customers, "C1"))
        .unwrap()
        .iter()
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(kinds, AuditKind::ALL);
}

#[test]
fn an_untouched_trail_is_whole() {
    assert_eq!(Store::in_memory().unwrap().read(verify).unwrap(), Proof::Whole { entries: 0 });
    assert_eq!(store().read(verify).unwrap(), Proof::Whole { entries: 5 });
}

#[test]
fn the_trail_cannot_be_changed_or_shortened_by_ordinary_means() {
    let store = store();
    for sql in [
        "UPDATE audit SET summary = '' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit",
        "UPDATE audit_head SET seq = 2",
        "UPDATE audit_head SET seq = 6",
        "DELETE FROM audit_head",
    ] {
        let error = store.write(|tx| Ok(tx.connection.execute(sql, [])?)).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(store.read(verify).unwrap(), Proof::Whole { entries: 5 });
}

#[test]
fn a_changed_column_is_found() {
    for set in [
        "at = at + 1",
        "run = NULL",
        "flow = 'items'",
        "id = '00000000-0000-0000-0000-00000000000a'",
        "number = 'C4'",
        "kind = 'failed'",
        "summary = 'nothing happened'",
        "before = 'false'",
        "after = '0.2'",
        "zoho_id = '5002'",
        "hash = 'abc'",
    ] {
        let store = store();
        store
            .write(|tx| {
                tamper(tx, &format!("UPDATE audit SET {set} WHERE seq = 3"));
                Ok(())
            })
            .unwrap();
        assert_eq!(store.read(verify).unwrap(), Proof::Broken { seq: 3 }, "{set}");
    }
}

#[test]
fn an_entry_that_was_taken_out_is_missed() {
    for seq in 1..=5 {
        let store = store();
        store
            .write(|tx| {
                tamper(tx, &format!("DELETE FROM audit WHERE seq = {seq}"));
                Ok(())
            })
            .unwrap();
        assert_eq!(store.read(verify).unwrap(), Proof::Broken { seq });
    }
}

#[test]
fn closing_the_gap_does_not_hide_it() {
    let store = store();
    store
        .write(|tx| {
            tamper(tx, "DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = seq - 1 WHERE seq > 3;");
            Ok(())
        })
        .unwrap();
    assert_eq!(store.read(verify).unwrap(), Proof::Broken { seq: 3 });
}

#[test]
fn a_record_is_followed_through_its_numbers() {
    let store = store();
    store
        .write(|tx| {
            append(tx, &entry(2, "C99", 6))?;
            append(tx, &Entry { flow: Some(Flow::Items), ..entry(2, "C2", 7) })?;
            append(tx, &Entry { number: None, ..entry(2, "", 8) })
        })
        .unwrap();
    for name in ["C2", "c99", &id(2).to_string(), &id(2).to_string().to_uppercase()] {
        let found = store.read(|tx| of_record(tx, Flow::Customers, name)).unwrap();
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 6, 8], "{name}");
    }
    assert!(store.read(|tx| of_record(tx, Flow::Customers, "C100")).unwrap().is_empty());
}

#[test]
fn a_period_is_read_page_by_page() {
    let store = store();
    let first = store.read(|tx| between(tx, at(2), at(5), None, 2)).unwrap();
    let second = store.read(|tx| between(tx, at(2), at(5), first.last(), 2)).unwrap();
    let seqs = |page: &[Entry]| page.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    assert_eq!((seqs(&first), seqs(&second)), (vec![2, 3], vec![4]));
    assert!(store.read(|tx| between(tx, at(2), at(5), second.last(), 2)).unwrap().is_empty());
}

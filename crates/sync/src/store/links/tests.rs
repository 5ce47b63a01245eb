use business_central::BcId;
use exact_json::Value;
use jiff::{Timestamp, ToSpan};
use zoho_crm::ZohoId;

use super::{
    LineState, Link, by_number, by_zoho_id, count, get, of_gone_sources, page, put, remove, renumbered,
};
use crate::flow::Flow;
use crate::store::Store;
use crate::store::copy_state::CopyState;
use crate::store::sources::{Incoming, SettledAs, hash, mark_gone, observe, settle};

const FLOW: Flow = Flow::Customers;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

/// A link of a customer with some field in it.
pub(in crate::store) fn link(id: BcId, zoho_id: &str, number: &str) -> Link {
    Link {
        flow: FLOW,
        id,
        zoho_id: ZohoId::new(zoho_id),
        number: number.to_owned(),
        sent: [
            ("BC_Balance".to_owned(), Value::Number("9007199254740993.10".parse().unwrap())),
            ("Phone".to_owned(), Value::Null),
        ]
        .into(),
        source_hash: hash("a"),
        fingerprint: "mapping 1".to_owned(),
        modified_time: Some("2026-03-01T12:00:00+00:00".to_owned()),
        verified: true,
        lines: LineState::None,
        adopted: false,
        written_at: now(),
        copy: CopyState::default(),
    }
}

fn source(n: u32, number: &str, text: &str) -> Incoming {
    Incoming { id: id(n), number: number.to_owned(), etag: None, modified: None, text: text.to_owned() }
}

#[test]
fn a_link_comes_back_as_it_was_stored() {
    let store = Store::in_memory().unwrap();
    let mut link = link(id(1), "5001", "C1");
    for lines in [LineState::Unknown, LineState::Written, LineState::None] {
        link.lines = lines;
        link.adopted = !link.adopted;
        store.write(|tx| put(tx, &link)).unwrap();
        assert_eq!(store.read(|tx| get(tx, FLOW, id(1))).unwrap(), Some(link.clone()));
    }
    assert_eq!(store.read(|tx| count(tx, FLOW)).unwrap(), 1);
    store.write(|tx| remove(tx, FLOW, id(1))).unwrap();
    assert_eq!(store.read(|tx| get(tx, FLOW, id(1))).unwrap(), None);
}

#[test]
fn a_link_is_found_by_number_whatever_the_case_and_by_its_zoho_id() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| put(tx, &link(id(1), "5001", "Ä-1"))).unwrap();
    assert_eq!(store.read(|tx| by_number(tx, FLOW, "ä-1")).unwrap().unwrap().id, id(1));
    assert_eq!(store.read(|tx| by_zoho_id(tx, FLOW, &ZohoId::new("5001"))).unwrap().unwrap().id, id(1));
    assert_eq!(store.read(|tx| by_number(tx, Flow::Items, "ä-1")).unwrap(), None);
    assert_eq!(store.read(|tx| by_zoho_id(tx, FLOW, &ZohoId::new("5002"))).unwrap(), None);
}

#[test]
fn a_second_claim_on_a_zoho_record_never_deletes_the_first_link() {
    let store = Store::in_memory().unwrap();
    let later = Link { written_at: now() + 1.minute(), ..link(id(2), "5001", "C2") };
    store.write(|tx| put(tx, &link(id(1), "5001", "C1")).and_then(|()| put(tx, &later))).unwrap();
    assert!(store.read(|tx| get(tx, FLOW, id(1))).unwrap().is_some());
    assert_eq!(store.read(|tx| by_zoho_id(tx, FLOW, &ZohoId::new("5001"))).unwrap().unwrap().id, id(2));
}

#[test]
fn pages_go_through_every_link_once() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| (1..=3).try_for_each(|n| put(tx, &link(id(n), &n.to_string(), "C")))).unwrap();
    let first = store.read(|tx| page(tx, FLOW, None, 2)).unwrap();
    let second = store.read(|tx| page(tx, FLOW, Some(first[1].id), 2)).unwrap();
    let ids: Vec<BcId> = first.iter().chain(&second).map(|link| link.id).collect();
    assert_eq!(ids, [1, 2, 3].map(id));
}

#[test]
fn a_record_with_another_number_is_renumbered_until_zoho_has_it() {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            observe(tx, FLOW, &source(1, "C1", "a"), now())?;
            settle(tx, FLOW, id(1), &hash("a"), "mapping 1", &SettledAs::Written)?;
            put(tx, &link(id(1), "5001", "C1"))?;
            observe(tx, FLOW, &source(2, "C2", "a"), now()).map(drop)
        })
        .unwrap();
    let moves = || store.read(|tx| renumbered(tx, FLOW)).unwrap();
    assert!(moves().is_empty());
    store.write(|tx| observe(tx, FLOW, &source(1, "C9", "b"), now())).unwrap();
    assert_eq!(moves(), [(id(1), "C9".to_owned())]);
    store.write(|tx| put(tx, &link(id(1), "5001", "C9"))).unwrap();
    assert!(moves().is_empty());
}

#[test]
fn a_deleted_record_keeps_its_link_and_is_not_renumbered() {
    let store = Store::in_memory().unwrap();
    store
        .write(|tx| {
            observe(tx, FLOW, &source(1, "C1", "a"), now())?;
            put(tx, &link(id(1), "5001", "C1 (deleted)"))?;
            put(tx, &link(id(2), "5002", "C2"))?;
            mark_gone(tx, FLOW, id(1), now())
        })
        .unwrap();
    assert!(store.read(|tx| renumbered(tx, FLOW)).unwrap().is_empty());
    let gone = store.read(|tx| of_gone_sources(tx, FLOW)).unwrap();
    assert_eq!(gone.iter().map(|link| link.id).collect::<Vec<_>>(), [id(1)]);
}

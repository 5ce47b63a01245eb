//! What too few and too many permissions do (facts, §4.1 and §4.9).

use jiff::SignedDuration;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use uuid::Uuid;

use crate::support::{Bc, members, text};

fn two_invoices() -> (Bc, Uuid, Uuid) {
    let bc = Bc::empty();
    let customer = bc.customer("C1", "One");
    let lines = [Line::other("Charge", "F", "Freight", 1.into(), 10.into())];
    let draft = bc.world.bc(|bc| bc.draft(customer, "D-1", &lines, Terms::default())).unwrap();
    let posted = bc.world.bc(|bc| bc.posted(customer, "PI-1", &lines, Terms::default())).unwrap();
    (bc, draft, posted)
}

#[test]
fn without_permission_rows_are_missing_and_the_answer_is_200() {
    let (bc, draft, posted) = two_invoices();
    bc.world.bc(|bc| bc.behaviour.posted_hidden = true);
    assert_eq!(members(&bc.rows("salesInvoices"), "id"), [draft.to_string()]);
    assert_eq!(bc.get(&format!("salesInvoices({posted})")).status, 404);
    bc.world.bc(|bc| bc.behaviour.hidden.insert(Table::SalesInvoices));
    assert!(bc.rows("salesInvoices").is_empty());
}

#[test]
fn a_forbidden_table_is_refused_in_words() {
    let bc = Bc::empty();
    bc.world.bc(|bc| bc.behaviour.forbidden.insert(Table::Customers));
    let answer = bc.get("customers");
    assert!(answer.status >= 400);
    assert!(text(&answer).contains("the current permissions prevented the action"));
}

#[test]
fn reading_with_reading_rights_writes_nothing() {
    let (bc, draft, _) = two_invoices();
    let before = bc.read("salesInvoices", draft, "@odata.etag");
    bc.get("salesInvoices");
    assert_eq!(bc.read("salesInvoices", draft, "@odata.etag"), before);
}

#[test]
fn reading_with_writing_rights_stamps_drafts_and_leaves_posted_invoices() {
    let (bc, draft, posted) = two_invoices();
    let stamp = |id| bc.read("salesInvoices", id, "lastModifiedDateTime");
    let (before_draft, before_posted) = (stamp(draft), stamp(posted));
    bc.world.bc(|bc| bc.behaviour.writes_on_read = true);
    bc.world.advance(SignedDuration::from_secs(60));
    bc.get("salesInvoices");
    assert_ne!(stamp(draft), before_draft);
    assert_eq!(stamp(posted), before_posted);
}

#[test]
fn only_what_is_read_is_written_and_orders_too() {
    let (bc, draft, _) = two_invoices();
    let order = bc.add(Table::PurchaseOrders, &[("number", "PO-1"), ("status", "Draft")]);
    let version = |table, id| bc.world.bc(|bc| bc.table(table)[&id].version);
    let (of_draft, of_order) = (version(Table::SalesInvoices, draft), version(Table::PurchaseOrders, order));
    bc.world.bc(|bc| bc.behaviour.writes_on_read = true);
    bc.get("salesInvoices?$filter=status eq 'Paid'");
    assert_eq!(version(Table::SalesInvoices, draft), of_draft);
    bc.get(&format!("salesInvoices({draft})"));
    bc.get("purchaseOrders");
    assert!(version(Table::SalesInvoices, draft) > of_draft);
    assert!(version(Table::PurchaseOrders, order) > of_order);
}

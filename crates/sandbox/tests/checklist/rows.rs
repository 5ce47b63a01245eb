//! Identity, versions and stamps of rows (facts, §4.5, §4.6, §4.10, §5.4).

use jiff::SignedDuration;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;

use crate::support::{Bc, START, code, json, member, members};

#[test]
fn an_etag_changes_with_every_change_and_looks_like_the_real_one() {
    let bc = Bc::empty();
    let id = bc.customer("C1", "One");
    let before = member(&bc.rows("customers")[0], "@odata.etag");
    bc.world.bc(|bc| bc.edit(Table::Customers, id, "displayName", "Two"));
    let after = member(&bc.rows("customers")[0], "@odata.etag");
    assert!(before.starts_with("W/\"") && before.ends_with('"'));
    assert_ne!(before, after);
}

#[test]
fn stamps_end_in_0_3_or_7_milliseconds() {
    let bc = Bc::empty();
    for step in 0..20 {
        let id = bc.customer(&format!("C{step}"), "One");
        let stamp: jiff::Timestamp =
            member(&json(&bc.get(&format!("customers({id})"))), "lastModifiedDateTime").parse().unwrap();
        assert!([0, 3, 7].contains(&(stamp.as_millisecond() % 10)), "{stamp}");
        bc.world.advance(SignedDuration::from_millis(1));
    }
}

#[test]
fn trailing_zeros_of_a_stamp_are_trimmed() {
    let bc = Bc::empty();
    bc.world.advance(SignedDuration::from_millis(-3));
    let id = bc.customer("C1", "One");
    assert_eq!(bc.read("customers", id, "lastModifiedDateTime").as_text(), Some("2025-03-10T08:00:00.12Z"));
}

#[test]
fn a_long_transaction_publishes_a_row_older_than_what_was_seen() {
    let bc = Bc::empty();
    bc.customer("C1", "Seen");
    let began = START.parse::<jiff::Timestamp>().unwrap() - SignedDuration::from_secs(90);
    let late = bc.world.bc(|bc| bc.late_customer("C2", "Late", began));
    assert_eq!(bc.rows(&format!("customers?$filter=lastModifiedDateTime ge {START}")).len(), 1);
    assert_eq!(
        bc.read("customers", late, "lastModifiedDateTime").as_text(),
        Some("2025-03-10T07:58:30.123Z")
    );
}

#[test]
fn a_deleted_row_leaves_nothing_behind() {
    let bc = Bc::empty();
    let id = bc.customer("C1", "One");
    bc.world.bc(|bc| bc.delete(Table::Customers, id));
    let answer = bc.get(&format!("customers({id})"));
    assert_eq!((answer.status, code(&answer).as_str()), (404, "Internal_RecordNotFound"));
    assert!(bc.rows("customers").is_empty());
}

#[test]
fn a_renamed_customer_keeps_its_id() {
    let bc = Bc::empty();
    let id = bc.customer("C1", "One");
    bc.world.bc(|bc| bc.renumber(Table::Customers, id, "C900"));
    assert_eq!(bc.read("customers", id, "number").as_text(), Some("C900"));
}

#[test]
fn documents_follow_a_new_number_without_a_stamp() {
    let bc = Bc::empty();
    let (customer, item) = (bc.customer("C1", "One"), bc.add(Table::Items, &[("number", "A")]));
    let invoice = bc.world.bc(|bc| {
        let line = Line::item(&bc.table(Table::Items)[&item], 1.into(), 10.into());
        bc.posted(customer, "PI-1", &[line], Terms::default()).unwrap()
    });
    let stamp = bc.read("salesInvoices", invoice, "@odata.etag");
    bc.world.bc(|bc| bc.renumber(Table::Customers, customer, "C9") && bc.renumber(Table::Items, item, "Z"));
    assert_eq!(bc.read("salesInvoices", invoice, "customerNumber").as_text(), Some("C9"));
    let lines = bc.rows(&format!("salesInvoices({invoice})/salesInvoiceLines"));
    assert_eq!(members(&lines, "lineObjectNumber"), ["Z"]);
    assert_eq!(bc.read("salesInvoices", invoice, "@odata.etag"), stamp);
}

#[test]
fn two_items_can_swap_their_numbers() {
    let bc = Bc::empty();
    let (a, b) = (bc.add(Table::Items, &[("number", "A")]), bc.add(Table::Items, &[("number", "B")]));
    bc.world.bc(|bc| bc.swap_numbers(Table::Items, a, b));
    assert_eq!(bc.read("items", a, "number").as_text(), Some("B"));
    assert_eq!(bc.read("items", b, "number").as_text(), Some("A"));
}

#[test]
fn stock_moves_without_a_stamp() {
    let bc = Bc::empty();
    let id = bc.add(Table::Items, &[("number", "A")]);
    let stamp = bc.read("items", id, "lastModifiedDateTime");
    bc.world.advance(SignedDuration::from_secs(60));
    bc.world.bc(|bc| bc.move_stock(id, "12.5".parse().unwrap()));
    assert_eq!(bc.read("items", id, "inventory").to_json(), "12.5");
    assert_eq!(bc.read("items", id, "lastModifiedDateTime"), stamp);
}

#[test]
fn business_central_time_may_differ_from_everybody_elses() {
    let bc = Bc::empty();
    bc.world.bc(|bc| bc.behaviour.clock_skew = SignedDuration::from_secs(-300));
    let id = bc.customer("C1", "One");
    assert_eq!(bc.read("customers", id, "lastModifiedDateTime").as_text(), Some("2025-03-10T07:55:00.123Z"));
}

#[test]
fn blanks_are_printed_and_never_null() {
    let bc = Bc::empty();
    let id = bc.customer("C1", "One");
    let row = json(&bc.get(&format!("customers({id})")));
    assert_eq!(member(&row, "blocked"), "_x0020_");
    assert_eq!(member(&row, "currencyId"), "00000000-0000-0000-0000-000000000000");
    assert_eq!(members(std::slice::from_ref(&row), "email"), [""]);
    assert!(row.as_object().unwrap().iter().all(|(_, value)| !value.is_null()));
}

//! Vendors, purchase orders and what comes of them.

use exact_json::{Decimal, Value};
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use uuid::Uuid;

use crate::support::{Bc, member, number};

fn line(quantity: i64) -> Line {
    Line::other("Account", "5710", "Customs", Decimal::from(quantity), Decimal::new(1050, 2))
}

fn order(bc: &Bc) -> Uuid {
    let vendor = bc
        .add(Table::Vendors, &[("number", "V1"), ("displayName", "Fabrikam, Inc."), ("currencyCode", "EUR")]);
    bc.world.bc(|bc| bc.order(vendor, "PO-1", &[line(2), line(3)], Terms::default())).unwrap()
}

fn lines(order: &Value) -> &[Value] {
    order.get("purchaseOrderLines").and_then(Value::as_list).unwrap()
}

#[test]
fn an_order_has_lines_with_costs_that_sum_to_its_total() {
    let bc = Bc::empty();
    order(&bc);
    let rows = bc.rows("purchaseOrders?$expand=purchaseOrderLines");
    assert_eq!(member(&rows[0], "vendorNumber"), "V1");
    let sum =
        lines(&rows[0]).iter().fold(Decimal::ZERO, |sum, line| sum + number(line, "netAmountIncludingTax"));
    assert_eq!(sum, number(&rows[0], "totalAmountIncludingTax"));
    assert_eq!(number(&lines(&rows[0])[0], "directUnitCost"), Decimal::new(1050, 2));
    assert!(lines(&rows[0])[0].get("unitPrice").is_none());
}

#[test]
fn lines_of_orders_cannot_be_listed_flat() {
    let bc = Bc::empty();
    let order = order(&bc);
    assert_eq!(bc.get("purchaseOrderLines").status, 400);
    assert_eq!(bc.rows(&format!("purchaseOrderLines?$filter=documentId eq {order}")).len(), 2);
    assert_eq!(bc.rows(&format!("purchaseOrders({order})/purchaseOrderLines")).len(), 2);
}

#[test]
fn a_changed_line_stamps_the_order_and_keeps_its_id() {
    let bc = Bc::empty();
    let order = order(&bc);
    let ids = bc.world.bc(|bc| bc.order_lines(order));
    let before = bc.world.bc(|bc| bc.table(Table::PurchaseOrders)[&order].version);
    assert!(bc.world.bc(|bc| bc.rewrite_order(
        order,
        &[(Some(ids[0]), line(9)), (None, line(1))],
        Terms::default()
    )));
    let after = bc.world.bc(|bc| bc.order_lines(order));
    assert!(after[0] == ids[0] && !ids.contains(&after[1]));
    assert!(bc.world.bc(|bc| bc.table(Table::PurchaseOrders)[&order].version) > before);
}

#[test]
fn an_order_vanishes_when_it_was_received_and_invoiced_and_is_named_by_what_came_of_it() {
    let bc = Bc::empty();
    let order = order(&bc);
    bc.world.bc(|bc| bc.receive_order(order, "R-1")).unwrap();
    assert_eq!(bc.read("purchaseOrders", order, "fullyReceived").as_bool(), Some(true));
    bc.world.bc(|bc| bc.invoice_order(order, "PI-1")).unwrap();
    assert_eq!(bc.get(&format!("purchaseOrders({order})")).status, 404);
    for (set, own) in [("purchaseReceipts", "R-1"), ("purchaseInvoices", "PI-1")] {
        let found = bc.rows(&format!("{set}?$filter=orderNumber eq 'PO-1'"));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (member(&found[0], "number"), member(&found[0], "orderNumber")),
            (own.into(), "PO-1".into())
        );
    }
}

#[test]
fn an_order_that_was_invoiced_before_it_was_received_stays() {
    let bc = Bc::empty();
    let order = order(&bc);
    bc.world.bc(|bc| bc.invoice_order(order, "PI-1")).unwrap();
    assert_eq!(bc.rows("purchaseOrders").len(), 1);
}

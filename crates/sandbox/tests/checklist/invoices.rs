//! Sales invoices, from draft to paid (facts, §4.1 to §4.8).

use exact_json::{Decimal, Value};
use jiff::SignedDuration;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use uuid::Uuid;

use crate::support::{Bc, code, decimal, json, member, members, number, text};

fn line() -> Line {
    Line::other("Account", "4000", "Repair", Decimal::from(2), decimal("10.5")).taxed(Decimal::from(20))
}

fn posted(bc: &Bc, lines: &[Line], terms: Terms) -> Uuid {
    let customer = bc.customer("C1", "One");
    bc.world.bc(|bc| bc.posted(customer, "PI-1", lines, terms)).unwrap()
}

fn draft(bc: &Bc) -> Uuid {
    let customer = bc.customer("C1", "One");
    bc.world.bc(|bc| bc.draft(customer, "D-1", &[line()], Terms::default())).unwrap()
}

/// Status, stamp, etag and remaining amount.
fn state(bc: &Bc, id: Uuid) -> (String, String, String, Decimal) {
    let row = json(&bc.get(&format!("salesInvoices({id})")));
    let text = |name| member(&row, name);
    (text("status"), text("lastModifiedDateTime"), text("@odata.etag"), number(&row, "remainingAmount"))
}

fn api_ids(bc: &Bc) -> Vec<String> {
    let url = bc.url("postedSalesInvoices").replace("/api/v2.0/", "/api/microsoft/automate/v1.0/");
    members(&crate::support::rows(&bc.get_url(&url, None)), "apiId")
}

#[test]
fn drafts_and_posted_invoices_stand_side_by_side_without_a_mark() {
    let bc = Bc::empty();
    draft(&bc);
    posted(&bc, &[line()], Terms::default());
    let rows = bc.rows("salesInvoices");
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.get("posted").is_none()));
}

#[test]
fn a_released_draft_says_open_and_is_not_among_the_posted() {
    let bc = Bc::empty();
    let id = draft(&bc);
    bc.world.bc(|bc| bc.release(id));
    assert_eq!(state(&bc, id).0, "Open");
    assert!(api_ids(&bc).is_empty());
}

#[test]
fn posting_keeps_the_id_and_changes_the_number() {
    let bc = Bc::empty();
    let id = draft(&bc);
    bc.world.bc(|bc| bc.post(id, "PI-77"));
    assert_eq!(bc.read("salesInvoices", id, "number").as_text(), Some("PI-77"));
    assert_eq!(state(&bc, id).0, "Open");
    assert_eq!(api_ids(&bc), [id.to_string()]);
}

#[test]
fn a_posted_header_has_an_id_of_its_own_where_the_invoice_was_a_draft() {
    let bc = Bc::empty();
    let was_draft = posted(&bc, &[line()], Terms::default());
    let customer = bc.customer("C2", "Two");
    let from_order = bc.world.bc(|bc| bc.post_order(customer, "SO-1", "PI-2", &[line()])).unwrap();
    let url = bc.url("postedSalesInvoices").replace("/api/v2.0/", "/api/microsoft/automate/v1.0/");
    for header in crate::support::rows(&bc.get_url(&url, None)) {
        let is_order = member(&header, "apiId") == from_order.to_string();
        assert_eq!(member(&header, "id") == member(&header, "apiId"), is_order);
        assert!(is_order || member(&header, "apiId") == was_draft.to_string());
    }
}

#[test]
fn posted_headers_print_no_local_currency_and_cannot_be_filtered_by_api_id() {
    let bc = Bc::empty();
    bc.add(Table::LedgerSetup, &[("localCurrencyCode", "EUR")]);
    let id = posted(&bc, &[line()], Terms::default());
    let url = bc.url("postedSalesInvoices").replace("/api/v2.0/", "/api/microsoft/automate/v1.0/");
    assert_eq!(members(&crate::support::rows(&bc.get_url(&url, None)), "currencyCode"), [""]);
    assert_eq!(bc.read("salesInvoices", id, "currencyCode").as_text(), Some("EUR"));
    let by_number =
        bc.get_url(&format!("{url}?$filter=number eq 'PI-1' or number eq 'X'&$select=apiId,number"), None);
    assert_eq!(members(&crate::support::rows(&by_number), "apiId"), [id.to_string()]);
    assert_eq!(bc.get_url(&format!("{url}?$filter=apiId eq {id}"), None).status, 400);
}

#[test]
fn posting_keeps_the_ids_of_lines() {
    let bc = Bc::empty();
    let id = draft(&bc);
    let lines = |bc: &Bc| members(&bc.rows(&format!("salesInvoices({id})/salesInvoiceLines")), "id");
    let before = lines(&bc);
    bc.world.bc(|bc| bc.post(id, "PI-77"));
    assert_eq!(lines(&bc), before);
}

#[test]
fn an_invoice_born_of_an_order_has_an_id_of_its_own_and_names_the_order() {
    let bc = Bc::empty();
    let customer = bc.customer("C1", "One");
    let id = bc.world.bc(|bc| bc.post_order(customer, "SO-1", "PI-1", &[line()])).unwrap();
    let row = json(&bc.get(&format!("salesInvoices({id})")));
    assert_eq!(member(&row, "orderNumber"), "SO-1");
    assert_ne!(member(&row, "orderId"), id.to_string());
}

#[test]
fn a_partial_payment_moves_the_remaining_amount_only() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line()], Terms::default());
    let (status, stamp, etag, _) = state(&bc, id);
    bc.world.advance(SignedDuration::from_secs(60));
    bc.world.bc(|bc| bc.pay(id, decimal("5.2")));
    assert_eq!(state(&bc, id), (status, stamp, etag, decimal("20")));
}

#[test]
fn a_full_payment_and_its_reversal_are_stamped() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line()], Terms::default());
    let open = state(&bc, id);
    bc.world.advance(SignedDuration::from_secs(60));
    bc.world.bc(|bc| bc.pay(id, decimal("25.2")));
    let paid = state(&bc, id);
    assert_eq!((paid.0.as_str(), paid.3), ("Paid", Decimal::ZERO));
    assert!(paid.1 > open.1);
    bc.world.advance(SignedDuration::from_secs(60));
    bc.world.bc(|bc| bc.unapply(id));
    let again = state(&bc, id);
    assert_eq!((again.0.as_str(), again.3), ("Open", decimal("25.2")));
    assert!(again.1 > paid.1);
}

#[test]
fn a_canceled_invoice_has_nothing_left_to_pay() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line()], Terms::default());
    let before = state(&bc, id);
    bc.world.advance(SignedDuration::from_secs(60));
    bc.world.bc(|bc| bc.cancel(id));
    let after = state(&bc, id);
    assert_eq!((after.0.as_str(), after.3), ("Canceled", Decimal::ZERO));
    assert!(after.1 > before.1);
}

#[test]
fn an_invoice_over_nothing_is_paid_at_once() {
    let bc = Bc::empty();
    let id = posted(&bc, &[Line::comment("with our compliments")], Terms::default());
    assert_eq!(state(&bc, id).0, "Paid");
}

#[test]
fn everything_that_moves_what_is_owed_shows_in_the_ledger_feed_and_the_balance() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line()], Terms::default());
    let customer = bc.world.bc(|bc| bc.find(Table::Customers, "C1").unwrap().id);
    let balance = |bc: &Bc| number(&json(&bc.get(&format!("customers({customer})"))), "balanceDue");
    let stamp = bc.read("customers", customer, "lastModifiedDateTime");
    bc.world.advance(SignedDuration::from_secs(60));
    bc.world.bc(|bc| bc.pay(id, decimal("5.2")));
    assert_eq!(balance(&bc), decimal("20"));
    bc.world.bc(|bc| bc.unapply(id));
    assert_eq!(balance(&bc), decimal("25.2"));
    bc.world.bc(|bc| bc.cancel(id));
    assert_eq!(
        (balance(&bc), bc.read("customers", customer, "lastModifiedDateTime")),
        (Decimal::ZERO, stamp)
    );
    let url = bc.url("detailedCustomerLedgerEntries?$filter=entryNumber gt 1");
    let url = url.replace("/api/v2.0/", "/api/microsoft/reportsFinance/beta/");
    let rows = crate::support::rows(&bc.get_url(&url, None));
    let amounts: Vec<Decimal> = rows.iter().map(|row| number(row, "amount")).collect();
    assert_eq!(amounts, [decimal("-5.2"), decimal("5.2"), decimal("-25.2")]);
    assert_eq!(members(&rows, "customerNumber"), ["C1"; 3]);
    assert_eq!(members(&rows, "postingDate"), ["2025-03-10"; 3]);
    assert!(rows.iter().all(|row| row.get("id").is_none() && row.get("@odata.etag").is_none()));
}

#[test]
fn only_what_is_open_is_paid_and_only_a_draft_is_posted() {
    let bc = Bc::empty();
    let draft = draft(&bc);
    assert!(!bc.world.bc(|bc| bc.pay(draft, decimal("1")) || bc.cancel(draft) || bc.unapply(draft)));
    assert!(bc.world.bc(|bc| bc.post(draft, "PI-1")));
    assert!(!bc.world.bc(|bc| bc.post(draft, "PI-2") || bc.release(draft)));
    assert!(bc.world.bc(|bc| bc.cancel(draft)));
    assert!(!bc.world.bc(|bc| bc.pay(draft, decimal("1")) || bc.cancel(draft) || bc.unapply(draft)));
}

#[test]
fn what_is_paid_beyond_an_invoice_stays_on_the_payment() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line()], Terms::default());
    bc.world.bc(|bc| bc.pay(id, decimal("100")));
    assert_eq!((state(&bc, id).0.as_str(), state(&bc, id).3), ("Paid", Decimal::ZERO));
}

#[test]
fn amounts_of_an_order_have_the_decimals_of_their_currency() {
    let bc = Bc::empty();
    let yen = bc.add(Table::Currencies, &[("code", "JPY"), ("amountDecimalPlaces", "0:0")]);
    let customer = bc.add(Table::Customers, &[("number", "C1"), ("currencyCode", "JPY")]);
    let line = Line::other("Account", "4000", "Repair", Decimal::from(1), Decimal::from(33));
    let id = bc.world.bc(|bc| bc.post_order(customer, "SO-1", "PI-1", &[line])).unwrap();
    let row = json(&bc.get(&format!("salesInvoices({id})")));
    assert_eq!(number(&row, "totalTaxAmount"), Decimal::from(6));
    assert_eq!(member(&row, "currencyId"), yen.to_string());
}

#[test]
fn the_list_of_posted_invoices_may_be_missing() {
    let bc = Bc::empty();
    bc.world.bc(|bc| bc.behaviour.posted_api = false);
    let url = bc.url("postedSalesInvoices").replace("/api/v2.0/", "/api/microsoft/automate/v1.0/");
    assert_eq!(bc.get_url(&url, None).status, 404);
}

#[test]
fn lines_come_with_their_document_or_below_it_but_never_flat() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line(), Line::comment("thank you")], Terms::default());
    let nested = bc.rows(&format!("salesInvoices({id})/salesInvoiceLines"));
    let row = json(&bc.get(&format!("salesInvoices({id})?$expand=salesInvoiceLines($select=id,sequence)")));
    let expanded = row.get("salesInvoiceLines").and_then(Value::as_list).unwrap().to_vec();
    assert_eq!(members(&nested, "id"), members(&expanded, "id"));
    let flat = bc.get("salesInvoiceLines");
    assert_eq!((flat.status, code(&flat).as_str()), (400, "Application_DialogException"));
}

#[test]
fn lines_can_be_had_flat_by_their_document_and_of_the_first_one_only() {
    let bc = Bc::empty();
    let customer = bc.customer("C1", "One");
    let post = |number| bc.world.bc(|bc| bc.posted(customer, number, &[line()], Terms::default())).unwrap();
    let (a, b) = (post("PI-1"), post("PI-2"));
    let filter = format!("salesInvoiceLines?$filter=documentId eq {a} or documentId eq {b}&$expand=item");
    let lines = bc.rows(&filter);
    assert_eq!(members(&lines, "documentId"), [a.to_string()]);
    assert!(lines[0].get("item").is_some_and(Value::is_null));
    assert!(member(&lines[0], "@odata.etag").starts_with("W/"));
    assert_eq!(
        bc.rows(&format!("salesInvoices({a})/salesInvoiceLines?$filter=lineType eq 'Comment'")).len(),
        0
    );
}

#[test]
fn a_comment_line_has_no_number_and_no_amounts() {
    let bc = Bc::empty();
    let id = posted(&bc, &[Line::comment("thank you")], Terms::default());
    let line = bc.rows(&format!("salesInvoices({id})/salesInvoiceLines")).remove(0);
    assert_eq!(
        (member(&line, "lineType"), member(&line, "lineObjectNumber")),
        ("Comment".to_owned(), String::new())
    );
    assert_eq!(member(&line, "itemId"), "00000000-0000-0000-0000-000000000000");
    assert!(number(&line, "netAmount").is_zero());
}

#[test]
fn every_line_type_of_the_facts_can_be_printed() {
    let bc = Bc::empty();
    let kinds = ["Item", "Account", "Resource", "Fixed_x0020_Asset", "Charge", "Comment"];
    let lines: Vec<Line> =
        kinds.iter().map(|kind| Line::other(kind, "N", "text", Decimal::from(1), Decimal::from(1))).collect();
    let id = posted(&bc, &lines, Terms::default());
    assert_eq!(members(&bc.rows(&format!("salesInvoices({id})/salesInvoiceLines")), "lineType"), kinds);
}

#[test]
fn net_amounts_of_lines_add_up_to_the_header() {
    let bc = Bc::empty();
    let lines = [
        line().discounted(Decimal::from(10)),
        Line::other("Resource", "R", "Work", decimal("-1.5"), decimal("0.12345")).taxed(Decimal::from(7)),
        Line::other("Charge", "FREIGHT", "Freight", Decimal::from(1), decimal("99.99")),
    ];
    let terms = Terms { invoice_discount_percent: Decimal::from(5), ..Terms::default() };
    let id = posted(&bc, &lines, terms);
    let row = json(&bc.get(&format!("salesInvoices({id})?$expand=salesInvoiceLines")));
    let lines = row.get("salesInvoiceLines").and_then(Value::as_list).unwrap();
    let sum = |name: &str| lines.iter().fold(Decimal::ZERO, |sum, line| sum + number(line, name));
    assert_eq!(sum("netAmount"), number(&row, "totalAmountExcludingTax"));
    assert_eq!(sum("netTaxAmount"), number(&row, "totalTaxAmount"));
    assert_eq!(sum("invoiceDiscountAllocation"), number(&row, "discountAmount"));
    let total = number(&row, "totalAmountExcludingTax") + number(&row, "totalTaxAmount");
    assert_eq!(total, number(&row, "totalAmountIncludingTax"));
}

#[test]
fn prices_that_include_tax_leave_net_amounts_without_it() {
    let bc = Bc::empty();
    let one =
        Line::other("Charge", "F", "Freight", Decimal::from(1), Decimal::from(119)).taxed(Decimal::from(19));
    let id = posted(&bc, &[one], Terms { prices_include_tax: true, ..Terms::default() });
    let line = bc.rows(&format!("salesInvoices({id})/salesInvoiceLines")).remove(0);
    assert_eq!(
        (number(&line, "unitPrice"), number(&line, "netAmount")),
        (Decimal::from(119), Decimal::from(100))
    );
}

#[test]
fn a_header_may_be_a_cent_off_its_lines() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line()], Terms { cents_off: 1, ..Terms::default() });
    let row = json(&bc.get(&format!("salesInvoices({id})")));
    assert_eq!(number(&row, "totalTaxAmount"), decimal("4.21"));
    assert_eq!(number(&row, "totalAmountIncludingTax"), decimal("25.21"));
}

#[test]
fn a_deleted_customer_leaves_its_id_dangling_on_invoices() {
    let bc = Bc::empty();
    let id = posted(&bc, &[line()], Terms::default());
    let customer = bc.read("salesInvoices", id, "customerId").as_text().unwrap().parse().unwrap();
    bc.world.bc(|bc| bc.delete(Table::Customers, customer));
    assert_eq!(bc.read("salesInvoices", id, "customerId").as_text(), Some(customer.to_string().as_str()));
}

#[test]
fn an_order_that_was_posted_is_gone_without_a_trace() {
    let bc = Bc::empty();
    let order = bc.add(Table::PurchaseOrders, &[("number", "PO-1"), ("status", "Open")]);
    assert_eq!(bc.rows("purchaseOrders").len(), 1);
    bc.world.bc(|bc| bc.delete(Table::PurchaseOrders, order));
    assert_eq!(bc.get(&format!("purchaseOrders({order})")).status, 404);
    assert!(!text(&bc.get("purchaseOrders")).contains("PO-1"));
}

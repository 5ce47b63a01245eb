//! The seeded distributor, read as a client reads it.

use std::collections::BTreeSet;
use std::sync::Arc;

use exact_json::{Decimal, Value};
use sandbox::World;
use transport::SeededRandom;

use crate::support::{Bc, StillClock, member, members, number, text};

fn seeded() -> Bc {
    Bc::of(World::distributor(Arc::new(StillClock), Arc::new(SeededRandom::new(1))))
}

fn invoices(bc: &Bc) -> Vec<Value> {
    bc.rows("salesInvoices?$expand=salesInvoiceLines")
}

fn lines(invoice: &Value) -> &[Value] {
    invoice.get("salesInvoiceLines").and_then(Value::as_list).unwrap()
}

#[test]
fn the_company_has_the_promised_size() {
    let bc = seeded();
    assert_eq!(bc.rows("customers?$select=id").len(), 300);
    assert_eq!(bc.rows("items?$select=id").len(), 500);
    assert_eq!(bc.rows("contacts?$filter=type eq 'Person'&$select=id").len(), 400);
    assert!(bc.rows("salesInvoices?$select=id").len() >= 1_200);
}

#[test]
fn the_company_is_the_same_every_time() {
    for set in ["customers", "items", "contacts", "salesInvoices?$expand=salesInvoiceLines"] {
        assert_eq!(text(&seeded().get(set)), text(&seeded().get(set)), "{set}");
    }
}

#[test]
fn totals_of_seeded_invoices_belong_to_their_lines() {
    for invoice in invoices(&seeded()) {
        let sum =
            |name: &str| lines(&invoice).iter().fold(Decimal::ZERO, |sum, line| sum + number(line, name));
        let shown = member(&invoice, "number");
        assert_eq!(sum("netAmount"), number(&invoice, "totalAmountExcludingTax"), "{shown}");
        let cents = sum("netAmountIncludingTax") - number(&invoice, "totalAmountIncludingTax");
        assert!(cents.abs() <= Decimal::ONE, "{shown}: {cents}");
    }
}

#[test]
fn some_seeded_headers_are_a_cent_off_their_lines() {
    let off = |invoice: &Value| {
        let tax = lines(invoice).iter().fold(Decimal::ZERO, |sum, line| sum + number(line, "netTaxAmount"));
        tax != number(invoice, "totalTaxAmount")
    };
    assert!(invoices(&seeded()).iter().any(off));
}

#[test]
fn seeded_invoices_have_every_status_currency_and_kind_of_line() {
    let rows = invoices(&seeded());
    let of = |name: &str| members(&rows, name).into_iter().collect::<BTreeSet<_>>();
    for status in ["Draft", "Open", "Paid", "Canceled"] {
        assert!(of("status").contains(status), "{status}");
    }
    assert_eq!(of("currencyCode"), BTreeSet::from(["EUR", "GBP", "JPY", "USD"].map(ToOwned::to_owned)));
    let kinds: BTreeSet<String> = rows.iter().flat_map(|row| members(lines(row), "lineType")).collect();
    for kind in ["Item", "Account", "Resource", "Charge", "Comment"] {
        assert!(kinds.contains(kind), "{kind}");
    }
    assert!(rows.iter().flat_map(lines).any(|line| number(line, "quantity").is_negative()));
    assert!(rows.iter().any(|row| number(row, "totalAmountIncludingTax").is_zero()));
}

#[test]
fn sequences_of_seeded_lines_grow() {
    for invoice in invoices(&seeded()) {
        assert!(lines(&invoice).iter().map(|line| number(line, "sequence")).is_sorted());
    }
}

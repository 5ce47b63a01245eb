//! The seeded distributor, read as a client reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use exact_json::{Decimal, Value};
use jiff::SignedDuration;
use sandbox::business_central::schema::Table;
use sandbox::{World, seed};

use crate::support::{Bc, StillClock, chance, member, members, number};

fn seeded() -> Bc {
    Bc::of(World::distributor(Arc::new(StillClock), chance()))
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
    assert_eq!(bc.rows("contacts?$filter=type eq 'Company'&$select=id").len(), 300);
    let posted = bc.world.bc(|bc| bc.table(Table::SalesInvoices).values().filter(|row| row.posted).count());
    assert_eq!((posted, bc.rows("salesInvoices?$select=id").len()), (1_200, 1_220));
}

#[test]
fn the_company_is_the_same_every_time() {
    let (once, again) = (seeded(), seeded());
    for set in ["customers", "items", "contacts", "salesInvoices?$expand=salesInvoiceLines"] {
        assert!(once.get(set).body == again.get(set).body, "{set}");
    }
}

#[test]
fn ids_and_amounts_do_not_hang_on_the_day() {
    let other_day = World::new(Arc::new(StillClock), chance());
    other_day.advance(SignedDuration::from_hours(24 * 400));
    other_day.bc(seed::distributor);
    let asked = "salesInvoices?$select=id,number,totalAmountIncludingTax,remainingAmount,status";
    assert!(seeded().get(asked).body == Bc::of(other_day).get(asked).body);
}

#[test]
fn numbers_are_unique() {
    let bc = seeded();
    for set in ["customers", "items", "contacts", "salesInvoices"] {
        let numbers = members(&bc.rows(&format!("{set}?$select=number")), "number");
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "{set}");
    }
}

/// The invoice's place among the seeded ones; drafts have none.
fn place(invoice: &Value) -> Option<u64> {
    Some(member(invoice, "number").parse::<u64>().ok()? - 103_001)
}

#[test]
fn totals_of_seeded_invoices_are_those_of_their_lines_but_for_the_planned_cents() {
    let mut differing = 0;
    for invoice in invoices(&seeded()) {
        let sum =
            |name: &str| lines(&invoice).iter().fold(Decimal::ZERO, |sum, line| sum + number(line, name));
        let shown = member(&invoice, "number");
        assert_eq!(sum("netAmount"), number(&invoice, "totalAmountExcludingTax"), "{shown}");
        assert_eq!(sum("invoiceDiscountAllocation"), number(&invoice, "discountAmount"), "{shown}");
        let total = number(&invoice, "totalAmountExcludingTax") + number(&invoice, "totalTaxAmount");
        assert_eq!(total, number(&invoice, "totalAmountIncludingTax"), "{shown}");
        let is_free = lines(&invoice).iter().all(|line| number(line, "netAmount").is_zero());
        let units = match place(&invoice) {
            Some(n) if n % 5 != 4 && !is_free => match n % 23 {
                3 => 1,
                14 => -1,
                _ => 0,
            },
            Some(_) | None => 0,
        };
        let unit = if member(&invoice, "currencyCode") == "JPY" { Decimal::ONE } else { Decimal::new(1, 2) };
        let off = number(&invoice, "totalTaxAmount") - sum("netTaxAmount");
        assert_eq!(off, unit * Decimal::from(units), "{shown}");
        differing += i32::from(!off.is_zero());
    }
    assert!((60..=100).contains(&differing), "{differing}");
}

#[test]
fn yen_are_whole_yen() {
    let names = ["totalAmountExcludingTax", "totalTaxAmount", "remainingAmount", "discountAmount"];
    let yen: Vec<Value> =
        invoices(&seeded()).into_iter().filter(|row| member(row, "currencyCode") == "JPY").collect();
    assert!(yen.len() > 20);
    for (row, name) in
        yen.iter().filter(|row| place(row).is_some()).flat_map(|row| names.map(|name| (row, name)))
    {
        let amount = number(row, name);
        assert_eq!(amount, amount.round(0), "{} {name}", member(row, "number"));
    }
}

#[test]
fn foreign_currencies_name_their_record_and_the_local_one_none() {
    let bc = seeded();
    let currencies: BTreeMap<String, String> =
        bc.rows("currencies").iter().map(|row| (member(row, "code"), member(row, "id"))).collect();
    let none = "00000000-0000-0000-0000-000000000000".to_owned();
    for row in [bc.rows("customers"), bc.rows("salesInvoices")].concat() {
        let expected = currencies.get(&member(&row, "currencyCode")).unwrap_or(&none);
        assert_eq!(&member(&row, "currencyId"), expected);
    }
}

#[test]
fn balances_are_what_is_owed_on_invoices() {
    let bc = seeded();
    let mut owed: BTreeMap<String, Decimal> = BTreeMap::new();
    for row in bc.rows("salesInvoices").iter().filter(|row| place(row).is_some_and(|n| n != 1)) {
        let sum = owed.entry(member(row, "billToCustomerId")).or_default();
        *sum += number(row, "remainingAmount");
    }
    let gone = bc.world.bc(|bc| bc.find(Table::SalesInvoices, "103002").unwrap().number("remainingAmount"));
    assert!(gone.is_zero());
    for row in bc.rows("customers?$select=id,balanceDue") {
        assert_eq!(number(&row, "balanceDue"), owed.get(&member(&row, "id")).copied().unwrap_or_default());
    }
}

#[test]
fn some_customers_and_items_are_gone_that_documents_name() {
    let bc = seeded();
    let missing = |table: Table, id: &str| {
        let id = id.parse().unwrap();
        bc.world.bc(|bc| !bc.table(table).contains_key(&id))
    };
    let rows = invoices(&bc);
    assert!(rows.iter().any(|row| missing(Table::Customers, &member(row, "customerId"))));
    let is_item = |line: &&Value| member(line, "lineType") == "Item";
    let dangles = |line: &Value| missing(Table::Items, &member(line, "itemId"));
    assert!(rows.iter().flat_map(lines).filter(is_item).any(dangles));
}

#[test]
fn seeded_invoices_have_every_status_currency_and_kind_of_line() {
    let rows = invoices(&seeded());
    let of = |name: &str| members(&rows, name).into_iter().collect::<BTreeSet<_>>();
    for status in ["Draft", "In_x0020_Review", "Open", "Paid", "Canceled", "Corrective"] {
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
fn sequences_of_seeded_lines_grow_and_some_lines_were_put_between() {
    let mut between = 0;
    for invoice in invoices(&seeded()) {
        let sequences: Vec<Decimal> = lines(&invoice).iter().map(|line| number(line, "sequence")).collect();
        assert!(sequences.is_sorted() && sequences.windows(2).all(|pair| pair[0] != pair[1]));
        between += i32::from(sequences.contains(&Decimal::from(15_000)));
    }
    assert!(between > 20, "{between}");
}

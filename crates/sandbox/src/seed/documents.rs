//! Posted invoices of every shape, and drafts.

use exact_json::Decimal;
use uuid::Uuid;

use super::{amount, pick};
use crate::business_central::BcState;
use crate::business_central::invoices::{Line, Terms};
use crate::business_central::row::Row;
use crate::business_central::schema::Table;

/// Posted invoices: paid, open, partly paid, cancelled; with every kind of line.
pub(super) fn invoices(bc: &mut BcState, customers: &[Uuid], items: &[Uuid], count: usize) {
    for n in 0..count {
        let customer = pick(customers, n);
        let mut terms = terms(bc, customer, n);
        let lines = lines(bc, items, n, terms);
        if lines.iter().all(is_free) {
            terms.cents_off = 0;
        }
        let number = format!("{}", 103_001 + n);
        let posted = if n % 5 == 4 {
            bc.post_order(customer, &format!("S-ORD{}", 101_001 + n), &number, &lines)
        } else {
            bc.posted(customer, &number, &lines, terms)
        };
        let Some(id) = posted else { continue };
        dated(bc, id, n);
        let total = bc.table(Table::SalesInvoices).get(&id).map(|row| row.number("totalAmountIncludingTax"));
        let total = total.unwrap_or_default();
        match n % 8 {
            0..=3 if !total.is_zero() => {
                bc.pay(id, total);
            }
            4 if total > Decimal::ONE => {
                bc.pay(id, Decimal::ONE);
            }
            5 if n % 16 == 5 => {
                bc.cancel(id);
            }
            7 if n % 80 == 7 => {
                // It came from a credit memo that was cancelled.
                bc.cancel(id);
                bc.edit(Table::SalesInvoices, id, "status", "Corrective");
            }
            _ => {}
        }
    }
    // An invoice of a customer, and a line of an item, that exist no more.
    let first = bc.find(Table::SalesInvoices, "103002").map(|row| row.id);
    let gone = Uuid::from_u128(0xdead_0001).to_string();
    if let Some(id) = first {
        bc.change(Table::SalesInvoices, id, |row| {
            for (name, value) in [
                ("customerId", gone.as_str()),
                ("billToCustomerId", &gone),
                ("customerNumber", "C-GONE"),
                ("billToCustomerNumber", "C-GONE"),
            ] {
                row.set(name, value);
            }
        });
    }
    let second = bc.find(Table::SalesInvoices, "103003").map(|row| row.id);
    if let Some(id) = second {
        bc.change(Table::SalesInvoices, id, |row| {
            if let Some(line) = row.lines.iter_mut().find(|line| line.text("lineType") == "Item") {
                line.set("itemId", gone.as_str());
            }
        });
    }
}

/// Drafts, documents that wait for approval and released ones: none is posted, and none may reach Zoho.
pub(super) fn drafts(bc: &mut BcState, customers: &[Uuid], items: &[Uuid]) {
    for n in 0..20 {
        let customer = pick(customers, n + 3);
        let lines = lines(bc, items, n * 12, Terms::default());
        let Some(id) = bc.draft(customer, &format!("D-{}", 1001 + n), &lines, Terms::default()) else {
            continue;
        };
        match n % 4 {
            0 | 2 => {
                bc.release(id);
            }
            1 => {
                bc.edit(Table::SalesInvoices, id, "status", "In_x0020_Review");
            }
            _ => {}
        }
    }
}

/// Whether a line costs nothing.
fn is_free(line: &Line) -> bool {
    line.quantity.is_zero() || line.unit_price.is_zero() || line.discount_percent == Decimal::from(100)
}

fn terms(bc: &BcState, customer: Uuid, n: usize) -> Terms {
    let currency = bc.table(Table::Customers).get(&customer).map_or("", |row| row.text("currencyCode"));
    let decimals = bc.decimals_of(currency);
    Terms {
        prices_include_tax: n % 9 == 2,
        invoice_discount_percent: if n % 11 == 6 { Decimal::new(25, 1) } else { Decimal::ZERO },
        decimals,
        cents_off: match n % 23 {
            3 => 1,
            14 => -1,
            _ => 0,
        },
    }
}

fn item(bc: &BcState, items: &[Uuid], n: usize) -> Option<Row> {
    bc.table(Table::Items).get(&pick(items, n)).cloned()
}

/// One to twelve lines: items first, with what real documents have between them.
fn lines(bc: &BcState, items: &[Uuid], n: usize, terms: Terms) -> Vec<Line> {
    let mut lines = Vec::new();
    if n % 31 == 8 {
        return vec![Line::comment("Goodwill: nothing to pay"), Line::comment("See our letter of last week")];
    }
    if n % 13 == 1 {
        lines.push(Line::comment("As agreed by telephone 📞"));
    }
    for k in 0..=n % 12 {
        let Some(row) = item(bc, items, n * 5 + k) else { continue };
        let price =
            if terms.decimals == 0 { amount(n + k).round(0) + Decimal::ONE } else { row.number("unitPrice") };
        let quantity = match (n + k) % 19 {
            4 => Decimal::new(15, 1),
            11 => Decimal::new(333_335, 5),
            _ => Decimal::from(i64::try_from((n + k) % 9 + 1).unwrap_or(1)),
        };
        let mut line = Line::item(&row, quantity, price);
        if (n + k) % 6 == 2 {
            line = line.discounted(Decimal::new(75, 1));
        }
        line = line.taxed(Decimal::from([19, 7, 0][(n + k) % 3]));
        lines.push(line);
        if (n + k) % 14 == 9 {
            lines.push(Line::comment("Delivered to the rear entrance"));
        }
    }
    match n % 15 {
        3 => lines.push(Line::other("Account", "6110", "Freight", Decimal::ONE, Decimal::new(1250, 2))),
        6 => lines.push(Line::other(
            "Resource",
            "LINDA",
            "Assembly, per hour",
            Decimal::new(25, 1),
            Decimal::from(60),
        )),
        9 => lines.push(Line::other(
            "Charge",
            "S-FREIGHT",
            "Freight charge",
            Decimal::ONE,
            Decimal::new(999, 2),
        )),
        12 => {
            // Something was taken back: a negative line on a positive document.
            if let Some(row) = item(bc, items, n) {
                lines.push(Line::item(&row, Decimal::from(-1), Decimal::new(105, 2)));
            }
        }
        _ => {}
    }
    if n % 60 == 29 {
        // Free of charge: everything is taken off again.
        lines.iter_mut().for_each(|line| line.discount_percent = Decimal::from(100));
    }
    lines
}

/// Documents are spread over the last hundred days.
fn dated(bc: &mut BcState, id: Uuid, n: usize) {
    let back = jiff::SignedDuration::from_hours(24 * i64::try_from(n % 100).unwrap_or_default());
    let day = bc.now().checked_sub(back).unwrap_or(bc.now());
    let due = day.checked_add(jiff::SignedDuration::from_hours(24 * 30)).unwrap_or(day);
    let (day, due) = (day.strftime("%Y-%m-%d").to_string(), due.strftime("%Y-%m-%d").to_string());
    bc.change(Table::SalesInvoices, id, |row| {
        row.set("invoiceDate", day.as_str());
        row.set("postingDate", day.as_str());
        row.set("dueDate", due.as_str());
        if n % 18 == 7
            && let Some(line) = row.lines.get_mut(1)
        {
            // Somebody put this line between two others (facts, §4.8).
            line.set("sequence", Decimal::from(15_000));
        }
        if n.is_multiple_of(4) {
            row.set("externalDocumentNumber", format!("PO-{}", 7000 + n));
        }
        if n.is_multiple_of(6) {
            row.set("customerPurchaseOrderReference", format!("Ref {n}"));
        }
    });
}

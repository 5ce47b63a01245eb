//! Vendors and purchase orders. They have SystemIds of their own series: everything else stays as it was without them.

use exact_json::Decimal;
use uuid::Uuid;

use super::{amount, pick};
use crate::business_central::BcState;
use crate::business_central::invoices::{Line, Terms};
use crate::business_central::row::Row;
use crate::business_central::schema::Table;

/// Vendors: name, town, postal code, country, e-mail, currency.
const VENDORS: [(&str, &str, &str, &str, &str, &str); 8] = [
    ("Fabrikam, Inc.", "Atlanta", "31772", "US", "krystal.york@fabrikam.example", "USD"),
    ("Stahlhandel Gruber & Co. KG", "Linz", "4020", "AT", "einkauf@gruber.example", "EUR"),
    ("Graphic Design Institute", "London", "W1D 3QU", "GB", "orders@gdi.example", "GBP"),
    ("Ægir Værktøj A/S", "Aalborg", "9000", "DK", "salg@aegir.example", "EUR"),
    ("Łożyska Śląskie Sp. z o.o.", "Katowice", "40-001", "PL", "biuro@lozyska.example", "EUR"),
    ("山田精密工業株式会社", "東京", "100-0005", "JP", "sales@yamada.example", "JPY"),
    ("First Up Consultants", "Hamburg", "20095", "DE", "", "EUR"),
    ("Nod Publishers", "", "", "", "", "EUR"),
];

/// SystemIds of this series.
struct Ids(u64);

impl Ids {
    fn next(&mut self) -> Uuid {
        self.0 += 1;
        let mut z = self.0.wrapping_mul(0xD134_2543_DE82_EF95);
        z = (z ^ (z >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 29;
        Uuid::from_u64_pair(z, 0xA000_0000_0000_0000 | self.0)
    }
}

/// Eight vendors and two dozen orders: drafts, released ones, one in review, some received and not invoiced yet. Three
/// more were received and invoiced, and are gone.
pub(super) fn fill(bc: &mut BcState, items: &[Uuid]) {
    let mut ids = Ids(0);
    let mut vendors = Vec::new();
    for (n, (name, city, postal_code, country, email, currency)) in (0_usize..).zip(VENDORS) {
        let row = Row::new(ids.next())
            .with("number", format!("V{}", 10_000 + n * 10))
            .with("displayName", name)
            .with(
                "addressLine1",
                if city.is_empty() { String::new() } else { format!("{} Dock Road", n + 1) },
            )
            .with("city", city)
            .with("postalCode", postal_code)
            .with("country", country)
            .with("email", email)
            .with("phoneNumber", if n == 6 { "n/a".to_owned() } else { format!("+49 40 555-0{n}0") })
            .with("website", if n == 3 { "HTTPS://AEGIR.EXAMPLE" } else { "" })
            .with("currencyCode", currency)
            .with("currencyId", bc.currency_id(currency).to_string());
        vendors.push(bc.add(Table::Vendors, row));
    }
    for n in 0..27 {
        let vendor = pick(&vendors, n);
        let currency = bc.table(Table::Vendors).get(&vendor).map_or("", |row| row.text("currencyCode"));
        let terms = Terms {
            prices_include_tax: n % 9 == 4,
            invoice_discount_percent: if n % 7 == 3 { Decimal::new(25, 1) } else { Decimal::ZERO },
            decimals: bc.decimals_of(currency),
            cents_off: i64::from(n % 11 == 6),
        };
        let lines = lines(bc, items, n, terms);
        let own: Vec<Uuid> = (0..=lines.len()).map(|_| ids.next()).collect();
        let Some(order) = bc.order_with(vendor, &format!("{}", 106_001 + n), &lines, terms, &own) else {
            continue;
        };
        dated(bc, order, n);
        match n % 9 {
            0 | 3 => {}
            1 => {
                bc.edit(Table::PurchaseOrders, order, "status", "In_x0020_Review");
            }
            8 => {
                let (receipt, invoice) = (ids.next(), ids.next());
                bc.receive_with(order, &format!("{}", 107_001 + n), receipt);
                bc.invoice_with(order, &format!("{}", 108_001 + n), invoice);
            }
            5 => {
                bc.release_order(order);
                let receipt = ids.next();
                bc.receive_with(order, &format!("{}", 107_001 + n), receipt);
            }
            _ => {
                bc.release_order(order);
            }
        }
    }
}

/// One to five lines: items, with what real orders have between them.
fn lines(bc: &BcState, items: &[Uuid], n: usize, terms: Terms) -> Vec<Line> {
    let mut lines = Vec::new();
    if n % 8 == 2 {
        lines.push(Line::comment("Please confirm by return"));
    }
    for k in 0..=n % 5 {
        let Some(item) = bc.table(Table::Items).get(&pick(items, n * 3 + k)) else { continue };
        let cost = if terms.decimals == 0 { amount(n + k).round(0) + Decimal::ONE } else { amount(n + k) };
        let quantity = match (n + k) % 7 {
            3 => Decimal::new(25, 1),
            _ => Decimal::from(i64::try_from((n + k) % 12 + 1).unwrap_or(1)),
        };
        let mut line = Line::item(item, quantity, cost).taxed(Decimal::from([19, 7, 0][(n + k) % 3]));
        if (n + k) % 6 == 2 {
            line = line.discounted(Decimal::new(75, 1));
        }
        lines.push(line);
    }
    if n % 10 == 7 {
        lines.push(Line::other(
            "Account",
            "5710",
            "Customs and freight",
            Decimal::ONE,
            Decimal::new(4950, 2),
        ));
    }
    lines
}

/// Orders are of the last month, and wanted in the next one.
fn dated(bc: &mut BcState, order: Uuid, n: usize) {
    let hours = |days: i64| jiff::SignedDuration::from_hours(24 * days);
    let back = i64::try_from(n).unwrap_or_default();
    let day = bc.now().checked_sub(hours(back)).unwrap_or(bc.now());
    let wanted = day.checked_add(hours(30)).unwrap_or(day);
    bc.change(Table::PurchaseOrders, order, |row| {
        row.set("orderDate", day.strftime("%Y-%m-%d").to_string());
        if n % 4 != 1 {
            row.set("requestedReceiptDate", wanted.strftime("%Y-%m-%d").to_string());
        }
    });
}

//! The seeded company: a distributor of industrial supplies, with the names and amounts that real companies have.

pub mod dirty;
mod documents;
pub mod load;
mod master_data;
mod purchasing;
mod words;

use exact_json::Decimal;

use crate::ZohoState;
use crate::business_central::BcState;
use crate::business_central::row::Row;
use crate::business_central::schema::Table;

/// How many of each.
const CUSTOMERS: usize = 300;
const ITEMS: usize = 500;
const CONTACTS: usize = 400;
const INVOICES: usize = 1_200;

/// Fills the company: 300 customers, 500 items, 400 persons, 1,200 posted invoices, some drafts, a few vendors and
/// purchase orders. The same every time.
pub fn distributor(bc: &mut BcState) {
    master_data::setup(bc);
    let customers = master_data::customers(bc, CUSTOMERS);
    let items = master_data::items(bc, ITEMS);
    master_data::contacts(bc, &customers, CONTACTS);
    documents::invoices(bc, &customers, &items, INVOICES);
    documents::drafts(bc, &customers, &items);
    purchasing::fill(bc, &items);
}

/// Readies the Zoho org for the distributor: its currencies, its taxes, one of its salespeople.
pub fn org(zoho: &mut ZohoState) {
    zoho.set_multi_currency(true);
    for currency in ["USD", "GBP", "JPY"] {
        zoho.set_currency(currency, true);
    }
    for percent in [19, 7] {
        zoho.add_tax(&format!("VAT {percent}"), Decimal::from(percent));
    }
    zoho.add_user("Jim Olive", "jo@northwind.example");
}

/// Set-up tables and nothing else: a company for tests that bring their own records.
pub fn bare(bc: &mut BcState) {
    master_data::setup(bc);
}

/// So many plain customers, for big loads.
pub fn bulk_customers(bc: &mut BcState, count: usize) {
    for n in 0..count {
        let id = bc.new_id();
        bc.add(
            Table::Customers,
            Row::new(id)
                .with("number", format!("B{n:07}"))
                .with("displayName", format!("Bulk customer {n}"))
                .with("city", "Hamburg")
                .with("currencyCode", "EUR"),
        );
    }
}

/// A repeatable choice: the `n`-th of a list, jumping about in it.
fn pick<T: Copy>(list: &[T], n: usize) -> T {
    list[n.wrapping_mul(7919) % list.len()]
}

/// A repeatable amount between 0.01 and 9,999.99.
fn amount(n: usize) -> Decimal {
    let cents = (n.wrapping_mul(104_729) + 12_345) % 999_999 + 1;
    Decimal::new(i64::try_from(cents).unwrap_or(1), 2)
}

//! Companies of any size, for benchmarks: plain records with realistic widths.

use exact_json::Decimal;
use jiff::Timestamp;
use uuid::Uuid;

use super::{amount, master_data, pick};
use crate::business_central::BcState;
use crate::business_central::invoices::{Line, Terms};
use crate::business_central::schema::Table;

/// How many records of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Customers.
    pub customers: usize,
    /// Items.
    pub items: usize,
    /// Persons; each belongs to a customer.
    pub contacts: usize,
    /// Posted invoices; every tenth is open, the others are paid.
    pub invoices: usize,
    /// Lines of each invoice.
    pub lines: usize,
}

impl Load {
    /// Fills the company. The same every time.
    pub fn fill(self, bc: &mut BcState) {
        master_data::setup(bc);
        let customers = master_data::customers(bc, self.customers);
        let items = master_data::items(bc, self.items);
        if !customers.is_empty() {
            master_data::contacts(bc, &customers, self.contacts);
        }
        if !customers.is_empty() && !items.is_empty() {
            self.invoices(bc, &customers, &items);
        }
        age(bc);
    }

    fn invoices(self, bc: &mut BcState, customers: &[Uuid], items: &[Uuid]) {
        for n in 0..self.invoices {
            let customer = pick(customers, n);
            let currency =
                bc.table(Table::Customers).get(&customer).map_or("", |row| row.text("currencyCode"));
            let terms = Terms { decimals: bc.decimals_of(currency), ..Terms::default() };
            let lines: Vec<Line> = (0..self.lines)
                .filter_map(|k| {
                    let item = bc.table(Table::Items).get(&pick(items, n * self.lines + k))?;
                    let quantity = Decimal::from(i64::try_from((n + k) % 9 + 1).unwrap_or(1));
                    let line = Line::item(item, quantity, amount(n + k));
                    Some(if k == 2 { line.discounted(Decimal::new(75, 1)) } else { line })
                })
                .collect();
            let Some(id) = bc.posted(customer, &format!("{}", 1_000_001 + n), &lines, terms) else {
                continue;
            };
            let total =
                bc.table(Table::SalesInvoices).get(&id).map(|row| row.number("totalAmountIncludingTax"));
            if n % 10 != 0 {
                bc.pay(id, total.unwrap_or_default());
            }
        }
    }
}

/// Records of a company have been changed over years, not all of them just now: one a minute, the last one yesterday.
fn age(bc: &mut BcState) {
    const DAY: i64 = 24 * 60 * 60;
    let yesterday = bc.now().as_second() - DAY;
    for table in [Table::Customers, Table::Items, Table::Contacts, Table::SalesInvoices] {
        let ids: Vec<Uuid> = bc.table(table).keys().copied().collect();
        for (minutes, id) in (0..).zip(ids) {
            if let Ok(at) = Timestamp::from_second(yesterday - 60 * minutes) {
                bc.move_quietly(table, id, |row| row.modified = at);
            }
        }
    }
}

//! Zoho's side of a comparison: every record with one of our keys, read anew, and who stands for whom according to Zoho itself.

use business_central::BcId;
use exact_json::Value;
use zoho_crm::{CoqlPage, ErrorKind, ZohoId, coql};

use super::notebook::Notebook;
use crate::apply::adopt;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::{self, Links};
use crate::session::Session;

/// How many rows each further query asks for, the last one again and again: 1 credit up to 200, 2 up to 1,000, 3 up to 2,000. Only one
/// of the two published sets of limits allows more than 200; where Zoho refuses it, all pages have 200 (facts, §6.2, §9).
const PAGES: [u32; 3] = [coql::ROWS_MAX, 1_000, 2_000];

/// Which columns are read of a flow's records, and where our keys are among them.
pub(super) struct Columns {
    names: Vec<String>,
    number: usize,
    id: usize,
}

impl Columns {
    pub(super) fn of(session: &Session<'_>, flow: Flow) -> Result<Self, RunError> {
        let (number_key, id_key) = adopt::keys(session, flow)?;
        let names = adopt::columns(session, flow)?;
        let at = |key: &str| names.iter().position(|name| name == key).unwrap_or_default();
        Ok(Self { number: at(&number_key), id: at(&id_key), names })
    }

    /// The value of a column among those that were read of a record.
    pub(super) fn value<'a>(&self, held: &'a [Value], name: &str) -> &'a Value {
        let at = self.names.iter().position(|known| known == name);
        at.and_then(|at| held.get(at)).unwrap_or(&Value::Null)
    }
}

/// What Zoho says of who stands for whom, for all flows that were read so far.
pub(super) struct ZohoSide<'a> {
    pub(super) notes: &'a Notebook,
    line_product: Option<ZohoId>,
    deleted_customers: Option<ZohoId>,
    /// Whether Zoho refused a page of more than 200 rows.
    small_pages: bool,
}

impl<'a> ZohoSide<'a> {
    pub(super) fn new(notes: &'a Notebook) -> Self {
        Self { notes, line_product: None, deleted_customers: None, small_pages: false }
    }

    /// Reads every record of the flow's module that carries one of our keys.
    pub(super) async fn read(
        &mut self,
        session: &Session<'_>,
        flow: Flow,
        columns: &Columns,
    ) -> Result<(), RunError> {
        let mut last: Option<String> = None;
        let mut sizes = PAGES.into_iter();
        let mut rows = coql::ROWS_MAX;
        loop {
            session.check_stop()?;
            rows = if self.small_pages { coql::ROWS_MAX } else { sizes.next().unwrap_or(rows) };
            let page = match page(session, flow, columns, last.as_deref(), rows).await {
                Err(RunError::Zoho(error)) if rows > coql::ROWS_MAX && is_about_size(&error.kind) => {
                    self.small_pages = true;
                    continue;
                }
                other => other?,
            };
            self.take_in(flow, columns, &page)?;
            let text = |row: &zoho_crm::Record| row.get("id").and_then(Value::as_text).map(ToOwned::to_owned);
            last = page.rows.last().and_then(text);
            if !page.more || last.is_none() {
                return Ok(());
            }
        }
    }

    fn take_in(&mut self, flow: Flow, columns: &Columns, page: &CoqlPage) -> Result<(), RunError> {
        self.notes.begin()?;
        for row in &page.rows {
            let held: Vec<Value> =
                columns.names.iter().map(|name| row.get(name).cloned().unwrap_or_default()).collect();
            let text = |at: usize| held.get(at).and_then(Value::as_text).unwrap_or_default().to_owned();
            let (number, zoho_id) = (text(columns.number), text(0));
            match number.as_str() {
                map::LINE_PRODUCT_NUMBER => self.line_product = Some(ZohoId::new(zoho_id)),
                map::DELETED_CUSTOMERS_NUMBER => self.deleted_customers = Some(ZohoId::new(zoho_id)),
                _ => {
                    let id: Option<BcId> = text(columns.id).parse().ok();
                    self.notes.copy(flow, id, &number, &zoho_id, &Value::List(held))?;
                }
            }
        }
        self.notes.end()?;
        Ok(())
    }
}

/// One page of the module's records with our keys, behind the record `after`.
async fn page(
    session: &Session<'_>,
    flow: Flow,
    columns: &Columns,
    after: Option<&str>,
    rows: u32,
) -> Result<CoqlPage, RunError> {
    let name = |at: usize| columns.names.get(at).map(String::as_str).unwrap_or_default();
    // A clone made by hand has the identity and, because that is unique, not the number.
    let ours = format!("({} is not null or {} is not null)", name(columns.number), name(columns.id));
    let condition = match after {
        Some(after) => format!("({ours} and id > {})", coql::text(after)),
        None => ours,
    };
    let (columns, module) = (columns.names.join(", "), flow.module().api_name());
    let query = format!("select {columns} from {module} where {condition} order by id asc limit {rows}");
    Ok(session.zoho().coql(&query).await?)
}

/// Whether a refusal can mean that the query asked for too many rows; the two error tables do not agree on its code.
pub(crate) fn is_about_size(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::LimitExceeded | ErrorKind::BadRequest)
}

/// What reading so many records costs, in credits, where Zoho allows large pages.
pub(super) fn credits(records: u64) -> u64 {
    let [first, second, rest] = PAGES.map(u64::from);
    match records {
        n if n <= first => 1,
        n if n <= first + second => 1 + 2,
        n => 1 + 2 + (n - first - second).div_ceil(rest) * 3,
    }
}

impl Links for ZohoSide<'_> {
    fn zoho_id(&self, flow: Flow, id: BcId) -> Option<ZohoId> {
        self.notes.zoho_id(flow, id)
    }

    fn by_number(&self, flow: Flow, number: &str) -> Option<ZohoId> {
        match flow {
            Flow::Customers | Flow::Vendors => self.notes.by_number(flow, number),
            Flow::Items | Flow::Contacts | Flow::Invoices | Flow::PurchaseOrders => None,
        }
    }

    fn customer_of_contact(&self, company_number: Option<&str>, contact_number: &str) -> Option<BcId> {
        let lookup = |number: &str| self.notes.customer_of(number);
        company_number.and_then(lookup).or_else(|| lookup(contact_number))
    }

    fn line_product(&self) -> Option<ZohoId> {
        self.line_product.clone()
    }

    fn deleted_customers_account(&self) -> Option<ZohoId> {
        self.deleted_customers.clone()
    }

    fn will_come(&self, flow: Flow, id: BcId) -> bool {
        self.notes.is_listed(flow, id)
    }
}

#[cfg(test)]
mod tests {
    use super::credits;

    #[test]
    fn reading_costs_a_cheap_page_a_larger_one_and_then_three_credits_for_two_thousand_records() {
        let table =
            [(0, 1), (200, 1), (201, 3), (1_200, 3), (1_201, 6), (3_200, 6), (3_201, 9), (1_000_000, 1_503)];
        assert!(table.iter().all(|&(records, cost)| credits(records) == cost));
    }
}

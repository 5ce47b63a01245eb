//! Lists of rows, page by page (facts, §5.3).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;

use exact_json::Value;
use transport::Response;
use uuid::Uuid;

use super::filter::Literal;
use super::navigation::{Entity, Wanted};
use super::odata::{self, Options, Order};
use super::row::Row;
use super::schema::Table;
use super::{BcState, errors, expand};
use crate::Incoming;
use crate::world::plain;

/// The rows of a page.
struct Page {
    ids: Vec<Uuid>,
    /// Whether a link to a next page stands below it.
    linked: bool,
}

impl BcState {
    /// A page of a table.
    pub(super) fn list(
        &mut self,
        incoming: &Incoming,
        table: Table,
        filled: bool,
    ) -> Result<Response, Response> {
        let options = self.options(incoming, Entity::Record(table))?;
        let page = self.page(table, &options, |row| filled && self.is_visible(table, row))?;
        for id in &page.ids {
            self.redistribute(table, *id);
        }
        let rows = page.ids.iter().filter_map(|id| self.table(table).get(id));
        let texts = expand::list(rows.map(|row| self.record(table, row, &options.wanted, None)));
        Ok(printed(incoming, table.segment(), &texts, &options, &page))
    }

    /// A page of the posted invoices' headers.
    pub(super) fn posted_headers(&mut self, incoming: &Incoming, filled: bool) -> Result<Response, Response> {
        let table = Table::SalesInvoices;
        let options = self.options(incoming, Entity::PostedHeader)?;
        let page = self.page(table, &options, |row| filled && row.posted && self.is_visible(table, row))?;
        let rows = page.ids.iter().filter_map(|id| self.table(table).get(id));
        let texts = expand::list(rows.map(|row| self.posted_header(row, &options.wanted)));
        Ok(printed(incoming, "postedSalesInvoices", &texts, &options, &page))
    }

    /// The lines of the one document that the filter names; without one there is nothing to be had (facts, §4.8).
    pub(super) fn flat_lines(
        &self,
        incoming: &Incoming,
        table: Table,
        filled: bool,
    ) -> Result<Response, Response> {
        let options = Options::read(incoming, line_of(table))?;
        let wanted = options.filter.as_ref().and_then(|filter| filter.only("documentId"));
        let Some(Literal::Guid(id)) = wanted.and_then(|ids| ids.first().copied()) else {
            let message = "You must specify an Id or a Document Id to get the lines.";
            return Err(errors::json(400, "Application_DialogException", message));
        };
        let document = self.table(table).get(id);
        let document = document.filter(|row| filled && self.is_visible(table, row));
        Ok(self.lines_answer(incoming, table, document, &options))
    }

    /// The lines of a document.
    pub(super) fn lines_answer(
        &self,
        incoming: &Incoming,
        table: Table,
        document: Option<&Row>,
        options: &Options,
    ) -> Response {
        let lines = document.into_iter().flat_map(|document| {
            let passing = document.lines.iter().filter(|line| options.passes(line));
            passing.map(|line| self.line(line_of(table), document, line, &options.wanted))
        });
        let name = if table == Table::PurchaseOrders { "purchaseOrderLines" } else { "salesInvoiceLines" };
        whole(incoming, name, &expand::list(lines))
    }

    /// The contacts of a customer.
    pub(super) fn contacts_answer(&self, incoming: &Incoming, customer: &Row, wanted: &Wanted) -> Response {
        whole(incoming, "contactsInformation", &self.contacts_of(customer, wanted))
    }

    fn options(&mut self, incoming: &Incoming, entity: Entity) -> Result<Options, Response> {
        let options = Options::read(incoming, entity)?;
        if options.behind.is_some() && self.behaviour.stale_links > 0 {
            self.behaviour.stale_links -= 1;
            return Err(errors::stale_link());
        }
        Ok(options)
    }

    /// With too few permissions rows are missing, and nothing says so (facts, §4.1).
    pub(super) fn is_visible(&self, table: Table, row: &Row) -> bool {
        let hidden_for_being_posted =
            table == Table::SalesInvoices && row.posted && self.behaviour.posted_hidden;
        !hidden_for_being_posted && !self.behaviour.hidden.contains(&table)
    }

    /// Reading a draft or an order writes where the app may write (facts, §4.9).
    pub(super) fn redistribute(&mut self, table: Table, id: Uuid) {
        let written = matches!(table, Table::SalesInvoices | Table::PurchaseOrders | Table::PurchaseInvoices);
        if self.behaviour.writes_on_read
            && written
            && self.table(table).get(&id).is_some_and(|row| !row.posted)
        {
            self.change(table, id, |_| {});
        }
    }

    /// The rows of the page that was asked for. Rows come by SystemId, and a page begins behind the last one of the page before.
    fn page(
        &self,
        table: Table,
        options: &Options,
        is_visible: impl Fn(&Row) -> bool,
    ) -> Result<Page, Response> {
        let passes = |row: &&Row| is_visible(row) && options.passes(row);
        let limit = options.page_size.min(options.top.unwrap_or(usize::MAX));
        let behind = options.behind.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = if !options.order.is_empty() {
            let mut rows: Vec<&Row> = self.table(table).values().filter(passes).collect();
            rows.sort_by(|a, b| compared(a, b, &options.order));
            let start = match options.behind {
                None => 0,
                Some(id) => rows.iter().position(|row| row.id == id).ok_or_else(errors::stale_link)? + 1,
            };
            rows[start..].iter().take(limit).map(|row| row.id).collect()
        } else if let Some(numbers) = options.filter.as_ref().and_then(|filter| filter.only("number")) {
            let found: BTreeMap<Uuid, &Row> =
                numbers.into_iter().flat_map(|number| self.numbered(table, number)).collect();
            let rows = found.range((behind, Bound::Unbounded)).map(|(_, row)| *row);
            rows.filter(passes).take(limit).map(|row| row.id).collect()
        } else {
            let rows = self.table(table).range((behind, Bound::Unbounded)).map(|(_, row)| row);
            rows.filter(passes).take(limit).map(|row| row.id).collect::<Vec<_>>()
        };
        // A page that is exactly full has a link, also when nothing follows; `$top` within a page has none.
        let linked = ids.len() == options.page_size && options.top.is_none_or(|top| top > options.page_size);
        Ok(Page { ids, linked })
    }

    /// The rows that have the number, or, as no index knows about blank ones, all rows.
    fn numbered<'a>(
        &'a self,
        table: Table,
        number: &'a Literal,
    ) -> Box<dyn Iterator<Item = (Uuid, &'a Row)> + 'a> {
        match number {
            Literal::Text(number) if !number.is_empty() => {
                Box::new(self.with_number(table, number).map(|row| (row.id, row)))
            }
            _ => Box::new(self.table(table).iter().map(|(id, row)| (*id, row))),
        }
    }
}

/// What the lines of a table's documents are.
pub(super) fn line_of(table: Table) -> Entity {
    if table == Table::PurchaseOrders { Entity::OrderLine } else { Entity::Line }
}

fn compared(a: &Row, b: &Row, order: &[Order]) -> Ordering {
    let by = order.iter().map(|order| {
        let ordering = match order.property.name {
            "id" => a.id.cmp(&b.id),
            "lastModifiedDateTime" => a.modified.cmp(&b.modified),
            _ => a.printed(order.property).cmp(&b.printed(order.property)),
        };
        if order.descending { ordering.reverse() } else { ordering }
    });
    by.fold(Ordering::Equal, Ordering::then).then(a.id.cmp(&b.id))
}

/// The address of what an answer holds.
pub(super) fn context(incoming: &Incoming, what: &str) -> String {
    let path = incoming.path.split("/companies").next().unwrap_or_default();
    let base = path.split("/subscriptions").next().unwrap_or_default();
    format!("{}{base}/$metadata#{what}", incoming.origin)
}

/// An answer that is there.
pub(super) fn answer(body: String) -> Response {
    let mut response = plain(200, "application/json; odata.metadata=minimal; odata.streaming=true", body);
    response.headers.push(("OData-Version".to_owned(), "4.0".to_owned()));
    response
}

/// A list without pages.
pub(super) fn whole(incoming: &Incoming, what: &str, rows: &str) -> Response {
    let context = Value::text(context(incoming, what)).to_json();
    answer(format!(r#"{{"@odata.context":{context},"value":{rows}}}"#))
}

fn printed(incoming: &Incoming, what: &str, rows: &str, options: &Options, page: &Page) -> Response {
    let Some(last) = page.ids.last().filter(|_| page.linked) else { return whole(incoming, what, rows) };
    let mut link = format!("{}{}?", incoming.origin, incoming.path);
    for (name, value) in &incoming.query {
        let value = match name.as_str() {
            "$skiptoken" | "aid" => continue,
            "$top" => options.top.unwrap_or_default().saturating_sub(page.ids.len()).to_string(),
            _ => odata::encoded(value),
        };
        link.push_str(&format!("{}={value}&", odata::encoded(name)));
    }
    link.push_str(&format!("aid=FIN&$skiptoken={last}"));
    let (context, link) = (Value::text(context(incoming, what)).to_json(), Value::text(link).to_json());
    answer(format!(r#"{{"@odata.context":{context},"value":{rows},"@odata.nextLink":{link}}}"#))
}

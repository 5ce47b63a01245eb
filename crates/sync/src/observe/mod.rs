//! Takes in what Business Central says.
//!
//! A [`listing`] reads what changed since the watermark, page by page; [`sweeps`] compare what moves without a timestamp;
//! [`deletions`] compares the whole set of ids; [`ties`] keeps which customer a contact belongs to; [`late`] reads what others refer to already; [`posted`] proves which
//! open invoices are posted, [`orders`] what became of an order that is there no more. All of them only store observations: what is to be done about them is planned later.

pub(crate) mod deletions;
pub(crate) mod late;
pub(crate) mod listing;
pub(crate) mod member;
pub(crate) mod orders;
pub(crate) mod posted;
pub(crate) mod sweeps;
pub(crate) mod ties;

use business_central::{Entity, Filter, Literal, Query};
use jiff::Timestamp;

use crate::flow::Flow;
use crate::policy::InvoicesFrom;

/// How many rows a page of whole records may hold, by how wide the rows are.
fn page_size(flow: Flow) -> u32 {
    match flow {
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Vendors => 1_000,
        Flow::Invoices | Flow::PurchaseOrders => 200,
    }
}

/// How many rows a page of ids or sweep columns may hold: Business Central's own maximum.
const NARROW_PAGE: u32 = 20_000;

/// Everything that the mapping needs of one record of `flow`.
pub(crate) fn whole_record(flow: Flow) -> Query {
    let query = Query::of(flow.entity()).page_size(page_size(flow));
    match flow {
        Flow::Customers => query.expand("customerFinancialDetail").expand("paymentTerm"),
        Flow::Items | Flow::Contacts | Flow::Vendors => query,
        Flow::Invoices => query.expand("salesInvoiceLines"),
        Flow::PurchaseOrders => query.expand("purchaseOrderLines"),
    }
}

/// The rows of `flow` that can concern us at all, whatever their age.
fn scope(flow: Flow) -> Option<Filter> {
    match flow {
        // A draft order is an order. Reading one writes where the app may write, whatever is selected (facts, §4.9): `doctor` looks for that.
        Flow::Customers | Flow::Items | Flow::Vendors | Flow::PurchaseOrders => None,
        Flow::Contacts => Some(Filter::eq("type", Literal::enumeration("Person"))),
        // Drafts never leave Business Central, and reading them may write there (facts, §4.9).
        Flow::Invoices => {
            Some(Filter::any_of("status", &statuses(&["Open", "Paid", "Canceled", "Corrective"])))
        }
    }
}

fn statuses(names: &[&str]) -> Vec<Literal> {
    names.iter().map(|name| Literal::enumeration(name)).collect()
}

fn both(filter: Option<Filter>, other: Filter) -> Filter {
    match filter {
        Some(filter) => filter.and(other),
        None => other,
    }
}

/// The listings that bring everything changed since `since`, or everything.
///
/// A first load of invoices reads every open one, and the closed ones from the chosen day on. Later ones read whatever changed: an invoice that was
/// open at first and is older than that day must still be seen when it is paid.
pub(crate) fn listings(flow: Flow, since: Option<Timestamp>, invoices_from: InvoicesFrom) -> Vec<Query> {
    match since {
        Some(since) => {
            let changed = Filter::ge("lastModifiedDateTime", Literal::timestamp(since));
            vec![whole_record(flow).filter(both(scope(flow), changed))]
        }
        None => everything(flow, invoices_from, || whole_record(flow)),
    }
}

/// The rows of `flow` among those that `ids` lets through, whole.
pub(crate) fn by_ids(flow: Flow, ids: Filter) -> Query {
    whole_record(flow).filter(both(scope(flow), ids))
}

fn everything(flow: Flow, invoices_from: InvoicesFrom, query: impl Fn() -> Query) -> Vec<Query> {
    match (flow, invoices_from) {
        (Flow::Invoices, InvoicesFrom::Date(day)) => vec![
            query().filter(Filter::eq("status", Literal::enumeration("Open"))),
            query().filter(
                Filter::any_of("status", &statuses(&["Paid", "Canceled", "Corrective"]))
                    .and(Filter::ge("invoiceDate", Literal::date(day))),
            ),
        ],
        (
            Flow::Customers
            | Flow::Items
            | Flow::Contacts
            | Flow::Invoices
            | Flow::Vendors
            | Flow::PurchaseOrders,
            _,
        ) => {
            vec![scope(flow).map_or_else(&query, |filter| query().filter(filter))]
        }
    }
}

/// Ids and etags of everything that a first load would read.
pub(crate) fn identities(flow: Flow, invoices_from: InvoicesFrom) -> Vec<Query> {
    everything(flow, invoices_from, || narrow(flow.entity(), &["id"]))
}

/// One narrow column set of an entity, for a sweep.
pub(crate) fn narrow(entity: Entity, columns: &[&'static str]) -> Query {
    Query::of(entity).select(columns).page_size(NARROW_PAGE)
}

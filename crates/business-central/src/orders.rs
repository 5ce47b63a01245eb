//! What became of purchase orders that are there no more.
//!
//! An order that was received and invoiced in full is deleted by the posting; there is no "completed" status. What it leaves are posted
//! receipts and invoices that name it (facts, §4.5).

use std::collections::BTreeSet;

use crate::posted::batches;
use crate::rows::{PostedPurchaseInvoice, PurchaseReceipt};
use crate::{CompanyApi, Entity, Error, ErrorKind, Filter, Literal, Query};

/// What posted documents say of orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderTraces {
    /// Numbers of the orders that a posted receipt or invoice names.
    pub found: BTreeSet<String>,
    /// Whether an order that is not among them left no trace. It does not follow where the app may not read those documents, and where it
    /// sees none at all: with too few permissions rows are missing, and nothing says so (facts, §4.1).
    pub conclusive: bool,
}

impl CompanyApi {
    /// Which of these orders, given by number, were received or invoiced.
    ///
    /// # Errors
    /// As every call; a missing permission is not an error.
    pub async fn traces_of_orders(&self, numbers: &[String]) -> Result<OrderTraces, Error> {
        let asked: BTreeSet<&str> =
            numbers.iter().map(String::as_str).filter(|number| !number.trim().is_empty()).collect();
        let mut traces = OrderTraces { found: BTreeSet::new(), conclusive: true };
        let mut any = false;
        for entity in [Entity::PurchaseReceipts, Entity::PurchaseInvoices] {
            let left: BTreeSet<&str> =
                asked.iter().copied().filter(|number| !traces.found.contains(*number)).collect();
            match self.named_by(entity, left).await {
                Ok(named) => {
                    any |= !named.is_empty();
                    traces.found.extend(named);
                }
                Err(error) if is_closed(&error.kind) => traces.conclusive = false,
                Err(error) => return Err(error),
            }
        }
        if traces.conclusive && !any && traces.found.len() < asked.len() {
            traces.conclusive = self.shows_any(Entity::PurchaseReceipts).await?
                || self.shows_any(Entity::PurchaseInvoices).await?;
        }
        Ok(traces)
    }

    /// The orders that documents of the entity name.
    async fn named_by(&self, entity: Entity, numbers: BTreeSet<&str>) -> Result<BTreeSet<String>, Error> {
        let mut named = BTreeSet::new();
        for batch in batches(numbers) {
            let literals: Vec<Literal> = batch.iter().copied().map(Literal::text).collect();
            let query = Query::of(entity)
                .select(&["id", "orderNumber"])
                .filter(Filter::any_of("orderNumber", &literals));
            let mut pages = self.list(posted_only(entity, query));
            while let Some(page) = pages.next().await? {
                for row in page.rows {
                    let number = match entity {
                        Entity::PurchaseInvoices => row.decode::<PostedPurchaseInvoice>()?.order_number,
                        _ => row.decode::<PurchaseReceipt>()?.order_number,
                    };
                    named.extend(number.filter(|number| batch.contains(&number.as_str())));
                }
            }
        }
        Ok(named)
    }

    /// Whether the app sees any document of the entity.
    async fn shows_any(&self, entity: Entity) -> Result<bool, Error> {
        let query = Query::of(entity).select(&["id"]).page_size(1);
        let first = self.list(posted_only(entity, query)).next().await?;
        Ok(first.is_some_and(|page| !page.rows.is_empty()))
    }
}

/// Receipts are always posted. A draft invoice proves nothing, and reading one may write (facts, §4.9).
fn posted_only(entity: Entity, query: Query) -> Query {
    if entity != Entity::PurchaseInvoices {
        return query;
    }
    let posted = ["Open", "Paid", "Canceled", "Corrective"].map(Literal::enumeration);
    query.filter(Filter::any_of("status", &posted))
}

fn is_closed(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::ApiAbsent | ErrorKind::Unauthorized | ErrorKind::Permission)
}

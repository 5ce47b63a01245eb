//! Which open invoices are posted, proved anew for a comparison: what earlier runs remembered does not count.

use std::collections::BTreeSet;

use business_central::{BcId, Row, SalesInvoice};

use crate::failure::RunError;
use crate::flow::Flow;
use crate::observe::posted::{self, Proofs, Unproved};
use crate::session::Session;

/// The proofs of one comparison.
#[derive(Default)]
pub(super) struct Posted(Proofs);

impl Posted {
    /// The posted ones among rows of the flow.
    pub(super) async fn among(
        &mut self,
        session: &Session<'_>,
        flow: Flow,
        rows: &[&Row],
    ) -> Result<BTreeSet<BcId>, RunError> {
        if flow != Flow::Invoices {
            return Ok(BTreeSet::new());
        }
        let mut unproved = Vec::new();
        for row in rows {
            if let (Some(id), Ok(invoice)) = (row.id(), row.decode::<SalesInvoice>())
                && invoice.is_open()
            {
                let number = row.number().unwrap_or_default().to_owned();
                unproved.push(Unproved { id, number, from_order: invoice.order_number.is_some() });
            }
        }
        posted::among(session, &mut self.0, &unproved).await
    }
}

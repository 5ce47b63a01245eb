//! What became of purchase orders that Business Central does not show any more: received and invoiced, or deleted.

use std::collections::BTreeSet;

use crate::failure::RunError;
use crate::session::Session;

/// What is known of orders that are gone.
pub(crate) struct Fates {
    completed: BTreeSet<String>,
    conclusive: bool,
}

/// What became of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A posted receipt or invoice names it.
    Completed,
    /// Nothing names it.
    Deleted,
    /// The app does not see the documents that could name it.
    Unknown,
}

impl Fates {
    /// What became of the order of that number.
    pub(crate) fn of(&self, number: &str) -> Fate {
        match (self.completed.contains(number), self.conclusive) {
            (true, _) => Fate::Completed,
            (false, true) => Fate::Deleted,
            (false, false) => Fate::Unknown,
        }
    }
}

/// Looks the orders up among posted receipts and invoices, by number.
pub(crate) async fn fates(
    session: &Session<'_>,
    numbers: impl Iterator<Item = String>,
) -> Result<Fates, RunError> {
    let numbers: Vec<String> = numbers.collect();
    let traces = session.company().traces_of_orders(&numbers).await?;
    Ok(Fates { completed: traces.found, conclusive: traces.conclusive })
}

//! How much is still to be written, what it costs, and when it will be done at this budget.

use jiff::Timestamp;
use serde::Serialize;

use crate::apply::verify;
use crate::credit_budget::{Budget, spent_by};
use crate::credit_ledger::window_start;
use crate::flow::Flow;
use crate::observe::listing;
use crate::store::{StoreError, Tx, candidates, credits, watermarks};

/// What is still to be done, as far as the database knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Records that Business Central told of and that were not dealt with yet. What fails or waits for a person is not among them.
    pub records: u64,
    /// About so many Zoho credits are needed for them.
    pub credits: u64,
    /// About when they are spent at this budget; absent where it is too small, or the org's edition is not known yet.
    pub done_at: Option<Timestamp>,
    /// Flows that were never read to their end: what they hold is not counted.
    pub unread: Vec<Flow>,
}

/// About what it costs to write so many records of a flow by REST: one credit a begun ten, two looks a hundred for who holds their
/// numbers, and what reads the totals of invoices back.
#[must_use]
pub fn credits_for(flow: Flow, records: u64) -> u64 {
    records.div_ceil(10) + records.div_ceil(100) * 2 + totals_for(flow, records)
}

/// About what it costs to read so many totals back.
#[must_use]
pub fn totals_for(flow: Flow, records: u64) -> u64 {
    match flow {
        Flow::Customers | Flow::Items | Flow::Contacts => 0,
        Flow::Invoices => records.div_ceil(verify::AT_ONCE as u64),
    }
}

/// About how many credits the records need that are known and not dealt with.
///
/// # Errors
/// When the database fails.
pub fn need(tx: &Tx<'_>, flows: &[Flow]) -> Result<u64, StoreError> {
    flows.iter().try_fold(0, |sum, flow| Ok(sum + credits_for(*flow, candidates::count_left(tx, *flow)?)))
}

/// The forecast at `now`.
///
/// # Errors
/// When the database fails.
pub fn forecast(
    tx: &Tx<'_>,
    now: Timestamp,
    budget: Option<Budget>,
    flows: &[Flow],
) -> Result<Forecast, StoreError> {
    let mut forecast = Forecast::default();
    for flow in flows.iter().copied() {
        let records = candidates::count_left(tx, flow)?;
        forecast.records += records;
        forecast.credits += credits_for(flow, records);
        if watermarks::get(tx, &listing::watermark_name(flow))?.is_none() {
            forecast.unread.push(flow);
        }
    }
    if let Some(budget) = budget {
        let spent = credits::by_minute(tx, window_start(now))?;
        forecast.done_at = spent_by(now, &spent, forecast.credits, budget);
    }
    Ok(forecast)
}

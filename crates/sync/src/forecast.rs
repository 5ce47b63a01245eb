//! How much is still to be written, what it costs, and when it will be done at this budget.

use jiff::Timestamp;
use serde::Serialize;
use zoho_crm::credits;

use crate::apply::verify;
use crate::bulk_plan;
use crate::credit_budget::{Budget, spent_by};
use crate::credit_ledger::window_start;
use crate::flow::Flow;
use crate::observe::listing;
use crate::policy::BulkPolicy;
use crate::store::credits as ledger;
use crate::store::{StoreError, Tx, bulk_jobs, candidates, watermarks};

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
/// numbers, and what reads the totals of documents back.
#[must_use]
pub fn credits_for(flow: Flow, records: u64) -> u64 {
    records.div_ceil(10) + records.div_ceil(100) * 2 + totals_for(flow, records)
}

/// About what it costs to read so many totals back.
#[must_use]
pub fn totals_for(flow: Flow, records: u64) -> u64 {
    match flow {
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Vendors => 0,
        Flow::Invoices | Flow::PurchaseOrders => records.div_ceil(verify::AT_ONCE as u64),
    }
}

/// About how many credits the records need that are known and not dealt with, by the ways that they would go.
///
/// # Errors
/// When the database fails.
pub fn need(tx: &Tx<'_>, flows: &[Flow], bulk: &BulkPolicy) -> Result<u64, StoreError> {
    flows.iter().try_fold(0, |sum, flow| Ok(sum + of_flow(tx, *flow, bulk)?.1))
}

/// How many records of a flow are not dealt with, and what they need.
fn of_flow(tx: &Tx<'_>, flow: Flow, bulk: &BulkPolicy) -> Result<(u64, u64), StoreError> {
    let records = candidates::count_left(tx, flow)?;
    // Where files go is known to a run only; where it is nowhere, this is too little, and the next forecast sees more.
    let plan = bulk_plan::choose(flow, bulk_jobs::count_new(tx, flow)?, bulk, true);
    let jobs = plan.jobs * u64::from(credits::BULK_JOB);
    Ok((records, credits_for(flow, records.saturating_sub(plan.bulk_rows)) + jobs))
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
    bulk: &BulkPolicy,
) -> Result<Forecast, StoreError> {
    let mut forecast = Forecast::default();
    for flow in flows.iter().copied() {
        let (records, credits) = of_flow(tx, flow, bulk)?;
        forecast.records += records;
        forecast.credits += credits;
        if watermarks::get(tx, &listing::watermark_name(flow))?.is_none() {
            forecast.unread.push(flow);
        }
    }
    if let Some(budget) = budget {
        let spent = ledger::by_minute(tx, window_start(now))?;
        forecast.done_at = spent_by(now, &spent, forecast.credits, budget);
    }
    Ok(forecast)
}

//! What the previewed run would cost in credits and time.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use zoho_crm::{ROWS_PER_WRITE, Tally};

use super::PlannedFlow;
use crate::bulk_plan::{BulkPlan, Way};
use crate::credit_budget::{Budget, spent_by};
use crate::credit_ledger::CreditLedger;
use crate::forecast;

/// A write takes longer than a look; how much is not published. A simulation without a network measures nothing, and so little is never
/// believed.
const SHORTEST_WRITE: Duration = Duration::from_millis(100);

/// Calls of the heavier kinds that may be under way at once, in every edition (facts, §9).
const HEAVY_AT_ONCE: usize = 10;

/// What the preview spent, and what the run would.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlannedCredits {
    /// What the preview's own calls cost. A preview writes nothing, not even into the ledger: these are not booked.
    pub spent_now: u64,
    /// About what the run would cost: the same looks again, its writes, and what reads them back.
    pub to_come: u64,
    /// The writes among them.
    pub writes: u64,
    /// What Ledgerline may spend in 24 hours.
    pub budget: Option<u64>,
    /// What of that is free for changes now.
    pub free: Option<u64>,
    /// When the run would have spent them at this budget; absent where it never would.
    pub spent_by: Option<Timestamp>,
}

/// How long the run would take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlannedTime {
    /// In seconds, without pauses for credits.
    pub seconds: u64,
    /// Calls that write, and bulk jobs.
    pub writes: u64,
    /// How long a call to Zoho took in the preview on average, in milliseconds.
    pub latency_ms: Option<u64>,
    /// How many writes may be under way at once.
    pub at_once: u64,
    /// When a run that is started now would be done, with pauses for credits; absent where the budget never lets it end.
    pub done_at: Option<Timestamp>,
}

pub(super) fn credits(
    flows: &[PlannedFlow],
    tally: Tally,
    ledger: &CreditLedger,
    spent_before: u64,
    now: Timestamp,
) -> PlannedCredits {
    let proofs = flows.iter().map(|flow| forecast::totals_for(flow.flow, flow.create)).sum::<u64>();
    // What was rehearsed by the records API, put on the way that it would go.
    let plans = || flows.iter().filter_map(|flow| flow.way.as_ref());
    let (chosen, by_rest) =
        (plans().map(|plan| plan.credits).sum::<u64>(), plans().map(|plan| plan.credits_by_rest).sum());
    let writes = (tally.write_credits + chosen).saturating_sub(by_rest);
    let to_come = tally.read_credits + writes + proofs;
    let budget = ledger.budget();
    let spent = ledger.by_minute().unwrap_or_default();
    PlannedCredits {
        spent_now: tally.read_credits,
        to_come,
        writes,
        budget: budget.map(Budget::whole),
        free: budget.map(|budget| budget.for_changes().saturating_sub(spent_before + tally.read_credits)),
        spent_by: budget.and_then(|budget| spent_by(now, &spent, to_come, budget)),
    }
}

pub(super) fn time(
    flows: &[PlannedFlow],
    tally: Tally,
    concurrency: Option<usize>,
    took: Duration,
    credits: &PlannedCredits,
    now: Timestamp,
) -> PlannedTime {
    let at_once = concurrency.unwrap_or(1).clamp(1, HEAVY_AT_ONCE) as u64;
    let latency = tally.latency();
    let write = latency.unwrap_or_default().max(SHORTEST_WRITE);
    let jobs: Vec<&BulkPlan> =
        flows.iter().filter_map(|flow| flow.way.as_ref()).filter(|plan| plan.way == Way::Bulk).collect();
    let by_jobs: u64 = jobs.iter().map(|plan| plan.bulk_rows.div_ceil(ROWS_PER_WRITE as u64)).sum();
    let writes = tally.writes.saturating_sub(by_jobs);
    let rounds = u32::try_from(writes.div_ceil(at_once)).unwrap_or(u32::MAX);
    // Reading and planning take as long as they did just now.
    let whole = took.saturating_add(write.saturating_mul(rounds));
    let whole = whole.saturating_add(Duration::from_secs(jobs.iter().map(|plan| plan.seconds).sum()));
    PlannedTime {
        seconds: whole.as_secs() + u64::from(whole.subsec_nanos() > 0),
        writes: writes + jobs.iter().map(|plan| plan.jobs).sum::<u64>(),
        latency_ms: latency.map(|latency| u64::try_from(latency.as_millis()).unwrap_or(u64::MAX)),
        at_once,
        done_at: credits.spent_by.and_then(|at| at.max(now).saturating_add(whole).ok()),
    }
}

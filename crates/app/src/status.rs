//! What a profile's database says about itself, for `status` and `problems`.

use crate::credit_pause::{self, Pause};
use crate::polling::NEXT_RUN;
use crate::{open, settings};
use jiff::Timestamp;
use serde::Serialize;
use sync::credit_budget::{Budget, next_free};
use sync::credit_ledger::{self, window_start};
use sync::flow::Flow;
use sync::forecast::{self, Forecast};
use sync::reconcile::Compared;
use sync::store::failures::{self, Failure, Retry};
use sync::store::ignored::Ignored;
use sync::store::{
    Store, StoreError, Tx, binding, comparisons, credits, facts, links, runs, sources, warnings,
};

/// Everything that `status` shows.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The company, once a run has tied the profile to one.
    pub company: Option<String>,
    /// The Zoho org, likewise.
    pub zoho_org: Option<String>,
    /// The last run.
    pub last_run: Option<LastRun>,
    /// The last comparison of both systems.
    pub last_comparison: Option<Compared>,
    /// When the polling loop runs next, if it is on.
    pub next_run_at: Option<Timestamp>,
    /// By flow.
    pub flows: Vec<FlowStatus>,
    /// Zoho API credits that Ledgerline spent in the last 24 hours.
    pub zoho_credits_24h: u64,
    /// What may be spent, and how far it goes.
    pub credits: Credits,
    /// Problems that are open.
    pub problems: u64,
    /// Records that failed or wait and are left alone, because a person said so; they are not among the problems.
    pub ignored: u64,
}

/// Zoho API credits: what was spent, what may be, and what is still needed.
#[derive(Clone, Debug, Serialize)]
pub struct Credits {
    /// What Ledgerline spent in the last 24 hours.
    pub spent_24h: u64,
    /// What the whole org has in 24 hours, by edition and users; absent until a run has read it.
    pub daily: Option<u64>,
    /// What Ledgerline may spend of it: `credit_budget`.
    pub budget: Option<u64>,
    /// The part of the budget that is kept for calls that only look.
    pub reserve: Option<u64>,
    /// What may be spent on changes now.
    pub free: Option<u64>,
    /// When the first spent credits come free again.
    pub next_free_at: Option<Timestamp>,
    /// What the whole org had left, where Zoho said so: it does once half is used.
    pub org_remaining: Option<u64>,
    /// When Zoho said that.
    pub org_remaining_at: Option<Timestamp>,
    /// Why the polling loop waits, and until when.
    pub paused: Option<Pause>,
    /// What is still to be written, and when it will be.
    pub forecast: Forecast,
}

/// The last run in short.
#[derive(Clone, Debug, Serialize)]
pub struct LastRun {
    /// Its name in the audit trail.
    pub run_id: String,
    /// What started it.
    pub trigger: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended; absent when it was interrupted or goes on.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
}

/// One flow in short.
#[derive(Clone, Debug, Serialize)]
pub struct FlowStatus {
    /// The flow.
    pub flow: Flow,
    /// Records known from Business Central.
    pub business_central: u64,
    /// Records known in Zoho.
    pub zoho: u64,
    /// Records known from Business Central that are left out: by rule, such as drafts, or by a decision.
    pub left_out: u64,
    /// Records that failed or wait.
    pub problems: u64,
    /// Records that failed or wait and are left alone.
    pub ignored: u64,
    /// Records that were copied with something cut or left out.
    pub warnings: u64,
    /// Why the whole flow stands still, if it does.
    pub stands_still: Option<String>,
}

/// One open problem, in words.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// Its number, for `problems show` and `replay`.
    pub id: i64,
    /// The flow.
    pub flow: Flow,
    /// The record's number.
    pub number: String,
    /// The record's identity in Business Central.
    pub bc_id: String,
    /// Whether it waits for something else.
    pub held: bool,
    /// What kind of failure.
    pub class: String,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when.
    pub since: Timestamp,
    /// When the polling loop tries again; absent when it waits for a person or another record.
    pub next_try: Option<Timestamp>,
    /// Who said that the record is left alone, if anybody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Ignored>,
}

/// Why a whole flow stands still, in words.
#[derive(Clone, Debug, Serialize)]
pub struct FlowProblem {
    /// The flow.
    pub flow: Flow,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// Since when.
    pub since: Timestamp,
}

/// A comparison that found differences, as a problem of the whole profile.
#[derive(Clone, Debug, Serialize)]
pub struct ComparisonProblem {
    /// Stable; programs may match on it.
    pub code: String,
    /// What was found.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// When it was found.
    pub since: Timestamp,
}

/// What to do about systems that do not agree.
pub(crate) const COMPARISON_CURE: &str = "`ledgerline reconcile` reads everything anew, copies what is missing and lists what still differs, with what to do; `ledgerline reconcile --check` only lists.";

/// The state of the profile at `now`.
///
/// # Errors
/// When the database cannot be read.
pub fn status(store: &Store, settings: &settings::Sync, now: Timestamp) -> Result<Status, StoreError> {
    store.read(|tx| {
        let bound = binding::get(tx)?;
        let last = runs::last(tx)?;
        let mut flows = Vec::new();
        for flow in Flow::ALL {
            let failed = failures::counts(tx, flow)?;
            // Purchasing concerns few: it is not shown where it never was switched on.
            let shown = Flow::BY_DEFAULT.contains(&flow) || settings.flows.contains(&flow);
            if !shown && sources::count(tx, flow)? == 0 && links::count(tx, flow)? == 0 {
                continue;
            }
            flows.push(FlowStatus {
                flow,
                business_central: sources::count(tx, flow)?,
                zoho: links::count(tx, flow)?,
                left_out: sources::left_out(tx, flow)?,
                problems: failed.open(),
                ignored: failed.ignored,
                warnings: warnings::count(tx, flow)?,
                stands_still: failures::flow_problems(tx, Some(flow))?.into_iter().next().map(|p| p.message),
            });
        }
        Ok(Status {
            company: bound.as_ref().map(|b| format!("{} ({}/{})", b.company_name, b.tenant, b.environment)),
            zoho_org: bound.map(|b| b.zgid),
            last_run: last.map(|run| LastRun {
                run_id: run.run_id,
                trigger: run.trigger,
                started_at: run.started_at,
                finished_at: run.finished_at,
                outcome: run.outcome,
            }),
            last_comparison: comparisons::last(tx)?,
            // A loop that was killed left a time that is over.
            next_run_at: facts::get(tx, NEXT_RUN)?.and_then(|at| at.parse().ok()).filter(|at| *at >= now),
            problems: flows.iter().map(|flow| flow.problems).sum(),
            ignored: flows.iter().map(|flow| flow.ignored).sum(),
            flows,
            zoho_credits_24h: credits::spent_since(tx, window_start(now))?,
            credits: credits_at(tx, settings, now)?,
        })
    })
}

fn credits_at(tx: &Tx<'_>, settings: &settings::Sync, now: Timestamp) -> Result<Credits, StoreError> {
    let budget = credit_ledger::daily(tx)?.map(|daily| Budget::new(daily, settings.credit_budget_percent));
    let spent = credits::by_minute(tx, window_start(now))?;
    let spent_24h = spent.iter().map(|(_, spent)| *spent).sum();
    let org = credit_ledger::org_says(tx)?;
    Ok(Credits {
        spent_24h,
        daily: budget.map(Budget::daily),
        budget: budget.map(Budget::whole),
        reserve: budget.map(Budget::reserve),
        free: budget.map(|budget| budget.for_changes().saturating_sub(spent_24h)),
        next_free_at: next_free(&spent),
        org_remaining: org.map(|says| says.left),
        org_remaining_at: org.map(|says| says.at),
        paused: credit_pause::current(tx)?.filter(|pause| pause.until > now),
        forecast: forecast::forecast(tx, now, budget, &settings.flows, &open::bulk(settings))?,
    })
}

/// All open problems.
///
/// # Errors
/// When the database cannot be read.
pub fn problems(store: &Store) -> Result<Vec<Problem>, StoreError> {
    Ok(store.read(|tx| failures::list(tx, None))?.into_iter().map(in_words).collect())
}

/// Why whole flows stand still.
///
/// # Errors
/// When the database cannot be read.
pub fn flow_problems(store: &Store) -> Result<Vec<FlowProblem>, StoreError> {
    let open = store.read(|tx| failures::flow_problems(tx, None))?;
    let in_words = |problem: failures::FlowProblem| FlowProblem {
        flow: problem.flow,
        code: problem.code,
        message: problem.message,
        cure: problem.cure,
        since: problem.at,
    };
    Ok(open.into_iter().map(in_words).collect())
}

/// The last comparison, where the systems differed in more than what is left alone.
///
/// # Errors
/// When the database cannot be read.
pub fn comparison_problem(store: &Store) -> Result<Option<ComparisonProblem>, StoreError> {
    let last = store.read(comparisons::last)?;
    Ok(last.filter(Compared::needs_attention).map(|last| ComparisonProblem {
        code: "comparison_differs".to_owned(),
        message: last.sentence,
        cure: COMPARISON_CURE.to_owned(),
        since: last.at,
    }))
}

/// A failure as reports show it.
pub(crate) fn in_words(failure: Failure) -> Problem {
    Problem {
        id: failure.problem,
        flow: failure.flow,
        number: failure.number,
        bc_id: failure.id.to_string(),
        held: failure.held,
        class: failure.class.name().to_owned(),
        code: failure.code,
        message: failure.message,
        cure: failure.cure,
        attempts: failure.attempts,
        since: failure.first_at,
        next_try: match failure.retry {
            Retry::At(at) => Some(at),
            Retry::Manual | Retry::WaitsFor { .. } => None,
        },
        ignored: failure.ignored,
    }
}

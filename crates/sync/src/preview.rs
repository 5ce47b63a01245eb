//! What a run would do, found out by running it over a copy of the database and a [`Rehearsal`] in place of Zoho.
//!
//! The planner, the order of the steps and the checks are those of a real run: nothing is planned twice in two ways. What the run would
//! have written stands in the copy's audit trail afterwards, and is read from there record by record, so that a preview of a million
//! records needs no more memory than one of a hundred.

mod expect;
mod records;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use zoho_crm::Rehearsal;

pub use expect::{PlannedCredits, PlannedTime};
pub use records::{FieldChange, PlannedAction, PlannedRecord};

use crate::bulk_plan::{self, BulkPlan, Way};
use crate::credit_ledger::CreditLedger;
use crate::engine::{Engine, Parts, RunOptions};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::links_view::{DELETED_CUSTOMERS, LINE_PRODUCT};
use crate::map::{DELETED_CUSTOMERS_NAME, LINE_PRODUCT_NAME};
use crate::progress::{Progress, Stop};
use crate::report::{Calls, FlowReport, Outcome, ReportedError, ReportedFlowProblem, RunReport, Trigger};
use crate::store::{StoreError, audit, facts};

/// What a preview is asked for.
#[derive(Clone, Debug)]
pub struct PreviewOptions {
    /// Only these flows; `None` for all that are switched on.
    pub flows: Option<Vec<Flow>>,
    /// Reads everything, as `sync --full` would.
    pub full: bool,
    /// So many records are kept in each list of the result. All of them are told to the caller one by one.
    pub shown: usize,
}

/// What a run would do.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Clean where every record could be written; attention where some wait or would fail; failed where it could not be found out.
    pub outcome: Outcome,
    /// One for every flow that was asked for.
    pub flows: Vec<PlannedFlow>,
    /// The first records that would be written.
    pub records: Vec<PlannedRecord>,
    /// The first records that would wait or fail, with their reasons.
    pub held: Vec<PlannedRecord>,
    /// Whether there are more records than are listed.
    pub truncated: bool,
    /// What else would happen or should be known.
    pub notes: Vec<String>,
    /// The calls that the preview itself made. All of them only read.
    pub calls: Calls,
    /// What the preview spent, and what the run would.
    pub credits: PlannedCredits,
    /// How long the run would take.
    pub time: PlannedTime,
    /// Why whole flows stand still.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flow_problems: Vec<ReportedFlowProblem>,
    /// Why it could not be found out to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ReportedError>,
}

/// What would become of a flow's records: `read` is the sum of the others, but for `warnings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedFlow {
    /// The flow.
    pub flow: Flow,
    /// Records that the run would consider.
    pub read: u64,
    /// Made in Zoho.
    pub create: u64,
    /// Changed in Zoho.
    pub update: u64,
    /// Found in Zoho by their key, and changed where they differ.
    pub adopt: u64,
    /// Marked as deleted in Business Central.
    pub flag: u64,
    /// Deleted in Zoho.
    pub delete: u64,
    /// Right already.
    pub unchanged: u64,
    /// Left alone by rule or policy.
    pub skip: u64,
    /// Waiting for something.
    pub hold: u64,
    /// Not writable as they are.
    pub fail: u64,
    /// Records that would be written with something cut or left out.
    pub warnings: u64,
    /// Credits of the flow's writes.
    pub credits: u64,
    /// Which way the new records would go, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<BulkPlan>,
}

/// What a rehearsal cannot know.
const TOTALS: &str = "What Zoho computes as an invoice's total is known only when it holds the invoice: a sync reads it back, and     corrects a rounding difference through Adjustment.";

/// Nobody has verified it (facts, §7).
const WORKFLOWS: &str = "Whether Zoho runs workflows for records that bulk jobs make is not verified; `--no-bulk` has them written by \
    the records API, which runs them only where the settings say so.";

/// Is told every record that would be written, held or left alone.
pub type Tell<'a> = dyn FnMut(&PlannedRecord) -> Result<(), RunError> + Send + 'a;

/// Finds out what a run would do.
///
/// `parts` are those of a run whose database is a copy and whose Zoho client goes through `rehearsal`; `ledger` is over the copy too. The
/// answer is made in every case; what prevented or ended the preview stands in `error`.
pub async fn preview(
    parts: Parts,
    rehearsal: &Rehearsal,
    ledger: &CreditLedger,
    options: &PreviewOptions,
    tell: &mut Tell<'_>,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Preview, RunError> {
    let clock = std::sync::Arc::clone(&parts.clock);
    let engine = Engine::new(parts).rehearsing();
    let store = std::sync::Arc::clone(&engine.parts.store);
    let before = store.read(audit::head)?;
    let placeholders = missing_placeholders(&engine)?;
    let spent_before = ledger.spent()?;
    let run =
        RunOptions { flows: options.flows.clone(), full: options.full, ..RunOptions::of(Trigger::Manual) };
    let start = clock.monotonic();
    let report = engine.run(&run, progress, stop).await;
    let took = clock.monotonic().saturating_sub(start);
    let mut listed = Listed::new(&report.flows, options.shown);
    records::each(&store, before, &mut |record| {
        listed.take(record);
        tell(record)
    })?;
    let made = missing_placeholders(&engine)?;
    let notes = placeholders.into_iter().filter(|name| !made.contains(name));
    let mut notes: Vec<String> =
        notes.map(|name| format!("The record \"{name}\" would be made in Zoho as well.")).collect();
    if listed.flows.iter().any(|flow| flow.flow.is_document() && flow.create > 0) {
        notes.push(TOTALS.to_owned());
    }
    Ok(listed.finish(Found { report, rehearsal, engine: &engine, ledger, spent_before, took, notes }))
}

/// The records of our own making that are not known yet.
fn missing_placeholders(engine: &Engine) -> Result<Vec<&'static str>, StoreError> {
    engine.parts.store.read(|tx| {
        let mut missing = Vec::new();
        for (fact, name) in [(LINE_PRODUCT, LINE_PRODUCT_NAME), (DELETED_CUSTOMERS, DELETED_CUSTOMERS_NAME)] {
            if facts::get(tx, fact)?.is_none() {
                missing.push(name);
            }
        }
        Ok(missing)
    })
}

/// What the rehearsed run left to be put into words.
struct Found<'a> {
    report: RunReport,
    rehearsal: &'a Rehearsal,
    engine: &'a Engine,
    ledger: &'a CreditLedger,
    spent_before: u64,
    took: Duration,
    notes: Vec<String>,
}

/// Counts the records and keeps the first.
struct Listed {
    flows: Vec<PlannedFlow>,
    shown: usize,
    records: Vec<PlannedRecord>,
    held: Vec<PlannedRecord>,
    truncated: bool,
}

impl Listed {
    fn new(reports: &[FlowReport], shown: usize) -> Self {
        let flow = |report: &FlowReport| PlannedFlow {
            flow: report.flow,
            read: report.read,
            create: 0,
            update: 0,
            adopt: 0,
            flag: 0,
            delete: 0,
            unchanged: 0,
            skip: report.skipped,
            hold: report.held,
            fail: report.failed,
            warnings: 0,
            credits: 0,
            way: None,
        };
        Self {
            flows: reports.iter().map(flow).collect(),
            shown,
            records: Vec::new(),
            held: Vec::new(),
            truncated: false,
        }
    }

    fn take(&mut self, record: &PlannedRecord) {
        let list = match record.action {
            PlannedAction::Hold | PlannedAction::Fail => Some(&mut self.held),
            PlannedAction::Create
            | PlannedAction::Update
            | PlannedAction::Adopt
            | PlannedAction::Flag
            | PlannedAction::Delete => Some(&mut self.records),
            PlannedAction::Skip => None,
        };
        match list {
            Some(list) if list.len() < self.shown => list.push(record.clone()),
            Some(_) => self.truncated = true,
            None => {}
        }
        let Some(flow) = self.flows.iter_mut().find(|flow| flow.flow == record.flow) else { return };
        match record.action {
            PlannedAction::Create => flow.create += 1,
            PlannedAction::Update => flow.update += 1,
            PlannedAction::Adopt => flow.adopt += 1,
            PlannedAction::Flag => flow.flag += 1,
            PlannedAction::Delete => flow.delete += 1,
            // The run has counted these.
            PlannedAction::Hold | PlannedAction::Fail | PlannedAction::Skip => return,
        }
        if !record.warnings.is_empty() {
            flow.warnings += 1;
        }
    }

    fn finish(mut self, found: Found<'_>) -> Preview {
        let Found { report, rehearsal, engine, ledger, spent_before, took, mut notes } = found;
        for flow in &mut self.flows {
            // The run counts as unchanged what was adopted as it is, and what only gave its number away.
            let done = flow.create + flow.update + flow.adopt + flow.flag + flow.delete;
            flow.unchanged = flow.read.saturating_sub(done + flow.skip + flow.hold + flow.fail);
            flow.credits = rehearsal.write_credits(flow.flow.module());
            if flow.create > 0 {
                let (bulk, can_upload) = (&engine.parts.policy.bulk, engine.parts.zoho.can_upload());
                let plan = bulk_plan::choose(flow.flow, flow.create, bulk, can_upload);
                flow.credits = flow.credits.saturating_sub(plan.credits_by_rest) + plan.credits;
                flow.way = Some(plan);
            }
        }
        if self.flows.iter().filter_map(|flow| flow.way.as_ref()).any(|plan| plan.way == Way::Bulk) {
            notes.push(WORKFLOWS.to_owned());
        }
        let waits = self.flows.iter().any(|flow| flow.hold + flow.fail > 0);
        let outcome = match &report.error {
            Some(_) => Outcome::Failed,
            None if waits || !report.flow_problems.is_empty() => Outcome::Attention,
            None => Outcome::Clean,
        };
        let credits =
            expect::credits(&self.flows, rehearsal.tally(), ledger, spent_before, report.finished_at);
        let time = expect::time(
            &self.flows,
            rehearsal.tally(),
            engine.zoho_concurrency(),
            took,
            &credits,
            report.finished_at,
        );
        Preview {
            started_at: report.started_at,
            finished_at: report.finished_at,
            outcome,
            flows: self.flows,
            records: self.records,
            held: self.held,
            truncated: self.truncated,
            notes,
            calls: Calls { business_central: report.calls.business_central, zoho: rehearsal.tally().reads },
            credits,
            time,
            flow_problems: report.flow_problems,
            error: report.error,
        }
    }
}

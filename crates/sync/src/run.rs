//! One run from preparation to report.

use std::collections::BTreeSet;

use business_central::BcId;
use jiff::Timestamp;

use crate::apply::{self, Selection};
use crate::capture::Inbox;
use crate::drift;
use crate::engine::{Engine, Replay, RunOptions, only};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::observe::{deletions, listing, sweeps, ties};
use crate::org_schema::CustomField;
use crate::progress::{Event, Progress, Stop};
use crate::report::{Calls, FlowReport, Outcome, ReportedError, ReportedFlowProblem, RunReport, Trigger};
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::failure_groups::Among;
use crate::store::failures::{self, Counts, FlowProblem};
use crate::store::{
    StoreError, audit, considered, failure_groups, ignored, questions, runs, sources, sweep_clocks,
};

/// The flow problem of an edition, module or field that is missing.
const GATE: &str = "gate";

/// The clock of a flow's listing by schedule.
fn listed_clock(flow: Flow) -> String {
    format!("listed.{}", flow.name())
}

/// Runs, and reports in every case.
pub(crate) async fn reported(
    engine: &Engine,
    options: &RunOptions,
    selection: &Selection,
    progress: &dyn Progress,
    stop: &Stop,
) -> RunReport {
    let flows = chosen(engine, options.flows.as_deref());
    let job = Job { options, selection, flows: &flows, replay: &[] };
    // On the heap, for a run is large and its callers wait in it.
    Box::pin(job.report(engine, Ok(()), progress, stop)).await
}

/// Tries failures again, and reports in every case.
pub(crate) async fn replayed(
    engine: &Engine,
    what: &Replay,
    progress: &dyn Progress,
    stop: &Stop,
) -> RunReport {
    let options = RunOptions::of(Trigger::Replay);
    let flows = chosen(engine, None);
    // A replay that cannot find out what it takes up has done nothing, and says so.
    let (records, found) = match taken_up(engine, what) {
        Ok(records) => (records, Ok(())),
        Err(error) => (Vec::new(), Err(error.into())),
    };
    let selection = Selection { everything_due: true, only: Some(only(records.iter().copied())) };
    let job = Job { options: &options, selection: &selection, flows: &flows, replay: &records };
    Box::pin(job.report(engine, found, progress, stop)).await
}

/// The records that a replay takes up. What is left alone is taken up only where it is named: that takes the word back.
fn taken_up(engine: &Engine, what: &Replay) -> Result<Vec<(Flow, BcId)>, StoreError> {
    let now = engine.parts.clock.now();
    engine.parts.store.write(|tx| {
        let failed = match what {
            Replay::Problems(problems) => {
                ignored::tried_again(tx, problems, now)?;
                let each: BTreeSet<i64> = problems.iter().copied().collect();
                let found = each.into_iter().map(|problem| failures::get(tx, problem));
                found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
            }
            Replay::Group(group) => failure_groups::page(tx, Among::Open, group, 0, usize::MAX)?,
            Replay::Flow(flow) => failures::list(tx, Some(*flow))?,
            Replay::All => failures::list(tx, None)?,
        };
        // What people did in Zoho: another try means that Business Central wins.
        failed.iter().try_for_each(|failure| questions::restore(tx, failure, now))?;
        Ok(failed.iter().map(|failure| (failure.flow, failure.id)).collect())
    })
}

/// The flows that are switched on and asked for, in dependency order.
pub(crate) fn chosen(engine: &Engine, asked: Option<&[Flow]>) -> Vec<Flow> {
    let on = &engine.parts.policy.flows;
    Flow::ALL.into_iter().filter(|f| on.contains(f) && asked.is_none_or(|asked| asked.contains(f))).collect()
}

struct Job<'a> {
    options: &'a RunOptions,
    selection: &'a Selection,
    flows: &'a [Flow],
    /// The records that are read anew instead of a listing.
    replay: &'a [(Flow, BcId)],
}

impl Job<'_> {
    /// Runs, unless what went before it failed already.
    async fn report(
        &self,
        engine: &Engine,
        before_it: Result<(), RunError>,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> RunReport {
        let parts = &engine.parts;
        let started_at = parts.clock.now();
        let run_id = format!("{:016x}", parts.random.next());
        let before = (parts.business_central.calls(), parts.zoho.calls(), parts.zoho.credits());
        let inbox = match (&before_it, self.options.trigger) {
            (Ok(()), Trigger::Signal) => Inbox::open(&parts.store, self.flows).map(Some),
            (Ok(()) | Err(_), _) => Ok(None),
        };
        let taken = inbox.as_ref().ok().and_then(Option::as_ref).map(|inbox| inbox.taken);
        let mut result = match (before_it, inbox) {
            (Ok(()), Ok(inbox)) => self.go(engine, &run_id, started_at, inbox, progress, stop).await,
            (Err(error), _) => Err(error),
            (Ok(()), Err(error)) => Err(error.into()),
        };
        if let Err(error) = parts.ledger.settle() {
            result = result.and(Err(error.into()));
        }
        let finished_at = parts.clock.now();
        let mut report = RunReport {
            run_id,
            trigger: self.options.trigger,
            started_at,
            finished_at,
            outcome: Outcome::Failed,
            flows: Vec::new(),
            calls: Calls {
                business_central: parts.business_central.calls() - before.0,
                zoho: parts.zoho.calls() - before.1,
            },
            zoho_credits: parts.zoho.credits() - before.2,
            signals: taken,
            flow_problems: Vec::new(),
            resumes_at: result
                .as_ref()
                .err()
                .and_then(RunError::refused_leave)
                .and_then(|refused| refused.until),
            comparison: None,
            error: result.err().map(|error| ReportedError {
                code: error.code(),
                message: error.to_string(),
                cure: error.cure(),
            }),
        };
        if let Err(error) = self.close(engine, &mut report) {
            report.outcome = Outcome::Failed;
            report.error.get_or_insert(ReportedError {
                code: error.code().to_owned(),
                message: error.to_string(),
                cure: error.cure(),
            });
        }
        tracing::info!(
            run = report.run_id,
            trigger = report.trigger.name(),
            outcome = report.outcome.name(),
            error = report.error.as_ref().map(|error| error.code.as_str()),
            "a run ended"
        );
        report
    }

    async fn go(
        &self,
        engine: &Engine,
        run_id: &str,
        started_at: Timestamp,
        inbox: Option<Inbox>,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<(), RunError> {
        engine.parts.store.write(|tx| {
            considered::begin(tx)?;
            runs::begin(tx, run_id, self.options.trigger.name(), started_at)
        })?;
        let session = engine.session(run_id.to_owned(), progress, stop).await?;
        if let Err(error) = must_be_set_up(&session, self.flows) {
            // The fields will come from elsewhere: the next run looks again.
            engine.forget_metadata();
            return Err(error);
        }
        for flow in self.flows.iter().copied() {
            session.may_write().await?;
            if !gate(&session, flow)? {
                if let Some(inbox) = &inbox {
                    // Once the flow may go on, its listing finds what was told.
                    inbox.done(&session, flow)?;
                }
                continue;
            }
            let mut left = self.selection.clone();
            drift::begin(&session, flow)?;
            apply::bulk::resume(&session, flow).await?;
            if self.options.trigger == Trigger::Replay {
                for (_, id) in self.replay.iter().filter(|(f, _)| *f == flow) {
                    session.check_stop()?;
                    deletions::read_one(&session, flow, *id).await?;
                }
            } else if let Some(inbox) = inbox.as_ref().filter(|inbox| !inbox.catches_up())
                && !listing::is_first(&session, flow)?
            {
                inbox.follow(&session, flow).await?;
                inbox.done(&session, flow)?;
                self.renew_ties(&session, flow, false).await?;
            } else {
                // Everything was tried once already while it was read.
                left.everything_due &=
                    !self.observe(&session, flow, inbox.as_ref().is_some_and(Inbox::catches_up)).await?;
                if let Some(inbox) = &inbox {
                    // A poll brings what changed in Business Central, and not what was done in Zoho.
                    inbox.follow(&session, flow).await?;
                    inbox.done(&session, flow)?;
                }
            }
            apply::flow(&session, flow, &left, None).await?;
            session.progress().event(Event::Finished { flow });
        }
        if let Some(inbox) = inbox {
            inbox.caught_up(&session)?;
        }
        Ok(())
    }

    /// Takes in what Business Central says. Returns whether it was written already, as far as it goes.
    async fn observe(&self, session: &Session<'_>, flow: Flow, catches_up: bool) -> Result<bool, RunError> {
        let first = listing::is_first(session, flow)?;
        let by_hand = self.options.full || self.options.trigger == Trigger::Manual;
        let started = session.now();
        let whole = if !first && self.is_told(session, flow)? {
            false
        } else {
            let whole = self.read(session, flow, first).await?;
            session.store().write(|tx| sweep_clocks::set(tx, &listed_clock(flow), started))?;
            whole
        };
        sweeps::run(session, flow, by_hand, whole.then_some(started)).await?;
        // Who looks again after giving a permission back wants to see it gone.
        let again = by_hand && deletions::stands_still(session, flow)?;
        let force = self.options.full || again;
        deletions::run(session, flow, force, whole, self.options.confirm_deletions).await?;
        drift::run(session, flow, self.options.full || catches_up).await?;
        if flow == Flow::Invoices {
            deletions::look_again(session, flow).await?;
        }
        self.renew_ties(session, flow, first).await?;
        Ok(first)
    }

    /// Whether signals tell what changed, and it was listed for safety not long ago.
    fn is_told(&self, session: &Session<'_>, flow: Flow) -> Result<bool, RunError> {
        if self.options.trigger != Trigger::Schedule || !self.options.told.contains(&flow) {
            return Ok(false);
        }
        let last = session.store().read(|tx| sweep_clocks::last(tx, &listed_clock(flow)))?;
        Ok(!sweeps::is_due(last, session.policy().safety_interval, session.now()))
    }

    /// Before persons are planned: whose company contact is whose, for the customers that are new or changed.
    async fn renew_ties(&self, session: &Session<'_>, flow: Flow, first: bool) -> Result<(), RunError> {
        // A first load has read them while it planned.
        if flow == Flow::Contacts && !(first && ties::is_fresh(session)?) {
            let changed = session.store().read(|tx| {
                let fingerprint = session.fingerprint(Flow::Customers);
                let now = session.now();
                let page = sources::candidates(tx, Flow::Customers, &fingerprint, now, true, None, 500)?;
                let written = sources::changed_since(tx, Flow::Customers, session.started())?;
                Ok(page.into_iter().map(|c| c.source.id).chain(written).collect::<Vec<_>>())
            })?;
            if self.options.full {
                ties::refresh_all(session).await?;
            } else {
                ties::refresh(session, &changed).await?;
            }
        }
        Ok(())
    }

    /// Reads what changed, or everything; says which. On a first load, what a page brought is written while the next pages come.
    async fn read(&self, session: &Session<'_>, flow: Flow, first: bool) -> Result<bool, RunError> {
        if !first {
            return listing::read(session, flow, self.options.full, None).await;
        }
        let (feeder, feed) = apply::feed::pair();
        let reading = async {
            let read = listing::read(session, flow, self.options.full, Some(&feeder)).await;
            feeder.end();
            read
        };
        // What was read is kept, also where writing cannot go on: the next run need not read it again.
        let (read, written) = tokio::join!(reading, apply::flow(session, flow, self.selection, Some(feed)));
        written?;
        read
    }

    /// Counts, decides the outcome, and stores the report.
    fn close(&self, engine: &Engine, report: &mut RunReport) -> Result<(), StoreError> {
        engine.parts.store.write(|tx| {
            let mut open = 0;
            for flow in self.flows.iter().copied() {
                // A record whose time for another try has not come is still waiting: it is counted, and keeps the run from being clean, unless a
                // person has said that it is left alone. A replay considers what it was told to.
                let failed = match self.options.trigger {
                    Trigger::Replay => Counts::default(),
                    Trigger::Manual | Trigger::Schedule | Trigger::Signal => {
                        considered::note_failures(tx, flow)?
                    }
                };
                open += failed.open();
                let tally = considered::tally(tx, flow)?;
                report.flows.push(FlowReport {
                    flow,
                    read: tally.read(),
                    created: tally.created,
                    updated: tally.updated,
                    unchanged: tally.unchanged,
                    skipped: tally.skipped,
                    failed: tally.failed,
                    held: tally.held,
                    ignored: failed.ignored,
                });
                let problems = failures::flow_problems(tx, Some(flow))?;
                report.flow_problems.extend(problems.into_iter().map(|problem: FlowProblem| {
                    ReportedFlowProblem {
                        flow: problem.flow,
                        code: problem.code,
                        message: problem.message,
                        cure: problem.cure,
                    }
                }));
            }
            report.outcome = outcome(report, open);
            let json = serde_json::to_string(report).unwrap_or_default();
            let entry = Entry {
                seq: 0,
                at: report.finished_at,
                run: Some(report.run_id.clone()),
                flow: None,
                id: None,
                number: None,
                kind: AuditKind::Run,
                summary: format!("{} ended: {}", report.trigger.run(), report.outcome.name()),
                before: None,
                after: None,
                zoho_id: None,
            };
            audit::append(tx, &entry)?;
            runs::finish(tx, &report.run_id, report.outcome.name(), &json, report.finished_at)
        })
    }
}

/// A run that could not go on achieved part of its work when anything was written or settled.
fn outcome(report: &RunReport, open_failures: u64) -> Outcome {
    let achieved = report.flows.iter().any(|f| f.created + f.updated + f.unchanged + f.skipped > 0);
    let clean = report.flows.iter().all(FlowReport::is_clean);
    match &report.error {
        Some(error) if error.code == "stopped" && clean && report.flow_problems.is_empty() => Outcome::Clean,
        Some(_) if achieved => Outcome::Attention,
        Some(_) => Outcome::Failed,
        None if clean && open_failures == 0 && report.flow_problems.is_empty() => Outcome::Clean,
        None => Outcome::Attention,
    }
}

/// `sync` never creates fields: without our keys it must not write at all.
pub(crate) fn must_be_set_up(session: &Session<'_>, flows: &[Flow]) -> Result<(), RunError> {
    for flow in flows.iter().copied().filter(|flow| session.org.is_usable(*flow)) {
        for field in [CustomField::Number, CustomField::Id] {
            if session.org.our_field(flow, field).is_none() {
                if session.org.edition.custom_fields() == 0 {
                    let edition = session.org.edition.name();
                    return Err(RunError::refused(
                        "custom_fields_not_available",
                        format!(
                            "The Zoho org has the edition {edition}, which has no custom fields; Ledgerline needs two in every module."
                        ),
                        "Change to Zoho CRM Standard (customers and contacts) or Professional (items, invoices and purchasing too), then run `ledgerline setup`.",
                    ));
                }
                return Err(RunError::refused(
                    "setup_needed",
                    format!(
                        "The Zoho module {} has no field \"{}\" yet.",
                        flow.module().api_name(),
                        field.label()
                    ),
                    "Run `ledgerline setup`: it creates the fields and asks before it does.",
                ));
            }
        }
    }
    Ok(())
}

/// Whether the org's edition and modules allow the flow. A flow that they forbid stands still and says so; the others go on.
fn gate(session: &Session<'_>, flow: Flow) -> Result<bool, RunError> {
    match session.org.gate(flow) {
        Ok(()) => {
            session.store().write(|tx| failures::clear_flow_problem(tx, flow, GATE))?;
            Ok(true)
        }
        Err(problem) => {
            let problem = FlowProblem {
                flow,
                code: GATE.to_owned(),
                message: problem.message,
                cure: problem.cure,
                at: session.now(),
            };
            session.store().write(|tx| failures::set_flow_problem(tx, &problem))?;
            Ok(false)
        }
    }
}

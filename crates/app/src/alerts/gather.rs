//! Gathers what the database and the settings know.

use jiff::{Timestamp, Zoned};
use serde::Deserialize;
use sync::credit_budget::Budget;
use sync::credit_ledger::{self, window_start};
use sync::flow::Flow;
use sync::reconcile::Compared;
use sync::report::{ReportedError, Trigger};
use sync::store::failure_groups::{self, Group};
use sync::store::failures::{self, FlowProblem};
use sync::store::runs::Run;
use sync::store::{Store, StoreError, Tx, comparisons, credits, facts, runs};

use super::{Cause, CreditUse, Differs, Facts, Failing, FailureKind, SignalsHeard, StandingFlow};
use crate::settings::Settings;
use crate::{credit_pause, webhooks};

/// The fact that holds until when the user paused runs by schedule.
pub const PAUSED_UNTIL: &str = "paused_until";

/// What the database and the settings know at `now`.
///
/// What works now, the end of the wizard's first run, and what keeps the program from running are left to the caller, who knows them.
///
/// # Errors
/// When the database cannot be read.
pub fn facts_of(store: &Store, settings: &Settings, now: Zoned) -> Result<Facts, StoreError> {
    let at = now.timestamp();
    let signals = signals(store, settings, at)?;
    store.read(|tx| {
        let ended = Ended::look_back(tx, &settings.sync.flows)?;
        Ok(Facts {
            paused_until: facts::get(tx, PAUSED_UNTIL)?
                .and_then(|until| until.parse().ok())
                .filter(|until| *until > at),
            failing: ended.failing,
            last_success: ended.last_success,
            problems: failure_groups::groups(tx)?.into_iter().map(cause).collect(),
            standing: failures::flow_problems(tx, None)?.into_iter().map(standing).collect(),
            differs: comparisons::last(tx)?
                .filter(Compared::needs_attention)
                .map(|last| Differs { at: last.at, sentence: last.sentence }),
            credit_pause: credit_pause::current(tx)?.filter(|pause| pause.until > at),
            credits: credit_use(tx, settings, at)?,
            poll_interval: settings.sync.poll_interval,
            secret_expires: settings.business_central.client_secret_expires,
            signals,
            ..Facts::at(now)
        })
    })
}

fn cause(group: Group) -> Cause {
    Cause {
        flow: group.key.flow,
        code: group.key.code,
        waits_for: group.key.waits_for,
        class: group.newest.class,
        count: group.count,
        held: group.newest.held,
        since: group.first_at,
        message: group.newest.message,
        cure: group.newest.cure,
    }
}

fn standing(problem: FlowProblem) -> StandingFlow {
    StandingFlow {
        flow: problem.flow,
        code: problem.code,
        message: problem.message,
        cure: problem.cure,
        since: problem.at,
    }
}

fn signals(store: &Store, settings: &Settings, at: Timestamp) -> Result<SignalsHeard, StoreError> {
    let Some(relay) = settings.relay.url.as_deref() else { return Ok(SignalsHeard::Unused) };
    let shown = webhooks::shown(store, Some(relay), at)?;
    let found_out = shown.link.up_since.is_some() || shown.link.why.is_some();
    if !shown.listening || !found_out {
        return Ok(SignalsHeard::Unknown);
    }
    let first = shown.silent().into_iter().next();
    Ok(first.map_or(SignalsHeard::Arrive, |(party, why)| SignalsHeard::Silent {
        party: party.to_owned(),
        message: why.message,
        cure: why.cure,
    }))
}

fn credit_use(tx: &Tx<'_>, settings: &Settings, now: Timestamp) -> Result<Option<CreditUse>, StoreError> {
    let Some(daily) = credit_ledger::daily(tx)? else { return Ok(None) };
    let budget = Budget::new(daily, settings.sync.credit_budget_percent).whole();
    Ok(Some(CreditUse { spent: credits::spent_since(tx, window_start(now))?, budget }))
}

/// What the ends of the last runs say together.
#[derive(Default)]
struct Ended {
    failing: Option<Failing>,
    last_success: Option<Timestamp>,
    /// Whether an older run no longer belongs to the row of failures.
    row_is_over: bool,
}

/// The part of a run's report that counts here.
#[derive(Deserialize)]
struct Report {
    flows: Vec<FlowOfReport>,
    error: Option<ReportedError>,
}

#[derive(Deserialize)]
struct FlowOfReport {
    flow: Flow,
}

impl Ended {
    fn look_back(tx: &Tx<'_>, flows: &[Flow]) -> Result<Self, StoreError> {
        let mut ended = Self::default();
        runs::look_back(tx, |run| {
            ended.take(&run, flows);
            ended.last_success.is_none()
        })?;
        Ok(ended)
    }

    /// Takes an older run in.
    fn take(&mut self, run: &Run, flows: &[Flow]) {
        let (Some(at), Some(text)) = (run.finished_at, &run.report) else { return };
        // A report of a version that wrote them otherwise says nothing.
        let Ok(report) = serde_json::from_str::<Report>(text) else { return };
        let kind = report.error.as_ref().map(|error| FailureKind::of(&error.code));
        match (report.error, kind) {
            // Somebody asked for the end: neither a failure nor the whole work.
            (Some(error), _) if error.code == "stopped" => return,
            (Some(error), Some(kind)) => {
                self.failed(at, kind, error);
                // Part by part, as credits allow, is how a large load goes.
                if kind != FailureKind::Credits || run.outcome.as_deref() == Some("failed") {
                    return;
                }
            }
            (_, _) => self.row_is_over = true,
        }
        // A replay, or a run of some flows only, leaves the rest as it was.
        let whole = flows.iter().all(|flow| report.flows.iter().any(|of| of.flow == *flow));
        if run.trigger != Trigger::Replay.name() && whole {
            self.last_success = Some(at);
        }
    }

    fn failed(&mut self, at: Timestamp, kind: FailureKind, error: ReportedError) {
        match &mut self.failing {
            Some(failing) if !self.row_is_over && failing.kind == kind => {
                failing.runs = failing.runs.saturating_add(1);
                failing.since = at;
            }
            None if !self.row_is_over => {
                let ReportedError { code, message, cure } = error;
                self.failing = Some(Failing { runs: 1, since: at, kind, code, message, cure });
            }
            Some(_) | None => self.row_is_over = true,
        }
    }
}

#[cfg(test)]
mod tests;

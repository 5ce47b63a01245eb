//! Comparisons that nobody asked for: after the first load, and then daily; and what is kept of every comparison.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::finding::{FlowComparison, Hearer, KindFound};
use super::{ReconcileOptions, Reconciliation, zoho_side};
use crate::credit_ledger;
use crate::engine::{Engine, RunOptions};
use crate::failure::RunError;
use crate::observe::sweeps;
use crate::progress::{Progress, Stop};
use crate::report::{Calls, Outcome, RunReport, Trigger, is_nought};
use crate::store::{StoreError, comparisons, links, sweep_clocks};

/// The clock of attempts: one that fails is not repeated with every run.
const TRIED: &str = "comparison.tried";

/// How long after an attempt that did not succeed the next one is made.
const AGAIN: Duration = Duration::from_secs(60 * 60);

/// What reading both sides' settings costs at most, in credits.
const SETTINGS_CREDITS: u64 = 15;

/// Why a comparison was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Somebody asked for it.
    Asked,
    /// The first load was finished.
    FirstLoad,
    /// The last one was a day ago, or as long as the settings say.
    Daily,
}

impl Cause {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::FirstLoad => "first_load",
            Self::Daily => "daily",
        }
    }
}

/// What is kept of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// When it began.
    pub at: Timestamp,
    /// Why it was made.
    pub cause: Cause,
    /// Whether both systems agree; absent when they could not be compared.
    pub agrees: Option<bool>,
    /// The result, or why there is none, in one sentence.
    pub sentence: String,
    /// The counts and sums.
    pub flows: Vec<FlowComparison>,
    /// How often each kind of difference was found, and what to do about it.
    pub kinds: Vec<KindFound>,
    /// How many of the differences are of records that a person has said are left alone.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub ignored: u64,
    /// Calls that it made.
    pub calls: Calls,
    /// Zoho API credits that it cost.
    pub zoho_credits: u64,
}

impl Compared {
    /// How many differences were found.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.count).sum()
    }

    /// Whether it found differences that nobody has said are left alone.
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        self.agrees == Some(false) && (self.ignored == 0 || self.differences() > self.ignored)
    }

    fn of(found: &Reconciliation, cause: Cause) -> Self {
        Self {
            at: found.compared_at,
            cause,
            agrees: Some(found.agrees),
            sentence: found.sentence.clone(),
            flows: found.flows.clone(),
            kinds: found.kinds.clone(),
            ignored: found.ignored,
            calls: found.calls,
            zoho_credits: found.zoho_credits,
        }
    }
}

/// Which comparisons are due by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Only the very first of the profile, after the first run that ends clean.
    First,
    /// The first, and each time this long after the last one; sooner where the last one found differences and a later run is clean.
    Every(Duration),
}

impl Engine {
    /// Compares both systems; unless `check_only`, first runs every sweep and tries due failures again. `hearer` is told of every
    /// difference while it is found.
    ///
    /// # Errors
    /// When either side or the database could not be read.
    pub async fn reconcile(
        &self,
        options: &ReconcileOptions,
        hearer: &mut Hearer<'_>,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<Reconciliation, RunError> {
        let run = if options.check_only {
            None
        } else {
            let run = RunOptions {
                full: true,
                confirm_deletions: options.confirm_deletions,
                ..RunOptions::of(Trigger::Manual)
            };
            Some(self.run(&run, progress, stop).await)
        };
        let found = self.compare(options.lines, Cause::Asked, hearer, progress, stop).await?;
        Ok(Reconciliation { run, ..found })
    }

    /// Compares both systems after a run where that is due, and keeps the result. `None` where it is not due.
    ///
    /// Nothing is written to either system. A comparison that the credit budget has no room for is left for later, and so is one
    /// that failed.
    pub async fn compare_if_due(
        &self,
        due: Due,
        report: &RunReport,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Option<Compared> {
        let now = self.parts.clock.now();
        let cause = self.due(due, report, now).unwrap_or_else(|error| {
            tracing::warn!(%error, "it could not be found out whether a comparison is due");
            None
        })?;
        match self.compare_within_budget(cause, progress, stop).await {
            Ok(compared) => Some(compared),
            Err(error) => {
                tracing::warn!(%error, code = error.code(), "the comparison could not be made");
                Some(not_compared(now, cause, format!("Not compared: {error}")))
            }
        }
    }

    fn due(&self, due: Due, report: &RunReport, now: Timestamp) -> Result<Option<Cause>, StoreError> {
        if report.error.is_some() || !is_loaded(report) {
            return Ok(None);
        }
        let (last, tried) =
            self.parts.store.read(|tx| Ok((comparisons::last(tx)?, sweep_clocks::last(tx, TRIED)?)))?;
        let clean = report.outcome == Outcome::Clean;
        let is_due = match (due, &last) {
            // What failed or waits is known already: the first load is finished when nothing does.
            (Due::First, last) => last.is_none() && clean,
            (Due::Every(_), None) => true,
            // What differed may be right by now: a problem that is over must not be shown for a day.
            (Due::Every(_), Some(last)) if last.needs_attention() && clean => {
                sweeps::is_due(Some(last.at), AGAIN, now)
            }
            (Due::Every(interval), Some(last)) => sweeps::is_due(Some(last.at), interval, now),
        };
        // An attempt that led to nothing is later than the last result.
        let failed = tried.filter(|tried| last.as_ref().is_none_or(|last| *tried > last.at));
        let again = match due {
            Due::First => true,
            Due::Every(_) => sweeps::is_due(failed, AGAIN, now),
        };
        let cause = if last.is_none() { Cause::FirstLoad } else { Cause::Daily };
        Ok((is_due && again).then_some(cause))
    }

    async fn compare_within_budget(
        &self,
        cause: Cause,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<Compared, RunError> {
        let now = self.parts.clock.now();
        self.parts.store.write(|tx| sweep_clocks::set(tx, TRIED, now))?;
        let needed = self.credits_to_compare()?;
        let percent = self.parts.policy.credit_budget_percent;
        let left = self.parts.store.read(|tx| credit_ledger::left(tx, percent, now))?;
        if let Some(left) = left.filter(|left| *left < needed) {
            let why = format!(
                "Not compared: it takes about {needed} Zoho credits, and {left} of the budget are left; it is tried again later."
            );
            tracing::info!(needed, left, "the credit budget has no room for a comparison");
            return Ok(not_compared(now, cause, why));
        }
        let found = self.compare(false, cause, &mut |_| {}, progress, stop).await?;
        Ok(Compared::of(&found, cause))
    }

    /// About how many credits a comparison takes: by what was copied so far.
    fn credits_to_compare(&self) -> Result<u64, StoreError> {
        self.parts.store.read(|tx| {
            let mut credits = SETTINGS_CREDITS;
            for flow in &self.parts.policy.flows {
                credits += zoho_side::credits(links::count(tx, *flow)?);
            }
            Ok(credits)
        })
    }

    async fn compare(
        &self,
        lines: bool,
        cause: Cause,
        hearer: &mut Hearer<'_>,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<Reconciliation, RunError> {
        let parts = &self.parts;
        let before = (parts.business_central.calls(), parts.zoho.calls(), parts.zoho.credits());
        let session = self.session("reconcile".to_owned(), progress, stop).await?;
        let mut found = super::compare(&session, lines, hearer).await?;
        found.calls = Calls {
            business_central: parts.business_central.calls() - before.0,
            zoho: parts.zoho.calls() - before.1,
        };
        found.zoho_credits = parts.zoho.credits() - before.2;
        parts.store.write(|tx| comparisons::put(tx, &Compared::of(&found, cause)))?;
        Ok(found)
    }
}

/// Whether a load came to an end: a flow of which every record waits has not begun.
fn is_loaded(report: &RunReport) -> bool {
    report.flows.iter().all(|flow| flow.held == 0 || flow.held < flow.read)
}

fn not_compared(at: Timestamp, cause: Cause, sentence: String) -> Compared {
    Compared {
        at,
        cause,
        agrees: None,
        sentence,
        flows: Vec::new(),
        kinds: Vec::new(),
        ignored: 0,
        calls: Calls::default(),
        zoho_credits: 0,
    }
}

//! When the polling loop waits for Zoho credits, and when it goes on.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::flow::Flow;
use sync::forecast;
use sync::report::RunReport;
use sync::store::{StoreError, Tx, facts};

use crate::{App, open};

/// The fact that holds the pause, for `status` and for the next start.
const FACT: &str = "credit_pause";

/// A pause is never longer without another look, unless it is known when there is room.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// Why nothing goes on, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The code of the error that ended the run.
    pub code: String,
    /// When it goes on.
    pub until: Timestamp,
}

/// What a run that ended with `code` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// Our own share is spent: the ledger knows when there is room.
    Budget,
    /// The share allows nothing at all.
    TooSmall,
    /// The org is short of credits, or Zoho refuses although we have some left: others use them up, and nobody says until when.
    Others,
}

impl Limit {
    fn of(code: &str) -> Option<Self> {
        match code {
            "zoho_credit_budget" => Some(Self::Budget),
            "zoho_credit_budget_too_small" => Some(Self::TooSmall),
            "zoho_credits_low" | "zoho_too_many_requests" => Some(Self::Others),
            _ => None,
        }
    }
}

impl Pause {
    /// The pause that a run asks for; `in_a_row` runs ended by a limit, this one among them, and the ledger has `room` then.
    #[must_use]
    pub fn after(
        report: &RunReport,
        now: Timestamp,
        interval: Duration,
        in_a_row: u32,
        room: Option<Timestamp>,
    ) -> Option<Self> {
        let code = &report.error.as_ref()?.code;
        let doubled = interval.saturating_mul(1 << in_a_row.saturating_sub(1).min(16)).min(LONGEST);
        let later = |wait: Duration| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        let until = match Limit::of(code)? {
            Limit::Budget => room.or(report.resumes_at).unwrap_or_else(|| later(LONGEST)),
            Limit::TooSmall => later(LONGEST),
            Limit::Others => later(doubled).max(report.resumes_at.unwrap_or(now)),
        };
        Some(Self { code: code.clone(), until })
    }

    /// What is waited for, in words.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match Limit::of(&self.code) {
            Some(Limit::Budget) | None => "Zoho credits of the budget",
            Some(Limit::TooSmall) => "a larger credit_budget",
            Some(Limit::Others) => "Zoho credits that others use up",
        }
    }

    /// The pause that an earlier process left, as far as it still means something: only our own ledger outlives a restart.
    pub(crate) fn left_by_the_last(app: &App) -> Option<Self> {
        let pause = app.store.read(current).ok().flatten()?;
        (Limit::of(&pause.code) == Some(Limit::Budget)).then_some(pause)
    }

    /// Until when it lasts, seen from now; `None` when it is over. The ledger is asked anew: the budget may have been raised.
    pub(crate) fn lasts_until(&self, app: &App, flows: &[Flow]) -> Option<Timestamp> {
        let now = app.clock.now();
        let until = match Limit::of(&self.code) {
            Some(Limit::Budget) => room(app, flows).unwrap_or(self.until),
            Some(Limit::TooSmall | Limit::Others) | None => self.until,
        };
        (until > now).then_some(until)
    }
}

/// When the ledger has room for a useful part of what is left to do.
pub(crate) fn room(app: &App, flows: &[Flow]) -> Option<Timestamp> {
    let need =
        app.store.read(|tx| forecast::need(tx, flows, &open::bulk(&app.settings.sync))).unwrap_or(u64::MAX);
    // What is not read yet is not known to be little.
    app.ledger.room_for(if need == 0 { u64::MAX } else { need }).ok().flatten()
}

/// Leaves word of a pause, or that there is none.
pub(crate) fn note(app: &App, pause: Option<&Pause>) {
    let text = pause.and_then(|pause| serde_json::to_string(pause).ok());
    let stored = app.store.write(|tx| match &text {
        Some(text) => facts::set(tx, FACT, text),
        None => facts::forget(tx, FACT),
    });
    if let Err(error) = stored {
        tracing::warn!(%error, "the pause could not be stored");
    }
}

/// The pause that the polling loop noted last.
///
/// # Errors
/// When the database fails.
pub fn current(tx: &Tx<'_>) -> Result<Option<Pause>, StoreError> {
    Ok(facts::get(tx, FACT)?.and_then(|text| serde_json::from_str(&text).ok()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{Timestamp, ToSpan};
    use sync::report::{Calls, Outcome, ReportedError, RunReport, Trigger};

    use super::Pause;

    fn at(minutes: i64) -> Timestamp {
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + minutes.minutes()
    }

    fn report(code: &str, resumes_at: Option<Timestamp>) -> RunReport {
        RunReport {
            run_id: "1".to_owned(),
            trigger: Trigger::Schedule,
            started_at: at(0),
            finished_at: at(1),
            outcome: Outcome::Attention,
            flows: Vec::new(),
            calls: Calls::default(),
            zoho_credits: 0,
            signals: None,
            flow_problems: Vec::new(),
            comparison: None,
            error: Some(ReportedError { code: code.to_owned(), message: String::new(), cure: String::new() }),
            resumes_at,
        }
    }

    fn until(code: &str, resumes_at: Option<i64>, in_a_row: u32, room: Option<i64>) -> Option<Timestamp> {
        let report = report(code, resumes_at.map(at));
        let minutes = Duration::from_secs(300);
        Pause::after(&report, at(0), minutes, in_a_row, room.map(at)).map(|pause| pause.until)
    }

    #[test]
    fn a_spent_budget_waits_until_the_ledger_has_room() {
        assert_eq!(until("zoho_credit_budget", Some(700), 1, Some(600)), Some(at(600)));
        assert_eq!(until("zoho_credit_budget", Some(700), 9, None), Some(at(700)));
        assert_eq!(until("zoho_credit_budget_too_small", None, 1, None), Some(at(120)));
    }

    #[test]
    fn what_others_use_up_is_looked_for_less_and_less_often() {
        let waits = |n| until("zoho_too_many_requests", None, n, Some(0));
        assert_eq!((waits(1), waits(2), waits(3)), (Some(at(5)), Some(at(10)), Some(at(20))));
        assert_eq!(waits(40), Some(at(120)));
        assert_eq!(until("zoho_credits_low", Some(15), 1, Some(0)), Some(at(15)));
    }

    #[test]
    fn other_errors_are_no_reason_to_wait_for_credits() {
        assert_eq!(until("zoho_outage", None, 1, Some(5)), None);
    }
}

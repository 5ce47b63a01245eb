//! What the state and the alerts are made of: plain values, gathered elsewhere.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use super::{Cause, FailureKind, StandingFlow, Work};
use crate::AppError;
use crate::credit_pause::Pause;

/// Everything that is known at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The moment; its time zone is that of all texts and of the quiet hours.
    pub now: Zoned,
    /// Whether the profile was set up; otherwise the wizard is not finished.
    pub set_up: bool,
    /// What works now.
    pub work: Option<Work>,
    /// Until when the user paused runs by schedule.
    pub paused_until: Option<Timestamp>,
    /// Why the last run ended early, if it did.
    pub failing: Option<Failing>,
    /// Open problems of records, one entry a cause. Those that somebody decided to leave alone are not among them.
    pub problems: Vec<Cause>,
    /// Whole flows that stand still.
    pub standing: Vec<StandingFlow>,
    /// The last comparison, where it found differences.
    pub differs: Option<Differs>,
    /// The wait for Zoho credits.
    pub credit_pause: Option<Pause>,
    /// When the last run ended that looked at every flow and copied what could be.
    pub last_success: Option<Timestamp>,
    /// The wizard's first run, once it has ended.
    pub first_sync: Option<FirstSync>,
    /// Between two runs by schedule.
    pub poll_interval: Duration,
    /// The last day of Business Central's client secret, as the user noted it.
    pub secret_expires: Option<Date>,
    /// Zoho credits, once the org's edition is known.
    pub credits: Option<CreditUse>,
    /// Whether signals of changes arrive.
    pub signals: SignalsHeard,
    /// Whether another process is the profile's writer, so that this one cannot run anything.
    pub other_writer: bool,
    /// Why nothing can run at all: keychain, settings, database.
    pub broken: Option<Broken>,
}

impl Facts {
    /// A profile that is set up and of which nothing else is known yet.
    #[must_use]
    pub fn at(now: Zoned) -> Self {
        Self {
            now,
            set_up: true,
            work: None,
            paused_until: None,
            failing: None,
            problems: Vec::new(),
            standing: Vec::new(),
            differs: None,
            credit_pause: None,
            last_success: None,
            first_sync: None,
            poll_interval: crate::settings::Sync::default().poll_interval,
            secret_expires: None,
            credits: None,
            signals: SignalsHeard::Unused,
            other_writer: false,
            broken: None,
        }
    }

    /// Until when the user's pause lasts, if it does.
    pub(super) fn pause(&self) -> Option<Timestamp> {
        self.paused_until.filter(|until| *until > self.now.timestamp())
    }

    /// Whether runs go on and reach both systems, as far as is known.
    pub(super) fn runs_go_on(&self) -> bool {
        self.failing.is_none() && self.broken.is_none() && !self.other_writer && self.pause().is_none()
    }

    /// How long ago `at` was; nothing for what lies ahead.
    pub(super) fn since(&self, at: Timestamp) -> Duration {
        Duration::try_from(self.now.timestamp().duration_since(at)).unwrap_or_default()
    }
}

/// Why runs end early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// How many runs in a row ended so.
    pub runs: u32,
    /// When the first of them ended.
    pub since: Timestamp,
    /// What kind of failure.
    pub kind: FailureKind,
    /// The last one's code.
    pub code: String,
    /// What happened, to what.
    pub message: String,
    /// What to do.
    pub cure: String,
}

/// Whether signals of changes arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalsHeard {
    /// Both systems are only asked regularly.
    Unused,
    /// Nobody has listened for a while, or it is being found out.
    Unknown,
    /// They arrive, or nothing is known that keeps them from it.
    Arrive,
    /// None can come, or none of a whole side.
    Silent {
        /// `relay`, `business_central` or `zoho`.
        party: String,
        /// What happened, to what.
        message: String,
        /// What to do.
        cure: String,
    },
}

/// A comparison that found differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// When it was made.
    pub at: Timestamp,
    /// Its result in one sentence.
    pub sentence: String,
}

/// The wizard's first run has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstSync {
    /// How many records it copied.
    pub records: u64,
    /// Whether both systems agreed then; absent where they were not compared.
    pub agrees: Option<bool>,
}

/// Zoho credits of the last 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditUse {
    /// What was spent.
    pub spent: u64,
    /// What may be.
    pub budget: u64,
}

/// Why nothing can run at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened, to what.
    pub message: String,
    /// What to do.
    pub cure: String,
}

impl Broken {
    /// What an error says.
    #[must_use]
    pub fn of(error: &AppError) -> Self {
        let shown = error.shown();
        Self { code: shown.code, message: shown.message, cure: shown.cure }
    }
}

//! What a run did, in numbers that add up.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::capture::SignalsTaken;
use crate::flow::Flow;
use crate::reconcile::Compared;

/// What started a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// A person.
    Manual,
    /// The polling loop.
    Schedule,
    /// A notification.
    Signal,
    /// `replay`.
    Replay,
}

impl Trigger {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Schedule => "schedule",
            Self::Signal => "signal",
            Self::Replay => "replay",
        }
    }

    /// What it led to, as the audit trail tells it.
    pub(crate) fn run(self) -> &'static str {
        match self {
            Self::Manual => "run by hand",
            Self::Schedule => "run by schedule",
            Self::Signal => "run by signal",
            Self::Replay => "replay",
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything is as it should be.
    Clean,
    /// It ran, and something needs attention.
    Attention,
    /// It could not run, or achieved nothing.
    Failed,
}

impl Outcome {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Attention => "attention",
            Self::Failed => "failed",
        }
    }

    /// The exit code of the command that ran it.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Failed => 1,
            Self::Attention => 2,
        }
    }
}

/// What a run did in one flow: `read` is the sum of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowReport {
    /// The flow.
    pub flow: Flow,
    /// Records that the run considered: rows fetched, and records waiting from earlier runs.
    pub read: u64,
    /// Records created in Zoho.
    pub created: u64,
    /// Records changed in Zoho.
    pub updated: u64,
    /// Records that were right already.
    pub unchanged: u64,
    /// Records left alone by rule or policy, or because a person said so.
    pub skipped: u64,
    /// Records that could not be written.
    pub failed: u64,
    /// Records that wait for something.
    pub held: u64,
    /// How many of the skipped failed or waited before a person said that they are left alone; not written where there are none.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub ignored: u64,
}

/// Whether a count that is mostly nought need not be written.
pub(crate) fn is_nought(count: &u64) -> bool {
    *count == 0
}

impl FlowReport {
    /// Whether nothing in this flow needs attention.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.held == 0
    }
}

/// A failure in the words that a report shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedError {
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened, to what.
    pub message: String,
    /// What to do.
    pub cure: String,
}

/// Calls to each service, every attempt counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// To Business Central and its sign-in.
    pub business_central: u64,
    /// To Zoho and its sign-in.
    pub zoho: u64,
}

/// The report of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// Names the run in the audit trail.
    pub run_id: String,
    /// What started it.
    pub trigger: Trigger,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// One for every flow that was asked for and considered.
    pub flows: Vec<FlowReport>,
    /// Calls made.
    pub calls: Calls,
    /// Zoho API credits spent.
    pub zoho_credits: u64,
    /// Notifications that it followed; only of runs that notifications started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signals: Option<SignalsTaken>,
    /// Problems of whole flows (edition, permission, mass deletion), empty when all is well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flow_problems: Vec<ReportedFlowProblem>,
    /// The comparison of both systems that followed: after the first load, and daily.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Compared>,
    /// Why it could not run or ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ReportedError>,
    /// When it can go on, where a credit limit ended it and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes_at: Option<Timestamp>,
}

/// Why a whole flow stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedFlowProblem {
    /// The flow.
    pub flow: Flow,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
}

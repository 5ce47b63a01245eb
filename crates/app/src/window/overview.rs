//! The first screen: whether both systems agree, what moved, what it cost.

use serde::{Deserialize, Serialize};

use super::signals::SignalsStanding;
use super::state::{AppState, FlowName};

/// Everything that the first screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Overview {
    /// The state in short.
    pub state: AppState,
    /// The company, once a run has tied the profile to one.
    pub company: Option<String>,
    /// The Zoho org.
    pub zoho_org: Option<String>,
    /// By flow.
    pub flows: Vec<FlowAgreement>,
    /// The last comparison in one sentence.
    pub compared: Option<ComparedInShort>,
    /// What moved in the last 24 hours, an entry an hour and flow with something in it.
    pub moved: Vec<Moved>,
    /// API credits of Zoho.
    pub credits: Credits,
    /// The last run.
    pub last_run: Option<RunInShort>,
    /// The last run that reached both systems; RFC 3339.
    pub last_success_at: Option<String>,
    /// Who writes to the Zoho org in place of this computer, if somebody does.
    pub other_writer: Option<OtherWriter>,
    /// Signals of changes through a relay; absent where both systems are only asked regularly.
    pub signals: Option<Signals>,
}

/// Another computer that writes to the Zoho org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OtherWriter {
    /// Its name.
    pub computer: String,
    /// When it was last seen to write; RFC 3339.
    pub seen_at: String,
    /// Whether this computer may take over: not where the other one copies another company.
    pub may_take_over: bool,
}

/// Signals of changes, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Signals {
    /// Whether they arrive.
    pub standing: SignalsStanding,
    /// Why not, in words, and what to do.
    pub why: Option<String>,
    /// When the last one came; RFC 3339.
    pub last_at: Option<String>,
}

/// One flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FlowAgreement {
    /// Which.
    pub flow: FlowName,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Records known from Business Central.
    pub business_central: u64,
    /// Records known in Zoho.
    pub zoho: u64,
    /// Records known from Business Central that are left out: by rule, such as drafts, or by a decision.
    pub left_out: u64,
    /// Whether the last comparison found them to agree; absent where it was not compared.
    pub agrees: Option<bool>,
    /// Differences that the last comparison found.
    pub differences: u64,
    /// When that was; RFC 3339.
    pub compared_at: Option<String>,
    /// Records that need attention.
    pub problems: u64,
    /// Problems that somebody decided to leave alone.
    pub ignored: u64,
    /// Records that were copied with something cut or left out.
    pub warnings: u64,
    /// Why the whole flow stands still.
    pub stands_still: Option<String>,
}

/// The last comparison in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ComparedInShort {
    /// When; RFC 3339.
    pub at: String,
    /// Absent when they could not be compared.
    pub agrees: Option<bool>,
    /// In one sentence.
    pub sentence: String,
}

/// What moved in one hour of one flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Moved {
    /// The hour's beginning; RFC 3339.
    pub hour: String,
    /// The flow.
    pub flow: FlowName,
    /// Records created in Zoho.
    pub created: u64,
    /// Records changed.
    pub updated: u64,
    /// Records deleted.
    pub deleted: u64,
    /// Attempts that failed.
    pub failed: u64,
}

/// API credits of Zoho.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Credits {
    /// What Ledgerline spent in the last 24 hours.
    pub spent_24h: u64,
    /// What the whole org has in 24 hours.
    pub daily: Option<u64>,
    /// What Ledgerline may spend of it.
    pub budget: Option<u64>,
    /// What the whole org had left, where Zoho said so.
    pub org_remaining: Option<u64>,
    /// When Zoho said that; RFC 3339.
    pub org_remaining_at: Option<String>,
    /// Until when everything waits for credits; RFC 3339.
    pub waits_until: Option<String>,
    /// Records that are still to be written.
    pub to_write: u64,
    /// The credits that this needs.
    pub needed: u64,
    /// When it will be done at this budget, where that is known; RFC 3339.
    pub done_at: Option<String>,
    /// Spent by hour over the last 24 hours, oldest first; hours without any are there with 0.
    pub by_hour: Vec<SpentInHour>,
}

/// What was spent in one hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SpentInHour {
    /// The hour's beginning; RFC 3339.
    pub hour: String,
    /// Credits.
    pub spent: u64,
}

/// A run in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RunInShort {
    /// When it started; RFC 3339.
    pub started_at: String,
    /// When it ended; RFC 3339.
    pub finished_at: Option<String>,
    /// `manual`, `schedule`, `signal` or `replay`.
    pub trigger: String,
    /// `clean`, `attention` or `failed`; absent while it goes on or was interrupted.
    pub outcome: Option<String>,
}

//! Match review: what may be the same on both sides.

use serde::{Deserialize, Serialize};

use super::state::FlowName;

/// How match review stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchSummary {
    /// By flow, those that are switched on.
    pub flows: Vec<MatchFlow>,
}

/// How it stands for one flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchFlow {
    /// Which.
    pub flow: FlowName,
    /// `not_looked` (look first), `nothing_to_match`, `written_before`, `closed` (records wait for decisions) or `reviewed`.
    pub gate: String,
    /// Who opened it.
    pub who: Option<String>,
    /// When; RFC 3339.
    pub at: Option<String>,
    /// Records in Zoho without our key.
    pub keyless: u64,
    /// Records that are certainly in Zoho, undecided.
    pub certain: u64,
    /// Likely, undecided.
    pub likely: u64,
    /// Unclear, undecided.
    pub unclear: u64,
    /// Records about which something was decided.
    pub decided: u64,
}

/// A part of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchQuery {
    /// The flow.
    pub flow: FlowName,
    /// Only records whose best pair is of this class.
    pub class: Option<MatchClass>,
    /// Those about which something was decided, instead of those that wait.
    pub decided: bool,
    /// Records before it.
    pub offset: u64,
    /// At most so many; up to 200.
    pub limit: u32,
}

/// How sure a pair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MatchClass {
    /// One, by independent values that agree.
    Certain,
    /// Probably one.
    Likely,
    /// A person has to look.
    Unclear,
    /// Two.
    None,
}

/// Records, the surest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchPage {
    /// How many there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub records: Vec<MatchRecord>,
}

/// One record of Business Central and what it may be in Zoho.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchRecord {
    /// Its identity in Business Central.
    pub bc_id: String,
    /// Its number there.
    pub number: String,
    /// How sure the best pair is.
    pub class: MatchClass,
    /// Its values.
    pub business_central: Side,
    /// What it may be, the proposed pair first.
    pub candidates: Vec<Candidate>,
    /// Who decided that it is to be created.
    pub create_by: Option<String>,
    /// Whether it is written: nothing can be decided any more.
    pub written: bool,
}

/// What can be compared of one record; blank values are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Side {
    /// Its name.
    pub name: String,
    /// Numbers.
    pub numbers: Vec<String>,
    /// Tax registration numbers.
    pub tax_numbers: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Web addresses.
    pub websites: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Postal code, town and country.
    pub place: String,
    /// A document's total, as decimal text.
    pub total: Option<String>,
    /// A document's day.
    pub date: Option<String>,
}

/// A record in Zoho that may be the one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Candidate {
    /// The pair's number, for deciding.
    #[cfg_attr(test, ts(type = "number"))]
    pub proposal: i64,
    /// The record in Zoho.
    pub zoho_id: String,
    /// How sure.
    pub class: MatchClass,
    /// How alike, of a thousand.
    pub score: u16,
    /// What speaks for and against it.
    pub reasons: Vec<String>,
    /// Whether this pair is proposed.
    pub proposed: bool,
    /// Its values, where they are known.
    pub zoho: Option<Side>,
    /// `accept` or `reject`, where that was decided.
    pub decision: Option<String>,
    /// By whom.
    pub decided_by: Option<String>,
}

/// Choices about pairs; all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Choices {
    /// The choices.
    pub choices: Vec<Choice>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Choice {
    /// The pair.
    #[cfg_attr(test, ts(type = "number"))]
    pub proposal: i64,
    /// What.
    pub verdict: MatchVerdict,
}

/// What a person says about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MatchVerdict {
    /// They are the same.
    Accept,
    /// They are not the same.
    Reject,
    /// The record of Business Central is created, whatever it may be.
    Create,
    /// What was decided is taken back.
    Undo,
}

/// Which flow's certain pairs are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AcceptCertain {
    /// Only this one.
    pub flow: Option<FlowName>,
}

/// How much was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Decided {
    /// Pairs that are the same.
    pub accepted: u64,
    /// Pairs that are not.
    pub rejected: u64,
    /// Records that are created.
    pub created: u64,
    /// Decisions taken back.
    pub undone: u64,
}

/// The flow whose review ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchConfirm {
    /// Only this one; all that are switched on otherwise.
    pub flow: Option<FlowName>,
}

/// A CSV file with decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchImport {
    /// Its text.
    pub text: String,
}

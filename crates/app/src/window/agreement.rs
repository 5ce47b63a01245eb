//! The comparison of both systems.

use serde::{Deserialize, Serialize};

use super::state::FlowName;

/// How they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CompareOptions {
    /// Reads everything anew and copies what is missing before, instead of only comparing.
    pub mend: bool,
    /// Compares invoices row by row as well.
    pub lines: bool,
    /// A person has looked at a mass deletion and means it.
    pub confirm_deletions: bool,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Agreement {
    /// When it began; RFC 3339.
    pub at: String,
    /// Absent where they could not be compared.
    pub agrees: Option<bool>,
    /// The result in one sentence.
    pub sentence: String,
    /// By flow.
    pub flows: Vec<FlowCompared>,
    /// How often each kind of difference was found.
    pub kinds: Vec<KindFound>,
    /// The first thousand differences. They are kept while the program runs; an older comparison has only numbers.
    pub differences: Vec<Difference>,
    /// Whether the differences of this comparison are at hand.
    pub detailed: bool,
    /// Whether there are more than are listed.
    pub truncated: bool,
    /// Records that changed while they were compared.
    pub in_motion: u64,
    /// Whether invoices were compared row by row.
    pub lines_compared: bool,
    /// Zoho API credits that it cost.
    pub credits: u64,
}

/// One flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FlowCompared {
    /// Which.
    pub flow: FlowName,
    /// Records in Business Central.
    pub business_central: u64,
    /// Records in Zoho.
    pub zoho: u64,
    /// Missing in Zoho.
    pub missing: u64,
    /// In Zoho without a source.
    pub extra: u64,
    /// In Zoho more than once.
    pub duplicates: u64,
    /// With another value.
    pub differing: u64,
    /// Sums of both sides, by currency.
    pub sums: Vec<Sum>,
}

/// A sum on both sides; decimal text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Sum {
    /// `total` or `remaining`.
    pub what: String,
    /// The currency's code.
    pub currency: String,
    /// In Business Central.
    pub business_central: String,
    /// In Zoho.
    pub zoho: String,
    /// Whether they are the same.
    pub agrees: bool,
}

/// A kind of difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KindFound {
    /// Stable.
    pub kind: String,
    /// In words.
    pub title: String,
    /// How often.
    pub count: u64,
    /// What to do.
    pub cure: String,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Difference {
    /// The flow.
    pub flow: FlowName,
    /// The kind.
    pub kind: String,
    /// The record's number.
    pub number: String,
    /// Its identity in Business Central, where it is there.
    pub bc_id: Option<String>,
    /// The record in Zoho, where it is there.
    pub zoho_id: Option<String>,
    /// The field.
    pub field: Option<String>,
    /// Business Central's value.
    pub business_central: Option<String>,
    /// Zoho's value.
    pub zoho: Option<String>,
    /// Why, where that is known.
    pub reason: Option<String>,
}

/// How it is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum AgreementExport {
    /// A list of differences.
    Csv,
    /// A page to print or to keep as PDF.
    Html,
}

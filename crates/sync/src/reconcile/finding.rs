//! What a comparison finds: kinds of differences, what to do about each, and the counts.

use std::collections::{BTreeMap, BTreeSet};

use business_central::BcId;
use exact_json::Decimal;
use serde::{Deserialize, Serialize};

use crate::flow::Flow;

/// How many differences are listed; more are only counted, and told one by one while they are found.
const LISTED: usize = 1_000;

/// What kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Zoho lacks the record.
    Missing,
    /// Zoho has a record with our key whose source is not in Business Central, or not to be copied.
    Extra,
    /// Several records in Zoho stand for one.
    Duplicate,
    /// A contact, an invoice or a line refers to another record than the one that stands for its customer or item.
    WrongLink,
    /// Business Central deleted the source, and Zoho does not say so as the policy wants it.
    DeletedUnmarked,
    /// An invoice's total differs.
    Total,
    /// What is still to be paid of an invoice differs.
    Remaining,
    /// Another field differs.
    Field,
    /// An invoice's rows differ.
    Lines,
}

impl DifferenceKind {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::Extra,
        Self::Duplicate,
        Self::WrongLink,
        Self::DeletedUnmarked,
        Self::Total,
        Self::Remaining,
        Self::Field,
        Self::Lines,
    ];

    /// The name in CSV; JSON has the same.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Duplicate => "duplicate",
            Self::WrongLink => "wrong_link",
            Self::DeletedUnmarked => "deleted_unmarked",
            Self::Total => "total",
            Self::Remaining => "remaining",
            Self::Field => "field",
            Self::Lines => "lines",
        }
    }

    /// What it is called in a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Missing => "Missing in Zoho",
            Self::Extra => "In Zoho without a source",
            Self::Duplicate => "In Zoho more than once",
            Self::WrongLink => "Linked to the wrong record",
            Self::DeletedUnmarked => "Deleted in Business Central, not so marked in Zoho",
            Self::Total => "Other total",
            Self::Remaining => "Other remaining amount",
            Self::Field => "Other field value",
            Self::Lines => "Other invoice rows",
        }
    }

    /// So many of them, in a sentence.
    #[must_use]
    pub(super) fn counted(self, count: u64) -> String {
        let (one, many) = match self {
            Self::Missing => ("record is missing in Zoho", "records are missing in Zoho"),
            Self::Extra => ("record in Zoho has no source", "records in Zoho have no source"),
            Self::Duplicate => ("record is in Zoho twice", "records are in Zoho twice"),
            Self::WrongLink => ("wrong link", "wrong links"),
            Self::DeletedUnmarked => ("deletion not marked in Zoho", "deletions not marked in Zoho"),
            Self::Total => ("other invoice total", "other invoice totals"),
            Self::Remaining => ("other remaining amount", "other remaining amounts"),
            Self::Field => ("other field value", "other field values"),
            Self::Lines => ("invoice with other rows", "invoices with other rows"),
        };
        format!("{} {}", super::sentence::grouped(count), if count == 1 { one } else { many })
    }

    /// What to do.
    #[must_use]
    pub fn cure(self) -> &'static str {
        match self {
            Self::Missing => {
                "`ledgerline problems` says what keeps a record back. Then run `ledgerline reconcile`: it reads everything anew and copies what is missing."
            }
            Self::Extra => {
                "Open the record in Zoho. If nobody needs it, delete it there; to keep it as a record of your own, clear its BC Number and BC Id. \
                 If its source is still in Business Central, the app's permission was taken away: give it D365 READ back."
            }
            Self::Duplicate => {
                "Open the records in Zoho and clear BC Id and BC Number of all but one (usually the others are clones made by hand). Then run `ledgerline map rebuild`."
            }
            Self::WrongLink => {
                "Run `ledgerline reconcile`. What somebody relinked in Zoho by hand comes right with `ledgerline map rebuild` and then `ledgerline sync --once`."
            }
            Self::DeletedUnmarked => {
                "Run `ledgerline reconcile`: it follows deletions as `on_delete` says. If the records are still in Business Central, give the app D365 READ back first."
            }
            Self::Total => {
                "Look for a rule in Zoho that changes prices, taxes or the Adjustment of invoices. Then run `ledgerline map rebuild --flow invoices` and `ledgerline sync --once`: rows and total are proved again."
            }
            Self::Remaining => {
                "Run `ledgerline sync --once`: it compares every open invoice. What somebody edited in Zoho comes right with `ledgerline map rebuild --flow invoices` before that."
            }
            Self::Field => {
                "Run `ledgerline reconcile`. What somebody edited in Zoho is found within `drift_interval` and follows `on_drift`: where that is to ask, `ledgerline problems` has it. Older edits come right with `ledgerline map rebuild` and then `ledgerline sync --once`; what Zoho refused stands in `ledgerline problems` and `ledgerline history`."
            }
            Self::Lines => {
                "Run `ledgerline map rebuild --flow invoices` and then `ledgerline sync --once`: the rows of each invoice are read and put right."
            }
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The flow.
    pub flow: Flow,
    /// The record's number in Business Central, or as Zoho has it.
    pub number: String,
    /// Its identity in Business Central.
    pub bc_id: Option<BcId>,
    /// Its record in Zoho.
    pub zoho_id: Option<String>,
    /// What kind.
    pub kind: DifferenceKind,
    /// The field that differs.
    pub field: Option<String>,
    /// What Business Central makes of it.
    pub business_central: Option<String>,
    /// What Zoho holds.
    pub zoho: Option<String>,
    /// Why, where it is known.
    pub reason: Option<String>,
}

impl Difference {
    /// The difference in words.
    #[must_use]
    pub fn words(&self) -> String {
        let record = format!("{} {}", self.flow.name(), self.number);
        let field = self.field.as_deref().unwrap_or("a field");
        let value = |value: &Option<String>| {
            let line = |text: &String| text.lines().map(str::trim).collect::<Vec<_>>().join(" / ");
            value.as_ref().map_or_else(|| "nothing".to_owned(), line)
        };
        let (ours, theirs) = (value(&self.business_central), value(&self.zoho));
        let said = match self.kind {
            DifferenceKind::Missing => format!("{record} is missing in Zoho"),
            DifferenceKind::Extra => format!("{record} is in Zoho without a source in Business Central"),
            DifferenceKind::Duplicate => format!("{record} is in Zoho more than once"),
            DifferenceKind::WrongLink => {
                format!("{record}: {field} should lead to {ours} and leads to {theirs}")
            }
            DifferenceKind::DeletedUnmarked => {
                format!("{record} was deleted in Business Central, and Zoho does not say so")
            }
            DifferenceKind::Total | DifferenceKind::Remaining | DifferenceKind::Field => {
                format!("{record}: {field} should be {ours} and is {theirs}")
            }
            DifferenceKind::Lines => format!("{record}: its rows should be {ours} and are {theirs}"),
        };
        match &self.reason {
            Some(reason) => format!("{said} ({reason})"),
            None => said,
        }
    }
}

/// How often a kind of difference was found, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindFound {
    /// The kind.
    pub kind: DifferenceKind,
    /// How many differences.
    pub count: u64,
    /// What to do.
    pub cure: String,
}

/// The comparison of one flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowComparison {
    /// The flow.
    pub flow: Flow,
    /// Records that should be copied.
    pub business_central: u64,
    /// Records in Zoho that carry our key, without those whose source is gone as it should be.
    pub zoho: u64,
    /// Records that Zoho lacks.
    pub missing: u64,
    /// Records in Zoho without a source.
    pub extra: u64,
    /// Records of which some value, link or row differs.
    pub differing: u64,
    /// Records in Zoho that claim to be one that is there already.
    pub duplicates: u64,
    /// References to another record than the right one.
    pub wrong_links: u64,
    /// Records in Zoho whose source was deleted, and which say so as the policy wants it.
    pub deleted: u64,
    /// Records in Zoho whose source was deleted, and which do not say so.
    pub deleted_unmarked: u64,
    /// Values that Zoho refused and that were left out; they are no differences.
    pub left_out: u64,
    /// Values that people had written in a record when it was taken over, and for which Business Central has none; they are no differences.
    pub left_to_people: u64,
    /// By currency, the sum of invoice totals in Business Central.
    pub amount_business_central: BTreeMap<String, Decimal>,
    /// By currency, the sum of the same invoices' totals in Zoho.
    pub amount_zoho: BTreeMap<String, Decimal>,
    /// By currency, the sum of what is still to be paid in Business Central.
    pub remaining_business_central: BTreeMap<String, Decimal>,
    /// By currency, the sum of what is still to be paid in Zoho; empty where the org has no field for it.
    pub remaining_zoho: BTreeMap<String, Decimal>,
}

impl FlowComparison {
    /// How many differences were found.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.missing
            + self.extra
            + self.differing
            + self.duplicates
            + self.wrong_links
            + self.deleted_unmarked
    }

    pub(super) fn new(flow: Flow) -> Self {
        Self {
            flow,
            business_central: 0,
            zoho: 0,
            missing: 0,
            extra: 0,
            differing: 0,
            duplicates: 0,
            wrong_links: 0,
            deleted: 0,
            deleted_unmarked: 0,
            left_out: 0,
            left_to_people: 0,
            amount_business_central: BTreeMap::new(),
            amount_zoho: BTreeMap::new(),
            remaining_business_central: BTreeMap::new(),
            remaining_zoho: BTreeMap::new(),
        }
    }
}

/// Hears of every difference while it is found; a result lists only the first thousand.
pub type Hearer<'a> = dyn FnMut(&Difference) + Send + 'a;

/// The differences so far.
pub(super) struct Findings<'a> {
    hearer: &'a mut Hearer<'a>,
    pub(super) listed: Vec<Difference>,
    pub(super) kinds: BTreeMap<DifferenceKind, u64>,
    /// Records that somebody changed while they were compared.
    pub(super) in_motion: u64,
    /// How many are of records that are left alone.
    pub(super) ignored: u64,
    /// Those records.
    left_alone: BTreeSet<(Flow, BcId)>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(hearer: &'a mut Hearer<'a>, left_alone: BTreeSet<(Flow, BcId)>) -> Self {
        Self { hearer, listed: Vec::new(), kinds: BTreeMap::new(), in_motion: 0, ignored: 0, left_alone }
    }

    /// Counts, tells and lists a difference.
    pub(super) fn add(&mut self, comparison: &mut FlowComparison, difference: Difference) {
        *self.kinds.entry(difference.kind).or_default() += 1;
        match difference.kind {
            DifferenceKind::Missing => comparison.missing += 1,
            DifferenceKind::Extra => comparison.extra += 1,
            DifferenceKind::Duplicate => comparison.duplicates += 1,
            DifferenceKind::WrongLink => comparison.wrong_links += 1,
            DifferenceKind::DeletedUnmarked => comparison.deleted_unmarked += 1,
            DifferenceKind::Total
            | DifferenceKind::Remaining
            | DifferenceKind::Field
            | DifferenceKind::Lines => {}
        }
        if difference.bc_id.is_some_and(|id| self.left_alone.contains(&(difference.flow, id))) {
            self.ignored += 1;
        }
        (self.hearer)(&difference);
        if self.listed.len() < LISTED {
            self.listed.push(difference);
        }
    }

    pub(super) fn truncated(&self) -> bool {
        self.kinds.values().sum::<u64>() > self.listed.len() as u64
    }
}

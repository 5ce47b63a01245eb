//! What a run would do.

use serde::{Deserialize, Serialize};
use sync::bulk_plan::Way;
use sync::preview;

use super::activity::Change;
use super::schema::Failure;
use super::state::FlowName;
use super::wording::for_window;

/// What a run would do, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreviewView {
    /// When it was found out; RFC 3339.
    pub at: String,
    /// By flow.
    pub flows: Vec<PlannedFlow>,
    /// Credits that the run would spend.
    pub credits: u64,
    /// Credits that the preview spent.
    pub credits_spent: u64,
    /// How long the run would take, in words.
    pub time: String,
    /// When a run that is started now would be done, with pauses for credits; absent where the credit budget never lets it end. RFC 3339.
    pub done_at: Option<String>,
    /// What else would happen or should be known.
    pub notes: Vec<String>,
    /// Why whole flows stand still.
    pub flow_problems: Vec<Failure>,
    /// Why it could not be found out to the end.
    pub failure: Option<Failure>,
}

/// What would become of a flow's records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlannedFlow {
    /// Which.
    pub flow: FlowName,
    /// Records that the run would consider; the sum of the others, but for `warnings`.
    pub read: u64,
    /// Made in Zoho.
    pub create: u64,
    /// Changed in Zoho.
    pub update: u64,
    /// Found in Zoho, and changed where they differ.
    pub adopt: u64,
    /// Marked as deleted.
    pub flag: u64,
    /// Deleted in Zoho.
    pub delete: u64,
    /// Right already.
    pub unchanged: u64,
    /// Left alone by rule or policy.
    pub skip: u64,
    /// Waiting.
    pub hold: u64,
    /// Not writable as they are.
    pub fail: u64,
    /// Written with something cut or left out.
    pub warnings: u64,
    /// Whether its new records would go by bulk jobs.
    pub bulk: bool,
}

/// A part of the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreviewQuery {
    /// Only this flow.
    pub flow: Option<FlowName>,
    /// Only these actions (`create`, `update`, `adopt`, `flag`, `delete`, `skip`, `hold`, `fail`); none for all.
    pub actions: Vec<String>,
    /// Only records whose number holds this text.
    pub text: String,
    /// Records before it.
    pub offset: u64,
    /// At most so many; up to 500.
    pub limit: u32,
}

/// Records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreviewPage {
    /// How many there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub records: Vec<PlannedRecord>,
}

/// What would become of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlannedRecord {
    /// The flow.
    pub flow: FlowName,
    /// The record's number.
    pub number: String,
    /// Its identity in Business Central.
    pub bc_id: String,
    /// The record in Zoho, where it is there already.
    pub zoho_id: Option<String>,
    /// What would be done.
    pub action: String,
    /// Every field that would be written.
    pub changes: Vec<Change>,
    /// What would be cut or left out.
    pub warnings: Vec<String>,
    /// Why it is left alone, waits or would fail.
    pub reason: Option<String>,
    /// What to do about it.
    pub cure: Option<String>,
}

impl PreviewView {
    /// What `found` says.
    #[must_use]
    pub fn of(found: &preview::Preview) -> Self {
        let failure = |code: &str, message: &str, cure: &str| Failure {
            code: code.to_owned(),
            message: message.to_owned(),
            cure: for_window(cure),
            field: None,
        };
        Self {
            at: found.finished_at.to_string(),
            flows: found.flows.iter().map(PlannedFlow::from).collect(),
            credits: found.credits.to_come,
            credits_spent: found.credits.spent_now,
            time: time(found.time.seconds),
            done_at: found.time.done_at.map(|at| at.to_string()),
            notes: found.notes.iter().map(|note| for_window(note)).collect(),
            flow_problems: found
                .flow_problems
                .iter()
                .map(|problem| failure(&problem.code, &problem.message, &problem.cure))
                .collect(),
            failure: found.error.as_ref().map(|error| failure(&error.code, &error.message, &error.cure)),
        }
    }
}

/// How long a run takes, in words.
fn time(seconds: u64) -> String {
    match seconds {
        0..60 => "less than a minute".to_owned(),
        60..3600 => format!("about {} min", seconds.div_ceil(60)),
        _ => format!("about {} h {} min", seconds / 3600, (seconds % 3600) / 60),
    }
}

impl From<&preview::PlannedFlow> for PlannedFlow {
    fn from(planned: &preview::PlannedFlow) -> Self {
        Self {
            flow: planned.flow.into(),
            read: planned.read,
            create: planned.create,
            update: planned.update,
            adopt: planned.adopt,
            flag: planned.flag,
            delete: planned.delete,
            unchanged: planned.unchanged,
            skip: planned.skip,
            hold: planned.hold,
            fail: planned.fail,
            warnings: planned.warnings,
            bulk: planned.way.as_ref().is_some_and(|plan| plan.way == Way::Bulk),
        }
    }
}

impl From<&preview::PlannedRecord> for PlannedRecord {
    fn from(planned: &preview::PlannedRecord) -> Self {
        let changes = planned.fields.iter().map(|change| Change {
            field: change.field.clone(),
            before: change.before.as_ref().and_then(crate::activity::text),
            after: change.after.as_ref().and_then(crate::activity::text),
        });
        Self {
            flow: planned.flow.into(),
            number: planned.number.clone(),
            bc_id: planned.bc_id.to_string(),
            zoho_id: planned.zoho_id.clone(),
            action: planned.action.name().to_owned(),
            changes: changes.collect(),
            warnings: planned.warnings.clone(),
            reason: planned.reason.clone(),
            cure: planned.cure.as_deref().map(for_window),
        }
    }
}

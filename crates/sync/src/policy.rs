//! What the user decided: which flows run, how far back, and what happens when the two sides part.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::flow::Flow;

/// How far back posted invoices are copied. Open ones always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoicesFrom {
    /// Everything that the company holds.
    All,
    /// Invoices dated on or after this day.
    Date(Date),
}

/// What happens to the Zoho record when Business Central deletes its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDelete {
    /// Mark it: BC Status "Deleted", a product inactive.
    #[default]
    Flag,
    /// Do nothing.
    Leave,
    /// Delete it in Zoho.
    Delete,
}

/// What happens when a person edits a field that we own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDrift {
    /// Write Business Central's value again.
    #[default]
    Restore,
    /// Leave the edit.
    Leave,
    /// Ask the user.
    Ask,
}

/// What happens when a person deletes a copy in Zoho.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnZohoDelete {
    /// Ask the user: it is often a merge, or somebody's wish to be forgotten.
    Ask,
    /// Copy it again.
    Recreate,
    /// Leave it deleted.
    Leave,
}

impl OnZohoDelete {
    /// What a flow does of which the user said nothing.
    #[must_use]
    pub const fn usual(flow: Flow) -> Self {
        match flow {
            Flow::Customers | Flow::Contacts | Flow::Invoices | Flow::Vendors | Flow::PurchaseOrders => {
                Self::Ask
            }
            // A product is no person, and invoices need it.
            Flow::Items => Self::Recreate,
        }
    }
}

/// What happens when a record that is to be created is certainly in Zoho already, without our key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnCertain {
    /// Take the record in Zoho over.
    #[default]
    Adopt,
    /// Ask the user.
    Ask,
}

/// The policies of one flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowPolicy {
    /// When Business Central deletes.
    pub on_delete: OnDelete,
    /// When Zoho changes.
    pub on_drift: OnDrift,
    /// When somebody deletes the copy in Zoho; what is usual for the flow where the user said nothing.
    pub on_zoho_delete: Option<OnZohoDelete>,
    /// Whether Zoho's workflows run on our writes.
    pub workflows: bool,
}

/// Whether big first loads may go by bulk write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BulkMode {
    /// Where that costs fewer credits.
    #[default]
    Auto,
    /// Never: every record goes by the records API.
    Never,
}

/// When and how bulk write is used. Only the mode is for users; the numbers are Zoho's, and tests make them smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkPolicy {
    /// Whether at all.
    pub mode: BulkMode,
    /// Rows of one job, at the most.
    pub rows_per_job: usize,
    /// Bytes of one job's zip, at the most.
    pub zip_bytes: usize,
    /// From so many rows on a job costs no more than the records API: 500 credits against one for ten rows.
    pub break_even: usize,
    /// Jobs that may be under way at once. How many Zoho allows is unverified (facts, §11).
    pub in_flight: usize,
    /// How long a run waits for a job; then it goes on, and the next run looks again.
    pub patience: Duration,
    /// How old a job may become before nothing more is expected of it: what it wrote is then looked up by key.
    pub give_up: Duration,
}

impl Default for BulkPolicy {
    fn default() -> Self {
        Self {
            mode: BulkMode::Auto,
            rows_per_job: zoho_crm::bulk::ROWS_PER_FILE,
            zip_bytes: zoho_crm::bulk::ZIP_BYTES,
            break_even: 5_000,
            in_flight: 2,
            patience: Duration::from_secs(2 * 3600),
            give_up: Duration::from_secs(24 * 3600),
        }
    }
}

/// Everything about a run that the user decides.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The flows that are switched on, in dependency order.
    pub flows: Vec<Flow>,
    /// How far back invoices go.
    pub invoices_from: InvoicesFrom,
    /// By flow; a flow that is absent has the defaults.
    pub by_flow: BTreeMap<Flow, FlowPolicy>,
    /// The share of the org's daily API credits that may be spent, in percent.
    pub credit_budget_percent: u32,
    /// How often inventory is compared.
    pub inventory_interval: Duration,
    /// How often Zoho is asked what people changed there.
    pub drift_interval: Duration,
    /// How often a flow whose changes are told by signals is listed all the same.
    pub safety_interval: Duration,
    /// What happens when a record that is to be created is certainly in Zoho already.
    pub match_certain: OnCertain,
    /// Whether and how big first loads go by bulk write.
    pub bulk: BulkPolicy,
    /// What the mapping needs to know of the user's choices.
    pub map: crate::map::MapPolicy,
}

impl Policy {
    /// The policies of `flow`.
    #[must_use]
    pub fn of(&self, flow: Flow) -> FlowPolicy {
        self.by_flow.get(&flow).copied().unwrap_or_default()
    }

    /// What happens when a person deletes a copy of `flow` in Zoho.
    #[must_use]
    pub fn on_zoho_delete(&self, flow: Flow) -> OnZohoDelete {
        self.of(flow).on_zoho_delete.unwrap_or(OnZohoDelete::usual(flow))
    }
}

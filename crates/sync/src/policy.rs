//! What the user decided: which flows run, how far back, and what happens when the two sides part.

use std::collections::BTreeMap;

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
    /// Whether Zoho's workflows run on our writes.
    pub workflows: bool,
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
    pub inventory_interval: std::time::Duration,
    /// How often Zoho is asked what people changed there.
    pub drift_interval: std::time::Duration,
    /// What happens when a record that is to be created is certainly in Zoho already.
    pub match_certain: OnCertain,
    /// What the mapping needs to know of the user's choices.
    pub map: crate::map::MapPolicy,
}

impl Policy {
    /// The policies of `flow`.
    #[must_use]
    pub fn of(&self, flow: Flow) -> FlowPolicy {
        self.by_flow.get(&flow).copied().unwrap_or_default()
    }
}

//! The state in short.

use serde::{Deserialize, Serialize};
use sync::flow::Flow;

pub use crate::alerts::{Light as LightName, WorkKind};

/// A flow, as the window names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FlowName {
    /// Customers become Accounts.
    Customers,
    /// Items become Products.
    Items,
    /// Contacts become Contacts.
    Contacts,
    /// Posted sales invoices become Invoices.
    Invoices,
    /// Vendors become Vendors.
    Vendors,
    /// Purchase orders become Purchase Orders.
    PurchaseOrders,
}

impl From<Flow> for FlowName {
    fn from(flow: Flow) -> Self {
        match flow {
            Flow::Customers => Self::Customers,
            Flow::Items => Self::Items,
            Flow::Contacts => Self::Contacts,
            Flow::Invoices => Self::Invoices,
            Flow::Vendors => Self::Vendors,
            Flow::PurchaseOrders => Self::PurchaseOrders,
        }
    }
}

impl From<FlowName> for Flow {
    fn from(flow: FlowName) -> Self {
        match flow {
            FlowName::Customers => Self::Customers,
            FlowName::Items => Self::Items,
            FlowName::Contacts => Self::Contacts,
            FlowName::Invoices => Self::Invoices,
            FlowName::Vendors => Self::Vendors,
            FlowName::PurchaseOrders => Self::PurchaseOrders,
        }
    }
}

/// Whether the window shows the wizard, the screens, or why there is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The wizard is not finished.
    Setup,
    /// Everything runs.
    Ready,
    /// The profile cannot be used now: the state's sentence and cure say why.
    Unusable,
}

/// The state in short, for header and tray.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AppState {
    /// What the window shows.
    pub stage: Stage,
    /// One of six.
    pub light: LightName,
    /// The state in one sentence: "Up to date, 14:02".
    pub sentence: String,
    /// What to do, where something is to be done.
    pub cure: Option<String>,
    /// What works now.
    pub work: Option<Work>,
    /// Until when runs by schedule are paused; RFC 3339.
    pub paused_until: Option<String>,
    /// Until when notifications are held back; RFC 3339.
    pub snoozed_until: Option<String>,
    /// When the next run by schedule comes; RFC 3339.
    pub next_run_at: Option<String>,
    /// Records that need attention.
    pub problems: u64,
    /// Records that wait for a decision in match review.
    pub undecided: u64,
    /// Whether the demo's built-in systems are connected instead of real ones.
    pub demo: bool,
}

/// What works now, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Work {
    /// What.
    pub kind: WorkKind,
    /// Since when; RFC 3339.
    pub since: String,
    /// What goes on, in words.
    pub words: String,
    /// The flow that it is at.
    pub flow: Option<FlowName>,
    /// How much of `of` is done.
    pub done: Option<u64>,
    /// How much there is to do, where that is known.
    pub of: Option<u64>,
    /// Whether it was told to end.
    pub stopping: bool,
}

/// Until when runs by schedule pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "until", rename_all = "snake_case")]
pub enum PauseUntil {
    /// For an hour.
    Hour,
    /// Until eight o'clock tomorrow.
    Tomorrow,
}

//! What a notification says, in our words.

use business_central::{BcId, Entity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zoho_crm::ZohoId;

use crate::flow::Flow;
use crate::report::is_nought;

/// Who notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HintSource {
    /// Business Central, by a subscription.
    BusinessCentral,
    /// Zoho, by a watch channel.
    Zoho,
    /// The relay, or the program itself after a gap.
    Relay,
}

impl HintSource {
    /// The name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BusinessCentral => "business_central",
            Self::Zoho => "zoho",
            Self::Relay => "relay",
        }
    }
}

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hint {
    /// A record of Business Central was created or changed.
    Record {
        /// The flow.
        flow: Flow,
        /// The record.
        id: BcId,
    },
    /// A posted invoice was created or changed, by the id that it has among posted invoices, which is another one.
    Posted {
        /// That id.
        id: BcId,
    },
    /// A record of Business Central is said to be deleted.
    Deleted {
        /// The flow.
        flow: Flow,
        /// The record.
        id: BcId,
    },
    /// Many records changed from then on.
    Changes {
        /// The flow.
        flow: Flow,
        /// The first change.
        since: Timestamp,
    },
    /// Many records changed, and some were deleted.
    Everything {
        /// The flow.
        flow: Flow,
    },
    /// Somebody changed or deleted records in Zoho; our own writes come back like that too.
    InZoho {
        /// The flow.
        flow: Flow,
        /// The records in Zoho.
        ids: Vec<ZohoId>,
    },
    /// Notifications were lost, or may have been: everything is polled.
    CatchUp,
}

/// What Business Central says has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// `created` or `updated`.
    Changed(BcId),
    /// `deleted`.
    Deleted(BcId),
    /// `collection` with a filter: many changes from then on.
    ManySince(Timestamp),
    /// `collection` without a filter: many changes, and deletions among them (facts, §7).
    Many,
}

/// What a notification about a collection of Business Central says; `None` where no flow reads that collection.
#[must_use]
pub fn hint_of_business_central(entity_set: &str, happened: Happened) -> Option<Hint> {
    let posted = entity_set == Entity::PostedSalesInvoices.set_name();
    let flow = if posted {
        Flow::Invoices
    } else {
        Flow::ALL.into_iter().find(|flow| flow.entity().set_name() == entity_set)?
    };
    Some(match happened {
        Happened::Changed(id) if posted => Hint::Posted { id },
        // Posted invoices hardly ever go, and this id leads nowhere once they are gone: that is for the daily sweep.
        Happened::Deleted(_) if posted => return None,
        Happened::Changed(id) => Hint::Record { flow, id },
        Happened::Deleted(id) => Hint::Deleted { flow, id },
        Happened::ManySince(since) => Hint::Changes { flow, since },
        Happened::Many => Hint::Everything { flow },
    })
}

/// What a notification about records of a Zoho module says; `None` where no flow writes to that module.
#[must_use]
pub fn hint_of_zoho(module: &str, ids: Vec<ZohoId>) -> Option<Hint> {
    let flow = Flow::ALL.into_iter().find(|flow| flow.module().api_name() == module)?;
    Some(Hint::InZoho { flow, ids })
}

impl Hint {
    /// The flow that it is about; `None` for all of them.
    #[must_use]
    pub fn flow(&self) -> Option<Flow> {
        match self {
            Self::Record { flow, .. }
            | Self::Deleted { flow, .. }
            | Self::Changes { flow, .. }
            | Self::Everything { flow }
            | Self::InZoho { flow, .. } => Some(*flow),
            Self::Posted { .. } => Some(Flow::Invoices),
            Self::CatchUp => None,
        }
    }
}

/// How many notifications a run followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalsTaken {
    /// Followed.
    pub followed: u64,
    /// About a flow that is off, or not understood: nothing was to be done.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub dropped: u64,
}

#[cfg(test)]
mod tests {
    use super::{Happened, Hint, hint_of_business_central, hint_of_zoho};
    use crate::flow::Flow;

    #[test]
    fn a_collection_leads_to_the_flow_that_reads_it_and_an_unknown_one_nowhere() {
        let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        for flow in Flow::ALL {
            let hint = hint_of_business_central(flow.entity().set_name(), Happened::Changed(id));
            assert_eq!(hint, Some(Hint::Record { flow, id }));
            let hint = hint_of_zoho(flow.module().api_name(), Vec::new());
            assert_eq!(hint, Some(Hint::InZoho { flow, ids: Vec::new() }));
        }
        assert_eq!(hint_of_business_central("journals", Happened::Many), None);
        assert_eq!(hint_of_zoho("Leads", Vec::new()), None);
    }

    #[test]
    fn posted_invoices_lead_to_the_invoices_by_another_id() {
        let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        let of = |happened| hint_of_business_central("postedSalesInvoices", happened);
        assert_eq!(of(Happened::Changed(id)), Some(Hint::Posted { id }));
        assert_eq!(of(Happened::Deleted(id)), None);
        assert_eq!(of(Happened::Many), Some(Hint::Everything { flow: Flow::Invoices }));
    }
}

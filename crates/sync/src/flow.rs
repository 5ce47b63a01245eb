//! One entity's way across: what it is called, and where it comes from and goes to.

use std::fmt;
use std::str::FromStr;

use business_central::Entity;
use serde::{Deserialize, Serialize};
use zoho_crm::Module;

/// One entity's way from Business Central to Zoho CRM. The order is the order of dependence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Customers become Accounts.
    Customers,
    /// Items become Products.
    Items,
    /// Contacts of type Person become Contacts.
    Contacts,
    /// Posted sales invoices become Invoices.
    Invoices,
    /// Vendors become Vendors.
    Vendors,
    /// Purchase orders become Purchase Orders.
    PurchaseOrders,
}

/// A word that names no flow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no flow called {0:?}; the flows are customers, items, contacts, invoices, vendors and purchase_orders"
)]
pub struct UnknownFlow(pub String);

impl Flow {
    /// Every flow, in the order of dependence.
    pub const ALL: [Self; 6] =
        [Self::Customers, Self::Items, Self::Contacts, Self::Invoices, Self::Vendors, Self::PurchaseOrders];

    /// The flows that are on where the settings name none. Purchasing is of use to few sales teams.
    pub const BY_DEFAULT: [Self; 4] = [Self::Customers, Self::Items, Self::Contacts, Self::Invoices];

    /// The word for it in settings, on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Items => "items",
            Self::Contacts => "contacts",
            Self::Invoices => "invoices",
            Self::Vendors => "vendors",
            Self::PurchaseOrders => "purchase_orders",
        }
    }

    /// The words for its records in a sentence.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::PurchaseOrders => "purchase orders",
            Self::Customers | Self::Items | Self::Contacts | Self::Invoices | Self::Vendors => self.name(),
        }
    }

    /// The word for one of its records.
    #[must_use]
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Customers => "customer",
            Self::Items => "item",
            Self::Contacts => "contact",
            Self::Invoices => "invoice",
            Self::Vendors => "vendor",
            Self::PurchaseOrders => "purchase order",
        }
    }

    /// How many levels of other flows it stands on; flows of one level do not need each other.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::Customers | Self::Items | Self::Vendors => 0,
            Self::Contacts | Self::PurchaseOrders => 1,
            Self::Invoices => 2,
        }
    }

    /// The Zoho module that it writes to.
    #[must_use]
    pub const fn module(self) -> Module {
        match self {
            Self::Customers => Module::Accounts,
            Self::Items => Module::Products,
            Self::Contacts => Module::Contacts,
            Self::Invoices => Module::Invoices,
            Self::Vendors => Module::Vendors,
            Self::PurchaseOrders => Module::PurchaseOrders,
        }
    }

    /// The Business Central entity that it reads.
    #[must_use]
    pub const fn entity(self) -> Entity {
        match self {
            Self::Customers => Entity::Customers,
            Self::Items => Entity::Items,
            Self::Contacts => Entity::Contacts,
            Self::Invoices => Entity::SalesInvoices,
            Self::Vendors => Entity::Vendors,
            Self::PurchaseOrders => Entity::PurchaseOrders,
        }
    }

    /// The flows whose records it refers to.
    #[must_use]
    pub const fn needs(self) -> &'static [Self] {
        match self {
            Self::Customers | Self::Items | Self::Vendors => &[],
            Self::Contacts => &[Self::Customers],
            Self::Invoices => &[Self::Customers, Self::Items],
            Self::PurchaseOrders => &[Self::Items, Self::Vendors],
        }
    }

    /// The module of its records' rows, where they have any.
    #[must_use]
    pub const fn rows(self) -> Option<Module> {
        match self {
            Self::Invoices => Some(Module::InvoicedItems),
            Self::PurchaseOrders => Some(Module::PurchaseItems),
            Self::Customers | Self::Items | Self::Contacts | Self::Vendors => None,
        }
    }

    /// Whether its records have rows, and a total that Zoho computes from them.
    #[must_use]
    pub const fn is_document(self) -> bool {
        self.rows().is_some()
    }

    /// Whether its module belongs to what Zoho calls inventory management, which small editions do not have (facts, §3).
    #[must_use]
    pub const fn is_inventory(self) -> bool {
        match self {
            Self::Items | Self::Invoices | Self::Vendors | Self::PurchaseOrders => true,
            Self::Customers | Self::Contacts => false,
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Flow {
    type Err = UnknownFlow;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|flow| flow.name() == word).ok_or_else(|| UnknownFlow(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Flow, UnknownFlow};

    #[test]
    fn a_flow_is_read_from_its_own_name() {
        for flow in Flow::ALL {
            assert_eq!(flow.name().parse(), Ok(flow));
        }
        assert_eq!("quotes".parse::<Flow>(), Err(UnknownFlow("quotes".to_owned())));
    }

    #[test]
    fn a_flow_stands_above_everything_it_needs() {
        for flow in Flow::ALL {
            assert!(flow.needs().iter().all(|needed| needed.level() < flow.level() && *needed < flow));
        }
    }
}

//! The modules that are read or written.

use std::fmt;

/// A Zoho CRM module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Module {
    /// Companies.
    Accounts,
    /// What is sold.
    Products,
    /// People.
    Contacts,
    /// Sales invoices.
    Invoices,
    /// Suppliers.
    Vendors,
    /// Orders to suppliers.
    PurchaseOrders,
    /// The rows of invoices; a subform that COQL and the field list know as a module of its own.
    InvoicedItems,
    /// The rows of purchase orders; likewise.
    PurchaseItems,
}

impl Module {
    /// Every module.
    pub const ALL: [Self; 8] = [
        Self::Accounts,
        Self::Products,
        Self::Contacts,
        Self::Invoices,
        Self::Vendors,
        Self::PurchaseOrders,
        Self::InvoicedItems,
        Self::PurchaseItems,
    ];

    /// The module's name in paths and queries.
    ///
    /// Zoho's prose says `Purchased_Items`; the real name is `Purchase_Items` (§4.1).
    #[must_use]
    pub fn api_name(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::Products => "Products",
            Self::Contacts => "Contacts",
            Self::Invoices => "Invoices",
            Self::Vendors => "Vendors",
            Self::PurchaseOrders => "Purchase_Orders",
            Self::InvoicedItems => "Invoiced_Items",
            Self::PurchaseItems => "Purchase_Items",
        }
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.api_name())
    }
}

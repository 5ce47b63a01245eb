//! The CRM modules that the simulation knows.

use std::ops::{Index, IndexMut};

/// A module of the CRM, line-item modules included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Module {
    /// Companies.
    Accounts,
    /// Persons.
    Contacts,
    /// Things that are sold.
    Products,
    /// Suppliers.
    Vendors,
    /// Invoices to customers.
    Invoices,
    /// Orders to suppliers.
    PurchaseOrders,
    /// Rows of invoices.
    InvoicedItems,
    /// Rows of purchase orders. Zoho's prose says `Purchased_Items`; recordings say `Purchase_Items`.
    PurchaseItems,
}

impl Module {
    /// Every module.
    pub const ALL: [Self; 8] = [
        Self::Accounts,
        Self::Contacts,
        Self::Products,
        Self::Vendors,
        Self::Invoices,
        Self::PurchaseOrders,
        Self::InvoicedItems,
        Self::PurchaseItems,
    ];

    /// The name in addresses and queries.
    #[must_use]
    pub fn api_name(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::Contacts => "Contacts",
            Self::Products => "Products",
            Self::Vendors => "Vendors",
            Self::Invoices => "Invoices",
            Self::PurchaseOrders => "Purchase_Orders",
            Self::InvoicedItems => "Invoiced_Items",
            Self::PurchaseItems => "Purchase_Items",
        }
    }

    /// The module of that API name; the case counts.
    #[must_use]
    pub fn parse(api_name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|module| module.api_name() == api_name)
    }

    /// The word for one record.
    pub(super) fn singular(self) -> &'static str {
        match self {
            Self::Accounts => "Account",
            Self::Contacts => "Contact",
            Self::Products => "Product",
            Self::Vendors => "Vendor",
            Self::Invoices => "Invoice",
            Self::PurchaseOrders => "Purchase Order",
            Self::InvoicedItems => "Invoiced Item",
            Self::PurchaseItems => "Purchase Item",
        }
    }

    /// `module_name` in the metadata: the API name without underscores.
    pub(super) fn module_name(self) -> String {
        self.api_name().replace('_', "")
    }

    /// The number under which the metadata lists the module.
    pub(super) fn id(self) -> u64 {
        554_023_000_000_002_175 + 2 * self as u64
    }

    /// Whether the module belongs to inventory management, which starts with the Professional edition.
    pub(super) fn is_inventory(self) -> bool {
        match self {
            Self::Accounts | Self::Contacts => false,
            Self::Products
            | Self::Vendors
            | Self::Invoices
            | Self::PurchaseOrders
            | Self::InvoicedItems
            | Self::PurchaseItems => true,
        }
    }

    /// The module whose records hold this module's records as rows.
    pub(super) fn parent(self) -> Option<Self> {
        match self {
            Self::InvoicedItems => Some(Self::Invoices),
            Self::PurchaseItems => Some(Self::PurchaseOrders),
            Self::Accounts
            | Self::Contacts
            | Self::Products
            | Self::Vendors
            | Self::Invoices
            | Self::PurchaseOrders => None,
        }
    }

    /// The module of the rows. The subform field has the same name.
    pub(super) fn rows(self) -> Option<Self> {
        match self {
            Self::Invoices => Some(Self::InvoicedItems),
            Self::PurchaseOrders => Some(Self::PurchaseItems),
            Self::Accounts
            | Self::Contacts
            | Self::Products
            | Self::Vendors
            | Self::InvoicedItems
            | Self::PurchaseItems => None,
        }
    }

    /// The field whose value stands for the record in lookups.
    pub(super) fn name_field(self) -> &'static str {
        match self {
            Self::Accounts => "Account_Name",
            Self::Contacts => "Full_Name",
            Self::Products => "Product_Name",
            Self::Vendors => "Vendor_Name",
            Self::Invoices | Self::PurchaseOrders => "Subject",
            Self::InvoicedItems | Self::PurchaseItems => "Description",
        }
    }

    /// The field by which an upsert without `duplicate_check_fields` recognises a record.
    pub(super) fn system_duplicate_field(self) -> &'static str {
        match self {
            Self::Contacts => "Email",
            Self::Accounts
            | Self::Products
            | Self::Vendors
            | Self::Invoices
            | Self::PurchaseOrders
            | Self::InvoicedItems
            | Self::PurchaseItems => self.name_field(),
        }
    }

    /// The module's part of an OAuth scope; rows go with their parent.
    pub(super) fn scope(self) -> String {
        self.parent().unwrap_or(self).module_name().to_lowercase()
    }
}

/// One value for each module.
#[derive(Clone, Debug, Default)]
pub(super) struct PerModule<T>([T; 8]);

impl<T> PerModule<T> {
    /// Makes each value from its module.
    pub(super) fn from_fn(mut make: impl FnMut(Module) -> T) -> Self {
        Self(Module::ALL.map(&mut make))
    }
}

impl<T> Index<Module> for PerModule<T> {
    type Output = T;
    fn index(&self, module: Module) -> &T {
        &self.0[module as usize]
    }
}

impl<T> IndexMut<Module> for PerModule<T> {
    fn index_mut(&mut self, module: Module) -> &mut T {
        &mut self.0[module as usize]
    }
}

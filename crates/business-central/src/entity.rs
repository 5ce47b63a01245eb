//! What can be listed, and under which address.

use std::fmt;

/// A collection of records inside a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// Customers.
    Customers,
    /// Items.
    Items,
    /// Contacts, companies as well as persons.
    Contacts,
    /// Sales invoices, drafts as well as posted ones.
    SalesInvoices,
    /// Vendors.
    Vendors,
    /// Purchase orders; they vanish when received and invoiced in full.
    PurchaseOrders,
    /// Posted sales invoices only, of the API `microsoft/automate/v1.0`; its `apiId` is the `id` in [`SalesInvoices`](Self::SalesInvoices).
    PostedSalesInvoices,
    /// Every booking on a customer's account, of the API `microsoft/reportsFinance/beta`; it has no `id`.
    DetailedCustomerLedgerEntries,
    /// Bookings of the general ledger.
    GeneralLedgerEntries,
    /// The one row of the general ledger's setup: local currency.
    GeneralLedgerSetup,
    /// The one row about the company itself.
    CompanyInformation,
    /// Countries and their names.
    CountriesRegions,
    /// Foreign currencies; the local one is usually not among them.
    Currencies,
    /// Salespeople and purchasers.
    SalespeoplePurchasers,
    /// Purchase invoices.
    PurchaseInvoices,
    /// Posted purchase receipts.
    PurchaseReceipts,
}

impl Entity {
    /// Every entity.
    pub const ALL: [Self; 16] = [
        Self::Customers,
        Self::Items,
        Self::Contacts,
        Self::SalesInvoices,
        Self::Vendors,
        Self::PurchaseOrders,
        Self::PostedSalesInvoices,
        Self::DetailedCustomerLedgerEntries,
        Self::GeneralLedgerEntries,
        Self::GeneralLedgerSetup,
        Self::CompanyInformation,
        Self::CountriesRegions,
        Self::Currencies,
        Self::SalespeoplePurchasers,
        Self::PurchaseInvoices,
        Self::PurchaseReceipts,
    ];

    /// The collection's name in addresses.
    #[must_use]
    pub fn set_name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Items => "items",
            Self::Contacts => "contacts",
            Self::SalesInvoices => "salesInvoices",
            Self::Vendors => "vendors",
            Self::PurchaseOrders => "purchaseOrders",
            Self::PostedSalesInvoices => "postedSalesInvoices",
            Self::DetailedCustomerLedgerEntries => "detailedCustomerLedgerEntries",
            Self::GeneralLedgerEntries => "generalLedgerEntries",
            Self::GeneralLedgerSetup => "generalLedgerSetup",
            Self::CompanyInformation => "companyInformation",
            Self::CountriesRegions => "countriesRegions",
            Self::Currencies => "currencies",
            Self::SalespeoplePurchasers => "salespeoplePurchasers",
            Self::PurchaseInvoices => "purchaseInvoices",
            Self::PurchaseReceipts => "purchaseReceipts",
        }
    }

    /// The API that the collection belongs to, as it stands in addresses.
    #[must_use]
    pub fn api(self) -> &'static str {
        match self {
            Self::PostedSalesInvoices => "microsoft/automate/v1.0",
            Self::DetailedCustomerLedgerEntries => "microsoft/reportsFinance/beta",
            Self::Customers
            | Self::Items
            | Self::Contacts
            | Self::SalesInvoices
            | Self::Vendors
            | Self::PurchaseOrders
            | Self::GeneralLedgerEntries
            | Self::GeneralLedgerSetup
            | Self::CompanyInformation
            | Self::CountriesRegions
            | Self::Currencies
            | Self::SalespeoplePurchasers
            | Self::PurchaseInvoices
            | Self::PurchaseReceipts => STANDARD_API,
        }
    }

    /// The property that identifies a row.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::DetailedCustomerLedgerEntries => "entryNumber",
            Self::Customers
            | Self::Items
            | Self::Contacts
            | Self::SalesInvoices
            | Self::Vendors
            | Self::PurchaseOrders
            | Self::PostedSalesInvoices
            | Self::GeneralLedgerEntries
            | Self::GeneralLedgerSetup
            | Self::CompanyInformation
            | Self::CountriesRegions
            | Self::Currencies
            | Self::SalespeoplePurchasers
            | Self::PurchaseInvoices
            | Self::PurchaseReceipts => "id",
        }
    }
}

/// Microsoft's standard API, where companies are listed too.
pub(crate) const STANDARD_API: &str = "v2.0";

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.set_name())
    }
}

//! Which properties each entity has, in the order in which Business Central prints them (facts, §3).

use exact_json::{Decimal, Value};

/// What a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A decimal number.
    Number,
    /// True or false.
    Bool,
    /// A GUID.
    Guid,
    /// A day.
    Date,
    /// A moment.
    Moment,
    /// A whole number.
    Whole,
    /// One of these, as printed; others can be added by installed apps.
    Enum(&'static [&'static str]),
}

/// One property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is worked out for every read, so that it can be neither filtered nor sorted by.
    pub computed: bool,
}

impl Kind {
    /// What Business Central prints where nothing was entered.
    #[must_use]
    pub fn blank(self) -> Value {
        match self {
            Self::Number | Self::Whole => Value::Number(Decimal::ZERO),
            Self::Bool => Value::Bool(false),
            Self::Text | Self::Guid | Self::Date | Self::Moment | Self::Enum(_) => {
                Value::text(self.blank_text())
            }
        }
    }

    /// The same where it prints as a text.
    pub(super) fn blank_text(self) -> &'static str {
        match self {
            Self::Text | Self::Number | Self::Whole | Self::Bool => "",
            Self::Guid => "00000000-0000-0000-0000-000000000000",
            Self::Date => "0001-01-01",
            Self::Moment => "0001-01-01T00:00:00Z",
            Self::Enum(members) => members.first().copied().unwrap_or("_x0020_"),
        }
    }
}

/// The tables of the simulated company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Customers.
    Customers,
    /// Items.
    Items,
    /// Contacts, companies and persons.
    Contacts,
    /// Drafts and posted sales invoices.
    SalesInvoices,
    /// Vendors.
    Vendors,
    /// Purchase orders.
    PurchaseOrders,
    /// Posted purchase receipts.
    PurchaseReceipts,
    /// Drafts and posted purchase invoices.
    PurchaseInvoices,
    /// Ledger entries of payments, for the feed of receivable activity.
    DetailedLedger,
    /// General ledger entries.
    GeneralLedger,
    /// Countries.
    Countries,
    /// Currencies other than the local one.
    Currencies,
    /// Payment terms.
    PaymentTerms,
    /// Salespeople.
    Salespeople,
    /// General ledger set-up: one row.
    LedgerSetup,
    /// Company information: one row.
    CompanyInformation,
}

macro_rules! properties {
    ($($name:literal $kind:ident $(($members:expr))? $(/ $computed:ident)?),* $(,)?) => {
        &[$(Property { name: $name, kind: Kind::$kind $(($members))?, computed: properties!(@ $($computed)?) }),*]
    };
    (@) => { false };
    (@ c) => { true };
}

const PERSON: &[&str] = &["Company", "Person"];
const BLOCKED: &[&str] = &["_x0020_", "Ship", "Invoice", "All"];
const RELATION: &[&str] =
    &["_x0020_", "Customer", "Vendor", "Bank_x0020_Account", "Employee", "None", "Other", "Multiple"];
const ITEM_TYPE: &[&str] = &["Inventory", "Service", "Non_x002D_Inventory"];
const STATUS: &[&str] = &["_x0020_", "Draft", "In_x0020_Review", "Open", "Paid", "Canceled", "Corrective"];
const ORDER_STATUS: &[&str] = &["Draft", "In_x0020_Review", "Open"];
const LINE_TYPE: &[&str] =
    &["Comment", "Account", "Item", "Resource", "Fixed_x0020_Asset", "Charge", "Allocation_x0020_Account"];
const DOCUMENT_TYPE: &[&str] = &[
    "_x0020_",
    "Payment",
    "Invoice",
    "Credit_x0020_Memo",
    "Finance_x0020_Charge_x0020_Memo",
    "Reminder",
    "Refund",
];
const ADDRESS_FORMAT: &[&str] = &["Post_x0020_Code_x002B_City", "City_x002B_Post_x0020_Code"];
const VENDOR_BLOCKED: &[&str] = &["_x0020_", "Payment", "All"];

const CUSTOMERS: &[Property] = properties![
    "id" Guid, "number" Text, "displayName" Text, "type" Enum(PERSON), "addressLine1" Text, "addressLine2" Text,
    "city" Text, "state" Text, "country" Text, "postalCode" Text, "phoneNumber" Text, "email" Text, "website" Text,
    "salespersonCode" Text, "balanceDue" Number, "creditLimit" Number, "taxLiable" Bool, "taxAreaId" Guid,
    "taxAreaDisplayName" Text / c, "taxRegistrationNumber" Text / c, "currencyId" Guid, "currencyCode" Text / c,
    "paymentTermsId" Guid, "shipmentMethodId" Guid, "paymentMethodId" Guid, "blocked" Enum(BLOCKED),
    "lastModifiedDateTime" Moment,
];
const ITEMS: &[Property] = properties![
    "id" Guid, "number" Text, "displayName" Text, "displayName2" Text, "type" Enum(ITEM_TYPE), "itemCategoryId" Guid,
    "itemCategoryCode" Text, "blocked" Bool, "gtin" Text, "inventory" Number / c, "unitPrice" Number,
    "priceIncludesTax" Bool, "unitCost" Number, "taxGroupId" Guid, "taxGroupCode" Text, "baseUnitOfMeasureId" Guid,
    "baseUnitOfMeasureCode" Text, "generalProductPostingGroupId" Guid, "generalProductPostingGroupCode" Text,
    "inventoryPostingGroupId" Guid, "inventoryPostingGroupCode" Text, "lastModifiedDateTime" Moment,
];
const CONTACTS: &[Property] = properties![
    "id" Guid, "number" Text, "type" Enum(PERSON), "displayName" Text, "jobTitle" Text, "companyNumber" Text,
    "companyName" Text, "contactBusinessRelation" Enum(RELATION), "addressLine1" Text, "addressLine2" Text,
    "city" Text, "state" Text, "country" Text, "postalCode" Text, "phoneNumber" Text, "mobilePhoneNumber" Text,
    "email" Text, "website" Text, "searchName" Text, "privacyBlocked" Bool, "taxRegistrationNumber" Text / c,
    "lastInteractionDate" Date, "lastModifiedDateTime" Moment,
];
const SALES_INVOICES: &[Property] = properties![
    "id" Guid, "number" Text, "externalDocumentNumber" Text, "invoiceDate" Date, "postingDate" Date, "dueDate" Date,
    "promisedPayDate" Date, "customerPurchaseOrderReference" Text, "customerId" Guid, "customerNumber" Text,
    "customerName" Text, "billToName" Text, "billToCustomerId" Guid, "billToCustomerNumber" Text, "shipToName" Text,
    "shipToContact" Text, "sellToAddressLine1" Text, "sellToAddressLine2" Text, "sellToCity" Text,
    "sellToCountry" Text, "sellToState" Text, "sellToPostCode" Text, "billToAddressLine1" Text,
    "billToAddressLine2" Text, "billToCity" Text, "billToCountry" Text, "billToState" Text, "billToPostCode" Text,
    "shipToAddressLine1" Text, "shipToAddressLine2" Text, "shipToCity" Text, "shipToCountry" Text,
    "shipToState" Text, "shipToPostCode" Text, "currencyId" Guid, "shortcutDimension1Code" Text,
    "shortcutDimension2Code" Text, "currencyCode" Text / c, "orderId" Guid, "orderNumber" Text, "paymentTermsId" Guid,
    "shipmentMethodId" Guid, "salesperson" Text, "disputeStatusId" Guid, "disputeStatus" Text,
    "pricesIncludeTax" Bool, "remainingAmount" Number / c, "discountAmount" Number, "discountAppliedBeforeTax" Bool,
    "totalAmountExcludingTax" Number, "totalTaxAmount" Number, "totalAmountIncludingTax" Number,
    "status" Enum(STATUS), "lastModifiedDateTime" Moment, "phoneNumber" Text, "email" Text,
];
/// The properties of an invoice's line.
pub const SALES_INVOICE_LINES: &[Property] = properties![
    "id" Guid, "documentId" Guid, "sequence" Whole, "itemId" Guid, "accountId" Guid, "lineType" Enum(LINE_TYPE),
    "lineObjectNumber" Text, "description" Text, "description2" Text, "unitOfMeasureId" Guid,
    "unitOfMeasureCode" Text, "quantity" Number, "unitPrice" Number, "discountAmount" Number,
    "discountPercent" Number, "discountAppliedBeforeTax" Bool, "amountExcludingTax" Number, "taxCode" Text,
    "taxPercent" Number, "totalTaxAmount" Number, "amountIncludingTax" Number, "invoiceDiscountAllocation" Number,
    "netAmount" Number, "netTaxAmount" Number, "netAmountIncludingTax" Number, "shipmentDate" Date,
    "itemVariantId" Guid, "locationId" Guid,
];
const VENDORS: &[Property] = properties![
    "id" Guid, "number" Text, "displayName" Text, "addressLine1" Text, "addressLine2" Text, "city" Text,
    "state" Text, "country" Text, "postalCode" Text, "phoneNumber" Text, "email" Text, "website" Text,
    "taxRegistrationNumber" Text / c, "currencyId" Guid, "currencyCode" Text / c, "paymentTermsId" Guid,
    "paymentMethodId" Guid, "taxLiable" Bool, "blocked" Enum(VENDOR_BLOCKED), "balance" Number,
    "lastModifiedDateTime" Moment,
];
const PURCHASE_ORDERS: &[Property] = properties![
    "id" Guid, "number" Text, "orderDate" Date, "postingDate" Date, "vendorId" Guid, "vendorNumber" Text,
    "vendorName" Text, "payToName" Text, "payToVendorId" Guid, "payToVendorNumber" Text, "shipToName" Text,
    "shipToContact" Text, "buyFromAddressLine1" Text, "buyFromAddressLine2" Text, "buyFromCity" Text,
    "buyFromCountry" Text, "buyFromState" Text, "buyFromPostCode" Text, "payToAddressLine1" Text,
    "payToAddressLine2" Text, "payToCity" Text, "payToCountry" Text, "payToState" Text, "payToPostCode" Text,
    "shipToAddressLine1" Text, "shipToAddressLine2" Text, "shipToCity" Text, "shipToCountry" Text,
    "shipToState" Text, "shipToPostCode" Text, "shortcutDimension1Code" Text, "shortcutDimension2Code" Text,
    "currencyId" Guid, "currencyCode" Text / c, "pricesIncludeTax" Bool, "paymentTermsId" Guid,
    "shipmentMethodId" Guid, "purchaser" Text, "requestedReceiptDate" Date, "discountAmount" Number,
    "discountAppliedBeforeTax" Bool, "totalAmountExcludingTax" Number, "totalTaxAmount" Number,
    "totalAmountIncludingTax" Number, "fullyReceived" Bool, "status" Enum(ORDER_STATUS), "lastModifiedDateTime" Moment,
];
/// The properties of a purchase order's line.
pub const PURCHASE_ORDER_LINES: &[Property] = properties![
    "id" Guid, "documentId" Guid, "sequence" Whole, "itemId" Guid, "accountId" Guid, "lineType" Enum(LINE_TYPE),
    "lineObjectNumber" Text, "description" Text, "description2" Text, "unitOfMeasureId" Guid,
    "unitOfMeasureCode" Text, "quantity" Number, "directUnitCost" Number, "discountAmount" Number,
    "discountPercent" Number, "discountAppliedBeforeTax" Bool, "amountExcludingTax" Number, "taxCode" Text,
    "taxPercent" Number, "totalTaxAmount" Number, "amountIncludingTax" Number, "invoiceDiscountAllocation" Number,
    "netAmount" Number, "netTaxAmount" Number, "netAmountIncludingTax" Number, "expectedReceiptDate" Date,
    "receivedQuantity" Number, "invoicedQuantity" Number, "invoiceQuantity" Number, "receiveQuantity" Number,
    "itemVariantId" Guid, "locationId" Guid,
];
const PURCHASE_RECEIPTS: &[Property] = properties![
    "id" Guid, "number" Text, "invoiceDate" Date, "postingDate" Date, "dueDate" Date, "vendorNumber" Text,
    "vendorName" Text, "payToName" Text, "payToVendorNumber" Text, "currencyCode" Text / c, "orderNumber" Text,
    "lastModifiedDateTime" Moment,
];
const PURCHASE_INVOICES: &[Property] = properties![
    "id" Guid, "number" Text, "postingDate" Date, "invoiceDate" Date, "dueDate" Date, "vendorInvoiceNumber" Text,
    "vendorId" Guid, "vendorNumber" Text, "vendorName" Text, "payToName" Text, "payToVendorId" Guid,
    "payToVendorNumber" Text, "currencyId" Guid, "currencyCode" Text / c, "orderId" Guid, "orderNumber" Text,
    "purchaser" Text, "pricesIncludeTax" Bool, "discountAmount" Number, "totalAmountExcludingTax" Number,
    "totalTaxAmount" Number, "totalAmountIncludingTax" Number, "status" Enum(STATUS), "lastModifiedDateTime" Moment,
];
const DETAILED_LEDGER: &[Property] = properties![
    "entryNumber" Whole, "entryType" Text, "customerNumber" Text, "amount" Number, "postingDate" Date,
    "currencyCode" Text, "lastModifiedDateTime" Moment,
];
const GENERAL_LEDGER: &[Property] = properties![
    "id" Guid, "entryNumber" Whole, "postingDate" Date, "documentNumber" Text, "documentType" Enum(DOCUMENT_TYPE),
    "accountId" Guid, "accountNumber" Text, "description" Text, "debitAmount" Number, "creditAmount" Number,
    "additionalCurrencyDebitAmount" Number, "additionalCurrencyCreditAmount" Number, "lastModifiedDateTime" Moment,
];
const COUNTRIES: &[Property] = properties!["id" Guid, "code" Text, "displayName" Text, "addressFormat" Enum(ADDRESS_FORMAT), "lastModifiedDateTime" Moment];
const CURRENCIES: &[Property] = properties![
    "id" Guid, "code" Text, "displayName" Text, "symbol" Text, "amountDecimalPlaces" Text,
    "amountRoundingPrecision" Number, "lastModifiedDateTime" Moment,
];
/// The properties of a payment term.
pub const PAYMENT_TERMS: &[Property] = properties![
    "id" Guid, "code" Text, "displayName" Text, "dueDateCalculation" Text, "discountDateCalculation" Text,
    "discountPercent" Number, "calculateDiscountOnCreditMemos" Bool, "lastModifiedDateTime" Moment,
];
const SALESPEOPLE: &[Property] = properties![
    "id" Guid, "code" Text, "displayName" Text, "email" Text, "email2" Text, "phoneNo" Text, "jobTitle" Text,
    "commisionPercent" Number, "privacyBlocked" Bool, "blocked" Bool, "lastModifiedDateTime" Moment,
];
const LEDGER_SETUP: &[Property] = properties![
    "id" Guid, "allowPostingFrom" Date, "allowPostingTo" Date, "additionalReportingCurrency" Text,
    "localCurrencyCode" Text, "localCurrencySymbol" Text, "lastModifiedDateTime" Moment,
    "allowQueryFromConsolidation" Bool,
];
const COMPANY_INFORMATION: &[Property] = properties![
    "id" Guid, "displayName" Text, "addressLine1" Text, "addressLine2" Text, "city" Text, "state" Text,
    "country" Text, "postalCode" Text, "phoneNumber" Text, "faxNumber" Text, "email" Text, "website" Text,
    "taxRegistrationNumber" Text / c, "currencyCode" Text / c, "currentFiscalYearStartDate" Date / c,
    "industry" Text, "lastModifiedDateTime" Moment,
];
/// The properties of a posted invoice's header in the automation API. What is printed otherwise than it is kept cannot be filtered by.
pub const POSTED_SALES_INVOICES: &[Property] = properties![
    "id" Guid / c, "number" Text, "apiId" Guid / c, "externalDocumentNumber" Text, "invoiceDate" Date, "postingDate" Date,
    "customerNumber" Text, "customerName" Text, "currencyCode" Text / c, "orderNumber" Text, "pricesIncludeTax" Bool,
    "totalAmountExcludingTax" Number, "totalAmountIncludingTax" Number,
];
/// The properties of a customer's financial detail.
pub const FINANCIAL_DETAIL: &[Property] = properties![
    "id" Guid, "number" Text, "balance" Number, "totalSalesExcludingTax" Number, "overdueAmount" Number,
    "lastModifiedDateTime" Moment,
];
/// The properties of a contact below a customer.
pub const CONTACTS_INFORMATION: &[Property] = properties![
    "contactId" Guid, "contactNumber" Text, "contactName" Text, "contactType" Enum(PERSON), "relatedId" Guid,
    "relatedType" Enum(RELATION),
];

impl Table {
    /// Every table.
    pub const ALL: [Self; 16] = [
        Self::Customers,
        Self::Items,
        Self::Contacts,
        Self::SalesInvoices,
        Self::Vendors,
        Self::PurchaseOrders,
        Self::PurchaseReceipts,
        Self::PurchaseInvoices,
        Self::DetailedLedger,
        Self::GeneralLedger,
        Self::Countries,
        Self::Currencies,
        Self::PaymentTerms,
        Self::Salespeople,
        Self::LedgerSetup,
        Self::CompanyInformation,
    ];

    /// Its name in an address.
    #[must_use]
    pub fn segment(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Items => "items",
            Self::Contacts => "contacts",
            Self::SalesInvoices => "salesInvoices",
            Self::Vendors => "vendors",
            Self::PurchaseOrders => "purchaseOrders",
            Self::PurchaseReceipts => "purchaseReceipts",
            Self::PurchaseInvoices => "purchaseInvoices",
            Self::DetailedLedger => "detailedCustomerLedgerEntries",
            Self::GeneralLedger => "generalLedgerEntries",
            Self::Countries => "countriesRegions",
            Self::Currencies => "currencies",
            Self::PaymentTerms => "paymentTerms",
            Self::Salespeople => "salespeoplePurchasers",
            Self::LedgerSetup => "generalLedgerSetup",
            Self::CompanyInformation => "companyInformation",
        }
    }

    /// The table of that name in an address.
    #[must_use]
    pub fn of_segment(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.segment() == segment)
    }

    /// Its properties.
    #[must_use]
    pub fn properties(self) -> &'static [Property] {
        match self {
            Self::Customers => CUSTOMERS,
            Self::Items => ITEMS,
            Self::Contacts => CONTACTS,
            Self::SalesInvoices => SALES_INVOICES,
            Self::Vendors => VENDORS,
            Self::PurchaseOrders => PURCHASE_ORDERS,
            Self::PurchaseReceipts => PURCHASE_RECEIPTS,
            Self::PurchaseInvoices => PURCHASE_INVOICES,
            Self::DetailedLedger => DETAILED_LEDGER,
            Self::GeneralLedger => GENERAL_LEDGER,
            Self::Countries => COUNTRIES,
            Self::Currencies => CURRENCIES,
            Self::PaymentTerms => PAYMENT_TERMS,
            Self::Salespeople => SALESPEOPLE,
            Self::LedgerSetup => LEDGER_SETUP,
            Self::CompanyInformation => COMPANY_INFORMATION,
        }
    }
}

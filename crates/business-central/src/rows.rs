//! The records of the API as types, with the properties that the sync reads.
//!
//! Properties that are not named here are ignored, since tenants and later versions add some. Properties that are missing are taken as
//! blank, since `$select` narrows rows. Business Central knows no nulls: it writes `""`, the zero GUID, `0001-01-01` and the enum value
//! `_x0020_` where nothing is meant, and all of these are `None` here.

mod blank;
mod contact;
mod customer;
mod enumeration;
mod item;
mod ledger;
mod purchase_order;
mod sales_invoice;
mod setup;
mod vendor;

pub use contact::{Contact, ContactInformation};
pub use customer::{Customer, CustomerFinancialDetail, PaymentTerm};
pub use enumeration::{
    BusinessRelation, ContactType, CustomerBlocked, DocumentStatus, ItemType, LedgerDocumentType, LineType,
    OrderStatus, VendorBlocked,
};
pub use item::Item;
pub use ledger::{DetailedLedgerEntry, GeneralLedgerEntry, PostedSalesInvoice};
pub use purchase_order::{PurchaseOrder, PurchaseOrderLine};
pub use sales_invoice::{SalesInvoice, SalesInvoiceLine};
pub use setup::{Company, CompanyInformation, CountryRegion, Currency, GeneralLedgerSetup, Salesperson};
pub use vendor::Vendor;

/// Declares a record: public fields, each read by [`blank::property`] from the property of the same name in camelCase.
///
/// `identified` records have a mandatory `id`.
macro_rules! record {
    ($(#[$about:meta])* identified $name:ident { $($(#[$field_about:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            /// SystemId.
            pub id: crate::BcId,
            $($(#[$field_about])* #[serde(default, deserialize_with = "crate::rows::blank::property")] pub $field: $type,)*
        }
        crate::rows::blank::nested!($name);
    };
    ($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$field_about])* #[serde(default, deserialize_with = "crate::rows::blank::property")] pub $field: $type,)*
        }
        crate::rows::blank::nested!($name);
    };
}
pub(crate) use record;

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
pub use purchase_order::{PostedPurchaseInvoice, PurchaseOrder, PurchaseOrderLine, PurchaseReceipt};
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

#[cfg(test)]
mod tests {
    use super::{Customer, CustomerBlocked, DocumentStatus, Item, SalesInvoice};

    const ID: &str = r#""id":"55e545bc-f6f9-ef11-9344-6045bdc8c234""#;

    fn customer(members: &str) -> Result<Customer, serde_json::Error> {
        serde_json::from_str(&format!("{{{ID}{members}}}"))
    }

    #[test]
    fn blanks_of_every_kind_are_none() {
        let blank = customer(
            r#","number":"","displayName":"  ","currencyId":"00000000-0000-0000-0000-000000000000","blocked":"_x0020_","lastModifiedDateTime":"0001-01-01T00:00:00Z""#,
        );
        assert_eq!(blank.unwrap(), customer("").unwrap());
        let invoice =
            format!(r#"{{{ID},"invoiceDate":"0001-01-01","dueDate":"","status":" ","orderId":null}}"#);
        let invoice: SalesInvoice = serde_json::from_str(&invoice).unwrap();
        assert_eq!((invoice.invoice_date, invoice.due_date), (None, None));
        assert_eq!((invoice.status, invoice.order_id), (None, None));
    }

    #[test]
    fn nulls_count_as_blank_although_business_central_writes_none() {
        let nulls = customer(
            r#","number":null,"balanceDue":null,"blocked":null,"currencyId":null,"lastModifiedDateTime":null,"customerFinancialDetail":null,"contactsInformation":null"#,
        );
        assert_eq!(nulls.unwrap(), customer("").unwrap());
        let item: Item = serde_json::from_str(&format!(r#"{{{ID},"blocked":null}}"#)).unwrap();
        assert!(!item.blocked);
    }

    #[test]
    fn a_record_without_its_id_is_an_error() {
        assert!(serde_json::from_str::<Customer>(r#"{"number":"10000"}"#).is_err());
    }

    #[test]
    fn unknown_properties_and_enum_values_do_no_harm() {
        let customer =
            customer(r#","irs1099Code":"x","new":{"a":[1]},"blocked":"On_x0020_Hold_x002F_New""#).unwrap();
        assert_eq!(customer.blocked, Some(CustomerBlocked::Other("On Hold/New".to_owned())));
        assert_eq!(customer.blocked.unwrap().name(), "On Hold/New");
    }

    #[test]
    fn text_keeps_its_blanks_and_numbers_stay_exact() {
        let customer =
            customer(r#","displayName":" A  & \"B\" ","creditLimit":12345678901234.56789"#).unwrap();
        assert_eq!(customer.display_name.as_deref(), Some(" A  & \"B\" "));
        assert_eq!(customer.credit_limit.to_string(), "12345678901234.56789");
    }

    #[test]
    fn a_status_stands_in_a_filter_as_it_was_encoded() {
        assert_eq!(DocumentStatus::InReview.literal().to_string(), "'In_x0020_Review'");
        assert_eq!(DocumentStatus::from_name("In Review"), DocumentStatus::InReview);
    }

    #[test]
    fn something_else_than_expected_is_an_error() {
        for members in
            [r#","number":5"#, r#","blocked":true"#, r#","currencyId":"x""#, r#","balanceDue":"many""#]
        {
            assert!(customer(members).is_err(), "{members}");
        }
    }
}

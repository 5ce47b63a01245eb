//! Which fields of a record are ours, and what marks a record whose source is gone.

use exact_json::{Map, Value};

use crate::flow::Flow;
use crate::org_schema::{CustomField, OrgSchema};

/// The standard fields that a flow writes. What is not here belongs to the sales team.
pub(super) fn standard(flow: Flow) -> &'static [&'static str] {
    match flow {
        Flow::Customers => &[
            "Account_Name",
            "Phone",
            "Website",
            "Billing_Street",
            "Billing_City",
            "Billing_State",
            "Billing_Code",
            "Billing_Country",
            "Currency",
        ],
        Flow::Items => &[
            "Product_Name",
            "Product_Code",
            "Unit_Price",
            "Product_Active",
            "Description",
            "Qty_in_Stock",
            "Usage_Unit",
            "Product_Category",
        ],
        Flow::Contacts => &[
            "Last_Name",
            "First_Name",
            "Account_Name",
            "Email",
            "Phone",
            "Mobile",
            "Title",
            "Mailing_Street",
            "Mailing_City",
            "Mailing_State",
            "Mailing_Zip",
            "Mailing_Country",
        ],
        Flow::Invoices => &[
            "Subject",
            "Account_Name",
            "Invoice_Date",
            "Due_Date",
            "Purchase_Order",
            "Status",
            "Billing_Street",
            "Billing_City",
            "Billing_State",
            "Billing_Code",
            "Billing_Country",
            "Shipping_Street",
            "Shipping_City",
            "Shipping_State",
            "Shipping_Code",
            "Shipping_Country",
            "Currency",
        ],
        Flow::Vendors => {
            &["Vendor_Name", "Email", "Phone", "Website", "Street", "City", "State", "Zip_Code", "Country"]
        }
        Flow::PurchaseOrders => &["Subject", "Vendor_Name", "PO_Number", "PO_Date", "Due_Date", "Currency"],
    }
}

/// The standard fields without which a record is not what it stands for.
fn mandatory(flow: Flow) -> &'static [&'static str] {
    match flow {
        Flow::Customers => &["Account_Name"],
        Flow::Items => &["Product_Name"],
        Flow::Contacts => &["Last_Name", "Account_Name"],
        // Amounts in another currency than the record's would be wrong, and so would a total without its Adjustment.
        Flow::Invoices => &["Subject", "Account_Name", "Currency", "Invoiced_Items", "Adjustment"],
        Flow::Vendors => &["Vendor_Name"],
        Flow::PurchaseOrders => &["Subject", "Vendor_Name", "Currency", "Purchase_Items", "Adjustment"],
    }
}

/// The fields of the flow's module that we own and that this org has, by api name.
#[must_use]
pub fn owned_fields(flow: Flow, org: &OrgSchema) -> Vec<String> {
    let Some(schema) = org.modules.get(&flow.module()) else {
        return Vec::new();
    };
    let has = |name: &str| {
        let in_use = name != "Currency" || org.multi_currency;
        in_use && schema.fields.get(name).is_some_and(|field| field.writable)
    };
    let ours = CustomField::of(flow).iter().filter_map(|field| schema.ours.get(field)).cloned();
    standard(flow).iter().filter(|name| has(name)).map(|name| (*name).to_owned()).chain(ours).collect()
}

/// Whether a record can do without the field when Zoho refuses its value.
#[must_use]
pub fn is_optional(flow: Flow, org: &OrgSchema, api_name: &str) -> bool {
    let key = |field| org.our_field(flow, field) == Some(api_name);
    let demanded = org.field(flow.module(), api_name).is_some_and(|field| field.mandatory);
    !(demanded || mandatory(flow).contains(&api_name) || key(CustomField::Number) || key(CustomField::Id))
}

/// What marks the copy of an order that Business Central does not have any more because it was received and invoiced.
#[must_use]
pub fn completed_fields(org: &OrgSchema) -> Map {
    let status = org.our_field(Flow::PurchaseOrders, CustomField::Status);
    status.map(|field| (field.to_owned(), Value::text("Completed"))).into_iter().collect()
}

/// What marks the record of a source that Business Central deleted; empty where the org has no field that could.
#[must_use]
pub fn deleted_fields(flow: Flow, org: &OrgSchema) -> Map {
    let mut fields = Map::new();
    if let Some(status) = org.our_field(flow, CustomField::Status) {
        fields.insert(status.to_owned(), Value::text("Deleted"));
    }
    let active = org.field(flow.module(), "Product_Active").is_some_and(|field| field.writable);
    if flow == Flow::Items && active {
        fields.insert("Product_Active".to_owned(), Value::Bool(false));
    }
    fields
}

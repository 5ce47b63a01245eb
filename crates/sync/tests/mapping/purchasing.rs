//! Vendors and purchase orders.

use exact_json::Value;
use sync::flow::Flow;
use sync::map::{Mapped, SkipReason, completed_fields, deleted_fields};
use zoho_crm::{Module, ZohoId};

use crate::scene::{ITEM, RECORD, Scene, VENDOR, VENDOR_RECORD, id, lookup, warnings, with};

const OTHER: &str = "00090001-0a1b-f011-9a4a-7c1e5275406f";

fn vendor(changes: &[(&str, &str)]) -> Value {
    let row = format!(
        r#"{{"id":"{VENDOR}","number":"V10000","displayName":"Fabrikam, Inc.","addressLine1":"10 North Lake Avenue",
        "addressLine2":"Floor 2","city":"Atlanta","state":"GA","country":"US","postalCode":"31772","phoneNumber":"(425) 555-0100",
        "email":"krystal.york@contoso.com","website":"fabrikam.com","blocked":"_x0020_","balance":7807}}"#
    );
    with(&Value::parse(&row).unwrap(), changes)
}

fn order(changes: &[(&str, &str)]) -> Value {
    let zero = "00000000-0000-0000-0000-000000000000";
    let row = format!(
        r#"{{"id":"{RECORD}","number":"106001","orderDate":"2025-03-15","postingDate":"2025-03-15","vendorId":"{VENDOR}",
        "vendorNumber":"V10000","vendorName":"Fabrikam, Inc.","payToVendorId":"{zero}","payToVendorNumber":"","currencyId":"{zero}",
        "currencyCode":"USD","pricesIncludeTax":false,"purchaser":"JO","requestedReceiptDate":"2025-03-25","discountAmount":0,
        "totalAmountExcludingTax":100,"totalTaxAmount":19,"totalAmountIncludingTax":119,"fullyReceived":false,"status":"Open",
        "purchaseOrderLines":[{{"id":"{RECORD}","sequence":10000,"itemId":"{ITEM}","lineType":"Item","lineObjectNumber":"1896-S",
        "description":"ATHENS Desk","quantity":1,"directUnitCost":100,"taxPercent":19,"netAmount":100,"netTaxAmount":19,
        "netAmountIncludingTax":119}}]}}"#
    );
    with(&Value::parse(&row).unwrap(), changes)
}

#[test]
fn a_vendor_becomes_a_vendor_with_every_field_of_the_contract() {
    let record = Scene::new().record(Flow::Vendors, &vendor(&[]));
    let expected = format!(
        r#"{{"BC_Id":"{VENDOR}","BC_Number":"V10000","BC_Status":"Active","City":"Atlanta","Country":"United States","Email":"krystal.york@contoso.com","Phone":"(425) 555-0100","State":"GA","Street":"10 North Lake Avenue\nFloor 2","Vendor_Name":"Fabrikam, Inc.","Website":"fabrikam.com","Zip_Code":"31772"}}"#
    );
    assert_eq!(Value::Object(record.fields).to_json(), expected);
    assert!(record.on_create.is_empty() && record.warnings.is_empty());
}

#[test]
fn a_vendor_without_a_name_is_called_by_its_number_and_a_bad_phone_costs_nothing_else() {
    let row = vendor(&[("displayName", r#""""#), ("phoneNumber", r#""n/a""#)]);
    let record = Scene::new().record(Flow::Vendors, &row);
    assert_eq!(record.fields.get("Vendor_Name"), Some(&Value::text("V10000")));
    assert_eq!(warnings(&record).first().map(|warning| warning.0), Some("Phone"));
}

#[test]
fn an_order_becomes_a_purchase_order_with_every_field_of_the_contract() {
    let record = Scene::new().record(Flow::PurchaseOrders, &order(&[]));
    let header = format!(
        r#"{{"BC_Id":"{RECORD}","BC_Number":"106001","BC_Status":"Open","Currency":"USD","Due_Date":"2025-03-25","PO_Date":"2025-03-15","PO_Number":"106001","Subject":"PO 106001","Vendor_Name":{{"id":"{VENDOR_RECORD}"}}}}"#
    );
    assert_eq!(Value::Object(record.fields).to_json(), header);
    let once = r#"{"Adjustment":0,"Owner":{"id":"8001"},"Purchase_Items":[{"Description":"ATHENS Desk","Discount":0,"Line_Tax":[{"name":"VAT 19","percentage":19}],"List_Price":100,"Product_Name":{"id":"6001"},"Quantity":1}]}"#;
    assert_eq!(Value::Object(record.on_create).to_json(), once);
    assert_eq!((record.expected_total, record.predicted_total), (Some(119.into()), Some(119.into())));
}

#[test]
fn drafts_and_orders_in_review_are_copied_by_the_names_of_their_states() {
    for (status, name) in [("Draft", "Draft"), ("In_x0020_Review", "In Review"), ("Open", "Open")] {
        let row = order(&[("status", &format!("\"{status}\""))]);
        let record = Scene::new().record(Flow::PurchaseOrders, &row);
        assert_eq!(record.fields.get("BC_Status"), Some(&Value::text(name)));
    }
}

#[test]
fn an_order_waits_for_its_vendor_and_takes_whoever_has_the_number_where_the_id_leads_nowhere() {
    let mut scene = Scene::new();
    let other = order(&[("vendorId", &format!("\"{OTHER}\"")), ("vendorNumber", r#""V20000""#)]);
    let Mapped::Refuse(refusal) = scene.map(Flow::PurchaseOrders, &other, false) else {
        panic!("it has no vendor")
    };
    assert_eq!((refusal.code.as_str(), refusal.held), ("vendor_unknown", false));
    scene.links.numbers.insert((Flow::Vendors, "V20000".to_owned()), ZohoId::new("5502"));
    assert_eq!(scene.record(Flow::PurchaseOrders, &other).fields.get("Vendor_Name"), Some(&lookup("5502")));
    scene.links.coming.insert((Flow::Vendors, id(OTHER)));
    let Mapped::Wait(wait) = scene.map(Flow::PurchaseOrders, &other, false) else {
        panic!("it does not wait")
    };
    assert_eq!((wait.flow, wait.what.as_str()), (Flow::Vendors, OTHER));
}

#[test]
fn currencies_of_orders_are_treated_as_those_of_invoices() {
    let foreign = order(&[("currencyCode", r#""GBP""#)]);
    let mapped = Scene::new().map(Flow::PurchaseOrders, &foreign, false);
    assert!(matches!(mapped, Mapped::Refuse(refusal) if refusal.held && refusal.code == "currency_inactive"));
    let mapped = Scene::one_currency().map(Flow::PurchaseOrders, &foreign, false);
    assert_eq!(mapped, Mapped::Skip(SkipReason::ForeignCurrency("GBP".to_owned())));
}

#[test]
fn the_digest_follows_the_lines_and_the_total_and_nothing_else() {
    let digest = |changes: &[(&str, &str)]| {
        Scene::new().record(Flow::PurchaseOrders, &order(changes)).lines_digest.unwrap()
    };
    let plain = digest(&[]);
    assert_eq!(digest(&[("status", r#""Draft""#), ("orderDate", r#""2025-04-01""#)]), plain);
    assert_ne!(digest(&[("totalAmountIncludingTax", "119.01")]), plain);
    assert_ne!(digest(&[("purchaseOrderLines", "[]")]), plain);
    // How Zoho wants the rows written does not count: what was written in one way is not written again in another.
    let mut scene = Scene::new();
    scene.policy.most_rows = Some(1);
    scene.policy.negative_style = sync::map::NegativeStyle::ZeroRow;
    assert_eq!(scene.record(Flow::PurchaseOrders, &order(&[])).lines_digest.unwrap(), plain);
}

#[test]
fn an_order_that_is_gone_is_completed_or_deleted() {
    let mut scene = Scene::new();
    let status = |text: &str| [("BC_Status".to_owned(), Value::text(text))].into();
    assert_eq!(completed_fields(&scene.org), status("Completed"));
    assert_eq!(deleted_fields(Flow::PurchaseOrders, &scene.org), status("Deleted"));
    scene.without(Module::PurchaseOrders, "BC_Status");
    assert!(completed_fields(&scene.org).is_empty());
}

//! Posted sales invoices become Invoices: the header.

use exact_json::Value;
use sync::flow::Flow;
use sync::map::{ForeignCurrency, Mapped, SkipReason};
use zoho_crm::{Module, ZohoId};

use crate::scene::{CUSTOMER, ITEM, RECORD, Scene, id, lookup, shown, warnings, with};

const OTHER: &str = "00010001-0a1b-f011-9a4a-7c1e5275406f";

pub fn row(changes: &[(&str, &str)]) -> Value {
    let zero = "00000000-0000-0000-0000-000000000000";
    let row = format!(
        r#"{{"id":"{RECORD}","number":"103004","externalDocumentNumber":"EXT-1","invoiceDate":"2026-03-14","postingDate":"2026-03-14",
        "dueDate":"2026-04-14","customerPurchaseOrderReference":"PO-88213","customerId":"{CUSTOMER}","customerNumber":"10000",
        "customerName":"Adatum Corporation","billToName":"Adatum Corporation","billToCustomerId":"{CUSTOMER}",
        "billToCustomerNumber":"10000","shipToName":"Adatum Corporation","shipToContact":"Robert Townes",
        "billToAddressLine1":"192 Market Square","billToAddressLine2":"Suite 2","billToCity":"Atlanta","billToCountry":"US",
        "billToState":"GA","billToPostCode":"31772","shipToAddressLine1":"1 Dock Road","shipToAddressLine2":"","shipToCity":"Miami",
        "shipToCountry":"US","shipToState":"FL","shipToPostCode":"37125","currencyId":"{zero}","currencyCode":"USD",
        "orderId":"{zero}","orderNumber":"S-ORD101001","salesperson":"JO","pricesIncludeTax":false,"remainingAmount":119,
        "discountAmount":0,"totalAmountExcludingTax":100,"totalTaxAmount":19,"totalAmountIncludingTax":119,"status":"Open",
        "salesInvoiceLines":[{{"id":"{RECORD}","sequence":10000,"itemId":"{ITEM}","lineType":"Item","lineObjectNumber":"1896-S",
        "description":"ATHENS Desk","quantity":1,"unitPrice":100,"taxPercent":19,"netAmount":100,"netTaxAmount":19,
        "netAmountIncludingTax":119}}]}}"#
    );
    with(&Value::parse(&row).unwrap(), changes)
}

#[test]
fn a_posted_invoice_becomes_an_invoice_with_every_field_of_the_contract() {
    let record = Scene::new().record(Flow::Invoices, &row(&[]));
    let header = format!(
        r#"{{"Account_Name":{{"id":"5001"}},"BC_Currency":"USD","BC_Id":"{RECORD}","BC_Number":"103004","BC_Order_Number":"S-ORD101001","BC_Remaining_Amount":119,"BC_Status":"Open","BC_Total_Excl_Tax":100,"BC_Total_Incl_Tax":119,"BC_Total_Tax":19,"Billing_City":"Atlanta","Billing_Code":"31772","Billing_Country":"United States","Billing_State":"GA","Billing_Street":"192 Market Square\nSuite 2","Currency":"USD","Due_Date":"2026-04-14","Invoice_Date":"2026-03-14","Purchase_Order":"PO-88213","Shipping_City":"Miami","Shipping_Code":"37125","Shipping_Country":"United States","Shipping_State":"FL","Shipping_Street":"1 Dock Road","Subject":"Invoice 103004"}}"#
    );
    assert_eq!(Value::Object(record.fields).to_json(), header);
    let once = r#"{"Adjustment":0,"Invoiced_Items":[{"Description":"ATHENS Desk","Discount":0,"Line_Tax":[{"name":"VAT 19","percentage":19}],"List_Price":100,"Product_Name":{"id":"6001"},"Quantity":1}],"Owner":{"id":"8001"}}"#;
    assert_eq!(Value::Object(record.on_create).to_json(), once);
    assert_eq!((record.expected_total, record.predicted_total), (Some(119.into()), Some(119.into())));
    assert_eq!((record.warnings, record.currency.as_deref()), (Vec::new(), Some("USD")));
}

#[test]
fn totals_are_never_sent() {
    let record = Scene::new().record(Flow::Invoices, &row(&[]));
    for name in ["Grand_Total", "Sub_Total", "Tax", "Exchange_Rate", "Discount"] {
        assert!(!record.fields.contains_key(name) && !record.on_create.contains_key(name), "{name}");
    }
}

#[test]
fn only_posted_invoices_are_copied() {
    let scene = Scene::new();
    let cases = [
        ("Draft", true, false),
        ("In_x0020_Review", true, false),
        ("_x0020_", true, false),
        ("Open", false, false),
        ("Open", true, true),
        ("Paid", false, true),
        ("Canceled", false, true),
        ("Corrective", false, true),
    ];
    for (status, proved, copied) in cases {
        let mapped = scene.map(Flow::Invoices, &row(&[("status", &format!("\"{status}\""))]), proved);
        assert_eq!(matches!(mapped, Mapped::Record(_)), copied, "{status}");
        assert_eq!(mapped == Mapped::Skip(SkipReason::NotPosted), !copied, "{status}");
    }
}

#[test]
fn history_is_bounded_but_every_open_invoice_comes() {
    let mut scene = Scene::new();
    let from = "2026-04-01".parse().unwrap();
    scene.policy.invoices_from = Some(from);
    let paid = row(&[("status", r#""Paid""#)]);
    assert_eq!(scene.map(Flow::Invoices, &paid, true), Mapped::Skip(SkipReason::OlderThan(from)));
    assert!(matches!(scene.map(Flow::Invoices, &row(&[]), true), Mapped::Record(_)));
    let recent = with(&paid, &[("invoiceDate", r#""2026-04-01""#)]);
    assert!(matches!(scene.map(Flow::Invoices, &recent, true), Mapped::Record(_)));
}

#[test]
fn an_old_invoice_that_was_copied_while_open_is_kept_up_when_it_is_paid() {
    let mut scene = Scene::new();
    scene.policy.invoices_from = Some("2026-04-01".parse().unwrap());
    scene.links.zoho.insert((Flow::Invoices, id(RECORD)), ZohoId::new("9001"));
    let record = scene.record(Flow::Invoices, &row(&[("status", r#""Paid""#)]));
    assert_eq!(record.fields["BC_Status"], Value::text("Paid"));
}

#[test]
fn an_invoice_waits_for_a_customer_that_will_come() {
    let mut scene = Scene::new();
    scene.links.zoho.remove(&(Flow::Customers, id(CUSTOMER)));
    scene.links.coming.insert((Flow::Customers, id(CUSTOMER)));
    match scene.map(Flow::Invoices, &row(&[]), true) {
        Mapped::Wait(wait) => assert_eq!((wait.flow, wait.what.as_str()), (Flow::Customers, CUSTOMER)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_customer_that_is_gone_is_replaced_by_number_by_bill_to_and_last_by_the_placeholder() {
    let mut scene = Scene::new();
    scene.links.zoho.remove(&(Flow::Customers, id(CUSTOMER)));
    scene.links.numbers.clear();
    let gone = row(&[("billToCustomerId", &format!("\"{OTHER}\"")), ("billToCustomerNumber", r#""20000""#)]);
    match scene.map(Flow::Invoices, &gone, true) {
        Mapped::Wait(wait) => assert_eq!(wait.what, "BC-DELETED"),
        other => panic!("{other:?}"),
    }
    let account = |scene: &Scene| scene.record(Flow::Invoices, &gone).fields["Account_Name"].clone();
    scene.links.deleted_customers = Some(ZohoId::new("5999"));
    assert_eq!(account(&scene), lookup("5999"));
    scene.links.numbers.insert((Flow::Customers, "20000".to_owned()), ZohoId::new("5004"));
    assert_eq!(account(&scene), lookup("5004"));
    scene.links.zoho.insert((Flow::Customers, id(OTHER)), ZohoId::new("5003"));
    assert_eq!(account(&scene), lookup("5003"));
    scene.links.numbers.insert((Flow::Customers, "10000".to_owned()), ZohoId::new("5002"));
    assert_eq!(account(&scene), lookup("5002"));
}

#[test]
fn the_reference_is_the_customer_s_else_the_external_number() {
    let scene = Scene::new();
    let record = scene.record(Flow::Invoices, &row(&[("customerPurchaseOrderReference", r#""""#)]));
    assert_eq!(record.fields["Purchase_Order"], Value::text("EXT-1"));
    let blank = [("customerPurchaseOrderReference", r#"" ""#), ("externalDocumentNumber", r#""""#)];
    assert!(scene.record(Flow::Invoices, &row(&blank)).fields["Purchase_Order"].is_null());
}

#[test]
fn the_status_goes_through_the_user_s_table_and_else_by_its_own_name() {
    let mut scene = Scene::new();
    let status = |scene: &Scene, status: &str| {
        let record = scene.record(Flow::Invoices, &row(&[("status", &format!("\"{status}\""))]));
        let codes: Vec<String> = record.warnings.iter().map(|warning| warning.code.clone()).collect();
        (shown(&record.fields, ["Status"])[0].clone(), codes.join(","))
    };
    assert_eq!(status(&scene, "Canceled"), ("\"Canceled\"".to_owned(), String::new()));
    assert_eq!(status(&scene, "Paid"), ("-".to_owned(), String::new()));
    scene.policy.status_table = [
        ("Paid".to_owned(), Some("delivered".to_owned())),
        ("Canceled".to_owned(), None),
        ("Open".to_owned(), Some("Sent".to_owned())),
    ]
    .into();
    assert_eq!(status(&scene, "Paid"), ("\"Delivered\"".to_owned(), String::new()));
    assert_eq!(status(&scene, "Canceled"), ("-".to_owned(), String::new()));
    assert_eq!(status(&scene, "Open"), ("-".to_owned(), "not_in_picklist".to_owned()));
}

#[test]
fn an_invoice_in_an_inactive_currency_is_held_until_it_is_activated() {
    match Scene::new().map(Flow::Invoices, &row(&[("currencyCode", r#""GBP""#)]), true) {
        Mapped::Refuse(refusal) => {
            assert_eq!((refusal.held, refusal.code.as_str()), (true, "currency_inactive"));
            assert!(refusal.cure.starts_with("Activate GBP in Zoho"), "{}", refusal.cure);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn in_an_org_with_one_currency_foreign_invoices_are_skipped_or_carry_their_code() {
    let mut scene = Scene::one_currency();
    let euros = row(&[("currencyCode", r#""EUR""#)]);
    let skipped = Mapped::Skip(SkipReason::ForeignCurrency("EUR".to_owned()));
    assert_eq!(scene.map(Flow::Invoices, &euros, true), skipped);
    scene.policy.foreign_currency_in_one_currency_org = ForeignCurrency::CopyWithSuffix;
    let record = scene.record(Flow::Invoices, &euros);
    let names = ["Subject", "Currency", "BC_Currency"];
    assert_eq!(shown(&record.fields, names), ["\"Invoice 103004 (EUR)\"", "-", "\"EUR\""]);
    let home = scene.record(Flow::Invoices, &row(&[]));
    assert_eq!(shown(&home.fields, names), ["\"Invoice 103004\"", "-", "\"USD\""]);
}

#[test]
fn optional_fields_that_the_org_lacks_are_left_out() {
    let mut scene = Scene::new();
    scene.without(Module::Invoices, "BC_Remaining_Amount");
    scene.without(Module::Invoices, "Status");
    let record = scene.record(Flow::Invoices, &row(&[]));
    assert_eq!(shown(&record.fields, ["BC_Remaining_Amount", "Status"]), ["-", "-"]);
    assert!(warnings(&record).is_empty());
}

#[test]
fn a_partial_payment_moves_the_remaining_amount_only() {
    let scene = Scene::new();
    let before = scene.record(Flow::Invoices, &row(&[])).fields;
    let after = scene.record(Flow::Invoices, &row(&[("remainingAmount", "19.00")])).fields;
    let moved: Vec<&String> =
        before.iter().filter(|(name, value)| after.get(name) != Some(value)).map(|(name, _)| name).collect();
    assert_eq!(moved, ["BC_Remaining_Amount"]);
}

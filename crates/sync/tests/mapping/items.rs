//! Items become Products.

use exact_json::Value;
use sync::flow::Flow;
use zoho_crm::Module;

use crate::scene::{RECORD, Scene, number, shown, warnings, with};

fn row(changes: &[(&str, &str)]) -> Value {
    let row = format!(
        r#"{{"id":"{RECORD}","number":"1896-S","displayName":"ATHENS Desk","displayName2":"in oak","type":"Inventory",
        "itemCategoryCode":"TABLE","blocked":false,"inventory":4.5,"unitPrice":1000.8,"priceIncludesTax":false,
        "baseUnitOfMeasureCode":"PCS","lastModifiedDateTime":"2025-03-05T19:19:22.37Z"}}"#
    );
    with(&Value::parse(&row).unwrap(), changes)
}

#[test]
fn an_item_becomes_a_product_with_every_field_of_the_contract() {
    let record = Scene::new().record(Flow::Items, &row(&[]));
    let want = format!(
        r#"{{"BC_Id":"{RECORD}","BC_Number":"1896-S","BC_Status":"Active","Description":"in oak","Product_Active":true,"Product_Category":"Table","Product_Code":"1896-S","Product_Name":"ATHENS Desk","Qty_in_Stock":4.5,"Unit_Price":1000.8,"Usage_Unit":"pcs"}}"#
    );
    assert_eq!(Value::Object(record.fields).to_json(), want);
    assert!(record.warnings.is_empty() && record.on_create.is_empty());
}

#[test]
fn a_blocked_item_is_an_inactive_product() {
    let record = Scene::new().record(Flow::Items, &row(&[("blocked", "true")]));
    assert_eq!(record.fields["Product_Active"], Value::Bool(false));
}

#[test]
fn a_value_that_the_live_picklist_lacks_is_left_out() {
    let changes = [("baseUnitOfMeasureCode", r#""KG""#), ("itemCategoryCode", r#""CHAIR""#)];
    let record = Scene::new().record(Flow::Items, &row(&changes));
    assert_eq!(shown(&record.fields, ["Usage_Unit", "Product_Category"]), ["-", "-"]);
    assert_eq!(
        warnings(&record),
        [("Usage_Unit", "not_in_picklist"), ("Product_Category", "not_in_picklist")]
    );
}

#[test]
fn a_picklist_value_that_is_out_of_use_does_not_count() {
    let mut scene = Scene::new();
    scene.field(Module::Products, "Usage_Unit", |field| {
        field.picklist.iter_mut().for_each(|value| value.used = false);
    });
    assert_eq!(shown(&scene.record(Flow::Items, &row(&[])).fields, ["Usage_Unit"]), ["-"]);
}

#[test]
fn a_price_goes_only_where_the_local_currency_is_zoho_s() {
    let mut scene = Scene::new();
    scene.company.local_currency = "EUR".to_owned();
    let record = scene.record(Flow::Items, &row(&[]));
    assert_eq!(shown(&record.fields, ["Unit_Price"]), ["-"]);
    assert!(record.warnings.is_empty());
}

#[test]
fn a_price_that_includes_tax_is_left_out_because_the_rate_is_unknown() {
    let record = Scene::new().record(Flow::Items, &row(&[("priceIncludesTax", "true")]));
    assert_eq!(shown(&record.fields, ["Unit_Price"]), ["-"]);
    assert_eq!(warnings(&record), [("Unit_Price", "price_includes_tax")]);
}

#[test]
fn a_price_finer_than_the_field_is_rounded_with_a_warning() {
    let record = Scene::new().record(Flow::Items, &row(&[("unitPrice", "0.12345")]));
    assert_eq!(record.fields["Unit_Price"], number("0.12"));
    assert_eq!(warnings(&record), [("Unit_Price", "rounded")]);
}

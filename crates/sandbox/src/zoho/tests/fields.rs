//! Fields and their creation.

use super::super::Edition;
use super::{Answer, Desk};
use exact_json::Value;

const KEY: &str =
    r#"{"field_label":"BC Number","data_type":"text","length":50,"unique":{"case_sensitive":false}}"#;

fn field(answer: &Answer, name: &str) -> Value {
    let list = answer.at("fields");
    let found = list.as_list().unwrap().iter().find(|f| f.get("api_name").unwrap().as_text() == Some(name));
    found.cloned().unwrap_or_default()
}

fn member(answer: &Answer, name: &str, member: &str) -> String {
    field(answer, name).get(member).cloned().unwrap_or_default().to_json()
}

#[test]
fn a_created_field_is_found_by_the_derived_api_name() {
    let mut desk = Desk::new();
    let created = desk.create_field("Accounts", KEY);
    assert_eq!((created.status, created.text("fields.0.code").as_str()), (201, "SUCCESS"));
    let fields = desk.get("settings/fields?module=Accounts");
    assert_eq!(member(&fields, "BC_Number", "id"), format!("\"{}\"", created.text("fields.0.details.id")));
    assert_eq!(member(&fields, "BC_Number", "unique"), r#"{"case_sensitive":false}"#);
    assert_eq!(member(&fields, "BC_Number", "length"), "50");
    assert_eq!(member(&fields, "BC_Number", "custom_field"), "true");
}

#[test]
fn a_label_may_not_be_used_twice() {
    let mut desk = Desk::new();
    desk.create_field("Accounts", KEY);
    let answer = desk.create_field("Accounts", r#"{"field_label":"bc number","data_type":"text"}"#);
    assert_eq!((answer.status, answer.text("fields.0.code").as_str()), (400, "DUPLICATE_DATA"));
}

#[test]
fn a_module_has_two_unique_fields_at_most() {
    let mut desk = Desk::new();
    desk.create_field("Accounts", KEY);
    desk.create_field(
        "Accounts",
        r#"{"field_label":"ERP","data_type":"text","unique":{"case_sensitive":true}}"#,
    );
    let answer = desk.create_field(
        "Accounts",
        r#"{"field_label":"More","data_type":"text","unique":{"case_sensitive":false}}"#,
    );
    assert_eq!((answer.status, answer.text("fields.0.code").as_str()), (400, "LIMIT_EXCEEDED"));
    assert_eq!(answer.text("fields.0.details.limit"), "2");
    assert_eq!(answer.text("fields.0.details.limit_due_to.0.api_name"), "unique");
}

#[test]
fn an_edition_has_a_number_of_custom_fields() {
    let mut desk = Desk::new();
    desk.zoho.set_edition(Edition::Standard, false);
    for n in 0..10 {
        let answer =
            desk.create_field("Accounts", &format!(r#"{{"field_label":"F {n}","data_type":"double"}}"#));
        assert_eq!(answer.status, 201);
    }
    let answer = desk.create_field("Accounts", r#"{"field_label":"One more","data_type":"text"}"#);
    assert_eq!((answer.status, answer.text("fields.0.code").as_str()), (400, "FIELD_LIMIT_EXCEEDED"));
    assert_eq!(answer.text("fields.0.details.limit"), "10");
}

#[test]
fn the_free_edition_creates_no_fields() {
    let mut desk = Desk::new();
    desk.zoho.set_edition(Edition::Free, false);
    let answer = desk.create_field("Accounts", KEY);
    assert_eq!((answer.status, answer.text("code").as_str()), (403, "FEATURE_NOT_SUPPORTED"));
}

#[test]
fn line_item_columns_start_with_enterprise() {
    let mut desk = Desk::new();
    desk.zoho.set_edition(Edition::Professional, false);
    let answer = desk.create_field("Invoiced_Items", r#"{"field_label":"BC Line","data_type":"text"}"#);
    assert_eq!(answer.text("code"), "FEATURE_NOT_SUPPORTED");
    desk.zoho.set_edition(Edition::Enterprise, false);
    assert_eq!(
        desk.create_field("Invoiced_Items", r#"{"field_label":"BC Line","data_type":"text"}"#).status,
        201
    );
}

#[test]
fn mixed_results_are_207() {
    let mut desk = Desk::new();
    let answer = desk.post("settings/fields?module=Accounts", &format!(r#"{{"fields":[{KEY},{KEY}]}}"#));
    assert_eq!(answer.status, 207);
    assert_eq!(answer.text("fields.1.code"), "DUPLICATE_DATA");
}

#[test]
fn lengths_beyond_the_type_are_refused() {
    let mut desk = Desk::new();
    let answer = desk.create_field("Accounts", r#"{"field_label":"Long","data_type":"text","length":256}"#);
    assert_eq!(answer.text("fields.0.code"), "DEPENDENT_MISMATCH");
    let answer = desk.create_field(
        "Accounts",
        r#"{"field_label":"Money","data_type":"currency","currency":{"precision":3}}"#,
    );
    assert_eq!(answer.status, 201);
    let fields = desk.get("settings/fields?module=Accounts");
    assert_eq!(member(&fields, "Money", "decimal_place"), "3");
}

#[test]
fn a_subform_says_that_it_cannot_be_written() {
    let mut desk = Desk::new();
    let fields = desk.get("settings/fields?module=Invoices");
    let nothing = r#"{"api_create":false,"api_update":false,"web_create":false,"web_update":false}"#;
    assert_eq!(member(&fields, "Invoiced_Items", "operation_type"), nothing);
    assert_eq!(member(&fields, "Invoiced_Items", "virtual_field"), "true");
    assert_eq!(member(&fields, "Invoiced_Items", "ui_type"), "500");
    assert!(member(&fields, "Invoiced_Items", "associated_module").contains("Invoiced_Items"));
    assert_eq!(member(&fields, "Grand_Total", "operation_type"), nothing);
}

#[test]
fn the_rows_have_fields_of_their_own() {
    let mut desk = Desk::new();
    let fields = desk.get("settings/fields?module=Invoiced_Items");
    assert_eq!(member(&fields, "List_Price", "decimal_place"), "2");
    assert_eq!(member(&fields, "Product_Name", "data_type"), "\"lookup\"");
    assert_eq!(member(&fields, "Parent_Id", "read_only"), "true");
}

#[test]
fn currency_fields_come_with_several_currencies() {
    let mut desk = Desk::new();
    assert!(field(&desk.get("settings/fields?module=Accounts"), "Currency").is_null());
    desk.zoho.set_multi_currency(true);
    desk.zoho.set_currency("USD", true);
    let fields = desk.get("settings/fields?module=Accounts");
    assert!(member(&fields, "Currency", "pick_list_values").contains("USD"));
    assert!(member(&fields, "Exchange_Rate", "operation_type").contains("\"api_create\":false"));
}

#[test]
fn a_picklist_starts_with_none() {
    let mut desk = Desk::new();
    let fields = desk.get("settings/fields?module=Invoices");
    let values = field(&fields, "Status").get("pick_list_values").cloned().unwrap();
    let actual =
        |n: usize| values.as_list().unwrap()[n].get("actual_value").unwrap().as_text().unwrap().to_owned();
    assert_eq!((actual(0), actual(1)), ("-None-".to_owned(), "Created".to_owned()));
}

#[test]
fn fields_of_no_module_miss_a_parameter() {
    let mut desk = Desk::new();
    let answer = desk.get("settings/fields");
    assert_eq!((answer.status, answer.text("code").as_str()), (400, "REQUIRED_PARAM_MISSING"));
}

#[test]
fn a_field_that_may_become_unique_says_so() {
    let mut desk = Desk::new();
    let fields = desk.get("settings/fields?module=Products");
    assert!(member(&fields, "Product_Code", "customizable_properties").contains("\"unique\""));
    assert!(!member(&fields, "Product_Category", "customizable_properties").contains("\"unique\""));
    assert_eq!(member(&fields, "Product_Code", "unique"), "{}");
}

#[test]
fn labels_and_hints_are_short() {
    let mut desk = Desk::new();
    let label = "L".repeat(26);
    let answer = desk.create_field("Accounts", &format!(r#"{{"field_label":"{label}","data_type":"text"}}"#));
    assert_eq!(answer.text("fields.0.details.maximum_length"), "25");
    for (kind, most) in [("static_text", 35), ("info_icon", 255)] {
        let hint = "h".repeat(most + 1);
        let tooltip = format!(r#""tooltip":{{"name":"{kind}","value":"{hint}"}}"#);
        let answer =
            desk.create_field("Accounts", &format!(r#"{{"field_label":"F","data_type":"text",{tooltip}}}"#));
        assert_eq!(answer.text("fields.0.details.maximum_length"), most.to_string());
    }
}

//! The order in which an upsert looks for the record to write over.

use super::super::Module;
use super::{Answer, Desk};

fn upsert(desk: &mut Desk, module: &str, row: &str, fields: Option<&str>) -> Answer {
    let fields = fields.map(|fields| format!(r#","duplicate_check_fields":[{fields}]"#)).unwrap_or_default();
    desk.post(&format!("{module}/upsert"), &format!(r#"{{"data":[{row}]{fields},"trigger":[]}}"#))
}

#[test]
fn the_same_key_updates_and_a_new_key_inserts() {
    let mut desk = Desk::keyed();
    let first = upsert(
        &mut desk,
        "Accounts",
        r#"{"Account_Name":"Contoso","BC_Number":"C1"}"#,
        Some(r#""BC_Number""#),
    );
    assert_eq!((first.status, first.text("data.0.action").as_str()), (200, "insert"));
    assert_eq!(first.text("data.0.duplicate_field"), "null");
    let again = upsert(
        &mut desk,
        "Accounts",
        r#"{"Account_Name":"Contoso Ltd","BC_Number":"c1"}"#,
        Some(r#""BC_Number""#),
    );
    assert_eq!(again.text("data.0.action"), "update");
    assert_eq!(again.text("data.0.duplicate_field"), "BC_Number");
    assert_eq!(again.text("data.0.details.id"), first.text("data.0.details.id"));
    upsert(
        &mut desk,
        "Accounts",
        r#"{"Account_Name":"Contoso Ltd","BC_Number":"C2"}"#,
        Some(r#""BC_Number""#),
    );
    assert_eq!(desk.zoho.record_count(Module::Accounts), 2);
}

#[test]
fn without_check_fields_two_customers_of_one_name_merge() {
    let mut desk = Desk::keyed();
    upsert(&mut desk, "Accounts", r#"{"Account_Name":"Contoso","BC_Number":"C1"}"#, None);
    let second = upsert(&mut desk, "Accounts", r#"{"Account_Name":"CONTOSO","BC_Number":"C2"}"#, None);
    assert_eq!(second.text("data.0.duplicate_field"), "Account_Name");
    assert_eq!(desk.zoho.record_count(Module::Accounts), 1);
}

#[test]
fn other_unique_fields_are_checked_after_those_named() {
    let mut desk = Desk::keyed();
    desk.zoho.set_unique(Module::Contacts, "Email", true).unwrap();
    let old = desk.add("Contacts", r#"{"Last_Name":"L","Email":"a@b.com","BC_Number":"CT1"}"#);
    let answer = upsert(
        &mut desk,
        "Contacts",
        r#"{"Last_Name":"M","Email":"a@b.com","BC_Number":"CT2"}"#,
        Some(r#""BC_Number""#),
    );
    assert_eq!(answer.text("data.0.duplicate_field"), "Email");
    assert_eq!(answer.text("data.0.details.id"), old);
    assert_eq!(desk.field(Module::Contacts, &old, "BC_Number"), "CT2");
}

#[test]
fn the_fields_named_come_first_in_their_order() {
    let mut desk = Desk::keyed();
    desk.create_field(
        "Accounts",
        r#"{"field_label":"ERP","data_type":"text","unique":{"case_sensitive":true}}"#,
    );
    let by_number = desk.add("Accounts", r#"{"Account_Name":"A","BC_Number":"C1"}"#);
    let by_erp = desk.add("Accounts", r#"{"Account_Name":"B","ERP":"E1"}"#);
    let row = r#"{"BC_Number":"C1","ERP":"E1"}"#;
    let first = upsert(&mut desk, "Accounts", row, Some(r#""BC_Number""#));
    assert_eq!(first.text("data.0.code"), "DUPLICATE_DATA");
    assert_eq!(first.text("data.0.details.duplicate_record.id"), by_erp);
    let second = upsert(&mut desk, "Accounts", row, Some(r#""ERP""#));
    assert_eq!(second.text("data.0.details.duplicate_record.id"), by_number);
}

#[test]
fn a_contact_is_recognised_by_its_e_mail() {
    let mut desk = Desk::keyed();
    desk.add("Contacts", r#"{"Last_Name":"L","Email":"a@b.com"}"#);
    let answer = upsert(&mut desk, "Contacts", r#"{"Last_Name":"M","Email":"a@b.com"}"#, Some(r#""Email""#));
    assert_eq!(answer.text("data.0.action"), "update");
}

#[test]
fn a_field_that_is_neither_system_nor_unique_cannot_be_named() {
    let mut desk = Desk::keyed();
    let answer = upsert(&mut desk, "Accounts", r#"{"Account_Name":"A"}"#, Some(r#""Phone""#));
    assert_eq!((answer.status, answer.text("code").as_str()), (400, "INVALID_DATA"));
    assert_eq!(answer.text("details.api_name"), "duplicate_check_fields");
}

#[test]
fn an_upsert_that_finds_nothing_needs_the_mandatory_fields() {
    let mut desk = Desk::keyed();
    desk.add("Accounts", r#"{"Account_Name":"A","BC_Number":"C1"}"#);
    let check = Some(r#""BC_Number""#);
    assert_eq!(upsert(&mut desk, "Accounts", r#"{"BC_Number":"C1","Phone":"1"}"#, check).status, 200);
    let answer = upsert(&mut desk, "Accounts", r#"{"BC_Number":"C2","Phone":"1"}"#, check);
    assert_eq!(answer.text("data.0.code"), "MANDATORY_NOT_FOUND");
}

#[test]
fn a_key_twice_in_one_call_writes_one_record() {
    let mut desk = Desk::keyed();
    let body = r#"{"data":[{"Account_Name":"A","BC_Number":"C1"},{"Account_Name":"B","BC_Number":"C1"}],"duplicate_check_fields":["BC_Number"]}"#;
    let answer = desk.post("Accounts/upsert", body);
    assert_eq!(
        (answer.text("data.0.action").as_str(), answer.text("data.1.action").as_str()),
        ("insert", "update")
    );
    assert_eq!(desk.zoho.record_count(Module::Accounts), 1);
}

#[test]
fn an_unkeyed_upsert_of_an_invoice_merges_by_subject_and_doubles_the_lines() {
    let mut desk = Desk::keyed();
    let product = desk.add("Products", r#"{"Product_Name":"P"}"#);
    let row = format!(
        r#"{{"Subject":"Invoice 1","Invoiced_Items":[{{"Product_Name":{{"id":"{product}"}},"Quantity":1,"List_Price":10}}]}}"#
    );
    upsert(&mut desk, "Invoices", &row, None);
    let again = upsert(&mut desk, "Invoices", &row, None);
    assert_eq!(again.text("data.0.duplicate_field"), "Subject");
    let invoice = desk.get(&format!("Invoices/{}", again.text("data.0.details.id")));
    assert_eq!(invoice.len("data.0.Invoiced_Items"), 2);
    assert_eq!(invoice.text("data.0.Grand_Total"), "20");
}

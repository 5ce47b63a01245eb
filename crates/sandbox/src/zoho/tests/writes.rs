//! Inserts, updates, deletions, and what values may stand where.

use super::super::{Module, WriteAction};
use super::{Answer, Desk};

fn insert(desk: &mut Desk, module: &str, row: &str) -> Answer {
    desk.post(module, &format!(r#"{{"data":[{row}]}}"#))
}

#[track_caller]
fn refused(answer: &Answer, code: &str, detail: &str, value: &str) {
    assert_eq!(answer.status, 400, "{}", answer.body.to_json());
    assert_eq!(answer.text("data.0.code"), code);
    assert_eq!(answer.text(&format!("data.0.details.{detail}")), value, "{}", answer.body.to_json());
}

#[test]
fn results_come_in_the_order_of_the_request_and_207_when_mixed() {
    let mut desk = Desk::new();
    let answer = desk.post(
        "Accounts",
        r#"{"data":[{"Account_Name":"A"},{"Phone":"1"},{"Account_Name":"C"}],"trigger":[]}"#,
    );
    assert_eq!(answer.status, 207);
    let codes: Vec<String> = (0..3).map(|n| answer.text(&format!("data.{n}.code"))).collect();
    assert_eq!(codes, ["SUCCESS", "MANDATORY_NOT_FOUND", "SUCCESS"]);
    assert_eq!(answer.text("data.1.details.json_path"), "$.data[1].Account_Name");
    assert_eq!(answer.text("data.0.message"), "record added");
}

#[test]
fn ids_have_eighteen_digits_and_grow() {
    let mut desk = Desk::new();
    let first = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    let second = desk.add("Accounts", r#"{"Account_Name":"B"}"#);
    assert_eq!(first.len(), 18);
    assert!(second > first);
}

#[test]
fn more_than_a_hundred_rows_are_refused_whole() {
    let mut desk = Desk::new();
    let rows = vec![r#"{"Account_Name":"A"}"#; 101].join(",");
    let answer = desk.post("Accounts", &format!(r#"{{"data":[{rows}]}}"#));
    assert_eq!((answer.status, answer.text("code").as_str()), (400, "LIMIT_EXCEEDED"));
    assert_eq!(answer.text("details.maximum_length"), "100");
    assert_eq!(desk.zoho.record_count(Module::Accounts), 0);
}

#[test]
fn a_text_that_is_too_long_names_the_length() {
    let mut desk = Desk::new();
    let answer = insert(&mut desk, "Accounts", &format!(r#"{{"Account_Name":"{}"}}"#, "é".repeat(201)));
    refused(&answer, "INVALID_DATA", "maximum_length", "200");
    let name = "é".repeat(200);
    assert_eq!(insert(&mut desk, "Accounts", &format!(r#"{{"Account_Name":"{name}"}}"#)).status, 201);
}

#[test]
fn formats_and_types_are_checked() {
    let mut desk = Desk::new();
    let cases = [
        (r#""Phone":"425/555-0100""#, "Phone", "phone"),
        (r#""Website":"adatum""#, "Website", "website"),
        (r#""Employees":"5""#, "Employees", "integer"),
        (r#""Employees":5.5"#, "Employees", "integer"),
        (r#""Annual_Revenue":"5""#, "Annual_Revenue", "currency"),
        (r#""Parent_Account":"123""#, "Parent_Account", "jsonobject"),
        (r#""Fax":5"#, "Fax", "text"),
        (r#""Account_Number":"C10000""#, "Account_Number", "bigint"),
    ];
    for (member, field, expected) in cases {
        let answer = insert(&mut desk, "Accounts", &format!(r#"{{"Account_Name":"A",{member}}}"#));
        refused(&answer, "INVALID_DATA", "expected_data_type", expected);
        assert_eq!(answer.text("data.0.details.api_name"), field);
    }
    for member in [r#""Email":"no address""#, r#""Date_of_Birth":"01.02.2000""#, r#""Email_Opt_Out":"true""#]
    {
        assert_eq!(insert(&mut desk, "Contacts", &format!(r#"{{"Last_Name":"A",{member}}}"#)).status, 400);
    }
}

#[test]
fn a_lookup_needs_an_existing_record_of_its_module() {
    let mut desk = Desk::new();
    let vendor = desk.add("Vendors", r#"{"Vendor_Name":"V"}"#);
    let account = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    let answer =
        insert(&mut desk, "Contacts", &format!(r#"{{"Last_Name":"L","Account_Name":{{"id":"{vendor}"}}}}"#));
    refused(&answer, "INVALID_DATA", "api_name", "Account_Name");
    let id = desk.add(
        "Contacts",
        &format!(r#"{{"Last_Name":"L","First_Name":"F","Account_Name":{{"id":"{account}"}}}}"#),
    );
    let contact = desk.get(&format!("Contacts/{id}"));
    assert_eq!(contact.text("data.0.Account_Name.name"), "A");
    assert_eq!(contact.text("data.0.Full_Name"), "F L");
}

#[test]
fn an_unknown_picklist_value_is_added_unless_strict() {
    let mut desk = Desk::new();
    desk.add("Accounts", r#"{"Account_Name":"A","Industry":"Chairs"}"#);
    assert!(desk.get("settings/fields?module=Accounts").body.to_json().contains("Chairs"));
    desk.zoho.switches.strict_picklists = true;
    let answer = insert(&mut desk, "Accounts", r#"{"Account_Name":"A","Industry":"Tables"}"#);
    refused(&answer, "INVALID_DATA", "expected_data_type", "picklist");
}

#[test]
fn unknown_and_read_only_fields_are_passed_over() {
    let mut desk = Desk::new();
    let id = desk.add("Accounts", r#"{"Account_Name":"A","No_Such":1,"Created_Time":"x","Modified_By":5}"#);
    assert!(!desk.record(Module::Accounts, &id).contains_key("No_Such"));
}

#[test]
fn numbers_are_kept_exactly_and_rounded_to_the_fields_decimals() {
    let mut desk = Desk::new();
    let id = desk.add("Products", r#"{"Product_Name":"P","Unit_Price":1000000000000000.125}"#);
    assert_eq!(desk.field(Module::Products, &id, "Unit_Price"), "1000000000000000.13");
    desk.zoho.switches.refuse_excess_decimals = true;
    assert_eq!(insert(&mut desk, "Products", r#"{"Product_Name":"P","Unit_Price":0.125}"#).status, 400);
    let answer = insert(&mut desk, "Products", r#"{"Product_Name":"P","Unit_Price":12345678901234567}"#);
    refused(&answer, "INVALID_DATA", "maximum_length", "16");
}

#[test]
fn null_and_the_empty_text_clear_a_field() {
    let mut desk = Desk::new();
    let id = desk.add("Accounts", r#"{"Account_Name":"A","Phone":"123","Fax":"9"}"#);
    desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Phone":null,"Fax":""}]}"#);
    assert_eq!(desk.field(Module::Accounts, &id, "Phone"), "null");
    assert_eq!(desk.field(Module::Accounts, &id, "Fax"), "null");
    let answer = desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Account_Name":null}]}"#);
    refused(&answer, "MANDATORY_NOT_FOUND", "api_name", "Account_Name");
}

#[test]
fn a_unique_value_is_refused_a_second_time_in_any_case() {
    let mut desk = Desk::keyed();
    let id = desk.add("Accounts", r#"{"Account_Name":"A","BC_Number":"c100"}"#);
    let answer = insert(&mut desk, "Accounts", r#"{"Account_Name":"B","BC_Number":"C100"}"#);
    refused(&answer, "DUPLICATE_DATA", "duplicate_record.id", &id);
    assert_eq!(answer.text("data.0.details.duplicate_record.module.api_name"), "Accounts");
    assert_eq!(answer.text("data.0.details.json_path"), "$.data[0].BC_Number");
    // Its own value is no duplicate.
    assert_eq!(desk.put(&format!("Accounts/{id}"), r#"{"data":[{"BC_Number":"C100"}]}"#).status, 200);
}

#[test]
fn two_clashes_at_once_are_multiple_errors() {
    let mut desk = Desk::keyed();
    desk.zoho.set_unique(Module::Contacts, "Email", true).unwrap();
    desk.add("Contacts", r#"{"Last_Name":"L","Email":"a@b.com","BC_Number":"CT1"}"#);
    let answer = insert(&mut desk, "Contacts", r#"{"Last_Name":"L","Email":"A@b.com","BC_Number":"CT1"}"#);
    assert_eq!(answer.text("data.0.code"), "MULTIPLE_OR_MULTI_ERRORS");
    assert_eq!(answer.len("data.0.details.errors"), 2);
}

#[test]
fn a_released_number_can_be_taken_by_another_record() {
    let mut desk = Desk::keyed();
    let id = desk.add("Accounts", r#"{"Account_Name":"A","BC_Number":"C100"}"#);
    desk.put("Accounts", &format!(r#"{{"data":[{{"id":"{id}","BC_Number":"C100 (deleted)"}}]}}"#));
    desk.add("Accounts", r#"{"Account_Name":"B","BC_Number":"C100"}"#);
}

#[test]
fn an_update_goes_by_the_ids_in_the_rows() {
    let mut desk = Desk::new();
    let id = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    desk.pass(60);
    let body =
        format!(r#"{{"data":[{{"id":"{id}","Phone":"1"}},{{"id":"1","Phone":"1"}},{{"Phone":"1"}}]}}"#);
    let answer = desk.put("Accounts", &body);
    assert_eq!(answer.status, 207);
    assert_eq!(answer.text("data.0.message"), "record updated");
    assert_eq!(answer.text("data.0.details.Modified_Time"), "2026-09-01T12:01:00+02:00");
    assert_eq!(answer.text("data.0.details.Created_Time"), "2026-09-01T12:00:00+02:00");
    assert_eq!(answer.text("data.1.message"), "the id given seems to be invalid");
    assert_eq!(answer.text("data.2.code"), "MANDATORY_NOT_FOUND");
}

#[test]
fn a_record_changed_in_the_meantime_is_412() {
    let mut desk = Desk::new();
    let id = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    desk.headers = vec![("If-Unmodified-Since".to_owned(), "2026-09-01T11:59:59+02:00".to_owned())];
    let answer = desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Phone":"1"}]}"#);
    assert_eq!((answer.status, answer.text("data.0.code").as_str()), (412, "ALREADY_MODIFIED"));
    assert_eq!(answer.text("data.0.details.id"), id);
    desk.headers = vec![("If-Unmodified-Since".to_owned(), "2026-09-01T12:00:00+02:00".to_owned())];
    assert_eq!(desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Phone":"1"}]}"#).status, 200);
}

#[test]
fn workflows_run_unless_the_trigger_is_empty() {
    let mut desk = Desk::new();
    desk.post("Accounts", r#"{"data":[{"Account_Name":"A"}],"trigger":[]}"#);
    assert_eq!(desk.zoho.counters.triggers_run, 0);
    desk.post("Accounts", r#"{"data":[{"Account_Name":"B"}]}"#);
    desk.post("Accounts", r#"{"data":[{"Account_Name":"C"}],"trigger":["workflow"]}"#);
    assert_eq!(desk.zoho.counters.triggers_run, 2);
    let id = desk.add("Accounts", r#"{"Account_Name":"D"}"#);
    desk.delete(&format!("Accounts?ids={id}&wf_trigger=false"));
    assert_eq!(desk.zoho.counters.triggers_run, 2);
}

#[test]
fn every_write_is_counted_and_logged() {
    let mut desk = Desk::new();
    let id = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Phone":"1"}]}"#);
    desk.delete(&format!("Accounts/{id}"));
    assert_eq!(desk.zoho.counters.record_writes, 3);
    assert_eq!(desk.zoho.counters.calls.get("insert"), Some(&1));
    let actions: Vec<WriteAction> = desk.zoho.writes_log.iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [WriteAction::Insert, WriteAction::Update, WriteAction::Delete]);
    assert!(desk.zoho.writes_log[1].sent.contains_key("Phone"));
}

#[test]
fn a_deleted_record_is_gone_and_its_id_is_no_longer_accepted() {
    let mut desk = Desk::new();
    let id = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    let answer = desk.delete(&format!("Accounts?ids={id},5"));
    assert_eq!(answer.status, 207);
    assert_eq!(answer.text("data.0.message"), "record deleted");
    assert_eq!(answer.text("data.1.message"), "record not deleted");
    assert_eq!(desk.get(&format!("Accounts/{id}")).status, 204);
    assert_eq!(desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Phone":"1"}]}"#).status, 400);
    assert_eq!(desk.delete("Accounts").text("code"), "REQUIRED_PARAM_MISSING");
}

#[test]
fn a_lookup_to_a_deleted_record_is_empty() {
    let mut desk = Desk::new();
    let account = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    let id = desk.add("Contacts", &format!(r#"{{"Last_Name":"L","Account_Name":{{"id":"{account}"}}}}"#));
    desk.delete(&format!("Accounts/{account}"));
    assert_eq!(desk.field(Module::Contacts, &id, "Account_Name"), "null");
}

#[test]
fn an_owner_is_a_user_and_the_api_user_by_default() {
    let mut desk = Desk::new();
    let user = desk.zoho.add_user("John Roberts", "jr@example.com");
    let id = desk.add("Accounts", &format!(r#"{{"Account_Name":"A","Owner":{{"id":"{user}"}}}}"#));
    assert_eq!(desk.get(&format!("Accounts/{id}")).text("data.0.Owner.email"), "jr@example.com");
    let id = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    assert_eq!(desk.get(&format!("Accounts/{id}")).text("data.0.Owner.name"), "Patricia Boyle");
    refused(
        &insert(&mut desk, "Accounts", r#"{"Account_Name":"A","Owner":{"id":"7"}}"#),
        "INVALID_DATA",
        "api_name",
        "Owner",
    );
}

#[test]
fn only_active_currencies_are_accepted() {
    let mut desk = Desk::new();
    desk.zoho.set_multi_currency(true);
    desk.zoho.set_currency("USD", true);
    desk.zoho.set_currency("DKK", false);
    let id = desk.add("Accounts", r#"{"Account_Name":"A","Currency":"USD"}"#);
    assert_eq!(desk.field(Module::Accounts, &id, "Currency"), "USD");
    refused(
        &insert(&mut desk, "Accounts", r#"{"Account_Name":"A","Currency":"DKK"}"#),
        "INVALID_DATA",
        "api_name",
        "Currency",
    );
    desk.zoho.set_multi_currency(false);
    let id = desk.add("Accounts", r#"{"Account_Name":"A","Currency":"DKK"}"#);
    assert!(!desk.record(Module::Accounts, &id).contains_key("Currency"));
}

#[test]
fn a_body_that_is_not_json_is_refused() {
    let mut desk = Desk::new();
    assert_eq!(desk.post("Accounts", "{").text("code"), "UNABLE_TO_PARSE_DATA_TYPE");
    assert_eq!(desk.post("Accounts", "{}").text("code"), "MANDATORY_NOT_FOUND");
    assert_eq!(desk.post("Accounts", r#"{"data":[]}"#).text("code"), "INVALID_DATA");
}

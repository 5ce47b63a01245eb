//! The tests' hands inside the organisation.

use super::super::Module;
use super::Desk;
use exact_json::Value;

fn admin(desk: &mut Desk, path: &str, body: &str) -> Result<Value, String> {
    let now = desk.now;
    desk.zoho.admin(path, Value::parse(body).unwrap(), now)
}

#[track_caller]
fn done(desk: &mut Desk, path: &str, body: &str) -> String {
    let answer = admin(desk, path, body).unwrap();
    answer.get("id").and_then(Value::as_text).unwrap_or_default().to_owned()
}

#[test]
fn a_person_adds_edits_and_deletes() {
    let mut desk = Desk::new();
    let id = done(&mut desk, "records/add", r#"{"module":"Accounts","values":{"Account_Name":"A"}}"#);
    desk.pass(5);
    done(
        &mut desk,
        "records/edit",
        &format!(r#"{{"module":"Accounts","id":"{id}","values":{{"Phone":"1"}}}}"#),
    );
    let shown = desk.get(&format!("Accounts/{id}"));
    assert_eq!(shown.text("data.0.Modified_By.name"), "Robin Counts");
    assert_eq!(shown.text("data.0.Modified_Time"), "2026-09-01T12:00:05+02:00");
    done(&mut desk, "records/delete", &format!(r#"{{"module":"Accounts","id":"{id}"}}"#));
    assert_eq!(desk.zoho.record_count(Module::Accounts), 0);
    assert_eq!(desk.zoho.counters.record_writes, 0);
    assert!(desk.zoho.writes_log.iter().all(|entry| entry.by_person));
}

#[test]
fn a_clone_has_everything_but_the_unique_fields() {
    let mut desk = Desk::keyed();
    let product = desk.add("Products", r#"{"Product_Name":"P"}"#);
    let row = format!(r#"{{"Product_Name":{{"id":"{product}"}},"Quantity":2,"List_Price":3}}"#);
    let id = desk.add(
        "Invoices",
        &format!(r#"{{"Subject":"S","BC_Number":"1","BC_Id":"x","Invoiced_Items":[{row}]}}"#),
    );
    let clone = done(&mut desk, "records/clone", &format!(r#"{{"module":"Invoices","id":"{id}"}}"#));
    assert_eq!(desk.field(Module::Invoices, &clone, "BC_Id"), "x");
    assert_eq!(desk.field(Module::Invoices, &clone, "BC_Number"), "null");
    assert_eq!(desk.field(Module::Invoices, &clone, "Grand_Total"), "6");
    assert_eq!(desk.zoho.record_count(Module::InvoicedItems), 2);
}

#[test]
fn a_locked_record_refuses_writes() {
    let mut desk = Desk::new();
    let id = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    done(&mut desk, "records/lock", &format!(r#"{{"module":"Accounts","id":"{id}","locked":true}}"#));
    let answer = desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Phone":"1"}]}"#);
    assert_eq!((answer.status, answer.text("data.0.code").as_str()), (400, "RECORD_LOCKED"));
    assert_eq!(desk.delete(&format!("Accounts/{id}")).text("data.0.code"), "RECORD_LOCKED");
    assert_eq!(desk.field(Module::Accounts, &id, "Locked__s"), "true");
}

#[test]
fn poison_refuses_records_with_the_code_it_was_given() {
    let mut desk = Desk::new();
    done(
        &mut desk,
        "poison",
        r#"{"module":"Accounts","field":"Account_Name","containing":"GmbH","code":"CANNOT_PERFORM_ACTION"}"#,
    );
    let answer = desk.post("Accounts", r#"{"data":[{"Account_Name":"A GmbH"},{"Account_Name":"A"}]}"#);
    assert_eq!((answer.status, answer.text("data.0.code").as_str()), (207, "CANNOT_PERFORM_ACTION"));
    done(&mut desk, "poison/clear", "{}");
    assert_eq!(desk.post("Accounts", r#"{"data":[{"Account_Name":"A GmbH"}]}"#).status, 201);
}

#[test]
fn the_organisation_can_be_changed() {
    let mut desk = Desk::new();
    done(&mut desk, "edition", r#"{"edition":"standard","trial":true,"users":3}"#);
    done(&mut desk, "zgid", r#"{"zgid":"42"}"#);
    let org = desk.get("org");
    assert_eq!(
        (org.text("org.0.zgid").as_str(), org.text("org.0.license_details.trial_type").as_str()),
        ("42", "standard")
    );
    done(&mut desk, "edition", r#"{"edition":"enterprise"}"#);
    done(&mut desk, "currencies", r#"{"multi_currency":true,"active":["USD","DKK"],"inactive":["DKK"]}"#);
    let currencies = desk.get("org/currencies");
    assert_eq!(currencies.text("currencies.2.is_active"), "false");
    done(&mut desk, "taxes", r#"{"name":"VAT","percentage":19.5}"#);
    assert_eq!(desk.get("org/taxes").text("org_taxes.taxes.0.value"), "19.5");
    done(&mut desk, "tokens/expire", "null");
    assert_eq!(desk.get("org").text("code"), "INVALID_TOKEN");
}

#[test]
fn fields_can_be_changed() {
    let mut desk = Desk::new();
    done(&mut desk, "fields/unique", r#"{"module":"Products","field":"Product_Code","unique":true}"#);
    done(&mut desk, "fields/picklist-value", r#"{"module":"Products","field":"Usage_Unit","value":"PCS"}"#);
    done(&mut desk, "fields/decimals", r#"{"module":"Products","field":"Unit_Price","digits":4}"#);
    done(&mut desk, "fields/length", r#"{"module":"Products","field":"Product_Name","digits":5}"#);
    desk.add("Products", r#"{"Product_Name":"P","Product_Code":"1"}"#);
    let answer = desk
        .post("Products", r#"{"data":[{"Product_Name":"Q","Product_Code":"1"},{"Product_Name":"123456"}]}"#);
    assert_eq!(answer.text("data.0.code"), "DUPLICATE_DATA");
    assert_eq!(answer.text("data.1.details.maximum_length"), "5");
    assert!(desk.get("settings/fields?module=Products").body.to_json().contains("\"PCS\""));
}

#[test]
fn switches_are_set_by_name() {
    let mut desk = Desk::new();
    done(&mut desk, "switches", r#"{"api_access":false,"max_subform_rows":5}"#);
    assert_eq!(desk.get("org").status, 403);
    assert!(admin(&mut desk, "switches", r#"{"no_such":true}"#).is_err());
    done(&mut desk, "switches", r#"{"api_access":true,"scope_mismatch":true}"#);
    assert_eq!(desk.get("org").text("code"), "OAUTH_SCOPE_MISMATCH");
}

#[test]
fn commands_that_make_no_sense_say_why() {
    let mut desk = Desk::new();
    assert_eq!(admin(&mut desk, "nonsense", "{}"), Err("no such command: nonsense".to_owned()));
    assert!(
        admin(&mut desk, "records/add", r#"{"module":"X","values":{}}"#)
            .unwrap_err()
            .contains("no such module")
    );
    assert!(
        admin(&mut desk, "records/purge", r#"{"module":"Accounts","id":"5"}"#)
            .unwrap_err()
            .contains("no record")
    );
}

#[test]
fn a_read_only_field_says_so_and_ignores_what_is_sent() {
    let mut desk = Desk::new();
    done(&mut desk, "fields/read-only", r#"{"module":"Accounts","field":"Fax","read_only":true}"#);
    let id = desk.add("Accounts", r#"{"Account_Name":"A","Fax":"1"}"#);
    assert_eq!(desk.field(Module::Accounts, &id, "Fax"), "null");
}

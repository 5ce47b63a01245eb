//! What channels tell.

use exact_json::{Map, Value};

use super::{Desk, Module};

fn watching(modules: &[&str], more: &str) -> Desk {
    let mut desk = Desk::new();
    let events: Vec<String> = modules.iter().map(|module| format!("\"{module}\"")).collect();
    let body = format!(
        r#"{{"watch":[{{"channel_id":"7","events":[{}],"notify_url":"https://relay.example/z/1","token":"word"{more}}}]}}"#,
        events.join(",")
    );
    assert_eq!(desk.post("actions/watch", &body).status, 201);
    desk
}

fn values(json: &str) -> Map {
    Value::parse(json).unwrap().as_object().unwrap().clone()
}

impl Desk {
    /// What is due two seconds later.
    fn told(&mut self) -> Vec<Value> {
        self.pass(2);
        let due = self.zoho.take_due_callbacks(self.now);
        for callback in &due {
            assert_eq!(callback.url, "https://relay.example/z/1");
            self.zoho.callback_answered(callback.number, Some(200), self.now);
        }
        due.iter().map(|callback| Value::parse(&callback.body).unwrap()).collect()
    }
}

fn member(body: &Value, name: &str) -> String {
    body.get(name).cloned().unwrap_or_default().to_json()
}

#[test]
fn an_insert_an_update_and_a_deletion_are_told_with_what_changed() {
    let mut desk = watching(&["Accounts.all"], "");
    let id = desk.add("Accounts", r#"{"Account_Name":"One","Phone":"1"}"#);
    let told = desk.told();
    assert_eq!(told.len(), 1);
    let expected = format!(
        r#"{{"server_time":1788256800000,"query_params":{{}},"module":"Accounts","resource_uri":"https://www.zohoapis.com/crm/v2/Accounts","ids":["{id}"],"affected_fields":[],"operation":"insert","channel_id":"7","token":"word"}}"#
    );
    assert_eq!(told[0], Value::parse(&expected).unwrap());
    desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Account_Name":"One","Phone":"2"}]}"#);
    let told = desk.told();
    assert_eq!(member(&told[0], "operation"), r#""update""#);
    assert_eq!(member(&told[0], "affected_fields"), format!(r#"[{{"{id}":["Phone"]}}]"#));
    assert_eq!(told[0].get("affected_values"), None);
    desk.delete(&format!("Accounts/{id}"));
    let told = desk.told();
    assert_eq!(member(&told[0], "operation"), r#""delete""#);
    assert_eq!(member(&told[0], "ids"), format!(r#"["{id}"]"#));
    assert!(desk.told().is_empty(), "each is told once");
}

#[test]
fn what_people_do_is_told_as_what_programs_do() {
    let mut desk = watching(&["Accounts.all"], "");
    let now = desk.now;
    let id = desk.zoho.person_adds(Module::Accounts, &values(r#"{"Account_Name":"One"}"#), now).unwrap();
    desk.zoho.person_edits(Module::Accounts, &id, &values(r#"{"Phone":"2"}"#), now).unwrap();
    desk.zoho.person_deletes(Module::Accounts, &id, now).unwrap();
    let operations: Vec<String> = desk.told().iter().map(|body| member(body, "operation")).collect();
    assert_eq!(operations, [r#""insert""#, r#""update""#, r#""delete""#]);
}

#[test]
fn only_watched_modules_and_events_are_told_and_only_while_the_channel_is_open() {
    let mut desk = watching(&["Accounts.edit", "Products.create"], "");
    let id = desk.add("Accounts", r#"{"Account_Name":"One"}"#);
    desk.add("Vendors", r#"{"Vendor_Name":"One"}"#);
    assert!(desk.told().is_empty());
    desk.add("Products", r#"{"Product_Name":"One"}"#);
    assert_eq!(member(&desk.told()[0], "module"), r#""Products""#);
    desk.pass(3600);
    let now = desk.now;
    desk.zoho.person_edits(Module::Accounts, &id, &values(r#"{"Phone":"2"}"#), now).unwrap();
    assert!(desk.told().is_empty(), "the channel has ended");
}

#[test]
fn values_come_along_where_the_channel_wants_them() {
    let mut desk = watching(&["Accounts.edit"], r#","return_affected_field_values":true"#);
    let id = desk.add("Accounts", r#"{"Account_Name":"One"}"#);
    desk.put(&format!("Accounts/{id}"), r#"{"data":[{"Phone":"2"}]}"#);
    let told = desk.told();
    assert_eq!(
        member(&told[0], "affected_values"),
        format!(r#"[{{"record_id":"{id}","values":{{"Phone":"2"}}}}]"#)
    );
}

#[test]
fn records_of_one_call_are_told_together() {
    let mut desk = watching(&["Accounts.all"], "");
    desk.post("Accounts", r#"{"data":[{"Account_Name":"One"},{"Account_Name":"Two"}]}"#);
    let told = desk.told();
    assert_eq!((told.len(), told[0].get("ids").and_then(Value::as_list).map(<[Value]>::len)), (1, Some(2)));
}

#[test]
fn a_call_leaves_after_its_delay_and_is_given_out_once() {
    let mut desk = watching(&["Accounts.all"], "");
    desk.zoho.switches.set("watch_milliseconds", &Value::Number(30_000.into())).unwrap();
    desk.add("Accounts", r#"{"Account_Name":"One"}"#);
    let due = desk.zoho.next_callback_due().unwrap();
    assert_eq!(due.to_string(), "2026-09-01T10:00:30Z");
    desk.pass(29);
    assert!(desk.zoho.take_due_callbacks(desk.now).is_empty());
    desk.pass(1);
    let callback = desk.zoho.take_due_callbacks(desk.now).remove(0);
    assert!(desk.zoho.take_due_callbacks(desk.now).is_empty());
    assert_eq!(desk.zoho.next_callback_due(), None);
    desk.zoho.put_off_callback(callback.number, desk.now, jiff::SignedDuration::from_secs(5));
    desk.pass(5);
    assert!(desk.zoho.take_due_callbacks(desk.now).remove(0).was_late);
}

#[test]
fn a_call_that_nobody_answers_is_lost_or_made_again() {
    for retries in [false, true] {
        let mut desk = watching(&["Accounts.all"], "");
        desk.zoho.switches.set("watch_retries", &Value::Bool(retries)).unwrap();
        desk.add("Accounts", r#"{"Account_Name":"One"}"#);
        let mut attempts = 0;
        while let Some(due) = desk.zoho.next_callback_due() {
            desk.now = due;
            let callback = desk.zoho.take_due_callbacks(due).remove(0);
            let status = if attempts % 2 == 0 { None } else { Some(500) };
            desk.zoho.callback_answered(callback.number, status, due);
            attempts += 1;
        }
        assert_eq!(attempts, if retries { 6 } else { 1 });
        assert!(desk.zoho.take_due_callbacks(desk.now).is_empty());
    }
}

#[test]
fn changed_rows_are_a_change_of_their_document() {
    let mut desk = watching(&["Invoices.edit", "Invoices.create"], "");
    let account = desk.add("Accounts", r#"{"Account_Name":"One"}"#);
    let product = desk.add("Products", r#"{"Product_Name":"One"}"#);
    let row = format!(r#"{{"Product_Name":{{"id":"{product}"}},"Quantity":1,"List_Price":10}}"#);
    let id = desk.add(
        "Invoices",
        &format!(r#"{{"Subject":"I","Account_Name":{{"id":"{account}"}},"Invoiced_Items":[{row}]}}"#),
    );
    assert_eq!(desk.told().len(), 1);
    desk.put(&format!("Invoices/{id}"), &format!(r#"{{"data":[{{"Invoiced_Items":[{row}]}}]}}"#));
    let told = desk.told();
    let names = told[0].get("affected_fields").unwrap().to_json();
    assert!(names.contains("Invoiced_Items") && names.contains("Grand_Total"), "{names}");
}

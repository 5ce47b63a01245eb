//! The org's variables.

use exact_json::Value;

use super::{CLIENT, Desk};

const LEASE: &str = r#"{"variables":[{"name":"Ledgerline lease","api_name":"Ledgerline_Lease","type":"textarea","variable_group":{"name":"Ledgerline"},"value":"one","description":"Do not change"}]}"#;

fn other(name: &str, api_name: &str) -> String {
    LEASE.replace("Ledgerline lease", name).replace("Ledgerline_Lease", api_name)
}

#[test]
fn an_org_has_no_variables_at_first() {
    let answer = Desk::new().get("settings/variables");
    assert_eq!((answer.status, answer.body), (204, Value::Null));
}

#[test]
fn a_made_variable_is_listed_with_its_group() {
    let mut desk = Desk::new();
    let made = desk.post("settings/variables", LEASE);
    assert_eq!((made.status, made.text("variables.0.code").as_str()), (201, "SUCCESS"));
    desk.post("settings/variables", &other("Second", "Second").replace("Ledgerline\"}", "Other\"}"));
    let list = desk.get("settings/variables");
    assert_eq!((list.status, list.len("variables")), (200, 2));
    assert_eq!(list.text("variables.0.id"), made.text("variables.0.details.id"));
    assert_eq!(list.text("variables.0.api_name"), "Ledgerline_Lease");
    assert_eq!(list.text("variables.0.type"), "textarea");
    assert_eq!(list.text("variables.0.value"), "one");
    assert_eq!(list.text("variables.0.variable_group.name"), "Ledgerline");
    assert_eq!(desk.get("settings/variables?group=Other").len("variables"), 1);
    assert_eq!(desk.get("settings/variables?group=None").status, 204);
}

#[test]
fn variables_of_one_group_share_it() {
    let mut desk = Desk::new();
    desk.post("settings/variables", LEASE);
    desk.post("settings/variables", &other("Second", "Second"));
    let list = desk.get("settings/variables");
    assert_eq!(list.text("variables.0.variable_group.id"), list.text("variables.1.variable_group.id"));
}

#[test]
fn neither_name_may_be_used_twice() {
    let mut desk = Desk::new();
    desk.post("settings/variables", LEASE);
    for (name, api_name, field) in [
        ("Ledgerline lease", "Ledgerline_Lease", "api_name"),
        ("Other", "ledgerline_lease", "api_name"),
        ("Ledgerline lease", "Other", "name"),
    ] {
        let answer = desk.post("settings/variables", &other(name, api_name));
        assert_eq!((answer.status, answer.text("variables.0.code").as_str()), (400, "DUPLICATE_DATA"));
        assert_eq!(answer.text("variables.0.details.api_name"), field);
    }
    assert_eq!(desk.get("settings/variables").len("variables"), 1);
}

#[test]
fn a_variable_is_changed_by_its_id_by_its_name_and_in_a_list() {
    let mut desk = Desk::new();
    let id = desk.post("settings/variables", LEASE).text("variables.0.details.id");
    let value = |desk: &Desk| desk.zoho.variable("Ledgerline_Lease").cloned();
    let changes = [
        (format!("settings/variables/{id}"), r#"{"variables":[{"value":"two"}]}"#.to_owned(), "two"),
        (
            "settings/variables/Ledgerline_Lease".to_owned(),
            r#"{"variables":[{"value":"three"}]}"#.to_owned(),
            "three",
        ),
        (
            "settings/variables".to_owned(),
            format!(r#"{{"variables":[{{"id":"{id}","value":"four"}}]}}"#),
            "four",
        ),
    ];
    for (address, body, now) in changes {
        let answer = desk.put(&address, &body);
        assert_eq!((answer.status, answer.text("variables.0.details.id")), (200, id.clone()));
        assert_eq!(value(&desk), Some(Value::text(now)));
    }
    let renamed = desk.put(&format!("settings/variables/{id}"), r#"{"variables":[{"api_name":"Moved"}]}"#);
    assert_eq!(renamed.status, 200);
    assert_eq!((value(&desk), desk.zoho.variable("Moved").is_some()), (None, true));
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let answer = Desk::new().put("settings/variables/12", r#"{"variables":[{"value":"two"}]}"#);
    assert_eq!((answer.status, answer.text("variables.0.code").as_str()), (400, "INVALID_DATA"));
}

#[test]
fn a_variable_needs_names_a_group_and_a_known_type() {
    let mut desk = Desk::new();
    for (part, with, code) in [
        ("\"name\":\"Ledgerline lease\",", "", "MANDATORY_NOT_FOUND"),
        ("\"api_name\":\"Ledgerline_Lease\",", "", "MANDATORY_NOT_FOUND"),
        ("\"variable_group\":{\"name\":\"Ledgerline\"},", "", "MANDATORY_NOT_FOUND"),
        ("textarea", "essay", "PATTERN_NOT_MATCHED"),
        ("Ledgerline_Lease", "Ledgerline Lease", "INVALID_DATA"),
    ] {
        assert!(LEASE.contains(part));
        let answer = desk.post("settings/variables", &LEASE.replace(part, with));
        assert_eq!((answer.status, answer.text("variables.0.code").as_str()), (400, code), "{part}");
    }
    assert_eq!(desk.post("settings/variables", "{}").text("code"), "MANDATORY_NOT_FOUND");
    assert_eq!(desk.get("settings/variables").status, 204);
}

#[test]
fn variables_have_a_scope_of_their_own() {
    let narrow = ["ZohoCRM.modules.ALL", "ZohoCRM.settings.fields.ALL"];
    for (more, list, create) in [
        (None, 401, 401),
        (Some("ZohoCRM.settings.variables.READ"), 204, 401),
        (Some("ZohoCRM.settings.variables.ALL"), 204, 201),
        (Some("ZohoCRM.settings.ALL"), 204, 201),
    ] {
        let mut desk = Desk::new();
        let scopes: Vec<&str> = narrow.into_iter().chain(more).collect();
        desk.zoho.grant_refresh_token_with_scopes(CLIENT, super::REFRESH, &scopes);
        desk.token = desk.refresh().text("access_token");
        assert_eq!(desk.get("settings/variables").status, list, "{more:?}");
        let made = desk.post("settings/variables", LEASE);
        assert_eq!(made.status, create, "{more:?}");
        if create == 401 {
            assert_eq!(made.text("code"), "OAUTH_SCOPE_MISMATCH");
        }
    }
}

#[test]
fn people_write_and_delete_variables_too() {
    let mut desk = Desk::new();
    desk.post("settings/variables", LEASE);
    desk.zoho.person_sets_variable("Ledgerline_Lease", Value::Null).unwrap();
    assert_eq!(desk.get("settings/variables").at("variables.0.value"), Value::Null);
    assert!(desk.zoho.person_sets_variable("Other", Value::Null).is_err());
    assert!(desk.zoho.person_deletes_variable("Ledgerline_Lease"));
    assert!(!desk.zoho.person_deletes_variable("Ledgerline_Lease"));
    assert_eq!(desk.get("settings/variables").status, 204);
}

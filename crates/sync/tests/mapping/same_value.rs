//! Equality as Zoho prints values back.

use exact_json::Value;
use sync::map::same_value;

use crate::scene::{field, picklist};

#[test]
fn values_that_mean_the_same_are_the_same() {
    let cases = [
        ("currency", "10", "10.00", true),
        ("currency", "10", "\"10.00\"", true),
        ("currency", "10.004", "10.00", true),
        ("currency", "10.01", "10.00", false),
        ("double", "0", "null", false),
        ("text", "null", "\"\"", true),
        ("text", "null", "null", true),
        ("text", "\"a\"", "null", false),
        ("text", "\"a\"", "\"a \"", true),
        ("text", "\"a\"", "\"A\"", false),
        ("textarea", "\"a\\nb\"", "\"a\\r\\nb\"", true),
        ("text", "\"1\"", "1", true),
        ("lookup", r#"{"id":"1"}"#, r#"{"name":"Adatum","id":"1"}"#, true),
        ("lookup", r#"{"id":"1"}"#, r#"{"name":"Adatum","id":"2"}"#, false),
        ("lookup", r#"{"id":"1"}"#, "null", false),
        ("date", "\"2026-09-01\"", "\"2026-09-01\"", true),
        ("date", "\"2026-09-01\"", "\"2026-09-02\"", false),
        ("boolean", "true", "true", true),
        ("boolean", "false", "true", false),
        ("phone", "\"1\"", "\"1\"", true),
    ];
    for (data_type, ours, zohos, same) in cases {
        let (ours, zohos) = (Value::parse(ours).unwrap(), Value::parse(zohos).unwrap());
        assert_eq!(same_value(&field("X", data_type), &ours, &zohos), same, "{data_type} {ours:?} {zohos:?}");
    }
}

#[test]
fn an_unset_picklist_is_as_good_as_nothing() {
    let list = picklist("X", &["A"]);
    assert!(same_value(&list, &Value::Null, &"-None-".into()));
    assert!(!same_value(&list, &"A".into(), &"-None-".into()));
}

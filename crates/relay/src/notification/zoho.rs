//! Zoho's callbacks (facts, §8): the records' ids and the names of changed fields are taken, their values are never even read into memory
//! of their own.

use std::collections::BTreeMap;

use relay_protocol::{Hidden, Kind, Operation};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More records than one callback names.
const MOST_IDS: usize = 1000;

#[derive(Deserialize)]
struct Callback<'a> {
    channel_id: NumberOrText,
    token: Option<String>,
    module: String,
    operation: Operation,
    ids: Vec<NumberOrText>,
    #[serde(borrow)]
    server_time: Option<&'a RawValue>,
    #[serde(borrow)]
    affected_fields: Option<&'a RawValue>,
}

/// Zoho's ids are texts in callbacks, and numbers in some of its answers.
#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(i64),
    Text(String),
}

impl NumberOrText {
    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// None where the body cannot be read.
pub(super) fn signals_of(body: &[u8]) -> Option<Kind> {
    let callback: Callback<'_> = serde_json::from_slice(body).ok()?;
    if callback.ids.is_empty() || callback.ids.len() > MOST_IDS {
        return None;
    }
    Some(Kind::Zoho {
        channel_id: callback.channel_id.text(),
        token: callback.token.map(Hidden::new),
        module: callback.module,
        operation: callback.operation,
        ids: callback.ids.into_iter().map(NumberOrText::text).collect(),
        server_time_ms: callback.server_time.and_then(|raw| serde_json::from_str(raw.get()).ok()),
        affected_fields: callback.affected_fields.map(field_names).unwrap_or_default(),
    })
}

/// `[{"<id>":["Company"]}]`; of another shape it is as if it had not been told.
fn field_names(raw: &RawValue) -> BTreeMap<String, Vec<String>> {
    let by_record: Vec<BTreeMap<String, Vec<String>>> = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (record, names) in by_record.into_iter().flatten() {
        let known = all.entry(record).or_default();
        known.extend(names);
        known.sort();
        known.dedup();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_keeps_ids_and_field_names_but_no_value() {
        let body = br#"{"server_time":1750102639787,
            "affected_values":[{"record_id":"6756839000000575405","values":{"Company":"Rangoni Of Test"}}],
            "query_params":{},"module":"Leads","resource_uri":"https://www.zohoapis.com/crm/v2/Leads",
            "ids":["6756839000000575405"],"affected_fields":[{"6756839000000575405":["Phone","Company"]}],
            "operation":"update","channel_id":"1105420521999070702","token":"c3504777"}"#;
        let kind = signals_of(body).unwrap();
        assert_eq!(
            kind,
            Kind::Zoho {
                channel_id: "1105420521999070702".to_owned(),
                token: Some(Hidden::new("c3504777")),
                module: "Leads".to_owned(),
                operation: Operation::Update,
                ids: vec!["6756839000000575405".to_owned()],
                server_time_ms: Some(1_750_102_639_787),
                affected_fields: BTreeMap::from([(
                    "6756839000000575405".to_owned(),
                    vec!["Company".to_owned(), "Phone".to_owned()]
                )]),
            }
        );
        assert!(!serde_json::to_string(&kind).unwrap().contains("Rangoni"));
    }

    #[test]
    fn numbers_for_ids_no_token_and_odd_extras_are_taken() {
        let body =
            br#"{"module":"Accounts","ids":[5725767000003000064],"affected_fields":"none","server_time":"x",
            "operation":"delete","channel_id":1000000068001,"token":null}"#;
        let Some(Kind::Zoho { channel_id, token, ids, server_time_ms, affected_fields, operation, .. }) =
            signals_of(body)
        else {
            panic!("unreadable");
        };
        assert_eq!((channel_id.as_str(), token), ("1000000068001", None));
        assert_eq!((ids, server_time_ms), (vec!["5725767000003000064".to_owned()], None));
        assert_eq!((affected_fields, operation), (BTreeMap::new(), Operation::Delete));
    }

    #[test]
    fn a_callback_without_records_or_of_another_operation_is_unreadable() {
        let body = |ids: &str, operation: &str| {
            format!(r#"{{"module":"A","ids":{ids},"operation":"{operation}","channel_id":"1","token":null}}"#)
        };
        assert_eq!(signals_of(body("[]", "insert").as_bytes()), None);
        assert_eq!(signals_of(body(r#"["1"]"#, "create").as_bytes()), None);
    }
}

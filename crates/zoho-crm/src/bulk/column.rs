//! What stands in a column of the file, and how the job is told.

use std::borrow::Cow;

use exact_json::{Map, Value};
use serde::{Deserialize, Serialize};

/// How a column's values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnForm {
    /// As they are: texts, numbers, `true` and `false`.
    Plain,
    /// A day; without a word Zoho expects `MM/dd/yyyy` (§7).
    Date,
    /// A moment.
    DateTime,
    /// The id of another record, or of a user.
    Reference,
}

/// One column of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkColumn {
    /// The field's api name; it is the column's heading too.
    pub api_name: String,
    /// How its values are written.
    pub form: ColumnForm,
}

impl BulkColumn {
    /// A column for a field whose `data_type` the field list names.
    #[must_use]
    pub fn of(api_name: &str, data_type: &str) -> Self {
        let form = match data_type {
            "date" => ColumnForm::Date,
            "datetime" => ColumnForm::DateTime,
            "lookup" | "ownerlookup" => ColumnForm::Reference,
            _ => ColumnForm::Plain,
        };
        Self { api_name: api_name.to_owned(), form }
    }

    /// The column's place in the job's `field_mappings`.
    pub(crate) fn mapping(&self, index: usize) -> Value {
        let mut mapping: Map = [
            ("api_name".to_owned(), Value::text(&self.api_name)),
            ("index".to_owned(), Value::Number(i64::try_from(index).unwrap_or(i64::MAX).into())),
        ]
        .into();
        let mut say = |key: &str, value: &str| mapping.insert(key.to_owned(), Value::text(value));
        match self.form {
            ColumnForm::Plain => None,
            ColumnForm::Date => say("format", "yyyy-MM-dd"),
            ColumnForm::DateTime => say("format", "yyyy-MM-dd'T'HH:mm:ssXXX"),
            ColumnForm::Reference => say("find_by", "id"),
        };
        Value::Object(mapping)
    }

    /// The text of a value; `None` where the column cannot hold it.
    pub(crate) fn cell<'v>(&self, value: &'v Value) -> Option<Cow<'v, str>> {
        match (self.form, value) {
            (_, Value::Null) => Some(Cow::Borrowed("")),
            (ColumnForm::Reference, Value::Object(object)) => {
                object.get("id").and_then(Value::as_text).map(Cow::Borrowed)
            }
            (ColumnForm::Reference, _) | (_, Value::List(_) | Value::Object(_)) => None,
            (_, Value::Text(text)) => Some(Cow::Borrowed(text)),
            (_, Value::Number(number)) => Some(Cow::Owned(number.to_string())),
            (_, Value::Bool(true)) => Some(Cow::Borrowed("true")),
            (_, Value::Bool(false)) => Some(Cow::Borrowed("false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use exact_json::Value;

    use super::{BulkColumn, ColumnForm};

    #[test]
    fn the_mapping_says_how_days_and_references_are_written() {
        let table = [
            ("text", r#"{"api_name":"F","index":3}"#),
            ("boolean", r#"{"api_name":"F","index":3}"#),
            ("date", r#"{"api_name":"F","format":"yyyy-MM-dd","index":3}"#),
            ("datetime", r#"{"api_name":"F","format":"yyyy-MM-dd'T'HH:mm:ssXXX","index":3}"#),
            ("lookup", r#"{"api_name":"F","find_by":"id","index":3}"#),
            ("ownerlookup", r#"{"api_name":"F","find_by":"id","index":3}"#),
        ];
        for (data_type, mapping) in table {
            assert_eq!(BulkColumn::of("F", data_type).mapping(3).to_json(), mapping);
        }
    }

    #[test]
    fn a_value_without_a_text_of_its_own_does_not_fit() {
        let column = |form| BulkColumn { api_name: "F".to_owned(), form };
        let table = [
            (ColumnForm::Plain, "\"a\"", Some("a")),
            (ColumnForm::Plain, "1.50", Some("1.5")),
            (ColumnForm::Plain, "true", Some("true")),
            (ColumnForm::Plain, "null", Some("")),
            (ColumnForm::Plain, "[1]", None),
            (ColumnForm::Plain, r#"{"id":"1"}"#, None),
            (ColumnForm::Reference, r#"{"id":"1"}"#, Some("1")),
            (ColumnForm::Reference, r#"{"name":"A"}"#, None),
            (ColumnForm::Reference, "\"A\"", None),
        ];
        for (form, json, text) in table {
            let value = Value::parse(json).unwrap();
            assert_eq!(column(form).cell(&value).as_deref(), text, "{form:?} {json}");
        }
    }
}

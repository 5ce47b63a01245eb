//! Whether two values of a field mean the same, one as we would send it and one as Zoho prints it.

use exact_json::{Decimal, Value};
use zoho_crm::FieldInfo;

use super::text;

/// Whether Zoho's value says what ours says.
///
/// Numbers agree by value and to the field's decimals, references by id, texts whatever their line breaks and outer blanks, and nothing
/// agrees with an empty text.
#[must_use]
pub fn same_value(field: &FieldInfo, ours: &Value, zohos: &Value) -> bool {
    if is_nothing(ours) || is_nothing(zohos) {
        return is_nothing(ours) && is_nothing(zohos);
    }
    match field.data_type.as_str() {
        "currency" | "double" | "percent" | "integer" | "bigint" => match (number(ours), number(zohos)) {
            (Some(ours), Some(zohos)) => match field.decimal_place {
                Some(decimals) => ours.round(decimals) == zohos.round(decimals),
                None => ours == zohos,
            },
            _ => ours == zohos,
        },
        "lookup" | "ownerlookup" | "userlookup" => reference(ours) == reference(zohos),
        "date" => date(ours) == date(zohos),
        _ => match (ours, zohos) {
            (Value::Text(ours), Value::Text(zohos)) => text::many_lines(ours) == text::many_lines(zohos),
            (Value::Number(_), Value::Text(_)) | (Value::Text(_), Value::Number(_)) => {
                number(ours) == number(zohos)
            }
            (Value::Object(_), _) | (_, Value::Object(_)) if reference(ours).is_some() => {
                reference(ours) == reference(zohos)
            }
            _ => ours == zohos,
        },
    }
}

/// Whether the value is Zoho's way of saying "none": null, an empty text, an unset picklist, an empty list.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty() || text == "-None-",
        Value::List(list) => list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// A number, also where Zoho prints it as a text.
pub(crate) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
    }
}

/// The id in a reference, also where it stands alone.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("id").and_then(Value::as_text).or_else(|| value.as_text())
}

fn date(value: &Value) -> Option<&str> {
    value.as_text().map(|text| text.get(..10).unwrap_or(text))
}

//! Making a custom field.

use exact_json::Value;
use serde::{Deserialize, Serialize};
use transport::{Method, Response};

use crate::call::Call;
use crate::client::Reading;
use crate::envelope::{Envelope, read, refusal, undecodable};
use crate::{Client, Error, Module, ZohoId};

/// The longest hint that is shown inside the field; a longer one stands behind an icon (OpenAPI 2026: 35 and 255).
const TOOLTIP_INSIDE: usize = 35;

/// A custom field to be made (§4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewField {
    /// What users call it, at most 25 characters. Zoho derives the API name from it.
    pub label: String,
    /// What it takes.
    pub kind: NewFieldKind,
    /// A hint for users, at most 255 characters.
    pub tooltip: Option<String>,
}

/// What a new field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewFieldKind {
    /// One line of text.
    Text {
        /// The longest value, 1 to 255 characters.
        length: u32,
        /// Whether two records may not hold the same value; upper and lower case count as the same.
        unique: bool,
    },
    /// A number that is no amount of the record's currency.
    Decimal {
        /// The most digits, at most 16.
        length: u32,
        /// Digits behind the point, at most 9.
        decimals: u32,
    },
    /// An amount in the record's currency.
    Currency {
        /// The most digits, at most 16.
        length: u32,
        /// Digits behind the point, at most 9.
        decimals: u32,
    },
}

#[derive(Serialize)]
struct Body<'a> {
    fields: [Field<'a>; 1],
}

#[derive(Serialize)]
struct Field<'a> {
    field_label: &'a str,
    data_type: &'static str,
    length: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal_place: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique: Option<CaseRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tooltip: Option<Tooltip<'a>>,
}

#[derive(Serialize)]
struct CaseRule {
    case_sensitive: bool,
}

#[derive(Serialize)]
struct Tooltip<'a> {
    name: &'static str,
    value: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    fields: Option<Vec<Envelope>>,
}

impl Client {
    /// Makes a custom field on the module's standard layout.
    ///
    /// Zoho tells the id only; the API name is in the module's [`fields`](Self::fields) from then on. It is not sent again when its
    /// answer is lost.
    ///
    /// # Errors
    /// When the field could not be made: [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) where the edition or the two
    /// unique fields of a module are used up, the code `DUPLICATE_DATA` where the label is taken.
    pub async fn create_field(&self, module: Module, field: &NewField) -> Result<ZohoId, Error> {
        let call = Call::new(Method::Post, ["settings", "fields"])
            .query("module", module.api_name())
            .json(&Body { fields: [Field::from(field)] })?;
        let place = call.place();
        self.send(call, |response| created(response, &place)).await
    }
}

fn created(response: &Response, place: &str) -> Reading<ZohoId> {
    let answer = if response.is_success() {
        match read::<Answer>(response, place)? {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        }
    } else {
        serde_json::from_slice(&response.body).unwrap_or(Answer { fields: None })
    };
    let Some(field) = answer.fields.and_then(|fields| fields.into_iter().next()) else {
        return Ok(Err(refusal(response, place)));
    };
    if !field.is_success() {
        // A field's own refusal counts, not the status that it shares with others (207).
        let status = if response.is_success() { 400 } else { response.status };
        return Ok(Err(field.into_error(status, place)));
    }
    let id = field.details.get("id").and_then(Value::as_text).map(ZohoId::new);
    Ok(id.ok_or_else(|| undecodable(response.status, "the field was made and its id is missing", place)))
}

impl<'a> From<&'a NewField> for Field<'a> {
    fn from(field: &'a NewField) -> Self {
        let (data_type, length, decimal_place, unique) = match field.kind {
            NewFieldKind::Text { length, unique } => ("text", length, None, unique),
            NewFieldKind::Decimal { length, decimals } => ("double", length, Some(decimals), false),
            NewFieldKind::Currency { length, decimals } => ("currency", length, Some(decimals), false),
        };
        let tooltip = field.tooltip.as_deref().map(|value| Tooltip {
            name: if value.chars().count() <= TOOLTIP_INSIDE { "static_text" } else { "info_icon" },
            value,
        });
        let unique = unique.then_some(CaseRule { case_sensitive: false });
        Self { field_label: &field.label, data_type, length, decimal_place, unique, tooltip }
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Field, NewField, NewFieldKind};

    #[test]
    fn each_kind_of_field_has_its_keys() {
        let table = [
            (
                NewFieldKind::Text { length: 50, unique: true },
                None,
                r#"{"fields":[{"field_label":"BC X","data_type":"text","length":50,"unique":{"case_sensitive":false}}]}"#,
            ),
            (
                NewFieldKind::Decimal { length: 16, decimals: 2 },
                Some("GBP"),
                r#"{"fields":[{"field_label":"BC X","data_type":"double","length":16,"decimal_place":2,"tooltip":{"name":"static_text","value":"GBP"}}]}"#,
            ),
            (
                NewFieldKind::Currency { length: 16, decimals: 2 },
                None,
                r#"{"fields":[{"field_label":"BC X","data_type":"currency","length":16,"decimal_place":2}]}"#,
            ),
        ];
        for (kind, tooltip, json) in table {
            let field = NewField { label: "BC X".to_owned(), kind, tooltip: tooltip.map(ToOwned::to_owned) };
            assert_eq!(serde_json::to_string(&Body { fields: [Field::from(&field)] }).unwrap(), json);
        }
    }
}

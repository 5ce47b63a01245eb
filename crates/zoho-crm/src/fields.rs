//! Which fields a module has, and what they take.

use exact_json::Value;
use serde::Deserialize;

use crate::call::Call;
use crate::{Client, Error, Module, ZohoId};

/// A field of a module (§4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The field.
    pub id: ZohoId,
    /// The name in records and queries.
    pub api_name: String,
    /// What users call it.
    pub label: String,
    /// `text`, `phone`, `currency`, `picklist`, `lookup`, `subform`, …
    pub data_type: String,
    /// `string`, `double`, `jsonobject`, …; some custom fields lack it.
    pub json_type: Option<String>,
    /// The longest value, in characters or digits.
    pub length: Option<u32>,
    /// Digits behind the point.
    pub decimal_place: Option<u32>,
    /// Whether two records may not hold the same value, and what counts as the same.
    pub unique: Option<Unique>,
    /// Whether it may be set and changed over the API; subforms may, although Zoho says otherwise of them.
    pub writable: bool,
    /// Whether the API refuses a record without it.
    pub mandatory: bool,
    /// Whether users see it as read-only.
    pub read_only: bool,
    /// Whether it was made in this org.
    pub custom: bool,
    /// Whether it is shown.
    pub visible: bool,
    /// What an administrator may still change about it, such as `unique`.
    pub customizable: Vec<String>,
    /// A picklist's values, in order, `-None-` included.
    pub picklist: Vec<PicklistValue>,
    /// The module whose records a lookup points to, or whose records a subform's rows are.
    pub associated_module: Option<String>,
    /// The hint that users see.
    pub tooltip: Option<String>,
}

/// A rule against equal values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unique {
    /// Whether `c10` and `C10` may stand side by side.
    pub case_sensitive: bool,
}

/// One value of a picklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PicklistValue {
    /// What is written to records.
    pub actual: String,
    /// What users see.
    pub display: String,
    /// Whether it is in use; the others are kept for old records.
    pub used: bool,
}

impl FieldInfo {
    /// Whether rows are its value.
    #[must_use]
    pub fn is_subform(&self) -> bool {
        self.data_type == "subform"
    }

    /// Whether an administrator could make it unique.
    #[must_use]
    pub fn can_be_unique(&self) -> bool {
        self.customizable.iter().any(|property| property == "unique")
    }
}

#[derive(Deserialize)]
struct Answer {
    fields: Vec<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    id: String,
    api_name: String,
    field_label: Option<String>,
    display_label: Option<String>,
    data_type: String,
    json_type: Option<String>,
    length: Option<u32>,
    decimal_place: Option<u32>,
    /// `{}` for no, `{"case_sensitive":bool}` for yes.
    unique: Value,
    operation_type: Option<OperationType>,
    system_mandatory: Option<bool>,
    read_only: Option<bool>,
    custom_field: Option<bool>,
    visible: Option<bool>,
    customizable_properties: Option<Vec<String>>,
    pick_list_values: Option<Vec<PicklistRow>>,
    associated_module: Value,
    lookup: Value,
    tooltip: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OperationType {
    api_create: Option<bool>,
    api_update: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PicklistRow {
    display_value: Option<String>,
    actual_value: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Client {
    /// The fields of a module or of a subform's rows.
    ///
    /// # Errors
    /// When the call failed.
    pub async fn fields(&self, module: Module) -> Result<Vec<FieldInfo>, Error> {
        // The OpenAPI files disagree whether `include` is mandatory (2026) or unknown (2025); the docs call it optional (§4.2).
        let call = Call::get(["settings", "fields"])
            .query("module", module.api_name())
            .query("include", "allowed_permissions_to_update");
        let answer: Option<Answer> = self.fetch(call).await?;
        let fields = answer.map(|answer| answer.fields).unwrap_or_default();
        Ok(fields.into_iter().map(FieldInfo::from).collect())
    }
}

impl From<Row> for FieldInfo {
    fn from(row: Row) -> Self {
        let allowed =
            |operation: fn(&OperationType) -> Option<bool>| row.operation_type.as_ref().and_then(operation);
        // Of a subform all four operations are false although its rows can be written (§4.2); so are they of computed fields.
        let writable = row.data_type == "subform"
            || (allowed(|operation| operation.api_create) == Some(true)
                && allowed(|operation| operation.api_update) == Some(true));
        let label = row.field_label.or(row.display_label).unwrap_or_else(|| row.api_name.clone());
        let picklist =
            row.pick_list_values.unwrap_or_default().into_iter().filter_map(picklist_value).collect();
        Self {
            id: ZohoId::new(row.id),
            api_name: row.api_name,
            label,
            data_type: row.data_type,
            json_type: row.json_type,
            length: row.length,
            decimal_place: row.decimal_place,
            unique: unique(&row.unique),
            writable,
            mandatory: row.system_mandatory.unwrap_or(false),
            read_only: row.read_only.unwrap_or(false),
            custom: row.custom_field.unwrap_or(false),
            visible: row.visible.unwrap_or(true),
            customizable: row.customizable_properties.unwrap_or_default(),
            picklist,
            associated_module: module_name(&row.associated_module).or_else(|| module_name(&row.lookup)),
            tooltip: row.tooltip.get("value").and_then(Value::as_text).map(ToOwned::to_owned),
        }
    }
}

fn unique(value: &Value) -> Option<Unique> {
    let case_sensitive = value.get("case_sensitive").and_then(Value::as_bool);
    case_sensitive.map(|case_sensitive| Unique { case_sensitive })
}

fn picklist_value(row: PicklistRow) -> Option<PicklistValue> {
    let display = row.display_value.or_else(|| row.actual_value.clone())?;
    let actual = row.actual_value.unwrap_or_else(|| display.clone());
    Some(PicklistValue { actual, display, used: row.kind.as_deref() != Some("unused") })
}

/// `module` is a name, or an object with one.
fn module_name(value: &Value) -> Option<String> {
    let module = value.get("module")?;
    let name = module.as_text().or_else(|| module.get("api_name").and_then(Value::as_text));
    name.map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{FieldInfo, Row, Unique};

    fn field(json: &str) -> FieldInfo {
        serde_json::from_str::<Row>(json).unwrap().into()
    }

    #[test]
    fn unique_is_an_object_that_is_not_empty() {
        let table = [
            (r#"{"unique":{}}"#, None),
            (r#"{"unique":null}"#, None),
            (r#"{}"#, None),
            (r#"{"unique":{"case_sensitive":false}}"#, Some(Unique { case_sensitive: false })),
            (r#"{"unique":{"case_sensitive":true}}"#, Some(Unique { case_sensitive: true })),
        ];
        for (json, unique) in table {
            assert_eq!(field(json).unique, unique, "{json}");
        }
    }

    #[test]
    fn a_subform_is_writable_whatever_its_operations_say_and_a_formula_is_not() {
        let none = r#""operation_type":{"api_create":false,"api_update":false}"#;
        assert!(field(&format!(r#"{{"data_type":"subform",{none}}}"#)).writable);
        assert!(!field(&format!(r#"{{"data_type":"formula",{none}}}"#)).writable);
    }

    #[test]
    fn a_field_may_lack_its_json_type() {
        let field = field(
            r#"{"api_name":"X","data_type":"text","length":50,"operation_type":{"api_create":true,"api_update":true}}"#,
        );
        assert_eq!((field.json_type, field.length, field.writable), (None, Some(50), true));
    }
}

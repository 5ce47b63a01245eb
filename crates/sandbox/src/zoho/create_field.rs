//! `POST /settings/fields?module=`: custom fields and their limits (facts §4.3).

use exact_json::{Map, Value};
use transport::Response;

use super::answer::{Refusal, id_text, json, map, number, object};
use super::field::{Access, DataType, Field};
use super::module::Module;
use super::state::ZohoState;

/// Fields in one call (Zoho: create-custom-field; the newer OpenAPI says 25).
const FIELDS_PER_CALL: usize = 5;
/// Unique fields per module, in every edition.
const UNIQUE_FIELDS: usize = 2;

impl ZohoState {
    /// Creates the fields of `body` one after the other; each succeeds or fails by itself.
    pub(super) fn create_fields(&mut self, module: Module, body: &Value) -> Response {
        if self.org.edition.custom_fields() == 0
            || (module.parent().is_some() && !self.org.edition.has_multi_currency())
        {
            let text = "The feature is not available in the current edition";
            return Refusal::new(403, "FEATURE_NOT_SUPPORTED", text).response();
        }
        let Some(wanted) = body.get("fields").and_then(Value::as_list).filter(|list| !list.is_empty()) else {
            return mandatory("fields", "$.fields").response();
        };
        if wanted.len() > FIELDS_PER_CALL {
            return limit(
                "Maximum number of fields in one request exceeded",
                "LIMIT_EXCEEDED",
                FIELDS_PER_CALL,
                "$.fields",
            )
            .response();
        }
        let results: Vec<Result<u64, Refusal>> = wanted
            .iter()
            .enumerate()
            .map(|(at, field)| self.create_field(module, field, &format!("$.fields[{at}]")))
            .collect();
        let failed = results.iter().filter(|result| result.is_err()).count();
        let status = match failed {
            0 => 201,
            all if all == results.len() => 400,
            _ => 207,
        };
        let results = results.into_iter().map(|result| match result {
            Ok(id) => object([
                ("code", Value::text("SUCCESS")),
                ("details", object([("id", id_text(id))])),
                ("message", Value::text("field created")),
                ("status", Value::text("success")),
            ]),
            Err(refusal) => refusal.body(),
        });
        json(status, &object([("fields", Value::List(results.collect()))]))
    }

    /// Creates one field; returns its id.
    pub(super) fn create_field(
        &mut self,
        module: Module,
        wanted: &Value,
        path: &str,
    ) -> Result<u64, Refusal> {
        let text = |key: &str| {
            wanted.get(key).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty())
        };
        let label =
            text("field_label").ok_or_else(|| mandatory("field_label", &format!("{path}.field_label")))?;
        let type_name =
            text("data_type").ok_or_else(|| mandatory("data_type", &format!("{path}.data_type")))?;
        check_texts(label, wanted, path)?;
        let data_type = creatable(type_name).ok_or_else(|| invalid("data_type", path))?;
        let fields = &self.schema[module];
        if fields.iter().any(|field| field.label.eq_ignore_ascii_case(label)) {
            return Err(Refusal::new(400, "DUPLICATE_DATA", "Duplicate field label")
                .with("api_name", "field_label")
                .with("json_path", format!("{path}.field_label")));
        }
        let most = self.org.edition.custom_fields();
        if fields.iter().filter(|field| field.custom).count() >= most {
            let text = "The field has reached its maximum creation limit";
            return Err(limit(text, "FIELD_LIMIT_EXCEEDED", most, &format!("{path}.data_type")));
        }
        let unique = unique_of(wanted.get("unique"));
        if unique.is_some() {
            if !data_type.may_be_unique() {
                return Err(Refusal::new(
                    400,
                    "NOT_ALLOWED",
                    "The unique key is not allowed for the field datatype",
                )
                .with("api_name", "unique")
                .with("json_path", format!("{path}.unique")));
            }
            if fields.iter().filter(|field| field.unique.is_some()).count() >= UNIQUE_FIELDS {
                let text = "The unique field has reached its maximum creation limit";
                return Err(limit(text, "LIMIT_EXCEEDED", UNIQUE_FIELDS, &format!("{path}.unique")));
            }
        }
        if wanted.get("external").is_some_and(|external| !external.is_null()) {
            return Err(Refusal::new(400, "NOT_SUPPORTED", "The sandbox has no external fields")
                .with("api_name", "external")
                .with("json_path", format!("{path}.external")));
        }
        let length = length_of(data_type, wanted, path)?;
        let decimals = decimals_of(data_type, wanted, path)?;
        let picklist = picklist_of(data_type, wanted, path)?;
        let field = Field {
            id: self.next_id(),
            api_name: self.free_api_name(module, label),
            label: label.to_owned(),
            length,
            decimals,
            unique,
            custom: true,
            access: Access::Writable,
            picklist,
            tooltip: wanted.get("tooltip").cloned().unwrap_or_default(),
            ..Field::standard("", data_type, length)
        };
        let id = field.id;
        if field.unique.is_some() || data_type == DataType::Text {
            self.stores[module].index_field(&field.api_name);
        }
        self.schema[module].push(field);
        Ok(id)
    }

    /// Zoho derives the API name: blanks become underscores, other signs go; a taken name gets a number.
    fn free_api_name(&self, module: Module, label: &str) -> String {
        let words: Vec<String> = label
            .split_whitespace()
            .map(|word| word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
            .filter(|word: &String| !word.is_empty())
            .collect();
        let name = words.join("_");
        let taken = |name: &str| self.schema[module].iter().any(|field| field.api_name == name);
        if !taken(&name) {
            return name;
        }
        (1..).map(|n| format!("{name}{n}")).find(|name| !taken(name)).unwrap_or(name)
    }
}

/// A label has 25 characters at most, a hint 35 inside the field and 255 behind an icon (OpenAPI 2026).
fn check_texts(label: &str, wanted: &Value, path: &str) -> Result<(), Refusal> {
    let check = |name: &str, text: &str, most: usize| {
        if text.chars().count() > most {
            return Err(invalid(name, path).with("maximum_length", number(most)));
        }
        Ok(())
    };
    check("field_label", label, 25)?;
    let tooltip =
        |member: &str| wanted.get("tooltip").and_then(|tooltip| tooltip.get(member)).and_then(Value::as_text);
    let most = if tooltip("name") == Some("static_text") { 35 } else { 255 };
    check("tooltip", tooltip("value").unwrap_or_default(), most)
}

fn creatable(name: &str) -> Option<DataType> {
    Some(match name {
        "text" => DataType::Text,
        "textarea" => DataType::Textarea,
        "email" => DataType::Email,
        "phone" => DataType::Phone,
        "website" => DataType::Website,
        "integer" => DataType::Integer,
        "bigint" => DataType::Bigint,
        "double" => DataType::Double,
        "currency" => DataType::Currency,
        "percent" => DataType::Percent,
        "boolean" => DataType::Boolean,
        "date" => DataType::Date,
        "datetime" => DataType::DateTime,
        "picklist" => DataType::Picklist,
        "multiselectpicklist" => DataType::MultiPicklist,
        _ => return None,
    })
}

fn unique_of(unique: Option<&Value>) -> Option<bool> {
    let unique = unique.and_then(Value::as_object).filter(|unique| !unique.is_empty())?;
    Some(unique.get("case_sensitive").and_then(Value::as_bool).unwrap_or(false))
}

/// The length asked for, within the type's bounds, or the type's own.
fn length_of(data_type: DataType, wanted: &Value, path: &str) -> Result<u32, Refusal> {
    let most = match data_type {
        DataType::Text => 255,
        DataType::Email => 100,
        DataType::Phone => 30,
        DataType::Website => 450,
        DataType::Integer => 9,
        DataType::Bigint => 18,
        DataType::Percent => 5,
        DataType::Textarea => {
            match wanted.get("textarea").and_then(|area| area.get("type")).and_then(Value::as_text) {
                Some("large") => 32_000,
                Some("rich_text") => 50_000,
                Some(_) | None => 2_000,
            }
        }
        DataType::Double | DataType::Currency => 16,
        DataType::Boolean => 5,
        _ => 120,
    };
    let Some(length) = wanted.get("length").filter(|length| !length.is_null()) else {
        return Ok(most);
    };
    let length = length.as_number().and_then(|length| length.to_string().parse::<u32>().ok());
    length.filter(|length| (1..=most).contains(length)).ok_or_else(|| {
        Refusal::new(400, "DEPENDENT_MISMATCH", "The given length value seems to be invalid.")
            .with("api_name", "length")
            .with("json_path", format!("{path}.length"))
    })
}

/// Digits behind the point: `decimal_place`, or else `currency.precision`; at most nine.
fn decimals_of(data_type: DataType, wanted: &Value, path: &str) -> Result<Option<u32>, Refusal> {
    if !matches!(data_type, DataType::Double | DataType::Currency) {
        return Ok(None);
    }
    let precision = wanted.get("currency").and_then(|currency| currency.get("precision"));
    let asked = wanted.get("decimal_place").or(precision).filter(|asked| !asked.is_null());
    let Some(asked) = asked else { return Ok(Some(2)) };
    let decimals = asked.as_number().and_then(|number| number.to_string().parse::<u32>().ok());
    decimals.filter(|decimals| *decimals <= 9).map(Some).ok_or_else(|| invalid("decimal_place", path))
}

fn picklist_of(data_type: DataType, wanted: &Value, path: &str) -> Result<Vec<String>, Refusal> {
    if !matches!(data_type, DataType::Picklist | DataType::MultiPicklist) {
        return Ok(Vec::new());
    }
    let values = wanted.get("pick_list_values").and_then(Value::as_list).unwrap_or_default();
    let value = |entry: &Value| {
        let actual = entry.get("actual_value").or_else(|| entry.get("display_value"));
        actual.and_then(Value::as_text).map(ToOwned::to_owned)
    };
    let values: Vec<String> = values.iter().filter_map(value).filter(|value| value != "-None-").collect();
    if values.is_empty() {
        let text = "Either global_picklist or picklist values is expected";
        return Err(Refusal::new(400, "EXPECTED_DEPENDENT_FIELD_MISSING", text)
            .with("api_name", "pick_list_values")
            .with("json_path", format!("{path}.pick_list_values")));
    }
    Ok(values)
}

fn mandatory(name: &str, path: &str) -> Refusal {
    Refusal::new(400, "MANDATORY_NOT_FOUND", "required field not found")
        .with("api_name", name)
        .with("json_path", path)
}

fn invalid(name: &str, path: &str) -> Refusal {
    Refusal::invalid_data("Given data seems to be invalid")
        .with("api_name", name)
        .with("json_path", format!("{path}.{name}"))
}

fn limit(message: &str, code: &str, limit: usize, path: &str) -> Refusal {
    let name = path.rsplit('.').next().unwrap_or_default();
    let due: Map = map([("api_name", Value::text(name)), ("json_path", Value::text(path))]);
    Refusal::new(400, code, message)
        .with("limit", number(limit))
        .with("limit_due_to", Value::List(vec![Value::Object(due)]))
}

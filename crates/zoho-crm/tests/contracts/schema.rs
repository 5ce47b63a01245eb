//! The OpenAPI files: which operations there are, and whether a body fits its schema. Only what these files use is understood.

use exact_json::{Map, Value};

use crate::material;

/// Where an operation's path begins in a snapshot's files: one spells `/crm/v8` out, the other has it in the server's address.
const SNAPSHOTS: [(&str, &str); 2] = [("oas/2025-06-v3.0.0", ""), ("oas/2026-08-v3.1.0", "/crm/v8")];

/// One operation of one snapshot.
pub struct Operation {
    file: String,
    method: String,
    /// The path from `/crm/v8` on.
    template: String,
    document: Value,
    definition: Value,
}

/// The operations that both snapshots publish; `None`, with a word, where they are absent.
pub fn operations() -> Option<Vec<Operation>> {
    let mut operations = Vec::new();
    for (snapshot, base) in SNAPSHOTS {
        let folder = material::folder(snapshot)?;
        let names = material::names(&folder).into_iter();
        for name in names.filter(|name| name.ends_with(".json")) {
            let document = material::json(&folder.join(&name));
            for (path, methods) in members(document.get("paths")) {
                for (method, definition) in members(Some(methods)) {
                    operations.push(Operation {
                        file: format!("{snapshot}/{name}"),
                        method: method.to_uppercase(),
                        template: format!("{base}{path}"),
                        document: document.clone(),
                        definition: definition.clone(),
                    });
                }
            }
        }
    }
    Some(operations)
}

impl Operation {
    /// The method and the template of the path.
    pub fn name(&self) -> String {
        format!("{} {} in {}", self.method, self.template, self.file)
    }

    /// How well the operation answers to a method and a path: the number of segments that it spells out.
    pub fn fit(&self, method: &str, path: &str) -> Option<usize> {
        let (pattern, path): (Vec<&str>, Vec<&str>) =
            (self.template.split('/').collect(), path.split('/').collect());
        let is_open = |segment: &str| segment.starts_with('{');
        let fits = self.method == method
            && pattern.len() == path.len()
            && pattern.iter().zip(&path).all(|(open, segment)| is_open(open) || open == segment);
        fits.then(|| pattern.iter().filter(|segment| !is_open(segment)).count())
    }

    /// The parameters in the query or the headers: name, whether it must be there, allowed values.
    pub fn parameters(&self, place: &str) -> Vec<(String, bool, Vec<String>)> {
        let parameters = self.definition.get("parameters").and_then(Value::as_list).unwrap_or_default();
        let resolved = parameters.iter().filter_map(|parameter| resolve(&self.document, parameter));
        let placed = resolved.filter(|parameter| text(parameter, "in") == Some(place));
        placed
            .map(|parameter| {
                let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
                let values =
                    parameter.get("schema").and_then(|schema| schema.get("enum")).and_then(Value::as_list);
                let values =
                    values.unwrap_or_default().iter().filter_map(Value::as_text).map(ToOwned::to_owned);
                (text(parameter, "name").unwrap().to_owned(), required, values.collect())
            })
            .collect()
    }

    /// What is wrong with a body.
    pub fn complaints(&self, body: Option<&Value>) -> Vec<String> {
        let schema = self
            .definition
            .get("requestBody")
            .and_then(|body| resolve(&self.document, body))
            .and_then(|body| body.get("content"))
            .and_then(|content| content.get("application/json"))
            .and_then(|content| content.get("schema"));
        let mut complaints = Vec::new();
        match (schema, body) {
            (Some(schema), Some(body)) => walk(&self.document, schema, body, "$", &mut complaints),
            (None, Some(_)) => complaints.push("a body where none belongs".to_owned()),
            (Some(_), None) => complaints.push("no body".to_owned()),
            (None, None) => {}
        }
        complaints
    }
}

/// Follows a reference inside the file; `None` where it leads out of the file.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let Some(reference) = text(schema, "$ref") else {
        return Some(schema);
    };
    let mut target = document;
    for step in reference.strip_prefix("#/")?.split('/') {
        target = target.get(&step.replace("~1", "/"))?;
    }
    resolve(document, target)
}

fn walk(document: &Value, schema: &Value, value: &Value, path: &str, complaints: &mut Vec<String>) {
    let Some(schema) = resolve(document, schema) else {
        return;
    };
    if let Some(choices) = list(schema, "oneOf").or_else(|| list(schema, "anyOf")) {
        let fits = |choice: &&Value| {
            let mut inner = Vec::new();
            walk(document, choice, value, path, &mut inner);
            inner.is_empty()
        };
        if !choices.iter().any(|choice| fits(&choice)) {
            complaints.push(format!("{path} fits none of the choices"));
        }
    }
    for part in list(schema, "allOf").unwrap_or_default() {
        walk(document, part, value, path, complaints);
    }
    if !has_type(schema, value) {
        complaints.push(format!("{path} is not {}", schema.get("type").unwrap_or(&Value::Null).to_json()));
    }
    if list(schema, "enum").is_some_and(|values| !values.contains(value)) {
        complaints.push(format!("{path} is not one of the allowed values"));
    }
    match value {
        Value::Text(words) => {
            let limit = number(schema, "maxLength");
            if limit.is_some_and(|limit| words.chars().count() > limit) {
                complaints.push(format!("{path} is too long"));
            }
        }
        Value::List(items) => {
            if number(schema, "maxItems").is_some_and(|limit| items.len() > limit) {
                complaints.push(format!("{path} has too many items"));
            }
            let schema = schema.get("items");
            for (index, item) in items.iter().enumerate() {
                if let Some(schema) = schema {
                    walk(document, schema, item, &format!("{path}[{index}]"), complaints);
                }
            }
        }
        Value::Object(object) => walk_object(document, schema, object, path, complaints),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn walk_object(document: &Value, schema: &Value, object: &Map, path: &str, complaints: &mut Vec<String>) {
    for name in list(schema, "required").unwrap_or_default() {
        if name.as_text().is_some_and(|name| !object.contains_key(name)) {
            complaints.push(format!("{path} lacks {}", name.to_json()));
        }
    }
    let closed = schema.get("additionalProperties").and_then(Value::as_bool) == Some(false);
    for (name, value) in object {
        match schema.get("properties").and_then(|known| known.get(name)) {
            Some(schema) => walk(document, schema, value, &format!("{path}.{name}"), complaints),
            None if closed => complaints.push(format!("{path}.{name} is not known")),
            None => {}
        }
    }
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.as_object().is_some(),
        "array" => value.as_list().is_some(),
        "string" => value.as_text().is_some(),
        "boolean" => value.as_bool().is_some(),
        "number" => value.as_number().is_some(),
        "integer" => value.as_number().is_some_and(|number| number.decimals() == 0),
        "null" => value.is_null(),
        _ => false,
    };
    let nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
    match schema.get("type") {
        Some(Value::Text(name)) => is(name) || (nullable && value.is_null()),
        Some(Value::List(names)) => names.iter().filter_map(Value::as_text).any(is),
        _ => true,
    }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_text)
}

fn list<'a>(value: &'a Value, key: &str) -> Option<&'a [Value]> {
    value.get(key).and_then(Value::as_list)
}

fn number(value: &Value, key: &str) -> Option<usize> {
    value.get(key).and_then(Value::as_number)?.to_string().parse().ok()
}

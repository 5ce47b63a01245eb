//! Calls that write up to a hundred records, with a result for each, in the order of the request.

use exact_json::{Map, Value};
use transport::Response;

use super::answer::{Refusal, id_text, json, number, object};
use super::module::Module;
use super::state::ZohoState;
use super::upsert::Match;
use super::write::Writer;

/// Records in one call.
const ROWS_PER_CALL: usize = 100;

/// The rows of a body, checked as a whole.
pub(super) fn rows_of(body: &Value) -> Result<&[Value], Refusal> {
    let Some(data) = body.get("data") else {
        return Err(Refusal::new(400, "MANDATORY_NOT_FOUND", "required field not found")
            .with("api_name", "data")
            .with("json_path", "$.data"));
    };
    let rows = data.as_list().filter(|rows| !rows.is_empty()).ok_or_else(|| {
        Refusal::invalid_data("invalid data")
            .with("expected_data_type", "jsonarray")
            .with("api_name", "data")
            .with("json_path", "$.data")
    })?;
    if rows.len() > ROWS_PER_CALL {
        return Err(Refusal::new(
            400,
            "LIMIT_EXCEEDED",
            "count of records in your request exceeds the limit",
        )
        .with("maximum_length", number(ROWS_PER_CALL))
        .with("api_name", "data"));
    }
    Ok(rows)
}

/// Whether the body leaves workflows on: without `trigger` all run, with an empty one none.
pub(super) fn runs_workflows(body: &Value) -> bool {
    match body.get("trigger") {
        Some(Value::List(named)) => named.iter().any(|name| name.as_text() == Some("workflow")),
        _ => true,
    }
}

impl ZohoState {
    /// `POST /{module}`.
    pub(super) fn insert(&mut self, module: Module, body: &Value, writer: &Writer) -> Response {
        let rows = match rows_of(body) {
            Ok(rows) => rows,
            Err(refusal) => return refusal.response(),
        };
        let results = each(rows, |row, path| {
            let id = self.write(module, None, row, path, writer)?;
            Ok(self.written(module, id, "record added", None))
        });
        answer(results, 201)
    }

    /// `PUT /{module}` and, with `id` from the address, `PUT /{module}/{id}`.
    pub(super) fn update(
        &mut self,
        module: Module,
        id: Option<&str>,
        body: &Value,
        writer: &Writer,
    ) -> Response {
        let rows = match rows_of(body) {
            Ok(rows) => rows,
            Err(refusal) => return refusal.response(),
        };
        // With an id in the address only the first row counts.
        let rows = if id.is_some() { rows.get(..1).unwrap_or_default() } else { rows };
        let results = each(rows, |row, path| {
            let id = match id {
                Some(id) => id.to_owned(),
                None => match row.get("id") {
                    Some(Value::Text(id)) => id.clone(),
                    Some(Value::Number(id)) => id.to_string(),
                    _ => return Err(super::validate::mandatory("id", path)),
                },
            };
            let id = id.parse().map_err(|_| super::validate::unknown_id("id", &format!("{path}.id")))?;
            let id = self.write(module, Some(id), row, path, writer)?;
            Ok(self.written(module, id, "record updated", None))
        });
        answer(results, 200)
    }

    /// `POST /{module}/upsert`.
    pub(super) fn upsert(&mut self, module: Module, body: &Value, writer: &Writer) -> Response {
        let rows = match rows_of(body) {
            Ok(rows) => rows,
            Err(refusal) => return refusal.response(),
        };
        let order = match self.check_order(module, body.get("duplicate_check_fields")) {
            Ok(order) => order,
            Err(refusal) => return refusal.response(),
        };
        let results = each(rows, |row, path| {
            let found = self.find_match(module, row, &order);
            let (existing, field) = match found {
                Some(Match { id, field }) => (Some(id), Value::from(field)),
                None => (None, Value::Null),
            };
            let id = self.write(module, existing, row, path, writer)?;
            let (message, action) =
                if existing.is_some() { ("record updated", "update") } else { ("record added", "insert") };
            Ok(self.written(module, id, message, Some((action, field))))
        });
        answer(results, 200)
    }

    /// `DELETE /{module}?ids=` and `DELETE /{module}/{id}`.
    pub(super) fn delete(&mut self, module: Module, ids: &[String], writer: &Writer) -> Response {
        if ids.is_empty() {
            return Refusal::missing_parameter("ids").response();
        }
        if ids.len() > ROWS_PER_CALL {
            return Refusal::new(400, "LIMIT_EXCEEDED", "count of records in your request exceeds the limit")
                .with("maximum_length", number(ROWS_PER_CALL))
                .with("param_name", "ids")
                .response();
        }
        let results = ids.iter().map(|text| {
            let refused = || Refusal::invalid_data("record not deleted").with("id", text.as_str());
            let id = text.parse().map_err(|_| refused())?;
            self.remove(module, id, writer)?;
            Ok(success(object([("id", id_text(id))]), "record deleted", None))
        });
        let results = results.collect();
        answer(results, 200)
    }

    fn written(&self, module: Module, id: u64, message: &str, upsert: Option<(&str, Value)>) -> Value {
        let mut details = self.stores[module].get(id).map(|record| self.stamps(record)).unwrap_or_default();
        details.insert("$approval_state".to_owned(), Value::text("approved"));
        success(Value::Object(details), message, upsert)
    }
}

fn success(details: Value, message: &str, upsert: Option<(&str, Value)>) -> Value {
    let mut result = super::answer::map([
        ("code", Value::text("SUCCESS")),
        ("details", details),
        ("message", Value::text(message)),
        ("status", Value::text("success")),
    ]);
    if let Some((action, duplicate_field)) = upsert {
        result.insert("action".to_owned(), Value::text(action));
        result.insert("duplicate_field".to_owned(), duplicate_field);
    }
    Value::Object(result)
}

type RowResult = Result<Value, Refusal>;

fn each(rows: &[Value], mut write: impl FnMut(&Map, &str) -> RowResult) -> Vec<RowResult> {
    let result = |(at, row): (usize, &Value)| {
        let path = format!("$.data[{at}]");
        match row {
            Value::Object(row) => write(row, &path),
            _ => Err(Refusal::invalid_data("invalid data")
                .with("expected_data_type", "jsonobject")
                .with("api_name", "data")
                .with("json_path", path)),
        }
    };
    rows.iter().enumerate().map(result).collect()
}

/// All well: `good`. Some: 207. None: 400, or 412 where each was changed in the meantime.
fn answer(results: Vec<RowResult>, good: u16) -> Response {
    let failed = results.iter().filter(|result| result.is_err()).count();
    let status = if failed == 0 {
        good
    } else if failed < results.len() {
        207
    } else if results.iter().all(|result| matches!(result, Err(refusal) if refusal.status == 412)) {
        412
    } else {
        400
    };
    let results = results.into_iter().map(|result| result.unwrap_or_else(|refusal| refusal.body())).collect();
    json(status, &object([("data", Value::List(results))]))
}

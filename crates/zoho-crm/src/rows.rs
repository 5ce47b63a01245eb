//! What became of each row of a write.

use exact_json::Value;

use crate::envelope::Envelope;
use crate::{Error, ZohoId, envelope};

/// What became of one row.
pub type RowResult = Result<Written, RowError>;

/// A row that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The record.
    pub id: ZohoId,
    /// What was done to it.
    pub action: Action,
    /// Its `Modified_Time` after the write, as Zoho printed it.
    pub modified_time: Option<String>,
    /// The user as whom it was written: the one whom the client signs in as.
    pub modified_by: Option<ZohoId>,
    /// The field by which an upsert found the record.
    pub duplicate_field: Option<String>,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The record is new.
    Inserted,
    /// The record was there.
    Updated,
    /// The record went to the recycle bin.
    Deleted,
}

/// A row that was refused; nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code}){}", At(self))]
pub struct RowError {
    /// Zoho's code, such as `INVALID_DATA`.
    pub code: String,
    /// Zoho's words.
    pub message: String,
    /// The field.
    pub api_name: Option<String>,
    /// The place in the request, such as `$.data[2].Phone`.
    pub json_path: Option<String>,
    /// The record that holds the unique value already; only with `DUPLICATE_DATA`.
    pub duplicate_id: Option<ZohoId>,
    /// What the field wants instead, such as `phone`.
    pub expected: Option<String>,
    /// The longest value that the field takes.
    pub maximum_length: Option<u32>,
    /// All that Zoho said.
    pub details: Value,
}

impl RowError {
    /// Everything that was wrong with the row: the errors inside a `MULTIPLE_OR_MULTI_ERRORS`, else this one alone.
    #[must_use]
    pub fn parts(&self) -> Vec<RowError> {
        let parts = inner_errors(&self.details);
        if parts.is_empty() { vec![self.clone()] } else { parts }
    }
}

/// Reads one row's result. A success without an id is `None`: nobody could say what was written.
pub(crate) fn row_result(row: Envelope, done: Action) -> Option<RowResult> {
    if !row.is_success() {
        return Some(Err(row_error(row)));
    }
    let action = match row.action.as_deref() {
        Some(action) if action.eq_ignore_ascii_case("insert") => Action::Inserted,
        Some(action) if action.eq_ignore_ascii_case("update") => Action::Updated,
        _ => done,
    };
    let id = text_at(&row.details, "id").filter(|id| !id.is_empty())?;
    let modified_time = text_at(&row.details, "Modified_Time");
    let modified_by = row.details.get("Modified_By").and_then(|user| text_at(user, "id")).map(ZohoId::new);
    Some(Ok(Written {
        id: ZohoId::new(id),
        action,
        modified_time,
        modified_by,
        duplicate_field: row.duplicate_field,
    }))
}

/// A single error in a `MULTIPLE_OR_MULTI_ERRORS` is that error; several take the place of the first for people to read.
fn row_error(row: Envelope) -> RowError {
    let code = row.code.unwrap_or_else(|| "UNKNOWN".to_owned());
    let message = row.message.unwrap_or_default();
    let mut parts = inner_errors(&row.details);
    if parts.len() > 1 {
        let words: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let message = format!("{message}: {}", words.join("; "));
        return RowError { code, message, details: row.details, ..parts.swap_remove(0) };
    }
    if let Some(only) = parts.pop() {
        return only;
    }
    let duplicate = row.details.get("duplicate_record").and_then(|record| text_at(record, "id"));
    let duplicate = duplicate.or_else(|| text_at(&row.details, "id"));
    RowError {
        duplicate_id: duplicate.filter(|_| code == "DUPLICATE_DATA").map(ZohoId::new),
        api_name: text_at(&row.details, "api_name"),
        json_path: text_at(&row.details, "json_path"),
        expected: text_at(&row.details, "expected_data_type"),
        maximum_length: row.details.get("maximum_length").and_then(number),
        code,
        message,
        details: row.details,
    }
}

fn inner_errors(details: &Value) -> Vec<RowError> {
    let errors = details.get("errors").and_then(Value::as_list).unwrap_or_default();
    errors
        .iter()
        .filter(|error| error.get("code").is_some())
        .map(|error| row_error(envelope_of(error)))
        .collect()
}

fn envelope_of(value: &Value) -> Envelope {
    Envelope {
        code: text_at(value, "code"),
        message: text_at(value, "message"),
        status: text_at(value, "status"),
        details: value.get("details").cloned().unwrap_or_default(),
        action: None,
        duplicate_field: None,
    }
}

fn text_at(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_text).map(ToOwned::to_owned)
}

fn number(value: &Value) -> Option<u32> {
    let text = value.as_number().map(|number| number.to_string());
    text.as_deref().or(value.as_text())?.parse().ok()
}

/// The results of `sent` rows, in their order.
///
/// # Errors
/// Where there is not exactly one result for each row: what was written is then unknown.
pub(crate) fn row_results(
    rows: Vec<Envelope>,
    sent: usize,
    done: Action,
    status: u16,
    place: &str,
) -> Result<Vec<RowResult>, Error> {
    if rows.len() != sent {
        let complaint = format!("{sent} rows were sent and {} results came back", rows.len());
        return Err(envelope::undecodable(status, &complaint, place));
    }
    let results: Option<Vec<RowResult>> = rows.into_iter().map(|row| row_result(row, done)).collect();
    results.ok_or_else(|| envelope::undecodable(status, "a row was written and its id is missing", place))
}

/// Where in the request the error is, for people.
struct At<'a>(&'a RowError);

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.json_path.as_ref().or(self.0.api_name.as_ref()) {
            Some(place) => write!(f, " at {place}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, RowResult, row_result};
    use crate::ZohoId;

    fn read(json: &str, done: Action) -> Option<RowResult> {
        row_result(serde_json::from_str(json).unwrap(), done)
    }

    #[test]
    fn a_duplicate_names_the_record_that_is_there_in_either_shape() {
        let table = [
            r#"{"code":"DUPLICATE_DATA","details":{"api_name":"BC_Number","duplicate_record":{"id":"7"}},"status":"error"}"#,
            r#"{"code":"DUPLICATE_DATA","details":{"api_name":"BC_Number","id":"7"},"status":"error"}"#,
        ];
        for json in table {
            let error = read(json, Action::Inserted).unwrap().unwrap_err();
            assert_eq!(error.duplicate_id, Some(ZohoId::new("7")), "{json}");
        }
    }

    #[test]
    fn the_id_in_other_errors_is_no_duplicate() {
        let json =
            r#"{"code":"INVALID_DATA","details":{"id":"7"},"message":"record not deleted","status":"error"}"#;
        assert_eq!(read(json, Action::Deleted).unwrap().unwrap_err().duplicate_id, None);
    }

    #[test]
    fn one_error_inside_multiple_errors_is_that_error() {
        let json = r#"{"code":"MULTIPLE_OR_MULTI_ERRORS","details":{"errors":[{"code":"DUPLICATE_DATA","details":{"api_name":"Email",
            "duplicate_record":{"id":"8"},"json_path":"$.data[0].Email"},"message":"duplicate data","status":"error"}]},
            "message":"Multiple errors in the request","status":"error"}"#;
        let error = read(json, Action::Updated).unwrap().unwrap_err();
        assert_eq!((error.code.as_str(), error.api_name.as_deref()), ("DUPLICATE_DATA", Some("Email")));
        assert_eq!(error.duplicate_id, Some(ZohoId::new("8")));
        assert_eq!(error.parts(), std::slice::from_ref(&error));
    }

    #[test]
    fn several_errors_keep_their_code_and_can_be_taken_apart() {
        let json = r#"{"code":"MULTIPLE_OR_MULTI_ERRORS","details":{"errors":[
            {"code":"INVALID_DATA","details":{"api_name":"Phone","maximum_length":30},"message":"invalid data"},
            {"code":"DUPLICATE_DATA","details":{"api_name":"Email","id":"8"},"message":"duplicate data"}]},
            "message":"Multiple errors in the request","status":"error"}"#;
        let error = read(json, Action::Updated).unwrap().unwrap_err();
        assert_eq!(error.code, "MULTIPLE_OR_MULTI_ERRORS");
        assert_eq!(
            error.message,
            "Multiple errors in the request: invalid data (INVALID_DATA) at Phone; duplicate data (DUPLICATE_DATA) at Email"
        );
        let parts = error.parts();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].maximum_length, Some(30));
        assert_eq!(parts[1].duplicate_id, Some(ZohoId::new("8")));
    }

    #[test]
    fn a_success_tells_what_was_done() {
        let upserted = r#"{"code":"SUCCESS","duplicate_field":"BC_Number","action":"update","details":{"id":"1",
            "Modified_Time":"2023-05-10T01:10:47-07:00"},"status":"success"}"#;
        let written = read(upserted, Action::Inserted).unwrap().unwrap();
        assert_eq!(
            (written.action, written.duplicate_field.as_deref()),
            (Action::Updated, Some("BC_Number"))
        );
        assert_eq!(written.modified_time.as_deref(), Some("2023-05-10T01:10:47-07:00"));
        let plain = r#"{"code":"SUCCESS","details":{"id":"1"},"status":"success"}"#;
        assert_eq!(read(plain, Action::Deleted).unwrap().unwrap().action, Action::Deleted);
    }

    #[test]
    fn a_success_without_an_id_is_not_understood() {
        assert_eq!(read(r#"{"code":"SUCCESS","details":{},"status":"success"}"#, Action::Inserted), None);
    }
}

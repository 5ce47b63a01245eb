//! Zoho's answers: the error envelope, and which cause stands behind a status and a code (§6.3).

use exact_json::Value;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use transport::Response;

use crate::{Error, ErrorKind};

/// `{"code","details","message","status"}`: a whole call's refusal, or one row's result.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) details: Value,
    /// `insert` or `update`, in the results of an upsert.
    pub(crate) action: Option<String>,
    /// Which field an upsert found its record by.
    pub(crate) duplicate_field: Option<String>,
}

impl Envelope {
    /// Reads a result as leniently as can be: what a stricter reading stumbles over it would quote.
    pub(crate) fn of(row: &Value) -> Self {
        let text = |key: &str| row.get(key).and_then(Value::as_text).map(ToOwned::to_owned);
        let details = row.get("details").cloned().unwrap_or_default();
        let (code, message, status) = (text("code"), text("message"), text("status"));
        Self { code, message, status, details, ..Self::default() }
    }

    pub(crate) fn is_success(&self) -> bool {
        match &self.status {
            Some(status) => status.eq_ignore_ascii_case("success"),
            None => self.code.as_deref() == Some("SUCCESS"),
        }
    }

    /// The refusal as the error of a whole call.
    pub(crate) fn into_error(self, status: u16, place: &str) -> Error {
        let code = self.code.unwrap_or_default();
        let mut message = self.message.unwrap_or_default();
        let kind = kind_of(status, &code, &self.details);
        if let Some(details) = self.details.as_object().filter(|details| !details.is_empty()) {
            message = format!("{message} {}", Value::Object(details.clone()).to_json());
        }
        Error::new(kind, code, message.trim(), place)
    }

    /// The refusal of a row that held a secret: of the details, which may repeat what was sent, only the names stay.
    pub(crate) fn into_error_without_values(mut self, status: u16, place: &str) -> Error {
        let name = self.details.get("api_name").and_then(Value::as_text).map(ToOwned::to_owned);
        let is_name = |name: &String| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
        };
        let name = name.filter(is_name).map(|name| ("api_name".to_owned(), Value::Text(name)));
        let permissions =
            self.details.get("permissions").map(|list| ("permissions".to_owned(), list.clone()));
        self.details = Value::Object(name.into_iter().chain(permissions).collect());
        // A row's own refusal counts, not the status that it shares with others (207).
        let status = if (200..300).contains(&status) { 400 } else { status };
        self.into_error(status, place)
    }
}

/// The cause behind a status and Zoho's code. The code goes first: Zoho sends some codes with several statuses.
pub(crate) fn kind_of(status: u16, code: &str, details: &Value) -> ErrorKind {
    match code {
        "INVALID_TOKEN" | "AUTHENTICATION_FAILURE" => ErrorKind::InvalidToken,
        "OAUTH_SCOPE_MISMATCH" => ErrorKind::ScopeMismatch,
        "NO_PERMISSION" if lacks_api_access(details) => ErrorKind::ApiAccessOff,
        "NO_PERMISSION" | "AUTHORIZATION_FAILED" => ErrorKind::NoPermission,
        "FEATURE_NOT_SUPPORTED"
        | "NOT_SUPPORTED"
        | "NOT_SUPPORTED_FEATURE"
        | "API_NOT_SUPPORTED"
        | "CURRENCIES_NOT_ENABLED" => ErrorKind::FeatureNotSupported,
        "INVALID_MODULE" | "MODULE_NOT_AVAILABLE" => ErrorKind::InvalidModule,
        "INVALID_URL_PATTERN" | "RESOURCE_NOT_FOUND" => ErrorKind::NotFound,
        "TOO_MANY_REQUESTS" | "RATE_LIMIT_EXCEEDED" => ErrorKind::TooManyRequests,
        "LIMIT_EXCEEDED" | "FIELD_LIMIT_EXCEEDED" | "LIMIT_REACHED" => ErrorKind::LimitExceeded,
        "INTERNAL_ERROR" => ErrorKind::Outage,
        _ => match status {
            401 if code.is_empty() => ErrorKind::InvalidToken,
            404 => ErrorKind::NotFound,
            429 => ErrorKind::TooManyRequests,
            408 | 500.. => ErrorKind::Outage,
            200..300 => ErrorKind::Undecodable,
            _ => ErrorKind::BadRequest,
        },
    }
}

fn lacks_api_access(details: &Value) -> bool {
    let permissions = details.get("permissions").and_then(Value::as_list).unwrap_or_default();
    permissions
        .iter()
        .filter_map(Value::as_text)
        .any(|name| name.eq_ignore_ascii_case("Crm_Implied_Api_Access"))
}

/// The error behind an answer that is not a success.
pub(crate) fn refusal(response: &Response, place: &str) -> Error {
    match serde_json::from_slice::<Envelope>(&response.body) {
        Ok(envelope) if envelope.code.is_some() => envelope.into_error(response.status, place),
        Ok(_) | Err(_) => not_zohos(response, place),
    }
}

/// The error behind an answer that carries no envelope: empty, or a page of something on the way.
pub(crate) fn not_zohos(response: &Response, place: &str) -> Error {
    let kind = match response.status {
        401 if is_blank(response) => ErrorKind::InvalidToken,
        413 | 414 | 431 => ErrorKind::BadRequest,
        429 => ErrorKind::TooManyRequests,
        200..300 => ErrorKind::Undecodable,
        _ => ErrorKind::Outage,
    };
    Error::new(kind, format!("HTTP_{}", response.status), description(response), place)
}

fn is_blank(response: &Response) -> bool {
    response.body.trim_ascii().is_empty()
}

/// What arrived instead of JSON: a page's title, or how much of what.
pub(crate) fn description(response: &Response) -> String {
    if is_blank(response) {
        return "an empty answer".to_owned();
    }
    let text = String::from_utf8_lossy(&response.body);
    if let Some(title) = title(&text) {
        return format!("a page titled \"{title}\" instead of data");
    }
    format!("{} bytes that are not what was expected", response.body.len())
}

fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower.get(start..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find('<')?;
    let words: Vec<&str> = page.get(start..end)?.split_whitespace().collect();
    let title: String = words.join(" ").chars().take(80).collect();
    (!title.is_empty()).then_some(title)
}

/// Reads the JSON of a success.
///
/// The outer error is damage: text that is no JSON, cut off or replaced on the way, worth another try. The inner one is
/// JSON of another shape than expected: another try would bring the same.
pub(crate) fn read<T: DeserializeOwned>(
    response: &Response,
    place: &str,
) -> Result<Result<T, Error>, String> {
    match serde_json::from_slice(&response.body) {
        Ok(body) => Ok(Ok(body)),
        Err(error) => match error.classify() {
            Category::Io | Category::Syntax | Category::Eof => Err(description(response)),
            Category::Data => Ok(Err(undecodable(response.status, &error.to_string(), place))),
        },
    }
}

/// The error of an answer whose shape is not the expected one.
pub(crate) fn undecodable(status: u16, complaint: &str, place: &str) -> Error {
    Error::new(ErrorKind::Undecodable, format!("HTTP_{status}"), complaint, place)
}

#[cfg(test)]
mod tests {
    use transport::Response;

    use super::refusal;
    use crate::ErrorKind;

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.to_owned().into() }
    }

    #[test]
    fn status_and_code_name_the_cause() {
        let table = [
            (
                401,
                r#"{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}"#,
                ErrorKind::InvalidToken,
            ),
            (401, r#"{"code":"AUTHENTICATION_FAILURE","details":{}}"#, ErrorKind::InvalidToken),
            (401, "", ErrorKind::InvalidToken),
            (401, r#"{"code":"OAUTH_SCOPE_MISMATCH"}"#, ErrorKind::ScopeMismatch),
            (403, r#"{"code":"OAUTH_SCOPE_MISMATCH"}"#, ErrorKind::ScopeMismatch),
            (401, r#"{"code":"DUPLICATE_DATA"}"#, ErrorKind::BadRequest),
            (
                403,
                r#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_Implied_View_Leads"]}}"#,
                ErrorKind::NoPermission,
            ),
            (
                403,
                r#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_Implied_Api_Access"]}}"#,
                ErrorKind::ApiAccessOff,
            ),
            (400, r#"{"code":"AUTHORIZATION_FAILED"}"#, ErrorKind::NoPermission),
            (403, r#"{"code":"FEATURE_NOT_SUPPORTED"}"#, ErrorKind::FeatureNotSupported),
            (403, r#"{"code":"CURRENCIES_NOT_ENABLED"}"#, ErrorKind::FeatureNotSupported),
            (
                400,
                r#"{"code":"INVALID_MODULE","details":{"resource_path_index":0}}"#,
                ErrorKind::InvalidModule,
            ),
            (404, r#"{"code":"INVALID_URL_PATTERN"}"#, ErrorKind::NotFound),
            (400, r#"{"code":"LIMIT_EXCEEDED","details":{"limit":2}}"#, ErrorKind::LimitExceeded),
            (400, r#"{"code":"SYNTAX_ERROR"}"#, ErrorKind::BadRequest),
            (429, r#"{"code":"TOO_MANY_REQUESTS"}"#, ErrorKind::TooManyRequests),
            (429, r#"{"code":"RATE_LIMIT_EXCEEDED"}"#, ErrorKind::TooManyRequests),
            (429, "<html>slow down</html>", ErrorKind::TooManyRequests),
            (500, r#"{"code":"INTERNAL_ERROR"}"#, ErrorKind::Outage),
            (502, "<html><title>502 Bad Gateway</title></html>", ErrorKind::Outage),
            (403, "<html><title>Blocked by the firewall</title></html>", ErrorKind::Outage),
            (413, "<html></html>", ErrorKind::BadRequest),
        ];
        for (status, body, kind) in table {
            assert_eq!(refusal(&answer(status, body), "here").kind, kind, "{status} {body}");
        }
    }

    #[test]
    fn a_page_is_named_by_its_title() {
        let error =
            refusal(&answer(403, "<HTML><Title lang=en>\n Blocked  by\tproxy </title>"), "GET /crm/v8/org");
        assert_eq!(error.message, "a page titled \"Blocked by proxy\" instead of data");
        assert_eq!(error.code, "HTTP_403");
    }

    #[test]
    fn the_details_stand_in_the_message() {
        let body = r#"{"code":"NO_PERMISSION","message":"permission denied","details":{"permissions":["Crm_Implied_View_Leads"]}}"#;
        let error = refusal(&answer(403, body), "GET /crm/v8/Leads");
        let words = "Zoho CRM, GET /crm/v8/Leads: the signed-in user may not do this: permission denied \
                     {\"permissions\":[\"Crm_Implied_View_Leads\"]} (NO_PERMISSION)";
        assert_eq!(error.to_string(), words);
    }
}

//! What Business Central and its gateway answer when they give no data.
//!
//! The API answers JSON, the gateway XML (wrong environment, malformed token), load balancers HTML or nothing (502 to 504). The code
//! decides where there is one, then the status. Texts are asked for in English (`Accept-Language`), and looked at only where Business
//! Central uses one code for several causes.

use serde::Deserialize;

use crate::ErrorKind;

/// A refusal, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it means.
    pub kind: ErrorKind,
    /// The API's code; empty where there is none.
    pub code: String,
    /// The API's own words, without the correlation id.
    pub message: String,
    /// The correlation id.
    pub correlation_id: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    error: Inner,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// Reads an answer whose status is no success.
#[must_use]
pub fn decode(status: u16, content_type: Option<&str>, body: &[u8]) -> Refusal {
    let (code, message) = words(content_type, body);
    let (message, correlation_id) = split_correlation(&message);
    let kind = judge(status, &code, &message);
    Refusal { kind, code, message, correlation_id }
}

fn judge(status: u16, code: &str, message: &str) -> ErrorKind {
    // Table permissions come as Internal_ServerError with this text, behind status 400, 403 or 500 (which one is unverified).
    if message.contains("current permissions prevented") || code.starts_with("Authorization_") {
        return ErrorKind::Permission;
    }
    if is_skip_token(code) || is_skip_token(message) {
        return ErrorKind::SkipTokenExpired;
    }
    // `Unknown` with this text answers a wrong company in the form `?company=`.
    if message.contains("supplied company name is not valid") {
        return ErrorKind::CompanyNotFound;
    }
    match code {
        "NoEnvironment" => ErrorKind::EnvironmentNotFound,
        "Internal_CompanyNotFound" => ErrorKind::CompanyNotFound,
        "Internal_TenantUnavailable" => ErrorKind::Maintenance,
        "Application_TooManyRequests" => ErrorKind::Throttled,
        "Authentication_InvalidCredentials" => ErrorKind::Unauthorized,
        "Internal_RecordNotFound" | "Internal_DataNotFoundFilter" => ErrorKind::RecordNotFound,
        "BadRequest_ResourceNotFound" if message.contains("'companies") => ErrorKind::CompanyNotFound,
        "BadRequest_ResourceNotFound" => ErrorKind::ApiAbsent,
        "BadRequest_NotFound" => ErrorKind::BadRequest,
        _ => by_status(status),
    }
}

fn by_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Permission,
        404 => ErrorKind::ApiAbsent,
        408 | 504 => ErrorKind::TimedOut,
        429 => ErrorKind::Throttled,
        502 | 503 => ErrorKind::Maintenance,
        // Neither method nor feature is known there.
        501 => ErrorKind::BadRequest,
        _ if status >= 500 => ErrorKind::Server,
        _ => ErrorKind::BadRequest,
    }
}

/// `SkipTokenIsNoLongerValid` was seen by another client; whether as code or text is unverified.
fn is_skip_token(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("skiptoken") || text.contains("skip token")
}

/// Code and message of the body, whatever its format.
fn words(content_type: Option<&str>, body: &[u8]) -> (String, String) {
    if let Ok(body) = serde_json::from_slice::<Body>(body) {
        return (body.error.code, body.error.message);
    }
    let text = String::from_utf8_lossy(body);
    let is_html =
        content_type.is_some_and(|kind| kind.contains("html")) || text.trim_start().starts_with("<!");
    if is_html {
        return (String::new(), element(&text, "title").unwrap_or_default());
    }
    (element(&text, "code").unwrap_or_default(), element(&text, "message").unwrap_or_default())
}

/// The text between `<name …>` and `</name>`, at most a few hundred characters of it.
fn element(text: &str, name: &str) -> Option<String> {
    const LONGEST: usize = 500;
    let (_, after_name) = text.split_once(&format!("<{name}"))?;
    let (_, after_tag) = after_name.split_once('>')?;
    let (inner, _) = after_tag.split_once(&format!("</{name}"))?;
    let plain =
        inner.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(plain.replace("&amp;", "&").trim().chars().take(LONGEST).collect())
}

/// Parts `text  CorrelationId:  guid.` into text and guid.
fn split_correlation(message: &str) -> (String, Option<String>) {
    match message.split_once("CorrelationId:") {
        Some((text, id)) => {
            let id = id.trim().trim_end_matches('.').trim();
            (text.trim().to_owned(), Some(id.to_owned()).filter(|id| !id.is_empty()))
        }
        None => (message.trim().to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::ErrorKind;

    #[test]
    fn codes_and_statuses_are_told_apart() {
        let cases = [
            (400, "BadRequest", "Could not find a property", ErrorKind::BadRequest),
            (404, "BadRequest_NotFound", "Bad Request - Error in query syntax.", ErrorKind::BadRequest),
            (
                404,
                "BadRequest_ResourceNotFound",
                "Resource not found for the segment 'contact'.",
                ErrorKind::ApiAbsent,
            ),
            (
                404,
                "BadRequest_ResourceNotFound",
                "Resource not found for the segment 'companies'.",
                ErrorKind::CompanyNotFound,
            ),
            (404, "Internal_RecordNotFound", "The Customer does not exist.", ErrorKind::RecordNotFound),
            (
                404,
                "Internal_DataNotFoundFilter",
                "There is no Customer within the filter.",
                ErrorKind::RecordNotFound,
            ),
            (404, "Internal_CompanyNotFound", "The company does not exist.", ErrorKind::CompanyNotFound),
            (400, "Unknown", "The supplied company name is not valid.", ErrorKind::CompanyNotFound),
            (401, "Authentication_InvalidCredentials", "rejected", ErrorKind::Unauthorized),
            (401, "Unknown", "", ErrorKind::Unauthorized),
            (
                400,
                "Internal_ServerError",
                "Sorry, the current permissions prevented the action.",
                ErrorKind::Permission,
            ),
            (
                403,
                "Internal_ServerError",
                "Sorry, the current permissions prevented the action.",
                ErrorKind::Permission,
            ),
            (403, "Authorization_RequestDenied", "", ErrorKind::Permission),
            (403, "", "", ErrorKind::Permission),
            (500, "Internal_ServerError", "An error occurred", ErrorKind::Server),
            (503, "Internal_TenantUnavailable", "", ErrorKind::Maintenance),
            (429, "Application_TooManyRequests", "Too many requests reached.", ErrorKind::Throttled),
            (429, "", "", ErrorKind::Throttled),
            (408, "", "", ErrorKind::TimedOut),
            (400, "SkipTokenIsNoLongerValid", "", ErrorKind::SkipTokenExpired),
            (400, "BadRequest", "The skip token is no longer valid.", ErrorKind::SkipTokenExpired),
            (400, "Application_DialogException", "You must specify an Id", ErrorKind::BadRequest),
            (409, "Request_EntityChanged", "Another user", ErrorKind::BadRequest),
            (501, "", "", ErrorKind::BadRequest),
        ];
        for (status, code, message, kind) in cases {
            let body = format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#);
            let refusal = decode(status, Some("application/json"), body.as_bytes());
            assert_eq!(refusal.kind, kind, "{status} {code} {message}");
            assert_eq!(refusal.message, message);
        }
    }

    #[test]
    fn the_correlation_id_is_kept_apart_from_the_message() {
        let body = br#"{"error":{"code":"X","message":"Text.  CorrelationId:  19c5a0f7-0b7e-4c68-9b8d-0a1f4b0b8e55."}}"#;
        let refusal = decode(400, None, body);
        assert_eq!(refusal.message, "Text.");
        assert_eq!(refusal.correlation_id.as_deref(), Some("19c5a0f7-0b7e-4c68-9b8d-0a1f4b0b8e55"));
    }

    #[test]
    fn xml_of_the_gateway_is_read() {
        let body = br#"<error xmlns="http://docs.oasis-open.org/odata/ns/metadata"><code>NoEnvironment</code><message>Environment &amp; all</message></error>"#;
        let refusal = decode(404, Some("application/xml"), body);
        assert_eq!(
            (refusal.kind, refusal.message.as_str()),
            (ErrorKind::EnvironmentNotFound, "Environment & all")
        );
        let refusal = decode(
            401,
            None,
            br#"<error xmlns=""><message>The credentials provided are incorrect</message></error>"#,
        );
        assert_eq!(refusal.kind, ErrorKind::Unauthorized);
    }

    #[test]
    fn html_and_nothing_are_judged_by_their_status() {
        let page = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><code>x</code></body></html>";
        for (status, kind) in
            [(502, ErrorKind::Maintenance), (503, ErrorKind::Maintenance), (504, ErrorKind::TimedOut)]
        {
            let refusal = decode(status, Some("text/html; charset=utf-8"), page);
            assert_eq!((refusal.kind, refusal.message.as_str()), (kind.clone(), "Service unavailable"));
            assert_eq!(decode(status, None, b"").kind, kind);
        }
    }
}

//! Business Central's refusals, in its own forms (facts, §1.3 and §5.8).

use transport::Response;

use crate::world::plain;

const CORRELATION: &str = "4a6f1f0e-7a44-4c57-9a57-0d6d5b1f2f60";

/// An OData error.
pub(super) fn json(status: u16, code: &str, message: &str) -> Response {
    let message = exact_json::Value::text(format!("{message}  CorrelationId:  {CORRELATION}.")).to_json();
    plain(
        status,
        "application/json; odata.metadata=minimal; odata.streaming=true",
        format!(r#"{{"error":{{"code":"{code}","message":{message}}}}}"#),
    )
}

/// The gateway's word that there is no such environment.
pub(super) fn no_environment() -> Response {
    plain(
        404,
        "application/xml",
        r#"<error xmlns="http://docs.oasis-open.org/odata/ns/metadata"><code>NoEnvironment</code><message>Environment does not exist.</message></error>"#,
    )
}

/// The gateway's word that the token is none.
pub(super) fn gateway_refusal() -> Response {
    plain(
        401,
        "application/xml",
        r#"<error xmlns=""><message>The credentials provided are incorrect</message></error>"#,
    )
}

/// Business Central's word that the token opens nothing.
pub(super) fn rejected() -> Response {
    json(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")
}

/// The app may not read that table.
pub(super) fn forbidden(segment: &str) -> Response {
    let message = format!(
        "Sorry, the current permissions prevented the action. (TableData 18 {segment} Read: Base Application)"
    );
    json(400, "Internal_ServerError", &message)
}

/// The link to a next page has ended.
pub(super) fn stale_link() -> Response {
    json(400, "SkipTokenIsNoLongerValid", "The skip token is no longer valid.")
}

/// There is no such segment.
pub(super) fn no_segment(segment: &str) -> Response {
    json(404, "BadRequest_ResourceNotFound", &format!("Resource not found for the segment '{segment}'."))
}

/// There is no such record.
pub(super) fn no_record() -> Response {
    json(
        404,
        "Internal_RecordNotFound",
        "The record that you tried to open is not available. The page will close or show the next record.",
    )
}

/// The environment is being updated.
pub(super) fn maintenance() -> Response {
    let mut response = plain(503, "text/html", "<html><body><h2>Service Unavailable</h2></body></html>");
    response.headers.push(("Retry-After".to_owned(), "30".to_owned()));
    response
}

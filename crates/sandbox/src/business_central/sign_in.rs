//! Microsoft's token endpoint (facts, §1.1 and §1.2).

use jiff::{SignedDuration, Timestamp};
use transport::{Method, Response};

use super::BcState;
use crate::Incoming;
use crate::world::plain;

impl BcState {
    /// Answers `/login/{tenant}/oauth2/v2.0/token`.
    pub(crate) fn sign_in(&mut self, incoming: &Incoming, now: Timestamp) -> Response {
        self.set_time(now);
        let segments = incoming.segments("/login");
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let [tenant, "oauth2", "v2.0", "token"] = parts.as_slice() else {
            return plain(404, "text/html", "<html><body>Not found</body></html>");
        };
        if incoming.method != Method::Post {
            return refusal(400, "invalid_request", 900_561, "The endpoint only accepts POST requests.");
        }
        let body = String::from_utf8_lossy(&incoming.body).into_owned();
        let form: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let is_id = tenant.parse::<uuid::Uuid>().is_ok();
        if !is_id && !tenant.contains('.') {
            return refusal(
                400,
                "invalid_request",
                900_023,
                "Specified tenant identifier is neither a valid DNS name, nor a valid external domain.",
            );
        }
        if !tenant.eq_ignore_ascii_case(&self.tenant) {
            return refusal(
                400,
                "invalid_request",
                90_002,
                "Tenant not found. Check to make sure you have the correct tenant ID.",
            );
        }
        let Some(secret) = field("client_id").and_then(|id| self.apps.get(id)) else {
            return refusal(
                400,
                "unauthorized_client",
                700_016,
                "Application was not found in the directory.",
            );
        };
        if self.behaviour.secret_expired {
            return refusal(401, "invalid_client", 7_000_222, "The provided client secret keys are expired.");
        }
        if field("client_secret") != Some(secret.as_str()) {
            return refusal(
                401,
                "invalid_client",
                7_000_215,
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
            );
        }
        if field("grant_type") != Some("client_credentials")
            || !field("scope").is_some_and(|s| s.ends_with("/.default"))
        {
            return refusal(
                400,
                "invalid_scope",
                70_011,
                "The provided value for the input parameter 'scope' is not valid.",
            );
        }
        self.signed_in += 1;
        let token = format!("bc.{}.{}", self.signed_in, self.version);
        let seconds = self.behaviour.token_seconds;
        let end =
            self.now.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX);
        self.tokens.insert(token.clone(), end);
        plain(
            200,
            "application/json; charset=utf-8",
            format!(
                r#"{{"token_type":"Bearer","expires_in":{seconds},"ext_expires_in":{seconds},"access_token":"{token}"}}"#
            ),
        )
    }

    /// Makes every token end now.
    pub fn expire_tokens(&mut self) {
        self.tokens.clear();
    }

    pub(super) fn is_signed_in(&self, token: &str) -> bool {
        self.tokens.get(token).is_some_and(|end| *end > self.now)
    }
}

fn refusal(status: u16, error: &str, code: u32, text: &str) -> Response {
    let description = format!(
        "AADSTS{code}: {text} Trace ID: 00000000-0000-0000-0000-000000000001 Correlation ID: 00000000-0000-0000-0000-000000000002 Timestamp: 2025-09-29 09:58:45Z"
    );
    let description = exact_json::Value::text(description).to_json();
    plain(
        status,
        "application/json; charset=utf-8",
        format!(
            r#"{{"error":"{error}","error_description":{description},"error_codes":[{code}],"timestamp":"2025-09-29 09:58:45Z","trace_id":"00000000-0000-0000-0000-000000000001","correlation_id":"00000000-0000-0000-0000-000000000002","error_uri":"https://login.microsoftonline.com/error?code={code}"}}"#
        ),
    )
}

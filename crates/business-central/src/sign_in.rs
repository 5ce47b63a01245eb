//! What the sign-in service answers when it gives no token.
//!
//! Microsoft Entra numbers its refusals (`AADSTS…`); the texts may change, so only the number decides, and the OAuth code where the
//! number is unknown.

use serde::Deserialize;

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInProblem {
    /// AADSTS7000215.
    #[error("the client secret is wrong")]
    SecretWrong,
    /// AADSTS7000222.
    #[error("the client secret has expired")]
    SecretExpired,
    /// AADSTS700016.
    #[error("the app is not known in this tenant")]
    AppNotInTenant,
    /// AADSTS90002.
    #[error("the tenant does not exist")]
    TenantNotFound,
    /// AADSTS900023.
    #[error("the tenant is neither an id nor a domain name")]
    TenantMalformed,
    /// AADSTS70011 and AADSTS1002012.
    #[error("the scope was refused")]
    ScopeRefused,
    /// AADSTS500011.
    #[error("Business Central is not set up in this tenant")]
    ResourceAbsent,
    /// `invalid_client` with a number that is not known here.
    #[error("the client id or its secret was refused")]
    ClientRefused,
    /// The sign-in service itself has a problem, or asks for patience.
    #[error("the sign-in service is not available")]
    Unavailable,
    /// Anything else; the OAuth code, or the status.
    #[error("the sign-in was refused ({0})")]
    Other(String),
}

impl SignInProblem {
    /// The stable name of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SecretWrong => "bc_sign_in_secret_wrong",
            Self::SecretExpired => "bc_sign_in_secret_expired",
            Self::AppNotInTenant => "bc_sign_in_app_not_in_tenant",
            Self::TenantNotFound => "bc_sign_in_tenant_not_found",
            Self::TenantMalformed => "bc_sign_in_tenant_malformed",
            Self::ScopeRefused => "bc_sign_in_scope_refused",
            Self::ResourceAbsent => "bc_sign_in_resource_absent",
            Self::ClientRefused => "bc_sign_in_client_refused",
            Self::Unavailable => "bc_sign_in_unavailable",
            Self::Other(_) => "bc_sign_in_refused",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn cure(&self) -> &'static str {
        match self {
            Self::SecretWrong => {
                "Enter the client secret again. Copy its value, not its id; the value is shown only once, right after the secret is created."
            }
            Self::SecretExpired => {
                "Create a new client secret for the app in the Microsoft Entra admin center, and enter its value."
            }
            Self::AppNotInTenant => {
                "Check the client id and the tenant, and have an administrator grant the app consent in that tenant."
            }
            Self::TenantNotFound => {
                "Check the tenant: its id or one of its domain names, as shown in the Microsoft Entra admin center."
            }
            Self::TenantMalformed => {
                "Enter the tenant as its id (a GUID) or as a domain name such as contoso.com."
            }
            Self::ScopeRefused => {
                "Check the sign-in address in the settings; give the app the application permission API.ReadWrite.All of Dynamics 365 Business Central."
            }
            Self::ResourceAbsent => {
                "Give the app the application permission API.ReadWrite.All of Dynamics 365 Business Central and grant admin consent; check that the tenant has Business Central."
            }
            Self::ClientRefused => "Check the client id, and enter a client secret that is valid.",
            Self::Unavailable => "Nothing needs to be done: it is tried again later.",
            Self::Other(_) => {
                "Look the text up in Microsoft's list of AADSTS codes, or show it to the administrator of the tenant."
            }
        }
    }
}

/// A refusal of the token endpoint, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it means.
    pub problem: SignInProblem,
    /// The service's own words, without the trace data at their end.
    pub message: String,
    /// The service's id of the event.
    pub correlation_id: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
    correlation_id: Option<String>,
}

/// Reads what the token endpoint answered with a status that is no success.
#[must_use]
pub fn refusal(status: u16, body: &[u8]) -> Refusal {
    let Ok(body) = serde_json::from_slice::<Body>(body) else {
        let unavailable = matches!(status, 408 | 429) || status >= 500;
        let problem = if unavailable {
            SignInProblem::Unavailable
        } else {
            SignInProblem::Other(format!("HTTP {status}"))
        };
        return Refusal { problem, message: String::new(), correlation_id: None };
    };
    let problem = match body.error_codes.first() {
        Some(7_000_215) => SignInProblem::SecretWrong,
        Some(7_000_222) => SignInProblem::SecretExpired,
        Some(700_016) => SignInProblem::AppNotInTenant,
        Some(90_002) => SignInProblem::TenantNotFound,
        Some(900_023) => SignInProblem::TenantMalformed,
        Some(70_011 | 1_002_012) => SignInProblem::ScopeRefused,
        Some(500_011) => SignInProblem::ResourceAbsent,
        Some(_) | None => by_oauth_code(status, body.error),
    };
    Refusal { problem, message: without_trace(&body.error_description), correlation_id: body.correlation_id }
}

fn by_oauth_code(status: u16, error: String) -> SignInProblem {
    match error.as_str() {
        "invalid_client" => SignInProblem::ClientRefused,
        "unauthorized_client" => SignInProblem::AppNotInTenant,
        "invalid_tenant" => SignInProblem::TenantNotFound,
        "invalid_scope" => SignInProblem::ScopeRefused,
        "invalid_resource" => SignInProblem::ResourceAbsent,
        "temporarily_unavailable" | "server_error" => SignInProblem::Unavailable,
        _ if matches!(status, 408 | 429) || status >= 500 => SignInProblem::Unavailable,
        "" => SignInProblem::Other(format!("HTTP {status}")),
        _ => SignInProblem::Other(error),
    }
}

/// Cuts `Trace ID: … Correlation ID: … Timestamp: …` off; line breaks before it in older answers, blanks in newer ones.
fn without_trace(description: &str) -> String {
    description.split("Trace ID:").next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{SignInProblem, refusal};

    #[test]
    fn the_number_decides_and_the_oauth_code_stands_in() {
        let cases = [
            (401, "invalid_client", "[7000215]", SignInProblem::SecretWrong),
            (401, "invalid_client", "[7000222]", SignInProblem::SecretExpired),
            (400, "unauthorized_client", "[700016]", SignInProblem::AppNotInTenant),
            (400, "invalid_request", "[90002]", SignInProblem::TenantNotFound),
            (400, "invalid_tenant", "[90002]", SignInProblem::TenantNotFound),
            (400, "invalid_request", "[900023]", SignInProblem::TenantMalformed),
            (400, "invalid_scope", "[70011]", SignInProblem::ScopeRefused),
            (400, "invalid_scope", "[1002012]", SignInProblem::ScopeRefused),
            (400, "invalid_resource", "[500011]", SignInProblem::ResourceAbsent),
            (401, "invalid_client", "[1]", SignInProblem::ClientRefused),
            (400, "invalid_tenant", "[]", SignInProblem::TenantNotFound),
            (400, "unauthorized_client", "[]", SignInProblem::AppNotInTenant),
            (400, "invalid_resource", "[]", SignInProblem::ResourceAbsent),
            (503, "temporarily_unavailable", "[]", SignInProblem::Unavailable),
            (500, "odd", "[]", SignInProblem::Unavailable),
            (400, "interaction_required", "[53003]", SignInProblem::Other("interaction_required".to_owned())),
            (400, "", "[]", SignInProblem::Other("HTTP 400".to_owned())),
        ];
        for (status, error, codes, problem) in cases {
            let body = format!(r#"{{"error":"{error}","error_description":"x","error_codes":{codes}}}"#);
            assert_eq!(refusal(status, body.as_bytes()).problem, problem, "{error} {codes}");
        }
    }

    #[test]
    fn trace_data_is_kept_apart_from_the_message() {
        for gap in [" ", "\\r\\n"] {
            let body = format!(
                r#"{{"error":"invalid_client","error_description":"AADSTS7000215: Invalid secret.{gap}Trace ID: a{gap}Correlation ID: b","correlation_id":"b"}}"#
            );
            let refusal = refusal(401, body.as_bytes());
            assert_eq!(refusal.message, "AADSTS7000215: Invalid secret.");
            assert_eq!(refusal.correlation_id.as_deref(), Some("b"));
        }
    }

    #[test]
    fn an_answer_that_is_no_json_is_judged_by_its_status() {
        assert_eq!(refusal(503, b"<html>").problem, SignInProblem::Unavailable);
        assert_eq!(refusal(404, b"<html>").problem, SignInProblem::Other("HTTP 404".to_owned()));
    }
}

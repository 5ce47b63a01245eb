//! What the relay says when it refuses.

use serde::{Deserialize, Serialize};

/// The body of every answer that is an error: `{"error":{"code":"wrong_token","message":"…"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The one thing in it.
    pub error: ErrorDetail,
}

/// Why the relay refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: the request cannot be read.
    BadRequest,
    /// 400: the relay speaks another version of the protocol.
    UnsupportedProtocol,
    /// 401: not this relay's enrolment key.
    WrongKey,
    /// 401: not this mailbox's read token.
    WrongToken,
    /// 403: this relay has no enrolment key, so that nobody can enrol.
    EnrolmentClosed,
    /// 404: no such mailbox, or none any more: enrol again.
    UnknownMailbox,
    /// 404: no such hook.
    UnknownHook,
    /// 404 or 405: the relay has no such page.
    NotFound,
    /// 429: too many requests; `Retry-After` says how many seconds to wait.
    TooMany,
    /// 503: the signal cannot be stored, or the store does not answer.
    Unavailable,
    /// A code of a later version.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_later_relay_can_be_read() {
        let text = r#"{"error":{"code":"on_fire","message":"m"}}"#;
        let body: ErrorBody = serde_json::from_str(text).unwrap();
        assert_eq!(body.error.code, ErrorCode::Unknown);
        let text = r#"{"error":{"code":"unknown_mailbox","message":"m"}}"#;
        let body: ErrorBody = serde_json::from_str(text).unwrap();
        assert_eq!(body.error.code, ErrorCode::UnknownMailbox);
        assert_eq!(serde_json::to_string(&body).unwrap(), text);
    }
}

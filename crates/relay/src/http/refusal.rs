//! How the relay says no.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use relay_protocol::{ErrorBody, ErrorCode, ErrorDetail};

use crate::store::StoreError;

/// An answer that is an error.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    code: ErrorCode,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// With a status, a code for programs, and a sentence for people.
    pub fn new(status: StatusCode, code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// 429, and when to come again.
    #[must_use]
    pub fn too_many(after: Duration) -> Self {
        let refusal = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TooMany,
            "too many requests; try again later",
        );
        Self { retry_after: Some(after), ..refusal }
    }
}

impl From<StoreError> for Refusal {
    /// 503; the operator reads the reason in the log, strangers do not.
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request was refused");
        let message = match error {
            StoreError::Full(_) => "the relay has no room left",
            StoreError::Broken(_) => "the relay's store does not answer",
        };
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message);
        Self { retry_after: Some(Duration::from_secs(30)), ..refusal }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = ErrorBody { error: ErrorDetail { code: self.code, message: self.message.into_owned() } };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], text).into_response();
        if let Some(after) = self.retry_after {
            // Rounded up, or the next one would come too early as well.
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

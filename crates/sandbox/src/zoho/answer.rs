//! The bodies and statuses of answers.

use bytes::Bytes;
use exact_json::{Decimal, Map, Value};
use transport::Response;

/// An object from its members.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(map(members))
}

/// A map from its members.
pub(super) fn map<const N: usize>(members: [(&str, Value); N]) -> Map {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A whole number.
pub(super) fn number(number: impl TryInto<i64>) -> Value {
    Value::Number(Decimal::from(number.try_into().unwrap_or(i64::MAX)))
}

/// An id: Zoho prints them as strings, for JSON readers that would lose digits.
pub(super) fn id_text(id: u64) -> Value {
    Value::Text(id.to_string())
}

/// An answer with a JSON body.
pub(super) fn json(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json;charset=UTF-8".to_owned())],
        body: Bytes::from(body.to_json()),
    }
}

/// An answer without a body.
pub(super) fn empty(status: u16) -> Response {
    Response { status, headers: Vec::new(), body: Bytes::new() }
}

/// Why a call, or one row of it, is refused: `{"code","details":{},"message","status":"error"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status when it stands for the whole call.
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) details: Map,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned(), details: Map::new() }
    }

    /// Adds a detail.
    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// The body.
    pub(super) fn body(&self) -> Value {
        object([
            ("code", Value::text(&self.code)),
            ("details", Value::Object(self.details.clone())),
            ("message", Value::text(&self.message)),
            ("status", Value::text("error")),
        ])
    }

    /// The answer to the whole call.
    pub(super) fn response(&self) -> Response {
        json(self.status, &self.body())
    }

    pub(super) fn invalid_data(message: &str) -> Self {
        Self::new(400, "INVALID_DATA", message)
    }

    pub(super) fn missing_parameter(name: &str) -> Self {
        Self::new(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing")
            .with("param_name", name)
    }

    pub(super) fn wrong_method() -> Self {
        Self::new(400, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
    }

    pub(super) fn wrong_address() -> Self {
        Self::new(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
    }

    pub(super) fn unreadable_body() -> Self {
        Self::new(
            400,
            "UNABLE_TO_PARSE_DATA_TYPE",
            "either the request body or parameters is in wrong format",
        )
    }

    pub(super) fn invalid_module() -> Self {
        Self::new(400, "INVALID_MODULE", "the module name given seems to be invalid")
            .with("resource_path_index", number(0))
    }
}

//! What is sent and what comes back.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::{Secret, address};

/// The HTTP methods that the two services use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Read.
    Get,
    /// Create, or ask with a body.
    Post,
    /// Replace.
    Put,
    /// Change in part.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// The method's name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request is for, as far as leave to spend credits is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It only looks.
    Look,
    /// It changes something.
    Change,
}

/// Whether a request may be sent again when its outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// A second effect does no harm: reads, and writes that a key makes idempotent.
    Safe,
    /// Only when the first one certainly had no effect.
    OnlyIfUnsent,
}

/// One request.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address, percent-encoded.
    pub url: String,
    /// Names and values that may be shown.
    pub headers: Vec<(String, String)>,
    /// The `Authorization` header's whole value; never shown.
    pub authorization: Option<Secret>,
    /// The body.
    pub body: Bytes,
    /// Whether the body carries a secret and must never be shown (sign-in forms).
    pub secret_body: bool,
    /// Whether it may be sent again in doubt.
    pub repeat: Repeat,
    /// Whether it only looks.
    pub purpose: Purpose,
    /// What it costs in the service's API credits; 0 where the service counts none.
    pub credits: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The largest answer that is read, in bytes after decompression.
    pub max_answer: usize,
}

impl Request {
    /// A request without headers or body: 60 s a try, answers up to 64 MiB, no credits. Only a GET is safe to repeat, and looks.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            authorization: None,
            body: Bytes::new(),
            secret_body: false,
            repeat: if method == Method::Get { Repeat::Safe } else { Repeat::OnlyIfUnsent },
            purpose: if method == Method::Get { Purpose::Look } else { Purpose::Change },
            credits: 0,
            timeout: Duration::from_secs(60),
            max_answer: 64 << 20,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body and its content type.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut request = self.header("Content-Type", content_type);
        request.body = body.into();
        request
    }

    /// The address without its query and without any user name or password, for logs and messages.
    #[must_use]
    pub fn place(&self) -> &str {
        address::shown(&self.url)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes)", self.method.as_str(), self.place(), self.body.len())
    }
}

/// One whole answer.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names and values, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Bytes,
}

impl Response {
    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

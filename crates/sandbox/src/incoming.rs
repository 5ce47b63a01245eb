//! A request as the simulated services see it, whether it came over a socket or in process.

use bytes::Bytes;
use transport::{Method, Request};

/// One request, taken apart.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The method.
    pub method: Method,
    /// Scheme, host and port that were called, without a slash at the end.
    pub origin: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Incoming {
    /// Takes an address, headers and a body apart; `None` where the address is none.
    #[must_use]
    pub fn new(method: Method, url: &str, headers: Vec<(String, String)>, body: Bytes) -> Option<Self> {
        let parsed = url::Url::parse(url).ok()?;
        Some(Self {
            method,
            origin: parsed.origin().ascii_serialization(),
            path: parsed.path().to_owned(),
            query: parsed.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect(),
            headers,
            body,
        })
    }

    /// A request of a client, with its authorization among the headers.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let mut headers = request.headers.clone();
        if let Some(secret) = &request.authorization {
            headers.push(("Authorization".to_owned(), secret.reveal().to_owned()));
        }
        Self::new(request.method, &request.url, headers, request.body.clone())
    }

    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first value of a query parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path's segments behind `prefix`, decoded.
    #[must_use]
    pub fn segments(&self, prefix: &str) -> Vec<String> {
        let rest = self.path.strip_prefix(prefix).unwrap_or_default();
        rest.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect()
    }
}

/// Percent-decoded text.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

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
        // Only two digits are a code: `from_str_radix` alone would take a sign as well.
        let hex = text.get(at + 1..at + 3).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (bytes[at], hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use transport::{Method, Request, Secret};

    use super::{Incoming, decoded};

    #[test]
    fn addresses_are_taken_apart() {
        let url = "http://127.0.0.1:8765/bc/v2.0/Prod%20uction/api?$filter=number%20eq%20'A%2BB'&$top=1";
        let incoming = Incoming::new(Method::Get, url, Vec::new(), Bytes::new()).unwrap();
        assert_eq!(incoming.origin, "http://127.0.0.1:8765");
        assert_eq!(incoming.segments("/bc/v2.0"), ["Prod uction", "api"]);
        assert_eq!(incoming.parameter("$filter"), Some("number eq 'A+B'"));
        assert_eq!(incoming.parameter("$top"), Some("1"));
        assert!(incoming.segments("/zoho").is_empty());
        assert!(Incoming::new(Method::Get, "nowhere", Vec::new(), Bytes::new()).is_none());
    }

    #[test]
    fn a_clients_authorization_is_among_the_headers_whatever_the_case() {
        let mut request = Request::new(Method::Get, "https://h/x").header("Prefer", "a");
        request.authorization = Some(Secret::new("Bearer t"));
        let incoming = Incoming::of(&request).unwrap();
        assert_eq!(incoming.header("AUTHORIZATION"), Some("Bearer t"));
        assert_eq!(incoming.header("prefer"), Some("a"));
    }

    #[test]
    fn what_is_no_code_stays_as_it_is() {
        for (text, expected) in
            [("a%20b", "a b"), ("100%", "100%"), ("%+1", "%+1"), ("%zz%C3%BC", "%zzü"), ("%ü", "%ü")]
        {
            assert_eq!(decoded(text), expected);
        }
    }
}

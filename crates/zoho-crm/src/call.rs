//! One call of the API before it has a token: what to ask, what it costs, and whether it may be repeated.

use std::time::Duration;

use bytes::Bytes;
use exact_json::{Map, Value};
use serde::Serialize;
use transport::{Method, Purpose, Repeat, Request, Secret};
use url::Url;

use crate::{Error, ErrorKind, Module, ZohoId, credits};

/// Where a call goes (§2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `/crm/v8` on the API's host: nearly everything.
    Crm,
    /// `/crm/bulk/v8` on the API's host: bulk comes before the version.
    Bulk,
    /// `/crm/v8` on a host of its own, for uploads.
    Content(Url),
    /// An address that Zoho gave in an answer, and that was found to be Zoho's.
    Whole(Url),
}

/// A call, as yet without host and token.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: Method,
    at: Place,
    /// The path below the prefix of the place, in segments.
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    content_type: String,
    /// How long one try may take, where a file makes it longer than usual.
    timeout: Option<Duration>,
    repeat: Repeat,
    purpose: Purpose,
    credits: u32,
}

impl Call {
    pub(crate) fn new<S: Into<String>>(method: Method, path: impl IntoIterator<Item = S>) -> Self {
        let repeat = if method == Method::Get { Repeat::Safe } else { Repeat::OnlyIfUnsent };
        Self {
            method,
            at: Place::Crm,
            path: path.into_iter().map(Into::into).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            content_type: String::new(),
            timeout: None,
            repeat,
            purpose: if method == Method::Get { Purpose::Look } else { Purpose::Change },
            credits: credits::PLAIN,
        }
    }

    pub(crate) fn get<S: Into<String>>(path: impl IntoIterator<Item = S>) -> Self {
        Self::new(Method::Get, path)
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The body as JSON.
    pub(crate) fn json(self, body: &impl Serialize) -> Result<Self, Error> {
        let text = serde_json::to_string(body).map_err(|error| misuse(error.to_string()))?;
        Ok(self.body("application/json", text.into()))
    }

    /// A body of any kind.
    pub(crate) fn body(mut self, content_type: &str, body: Bytes) -> Self {
        content_type.clone_into(&mut self.content_type);
        self.body = body;
        self
    }

    /// Sends it elsewhere than below `/crm/v8` on the API's host.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.at = place;
        self
    }

    /// Gives a try this long.
    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Says that a second effect would do no harm.
    pub(crate) fn safe_to_repeat(mut self) -> Self {
        self.repeat = Repeat::Safe;
        self
    }

    /// Says that it only looks, whatever its method.
    pub(crate) fn looks(mut self) -> Self {
        self.purpose = Purpose::Look;
        self
    }

    pub(crate) fn price(mut self, credits: u32) -> Self {
        self.credits = credits;
        self
    }

    /// Method and path, for messages.
    pub(crate) fn place(&self) -> String {
        let (method, path) = (self.method.as_str(), self.path.join("/"));
        match &self.at {
            Place::Crm => format!("{method} /crm/v8/{path}"),
            Place::Bulk => format!("{method} /crm/bulk/v8/{path}"),
            Place::Content(host) => {
                format!("{method} {}/crm/v8/{path}", host.host_str().unwrap_or_default())
            }
            Place::Whole(url) => format!("{method} {}", url.path()),
        }
    }

    /// The request to `api_domain` with `token`.
    pub(crate) fn request(&self, api_domain: &Url, token: &Secret) -> Request {
        let (base, prefix): (&Url, &[&str]) = match &self.at {
            Place::Crm => (api_domain, &["crm", "v8"]),
            Place::Bulk => (api_domain, &["crm", "bulk", "v8"]),
            Place::Content(host) => (host, &["crm", "v8"]),
            Place::Whole(url) => (url, &[]),
        };
        let mut url = base.clone();
        if !matches!(self.at, Place::Whole(_))
            && let Ok(mut segments) = url.path_segments_mut()
        {
            segments.pop_if_empty().extend(prefix).extend(&self.path);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = Request::new(self.method, url);
        for (name, value) in &self.headers {
            request = request.header(*name, value.clone());
        }
        if !self.body.is_empty() {
            request = request.body(&self.content_type, self.body.clone());
        }
        // The token answer says "Bearer", the API wants this (§1.5).
        request.authorization = Some(Secret::new(format!("Zoho-oauthtoken {}", token.reveal())));
        request.repeat = self.repeat;
        request.purpose = self.purpose;
        request.credits = self.credits;
        request.timeout = self.timeout.unwrap_or(request.timeout);
        request
    }
}

/// An error of the caller, found before anything was sent.
pub(crate) fn misuse(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Misuse, "", message, "before sending")
}

/// Whether a write of these rows may append subform rows, so that a repetition would append them again (§5.3).
pub(crate) fn appends_subform_rows(rows: &[crate::Record]) -> bool {
    let is_new = |row: &Value| row.as_object().is_some_and(|row| !row.contains_key("id"));
    rows.iter().flat_map(Map::values).filter_map(Value::as_list).flatten().any(is_new)
}

/// The path of one record.
pub(crate) fn record_path(module: Module, id: &ZohoId) -> Result<[String; 2], Error> {
    if id.as_str().is_empty() || !id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(misuse(format!("\"{id}\" is not the id of a record in {module}")));
    }
    Ok([module.api_name().to_owned(), id.to_string()])
}

#[cfg(test)]
mod tests {
    use exact_json::{Map, Value};

    use super::appends_subform_rows;

    fn row(json: &str) -> Map {
        Value::parse(json).unwrap().as_object().unwrap().clone()
    }

    #[test]
    fn subform_rows_without_an_id_are_appended_by_every_repetition() {
        let table = [
            (r#"{"Account_Name":"A","Parent":{"id":"1"}}"#, false),
            (r#"{"Invoiced_Items":[{"id":"1","Quantity":2},{"id":"2","_delete":null}]}"#, false),
            (r#"{"Invoiced_Items":[{"id":"1"},{"Quantity":2}]}"#, true),
            (r#"{"Languages":["en","de"]}"#, false),
        ];
        for (json, appends) in table {
            assert_eq!(appends_subform_rows(&[row(json)]), appends, "{json}");
        }
    }
}

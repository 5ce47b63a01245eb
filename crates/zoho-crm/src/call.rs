//! One call of the API before it has a token: what to ask, what it costs, and whether it may be repeated.

use exact_json::Value;
use serde::Serialize;
use transport::{Method, Repeat, Request, Secret};
use url::Url;

use crate::{Error, ErrorKind, Module, ZohoId, credits};

/// A call, as yet without host and token.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: Method,
    /// The path below `/crm/v8`, in segments.
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: String,
    repeat: Repeat,
    credits: u32,
    /// Whether it counts towards the limit of 10 that holds beside the edition's concurrency.
    heavy: bool,
}

impl Call {
    pub(crate) fn new<S: Into<String>>(method: Method, path: impl IntoIterator<Item = S>) -> Self {
        let repeat = if method == Method::Get { Repeat::Safe } else { Repeat::OnlyIfUnsent };
        Self {
            method,
            path: path.into_iter().map(Into::into).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            body: String::new(),
            repeat,
            credits: credits::PLAIN,
            heavy: false,
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
    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        self.body = serde_json::to_string(body).map_err(|error| misuse(error.to_string()))?;
        Ok(self)
    }

    /// Says that a second effect would do no harm.
    pub(crate) fn safe_to_repeat(mut self) -> Self {
        self.repeat = Repeat::Safe;
        self
    }

    pub(crate) fn price(mut self, credits: u32) -> Self {
        self.credits = credits;
        self
    }

    pub(crate) fn heavy_if(mut self, heavy: bool) -> Self {
        self.heavy = heavy;
        self
    }

    pub(crate) fn is_heavy(&self) -> bool {
        self.heavy
    }

    /// Method and path, for messages.
    pub(crate) fn place(&self) -> String {
        format!("{} /crm/v8/{}", self.method.as_str(), self.path.join("/"))
    }

    /// The request to `api_domain` with `token`.
    pub(crate) fn request(&self, api_domain: &Url, token: &Secret) -> Request {
        let mut url = api_domain.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["crm", "v8"]).extend(&self.path);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = Request::new(self.method, url);
        for (name, value) in &self.headers {
            request = request.header(*name, value.clone());
        }
        if !self.body.is_empty() {
            request = request.body("application/json", self.body.clone());
        }
        // The token answer says "Bearer", the API wants this (§1.5).
        request.authorization = Some(Secret::new(format!("Zoho-oauthtoken {}", token.reveal())));
        request.repeat = self.repeat;
        request.credits = self.credits;
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
    rows.iter().flat_map(|row| row.values()).filter_map(Value::as_list).flatten().any(is_new)
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

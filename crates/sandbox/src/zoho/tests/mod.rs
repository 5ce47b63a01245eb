//! One test per fact, through [`ZohoState::handle`].

mod admin;
mod bulk;
mod callbacks;
mod consent;
mod fields;
mod limits;
mod lists;
mod oauth;
mod organisation;
mod queries;
mod subforms;
mod upserts;
mod variables;
mod watch;
mod writes;

use bytes::Bytes;
use exact_json::{Map, Value};
use jiff::{Timestamp, ToSpan};
use transport::Method;

use super::{Module, ZohoState};
use crate::Incoming;

const CLIENT: &str = "1000.CLIENT";
const SECRET: &str = "secret-of-the-client";
const REFRESH: &str = "1000.refresh.token";

/// What came back.
struct Answer {
    status: u16,
    body: Value,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// The value at a path like `data.0.details.id`.
    fn at(&self, path: &str) -> Value {
        path.split('.').fold(self.body.clone(), |value, part| match &value {
            Value::List(list) => list.get(part.parse::<usize>().unwrap()).cloned().unwrap_or_default(),
            _ => value.get(part).cloned().unwrap_or_default(),
        })
    }

    fn text(&self, path: &str) -> String {
        self.at(path).as_text().map(ToOwned::to_owned).unwrap_or_else(|| self.at(path).to_json())
    }

    fn len(&self, path: &str) -> usize {
        self.at(path).as_list().map_or(0, <[Value]>::len)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A client with a token in front of a simulated organisation.
struct Desk {
    zoho: ZohoState,
    now: Timestamp,
    token: String,
    headers: Vec<(String, String)>,
}

impl Desk {
    fn new() -> Self {
        let mut zoho = ZohoState::new();
        zoho.register_client(CLIENT, SECRET);
        zoho.grant_refresh_token(CLIENT, REFRESH);
        let mut desk = Self {
            zoho,
            now: "2026-09-01T10:00:00Z".parse().unwrap(),
            token: String::new(),
            headers: Vec::new(),
        };
        desk.token = desk.refresh().text("access_token");
        desk
    }

    /// With the two fields that Ledgerline creates on every module.
    fn keyed() -> Self {
        let mut desk = Self::new();
        for module in ["Accounts", "Products", "Contacts", "Invoices", "Vendors", "Purchase_Orders"] {
            desk.create_field(module, r#"{"field_label":"BC Number","data_type":"text","length":50,"unique":{"case_sensitive":false}}"#);
            desk.create_field(module, r#"{"field_label":"BC Id","data_type":"text","length":36}"#);
        }
        desk
    }

    fn pass(&mut self, seconds: i64) {
        self.now += seconds.seconds();
    }

    fn form(&mut self, path: &str, form: &str) -> Answer {
        let path = format!("/accounts/oauth/v2/{path}");
        self.send(Method::Post, &path, form, &[])
    }

    fn refresh(&mut self) -> Answer {
        self.form(
            "token",
            &format!(
                "grant_type=refresh_token&client_id={CLIENT}&client_secret={SECRET}&refresh_token={REFRESH}"
            ),
        )
    }

    fn send(&mut self, method: Method, address: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let request = Incoming {
            method,
            origin: "https://sandbox.invalid".to_owned(),
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: Bytes::from(body.to_owned()),
        };
        let response = self.zoho.handle(&request, self.now);
        let text = str::from_utf8(&response.body).unwrap();
        let body = if text.is_empty() { Value::Null } else { Value::parse(text).unwrap() };
        Answer { status: response.status, body, headers: response.headers }
    }

    fn api(&mut self, method: Method, address: &str, body: &str) -> Answer {
        let authorization = format!("Zoho-oauthtoken {}", self.token);
        let more = self.headers.clone();
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(more.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.send(method, &format!("/zoho/crm/v8/{address}"), body, &headers)
    }

    fn get(&mut self, address: &str) -> Answer {
        self.api(Method::Get, address, "")
    }

    fn get_since(&mut self, address: &str, header: &str, since: &str) -> Answer {
        self.headers = vec![(header.to_owned(), since.to_owned())];
        let answer = self.get(address);
        self.headers.clear();
        answer
    }

    fn post(&mut self, address: &str, body: &str) -> Answer {
        self.api(Method::Post, address, body)
    }

    fn put(&mut self, address: &str, body: &str) -> Answer {
        self.api(Method::Put, address, body)
    }

    fn delete(&mut self, address: &str) -> Answer {
        self.api(Method::Delete, address, "")
    }

    /// Inserts one record and returns its id.
    fn add(&mut self, module: &str, row: &str) -> String {
        let answer = self.post(module, &format!(r#"{{"data":[{row}],"trigger":[]}}"#));
        assert_eq!(answer.status, 201, "{}", answer.body.to_json());
        answer.text("data.0.details.id")
    }

    fn create_field(&mut self, module: &str, field: &str) -> Answer {
        self.post(&format!("settings/fields?module={module}"), &format!(r#"{{"fields":[{field}]}}"#))
    }

    fn query(&mut self, select: &str) -> Answer {
        let body = Value::Object([("select_query".to_owned(), Value::text(select))].into_iter().collect());
        self.post("coql", &body.to_json())
    }

    fn record(&self, module: Module, id: &str) -> Map {
        self.zoho.record(module, id).unwrap()
    }

    fn field(&self, module: Module, id: &str, field: &str) -> String {
        let record = self.record(module, id);
        let value = record.get(field).cloned().unwrap_or_default();
        value.as_text().map(ToOwned::to_owned).unwrap_or_else(|| value.to_json())
    }
}

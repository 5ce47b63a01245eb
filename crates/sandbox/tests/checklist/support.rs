//! A world with a clock that stands still, and a caller that is signed in.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use exact_json::{Decimal, Value};
use jiff::Timestamp;
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sandbox::{Handled, Incoming, World, credentials};
use transport::{
    BoxFuture, Clock, Courier, Method, Patience, Random, Request, Response, Secret, SeededRandom, Transport,
    Unmetered,
};
use uuid::Uuid;

pub const ORIGIN: &str = "https://sandbox.invalid";
pub const START: &str = "2025-03-10T08:00:00.123Z";

pub struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        START.parse().unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Repeatable chance.
pub fn chance() -> Arc<dyn Random> {
    Arc::new(SeededRandom::new(1))
}

/// A courier whose waits take no time.
pub fn courier(transport: Arc<dyn Transport>) -> Courier {
    Courier::new(4, Patience::default(), transport, Arc::new(Unmetered), Arc::new(StillClock), chance())
}

/// A world and a token that opens its Business Central.
pub struct Bc {
    pub world: World,
    pub company: Uuid,
    token: String,
}

impl Bc {
    pub fn empty() -> Self {
        Self::of(World::new(Arc::new(StillClock), chance()))
    }

    pub fn of(world: World) -> Self {
        let company = world.bc(|bc| bc.companies[0].id);
        let mut bc = Self { world, company, token: String::new() };
        let answer = bc.ask_token(credentials::TENANT, &form(&[]));
        bc.token = member(&json(&answer), "access_token");
        bc
    }

    pub fn ask_token(&self, tenant: &str, body: &str) -> Response {
        let headers = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        self.send(
            Method::Post,
            &format!("{ORIGIN}/login/{tenant}/oauth2/v2.0/token"),
            headers,
            body.to_owned(),
        )
    }

    /// The address of something below the filled company.
    pub fn url(&self, below: &str) -> String {
        format!("{}/companies({})/{below}", base(), self.company)
    }

    pub fn get(&self, below: &str) -> Response {
        self.get_url(&self.url(below), None)
    }

    pub fn get_url(&self, url: &str, page_size: Option<usize>) -> Response {
        let mut headers = vec![("Authorization".to_owned(), format!("Bearer {}", self.token))];
        if let Some(size) = page_size {
            headers.push(("Prefer".to_owned(), format!("odata.maxpagesize={size}")));
        }
        self.send(Method::Get, url, headers, String::new())
    }

    /// The request of a client that is signed in.
    pub fn request(&self, below: &str) -> Request {
        let mut request = Request::new(Method::Get, self.url(below));
        request.authorization = Some(Secret::new(format!("Bearer {}", self.token)));
        request
    }

    pub fn write(&self, method: Method, below: &str) -> Response {
        let headers = vec![("Authorization".to_owned(), format!("Bearer {}", self.token))];
        self.send(method, &self.url(below), headers, "{}".to_owned())
    }

    pub fn with_authorization(&self, below: &str, authorization: Option<&str>) -> Response {
        let headers = authorization.map(|value| ("Authorization".to_owned(), value.to_owned()));
        self.send(Method::Get, &self.url(below), headers.into_iter().collect(), String::new())
    }

    pub fn send(&self, method: Method, url: &str, headers: Vec<(String, String)>, body: String) -> Response {
        let incoming = Incoming::new(method, url, headers, Bytes::from(body)).unwrap();
        match self.world.handle(&incoming) {
            Handled::Answer(response) => response,
            other => panic!("{url}: {other:?}"),
        }
    }

    /// The rows of one page.
    pub fn rows(&self, below: &str) -> Vec<Value> {
        rows(&self.get(below))
    }

    /// The record's own text of a property.
    pub fn read(&self, set: &str, id: Uuid, name: &str) -> Value {
        json(&self.get(&format!("{set}({id})"))).get(name).unwrap().clone()
    }

    pub fn customer(&self, number: &str, name: &str) -> Uuid {
        self.add(Table::Customers, &[("number", number), ("displayName", name), ("currencyCode", "EUR")])
    }

    pub fn add(&self, table: Table, values: &[(&'static str, &str)]) -> Uuid {
        self.world.bc(|bc| {
            let mut row = Row::new(bc.new_id());
            for (name, value) in values {
                row.set(name, *value);
            }
            bc.add(table, row)
        })
    }
}

/// The form of a right request for a token, with some fields replaced.
pub fn form(replaced: &[(&str, &str)]) -> String {
    let right = [
        ("grant_type", "client_credentials"),
        ("client_id", credentials::BC_CLIENT_ID),
        ("client_secret", credentials::BC_CLIENT_SECRET),
        ("scope", "https://api.businesscentral.dynamics.com/.default"),
    ];
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in right {
        let value = replaced.iter().find(|(other, _)| *other == name).map_or(value, |(_, value)| value);
        form.append_pair(name, value);
    }
    form.finish()
}

pub fn base() -> String {
    format!("{ORIGIN}/bc/v2.0/{}/{}/api/v2.0", credentials::TENANT, credentials::ENVIRONMENT)
}

pub fn text(response: &Response) -> &str {
    std::str::from_utf8(&response.body).unwrap()
}

pub fn json(response: &Response) -> Value {
    Value::parse(text(response)).unwrap_or_else(|error| panic!("{error}: {}", text(response)))
}

pub fn rows(response: &Response) -> Vec<Value> {
    assert_eq!(response.status, 200, "{}", text(response));
    json(response).get("value").and_then(Value::as_list).unwrap().to_vec()
}

pub fn member(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_text)
        .unwrap_or_else(|| panic!("{name} in {}", value.to_json()))
        .to_owned()
}

/// The values of one property, row by row.
pub fn members(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| member(row, name)).collect()
}

pub fn number(value: &Value, name: &str) -> Decimal {
    value.get(name).and_then(Value::as_number).unwrap_or_else(|| panic!("{name} in {}", value.to_json()))
}

/// The code of an error answer.
pub fn code(response: &Response) -> String {
    member(json(response).get("error").unwrap(), "code")
}

pub fn next_link(response: &Response) -> Option<String> {
    json(response).get("@odata.nextLink").and_then(Value::as_text).map(ToOwned::to_owned)
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Does a POST that must be answered well.
pub fn post(bc: &Bc, path: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let answer = bc.send(Method::Post, &format!("{ORIGIN}{path}"), headers, body.to_owned());
    assert!(answer.status < 300, "{path}: {}", text(&answer));
    json(&answer)
}

/// What opens the world's Zoho.
pub fn zoho_token(bc: &Bc) -> String {
    let form = format!(
        "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
        credentials::ZOHO_CLIENT_ID,
        credentials::ZOHO_CLIENT_SECRET,
        credentials::ZOHO_REFRESH_TOKEN
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let token = post(bc, "/accounts/oauth/v2/token", &headers, &form);
    format!("Zoho-oauthtoken {}", member(&token, "access_token"))
}

/// Opens a channel of Zoho that tells `url` everything about the accounts.
pub fn watch_accounts(bc: &Bc, url: &str) {
    let body = format!(
        r#"{{"watch":[{{"channel_id":"7","events":["Accounts.all"],"notify_url":"{url}","token":"word"}}]}}"#
    );
    let headers = [("Authorization", &*zoho_token(bc)), ("Content-Type", "application/json")];
    post(bc, "/zoho/crm/v8/actions/watch", &headers, &body);
}

/// A person adds an account to Zoho; returns its id.
pub fn account(bc: &Bc, name: &str) -> String {
    let values = Value::parse(&format!(r#"{{"Account_Name":"{name}"}}"#)).unwrap();
    let now = bc.world.now();
    bc.world.zoho(|zoho| zoho.person_adds(Module::Accounts, values.as_object().unwrap(), now)).unwrap()
}

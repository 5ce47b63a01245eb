//! A Business Central that answers as a test tells it to, and notes every request.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use transport::{
    BoxFuture, Courier, Method, Patience, Request, Response, Secret, SeededRandom, TokioClock, Transport,
    TransportError, Unmetered,
};

use business_central::{BcId, Client, CompanyApi, Settings};

pub const LOGIN: &str = "https://login.invalid";
pub const API: &str = "https://bc.invalid";
pub const BASE: &str = "https://bc.invalid/v2.0/contoso.com/Production/api";
pub const COMPANY: &str = "b18aed47-c385-49d2-b954-dbdf8ad71780";
pub const CUSTOMER: &str = "55e545bc-f6f9-ef11-9344-6045bdc8c234";

/// What the script makes of a request.
pub type Reply = Result<Response, TransportError>;
type Script = dyn Fn(&Call) -> Reply + Send + Sync;

/// A request as it arrived at Business Central.
#[derive(Clone, Debug)]
pub struct Call {
    /// Counted from 1, sign-ins not included.
    pub turn: usize,
    /// The method.
    pub method: Method,
    /// The path below the API's base, with the query.
    pub path: String,
    /// The bearer token.
    pub token: String,
    /// The `Prefer` header.
    pub prefer: Option<String>,
    /// The `If-Match` header.
    pub if_match: Option<String>,
    /// The body.
    pub body: String,
}

/// The service and everything it saw.
pub struct Service {
    script: Box<Script>,
    tokens: Mutex<Box<dyn FnMut(usize) -> Response + Send>>,
    requests: Mutex<Vec<Request>>,
    calls: Mutex<Vec<Call>>,
}

impl Service {
    /// A service that signs everybody in for an hour, with the tokens `t1`, `t2`, …, and answers by `script`.
    pub fn new(script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Self::with_tokens(script, |turn| token(turn, 3599))
    }

    /// A service with its own sign-in.
    pub fn with_tokens(
        script: impl Fn(&Call) -> Reply + Send + Sync + 'static,
        tokens: impl FnMut(usize) -> Response + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            script: Box::new(script),
            tokens: Mutex::new(Box::new(tokens)),
            requests: Mutex::default(),
            calls: Mutex::default(),
        })
    }

    /// A client of this service.
    pub fn client(self: &Arc<Self>) -> Client {
        self.client_with(settings())
    }

    /// A client with other settings.
    pub fn client_with(self: &Arc<Self>, settings: Settings) -> Client {
        let clock = Arc::new(TokioClock::starting_at("2025-09-29T10:00:00Z".parse().unwrap()));
        let courier = Courier::new(
            4,
            Patience::default(),
            Arc::clone(self) as Arc<dyn Transport>,
            Arc::new(Unmetered),
            Arc::clone(&clock) as _,
            Arc::new(SeededRandom::new(7)),
        );
        Client::new(settings, Secret::new("s3cret&+"), courier, clock)
    }

    /// One company of this service.
    pub fn company(self: &Arc<Self>) -> CompanyApi {
        self.client().company(id(COMPANY))
    }

    /// Every request, sign-ins included.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The requests to Business Central.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How many tokens were asked for.
    pub fn sign_ins(&self) -> usize {
        self.requests().iter().filter(|request| request.url.starts_with(LOGIN)).count()
    }

    fn answer(&self, request: &Request) -> Reply {
        self.requests.lock().unwrap().push(request.clone());
        if request.url.starts_with(LOGIN) {
            let turn = self.sign_ins();
            return Ok((self.tokens.lock().unwrap())(turn));
        }
        assert!(request.url.starts_with(API), "a request went to {}", request.url);
        let path = request.url.strip_prefix(BASE).unwrap_or(&request.url).to_owned();
        assert!(
            request.method == Method::Get || is_of_subscriptions(&path),
            "Business Central is only read, but for subscriptions: {request:?}"
        );
        let header = |name: &str| {
            request.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.clone())
        };
        let authorization =
            request.authorization.as_ref().expect("every request is signed").reveal().to_owned();
        let call = Call {
            turn: self.calls.lock().unwrap().len() + 1,
            method: request.method,
            path,
            token: authorization.strip_prefix("Bearer ").unwrap().to_owned(),
            prefer: header("Prefer"),
            if_match: header("If-Match"),
            body: String::from_utf8(request.body.to_vec()).unwrap(),
        };
        self.calls.lock().unwrap().push(call.clone());
        (self.script)(&call)
    }
}

impl Transport for Service {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Reply> {
        Box::pin(async move {
            // Others get a turn, as on a network.
            tokio::task::yield_now().await;
            self.answer(request)
        })
    }
}

/// Whether a path below the API's base is that of the subscriptions, or of one of them.
pub fn is_of_subscriptions(path: &str) -> bool {
    let rest = path.strip_prefix("/v2.0/subscriptions");
    rest.is_some_and(|rest| {
        let id = rest.strip_prefix("('").and_then(|rest| rest.strip_suffix("')"));
        rest.is_empty() || id.is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    })
}

/// The settings that all tests use.
pub fn settings() -> Settings {
    Settings {
        tenant: "contoso.com".to_owned(),
        environment: "Production".to_owned(),
        client_id: "5f6b9d3a-2c41-4f7e-9b1d-0a6c9e4d7f10".to_owned(),
        login_url: format!("{LOGIN}/"),
        api_url: format!("{API}/"),
    }
}

/// An id from its text.
pub fn id(text: &str) -> BcId {
    text.parse().unwrap()
}

/// An answer.
pub fn answer(status: u16, body: impl Into<String>) -> Response {
    let headers = vec![("Content-Type".to_owned(), "application/json; odata.metadata=minimal".to_owned())];
    Response { status, headers, body: Bytes::from(body.into()) }
}

/// A token that lives for so many seconds.
pub fn token(turn: usize, seconds: u64) -> Response {
    answer(200, format!(r#"{{"token_type":"Bearer","expires_in":{seconds},"access_token":"t{turn}"}}"#))
}

/// A page of rows.
pub fn page(rows: &[&str], next: Option<&str>) -> Reply {
    let next = next.map(|link| format!(r#","@odata.nextLink":"{link}""#)).unwrap_or_default();
    Ok(answer(200, format!(r#"{{"@odata.context":"x","value":[{}]{next}}}"#, rows.join(","))))
}

/// A refusal in Business Central's form.
pub fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let correlation = "CorrelationId:  19c5a0f7-0b7e-4c68-9b8d-0a1f4b0b8e55.";
    Ok(answer(status, format!(r#"{{"error":{{"code":"{code}","message":"{message}  {correlation}"}}}}"#)))
}

/// The refusal of a token.
pub fn unauthorized() -> Reply {
    refusal(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")
}

//! A Zoho that answers as a test tells it to, and notes every request.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use transport::{
    BoxFuture, Clock, Courier, Patience, Request, Response, Secret, SeededRandom, TokioClock, Transport,
    TransportError, Unmetered,
};
use zoho_crm::{AccessToken, Client, Settings, TokenVault};

pub const ACCOUNTS: &str = "https://accounts.zoho.eu";
pub const API: &str = "https://www.zohoapis.eu";
pub const CONTENT: &str = "https://content.zohoapis.eu";

/// What the script makes of a request.
pub type Reply = Result<Response, TransportError>;
/// Gets the turn, counted from 1, and the request.
type Script = dyn Fn(usize, &Request) -> Reply + Send + Sync;

/// The service and everything it saw.
pub struct Service {
    api: Box<Script>,
    accounts: Box<Script>,
    requests: Mutex<Vec<Request>>,
}

impl Service {
    /// A service that gives the tokens `t1`, `t2`, …, each for an hour, and answers by `api`.
    pub fn new(api: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Self::with_accounts(api, |turn, _| Ok(token(turn, API)))
    }

    /// A service with its own accounts server.
    pub fn with_accounts(
        api: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
        accounts: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { api: Box::new(api), accounts: Box::new(accounts), requests: Mutex::default() })
    }

    /// A client of this service, signed in for the first time.
    pub fn client(self: &Arc<Self>) -> Client {
        self.client_with(Arc::new(Vault::default()))
    }

    /// A client that finds and leaves its token in `vault`.
    pub fn client_with(self: &Arc<Self>, vault: Arc<Vault>) -> Client {
        let refresh_token = Secret::new("1000.refresh.word");
        Client::new(settings(), secret(), refresh_token, self.courier(), clock(), vault)
    }

    /// A courier to this service.
    pub fn courier(self: &Arc<Self>) -> Courier {
        let transport = Arc::clone(self) as Arc<dyn Transport>;
        let random = Arc::new(SeededRandom::new(7));
        Courier::new(25, Patience::default(), transport, Arc::new(Unmetered), clock(), random)
    }

    /// The requests to the API.
    pub fn calls(&self) -> Vec<Request> {
        self.to(API)
    }

    /// The requests to the content host.
    pub fn uploads(&self) -> Vec<Request> {
        self.to(CONTENT)
    }

    /// The requests to the accounts server.
    pub fn sign_ins(&self) -> Vec<Request> {
        self.to(ACCOUNTS)
    }

    fn to(&self, host: &str) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|request| request.url.starts_with(host)).cloned().collect()
    }

    fn answer(&self, request: &Request) -> Reply {
        self.requests.lock().unwrap().push(request.clone());
        if request.url.starts_with(ACCOUNTS) {
            return (self.accounts)(self.sign_ins().len(), request);
        }
        let known = request.url.starts_with(API) || request.url.starts_with(CONTENT);
        assert!(known, "a request went to {}", request.place());
        (self.api)(self.calls().len() + self.uploads().len(), request)
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

/// A vault in memory.
#[derive(Default)]
pub struct Vault(Mutex<Option<AccessToken>>);

impl Vault {
    /// A vault that holds `token`.
    pub fn with(token: AccessToken) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(token))))
    }
}

impl TokenVault for Vault {
    fn load(&self) -> Option<AccessToken> {
        self.0.lock().unwrap().clone()
    }

    fn store(&self, token: &AccessToken) {
        *self.0.lock().unwrap() = Some(token.clone());
    }

    fn forget(&self) {
        *self.0.lock().unwrap() = None;
    }
}

/// The settings that all tests use.
pub fn settings() -> Settings {
    Settings { client_id: "1000.CLIENT".to_owned(), accounts_url: format!("{ACCOUNTS}/"), upload_url: None }
}

/// The client secret that all tests use.
pub fn secret() -> Secret {
    Secret::new("s3cret&+")
}

/// A clock that shows ten o'clock.
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(TokioClock::starting_at("2026-09-01T10:00:00Z".parse().unwrap()))
}

/// An answer.
pub fn answer(status: u16, body: impl Into<Bytes>) -> Response {
    Response { status, headers: Vec::new(), body: body.into() }
}

/// A token answer of the accounts server.
pub fn token(turn: usize, api_domain: &str) -> Response {
    let body = format!(
        r#"{{"access_token":"t{turn}","api_domain":"{api_domain}","token_type":"Bearer","expires_in":3600}}"#
    );
    answer(200, body)
}

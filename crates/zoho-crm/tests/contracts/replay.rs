//! A Zoho that gives one prepared answer to everything, and notes what it was asked.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use transport::{
    BoxFuture, Clock, Courier, Patience, Request, Response, Secret, SeededRandom, TokioClock, Transport,
    TransportError, Unmetered,
};
use zoho_crm::{AccessToken, Client, Settings, TokenVault};

const ACCOUNTS: &str = "https://accounts.zoho.com";
const TOKEN: &str = r#"{"access_token":"t","api_domain":"https://www.zohoapis.com","expires_in":3600}"#;

/// The service.
pub struct Replay {
    api: (u16, Bytes),
    accounts: (u16, Bytes),
    seen: Mutex<Vec<Request>>,
}

impl Replay {
    /// Signs everybody in, and answers every call alike.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Arc<Self> {
        Self::with_accounts((200, TOKEN), (status, body.into()))
    }

    /// With another answer of the accounts server.
    pub fn with_accounts(accounts: (u16, impl Into<Bytes>), api: (u16, impl Into<Bytes>)) -> Arc<Self> {
        let (api, accounts) = ((api.0, api.1.into()), (accounts.0, accounts.1.into()));
        Arc::new(Self { api, accounts, seen: Mutex::default() })
    }

    /// A client of it.
    pub fn client(self: &Arc<Self>) -> Client {
        let refresh = Secret::new("r");
        Client::new(settings(), secret(), refresh, self.courier(), clock(), Arc::new(NoVault))
    }

    /// A courier to it.
    pub fn courier(self: &Arc<Self>) -> Courier {
        let random = Arc::new(SeededRandom::new(7));
        let transport = Arc::clone(self) as Arc<dyn Transport>;
        Courier::new(4, Patience::default(), transport, Arc::new(Unmetered), clock(), random)
    }

    /// The calls of the API.
    pub fn calls(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|request| !request.url.starts_with(ACCOUNTS)).cloned().collect()
    }
}

impl Transport for Replay {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        self.seen.lock().unwrap().push(request.clone());
        let (status, body) = if request.url.starts_with(ACCOUNTS) { &self.accounts } else { &self.api };
        let answer = Response { status: *status, headers: Vec::new(), body: body.clone() };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

struct NoVault;

impl TokenVault for NoVault {
    fn load(&self) -> Option<AccessToken> {
        None
    }

    fn store(&self, _token: &AccessToken) {}

    fn forget(&self) {}
}

/// The settings for it.
pub fn settings() -> Settings {
    Settings { client_id: "c".to_owned(), accounts_url: ACCOUNTS.to_owned(), upload_url: None }
}

/// The client secret for it.
pub fn secret() -> Secret {
    Secret::new("s")
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(TokioClock::starting_at("2026-09-01T10:00:00Z".parse().unwrap()))
}

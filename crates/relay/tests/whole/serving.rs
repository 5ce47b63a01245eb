//! A relay within the test, and somebody who uses it over HTTP.

use std::sync::{Arc, Once};
use std::time::Duration;

use relay::clock::SetClock;
use relay::http::{App, router};
use relay::hub::Hub;
use relay::limits::{Rates, Retention};
use relay::metrics::Metrics;
use relay::secrets::Digest;
use relay::server::{Connections, serve};
use relay::settings::Settings;
use relay::store::Store;
use relay::tls::Tls;
use relay_protocol::{
    Acknowledge, Delivery, Enrol, Enrolled, ErrorBody, ErrorCode, Event, EventReader, PROTOCOL, Signal,
    SignalId, paths,
};
use reqwest::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::stores::{Place, at};

pub const KEY: &str = "an enrolment key of some length";

/// What a test may want otherwise.
pub struct Wishes {
    pub rates: Rates,
    pub connections: Connections,
    pub enrolment: Option<&'static str>,
    pub trusted_proxies: &'static [&'static str],
    pub operators: &'static [&'static str],
    pub tls: Option<Arc<Tls>>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            rates: Rates::default(),
            connections: Connections::default(),
            enrolment: Some(KEY),
            trusted_proxies: &[],
            operators: &["127.0.0.1"],
            tls: None,
        }
    }
}

pub struct Relay {
    pub url: String,
    pub store: Arc<dyn Store>,
    pub hub: Arc<Hub>,
    pub app: Arc<App>,
    pub clock: Arc<SetClock>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Relay {
    pub async fn start(place: &Place) -> Self {
        Self::start_with(place, Wishes::default()).await
    }

    pub async fn start_with(place: &Place, wishes: Wishes) -> Self {
        let (store, hub) = place.open().await;
        Self::serve(store, hub, wishes).await
    }

    pub async fn serve(store: Arc<dyn Store>, hub: Arc<Hub>, wishes: Wishes) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if wishes.tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}", listener.local_addr().unwrap().port());
        let clock = Arc::new(SetClock::at(at(0)));
        let blocks = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let settings = Settings {
            public: url.parse().unwrap(),
            enrolment: wishes.enrolment.map(Digest::of),
            trusted_proxies: blocks(wishes.trusted_proxies),
            operators: blocks(wishes.operators),
            rates: wishes.rates,
            retention: Retention::default(),
        };
        let app = App::new(store.clone(), hub.clone(), clock.clone(), Arc::new(Metrics::default()), settings);
        let (stop, stopped) = oneshot::channel::<()>();
        let (router, served) = (router(app.clone()), hub.clone());
        let task = tokio::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            serve(listener, wishes.tls, router, served, wishes.connections, stop).await;
        });
        Self { url, store, hub, app, clock, stop: Some(stop), task }
    }

    /// Stops gracefully.
    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        within(self.task).await.unwrap();
    }
}

/// Somebody who speaks HTTP.
pub fn client() -> reqwest::Client {
    builder().build().unwrap()
}

pub fn builder() -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    reqwest::Client::builder().no_proxy()
}

/// A test that waits for longer has failed.
pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it took too long")
}

pub async fn enrol(client: &reqwest::Client, url: &str) -> Enrolled {
    let answer = try_to_enrol(client, url, KEY).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

pub async fn try_to_enrol(client: &reqwest::Client, url: &str, key: &str) -> Response {
    let body = serde_json::to_string(&Enrol { protocol: PROTOCOL }).unwrap();
    let request = client.post(format!("{url}{}", paths::MAILBOXES)).bearer_auth(key).body(body);
    within(request.send()).await.unwrap()
}

pub async fn code(answer: Response) -> (u16, ErrorCode) {
    let status = answer.status().as_u16();
    let body: ErrorBody = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    (status, body.error.code)
}

/// What Business Central posts when records changed.
pub fn notification(records: &[&str]) -> String {
    let items = records.iter().map(|record| {
        serde_json::json!({
            "subscriptionId": "270135334a7d433e9009dde078e9e29c",
            "clientState": "the client state",
            "expirationDateTime": "2026-03-03T10:00:00Z",
            "resource": format!("api/v2.0/companies(c)/items({record})"),
            "changeType": "updated",
            "lastModifiedDateTime": "2026-03-01T10:00:00.37Z",
        })
    });
    serde_json::json!({ "value": items.collect::<Vec<_>>() }).to_string()
}

/// Which record a signal is about.
pub fn record(signal: &Signal) -> String {
    match &signal.kind {
        relay_protocol::Kind::BusinessCentral { resource, .. } => {
            resource.rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned()
        }
        relay_protocol::Kind::Zoho { ids, .. } => ids.join(","),
        relay_protocol::Kind::CatchUp { reason, .. } => format!("{reason:?}"),
    }
}

/// The relay is at `url`, which need not be the public one.
pub fn hook_at(url: &str, hook: &relay_protocol::Hidden) -> String {
    let (_, key) = hook.reveal().rsplit_once('/').unwrap();
    format!("{url}{}{key}", paths::HOOKS)
}

pub async fn post(client: &reqwest::Client, hook: &str, body: impl Into<reqwest::Body>) -> StatusCode {
    within(client.post(hook).body(body).send()).await.unwrap().status()
}

pub async fn acknowledge(
    client: &reqwest::Client,
    url: &str,
    mailbox: &Enrolled,
    up_to: SignalId,
) -> StatusCode {
    let body = serde_json::to_string(&Acknowledge { up_to }).unwrap();
    let address = format!("{url}{}", paths::acknowledge(&mailbox.mailbox));
    let request = client.post(address).bearer_auth(mailbox.read_token.reveal()).body(body);
    within(request.send()).await.unwrap().status()
}

/// A mailbox's stream.
pub struct Reader {
    answer: Response,
    events: EventReader,
    ready: std::collections::VecDeque<Event>,
}

impl Reader {
    pub async fn connect(
        client: &reqwest::Client,
        url: &str,
        mailbox: &Enrolled,
        after: Option<SignalId>,
    ) -> Self {
        let mut request = client
            .get(format!("{url}{}", paths::signals(&mailbox.mailbox)))
            .bearer_auth(mailbox.read_token.reveal());
        if let Some(after) = after {
            request = request.header(relay_protocol::LAST_EVENT_ID, after.to_string());
        }
        let answer = within(request.send()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Self { answer, events: EventReader::default(), ready: Default::default() }
    }

    /// The next event; none at the stream's end.
    pub async fn event(&mut self) -> Option<Event> {
        while self.ready.is_empty() {
            let chunk = within(self.answer.chunk()).await.unwrap()?;
            self.ready.extend(self.events.feed(&chunk).unwrap());
        }
        self.ready.pop_front()
    }

    /// The next event that is no comment.
    pub async fn delivery(&mut self) -> Option<Delivery> {
        loop {
            if let Event::Message(message) = self.event().await? {
                let delivery = Delivery::of(&message).unwrap();
                if let Delivery::Signal(signal) = &delivery {
                    assert_eq!(message.id.as_deref(), Some(signal.id.to_string().as_str()));
                }
                return Some(delivery);
            }
        }
    }

    pub async fn signal(&mut self) -> Signal {
        loop {
            match self.delivery().await.expect("the stream ended") {
                Delivery::Signal(signal) => return signal,
                Delivery::Hello(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

//! The relay's own pages and its own SQLite store, without a socket: it stands in the same process as everybody else.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use jiff::Timestamp;
use relay::http::{App, Peer, router};
use relay::hub::Hub;
use relay::limits::{Page, Rates, Retention};
use relay::metrics::Metrics;
use relay::secrets::Digest;
use relay::settings::Settings;
use relay::store::sqlite::Sqlite;
use relay::store::{Figures, Hook, NewMailbox, Store, StoreError, Tidied};
use relay_protocol::{Kind, MailboxId, Signal, SignalId};
use sandbox::{Postman, Receipt};
use tempfile::TempDir;
use tokio::sync::watch;
use transport::{Clock as _, Method};

use super::time::{RelayTime, Time};

/// Where it is reached.
pub const URL: &str = "https://relay.invalid";

/// Its enrolment key.
pub const KEY: &str = "an enrolment key of some length";

/// A relay that can be down.
pub struct NearRelay {
    router: Router,
    store: Arc<dyn Store>,
    time: Arc<Time>,
    up: AtomicBool,
    /// Rises when all connections break.
    pub(super) broke: watch::Sender<u64>,
    _folder: TempDir,
}

impl NearRelay {
    /// A relay with an empty store.
    #[must_use]
    pub fn new(time: &Arc<Time>) -> Arc<Self> {
        let folder = super::quick_folder();
        let hub = Arc::new(Hub::default());
        let sqlite =
            Sqlite::open(&folder.path().join("relay.db"), Retention::default(), Arc::clone(&hub)).unwrap();
        let store: Arc<dyn Store> = Arc::new(AtOnce(sqlite));
        let settings = Settings {
            public: URL.parse().unwrap(),
            enrolment: Some(Digest::of(KEY)),
            trusted_proxies: Vec::new(),
            operators: Vec::new(),
            rates: Rates::default(),
            retention: Retention::default(),
        };
        let clock = Arc::new(RelayTime(Arc::clone(time)));
        let metrics = Arc::new(Metrics::default());
        let app = App::new(Arc::clone(&store), hub, clock, metrics, settings);
        Arc::new(Self {
            router: router(app),
            store,
            time: Arc::clone(time),
            up: AtomicBool::new(true),
            broke: watch::Sender::new(0),
            _folder: folder,
        })
    }

    /// Whether it answers.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Ends it, with all its connections, or starts it again; its store stays.
    pub fn set_up(&self, up: bool) {
        if self.up.swap(up, Ordering::Relaxed) && !up {
            self.broke.send_modify(|breaks| *breaks += 1);
        }
    }

    /// What it does every hour.
    pub fn tidy(&self) {
        waited_for(self.store.tidy(self.time.now())).unwrap();
    }

    /// How many mailboxes there are.
    #[must_use]
    pub fn mailboxes(&self) -> u64 {
        waited_for(self.store.figures()).unwrap().mailboxes
    }

    /// Answers a request, or does not where it is down.
    pub(super) fn answer(
        &self,
        method: Method,
        url: &str,
        headers: &[(String, String)],
        body: Bytes,
    ) -> Option<Response<Body>> {
        if !self.is_up() {
            return None;
        }
        let method = match method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        let path = url.strip_prefix(URL).filter(|path| path.starts_with('/'))?;
        let mut request =
            Request::builder().method(method).uri(path).extension(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let answered = waited_for(TowerToHyperService::new(self.router.clone()).call(request));
        Some(answered.unwrap_or_else(|never| match never {}))
    }
}

/// Everything that a body holds; for those that end.
pub(super) fn whole(body: Body) -> Bytes {
    waited_for(async {
        let mut pieces: BodyDataStream = body.into_data_stream();
        let mut whole = BytesMut::new();
        while let Some(piece) = pieces.next().await {
            whole.extend_from_slice(&piece.unwrap());
        }
        whole.freeze()
    })
}

/// Both services post to the relay, and to whoever else, who answers everything.
impl Postman for NearRelay {
    fn send(&self, method: Method, url: &str, body: &str) -> Option<Receipt> {
        if !url.starts_with(URL) {
            let token = url.split_once("validationToken=").map_or("", |(_, token)| token);
            return Some(Receipt { status: 200, body: token.to_owned() });
        }
        let answer = self.answer(method, url, &[], Bytes::copy_from_slice(body.as_bytes()))?;
        let status = answer.status().as_u16();
        Some(Receipt { status, body: String::from_utf8_lossy(&whole(answer.into_body())).into_owned() })
    }
}

/// Runs what waits for other threads alone. Meanwhile nothing else does, so that virtual time stands still.
fn waited_for<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return done;
        }
        // Longer than any of it takes; the bound is for what would wait for ever.
        std::thread::park_timeout(Duration::from_secs(20));
    }
}

/// A store whose answers are there at once: under paused time tokio would let hours pass while SQLite's thread works.
struct AtOnce(Sqlite);

fn at_once<'a, T: Send + 'a>(future: BoxFuture<'a, T>) -> BoxFuture<'a, T> {
    Box::pin(std::future::ready(waited_for(future)))
}

impl Store for AtOnce {
    fn create(&self, mailbox: NewMailbox) -> BoxFuture<'_, Result<(), StoreError>> {
        at_once(self.0.create(mailbox))
    }

    fn token<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<Option<Digest>, StoreError>> {
        at_once(self.0.token(mailbox))
    }

    fn hook<'a>(&'a self, key: &'a Digest) -> BoxFuture<'a, Result<Option<Hook>, StoreError>> {
        at_once(self.0.hook(key))
    }

    fn remove<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<(), StoreError>> {
        at_once(self.0.remove(mailbox))
    }

    fn push<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        at: Timestamp,
        kinds: Vec<Kind>,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        at_once(self.0.push(mailbox, at, kinds))
    }

    fn page<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        after: SignalId,
        page: Page,
    ) -> BoxFuture<'a, Result<Vec<Signal>, StoreError>> {
        at_once(self.0.page(mailbox, after, page))
    }

    fn newest(&self) -> BoxFuture<'_, Result<SignalId, StoreError>> {
        at_once(self.0.newest())
    }

    fn acknowledge<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        up_to: SignalId,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        at_once(self.0.acknowledge(mailbox, up_to))
    }

    fn read_by<'a>(&'a self, mailbox: &'a MailboxId, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        at_once(self.0.read_by(mailbox, at))
    }

    fn tidy(&self, now: Timestamp) -> BoxFuture<'_, Result<Tidied, StoreError>> {
        at_once(self.0.tidy(now))
    }

    fn figures(&self) -> BoxFuture<'_, Result<Figures, StoreError>> {
        at_once(self.0.figures())
    }
}

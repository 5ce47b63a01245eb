//! The relay's pages.

mod hooks;
mod mailboxes;
mod operator;
mod refusal;
mod stream;

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{any, get, post};
use relay_protocol::{ErrorCode, MailboxId};
use tokio::sync::Semaphore;

pub use self::refusal::Refusal;
use crate::address;
use crate::clock::Clock;
use crate::hub::Hub;
use crate::limits;
use crate::metrics::Metrics;
use crate::rate::Buckets;
use crate::secrets::Digest;
use crate::settings::Settings;
use crate::store::Store;

/// All that the pages share.
pub struct App {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    settings: Settings,
    enrolment: RwLock<Option<Digest>>,
    by_hook: Buckets<[u8; 32]>,
    by_address: Buckets<IpAddr>,
    failures: Buckets<IpAddr>,
    large_bodies: Semaphore,
}

impl App {
    /// Puts them together.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        settings: Settings,
    ) -> Arc<Self> {
        let rates = settings.rates;
        Arc::new(Self {
            store,
            hub,
            clock,
            metrics,
            enrolment: RwLock::new(settings.enrolment),
            settings,
            by_hook: Buckets::new(rates.hook),
            by_address: Buckets::new(rates.address),
            failures: Buckets::new(rates.failures),
            large_bodies: Semaphore::new(limits::LARGE_BODIES),
        })
    }

    /// Another enrolment key from now on. Mailboxes that exist are not touched.
    pub fn set_enrolment_key(&self, key: Option<Digest>) {
        *self.enrolment.write().unwrap_or_else(PoisonError::into_inner) = key;
    }

    fn enrolment_key(&self) -> Option<Digest> {
        *self.enrolment.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What somebody who guesses is told, unless they guess too often.
    fn guessed(&self, caller: Caller, refusal: Refusal) -> Refusal {
        match self.failures.take(address::counted_as(caller.address)) {
            Ok(()) => refusal,
            Err(after) => Refusal::too_many(after),
        }
    }

    /// The mailbox, if the request has its read token.
    async fn authorised(
        &self,
        mailbox: &str,
        headers: &HeaderMap,
        caller: Caller,
    ) -> Result<MailboxId, Refusal> {
        let unknown = || {
            Refusal::new(
                StatusCode::NOT_FOUND,
                ErrorCode::UnknownMailbox,
                "there is no such mailbox; enrol again",
            )
        };
        let Ok(mailbox) = mailbox.parse::<MailboxId>() else {
            return Err(self.guessed(caller, unknown()));
        };
        let Some(token) = self.store.token(&mailbox).await? else {
            return Err(self.guessed(caller, unknown()));
        };
        if bearer(headers).is_some_and(|presented| Digest::of(presented).is(&token)) {
            return Ok(mailbox);
        }
        self.metrics.wrong_token();
        let wrong = Refusal::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::WrongToken,
            "this is not the mailbox's read token",
        );
        Err(self.guessed(caller, wrong))
    }
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The peer of the connection; the server puts it into each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Who asks.
#[derive(Clone, Copy, Debug)]
struct Caller {
    address: IpAddr,
    /// Asked through something that forwards without being trusted: the address is not theirs.
    forwarded: bool,
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let no_peer =
            || Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, "the connection has no address");
        let Peer(peer) = parts.extensions.get::<Peer>().copied().ok_or_else(no_peer)?;
        let entries = |name: &str| -> Vec<&str> {
            parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
        };
        let forwarded_for = entries("x-forwarded-for");
        let trusted = &app.settings.trusted_proxies;
        let forwarded = !forwarded_for.is_empty() || !entries("forwarded").is_empty();
        let from_proxy = trusted.iter().any(|block| block.holds(peer));
        let address = address::client(peer, &forwarded_for, trusted);
        Ok(Self { address, forwarded: forwarded && !from_proxy })
    }
}

/// All pages.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/mailboxes", post(mailboxes::enrol))
        .route("/v1/mailboxes/{mailbox}", axum::routing::delete(mailboxes::remove))
        .route("/v1/mailboxes/{mailbox}/signals", get(stream::signals))
        .route("/v1/mailboxes/{mailbox}/ack", post(mailboxes::acknowledge))
        // Whatever the method: a known hook never answers 405.
        .route("/v1/hooks/{key}", any(hooks::hook))
        .route("/healthz", get(operator::health))
        .route("/metrics", get(operator::metrics))
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(map_response(guarded))
        .with_state(app)
}

async fn not_found() -> Refusal {
    std::future::ready(Refusal::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "the relay has no such page"))
        .await
}

async fn not_allowed() -> Refusal {
    let refusal =
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::NotFound, "the page is not asked like this");
    std::future::ready(refusal).await
}

/// No browser makes more of an answer than what it is, and nobody keeps it.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(HeaderName::from_static("content-security-policy"), policy);
    std::future::ready(response).await
}

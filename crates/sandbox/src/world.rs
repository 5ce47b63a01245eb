//! Both services, their time and their faults behind one door.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use transport::{Clock, Method, Random, Response};

use crate::business_central::BcState;
use crate::faults::{Effect, FaultBody, FaultPlan, Service};
use crate::journal::Journal;
use crate::zoho::{Slot, ZohoState};
use crate::{Incoming, Postman, admin, credentials, seed, web_pages};

/// How a request ends.
#[derive(Clone, Debug)]
pub enum Handled {
    /// With an answer.
    Answer(Response),
    /// With an answer that comes later.
    Late(Response, Duration),
    /// The connection breaks before anything happened.
    NeverReached,
    /// The connection breaks after the request was carried out.
    AnswerLost,
}

/// A Business Central and a Zoho CRM. Clones share everything.
#[derive(Clone)]
pub struct World {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    state: Mutex<State>,
    postman: Mutex<Option<Arc<dyn Postman>>>,
    /// Told whenever something may have become due.
    pub(crate) stirred: Notify,
}

pub(crate) struct State {
    pub(crate) bc: BcState,
    pub(crate) zoho: ZohoState,
    pub(crate) faults: FaultPlan,
    journal: Option<Journal>,
    /// How far the services' time is ahead of the clock.
    ahead: SignedDuration,
    latency: (Duration, Duration),
}

impl World {
    /// Two empty services that accept the [`credentials`].
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let mut zoho = ZohoState::new();
        zoho.register_client(credentials::ZOHO_CLIENT_ID, credentials::ZOHO_CLIENT_SECRET);
        zoho.register_redirect(credentials::ZOHO_CLIENT_ID, credentials::ZOHO_REDIRECT_URI);
        zoho.grant_refresh_token(credentials::ZOHO_CLIENT_ID, credentials::ZOHO_REFRESH_TOKEN);
        let state = State {
            bc: BcState::new(),
            zoho,
            faults: FaultPlan::default(),
            journal: None,
            ahead: SignedDuration::ZERO,
            latency: (Duration::ZERO, Duration::ZERO),
        };
        let (state, postman, stirred) = (Mutex::new(state), Mutex::new(None), Notify::new());
        Self { inner: Arc::new(Inner { clock, random, state, postman, stirred }) }
    }

    /// A distributor of industrial supplies, and an empty Zoho org.
    #[must_use]
    pub fn distributor(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let world = Self::new(clock, random);
        world.bc(seed::distributor);
        world.zoho(seed::org);
        world
    }

    /// A company of 3,000 customers, and an org of 2,000 accounts typed by hand of which some are those customers.
    ///
    /// Returned with it: the customer's number for each account's id, or that it is nobody's.
    ///
    /// # Errors
    /// When the org refuses an account.
    pub fn dirty(
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        seed: u64,
    ) -> Result<(Self, BTreeMap<String, Option<String>>), String> {
        let world = Self::new(clock, random);
        let mut org = seed::dirty::DirtyOrg::new(seed);
        world.bc(|bc| org.fill_company(bc));
        let now = world.now();
        let truth = world.zoho(|zoho| org.type_accounts(zoho, now))?;
        Ok((world, truth))
    }

    /// The distributor with everything that the journal at `path` holds; from then on every change is added to it.
    ///
    /// # Errors
    /// When the journal cannot be read or written.
    pub fn open(path: &Path, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> std::io::Result<Self> {
        let (journal, past) = Journal::open(path, clock.now())?;
        let world = Self::new(clock, random);
        {
            let mut state = world.state();
            state.bc.set_time(past.begun);
            seed::distributor(&mut state.bc);
            seed::org(&mut state.zoho);
            for change in past.changes {
                // What was carried out once is carried out again; nobody waits for the answer.
                let _ = carry_out(&mut state, &change.incoming, change.at, false);
            }
            // What was told then is not told again.
            state.bc.webhooks.forget_what_happened();
            state.zoho.forget_callbacks();
            state.journal = Some(journal);
        }
        Ok(world)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `postman` carry what the services send of their own accord. Without one nobody answers them.
    pub fn set_postman(&self, postman: Arc<dyn Postman>) {
        *self.inner.postman.lock().unwrap_or_else(PoisonError::into_inner) = Some(postman);
    }

    pub(crate) fn postman(&self) -> Option<Arc<dyn Postman>> {
        self.inner.postman.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The services' time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let ahead = self.state().ahead;
        self.inner.clock.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// Moves the services' time on.
    pub fn advance(&self, by: SignedDuration) {
        let mut state = self.state();
        state.ahead = state.ahead.saturating_add(by);
        drop(state);
        self.inner.stirred.notify_one();
    }

    /// Reaches into Business Central.
    pub fn bc<R>(&self, work: impl FnOnce(&mut BcState) -> R) -> R {
        let now = self.now();
        let mut state = self.state();
        state.bc.set_time(now);
        let result = work(&mut state.bc);
        drop(state);
        self.inner.stirred.notify_one();
        result
    }

    /// Reaches into Zoho CRM.
    pub fn zoho<R>(&self, work: impl FnOnce(&mut ZohoState) -> R) -> R {
        let result = work(&mut self.state().zoho);
        self.inner.stirred.notify_one();
        result
    }

    /// Reaches into the faults.
    pub fn faults<R>(&self, work: impl FnOnce(&mut FaultPlan) -> R) -> R {
        work(&mut self.state().faults)
    }

    /// Makes every answer of Business Central and of Zoho come this much later.
    pub fn set_latency(&self, business_central: Duration, zoho: Duration) {
        self.state().latency = (business_central, zoho);
    }

    /// Counts a request among those that Zoho has under way, until what is returned goes. Where answers come at once, none is ever.
    pub(crate) fn enter(&self, incoming: &Incoming) -> Option<UnderWay> {
        let counts = Service::of_path(&incoming.path) == Some(Service::Zoho);
        let mut state = self.state();
        if !counts || state.latency.1.is_zero() {
            return None;
        }
        let slot = ZohoState::slot(incoming);
        state.zoho.begin(slot);
        Some(UnderWay { world: self.clone(), slot })
    }

    /// Carries a request out, or lets it fail as planned. Where an address must answer first, the postman is sent.
    #[must_use]
    pub fn handle(&self, incoming: &Incoming) -> Handled {
        let validated = self.handshake(incoming).is_none_or(|handshake| self.validate(&handshake));
        self.handle_validated(incoming, validated)
    }

    /// Carries a request out whose handshake, where it needs one, has ended well or not.
    pub(crate) fn handle_validated(&self, incoming: &Incoming, validated: bool) -> Handled {
        let handled = self.carry(incoming, validated);
        self.inner.stirred.notify_one();
        handled
    }

    fn carry(&self, incoming: &Incoming, validated: bool) -> Handled {
        let now = self.now();
        let mut state = self.state();
        let Some(service) = Service::of_path(&incoming.path) else {
            return Handled::Answer(if incoming.path.starts_with("/admin/") {
                state.record(incoming, now);
                state.bc.set_time(now);
                let State { bc, zoho, faults, ahead, latency, .. } = &mut *state;
                admin::handle(bc, zoho, faults, ahead, latency, incoming, now)
            } else {
                web_pages::page(&state.bc, &state.zoho, incoming)
                    .unwrap_or_else(|| plain(404, "text/plain", "nothing is here\n"))
            });
        };
        let latency = match service {
            Service::Login | Service::BusinessCentral => state.latency.0,
            Service::Accounts | Service::Zoho => state.latency.1,
        };
        let skew = match service {
            Service::Login | Service::BusinessCentral => state.bc.behaviour.clock_skew,
            Service::Accounts | Service::Zoho => SignedDuration::ZERO,
        };
        let date = now.saturating_add(skew).unwrap_or(now).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let later = |mut response: Response, delay: Duration| {
            response.headers.push(("Date".to_owned(), date));
            let delay = latency + delay;
            if delay.is_zero() { Handled::Answer(response) } else { Handled::Late(response, delay) }
        };
        let effect =
            state.faults.strike(service, incoming.method, &incoming.path, self.inner.random.as_ref());
        match effect {
            Some(Effect::ResetBefore) => return Handled::NeverReached,
            Some(Effect::Status { code, retry_after, body }) => {
                return later(failing(service, code, retry_after, body), Duration::ZERO);
            }
            Some(Effect::LoseAnswer | Effect::Truncate | Effect::Delay(_)) | None => {}
        }
        state.record(incoming, now);
        let mut response = carry_out(&mut state, incoming, now, validated);
        match effect {
            Some(Effect::LoseAnswer) => Handled::AnswerLost,
            Some(Effect::Truncate) => {
                let half = response.body.len() / 2;
                response.body = response.body.slice(..half);
                later(response, Duration::ZERO)
            }
            Some(Effect::Delay(delay)) => later(response, delay),
            Some(Effect::Status { .. } | Effect::ResetBefore) | None => later(response, Duration::ZERO),
        }
    }
}

/// A request that Zoho has under way.
pub(crate) struct UnderWay {
    world: World,
    slot: Slot,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.world.state().zoho.end(self.slot);
    }
}

impl State {
    /// Business Central's data is only read, so that its requests need not be repeated; its subscriptions and the faults end with the
    /// process.
    fn record(&mut self, incoming: &Incoming, at: Timestamp) {
        let lasts =
            !["/bc/", "/login/", "/admin/faults", "/admin/latency", "/admin/usage", "/admin/webhooks"]
                .iter()
                .any(|path| incoming.path.starts_with(path));
        let changes = incoming.method != Method::Get && lasts;
        if let Some(journal) = self.journal.as_mut().filter(|_| changes) {
            journal.add(incoming, at);
        }
    }
}

fn carry_out(state: &mut State, incoming: &Incoming, now: Timestamp, validated: bool) -> Response {
    match Service::of_path(&incoming.path) {
        Some(Service::Login) => state.bc.sign_in(incoming, now),
        Some(Service::BusinessCentral) => state.bc.handle(incoming, now, validated),
        Some(Service::Accounts | Service::Zoho) => state.zoho.handle(incoming, now),
        None => {
            state.bc.set_time(now);
            let State { bc, zoho, faults, ahead, latency, .. } = state;
            admin::handle(bc, zoho, faults, ahead, latency, incoming, now)
        }
    }
}

pub(crate) fn plain(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response {
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
        body: body.into(),
    }
}

fn failing(service: Service, code: u16, retry_after: Option<u32>, body: FaultBody) -> Response {
    let json = match (service, code) {
        (Service::Zoho | Service::Accounts, 429) => {
            r#"{"code":"TOO_MANY_REQUESTS","details":{},"message":"too many requests. please try again after some time","status":"error"}"#
        }
        (Service::Zoho | Service::Accounts, 401) => {
            r#"{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}"#
        }
        (Service::Zoho | Service::Accounts, _) => {
            r#"{"code":"INTERNAL_ERROR","details":{},"message":"Internal Server Error","status":"error"}"#
        }
        (Service::Login | Service::BusinessCentral, 429) => {
            r#"{"error":{"code":"Application_TooManyRequests","message":"Too many requests reached. Actual (101). Maximum (100)."}}"#
        }
        (Service::Login | Service::BusinessCentral, 401) => {
            r#"{"error":{"code":"Authentication_InvalidCredentials","message":"The server has rejected the client credentials.  CorrelationId:  11111111-2222-3333-4444-555555555555."}}"#
        }
        (Service::Login | Service::BusinessCentral, _) => {
            r#"{"error":{"code":"Internal_ServerError","message":"An error occurred.  CorrelationId:  11111111-2222-3333-4444-555555555555."}}"#
        }
    };
    let mut response = match body {
        FaultBody::Json => plain(code, "application/json", json),
        FaultBody::Empty => Response { status: code, headers: Vec::new(), body: Bytes::new() },
        FaultBody::Html => plain(
            code,
            "text/html",
            "<html><head><title>Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>",
        ),
    };
    if let Some(seconds) = retry_after {
        response.headers.push(("Retry-After".to_owned(), seconds.to_string()));
    }
    response
}

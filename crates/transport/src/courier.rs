//! Gets requests through: leave, concurrency, repetition with backoff.
//!
//! Each attempt takes a slot, books its credits, goes out, and gives the slot back before it waits to be repeated. What an attempt
//! brought becomes an [`Outcome`]; [`Health`] says how much patience is left with the service, and [`decide`] what comes next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::Instrument;

use crate::backoff::{AFTER_FAILURE, AFTER_REFUSAL};
use crate::concurrency::{Limiter, Slot};
use crate::health::Health;
use crate::retry::{Decision, Outcome, decide};
use crate::retry_after::retry_after;
use crate::{Cause, Clock, Fate, Permit, Random, Request, Response, Transport, TransportError};

/// Names the request for the service's support; Microsoft's services log it.
const REQUEST_ID: &str = "client-request-id";

/// What is left of the org's credits. Zoho sends it once half of them are used (api-limits).
const CREDITS_REMAINING: &str = "X-API-CREDITS-REMAINING";

/// How long a courier keeps trying before it gives the answer (or the error) that it has.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// This long without one successful call to the service.
    pub without_success: Duration,
    /// This many refusals (429) in a row, over all requests of the courier.
    pub refusals: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { without_success: Duration::from_secs(60), refusals: 20 }
    }
}

/// Sends requests to one service. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Courier {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    permit: Arc<dyn Permit>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    limiter: Arc<Limiter>,
    health: Health,
    calls: AtomicU64,
    credits: AtomicU64,
    clock_offset: Mutex<Option<SignedDuration>>,
}

impl Courier {
    /// A courier that lets at most `concurrency` requests be under way.
    #[must_use]
    pub fn new(
        concurrency: usize,
        patience: Patience,
        transport: Arc<dyn Transport>,
        permit: Arc<dyn Permit>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let limiter = Arc::new(Limiter::new(concurrency));
        let health = Health::new(patience);
        let calls = AtomicU64::new(0);
        let credits = AtomicU64::new(0);
        Self {
            inner: Arc::new(Inner {
                transport,
                permit,
                clock,
                random,
                limiter,
                health,
                calls,
                credits,
                clock_offset: Mutex::new(None),
            }),
        }
    }

    /// Changes how many requests may be under way (Zoho: by edition, known only after the first call).
    pub fn set_concurrency(&self, concurrency: usize) {
        self.inner.limiter.set_ceiling(concurrency);
    }

    /// How many requests may be under way when the service bears them all.
    #[must_use]
    pub fn concurrency(&self) -> usize {
        self.inner.limiter.ceiling()
    }

    /// How many attempts went out to the service so far; those that certainly did not reach it are not counted.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner.calls.load(Ordering::Relaxed)
    }

    /// How many credits were booked so far, every attempt counted.
    #[must_use]
    pub fn credits(&self) -> u64 {
        self.inner.credits.load(Ordering::Relaxed)
    }

    /// How far the service's clock is ahead of ours, by the `Date` header of its last answer; it counts whole seconds.
    #[must_use]
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        *self.inner.clock_offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the service last gave a useful answer.
    #[must_use]
    pub fn last_success(&self) -> Option<Timestamp> {
        self.inner.health.last_success()
    }

    /// Sends `request` until there is an answer that is not worth another try, or patience is over.
    ///
    /// # Errors
    /// When no whole answer arrived in the last attempt. [`TransportError::fate`] speaks of all attempts together.
    pub async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.send_checked(request, |_| Ok(())).await.map(|(response, ())| response)
    }

    /// Like [`send`](Self::send); `check` reads the answer, and where it finds it damaged (JSON cut off behind a status 200), the
    /// request is tried again as if the connection had broken.
    ///
    /// `check` sees every answer that would be handed over, whatever its status.
    ///
    /// # Errors
    /// As [`send`](Self::send), or `Cause::Damaged` with the last complaint of `check`.
    pub async fn send_checked<T>(
        &self,
        mut request: Request,
        check: impl Fn(&Response) -> Result<T, String> + Send + Sync,
    ) -> Result<(Response, T), TransportError> {
        let id = self.inner.new_id();
        let span =
            tracing::debug_span!("request", %id, method = request.method.as_str(), place = request.place());
        request.headers.push((REQUEST_ID.to_owned(), id.to_string()));
        self.inner.deliver(&request, check).instrument(span).await
    }
}

impl Inner {
    async fn deliver<T>(
        &self,
        request: &Request,
        check: impl Fn(&Response) -> Result<T, String>,
    ) -> Result<(Response, T), TransportError> {
        let start = self.clock.monotonic();
        let mut fate = Fate::NotSent;
        let mut failures = 0;
        loop {
            let slot = match self.leave(request, start, failures).await {
                Ok(slot) => slot,
                Err(cause) => {
                    return Err(TransportError { fate, cause, place: request.place().to_owned() });
                }
            };
            let mut answer = self.attempt(request).await;
            let mut outcome = match &answer {
                Ok(response) => Outcome::of_status(response.status),
                Err(error) => Outcome::of_error(error),
            };
            if outcome == Outcome::Useful
                && let Ok(response) = answer
            {
                match check(&response) {
                    Ok(reading) => {
                        self.note(&slot, outcome);
                        return Ok((response, reading));
                    }
                    Err(complaint) => answer = Err(damaged(request, complaint)),
                }
                outcome = Outcome::Lost;
            }
            self.note(&slot, outcome);
            drop(slot);
            if outcome.is_doubtful() {
                fate = Fate::OutcomeUnknown;
            }
            failures += 1;
            match self.decide(request, &answer, outcome, start, failures) {
                Decision::TryAgain(wait) if self.wait(outcome, wait).await => {}
                Decision::TryAgain(_) | Decision::HandOver => return hand_over(request, answer, fate, check),
            }
        }
    }

    /// Books the credits and waits for a turn: while a request waits for the ledger, others use its turn. A request that has not been tried
    /// yet is not let go when others found out meanwhile that the service is down; that it is booked all the same is on the safe side.
    async fn leave(&self, request: &Request, start: Duration, failures: u32) -> Result<Slot, Cause> {
        let verdict = || {
            let fresh = failures == 0;
            fresh.then(|| self.health.verdict(start, self.clock.monotonic())).flatten()
        };
        if let Some(cause) = verdict() {
            return Err(cause);
        }
        if request.credits > 0 {
            self.permit.ask(request.credits, request.purpose).await.map_err(Cause::Refused)?;
        }
        let slot = self.limiter.acquire().await;
        if let Some(cause) = verdict() {
            return Err(cause);
        }
        self.credits.fetch_add(u64::from(request.credits), Ordering::Relaxed);
        Ok(slot)
    }

    fn note_server_time(&self, response: &Response) {
        let date = response.header("date").and_then(|text| httpdate::parse_http_date(text).ok());
        if let Some(server) = date.and_then(|date| Timestamp::try_from(date).ok()) {
            let offset = server.duration_since(self.clock.now());
            *self.clock_offset.lock().unwrap_or_else(PoisonError::into_inner) = Some(offset);
        }
    }

    /// Sends it once.
    async fn attempt(&self, request: &Request) -> Result<Response, TransportError> {
        let sent_at = self.clock.monotonic();
        let answer = self.transport.send(request).await;
        let took = self.clock.monotonic().saturating_sub(sent_at).as_millis();
        let reached = answer.as_ref().err().is_none_or(|error| error.fate == Fate::OutcomeUnknown);
        if reached {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
        match &answer {
            Ok(response) => {
                self.note_server_time(response);
                tracing::debug!(status = response.status, bytes = response.body.len(), took, "answered");
                let left = response.header(CREDITS_REMAINING).and_then(|value| value.trim().parse().ok());
                if let Some(credits) = left {
                    self.permit.remaining(credits);
                }
            }
            Err(error) => tracing::debug!(cause = %error.cause, reached, took, "no answer"),
        }
        answer
    }

    fn note(&self, slot: &Slot, outcome: Outcome) {
        self.health.note(outcome, self.clock.monotonic(), self.clock.now());
        if outcome == Outcome::Useful {
            slot.borne();
        } else if outcome.is_overload() {
            slot.overloaded();
        }
    }

    fn decide(
        &self,
        request: &Request,
        answer: &Result<Response, TransportError>,
        outcome: Outcome,
        start: Duration,
        failures: u32,
    ) -> Decision {
        let backoff = if outcome == Outcome::Refused { AFTER_REFUSAL } else { AFTER_FAILURE };
        let asked = answer.as_ref().ok().and_then(|response| retry_after(response, self.clock.now()));
        let patience = self.health.patience_left(outcome, start, self.clock.monotonic());
        decide(outcome, request.repeat, backoff.wait(failures, self.random.as_ref()), asked, patience)
    }

    /// Waits before another try; false when it turned out meanwhile that the service refuses everything.
    async fn wait(&self, outcome: Outcome, wait: Duration) -> bool {
        tracing::debug!(wait = wait.as_millis(), "trying again");
        if outcome != Outcome::Refused {
            self.clock.sleep(wait).await;
            return true;
        }
        tokio::select! {
            biased;
            () = self.health.too_many_refusals() => false,
            () = self.clock.sleep(wait) => true,
        }
    }

    /// A random id (UUID version 4).
    fn new_id(&self) -> uuid::Uuid {
        let bits = (u128::from(self.random.next()) << 64) | u128::from(self.random.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

fn hand_over<T>(
    request: &Request,
    answer: Result<Response, TransportError>,
    fate: Fate,
    check: impl Fn(&Response) -> Result<T, String>,
) -> Result<(Response, T), TransportError> {
    let read = answer.and_then(|response| match check(&response) {
        Ok(reading) => Ok((response, reading)),
        Err(complaint) => Err(TransportError { fate, ..damaged(request, complaint) }),
    });
    read.map_err(|error| match fate {
        Fate::NotSent => error,
        Fate::OutcomeUnknown => TransportError { fate, ..error },
    })
}

fn damaged(request: &Request, complaint: String) -> TransportError {
    let place = request.place().to_owned();
    TransportError { fate: Fate::OutcomeUnknown, cause: Cause::Damaged(complaint), place }
}

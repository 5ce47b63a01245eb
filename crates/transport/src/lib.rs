//! Bytes to and from a service: one request, one answer, and everything that may go wrong on the way.
//!
//! A [`Transport`] sends one [`Request`] once. [`HttpTransport`](http::HttpTransport) does it over the network; simulations bring
//! their own. A [`Courier`](courier::Courier) stands on top and is what the API clients hold: it asks for leave to spend credits
//! ([`Permit`]), bounds how many requests are under way, repeats what may be repeated, and says of every failure
//! whether the request can have had an effect ([`Fate`]).
//!
//! This crate knows neither service and no storage. Time ([`Clock`]) and chance ([`Random`]) come in from outside.

mod address;
mod backoff;
pub mod clock;
mod concurrency;
pub mod courier;
pub mod error;
mod failure;
mod health;
pub mod http;
pub mod permit;
pub mod random;
pub mod request;
mod retry;
mod retry_after;
pub mod secret;
pub mod streaming;

pub use clock::{Clock, SystemClock, TokioClock};
pub use courier::{Courier, Patience};
pub use error::{Cause, Fate, TransportError};
pub use http::{HttpTransport, NetworkSettings};
pub use permit::{Permit, Refused, RefusedBy, Unmetered};
pub use random::{Random, SeededRandom, SystemRandom};
pub use request::{Method, Purpose, Repeat, Request, Response};
pub use secret::Secret;
pub use streaming::{Opened, Pieces, Streaming};

use std::future::Future;
use std::pin::Pin;

/// A future on the heap, for traits that are used as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one request once.
pub trait Transport: Send + Sync {
    /// Sends `request` and reads the whole answer, at most `request.max_answer` bytes of it.
    ///
    /// Any HTTP status is an answer, not an error.
    ///
    /// # Errors
    /// When no complete answer arrived; [`TransportError::fate`] says whether the request can have had an effect.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>>;
}

//! Gets requests through: leave, concurrency, repetition with backoff.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::{Clock, Permit, Random, Request, Response, Transport, TransportError};

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
}

impl Courier {
    /// A courier that lets at most `concurrency` requests be under way.
    #[must_use]
    pub fn new(
        _concurrency: usize,
        _patience: Patience,
        transport: Arc<dyn Transport>,
        permit: Arc<dyn Permit>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { inner: Arc::new(Inner { transport, permit, clock, random }) }
    }

    /// Changes how many requests may be under way (Zoho: by edition, known only after the first call).
    pub fn set_concurrency(&self, _concurrency: usize) {
        todo!()
    }

    /// How many attempts went out to the service so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        todo!()
    }

    /// When the service last gave a useful answer.
    #[must_use]
    pub fn last_success(&self) -> Option<Timestamp> {
        todo!()
    }

    /// Sends `request` until there is an answer that is not worth another try, or patience is over.
    ///
    /// # Errors
    /// When no whole answer arrived in the last attempt.
    pub async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.send_checked(request, |_| Ok(())).await.map(|(response, ())| response)
    }

    /// Like [`send`](Self::send); `check` reads the answer, and where it finds it damaged (JSON cut off behind a status 200), the
    /// request is tried again as if the connection had broken.
    ///
    /// # Errors
    /// As [`send`](Self::send), or `Cause::Damaged` with the last complaint of `check`.
    pub async fn send_checked<T>(
        &self,
        request: Request,
        _check: impl Fn(&Response) -> Result<T, String> + Send + Sync,
    ) -> Result<(Response, T), TransportError> {
        let _ = (&self.inner.permit, &self.inner.clock, &self.inner.random, self.inner.transport.send(&request).await?);
        todo!()
    }
}

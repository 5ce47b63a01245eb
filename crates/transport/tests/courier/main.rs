//! The courier against a scripted service, in virtual time.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod concurrency;
mod leave;
mod patience;
mod reading;
mod repetition;
mod scripted;

use std::sync::Arc;
use std::time::Duration;

use scripted::Scripted;
use tokio::task::JoinSet;
use transport::{Courier, Method, Patience, Permit, Request, Response, SeededRandom, TokioClock, Unmetered};

const NOON: &str = "2026-03-01T12:00:00Z";

/// No limit that a test would meet by accident.
const ENDLESS: Patience = Patience { without_success: Duration::from_secs(3_600), refusals: 10_000 };

fn courier_with(
    concurrency: usize,
    patience: Patience,
    service: &Arc<Scripted>,
    permit: Arc<dyn Permit>,
) -> Courier {
    let clock = Arc::new(TokioClock::starting_at(NOON.parse().unwrap()));
    Courier::new(concurrency, patience, service.clone(), permit, clock, Arc::new(SeededRandom::new(1)))
}

fn courier(patience: Patience, service: &Arc<Scripted>) -> Courier {
    courier_with(4, patience, service, Arc::new(Unmetered))
}

fn read() -> Request {
    Request::new(Method::Get, "https://service.invalid/crm/v8/Accounts?token=secret")
}

fn insert() -> Request {
    Request::new(Method::Post, "https://service.invalid/crm/v8/Accounts").body("application/json", "{}")
}

/// Sends `count` requests at once and gives the answers in the order of arrival.
async fn send_all(courier: &Courier, count: usize) -> Vec<Result<Response, transport::TransportError>> {
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let courier = courier.clone();
        tasks.spawn(async move { courier.send(read()).await });
    }
    tasks.join_all().await
}

//! How long the courier tries, and how long it waits in between.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use transport::{Cause, Fate, Method, Patience, Request, Unmetered};

use crate::scripted::{Scripted, Step};
use crate::{courier, courier_with, read, send_all};

#[tokio::test(start_paused = true)]
async fn patience_ends_after_a_minute_without_success() {
    for step in [Step::status(503), Step::unsent(Cause::Dns), Step::lost(Cause::Timeout)] {
        let service = Scripted::new([], step);
        let start = Instant::now();
        let answers = send_all(&courier(Patience::default(), &service), 3).await;
        assert_eq!(start.elapsed().as_secs(), 60);
        assert!(answers.iter().all(|answer| answer.as_ref().map_or(true, |response| response.status == 503)));
        let attempts = service.attempts();
        assert!((18..90).contains(&attempts), "waits grow: {attempts} attempts");
    }
}

#[tokio::test(start_paused = true)]
async fn patience_counts_anew_from_each_success() {
    let service = Scripted::new([], Step::status(503));
    let courier = courier(Patience::default(), &service);
    let failing = tokio::spawn({
        let courier = courier.clone();
        async move { courier.send(read()).await }
    });
    let start = Instant::now();
    tokio::time::sleep(Duration::from_secs(40)).await;
    courier.send(Request::new(Method::Get, "https://service.invalid/healthy")).await.unwrap();
    assert_eq!(failing.await.unwrap().unwrap().status, 503);
    assert_eq!(start.elapsed().as_secs(), 100);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_behind_a_hanging_service_returns_with_the_others() {
    let service = Scripted::slow(Duration::from_secs(61), Step::lost(Cause::Timeout));
    let start = Instant::now();
    let answers = send_all(&courier(Patience::default(), &service), 50).await;
    assert_eq!(start.elapsed().as_secs(), 61);
    assert_eq!(service.attempts(), 4);
    let unsent =
        answers.iter().filter(|answer| answer.as_ref().is_err_and(|error| error.fate == Fate::NotSent));
    assert_eq!(unsent.count(), 46);
}

#[tokio::test(start_paused = true)]
async fn a_slow_service_is_not_a_failing_one() {
    let service = Scripted::slow(Duration::from_secs(50), Step::status(200));
    let answers = send_all(&courier(Patience::default(), &service), 20).await;
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn twenty_refusals_in_a_row_end_patience() {
    let service = Scripted::slow(Duration::from_millis(100), Step::status(429));
    let start = Instant::now();
    let answers = send_all(&courier_with(8, Patience::default(), &service, Arc::new(Unmetered)), 8).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|response| response.status == 429)));
    assert_eq!(service.attempts(), 20);
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_a_row_of_refusals() {
    let mut steps = Vec::new();
    for _ in 0..4 {
        steps.extend(std::iter::repeat_n(Step::status(429), 4));
        steps.push(Step::status(200));
    }
    let service = Scripted::new(steps, Step::status(500));
    let courier = courier(Patience { refusals: 5, ..Patience::default() }, &service);
    for _ in 0..4 {
        assert_eq!(courier.send(read()).await.unwrap().status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_in_both_forms() {
    for value in ["40", "Sun, 01 Mar 2026 12:00:40 GMT"] {
        for status in [429, 503] {
            let step = Step::status(status).header("Retry-After", value);
            let service = Scripted::new([step], Step::status(200));
            assert_eq!(courier(Patience::default(), &service).send(read()).await.unwrap().status, 200);
            assert_eq!(service.moments()[1].as_secs(), 40, "{status} {value}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_patience_is_not_begun() {
    for value in ["61", "Sun, 01 Mar 2026 13:00:00 GMT"] {
        let service = Scripted::new([Step::status(503).header("retry-after", value)], Step::status(200));
        let start = Instant::now();
        assert_eq!(courier(Patience::default(), &service).send(read()).await.unwrap().status, 503);
        assert!(start.elapsed().is_zero());
    }
}

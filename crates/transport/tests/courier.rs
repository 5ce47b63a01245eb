//! The courier against a scripted service, in virtual time.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod scripted;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use scripted::{Scripted, Step};
use tokio::task::JoinSet;
use tokio::time::Instant;
use transport::{
    BoxFuture, Cause, Courier, Fate, Method, Patience, Permit, Refused, Repeat, Request, Response,
    SeededRandom, TokioClock, Unmetered,
};

const NOON: &str = "2026-03-01T12:00:00Z";

/// No limit that a test would meet by accident.
const ENDLESS: Patience = Patience {
    without_success: Duration::from_secs(3_600),
    refusals: 10_000,
};

fn courier_with(
    concurrency: usize,
    patience: Patience,
    service: &Arc<Scripted>,
    permit: Arc<dyn Permit>,
) -> Courier {
    let clock = Arc::new(TokioClock::starting_at(NOON.parse().unwrap()));
    Courier::new(
        concurrency,
        patience,
        service.clone(),
        permit,
        clock,
        Arc::new(SeededRandom::new(1)),
    )
}

fn courier(patience: Patience, service: &Arc<Scripted>) -> Courier {
    courier_with(4, patience, service, Arc::new(Unmetered))
}

fn read() -> Request {
    Request::new(
        Method::Get,
        "https://service.invalid/crm/v8/Accounts?token=secret",
    )
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

#[tokio::test(start_paused = true)]
async fn a_useful_answer_is_handed_over_at_once() {
    for status in [200, 201, 204, 207, 302, 304, 400, 401, 403, 404, 409, 413] {
        let service = Scripted::new([], Step::status(status));
        let courier = courier(Patience::default(), &service);
        assert_eq!(courier.send(read()).await.unwrap().status, status);
        assert_eq!(service.attempts(), 1);
        assert_eq!(courier.last_success(), Some(NOON.parse().unwrap()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    for step in [
        Step::status(408),
        Step::status(429),
        Step::status(500),
        Step::status(502),
        Step::status(503),
        Step::status(504),
        Step::unsent(Cause::Dns),
        Step::unsent(Cause::Connect("refused".to_owned())),
        Step::lost(Cause::Reset("reset".to_owned())),
        Step::lost(Cause::Damaged("cut off".to_owned())),
        Step::lost(Cause::Timeout),
    ] {
        let service = Scripted::new([step.clone(), step], Step::status(200));
        let answer = courier(Patience::default(), &service).send(read()).await;
        assert_eq!(answer.unwrap().status, 200);
        assert_eq!(service.attempts(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_end_alike_is_not_tried_again() {
    for step in [
        Step::status(501),
        Step::unsent(Cause::BadAddress("http".to_owned())),
        Step::unsent(Cause::Tls("expired".to_owned())),
        Step::lost(Cause::TooLarge { limit: 5 }),
    ] {
        let service = Scripted::new([step], Step::status(200));
        let courier = courier(Patience::default(), &service);
        let answer = courier.send(read()).await;
        assert!(answer.map_or(true, |response| response.status == 501));
        assert_eq!(service.attempts(), 1);
        assert_eq!(courier.last_success(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_not_repeated() {
    for cause in [
        Cause::Reset("reset".to_owned()),
        Cause::Timeout,
        Cause::Damaged("cut off".to_owned()),
    ] {
        let service = Scripted::new([Step::lost(cause.clone())], Step::status(201));
        let error = courier(Patience::default(), &service)
            .send(insert())
            .await
            .unwrap_err();
        assert_eq!((error.fate, error.cause), (Fate::OutcomeUnknown, cause));
        assert_eq!(service.attempts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_the_service_failed_is_handed_over() {
    for status in [408, 500, 502, 503, 504] {
        let service = Scripted::new([Step::status(status)], Step::status(201));
        let answer = courier(Patience::default(), &service).send(insert()).await;
        assert_eq!(answer.unwrap().status, status);
        assert_eq!(service.attempts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_without_effect_is_repeated() {
    let unsent = Step::unsent(Cause::Connect("refused".to_owned()));
    let service = Scripted::new([Step::status(429), unsent], Step::status(201));
    assert_eq!(
        courier(Patience::default(), &service)
            .send(insert())
            .await
            .unwrap()
            .status,
        201
    );
    assert_eq!(service.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_a_key_protects_is_repeated() {
    let service = Scripted::new([Step::status(503), Step::lost(Cause::Timeout)], Step::status(200));
    let request = Request {
        repeat: Repeat::Safe,
        ..insert()
    };
    assert_eq!(
        courier(Patience::default(), &service)
            .send(request)
            .await
            .unwrap()
            .status,
        200
    );
    assert_eq!(service.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn fate_speaks_of_all_attempts_together() {
    for first in [Step::status(503), Step::lost(Cause::Timeout)] {
        let service = Scripted::new([first], Step::unsent(Cause::Dns));
        let request = Request {
            repeat: Repeat::Safe,
            ..insert()
        };
        let error = courier(Patience::default(), &service)
            .send(request)
            .await
            .unwrap_err();
        assert_eq!((error.fate, error.cause), (Fate::OutcomeUnknown, Cause::Dns));
    }
    let service = Scripted::new([Step::status(429)], Step::unsent(Cause::Dns));
    let error = courier(Patience::default(), &service)
        .send(insert())
        .await
        .unwrap_err();
    assert_eq!((error.fate, error.cause), (Fate::NotSent, Cause::Dns));
}

#[tokio::test(start_paused = true)]
async fn patience_ends_after_a_minute_without_success() {
    for step in [
        Step::status(503),
        Step::unsent(Cause::Dns),
        Step::lost(Cause::Timeout),
    ] {
        let service = Scripted::new([], step);
        let start = Instant::now();
        let answers = send_all(&courier(Patience::default(), &service), 3).await;
        assert_eq!(start.elapsed().as_secs(), 60);
        assert!(
            answers
                .iter()
                .all(|answer| answer.as_ref().map_or(true, |response| response.status == 503))
        );
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
    courier
        .send(Request::new(Method::Get, "https://service.invalid/healthy"))
        .await
        .unwrap();
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
    let unsent = answers
        .iter()
        .filter(|answer| answer.as_ref().is_err_and(|error| error.fate == Fate::NotSent));
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
    let answers = send_all(
        &courier_with(8, Patience::default(), &service, Arc::new(Unmetered)),
        8,
    )
    .await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().is_ok_and(|response| response.status == 429))
    );
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
    let courier = courier(
        Patience {
            refusals: 5,
            ..Patience::default()
        },
        &service,
    );
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
            assert_eq!(
                courier(Patience::default(), &service)
                    .send(read())
                    .await
                    .unwrap()
                    .status,
                200
            );
            assert_eq!(service.moments()[1].as_secs(), 40, "{status} {value}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_patience_is_not_begun() {
    for value in ["61", "Sun, 01 Mar 2026 13:00:00 GMT"] {
        let service = Scripted::new(
            [Step::status(503).header("retry-after", value)],
            Step::status(200),
        );
        let start = Instant::now();
        assert_eq!(
            courier(Patience::default(), &service)
                .send(read())
                .await
                .unwrap()
                .status,
            503
        );
        assert!(start.elapsed().is_zero());
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_halve_what_is_under_way_and_successes_bring_it_back() {
    let service = Scripted::slow(Duration::from_millis(100), Step::status(200));
    let courier = courier_with(16, ENDLESS, &service, Arc::new(Unmetered));
    assert!(send_all(&courier, 64).await.iter().all(Result::is_ok));
    assert_eq!(service.take_most_at_once(), 16);

    (0..60).for_each(|_| service.next(Step::status(429)));
    assert!(send_all(&courier, 16).await.iter().all(Result::is_ok));
    service.take_most_at_once();
    assert!(send_all(&courier, 8).await.iter().all(Result::is_ok));
    assert!(service.take_most_at_once() <= 4, "it recovers slowly");

    assert!(send_all(&courier, 400).await.iter().all(Result::is_ok));
    assert_eq!(service.take_most_at_once(), 16, "it recovers");
}

#[tokio::test(start_paused = true)]
async fn concurrency_can_be_changed_on_the_way() {
    let service = Scripted::slow(Duration::from_millis(100), Step::status(200));
    let courier = courier(ENDLESS, &service);
    for (ceiling, expected) in [(10, 10), (2, 2), (0, 1)] {
        courier.clone().set_concurrency(ceiling);
        send_all(&courier, 30).await;
        assert_eq!(service.take_most_at_once(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_to_be_repeated_holds_nobody_up() {
    let refused = Step::status(503).header("Retry-After", "30");
    let service = Scripted::new([refused], Step::status(200));
    let courier = courier_with(1, Patience::default(), &service, Arc::new(Unmetered));
    let waiting = tokio::spawn({
        let courier = courier.clone();
        async move { courier.send(read()).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    courier.send(read()).await.unwrap();
    assert!(start.elapsed().is_zero());
    assert!(!waiting.is_finished());
}

/// Grants so many credits and notes what it is told.
#[derive(Default)]
struct Purse {
    credits: AtomicU32,
    booked: AtomicU32,
    remaining: AtomicU64,
}

impl Permit for Purse {
    fn ask(&self, credits: u32) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let booked = self.booked.load(Ordering::Relaxed) + credits;
            if booked > self.credits.load(Ordering::Relaxed) {
                let until = Some(Timestamp::UNIX_EPOCH);
                return Err(Refused {
                    reason: "today's credits are used up".to_owned(),
                    until,
                });
            }
            self.booked.store(booked, Ordering::Relaxed);
            Ok(())
        })
    }

    fn remaining(&self, credits: u64) {
        self.remaining.store(credits, Ordering::Relaxed);
    }
}

fn purse(credits: u32) -> Arc<Purse> {
    Arc::new(Purse {
        credits: credits.into(),
        ..Purse::default()
    })
}

#[tokio::test(start_paused = true)]
async fn credits_are_booked_for_every_attempt() {
    let service = Scripted::new([Step::status(429), Step::status(429)], Step::status(200));
    let purse = purse(100);
    let courier = courier_with(4, Patience::default(), &service, purse.clone());
    courier
        .send(Request {
            credits: 10,
            ..read()
        })
        .await
        .unwrap();
    assert_eq!(purse.booked.load(Ordering::Relaxed), 30);
    assert_eq!((courier.calls(), courier.credits()), (3, 30));
}

#[tokio::test(start_paused = true)]
async fn without_leave_nothing_is_sent() {
    let service = Scripted::new([], Step::status(200));
    let courier = courier_with(4, Patience::default(), &service, purse(5));
    let error = courier.send(Request { credits: 6, ..read() }).await.unwrap_err();
    assert_eq!(error.fate, Fate::NotSent);
    assert!(matches!(&error.cause, Cause::Refused(refused) if refused.until.is_some()));
    assert_eq!(
        error.to_string(),
        "https://service.invalid/crm/v8/Accounts: today's credits are used up"
    );
    assert_eq!((service.attempts(), courier.calls()), (0, 0));
    courier.send(read()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn leave_refused_to_a_repetition_leaves_the_first_attempt_in_doubt() {
    let service = Scripted::new([Step::lost(Cause::Timeout)], Step::status(200));
    let courier = courier_with(4, Patience::default(), &service, purse(10));
    let request = Request {
        credits: 10,
        repeat: Repeat::Safe,
        ..insert()
    };
    let error = courier.send(request).await.unwrap_err();
    assert_eq!(error.fate, Fate::OutcomeUnknown);
    assert!(matches!(error.cause, Cause::Refused(_)));
}

#[tokio::test(start_paused = true)]
async fn what_the_service_says_is_left_is_passed_on() {
    let service = Scripted::new([], Step::status(404).header("x-api-credits-remaining", "24311"));
    let purse = purse(0);
    courier_with(4, Patience::default(), &service, purse.clone())
        .send(read())
        .await
        .unwrap();
    assert_eq!(purse.remaining.load(Ordering::Relaxed), 24_311);
}

#[tokio::test(start_paused = true)]
async fn calls_count_what_reached_the_service() {
    let unsent = Step::unsent(Cause::Dns);
    let service = Scripted::new(
        [
            unsent.clone(),
            Step::status(503),
            unsent,
            Step::lost(Cause::Timeout),
        ],
        Step::status(200),
    );
    let courier = courier(Patience::default(), &service);
    courier.send(read()).await.unwrap();
    assert_eq!((service.attempts(), courier.calls()), (5, 3));
}

fn whole(response: &Response) -> Result<usize, String> {
    if response.is_success() && !response.body.ends_with(b"}") {
        return Err("the JSON ends early".to_owned());
    }
    Ok(response.body.len())
}

#[tokio::test(start_paused = true)]
async fn a_damaged_body_behind_a_good_status_is_read_again() {
    let service = Scripted::new(
        [Step::status(200).body("{\"value\":[")],
        Step::status(200).body("{}"),
    );
    let (response, length) = courier(Patience::default(), &service)
        .send_checked(read(), whole)
        .await
        .unwrap();
    assert_eq!((response.status, length), (200, 2));
    assert_eq!(service.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_answer_to_a_write_leaves_doubt() {
    let service = Scripted::new(
        [Step::status(201).body("{\"data\":")],
        Step::status(201).body("{}"),
    );
    let error = courier(Patience::default(), &service)
        .send_checked(insert(), whole)
        .await
        .unwrap_err();
    assert_eq!(error.fate, Fate::OutcomeUnknown);
    assert_eq!(error.cause, Cause::Damaged("the JSON ends early".to_owned()));
    assert_eq!(service.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn bodies_that_stay_damaged_are_not_success() {
    let service = Scripted::new([], Step::status(200).body("{"));
    let courier = courier(Patience::default(), &service);
    let start = Instant::now();
    let error = courier.send_checked(read(), whole).await.unwrap_err();
    assert_eq!(error.cause, Cause::Damaged("the JSON ends early".to_owned()));
    assert_eq!(start.elapsed().as_secs(), 60);
    assert_eq!(courier.last_success(), None);
}

#[tokio::test(start_paused = true)]
async fn the_reader_sees_every_answer_that_is_handed_over() {
    let service = Scripted::new([], Step::status(503).body("<html>"));
    let answer = courier(Patience::default(), &service)
        .send_checked(read(), whole)
        .await
        .unwrap();
    assert_eq!((answer.0.status, answer.1), (503, 6));
}

#[tokio::test(start_paused = true)]
async fn every_request_has_an_id_of_its_own_that_its_repetitions_share() {
    let service = Scripted::new([Step::status(503)], Step::status(200));
    let courier = courier(Patience::default(), &service);
    courier.send(read()).await.unwrap();
    courier.send(read()).await.unwrap();
    let ids = service.ids();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
    assert!(ids.iter().all(|id| id.len() == 36 && &id[14..15] == "4"));
}

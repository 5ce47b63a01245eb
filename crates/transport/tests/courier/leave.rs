//! Credits: asked for, booked, refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use transport::{BoxFuture, Cause, Fate, Patience, Permit, Purpose, Refused, RefusedBy, Repeat, Request};

use crate::scripted::{Scripted, Step};
use crate::{courier_with, insert, read};

/// Grants so many credits and notes what it is told.
#[derive(Default)]
struct Purse {
    credits: AtomicU32,
    booked: AtomicU32,
    remaining: AtomicU64,
}

impl Permit for Purse {
    fn ask(&self, credits: u32, _purpose: Purpose) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let booked = self.booked.load(Ordering::Relaxed) + credits;
            if booked > self.credits.load(Ordering::Relaxed) {
                let until = Some(Timestamp::UNIX_EPOCH);
                let reason = "today's credits are used up".to_owned();
                return Err(Refused { reason, by: RefusedBy::Budget, until });
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
    Arc::new(Purse { credits: credits.into(), ..Purse::default() })
}

#[tokio::test(start_paused = true)]
async fn credits_are_booked_for_every_attempt() {
    let service = Scripted::new([Step::status(429), Step::status(429)], Step::status(200));
    let purse = purse(100);
    let courier = courier_with(4, Patience::default(), &service, purse.clone());
    courier.send(Request { credits: 10, ..read() }).await.unwrap();
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
    assert_eq!(error.to_string(), "https://service.invalid/crm/v8/Accounts: today's credits are used up");
    assert_eq!((service.attempts(), courier.calls()), (0, 0));
    courier.send(read()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn leave_refused_to_a_repetition_leaves_the_first_attempt_in_doubt() {
    let service = Scripted::new([Step::lost(Cause::Timeout)], Step::status(200));
    let courier = courier_with(4, Patience::default(), &service, purse(10));
    let request = Request { credits: 10, repeat: Repeat::Safe, ..insert() };
    let error = courier.send(request).await.unwrap_err();
    assert_eq!(error.fate, Fate::OutcomeUnknown);
    assert!(matches!(error.cause, Cause::Refused(_)));
}

#[tokio::test(start_paused = true)]
async fn what_the_service_says_is_left_is_passed_on() {
    let service = Scripted::new([], Step::status(404).header("x-api-credits-remaining", "24311"));
    let purse = purse(0);
    courier_with(4, Patience::default(), &service, purse.clone()).send(read()).await.unwrap();
    assert_eq!(purse.remaining.load(Ordering::Relaxed), 24_311);
}

/// A ledger that takes its time.
struct SlowLedger;

impl Permit for SlowLedger {
    fn ask(&self, _credits: u32, _purpose: Purpose) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(())
        })
    }

    fn remaining(&self, _credits: u64) {}
}

#[tokio::test(start_paused = true)]
async fn while_a_request_waits_for_the_ledger_others_use_its_turn() {
    let service = Scripted::slow(Duration::from_secs(1), Step::status(200));
    let courier = courier_with(1, Patience::default(), &service, Arc::new(SlowLedger));
    let start = tokio::time::Instant::now();
    let send = || courier.send(Request { credits: 1, ..read() });
    let (a, b, c) = tokio::join!(send(), send(), send());
    a.and(b).and(c).unwrap();
    // One second of booking for all of them, and three turns.
    assert_eq!(start.elapsed().as_secs(), 4);
}

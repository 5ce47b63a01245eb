use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use transport::{Clock, Permit, Purpose, RefusedBy, TokioClock};

use super::CreditLedger;
use crate::credit_budget::Budget;
use crate::store::{Store, credits};

fn clock() -> Arc<TokioClock> {
    Arc::new(TokioClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap()))
}

fn ledger(store: &Arc<Store>, clock: &Arc<TokioClock>) -> CreditLedger {
    let clock: Arc<dyn Clock> = Arc::<TokioClock>::clone(clock);
    CreditLedger::new(Arc::clone(store), clock, 50)
}

async fn change(ledger: &CreditLedger, credits: u32) -> Result<(), transport::Refused> {
    ledger.ask(credits, Purpose::Change).await
}

async fn look(ledger: &CreditLedger, credits: u32) -> Result<(), transport::Refused> {
    ledger.ask(credits, Purpose::Look).await
}

async fn until(clock: &TokioClock, at: Timestamp) {
    clock.sleep(at.duration_since(clock.now()).unsigned_abs()).await;
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_refused_until_the_window_has_rolled_on() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(200);
    change(&ledger, 60).await.unwrap();
    clock.sleep(Duration::from_secs(3600)).await;
    change(&ledger, 35).await.unwrap();
    let refused = change(&ledger, 1).await.unwrap_err();
    assert!(refused.reason.contains("95 of 95"), "{}", refused.reason);
    assert!(refused.reason.contains("2026-01-02T00:01:00Z"), "{}", refused.reason);
    assert_eq!(
        (refused.by, refused.until),
        (RefusedBy::Budget, Some("2026-01-02T00:01:00Z".parse().unwrap()))
    );
    until(&clock, refused.until.unwrap()).await;
    change(&ledger, 60).await.unwrap();
    assert!(change(&ledger, 1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_twentieth_is_kept_for_looks() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(200);
    change(&ledger, 95).await.unwrap();
    change(&ledger, 1).await.unwrap_err();
    look(&ledger, 5).await.unwrap();
    assert!(look(&ledger, 1).await.unwrap_err().until.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_trickle_of_free_credits_is_no_reason_to_go_on() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(2_000);
    // One credit a minute for a while, and then all the rest.
    for _ in 0..60 {
        change(&ledger, 1).await.unwrap();
        clock.sleep(Duration::from_secs(60)).await;
    }
    change(&ledger, 890).await.unwrap();
    // 47 are useful: the first 47 of the single credits have to be free.
    let refused = change(&ledger, 1).await.unwrap_err();
    assert_eq!(refused.until, Some("2026-01-02T00:47:00Z".parse().unwrap()));
    assert_eq!(ledger.room_for(u64::MAX).unwrap(), refused.until);
    assert_eq!(ledger.room_for(2).unwrap(), Some("2026-01-02T00:02:00Z".parse().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn what_was_spent_and_what_the_org_has_survive_a_restart() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let first = ledger(&store, &clock);
    first.set_daily(200);
    first.remaining(150);
    change(&first, 95).await.unwrap();
    let second = ledger(&store, &clock);
    assert_eq!(second.budget().map(Budget::whole), Some(100));
    assert_eq!(second.org_remaining(), Some(150));
    assert!(change(&second, 1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn until_the_edition_is_known_calls_are_let_go_and_booked() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    assert_eq!(ledger.budget(), None);
    change(&ledger, 7).await.unwrap();
    ledger.set_daily(20);
    change(&ledger, 3).await.unwrap();
    assert!(change(&ledger, 1).await.is_err());
    assert_eq!(store.read(|tx| credits::spent_since(tx, clock.now())).unwrap(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_reader_beside_the_writer_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerline.db");
    let writer = Arc::new(Store::open(&path).unwrap());
    let reader = Arc::new(Store::open_read_only(&path).unwrap());
    let clock = clock();
    let ledger = ledger(&reader, &clock);
    ledger.set_daily(2);
    look(&ledger, 5).await.unwrap();
    assert_eq!(writer.read(|tx| credits::spent_since(tx, clock.now())).unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_beyond_the_whole_budget_is_refused_for_good() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(20);
    change(&ledger, 1).await.unwrap();
    let refused = change(&ledger, 11).await.unwrap_err();
    assert_eq!((refused.by, refused.until), (RefusedBy::TooSmallBudget, None));
    assert!(refused.reason.contains("10 of the org's 20 a day"), "{}", refused.reason);
    change(&ledger, 9).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_last_credits_of_the_org_are_left_to_others() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(5_000);
    // Others spent nearly everything: the floor is a tenth of the day, half of that for looks.
    ledger.remaining(520);
    change(&ledger, 20).await.unwrap();
    let refused = change(&ledger, 1).await.unwrap_err();
    assert!(refused.reason.contains("500 of its 5000"), "{}", refused.reason);
    assert_eq!((refused.by, refused.until), (RefusedBy::Org, Some("2026-01-01T00:15:00Z".parse().unwrap())));
    look(&ledger, 1).await.unwrap();
    ledger.remaining(250);
    assert_eq!(look(&ledger, 1).await.unwrap_err().by, RefusedBy::Org);
    // Only an answer can tell that it is better now: after a while a call goes out to hear it.
    clock.sleep(Duration::from_secs(15 * 60)).await;
    change(&ledger, 10).await.unwrap();
    ledger.remaining(249);
    change(&ledger, 1).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn who_has_the_whole_day_leaves_nothing_to_others() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let clock: Arc<dyn Clock> = clock;
    let ledger = CreditLedger::new(Arc::clone(&store), clock, 100);
    ledger.set_daily(5_000);
    ledger.remaining(10);
    change(&ledger, 10).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn large_writes_are_booked_ahead_and_what_is_not_spent_is_given_back() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(100_000);
    for write in 1..=12 {
        ledger.ask(10, Purpose::Change).await.unwrap();
        let booked = if write <= 10 { 100 } else { 200 };
        assert_eq!(ledger.spent().unwrap(), booked, "after write {write}");
    }
    ledger.ask(1, Purpose::Look).await.unwrap();
    assert_eq!(ledger.spent().unwrap(), 201);
    ledger.settle().unwrap();
    assert_eq!(ledger.spent().unwrap(), 121);
    ledger.settle().unwrap();
    assert_eq!(ledger.spent().unwrap(), 121);
}

#[tokio::test(start_paused = true)]
async fn what_was_booked_ahead_serves_for_a_minute() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(100_000);
    ledger.ask(10, Purpose::Change).await.unwrap();
    clock.sleep(Duration::from_secs(61)).await;
    ledger.ask(10, Purpose::Change).await.unwrap();
    // The former ninety were given back.
    assert_eq!(ledger.spent().unwrap(), 110);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_booked_ahead_when_the_budget_or_the_org_has_little_left() {
    let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
    let ledger = ledger(&store, &clock);
    ledger.set_daily(1_000);
    ledger.ask(10, Purpose::Change).await.unwrap();
    assert_eq!(ledger.spent().unwrap(), 10);
    ledger.set_daily(100_000);
    ledger.ask(10, Purpose::Change).await.unwrap();
    assert_eq!(ledger.spent().unwrap(), 110);
    ledger.remaining(5);
    ledger.ask(10, Purpose::Change).await.unwrap_err();
}

//! Leave to spend Zoho credits, from a ledger of the last 24 hours that survives restarts.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use transport::{BoxFuture, Clock, Permit, Refused};

use crate::store::{Store, StoreError, credits, facts};

/// Zoho counts credits over rolling 24 hours (facts, §9).
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Credits are booked by the minute: a minute has left the window when its last second has.
const MINUTE: Duration = Duration::from_secs(60);

/// The fact that remembers how many credits the org has a day, for the calls that come before its edition is read again.
const DAILY: &str = "zoho.daily_credits";

/// The ledger of one profile.
pub struct CreditLedger {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    percent: u64,
    /// Zero until the org's edition is known.
    daily: AtomicU64,
    /// `u64::MAX` until Zoho says something.
    remaining: AtomicU64,
}

impl CreditLedger {
    /// A ledger that lets `percent` of the org's daily credits be spent.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, percent: u32) -> Self {
        let known = store.read(|tx| facts::get(tx, DAILY)).ok().flatten();
        let daily = known.and_then(|daily| daily.parse().ok()).unwrap_or(0);
        Self {
            store,
            clock,
            percent: u64::from(percent),
            daily: AtomicU64::new(daily),
            remaining: AtomicU64::new(u64::MAX),
        }
    }

    /// Sets how many credits the org has a day, by edition and users.
    pub fn set_daily(&self, credits: u64) {
        if self.daily.swap(credits, Ordering::Relaxed) != credits
            && !self.store.is_read_only()
            && let Err(error) = self.store.write(|tx| facts::set(tx, DAILY, &credits.to_string()))
        {
            // It holds for this process all the same, and the next one reads the edition anew.
            tracing::warn!(%error, "the org's daily credits could not be remembered");
        }
    }

    /// How many credits may be spent in 24 hours; `None` until the org's edition is known.
    #[must_use]
    pub fn budget(&self) -> Option<u64> {
        let daily = self.daily.load(Ordering::Relaxed);
        (daily > 0).then(|| daily.saturating_mul(self.percent) / 100)
    }

    /// How many credits the whole org has left, as Zoho said last.
    #[must_use]
    pub fn org_remaining(&self) -> Option<u64> {
        let left = self.remaining.load(Ordering::Relaxed);
        (left < u64::MAX).then_some(left)
    }

    /// A reader beside the writer (`doctor`) cannot book; its handful of calls is let go.
    fn lets_go(&self, wanted: u32) -> Result<Result<(), Refused>, StoreError> {
        if self.store.is_read_only() { Ok(Ok(())) } else { self.book(wanted) }
    }

    /// Looks and books in one transaction: two requests at once cannot both have the last credit.
    ///
    /// The booking waits for the disk, and with it everything stored before: nothing more is told to Zoho while a power cut could still take
    /// back what an earlier answer said.
    fn book(&self, wanted: u32) -> Result<Result<(), Refused>, StoreError> {
        let now = self.clock.now();
        let since = now.checked_sub(WINDOW).unwrap_or(now);
        self.store.write(|tx| {
            // The first calls tell the edition: they are let go, and booked.
            if let Some(budget) = self.budget() {
                let spent = credits::spent_since(tx, since)?;
                if spent.saturating_add(u64::from(wanted)) > budget {
                    let until = room_at(&credits::by_minute(tx, since)?, spent, u64::from(wanted), budget);
                    return Ok(Err(Refused { reason: self.reason(spent, budget), until }));
                }
            }
            credits::book(tx, now, wanted)?;
            // Twice the window: a clock that is set back for a while does not make it forget.
            credits::prune(tx, since.checked_sub(WINDOW).unwrap_or(since))?;
            Ok(Ok(()))
        })
    }

    fn reason(&self, spent: u64, budget: u64) -> String {
        let org = self.org_remaining().map(|left| format!(" (the org has {left} left)")).unwrap_or_default();
        format!(
            "the credit budget is spent: {spent} of {budget} Zoho credits in 24 hours{org}; credit_budget under [sync] sets the share"
        )
    }
}

/// When enough of the window has rolled off for `wanted` credits; never, where the whole budget is too small.
fn room_at(spent_by_minute: &[(Timestamp, u64)], spent: u64, wanted: u64, budget: u64) -> Option<Timestamp> {
    let mut left = spent;
    for (minute, spent) in spent_by_minute {
        left = left.saturating_sub(*spent);
        if left + wanted <= budget {
            return minute.checked_add(WINDOW + MINUTE).ok();
        }
    }
    None
}

impl Permit for CreditLedger {
    fn ask(&self, wanted: u32) -> BoxFuture<'_, Result<(), Refused>> {
        let answer = match self.lets_go(wanted) {
            Ok(answer) => answer,
            // What cannot be booked must not be spent: the ledger would no longer be true.
            Err(error) => Err(Refused {
                reason: format!("the credit ledger could not be written: {error}"),
                until: None,
            }),
        };
        Box::pin(ready(answer))
    }

    fn remaining(&self, left: u64) {
        self.remaining.store(left, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use jiff::Timestamp;
    use transport::{Clock, Permit, TokioClock};

    use super::CreditLedger;
    use crate::store::{Store, credits};

    fn clock() -> Arc<TokioClock> {
        Arc::new(TokioClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap()))
    }

    fn ledger(store: &Arc<Store>, clock: &Arc<TokioClock>) -> CreditLedger {
        let clock: Arc<dyn Clock> = Arc::<TokioClock>::clone(clock);
        CreditLedger::new(Arc::clone(store), clock, 50)
    }

    async fn until(clock: &TokioClock, at: Timestamp) {
        clock.sleep(at.duration_since(clock.now()).unsigned_abs()).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_is_refused_until_the_window_has_rolled_on() {
        let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
        let ledger = ledger(&store, &clock);
        ledger.set_daily(200);
        ledger.ask(60).await.unwrap();
        clock.sleep(Duration::from_secs(3600)).await;
        ledger.ask(40).await.unwrap();
        let refused = ledger.ask(1).await.unwrap_err();
        assert!(refused.reason.contains("100 of 100"), "{}", refused.reason);
        assert_eq!(refused.until, Some("2026-01-02T00:01:00Z".parse().unwrap()));
        until(&clock, refused.until.unwrap()).await;
        ledger.ask(60).await.unwrap();
        assert!(ledger.ask(1).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_spent_and_what_the_org_has_survive_a_restart() {
        let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
        let first = ledger(&store, &clock);
        first.set_daily(200);
        first.ask(100).await.unwrap();
        let second = ledger(&store, &clock);
        assert_eq!(second.budget(), Some(100));
        assert!(second.ask(1).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn until_the_edition_is_known_calls_are_let_go_and_booked() {
        let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
        let ledger = ledger(&store, &clock);
        assert_eq!(ledger.budget(), None);
        ledger.ask(7).await.unwrap();
        ledger.set_daily(20);
        ledger.ask(3).await.unwrap();
        assert!(ledger.ask(1).await.is_err());
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
        ledger.ask(5).await.unwrap();
        assert_eq!(writer.read(|tx| credits::spent_since(tx, clock.now())).unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_beyond_the_whole_budget_is_refused_for_good() {
        let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
        let ledger = ledger(&store, &clock);
        ledger.set_daily(20);
        ledger.ask(1).await.unwrap();
        assert_eq!(ledger.ask(11).await.unwrap_err().until, None);
        ledger.ask(9).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_org_has_left_stands_in_the_refusal() {
        let (clock, store) = (clock(), Arc::new(Store::in_memory().unwrap()));
        let ledger = ledger(&store, &clock);
        ledger.set_daily(2);
        ledger.remaining(4711);
        assert_eq!(ledger.org_remaining(), Some(4711));
        assert!(ledger.ask(2).await.unwrap_err().reason.contains("4711"));
    }
}

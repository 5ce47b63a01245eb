//! Leave to spend Zoho credits, from a ledger of the last 24 hours that survives restarts.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use transport::{BoxFuture, Clock, Permit, Refused};

use crate::store::{Store, StoreError, credits};

/// Zoho counts credits over rolling 24 hours (facts, §9).
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
/// Until the edition is known: what the smallest paid edition has.
const FIRST_DAILY: u64 = 50_000;

/// The ledger of one profile.
pub struct CreditLedger {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    percent: u64,
    daily: AtomicU64,
    remaining: AtomicU64,
}

impl CreditLedger {
    /// A ledger that lets `percent` of the org's daily credits be spent.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, percent: u32) -> Self {
        Self {
            store,
            clock,
            percent: u64::from(percent),
            daily: AtomicU64::new(FIRST_DAILY),
            remaining: AtomicU64::new(u64::MAX),
        }
    }

    /// Sets how many credits the org has a day, by edition and users.
    pub fn set_daily(&self, credits: u64) {
        self.daily.store(credits, Ordering::Relaxed);
    }

    /// How many credits may be spent in 24 hours.
    #[must_use]
    pub fn budget(&self) -> u64 {
        self.daily.load(Ordering::Relaxed).saturating_mul(self.percent) / 100
    }

    fn book(&self, wanted: u32) -> Result<Result<(), Refused>, StoreError> {
        let now = self.clock.now();
        let since = now.checked_sub(WINDOW).unwrap_or(now);
        let budget = self.budget();
        self.store.write(|tx| {
            let spent = credits::spent_since(tx, since)?;
            if spent + u64::from(wanted) > budget {
                let until = room_at(&credits::by_minute(tx, since)?, spent, u64::from(wanted), budget);
                let left = self.remaining.load(Ordering::Relaxed);
                let org = if left == u64::MAX {
                    String::new()
                } else {
                    format!(" (the org has {left} left)")
                };
                return Ok(Err(Refused {
                    reason: format!(
                        "the credit budget is spent: {spent} of {budget} Zoho credits in 24 hours{org}; \
                         credit_budget under [sync] sets the share"
                    ),
                    until,
                }));
            }
            credits::book(tx, now, wanted)?;
            credits::prune(tx, since)?;
            Ok(Ok(()))
        })
    }
}

/// When enough of the window has rolled off for `wanted` credits.
fn room_at(spent_by_minute: &[(Timestamp, u64)], spent: u64, wanted: u64, budget: u64) -> Option<Timestamp> {
    let mut left = spent;
    for (minute, spent) in spent_by_minute {
        left = left.saturating_sub(*spent);
        if left + wanted <= budget {
            return minute.checked_add(WINDOW + Duration::from_secs(60)).ok();
        }
    }
    None
}

impl Permit for CreditLedger {
    fn ask(&self, wanted: u32) -> BoxFuture<'_, Result<(), Refused>> {
        let answer = match self.book(wanted) {
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

    use transport::{Clock, Permit, TokioClock};

    use super::CreditLedger;
    use crate::store::Store;

    #[tokio::test(start_paused = true)]
    async fn the_budget_is_refused_until_the_window_has_rolled_on() {
        let clock = Arc::new(TokioClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap()));
        let store = Arc::new(Store::in_memory().unwrap());
        let ledger = CreditLedger::new(Arc::clone(&store), clock.clone(), 50);
        ledger.set_daily(200);
        ledger.ask(60).await.unwrap();
        clock.sleep(Duration::from_secs(3600)).await;
        ledger.ask(40).await.unwrap();
        let refused = ledger.ask(1).await.unwrap_err();
        assert!(refused.reason.contains("100 of 100"), "{}", refused.reason);
        let until = refused.until.unwrap();
        assert_eq!(until, "2026-01-02T00:01:00Z".parse().unwrap());
        // A new process over the same database knows what was spent.
        let again = CreditLedger::new(store, clock.clone(), 50);
        again.set_daily(200);
        assert!(again.ask(1).await.is_err());
        clock
            .sleep(until.duration_since(clock.now()).unsigned_abs())
            .await;
        again.ask(60).await.unwrap();
        assert!(again.ask(1).await.is_err());
    }
}

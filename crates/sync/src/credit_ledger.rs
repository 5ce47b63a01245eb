//! Leave to spend Zoho credits, from a ledger of the last 24 hours that survives restarts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use transport::{BoxFuture, Clock, Permit, Purpose, Refused, RefusedBy};

use crate::credit_budget::{Budget, WINDOW, room_at};
use crate::store::{Store, StoreError, Tx, credits, facts};

/// The fact that remembers how many credits the org has a day, for the calls that come before its edition is read again.
const DAILY: &str = "zoho.daily_credits";

/// The fact that remembers what the whole org had left, and when Zoho said so.
const ORG: &str = "zoho.credits_remaining";

/// How long Zoho's word about what the org has left is believed. Only an answer brings a new one, so that after this time a call goes
/// out to hear it; it also is how long a wait for others lasts.
const BELIEVED: Duration = Duration::from_secs(15 * 60);

/// The ledger of one profile; a clone of it is the same ledger.
#[derive(Clone)]
pub struct CreditLedger {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    percent: u32,
    /// Zero until the org's edition is known.
    daily: Arc<AtomicU64>,
    org: Arc<Mutex<Option<OrgSays>>>,
    ahead: Arc<Mutex<Option<Ahead>>>,
}

/// What was booked and is not spent yet.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    left: u32,
    booked_at: Timestamp,
}

/// Of the large writes of a load, so many are booked at once: booking each waited for the disk five hundred times. A crash so leaves at
/// most nine booked that never went out.
const WRITES_AHEAD: u32 = 9;

/// How long what was booked ahead may be used: so much too early it leaves the window.
const AHEAD_FOR: Duration = Duration::from_secs(60);

/// Nothing is booked ahead unless the budget has room for so many times as much.
const PLENTY: u64 = 10;

/// What Zoho said that the whole org had left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrgSays {
    /// Credits.
    pub left: u64,
    /// When.
    pub at: Timestamp,
    /// What we booked since.
    since: u64,
    /// Whether it stands in the database.
    kept: bool,
}

impl CreditLedger {
    /// A ledger that lets `percent` of the org's daily credits be spent.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, percent: u32) -> Self {
        let (daily, org) = store.read(|tx| Ok((daily(tx)?, org_says(tx)?))).unwrap_or_default();
        let (daily, org) = (Arc::new(AtomicU64::new(daily.unwrap_or(0))), Arc::new(Mutex::new(org)));
        Self { store, clock, percent, daily, org, ahead: Arc::default() }
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

    /// What may be spent; `None` until the org's edition is known.
    #[must_use]
    pub fn budget(&self) -> Option<Budget> {
        let daily = self.daily.load(Ordering::Relaxed);
        (daily > 0).then(|| Budget::new(daily, self.percent))
    }

    /// How many credits the whole org has left, as Zoho said last.
    #[must_use]
    pub fn org_remaining(&self) -> Option<u64> {
        self.org().map(|says| says.left)
    }

    /// When the ledger has room for a useful amount of changes, of the `need` that is left; `None` where it never will.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn room_for(&self, need: u64) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now();
        let Some(budget) = self.budget() else { return Ok(Some(now)) };
        Ok(room_at(now, &self.by_minute()?, budget.useful(need), budget.for_changes()))
    }

    /// What was spent in each minute of the last 24 hours.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn by_minute(&self) -> Result<Vec<(Timestamp, u64)>, StoreError> {
        self.store.read(|tx| credits::by_minute(tx, window_start(self.clock.now())))
    }

    /// What was spent in the last 24 hours.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn spent(&self) -> Result<u64, StoreError> {
        Ok(self.by_minute()?.iter().map(|(_, spent)| *spent).sum())
    }

    fn org(&self) -> MutexGuard<'_, Option<OrgSays>> {
        self.org.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ahead(&self) -> MutexGuard<'_, Option<Ahead>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the credits from what was booked ahead, where there is enough and the org has not run low meanwhile.
    fn is_booked(&self, wanted: u32, purpose: Purpose) -> bool {
        let (now, Some(budget)) = (self.clock.now(), self.budget()) else { return false };
        let (mut org, mut ahead) = (self.org(), self.ahead());
        let usable = |ahead: &&mut Ahead| {
            ahead.left >= wanted && now.duration_since(ahead.booked_at).unsigned_abs() < AHEAD_FOR
        };
        let Some(ahead) = ahead.as_mut().filter(usable).filter(|_| is_large(wanted, purpose)) else {
            return false;
        };
        if org_is_low(org.as_ref(), budget, wanted, purpose, now).is_some() {
            return false;
        }
        ahead.left -= wanted;
        if let Some(says) = org.as_mut() {
            says.since = says.since.saturating_add(u64::from(wanted));
        }
        true
    }

    /// A run has ended: what was booked ahead and not spent is free again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settle(&self) -> Result<(), StoreError> {
        let mut ahead = self.ahead();
        if ahead.is_none() { Ok(()) } else { self.store.write(|tx| give_back(tx, &mut ahead)) }
    }

    /// A reader beside the writer (`doctor`) cannot book; its handful of calls is let go.
    fn lets_go(&self, wanted: u32, purpose: Purpose) -> Result<Result<(), Refused>, StoreError> {
        if self.store.is_read_only() { Ok(Ok(())) } else { self.book(wanted, purpose) }
    }

    /// Looks and books in one transaction: two requests at once cannot both have the last credit.
    ///
    /// The booking waits for the disk, and with it everything stored before.
    fn book(&self, wanted: u32, purpose: Purpose) -> Result<Result<(), Refused>, StoreError> {
        let now = self.clock.now();
        let since = window_start(now);
        let (mut org, mut ahead) = (self.org(), self.ahead());
        self.store.write(|tx| {
            // The first calls tell the edition: they are let go, and booked.
            if let Some(budget) = self.budget() {
                if let Some(refused) = org_is_low(org.as_ref(), budget, wanted, purpose, now) {
                    return Ok(Err(refused));
                }
                let spent = credits::spent_since(tx, since)?;
                if let Some(refused) = is_spent(tx, budget, spent, wanted, purpose, now)? {
                    return Ok(Err(refused));
                }
                let more = wanted.saturating_mul(WRITES_AHEAD);
                let room = budget.for_changes().saturating_sub(spent.saturating_add(u64::from(wanted)));
                if is_large(wanted, purpose) && room >= u64::from(more) * PLENTY {
                    give_back(tx, &mut ahead)?;
                    credits::book(tx, now, more)?;
                    *ahead = Some(Ahead { left: more, booked_at: now });
                }
            }
            credits::book(tx, now, wanted)?;
            if let Some(says) = org.as_mut() {
                says.since = says.since.saturating_add(u64::from(wanted));
                if !says.kept {
                    facts::set(tx, ORG, &format!("{} {}", says.left, says.at))?;
                    says.kept = true;
                }
            }
            // Twice the window: a clock that is set back for a while does not make it forget.
            credits::prune(tx, since.checked_sub(WINDOW).unwrap_or(since))?;
            Ok(Ok(()))
        })
    }
}

/// Whether it is one of the many large writes of a load.
fn is_large(credits: u32, purpose: Purpose) -> bool {
    purpose == Purpose::Change && credits >= 5
}

fn give_back(tx: &Tx<'_>, ahead: &mut Option<Ahead>) -> Result<(), StoreError> {
    match ahead.take() {
        Some(Ahead { left, booked_at }) if left > 0 => credits::give_back(tx, booked_at, left),
        Some(_) | None => Ok(()),
    }
}

/// What the org has a day, as a run left it for those that come before its edition is read again.
///
/// # Errors
/// When the database fails.
pub fn daily(tx: &Tx<'_>) -> Result<Option<u64>, StoreError> {
    Ok(facts::get(tx, DAILY)?.and_then(|text| text.parse().ok()))
}

/// How many credits of the budget are left for what can wait; what is kept for looks that cannot is not among them. `None` until the
/// org's edition is known.
///
/// # Errors
/// When the database fails.
pub fn left(tx: &Tx<'_>, percent: u32, now: Timestamp) -> Result<Option<u64>, StoreError> {
    let spent = credits::spent_since(tx, window_start(now))?;
    Ok(daily(tx)?.map(|daily| Budget::new(daily, percent).for_changes().saturating_sub(spent)))
}

/// What Zoho last said that the org had left.
///
/// # Errors
/// When the database fails.
pub fn org_says(tx: &Tx<'_>) -> Result<Option<OrgSays>, StoreError> {
    Ok(facts::get(tx, ORG)?.and_then(|text| {
        let (left, at) = text.split_once(' ')?;
        Some(OrgSays { left: left.parse().ok()?, at: at.parse().ok()?, since: 0, kept: true })
    }))
}

/// Where the 24 hours that count begin.
#[must_use]
pub fn window_start(now: Timestamp) -> Timestamp {
    now.checked_sub(WINDOW).unwrap_or(now)
}

/// Why the request has to wait for the org's sake, if it has.
fn org_is_low(
    says: Option<&OrgSays>,
    budget: Budget,
    wanted: u32,
    purpose: Purpose,
    now: Timestamp,
) -> Option<Refused> {
    let says = says.filter(|says| now.duration_since(says.at).unsigned_abs() < BELIEVED)?;
    let floor = match purpose {
        Purpose::Look => budget.floor() / 2,
        Purpose::Change => budget.floor(),
    };
    let left = says.left.saturating_sub(says.since);
    if floor == 0 || left >= floor.saturating_add(u64::from(wanted)) {
        return None;
    }
    let until = says.at.saturating_add(BELIEVED).ok();
    let daily = budget.daily();
    Some(Refused {
        reason: format!(
            "the Zoho org has {left} of its {daily} API credits left, and the last {floor} are left to others{}",
            from(until)
        ),
        by: RefusedBy::Org,
        until,
    })
}

/// Why the budget does not allow the request, if it does not.
fn is_spent(
    tx: &Tx<'_>,
    budget: Budget,
    spent: u64,
    wanted: u32,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Refused>, StoreError> {
    let limit = match purpose {
        Purpose::Look => budget.whole(),
        Purpose::Change => budget.for_changes(),
    };
    let wanted = u64::from(wanted);
    if spent.saturating_add(wanted) <= limit {
        return Ok(None);
    }
    let (whole, daily) = (budget.whole(), budget.daily());
    let share =
        format!("credit_budget under [sync] lets Ledgerline spend {whole} of the org's {daily} a day");
    if wanted > limit {
        let reason = format!(
            "one call needs {wanted} Zoho credits, and only {limit} may be spent in 24 hours; {share}"
        );
        return Ok(Some(Refused { reason, by: RefusedBy::TooSmallBudget, until: None }));
    }
    // Going on with every credit that rolls off would be a trickle.
    let useful = match purpose {
        Purpose::Look => wanted,
        Purpose::Change => wanted.max(budget.useful(u64::MAX)),
    };
    let until = room_at(now, &credits::by_minute(tx, window_start(now))?, useful, limit);
    let reason = format!(
        "the credit budget is spent: {spent} of {limit} Zoho credits in 24 hours{}; {share}",
        from(until)
    );
    Ok(Some(Refused { reason, by: RefusedBy::Budget, until }))
}

fn from(until: Option<Timestamp>) -> String {
    let until = until.and_then(|until| until.round(jiff::Unit::Second).ok());
    until.map(|until| format!(", and it goes on at {until}")).unwrap_or_default()
}

impl Permit for CreditLedger {
    fn ask(&self, wanted: u32, purpose: Purpose) -> BoxFuture<'_, Result<(), Refused>> {
        if self.is_booked(wanted, purpose) {
            return Box::pin(std::future::ready(Ok(())));
        }
        let ledger = self.clone();
        Box::pin(async move {
            match self.store.beside(move |_| ledger.lets_go(wanted, purpose)).await {
                Ok(answer) => answer,
                // What cannot be booked must not be spent: the ledger would no longer be true.
                Err(error) => Err(Refused {
                    reason: format!("the credit ledger could not be written: {error}"),
                    by: RefusedBy::Ledger,
                    until: None,
                }),
            }
        })
    }

    fn remaining(&self, left: u64) {
        *self.org() = Some(OrgSays { left, at: self.clock.now(), since: 0, kept: false });
    }
}

#[cfg(test)]
mod tests;

//! What is known of the signals: by the process that listens, and, through the database, by everybody who asks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sync::flow::Flow;
use sync::report::Trigger;
use sync::store::subscriptions::{self, Side};
use sync::store::{Store, StoreError, Tx, facts};
use tokio::sync::watch;
use transport::Clock;

use super::keeper::{self, Refusal};
use crate::error::ShownError;

/// The fact that holds what the listening process knows.
const STATE: &str = "webhooks.state";
/// The fact that counts signals.
const COUNTS: &str = "webhooks.counts";
/// The fact that says that switching off was begun and not finished.
pub(super) const LEFT_BEHIND: &str = "webhooks.left_behind";
/// A process that has not written for so long does not listen any more.
pub(super) const STALE: SignedDuration = SignedDuration::from_mins(15);

/// The connection to the relay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkState {
    /// Since when it is up; absent when it is down.
    pub up_since: Option<Timestamp>,
    /// Since when it is down, if it is.
    pub down_since: Option<Timestamp>,
    /// Why it is down.
    pub why: Option<ShownError>,
    /// When the last signal came.
    pub last_signal_at: Option<Timestamp>,
}

/// What belongs together comes within this time (one posting changes several records).
const FIRST: Duration = Duration::from_millis(100);
/// Signals of a burst are gathered for so long.
const BURST: Duration = Duration::from_secs(2);

/// The time of the last signal is told to others at most so often.
const LAST_WRITTEN_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// What waits to be taken up.
#[derive(Default)]
struct Waiting {
    /// Since when, in running time.
    since: Option<Duration>,
    /// Whether it waits for a run that succeeds.
    held: bool,
}

/// The connection, as the listening tasks share it.
#[derive(Default)]
pub struct Link {
    state: Mutex<LinkState>,
    waiting: watch::Sender<Waiting>,
    /// Until when what comes is gathered, in running time.
    taken: Mutex<Duration>,
    /// The computer slept, and nothing was listed since.
    slept: AtomicBool,
    /// Counts how often it came up or went down.
    changed: watch::Sender<u64>,
}

impl Link {
    /// The state now.
    #[must_use]
    pub fn state(&self) -> LinkState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends when a signal waits to be taken up: the first one after a quiet time almost at once, what follows after [`BURST`]; never while the
    /// last run failed.
    ///
    /// Dropped before its end, it forgets no signal.
    pub async fn gathered(&self, clock: &dyn Clock) {
        let mut waiting = self.waiting.subscribe();
        // The sender lives as long as this.
        let _ = waiting.wait_for(|waiting| waiting.since.is_some() && !waiting.held).await;
        let now = clock.monotonic();
        let quiet_until = *self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let since = waiting.borrow().since.unwrap_or(now);
        let at = quiet_until.max(since + FIRST);
        clock.sleep(at.saturating_sub(now)).await;
        self.waiting.send_modify(|waiting| waiting.since = None);
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = clock.monotonic() + BURST;
    }

    /// After a run: what is `left` to be followed waits, after one that failed or broke off until another one succeeds, with the schedule's
    /// patience.
    pub fn ran(&self, clock: &dyn Clock, trigger: Trigger, failed: bool, left: bool) {
        if left {
            self.waits(clock);
        }
        self.waiting.send_modify(|waiting| waiting.held = failed);
        if !failed && trigger == Trigger::Schedule {
            self.slept.store(false, Ordering::Relaxed);
        }
    }

    /// The computer slept or its clock was set: that the connection is up is not to be believed before everything was listed once.
    pub fn slept(&self) {
        self.slept.store(true, Ordering::Relaxed);
    }

    /// Whether signals arrive, as far as anybody can know.
    fn is_up(&self) -> bool {
        self.state().up_since.is_some() && !self.slept.load(Ordering::Relaxed)
    }

    /// Something is kept that waits to be taken up.
    pub(crate) fn waits(&self, clock: &dyn Clock) {
        self.waiting.send_modify(|waiting| {
            waiting.since.get_or_insert(clock.monotonic());
        });
    }

    /// Changes when the connection comes up or goes down, or a signal comes after some time without one.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn up(&self, now: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.up_since.is_none() {
            *state = LinkState {
                up_since: Some(now),
                last_signal_at: state.last_signal_at,
                ..LinkState::default()
            };
            self.changed.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    pub(super) fn down(&self, now: Timestamp, why: ShownError) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.up_since.is_some() || state.why.as_ref() != Some(&why) {
            self.changed.send_modify(|count| *count = count.wrapping_add(1));
        }
        state.up_since = None;
        state.down_since.get_or_insert(now);
        state.why = Some(why);
    }

    /// Signals came and were kept.
    pub(super) fn received(&self, clock: &dyn Clock) {
        let now = clock.now();
        let before = self.state.lock().unwrap_or_else(PoisonError::into_inner).last_signal_at.replace(now);
        if before.is_none_or(|before| now.duration_since(before).abs() >= LAST_WRITTEN_EVERY) {
            self.changed.send_modify(|count| *count = count.wrapping_add(1));
        }
        self.waits(clock);
    }
}

/// Signals since the relay was switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// That led to work.
    pub taken: u64,
    /// Without our word.
    pub forged: u64,
    /// That could not be read.
    pub malformed: u64,
    /// About something that is not copied.
    pub not_ours: u64,
}

impl Counts {
    /// What was counted.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn get(tx: &Tx<'_>) -> Result<Self, StoreError> {
        let kept = facts::get(tx, COUNTS)?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    pub(super) fn set(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        facts::set(tx, COUNTS, &serde_json::to_string(self).unwrap_or_default())
    }
}

/// What the listening process writes down for others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// When it was written.
    pub at: Timestamp,
    /// The connection.
    pub link: LinkState,
    /// What a side could not be asked or did not do, by side.
    pub troubles: Vec<(String, ShownError)>,
}

impl State {
    /// Written by the process that listens.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn keep(&self, store: &Store) -> Result<(), StoreError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        store.write(|tx| facts::set(tx, STATE, &text))
    }

    pub(super) fn forget(tx: &Tx<'_>) -> Result<(), StoreError> {
        [STATE, COUNTS, LEFT_BEHIND].into_iter().try_for_each(|name| facts::forget(tx, name))
    }

    /// What was written last.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last(store: &Store) -> Result<Option<Self>, StoreError> {
        let kept = store.read(|tx| facts::get(tx, STATE))?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// One subscription as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownSubscription {
    /// `business_central` or `zoho`.
    pub side: &'static str,
    /// The collection or module.
    pub about: String,
    /// Until when it tells; absent where it was refused.
    pub expires_at: Option<Timestamp>,
    /// When it is renewed.
    pub renew_at: Option<Timestamp>,
    /// Why it was refused, if it was.
    pub refused: Option<Refusal>,
}

/// The flows whose changes Business Central tells at present: it has a subscription for them, and the connection is up.
///
/// # Errors
/// When the database fails.
pub fn told(link: &Link, store: &Store, now: Timestamp) -> Result<Vec<Flow>, StoreError> {
    if !link.is_up() {
        return Ok(Vec::new());
    }
    let known = keeper::known(store, Side::BusinessCentral)?;
    let lasts = |flow: &Flow| {
        known.iter().any(|known| known.about == flow.entity().set_name() && known.expires_at > now)
    };
    Ok(Flow::ALL.into_iter().filter(lasts).collect())
}

/// Everything about signals, for `status`, `webhooks` and the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The relay's address; absent where changes are polled for alone.
    pub relay: Option<String>,
    /// Whether a process listens now.
    pub listening: bool,
    /// The connection, as that process knows it.
    pub link: LinkState,
    /// What goes wrong on a side.
    pub troubles: Vec<(String, ShownError)>,
    /// By side and name.
    pub subscriptions: Vec<ShownSubscription>,
    /// Signals since the relay was switched on.
    pub counts: Counts,
    /// Whether a side still has subscriptions of this installation although signals are switched off.
    pub left_behind: bool,
}

impl Shown {
    /// Whether signals arrive: somebody listens, the connection is up, and both sides tell of something.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.listening
            && self.link.up_since.is_some()
            && self.troubles.is_empty()
            && self.silent().is_empty()
            && self.subscriptions.iter().any(|subscription| subscription.expires_at.is_some())
    }

    /// From where no signal can come, and why: `relay`, or a side's name. Nothing that is only being found out.
    ///
    /// A side that tells of some records and refuses others is not silent.
    #[must_use]
    pub fn silent(&self) -> Vec<(&str, ShownError)> {
        let down = self.link.why.iter().filter(|_| self.link.up_since.is_none());
        let relay = down.map(|why| ("relay", why.clone()));
        let sides = Side::ALL.into_iter().filter_map(|side| Some((side.name(), self.silence_of(side)?)));
        relay.chain(sides).collect()
    }

    fn silence_of(&self, side: Side) -> Option<ShownError> {
        let mut of_side = self.subscriptions.iter().filter(|subscription| subscription.side == side.name());
        if of_side.clone().any(|subscription| subscription.expires_at.is_some()) {
            return None;
        }
        let trouble = self.troubles.iter().find(|(name, _)| name == side.name());
        let refused = || of_side.find_map(|subscription| subscription.refused.as_ref().map(Refusal::shown));
        trouble.map(|(_, trouble)| trouble.clone()).or_else(refused)
    }
}

/// What is known at `now`.
///
/// # Errors
/// When the database cannot be read.
pub fn shown(store: &Store, relay: Option<&str>, now: Timestamp) -> Result<Shown, StoreError> {
    let state = State::last(store)?.filter(|_| relay.is_some());
    let listening = state.as_ref().is_some_and(|state| now.duration_since(state.at) < STALE);
    let known = store.read(subscriptions::all)?;
    let mut subscriptions: Vec<_> = known
        .into_iter()
        .map(|known| ShownSubscription {
            side: known.side.name(),
            about: known.about,
            expires_at: Some(known.expires_at).filter(|end| *end > now),
            renew_at: Some(known.renew_at),
            refused: None,
        })
        .collect();
    for side in Side::ALL {
        for (about, refusal) in keeper::refusals(store, side)? {
            subscriptions.push(ShownSubscription {
                side: side.name(),
                about,
                expires_at: None,
                renew_at: None,
                refused: Some(refusal),
            });
        }
    }
    let (link, troubles) = state.map(|state| (state.link, state.troubles)).unwrap_or_default();
    Ok(Shown {
        relay: relay.map(ToOwned::to_owned),
        listening,
        link,
        troubles,
        subscriptions,
        counts: store.read(Counts::get)?,
        left_behind: relay.is_none() && store.read(|tx| facts::get(tx, LEFT_BEHIND))?.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use transport::TokioClock;

    #[tokio::test(start_paused = true)]
    async fn the_first_signal_is_taken_up_almost_at_once_and_a_burst_is_gathered() {
        let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
        let link = Link::default();
        clock.sleep(Duration::from_secs(10)).await;
        link.received(&clock);
        link.gathered(&clock).await;
        assert_eq!(clock.monotonic(), Duration::from_secs(10) + FIRST);
        link.received(&clock);
        link.received(&clock);
        link.gathered(&clock).await;
        assert_eq!(clock.monotonic(), Duration::from_secs(10) + FIRST + BURST);
        let nothing = tokio::time::timeout(Duration::from_secs(60), link.gathered(&clock)).await;
        assert!(nothing.is_err(), "three signals, two rounds");
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_forgets_no_signal() {
        let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
        let link = Link::default();
        link.received(&clock);
        assert!(tokio::time::timeout(Duration::from_millis(1), link.gathered(&clock)).await.is_err());
        link.gathered(&clock).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_failed_run_should_have_followed_waits_for_one_that_succeeds() {
        let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
        let link = Link::default();
        link.received(&clock);
        link.gathered(&clock).await;
        link.ran(&clock, Trigger::Signal, true, true);
        link.received(&clock);
        let held = tokio::time::timeout(Duration::from_secs(60), link.gathered(&clock)).await;
        assert!(held.is_err(), "an outage is not asked again with every signal");
        link.ran(&clock, Trigger::Schedule, false, false);
        link.gathered(&clock).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_the_last_signal_is_written_down_soon_and_not_with_every_signal_of_a_burst() {
        let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
        let link = Link::default();
        let mut changes = link.changes();
        let mut told = || {
            let has_changed = changes.has_changed().unwrap();
            changes.mark_unchanged();
            has_changed
        };
        link.received(&clock);
        assert!(told());
        link.received(&clock);
        assert!(!told());
        clock.sleep(LAST_WRITTEN_EVERY.unsigned_abs()).await;
        link.received(&clock);
        assert!(told());
    }

    #[test]
    fn a_connection_that_comes_back_forgets_why_it_was_down_and_keeps_when_it_went() {
        let link = Link::default();
        let why =
            |code: &str| ShownError { code: code.to_owned(), message: String::new(), cure: String::new() };
        let at = |second| Timestamp::from_second(second).unwrap();
        link.up(at(1));
        link.down(at(5), why("a"));
        link.down(at(9), why("b"));
        let state = link.state();
        assert_eq!((state.up_since, state.down_since, state.why), (None, Some(at(5)), Some(why("b"))));
        link.up(at(10));
        let state = link.state();
        assert_eq!((state.up_since, state.down_since, state.why), (Some(at(10)), None, None));
    }
}

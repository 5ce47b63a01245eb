//! What is known of a service's state from the answers so far, and whether patience with it is over.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::retry::Outcome;
use crate::{Cause, Patience, Refused, RefusedBy};

/// Shared by all requests of a courier. Moments are those of the monotonic clock.
pub(crate) struct Health {
    patience: Patience,
    state: Mutex<State>,
    /// When so many refusals came in a row that patience was over; wakes the requests that wait to try again.
    given_up: watch::Sender<Option<Duration>>,
}

#[derive(Default)]
struct State {
    success: Option<(Duration, Timestamp)>,
    failure: Option<Duration>,
    refusals: u32,
    refusal: Option<Duration>,
}

impl Health {
    pub(crate) fn new(patience: Patience) -> Self {
        Self { patience, state: Mutex::default(), given_up: watch::Sender::new(None) }
    }

    /// Takes note of an attempt that ended at `moment`.
    pub(crate) fn note(&self, outcome: Outcome, moment: Duration, now: Timestamp) {
        let mut state = self.state();
        match outcome {
            Outcome::Useful => {
                *state = State { success: Some((moment, now)), ..State::default() };
                self.given_up.send_if_modified(|since| since.take().is_some());
            }
            Outcome::Refused => {
                // A row does not reach across a pause: the next run starts afresh.
                let pause = state
                    .refusal
                    .is_none_or(|last| moment.saturating_sub(last) >= self.patience.without_success);
                state.refusals = if pause { 1 } else { state.refusals.saturating_add(1) };
                state.refusal = Some(moment);
                state.failure = Some(moment);
                if state.refusals >= self.patience.refusals {
                    self.given_up.send_if_modified(|since| since.replace(moment).is_none());
                } else {
                    self.given_up.send_if_modified(|since| since.take().is_some());
                }
            }
            Outcome::Failing | Outcome::Hopeless | Outcome::Unsent | Outcome::Lost => {
                state.failure = Some(moment);
            }

            // That was not the service's doing.
            Outcome::Barred => {}
        }
    }

    /// How much longer a request that came at `start` and met `outcome` is to be tried.
    pub(crate) fn patience_left(&self, outcome: Outcome, start: Duration, moment: Duration) -> Duration {
        let state = self.state();
        if outcome == Outcome::Refused && state.refusals >= self.patience.refusals {
            return Duration::ZERO;
        }
        let since = state.success.map_or(start, |(success, _)| success.max(start));
        (since + self.patience.without_success).saturating_sub(moment)
    }

    /// Why a request that came at `start` and has not been tried yet need not be tried any more, if so: others found out while it waited
    /// for its turn.
    pub(crate) fn verdict(&self, start: Duration, moment: Duration) -> Option<Cause> {
        if self.given_up.borrow().is_some_and(|since| since > start) {
            let refusals = self.patience.refusals;
            let reason = format!("the service refused {refusals} requests in a row (429, too many requests)");
            return Some(Cause::Refused(Refused { reason, by: RefusedBy::Service, until: None }));
        }
        let state = self.state();
        let since = state.success.map_or(start, |(success, _)| success.max(start));
        let fails = state.failure.is_some_and(|failure| failure > since);
        (fails && moment.saturating_sub(since) >= self.patience.without_success).then_some(Cause::Timeout)
    }

    /// Ends when so many requests were refused in a row that waiting is in vain.
    pub(crate) async fn too_many_refusals(&self) {
        let mut given_up = self.given_up.subscribe();
        if given_up.wait_for(Option::is_some).await.is_err() {
            // Cannot happen while `self` holds the sender; and if it did, nobody could say that it is in vain.
            std::future::pending::<()>().await;
        }
    }

    /// When the service last gave a useful answer.
    pub(crate) fn last_success(&self) -> Option<Timestamp> {
        self.state().success.map(|(_, now)| now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn health() -> Health {
        Health::new(Patience { without_success: seconds(60), refusals: 3 })
    }

    fn note(health: &Health, outcome: Outcome, moment: u64) {
        health.note(outcome, seconds(moment), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn patience_counts_from_the_last_success_or_the_start_whichever_is_later() {
        let health = health();
        let left =
            |start, moment| health.patience_left(Outcome::Failing, seconds(start), seconds(moment)).as_secs();
        assert_eq!(left(100, 100), 60);
        assert_eq!(left(100, 159), 1);
        assert_eq!(left(100, 161), 0);
        note(&health, Outcome::Useful, 130);
        assert_eq!(left(100, 161), 29);
        assert_eq!(left(150, 161), 49);
    }

    #[test]
    fn a_success_ends_a_row_of_refusals() {
        let health = health();
        let left = || health.patience_left(Outcome::Refused, seconds(0), seconds(3)).as_secs();
        note(&health, Outcome::Refused, 1);
        note(&health, Outcome::Refused, 2);
        assert_eq!(left(), 57);
        note(&health, Outcome::Refused, 3);
        assert_eq!(left(), 0);
        note(&health, Outcome::Useful, 3);
        note(&health, Outcome::Refused, 3);
        assert_eq!(left(), 60);
    }

    #[test]
    fn a_failure_of_another_kind_does_not_end_a_row_of_refusals() {
        let health = health();
        for outcome in [Outcome::Refused, Outcome::Failing, Outcome::Refused, Outcome::Lost, Outcome::Refused]
        {
            note(&health, outcome, 1);
        }
        assert!(health.patience_left(Outcome::Refused, seconds(0), seconds(1)).is_zero());
        assert!(!health.patience_left(Outcome::Failing, seconds(0), seconds(1)).is_zero());
    }

    #[test]
    fn a_pause_ends_a_row_of_refusals() {
        let health = health();
        (1..=3).for_each(|moment| note(&health, Outcome::Refused, moment));
        note(&health, Outcome::Refused, 300);
        assert!(!health.patience_left(Outcome::Refused, seconds(300), seconds(300)).is_zero());
        assert_eq!(health.verdict(seconds(1), seconds(301)).map(|cause| cause == Cause::Timeout), Some(true));
    }

    #[test]
    fn whoever_waited_for_a_turn_learns_what_others_found_out() {
        let health = health();
        assert_eq!(health.verdict(seconds(0), seconds(500)), None, "a slow service is not a failing one");
        note(&health, Outcome::Failing, 59);
        assert_eq!(health.verdict(seconds(0), seconds(59)), None);
        assert_eq!(health.verdict(seconds(0), seconds(60)), Some(Cause::Timeout));
        assert_eq!(health.verdict(seconds(59), seconds(500)), None, "it came after the failure");
        (1..=3).for_each(|_| note(&health, Outcome::Refused, 70));
        assert!(matches!(health.verdict(seconds(69), seconds(71)), Some(Cause::Refused(_))));
        assert_eq!(health.verdict(seconds(70), seconds(71)), None);
        note(&health, Outcome::Useful, 72);
        assert_eq!(health.verdict(seconds(0), seconds(73)), None);
    }
}

//! How much of the org's API credits may be spent, and when there is room again. Values only.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// Zoho counts credits over rolling 24 hours (facts, §9).
pub const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Credits are booked by the minute: a minute has left the window when its last second has.
const MINUTE: Duration = Duration::from_secs(60);

/// What a run costs before it writes anything, and a full write with its looks.
const WORTH_A_RUN: u64 = 25;

/// Nobody plans further ahead than this.
const FORESEEN_STEPS: u32 = 20_000;

/// What one profile may spend in any 24 hours.
///
/// Three shares of the org's day: a twentieth of our own is kept for looks (a poll, `doctor`, a preview), so that a first load that spent
/// the rest blinds nobody. And a fifth of what is not ours is left alone when the org runs low, whoever spent it: the last credits of the
/// org are for the others. With the whole day as budget nobody else counts on any, and nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    daily: u64,
    percent: u64,
}

impl Budget {
    /// The budget of an org with so many credits a day, of which `percent` are ours.
    #[must_use]
    pub fn new(daily: u64, percent: u32) -> Self {
        Self { daily, percent: u64::from(percent.min(100)) }
    }

    /// What the org has in 24 hours.
    #[must_use]
    pub fn daily(self) -> u64 {
        self.daily
    }

    /// What may be spent in 24 hours.
    #[must_use]
    pub fn whole(self) -> u64 {
        self.daily.saturating_mul(self.percent) / 100
    }

    /// What is kept for calls that only look.
    #[must_use]
    pub fn reserve(self) -> u64 {
        self.whole() / 20
    }

    /// What may be spent on changes.
    #[must_use]
    pub fn for_changes(self) -> u64 {
        self.whole() - self.reserve()
    }

    /// What the org must have left for changes to go on; half of it does for looks.
    #[must_use]
    pub fn floor(self) -> u64 {
        self.daily.saturating_mul(100 - self.percent) / 500
    }

    /// Fewer free credits than this are no reason to go on: a load that goes on with every credit that rolls off is a trickle that
    /// never lets go. `need` is what is left to do.
    #[must_use]
    pub fn useful(self, need: u64) -> u64 {
        (self.for_changes() / 20).max(WORTH_A_RUN).min(self.for_changes()).min(need).max(1)
    }
}

/// When `wanted` credits are free under `limit`: `Some(now)` where they are already; `None` where the limit is too small for ever.
#[must_use]
pub fn room_at(
    now: Timestamp,
    spent_by_minute: &[(Timestamp, u64)],
    wanted: u64,
    limit: u64,
) -> Option<Timestamp> {
    let mut left: u64 = spent_by_minute.iter().map(|(_, spent)| *spent).sum();
    if left.saturating_add(wanted) <= limit {
        return Some(now);
    }
    for (minute, spent) in spent_by_minute {
        left = left.saturating_sub(*spent);
        if left.saturating_add(wanted) <= limit {
            return Some(leaves_at(*minute));
        }
    }
    None
}

/// When the first credits that were spent are free again.
#[must_use]
pub fn next_free(spent_by_minute: &[(Timestamp, u64)]) -> Option<Timestamp> {
    spent_by_minute.iter().find(|(_, spent)| *spent > 0).map(|(minute, _)| leaves_at(*minute))
}

fn leaves_at(minute: Timestamp) -> Timestamp {
    minute.saturating_add(WINDOW + MINUTE).unwrap_or(Timestamp::MAX)
}

/// When `need` credits more are spent, if everything that is free is spent at once and then again whenever a useful amount is.
///
/// `None` where the budget is too small, or where it would take years.
#[must_use]
pub fn spent_by(
    now: Timestamp,
    spent_by_minute: &[(Timestamp, u64)],
    need: u64,
    budget: Budget,
) -> Option<Timestamp> {
    let limit = budget.for_changes();
    let mut window: VecDeque<(Timestamp, u64)> = spent_by_minute.to_vec().into();
    let (mut at, mut need) = (now, need);
    for _ in 0..FORESEEN_STEPS {
        let spent: u64 = window.iter().map(|(_, spent)| *spent).sum();
        let part = need.min(limit.saturating_sub(spent));
        if part == need {
            return Some(at);
        }
        if part > 0 {
            window.push_back((at, part));
            need -= part;
        }
        window.make_contiguous();
        let (spent, _) = window.as_slices();
        at = room_at(at, spent, budget.useful(need), limit)?;
        while window.front().is_some_and(|(minute, _)| leaves_at(*minute) <= at) {
            window.pop_front();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::{Budget, next_free, room_at, spent_by};

    fn at(minutes: i64) -> Timestamp {
        "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap() + minutes.minutes()
    }

    const DAY: i64 = 24 * 60 + 1;

    #[test]
    fn a_budget_is_a_share_with_a_reserve_for_looks_and_a_floor_for_others() {
        let table = [
            (60_000, 50, (30_000, 1_500, 28_500, 6_000)),
            (60_000, 100, (60_000, 3_000, 57_000, 0)),
            (5_000, 1, (50, 2, 48, 990)),
            (5_000, 0, (0, 0, 0, 1_000)),
        ];
        for (daily, percent, (whole, reserve, changes, floor)) in table {
            let budget = Budget::new(daily, percent);
            assert_eq!(
                (budget.whole(), budget.reserve(), budget.for_changes(), budget.floor()),
                (whole, reserve, changes, floor),
                "{daily} {percent}"
            );
        }
    }

    #[test]
    fn a_useful_amount_is_a_twentieth_or_what_is_left_to_do() {
        let budget = Budget::new(60_000, 50);
        assert_eq!((budget.useful(100_000), budget.useful(12), budget.useful(0)), (1_425, 12, 1));
        assert_eq!(Budget::new(100, 1).useful(50), 1);
    }

    #[test]
    fn room_comes_with_the_minutes_that_leave_the_window() {
        let spent = [(at(0), 60), (at(30), 40)];
        assert_eq!(room_at(at(40), &spent, 10, 110), Some(at(40)));
        assert_eq!(room_at(at(40), &spent, 11, 110), Some(at(DAY)));
        assert_eq!(room_at(at(40), &spent, 71, 110), Some(at(30 + DAY)));
        assert_eq!(room_at(at(40), &spent, 111, 110), None);
        assert_eq!(room_at(at(40), &[], 1, 0), None);
        assert_eq!(next_free(&spent), Some(at(DAY)));
        assert_eq!(next_free(&[]), None);
    }

    #[test]
    fn a_need_beyond_the_budget_takes_as_many_days_as_it_fills() {
        // 1,000 a day, of which 950 are for changes.
        let budget = Budget::new(2_000, 50);
        assert_eq!(spent_by(at(0), &[], 950, budget), Some(at(0)));
        assert_eq!(spent_by(at(0), &[], 951, budget), Some(at(DAY)));
        assert_eq!(spent_by(at(0), &[], 2_850, budget), Some(at(2 * DAY)));
        // Half of the day is spent already: it comes free in the middle of the next.
        let spent = [(at(-700), 475)];
        assert_eq!(spent_by(at(0), &spent, 475, budget), Some(at(0)));
        assert_eq!(spent_by(at(0), &spent, 950, budget), Some(at(DAY - 700)));
        assert_eq!(spent_by(at(0), &[], 1, Budget::new(0, 50)), None);
    }
}

//! API credits over a rolling day, and how many calls may run at once (facts §9).

use std::collections::VecDeque;

use jiff::{Timestamp, ToSpan};

use super::answer::Refusal;
use super::org::Org;

/// Calls of the expensive kinds that may run at once, in every edition.
const HEAVY_AT_ONCE: usize = 10;

/// How much a running call counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Not a call that is limited.
    Free,
    /// One of the edition's concurrent calls.
    Light,
    /// One of those, and one of the ten expensive ones beside: queries, writes of more than ten records, sorted lists.
    Heavy,
}

/// The organisation's account of credits and running calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Credits {
    /// (minute, credits) of the last day.
    spent: VecDeque<(Timestamp, u64)>,
    in_window: u64,
    /// Since the beginning.
    pub(super) total: u64,
    /// A budget instead of the edition's.
    pub(super) budget: Option<u64>,
    running: usize,
    running_heavy: usize,
    pub(super) peak: usize,
}

impl Credits {
    fn forget(&mut self, now: Timestamp) {
        let day_ago = now.saturating_sub(24.hours()).unwrap_or(Timestamp::MIN);
        while let Some(&(at, credits)) = self.spent.front()
            && at <= day_ago
        {
            self.spent.pop_front();
            self.in_window -= credits;
        }
    }

    /// The credits of the last 24 hours.
    pub(super) fn used(&mut self, now: Timestamp) -> u64 {
        self.forget(now);
        self.in_window
    }

    /// Books `cost` without a question.
    pub(super) fn spend(&mut self, cost: u64, now: Timestamp) {
        self.in_window += cost;
        self.total += cost;
        match self.spent.back_mut() {
            Some((at, credits)) if now.as_second() - at.as_second() < 60 => *credits += cost,
            Some(_) | None => self.spent.push_back((now, cost)),
        }
    }

    /// Books `cost`, or refuses; returns what `X-API-CREDITS-REMAINING` says, which Zoho shows once half is used.
    pub(super) fn book(&mut self, cost: u64, org: &Org, now: Timestamp) -> Result<Option<u64>, Refusal> {
        self.forget(now);
        let budget = self.budget.unwrap_or_else(|| org.daily_credits());
        if self.in_window + cost > budget {
            return Err(too_many("too many requests. please try again after some time"));
        }
        self.spend(cost, now);
        Ok((self.in_window * 2 >= budget).then(|| budget - self.in_window))
    }

    pub(super) fn begin(&mut self, slot: Slot) {
        match slot {
            Slot::Free => {}
            Slot::Light => self.running += 1,
            Slot::Heavy => {
                self.running += 1;
                self.running_heavy += 1;
            }
        }
        self.peak = self.peak.max(self.running);
    }

    pub(super) fn end(&mut self, slot: Slot) {
        match slot {
            Slot::Free => {}
            Slot::Light => self.running = self.running.saturating_sub(1),
            Slot::Heavy => {
                self.running = self.running.saturating_sub(1);
                self.running_heavy = self.running_heavy.saturating_sub(1);
            }
        }
    }

    /// Refuses a call that is one too many beside those running.
    pub(super) fn check_running(&self, org: &Org) -> Result<(), Refusal> {
        if self.running > org.edition.concurrency() || self.running_heavy > HEAVY_AT_ONCE {
            return Err(too_many("Too many requests fired in concurrent than the allowed limit."));
        }
        Ok(())
    }
}

fn too_many(message: &str) -> Refusal {
    Refusal::new(429, "TOO_MANY_REQUESTS", message)
}

//! How long to wait before another try.

use std::time::Duration;

use crate::Random;

/// Waits that double with every failure, and of which a random part is taken ("full jitter"), so that requests that failed together
/// do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    base: Duration,
    cap: Duration,
}

/// After a failure of the service or of the connection.
pub(crate) const AFTER_FAILURE: Backoff =
    Backoff { base: Duration::from_millis(500), cap: Duration::from_secs(30) };

/// After a refusal (429). Neither service promises a `Retry-After` with it (Zoho: api-limits; Business Central: dynamics-rate-limits).
pub(crate) const AFTER_REFUSAL: Backoff =
    Backoff { base: Duration::from_secs(1), cap: Duration::from_secs(60) };

impl Backoff {
    /// The longest wait after `failures` failures, of which there is at least one.
    pub(crate) fn ceiling(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }

    /// The wait after `failures` failures: anything from nothing up to the ceiling, in whole milliseconds.
    pub(crate) fn wait(self, failures: u32, random: &dyn Random) -> Duration {
        let ceiling = u64::try_from(self.ceiling(failures).as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(random.below(ceiling + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    #[test]
    fn ceiling_doubles_up_to_the_cap() {
        let millis = |backoff: Backoff, failures| backoff.ceiling(failures).as_millis();
        let cases = [(1, 500, 1_000), (2, 1_000, 2_000), (3, 2_000, 4_000), (6, 16_000, 32_000)];
        for (failures, after_failure, after_refusal) in cases {
            assert_eq!(millis(AFTER_FAILURE, failures), after_failure, "{failures} failures");
            assert_eq!(millis(AFTER_REFUSAL, failures), after_refusal, "{failures} refusals");
        }
        for failures in [7, 20, u32::MAX] {
            assert_eq!(millis(AFTER_FAILURE, failures), 30_000);
            assert_eq!(millis(AFTER_REFUSAL, failures), 60_000);
        }
    }

    #[test]
    fn waits_spread_over_the_whole_range() {
        let random = SeededRandom::new(7);
        let waits: Vec<u128> = (0..500).map(|_| AFTER_FAILURE.wait(3, &random).as_millis()).collect();
        assert!(waits.iter().all(|wait| *wait <= 2_000));
        assert!(waits.iter().any(|wait| *wait < 200), "some come back soon");
        assert!(waits.iter().any(|wait| *wait > 1_800), "some come back late");
    }
}

//! How often somebody may ask: buckets that requests empty and time fills.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Rate;

/// The most keys that are remembered; full buckets are forgotten first, and they are the same as none.
const MOST_KEYS: usize = 100_000;

/// A bucket for each key.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of a request that may be taken.
    left: u64,
    since: Instant,
}

impl<K: Eq + Hash> Buckets<K> {
    /// All full.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Takes one request for `key`.
    ///
    /// # Errors
    /// When there is none left: after how long there will be one.
    pub fn take(&self, key: K) -> Result<(), Duration> {
        let now = Instant::now();
        let full = u64::from(self.rate.burst) * 1000;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_KEYS && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < full);
            // A hundred thousand strangers at once: begin anew rather than grow.
            if buckets.len() >= MOST_KEYS {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: full, since: now });
        *bucket = Bucket { left: self.filled(*bucket, now), since: now };
        match bucket.left.checked_sub(1000) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => {
                let missing = 1000 - bucket.left;
                Err(Duration::from_millis(missing.div_ceil(u64::from(self.rate.per_second).max(1))))
            }
        }
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> u64 {
        let passed = u64::try_from((now - bucket.since).as_millis()).unwrap_or(u64::MAX);
        let gained = passed.saturating_mul(u64::from(self.rate.per_second));
        bucket.left.saturating_add(gained).min(u64::from(self.rate.burst) * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_as_many_as_the_time_brings() {
        let buckets = Buckets::new(Rate { per_second: 10, burst: 3 });
        for _ in 0..3 {
            assert_eq!(buckets.take("a"), Ok(()));
        }
        assert_eq!(buckets.take("a"), Err(Duration::from_millis(100)));
        assert_eq!(buckets.take("b"), Ok(()), "another key has a bucket of its own");
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(buckets.take("a"), Ok(()));
        assert!(buckets.take("a").is_err());
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!((0..9).filter(|_| buckets.take("a").is_ok()).count(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_do_not_fill_the_memory() {
        let buckets = Buckets::new(Rate { per_second: 1, burst: 1 });
        for stranger in 0..=MOST_KEYS {
            assert!(buckets.take(stranger).is_ok());
        }
        assert!(buckets.buckets.lock().unwrap().len() <= MOST_KEYS);
    }
}

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
///
/// What is kept of a bucket is the moment at which it will be full. Counting what is left instead would have to round, and a bucket that is
/// asked often enough would never fill again.
#[derive(Debug)]
pub struct Buckets<K> {
    /// In which time one request comes in.
    each: Duration,
    /// In which time an empty bucket fills.
    whole: Duration,
    full_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// All full.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        let each = Duration::from_secs(1) / rate.per_second.max(1);
        Self { each, whole: each * rate.burst, full_at: Mutex::default() }
    }

    /// Takes one request for `key`.
    ///
    /// # Errors
    /// When there is none left: after how long there will be one.
    pub fn take(&self, key: K) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_KEYS && !buckets.contains_key(&key) {
            buckets.retain(|_, full_at| *full_at > now);
            // A hundred thousand strangers at once: begin anew rather than grow.
            if buckets.len() >= MOST_KEYS {
                buckets.clear();
            }
        }
        let full_at = buckets.entry(key).or_insert(now);
        let afterwards = (*full_at).max(now) + self.each;
        match (afterwards - now).checked_sub(self.whole) {
            Some(wait) if !wait.is_zero() => Err(wait),
            Some(_) | None => {
                *full_at = afterwards;
                Ok(())
            }
        }
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
    async fn a_bucket_fills_however_often_it_is_asked_meanwhile() {
        let buckets = Buckets::new(Rate { per_second: 50, burst: 1 });
        let mut taken = 0;
        for _ in 0..10_000 {
            taken += u32::from(buckets.take("a").is_ok());
            tokio::time::advance(Duration::from_micros(100)).await;
        }
        assert_eq!(taken, 50);
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_do_not_fill_the_memory() {
        let buckets = Buckets::new(Rate { per_second: 1, burst: 1 });
        for stranger in 0..=MOST_KEYS {
            assert!(buckets.take(stranger).is_ok());
        }
        assert!(buckets.full_at.lock().unwrap().len() <= MOST_KEYS);
    }
}

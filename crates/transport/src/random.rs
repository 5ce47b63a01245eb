//! Chance as something that is handed in.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where random numbers come from. Not for secrets.
pub trait Random: Send + Sync {
    /// The next number, every bit even.
    fn next(&self) -> u64;

    /// A number from 0 up to, but not including, `bound`; 0 when `bound` is 0.
    fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next() % bound }
    }
}

/// A repeatable sequence (SplitMix64).
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// The sequence that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for SeededRandom {
    fn next(&self) -> u64 {
        const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// A sequence that starts somewhere else in every process.
#[derive(Debug)]
pub struct SystemRandom(SeededRandom);

impl Default for SystemRandom {
    fn default() -> Self {
        // Jitter and ids want spread, not secrecy: where the system has no entropy, a fixed seed still works.
        Self(SeededRandom::new(getrandom::u64().unwrap_or(0x5EED)))
    }
}

impl Random for SystemRandom {
    fn next(&self) -> u64 {
        self.0.next()
    }
}

//! How much of anything the relay takes.

use std::time::Duration;

use jiff::SignedDuration;

/// What a notification's body may have; of anything larger only that it came is kept.
pub const LARGEST_BODY: usize = 4 << 20;

/// A larger body is read to its end and thrown away, so that its sender gets an answer; beyond this the connection is closed.
pub const LARGEST_DISCARDED: usize = 64 << 20;

/// A body up to this size is read at once; a larger one waits for one of [`LARGE_BODIES`].
pub const SMALL_BODY: usize = 64 << 10;

/// How many large bodies are in memory at a time.
pub const LARGE_BODIES: usize = 32;

/// How long a request's body may take.
pub const BODY_WITHIN: Duration = Duration::from_secs(30);

/// How long a validation token may be; Business Central's is far shorter.
pub const LONGEST_VALIDATION_TOKEN: usize = 4096;

/// The most signals that one notification may bring.
pub const MOST_OF_ONE: usize = 1000;

/// The most bytes of one signal, as JSON.
pub const LARGEST_SIGNAL: usize = 32 << 10;

/// How many signals a stream reads from the store at a time, and about how many bytes.
pub const PAGE: Page = Page { signals: 100, bytes: 64 << 10 };

/// A reader that takes nothing for so long is disconnected.
pub const STALLED_AFTER: Duration = Duration::from_secs(60);

/// How often a mailbox's last reading is noted, at most.
pub const TOUCH_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// The size of one reading.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// At most so many signals.
    pub signals: usize,
    /// No further signal once so many bytes are reached.
    pub bytes: usize,
}

/// What is kept for how long.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// So many signals a mailbox; the oldest of more collapse into one.
    pub most: u64,
    /// So long; older ones collapse into one.
    pub longest: SignedDuration,
    /// A mailbox that nobody reads for so long is removed.
    pub idle: SignedDuration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            most: 10_000,
            longest: SignedDuration::from_hours(7 * 24),
            idle: SignedDuration::from_hours(90 * 24),
        }
    }
}

/// A bucket's size and how fast it fills.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

/// The relay's rate limits.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Notifications to one hook.
    pub hook: Rate,
    /// Notifications from one address: each service sends those of all its customers from a few.
    pub address: Rate,
    /// Unknown hooks, wrong tokens and wrong keys from one address.
    pub failures: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            hook: Rate { per_second: 50, burst: 500 },
            address: Rate { per_second: 1000, burst: 5000 },
            failures: Rate { per_second: 1, burst: 60 },
        }
    }
}

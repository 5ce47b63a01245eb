//! The time of the world, and what an office PC believes about it: a PC that sleeps misses time, and a clock may be wrong.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use transport::{BoxFuture, Clock, TokioClock};

/// The time of everybody. It passes with tokio's paused clock, and beside it while the PC sleeps.
pub struct Time {
    running: TokioClock,
    beside: Mutex<Duration>,
    wrong: Mutex<SignedDuration>,
}

impl Time {
    /// Time that begins now with `start`.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            running: TokioClock::starting_at(start),
            beside: Mutex::default(),
            wrong: Mutex::default(),
        })
    }

    /// Lets time pass while the PC stands still.
    pub fn pass_beside(&self, time: Duration) {
        *self.beside.lock().unwrap() += time;
    }

    /// Sets the PC's clock wrong by so much; nought is right.
    pub fn set_wrong(&self, by: SignedDuration) {
        *self.wrong.lock().unwrap() = by;
    }

    /// By how much the PC's clock is wrong.
    #[must_use]
    pub fn wrong(&self) -> SignedDuration {
        *self.wrong.lock().unwrap()
    }
}

/// The true time, as services and relay have it.
impl Clock for Time {
    fn now(&self) -> Timestamp {
        self.running.now() + *self.beside.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.running.monotonic() + *self.beside.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.running.sleep(duration)
    }
}

/// The same, for the relay.
pub(super) struct RelayTime(pub(super) Arc<Time>);

impl relay::clock::Clock for RelayTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The PC's clock: it stands still while the PC sleeps, but for what it shows.
pub struct PcClock(pub Arc<Time>);

impl Clock for PcClock {
    fn now(&self) -> Timestamp {
        self.0.now() + self.0.wrong()
    }

    fn monotonic(&self) -> Duration {
        self.0.running.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.running.sleep(duration)
    }
}

//! One measured row of the table.

use std::time::Duration;

/// What a case must hold to.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// Wall time at most this many hundredths of the floor.
    OfFloor(u32),
    /// Wall time at most this much above the floor.
    AboveFloor(Duration),
    /// Memory, in KiB.
    Memory(u64),
    /// CPU time of Ledgerline.
    Cpu(Duration),
    /// Wall time.
    Wall(Duration),
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What was done.
    pub what: String,
    /// How long it took.
    pub wall: Duration,
    /// The least that the services' latency allows.
    pub floor: Option<Duration>,
    /// The goal.
    pub goal: Goal,
    /// Calls: made, and the least possible.
    pub business_central: (u64, Option<u64>),
    /// Likewise.
    pub zoho: (u64, Option<u64>),
    /// Likewise.
    pub credits: (u64, Option<u64>),
    /// CPU time of Ledgerline.
    pub cpu: Duration,
    /// CPU time of the services.
    pub services_cpu: Duration,
    /// Memory of Ledgerline, in KiB.
    pub peak: u64,
    /// Anything more, in words.
    pub note: String,
}

impl Measured {
    /// Wall time in hundredths of the floor, rounded up.
    pub fn ratio(&self) -> Option<u128> {
        let floor = self.floor?.as_millis().max(1);
        Some((self.wall.as_millis() * 100).div_ceil(floor))
    }

    /// Whether the goal is missed.
    pub fn misses(&self) -> bool {
        match self.goal {
            Goal::OfFloor(most) => self.ratio().is_some_and(|ratio| ratio > u128::from(most)),
            Goal::AboveFloor(most) => self.floor.is_some_and(|floor| self.wall > floor + most),
            Goal::Memory(most) => self.peak > most,
            Goal::Cpu(most) => self.cpu > most,
            Goal::Wall(most) => self.wall > most,
        }
    }
}

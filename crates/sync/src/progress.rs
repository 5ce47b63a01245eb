//! What a run tells while it goes on, and how it is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use crate::bulk_plan::BulkPlan;
use crate::flow::Flow;

/// Something that a run wants shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Reading settings and metadata of both sides.
    Preparing,
    /// So many rows of the flow were read so far.
    Read {
        /// The flow.
        flow: Flow,
        /// Rows so far in this run.
        rows: u64,
    },
    /// So many records of the flow are dealt with so far, of those that had to be.
    Applied {
        /// The flow.
        flow: Flow,
        /// Records dealt with.
        done: u64,
        /// Records that had to be dealt with.
        of: u64,
    },
    /// New records go by bulk write, or do not.
    Bulk {
        /// The flow.
        flow: Flow,
        /// What happened.
        step: BulkStep,
    },
    /// A sweep runs.
    Sweep {
        /// The flow.
        flow: Flow,
        /// What is compared, in words.
        what: &'static str,
    },
    /// Records in Zoho without our key are read and compared.
    Matching {
        /// The flow.
        flow: Flow,
    },
    /// Both systems are compared.
    Comparing {
        /// The flow.
        flow: Flow,
    },
    /// The flow is finished.
    Finished {
        /// The flow.
        flow: Flow,
    },
    /// Nothing goes on until then.
    Pausing {
        /// When it goes on.
        until: Timestamp,
        /// What is waited for, in words.
        what: &'static str,
    },
}

/// How far bulk write came with a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkStep {
    /// It was decided which way new records go.
    Planned(BulkPlan),
    /// A job was started over so many rows.
    Started {
        /// Rows in its file.
        rows: u64,
    },
    /// A job ended, and what became of its rows is stored.
    Settled {
        /// New records.
        created: u64,
        /// Records that were there already.
        found: u64,
        /// Records that go by the records API now.
        rest: u64,
    },
    /// The rest of the flow goes by the records API.
    GaveUp {
        /// Why.
        reason: String,
    },
}

/// Shown progress. Calls are short and frequent.
pub trait Progress: Send + Sync {
    /// Takes note of an event.
    fn event(&self, event: Event);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _event: Event) {}
}

/// Tells a run to end after the request that is under way. Clones share the signal.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks for the end.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

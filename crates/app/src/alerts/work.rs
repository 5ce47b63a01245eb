//! What works now, and how far it is.

use serde::{Deserialize, Serialize};
use sync::flow::Flow;
use sync::progress::{BulkStep, Event};

use super::words::number;

/// What may work; one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// A run.
    Sync,
    /// Failed records are tried again.
    Retry,
    /// Records in Zoho that may be ours are looked for.
    MatchFind,
    /// It is found out what a run would do.
    Preview,
    /// Both systems are compared.
    Compare,
    /// Fields are created in Zoho.
    Fields,
    /// Somebody signs in to Zoho in the browser.
    SignIn,
    /// Signals are switched on or off, or repaired.
    Signals,
}

impl WorkKind {
    /// Whether problems come and go while it works, so that only its end shows which are left.
    pub(super) fn moves_problems(self) -> bool {
        match self {
            Self::Sync | Self::Retry | Self::MatchFind | Self::Compare => true,
            Self::Preview | Self::Fields | Self::SignIn | Self::Signals => false,
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Reading settings and metadata of both sides: nothing is known to have answered yet.
    Preparing,
    /// Business Central is read.
    Reading {
        /// The flow.
        flow: Flow,
        /// Rows so far.
        rows: u64,
    },
    /// Records are dealt with.
    Writing {
        /// The flow.
        flow: Flow,
        /// Records so far.
        done: u64,
        /// Of so many.
        of: u64,
    },
    /// A sweep, a comparison, or a look for what may be the same.
    Looking {
        /// The flow.
        flow: Flow,
    },
    /// Waiting for credits.
    Waiting,
}

/// What works now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What.
    pub kind: WorkKind,
    /// How far it is.
    pub step: Step,
}

impl Work {
    /// Work that has just begun.
    #[must_use]
    pub fn begun(kind: WorkKind) -> Self {
        Self { kind, step: Step::Preparing }
    }

    /// Takes note of how far it is.
    pub fn note(&mut self, event: &Event) {
        let step = match event {
            Event::Preparing => Step::Preparing,
            Event::Read { flow, rows } => Step::Reading { flow: *flow, rows: *rows },
            Event::Applied { flow, done, of } => Step::Writing { flow: *flow, done: *done, of: *of },
            Event::Sweep { flow, .. } | Event::Matching { flow } | Event::Comparing { flow } => {
                Step::Looking { flow: *flow }
            }
            Event::Pausing { .. } => Step::Waiting,
            // They tell how, or that the next thing comes; how far it is stays as it was.
            Event::Bulk {
                step:
                    BulkStep::Planned(_)
                    | BulkStep::Started { .. }
                    | BulkStep::Settled { .. }
                    | BulkStep::GaveUp { .. },
                ..
            }
            | Event::Finished { .. } => return,
        };
        self.step = step;
    }

    /// Whether any service has answered yet.
    pub(super) fn has_begun(&self) -> bool {
        self.step != Step::Preparing
    }

    /// The flow that it is at, how many records are done, and of how many.
    #[must_use]
    pub fn progress(&self) -> (Option<Flow>, Option<u64>, Option<u64>) {
        match self.step {
            Step::Preparing | Step::Waiting => (None, None, None),
            Step::Reading { flow, rows } => (Some(flow), Some(rows), None),
            Step::Writing { flow, done, of } => (Some(flow), Some(done), Some(of)),
            Step::Looking { flow } => (Some(flow), None, None),
        }
    }

    /// What goes on, in words: "Syncing customers: 1,200 of 5,000".
    #[must_use]
    pub fn words(&self) -> String {
        let what = match self.kind {
            WorkKind::Sync => "Syncing",
            WorkKind::Retry => "Trying again",
            WorkKind::MatchFind => "Looking for matches",
            WorkKind::Preview => "Making a preview",
            WorkKind::Compare => "Comparing",
            WorkKind::Fields => "Creating fields in Zoho",
            WorkKind::SignIn => "Signing in to Zoho",
            WorkKind::Signals => "Arranging signals of changes",
        };
        // "Syncing customers", but "Making a preview, customers".
        let of_flow = |flow: Flow| match self.kind {
            WorkKind::Sync | WorkKind::Compare => format!("{what} {}", flow.plural()),
            WorkKind::Retry
            | WorkKind::MatchFind
            | WorkKind::Preview
            | WorkKind::Fields
            | WorkKind::SignIn
            | WorkKind::Signals => format!("{what}, {}", flow.plural()),
        };
        match self.step {
            Step::Preparing => what.to_owned(),
            Step::Reading { flow, rows } => format!("{}: {} read", of_flow(flow), number(rows)),
            Step::Writing { flow, done, of } => {
                format!("{}: {} of {}", of_flow(flow), number(done), number(of))
            }
            Step::Looking { flow } => of_flow(flow),
            Step::Waiting => "Waiting for Zoho credits".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sync::flow::Flow;
    use sync::progress::Event;

    use super::{Work, WorkKind};

    #[test]
    fn progress_is_told_in_words() {
        let flow = Flow::Customers;
        let sweep = Event::Sweep { flow, what: "balances" };
        let cases = [
            (WorkKind::Sync, None, "Syncing"),
            (WorkKind::Sync, Some(Event::Read { flow, rows: 20_000 }), "Syncing customers: 20,000 read"),
            (
                WorkKind::Sync,
                Some(Event::Applied { flow, done: 1_200, of: 5_000 }),
                "Syncing customers: 1,200 of 5,000",
            ),
            (WorkKind::Sync, Some(sweep), "Syncing customers"),
            (WorkKind::Compare, Some(Event::Comparing { flow }), "Comparing customers"),
            (WorkKind::MatchFind, Some(Event::Matching { flow }), "Looking for matches, customers"),
            (WorkKind::Preview, Some(Event::Read { flow, rows: 1 }), "Making a preview, customers: 1 read"),
        ];
        for (kind, event, words) in cases {
            let mut work = Work::begun(kind);
            if let Some(event) = event {
                work.note(&event);
            }
            assert_eq!(work.words(), words);
        }
    }

    #[test]
    fn the_end_of_a_flow_leaves_the_last_progress_standing() {
        let mut work = Work::begun(WorkKind::Sync);
        work.note(&Event::Applied { flow: Flow::Items, done: 500, of: 500 });
        let before = work;
        work.note(&Event::Finished { flow: Flow::Items });
        assert_eq!(work, before);
    }
}

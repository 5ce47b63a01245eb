//! One state machine for tray, window header and `ledgerline status`, and one decision which notifications are due.
//!
//! [`Facts`] are gathered ([`facts_of`] takes what the database knows; whoever runs the schedule adds what works now). [`state`] makes a
//! light and a sentence of them, [`alerts`] compares them with what was told before ([`Memory`]) and with what the user wants to hear
//! ([`Preferences`]). Both are functions from values to values: time and time zone come with the facts.
//!
//! A notification is due when the state changed, not when a record did; records are grouped by cause. What comes up in quiet hours is not
//! queued: it is told at their end if it is still true then.

mod alert;
mod cause;
mod conditions;
mod decide;
mod facts;
mod failure_kind;
mod gather;
mod memory;
mod preferences;
mod route;
#[cfg(test)]
mod samples;
mod state;
mod titles;
mod words;
mod work;

pub use alert::{Alert, AlertKind, Urgency};
pub use cause::{Cause, StandingFlow};
pub use decide::alerts;
pub use facts::{Broken, CreditUse, Differs, Facts, Failing, FirstSync, SignalsHeard};
pub use failure_kind::FailureKind;
pub use gather::{PAUSED_UNTIL, facts_of};
pub use memory::Memory;
pub use preferences::{Preferences, QuietHours};
pub use route::{Route, Section};
pub use state::{Light, State, state};
pub(crate) use words::capital;
pub use work::{Step, Work, WorkKind};

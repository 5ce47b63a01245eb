//! Finds out which records stand in Zoho already, without our key, before any is created a second time.
//!
//! The [`reader`] keeps a local index of the records without our key. The [`gate`] of a flow is decided once, before the flow's first write:
//! where one of those records may be one of ours, nothing is created until a person has decided ([`decide`]) about what is proposed
//! ([`propose`], shown by [`list`], as a table that goes out and comes back by [`sheet`]). And every later create passes [`sift`]: what is
//! certain is taken over ([`takeover`]), what may be is held, and only the rest is created. How alike two records are is for
//! [`crate::matching`] to say.

pub mod decide;
mod gate;
pub mod list;
mod pool;
mod propose;
mod reader;
mod review;
pub mod sheet;
mod sift;
mod takeover;

pub(crate) use gate::nothing_to_match;
pub use gate::{FlowGate, GATE_PROBLEM, gates};
pub use review::{FlowReview, Forecast, ReviewOptions, Reviewed};
pub(crate) use review::{forecast, run};
pub(crate) use sift::Review;

/// The code of a record that waits because it may be in Zoho already.
pub const MAY_EXIST: &str = "may_already_exist_in_zoho";

/// Who decides where no person does: the setting `match_certain`, and rules.
pub const OURSELVES: &str = "ledgerline";

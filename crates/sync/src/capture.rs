//! Change capture: what a notification says, and a run that follows those that wait.
//!
//! A notification carries no data and is not trusted: it is a hint where to look. Records are read by id, in batches, and taken in as a listing takes
//! them in; a deletion is believed by the rule for all deletions; a change in Zoho is looked at as a pass over all of them would. Marks of
//! listings do not move, so that the poll, which goes on, finds whatever a notification did not tell. What was followed is taken out of the inbox only
//! then: a crash in between has it followed once more, which is harmless.

mod follow;
mod hint;

pub(crate) use self::follow::Inbox;
pub use self::hint::{Happened, Hint, HintSource, SignalsTaken, hint_of_business_central, hint_of_zoho};

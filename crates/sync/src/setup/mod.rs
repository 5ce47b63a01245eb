//! Prepares an org: which of our custom fields are missing, and how they are made.
//!
//! [`plan`] compares the org with what the chosen flows need, within the edition's limits, and touches nothing. [`apply`] makes the fields one
//! at a time, reads back what Zoho called them, and makes the placeholder Product for invoice lines without an item.

mod apply;
mod new_fields;
mod plan;

pub use self::apply::{SetupResult, SetupStep, apply};
pub use self::plan::{Blocked, PlannedField, SetupPlan, plan};

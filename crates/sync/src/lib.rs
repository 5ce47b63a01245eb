//! Placeholder.

pub mod company_facts;
pub mod flow;
pub mod map;
pub mod org_schema;
pub mod setup;

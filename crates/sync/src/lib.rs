//! The engine: observes Business Central, plans, writes to Zoho CRM, and proves what it wrote.
//!
//! [`Engine`](engine::Engine) is its face. A run reads what changed ([`observe`]), stores it ([`store`]), maps it ([`map`]),
//! computes the difference ([`plan`]) and writes it ([`apply`]); [`reconcile`] compares both systems independently.
//! The engine knows no window, keychain, home folder, environment or wall clock: all that comes in through [`engine::Parts`].

mod apply;
pub mod bulk_plan;
pub mod capture;
pub mod company_facts;
pub mod credit_budget;
pub mod credit_ledger;
pub mod csv;
mod drift;
pub mod engine;
pub mod failure;
pub mod flow;
pub mod forecast;
pub mod id_map;
mod links_view;
pub mod map;
pub mod match_review;
pub mod matching;
mod observe;
pub mod org_schema;
mod plan;
pub mod policy;
pub mod preview;
pub mod progress;
pub mod reconcile;
pub mod report;
mod run;
mod session;
pub mod setup;
pub mod store;
pub mod writer;

//! Zoho CRM, API v8: a client for records, metadata and COQL, with its OAuth and data centres.
//!
//! A [`Client`] holds a refresh token and a [`transport::Courier`]. Every call asks [`access`] for an access token (cached, renewed
//! ahead of its end, one renewal at a time), builds a [`transport::Request`] with its price in API credits, and reads the
//! answer body first, status second: Zoho reports failures behind HTTP 200 and successes inside HTTP 400.
//!
//! Writes return one [`RowResult`] per row, in the order of the request. An [`Error`] means that the call as a whole failed;
//! [`Error::fate`] says whether it may have had an effect.
//!
//! Facts about the API are cited by the section of `facts/zoho-crm.md`. Search is left out on purpose: its index lags behind
//! (§6.2), so that it must never answer whether a record exists.

pub mod access;
mod authorization;
pub mod bulk;
mod call;
mod client;
pub mod coql;
pub mod credits;
mod data_centre;
mod deleted;
mod edition;
mod envelope;
mod error;
mod fields;
mod id;
mod module;
mod modules;
mod new_field;
mod org;
mod records;
mod rehearsal;
mod revoke;
mod rows;
mod sign_in;
mod users;
mod variables;
mod watch;

pub use access::{AccessToken, TokenVault};
pub use client::{Client, Settings};
pub use coql::CoqlPage;
pub use data_centre::DataCentre;
pub use deleted::{DeletedPage, DeletedRecord, Deletion};
pub use edition::Edition;
pub use error::{Error, ErrorKind, SignInProblem};
pub use fields::{FieldInfo, PicklistValue, Unique};
pub use id::ZohoId;
pub use module::Module;
pub use modules::ModuleInfo;
pub use new_field::{NewField, NewFieldKind};
pub use org::{Currency, Org, OrgKind, Tax};
pub use records::{ROWS_PER_WRITE, Record, WriteOptions};
pub use rehearsal::{Rehearsal, Tally};
pub use rows::{Action, RowError, RowResult, Written};
pub use sign_in::Granted;
pub use users::User;
pub use variables::{NewVariable, Variable, VariableCreation};
pub use watch::{Channel, LONGEST_WATCH, NewChannel, Renewal};

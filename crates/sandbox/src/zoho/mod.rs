//! A simulated Zoho CRM, API v8, with its accounts server.
//!
//! A request comes in at [`ZohoState::handle`] with its prefix: `/accounts/oauth/v2/…`, `/zoho/crm/…` or
//! `/upload/crm/v8/…`. `router` finds out which
//! call it is, whether the token may, and what it costs (`oauth`, `scopes`, `credits`); the rooms answer:
//!
//! | room | answers |
//! |---|---|
//! | `consent`, `oauth` | the accounts server: the page on which somebody agrees, codes, tokens |
//! | `org` | organisation, currencies, taxes, users |
//! | `metadata`, `create_field` | modules and fields |
//! | `variables` | the org's variables |
//! | `watch` | channels that tell of changes; `callbacks` is what they tell |
//! | `batch`, `upsert` | writes of many records; each goes through `write`, which asks `validate`, `subform` and `totals` |
//! | `list`, `deleted`, `render` | reads |
//! | `coql` | queries |
//! | `bulk` | uploads, bulk write jobs and their results |
//!
//! Where Zoho's behaviour is unverified or differs between organisations, [`Switches`] has both readings. Tests reach in through
//! [`ZohoState::admin`] and the methods that it stands for. Nothing here looks at the wall clock or throws dice.

mod admin;
mod answer;
mod batch;
mod bulk;
mod by_hand;
mod callbacks;
mod consent;
mod coql;
mod create_field;
mod credits;
mod currency;
mod deleted;
mod edition;
mod field;
mod formats;
mod list;
mod metadata;
mod module;
mod oauth;
mod org;
mod page_token;
mod render;
mod router;
mod scopes;
mod stamp;
mod standard_fields;
mod state;
mod store;
mod subform;
mod switches;
#[cfg(test)]
mod tests;
mod totals;
mod upsert;
mod validate;
mod variables;
mod watch;
mod write;

pub use callbacks::DueCallback;
pub use credits::Slot;
pub use edition::Edition;
pub use module::Module;
pub use state::{Counters, WriteAction, WriteEntry, ZohoState};
pub use switches::Switches;

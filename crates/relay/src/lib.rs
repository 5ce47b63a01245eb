//! The webhook relay: receives what Business Central and Zoho post, holds which records changed, and hands that to Ledgerline,
//! which dials out to it. It never sees a record's data or a credential of either system.
//!
//! A notification's way: [`http`] finds the hook's mailbox, [`notification`] takes the signals out of the body, [`store`] makes them
//! durable, and only then the sender gets its 200. [`hub`] wakes the mailbox's reader, whose stream reads the store in pages.

pub mod address;
pub mod clock;
pub mod http;
pub mod hub;
pub mod keeper;
pub mod limits;
pub mod local;
pub mod metrics;
pub mod notification;
pub mod rate;
pub mod secrets;
pub mod server;
pub mod settings;
mod stall;
pub mod store;
pub mod tls;

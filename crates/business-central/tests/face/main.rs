//! The crate's public face against a scripted service in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod listing;
mod lookup;
mod orders;
mod posted;
mod reading_only;
mod scripted;
mod subscriptions;
mod token;

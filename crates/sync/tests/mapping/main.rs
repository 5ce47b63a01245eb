//! The published mapping, rule by rule, through its public face: a row's JSON in, a record out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod contacts;
mod contracts;
mod customers;
mod gate;
mod invoices;
mod items;
mod lines;
mod money;
mod purchasing;
mod same_value;
mod scene;
mod setup;

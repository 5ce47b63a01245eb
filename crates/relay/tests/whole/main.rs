//! The relay as its users meet it: stores that keep their promises, pages over HTTP, and whole processes that are killed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]

mod connections;
mod hooks;
mod killed;
mod limits;
mod mailboxes;
mod process;
mod promises;
mod random_histories;
mod serving;
mod stores;
mod streams;
mod tls;

//! The client against what is written about Zoho's API: recorded and documented payloads, and the OpenAPI files.
//!
//! The material lies beside the repository; where it is absent, these tests say so and pass.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "contracts/material.rs"]
mod material;
#[path = "contracts/payloads.rs"]
mod payloads;
#[path = "contracts/replay.rs"]
mod replay;
#[path = "contracts/requests.rs"]
mod requests;
#[path = "contracts/schema.rs"]
mod schema;

//! The contract with Business Central: recorded and documented payloads, and a tenant's `$metadata`.
//!
//! The material lies beside the workspace (`../shared/contracts/business-central`); where it is absent these tests say so and pass.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "contracts/metadata.rs"]
mod metadata;
#[path = "contracts/payloads.rs"]
mod payloads;

use std::path::{Path, PathBuf};

/// The folder of the material, if there is one.
fn material() -> Option<PathBuf> {
    let folder =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/contracts/business-central"));
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return None;
    }
    Some(folder.to_owned())
}

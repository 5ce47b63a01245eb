//! `cargo xtask demo`: builds the command line program and shows a first sync.

use crate::machine;
use crate::program::{self, Failed};

/// Runs `ledgerline demo` with `arguments` behind it.
///
/// `--locked` keeps cargo from asking the registry: once everything is fetched, this works without a network.
pub fn run(arguments: &[String]) -> Result<(), Failed> {
    machine::check_rust()?;
    machine::install(machine::BUILD)?;
    let mut cargo =
        program::cargo(&["run", "--locked", "--package", "cli", "--bin", "ledgerline", "--", "demo"]);
    // People write `cargo xtask demo -- --change` out of habit.
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    program::run(cargo.args(arguments))
}

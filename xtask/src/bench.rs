//! `cargo xtask bench`: builds what users get, and measures it.

use std::process::Command;

use crate::machine;
use crate::program::{self, Failed};

/// Where the table of a whole run is kept.
const TABLE: &str = "docs/benchmarks.md";

/// Measures the cases that `arguments` name, or all of them.
pub fn run(arguments: &[String]) -> Result<(), Failed> {
    machine::check_rust()?;
    machine::install(machine::BUILD)?;
    let packages = ["--package", "cli", "--package", "sandbox", "--package", "relay", "--package", "bench"];
    program::run(program::cargo(&["build", "--locked", "--release"]).args(packages))?;
    let own = std::env::current_exe()
        .map_err(|error| Failed::new(format!("the build folder is unknown: {error}")))?;
    // This program was built into the folder of debug builds, beside which the release builds lie.
    let release = own.parent().and_then(|debug| debug.parent()).map(|target| target.join("release"));
    let release = release.ok_or_else(|| Failed::new("the folder of release builds is unknown"))?;
    let mut bench = Command::new(release.join("ledgerline-bench"));
    bench.args(arguments).current_dir(program::workspace());
    if arguments.is_empty() {
        bench.args(["--save", TABLE]);
    }
    program::run(&mut bench)
}

//! Rules of our own that no other tool checks.
//!
//! Each rule gives its findings as sentences; all of them are shown before the step fails.

mod directions;
mod sources;

use std::process::Command;

use crate::program::{self, Failed};

/// Checks every rule.
pub fn check() -> Result<(), Failed> {
    let files = tracked_files()?;
    let mut findings = directions::check()?;
    let places = sources::MachinePaths::of_this_machine();
    for file in &files {
        let Ok(text) = std::fs::read_to_string(program::workspace().join(file)) else {
            // Not text, or deleted and not yet committed.
            continue;
        };
        findings.extend(sources::too_long(file, &text));
        findings.extend(sources::binary_fractions(file, &text));
        findings.extend(sources::download_addresses(file, &text));
        findings.extend(places.found_in(file, &text));
    }
    if !files.iter().any(|file| file == "Cargo.lock") {
        findings.push("Cargo.lock is not committed: builds would not repeat".to_owned());
    }
    if findings.is_empty() {
        println!("{} files, nothing found", files.len());
        return Ok(());
    }
    for finding in &findings {
        println!("- {finding}");
    }
    Err(Failed::new(format!("{} findings against our own rules", findings.len())))
}

/// Whether any documentation comment holds an example that can be run.
pub fn any_doc_example() -> Result<bool, Failed> {
    let files = tracked_files()?;
    Ok(files.iter().filter(|file| file.ends_with(".rs")).any(|file| {
        let text = std::fs::read_to_string(program::workspace().join(file)).unwrap_or_default();
        text.lines().any(|line| {
            matches!(line.trim_start(), "/// ```" | "//! ```" | "/// ```no_run" | "//! ```no_run")
        })
    }))
}

/// The paths of all files that are, or will be, committed; relative to the workspace.
fn tracked_files() -> Result<Vec<String>, Failed> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(program::workspace());
    let list = program::read(&mut git)?;
    Ok(list.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

//! What the machine itself must have: a Rust that is new enough and a few Debian packages.

use std::process::Command;

use crate::program::{self, Failed};

/// A program of the operating system that we need.
#[derive(Clone, Copy, Debug)]
pub struct Needed {
    program: &'static str,
    packages: &'static [&'static str],
    reason: &'static str,
}

/// To build: SQLite, the cryptography and the allocator are partly C.
pub const BUILD: &[Needed] = &[
    Needed { program: "cc", packages: &["gcc", "libc6-dev"], reason: "compiles SQLite, ring and jemalloc" },
    Needed { program: "make", packages: &["make"], reason: "builds jemalloc" },
];

/// To test the keychain for real, without the user's own keychain and without a display.
pub const KEYCHAIN: &[Needed] = &[
    Needed { program: "dbus-run-session", packages: &["dbus"], reason: "a private session bus for tests" },
    Needed {
        program: "gnome-keyring-daemon",
        packages: &["gnome-keyring"],
        reason: "a real keychain for tests",
    },
];

/// Stops where this Rust is older than the workspace asks for.
pub fn check_rust() -> Result<(), Failed> {
    let manifest = std::fs::read_to_string(program::workspace().join("Cargo.toml"))
        .map_err(|error| Failed::new(format!("the workspace's Cargo.toml cannot be read: {error}")))?;
    let needed = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .map(|version| version.trim_matches('"'))
        .ok_or_else(|| Failed::new("the workspace's Cargo.toml names no rust-version"))?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let found = program::read(Command::new(rustc).arg("--version"))?;
    eprintln!("Rust: {} (needed: {needed})", found.trim());
    if at_least(&found, needed) {
        return Ok(());
    }
    Err(Failed::new(format!(
        "Rust {needed} or newer is needed. `rustup update stable` gets it; https://rustup.rs says how to install rustup. \
         Debian 12's own Rust is too old."
    )))
}

/// Installs what is missing of `needed` with apt, and says what and why.
pub fn install(needed: &[Needed]) -> Result<(), Failed> {
    let missing: Vec<&Needed> = needed.iter().filter(|each| !program::exists(each.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|each| each.packages).copied().collect();
    for each in &missing {
        eprintln!("missing: {} (Debian: {}), {}", each.program, each.packages.join(" "), each.reason);
    }
    let by_hand = format!("install it yourself: apt-get install {}", packages.join(" "));
    if !program::exists("apt-get") {
        return Err(Failed::new(format!("this is no Debian (no apt-get); {by_hand}")));
    }
    eprintln!("installing with apt-get: {}", packages.join(" "));
    program::run(apt_get(&by_hand)?.args(["-q", "update"]))?;
    program::run(apt_get(&by_hand)?.args(["-q", "-y", "--no-install-recommends", "install"]).args(&packages))
}

/// `apt-get` as root, which never asks.
fn apt_get(by_hand: &str) -> Result<Command, Failed> {
    let root = program::read(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = if root {
        Command::new("env")
    } else if program::exists("sudo") {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    } else {
        return Err(Failed::new(format!("installing needs root or sudo; {by_hand}")));
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}

/// Whether the first version number in `text` is `needed` or later.
pub fn at_least(text: &str, needed: &str) -> bool {
    let numbers = |version: &str| -> Vec<u32> {
        let version = version.split(['-', '+']).next().unwrap_or_default();
        version.split('.').map_while(|part| part.parse().ok()).collect()
    };
    let found = text.split_whitespace().map(numbers).find(|version| !version.is_empty());
    found.is_some_and(|found| found >= numbers(needed))
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn versions_compare_by_number_not_by_text() {
        assert!(at_least("rustc 1.95.0 (59807616e 2026-04-14)", "1.95"));
        assert!(at_least("cargo-nextest 0.9.143 (60fa45f63 2026-08-04)", "0.9.99"));
        assert!(at_least("0.9.2", "0.9.2"));
        assert!(!at_least("rustc 1.94.1 (abc 2026-01-01)", "1.95"));
        assert!(!at_least("cargo-deny 0.9.0", "0.18.0"));
        assert!(at_least("rustc 1.96.0-nightly (abc 2026-01-01)", "1.96"));
    }

    #[test]
    fn a_text_without_a_version_is_never_new_enough() {
        assert!(!at_least("", "0.1"));
        assert!(!at_least("command not found", "0.1"));
    }
}

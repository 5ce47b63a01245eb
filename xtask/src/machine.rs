//! What the machine itself must have: a Rust that is new enough and a few Debian packages.

use std::process::Command;

use crate::program::{self, Failed};

/// Something of the operating system that we need.
#[derive(Clone, Copy, Debug)]
pub struct Needed {
    what: What,
    packages: &'static [&'static str],
    reason: &'static str,
}

/// By what it is known that it is there.
#[derive(Clone, Copy, Debug)]
enum What {
    /// A program on the PATH.
    Program(&'static str),
    /// A library with its headers, as pkg-config knows it.
    Library(&'static str),
    /// A file that a package brings.
    File(&'static str),
}

impl What {
    fn is_there(self) -> bool {
        match self {
            Self::Program(name) => program::exists(name),
            Self::Library(name) => Command::new("pkg-config")
                .args(["--exists", name])
                .status()
                .is_ok_and(|status| status.success()),
            Self::File(path) => std::path::Path::new(path).exists(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Program(name) | Self::Library(name) | Self::File(name) => name,
        }
    }
}

/// The oldest Node.js that builds the window's files.
const NODE: &str = "20.19";

/// To build: SQLite, the cryptography and the allocator are partly C.
pub const BUILD: &[Needed] = &[
    Needed {
        what: What::Program("cc"),
        packages: &["gcc", "libc6-dev"],
        reason: "compiles SQLite, ring and jemalloc",
    },
    Needed { what: What::Program("make"), packages: &["make"], reason: "builds jemalloc" },
];

/// To build the window: Tauri shows it with WebKit.
pub const WINDOW: &[Needed] = &[
    Needed {
        what: What::Program("pkg-config"),
        packages: &["pkg-config"],
        reason: "finds the window's libraries",
    },
    Needed {
        what: What::Library("webkit2gtk-4.1"),
        packages: &["libwebkit2gtk-4.1-dev"],
        reason: "shows the window",
    },
    Needed { what: What::Program("xdg-open"), packages: &["xdg-utils"], reason: "opens the browser" },
];

/// To test the window: a display that nobody sees, a browser for its pages, a driver for the real one, and what a desktop has.
pub const WINDOW_TESTS: &[Needed] = &[
    Needed { what: What::Program("Xvfb"), packages: &["xvfb"], reason: "a display that nobody sees" },
    Needed {
        what: What::Program("WebKitWebDriver"),
        packages: &["webkit2gtk-driver"],
        reason: "drives the real window",
    },
    Needed { what: What::Program("chromium"), packages: &["chromium"], reason: "tests the window's pages" },
    Needed { what: What::Program("dunst"), packages: &["dunst"], reason: "shows notifications in tests" },
    Needed {
        what: What::File("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
        packages: &["fonts-dejavu-core"],
        reason: "letters in pictures of the window",
    },
];

/// To test the keychain for real, without the user's own keychain and without a display.
pub const KEYCHAIN: &[Needed] = &[
    Needed {
        what: What::Program("dbus-run-session"),
        packages: &["dbus"],
        reason: "a private session bus for tests",
    },
    Needed {
        what: What::Program("gnome-keyring-daemon"),
        packages: &["gnome-keyring"],
        reason: "a real keychain for tests",
    },
];

/// To test the relay's store on NATS with a real server. Debian starts it as a service of its own as well; the tests do not use that one.
pub const NATS: &[Needed] = &[Needed {
    what: What::Program("nats-server"),
    packages: &["nats-server"],
    reason: "a real NATS server for the relay's tests",
}];

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

/// Stops where Node.js is missing or too old. Debian 12's own is: it cannot be installed from here.
pub fn check_node() -> Result<(), Failed> {
    let how = format!(
        "Node.js {NODE} or newer, with npm, builds the window's files. Debian 12's own is too old: https://nodejs.org/en/download says how to get it."
    );
    if !program::exists("node") || !program::exists("npm") {
        return Err(Failed::new(how));
    }
    let found = program::read(Command::new("node").arg("--version"))?;
    eprintln!("Node.js: {} (needed: {NODE})", found.trim());
    if at_least(found.trim().trim_start_matches('v'), NODE) { Ok(()) } else { Err(Failed::new(how)) }
}

/// Installs what is missing of `needed` with apt, and says what and why.
pub fn install(needed: &[Needed]) -> Result<(), Failed> {
    let missing: Vec<&Needed> = needed.iter().filter(|each| !each.what.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|each| each.packages).copied().collect();
    for each in &missing {
        eprintln!("missing: {} (Debian: {}), {}", each.what.name(), each.packages.join(" "), each.reason);
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

//! The check tools: those on the PATH if they are new enough, else our own copies in the user's cache.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::machine::at_least;
use crate::program::{self, Failed};

/// A cargo subcommand that is installed with cargo.
struct Tool {
    /// The crate and the program are called `cargo-<subcommand>`.
    subcommand: &'static str,
    /// The oldest version that understands our configuration.
    oldest: &'static str,
    /// The version that is installed where none is there.
    install: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool { subcommand: "deny", oldest: "0.18.0", install: "0.20.2" },
    Tool { subcommand: "machete", oldest: "0.8.0", install: "0.9.2" },
    Tool { subcommand: "nextest", oldest: "0.9.100", install: "0.9.143" },
];

/// Installs the tools that are missing, and says which.
pub fn install() -> Result<(), Failed> {
    for tool in TOOLS {
        match version(tool) {
            Some(version) if at_least(&version, tool.oldest) => {
                eprintln!("found: cargo-{} ({version})", tool.subcommand);
            }
            Some(_) | None => install_one(tool)?,
        }
    }
    Ok(())
}

/// The program `cargo-<subcommand>`, ready for its arguments, in the workspace's folder.
pub fn cargo_tool(subcommand: &str) -> Result<Command, Failed> {
    let mut command = Command::new(format!("cargo-{subcommand}"));
    command.env("PATH", path()?).current_dir(program::workspace());
    Ok(command)
}

/// The PATH with our own copies first: they exist only where the user's did not suffice.
fn path() -> Result<OsString, Failed> {
    let own = folder()?.join("bin");
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&rest)))
        .map_err(|error| Failed::new(format!("the PATH cannot be extended: {error}")))
}

/// What the tool says of itself, if it is there.
fn version(tool: &Tool) -> Option<String> {
    let output = cargo_tool(tool.subcommand).ok()?.arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

fn install_one(tool: &Tool) -> Result<(), Failed> {
    let folder = folder()?;
    let name = format!("cargo-{}", tool.subcommand);
    eprintln!("installing {name} {} into {}", tool.install, folder.display());
    // Measured on two cores: 50 s for cargo-deny unoptimised; it then checks in two seconds, which is soon enough.
    let mut cargo =
        program::cargo(&["install", "--locked", "--profile", "dev", "--version", tool.install, &name]);
    program::run(
        cargo
            .arg("--root")
            .arg(folder)
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env_remove("CARGO_TARGET_DIR"),
    )
}

fn folder() -> Result<PathBuf, Failed> {
    let cache = match std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir()
            .ok_or_else(|| Failed::new("no home folder: set XDG_CACHE_HOME"))?
            .join(".cache"),
    };
    Ok(cache.join("ledgerline/tools"))
}

//! The built program, with a profile folder of its own.

// Every test file takes what it needs of this; a failed expectation is a failed test.
#![allow(dead_code, clippy::panic, clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use sandbox::credentials;

/// The program and a folder that is gone with it.
pub struct Program {
    folder: tempfile::TempDir,
}

/// How the program ended.
pub struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said meanwhile.
    pub stderr: String,
}

impl Program {
    /// With an empty profile folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The profile's folder.
    pub fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    /// A file in the profile's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a settings file that leads to a simulation at `origin`; `sync` is added to its section.
    pub fn settings(&self, origin: &str, sync: &str) {
        let text = format!(
            "[business_central]\ntenant = \"{}\"\nenvironment = \"{}\"\ncompany = \"{}\"\nclient_id = \"{}\"\n\
             login_url = \"{origin}/login\"\napi_url = \"{origin}/bc\"\n\
             [zoho]\nclient_id = \"{}\"\naccounts_url = \"{origin}/accounts\"\n\
             [sync]\ninvoices_from = \"all\"\n{sync}\n",
            credentials::TENANT,
            credentials::ENVIRONMENT,
            credentials::COMPANY,
            credentials::BC_CLIENT_ID,
            credentials::ZOHO_CLIENT_ID,
        );
        std::fs::write(self.path("ledgerline.toml"), text).unwrap();
    }

    /// Runs it in the profile's folder, with the simulation's secrets in its environment.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_as_typed(&[&["--profile", self.folder()], arguments].concat())
    }

    /// Runs it with exactly these arguments.
    pub fn run_as_typed(&self, arguments: &[&str]) -> Ran {
        ran(self.command().args(arguments))
    }

    /// Runs it without any secret in its environment, and with no keychain to be found.
    pub fn run_without_secrets(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command();
        for (variable, _) in SECRETS {
            command.env_remove(variable);
        }
        ran(command.args(["--profile", self.folder()]).args(arguments))
    }

    /// The program, ready to be started in this folder's environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ledgerline"));
        // A keychain that is opened all the same is not there to answer.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").envs(SECRETS).stdin(Stdio::null());
        command
    }
}

const SECRETS: [(&str, &str); 3] = [
    ("LEDGERLINE_BC_CLIENT_SECRET", credentials::BC_CLIENT_SECRET),
    ("LEDGERLINE_ZOHO_CLIENT_SECRET", credentials::ZOHO_CLIENT_SECRET),
    ("LEDGERLINE_ZOHO_REFRESH_TOKEN", credentials::ZOHO_REFRESH_TOKEN),
];

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The last line of what was printed, as an object.
pub fn object(stdout: &str) -> serde_json::Value {
    let last = stdout.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("no JSON object ({error}): {stdout}"))
}

//! The relay in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::Failed;

/// A running relay with a database of its own; it ends with the value.
pub struct Relay {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Relay {
    /// What enrolling takes.
    pub const KEY: &str = "a key for enrolment in benchmarks";

    /// Starts a relay on a free port.
    pub fn start(program: &Path) -> Result<Self, Failed> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--store"])
            .arg(folder.path().join("relay.db"))
            .env("LEDGERLINE_RELAY_ENROLMENT_KEY", Self::KEY)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} could not be started: {error}", program.display()))?;
        let output = child.stderr.take().ok_or("the relay has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines
            .find_map(|line| line.split_once("address=")?.1.split_whitespace().next().map(ToOwned::to_owned));
        let address = address.ok_or("the relay did not say where it is")?;
        // What else it prints must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let address = if address.contains("//") { address } else { format!("http://{address}") };
        Ok(Self { child, address, _folder: folder })
    }

    /// Scheme, host and port.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

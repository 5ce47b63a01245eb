//! The program itself, in a process of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use tempfile::NamedTempFile;

use crate::serving::KEY;

pub struct Process {
    child: Child,
    log: BufReader<ChildStderr>,
    key: NamedTempFile,
    pub url: String,
}

impl Process {
    /// Starts the relay over that store; the enrolment key comes from a file.
    pub fn start(store: &str) -> Self {
        Self::start_with(store, &[])
    }

    pub fn start_with(store: &str, more: &[&str]) -> Self {
        let mut key = NamedTempFile::new().unwrap();
        writeln!(key, "{KEY}").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ledgerline-relay"))
            .args(["--listen", "127.0.0.1:0", "--store", store])
            .arg("--enrolment-key-file")
            .arg(key.path())
            .args(more)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut read = String::new();
        let url = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "the relay did not start: {read}");
            if let Some((_, address)) = line.split_once("address=") {
                break format!("http://{}", address.split_whitespace().next().unwrap());
            }
            read.push_str(&line);
        };
        Self { child, log, key, url }
    }

    /// Puts another key into the file and says so to the relay; returns when it was read.
    pub fn change_key(&mut self, key: &str) {
        std::fs::write(self.key.path(), key).unwrap();
        let told = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let mut line = String::new();
        while !line.contains("the enrolment key was read again") {
            line.clear();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "the relay ended");
        }
    }

    /// As a power cut would: `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop; gives how it ended and what it said since it listened.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap(), log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

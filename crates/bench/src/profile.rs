//! A profile against running services, and the program that is measured.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::relay::Relay;
use crate::services::Services;
use crate::{Failed, proc};

/// How often memory is looked at while the program runs.
const LOOK: Duration = Duration::from_millis(10);

/// So long the loop may take until it hears the relay.
const LISTENS_WITHIN: Duration = Duration::from_secs(60);

/// The polling loop, until it is dropped.
pub struct Listening(Child);

impl Listening {
    /// CPU time so far, and the most memory in KiB.
    pub fn spent(&self) -> (Duration, u64) {
        let (cpu, peak) = (proc::cpu(self.0.id()), proc::peak_memory(self.0.id()));
        (cpu.unwrap_or_default(), peak.unwrap_or_default())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One run of the program.
#[derive(Clone, Debug)]
pub struct Ran {
    /// From start to end.
    pub wall: Duration,
    /// CPU time in user and system.
    pub cpu: Duration,
    /// The most memory, in KiB.
    pub peak: u64,
    /// Its report.
    pub report: Value,
}

impl Ran {
    /// Makes sure that so many records of the flow were created.
    pub fn created(&self, flow: &str, count: u64) -> Result<(), Failed> {
        let flows = self.report.get("flows").and_then(Value::as_array);
        let found = flows.into_iter().flatten().find(|f| f.get("flow").and_then(Value::as_str) == Some(flow));
        let created = found.and_then(|f| f.get("created")).and_then(Value::as_u64);
        if created == Some(count) {
            Ok(())
        } else {
            Err(format!("{count} {flow} should have been created: {}", self.report))
        }
    }
}

/// A profile folder.
pub struct Profile {
    folder: TempDir,
    program: PathBuf,
    environment: Vec<(String, String)>,
}

impl Profile {
    /// A profile against the services that polls so often, with the fields created in Zoho.
    pub fn set_up(
        program: &Path,
        services: &Services,
        flows: &[&str],
        poll_interval: &str,
    ) -> Result<Self, Failed> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let list = flows.iter().map(|flow| format!("\"{flow}\"")).collect::<Vec<_>>().join(", ");
        let settings = format!(
            "{}\n[sync]\nflows = [{list}]\ninvoices_from = \"all\"\ncredit_budget = 1.0\npoll_interval = \"{poll_interval}\"\nreconcile_interval = \"never\"\n",
            services.settings
        );
        fs::write(folder.path().join("ledgerline.toml"), settings)
            .map_err(|error| format!("the settings could not be written: {error}"))?;
        let profile = Self { folder, program: program.to_owned(), environment: services.environment.clone() };
        profile.succeed(&["setup", "--yes"])?;
        Ok(profile)
    }

    /// Subscribes on both sides, by way of the relay.
    pub fn switch_signals_on(&mut self, relay: &Relay) -> Result<(), Failed> {
        let key = ("LEDGERLINE_RELAY_ENROLMENT_KEY".to_owned(), Relay::KEY.to_owned());
        self.environment.push(key);
        self.succeed(&["webhooks", "on", "--url", relay.address()])
    }

    /// Starts the polling loop and waits until it hears the relay; what it prints is read by nobody.
    pub fn listen(&self) -> Result<Listening, Failed> {
        let child = self
            .command(&["sync"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("ledgerline could not be started: {error}"))?;
        let listening = Listening(child);
        let start = Instant::now();
        while start.elapsed() < LISTENS_WITHIN {
            // Its exit code says whether signals arrive, which they do not yet.
            let shown = self.ended(&["webhooks", "--json"])?.stdout;
            let shown: Value = serde_json::from_slice(&shown)
                .map_err(|error| format!("what webhooks shows is no JSON: {error}"))?;
            if shown.pointer("/link/up_since").is_some_and(Value::is_string) {
                return Ok(listening);
            }
            std::thread::sleep(LOOK);
        }
        Err("ledgerline does not listen to the relay".to_owned())
    }

    fn succeed(&self, arguments: &[&str]) -> Result<(), Failed> {
        let output = self.ended(arguments)?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
    }

    fn ended(&self, arguments: &[&str]) -> Result<Output, Failed> {
        self.command(arguments).output().map_err(|error| format!("ledgerline could not be started: {error}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--profile").arg(self.folder.path()).args(arguments).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn start(&self, arguments: &[&str]) -> Result<Child, Failed> {
        self.command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("ledgerline could not be started: {error}"))
    }

    /// Runs the program to its end; its report must be clean.
    pub fn run(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        let before = proc::ended_children();
        let start = Instant::now();
        let mut child = self.start(arguments)?;
        let mut peak = 0;
        let mut output = child.stdout.take().ok_or("ledgerline has no output")?;
        let reader = std::thread::spawn(move || {
            let mut said = String::new();
            output.read_to_string(&mut said).map(|_| said)
        });
        loop {
            peak = proc::peak_memory(child.id()).unwrap_or_default().max(peak);
            if child.try_wait().map_err(|error| error.to_string())?.is_some() {
                break;
            }
            std::thread::sleep(LOOK);
        }
        let wall = start.elapsed();
        let cpu = proc::ended_children().saturating_sub(before);
        let said = reader.join().map_err(|_| "the output could not be read")?.map_err(|e| e.to_string())?;
        let report = report(said.lines().last().unwrap_or_default())?;
        Ok(Ran { wall, cpu, peak, report })
    }

    /// Starts the polling loop, waits for its first report, and measures so many further runs.
    pub fn poll(&self, services: &Services, runs: u32) -> Result<(Ran, crate::services::Usage), Failed> {
        let mut child = self.start(&["sync", "--json"])?;
        let output = child.stdout.take().ok_or("ledgerline has no output")?;
        let mut lines = BufReader::new(output).lines();
        let mut next = || match lines.next() {
            Some(Ok(line)) => report(&line),
            _ => Err("ledgerline ended before its time".to_owned()),
        };
        let polled = (|| {
            next()?;
            // The second run still has what the first one left.
            next()?;
            let (before, cpu) = (services.usage()?, proc::cpu(child.id()).unwrap_or_default());
            let start = Instant::now();
            let mut last = Value::Null;
            for _ in 0..runs {
                last = next()?;
            }
            let wall = start.elapsed();
            let cpu = proc::cpu(child.id()).unwrap_or_default().saturating_sub(cpu) / runs;
            let peak = proc::peak_memory(child.id()).unwrap_or_default();
            Ok((Ran { wall, cpu, peak, report: last }, services.usage()?.since(&before)))
        })();
        // It has served its purpose.
        let _ = child.kill();
        let _ = child.wait();
        polled
    }

    /// How large the database is, in bytes.
    pub fn database(&self) -> u64 {
        fs::metadata(self.folder.path().join("ledgerline.db")).map_or(0, |data| data.len())
    }
}

fn report(line: &str) -> Result<Value, Failed> {
    let report: Value =
        serde_json::from_str(line).map_err(|error| format!("the report is no JSON ({error}): {line}"))?;
    match report.get("outcome").and_then(Value::as_str) {
        Some("clean") => Ok(report),
        _ => Err(format!("the run was not clean: {line}")),
    }
}

//! The built programs as processes of their own: `ledgerline` against `ledgerline-sandbox` over sockets.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use exact_json::Value;
use sandbox::credentials;
use tempfile::TempDir;

use crate::http;

/// Nothing that must stay secret may contain one of these.
pub const SECRETS: [&str; 3] =
    [credentials::BC_CLIENT_SECRET, credentials::ZOHO_CLIENT_SECRET, credentials::ZOHO_REFRESH_TOKEN];

const VARIABLES: [&str; 3] =
    ["LEDGERLINE_BC_CLIENT_SECRET", "LEDGERLINE_ZOHO_CLIENT_SECRET", "LEDGERLINE_ZOHO_REFRESH_TOKEN"];

/// A program of the workspace, beside which this test was built.
pub(crate) fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{} is missing: build it first with `cargo build --workspace`",
        program.display()
    );
    program
}

/// Both services in a process. It ends with the value.
pub struct Services {
    process: Child,
    origin: String,
    journal: PathBuf,
}

impl Services {
    /// Starts the seeded services, which keep their changes in `folder`.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        Self::started(Command::new(built("ledgerline-sandbox")), folder)
    }

    /// The same, by a command that says where else they belong to.
    pub(crate) fn started(mut command: Command, folder: &Path) -> Self {
        let journal = folder.join("sandbox.journal");
        command.args(["--port", "0", "--journal"]).arg(&journal);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let origin = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("api_url = \"")?.strip_suffix("/bc\"")?.to_owned()))
            .expect("the sandbox prints its address");
        // What else it prints must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, origin, journal }
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Does an admin call.
    pub fn admin(&self, path: &str, body: &str) -> Value {
        let address = format!("{}/admin/{path}", self.origin);
        let answer = http::ask("POST", &address, Some(("application/json", body))).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        Value::parse(&answer.body).unwrap()
    }

    /// Ends the process. Returns where its journal is.
    #[must_use]
    pub fn stop(mut self) -> PathBuf {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.journal.clone()
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A relay in a process. It ends with the value.
pub struct Relay {
    process: Child,
    address: String,
}

impl Relay {
    /// What enrolling takes.
    pub const KEY: &str = "a key for enrolment in tests";

    /// Starts a relay that keeps its mailboxes in `folder`.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        let mut command = Command::new(built("ledgerline-relay"));
        command.args(["--listen", "127.0.0.1:0", "--store"]).arg(folder.join("relay.db"));
        command.env("LEDGERLINE_RELAY_ENROLMENT_KEY", Self::KEY).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("address=")?.1.split_whitespace().next()?.to_owned()))
            .expect("the relay says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        let address = if address.contains("//") { address } else { format!("http://{address}") };
        Self { process, address }
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A settings file that leads to `origin`.
#[must_use]
pub fn settings(origin: &str, company: &str) -> String {
    format!(
        "[business_central]\ntenant = \"{}\"\nenvironment = \"{}\"\ncompany = \"{company}\"\nclient_id = \"{}\"\n\
         login_url = \"{origin}/login\"\napi_url = \"{origin}/bc\"\n\n\
         [zoho]\nclient_id = \"{}\"\naccounts_url = \"{origin}/accounts\"\n\n\
         [sync]\ninvoices_from = \"all\"\ncredit_budget = 1.0\n",
        credentials::TENANT,
        credentials::ENVIRONMENT,
        credentials::BC_CLIENT_ID,
        credentials::ZOHO_CLIENT_ID,
    )
}

/// A profile folder and the program that works in it.
pub struct Ledgerline {
    folder: TempDir,
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said meanwhile.
    pub stderr: String,
}

impl Ended {
    /// The last line of standard output, as JSON.
    #[must_use]
    pub fn object(&self) -> Value {
        let last = self.stdout.lines().last().unwrap_or_else(|| panic!("nothing was printed: {self:?}"));
        Value::parse(last).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A text member of that object; members of members with a dot between.
    #[must_use]
    pub fn text(&self, path: &str) -> String {
        let object = self.object();
        let found = path.split('.').try_fold(&object, |value, name| value.get(name));
        found.and_then(Value::as_text).unwrap_or_else(|| panic!("no {path} in {self:?}")).to_owned()
    }
}

impl Ledgerline {
    /// A profile whose settings lead to `origin`.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        let profile = Self { folder: tempfile::tempdir().unwrap() };
        profile.write_settings(origin, credentials::COMPANY);
        profile
    }

    /// Writes the settings anew.
    pub fn write_settings(&self, origin: &str, company: &str) {
        std::fs::write(self.folder.path().join("ledgerline.toml"), settings(origin, company)).unwrap();
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these arguments, ready to be started.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(built("ledgerline"));
        command.arg("--profile").arg(self.folder.path()).args(arguments).stdin(Stdio::null());
        command.envs(VARIABLES.into_iter().zip(SECRETS)).env("LEDGERLINE_LOG", "trace");
        command
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments).output().unwrap())
    }

    /// Runs it to its end, and insists on its exit code.
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {ended:?}");
        ended
    }

    /// Starts it and lets it run; what it says goes to a file of the profile's folder.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Child {
        let log = File::create(self.folder.path().join("said.txt")).unwrap();
        let said = log.try_clone().unwrap();
        self.command(arguments).stdout(log).stderr(said).spawn().unwrap()
    }

    /// The files of the profile in which one of the secrets stands, in clear.
    #[must_use]
    pub fn files_with_secrets(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if holds_a_secret(&std::fs::read(&path).unwrap()) {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// Whether one of the secrets stands in these bytes.
#[must_use]
pub fn holds_a_secret(bytes: &[u8]) -> bool {
    // What is no text becomes something else, and never a secret: those are letters.
    let text = String::from_utf8_lossy(bytes);
    SECRETS.iter().any(|secret| text.contains(secret))
}

/// What an ended process left.
#[must_use]
pub fn ended(output: std::process::Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

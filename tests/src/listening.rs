//! A profile that listens to a relay: the simulated services, the relay and `ledgerline sync`, each a process of its own.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use exact_json::{Map, Value};
use sandbox::World;
use sandbox::zoho::Module;
use tempfile::TempDir;

use crate::outside;
use crate::processes::{Ended, Ledgerline, Relay, Services, ended};

/// Much longer than anything takes; the waiting ends with what is waited for.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits for something that `look` finds.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Services, a relay, and a profile that has made its first sync.
pub struct Scene {
    /// Both services.
    pub services: Services,
    /// The profile.
    pub program: Ledgerline,
    /// The relay.
    pub relay: Relay,
    _folder: TempDir,
}

impl Scene {
    /// Everything is running, and nothing is subscribed to. The services tell of changes after a tenth of a second.
    #[must_use]
    pub fn of_everything() -> Self {
        Self::with("")
    }

    /// The same with customers alone, which is there sooner.
    #[must_use]
    pub fn of_customers() -> Self {
        Self::with("flows = [\"customers\"]\n")
    }

    fn with(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let services = Services::start(folder.path());
        services.admin("webhooks", "{\"delay_milliseconds\": 100}");
        let relay = Relay::start(folder.path());
        let program = Ledgerline::at(services.origin());
        let settings = program.folder().join("ledgerline.toml");
        let before = std::fs::read_to_string(&settings).unwrap();
        std::fs::write(settings, before + more).unwrap();
        program.expect(0, &["setup", "--yes"]);
        program.expect(0, &["sync", "--once", "--json"]);
        Self { services, program, relay, _folder: folder }
    }

    /// Switches signals on, and returns what was made.
    pub fn on(&self) -> Value {
        let mut command = self.program.command(&["webhooks", "on", "--json", "--url", self.relay.address()]);
        command.env("LEDGERLINE_RELAY_ENROLMENT_KEY", Relay::KEY);
        let ended = ended(command.output().unwrap());
        assert_eq!(ended.code, 0, "{ended:?}");
        ended.object()
    }

    /// What `ledgerline webhooks` shows.
    #[must_use]
    pub fn shown(&self) -> Value {
        self.program.run(&["webhooks", "--json"]).object()
    }

    /// The subscriptions that Business Central has.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Value> {
        self.told_of("business_central")
    }

    /// The channels that Zoho has.
    #[must_use]
    pub fn channels(&self) -> Vec<Value> {
        self.told_of("zoho")
    }

    fn told_of(&self, side: &str) -> Vec<Value> {
        self.services.admin("webhooks", "{}").get(side).and_then(Value::as_list).unwrap().to_vec()
    }

    /// `ledgerline sync`, connected to the relay.
    #[must_use]
    pub fn listening(&self) -> Running {
        let said = self.program.folder().join("said.txt");
        let running = Running { process: self.program.start(&["sync", "--json"]), said };
        until("the relay is connected", || {
            let shown = self.shown();
            shown.get("link").and_then(|link| link.get("up_since")).and_then(Value::as_text).map(drop)
        });
        until("the first run is over", || running.reports().pop());
        running
    }

    /// Somebody edits a customer in Business Central.
    pub fn edit(&self, number: &str, property: &str, value: &str) {
        let body = format!(
            r#"{{"table":"customers","number":"{number}","property":"{property}","value":"{value}"}}"#
        );
        self.services.admin("bc/edit", &body);
    }

    /// Somebody edits a customer's account in Zoho.
    pub fn edit_in_zoho(&self, number: &str, field: &str, value: &str) {
        let id = self.account_id(number);
        let body = format!(r#"{{"module":"Accounts","id":"{id}","values":{{"{field}":"{value}"}}}}"#);
        self.services.admin("zoho/records/edit", &body);
    }

    /// The id of the account that a customer was copied to.
    #[must_use]
    pub fn account_id(&self, number: &str) -> String {
        let history = self.history(number);
        let mut ids = history.iter().filter_map(|entry| entry.get("zoho_id").and_then(Value::as_text));
        ids.next_back().expect("it was copied").to_owned()
    }

    /// The trail of a customer, oldest first.
    #[must_use]
    pub fn history(&self, number: &str) -> Vec<Value> {
        let ended = self.program.run(&["history", "customers", number, "--json"]);
        ended.object().as_list().unwrap_or_else(|| panic!("no trail: {ended:?}")).to_vec()
    }

    /// Waits until the trail says that a value was written to Zoho; that it was seen in Business Central is not enough.
    pub fn until_written(&self, number: &str, field: &str, value: &str) {
        let is_it = |entry: &Value| {
            let after = entry.get("after").and_then(|after| after.get(field));
            entry.get("kind").and_then(Value::as_text) == Some("written")
                && after.and_then(Value::as_text) == Some(value)
        };
        until("the change is written", || self.history(number).iter().any(is_it).then_some(()));
    }

    /// How many records were written to Zoho by its API so far.
    #[must_use]
    pub fn writes(&self) -> i64 {
        let usage = self.services.admin("usage", "{}");
        whole(usage.get("zoho_record_writes").unwrap())
    }

    /// Ends the services, and returns what they held.
    #[must_use]
    pub fn world(self) -> World {
        let (clock, random) = outside();
        World::open(&self.services.stop(), clock, Arc::clone(&random)).unwrap()
    }
}

/// The accounts in Zoho whose BC Number is that one.
#[must_use]
pub fn accounts(world: &World, number: &str) -> Vec<Map> {
    let mut all = world.zoho(|zoho| zoho.records(Module::Accounts));
    all.retain(|account| account.get("BC_Number").and_then(Value::as_text) == Some(number));
    all
}

/// `ledgerline sync`, until it is dropped.
pub struct Running {
    process: Child,
    said: PathBuf,
}

impl Running {
    /// The reports of its runs so far.
    #[must_use]
    pub fn reports(&self) -> Vec<Value> {
        let said = std::fs::read_to_string(&self.said).unwrap();
        // A last line may be half written.
        let lines = said.lines().filter(|line| line.starts_with('{'));
        lines.filter_map(|line| Value::parse(line).ok()).collect()
    }

    /// How many signals its runs have followed.
    #[must_use]
    pub fn followed(&self) -> i64 {
        let reports = self.reports();
        let followed = reports.iter().filter_map(|report| report.get("signals")?.get("followed"));
        followed.map(whole).sum()
    }

    /// Waits until so many signals were followed.
    pub fn until_followed(&self, count: i64) {
        until("signals are followed", || (self.followed() >= count).then_some(()));
    }

    /// Asks it to stop, and waits for its end.
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(asked.success());
        self.process.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn whole(number: &Value) -> i64 {
    number
        .as_number()
        .map(|number| number.to_string())
        .and_then(|text| text.parse().ok())
        .expect("a whole number")
}

/// Whether everything agrees, by the program's own comparison of all records.
pub fn assert_agrees(program: &Ledgerline) {
    let compared: Ended = program.expect(0, &["reconcile", "--check", "--json"]);
    assert_eq!(compared.object().get("agrees").and_then(Value::as_bool), Some(true), "{compared:?}");
}

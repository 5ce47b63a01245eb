//! Signals with real processes: the simulated services, the relay, and `ledgerline sync`, over sockets.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Child;
use std::time::{Duration, Instant};

use exact_json::Value;
use tests::processes::{Ledgerline, Relay, Services};

/// Much longer than anything here takes; the waiting ends with what is waited for.
const LIMIT: Duration = Duration::from_secs(60);

struct Scene {
    services: Services,
    program: Ledgerline,
    relay: Relay,
    _folder: tempfile::TempDir,
}

/// A profile that has made its first sync and listens to a relay.
fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let services = Services::start(folder.path());
    services.admin("webhooks", "{\"delay_milliseconds\": 100}");
    let relay = Relay::start(folder.path());
    let program = Ledgerline::at(services.origin());
    program.expect(0, &["setup", "--yes"]);
    program.expect(0, &["sync", "--once", "--json"]);
    Scene { services, program, relay, _folder: folder }
}

impl Scene {
    fn on(&self) -> Value {
        let mut command = self.program.command(&["webhooks", "on", "--json", "--url", self.relay.address()]);
        command.env("LEDGERLINE_RELAY_ENROLMENT_KEY", Relay::KEY);
        let ended = tests::processes::ended(command.output().unwrap());
        assert_eq!(ended.code, 0, "{ended:?}");
        ended.object()
    }

    fn shown(&self) -> Value {
        self.program.run(&["webhooks", "--json"]).object()
    }

    fn subscriptions(&self) -> Vec<Value> {
        let said = self.services.admin("webhooks", "{}");
        said.get("business_central").and_then(Value::as_list).unwrap().to_vec()
    }

    fn listening(&self) -> Running {
        let running = Running(self.program.start(&["sync", "--json"]));
        until("the relay is connected", || {
            let shown = self.shown();
            shown.get("link").and_then(|link| link.get("up_since")).and_then(Value::as_text).map(drop)
        });
        running
    }

    /// Whether the trail says that the telephone number was written to Zoho; that it was seen in Business Central is not enough.
    fn is_written(&self, number: &str) -> Option<()> {
        let ended = self.program.run(&["history", "customers", number, "--json"]);
        let written = |line: &str| line.contains("\"written\"") && line.contains("+1 555 0100");
        ended.stdout.replace("},{", "}\n{").lines().any(written).then_some(())
    }
}

/// `ledgerline sync`, until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_change_arrives_by_its_signal_and_nothing_is_left_behind_afterwards() {
    let scene = scene();
    let made = scene.on();
    assert!(made.get("made").and_then(Value::as_number).is_some_and(|made| made >= 3.into()), "{made:?}");
    assert!(!scene.subscriptions().is_empty());
    let running = scene.listening();

    let edit = "{\"table\":\"customers\",\"number\":\"C10000\",\"property\":\"phoneNumber\",\"value\":\"+1 555 0100\"}";
    scene.services.admin("bc/edit", edit);
    until("the change is written", || scene.is_written("C10000"));
    let shown = scene.shown();
    let taken = shown.get("counts").and_then(|counts| counts.get("taken")).and_then(Value::as_number);
    assert!(taken.is_some_and(|taken| taken >= 1.into()), "{shown:?}");
    assert!(scene.program.files_with_secrets().is_empty());
    drop(running);

    let off = scene.program.expect(0, &["webhooks", "off", "--json"]);
    assert!(off.object().get("removed").and_then(Value::as_number).is_some_and(|n| n >= 3.into()), "{off:?}");
    assert!(scene.subscriptions().is_empty(), "{:?}", scene.subscriptions());
}

#[test]
fn a_wrong_enrolment_key_says_whom_to_ask_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let services = Services::start(folder.path());
    let relay = Relay::start(folder.path());
    let program = Ledgerline::at(services.origin());
    program.expect(0, &["setup", "--yes"]);
    program.expect(0, &["sync", "--once", "--json"]);
    let before = std::fs::read(program.folder().join("ledgerline.toml")).unwrap();
    let mut command = program.command(&["webhooks", "on", "--json", "--url", relay.address()]);
    command.env("LEDGERLINE_RELAY_ENROLMENT_KEY", "not the right key at all");
    let ended = tests::processes::ended(command.output().unwrap());
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(ended.text("error.code"), "relay_enrolment_refused");
    assert!(!ended.stdout.contains("not the right key") && !ended.stderr.contains("not the right key"));
    assert_eq!(std::fs::read(program.folder().join("ledgerline.toml")).unwrap(), before);
    let shown = program.expect(0, &["webhooks", "--json"]).object();
    assert_eq!(shown.get("relay"), Some(&Value::Null));
}

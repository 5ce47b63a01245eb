//! The program as a process that dies: killed at random moments, asked to stop, started twice.
//!
//! `LEDGERLINE_KILLS` says how often it is killed (25).

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use exact_json::{Decimal, Value};
use sandbox::World;
use tests::invariants::{assert_lines_are_whole, assert_no_record_twice};
use tests::outside;
use tests::processes::{Ended, Ledgerline, Services, ended, holds_a_secret};
use transport::{Random, SystemRandom};

/// The seeded services and a profile that is set up.
fn ready() -> (tempfile::TempDir, Services, Ledgerline) {
    let folder = tempfile::tempdir().unwrap();
    let services = Services::start(folder.path());
    let program = Ledgerline::at(services.origin());
    program.expect(0, &["setup", "--yes"]);
    (folder, services, program)
}

/// A run at last that nobody disturbs leaves both systems in agreement, and a trail without a gap.
fn assert_all_is_well(program: &Ledgerline) {
    let last = program.expect(0, &["sync", "--once", "--json"]);
    assert_eq!(last.text("outcome"), "clean", "{last:?}");
    let compared = program.expect(0, &["reconcile", "--check", "--json"]);
    assert_eq!(compared.object().get("agrees").and_then(Value::as_bool), Some(true), "{compared:?}");
    let verified = program.expect(0, &["history", "--verify", "--json"]);
    assert_eq!(verified.object().get("whole").and_then(Value::as_bool), Some(true), "{verified:?}");
}

/// What the services held in the end, looked at from within.
fn look_inside(services: Services) {
    let journal = services.stop();
    let (clock, random) = outside();
    let world = World::open(&journal, clock, Arc::clone(&random)).unwrap();
    assert!(world.zoho(|zoho| zoho.counters.record_writes) > 0, "the journal was played again");
    assert_no_record_twice(&world);
    assert_lines_are_whole(&world);
}

fn assert_no_secret(program: &Ledgerline, said: &[Ended]) {
    assert_eq!(program.files_with_secrets(), Vec::<std::path::PathBuf>::new());
    for ended in said {
        assert!(
            !holds_a_secret(ended.stdout.as_bytes()) && !holds_a_secret(ended.stderr.as_bytes()),
            "{ended:?}"
        );
    }
}

#[test]
fn killed_at_random_moments_it_loses_and_doubles_nothing() {
    let kills = std::env::var("LEDGERLINE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(25);
    let (_folder, services, program) = ready();
    let chance = SystemRandom::default();
    for round in 0..kills {
        // The first load takes seconds, and is broken off again and again; later runs take less.
        let delay = Duration::from_millis(chance.below(1_800));
        let mut run = program.start(&["sync", "--once", "--json"]);
        sleep(delay);
        run.kill().unwrap();
        run.wait().unwrap();
        if round % 3 == 2 {
            services.admin("bc/demo-changes", "{}");
        }
    }
    assert_all_is_well(&program);
    assert_no_secret(&program, &[]);
    look_inside(services);
}

#[test]
fn asked_to_stop_it_ends_with_a_report_and_goes_on_where_it_stopped() {
    let (_folder, services, program) = ready();
    let mut stopped = 0;
    for delay in [300, 900, 1_500] {
        let run = program
            .command(&["sync", "--once", "--json"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(delay));
        let asked = Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
        let at = Instant::now();
        let end = ended(run.wait_with_output().unwrap());
        assert!(at.elapsed() < Duration::from_secs(20), "it took {:?} to stop", at.elapsed());
        let report = end.object();
        assert!(asked.success() && report.get("run_id").is_some(), "{end:?}");
        let flows = report.get("flows").and_then(Value::as_list).unwrap();
        for flow in flows {
            let count = |name: &str| flow.get(name).and_then(Value::as_number).unwrap();
            let parts = ["created", "updated", "unchanged", "skipped", "failed", "held"].map(count);
            assert_eq!(
                count("read"),
                parts.into_iter().fold(Decimal::ZERO, |sum, part| sum + part),
                "{end:?}"
            );
        }
        if report.get("error").is_some() {
            assert_eq!(end.text("error.code"), "stopped", "{end:?}");
            stopped += 1;
        }
        assert_no_secret(&program, &[end]);
    }
    assert!(stopped > 0, "every run was over before it was asked to stop");
    assert_all_is_well(&program);
    look_inside(services);
}

#[test]
fn a_second_writer_is_refused_while_one_works_and_readers_are_not() {
    let (_folder, _services, program) = ready();
    let mut writer = program.start(&["sync"]);
    let until = Instant::now() + Duration::from_secs(30);
    while !program.folder().join("writer.lock").exists()
        || program.run(&["status"]).stdout.contains("Nothing was copied")
    {
        assert!(Instant::now() < until, "the loop did not start");
        sleep(Duration::from_millis(50));
    }
    for arguments in
        [&["sync", "--once", "--json"][..], &["setup", "--yes", "--json"], &["replay", "--all", "--json"]]
    {
        let refused = program.expect(1, arguments);
        assert_eq!(refused.text("outcome"), "failed");
        assert_eq!(refused.text("error.code"), "profile_in_use");
        assert!(refused.text("error.message").contains(&writer.id().to_string()), "{refused:?}");
        assert!(!refused.text("error.cure").is_empty());
    }
    for reader in [&["status", "--json"][..], &["problems", "--json"], &["history", "--verify", "--json"]] {
        let read = program.run(reader);
        assert!(read.code == 0 || read.code == 2, "{read:?}");
        let _ = read.object();
    }
    // The lock dies with its holder, however that dies.
    writer.kill().unwrap();
    writer.wait().unwrap();
    program.expect(0, &["sync", "--once", "--json"]);
}

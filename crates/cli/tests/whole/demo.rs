//! The demo: two built-in systems, one first sync, no account and no network.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::program::{Program, object};

#[test]
fn the_demo_ends_clean_twice_and_follows_changes() {
    let program = Program::new();
    let first = program.run_without_secrets(&["demo", "--json"]);
    assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
    let report = object(&first.stdout);
    assert_eq!(report["outcome"], "clean");
    assert!(
        report["flows"].as_array().unwrap().iter().all(|flow| flow["created"].as_i64() > Some(100)),
        "{report}"
    );
    assert_eq!(object(first.stdout.lines().next().unwrap())["agrees"], true);

    let second = program.run_without_secrets(&["demo", "--change", "--json"]);
    assert_eq!(second.code, 0, "{}{}", second.stdout, second.stderr);
    let report = object(&second.stdout);
    let sum = |name: &str| {
        report["flows"].as_array().unwrap().iter().filter_map(|flow| flow[name].as_i64()).sum::<i64>()
    };
    assert_eq!(sum("created"), 0, "nothing is created twice");
    assert!(sum("updated") >= 3, "{report}");
    assert_eq!(second.stderr.matches("changed in Business Central: ").count(), 3, "{}", second.stderr);

    let status = program.run_without_secrets(&["status"]);
    assert_eq!(status.code, 0, "the demo's profile can be looked at: {}", status.stderr);
    assert_eq!(program.run_without_secrets(&["history", "--verify"]).code, 0);

    let third = program.run_without_secrets(&["demo", "--fresh"]);
    assert_eq!(third.code, 0, "{}", third.stderr);
    assert!(third.stdout.contains("Both systems agree: 300 customers, 500 items, "), "{}", third.stdout);
    assert!(third.stderr.contains("nothing outside it is touched"), "{}", third.stderr);
}

#[test]
fn the_demo_keeps_out_of_a_real_profile() {
    let program = Program::new();
    program.settings("https://example.com", "");
    let before = std::fs::read_to_string(program.path("ledgerline.toml")).unwrap();
    let ran = program.run_without_secrets(&["demo", "--fresh", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(object(&ran.stdout)["error"]["message"].as_str().unwrap().contains("not the demo's"));
    assert_eq!(std::fs::read_to_string(program.path("ledgerline.toml")).unwrap(), before);
    assert!(!program.path("demo-systems.jsonl").exists());
}

#[test]
fn a_demo_that_was_killed_goes_on_without_doubling_anything() {
    let program = Program::new();
    let mut child = program
        .command()
        .args(["--profile", program.folder(), "demo"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    while !said.next().unwrap().unwrap().starts_with("customers: ") {}
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = program.run_without_secrets(&["demo", "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(object(ran.stdout.lines().next().unwrap())["agrees"], true);
}

#[cfg(unix)]
#[test]
fn a_served_demo_lets_other_commands_in_and_ends_on_request() {
    let program = Program::new();
    let mut child = program
        .command()
        .args(["--profile", program.folder(), "demo", "--serve", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    while !said.next().unwrap().unwrap().starts_with("Both systems go on") {}
    let ran = program.run(&["sync", "--once", "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let second = program.run_without_secrets(&["demo", "--json"]);
    assert_eq!(second.code, 1, "one demo at a time");
    assert_eq!(object(&second.stdout)["error"]["code"], "profile_in_use");
    let asked = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(object(&String::from_utf8(ended.stdout).unwrap())["outcome"], "clean");
}

//! How commands are typed, and what is printed when nothing can start.

use crate::program::{Program, object};

/// The page about the command line.
const PAGE: &str = include_str!("../../../../docs/command-line.md");

#[test]
fn help_and_version_are_no_errors() {
    let program = Program::new();
    for arguments in [&["--help"][..], &["--version"], &["sync", "--help"], &["help"]] {
        let ran = program.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stdout.is_empty());
    }
}

#[test]
fn every_command_of_this_version_is_listed() {
    let help = Program::new().run(&["--help"]).stdout;
    let demo = cfg!(feature = "demo").then_some("demo");
    let always = [
        "connect",
        "doctor",
        "setup",
        "sync",
        "status",
        "webhooks",
        "problems",
        "replay",
        "history",
        "reconcile",
        "map",
        "bundle",
    ];
    for command in always.into_iter().chain(demo) {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in:\n{help}");
        assert!(PAGE.contains(&format!("\n## {command}")) || command == "replay", "{command} has no section");
    }
}

#[test]
fn wrong_usage_exits_1() {
    let program = Program::new();
    for arguments in [
        &[][..],
        &["snyc"],
        &["sync", "--twice"],
        &["replay"],
        &["replay", "1", "--all"],
        &["history", "customers"],
        &["reconcile", "--check", "--confirm-deletions"],
        &["problems", "ignore"],
        &["problems", "unignore", "one"],
        &["map"],
        &["map", "import"],
    ] {
        let ran = program.run(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty(), "{arguments:?}: {}", ran.stdout);
        assert!(!ran.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_with_json_prints_the_failed_object() {
    let program = Program::new();
    for arguments in [&["--json", "snyc"][..], &["sync", "--twice", "--json"], &["--json"]] {
        let ran = program.run(arguments);
        assert_eq!(ran.code, 1);
        let printed = object(&ran.stdout);
        assert_eq!(printed["outcome"], "failed");
        assert_eq!(printed["error"]["code"], "usage");
        assert!(!printed["error"]["message"].as_str().unwrap().is_empty(), "{arguments:?}");
        assert!(!printed["error"]["cure"].as_str().unwrap().is_empty());
    }
}

#[test]
fn profile_and_json_stand_before_or_behind_the_command() {
    let program = Program::new();
    let folder = program.folder();
    for arguments in [
        &["--profile", folder, "--json", "sync", "--once"][..],
        &["sync", "--once", "--profile", folder, "--json"],
        &["--json", "sync", "--profile", folder, "--once"],
    ] {
        let ran = program.run_as_typed(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.stderr);
        let printed = object(&ran.stdout);
        assert_eq!(printed["error"]["code"], "settings_absent", "{arguments:?}");
        assert!(printed["error"]["message"].as_str().unwrap().contains(folder), "{arguments:?}");
    }
}

#[test]
fn every_command_prints_the_failed_object_when_nothing_can_start() {
    let program = Program::new();
    for arguments in [
        &["doctor"][..],
        &["setup", "--yes"],
        &["setup", "--dry-run"],
        &["sync"],
        &["sync", "--once"],
        &["status"],
        &["problems"],
        &["problems", "show", "1"],
        &["replay", "--all"],
        &["history"],
        &["history", "--verify"],
        &["reconcile", "--check"],
    ] {
        let ran = program.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 1, "{arguments:?}");
        let printed = object(&ran.stdout);
        assert_eq!(printed["outcome"], "failed", "{arguments:?}");
        assert_eq!(printed["error"]["code"], "settings_absent", "{arguments:?}");
        assert!(printed["error"]["cure"].as_str().unwrap().contains("ledgerline connect"));
    }
}

#[test]
fn for_people_the_cure_stands_below_what_happened() {
    let ran = Program::new().run(&["status"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.is_empty());
    assert!(ran.stderr.starts_with("ledgerline: there is no settings file at "), "{}", ran.stderr);
    assert!(ran.stderr.contains("\n  → Run `ledgerline connect`"), "{}", ran.stderr);
}

#[test]
fn connect_needs_a_terminal_and_leaves_nothing_behind() {
    let program = Program::new();
    let ran = program.run(&["connect", "--json"]);
    assert_eq!(ran.code, 1);
    let printed = object(&ran.stdout);
    assert!(printed["error"]["message"].as_str().unwrap().contains("terminal"));
    assert!(!program.path("ledgerline.toml").exists());
}

#[test]
fn a_secret_in_the_settings_file_stops_every_command_and_is_not_repeated() {
    let program = Program::new();
    program.settings("http://127.0.0.1:9", "");
    let text = std::fs::read_to_string(program.path("ledgerline.toml")).unwrap();
    let with_secret = text.replacen("[zoho]", "[zoho]\nclient_secret = \"hush-hush\"", 1);
    std::fs::write(program.path("ledgerline.toml"), with_secret).unwrap();
    for arguments in [&["sync", "--once"][..], &["status"], &["doctor"]] {
        let ran = program.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 1);
        assert_eq!(object(&ran.stdout)["error"]["code"], "secret_in_settings");
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("hush-hush"));
    }
}

#[test]
fn without_the_variables_the_keychain_is_asked_and_named() {
    let program = Program::new();
    program.settings("http://127.0.0.1:9", "");
    let ran = program.run_without_secrets(&["sync", "--once", "--json"]);
    assert_eq!(ran.code, 1);
    let printed = object(&ran.stdout);
    let code = printed["error"]["code"].as_str().unwrap();
    assert!(["no_keychain", "secret_missing"].contains(&code), "{code}");
    assert!(printed["error"]["cure"].as_str().unwrap().contains("LEDGERLINE_"));
}

#[test]
fn a_second_writer_is_told_so_and_stops_while_readers_work() {
    let program = Program::new();
    program.settings("http://127.0.0.1:9", "");
    let profile = app::Profile::at(Some(program.folder().into())).unwrap();
    let _held = profile.lock().unwrap();
    for arguments in
        [&["sync", "--once"][..], &["setup", "--yes"], &["replay", "--all"], &["reconcile", "--check"]]
    {
        let ran = program.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 1);
        assert_eq!(object(&ran.stdout)["error"]["code"], "profile_in_use", "{arguments:?}");
    }
    for arguments in [&["status"][..], &["problems"], &["history"]] {
        assert_eq!(program.run(arguments).code, 0, "{arguments:?}");
    }
}

#[test]
fn a_flow_that_is_unknown_or_off_is_refused_in_words() {
    let program = Program::new();
    program.settings("http://127.0.0.1:9", "flows = [\"customers\"]");
    for (name, words) in [
        ("custmers", "did you mean \"customers\"?"),
        ("items", "not switched on"),
        ("vendors", "not switched on"),
    ] {
        let ran = program.run(&["sync", "--once", "--flow", name, "--json"]);
        assert_eq!(ran.code, 1);
        let message = object(&ran.stdout)["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn moments_of_a_period_are_days_or_times() {
    let program = Program::new();
    program.settings("http://127.0.0.1:9", "");
    for arguments in [
        &["history", "--since", "2026-01-31"][..],
        &["history", "--since", "2026-01-31T08:00:00Z", "--until", "2026-02-01"],
    ] {
        assert_eq!(program.run(arguments).code, 0, "{arguments:?}");
    }
    let ran = program.run(&["history", "--until", "yesterday", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(object(&ran.stdout)["error"]["cure"].as_str().unwrap().contains("2026-01-31"));
}

#[test]
fn every_option_stands_on_the_page_about_the_command_line() {
    let program = Program::new();
    let demo = cfg!(feature = "demo").then_some("demo");
    for command in ["setup", "sync", "replay", "history", "reconcile", "bundle"].into_iter().chain(demo) {
        let help = program.run(&[command, "--help"]).stdout;
        let options = help.split_whitespace().filter(|word| word.starts_with("--"));
        for option in options.map(|word| word.trim_end_matches([',', '.', '`'])) {
            let known = ["--help", "--version"].contains(&option) || PAGE.contains(option);
            assert!(known, "{option} of {command} is not on the page");
        }
    }
}

#[test]
fn the_state_comes_first_in_status() {
    let program = Program::new();
    program.settings("http://127.0.0.1:9", "");
    let ran = program.run(&["status"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("Nothing was copied yet\n"), "{}", ran.stdout);
    let state = object(&program.run(&["status", "--json"]).stdout)["state"].clone();
    assert_eq!(
        (state["light"].as_str(), state["sentence"].as_str()),
        (Some("attention"), Some("Nothing was copied yet"))
    );
}

#[test]
fn a_support_archive_is_listed_first_and_then_written_beside_a_writer() {
    let program = Program::new();
    program.settings("http://127.0.0.1:9", "");
    let profile = app::Profile::at(Some(program.folder().into())).unwrap();
    let _held = profile.lock().unwrap();
    let file = program.path("x.zip");
    let file = file.to_str().unwrap();
    let dry = program.run(&["bundle", file, "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stdout.contains("settings.toml") && !program.path("x.zip").exists(), "{}", dry.stdout);
    let ran = program.run(&["bundle", file]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (listed, written) =
        (ran.stdout.find("settings.toml").unwrap(), ran.stdout.find("Written: ").unwrap());
    assert!(listed < written && program.path("x.zip").exists(), "{}", ran.stdout);
    let again = program.run(&["bundle", file, "--json"]);
    assert_eq!(again.code, 1);
    assert_eq!(object(&again.stdout)["error"]["code"], "file_not_writable");
    let folder = program.run(&["bundle", program.folder(), "--json"]);
    let printed = object(&folder.stdout);
    assert!(std::path::Path::new(printed["path"].as_str().unwrap()).exists());
    let names: Vec<_> =
        printed["entries"].as_array().unwrap().iter().map(|entry| entry["name"].clone()).collect();
    assert!(names.contains(&"system.json".into()), "{names:?}");
}

#[test]
fn a_support_archive_needs_neither_settings_nor_a_keychain() {
    let program = Program::new();
    let file = program.path("x.zip");
    let ran = program.run_without_secrets(&["bundle", file.to_str().unwrap(), "--doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing could be checked: there is no settings file"), "{}", ran.stderr);
    assert!(ran.stdout.contains("settings.txt") && file.exists(), "{}", ran.stdout);
}

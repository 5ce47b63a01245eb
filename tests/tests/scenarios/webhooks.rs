//! Signals with real processes: the simulated services, the relay, and `ledgerline sync`, over sockets.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use exact_json::Value;
use tests::listening::{Scene, accounts, assert_agrees, until};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_text).unwrap_or_default()
}

/// A count among those of `ledgerline webhooks`.
fn counted(shown: &Value, name: &str) -> i64 {
    let count = shown.get("counts").and_then(|counts| counts.get(name)).and_then(Value::as_number);
    count.and_then(|count| count.to_string().parse().ok()).unwrap()
}

#[test]
fn a_change_arrives_by_its_signal_and_nothing_is_left_behind_afterwards() {
    let scene = Scene::of_everything();
    let made = scene.on();
    // Three collections of Business Central can be subscribed to, and four modules are written to.
    assert_eq!(made.get("made").and_then(Value::as_number), Some(7.into()), "{made:?}");
    assert_eq!((scene.subscriptions().len(), scene.channels().len()), (3, 4));
    let running = scene.listening();

    scene.edit("C10000", "phoneNumber", "+1 555 0100");
    scene.until_written("C10000", "Phone", "+1 555 0100");
    let shown = scene.shown();
    assert!(counted(&shown, "taken") >= 1, "{shown:?}");
    until("the time of the last signal is shown", || {
        scene.shown().get("link")?.get("last_signal_at")?.as_text().map(drop)
    });
    assert!(scene.program.files_with_secrets().is_empty());
    running.stop();

    let off = scene.program.expect(0, &["webhooks", "off", "--json"]);
    assert_eq!(off.object().get("removed").and_then(Value::as_number), Some(7.into()), "{off:?}");
    assert_eq!((scene.subscriptions(), scene.channels()), (vec![], vec![]));
}

#[test]
fn an_edit_by_hand_in_zoho_is_told_and_put_right_and_our_own_writes_start_no_others() {
    let scene = Scene::of_customers();
    scene.on();
    let running = scene.listening();
    let writes = scene.writes();

    scene.edit_in_zoho("C10000", "Phone", "+1 999");
    scene.until_written("C10000", "Phone", "+49 40 555 0100");
    // The second one is about what was written to put it right.
    running.until_followed(2);
    let history = scene.history("C10000");
    let edit = history.iter().find(|entry| text(entry, "summary").starts_with("edited in Zoho by"));
    let edit = edit.unwrap_or_else(|| panic!("{history:?}"));
    let phone = |of: &str| edit.get(of).map(|values| text(values, "Phone").to_owned());
    assert_eq!(text(edit, "kind"), "observed");
    assert_eq!(
        (phone("before").as_deref(), phone("after").as_deref()),
        (Some("+49 40 555 0100"), Some("+1 999"))
    );
    assert_eq!(scene.writes(), writes + 1);

    // Business Central's change, what is written for it, and what Zoho tells of that.
    scene.edit("C10000", "phoneNumber", "+1 555 0101");
    scene.until_written("C10000", "Phone", "+1 555 0101");
    running.until_followed(4);
    assert_eq!(scene.writes(), writes + 2);
    let shown = scene.shown();
    assert_eq!(["taken", "forged", "malformed", "not_ours"].map(|name| counted(&shown, name)), [4, 0, 0, 0]);
    running.stop();
    assert_agrees(&scene.program);
    let found = accounts(&scene.world(), "C10000");
    let phones: Vec<_> = found.iter().map(|account| account.get("Phone").and_then(Value::as_text)).collect();
    assert_eq!(phones, [Some("+1 555 0101")]);
}

#[test]
fn an_account_that_somebody_deletes_in_zoho_is_noticed_by_its_signal() {
    let scene = Scene::of_customers();
    scene.on();
    let _running = scene.listening();
    let id = scene.account_id("C10010");
    let body = format!(r#"{{"module":"Accounts","id":"{id}"}}"#);
    scene.services.admin("zoho/records/delete", &body);
    let problems = until("the deletion is noticed", || {
        let problems = scene.program.run(&["problems", "--json"]).object();
        problems.as_list().filter(|problems| !problems.is_empty()).map(<[Value]>::to_vec)
    });
    let told = problems.iter().map(|problem| (text(problem, "code"), text(problem, "number")));
    assert_eq!(told.collect::<Vec<_>>(), [("zoho_record_deleted", "C10010")]);
}

#[test]
fn a_wrong_enrolment_key_says_whom_to_ask_and_changes_nothing() {
    let Scene { program, relay, .. } = &Scene::of_customers();
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

//! What scripts and services rely on: exit codes, and the JSON of each command, as the command line's contract has them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::net::TcpListener;

use exact_json::{Decimal, Value};
use tests::processes::{Ended, Ledgerline, Services, holds_a_secret};

struct Scene {
    _folder: tempfile::TempDir,
    services: Services,
    program: Ledgerline,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let services = Services::start(folder.path());
    let program = Ledgerline::at(services.origin());
    Scene { _folder: folder, services, program }
}

fn set_up() -> Scene {
    let scene = scene();
    scene.program.expect(0, &["setup", "--yes"]);
    scene
}

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn number(value: &Value, name: &str) -> Decimal {
    value.get(name).and_then(Value::as_number).unwrap_or_else(|| panic!("no {name} in {value:?}"))
}

fn flows(ended: &Ended) -> Vec<Value> {
    ended.object().get("flows").and_then(Value::as_list).unwrap().to_vec()
}

/// The object that is printed when nothing could start or the run could not go on.
fn assert_failed(ended: &Ended, code: &str) {
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(ended.text("outcome"), "failed");
    assert_eq!(ended.text("error.code"), code, "{ended:?}");
    assert!(!ended.text("error.message").is_empty() && !ended.text("error.cure").is_empty());
    assert!(!holds_a_secret(ended.stdout.as_bytes()) && !holds_a_secret(ended.stderr.as_bytes()));
}

#[test]
fn a_run_ends_with_one_json_object_whose_numbers_add_up() {
    let scene = set_up();
    let program = &scene.program;
    let first = program.expect(0, &["sync", "--once", "--json"]);
    let report = first.object();
    let expected =
        ["run_id", "trigger", "started_at", "finished_at", "outcome", "flows", "calls", "zoho_credits"];
    // The first load is followed by a comparison of both systems, later runs are not.
    assert_eq!(members(&report), expected.into_iter().chain(["comparison"]).collect());
    assert_eq!(report.get("comparison").unwrap().get("agrees"), Some(&Value::Bool(true)));
    assert_eq!((first.text("trigger"), first.text("outcome")), ("manual".to_owned(), "clean".to_owned()));
    assert_eq!(members(report.get("calls").unwrap()), BTreeSet::from(["business_central", "zoho"]));
    let names: Vec<String> = flows(&first)
        .iter()
        .map(|flow| flow.get("flow").and_then(Value::as_text).unwrap().to_owned())
        .collect();
    assert_eq!(names, ["customers", "items", "contacts", "invoices"]);
    for flow in flows(&first) {
        let parts = ["created", "updated", "unchanged", "skipped", "failed", "held"];
        assert_eq!(members(&flow), parts.into_iter().chain(["flow", "read"]).collect());
        let sum = parts.into_iter().fold(Decimal::ZERO, |sum, part| sum + number(&flow, part));
        assert_eq!(number(&flow, "read"), sum);
    }
    // Again: nothing is written. With one flow: only that one is reported.
    let second = program.expect(0, &["--json", "sync", "--once"]);
    assert_eq!(members(&second.object()), BTreeSet::from(expected));
    for flow in flows(&second) {
        assert!(number(&flow, "created").is_zero() && number(&flow, "updated").is_zero(), "{flow:?}");
    }
    let one = program.expect(0, &["sync", "--once", "--flow", "items", "--json"]);
    assert_eq!(flows(&one).len(), 1);
    let status = program.expect(0, &["status", "--json"]);
    assert_eq!(status.text("last_run.outcome"), "clean");
    // Whatever Business Central has is in Zoho, or is counted as left out.
    for (flow, left_out) in flows(&status).iter().zip([0_i64, 0, 18, 10]) {
        let of = |name| number(flow, name);
        assert_eq!(of("left_out"), Decimal::from(left_out), "{flow:?}");
        assert_eq!(of("business_central"), of("zoho") + of("left_out"), "{flow:?}");
    }
    assert!(program.files_with_secrets().is_empty(), "{:?}", program.files_with_secrets());
}

#[test]
fn before_setup_a_run_exits_1_and_setup_cures_it() {
    let scene = scene();
    let program = &scene.program;
    assert_failed(&program.run(&["sync", "--once", "--json"]), "setup_needed");
    let planned = program.expect(0, &["setup", "--dry-run", "--json"]);
    let count = planned
        .object()
        .get("plan")
        .and_then(|plan| plan.get("create"))
        .and_then(Value::as_list)
        .unwrap()
        .len();
    assert!(count >= 8, "two keys in each of four modules at least: {planned:?}");
    assert_failed(&program.run(&["sync", "--once", "--json"]), "setup_needed");
    program.expect(0, &["setup", "--yes", "--json"]);
    program.expect(0, &["sync", "--once", "--json", "--flow", "customers"]);
    let again = program.expect(0, &["setup", "--dry-run", "--json"]);
    let left = again
        .object()
        .get("plan")
        .and_then(|plan| plan.get("create"))
        .and_then(Value::as_list)
        .unwrap()
        .len();
    assert_eq!(left, 0);
}

#[test]
fn doctor_exits_0_when_all_is_well_and_names_what_is_not() {
    let Scene { services, program, _folder } = set_up();
    let well = program.expect(0, &["doctor", "--json"]);
    assert!(!well.object().get("findings").and_then(Value::as_list).unwrap().is_empty());
    services.admin("bc/behaviour", r#"{"secret_expired":true}"#);
    let found = program.run(&["doctor", "--json"]);
    assert!(found.stdout.contains("bc_sign_in_secret_expired"), "{found:?}");
    assert_ne!(found.code, 0);
}

#[test]
fn doctor_warns_where_reading_orders_writes_and_says_so_where_it_does_not() {
    let Scene { services, program, _folder } = scene();
    let file = program.folder().join("ledgerline.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let flows = r#"["customers", "items", "contacts", "invoices", "vendors", "purchase_orders"]"#;
    std::fs::write(&file, format!("{settings}flows = {flows}\n")).unwrap();
    program.expect(0, &["setup", "--yes"]);
    let reading = |found: &Ended| {
        let found = found.object();
        let findings = found.get("findings").and_then(Value::as_list).unwrap();
        let about = |name, value: &Value| value.get(name).and_then(Value::as_text).unwrap().to_owned();
        let mut ours =
            findings.iter().filter(|one| about("subject", one) == "Business Central: only reading");
        ours.next().map(|one| (about("verdict", one), about("code", one))).unwrap()
    };
    let well = program.expect(0, &["doctor", "--json"]);
    assert_eq!(reading(&well), ("ok".to_owned(), "only_reading".to_owned()));
    services.admin("bc/behaviour", r#"{"writes_on_read":true}"#);
    let warned = program.expect(2, &["doctor", "--json"]);
    assert_eq!(reading(&warned), ("warning".to_owned(), "reading_writes".to_owned()));
    assert!(warned.stdout.contains("D365 READ"), "{warned:?}");
}

#[test]
fn doctor_names_a_flow_that_waits_for_match_review() {
    let Scene { services, program, _folder } = set_up();
    services.admin(
        "bc/edit",
        r#"{"table":"customers","number":"C10000","property":"displayName","value":"Kvistgaard Aluminium"}"#,
    );
    services.admin(
        "zoho/records/add",
        r#"{"module":"Accounts","values":{"Account_Name":"Kvistgaard Aluminium A/S"}}"#,
    );
    program.expect(2, &["sync", "--once", "--flow", "customers"]);
    let found = program.expect(2, &["doctor", "--json"]);
    assert!(found.stdout.contains("match_review_needed"), "{found:?}");
    assert!(found.stdout.contains("ledgerline match"), "{found:?}");
}

#[test]
fn a_refused_record_is_a_problem_that_is_listed_shown_and_replayed() {
    let Scene { services, program, _folder } = set_up();
    services.admin(
        "zoho/poison",
        r#"{"module":"Accounts","field":"BC_Number","containing":"0","code":"INVALID_DATA","message":"no noughts"}"#,
    );
    let run = program.expect(2, &["sync", "--once", "--json", "--flow", "customers"]);
    assert_eq!(run.text("outcome"), "attention");
    let failed = number(&flows(&run)[0], "failed");
    assert!(!failed.is_zero());
    let listed = program.expect(2, &["problems", "--json"]).object();
    let first = listed.as_list().unwrap()[0].clone();
    assert_eq!(first.get("code").and_then(Value::as_text), Some("zoho_invalid_data"));
    let id = number(&first, "id").to_string();
    let shown = program.expect(2, &["problems", "show", &id]);
    assert!(shown.stdout.contains("no noughts") && shown.stdout.contains("replay"), "{shown:?}");
    assert_failed(&program.run(&["replay", "999999", "--json"]), "usage");
    program.expect(2, &["replay", &id, "--json"]);
    services.admin("zoho/poison/clear", "{}");
    let one = program.expect(0, &["replay", &id, "--json"]);
    assert_eq!(one.text("trigger"), "replay");
    program.expect(0, &["replay", "--flow", "customers", "--json"]);
    program.expect(0, &["problems", "--json"]);
    let number = first.get("number").and_then(Value::as_text).unwrap();
    let history = program.expect(0, &["history", "customers", number]);
    assert!(
        history.stdout.contains("no noughts") && history.stdout.contains("created in Zoho"),
        "{history:?}"
    );
}

#[test]
fn reconcile_says_what_differs_and_exits_2() {
    let Scene { services, program, _folder } = set_up();
    let before = program.expect(2, &["reconcile", "--check", "--json"]).object();
    let expected = [
        "agrees",
        "sentence",
        "compared_at",
        "company",
        "zoho_org",
        "flows",
        "kinds",
        "differences",
        "truncated",
        "in_motion",
        "not_compared",
        "lines_compared",
        "calls",
        "zoho_credits",
    ];
    assert_eq!(members(&before), BTreeSet::from(expected));
    assert_eq!(
        before.get("truncated").and_then(Value::as_bool),
        Some(true),
        "more than a thousand are missing"
    );
    assert_eq!(before.get("differences").and_then(Value::as_list).unwrap().len(), 1_000);
    program.expect(0, &["sync", "--once"]);
    let after = program.expect(0, &["reconcile", "--check", "--json"]);
    for flow in flows(&after) {
        let expected = [
            "flow",
            "business_central",
            "zoho",
            "missing",
            "extra",
            "differing",
            "duplicates",
            "wrong_links",
            "deleted",
            "deleted_unmarked",
            "left_out",
            "left_to_people",
            "amount_business_central",
            "amount_zoho",
            "remaining_business_central",
            "remaining_zoho",
        ];
        assert_eq!(members(&flow), BTreeSet::from(expected));
        assert_eq!(flow.get("amount_business_central"), flow.get("amount_zoho"));
        assert_eq!(flow.get("remaining_business_central"), flow.get("remaining_zoho"));
    }
    services.admin("bc/demo-changes", "{}");
    let differs = program.expect(2, &["reconcile", "--check", "--json"]).object();
    let first = differs.get("differences").and_then(Value::as_list).unwrap()[0].clone();
    let expected =
        ["flow", "number", "bc_id", "zoho_id", "kind", "field", "business_central", "zoho", "reason"];
    assert_eq!(members(&first), BTreeSet::from(expected));
    // Without --check it runs first, and then both agree.
    program.expect(0, &["reconcile", "--json"]);
}

#[test]
fn what_cannot_run_exits_1_with_the_failed_object_and_no_secret_in_it() {
    let Scene { services, program, _folder } = set_up();
    program.write_settings(services.origin(), "Southwind");
    assert_failed(&program.run(&["sync", "--once", "--json"]), "company_not_found");
    services.admin("bc/behaviour", r#"{"secret_expired":true}"#);
    assert_failed(&program.run(&["sync", "--once", "--json"]), "bc_sign_in_secret_expired");
    services.admin("bc/behaviour", r#"{"secret_expired":false,"app_enabled":false}"#);
    assert_failed(&program.run(&["sync", "--once", "--json"]), "bc_unauthorized");
    // Plain http is for this computer alone.
    program.write_settings("http://192.0.2.1:1", "Southwind");
    assert_eq!(program.run(&["sync", "--once", "--json"]).text("outcome"), "failed");
    std::fs::write(program.folder().join("ledgerline.toml"), "[sync]\nflow = []\n").unwrap();
    let wrong = program.run(&["sync", "--once", "--json"]);
    assert_eq!((wrong.code, wrong.text("outcome").as_str()), (1, "failed"));
    let unknown = program.run(&["sync", "--sometimes", "--json"]);
    assert_eq!((unknown.code, unknown.text("error.code").as_str()), (1, "usage"));
    assert!(program.files_with_secrets().is_empty(), "{:?}", program.files_with_secrets());
}

#[test]
fn services_that_are_not_there_end_a_run_and_a_check_in_about_a_minute() {
    let scene = set_up();
    let program = &scene.program;
    // A port that nobody listens to.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    program.write_settings(&format!("http://127.0.0.1:{port}"), "Southwind");
    let started = std::time::Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| program.expect(1, &["doctor", "--json"]));
        assert_failed(&program.run(&["sync", "--once", "--json"]), "bc_unreachable");
    });
    assert!(started.elapsed().as_secs() < 100, "{:?}", started.elapsed());
}

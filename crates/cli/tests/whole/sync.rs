//! The built program against both simulated services over sockets.

// A failed expectation is a failed test.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::Arc;

use crate::program::{Program, object};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Edition;
use sandbox::{InProcess, ORIGIN, Server, World, credentials, seed};
use transport::{Clock, Courier, Patience, Random, Secret, SeededRandom, SystemClock, Unmetered};
use zoho_crm::{AccessToken, Module, NewField, NewFieldKind, TokenVault};

/// Both services with a small company, on threads of their own.
struct Services {
    world: World,
    origin: String,
    runtime: tokio::runtime::Runtime,
    _server: Server,
}

fn services() -> Services {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let random: Arc<dyn Random> = Arc::new(SeededRandom::new(3));
    let world = World::new(clock, random);
    world.bc(seed::bare);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(sandbox::serve(world.clone(), ([127, 0, 0, 1], 0).into())).unwrap();
    Services { world, origin: server.origin(), runtime, _server: server }
}

/// Keeps no token.
struct NoVault;

impl TokenVault for NoVault {
    fn load(&self) -> Option<AccessToken> {
        None
    }

    fn store(&self, _: &AccessToken) {}

    fn forget(&self) {}
}

impl Services {
    fn customer(&self, number: &str, name: &str) {
        self.world.bc(|bc| {
            let row = Row::new(bc.new_id())
                .with("number", number)
                .with("displayName", name)
                .with("currencyCode", "EUR");
            bc.add(Table::Customers, row)
        });
    }

    /// Makes a unique field in Accounts, as an administrator did long ago.
    fn unique_field(&self, label: &str) {
        let (clock, random) = (Arc::new(SystemClock::default()), Arc::new(SeededRandom::new(5)));
        let transport = Arc::new(InProcess(self.world.clone()));
        let courier =
            Courier::new(1, Patience::default(), transport, Arc::new(Unmetered), clock.clone(), random);
        let settings = zoho_crm::Settings {
            client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
            accounts_url: format!("{ORIGIN}/accounts"),
            upload_url: None,
        };
        let secret = Secret::new(credentials::ZOHO_CLIENT_SECRET);
        let token = Secret::new(credentials::ZOHO_REFRESH_TOKEN);
        let client = zoho_crm::Client::new(settings, secret, token, courier, clock, Arc::new(NoVault));
        let field = NewField {
            label: label.to_owned(),
            kind: NewFieldKind::Text { length: 50, unique: true },
            tooltip: None,
        };
        self.runtime.block_on(client.create_field(Module::Accounts, &field)).unwrap();
    }

    fn profile(&self, sync: &str) -> Program {
        let program = Program::new();
        program.settings(&self.origin, sync);
        program
    }
}

/// Only customers: nothing else needs to be there.
const CUSTOMERS: &str = "flows = [\"customers\"]";

#[test]
fn a_profile_goes_from_setup_over_sync_to_agreement() {
    let services = services();
    services.customer("C1", "First & Sons");
    services.customer("C2", "Second");
    let program = services.profile(CUSTOMERS);

    let refused = program.run(&["sync", "--once", "--json"]);
    assert_eq!(refused.code, 1, "before setup, sync exits 1: {}", refused.stdout);
    assert!(refused.stdout.contains("ledgerline setup"), "{}", refused.stdout);

    let planned = program.run(&["setup", "--dry-run", "--json"]);
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    let fields = object(&planned.stdout)["plan"]["create"].as_array().unwrap().len();
    assert!(fields > 2);
    let again = object(&program.run(&["setup", "--dry-run", "--json"]).stdout);
    assert_eq!(again["plan"]["create"].as_array().unwrap().len(), fields, "--dry-run creates nothing");

    let done = program.run(&["setup", "--yes", "--json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(object(&done.stdout)["result"]["created"].as_array().unwrap().len(), fields);

    let ran = program.run(&["sync", "--once", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let report = object(&ran.stdout);
    assert_eq!((report["outcome"].as_str(), report["trigger"].as_str()), (Some("clean"), Some("manual")));
    assert_eq!(report["flows"][0]["created"], 2);

    let compared = program.run(&["reconcile", "--check", "--json"]);
    assert_eq!(compared.code, 0, "{}", compared.stdout);
    assert_eq!(object(&compared.stdout)["agrees"], true);

    let status = program.run(&["status", "--json"]);
    assert_eq!(status.code, 0, "{}", status.stdout);
    assert_eq!(object(&status.stdout)["flows"][0]["zoho"], 2);

    let history = program.run(&["history", "customers", "c1"]);
    assert!(history.stdout.contains("First & Sons"), "{}", history.stdout);
    let table = program.run(&["history", "--export", "csv"]).stdout;
    assert!(table.starts_with("seq,at,run,flow,id,number,kind,summary,before,after,zoho_id\n"), "{table}");
    for line in program.run(&["history", "--export", "JSONL"]).stdout.lines() {
        assert!(object(line)["seq"].is_i64());
    }
    let proof = program.run(&["history", "--verify", "--json"]);
    assert_eq!((proof.code, object(&proof.stdout)["whole"].as_bool()), (0, Some(true)));
}

#[test]
fn an_audit_trail_that_was_tampered_with_is_found_out() {
    let services = services();
    services.customer("C1", "First");
    let program = services.profile(CUSTOMERS);
    assert_eq!(program.run(&["setup", "--yes"]).code, 0);
    let connection = rusqlite::Connection::open(program.path("ledgerline.db")).unwrap();
    let change = "UPDATE audit SET summary = 'nothing happened' WHERE seq = 2";
    connection.execute(change, []).expect_err("the database itself refuses changes");
    let triggers: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        connection.execute(&format!("DROP TRIGGER \"{trigger}\""), []).unwrap();
    }
    assert_eq!(connection.execute(change, []).unwrap(), 1);
    drop(connection);
    let proof = program.run(&["history", "--verify", "--json"]);
    assert_eq!((proof.code, object(&proof.stdout)["broken_at"].as_i64()), (2, Some(2)));
}

#[test]
fn a_problem_that_is_ignored_needs_no_attention_and_stays_in_every_count() {
    let services = services();
    services.customer("C1", "Poisoned");
    let program = services.profile(CUSTOMERS);
    assert_eq!(program.run(&["setup", "--yes"]).code, 0);
    let accounts = sandbox::zoho::Module::Accounts;
    services
        .world
        .zoho(|state| state.poison(accounts, "Account_Name", "Poisoned", "INVALID_DATA", "not this one"));
    assert_eq!(program.run(&["sync", "--once"]).code, 2);
    let id = object(&program.run(&["problems", "--json"]).stdout)[0]["id"].to_string();

    let unknown = program.run(&["problems", "ignore", &id, "4711"]);
    assert_eq!(unknown.code, 1, "one unknown number changes nothing: {}", unknown.stdout);
    assert_eq!(program.run(&["problems"]).code, 2);
    let ignored = program.run(&["problems", "ignore", &id, "--json"]);
    assert_eq!((ignored.code, object(&ignored.stdout)["changed"][0].to_string()), (0, id.clone()));

    let listed = program.run(&["problems"]);
    assert_eq!(listed.code, 0);
    assert!(listed.stdout.contains("Ignored: 1"), "{}", listed.stdout);
    let names = program.run(&["problems", "ignored", "--json"]);
    assert_eq!(object(&names.stdout)[0]["number"], "C1");
    assert!(object(&names.stdout)[0]["ignored"]["who"].is_string());
    assert_eq!(program.run(&["problems", "show", &id]).code, 0);
    let status = program.run(&["status", "--json"]);
    assert_eq!((status.code, object(&status.stdout)["ignored"].as_u64()), (0, Some(1)), "{}", status.stdout);

    let ran = program.run(&["sync", "--once", "--json"]);
    let flow = object(&ran.stdout)["flows"][0].clone();
    assert_eq!((ran.code, flow["ignored"].as_u64(), flow["failed"].as_u64()), (0, Some(1), Some(0)));
    assert_eq!((flow["read"].as_u64(), flow["skipped"].as_u64()), (Some(1), Some(1)));
    let compared = program.run(&["reconcile", "--check", "--json"]);
    assert_eq!((compared.code, object(&compared.stdout)["ignored"].as_u64()), (2, Some(1)));
    assert_eq!(program.run(&["status"]).code, 0);

    assert_eq!(program.run(&["problems", "unignore", &id]).code, 0);
    assert_eq!(program.run(&["problems"]).code, 2);
}

#[test]
fn what_zoho_refuses_is_a_problem_that_is_shown_and_replayed() {
    let services = services();
    services.customer("C1", "Poisoned");
    let program = services.profile(CUSTOMERS);
    assert_eq!(program.run(&["setup", "--yes"]).code, 0);
    services.world.zoho(|state| {
        state.poison(
            sandbox::zoho::Module::Accounts,
            "Account_Name",
            "Poisoned",
            "INVALID_DATA",
            "not this one",
        );
    });
    let ran = program.run(&["sync", "--once", "--json"]);
    assert_eq!(
        (ran.code, object(&ran.stdout)["outcome"].as_str().unwrap().to_owned()),
        (2, "attention".into())
    );

    let listed = program.run(&["problems", "--json"]);
    assert_eq!(listed.code, 2);
    let id = object(&listed.stdout)[0]["id"].to_string();
    let shown = program.run(&["problems", "show", &id]);
    assert!(shown.stdout.contains("not this one") && shown.stdout.contains("→"), "{}", shown.stdout);
    assert_eq!(program.run(&["problems", "show", "4711"]).code, 1);
    assert_eq!(program.run(&["replay", "4711"]).code, 1);
    assert_eq!(program.run(&["status"]).code, 2);

    services.world.zoho(sandbox::ZohoState::clear_poison);
    let replayed = program.run(&["replay", &id, "--json"]);
    assert_eq!(replayed.code, 0, "{}", replayed.stdout);
    assert_eq!(object(&replayed.stdout)["trigger"], "replay");
    assert_eq!(program.run(&["problems"]).code, 0);
}

#[test]
fn doctor_says_what_is_missing_before_setup_and_nothing_afterwards() {
    let services = services();
    services.customer("C1", "First");
    let program = services.profile(CUSTOMERS);
    let before = program.run(&["doctor", "--json"]);
    assert_eq!(before.code, 2, "{}", before.stdout);
    assert!(before.stdout.contains("keys_missing") && before.stdout.contains("ledgerline setup"));
    assert_eq!(program.run(&["setup", "--yes"]).code, 0);
    let after = program.run(&["doctor"]);
    assert_eq!(after.code, 0, "{}", after.stdout);
}

#[test]
fn with_all_three_variables_the_keychain_is_never_opened() {
    // The program's environment names a session bus that is not there: opening the keychain would fail.
    let services = services();
    services.customer("C1", "First");
    let program = services.profile(CUSTOMERS);
    let ran = program.run(&["setup", "--yes", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(program.path("token.sealed").exists());
}

#[test]
fn setup_asks_and_without_an_answer_creates_nothing() {
    let services = services();
    let program = services.profile(CUSTOMERS);
    let ran = program.run(&["setup", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(object(&ran.stdout)["error"]["cure"].as_str().unwrap().contains("--yes"));
    let planned = object(&program.run(&["setup", "--dry-run", "--json"]).stdout);
    assert!(!planned["plan"]["create"].as_array().unwrap().is_empty());
}

#[test]
fn setup_never_chooses_a_unique_field_by_itself() {
    let services = services();
    services.unique_field("Membership No");
    services.unique_field("Legacy No");
    let program = services.profile(CUSTOMERS);
    let planned = program.run(&["setup", "--dry-run", "--json"]);
    assert_eq!(planned.code, 2, "{}", planned.stdout);
    let blocked = &object(&planned.stdout)["plan"]["blocked"][0];
    assert_eq!(blocked["code"], "no_unique_slot");
    assert_eq!(blocked["reusable"].as_array().unwrap().len(), 2);
    let ran = program.run(&["setup", "--yes", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let printed = object(&ran.stdout);
    assert_eq!(
        (printed["outcome"].as_str(), printed["error"]["code"].as_str()),
        (Some("failed"), Some("no_unique_slot"))
    );
    assert_eq!(program.run(&["setup", "--dry-run"]).code, 2, "nothing was chosen");
}

#[test]
fn an_edition_without_a_flows_module_needs_attention_and_no_more() {
    let services = services();
    services.customer("C1", "First");
    services.world.zoho(|state| state.set_edition(Edition::Standard, false));
    let program = services.profile("flows = [\"customers\", \"items\"]");
    let ran = program.run(&["setup", "--yes", "--json"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert_eq!(object(&ran.stdout)["plan"]["blocked"][0]["code"], "edition_too_small");
    let once = program.run(&["sync", "--once", "--json"]);
    assert_eq!(once.code, 2, "customers are copied, items need attention: {}", once.stdout);
    let listed = program.run(&["problems", "--json"]);
    assert_eq!(listed.code, 2);
    assert_eq!(object(&listed.stdout)[0]["flow"], "items");
    assert!(program.run(&["problems"]).stdout.starts_with("items stands still: "));
}

#[cfg(unix)]
#[test]
fn polling_prints_one_object_a_run_and_ends_on_request_with_the_last_runs_code() {
    let services = services();
    services.customer("C1", "First");
    let program = services.profile("flows = [\"customers\"]\npoll_interval = \"10s\"");
    assert_eq!(program.run(&["setup", "--yes"]).code, 0);
    let mut child = program
        .command()
        .args(["--profile", program.folder(), "--json", "sync"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = object(&lines.next().unwrap().unwrap());
    assert_eq!(
        (first["trigger"].as_str(), first["flows"][0]["created"].as_i64()),
        (Some("schedule"), Some(1))
    );
    let status = program.run(&["status", "--json"]);
    assert!(status.stdout.contains("next_run_at"), "{}", status.stdout);
    let asked = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(lines.next().is_none(), "no further object");
}

#[test]
fn a_comparison_is_kept_as_a_table_and_as_a_page_that_run_nothing() {
    let services = services();
    services.customer("C1", "First");
    let program = services.profile(CUSTOMERS);
    assert_eq!(program.run(&["setup", "--yes"]).code, 0);
    let first = program.run(&["sync", "--once", "--json"]);
    assert_eq!(object(&first.stdout)["comparison"]["agrees"], true, "{}", first.stdout);
    services.customer("=HYPERLINK(1)", "<script>alert(1)</script>");
    let (table, page) = (program.path("differences.csv"), program.path("page.html"));
    let (csv, html) = (table.to_str().unwrap(), page.to_str().unwrap());
    let differs = program.run(&["reconcile", "--check", "--csv", csv, "--html", html]);
    assert_eq!(differs.code, 2, "{}", differs.stderr);
    assert!(
        differs.stdout.trim_end().ends_with("The systems differ: 1 record is missing in Zoho."),
        "{}",
        differs.stdout
    );
    let rows = std::fs::read_to_string(&table).unwrap();
    assert!(rows.starts_with("flow,number,bc_id,zoho_id,kind,"), "{rows}");
    assert!(rows.contains("\ncustomers,'=HYPERLINK(1),"), "{rows}");
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("=HYPERLINK(1)") && !html.contains("<script"), "{html}");

    let status = program.run(&["status"]);
    assert_eq!(status.code, 2);
    assert!(status.stdout.contains("Last comparison: ") && status.stdout.contains("The systems differ"));
    let listed = program.run(&["problems", "--json"]);
    assert_eq!((listed.code, object(&listed.stdout)[0]["code"].as_str()), (2, Some("comparison_differs")));

    let refused = program.run(&["reconcile", "--check", "--json", "--csv", "/nowhere/at/all.csv"]);
    assert_eq!(refused.code, 1);
    assert_eq!(object(&refused.stdout)["error"]["code"], "file_not_writable");
    assert_eq!(program.run(&["reconcile"]).code, 0);
    assert_eq!(program.run(&["problems"]).code, 0);
}

#[test]
fn the_id_map_goes_out_comes_back_and_names_what_is_wrong_with_it() {
    let services = services();
    services.customer("C1", "First");
    let program = services.profile(CUSTOMERS);
    assert_eq!(program.run(&["setup", "--yes"]).code, 0);
    assert_eq!(program.run(&["sync", "--once"]).code, 0);
    let path = program.path("map.csv");
    let file = path.to_str().unwrap();
    let exported = program.run(&["map", "export", file, "--json"]);
    assert_eq!((exported.code, object(&exported.stdout)["exported"].as_i64()), (0, Some(1)));
    assert_eq!(program.run(&["map", "export", "-"]).stdout.lines().count(), 2);
    let back = program.run(&["map", "import", file, "--json"]);
    assert_eq!((back.code, object(&back.stdout)["plan"]["unchanged"].as_i64()), (0, Some(1)));

    std::fs::write(&path, "flow,bc_id,zoho_id\ncustomers,C1,5.54E+17\n").unwrap();
    let wrong = program.run(&["map", "import", file, "--yes", "--json"]);
    assert_eq!((wrong.code, object(&wrong.stdout)["error"]["code"].as_str()), (1, Some("map_file_wrong")));
    for place in ["line 2, column bc_id", "line 2, column zoho_id"] {
        assert!(wrong.stdout.contains(place), "{}", wrong.stdout);
    }
    let absent = program.run(&["map", "import", "/nowhere/map.csv", "--json"]);
    assert_eq!(object(&absent.stdout)["error"]["code"], "file_not_readable");

    assert_eq!(program.run(&["map", "rebuild"]).code, 1, "it asks, and nobody answers");
    let rebuilt = program.run(&["map", "rebuild", "--yes", "--json"]);
    assert_eq!((rebuilt.code, object(&rebuilt.stdout)["flows"][0]["linked"].as_i64()), (0, Some(1)));
    assert_eq!(program.run(&["sync", "--once"]).code, 0);
}

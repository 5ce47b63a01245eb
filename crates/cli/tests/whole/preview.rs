//! `preview` of the built program, against both simulated services over sockets.

// A failed expectation is a failed test.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::program::{Program, object};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::{Server, World, seed};
use transport::{Clock, Random, SeededRandom, SystemClock};

/// Only customers: nothing else needs to be there.
const CUSTOMERS: &str = "flows = [\"customers\"]";

/// Both services, on threads of their own, and a profile of them that is set up.
struct Scene {
    world: World,
    program: Program,
    _server: Server,
    _runtime: tokio::runtime::Runtime,
}

impl Scene {
    fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(3));
        let world = World::new(clock, random);
        world.bc(seed::bare);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(sandbox::serve(world.clone(), ([127, 0, 0, 1], 0).into())).unwrap();
        let program = Program::new();
        program.settings(&server.origin(), CUSTOMERS);
        Self { world, program, _server: server, _runtime: runtime }
    }

    fn customer(&self, number: &str, name: &str) {
        self.world.bc(|bc| {
            let row = Row::new(bc.new_id())
                .with("number", number)
                .with("displayName", name)
                .with("currencyCode", "EUR");
            bc.add(Table::Customers, row)
        });
    }

    fn writes(&self) -> u64 {
        self.world.zoho(|zoho| zoho.counters.record_writes)
    }
}

#[test]
fn before_setup_a_preview_says_what_to_do_and_leaves_nothing() {
    let scene = Scene::new();
    let ran = scene.program.run(&["preview", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let preview = object(&ran.stdout);
    assert_eq!(preview["error"]["code"], "setup_needed");
    assert!(!scene.program.path("ledgerline.db").exists());
}

#[test]
fn a_preview_shows_the_first_load_and_writes_nothing() {
    let scene = Scene::new();
    scene.customer("C1", "First & Sons");
    scene.customer("C2", "Second");
    assert_eq!(scene.program.run(&["setup", "--yes"]).code, 0);
    let before = std::fs::read(scene.program.path("ledgerline.db")).unwrap();

    let ran = scene.program.run(&["preview", "--json", "--limit", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let preview = object(&ran.stdout);
    assert_eq!((preview["outcome"].as_str(), preview["truncated"].as_bool()), (Some("clean"), Some(true)));
    assert_eq!(preview["flows"][0]["create"], 2);
    assert_eq!(preview["records"].as_array().unwrap().len(), 1);
    let fields = preview["records"][0]["fields"].as_array().unwrap();
    let name = fields.iter().find(|field| field["field"] == "Account_Name").unwrap();
    assert!(name["before"].is_null() && name["after"].is_string(), "{name}");
    assert!(preview["credits"]["to_come"].as_u64().unwrap() > preview["credits"]["writes"].as_u64().unwrap());

    let words = scene.program.run(&["preview"]);
    assert_eq!(words.code, 0);
    for expected in ["create customers C1", "Account_Name: First & Sons", "Nothing was written anywhere."] {
        assert!(words.stdout.contains(expected), "{expected}: {}", words.stdout);
    }
    assert_eq!(scene.writes(), 0);
    assert_eq!(std::fs::read(scene.program.path("ledgerline.db")).unwrap(), before);
    assert_eq!(
        scene.program.run(&["preview", "--flow", "invoices"]).code,
        1,
        "a flow that is not switched on"
    );
}

#[test]
fn a_table_is_safe_for_spreadsheets_and_holds_every_field() {
    let scene = Scene::new();
    for (number, name) in
        [("C1", "=cmd|' /C calc'!A0"), ("C2", "+49 \"quoted\", Ltd"), ("C3", "@SUM(1)"), ("C4", "-x")]
    {
        scene.customer(number, name);
    }
    assert_eq!(scene.program.run(&["setup", "--yes"]).code, 0);
    let file = scene.program.path("preview.csv");
    let ran = scene.program.run(&["preview", "--limit", "1", "--csv", file.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("preview.csv holds them all"), "{}", ran.stdout);
    let table = std::fs::read_to_string(&file).unwrap();
    let mut lines = table.split("\r\n");
    assert_eq!(lines.next(), Some("flow,number,bc_id,zoho_id,action,field,before,after,note,cure"));
    for expected in [
        ",Account_Name,,'=cmd|' /C calc'!A0,",
        ",Account_Name,,\"'+49 \"\"quoted\"\", Ltd\",",
        ",'@SUM(1),",
        ",'-x,",
    ] {
        assert!(table.contains(expected), "{expected}: {table}");
    }
    let dangerous =
        table.lines().flat_map(|line| line.split(',')).any(|cell| cell.starts_with(['=', '+', '@']));
    assert!(!dangerous, "{table}");
    let unwritable = scene.program.run(&["preview", "--json", "--csv", "/nowhere/at/all.csv"]);
    assert_eq!(
        (unwritable.code, object(&unwritable.stdout)["error"]["code"].as_str()),
        (1, Some("csv_not_written"))
    );
}

#[test]
fn a_preview_works_while_sync_holds_the_profile() {
    let scene = Scene::new();
    scene.customer("C1", "First");
    assert_eq!(scene.program.run(&["setup", "--yes"]).code, 0);
    let mut polling = scene
        .program
        .command()
        .args(["--profile", scene.program.folder(), "sync"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while scene.writes() == 0 {
        assert!(Instant::now() < end, "sync does not begin");
        std::thread::sleep(Duration::from_millis(50));
    }
    scene.customer("C2", "Second");
    let ran = scene.program.run(&["preview", "--json"]);
    let _ = polling.kill();
    let _ = polling.wait();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let preview = object(&ran.stdout);
    assert!(preview["error"].is_null(), "{preview}");
    assert_eq!(preview["flows"][0]["create"].as_u64().unwrap(), 1, "{preview}");
}

#[test]
fn what_would_fail_makes_the_exit_code_two() {
    let scene = Scene::new();
    scene.customer("C1", "Same");
    scene.customer("c1", "Same number but for the case");
    assert_eq!(scene.program.run(&["setup", "--yes"]).code, 0);
    let ran = scene.program.run(&["preview", "--json"]);
    let preview = object(&ran.stdout);
    let waits = preview["flows"][0]["hold"].as_u64().unwrap() + preview["flows"][0]["fail"].as_u64().unwrap();
    assert_eq!((ran.code, waits, preview["outcome"].as_str()), (2, 1, Some("attention")), "{preview}");
    assert!(preview["held"][0]["reason"].is_string() && preview["held"][0]["cure"].is_string(), "{preview}");
}

//! Big first loads by bulk write: what goes which way, what it costs, and that nothing is doubled or lost whatever happens on the way.
//!
//! Most tests make jobs of forty rows that pay from ten rows on; the last ones use Zoho's own numbers.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use exact_json::{Map, Value};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::faults::{Effect, Fault, FaultPlan, Service};
use sandbox::zoho::{Edition, Module, ZohoState};
use sandbox::{credentials, seed};
use sync::flow::Flow;
use sync::policy::{BulkMode, BulkPolicy};
use sync::report::{Outcome, RunReport};
use sync::store::{bulk_jobs, links};
use tests::invariants::{assert_holds, assert_nothing_is_spoilt};
use tests::looking::text;
use tests::{Choices, Rig, assert_clean, decimal, number, of};
use transport::Method;

const SMALL: BulkPolicy = BulkPolicy {
    mode: BulkMode::Auto,
    rows_per_job: 40,
    zip_bytes: 1_000_000,
    break_even: 10,
    in_flight: 2,
    patience: Duration::from_secs(2 * 3600),
    give_up: Duration::from_secs(24 * 3600),
};

async fn rig_with(bulk: BulkPolicy, customers: usize) -> Rig {
    let mut choices = Choices::default();
    choices.policy.bulk = bulk;
    choices.policy.flows = vec![Flow::Customers, Flow::Items, Flow::Contacts];
    let rig = Rig::bare_with(choices).await;
    rig.world.bc(|bc| seed::bulk_customers(bc, customers));
    rig
}

async fn rig(customers: usize) -> Rig {
    rig_with(SMALL, customers).await
}

fn jobs(rig: &Rig) -> usize {
    rig.world.zoho(|zoho| zoho.bulk_jobs())
}

fn calls(rig: &Rig, kind: &str) -> u64 {
    rig.world.zoho(|zoho| zoho.counters.calls.get(kind).copied().unwrap_or_default())
}

fn accounts(rig: &Rig) -> usize {
    rig.world.zoho(|zoho| zoho.record_count(Module::Accounts))
}

fn switch(rig: &Rig, change: impl FnOnce(&mut ZohoState)) {
    rig.world.zoho(change);
}

fn fault(rig: &Rig, method: Method, path: &str, effect: Effect, times: u32) {
    let fault = Fault::once(Service::Zoho, path, effect).times(times).on(method);
    rig.world.faults(|faults| faults.add(fault));
}

fn created(report: &RunReport) -> u64 {
    of(report, Flow::Customers).created
}

/// Everything is there once, as if created from here, nothing is open, and another run has nothing to do.
async fn assert_done(rig: &Rig, customers: usize) {
    assert_eq!(accounts(rig), customers);
    assert_eq!(rig.store.read(|tx| bulk_jobs::open(tx, Flow::Customers)).unwrap(), []);
    assert_eq!(rig.store.read(|tx| bulk_jobs::rows(tx, Flow::Customers, None, None, 10)).unwrap(), []);
    assert_eq!(rig.store.read(|tx| links::count(tx, Flow::Customers)).unwrap(), customers as u64);
    assert_holds(rig).await;
    let (writes, jobs_before) = (rig.writes(), jobs(rig));
    assert_clean(&rig.sync().await);
    assert_eq!((rig.writes(), jobs(rig)), (writes, jobs_before));
}

#[tokio::test(start_paused = true)]
async fn full_files_and_a_last_one_that_pays_become_jobs() {
    let rig = rig(90).await;
    let before = rig.world.zoho(|zoho| zoho.credits_used());
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((created(&report), jobs(&rig), calls(&rig, "upload")), (90, 3, 3));
    assert_eq!((calls(&rig, "upsert"), calls(&rig, "bulk_result")), (0, 3));
    // Besides the jobs only calls of a credit: metadata, questions how they stand, uploads and results.
    let credits = rig.world.zoho(|zoho| zoho.credits_used()) - before;
    assert!((1_500..1_560).contains(&credits), "{credits}");
    assert_eq!(report.zoho_credits, credits);
    let links = rig.store.read(|tx| links::page(tx, Flow::Customers, None, 100)).unwrap();
    assert!(links.iter().all(|link| !link.adopted && link.verified));
    assert_done(&rig, 90).await;
}

#[tokio::test(start_paused = true)]
async fn what_pays_no_job_goes_by_the_records_api() {
    let rig = rig(9).await;
    assert_eq!(created(&rig.sync().await), 9);
    assert_eq!((jobs(&rig), calls(&rig, "upload"), calls(&rig, "upsert")), (0, 0, 1));
    assert_done(&rig, 9).await;
}

#[tokio::test(start_paused = true)]
async fn a_remainder_that_pays_no_job_goes_by_the_records_api() {
    let rig = rig(45).await;
    assert_eq!(created(&rig.sync().await), 45);
    assert_eq!((jobs(&rig), calls(&rig, "upsert")), (1, 1));
    assert_done(&rig, 45).await;
}

#[tokio::test(start_paused = true)]
async fn the_user_may_choose_the_records_api() {
    let rig = rig_with(BulkPolicy { mode: BulkMode::Never, ..SMALL }, 90).await;
    assert_eq!(created(&rig.sync().await), 90);
    assert_eq!((jobs(&rig), calls(&rig, "upload")), (0, 0));
    assert_done(&rig, 90).await;
}

#[tokio::test(start_paused = true)]
async fn items_and_contacts_go_by_jobs_with_numbers_truths_and_references() {
    let rig = rig(0).await;
    rig.customer("C1", "Contoso");
    for n in 0..12 {
        rig.item(&format!("I{n}"), &format!("Bolt \"{n}\", blue"), "1234.5");
        rig.person(&format!("P{n}"), &format!("Ann Person{n}"), "C1");
    }
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(
        (of(&report, Flow::Items).created, of(&report, Flow::Contacts).created, jobs(&rig)),
        (12, 12, 2)
    );
    let item = rig.zoho_record(Module::Products, "BC_Number", "I7");
    assert_eq!(item["Product_Name"], Value::text("Bolt \"7\", blue"));
    assert_eq!(
        (number(&item, "Unit_Price"), &item["Product_Active"]),
        (decimal("1234.5"), &Value::Bool(true))
    );
    let account = rig.zoho_record(Module::Accounts, "BC_Number", "C1");
    let person = rig.zoho_record(Module::Contacts, "BC_Number", "P3");
    assert_eq!(person["Account_Name"].get("id"), account.get("id"));
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_by_a_job_is_what_the_records_api_would_have_sent() {
    let mut held = Vec::new();
    for mode in [BulkMode::Auto, BulkMode::Never] {
        let rig = rig_with(BulkPolicy { mode, break_even: 1, ..SMALL }, 0).await;
        rig.world.bc(|bc| {
            let row = Row::new(bc.new_id())
                .with("number", "C1")
                .with("displayName", "Adatum, \"A\"\u{fc} Corp")
                .with("addressLine1", "192 Market Square")
                .with("addressLine2", "Suite 2; left")
                .with("phoneNumber", "+1 404 555 0100")
                .with("creditLimit", decimal("25000.5"))
                .with("balance", decimal("-0.01"))
                .with("salespersonCode", "JO");
            bc.add(Table::Customers, row);
        });
        assert_clean(&rig.sync().await);
        assert_eq!(jobs(&rig), usize::from(mode == BulkMode::Auto));
        let mut record = rig.zoho_record(Module::Accounts, "BC_Number", "C1");
        let ours: Map = record.iter_mut().map(|(k, v)| (k.clone(), v.clone())).collect();
        let by_chance = ["id", "Created_Time", "Modified_Time", "BC_Id"];
        held.push(ours.into_iter().filter(|(k, _)| !by_chance.contains(&k.as_str())).collect::<Map>());
    }
    assert_eq!(held[0], held[1]);
}

#[tokio::test(start_paused = true)]
async fn whatever_call_fails_for_good_the_next_run_finishes_and_doubles_nothing() {
    let table = [
        (Method::Post, "/upload/"),
        (Method::Post, "/bulk/v8/write"),
        (Method::Get, "/bulk/v8/write"),
        (Method::Get, "/bulk-write/"),
    ];
    for (method, path) in table {
        for effect in [Effect::ResetBefore, Effect::LoseAnswer, Effect::Truncate] {
            let rig = rig(90).await;
            fault(&rig, method, path, effect, 1_000_000);
            let report = rig.sync().await;
            assert!(rig.world.faults(|faults| faults.hit()) > 0, "{path}");
            // Files have a host of their own: where it cannot be reached, the records API does. A result that is always broken is one
            // that is lost: keys do.
            let survives = path == "/upload/" || (path == "/bulk-write/" && effect == Effect::Truncate);
            assert_eq!(report.error.is_none(), survives, "{path} {effect:?} {report:#?}");
            assert_nothing_is_spoilt(&rig);
            rig.world.faults(FaultPlan::clear);
            rig.pass(Duration::from_secs(900)).await;
            let rig = rig.restarted();
            assert_clean(&rig.sync().await);
            assert_done(&rig, 90).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_now_and_then_costs_no_row() {
    for (method, path) in [
        (Method::Post, "/upload/"),
        (Method::Post, "/bulk/v8/write"),
        (Method::Get, "/bulk/v8/write"),
        (Method::Get, "/bulk-write/"),
    ] {
        for effect in [Effect::ResetBefore, Effect::LoseAnswer, Effect::Truncate] {
            let rig = rig(90).await;
            fault(&rig, method, path, effect, 1);
            let report = rig.sync().await;
            assert_clean(&report);
            assert_eq!(created(&report), 90, "{path} {effect:?}");
            assert_done(&rig, 90).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_before_the_job_is_started_begins_with_a_new_file() {
    let rig = rig(40).await;
    fault(&rig, Method::Post, "/bulk/v8/write", Effect::ResetBefore, 1_000_000);
    assert_eq!(rig.sync().await.outcome, Outcome::Failed);
    rig.world.faults(FaultPlan::clear);
    let rig = rig.restarted();
    assert_eq!(created(&rig.sync().await), 40);
    assert_eq!((jobs(&rig), calls(&rig, "upload")), (1, 2));
    assert_done(&rig, 40).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_start_is_in_doubt_is_started_again_and_its_records_count_as_created() {
    let rig = rig(40).await;
    fault(&rig, Method::Post, "/bulk/v8/write", Effect::LoseAnswer, 1_000_000);
    assert_eq!(rig.sync().await.outcome, Outcome::Failed);
    // Two starts were carried out, and nobody knows; the third is heard.
    assert_eq!(jobs(&rig), 2);
    rig.world.faults(FaultPlan::clear);
    rig.pass(Duration::from_secs(900)).await;
    let rig = rig.restarted();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((created(&report), jobs(&rig), calls(&rig, "upload")), (40, 3, 1));
    assert_done(&rig, 40).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_in_doubt_whose_file_is_gone_leaves_its_records_to_a_new_one() {
    for lost in [true, false] {
        let rig = rig(40).await;
        fault(
            &rig,
            Method::Post,
            "/bulk/v8/write",
            if lost { Effect::LoseAnswer } else { Effect::ResetBefore },
            1_000_000,
        );
        assert_eq!(rig.sync().await.outcome, Outcome::Failed);
        rig.world.faults(FaultPlan::clear);
        switch(&rig, ZohoState::forget_bulk_files);
        // The jobs that nobody knows of come to their ends only later.
        let rig = rig.restarted();
        assert_clean(&rig.sync().await);
        assert_done(&rig, 40).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_zoho_knows_is_finished_and_not_repeated() {
    let rig = rig(40).await;
    switch(&rig, |zoho| zoho.switches.bulk_seconds = 600);
    let stop = rig.stop.clone();
    let later = async {
        rig.clock.sleep(Duration::from_secs(100)).await;
        stop.ask();
    };
    let (report, ()) = tokio::join!(rig.sync(), later);
    assert_eq!(report.error.unwrap().code, "stopped");
    assert_eq!((jobs(&rig), accounts(&rig)), (1, 0));
    let rig = rig.restarted();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((created(&report), jobs(&rig), calls(&rig, "upload")), (40, 1, 1));
    assert_done(&rig, 40).await;
}

#[tokio::test(start_paused = true)]
async fn rows_that_a_job_refuses_are_created_by_the_records_api_with_less_in_them() {
    let rig = rig(38).await;
    rig.world.bc(|bc| {
        for (n, city) in [("X1", "Nowhere"), ("X2", "Hamburg")] {
            let name = if n == "X2" { "Forbidden Ltd" } else { "Allowed Ltd" };
            let row = Row::new(bc.new_id()).with("number", n).with("displayName", name).with("city", city);
            bc.add(Table::Customers, row.with("currencyCode", "EUR"));
        }
    });
    switch(&rig, |zoho| {
        zoho.poison(Module::Accounts, "Billing_City", "Nowhere", "INVALID_DATA", "no such city");
        zoho.poison(Module::Accounts, "Account_Name", "Forbidden", "INVALID_DATA", "not that name");
    });
    let report = rig.sync().await;
    let customers = of(&report, Flow::Customers);
    assert_eq!((customers.created, customers.failed, jobs(&rig)), (39, 1, 1));
    assert_eq!(text(&rig.zoho_record(Module::Accounts, "BC_Number", "X1"), "Billing_City"), None);
    let [failure] = rig.failures().try_into().unwrap();
    assert_eq!((failure.number.as_str(), failure.code.as_str()), ("X2", "zoho_invalid_data"));
    switch(&rig, ZohoState::clear_poison);
    assert_clean(&rig.sync().await);
    assert_eq!((accounts(&rig), jobs(&rig)), (40, 1));
    assert_nothing_is_spoilt(&rig);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_as_a_whole_leaves_its_rows_to_the_records_api() {
    let rig = rig(90).await;
    switch(&rig, |zoho| zoho.switches.bulk_failing = 1);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(created(&report), 90);
    assert_done(&rig, 90).await;
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_while_a_job_runs_is_renewed() {
    let rig = rig(40).await;
    switch(&rig, |zoho| zoho.switches.bulk_seconds = 5_000);
    assert_eq!(created(&rig.sync().await), 40);
    assert!(calls(&rig, "token") >= 2);
    let rig = rig_with(SMALL, 40).await;
    switch(&rig, |zoho| zoho.switches.bulk_seconds = 300);
    let revoke = async {
        rig.clock.sleep(Duration::from_secs(60)).await;
        rig.world.zoho(ZohoState::expire_tokens);
    };
    let (report, ()) = tokio::join!(rig.sync(), revoke);
    assert_clean(&report);
    assert_eq!((created(&report), jobs(&rig)), (40, 1));
}

#[tokio::test(start_paused = true)]
async fn no_file_is_larger_than_zoho_takes() {
    let rig = rig_with(BulkPolicy { zip_bytes: 4_000, break_even: 1, ..SMALL }, 90).await;
    switch(&rig, |zoho| zoho.switches.bulk_max_bytes = 4_000);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(created(&report), 90);
    assert!(jobs(&rig) > 3, "{}", jobs(&rig));
    assert_done(&rig, 90).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_with_more_rows_than_zoho_takes_is_a_failed_job_and_no_lost_row() {
    let rig = rig(90).await;
    switch(&rig, |zoho| zoho.switches.bulk_max_rows = 30);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(created(&report), 90);
    assert_done(&rig, 90).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_does_not_end_is_left_to_the_next_run_and_the_other_flows_go_on() {
    let rig = rig(40).await;
    rig.item("I1", "Bolt", "1");
    switch(&rig, |zoho| zoho.switches.bulk_stuck = true);
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    let customers = of(&report, Flow::Customers);
    assert_eq!((customers.held, customers.created, of(&report, Flow::Items).created), (40, 0, 1));
    assert_eq!(report.flow_problems[0].code, "bulk_job_running");
    // Later runs ask once, and create nothing twice meanwhile.
    let asked = calls(&rig, "bulk_status");
    let rig = rig.restarted();
    let report = rig.sync().await;
    assert_eq!((of(&report, Flow::Customers).held, calls(&rig, "bulk_status")), (40, asked + 1));
    switch(&rig, |zoho| zoho.switches.bulk_stuck = false);
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!((created(&report), jobs(&rig)), (40, 1));
    assert_done(&rig, 40).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_day_nothing_more_is_expected_of_a_job() {
    let rig = rig(40).await;
    switch(&rig, |zoho| zoho.switches.bulk_stuck = true);
    rig.sync().await;
    rig.pass(Duration::from_secs(25 * 3600)).await;
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(created(&report), 40);
    // Should it wake up all the same, it finds every key there.
    switch(&rig, |zoho| zoho.switches.bulk_stuck = false);
    assert_done(&rig, 40).await;
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_gone_is_replaced_by_a_look() {
    let rig = rig(40).await;
    switch(&rig, |zoho| zoho.switches.bulk_result_gone = true);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).read, 40);
    assert_done(&rig, 40).await;
}

#[tokio::test(start_paused = true)]
async fn records_that_exist_are_skipped_by_the_job_and_adopted() {
    for says in [true, false] {
        let rig = rig(40).await;
        switch(&rig, |zoho| zoho.switches.bulk_names_duplicates = says);
        let values: Map = [
            ("Account_Name".to_owned(), Value::text("Typed by hand")),
            ("BC_Number".to_owned(), Value::text("b0000007")),
            ("Description".to_owned(), Value::text("A note of the sales team")),
        ]
        .into();
        let now = rig.world.now();
        let id = rig.world.zoho(|zoho| zoho.person_adds(Module::Accounts, &values, now)).unwrap();
        let report = rig.sync().await;
        assert_clean(&report);
        let customers = of(&report, Flow::Customers);
        assert_eq!((customers.created, customers.updated, jobs(&rig)), (39, 1, 1), "{report:#?}");
        let record = rig.world.zoho(|zoho| zoho.record(Module::Accounts, &id)).unwrap();
        assert_eq!(record["Account_Name"], Value::text("Bulk customer 7"));
        assert_eq!(record["Description"], Value::text("A note of the sales team"));
        assert_done(&rig, 40).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_changed_while_its_job_was_left_running_is_read_back_and_updated() {
    let rig = rig(40).await;
    let id = rig.customer("C9", "Before");
    switch(&rig, |zoho| zoho.switches.bulk_stuck = true);
    rig.sync().await;
    rig.world.bc(|bc| bc.edit(Table::Customers, id, "displayName", "After"));
    rig.pass(Duration::from_secs(1_200)).await;
    assert_eq!(of(&rig.sync().await, Flow::Customers).created, 0);
    switch(&rig, |zoho| zoho.switches.bulk_stuck = false);
    assert_clean(&rig.sync().await);
    let record = rig.zoho_record(Module::Accounts, "BC_Number", "C9");
    assert_eq!(record["Account_Name"], Value::text("After"));
    assert_done(&rig, 41).await;
}

#[tokio::test(start_paused = true)]
async fn a_source_that_was_deleted_while_its_job_was_left_running_is_marked_as_deleted() {
    let rig = rig(39).await;
    let id = rig.customer("C9", "Short-lived");
    switch(&rig, |zoho| zoho.switches.bulk_stuck = true);
    rig.sync().await;
    rig.world.bc(|bc| bc.delete(Table::Customers, id));
    rig.pass(Duration::from_secs(25 * 60)).await;
    rig.full().await;
    switch(&rig, |zoho| zoho.switches.bulk_stuck = false);
    rig.full().await;
    rig.full().await;
    let record = rig.zoho_record(Module::Accounts, "BC_Number", "C9");
    assert_eq!(record["BC_Status"], Value::text("Deleted"));
    assert_nothing_is_spoilt(&rig);
}

#[tokio::test(start_paused = true)]
async fn two_customers_of_one_number_are_left_to_the_records_api() {
    let rig = rig(40).await;
    rig.customer("DUP", "One");
    rig.customer("dup", "Two");
    let report = rig.sync().await;
    let customers = of(&report, Flow::Customers);
    assert_eq!((customers.created, customers.failed), (41, 1), "{:#?}", rig.failures());
    assert_nothing_is_spoilt(&rig);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_without_the_scopes_of_bulk_write_uses_the_records_api() {
    let rig = rig(90).await;
    let scopes = [
        "ZohoCRM.modules.ALL",
        "ZohoCRM.settings.ALL",
        "ZohoCRM.org.READ",
        "ZohoCRM.users.READ",
        "ZohoCRM.coql.READ",
    ];
    rig.world.zoho(|zoho| {
        zoho.expire_tokens();
        zoho.grant_refresh_token_with_scopes(
            credentials::ZOHO_CLIENT_ID,
            credentials::ZOHO_REFRESH_TOKEN,
            &scopes,
        );
    });
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((created(&report), jobs(&rig)), (90, 0));
    assert_done(&rig, 90).await;
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_never_allows_a_job_is_spent_on_the_records_api() {
    let rig = rig(40).await;
    rig.world.zoho(|zoho| zoho.set_credit_budget(None));
    let rig = rig.with(|choices| choices.policy.credit_budget_percent = 1);
    // One percent of what the edition has a day is less than a job costs.
    rig.world.zoho(|zoho| zoho.set_edition(Edition::Free, false));
    let rig = rig.with(|choices| choices.policy.flows = vec![Flow::Customers]);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((created(&report), jobs(&rig)), (40, 0));
}

#[tokio::test(start_paused = true)]
async fn another_unique_field_never_makes_a_job_write_over_a_record() {
    let rig = rig(39).await;
    let number = rig.world.bc(|bc| {
        let row = Row::new(bc.new_id())
            .with("number", "X1")
            .with("displayName", "X")
            .with("phoneNumber", "+49 40 1");
        bc.add(Table::Customers, row.with("currencyCode", "EUR"));
        "X1"
    });
    rig.world.zoho(|zoho| zoho.set_unique(Module::Accounts, "Phone", true)).unwrap();
    let values: Map =
        [("Account_Name".to_owned(), Value::text("Other")), ("Phone".to_owned(), Value::text("+49 40 1"))]
            .into();
    let now = rig.world.now();
    let id = rig.world.zoho(|zoho| zoho.person_adds(Module::Accounts, &values, now)).unwrap();
    let report = rig.sync().await;
    assert_eq!((created(&report), jobs(&rig)), (40, 1), "{:#?}", rig.failures());
    let other = rig.world.zoho(|zoho| zoho.record(Module::Accounts, &id)).unwrap();
    assert_eq!(other["Account_Name"], Value::text("Other"));
    assert_eq!(text(&rig.zoho_record(Module::Accounts, "BC_Number", number), "Phone"), None);
}

#[tokio::test(start_paused = true)]
async fn both_spellings_of_what_zoho_says_are_understood() {
    let rig = rig(40).await;
    switch(&rig, |zoho| {
        zoho.switches.bulk_in_two_words = true;
        zoho.switches.bulk_in_lower_case = true;
    });
    assert_eq!(created(&rig.sync().await), 40);
    assert_done(&rig, 40).await;
}

#[tokio::test(start_paused = true)]
async fn five_thousand_customers_are_one_job_of_five_hundred_credits_and_one_less_is_none() {
    for (customers, expected) in [(5_000, 1), (4_999, 0)] {
        let rig = rig_with(BulkPolicy::default(), customers).await;
        let report = rig.sync().await;
        assert_clean(&report);
        assert_eq!((created(&report), jobs(&rig)), (customers as u64, expected));
        assert!(report.zoho_credits < 530 || expected == 0, "{}", report.zoho_credits);
        assert_eq!(calls(&rig, "upsert") == 0, expected == 1);
    }
}

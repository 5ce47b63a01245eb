//! Two computers with the same company and org: one writes.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use exact_json::Value;
use sandbox::credentials;
use sandbox::faults::{Effect, Fault, Service};
use sandbox::zoho::Module;
use sync::progress::Silent;
use sync::report::RunReport;
use sync::store::audit;
use sync::writer::{self, API_NAME, Known, Writer, claim};
use tests::{Choices, Rig, assert_clean};
use transport::Method;

use tests::processes::{Ledgerline, Services};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn choices(computer: &str) -> Choices {
    let writer =
        Writer { installation: format!("installation of {computer}"), computer: computer.to_owned() };
    Choices { writer: Some(writer), ..Choices::default() }
}

/// Two profiles with the same settings; the first has written.
async fn two() -> (Rig, Rig) {
    let first = Rig::bare_with(choices("OFFICE-1")).await;
    first.customer("C1", "Adatum");
    assert_clean(&first.sync().await);
    let second = Rig::over(first.world.clone(), Arc::clone(&first.clock), choices("OFFICE-2"));
    (first, second)
}

fn claimed(rig: &Rig) -> claim::Claim {
    let value = rig.world.zoho(|zoho| zoho.variable(API_NAME).and_then(Value::as_text).map(str::to_owned));
    claim::read(&value.unwrap()).unwrap()
}

fn refused(report: &RunReport) -> (&str, &str) {
    let error = report.error.as_ref().expect("it must not write");
    (&error.code, &error.message)
}

#[tokio::test(start_paused = true)]
async fn the_second_computer_writes_nothing_and_says_who_does() {
    let (first, second) = two().await;
    first.customer("C2", "Fabrikam");
    let writes = second.writes();
    let report = second.sync().await;
    let (code, message) = refused(&report);
    assert_eq!(code, "other_computer_writes");
    assert!(message.contains("OFFICE-1"), "{message}");
    assert!(report.error.as_ref().unwrap().cure.contains("--take-over"));
    assert_eq!(second.writes(), writes);
    let Known::Other(claim) = writer::known(&second.store).unwrap() else { panic!("nobody is known") };
    assert_eq!(claim.computer, "OFFICE-1");
    assert_clean(&first.sync().await);
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_over_writes_and_the_other_stops_within_the_hour() {
    let (first, second) = two().await;
    refused(&second.sync().await);
    let before = second.engine.take_over(&Silent, &second.stop).await.unwrap();
    assert_eq!(before.unwrap().computer, "OFFICE-1");
    second.customer("C2", "Fabrikam");
    assert_clean(&second.sync().await);
    assert_eq!(writer::known(&second.store).unwrap(), Known::Ours);
    let trail = second.store.read(|tx| audit::behind(tx, 0, 1000)).unwrap();
    assert!(trail.iter().any(|entry| entry.summary.contains("OFFICE-1 no longer")), "{trail:#?}");

    first.pass(HOUR).await;
    first.customer("C3", "Contoso");
    let report = first.poll().await;
    assert_eq!(refused(&report).0, "other_computer_writes");
    assert!(refused(&report).1.contains("OFFICE-2"));
    assert_clean(&second.poll().await);
    // The one that was pushed aside may come back in the same way.
    assert_eq!(first.engine.take_over(&Silent, &first.stop).await.unwrap().unwrap().computer, "OFFICE-2");
    assert_clean(&first.sync().await);
}

#[tokio::test(start_paused = true)]
async fn of_two_that_begin_at_one_time_one_writes() {
    let first = Rig::bare_with(choices("OFFICE-1")).await;
    let second = Rig::over(first.world.clone(), Arc::clone(&first.clock), choices("OFFICE-2"));
    first.customer("C1", "Adatum");
    first.world.set_latency(Duration::from_millis(40), Duration::from_millis(70));
    let (one, two) = tokio::join!(first.sync(), second.sync());
    assert_eq!(u8::from(one.error.is_none()) + u8::from(two.error.is_none()), 1, "{one:?}\n{two:?}");
    assert_eq!(first.world.zoho(|zoho| zoho.records(Module::Accounts).len()), 1);
}

#[tokio::test(start_paused = true)]
async fn of_two_that_take_over_at_one_time_one_writes() {
    let (first, second) = two().await;
    let third = Rig::over(first.world.clone(), Arc::clone(&first.clock), choices("OFFICE-3"));
    first.world.set_latency(Duration::from_millis(40), Duration::from_millis(70));
    let (two, three) = tokio::join!(
        second.engine.take_over(&Silent, &second.stop),
        third.engine.take_over(&Silent, &third.stop)
    );
    assert_eq!(u8::from(two.is_ok()) + u8::from(three.is_ok()), 1, "{two:?}\n{three:?}");
    let holder = claimed(&first).computer;
    assert_eq!(holder, if two.is_ok() { "OFFICE-2" } else { "OFFICE-3" });
}

#[tokio::test(start_paused = true)]
async fn a_take_over_whose_answer_is_lost_waits_for_another_one_too() {
    let (first, second) = two().await;
    let third = Rig::over(first.world.clone(), Arc::clone(&first.clock), choices("OFFICE-3"));
    let fault = |method, effect| Fault {
        method: Some(method),
        ..Fault::once(Service::Zoho, "settings/variables", effect)
    };
    // Both have read who writes, and the write of one is carried out and unanswered a second before that of the other.
    first.world.faults(|faults| {
        faults.add(fault(Method::Get, Effect::Delay(Duration::from_secs(1))).after(1));
        faults.add(fault(Method::Put, Effect::LoseAnswer));
    });
    let (two, three) = tokio::join!(
        second.engine.take_over(&Silent, &second.stop),
        third.engine.take_over(&Silent, &third.stop)
    );
    assert_eq!(u8::from(two.is_ok()) + u8::from(three.is_ok()), 1, "{two:?}\n{three:?}");
    let (loser, winner) = if two.is_ok() { (&third, "OFFICE-2") } else { (&second, "OFFICE-3") };
    let Known::Other(holder) = writer::known(&loser.store).unwrap() else { panic!("nobody is known") };
    assert_eq!(holder.computer, winner);
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_renewed_every_six_hours_and_a_computer_that_is_gone_is_succeeded_after_three_days() {
    let (first, second) = two().await;
    let made = claimed(&first);
    for _ in 0..5 {
        first.pass(HOUR).await;
        assert_clean(&first.poll().await);
    }
    assert_eq!(claimed(&first), made);
    first.pass(HOUR).await;
    assert_clean(&first.poll().await);
    let renewed = claimed(&first);
    assert!(renewed.renewed_at > made.renewed_at && renewed.turn != made.turn);
    second.pass(HOUR * 71).await;
    assert_eq!(refused(&second.poll().await).0, "other_computer_writes");
    second.pass(HOUR * 2).await;
    assert_clean(&second.poll().await);
    assert_eq!(claimed(&second).computer, "OFFICE-2");
    assert_eq!(refused(&first.poll().await).0, "other_computer_writes");
}

#[tokio::test(start_paused = true)]
async fn a_computer_that_slept_looks_again_before_it_writes() {
    let (first, second) = two().await;
    second.engine.take_over(&Silent, &second.stop).await.unwrap();
    first.customer("C2", "Fabrikam");
    let writes = first.writes();
    // The lid was closed in the middle of an hour.
    first.pass(HOUR * 5).await;
    refused(&first.poll().await);
    assert_eq!(first.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn of_a_profile_folder_and_its_copy_one_writes() {
    let (first, _) = two().await;
    let copy = first.copied();
    first.pass(HOUR).await;
    assert_clean(&copy.poll().await);
    let report = first.poll().await;
    assert_eq!(refused(&report).0, "profile_copied");
    first.pass(HOUR).await;
    assert_clean(&copy.poll().await);
    // The original is to go on: the copy is out within the hour.
    first.engine.take_over(&Silent, &first.stop).await.unwrap();
    assert_clean(&first.poll().await);
    first.pass(HOUR).await;
    assert_eq!(refused(&copy.poll().await).0, "profile_copied");
}

#[tokio::test(start_paused = true)]
async fn a_restart_and_a_lost_answer_leave_the_claim_ours() {
    for effect in [Effect::LoseAnswer, Effect::ResetBefore] {
        let (first, _) = two().await;
        let first = first.restarted();
        for _ in 0..3 {
            first.pass(HOUR * 6).await;
            let lost = Fault {
                method: Some(Method::Put),
                ..Fault::once(Service::Zoho, "settings/variables", effect)
            };
            first.world.faults(|faults| faults.add(lost));
            let report = first.poll().await;
            assert_clean(&report);
        }
        assert_clean(&first.restarted().poll().await);
    }
}

#[tokio::test(start_paused = true)]
async fn an_org_that_another_company_or_a_copied_environment_feeds_is_refused_for_good() {
    let (first, _) = two().await;
    let mut copied = choices("OFFICE-2");
    copied.origin.environment = "Sandbox".to_owned();
    first.world.bc(|bc| bc.environment = "Sandbox".to_owned());
    let second = Rig::over(first.world.clone(), Arc::clone(&first.clock), copied);
    second.pass(HOUR * 1000).await;
    let report = second.sync().await;
    assert_eq!(refused(&report).0, "other_company_feeds_org");
    assert!(refused(&report).1.contains("Production"), "{report:?}");
    let taken = second.engine.take_over(&Silent, &second.stop).await.unwrap_err();
    assert_eq!(taken.code(), "other_company_feeds_org");
    // A person who means it deletes the variable.
    assert!(second.world.zoho(|zoho| zoho.person_deletes_variable(API_NAME)));
    assert_clean(&second.sync().await);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_typed_into_the_variable_or_deleted_is_made_good() {
    let (first, second) = two().await;
    first.world.zoho(|zoho| zoho.person_sets_variable(API_NAME, Value::text("hello"))).unwrap();
    first.pass(HOUR).await;
    assert_clean(&first.poll().await);
    assert_eq!(claimed(&first).computer, "OFFICE-1");
    first.world.zoho(|zoho| zoho.person_deletes_variable(API_NAME));
    first.pass(HOUR).await;
    assert_clean(&first.poll().await);
    assert_eq!(refused(&second.sync().await).0, "other_computer_writes");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_may_not_touch_variables_copies_all_the_same_and_it_is_known() {
    let (first, _) = two().await;
    let scopes = [
        "ZohoCRM.modules.ALL",
        "ZohoCRM.settings.modules.READ",
        "ZohoCRM.settings.fields.ALL",
        "ZohoCRM.settings.layouts.READ",
        "ZohoCRM.settings.currencies.READ",
        "ZohoCRM.settings.taxes.READ",
        "ZohoCRM.org.READ",
        "ZohoCRM.users.READ",
        "ZohoCRM.coql.READ",
    ];
    first.world.zoho(|zoho| {
        zoho.expire_tokens();
        let (client, token) = (credentials::ZOHO_CLIENT_ID, credentials::ZOHO_REFRESH_TOKEN);
        zoho.grant_refresh_token_with_scopes(client, token, &scopes);
    });
    first.pass(HOUR).await;
    assert_clean(&first.poll().await);
    let Known::Impossible { message, cure } = writer::known(&first.store).unwrap() else {
        panic!("it is not known");
    };
    assert!(!message.is_empty() && cure.contains("connect"));
}

#[test]
fn two_profiles_with_real_processes_one_writes_until_the_other_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    let services = Services::start(folder.path());
    let (first, second) = (Ledgerline::at(services.origin()), Ledgerline::at(services.origin()));
    first.expect(0, &["setup", "--yes"]);
    first.expect(0, &["sync", "--once", "--json"]);
    let refused = second.expect(1, &["sync", "--once", "--json"]);
    assert_eq!(refused.text("error.code"), "other_computer_writes");
    let doctor = second.run(&["doctor", "--json"]);
    assert!(doctor.stdout.contains("\"other_computer_writes\""), "{}", doctor.stdout);
    let taken = second.expect(0, &["sync", "--once", "--take-over", "--json"]);
    assert!(taken.stderr.contains("wrote to this Zoho org until now"), "{}", taken.stderr);
    let refused = first.expect(1, &["sync", "--once", "--json"]);
    assert_eq!(refused.text("error.code"), "other_computer_writes");
    // Whoever does not write may look all the same.
    first.expect(0, &["preview", "--json"]);
    first.expect(0, &["reconcile", "--check", "--json"]);
}

//! Records that Zoho refuses: the rest arrive, the run says so, and the next try after the cure closes the problem.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use sandbox::business_central::invoices::Terms;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::report::{Outcome, RunReport, Trigger};
use sync::store::audit::{self, AuditKind};
use sync::store::failures::{Failure, FailureClass, Retry};
use tests::invariants::{assert_audit_is_whole, assert_holds};
use tests::{Rig, assert_clean, of};

const RULE: &str = "Names with the word POISON are not welcome here";

/// Ten customers, of which the third is refused by a rule of the org.
async fn poisoned() -> Rig {
    let rig = Rig::bare().await;
    for n in 0..10 {
        let name = if n == 3 { "POISON Ltd".to_owned() } else { format!("Customer {n}") };
        rig.customer(&format!("C{n}"), &name);
    }
    forbid(&rig, Module::Accounts, "Account_Name", "POISON", "INVALID_DATA");
    rig
}

fn forbid(rig: &Rig, module: Module, field: &str, containing: &str, code: &str) {
    rig.world.zoho(|zoho| zoho.poison(module, field, containing, code, RULE));
}

fn allow(rig: &Rig) {
    rig.world.zoho(sandbox::ZohoState::clear_poison);
}

fn only_failure(rig: &Rig) -> Failure {
    let mut failures = rig.failures();
    assert_eq!(failures.len(), 1, "{failures:#?}");
    failures.remove(0)
}

fn assert_attention(report: &RunReport, flow: Flow, failed: u64) {
    assert_eq!(report.outcome, Outcome::Attention, "{report:#?}");
    assert_eq!(of(report, flow).failed, failed, "{report:#?}");
    assert_eq!(report.error, None);
}

fn refusals_of(rig: &Rig, flow: Flow, number: &str) -> usize {
    let entries = rig.store.read(|tx| audit::of_record(tx, flow, number)).unwrap();
    entries.iter().filter(|entry| entry.kind == AuditKind::Failed).count()
}

#[tokio::test(start_paused = true)]
async fn the_rest_arrive_and_the_run_says_what_did_not() {
    let rig = poisoned().await;
    let report = rig.sync().await;
    assert_attention(&report, Flow::Customers, 1);
    assert_eq!(of(&report, Flow::Customers).created, 9);
    let failure = only_failure(&rig);
    assert_eq!((failure.flow, failure.number.as_str()), (Flow::Customers, "C3"));
    assert_eq!(failure.class, FailureClass::Data);
    assert_eq!(failure.code, "zoho_invalid_data");
    assert!(failure.message.contains(RULE) && failure.message.contains("C3"), "{}", failure.message);
    assert!(!failure.cure.is_empty());
    assert!(!failure.held);
    assert_eq!(refusals_of(&rig, Flow::Customers, "C3"), 1);
    assert_audit_is_whole(&rig);
}

#[tokio::test(start_paused = true)]
async fn polling_leaves_bad_data_to_a_person_and_still_says_so() {
    let rig = poisoned().await;
    rig.sync().await;
    for _ in 0..5 {
        rig.pass(Duration::from_secs(7 * 3600)).await;
        let report = rig.poll().await;
        assert_attention(&report, Flow::Customers, 1);
    }
    assert_eq!(only_failure(&rig).attempts, 1);
    assert_eq!(refusals_of(&rig, Flow::Customers, "C3"), 1);
}

#[tokio::test(start_paused = true)]
async fn polling_tries_what_time_may_cure_only_when_its_time_has_come() {
    let rig = Rig::bare().await;
    rig.customer("C1", "LOCKED Ltd");
    forbid(&rig, Module::Accounts, "Account_Name", "LOCKED", "RECORD_LOCKED");
    rig.poll().await;
    let failure = only_failure(&rig);
    assert_eq!(failure.class, FailureClass::Permission);
    let Retry::At(at) = failure.retry else { panic!("{failure:#?}") };
    let writes =
        |rig: &Rig| rig.world.zoho(|zoho| zoho.counters.calls.get("upsert").copied().unwrap_or_default());
    let before = writes(&rig);
    rig.pass(Duration::from_secs(60)).await;
    assert_attention(&rig.poll().await, Flow::Customers, 1);
    assert_eq!(writes(&rig), before, "it was tried before its time");
    allow(&rig);
    rig.pass(at.duration_since(rig.clock.now()).unsigned_abs()).await;
    assert_clean(&rig.poll().await);
    assert_eq!(rig.failures(), []);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_person_who_syncs_has_every_failure_tried_once() {
    let rig = poisoned().await;
    rig.sync().await;
    assert_attention(&rig.sync().await, Flow::Customers, 1);
    let failure = only_failure(&rig);
    assert_eq!(failure.attempts, 2);
    assert_eq!(refusals_of(&rig, Flow::Customers, "C3"), 2);
    allow(&rig);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).created, 1);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_correction_in_business_central_closes_the_problem_by_itself() {
    let rig = poisoned().await;
    rig.sync().await;
    let id = rig.world.bc(|bc| bc.find(Table::Customers, "C3").map(|row| row.id)).unwrap();
    rig.pass(Duration::from_secs(600)).await;
    rig.world.bc(|bc| bc.edit(Table::Customers, id, "displayName", "Harmless Ltd"));
    assert_clean(&rig.poll().await);
    assert_eq!(rig.failures(), []);
    let _ = rig.zoho_record(Module::Accounts, "Account_Name", "Harmless Ltd");
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn one_problem_is_replayed_and_the_others_stay() {
    let rig = Rig::bare().await;
    rig.customer("C1", "POISON one");
    rig.customer("C2", "POISON two");
    forbid(&rig, Module::Accounts, "Account_Name", "POISON", "INVALID_DATA");
    rig.sync().await;
    allow(&rig);
    let first = rig.failures().into_iter().find(|failure| failure.number == "C1").unwrap();
    let report = rig.replay(Replay::Problems(vec![first.problem])).await;
    assert_eq!(report.trigger, Trigger::Replay);
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).created, 1);
    assert_eq!(only_failure(&rig).number, "C2");
}

#[tokio::test(start_paused = true)]
async fn a_replay_before_the_cure_keeps_the_problem_and_its_number() {
    let rig = poisoned().await;
    rig.sync().await;
    let before = only_failure(&rig);
    let report = rig.replay(Replay::Problems(vec![before.problem])).await;
    assert_attention(&report, Flow::Customers, 1);
    let after = only_failure(&rig);
    assert_eq!((after.problem, after.first_at), (before.problem, before.first_at));
    assert_eq!(after.attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn a_flow_is_replayed_whole_and_no_other() {
    let rig = Rig::bare().await;
    rig.customer("C1", "POISON one");
    rig.customer("C2", "POISON two");
    rig.item("I1", "POISON item", "1");
    forbid(&rig, Module::Accounts, "Account_Name", "POISON", "INVALID_DATA");
    forbid(&rig, Module::Products, "Product_Name", "POISON", "INVALID_DATA");
    let report = rig.sync().await;
    assert_attention(&report, Flow::Customers, 2);
    assert_eq!(of(&report, Flow::Items).failed, 1);
    allow(&rig);
    assert_eq!(of(&rig.replay(Replay::Flow(Flow::Customers)).await, Flow::Customers).created, 2);
    assert_eq!(only_failure(&rig).flow, Flow::Items);
    assert_clean(&rig.replay(Replay::All).await);
    assert_eq!(rig.failures(), []);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn what_refers_to_a_refused_record_is_held_and_follows_it() {
    let rig = Rig::bare().await;
    let bad = rig.customer("C1", "POISON Ltd");
    let good = rig.customer("C2", "Good Ltd");
    let item = rig.item("I1", "Bolt", "2");
    rig.person("P1", "Ann Bad", "C1");
    rig.person("P2", "Bob Good", "C2");
    let lines = [rig.line(item, "3", "2")];
    rig.invoice(bad, "INV1", &lines, Terms::default());
    rig.invoice(good, "INV2", &lines, Terms::default());
    forbid(&rig, Module::Accounts, "Account_Name", "POISON", "INVALID_DATA");
    let report = rig.sync().await;
    assert_attention(&report, Flow::Customers, 1);
    for flow in [Flow::Contacts, Flow::Invoices] {
        assert_eq!((of(&report, flow).created, of(&report, flow).held), (1, 1), "{report:#?}");
    }
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 1);
    allow(&rig);
    let problem = rig.failures().into_iter().find(|failure| failure.flow == Flow::Customers).unwrap();
    rig.replay(Replay::Problems(vec![problem.problem])).await;
    assert_clean(&rig.poll().await);
    assert_eq!(rig.failures(), []);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_update_leaves_the_old_copy_and_the_other_updates_arrive() {
    let rig = Rig::bare().await;
    let ids: Vec<_> = (0..5).map(|n| rig.customer(&format!("C{n}"), &format!("Customer {n}"))).collect();
    assert_clean(&rig.sync().await);
    rig.pass(Duration::from_secs(600)).await;
    for (n, id) in ids.iter().enumerate() {
        let name = if n == 2 { "POISON".to_owned() } else { format!("New name {n}") };
        rig.world.bc(|bc| bc.edit(Table::Customers, *id, "displayName", name.as_str()));
    }
    forbid(&rig, Module::Accounts, "Account_Name", "POISON", "INVALID_DATA");
    let report = rig.poll().await;
    assert_attention(&report, Flow::Customers, 1);
    assert_eq!(of(&report, Flow::Customers).updated, 4);
    let _ = rig.zoho_record(Module::Accounts, "Account_Name", "Customer 2");
    allow(&rig);
    assert_clean(&rig.replay(Replay::All).await);
    let _ = rig.zoho_record(Module::Accounts, "Account_Name", "POISON");
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn refused_invoices_do_not_keep_the_others_from_being_proved_to_the_cent() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Buyer Ltd");
    let item = rig.item("I1", "Bolt", "2");
    for n in 0..30 {
        let number = if n % 10 == 0 { format!("POISON-{n}") } else { format!("INV-{n}") };
        rig.invoice(customer, &number, &[rig.line(item, "3", "1.99")], Terms::default());
    }
    forbid(&rig, Module::Invoices, "Subject", "POISON", "MANDATORY_NOT_FOUND");
    let report = rig.sync().await;
    assert_attention(&report, Flow::Invoices, 3);
    assert_eq!(of(&report, Flow::Invoices).created, 27);
    allow(&rig);
    assert_clean(&rig.replay(Replay::Flow(Flow::Invoices)).await);
    assert_holds(&rig).await;
}

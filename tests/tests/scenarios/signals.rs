//! Notifications, as the relay hands them over: where to look, and nothing more.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use business_central::BcId;
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::schema::Table;
use sandbox::zoho::{Edition, Module};
use sync::capture::{Happened, Hint, HintSource, hint_of_business_central, hint_of_zoho};
use sync::engine::RunOptions;
use sync::flow::Flow;
use sync::progress::Silent;
use sync::report::{Outcome, RunReport, Trigger};
use sync::store::watermarks;
use tests::looking::{id_of, text};
use tests::{Choices, Rig, assert_clean, decimal, of};
use uuid::Uuid;
use zoho_crm::ZohoId;

fn bc_id(id: Uuid) -> BcId {
    id.to_string().parse().unwrap()
}

/// The relay hands a hint over.
fn tell(rig: &Rig, name: &str, hint: &Hint) -> bool {
    rig.store.remember_signal(HintSource::BusinessCentral, name, hint, rig.clock.now()).unwrap()
}

/// Business Central notifies of a change.
fn changed(rig: &Rig, set: &str, id: Uuid) {
    let hint = hint_of_business_central(set, Happened::Changed(bc_id(id))).unwrap();
    tell(rig, &format!("changed {set} {id} {}", rig.clock.now()), &hint);
}

fn deleted(rig: &Rig, id: Uuid) {
    tell(rig, &format!("deleted {id}"), &Hint::Deleted { flow: Flow::Customers, id: bc_id(id) });
}

async fn follow(rig: &Rig) -> RunReport {
    rig.follow().await
}

fn marks(rig: &Rig) -> Vec<Option<jiff::Timestamp>> {
    let names = Flow::ALL.map(|flow| format!("listing.{}", flow.name()));
    rig.store.read(|tx| names.iter().map(|name| watermarks::get(tx, name)).collect()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn records_that_are_named_are_read_by_id_in_batches_and_no_mark_moves() {
    let rig = Rig::bare().await;
    let customers: Vec<Uuid> =
        (0..45).map(|n| rig.customer(&format!("C{n:02}"), &format!("Customer {n}"))).collect();
    assert_clean(&rig.sync().await);
    rig.pass(Duration::from_secs(30)).await;
    let before = marks(&rig);
    for id in &customers {
        rig.edit(Table::Customers, *id, "city", "Hamburg");
        changed(&rig, "customers", *id);
    }
    let newcomer = rig.customer("C99", "Newcomer");
    changed(&rig, "customers", newcomer);
    let unknown = Uuid::from_u128(7);
    changed(&rig, "customers", unknown);
    let report = follow(&rig).await;
    assert_clean(&report);
    assert_eq!(report.trigger, Trigger::Signal);
    assert_eq!(report.signals.map(|taken| (taken.followed, taken.dropped)), Some((47, 0)));
    let flow = of(&report, Flow::Customers);
    assert_eq!((flow.created, flow.updated), (1, 45));
    assert!(report.calls.business_central <= 60, "{:?}", report.calls);
    assert_eq!(marks(&rig), before);
    assert_eq!(rig.store.waiting_signals().unwrap(), 0);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_comes_twice_is_followed_once_and_following_again_writes_nothing() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    assert_clean(&rig.sync().await);
    rig.edit(Table::Customers, customer, "city", "Hamburg");
    let hint = Hint::Record { flow: Flow::Customers, id: bc_id(customer) };
    assert!(tell(&rig, "1", &hint));
    assert!(!tell(&rig, "1", &hint));
    assert_eq!(rig.store.waiting_signals().unwrap(), 1);
    assert_clean(&follow(&rig).await);
    let writes = rig.writes();
    assert!(tell(&rig, "1", &hint));
    assert_clean(&follow(&rig).await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_posted_invoice_arrives_by_either_of_its_collections() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    let bolt = rig.item("1000", "Bolt", "1");
    assert_clean(&rig.sync().await);
    let line = rig.line(bolt, "1", "10");
    let first = rig.invoice(customer, "I1", std::slice::from_ref(&line), Terms::default());
    changed(&rig, "salesInvoices", first);
    assert_clean(&follow(&rig).await);
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 1);
    // An invoice for a customer whom nobody has told about: both arrive.
    let late = rig.customer("C2", "Late");
    let second = rig.invoice(late, "I2", &[line], Terms::default());
    changed(&rig, "salesInvoices", second);
    assert_clean(&follow(&rig).await);
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 2);
    // What customers owe moves without a notification, and has a clock of its own.
    assert_clean(&rig.sync().await);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_believed_only_when_the_record_is_gone_and_another_can_be_read() {
    let rig = Rig::bare().await;
    let ids: Vec<Uuid> = (0..4).map(|n| rig.customer(&format!("C{n}"), &format!("Customer {n}"))).collect();
    assert_clean(&rig.sync().await);
    // It is still there: nothing.
    deleted(&rig, ids[0]);
    let writes = rig.writes();
    assert_clean(&follow(&rig).await);
    assert_eq!(rig.writes(), writes);
    // Hidden by permissions: nothing, and the run says so.
    rig.world.bc(|bc| bc.behaviour.hidden.insert(Table::Customers));
    tell(&rig, "again", &Hint::Deleted { flow: Flow::Customers, id: bc_id(ids[0]) });
    assert_eq!(follow(&rig).await.outcome, Outcome::Attention);
    assert_eq!(rig.writes(), writes);
    rig.world.bc(|bc| bc.behaviour.hidden.clear());
    assert_clean(&rig.full().await);
    // Gone indeed.
    rig.delete(Table::Customers, ids[1]);
    deleted(&rig, ids[1]);
    assert_clean(&follow(&rig).await);
    assert_eq!(text(&rig.account("C1"), "BC_Status"), Some("Deleted"));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn many_single_deletions_of_a_day_are_a_mass_deletion_too() {
    let rig = Rig::bare().await;
    let ids: Vec<Uuid> =
        (0..40).map(|n| rig.customer(&format!("C{n:02}"), &format!("Customer {n}"))).collect();
    assert_clean(&rig.sync().await);
    for ids in ids[..25].chunks(5) {
        for id in ids {
            rig.delete(Table::Customers, *id);
            deleted(&rig, *id);
        }
        follow(&rig).await;
    }
    let flagged = rig.zoho_records(Module::Accounts);
    let flagged = flagged.iter().filter(|record| text(record, "BC_Status") == Some("Deleted")).count();
    assert_eq!(flagged, 20);
    let report = follow(&rig).await;
    assert_eq!(report.flow_problems[0].code, "mass_deletion");
}

#[tokio::test(start_paused = true)]
async fn a_collection_is_polled_from_that_time_and_one_without_a_filter_swept_for_deletions() {
    let rig = Rig::bare().await;
    let first = rig.customer("C1", "Adatum");
    let second = rig.customer("C2", "Beebe");
    assert_clean(&rig.sync().await);
    let since = rig.clock.now();
    rig.pass(Duration::from_secs(60)).await;
    rig.edit(Table::Customers, first, "city", "Hamburg");
    tell(&rig, "1", &hint_of_business_central("customers", Happened::ManySince(since)).unwrap());
    assert_clean(&follow(&rig).await);
    assert_eq!(text(&rig.account("C1"), "Billing_City"), Some("Hamburg"));
    rig.delete(Table::Customers, second);
    rig.customer("C3", "Third");
    tell(&rig, "2", &hint_of_business_central("customers", Happened::Many).unwrap());
    assert_clean(&follow(&rig).await);
    assert_eq!(text(&rig.account("C2"), "BC_Status"), Some("Deleted"));
    let _ = rig.account("C3");
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_in_zoho_is_looked_at_at_once_and_our_own_writes_are_recognised() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 1");
    assert_clean(&rig.sync().await);
    let account = rig.account("C1");
    let in_zoho = || hint_of_zoho("Accounts", vec![ZohoId::new(id_of(&account))]).unwrap();
    let writes = rig.writes();
    tell(&rig, "ours", &in_zoho());
    assert_clean(&follow(&rig).await);
    assert_eq!(rig.writes(), writes);
    rig.pass(Duration::from_secs(5)).await;
    rig.by_hand(Module::Accounts, &account, "Phone", "+49 40 999");
    tell(&rig, "theirs", &in_zoho());
    assert_clean(&follow(&rig).await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 1"));
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Accounts, &id_of(&account), rig.clock.now())).unwrap();
    tell(&rig, "gone", &in_zoho());
    follow(&rig).await;
    assert_eq!(rig.problems(), [("C1".to_owned(), "zoho_record_deleted".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_new_person_of_a_new_customer_arrives_with_them() {
    let rig = Rig::bare().await;
    assert_clean(&rig.sync().await);
    let customer = rig.customer("C1", "Adatum");
    let person = rig.person("P1", "Ann Beebe", "C1");
    changed(&rig, "contacts", person);
    changed(&rig, "customers", customer);
    assert_clean(&follow(&rig).await);
    assert_eq!(text(&rig.contact("P1"), "Last_Name"), Some("Beebe"));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_gap_everything_is_polled() {
    let rig = Rig::bare().await;
    assert_clean(&rig.sync().await);
    rig.customer("C1", "Adatum");
    rig.item("1000", "Bolt", "1");
    rig.store.remember_signal(HintSource::Relay, "gap", &Hint::CatchUp, rig.clock.now()).unwrap();
    assert_clean(&follow(&rig).await);
    let _ = rig.account("C1");
    let _ = rig.product("1000");
    assert_eq!(rig.store.waiting_signals().unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_hint_for_a_flow_that_is_off_is_counted_and_dropped() {
    let mut choices = Choices::default();
    choices.policy.flows = vec![Flow::Customers];
    let rig = Rig::bare_with(choices).await;
    assert_clean(&rig.sync().await);
    let item = rig.item("1000", "Bolt", "1");
    changed(&rig, "items", item);
    let report = follow(&rig).await;
    assert_clean(&report);
    assert_eq!(report.signals.map(|taken| (taken.followed, taken.dropped)), Some((0, 1)));
    assert_eq!(rig.store.waiting_signals().unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_dies_over_a_notification_follows_it_after_its_restart() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    assert_clean(&rig.sync().await);
    rig.world.set_latency(Duration::from_millis(40), Duration::from_millis(70));
    let mut rig = rig;
    for milliseconds in [10, 60, 130, 200, 300, 400] {
        let city = format!("City {milliseconds}");
        rig.edit(Table::Customers, customer, "city", city.as_str());
        changed(&rig, "customers", customer);
        tokio::select! {
            biased;
            () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
            _ = rig.follow() => {}
        }
        rig = rig.restarted();
        assert_clean(&follow(&rig).await);
        assert_eq!(
            text(&rig.account("C1"), "Billing_City"),
            Some(city.as_str()),
            "died after {milliseconds} ms"
        );
        assert_eq!(rig.store.waiting_signals().unwrap(), 0);
    }
}

/// A run by schedule while signals tell of these flows.
async fn scheduled(rig: &Rig, told: &[Flow]) -> RunReport {
    let options = RunOptions { told: told.to_vec(), ..RunOptions::of(Trigger::Schedule) };
    rig.engine.run(&options, &Silent, &rig.stop).await
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_is_told_of_is_listed_every_half_hour_and_the_others_every_time() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    let item = rig.item("I1", "Desk", "10");
    assert_clean(&rig.poll().await);
    let told = [Flow::Customers];
    rig.pass(Duration::from_secs(10 * 60)).await;
    rig.edit(Table::Customers, customer, "city", "Hamburg");
    rig.edit(Table::Items, item, "displayName", "Table");
    let report = scheduled(&rig, &told).await;
    assert_clean(&report);
    assert_eq!((of(&report, Flow::Customers).updated, of(&report, Flow::Items).updated), (0, 1));
    // Nobody told of it: the listing for safety finds it.
    rig.pass(Duration::from_secs(20 * 60)).await;
    let report = scheduled(&rig, &told).await;
    assert_eq!(of(&report, Flow::Customers).updated, 1);
    // Without a connection the schedule is the old one again.
    rig.pass(Duration::from_secs(5 * 60)).await;
    rig.edit(Table::Customers, customer, "city", "Kiel");
    assert_eq!(of(&scheduled(&rig, &[]).await, Flow::Customers).updated, 1);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn sweeps_keep_their_own_clock_while_signals_tell_of_everything() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    let item = rig.item("I1", "Desk", "10");
    let invoice = rig.invoice(customer, "103001", &[rig.line(item, "1", "100")], Terms::default());
    assert_clean(&rig.poll().await);
    // A partial payment moves no time stamp and sends no signal (facts, §4.3).
    rig.pass(Duration::from_secs(6 * 60)).await;
    assert!(rig.world.bc(|bc| bc.pay(invoice, decimal("1"))));
    let report = scheduled(&rig, &Flow::ALL).await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).updated, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_a_flow_that_the_edition_forbids_does_not_pile_up() {
    let rig = Rig::bare().await;
    let item = rig.item("I1", "Desk", "10");
    assert_clean(&rig.sync().await);
    rig.world.zoho(|zoho| zoho.set_edition(Edition::Standard, false));
    let rig = rig.restarted();
    rig.edit(Table::Items, item, "displayName", "Table");
    changed(&rig, "items", item);
    let report = follow(&rig).await;
    assert!(report.flow_problems.iter().any(|problem| problem.flow == Flow::Items), "{report:#?}");
    assert_eq!(rig.store.waiting_signals().unwrap(), 0);
}

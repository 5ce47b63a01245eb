//! What an office PC goes through with its signals, one thing at a time; ten days of everything are in `ten_days`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use app::{Settings, webhooks};
use exact_json::{Map, Value};
use jiff::{SignedDuration, Timestamp};
use sandbox::business_central::schema::Table;
use sandbox::faults::{Effect, Fault, FaultBody, FaultPlan, Service};
use sandbox::zoho::Module;
use tests::Choices;
use tests::looking::{id_of, text};
use tests::office::{Office, Told};
use transport::Clock as _;
use transport::Method;

const MINUTE: Duration = Duration::from_secs(60);

/// An office with a customer, an item and a vendor, whose signals are switched on.
async fn office() -> Office {
    let office = Office::new(1, Choices::purchasing()).await;
    office.people.customer("C1", "First");
    office.people.item("I1", "Bolt", "1.50");
    office.people.vendor("V1", "Supplier");
    // A deletion is believed where another record of the kind is still to be seen.
    office.people.vendor("V2", "Another supplier");
    office.begin().await;
    office
}

fn ours(office: &Office, in_zoho: bool) -> Vec<Told> {
    office.told().into_iter().filter(|told| told.ours && told.in_zoho == in_zoho).collect()
}

fn first_end(office: &Office, in_zoho: bool) -> Timestamp {
    ours(office, in_zoho).iter().map(|told| told.ends).min().unwrap()
}

/// The PC sleeps until so long before `end`, and its connections survive that.
fn sleep_until(office: &Office, before: Duration, end: Timestamp) {
    let left = end.duration_since(office.time.now()).unsigned_abs();
    office.time.pass_beside(left - before);
}

#[tokio::test(start_paused = true)]
async fn a_pc_that_wakes_minutes_before_a_subscription_ends_renews_it_at_once() {
    let office = office().await;
    let end = first_end(&office, true);
    let scene = async {
        office.pass(6 * MINUTE).await;
        sleep_until(&office, 3 * MINUTE, end);
        office.pass(MINUTE).await;
    };
    office.works(scene).await;
    assert_eq!(ours(&office, true).len(), 6);
    assert!(first_end(&office, true) > end + SignedDuration::from_hours(12));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_failed_for_want_of_the_relay_is_made_ten_minutes_later() {
    let office = office().await;
    let lost = ours(&office, false).into_iter().find(|told| told.about == "customers").unwrap();
    office.take_away(&lost);
    office.relay.set_up(false);
    let scene = async {
        office.pass(2 * MINUTE).await;
        office.relay.set_up(true);
        office.pass(12 * MINUTE).await;
    };
    office.works(scene).await;
    assert_eq!(ours(&office, false).len(), 4, "{:?}", office.told());
}

#[tokio::test(start_paused = true)]
async fn after_a_gap_what_people_changed_in_zoho_is_found_too() {
    let office = office().await;
    office.pass(5 * MINUTE).await;
    for channel in ours(&office, true) {
        office.take_away(&channel);
    }
    let account = office.people.zoho_record(Module::Accounts, "BC_Number", "C1");
    let typed: Map = [("Account_Name".to_owned(), Value::text("Typed by hand"))].into();
    let now = office.time.now();
    office.world.zoho(|zoho| zoho.person_edits(Module::Accounts, &id_of(&account), &typed, now)).unwrap();
    office.pass(MINUTE).await;
    office.works(office.pass(3 * MINUTE)).await;
    let account = office.people.zoho_record(Module::Accounts, "BC_Number", "C1");
    assert_eq!(text(&account, "Account_Name"), Some("First"));
}

#[tokio::test(start_paused = true)]
async fn what_a_signal_told_and_a_run_that_broke_off_left_is_followed_by_the_next_one() {
    let office = office().await;
    let scene = async {
        office.pass(2 * MINUTE).await;
        let failing = Effect::Status { code: 503, retry_after: None, body: FaultBody::Json };
        let fault = Fault::once(Service::Zoho, "Products", failing).times(1_000_000);
        office.world.faults(|faults| faults.add(fault));
        office.world.bc(|bc| {
            let customer = bc.table(Table::Customers).values().next().unwrap().id;
            assert!(bc.edit(Table::Customers, customer, "phoneNumber", "+1 555 0100"));
            let item = bc.table(Table::Items).values().next().unwrap().id;
            assert!(bc.edit(Table::Items, item, "displayName", "Bolt, long"));
            let vendor = bc.table(Table::Vendors).values().next().unwrap().id;
            bc.delete(Table::Vendors, vendor);
        });
        office.pass(5 * MINUTE).await;
        let account = office.people.zoho_record(Module::Accounts, "BC_Number", "C1");
        assert_eq!(text(&account, "Phone"), Some("+1 555 0100"), "the run has achieved something");
        office.world.faults(FaultPlan::clear);
        office.pass(45 * MINUTE).await;
    };
    office.works(scene).await;
    let rig = office.looked_into();
    assert_eq!(rig.store.waiting_signals().unwrap(), 0);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_two_days_behind_does_not_let_subscriptions_run_out() {
    let office = Office::new(1, Choices::purchasing()).await;
    office.time.set_wrong(SignedDuration::from_hours(-50));
    let switched = office.begin().await;
    assert_eq!(
        (switched.made, switched.troubles),
        (10, Vec::new()),
        "the services count by their own clocks"
    );
    let end = first_end(&office, false);
    let scene = async {
        office.pass(6 * MINUTE).await;
        sleep_until(&office, 12 * 60 * MINUTE, end);
        office.pass(2 * MINUTE).await;
    };
    office.works(scene).await;
    assert!(first_end(&office, false) > end + SignedDuration::from_hours(48), "{:?}", office.told());
}

#[tokio::test(start_paused = true)]
async fn subscriptions_that_were_made_while_the_clock_was_ahead_are_renewed_by_the_right_one() {
    let office = Office::new(1, Choices::purchasing()).await;
    office.time.set_wrong(SignedDuration::from_hours(100));
    let switched = office.begin().await;
    assert_eq!((switched.made, switched.troubles), (10, Vec::new()));
    let before = ours(&office, false);
    let end = first_end(&office, false);
    let scene = async {
        office.pass(6 * MINUTE).await;
        assert_eq!(ours(&office, false), before, "they are not made again and again");
        office.time.set_wrong(SignedDuration::ZERO);
        office.pass(6 * MINUTE).await;
        sleep_until(&office, 12 * 60 * MINUTE, end);
        office.pass(2 * MINUTE).await;
    };
    office.works(scene).await;
    assert!(first_end(&office, false) > end + SignedDuration::from_hours(48), "{:?}", office.told());
}

#[tokio::test(start_paused = true)]
async fn a_channel_whose_making_went_unanswered_is_not_there_twice() {
    let office = office().await;
    for told in ours(&office, false).into_iter().chain(ours(&office, true)) {
        office.take_away(&told);
    }
    for (service, path) in [(Service::BusinessCentral, "subscriptions"), (Service::Zoho, "actions/watch")] {
        let fault = Fault::once(service, path, Effect::LoseAnswer).after(1).times(3);
        office.world.faults(|faults| faults.add(fault));
    }
    office.works(office.pass(10 * MINUTE)).await;
    let mut about: Vec<String> = ours(&office, false).into_iter().map(|told| told.about).collect();
    about.sort();
    assert_eq!(about, ["customers", "items", "salesInvoices", "vendors"]);
    assert_eq!(ours(&office, true).len(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_switched_off_is_said_and_never_taken_up_again() {
    let office = office().await;
    let fault = Fault::once(Service::Zoho, "", Effect::ResetBefore).times(1_000_000);
    office.world.faults(|faults| faults.add(fault));
    let app = office.open();
    let off = webhooks::switch_off(&app, &*app.relay_way).await.unwrap();
    assert_eq!(off.troubles.iter().map(|(side, _)| side.as_str()).collect::<Vec<_>>(), ["zoho"]);
    let is_left = |app: &app::App| webhooks::shown(&app.store, None, office.time.now()).unwrap().left_behind;
    assert!(is_left(&app));
    drop(app);
    assert_eq!(Settings::load(&office.profile().settings()).unwrap().relay.url, None);
    office.world.faults(FaultPlan::clear);
    office.works(office.pass(5 * MINUTE)).await;
    assert_eq!(ours(&office, false), [], "a person has switched it off");
    // Repairing means: as it shall be.
    let app = office.open();
    let repaired = webhooks::repair(&app).await.unwrap();
    assert!(!is_left(&app));
    assert_eq!((repaired.made, repaired.removed, repaired.troubles), (0, 6, Vec::new()));
    assert_eq!(ours(&office, true), []);
    assert_eq!(office.relay.mailboxes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_sleep_in_the_middle_of_a_run_is_noticed_when_it_ends() {
    let office = office().await;
    let phone = || {
        let account = office.people.zoho_record(Module::Accounts, "BC_Number", "C1");
        text(&account, "Phone").map(str::to_owned)
    };
    let scene = async {
        office.pass(5 * MINUTE).await;
        // The write of an item is carried out, and answered after 25 seconds: so long its run goes on.
        let slow = Fault {
            method: Some(Method::Put),
            ..Fault::once(Service::Zoho, "Products", Effect::Delay(Duration::from_secs(25)))
        };
        office.world.faults(|faults| faults.add(slow));
        let edit = |table, property, value| {
            office.world.bc(|bc| {
                let id = bc.table(table).values().next().unwrap().id;
                assert!(bc.edit(table, id, property, value));
            });
        };
        edit(Table::Items, "displayName", "Bolt, long");
        let renamed = || {
            let item = office.people.zoho_record(Module::Products, "BC_Number", "I1");
            text(&item, "Product_Name") == Some("Bolt, long")
        };
        for _ in 0..12 {
            if !renamed() {
                office.pass(MINUTE / 6).await;
            }
        }
        assert!(renamed());
        // The lid is closed, and nobody tells of what happens meanwhile.
        office.world.faults(|faults| faults.posts.lost = 100);
        edit(Table::Customers, "phoneNumber", "+1 555 0100");
        office.time.pass_beside(50 * MINUTE);
        assert_eq!(phone(), None);
        office.pass(MINUTE).await;
        assert_eq!(phone().as_deref(), Some("+1 555 0100"), "the poll was 14 minutes away");
    };
    office.works(scene).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_gets_a_new_mailbox_polls_what_the_old_one_may_have_held() {
    let office = office().await;
    office.works(office.pass(2 * MINUTE)).await;
    let app = office.open();
    assert_eq!(app.store.waiting_signals().unwrap(), 0);
    let key = transport::Secret::new(tests::office::KEY);
    webhooks::switch_on(&app, &*app.relay_way, tests::office::URL, &key).await.unwrap();
    assert_eq!(app.store.waiting_signals().unwrap(), 1);
    drop(app);
    office.works(office.pass(2 * MINUTE)).await;
    assert_eq!(office.looked_into().store.waiting_signals().unwrap(), 0);
}

//! What stands in Zoho already, without our key, is found before it is created once more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use exact_json::{Map, Value};
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::match_review::decide::{self, By, DecideError};
use sync::match_review::list::{self, Filter, Record};
use sync::match_review::{GATE_PROBLEM, MAY_EXIST, ReviewOptions, Reviewed, gates, sheet};
use sync::matching::Class;
use sync::policy::OnCertain;
use sync::progress::Silent;
use sync::report::Outcome;
use sync::store::audit::{self, AuditKind};
use sync::store::decisions::DecisionKind;
use sync::store::match_gate::GateState;
use tests::looking::{counts, id_of, reference, text};
use tests::{Rig, assert_clean, of};
use uuid::Uuid;

/// Longer than Zoho is believed without being asked.
const LATER: Duration = Duration::from_secs(31 * 60);

/// Somebody types a record into Zoho.
fn typed(rig: &Rig, module: Module, values: &[(&str, Value)]) -> String {
    let values: Map = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let now = rig.world.now();
    rig.world.zoho(|zoho| zoho.person_adds(module, &values, now)).unwrap()
}

/// An Account that agrees with [`customer`] in name, town, postal code and telephone number.
fn same_account(rig: &Rig, name: &str, phone: &str) -> String {
    let values = [
        ("Account_Name", name.into()),
        ("Billing_City", "Aarhus".into()),
        ("Billing_Code", "8000".into()),
        ("Phone", phone.into()),
    ];
    typed(rig, Module::Accounts, &values)
}

/// A customer with an address and a telephone number.
fn customer(rig: &Rig, number: &str, name: &str, phone: &str) -> Uuid {
    let id = rig.customer(number, name);
    rig.edit(Table::Customers, id, "city", "Aarhus");
    rig.edit(Table::Customers, id, "postalCode", "8000");
    rig.edit(Table::Customers, id, "phoneNumber", phone);
    id
}

async fn review(rig: &Rig, accept_certain: bool, create_rest: bool) -> Reviewed {
    let options = ReviewOptions { flows: None, accept_certain, create_rest, who: "ann".to_owned() };
    rig.engine.review(&options, &Silent, &rig.stop).await.unwrap()
}

fn ann(rig: &Rig) -> By<'static> {
    By { who: "ann", at: rig.clock.now() }
}

fn waiting(rig: &Rig, flow: Flow) -> Vec<Record> {
    let filter = Filter { flow, class: None, decided: false };
    list::page(&rig.store, filter, 0, 1_000).unwrap().records
}

fn gate(rig: &Rig, flow: Flow) -> Option<GateState> {
    let gates = gates(&rig.store).unwrap();
    gates.into_iter().find(|gate| gate.flow == flow).and_then(|gate| gate.gate).map(|gate| gate.state)
}

/// The number of the pair that is proposed for a record.
fn proposed(rig: &Rig, flow: Flow, number: &str) -> i64 {
    let records = waiting(rig, flow);
    let record = records.iter().find(|record| record.number == number).unwrap();
    record.candidates.first().unwrap().proposal
}

fn codes(rig: &Rig) -> Vec<(String, String)> {
    let mut codes: Vec<_> =
        rig.failures().into_iter().map(|failure| (failure.number, failure.code)).collect();
    codes.sort();
    codes
}

#[tokio::test(start_paused = true)]
async fn an_org_without_records_of_its_own_costs_one_credit_a_flow_and_is_never_asked_about() {
    let rig = Rig::bare().await;
    let id = customer(&rig, "C1", "Kvistgaard Aluminium", "+45 70 10 20 30");
    rig.item("1000", "Bolt", "1");
    let before = rig.world.zoho(|zoho| zoho.counters.calls.get("coql").copied().unwrap_or_default());
    let report = rig.sync().await;
    assert_clean(&report);
    let after = rig.world.zoho(|zoho| zoho.counters.calls.get("coql").copied().unwrap_or_default());
    // Whether each of four modules holds keyed records (4), what that is in the one that does, where the item must not be yet (2), and for the
    // two that are written whether they hold any other.
    assert_eq!(after - before, 4 + 2 + 2);
    assert_eq!(gate(&rig, Flow::Customers), Some(GateState::NothingToMatch));
    assert_eq!(gate(&rig, Flow::Contacts), None, "nothing was to be created");

    // What people add later does not close it.
    same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    same_account(&rig, "Lystrup Metal", "+45 70 99 88 77");
    rig.pass(LATER).await;
    rig.customer("C2", "Zebra Optics");
    rig.edit(Table::Customers, id, "city", "Odense");
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Customers), [2, 1, 1, 0, 0, 0, 0]);
    assert_eq!(gate(&rig, Flow::Customers), Some(GateState::NothingToMatch));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_may_be_there_closes_the_gate_and_nothing_is_created() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Kvistgaard Aluminium", "+45 70 10 20 30");
    customer(&rig, "C2", "Zebra Optics", "+45 70 40 50 60");
    rig.person("P1", "Ann Beebe", "C2");
    rig.item("1000", "Bolt", "1");
    same_account(&rig, "Kvistgaard Aluminium A/S", "");
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!(report.outcome.exit_code(), 2);
    assert_eq!(counts(&report, Flow::Customers), [2, 0, 0, 0, 0, 0, 2]);
    assert_eq!(of(&report, Flow::Items).created, 1, "the other flows go on");
    assert_eq!(of(&report, Flow::Contacts).held, 1);
    let problem = report.flow_problems.iter().find(|problem| problem.flow == Flow::Customers).unwrap();
    assert_eq!(problem.code, GATE_PROBLEM);
    assert!(problem.cure.contains("ledgerline match --accept certain --create-rest"), "{}", problem.cure);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 1);
    assert_eq!(gate(&rig, Flow::Customers), Some(GateState::Closed));

    // Asking again and again tells nothing new: neither credits for it nor audit entries of the records.
    let entries = || rig.store.read(|tx| audit::of_record(tx, Flow::Customers, "C2")).unwrap().len();
    let before = entries();
    let report = rig.poll().await;
    assert_eq!((report.outcome, entries()), (Outcome::Attention, before));
    assert_eq!(counts(&report, Flow::Customers), [2, 0, 0, 0, 0, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn certain_ones_accepted_and_the_rest_created_leave_nothing_double() {
    let rig = Rig::bare().await;
    let kvist = customer(&rig, "C1", "Kvistgaard Aluminium", "");
    customer(&rig, "C2", "Zebra Optics", "+45 70 40 50 60");
    customer(&rig, "C3", "Lystrup Metal", "+45 70 99 88 77");
    let theirs = same_account(&rig, "Kvistgaard Aluminium A/S", "+45 12 34 56 78");
    rig.by_hand(Module::Accounts, &account(&rig, &theirs), "Description", "Knows our director");
    let similar = typed(&rig, Module::Accounts, &[("Account_Name", "Lystrup Metall".into())]);
    // The review needs no run before it.
    let reviewed = review(&rig, true, true).await;
    assert_eq!(reviewed.undecided(), 0);
    assert_eq!(reviewed.flows[0].decided.accepted, 1);
    assert_eq!(reviewed.flows[0].decided.created, 1);
    assert_eq!(rig.writes(), 1, "only what the person wrote");
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Customers), [3, 2, 1, 0, 0, 0, 0]);

    let taken_over = rig.account("C1");
    assert_eq!(id_of(&taken_over), theirs);
    assert_eq!(text(&taken_over, "BC_Id"), Some(kvist.to_string().as_str()));
    // Our value wins where there is one; where Business Central has none, theirs stays.
    assert_eq!(text(&taken_over, "Account_Name"), Some("Kvistgaard Aluminium"));
    assert_eq!(text(&taken_over, "Phone"), Some("+45 12 34 56 78"));
    assert_eq!(text(&taken_over, "Description"), Some("Knows our director"));
    assert_eq!(text(&account(&rig, &similar), "BC_Id"), None);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 4);
    // Who decided, and what was there before.
    let trail = rig.store.read(|tx| audit::of_record(tx, Flow::Customers, "C1")).unwrap();
    assert!(
        trail.iter().any(|entry| entry.kind == AuditKind::Decision && entry.summary.contains("ann decided"))
    );
    assert!(
        trail
            .iter()
            .any(|entry| entry.kind == AuditKind::Adopted && entry.zoho_id.as_deref() == Some(&theirs))
    );
    let written = trail.iter().find(|entry| entry.kind == AuditKind::Written).unwrap();
    let name = |value: &Option<Value>| value.as_ref().unwrap().get("Account_Name").cloned();
    assert_eq!(name(&written.before), Some("Kvistgaard Aluminium A/S".into()));
    assert_eq!(name(&written.after), Some("Kvistgaard Aluminium".into()));

    // What is left to them is no difference.
    rig.assert_agrees().await;

    // Later edits are ordinary updates, and what is theirs stays theirs.
    rig.edit(Table::Customers, kvist, "city", "Odense");
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+45 12 34 56 78"));
    rig.edit(Table::Customers, kvist, "phoneNumber", "+45 1");
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+45 1"));
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
}

fn account(rig: &Rig, id: &str) -> Map {
    rig.zoho_record(Module::Accounts, "id", id)
}

#[tokio::test(start_paused = true)]
async fn an_accepted_record_is_written_and_kept_up_while_the_gate_is_closed() {
    let rig = Rig::bare().await;
    let kvist = customer(&rig, "C1", "Kvistgaard Aluminium", "+45 70 10 20 30");
    customer(&rig, "C2", "Lystrup Metal", "+45 70 99 88 77");
    let theirs = same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    typed(&rig, Module::Accounts, &[("Account_Name", "Lystrup Metall".into())]);
    review(&rig, true, false).await;
    assert_eq!(gate(&rig, Flow::Customers), Some(GateState::Closed));
    let report = rig.sync().await;
    assert_eq!(counts(&report, Flow::Customers), [2, 0, 1, 0, 0, 0, 1]);
    rig.edit(Table::Customers, kvist, "city", "Odense");
    let report = rig.sync().await;
    assert_eq!(counts(&report, Flow::Customers), [2, 0, 1, 0, 0, 0, 1]);
    assert_eq!(text(&account(&rig, &theirs), "Billing_City"), Some("Odense"));
    // The last decision opens it.
    decide::choose(&rig.store, &[(proposed(&rig, Flow::Customers, "C2"), DecisionKind::Reject)], ann(&rig))
        .unwrap();
    assert_eq!(gate(&rig, Flow::Customers), Some(GateState::Reviewed));
    assert_clean(&rig.sync().await);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn decisions_can_be_taken_back_until_they_are_written() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Kvistgaard Aluminium", "+45 70 10 20 30");
    same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    review(&rig, false, false).await;
    let pair = proposed(&rig, Flow::Customers, "C1");
    for kind in DecisionKind::ALL {
        decide::choose(&rig.store, &[(pair, kind)], ann(&rig)).unwrap();
        assert_eq!(gate(&rig, Flow::Customers), Some(GateState::Reviewed), "{kind:?}");
        assert_eq!(decide::undo(&rig.store, &[pair], ann(&rig)).unwrap().undone, 1);
        assert_eq!(gate(&rig, Flow::Customers), Some(GateState::Closed), "{kind:?}");
    }
    let nothing = decide::undo(&rig.store, &[pair], ann(&rig)).unwrap_err();
    assert_eq!(nothing.code(), "match_nothing_decided");
    decide::choose(&rig.store, &[(pair, DecisionKind::Accept)], ann(&rig)).unwrap();
    assert_eq!(decide::undo_all(&rig.store, &Flow::BY_DEFAULT, ann(&rig)).unwrap().undone, 1);
    decide::choose(&rig.store, &[(pair, DecisionKind::Accept)], ann(&rig)).unwrap();
    assert_clean(&rig.sync().await);
    for late in [
        decide::undo(&rig.store, &[pair], ann(&rig)),
        decide::choose(&rig.store, &[(pair, DecisionKind::Reject)], ann(&rig)),
    ] {
        assert!(matches!(late.unwrap_err(), DecideError::Written { .. }));
    }
    assert_eq!(decide::undo_all(&rig.store, &Flow::BY_DEFAULT, ann(&rig)).unwrap().undone, 0);
}

#[tokio::test(start_paused = true)]
async fn a_decision_survives_a_crash_and_is_carried_out_once() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Kvistgaard Aluminium", "+45 70 10 20 30");
    let theirs = same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    review(&rig, true, true).await;
    let rig = rig.restarted();
    // The answer to the first write is lost together with the process.
    assert_clean(&rig.sync().await);
    let rig = rig.restarted();
    assert_clean(&rig.sync().await);
    assert_eq!(id_of(&rig.account("C1")), theirs);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 1);
    // Without the database it is found again by its key, and nobody is asked once more.
    same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    let rig = rig.without_database();
    rig.customer("C2", "Zebra Optics");
    assert_clean(&rig.sync().await);
    assert_eq!(gate(&rig, Flow::Customers), Some(GateState::WrittenBefore));
    assert_eq!(id_of(&rig.account("C1")), theirs);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_not_what_it_was_when_it_was_accepted_is_not_written_over() {
    let rig = Rig::bare().await;
    let names = ["Kvistgaard Aluminium", "Lystrup Metal", "Zebra Optics"];
    let mut theirs = Vec::new();
    for (n, name) in names.into_iter().enumerate() {
        let phone = format!("+45 70 10 20 3{n}");
        customer(&rig, &format!("C{}", n + 1), name, &phone);
        theirs.push(same_account(&rig, name, &phone));
    }
    review(&rig, true, true).await;
    let now = rig.world.now();
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Accounts, &theirs[0], now)).unwrap();
    let other = [
        ("Account_Name".to_owned(), "Something else".into()),
        ("Phone".to_owned(), Value::Null),
        ("Billing_City".to_owned(), "Lisbon".into()),
        ("Billing_Code".to_owned(), "1000-001".into()),
    ];
    rig.world.zoho(|zoho| zoho.person_edits(Module::Accounts, &theirs[1], &other.into(), now)).unwrap();
    rig.by_hand(Module::Accounts, &account(&rig, &theirs[2]), "BC_Number", "X1");
    let report = rig.sync().await;
    assert_eq!(counts(&report, Flow::Customers), [3, 0, 0, 0, 0, 0, 3]);
    let expected =
        [("C1", "matched_record_gone"), ("C2", "matched_record_changed"), ("C3", "matched_record_taken")];
    assert_eq!(codes(&rig), expected.map(|(number, code)| (number.to_owned(), code.to_owned())));
    // Said to be another, it is created.
    let filter = Filter { flow: Flow::Customers, class: None, decided: true };
    let decided = list::page(&rig.store, filter, 0, 9).unwrap().records;
    let pairs: Vec<_> =
        decided.iter().map(|record| (record.candidates[0].proposal, DecisionKind::Reject)).collect();
    decide::choose(&rig.store, &pairs, ann(&rig)).unwrap();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).created, 3);
    assert_eq!(text(&account(&rig, &theirs[1]), "Account_Name"), Some("Something else"));
}

#[tokio::test(start_paused = true)]
async fn a_prospect_typed_later_is_taken_over_when_it_becomes_a_customer() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Zebra Optics", "+45 70 40 50 60");
    assert_clean(&rig.sync().await);
    rig.pass(Duration::from_secs(3600)).await;
    let prospect = same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    rig.pass(LATER).await;
    let id = customer(&rig, "C2", "Kvistgaard Aluminium A/S", "+45 70 10 20 30");
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!((of(&report, Flow::Customers).created, of(&report, Flow::Customers).updated), (0, 1));
    assert_eq!(id_of(&rig.account("C2")), prospect);
    assert_eq!(text(&rig.account("C2"), "BC_Id"), Some(id.to_string().as_str()));
    let trail = rig.store.read(|tx| audit::of_record(tx, Flow::Customers, "C2")).unwrap();
    assert!(
        trail.iter().any(|entry| entry.kind == AuditKind::Adopted && entry.summary.contains("ledgerline"))
    );
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn where_the_settings_say_ask_a_certain_one_is_held() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Zebra Optics", "+45 70 40 50 60");
    assert_clean(&rig.sync().await);
    let rig = rig.with(|choices| choices.policy.match_certain = OnCertain::Ask);
    let prospect = same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    rig.pass(LATER).await;
    customer(&rig, "C2", "Kvistgaard Aluminium", "+45 70 10 20 30");
    let report = rig.poll().await;
    assert_eq!((of(&report, Flow::Customers).created, of(&report, Flow::Customers).held), (0, 1));
    assert_eq!(codes(&rig), [("C2".to_owned(), MAY_EXIST.to_owned())]);
    assert_eq!(waiting(&rig, Flow::Customers)[0].class, Class::Certain);
    decide::accept_certain(&rig.store, Flow::Customers, ann(&rig)).unwrap();
    assert_clean(&rig.poll().await);
    assert_eq!(id_of(&rig.account("C2")), prospect);
}

#[tokio::test(start_paused = true)]
async fn a_similar_one_is_held_until_somebody_decides_and_names_its_candidates() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Zebra Optics", "+45 70 40 50 60");
    assert_clean(&rig.sync().await);
    let similar = typed(&rig, Module::Accounts, &[("Account_Name", "Kvistgaard Aluminum".into())]);
    rig.pass(LATER).await;
    customer(&rig, "C2", "Kvistgaard Aluminium", "+45 70 10 20 30");
    customer(&rig, "C3", "Lystrup Metal", "+45 70 99 88 77");
    let report = rig.poll().await;
    // It delays no other.
    assert_eq!((of(&report, Flow::Customers).created, of(&report, Flow::Customers).held), (1, 1));
    let failure = rig.failures().remove(0);
    assert_eq!((failure.number.as_str(), failure.code.as_str(), failure.held), ("C2", MAY_EXIST, true));
    assert!(failure.message.contains(&similar) && failure.message.contains("Kvistgaard Aluminum"));
    assert!(failure.cure.contains("ledgerline match"), "{}", failure.cure);
    assert_eq!(gate(&rig, Flow::Customers), Some(GateState::NothingToMatch), "it stays open");
    // Held, it costs nothing until Zoho is asked what changed, and writes nothing into the trail.
    let entries = || rig.store.read(|tx| audit::of_record(tx, Flow::Customers, "C2")).unwrap().len();
    let before = entries();
    let report = rig.poll().await;
    assert_eq!((report.zoho_credits, entries()), (1, before));

    decide::choose(&rig.store, &[(proposed(&rig, Flow::Customers, "C2"), DecisionKind::Reject)], ann(&rig))
        .unwrap();
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).created, 1);
    assert_ne!(id_of(&rig.account("C2")), similar);
}

#[tokio::test(start_paused = true)]
async fn one_record_in_zoho_is_never_given_to_two() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Kvistgaard Aluminium", "+45 70 10 20 30");
    customer(&rig, "C2", "Kvistgaard Aluminium", "+45 70 10 20 30");
    let theirs = same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    let reviewed = review(&rig, true, false).await;
    assert_eq!(reviewed.flows[0].decided.accepted, 0, "two fit alike: neither is certain");
    let records = waiting(&rig, Flow::Customers);
    assert_eq!(records.len(), 2);
    let pairs: Vec<i64> = records.iter().map(|record| record.candidates[0].proposal).collect();
    let both = [(pairs[0], DecisionKind::Accept), (pairs[1], DecisionKind::Accept)];
    assert_eq!(decide::choose(&rig.store, &both, ann(&rig)).unwrap_err().code(), "match_contradiction");
    assert_eq!(waiting(&rig, Flow::Customers).len(), 2, "nothing of it was stored");
    decide::choose(&rig.store, &both[..1], ann(&rig)).unwrap();
    let taken = decide::choose(&rig.store, &both[1..], ann(&rig)).unwrap_err();
    assert!(matches!(taken, DecideError::Taken { .. }), "{taken}");
    assert_clean(&rig.sync().await);
    let keyed: Vec<_> =
        rig.zoho_records(Module::Accounts).into_iter().filter(|a| text(a, "BC_Id").is_some()).collect();
    assert_eq!(keyed.len(), 2);
    assert!(keyed.iter().any(|account| id_of(account) == theirs));
}

#[tokio::test(start_paused = true)]
async fn persons_are_looked_for_within_the_account_that_was_matched() {
    let rig = Rig::bare().await;
    customer(&rig, "C1", "Kvistgaard Aluminium", "+45 70 10 20 30");
    customer(&rig, "C2", "Zebra Optics", "+45 70 40 50 60");
    let theirs = same_account(&rig, "Kvistgaard Aluminium", "+45 70 10 20 30");
    let ann_beebe = rig.person("P1", "Ann Beebe", "C1");
    rig.edit(Table::Contacts, ann_beebe, "email", "ann@kvistgaard.example");
    rig.person("P2", "Bob Cole", "C1");
    let belongs = |id: &str| Value::Object([("id".to_owned(), id.into())].into());
    let by_mail = typed(
        &rig,
        Module::Contacts,
        &[
            ("First_Name", "Ann".into()),
            ("Last_Name", "Beebe".into()),
            ("Email", "ann@kvistgaard.example".into()),
            ("Account_Name", belongs(&theirs)),
        ],
    );
    let by_name = typed(
        &rig,
        Module::Contacts,
        &[("First_Name", "Bob".into()), ("Last_Name", "Cole".into()), ("Account_Name", belongs(&theirs))],
    );
    let reviewed = review(&rig, true, true).await;
    let contacts = reviewed.flows.iter().find(|flow| flow.flow == Flow::Contacts).unwrap();
    assert_eq!(contacts.decided.accepted, 2, "{contacts:?}");
    assert_clean(&rig.sync().await);
    assert_eq!(id_of(&rig.contact("P1")), by_mail);
    assert_eq!(id_of(&rig.contact("P2")), by_name);
    assert_eq!(reference(&rig.contact("P1"), "Account_Name"), Some(theirs));
    assert_eq!(rig.zoho_records(Module::Contacts).len(), 2);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_item_is_found_by_its_number_in_any_field_and_a_product_of_our_own_making_is_not() {
    let rig = Rig::bare().await;
    rig.item("1896-S", "Athens Desk", "1000.80");
    rig.item("1900-S", "Paris Guest Chair, black", "192.50");
    let theirs = typed(
        &rig,
        Module::Products,
        &[("Product_Name", "Athens Desk".into()), ("Product_Code", "1896-S".into())],
    );
    let reviewed = review(&rig, true, true).await;
    let items = reviewed.flows.iter().find(|flow| flow.flow == Flow::Items).unwrap();
    assert_eq!((items.keyless, items.decided.accepted), (1, 1), "the placeholder is not counted");
    assert_clean(&rig.sync().await);
    assert_eq!(id_of(&rig.product("1896-S")), theirs);
}

#[tokio::test(start_paused = true)]
async fn a_table_goes_out_and_comes_back_with_decisions() {
    let rig = Rig::bare().await;
    let names = ["Kvistgaard Aluminium", "Lystrup Metal", "Zebra Optics", "=Formula Foods"];
    for (n, name) in names.into_iter().enumerate() {
        customer(&rig, &format!("C{}", n + 1), name, "");
        typed(&rig, Module::Accounts, &[("Account_Name", name.into())]);
    }
    review(&rig, false, false).await;
    let table = exported(&rig);
    assert_eq!(table.len(), 5);
    assert!(table.iter().any(|line| line.contains("'=Formula Foods")), "{table:#?}");
    let write = |words: [&str; 4], separator: &str| {
        let lines = table.iter().enumerate().map(|(n, line)| {
            let line = if n == 0 { line.clone() } else { decided(&table, n, words) };
            line.replace(',', separator)
        });
        format!("\u{feff}{}", lines.collect::<Vec<_>>().join("\r\n"))
    };
    // Every fault is told with its place, and nothing is taken in.
    let wrong = write(["accept", "perhaps", "", "rejct"], ",");
    let faults = sheet::import(&rig.store, &wrong, ann(&rig)).unwrap_err().to_string();
    assert!(faults.contains("column decision: \"perhaps\"") && faults.contains("\"rejct\""), "{faults}");
    assert!(faults.contains("line "), "{faults}");
    let foreign = write(["accept", "", "", ""], ",").replacen("C1", "C9", 1);
    let faults = sheet::import(&rig.store, &foreign, ann(&rig)).unwrap_err().to_string();
    assert!(faults.contains("column bc_number: \"C9\""), "{faults}");
    assert_eq!(waiting(&rig, Flow::Customers).len(), 4);

    let count =
        sheet::import(&rig.store, &write(["accept", "reject", "", "CREATE"], ";"), ann(&rig)).unwrap();
    assert_eq!((count.accepted, count.rejected, count.created), (1, 1, 1));
    assert_eq!(waiting(&rig, Flow::Customers).len(), 1);
    // As it went out, it changes nothing.
    let again = exported(&rig).join("\r\n");
    assert!(sheet::import(&rig.store, &again, ann(&rig)).unwrap().is_nothing());
    decide::create_rest(&rig.store, Flow::Customers, ann(&rig)).unwrap();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Customers), [4, 3, 1, 0, 0, 0, 0]);
}

fn exported(rig: &Rig) -> Vec<String> {
    let mut table = Vec::new();
    sheet::export(&rig.store, &Flow::BY_DEFAULT, |line| table.push(line.to_owned())).unwrap();
    table
}

/// The line with the decision of its customer, C1 to C4.
fn decided(table: &[String], line: usize, words: [&str; 4]) -> String {
    let which = (1..=4).find(|n| table[line].contains(&format!(",C{n},"))).unwrap();
    table[line].replacen(",,", &format!(",{},", words[which - 1]), 1)
}

#[tokio::test(start_paused = true)]
async fn an_invoice_typed_by_hand_is_certain_only_where_number_account_and_total_agree() {
    let rig = Rig::bare().await;
    let id = rig.customer("C1", "Adatum");
    let item = rig.item("1000", "Bolt", "10");
    assert_clean(&rig.sync().await);
    let account = id_of(&rig.account("C1"));
    let product = id_of(&rig.product("1000"));
    let lookup = |id: &str| Value::Object([("id".to_owned(), id.into())].into());
    let row: Map = [
        ("Product_Name".to_owned(), lookup(&product)),
        ("Quantity".to_owned(), tests::decimal("2").into()),
        ("List_Price".to_owned(), tests::decimal("10").into()),
    ]
    .into();
    let theirs = typed(
        &rig,
        Module::Invoices,
        &[
            ("Subject", "Invoice 103001".into()),
            ("Account_Name", lookup(&account)),
            ("Invoiced_Items", Value::List(vec![Value::Object(row.clone())])),
            ("Adjustment", tests::decimal("3.80").into()),
        ],
    );
    let other = typed(
        &rig,
        Module::Invoices,
        &[
            ("Subject", "Our 103002".into()),
            ("Account_Name", lookup(&account)),
            ("Invoiced_Items", Value::List(vec![Value::Object(row)])),
        ],
    );
    for (number, quantity) in [("103001", "2"), ("103002", "7"), ("103003", "1")] {
        rig.invoice(id, number, &[rig.line(item, quantity, "10")], Terms::default());
    }
    let reviewed = review(&rig, true, true).await;
    let invoices = reviewed.flows.iter().find(|flow| flow.flow == Flow::Invoices).unwrap();
    assert_eq!(invoices.keyless, 2);
    assert_eq!(
        (invoices.decided.accepted, invoices.decided.created),
        (1, 1),
        "another total is another invoice, or unclear"
    );
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Clean, "{:#?}", rig.failures());
    assert_eq!(id_of(&rig.zoho_invoice("103001")), theirs);
    assert_ne!(id_of(&rig.zoho_invoice("103002")), other);
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 4);
    // Its rows are proved like those of any other.
    tests::invariants::assert_holds(&rig).await;
}

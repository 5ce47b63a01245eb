//! Problems that a person has said are left alone: nothing tries them again, nothing leaves the count, and they come back when something changes.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::policy::OnDelete;
use sync::reconcile::DifferenceKind;
use sync::report::{Outcome, RunReport};
use sync::store::audit::{self, AuditKind};
use sync::store::failure_groups::GroupKey;
use sync::store::failures::{self, Failure};
use sync::store::ignored;
use tests::invariants::{assert_holds, assert_nothing_is_spoilt};
use tests::{Rig, assert_clean, of};
use transport::{Random, SeededRandom};

const RULE: &str = "Names with the word POISON are not welcome here";

fn forbid(rig: &Rig, module: Module, field: &str, code: &str) {
    rig.world.zoho(|zoho| zoho.poison(module, field, "POISON", code, RULE));
}

fn allow(rig: &Rig) {
    rig.world.zoho(sandbox::ZohoState::clear_poison);
}

fn ignore(rig: &Rig, problem: i64) {
    let now = rig.clock.now();
    let change = rig.store.write(|tx| ignored::ignore(tx, problem, "ann", now)).unwrap();
    assert_eq!(change, ignored::Change::Done);
}

fn left_alone(rig: &Rig) -> Vec<Failure> {
    rig.store.read(|tx| ignored::page(tx, None, 0, usize::MAX)).unwrap()
}

/// How often each record was tried in vain, by number.
fn tries(rig: &Rig) -> BTreeMap<String, u32> {
    let all = left_alone(rig).into_iter().chain(rig.failures());
    all.map(|failure| (failure.number, failure.attempts)).collect()
}

/// Ten customers, of which the third is refused and left alone.
async fn one_left_alone() -> (Rig, i64) {
    let rig = Rig::bare().await;
    for n in 0..10 {
        let name = if n == 3 { "POISON Ltd".to_owned() } else { format!("Customer {n}") };
        rig.customer(&format!("C{n}"), &name);
    }
    forbid(&rig, Module::Accounts, "Account_Name", "INVALID_DATA");
    rig.sync().await;
    let problem = rig.failures()[0].problem;
    ignore(&rig, problem);
    (rig, problem)
}

fn assert_left_alone(report: &RunReport) {
    assert_clean(report);
    let flow = of(report, Flow::Customers);
    assert_eq!((flow.ignored, flow.failed, flow.held), (1, 0, 0), "{report:#?}");
    assert!(flow.skipped >= flow.ignored, "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn no_run_tries_it_again_and_every_run_counts_it_among_the_skipped() {
    let (rig, _) = one_left_alone().await;
    let writes = rig.writes();
    for _ in 0..3 {
        rig.pass(Duration::from_secs(7 * 3600)).await;
        assert_left_alone(&rig.poll().await);
        assert_left_alone(&rig.sync().await);
        assert_left_alone(&rig.full().await);
        assert_clean(&rig.replay(Replay::All).await);
        assert_clean(&rig.replay(Replay::Flow(Flow::Customers)).await);
        let key = GroupKey { flow: Flow::Customers, code: "zoho_invalid_data".to_owned(), waits_for: None };
        assert_clean(&rig.replay(Replay::Group(key)).await);
    }
    assert_eq!(rig.writes(), writes);
    assert_eq!(tries(&rig)["C3"], 1);
    assert_eq!(rig.failures(), []);
    assert_nothing_is_spoilt(&rig);
}

#[tokio::test(start_paused = true)]
async fn the_comparison_shows_it_and_says_that_it_is_left_alone() {
    let (rig, _) = one_left_alone().await;
    rig.sync().await;
    let found = rig.compare().await;
    assert!(!found.agrees);
    assert_eq!(found.differences.len(), 1);
    assert_eq!(found.differences[0].kind, DifferenceKind::Missing);
    assert_eq!(found.ignored, 1);
    assert!(found.sentence.ends_with("1 of that is of a record that is ignored."), "{}", found.sentence);
    let kept = rig.store.read(sync::store::comparisons::last).unwrap().unwrap();
    assert!(!kept.needs_attention());
    let now = rig.world.now();
    rig.world
        .zoho(|zoho| {
            let id = zoho.record_ids(Module::Accounts)[0].clone();
            zoho.person_deletes(Module::Accounts, &id, now)
        })
        .unwrap();
    rig.compare().await;
    let kept = rig.store.read(sync::store::comparisons::last).unwrap().unwrap();
    assert_eq!((kept.differences(), kept.ignored, kept.needs_attention()), (2, 1, true));
}

#[tokio::test(start_paused = true)]
async fn a_change_in_business_central_brings_it_back() {
    let (rig, problem) = one_left_alone().await;
    let id = rig.world.bc(|bc| bc.find(Table::Customers, "C3").map(|row| row.id)).unwrap();
    rig.pass(Duration::from_secs(600)).await;
    rig.world.bc(|bc| bc.edit(Table::Customers, id, "phoneNumber", "555"));
    let report = rig.poll().await;
    assert_eq!(report.outcome, Outcome::Attention, "{report:#?}");
    assert_eq!((of(&report, Flow::Customers).failed, of(&report, Flow::Customers).ignored), (1, 0));
    assert_eq!((rig.failures()[0].problem, tries(&rig)["C3"]), (problem, 2));
    ignore(&rig, problem);
    rig.pass(Duration::from_secs(600)).await;
    rig.world.bc(|bc| bc.edit(Table::Customers, id, "displayName", "Harmless Ltd"));
    assert_clean(&rig.poll().await);
    assert_eq!((rig.failures(), left_alone(&rig)), (vec![], vec![]));
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn another_mapping_brings_it_back() {
    let (rig, _) = one_left_alone().await;
    let rig = rig.with(|choices| {
        choices.policy.by_flow.entry(Flow::Customers).or_default().on_delete = OnDelete::Leave;
    });
    let report = rig.poll().await;
    assert_eq!(report.outcome, Outcome::Attention, "{report:#?}");
    assert_eq!(of(&report, Flow::Customers).failed, 1);
    assert_eq!(left_alone(&rig), []);
}

#[tokio::test(start_paused = true)]
async fn a_person_who_retries_it_by_its_number_has_it_back() {
    let (rig, problem) = one_left_alone().await;
    let report = rig.replay(Replay::Problems(vec![problem])).await;
    assert_eq!(report.outcome, Outcome::Attention, "{report:#?}");
    assert_eq!((tries(&rig)["C3"], left_alone(&rig)), (2, vec![]));
    ignore(&rig, problem);
    allow(&rig);
    assert_left_alone(&rig.poll().await);
    assert_clean(&rig.replay(Replay::Problems(vec![problem])).await);
    assert_eq!(rig.store.read(|tx| failures::get(tx, problem)).unwrap(), None);
    assert_holds(&rig).await;
    let entries = rig.store.read(|tx| audit::of_record(tx, Flow::Customers, "C3")).unwrap();
    let decided = entries.iter().filter(|entry| entry.kind == AuditKind::Decision).count();
    assert_eq!(decided, 4, "{entries:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_is_tried_when_its_time_has_come() {
    let (rig, problem) = one_left_alone().await;
    let now = rig.clock.now();
    rig.store.write(|tx| ignored::take_back(tx, problem, "bob", now)).unwrap();
    let polled = rig.poll().await;
    assert_eq!((polled.outcome, of(&polled, Flow::Customers).failed), (Outcome::Attention, 1));
    assert_eq!(tries(&rig)["C3"], 1);
    allow(&rig);
    assert_clean(&rig.sync().await);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_record_that_is_left_alone_is_still_an_open_problem() {
    let rig = Rig::bare().await;
    let bad = rig.customer("C1", "POISON Ltd");
    let item = rig.item("I1", "Bolt", "2");
    rig.invoice(bad, "INV1", &[rig.line(item, "3", "2")], Terms::default());
    forbid(&rig, Module::Accounts, "Account_Name", "INVALID_DATA");
    rig.sync().await;
    let of_flow = |flow| rig.failures().into_iter().find(|failure| failure.flow == flow);
    ignore(&rig, of_flow(Flow::Customers).unwrap().problem);
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!((of(&report, Flow::Customers).ignored, of(&report, Flow::Invoices).held), (1, 1));
    // The invoice is left alone too, and stays so when what it waited for is there.
    let invoice = of_flow(Flow::Invoices).unwrap().problem;
    ignore(&rig, invoice);
    assert_clean(&rig.sync().await);
    allow(&rig);
    let customer = left_alone(&rig).into_iter().find(|failure| failure.flow == Flow::Customers).unwrap();
    assert_clean(&rig.replay(Replay::Problems(vec![customer.problem])).await);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).ignored, 1);
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 0);
    assert_clean(&rig.replay(Replay::Problems(vec![invoice])).await);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn an_invoice_that_vanished_stays_left_alone_and_closes_itself_when_it_is_back() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Buyer");
    let item = rig.item("I1", "Bolt", "2");
    for n in 1..=3 {
        rig.invoice(customer, &format!("INV{n}"), &[rig.line(item, "3", "2")], Terms::default());
    }
    assert_clean(&rig.sync().await);
    let hidden = rig.world.bc(|bc| {
        let row = bc.find(Table::SalesInvoices, "INV2").cloned().unwrap();
        bc.delete(Table::SalesInvoices, row.id);
        row
    });
    rig.full().await;
    let failure = rig.failures().remove(0);
    assert_eq!(failure.code, "no_longer_visible");
    ignore(&rig, failure.problem);
    for _ in 0..3 {
        rig.pass(Duration::from_secs(26 * 3600)).await;
        let report = rig.poll().await;
        assert_clean(&report);
        assert_eq!(of(&report, Flow::Invoices).ignored, 1);
    }
    rig.world.bc(|bc| bc.add(Table::SalesInvoices, hidden));
    rig.pass(Duration::from_secs(26 * 3600)).await;
    assert_clean(&rig.poll().await);
    assert_eq!((rig.failures(), left_alone(&rig)), (vec![], vec![]));
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_preview_leaves_it_alone_too() {
    let (rig, _) = one_left_alone().await;
    let mut told = Vec::new();
    let preview = rig
        .preview(&mut |record| {
            told.push(record.number.clone());
            Ok(())
        })
        .await;
    assert_eq!(preview.outcome, Outcome::Clean, "{preview:#?}");
    assert!(!told.contains(&"C3".to_owned()), "{told:?}");
    assert_eq!((preview.flows[0].fail, preview.flows[0].skip), (0, 1));
}

/// Whatever people decide and whenever runs come: what is left alone is never tried, and no record leaves the count.
#[test]
fn after_any_decisions_nothing_that_is_left_alone_was_tried_and_the_counts_add_up() {
    for seed in 1..=12 {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(decide_at_random(seed));
    }
}

async fn decide_at_random(seed: u64) {
    let chance = SeededRandom::new(seed);
    let rig = Rig::bare().await;
    let mut customers = Vec::new();
    for n in 0..12 {
        let name = if n % 2 == 0 { format!("POISON {n}") } else { format!("Customer {n}") };
        customers.push(rig.customer(&format!("C{n}"), &name));
        rig.person(&format!("P{n}"), "Ann Other", &format!("C{n}"));
    }
    let codes = ["INVALID_DATA", "RECORD_LOCKED", "DUPLICATE_DATA"];
    forbid(&rig, Module::Accounts, "Account_Name", codes[chance.below(3) as usize]);
    rig.sync().await;
    for step in 0..20 {
        let open = rig.failures();
        let alone = left_alone(&rig);
        match chance.below(5) {
            0 | 1 if !open.is_empty() => {
                let chosen = &open[chance.below(open.len() as u64) as usize];
                ignore(&rig, chosen.problem);
            }
            2 if !alone.is_empty() => {
                let chosen = &alone[chance.below(alone.len() as u64) as usize];
                let now = rig.clock.now();
                rig.store.write(|tx| ignored::take_back(tx, chosen.problem, "bob", now)).unwrap();
            }
            3 => {
                let chosen = customers[chance.below(12) as usize];
                let phone = format!("555-{step}");
                rig.world.bc(|bc| bc.edit(Table::Customers, chosen, "phoneNumber", phone.as_str()));
            }
            _ => {}
        }
        rig.pass(Duration::from_secs(60 + chance.below(8 * 3600))).await;
        let before: BTreeMap<i64, (String, u32)> = left_alone(&rig)
            .into_iter()
            .map(|failure| (failure.problem, (failure.source_hash, failure.attempts)))
            .collect();
        // `Rig` insists that what was read is the sum of what became of it.
        let report = match chance.below(3) {
            0 => rig.sync().await,
            1 => rig.full().await,
            _ => rig.poll().await,
        };
        let after = left_alone(&rig);
        for failure in &after {
            let (hash, attempts) = &before[&failure.problem];
            assert_eq!(
                (hash, attempts),
                (&failure.source_hash, &failure.attempts),
                "seed {seed}, step {step}"
            );
        }
        let (open, alone) = (rig.failures().len() as u64, after.len() as u64);
        let sum = |of: fn(&sync::report::FlowReport) -> u64| report.flows.iter().map(of).sum::<u64>();
        assert_eq!(sum(|flow| flow.failed) + sum(|flow| flow.held), open, "seed {seed}, step {step}");
        assert_eq!(sum(|flow| flow.ignored), alone, "seed {seed}, step {step}");
        assert_eq!(report.outcome == Outcome::Clean, open == 0, "seed {seed}, step {step}: {report:#?}");
    }
    assert_nothing_is_spoilt(&rig);
    allow(&rig);
    rig.full().await;
    for failure in left_alone(&rig) {
        rig.replay(Replay::Problems(vec![failure.problem])).await;
    }
    assert_clean(&rig.full().await);
    assert_holds(&rig).await;
}

/// What a chart shows is what the runs reported.
#[tokio::test(start_paused = true)]
async fn what_moved_is_what_the_reports_say() {
    let rig = Rig::distributor().await;
    forbid(&rig, Module::Accounts, "Account_Name", "INVALID_DATA");
    rig.customer("C-POISON", "POISON Ltd");
    let first = rig.sync().await;
    rig.pass(Duration::from_secs(2 * 3600)).await;
    let id = rig.world.bc(|bc| bc.find(Table::Customers, "C10000").map(|row| row.id));
    if let Some(id) = id {
        rig.world.bc(|bc| bc.edit(Table::Customers, id, "phoneNumber", "555"));
    }
    let second = rig.poll().await;
    let hours = app::movement::last_24_hours(&rig.store, rig.clock.now(), &TimeZone::UTC).unwrap();
    for flow in Flow::BY_DEFAULT {
        let moves = |hour: usize| *hours[hour].flows.iter().find(|moves| moves.flow == flow).unwrap();
        assert_eq!(moves(21).created, of(&first, flow).created, "{flow}");
        assert_eq!(moves(21).failed, of(&first, flow).failed, "{flow}");
        assert_eq!(moves(23).updated, of(&second, flow).updated, "{flow}");
    }
    let usual = hours[21].flows.iter().filter(|moves| Flow::BY_DEFAULT.contains(&moves.flow));
    assert!(usual.map(|moves| moves.created).all(|created| created > 0));
}

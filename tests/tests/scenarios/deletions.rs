//! What Business Central deletes, and what only looks so.

use std::time::Duration;

use exact_json::Value;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::RunOptions;
use sync::flow::Flow;
use sync::org_schema::CustomField;
use sync::policy::{FlowPolicy, OnDelete};
use sync::progress::Silent;
use sync::report::{Outcome, RunReport, Trigger};
use tests::looking::{counts, id_of, reference, text};
use tests::{Choices, Rig, assert_clean, decimal, of};
use uuid::Uuid;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A profile whose flows follow deletions in this way.
async fn rig_that(on_delete: OnDelete) -> Rig {
    let mut choices = Choices::default();
    let policy = FlowPolicy { on_delete, ..FlowPolicy::default() };
    choices.policy.by_flow = Flow::BY_DEFAULT.into_iter().map(|flow| (flow, policy)).collect();
    Rig::bare_with(choices).await
}

/// So many customers, C1 and on.
fn customers(rig: &Rig, count: usize) -> Vec<Uuid> {
    (1..=count).map(|n| rig.customer(&format!("C{n}"), &format!("Customer {n}"))).collect()
}

/// The problems of whole flows.
fn standing_still(report: &RunReport) -> Vec<(Flow, &str)> {
    report.flow_problems.iter().map(|problem| (problem.flow, problem.code.as_str())).collect()
}

/// How many records of a module say "Deleted".
fn flagged(rig: &Rig, module: Module) -> usize {
    rig.zoho_records(module).iter().filter(|record| text(record, "BC_Status") == Some("Deleted")).count()
}

async fn confirm(rig: &Rig) -> RunReport {
    let options = RunOptions { full: true, confirm_deletions: true, ..RunOptions::of(Trigger::Manual) };
    rig.engine.run(&options, &Silent, &rig.stop).await
}

#[tokio::test(start_paused = true)]
async fn deleted_records_are_flagged_and_stay() {
    let rig = rig_that(OnDelete::Flag).await;
    let gone = customers(&rig, 3)[1];
    let bolt = rig.item("1000", "Bolt", "1");
    rig.item("2000", "Nut", "1");
    let ann = rig.person("P1", "Ann Beebe", "C1");
    rig.person("P2", "Bob Cole", "C1");
    assert_clean(&rig.sync().await);
    rig.delete(Table::Customers, gone);
    rig.delete(Table::Items, bolt);
    rig.delete(Table::Contacts, ann);
    // A poll finds it with the daily sweep, not before.
    rig.pass(Duration::from_secs(60 * 60)).await;
    assert_eq!(rig.poll().await.flows.iter().map(|flow| flow.updated).sum::<u64>(), 0);
    rig.pass(DAY).await;
    let report = rig.poll().await;
    assert_clean(&report);
    for flow in [Flow::Customers, Flow::Items, Flow::Contacts] {
        assert_eq!(of(&report, flow).updated, 1, "{flow}");
    }
    assert_eq!(text(&rig.account("C2"), "BC_Status"), Some("Deleted"));
    assert_eq!(text(&rig.account("C2"), "Account_Name"), Some("Customer 2"));
    assert_eq!(text(&rig.account("C1"), "BC_Status"), Some("Active"));
    let bolt = rig.product("1000");
    assert_eq!(text(&bolt, "BC_Status"), Some("Deleted"));
    assert_eq!(bolt.get("Product_Active"), Some(&Value::Bool(false)));
    assert_eq!(text(&rig.contact("P1"), "BC_Status"), Some("Deleted"));
    assert_eq!(text(&rig.contact("P2"), "BC_Status"), Some("Active"));
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn deleted_records_are_left_where_the_user_chose_so() {
    let rig = rig_that(OnDelete::Leave).await;
    let gone = customers(&rig, 3)[1];
    assert_clean(&rig.sync().await);
    let (writes, before) = (rig.writes(), rig.account("C2"));
    rig.delete(Table::Customers, gone);
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
    assert_eq!(rig.account("C2"), before);
}

#[tokio::test(start_paused = true)]
async fn deleted_records_are_deleted_where_the_user_chose_so() {
    let rig = rig_that(OnDelete::Delete).await;
    let gone = customers(&rig, 3)[1];
    assert_clean(&rig.sync().await);
    rig.delete(Table::Customers, gone);
    let report = rig.full().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Customers), [3, 0, 1, 2, 0, 0, 0]);
    let left: Vec<_> = rig.zoho_records(Module::Accounts);
    assert_eq!(
        left.iter().map(|record| text(record, "BC_Number").unwrap()).collect::<Vec<_>>(),
        ["C1", "C3"]
    );
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn without_the_status_field_a_deleted_customer_is_a_problem_until_the_field_is_there() {
    let rig = Rig::bare_without(CustomField::Status).await;
    let gone = customers(&rig, 3)[1];
    assert_clean(&rig.sync().await);
    rig.delete(Table::Customers, gone);
    let report = rig.full().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!(rig.problems(), [("C2".to_owned(), "deleted_in_business_central".to_owned())]);
    rig.set_up().await;
    let rig = rig.restarted();
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C2"), "BC_Status"), Some("Deleted"));
    assert_eq!(text(&rig.account("C1"), "BC_Status"), Some("Active"));
    assert_eq!(rig.problems(), []);
}

#[tokio::test(start_paused = true)]
async fn invoices_of_a_deleted_customer_keep_their_account() {
    let rig = rig_that(OnDelete::Flag).await;
    let all = customers(&rig, 2);
    let bolt = rig.item("1000", "Bolt", "1");
    let invoice = rig.invoice(all[0], "I1", &[rig.line(bolt, "1", "1")], Terms::default());
    assert_clean(&rig.sync().await);
    rig.delete(Table::Customers, all[0]);
    assert_clean(&rig.full().await);
    rig.world.bc(|bc| bc.pay(invoice, decimal("0.19")));
    assert_clean(&rig.full().await);
    let copy = rig.zoho_record(Module::Invoices, "BC_Number", "I1");
    assert_eq!(reference(&copy, "Account_Name"), Some(id_of(&rig.account("C1"))));
    assert_eq!(copy.get("BC_Remaining_Amount"), Some(&decimal("1").into()));
}

#[tokio::test(start_paused = true)]
async fn placeholders_of_our_own_are_not_counted() {
    let rig = rig_that(OnDelete::Flag).await;
    let all = customers(&rig, 2);
    let freight = Line::other("Account", "8400", "Freight", decimal("1"), decimal("10"));
    rig.invoice(all[0], "I1", &[freight], Terms::default());
    // Gone before it was ever seen: its invoice goes to the placeholder Account.
    rig.delete(Table::Customers, all[0]);
    assert_clean(&rig.sync().await);
    let invoice = rig.zoho_record(Module::Invoices, "BC_Number", "I1");
    let placeholder = rig.account("BC-DELETED");
    assert_eq!(text(&placeholder, "Account_Name"), Some("Business Central, deleted customers"));
    assert_eq!(reference(&invoice, "Account_Name"), Some(id_of(&placeholder)));
    let row = invoice.get("Invoiced_Items").and_then(Value::as_list).unwrap()[0].clone();
    assert_eq!(reference(row.as_object().unwrap(), "Product_Name"), Some(id_of(&rig.product("BC-LINE"))));
    let found = rig.compare().await;
    assert!(found.agrees, "{:#?}", found.differences);
    let sides: Vec<_> = found.flows.iter().map(|flow| (flow.business_central, flow.zoho)).collect();
    assert_eq!(sides, [(1, 1), (0, 0), (0, 0), (1, 1)]);
    let rig = rig.without_database();
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_hidden_table_deletes_nothing_and_the_run_says_why_until_it_is_given_back() {
    let rig = rig_that(OnDelete::Delete).await;
    let all = customers(&rig, 5);
    rig.item("1000", "Bolt", "1");
    let ann = rig.person("P1", "Ann Beebe", "C1");
    assert_clean(&rig.sync().await);
    let writes = rig.writes();
    rig.world.bc(|bc| bc.behaviour.hidden.insert(Table::Customers));
    rig.pass(8 * DAY).await;
    for report in [rig.poll().await, rig.sync().await, rig.full().await] {
        assert_eq!(report.outcome, Outcome::Attention);
        assert_eq!(standing_still(&report), [(Flow::Customers, "records_hidden")]);
        assert!(report.flow_problems[0].message.contains("permission"), "{:?}", report.flow_problems);
        assert_eq!(report.error, None);
    }
    assert_eq!(rig.writes(), writes);
    // Persons are still tied to the customers that cannot be seen.
    rig.edit(Table::Contacts, ann, "jobTitle", "Buyer");
    assert_eq!(standing_still(&rig.poll().await), [(Flow::Customers, "records_hidden")]);
    assert_eq!(text(&rig.contact("P1"), "Title"), Some("Buyer"));

    rig.world.bc(|bc| bc.behaviour.hidden.clear());
    rig.edit(Table::Customers, all[0], "city", "Hamburg");
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Billing_City"), Some("Hamburg"));
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 5);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn hidden_posted_invoices_are_a_permission_problem_although_others_can_be_seen() {
    let rig = rig_that(OnDelete::Delete).await;
    let customer = customers(&rig, 1)[0];
    let bolt = rig.item("1000", "Bolt", "1");
    for number in ["I1", "I2", "I3"] {
        rig.invoice(customer, number, &[rig.line(bolt, "1", "1")], Terms::default());
    }
    let line = rig.line(bolt, "1", "1");
    rig.world.bc(|bc| {
        let draft = bc.draft(customer, "D1", &[line], Terms::default()).unwrap();
        bc.release(draft);
    });
    assert_clean(&rig.sync().await);
    let writes = rig.writes();
    rig.world.bc(|bc| bc.behaviour.posted_hidden = true);
    let report = rig.full().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!(standing_still(&report), [(Flow::Invoices, "records_hidden")]);
    assert_eq!(rig.problems(), []);
    assert_eq!(rig.writes(), writes);
    rig.world.bc(|bc| bc.behaviour.posted_hidden = false);
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_posted_invoice_that_vanishes_is_a_problem_that_closes_itself() {
    let rig = rig_that(OnDelete::Delete).await;
    let customer = customers(&rig, 1)[0];
    let bolt = rig.item("1000", "Bolt", "1");
    let line = rig.line(bolt, "1", "1");
    let gone = rig.invoice(customer, "I1", std::slice::from_ref(&line), Terms::default());
    rig.invoice(customer, "I2", &[line], Terms::default());
    assert_clean(&rig.sync().await);
    let (writes, row) = (rig.writes(), rig.world.bc(|bc| bc.table(Table::SalesInvoices)[&gone].clone()));
    rig.delete(Table::SalesInvoices, gone);
    for report in [rig.full().await, rig.sync().await] {
        assert_eq!(report.outcome, Outcome::Attention);
        assert_eq!(counts(&report, Flow::Invoices)[5], 1);
        assert_eq!(rig.problems(), [("I1".to_owned(), "no_longer_visible".to_owned())]);
    }
    assert_eq!(rig.writes(), writes);
    let stamped = row.modified;
    rig.world.bc(|bc| bc.add_late(Table::SalesInvoices, row, stamped));
    assert_clean(&rig.sync().await);
    assert_eq!(rig.problems(), []);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_mass_deletion_stands_still_until_somebody_confirms_it() {
    let rig = rig_that(OnDelete::Flag).await;
    let all = customers(&rig, 60);
    assert_clean(&rig.sync().await);
    let writes = rig.writes();
    for id in &all[..21] {
        rig.delete(Table::Customers, *id);
    }
    for report in [rig.full().await, rig.full().await, rig.poll().await, rig.sync().await] {
        assert_eq!(report.outcome, Outcome::Attention);
        assert_eq!(standing_still(&report), [(Flow::Customers, "mass_deletion")]);
        assert!(report.flow_problems[0].message.contains("21 of 60"), "{:?}", report.flow_problems);
        assert!(report.flow_problems[0].cure.contains("--confirm-deletions"));
    }
    assert_eq!(rig.writes(), writes);
    let report = confirm(&rig).await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).updated, 21);
    assert_eq!(flagged(&rig, Module::Accounts), 21);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn as_many_deletions_as_the_limit_allows_are_followed() {
    let rig = rig_that(OnDelete::Flag).await;
    let all = customers(&rig, 60);
    assert_clean(&rig.sync().await);
    for id in &all[..20] {
        rig.delete(Table::Customers, *id);
    }
    assert_clean(&rig.full().await);
    assert_eq!(flagged(&rig, Module::Accounts), 20);
}

//! What people do in Zoho to what was copied there.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use exact_json::Value;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::policy::{FlowPolicy, OnDrift, OnZohoDelete};
use sync::report::Outcome;
use sync::store::audit::{self, AuditKind, Entry};
use sync::store::ignored;
use tests::invariants::assert_holds;
use tests::looking::{id_of, reference, text};
use tests::{Choices, Rig, assert_clean, decimal, of};

const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

/// A profile whose flows follow edits and deletions in Zoho in this way.
async fn rig_that(on_drift: OnDrift, on_zoho_delete: Option<OnZohoDelete>) -> Rig {
    let mut choices = Choices::default();
    let policy = FlowPolicy { on_drift, on_zoho_delete, ..FlowPolicy::default() };
    choices.policy.by_flow = Flow::ALL.into_iter().map(|flow| (flow, policy)).collect();
    Rig::bare_with(choices).await
}

/// Half an hour goes by, and the polling loop runs.
async fn later(rig: &Rig) -> sync::report::RunReport {
    rig.pass(HALF_AN_HOUR).await;
    rig.poll().await
}

fn delete_in_zoho(rig: &Rig, module: Module, id: &str) {
    rig.world.zoho(|zoho| zoho.person_deletes(module, id, rig.clock.now())).unwrap();
}

/// What the trail says in a kind of entries, oldest first.
fn told(rig: &Rig, kind: AuditKind, words: &str) -> Vec<Entry> {
    let entries: Vec<Entry> = rig.store.read(|tx| audit::behind(tx, 0, 10_000)).unwrap();
    entries.into_iter().filter(|entry| entry.kind == kind && entry.summary.contains(words)).collect()
}

fn member(value: &Option<Value>, name: &str) -> Option<Value> {
    value.as_ref().and_then(|value| value.get(name)).cloned()
}

#[tokio::test(start_paused = true)]
async fn an_edit_of_a_field_of_ours_is_restored_and_the_trail_has_both_values() {
    let rig = rig_that(OnDrift::Restore, None).await;
    let customer = rig.customer("C1", "Adatum");
    rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 1");
    assert_clean(&rig.sync().await);
    rig.pass(Duration::from_secs(60)).await;
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 999");
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Description", "a good customer");
    // Not before it is due.
    assert_clean(&rig.poll().await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 999"));
    let report = later(&rig).await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).updated, 1);
    let account = rig.account("C1");
    assert_eq!(text(&account, "Phone"), Some("+49 40 1"));
    assert_eq!(text(&account, "Description"), Some("a good customer"), "theirs stays theirs");
    let seen = told(&rig, AuditKind::Observed, "edited in Zoho by");
    assert_eq!(seen.len(), 1);
    assert!(seen[0].summary.contains("Robin Counts"), "{}", seen[0].summary);
    assert_eq!(member(&seen[0].before, "Phone"), Some("+49 40 1".into()));
    assert_eq!(member(&seen[0].after, "Phone"), Some("+49 40 999".into()));
    let written = told(&rig, AuditKind::Written, "changed in Zoho");
    assert_eq!(member(&written[0].before, "Phone"), Some("+49 40 999".into()));
    assert_eq!(member(&written[0].after, "Phone"), Some("+49 40 1".into()));
    // Our own write comes back in the next pass, and is ours.
    let writes = rig.writes();
    assert_clean(&later(&rig).await);
    assert_clean(&later(&rig).await);
    assert_eq!(rig.writes(), writes);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_value_typed_into_a_field_that_business_central_leaves_blank_is_cleared() {
    let rig = rig_that(OnDrift::Restore, None).await;
    rig.customer("C1", "Adatum");
    assert_clean(&rig.sync().await);
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 999");
    assert_clean(&later(&rig).await);
    assert_eq!(text(&rig.account("C1"), "Phone"), None);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn an_edit_is_found_although_we_wrote_another_field_since() {
    let rig = rig_that(OnDrift::Restore, None).await;
    let customer = rig.customer("C1", "Adatum");
    rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 1");
    assert_clean(&rig.sync().await);
    rig.pass(Duration::from_secs(60)).await;
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 999");
    rig.pass(Duration::from_secs(60)).await;
    rig.edit(Table::Customers, customer, "city", "Hamburg");
    assert_clean(&rig.poll().await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 999"));
    assert_clean(&later(&rig).await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 1"));
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_is_left_stays_until_business_central_says_something_else() {
    let rig = rig_that(OnDrift::Leave, None).await;
    let customer = rig.customer("C1", "Adatum");
    rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 1");
    assert_clean(&rig.sync().await);
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 999");
    assert_clean(&later(&rig).await);
    rig.edit(Table::Customers, customer, "city", "Hamburg");
    assert_clean(&rig.full().await);
    let account = rig.account("C1");
    assert_eq!(
        (text(&account, "Phone"), text(&account, "Billing_City")),
        (Some("+49 40 999"), Some("Hamburg"))
    );
    let found = rig.compare().await;
    assert!(found.agrees, "{:#?}", found.differences);
    assert_eq!(found.flows[0].left_to_people, 1);
    rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 2");
    assert_clean(&rig.poll().await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 2"));
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_question_stays_open_over_other_writes_and_another_try_restores() {
    let rig = rig_that(OnDrift::Ask, None).await;
    let customer = rig.customer("C1", "Adatum");
    rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 1");
    assert_clean(&rig.sync().await);
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 999");
    assert_eq!(later(&rig).await.outcome, Outcome::Attention);
    let failures = rig.failures();
    assert_eq!(rig.problems(), [("C1".to_owned(), "edited_in_zoho".to_owned())]);
    for words in ["Phone", "Robin Counts", "+49 40 999", "+49 40 1"] {
        assert!(failures[0].message.contains(words), "{}", failures[0].message);
    }
    rig.edit(Table::Customers, customer, "city", "Hamburg");
    assert_eq!(rig.sync().await.outcome, Outcome::Attention);
    let account = rig.account("C1");
    assert_eq!(
        (text(&account, "Phone"), text(&account, "Billing_City")),
        (Some("+49 40 999"), Some("Hamburg"))
    );
    assert!(!rig.compare().await.agrees);
    let problem = rig.failures()[0].problem;
    let report = rig.replay(Replay::Problems(vec![problem])).await;
    assert_clean(&report);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 1"));
    assert_clean(&later(&rig).await);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_ignored_leaves_the_value_and_one_that_is_put_back_closes_itself() {
    let rig = rig_that(OnDrift::Ask, None).await;
    for number in ["C1", "C2"] {
        let customer = rig.customer(number, number);
        rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 1");
    }
    assert_clean(&rig.sync().await);
    for number in ["C1", "C2"] {
        rig.by_hand(Module::Accounts, &rig.account(number), "Phone", "+49 40 999");
    }
    later(&rig).await;
    let first = rig.failures().into_iter().find(|failure| failure.number == "C1").unwrap();
    rig.store.write(|tx| ignored::ignore(tx, first.problem, "Ann", rig.clock.now())).unwrap();
    rig.by_hand(Module::Accounts, &rig.account("C2"), "Phone", "+49 40 1");
    assert_clean(&later(&rig).await);
    assert_eq!(rig.problems(), []);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 999"));
    let found = rig.compare().await;
    assert!(found.agrees, "{:#?}", found.differences);
}

#[tokio::test(start_paused = true)]
async fn after_two_restores_within_a_day_the_third_edit_is_a_problem_that_says_who_wins() {
    let rig = rig_that(OnDrift::Restore, None).await;
    let customer = rig.customer("C1", "Adatum");
    rig.edit(Table::Customers, customer, "phoneNumber", "+49 40 1");
    assert_clean(&rig.sync().await);
    for n in 0..2 {
        rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", format!("+49 40 99{n}"));
        assert_clean(&later(&rig).await);
        assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 1"));
        rig.pass(Duration::from_secs(60)).await;
    }
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 992");
    let writes = rig.writes();
    assert_eq!(later(&rig).await.outcome, Outcome::Attention);
    assert_eq!(rig.problems(), [("C1".to_owned(), "edited_in_zoho_again".to_owned())]);
    let failure = &rig.failures()[0];
    assert!(failure.message.contains("Zoho's value stands now"), "{}", failure.message);
    assert!(failure.message.contains("Robin Counts"), "{}", failure.message);
    rig.sync().await;
    assert_eq!(rig.writes(), writes);
    assert_clean(&rig.replay(Replay::Problems(vec![failure.problem])).await);
    assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 1"));
    assert_holds(&rig).await;
}

/// An invoice in both systems, whose first row somebody has edited in Zoho since; with the total that it had.
async fn with_an_edited_row(on_drift: OnDrift) -> (Rig, Option<Value>) {
    let rig = rig_that(on_drift, None).await;
    let customer = rig.customer("C1", "Adatum");
    let bolt = rig.item("1000", "Bolt", "1");
    rig.invoice(customer, "I1", &[rig.line(bolt, "3", "10")], Terms::default());
    assert_clean(&rig.sync().await);
    let invoice = rig.zoho_record(Module::Invoices, "BC_Number", "I1");
    let total = invoice.get("Grand_Total").cloned();
    let row = invoice.get("Invoiced_Items").and_then(Value::as_list).unwrap()[0].clone();
    let id = row.get("id").cloned().unwrap();
    let changed = Value::Object([("id".to_owned(), id), ("Quantity".to_owned(), decimal("5").into())].into());
    rig.by_hand(Module::Invoices, &invoice, "Invoiced_Items", Value::List(vec![changed]));
    assert_ne!(total_of(&rig), total);
    (rig, total)
}

fn total_of(rig: &Rig) -> Option<Value> {
    rig.zoho_record(Module::Invoices, "BC_Number", "I1").get("Grand_Total").cloned()
}

#[tokio::test(start_paused = true)]
async fn an_invoice_whose_rows_were_edited_is_found_by_its_total_and_put_right() {
    let (rig, total) = with_an_edited_row(OnDrift::Restore).await;
    assert_clean(&later(&rig).await);
    assert_eq!(total_of(&rig), total);
    assert!(rig.compare_lines().await.agrees);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn an_invoice_whose_rows_were_edited_is_asked_about_and_another_try_restores_its_total() {
    let (rig, total) = with_an_edited_row(OnDrift::Ask).await;
    assert_eq!(later(&rig).await.outcome, Outcome::Attention);
    assert_eq!(rig.problems(), [("I1".to_owned(), "edited_in_zoho".to_owned())]);
    let message = rig.failures()[0].message.clone();
    assert!(message.contains("Grand_Total"), "{message}");
    assert_ne!(total_of(&rig), total, "a question changes nothing");
    rig.replay(Replay::All).await;
    assert_eq!(total_of(&rig), total);
    assert!(rig.compare_lines().await.agrees);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_dies_at_any_moment_forgets_no_edit_and_no_deletion() {
    let mut rig = rig_that(OnDrift::Restore, Some(OnZohoDelete::Recreate)).await;
    let edited = rig.customer("C1", "Adatum");
    rig.customer("C2", "Fabrikam");
    rig.edit(Table::Customers, edited, "phoneNumber", "+49 40 1");
    assert_clean(&rig.sync().await);
    rig.world.set_latency(Duration::from_millis(20), Duration::from_millis(40));
    let mut died = 0;
    for moment in (0..48).map(|step| Duration::from_millis(step * 20)) {
        // Two restores of a field within a day are the most.
        rig.pass(Duration::from_secs(25 * 60 * 60)).await;
        assert_clean(&rig.sync().await);
        rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 999");
        delete_in_zoho(&rig, Module::Accounts, &id_of(&rig.account("C2")));
        rig.pass(HALF_AN_HOUR).await;
        tokio::select! {
            biased;
            () = tokio::time::sleep(moment) => died += 1,
            _ = rig.poll() => {}
        }
        rig = rig.restarted();
        rig.pass(HALF_AN_HOUR).await;
        assert_clean(&rig.sync().await);
        assert_eq!(text(&rig.account("C1"), "Phone"), Some("+49 40 1"), "died after {moment:?}");
        assert_eq!(rig.zoho_records(Module::Accounts).len(), 2, "died after {moment:?}");
    }
    assert!((10..48).contains(&died), "{died} of them died: the moments do not span a run");
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_deleted_in_zoho_is_asked_about_and_another_try_copies_it_and_its_children_again() {
    let rig = rig_that(OnDrift::Restore, None).await;
    let customer = rig.customer("C1", "Adatum");
    rig.customer("C2", "Other");
    rig.person("P1", "Ann Beebe", "C1");
    let bolt = rig.item("1000", "Bolt", "1");
    rig.invoice(customer, "I1", &[rig.line(bolt, "1", "1")], Terms::default());
    assert_clean(&rig.sync().await);
    delete_in_zoho(&rig, Module::Accounts, &id_of(&rig.account("C1")));
    assert_eq!(later(&rig).await.outcome, Outcome::Attention);
    assert_eq!(rig.problems(), [("C1".to_owned(), "zoho_record_deleted".to_owned())]);
    // Nothing is made of it but by a person's word, who syncs by hand or not.
    rig.sync().await;
    assert_eq!(rig.problems(), [("C1".to_owned(), "zoho_record_deleted".to_owned())]);
    let problem = rig.failures()[0].problem;
    rig.replay(Replay::Problems(vec![problem])).await;
    assert_clean(&rig.poll().await);
    let account = id_of(&rig.account("C1"));
    assert_eq!(reference(&rig.contact("P1"), "Account_Name"), Some(account.clone()));
    let invoice = rig.zoho_record(Module::Invoices, "BC_Number", "I1");
    assert_eq!(reference(&invoice, "Account_Name"), Some(account));
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_was_merged_into_another_record_with_its_key_is_adopted_there() {
    let rig = rig_that(OnDrift::Restore, None).await;
    let customer = rig.customer("C1", "Adatum");
    rig.person("P1", "Ann Beebe", "C1");
    assert_clean(&rig.sync().await);
    let old = rig.account("C1");
    let values = [("Account_Name".to_owned(), Value::text("Adatum (old)"))].into();
    let survivor =
        rig.world.zoho(|zoho| zoho.person_adds(Module::Accounts, &values, rig.clock.now())).unwrap();
    delete_in_zoho(&rig, Module::Accounts, &id_of(&old));
    let keys = [
        ("BC_Id".to_owned(), Value::text(customer.to_string())),
        ("BC_Number".to_owned(), Value::text("C1")),
    ]
    .into();
    rig.world.zoho(|zoho| zoho.person_edits(Module::Accounts, &survivor, &keys, rig.clock.now())).unwrap();
    assert_clean(&later(&rig).await);
    let account = rig.account("C1");
    assert_eq!((id_of(&account), text(&account, "Account_Name")), (survivor.clone(), Some("Adatum")));
    assert_eq!(reference(&rig.contact("P1"), "Account_Name"), Some(survivor));
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_product_deleted_in_zoho_is_made_again_and_rows_refer_to_the_new_one() {
    let rig = rig_that(OnDrift::Restore, None).await;
    let customer = rig.customer("C1", "Adatum");
    let bolt = rig.item("1000", "Bolt", "1");
    rig.invoice(customer, "I1", &[rig.line(bolt, "1", "1")], Terms::default());
    assert_clean(&rig.sync().await);
    delete_in_zoho(&rig, Module::Products, &id_of(&rig.product("1000")));
    assert_clean(&later(&rig).await);
    let invoice = rig.zoho_record(Module::Invoices, "BC_Number", "I1");
    let row = invoice.get("Invoiced_Items").and_then(Value::as_list).unwrap()[0].clone();
    assert_eq!(reference(row.as_object().unwrap(), "Product_Name"), Some(id_of(&rig.product("1000"))));
    assert!(rig.compare_lines().await.agrees);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_copy_may_stay_deleted() {
    let rig = rig_that(OnDrift::Restore, Some(OnZohoDelete::Leave)).await;
    let customer = rig.customer("C1", "Adatum");
    rig.customer("C2", "Other");
    assert_clean(&rig.sync().await);
    delete_in_zoho(&rig, Module::Accounts, &id_of(&rig.account("C1")));
    assert_clean(&later(&rig).await);
    rig.edit(Table::Customers, customer, "city", "Hamburg");
    assert_clean(&rig.sync().await);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_placeholder_is_made_again_when_it_is_needed_and_is_no_drift() {
    let rig = rig_that(OnDrift::Restore, None).await;
    let customer = rig.customer("C1", "Adatum");
    let freight = || Line::other("Account", "8400", "Freight", decimal("1"), decimal("10"));
    rig.invoice(customer, "I1", &[freight()], Terms::default());
    assert_clean(&rig.sync().await);
    let placeholder = rig.product("BC-LINE");
    rig.by_hand(Module::Products, &placeholder, "Product_Name", "Freight and other things");
    let writes = rig.writes();
    assert_clean(&later(&rig).await);
    assert_eq!(rig.writes(), writes);
    delete_in_zoho(&rig, Module::Products, &id_of(&placeholder));
    assert_clean(&later(&rig).await);
    rig.invoice(customer, "I2", &[freight()], Terms::default());
    assert_clean(&rig.poll().await);
    let _ = rig.product("BC-LINE");
}

#[tokio::test(start_paused = true)]
async fn a_look_at_our_own_writes_costs_a_call_for_many_of_them_and_none_is_repeated() {
    let minutes = Duration::from_secs(10 * 60);
    let rig = rig_that(OnDrift::Restore, None).await.with(|choices| choices.policy.drift_interval = minutes);
    for n in 0..450 {
        rig.customer(&format!("C{n:04}"), &format!("Customer {n}"));
    }
    assert_clean(&rig.sync().await);
    rig.pass(minutes).await;
    let before = rig.zoho.credits();
    assert_clean(&rig.poll().await);
    let spent = rig.zoho.credits() - before;
    // One question after edits and one after deletions for each of four flows, and two more pages, of which a large one is refused here.
    assert!(spent <= 14, "looking at 450 of our own writes cost {spent} credits");
    let before = rig.zoho.credits();
    rig.pass(minutes).await;
    assert_clean(&rig.poll().await);
    let again = rig.zoho.credits() - before;
    assert!(again <= 10, "a look at nothing new cost {again} credits");
}

//! The comparison of both systems: what it finds, that it finds nothing where there is nothing, and that it believes neither database
//! nor memory.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use business_central::BcId;
use exact_json::{Map, Value};
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::map::Warning;
use sync::org_schema::CustomField;
use sync::policy::{FlowPolicy, InvoicesFrom, OnDelete};
use sync::progress::Silent;
use sync::reconcile::{Cause, Difference, DifferenceKind, Due, ReconcileOptions, Reconciliation};
use sync::store::{links, sources, ties, warnings};
use tests::invoicing::Shop;
use tests::looking::{id_of, text};
use tests::{Choices, Rig, assert_clean, decimal};
use uuid::Uuid;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Two customers, an item, a person of each customer, two invoices of the first, copied.
struct Scene {
    shop: Shop,
    second: Uuid,
    ann: Uuid,
    paid: Uuid,
    open: Uuid,
}

impl Scene {
    async fn copied() -> Self {
        Self::copied_with(Choices::default()).await
    }

    async fn copied_with(choices: Choices) -> Self {
        let shop = Shop::open_with(choices).await;
        let second = shop.rig.customer("C2", "Fabrikam");
        let ann = shop.rig.person("P1", "Ann Beebe", "C1");
        shop.rig.person("P2", "Bob Cole", "C2");
        let paid = shop.post("I1", &[shop.line("2", "100")]);
        let total = shop.rig.bc_total(paid);
        assert!(shop.rig.world.bc(|bc| bc.pay(paid, total)));
        let open = shop.post("I2", &[shop.line("1", "129.50")]);
        assert_clean(&shop.rig.sync().await);
        let scene = Self { shop, second, ann, paid, open };
        scene.rig().assert_agrees().await;
        scene
    }

    fn rig(&self) -> &Rig {
        &self.shop.rig
    }

    async fn found(&self) -> Vec<Found> {
        short(&self.rig().compare().await)
    }
}

/// Kind, flow, number and field of a difference.
type Found = (DifferenceKind, Flow, String, Option<String>);

fn short(found: &Reconciliation) -> Vec<Found> {
    assert_eq!(found.agrees, found.differences.is_empty());
    let one = |d: &Difference| (d.kind, d.flow, d.number.clone(), d.field.clone());
    found.differences.iter().map(one).collect()
}

fn one(kind: DifferenceKind, flow: Flow, number: &str, field: Option<&str>) -> Vec<Found> {
    vec![(kind, flow, number.to_owned(), field.map(ToOwned::to_owned))]
}

fn link_to(id: &str) -> Value {
    Value::Object([("id".to_owned(), Value::text(id))].into())
}

fn bc_id(id: Uuid) -> BcId {
    id.to_string().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_found_in_a_clean_org_and_the_sentence_has_counts_and_sums() {
    let scene = Scene::copied().await;
    let found = scene.rig().compare().await;
    assert!(found.agrees && found.kinds.is_empty() && !found.truncated);
    assert_eq!(
        found.sentence,
        "Both systems agree: 2 customers, 1 item, 2 contacts, 2 invoices, 392.11 EUR (remaining 154.11 EUR)."
    );
    assert_eq!(found.company, "Northwind Industrial Supplies");
    // Four modules of fewer than 200 records; what both sides' settings cost was read in the run before.
    assert_eq!((found.zoho_credits, found.calls.zoho), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn the_seeded_distributor_agrees_to_the_cent_with_and_without_rows() {
    let rig = Rig::distributor().await;
    assert_clean(&rig.sync().await);
    let found = rig.compare_lines().await;
    assert!(found.agrees && found.lines_compared, "{:#?}", found.differences);
    let invoices = found.flows.iter().find(|flow| flow.flow == Flow::Invoices).unwrap();
    assert!(invoices.amount_business_central.len() > 1, "several currencies");
    assert_eq!(invoices.amount_business_central, invoices.amount_zoho);
    assert_eq!(invoices.remaining_business_central, invoices.remaining_zoho);
    assert!(invoices.remaining_zoho.values().any(|sum| !sum.is_zero()));
    assert!(
        found.sentence.starts_with("Both systems agree: 300 customers, 500 items, "),
        "{}",
        found.sentence
    );
    let rig = rig.without_database();
    let writes = rig.writes();
    let again = rig.compare().await;
    assert!(again.agrees, "{:#?}", again.differences);
    assert_eq!(again.sentence, found.sentence);
    // The other published reading of the query limits gives the same result for less.
    rig.world.zoho(|zoho| zoho.switches.coql_max_rows = 2_000);
    let cheaper = rig.compare().await;
    assert_eq!(cheaper.sentence, found.sentence);
    assert_eq!((cheaper.zoho_credits, again.zoho_credits > 12), (12, true));
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_missing_record_is_found_and_so_is_what_leads_to_it() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let now = rig.world.now();
    let contact = id_of(&rig.contact("P1"));
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Contacts, &contact, now)).unwrap();
    assert_eq!(scene.found().await, one(DifferenceKind::Missing, Flow::Contacts, "P1", None));
    let invoice = id_of(&rig.zoho_invoice("I1"));
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Invoices, &invoice, now)).unwrap();
    let found = rig.compare().await;
    assert_eq!(found.kinds[0].count, 2);
    assert_eq!(found.sentence, "The systems differ: 2 records are missing in Zoho.");
    let invoices = &found.flows[3];
    assert_eq!((invoices.business_central, invoices.zoho, invoices.missing), (2, 1, 1));
    assert_ne!(invoices.amount_business_central, invoices.amount_zoho);
    assert!(found.kinds[0].cure.contains("ledgerline problems"));
}

#[tokio::test(start_paused = true)]
async fn an_extra_record_is_found_whether_it_has_an_id_or_only_a_number() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let now = rig.world.now();
    let add = |values: &[(&str, &str)]| {
        let values: Map = values.iter().map(|(k, v)| ((*k).to_owned(), Value::text(*v))).collect();
        rig.world.zoho(|zoho| zoho.person_adds(Module::Accounts, &values, now)).unwrap()
    };
    add(&[("Account_Name", "Number only"), ("BC_Number", "C77")]);
    assert_eq!(scene.found().await, one(DifferenceKind::Extra, Flow::Customers, "C77", None));
    // An id that Business Central never had is as good as one that it deleted.
    add(&[
        ("Account_Name", "Nobody"),
        ("BC_Number", "C78"),
        ("BC_Id", "00000000-0000-4000-8000-000000000078"),
    ]);
    let found = rig.compare().await;
    let kinds: Vec<_> = found.kinds.iter().map(|kind| (kind.kind, kind.count)).collect();
    assert_eq!(kinds, [(DifferenceKind::Extra, 1), (DifferenceKind::DeletedUnmarked, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_clone_made_by_hand_is_found_and_the_original_is_the_record() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let now = rig.world.now();
    let original = rig.account("C1");
    let clone = rig.world.zoho(|zoho| zoho.person_clones(Module::Accounts, &id_of(&original), now)).unwrap();
    let found = rig.compare().await;
    assert_eq!(short(&found), one(DifferenceKind::Duplicate, Flow::Customers, "C1", None));
    assert_eq!(found.differences[0].zoho_id.as_ref(), Some(&clone));
    assert_eq!(found.flows[0].duplicates, 1);
}

#[tokio::test(start_paused = true)]
async fn wrong_links_of_contacts_and_invoices_are_found_with_both_customers() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let (first, second) = (id_of(&rig.account("C1")), id_of(&rig.account("C2")));
    rig.by_hand(Module::Contacts, &rig.contact("P1"), "Account_Name", link_to(&second));
    let field = Some("Account_Name");
    assert_eq!(scene.found().await, one(DifferenceKind::WrongLink, Flow::Contacts, "P1", field));
    rig.by_hand(Module::Contacts, &rig.contact("P1"), "Account_Name", link_to(&first));
    rig.by_hand(Module::Invoices, &rig.zoho_invoice("I2"), "Account_Name", link_to(&second));
    let found = rig.compare().await;
    assert_eq!(short(&found), one(DifferenceKind::WrongLink, Flow::Invoices, "I2", field));
    let difference = &found.differences[0];
    assert_eq!(difference.business_central, Some(format!("C1 ({first})")));
    assert_eq!(difference.zoho, Some(format!("C2 ({second})")));
    assert_eq!(found.flows[3].wrong_links, 1);
}

#[tokio::test(start_paused = true)]
async fn a_contact_that_changed_hands_in_business_central_is_a_wrong_link_until_the_next_full_run() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    // The person's row says the same as before: only the customer's company contact is another one.
    let (ann, second) = (scene.ann, scene.second);
    let first = scene.shop.customer;
    rig.world.bc(|bc| {
        bc.change(Table::Customers, second, |row| row.set("companyContact", "CT-C1"));
        bc.change(Table::Customers, first, |row| row.set("companyContact", "CT-C2"));
    });
    let found = scene.found().await;
    assert!(
        found.contains(&one(DifferenceKind::WrongLink, Flow::Contacts, "P1", Some("Account_Name"))[0]),
        "{found:?}"
    );
    let options = ReconcileOptions::default();
    let _ = rig.engine.reconcile(&options, &mut |_| {}, &Silent, &rig.stop).await.unwrap();
    let found = scene.found().await;
    assert!(found.iter().all(|(kind, ..)| *kind != DifferenceKind::WrongLink), "{found:?} of {ann}");
}

#[tokio::test(start_paused = true)]
async fn a_field_that_somebody_edited_is_found_with_both_values() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    rig.by_hand(Module::Accounts, &rig.account("C2"), "Account_Name", "Fabrikam & Sons");
    let found = rig.compare().await;
    assert_eq!(short(&found), one(DifferenceKind::Field, Flow::Customers, "C2", Some("Account_Name")));
    assert_eq!(found.differences[0].business_central.as_deref(), Some("Fabrikam"));
    assert_eq!(found.differences[0].zoho.as_deref(), Some("Fabrikam & Sons"));
    assert_eq!(found.flows[0].differing, 1);
}

#[tokio::test(start_paused = true)]
async fn a_total_that_differs_by_one_cent_is_found_in_the_record_and_in_the_sum() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let invoice = rig.zoho_invoice("I1");
    let adjustment = tests::number(&invoice, "Adjustment") + decimal("0.01");
    rig.by_hand(Module::Invoices, &invoice, "Adjustment", adjustment);
    let found = rig.compare().await;
    assert_eq!(short(&found), one(DifferenceKind::Total, Flow::Invoices, "I1", Some("Grand_Total")));
    let invoices = &found.flows[3];
    assert_eq!(invoices.amount_zoho["EUR"] - invoices.amount_business_central["EUR"], decimal("0.01"));
}

#[tokio::test(start_paused = true)]
async fn another_remaining_amount_is_found_in_the_record_and_in_the_sum() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    // A partial payment moves nothing else, and no run has seen it yet.
    assert!(rig.world.bc(|bc| bc.pay(scene.open, decimal("54.11"))));
    let found = rig.compare().await;
    let invoice = one(DifferenceKind::Remaining, Flow::Invoices, "I2", Some("BC_Remaining_Amount"));
    let balance = one(DifferenceKind::Field, Flow::Customers, "C1", Some("BC_Balance"));
    assert_eq!(short(&found), [balance, invoice].concat());
    let invoices = &found.flows[3];
    assert_eq!(invoices.remaining_business_central["EUR"], decimal("100"));
    assert_eq!(invoices.remaining_zoho["EUR"], decimal("154.11"));
    assert_clean(&rig.sync().await);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_org_without_the_field_compares_no_remaining_amounts() {
    let rig = Rig::bare_without(CustomField::RemainingAmount).await;
    let customer = rig.customer("C1", "Adatum");
    let item = rig.item("1000", "Bolt", "1");
    rig.invoice(customer, "I1", &[rig.line(item, "1", "100")], Terms::default());
    assert_clean(&rig.sync().await);
    let found = rig.compare().await;
    assert_eq!(found.sentence, "Both systems agree: 1 customer, 1 item, 0 contacts, 1 invoice, 119.00 EUR.");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_zoho_does_not_show_is_found_and_one_that_it_shows_is_right() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let third = rig.customer("C3", "Short-lived");
    assert_clean(&rig.sync().await);
    rig.delete(Table::Customers, third);
    assert_eq!(scene.found().await, one(DifferenceKind::DeletedUnmarked, Flow::Customers, "C3", None));
    assert_clean(&rig.full().await);
    let found = rig.compare().await;
    assert!(found.agrees, "{:#?}", found.differences);
    assert_eq!((found.flows[0].business_central, found.flows[0].zoho, found.flows[0].deleted), (2, 2, 1));
    // The mark taken away by hand is a difference again, and one that nobody asked for is one as well.
    rig.by_hand(Module::Accounts, &rig.account("C3"), "BC_Status", "Active");
    assert_eq!(scene.found().await, one(DifferenceKind::DeletedUnmarked, Flow::Customers, "C3", None));
    rig.by_hand(Module::Accounts, &rig.account("C3"), "BC_Status", "Deleted");
    rig.by_hand(Module::Accounts, &rig.account("C2"), "BC_Status", "Deleted");
    assert_eq!(scene.found().await, one(DifferenceKind::Field, Flow::Customers, "C2", Some("BC_Status")));
}

#[tokio::test(start_paused = true)]
async fn deletions_are_judged_by_the_policy() {
    let policy = |on_delete| {
        let mut choices = Choices::default();
        let policy = FlowPolicy { on_delete, ..FlowPolicy::default() };
        choices.policy.by_flow = Flow::BY_DEFAULT.into_iter().map(|flow| (flow, policy)).collect();
        choices
    };
    for (on_delete, agrees) in [(OnDelete::Leave, true), (OnDelete::Delete, false)] {
        let scene = Scene::copied_with(policy(on_delete)).await;
        let third = scene.rig().customer("C3", "Short-lived");
        assert_clean(&scene.rig().sync().await);
        scene.rig().delete(Table::Customers, third);
        assert_eq!(scene.rig().compare().await.agrees, agrees, "{on_delete:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_of_a_deleted_customer_stays_and_is_no_difference() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    rig.delete(Table::Customers, scene.second);
    assert_clean(&rig.full().await);
    let found = rig.compare().await;
    assert!(found.agrees, "{:#?}", found.differences);
    assert_eq!((found.flows[2].business_central, found.flows[2].deleted), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_invoice_older_than_those_that_are_copied_is_compared_by_its_id() {
    let day = "2026-01-01".parse().unwrap();
    let mut choices = Choices::default();
    choices.policy.invoices_from = InvoicesFrom::Date(day);
    choices.policy.map.invoices_from = Some(day);
    let shop = Shop::open_with(choices).await;
    let rig = &shop.rig;
    let old = shop.post("I-OLD", &[shop.line("1", "100")]);
    rig.edit(Table::SalesInvoices, old, "invoiceDate", "2025-05-05");
    assert_clean(&rig.sync().await);
    let total = rig.bc_total(old);
    assert!(rig.world.bc(|bc| bc.pay(old, total)));
    // Paid, it is in no listing any more.
    let found = rig.compare().await;
    let about: Vec<_> = found.differences.iter().map(|d| (d.kind, d.number.as_str())).collect();
    assert!(about.contains(&(DifferenceKind::Remaining, "I-OLD")), "{about:?}");
    assert_clean(&rig.sync().await);
    let found = rig.compare().await;
    assert!(found.agrees, "{:#?}", found.differences);
    assert_eq!((found.flows[3].business_central, found.flows[3].zoho), (1, 1));
    assert_eq!(found.flows[3].amount_zoho["EUR"], total);
}

#[tokio::test(start_paused = true)]
async fn rows_are_compared_where_that_is_asked_for() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let other = rig.item("2000", "Saw", "100");
    assert_clean(&rig.sync().await);
    assert!(rig.compare_lines().await.agrees);
    let invoice = rig.zoho_invoice("I1");
    let row = invoice.get("Invoiced_Items").and_then(Value::as_list).unwrap()[0].clone();
    let edited = |field: &str, value: Value| {
        let row: Map = [("id".to_owned(), row.get("id").cloned().unwrap()), (field.to_owned(), value)].into();
        rig.by_hand(
            Module::Invoices,
            &rig.zoho_invoice("I1"),
            "Invoiced_Items",
            Value::List(vec![Value::Object(row)]),
        );
    };
    // The total stays, so that only the row tells.
    let (right, wrong) = (id_of(&rig.product("1000")), id_of(&rig.product("2000")));
    edited("Product_Name", link_to(&wrong));
    assert!(rig.compare().await.agrees, "rows are not read unless asked for");
    let found = rig.compare_lines().await;
    assert_eq!(short(&found), one(DifferenceKind::WrongLink, Flow::Invoices, "I1", Some("Product_Name")));
    assert_eq!(found.differences[0].business_central, Some(format!("1000 ({right})")));
    assert_eq!(found.differences[0].zoho, Some(format!("2000 ({wrong})")));
    edited("Product_Name", link_to(&right));
    edited("Description", Value::text("something else"));
    let found = rig.compare_lines().await;
    assert_eq!(short(&found), one(DifferenceKind::Lines, Flow::Invoices, "I1", Some("Invoiced_Items")));
    let _ = other;
}

#[tokio::test(start_paused = true)]
async fn every_seeded_difference_is_found_by_a_profile_that_lost_its_database() {
    let scene = Scene::copied().await;
    let (rig, now) = (scene.rig(), scene.rig().world.now());
    let second = id_of(&rig.account("C2"));
    rig.by_hand(Module::Contacts, &rig.contact("P1"), "Account_Name", link_to(&second));
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 1");
    rig.by_hand(Module::Invoices, &rig.zoho_invoice("I1"), "BC_Remaining_Amount", decimal("0.01"));
    let contact = id_of(&rig.contact("P2"));
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Contacts, &contact, now)).unwrap();
    let product = id_of(&rig.product("1000"));
    rig.world.zoho(|zoho| zoho.person_clones(Module::Products, &product, now)).unwrap();
    let with_database = short(&rig.compare().await);
    assert_eq!(with_database.len(), 5, "{with_database:#?}");
    let rig = scene.shop.rig.without_database();
    assert_eq!(short(&rig.compare().await), with_database);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_was_tampered_with_hides_nothing_and_makes_nothing_up() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let clean = rig.compare().await.sentence;
    let hidden = rig.zoho_invoice("I2");
    rig.by_hand(Module::Invoices, &hidden, "Due_Date", "2031-01-01");
    rig.store
        .write(|tx| {
            // The database believes everything that Zoho says, has all links twisted, nobody tied to anybody, and drafts posted.
            let mut link = links::get(tx, Flow::Invoices, bc_id(scene.open))?.unwrap();
            link.sent.insert("Due_Date".to_owned(), Value::text("2031-01-01"));
            links::put(tx, &link)?;
            let first = links::get(tx, Flow::Customers, bc_id(scene.shop.customer))?.unwrap();
            let second = links::get(tx, Flow::Customers, bc_id(scene.second))?.unwrap();
            links::put(tx, &links::Link { zoho_id: second.zoho_id.clone(), ..first.clone() })?;
            links::put(tx, &links::Link { zoho_id: first.zoho_id, ..second })?;
            ties::replace_all(tx, &[])?;
            sources::mark_gone(tx, Flow::Customers, bc_id(scene.second), rig.clock.now())?;
            sources::remove(tx, Flow::Invoices, bc_id(scene.paid))?;
            // A value that Zoho is said to have refused is only believed where Zoho has none.
            let refused =
                Warning { field: "Due_Date".to_owned(), code: "left_out".to_owned(), text: String::new() };
            warnings::replace(tx, Flow::Invoices, bc_id(scene.open), &[refused])
        })
        .unwrap();
    let edited = one(DifferenceKind::Field, Flow::Invoices, "I2", Some("Due_Date"));
    assert_eq!(scene.found().await, edited);
    rig.by_hand(Module::Invoices, &hidden, "Due_Date", hidden["Due_Date"].clone());
    assert_eq!(rig.compare().await.sentence, clean);
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_the_database_takes_for_posted_is_not_missing() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let draft = rig.world.bc(|bc| {
        let row = Row::new(bc.new_id()).with("number", "D1").with("status", "Open");
        bc.add(Table::SalesInvoices, row)
    });
    rig.sync().await;
    rig.store.write(|tx| sources::mark_posted(tx, Flow::Invoices, bc_id(draft))).unwrap();
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_value_that_zoho_refused_is_said_and_is_no_difference() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    rig.edit(Table::Customers, shop.customer, "city", "Poisontown");
    rig.world.zoho(|zoho| zoho.poison(Module::Accounts, "Billing_City", "Poison", "INVALID_DATA", "no"));
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Billing_City"), None);
    let found = rig.compare().await;
    assert!(found.agrees, "{:#?}", found.differences);
    assert!(found.sentence.ends_with(" 1 value that Zoho refused is left out."), "{}", found.sentence);
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_while_it_is_compared_is_left_to_the_next_comparison() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let later = rig.world.now().checked_add(Duration::from_secs(60)).unwrap();
    let values: Map = [("Phone".to_owned(), Value::text("+49 40 1"))].into();
    let account = id_of(&rig.account("C1"));
    rig.world.zoho(|zoho| zoho.person_edits(Module::Accounts, &account, &values, later)).unwrap();
    let found = rig.compare().await;
    assert!(found.agrees && found.in_motion == 1, "{:#?}", found.differences);
    assert!(found.sentence.contains("1 record that changed meanwhile"), "{}", found.sentence);
    rig.pass(Duration::from_secs(120)).await;
    assert_eq!(scene.found().await, one(DifferenceKind::Field, Flow::Customers, "C1", Some("Phone")));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_differences_are_listed_and_every_one_is_told() {
    let rig = Rig::distributor().await;
    let mut told = 0_u64;
    let options = ReconcileOptions { check_only: true, ..ReconcileOptions::default() };
    let found = rig.engine.reconcile(&options, &mut |_| told += 1, &Silent, &rig.stop).await.unwrap();
    assert!(found.truncated && found.differences.len() == 1_000);
    assert_eq!(told, found.kinds.iter().map(|kind| kind.count).sum::<u64>());
    assert!(told > 2_000, "{told}");
}

#[tokio::test(start_paused = true)]
async fn it_compares_by_itself_after_the_first_load_and_then_once_a_day() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    shop.post("I1", &[shop.line("2", "100")]);
    let every = Due::Every(DAY);
    let report = rig.poll().await;
    let first = rig.engine.compare_if_due(every, &report, &Silent, &rig.stop).await.unwrap();
    assert_eq!((first.cause, first.agrees), (Cause::FirstLoad, Some(true)));
    let mut compared = Vec::new();
    for hour in 1..=49 {
        rig.pass(Duration::from_secs(3600)).await;
        let report = rig.poll().await;
        if let Some(found) = rig.engine.compare_if_due(every, &report, &Silent, &rig.stop).await {
            compared.push((hour, found.cause, found.agrees));
        }
    }
    assert_eq!(compared, [(24, Cause::Daily, Some(true)), (48, Cause::Daily, Some(true))]);
    let again = rig.engine.compare_if_due(Due::First, &rig.poll().await, &Silent, &rig.stop).await;
    assert_eq!(again, None, "the first load was compared long ago");
}

#[tokio::test(start_paused = true)]
async fn a_difference_that_was_put_right_is_compared_again_within_the_hour() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    let every = Due::Every(DAY);
    let phone = rig.account("C1").get("Phone").cloned().unwrap_or_default();
    rig.pass(DAY).await;
    let report = rig.poll().await;
    // Before a run looks what people changed.
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", "+49 40 1");
    let found = rig.engine.compare_if_due(every, &report, &Silent, &rig.stop).await.unwrap();
    assert_eq!((found.agrees, found.kinds.len()), (Some(false), 1));
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Phone", phone);
    rig.pass(Duration::from_secs(300)).await;
    assert_eq!(rig.engine.compare_if_due(every, &rig.poll().await, &Silent, &rig.stop).await, None);
    rig.pass(Duration::from_secs(3600)).await;
    let report = rig.poll().await;
    let found = rig.engine.compare_if_due(every, &report, &Silent, &rig.stop).await.unwrap();
    assert_eq!(found.agrees, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_did_not_come_to_its_end_is_not_compared() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    rig.stop.ask();
    let report = rig.poll().await;
    assert!(report.error.is_some());
    assert_eq!(rig.engine.compare_if_due(Due::First, &report, &Silent, &rig.stop).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_comparison_that_the_budget_has_no_room_for_says_so_and_is_tried_again() {
    let scene = Scene::copied().await;
    let rig = scene.rig();
    rig.pass(DAY * 2).await;
    let report = rig.poll().await;
    // Somebody raised the org's price: next to nothing is left.
    let daily = |credits: &str| {
        rig.store.write(|tx| sync::store::facts::set(tx, "zoho.daily_credits", credits)).unwrap();
    };
    daily("10");
    let skipped = rig.engine.compare_if_due(Due::Every(DAY), &report, &Silent, &rig.stop).await.unwrap();
    assert_eq!(skipped.agrees, None);
    assert!(
        skipped.sentence.starts_with("Not compared: it takes about 19 Zoho credits"),
        "{}",
        skipped.sentence
    );
    daily("100000");
    let wait = rig.engine.compare_if_due(Due::Every(DAY), &report, &Silent, &rig.stop).await;
    assert_eq!(wait, None, "not with every run");
    rig.pass(Duration::from_secs(3600)).await;
    let found = rig.engine.compare_if_due(Due::Every(DAY), &report, &Silent, &rig.stop).await.unwrap();
    assert_eq!(found.agrees, Some(true));
}

//! The id map: out as a table, in again with every line held against both systems, and built anew from the keys in Zoho.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use business_central::BcId;
use exact_json::{Map, Value};
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::id_map::import::ImportPlan;
use sync::id_map::table::{self, Wanted};
use sync::progress::Silent;
use sync::store::audit::{self, AuditKind};
use sync::store::{StoreError, links};
use tests::invoicing::Shop;
use tests::looking::{id_of, text};
use tests::{Rig, assert_clean, number};
use uuid::Uuid;

fn exported(rig: &Rig, flows: &[Flow]) -> Vec<String> {
    let mut lines = Vec::new();
    let told = |line: &str| {
        lines.push(line.to_owned());
        Ok::<(), StoreError>(())
    };
    table::export(&rig.store, flows, told).unwrap();
    lines
}

/// A person types a record without our keys.
fn typed(rig: &Rig, module: Module, values: &[(&str, &str)]) -> String {
    let values: Map = values.iter().map(|(k, v)| ((*k).to_owned(), Value::text(*v))).collect();
    let now = rig.world.now();
    rig.world.zoho(|zoho| zoho.person_adds(module, &values, now)).unwrap()
}

fn file(lines: &[(&str, Uuid, &str)]) -> Vec<Wanted> {
    let mut text = "flow,bc_id,zoho_id\n".to_owned();
    for (flow, bc_id, zoho_id) in lines {
        text.push_str(&format!("{flow},{bc_id},{zoho_id}\n"));
    }
    table::parse(&text).unwrap()
}

async fn plan(rig: &Rig, lines: &[(&str, Uuid, &str)]) -> ImportPlan {
    rig.engine.plan_import(&file(lines), &Silent, &rig.stop).await.unwrap()
}

/// Line, column and a word of every fault.
fn faults(plan: &ImportPlan) -> Vec<(usize, &str)> {
    plan.faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect()
}

fn bc_id(id: Uuid) -> BcId {
    id.to_string().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_goes_out_comes_back_into_a_profile_that_lost_its_database() {
    let shop = Shop::open().await;
    shop.rig.customer("=C2", "Formula & Sons");
    shop.post("I1", &[shop.line("2", "100")]);
    assert_clean(&shop.rig.sync().await);
    let lines = exported(&shop.rig, &Flow::BY_DEFAULT);
    assert_eq!(lines[0], "flow,bc_id,bc_number,zoho_id,adopted,last_written");
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains(",'=C2,")), "{lines:#?}");

    let rig = shop.rig.without_database();
    let wanted = table::parse(&lines.join("\r\n")).unwrap();
    let plan = rig.engine.plan_import(&wanted, &Silent, &rig.stop).await.unwrap();
    assert_eq!(faults(&plan), []);
    assert_eq!(rig.engine.import(&plan).unwrap(), 4);
    let again = rig.engine.plan_import(&wanted, &Silent, &rig.stop).await.unwrap();
    assert_eq!((again.links.len(), again.unchanged), (0, 4));
    let records = rig.zoho_records(Module::Invoices).len() + rig.zoho_records(Module::Accounts).len();
    assert_clean(&rig.sync().await);
    let now = rig.zoho_records(Module::Invoices).len() + rig.zoho_records(Module::Accounts).len();
    assert_eq!(now, records, "nothing was created");
    rig.assert_agrees().await;
    let back: Vec<String> = exported(&rig, &Flow::BY_DEFAULT).iter().map(|line| keys(line)).collect();
    assert_eq!(back, lines.iter().map(|line| keys(line)).collect::<Vec<_>>());
}

/// Flow, id, number and Zoho id of a line.
fn keys(line: &str) -> String {
    line.split(',').take(4).collect::<Vec<_>>().join(",")
}

#[tokio::test(start_paused = true)]
async fn an_imported_link_gets_keys_and_values_by_the_next_run_and_people_keep_theirs() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    let typed_id = typed(
        rig,
        Module::Accounts,
        &[("Account_Name", "Muller Soen"), ("Billing_City", "Kopenhagen"), ("Industry", "Tools")],
    );
    let plan = plan(rig, &[("customers", shop.customer, &typed_id)]).await;
    assert_eq!(faults(&plan), []);
    assert_eq!((plan.links[0].number.as_str(), plan.links[0].before.as_ref()), ("C1", None));
    let writes = rig.writes();
    rig.engine.import(&plan).unwrap();
    assert_eq!(rig.writes(), writes, "an import writes nothing into Zoho");
    assert_clean(&rig.sync().await);
    let account = rig.account("C1");
    assert_eq!(id_of(&account), typed_id);
    assert_eq!(text(&account, "BC_Id"), Some(shop.customer.to_string().as_str()));
    assert_eq!(text(&account, "Account_Name"), Some("Müller & Søn A/S"));
    // Business Central has no city: what people wrote stays, and is no difference.
    assert_eq!(text(&account, "Billing_City"), Some("Kopenhagen"));
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 1);
    rig.assert_agrees().await;
    let trail = rig.store.read(|tx| audit::of_record(tx, Flow::Customers, "C1")).unwrap();
    let adopted = trail.iter().find(|entry| entry.kind == AuditKind::Adopted).unwrap();
    assert!(adopted.summary.contains("by an imported map"), "{}", adopted.summary);
}

#[tokio::test(start_paused = true)]
async fn every_wrong_line_is_named_and_then_nothing_is_imported() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    let second = rig.customer("C2", "Fabrikam");
    let third = rig.customer("C3", "Contoso");
    assert_clean(&rig.sync().await);
    let (c1, c2) = (id_of(&rig.account("C1")), id_of(&rig.account("C2")));
    let free = typed(rig, Module::Accounts, &[("Account_Name", "Free")]);
    let placeholder = id_of(&rig.product("BC-LINE"));
    let absent = Uuid::from_u128(7);
    let plan = plan(
        rig,
        &[
            ("customers", absent, &free),                // 2: not in Business Central
            ("customers", second, "554023000000999999"), // 3: not in Zoho; C2's record carries the id already
            ("customers", third, &c2),                   // 4: stands for C2; C3's own record carries the id
            ("customers", third, &free),                 // 5: both for the second time
            ("items", shop.item, &placeholder), // 6: our own placeholder; the item's record carries the id
            ("customers", shop.customer, &c1),  // 7: nothing wrong
        ],
    )
    .await;
    assert_eq!(
        faults(&plan),
        [
            (2, "bc_id"),
            (3, "bc_id"),
            (3, "zoho_id"),
            (4, "bc_id"),
            (4, "zoho_id"),
            (5, "bc_id"),
            (5, "bc_id"),
            (5, "zoho_id"),
            (6, "bc_id"),
            (6, "zoho_id"),
        ],
        "{:#?}",
        plan.faults
    );
    let before = exported(rig, &Flow::BY_DEFAULT);
    let error = rig.engine.import(&plan).unwrap_err();
    assert_eq!(error.code(), "map_file_wrong");
    assert!(error.to_string().contains("line 2, column bc_id: "), "{error}");
    assert_eq!(exported(rig, &Flow::BY_DEFAULT), before);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_stands_for_another_one_already_is_not_taken_from_it() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    let first = typed(rig, Module::Accounts, &[("Account_Name", "Muller")]);
    let second = rig.customer("C2", "Fabrikam");
    let one = plan(rig, &[("customers", shop.customer, &first)]).await;
    rig.engine.import(&one).unwrap();
    // Not written yet, so that only this profile knows.
    let other = plan(rig, &[("customers", second, &first)]).await;
    assert_eq!(faults(&other), [(2, "zoho_id")]);
    assert!(other.faults[0].message.contains("already"), "{:?}", other.faults);
    // Unless the file gives the first one another record.
    let free = typed(rig, Module::Accounts, &[("Account_Name", "Free")]);
    let both = plan(rig, &[("customers", second, &first), ("customers", shop.customer, &free)]).await;
    assert_eq!(faults(&both), []);
    assert_eq!(rig.engine.import(&both).unwrap(), 2);
    let link = rig.store.read(|tx| links::get(tx, Flow::Customers, bc_id(shop.customer))).unwrap().unwrap();
    assert_eq!((link.zoho_id.as_str(), link.adopted), (free.as_str(), true));
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_believes_zoho_and_the_next_run_writes_what_was_edited_there() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    shop.post("I1", &[shop.line("2", "100")]);
    assert_clean(&rig.sync().await);
    let before = exported(rig, &Flow::BY_DEFAULT);
    rig.by_hand(Module::Accounts, &rig.account("C1"), "Account_Name", "Somebody else");
    let invoice = rig.zoho_invoice("I1");
    let adjustment = number(&invoice, "Adjustment");
    rig.by_hand(Module::Invoices, &invoice, "Adjustment", adjustment + tests::decimal("1"));
    assert!(!rig.compare().await.agrees);
    let writes = rig.writes();
    let report = rig.engine.rebuild_map(None, &Silent, &rig.stop).await.unwrap();
    assert_eq!(rig.writes(), writes, "a rebuild writes nothing into Zoho");
    let linked: Vec<_> =
        report.flows.iter().map(|flow| (flow.linked, flow.changed, flow.forgotten)).collect();
    assert_eq!(linked, [(1, 0, 0), (1, 0, 0), (0, 0, 0), (1, 0, 0)]);
    let now = exported(rig, &Flow::BY_DEFAULT);
    assert_eq!(
        now.iter().map(|line| keys(line)).collect::<Vec<_>>(),
        before.iter().map(|line| keys(line)).collect::<Vec<_>>()
    );
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Account_Name"), Some("Müller & Søn A/S"));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_names_doubles_and_orphans_and_forgets_what_no_key_bears_out() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    let second = rig.customer("C2", "Fabrikam");
    rig.customer("C3", "Contoso");
    assert_clean(&rig.sync().await);
    let now = rig.world.now();
    let (original, gone) = (id_of(&rig.account("C2")), id_of(&rig.account("C3")));
    let clone = rig.world.zoho(|zoho| zoho.person_clones(Module::Accounts, &original, now)).unwrap();
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Accounts, &gone, now)).unwrap();
    let orphan = typed(
        rig,
        Module::Accounts,
        &[("Account_Name", "Orphan"), ("BC_Number", "C9"), ("BC_Id", "00000000-0000-4000-8000-000000000009")],
    );
    let report = rig.engine.rebuild_map(Some(&[Flow::Customers]), &Silent, &rig.stop).await.unwrap();
    assert_eq!(report.flows.len(), 1);
    let customers = &report.flows[0];
    assert_eq!((customers.linked, customers.forgotten), (1, 2));
    assert_eq!((customers.doubles, customers.orphans), (1, 1));
    let mut doubles = customers.doubles_listed[0].zoho_ids.clone();
    doubles.sort();
    let mut expected = [original, clone];
    expected.sort();
    assert_eq!(doubles, expected);
    assert_eq!(customers.orphans_listed[0].zoho_ids, [orphan]);
    assert_eq!(rig.store.read(|tx| links::get(tx, Flow::Customers, bc_id(second))).unwrap(), None);
    assert_eq!(rig.store.read(|tx| links::count(tx, Flow::Customers)).unwrap(), 1);
    let proof = rig.store.read(audit::verify).unwrap();
    assert!(matches!(proof, audit::Proof::Whole { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_keeps_the_copies_of_what_business_central_deleted() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    let second = rig.customer("C2", "Fabrikam");
    assert_clean(&rig.sync().await);
    rig.delete(Table::Customers, second);
    assert_clean(&rig.full().await);
    let report = rig.engine.rebuild_map(None, &Silent, &rig.stop).await.unwrap();
    assert_eq!((report.flows[0].linked, report.flows[0].orphans), (2, 0));
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C2"), "BC_Status"), Some("Deleted"));
    rig.assert_agrees().await;
}

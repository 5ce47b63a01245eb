//! Writes that Zoho carried out and whose answer never came: no second record, no second line, every record counted once.
//!
//! Each kind of write loses its answer in three ways: once, with a damaged answer, and for so long that the run gives up and the program
//! is started anew.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use exact_json::Value;
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::schema::Table;
use sandbox::faults::{Effect, Fault, FaultPlan, Service};
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::store::intents;
use sync::store::links::{self, LineState};
use tests::invariants::{assert_holds, assert_nothing_is_spoilt};
use tests::{Rig, assert_clean, decimal, number, of};
use transport::Method;
use uuid::Uuid;

/// How an answer gets lost.
const WAYS: [(Effect, u32); 3] =
    [(Effect::LoseAnswer, 1), (Effect::Truncate, 1), (Effect::LoseAnswer, 1_000_000)];

/// What a test changes before the write that it is about.
type Change = fn(&Company);

/// Two customers, two items, a person, three invoices.
struct Company {
    rig: Rig,
    customers: [Uuid; 2],
    items: [Uuid; 2],
    invoices: [Uuid; 3],
}

async fn company() -> Company {
    let rig = Rig::bare().await;
    let customers = [rig.customer("C1", "Alpha Ltd"), rig.customer("C2", "Beta Ltd")];
    let items = [rig.item("I1", "Bolt", "1.50"), rig.item("I2", "Nut", "0.75")];
    rig.person("P1", "Ann Alpha", "C1");
    let lines = [rig.line(items[0], "10", "1.50"), rig.line(items[1], "3", "0.75")];
    // Tax that was rounded as a whole needs an Adjustment.
    let terms = Terms { cents_off: 1, ..Terms::default() };
    let invoices = [
        rig.invoice(customers[0], "INV1", &lines, Terms::default()),
        rig.invoice(customers[0], "INV2", &lines, terms),
        rig.invoice(customers[1], "INV3", &lines[..1], Terms::default()),
    ];
    Company { rig, customers, items, invoices }
}

fn lose(rig: &Rig, method: Method, path: &str, (effect, times): (Effect, u32)) {
    let fault = Fault::once(Service::Zoho, path, effect).times(times).on(method);
    rig.world.faults(|faults| faults.add(fault));
}

fn count(rig: &Rig) -> [usize; 4] {
    // The placeholder Product is one of them.
    [Module::Accounts, Module::Products, Module::Contacts, Module::Invoices]
        .map(|m| rig.zoho_records(m).len())
}

/// A first load during which the answers to `method` on `path` get lost.
async fn first_load(method: Method, path: &str) {
    for way in WAYS {
        let Company { rig, .. } = company().await;
        lose(&rig, method, path, way);
        let report = rig.sync().await;
        assert!(rig.world.faults(|faults| faults.hit()) > 0, "no {method:?} on {path}");
        if report.error.is_none() {
            let created = Flow::BY_DEFAULT.map(|flow| of(&report, flow).created);
            assert_eq!(created, [2, 2, 1, 3], "{path} {way:?} {report:#?}");
        }
        finish(rig).await;
    }
}

/// An update during which the answers to `method` on `path` get lost.
async fn later_change(method: Method, path: &str, flow: Flow, change: Change) {
    for way in WAYS {
        let company = company().await;
        assert_clean(&company.rig.sync().await);
        company.rig.pass(Duration::from_secs(1200)).await;
        change(&company);
        let rig = company.rig;
        lose(&rig, method, path, way);
        let report = rig.sync().await;
        assert!(rig.world.faults(|faults| faults.hit()) > 0, "no {method:?} on {path}");
        if report.error.is_none() {
            assert!(of(&report, flow).updated > 0, "{path} {way:?} {report:#?}");
            assert_eq!(report.flows.iter().map(|flow| flow.created).sum::<u64>(), 0, "{report:#?}");
        }
        finish(rig).await;
    }
}

/// The service answers again: a run or two later everything is there once, and nothing is in doubt.
async fn finish(rig: Rig) {
    assert_nothing_is_spoilt(&rig);
    rig.world.faults(FaultPlan::clear);
    rig.pass(Duration::from_secs(900)).await;
    let rig = rig.restarted();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(count(&rig), [2, 3, 1, 3]);
    assert_eq!(rig.store.read(intents::open).unwrap(), []);
    for flow in Flow::BY_DEFAULT {
        let links = rig.store.read(|tx| links::page(tx, flow, None, 100)).unwrap();
        assert!(!links.is_empty());
        assert!(links.iter().all(|link| link.verified && link.lines != LineState::Unknown), "{links:#?}");
    }
    assert_holds(&rig).await;
    let writes = rig.writes();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn an_upsert_of_customers_is_not_doubled() {
    first_load(Method::Post, "/Accounts/upsert").await;
}

#[tokio::test(start_paused = true)]
async fn an_upsert_of_items_is_not_doubled() {
    first_load(Method::Post, "/Products/upsert").await;
}

#[tokio::test(start_paused = true)]
async fn an_upsert_of_contacts_is_not_doubled() {
    first_load(Method::Post, "/Contacts/upsert").await;
}

#[tokio::test(start_paused = true)]
async fn an_insert_of_invoices_doubles_no_invoice_and_no_line() {
    first_load(Method::Post, "/v8/Invoices").await;
}

#[tokio::test(start_paused = true)]
async fn the_look_after_a_lost_insert_may_get_lost_as_well() {
    for skip in 0..12 {
        let Company { rig, .. } = company().await;
        lose(&rig, Method::Post, "/v8/Invoices", (Effect::LoseAnswer, 1));
        let down = Fault::once(Service::Zoho, "/coql", Effect::LoseAnswer).after(skip).times(1_000_000);
        rig.world.faults(|faults| faults.add(down));
        rig.sync().await;
        finish(rig).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_of_customers_is_harmless_to_repeat() {
    later_change(Method::Put, "/Accounts", Flow::Customers, |company| {
        company
            .rig
            .world
            .bc(|bc| bc.edit(Table::Customers, company.customers[0], "phoneNumber", "+49 40 123456"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_renumbered_customer_stays_one_account() {
    later_change(Method::Put, "/Accounts", Flow::Customers, |company| {
        company.rig.world.bc(|bc| bc.renumber(Table::Customers, company.customers[0], "C9"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn two_customers_that_exchange_numbers_stay_two_accounts() {
    later_change(Method::Put, "/Accounts", Flow::Customers, |company| {
        let [a, b] = company.customers;
        company.rig.world.bc(|bc| bc.swap_numbers(Table::Customers, a, b));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_renumbered_item_stays_one_product() {
    later_change(Method::Put, "/Products", Flow::Items, |company| {
        company.rig.world.bc(|bc| bc.renumber(Table::Items, company.items[0], "I9"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_told_once() {
    later_change(Method::Put, "/Invoices", Flow::Invoices, |company| {
        company.rig.world.bc(|bc| bc.pay(company.invoices[0], decimal("5")));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_correction_of_the_total_is_harmless_to_repeat() {
    for way in WAYS {
        let Company { rig, .. } = company().await;
        // Somebody at Zoho's side rounds otherwise: the first total is wrong, and Adjustment is written a second time.
        rig.world.zoho(|zoho| zoho.set_decimals(Module::Invoices, "Adjustment", 0)).unwrap();
        lose(&rig, Method::Put, "/Invoices", way);
        rig.sync().await;
        assert_nothing_is_spoilt(&rig);
        rig.world.zoho(|zoho| zoho.set_decimals(Module::Invoices, "Adjustment", 2)).unwrap();
        rig.world.faults(FaultPlan::clear);
        let rig = rig.restarted();
        rig.pass(Duration::from_secs(900)).await;
        assert_clean(&rig.sync().await);
        assert_holds(&rig).await;
    }
}

#[tokio::test(start_paused = true)]
async fn lines_that_are_repaired_are_not_doubled_when_that_answer_is_lost() {
    for way in WAYS {
        let Company { rig, .. } = company().await;
        assert_clean(&rig.sync().await);
        // The database is lost, and a person took a row away meanwhile: the adopted invoice is repaired.
        let invoice = rig.zoho_record(Module::Invoices, "BC_Number", "INV1");
        let rows = invoice.get("Invoiced_Items").and_then(Value::as_list).unwrap();
        let row = rows[0].get("id").cloned().unwrap();
        let delete = Value::Object([("id".to_owned(), row), ("_delete".to_owned(), Value::Null)].into());
        let id = invoice.get("id").and_then(Value::as_text).unwrap();
        let values = [("Invoiced_Items".to_owned(), Value::List(vec![delete]))].into();
        rig.world.zoho(|zoho| zoho.person_edits(Module::Invoices, id, &values, rig.clock.now())).unwrap();
        let rig = rig.without_database();
        lose(&rig, Method::Put, "/Invoices", way);
        rig.sync().await;
        assert!(rig.world.faults(|faults| faults.hit()) > 0);
        finish(rig).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_invoice_of_a_lost_insert_is_proved_to_the_cent() {
    let Company { rig, .. } = company().await;
    lose(&rig, Method::Post, "/v8/Invoices", (Effect::LoseAnswer, 1));
    assert_clean(&rig.sync().await);
    // 10 × 1.50 and 3 × 0.75, 19 % on each, and a cent of rounding.
    let invoice = rig.zoho_record(Module::Invoices, "BC_Number", "INV2");
    assert_eq!(number(&invoice, "Grand_Total"), decimal("20.54"));
}

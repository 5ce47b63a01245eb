//! Which documents of Business Central become invoices in Zoho: posted ones, from the chosen day on, and every open one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use jiff::civil::date;
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::policy::InvoicesFrom;
use sync::store::audit;
use tests::invoicing::{Shop, text};
use tests::{Choices, Rig, assert_clean, decimal, of};
use uuid::Uuid;

#[tokio::test(start_paused = true)]
async fn a_draft_never_leaves_business_central_and_keeps_one_record_when_it_is_posted() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    let lines = [shop.line("1", "10")];
    let id = rig.world.bc(|bc| bc.draft(shop.customer, "D-1001", &lines, Terms::default())).unwrap();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).read, 0);
    assert!(rig.world.bc(|bc| bc.release(id)));
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((of(&report, Flow::Invoices).read, of(&report, Flow::Invoices).skipped), (1, 1));
    let trail = rig.store.read(|tx| audit::of_record(tx, Flow::Invoices, "D-1001")).unwrap();
    assert!(trail.iter().any(|entry| entry.summary == "not posted yet"), "{trail:#?}");
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 0);
    rig.assert_agrees().await;
    assert!(rig.world.bc(|bc| bc.post(id, "103001")));
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).created, 1);
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 1);
    let record = rig.zoho_invoice("103001");
    assert_eq!(
        (text(&record, "BC_Id"), text(&record, "Subject")),
        (id.to_string().as_str(), "Invoice 103001")
    );
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_draft_leaves_nothing_behind() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    shop.post("103001", &[shop.line("1", "10")]);
    let lines = [shop.line("1", "10")];
    let id = rig.world.bc(|bc| bc.draft(shop.customer, "D-1001", &lines, Terms::default())).unwrap();
    assert!(rig.world.bc(|bc| bc.release(id)));
    assert_clean(&rig.sync().await);
    assert!(rig.world.bc(|bc| bc.delete(Table::SalesInvoices, id)));
    assert_clean(&rig.full().await);
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_invoice_that_comes_from_an_order_arrives_and_a_second_one_of_the_order_is_another() {
    let shop = Shop::open().await;
    for number in ["103001", "103002"] {
        let lines = [shop.line("1", "10")];
        shop.rig.world.bc(|bc| bc.post_order(shop.customer, "S-ORD101001", number, &lines)).unwrap();
        assert_clean(&shop.rig.sync().await);
    }
    for number in ["103001", "103002"] {
        assert_eq!(text(&shop.rig.zoho_invoice(number), "BC_Order_Number"), "S-ORD101001");
    }
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn without_the_automation_api_an_order_number_or_a_ledger_entry_proves_posting() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    rig.world.bc(|bc| bc.behaviour.posted_api = false);
    let lines = [shop.line("1", "10")];
    rig.world.bc(|bc| bc.post_order(shop.customer, "S-ORD101001", "103001", &lines)).unwrap();
    for (number, posted) in [("103002", true), ("103003", false)] {
        let id = rig.world.bc(|bc| bc.draft(shop.customer, number, &lines, Terms::default())).unwrap();
        rig.world.bc(|bc| bc.release(id));
        if posted {
            rig.edit_invoice(id, |row| row.posted = true);
            rig.world.bc(|bc| {
                let entry =
                    Row::new(bc.new_id()).with("documentNumber", number).with("documentType", "Invoice");
                bc.add(Table::GeneralLedger, entry)
            });
        }
    }
    let paid = shop.post("103004", &lines);
    rig.world.bc(|bc| bc.pay(paid, decimal("11.9")));
    let report = rig.sync().await;
    assert_clean(&report);
    let invoices = of(&report, Flow::Invoices);
    assert_eq!((invoices.created, invoices.skipped), (3, 1));
    let mut numbers: Vec<String> = rig
        .zoho_records(Module::Invoices)
        .iter()
        .map(|record| text(record, "BC_Number").to_owned())
        .collect();
    numbers.sort();
    assert_eq!(numbers, ["103001", "103002", "103004"]);
    rig.assert_agrees().await;
}

fn pay(rig: &Rig, id: Uuid) {
    assert!(rig.world.bc(|bc| bc.pay(id, decimal("119"))));
}

fn dated(shop: &Shop, number: &str, day: &str) -> Uuid {
    let id = shop.post(number, &[shop.line("1", "100")]);
    shop.rig.edit_invoice(id, |row| {
        row.set("invoiceDate", day);
        row.set("postingDate", day);
    });
    id
}

#[tokio::test(start_paused = true)]
async fn a_first_load_takes_invoices_from_the_chosen_day_and_every_open_one() {
    let mut choices = Choices::default();
    choices.policy.invoices_from = InvoicesFrom::Date(date(2025, 1, 1));
    choices.policy.map.invoices_from = Some(date(2025, 1, 1));
    let shop = Shop::open_with(choices).await;
    let rig = &shop.rig;
    pay(rig, dated(&shop, "OLD-PAID", "2024-12-31"));
    let old = dated(&shop, "OLD-OPEN", "2024-12-31");
    pay(rig, dated(&shop, "NEW-PAID", "2025-01-01"));
    dated(&shop, "NEW-OPEN", "2026-01-01");
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((of(&report, Flow::Invoices).read, of(&report, Flow::Invoices).created), (3, 3));
    let mut numbers: Vec<String> = rig
        .zoho_records(Module::Invoices)
        .iter()
        .map(|record| text(record, "BC_Number").to_owned())
        .collect();
    numbers.sort();
    assert_eq!(numbers, ["NEW-OPEN", "NEW-PAID", "OLD-OPEN"]);
    rig.assert_agrees().await;

    // It was open when it came, and is kept up when it is paid.
    pay(rig, old);
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.zoho_invoice("OLD-OPEN"), "BC_Status"), "Paid");
    assert_eq!(rig.zoho_records(Module::Invoices).len(), 3);
    assert_clean(&rig.full().await);
    rig.assert_agrees().await;

    // Paid while the database was lost: no listing of a first load names it.
    assert!(rig.world.bc(|bc| bc.unapply(old)));
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.zoho_invoice("OLD-OPEN"), "BC_Status"), "Open");
    let rig = shop.rig.without_database();
    pay(&rig, old);
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.zoho_invoice("OLD-OPEN"), "BC_Status"), "Paid");
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_old_paid_invoice_that_is_touched_stays_where_it_is() {
    let mut choices = Choices::default();
    choices.policy.invoices_from = InvoicesFrom::Date(date(2025, 1, 1));
    choices.policy.map.invoices_from = Some(date(2025, 1, 1));
    let shop = Shop::open_with(choices).await;
    dated(&shop, "NEW", "2026-01-01");
    let old = dated(&shop, "OLD", "2024-12-31");
    pay(&shop.rig, old);
    assert_clean(&shop.rig.sync().await);
    shop.rig.edit_invoice(old, |row| row.set("dueDate", "2026-12-24"));
    let report = shop.rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).skipped, 1);
    assert_eq!(shop.rig.zoho_records(Module::Invoices).len(), 1);
    shop.rig.assert_agrees().await;
}

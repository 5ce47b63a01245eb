//! What happens to a posted invoice afterwards: paid in part, in full, unapplied, cancelled.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use exact_json::Decimal;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use tests::invoicing::{Shop, figures, map, rows, text};
use tests::{Rig, assert_clean, decimal, number, of};
use uuid::Uuid;

/// A shop with one open invoice over 238.00 that is in Zoho already.
async fn one_open() -> (Shop, Uuid) {
    let shop = Shop::open_with_vat().await;
    let id = shop.post("103001", &[shop.line("1", "150"), shop.line("1", "50")]);
    assert_clean(&shop.rig.sync().await);
    assert_eq!(number(&shop.rig.zoho_invoice("103001"), "BC_Remaining_Amount"), decimal("238"));
    (shop, id)
}

fn pay(rig: &Rig, id: Uuid, amount: &str) {
    assert!(rig.world.bc(|bc| bc.pay(id, decimal(amount))));
}

#[tokio::test(start_paused = true)]
async fn partial_payment_moves_the_remaining_amount_only() {
    let (shop, id) = one_open().await;
    let rig = &shop.rig;
    let stamp = |rig: &Rig| rig.world.bc(|bc| bc.table(Table::SalesInvoices)[&id].modified);
    let (before, stamped, logged) = (rig.zoho_invoice("103001"), stamp(rig), rig.logged());
    pay(rig, id, "119");
    assert_eq!(stamp(rig), stamped, "a partial payment has no timestamp");
    let report = rig.sync().await;
    assert_clean(&report);
    let invoices = of(&report, Flow::Invoices);
    assert_eq!((invoices.read, invoices.updated), (1, 1));
    assert_eq!(rig.only_invoice_since(logged), map(r#"{"BC_Remaining_Amount":119}"#));
    let after = rig.zoho_invoice("103001");
    assert_eq!(rows(&after), rows(&before));
    assert_eq!((text(&after, "BC_Status"), number(&after, "Grand_Total")), ("Open", decimal("238")));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn the_polling_loop_sees_a_partial_payment_within_five_minutes() {
    let (shop, id) = one_open().await;
    let rig = &shop.rig;
    // A later document takes the first one out of the overlap that every listing reads again.
    rig.pass(Duration::from_secs(3600)).await;
    shop.post("103002", &[shop.line("1", "1")]);
    assert_clean(&rig.poll().await);
    pay(rig, id, "0.01");
    rig.pass(Duration::from_secs(60)).await;
    assert_clean(&rig.poll().await);
    assert_eq!(number(&rig.zoho_invoice("103001"), "BC_Remaining_Amount"), decimal("238"));
    rig.pass(Duration::from_secs(4 * 60)).await;
    assert_clean(&rig.poll().await);
    assert_eq!(number(&rig.zoho_invoice("103001"), "BC_Remaining_Amount"), decimal("237.99"));
    let writes = rig.writes();
    rig.pass(Duration::from_secs(10 * 60)).await;
    assert_clean(&rig.poll().await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn several_partial_payments_between_two_runs_are_one_write() {
    let (shop, id) = one_open().await;
    let logged = shop.rig.logged();
    for amount in ["1.11", "2.22", "3.33"] {
        pay(&shop.rig, id, amount);
    }
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.only_invoice_since(logged), map(r#"{"BC_Remaining_Amount":231.34}"#));
}

#[tokio::test(start_paused = true)]
async fn full_payment_moves_status_and_remaining_amount_without_touching_rows() {
    let (shop, id) = one_open().await;
    let logged = shop.rig.logged();
    pay(&shop.rig, id, "238");
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.only_invoice_since(logged), map(r#"{"BC_Remaining_Amount":0,"BC_Status":"Paid"}"#));
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(figures(&record), [["1", "150", "0"], ["1", "50", "0"]]);
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_payment_in_two_halves_ends_as_paid() {
    let (shop, id) = one_open().await;
    pay(&shop.rig, id, "119");
    assert_clean(&shop.rig.sync().await);
    pay(&shop.rig, id, "119");
    assert_clean(&shop.rig.sync().await);
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!((text(&record, "BC_Status"), number(&record, "BC_Remaining_Amount")), ("Paid", Decimal::ZERO));
}

#[tokio::test(start_paused = true)]
async fn an_unapplied_payment_opens_the_invoice_again() {
    let (shop, id) = one_open().await;
    pay(&shop.rig, id, "238");
    assert_clean(&shop.rig.sync().await);
    let logged = shop.rig.logged();
    assert!(shop.rig.world.bc(|bc| bc.unapply(id)));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.only_invoice_since(logged), map(r#"{"BC_Remaining_Amount":238,"BC_Status":"Open"}"#));
    assert_eq!(rows(&shop.rig.zoho_invoice("103001")).len(), 2);
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_unapplied_partial_payment_moves_the_remaining_amount_back() {
    let (shop, id) = one_open().await;
    pay(&shop.rig, id, "38");
    assert_clean(&shop.rig.sync().await);
    let logged = shop.rig.logged();
    assert!(shop.rig.world.bc(|bc| bc.unapply(id)));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.only_invoice_since(logged), map(r#"{"BC_Remaining_Amount":238}"#));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_invoice_keeps_its_rows_and_owes_nothing() {
    let (shop, id) = one_open().await;
    let logged = shop.rig.logged();
    assert!(shop.rig.world.bc(|bc| bc.cancel(id)));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(
        shop.rig.only_invoice_since(logged),
        map(r#"{"BC_Remaining_Amount":0,"BC_Status":"Canceled"}"#)
    );
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(rows(&record).len(), 2);
    assert_eq!(number(&record, "Grand_Total"), decimal("238"));
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_half_paid_invoice_that_is_cancelled_owes_nothing() {
    let (shop, id) = one_open().await;
    pay(&shop.rig, id, "100");
    assert_clean(&shop.rig.sync().await);
    assert!(shop.rig.world.bc(|bc| bc.cancel(id)));
    assert_clean(&shop.rig.sync().await);
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(
        (text(&record, "BC_Status"), number(&record, "BC_Remaining_Amount")),
        ("Canceled", Decimal::ZERO)
    );
}

#[tokio::test(start_paused = true)]
async fn a_corrective_invoice_arrives_as_one() {
    let (shop, _) = one_open().await;
    let id = shop.post("103002", &[shop.line("1", "10")]);
    shop.rig.edit_invoice(id, |row| row.set("status", "Corrective"));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(text(&shop.rig.zoho_invoice("103002"), "BC_Status"), "Corrective");
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_due_date_is_the_only_thing_written() {
    let (shop, id) = one_open().await;
    let logged = shop.rig.logged();
    shop.rig.edit_invoice(id, |row| row.set("dueDate", "2026-12-24"));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.only_invoice_since(logged), map(r#"{"Due_Date":"2026-12-24"}"#));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_no_field_shows_writes_nothing() {
    let (shop, id) = one_open().await;
    let writes = shop.rig.writes();
    shop.rig.edit_invoice(id, |row| row.set("disputeStatus", "CONTACTED"));
    let report = shop.rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).unchanged, 1);
    assert_eq!(shop.rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_of_open_invoices_never_takes_absence_for_payment() {
    let (shop, _) = one_open().await;
    let logged = shop.rig.logged();
    shop.rig.world.bc(|bc| bc.behaviour.posted_hidden = true);
    shop.rig.poll().await;
    shop.rig.pass(Duration::from_secs(600)).await;
    shop.rig.poll().await;
    assert!(shop.rig.written_since(Module::Invoices, logged).is_empty());
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(
        (text(&record, "BC_Status"), number(&record, "BC_Remaining_Amount")),
        ("Open", decimal("238"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_payment_while_the_program_was_off_is_taken_over_by_a_profile_without_its_database() {
    let (shop, id) = one_open().await;
    pay(&shop.rig, id, "100");
    let logged = shop.rig.logged();
    let rig = shop.rig.without_database();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.only_invoice_since(logged), map(r#"{"BC_Remaining_Amount":138}"#));
    rig.assert_agrees().await;
}

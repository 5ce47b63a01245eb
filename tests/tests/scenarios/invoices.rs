//! What each field of an invoice becomes in Zoho, and what an invoice waits for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use exact_json::{Decimal, Map, Value};
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::map::ForeignCurrency;
use sync::report::Outcome;
use tests::invoicing::{Shop, map, rows, text};
use tests::{Rig, assert_clean, decimal, number, of};
use uuid::Uuid;

/// The fields of `record` that `want` names, with references as their ids.
fn shown(record: &Map, want: &Map) -> Map {
    let value = |name: &String| match record.get(name) {
        Some(Value::Object(reference)) => reference["id"].clone(),
        other => other.cloned().unwrap_or_default(),
    };
    want.keys().map(|name| (name.clone(), value(name))).collect()
}

fn account(rig: &Rig, number: &str) -> String {
    text(&rig.zoho_record(Module::Accounts, "BC_Number", number), "id").to_owned()
}

/// A header with something in every property that the mapping reads.
fn dress(row: &mut Row) {
    for (name, value) in [
        ("invoiceDate", "2026-02-03"),
        ("postingDate", "2026-02-04"),
        ("dueDate", "2026-03-05"),
        ("customerPurchaseOrderReference", "Ref. 4711 / Søren"),
        ("externalDocumentNumber", "EXT-9"),
        ("orderNumber", "S-ORD101001"),
        ("billToAddressLine1", "Jungfernstieg 1"),
        ("billToAddressLine2", "3. Stock"),
        ("billToCity", "Hamburg"),
        ("billToState", "HH"),
        ("billToPostCode", "20095"),
        ("billToCountry", "DE"),
        ("shipToAddressLine1", "Nyhavn 17"),
        ("shipToAddressLine2", ""),
        ("shipToCity", "København"),
        ("shipToState", ""),
        ("shipToPostCode", "1051"),
        ("shipToCountry", "DK"),
    ] {
        row.set(name, value);
    }
}

#[tokio::test(start_paused = true)]
async fn every_header_field_of_an_invoice_is_what_the_mapping_says() {
    let shop = Shop::open_with_vat().await;
    let id = shop.post("103001", &[shop.line("2", "100").discounted(decimal("10"))]);
    shop.rig.edit_invoice(id, dress);
    shop.rig.world.bc(|bc| bc.pay(id, decimal("14.2")));
    assert_clean(&shop.rig.sync().await);
    let record = shop.rig.zoho_invoice("103001");
    let mut want = map(
        r#"{"Subject":"Invoice 103001","BC_Number":"103001","Invoice_Date":"2026-02-03","Due_Date":"2026-03-05",
        "Purchase_Order":"Ref. 4711 / Søren","Status":null,"Description":null,"Adjustment":0,
        "Billing_Street":"Jungfernstieg 1\n3. Stock","Billing_City":"Hamburg","Billing_State":"HH","Billing_Code":"20095",
        "Billing_Country":"Germany","Shipping_Street":"Nyhavn 17","Shipping_City":"København","Shipping_State":null,
        "Shipping_Code":"1051","Shipping_Country":"Denmark","BC_Status":"Open","BC_Remaining_Amount":200,
        "BC_Total_Excl_Tax":180,"BC_Total_Tax":34.2,"BC_Total_Incl_Tax":214.2,"BC_Currency":"EUR",
        "BC_Order_Number":"S-ORD101001","Sub_Total":180,"Tax":34.2,"Grand_Total":214.2}"#,
    );
    want.insert("BC_Id".to_owned(), Value::text(id.to_string()));
    want.insert("Account_Name".to_owned(), Value::text(account(&shop.rig, "C1")));
    assert_eq!(shown(&record, &want), want);
    let sent = &shop.rig.written_since(Module::Invoices, 0)[0].sent;
    let names: Vec<&str> = sent.keys().map(String::as_str).collect();
    assert!(
        !names.contains(&"Exchange_Rate") && !names.contains(&"Grand_Total") && !names.contains(&"Currency"),
        "{names:?}"
    );
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn every_field_of_a_row_is_what_the_mapping_says() {
    let shop = Shop::open_with_vat().await;
    let lines = [shop.line("2", "100").discounted(decimal("10")), shop.line("1", "5").taxed(decimal("7"))];
    shop.post("103001", &lines);
    assert_clean(&shop.rig.sync().await);
    let product = text(&shop.rig.zoho_record(Module::Products, "BC_Number", "1000"), "id").to_owned();
    let sent = &shop.rig.written_since(Module::Invoices, 0)[0].sent;
    let want = format!(
        r#"[{{"Description":"Drill 18V","Discount":20,"Line_Tax":[{{"name":"VAT","percentage":19}}],"List_Price":100,"Product_Name":{{"id":"{product}"}},"Quantity":2}},{{"Description":"Drill 18V","Discount":0,"List_Price":5,"Product_Name":{{"id":"{product}"}},"Quantity":1}}]"#
    );
    assert_eq!(sent["Invoiced_Items"].to_json(), want);
    let row = &rows(&shop.rig.zoho_invoice("103001"))[0];
    assert_eq!((number(row, "Total_After_Discount"), number(row, "Tax")), (decimal("180"), decimal("34.2")));
}

#[tokio::test(start_paused = true)]
async fn the_external_document_number_stands_in_for_a_missing_reference() {
    let shop = Shop::open().await;
    let id = shop.post("103001", &[shop.line("1", "1")]);
    shop.rig.edit_invoice(id, |row| row.set("externalDocumentNumber", "EXT-9"));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(text(&shop.rig.zoho_invoice("103001"), "Purchase_Order"), "EXT-9");
}

#[tokio::test(start_paused = true)]
async fn a_header_value_that_goes_blank_is_cleared_and_no_row_is_sent() {
    let shop = Shop::open().await;
    let id = shop.post("103001", &[shop.line("1", "1")]);
    shop.rig.edit_invoice(id, dress);
    assert_clean(&shop.rig.sync().await);
    let logged = shop.rig.logged();
    shop.rig.edit_invoice(id, |row| {
        row.set("billToCity", "");
        row.set("billToAddressLine2", "");
        row.set("dueDate", "0001-01-01");
    });
    assert_clean(&shop.rig.sync().await);
    let want = map(r#"{"Billing_City":null,"Billing_Street":"Jungfernstieg 1","Due_Date":null}"#);
    assert_eq!(shop.rig.only_invoice_since(logged), want);
    assert_eq!(rows(&shop.rig.zoho_invoice("103001")).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_invoice_is_held_until_its_account_exists_and_arrives_in_the_run_that_makes_it() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    rig.world.zoho(|zoho| {
        zoho.poison(Module::Accounts, "Account_Name", "Müller", "INVALID_DATA", "not by our rules");
    });
    shop.post("103001", &[shop.line("1", "10")]);
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!((of(&report, Flow::Customers).failed, of(&report, Flow::Invoices).held), (1, 1));
    let failures = rig.failures();
    let held = failures.iter().find(|failure| failure.flow == Flow::Invoices).unwrap();
    assert!(held.held && held.message.contains("103001") && held.message.contains("C1"), "{held:?}");
    assert!(!rig.poll().await.flows.iter().any(|flow| flow.created > 0));

    // Corrected in Business Central.
    rig.world.bc(|bc| bc.edit(Table::Customers, shop.customer, "displayName", "Mueller"));
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((of(&report, Flow::Customers).created, of(&report, Flow::Invoices).created), (1, 1));
    rig.assert_agrees().await;

    // Corrected in Zoho, and tried again by hand.
    let other = rig.customer("C2", "Müller II");
    rig.invoice(other, "103002", &[shop.line("1", "10")], Terms::default());
    assert_eq!(rig.sync().await.outcome, Outcome::Attention);
    rig.world.zoho(sandbox::ZohoState::clear_poison);
    let problem = rig.failures().iter().find(|failure| failure.flow == Flow::Customers).unwrap().problem;
    let report = rig.replay(Replay::Problems(vec![problem])).await;
    assert_eq!(of(&report, Flow::Customers).created, 1);
    assert_clean(&rig.poll().await);
    assert!(rig.failures().is_empty());
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_invoice_of_a_customer_who_is_gone_goes_to_whoever_pays_or_to_the_placeholder_account() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    let gone = Uuid::from_u128(0xdead).to_string();
    rig.customer("C2", "Number only");
    let payer = rig.customer("C3", "Payer");
    let ids: Vec<Uuid> = (1..=3).map(|n| shop.post(&format!("10300{n}"), &[shop.line("1", "10")])).collect();
    let orphan = |row: &mut Row, number: &str, payer: &str| {
        row.set("customerId", gone.as_str());
        row.set("customerNumber", number);
        row.set("billToCustomerId", payer);
        row.set("billToCustomerNumber", "C-GONE");
    };
    rig.edit_invoice(ids[0], |row| orphan(row, "C2", &gone));
    rig.edit_invoice(ids[1], |row| orphan(row, "C-GONE", &payer.to_string()));
    rig.edit_invoice(ids[2], |row| orphan(row, "C-GONE", &gone));
    let report = rig.sync().await;
    assert_clean(&report);
    let of_invoice = |number: &str| {
        let record = rig.zoho_invoice(number);
        let id = record["Account_Name"].get("id").and_then(Value::as_text).unwrap().to_owned();
        text(&rig.zoho_record(Module::Accounts, "id", &id), "Account_Name").to_owned()
    };
    assert_eq!(of_invoice("103001"), "Number only");
    assert_eq!(of_invoice("103002"), "Payer");
    assert_eq!(of_invoice("103003"), "Business Central, deleted customers");
    assert_eq!(text(&rig.zoho_record(Module::Accounts, "BC_Number", "BC-DELETED"), "BC_Id"), "");
    rig.assert_agrees().await;
    assert_eq!(of(&report, Flow::Customers).created, 3);
    let rig = shop.rig.without_database();
    let writes = rig.writes();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes);
}

fn in_dollars(shop: &Shop, number: &str) -> Uuid {
    let id = shop.post(number, &[shop.line("1", "100")]);
    shop.rig.edit_invoice(id, |row| row.set("currencyCode", "USD"));
    id
}

#[tokio::test(start_paused = true)]
async fn a_foreign_invoice_in_an_org_with_one_currency_is_skipped_or_copied_with_its_currency_in_the_subject()
{
    let shop = Shop::open().await;
    in_dollars(&shop, "103001");
    let report = shop.rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).skipped, 1);
    assert!(shop.rig.zoho_records(Module::Invoices).is_empty());
    shop.rig.assert_agrees().await;

    let rig = shop.rig.with(|choices| {
        choices.policy.map.foreign_currency_in_one_currency_org = ForeignCurrency::CopyWithSuffix;
    });
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).created, 1);
    let record = rig.zoho_invoice("103001");
    assert_eq!((text(&record, "Subject"), text(&record, "BC_Currency")), ("Invoice 103001 (USD)", "USD"));
    assert_eq!(number(&record, "Grand_Total"), decimal("119"));
    assert_eq!(record.get("Currency").cloned().unwrap_or_default(), Value::Null);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_invoice_in_an_inactive_currency_is_held_and_follows_once_the_currency_is_active() {
    let shop = Shop::open().await;
    let rig = &shop.rig;
    rig.world.zoho(|zoho| {
        zoho.set_multi_currency(true);
        zoho.set_currency("USD", false);
    });
    let home = shop.post("103001", &[shop.line("1", "100")]);
    in_dollars(&shop, "103002");
    let report = rig.sync().await;
    assert_eq!((of(&report, Flow::Invoices).created, of(&report, Flow::Invoices).held), (1, 1));
    let failure = rig.failures().remove(0);
    assert_eq!((failure.code.as_str(), failure.number.as_str()), ("currency_inactive", "103002"));
    assert!(failure.held && failure.cure.to_lowercase().contains("activate usd in zoho"), "{}", failure.cure);
    rig.world.zoho(|zoho| zoho.set_currency("USD", true));
    // The org's currencies are read again after a while.
    rig.pass(Duration::from_secs(2 * 3600)).await;
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).created, 1);
    let record = rig.zoho_invoice("103002");
    assert_eq!((text(&record, "Currency"), text(&record, "Subject")), ("USD", "Invoice 103002"));
    assert_eq!(text(&rig.zoho_invoice("103001"), "Currency"), "EUR");
    assert_eq!(number(&rig.zoho_invoice("103001"), "Grand_Total"), rig.bc_total(home));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn the_status_takes_the_picklist_value_of_its_own_name_or_what_the_users_table_says() {
    let shop = Shop::open().await;
    let id = shop.post("103001", &[shop.line("1", "100")]);
    assert_clean(&shop.rig.sync().await);
    assert_eq!(text(&shop.rig.zoho_invoice("103001"), "Status"), "");

    // A person's choice is left alone as long as the mapping has no value of its own.
    shop.rig.person_edits(
        Module::Invoices,
        &shop.rig.zoho_invoice("103001"),
        &map(r#"{"Status":"Delivered"}"#),
    );
    assert_clean(&shop.rig.full().await);
    assert_eq!(text(&shop.rig.zoho_invoice("103001"), "Status"), "Delivered");
    let rig = shop.rig.without_database();
    assert_clean(&rig.full().await);
    assert_eq!(text(&rig.zoho_invoice("103001"), "Status"), "Delivered");

    // The org gets a value of that name.
    rig.world.zoho(|zoho| zoho.add_picklist_value(Module::Invoices, "Status", "Paid")).unwrap();
    rig.engine.forget_metadata();
    assert!(rig.world.bc(|bc| bc.pay(id, decimal("119"))));
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.zoho_invoice("103001"), "Status"), "Paid");

    // The user's table.
    let rig = rig.with(|choices| {
        choices.policy.map.status_table = [
            ("Paid".to_owned(), Some("Delivered".to_owned())),
            ("Canceled".to_owned(), Some("Cancelled".to_owned())),
            ("Open".to_owned(), None),
        ]
        .into();
    });
    let logged = rig.logged();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.only_invoice_since(logged), map(r#"{"Status":"Delivered"}"#));
    assert!(rig.world.bc(|bc| bc.unapply(id)));
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.zoho_invoice("103001"), "Status"), "", "no stale value stays");
    assert!(rig.world.bc(|bc| bc.cancel(id)));
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.zoho_invoice("103001"), "Status"), "Cancelled");
    assert_eq!(number(&rig.zoho_invoice("103001"), "BC_Remaining_Amount"), Decimal::ZERO);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn two_invoices_with_equal_lines_stay_two() {
    let shop = Shop::open().await;
    let lines = [shop.line("1", "10")];
    for n in 0..3 {
        shop.post(&format!("10300{n}"), &lines);
    }
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.zoho_records(Module::Invoices).len(), 3);
    shop.rig.assert_agrees().await;
}

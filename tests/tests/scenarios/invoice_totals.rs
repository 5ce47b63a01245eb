//! Every invoice's total in Zoho is Business Central's to the cent, however Zoho rounds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use exact_json::{Decimal, Map};
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::report::Outcome;
use sync::store::failures::FailureClass;
use tests::invoicing::{Shop, figures, map, rows, text};
use tests::{assert_clean, decimal, number, of};
use transport::{Random, SeededRandom};

/// Three rows of 0.13 at 19 %: 0.06 of tax row by row, 0.07 on their sum.
fn small_change(shop: &Shop) -> Vec<Line> {
    vec![shop.line("1", "0.13"), shop.line("1", "0.13"), shop.line("1", "0.13")]
}

#[tokio::test(start_paused = true)]
async fn tax_of_a_rate_that_the_org_has_stands_in_the_rows() {
    let shop = Shop::open_with_vat().await;
    let record = shop.arrives("103001", &[shop.line("2", "100")], Terms::default()).await;
    assert_eq!(number(&record, "Grand_Total"), decimal("238"));
    assert_eq!(number(&record, "Tax"), decimal("38"));
    assert_eq!(number(&record, "Adjustment"), decimal("0"));
}

#[tokio::test(start_paused = true)]
async fn tax_of_a_rate_that_the_org_lacks_goes_into_adjustment() {
    let shop = Shop::open().await;
    let record = shop.arrives("103001", &[shop.line("2", "100")], Terms::default()).await;
    assert_eq!(number(&record, "Grand_Total"), decimal("238"));
    assert_eq!(number(&record, "Tax"), decimal("0"));
    assert_eq!(number(&record, "Adjustment"), decimal("38"));
}

#[tokio::test(start_paused = true)]
async fn of_two_rates_only_the_one_that_the_org_has_is_in_the_rows() {
    let shop = Shop::open_with_vat().await;
    let lines = [shop.line("1", "100"), shop.line("1", "50").taxed(decimal("7"))];
    let record = shop.arrives("103001", &lines, Terms::default()).await;
    assert_eq!(number(&record, "Tax"), decimal("19"));
    assert_eq!(number(&record, "Adjustment"), decimal("3.5"));
    assert_eq!(number(&record, "Grand_Total"), decimal("172.5"));
}

#[tokio::test(start_paused = true)]
async fn a_cent_that_business_central_rounded_otherwise_goes_into_adjustment() {
    for (off, adjustment) in [(1, "0.01"), (-1, "-0.01"), (3, "0.03")] {
        let shop = Shop::open_with_vat().await;
        let terms = Terms { cents_off: off, ..Terms::default() };
        let record = shop.arrives("103001", &[shop.line("3", "33.33")], terms).await;
        assert_eq!(number(&record, "Adjustment"), decimal(adjustment));
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_that_agrees_at_once_takes_one_write() {
    let shop = Shop::open_with_vat().await;
    shop.post("103001", &small_change(&shop));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.written_since(Module::Invoices, 0).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_zoho_that_rounds_otherwise_is_corrected_once_and_then_left_alone() {
    let shop = Shop::open_with_vat().await;
    shop.rig.world.zoho(|zoho| zoho.switches.tax_by_document = true);
    let id = shop.post("103001", &small_change(&shop));
    let report = shop.rig.sync().await;
    assert_clean(&report);
    assert_eq!((of(&report, Flow::Invoices).created, of(&report, Flow::Invoices).updated), (1, 0));
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(number(&record, "Grand_Total"), decimal("0.45"));
    assert_eq!(number(&record, "Adjustment"), decimal("-0.01"));
    let written = shop.rig.written_since(Module::Invoices, 0);
    assert_eq!(written.len(), 2);
    assert_eq!(written[1].sent.keys().collect::<Vec<_>>(), ["Adjustment", "id"]);

    let (logged, writes) = (shop.rig.logged(), shop.rig.writes());
    assert_clean(&shop.rig.sync().await);
    assert_clean(&shop.rig.full().await);
    assert_eq!(shop.rig.writes(), writes);
    shop.rig.assert_agrees().await;

    assert!(shop.rig.world.bc(|bc| bc.pay(id, decimal("0.20"))));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(shop.rig.only_invoice_since(logged), map(r#"{"BC_Remaining_Amount":0.25}"#));
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(number(&record, "Adjustment"), decimal("-0.01"));
    assert_eq!(number(&record, "Grand_Total"), decimal("0.45"));
    assert!(shop.rig.world.bc(|bc| bc.pay(id, decimal("0.25"))));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(number(&shop.rig.zoho_invoice("103001"), "Adjustment"), decimal("-0.01"));
}

#[tokio::test(start_paused = true)]
async fn a_profile_without_its_database_leaves_a_corrected_adjustment_as_it_is() {
    let shop = Shop::open_with_vat().await;
    shop.rig.world.zoho(|zoho| zoho.switches.tax_by_document = true);
    shop.post("103001", &small_change(&shop));
    assert_clean(&shop.rig.sync().await);
    let rig = shop.rig.without_database();
    let writes = rig.writes();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes);
    assert_eq!(number(&rig.zoho_invoice("103001"), "Adjustment"), decimal("-0.01"));
}

#[tokio::test(start_paused = true)]
async fn a_difference_that_stays_is_a_problem_with_both_figures() {
    let shop = Shop::open().await;
    shop.rig.world.zoho(|zoho| zoho.set_read_only(Module::Invoices, "Adjustment", true)).unwrap();
    let id = shop.post("103001", &[shop.line("2", "100")]);
    let report = shop.rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!(of(&report, Flow::Invoices).failed, 1);
    let failures = shop.rig.failures();
    assert_eq!(failures.len(), 1);
    assert_eq!((failures[0].code.as_str(), failures[0].class), ("total_differs", FailureClass::Conflict));
    for figure in ["103001", "238", "200"] {
        assert!(failures[0].message.contains(figure), "{figure} in {}", failures[0].message);
    }
    let found = shop.rig.compare().await;
    assert!(!found.agrees);

    // Payments are still taken over, and nothing else is written.
    let logged = shop.rig.logged();
    assert!(shop.rig.world.bc(|bc| bc.pay(id, decimal("38"))));
    shop.rig.sync().await;
    let payment = &shop.rig.written_since(Module::Invoices, logged)[0].sent;
    assert_eq!(number(payment, "BC_Remaining_Amount"), decimal("200"));
    assert_eq!(payment.keys().collect::<Vec<_>>(), ["BC_Remaining_Amount", "id"]);

    shop.rig.world.zoho(|zoho| zoho.set_read_only(Module::Invoices, "Adjustment", false)).unwrap();
    shop.rig.engine.forget_metadata();
    assert_clean(&shop.rig.replay(Replay::All).await);
    assert_eq!(number(&shop.rig.zoho_invoice("103001"), "Grand_Total"), decimal("238"));
    assert!(shop.rig.failures().is_empty());
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_invoice_over_nothing_arrives() {
    let shop = Shop::open_with_vat().await;
    let free = shop.line("4", "25").discounted(decimal("100"));
    let record = shop.arrives("103001", &[free], Terms::default()).await;
    assert_eq!(figures(&record), [["4", "25", "100"]]);
    assert_eq!(number(&record, "Grand_Total"), Decimal::ZERO);
}

#[tokio::test(start_paused = true)]
async fn lines_that_cancel_each_other_arrive_with_a_total_of_nothing() {
    let shop = Shop::open_with_vat().await;
    let lines = [shop.line("1", "99.99"), shop.line("-1", "99.99")];
    let record = shop.arrives("103001", &lines, Terms::default()).await;
    assert_eq!(figures(&record), [["1", "99.99", "0"], ["-1", "99.99", "0"]]);
    assert_eq!(number(&record, "Grand_Total"), Decimal::ZERO);
}

/// A document of everything that documents have, from repeatable chance.
fn anything(shop: &Shop, random: &SeededRandom, decimals: u32) -> (Vec<Line>, Terms) {
    let below = |n: u64| i64::try_from(random.below(n)).unwrap();
    let mut lines = Vec::new();
    for _ in 0..below(9) {
        if below(6) == 0 {
            lines.push(Line::comment("As agreed by telephone"));
            continue;
        }
        let quantity = match below(5) {
            0 => Decimal::new(below(900_000) + 1, 5),
            1 => Decimal::new(below(500) + 1, 2),
            _ => Decimal::from(below(20) + 1),
        };
        let price = match below(4) {
            0 => Decimal::new(below(20_000_000), 5),
            1 => Decimal::ZERO,
            _ => Decimal::new(below(900_000) + 1, decimals),
        };
        let sign = if below(7) == 0 { -Decimal::ONE } else { Decimal::ONE };
        let mut line = match below(6) {
            0 => Line::other("Account", "6110", "Freight", quantity * sign, price),
            1 => Line::other("Resource", "LINDA", "Assembly", quantity * sign, price),
            2 => Line::other("Charge", "S-FREIGHT", "Charge", quantity * sign, price),
            _ => Line { quantity: quantity * sign, unit_price: price, ..shop.line("1", "1") },
        };
        line = line
            .taxed([decimal("19"), decimal("7"), decimal("0"), decimal("8.875")][random.below(4) as usize]);
        if below(3) == 0 {
            line = line.discounted(Decimal::new(below(1001), 1));
        }
        lines.push(line);
    }
    let terms = Terms {
        prices_include_tax: below(3) == 0,
        invoice_discount_percent: if below(3) == 0 { Decimal::new(below(200), 1) } else { Decimal::ZERO },
        decimals,
        cents_off: below(5) - 2,
    };
    (lines, terms)
}

/// Two hundred documents of everything against one kind of org.
async fn two_hundred(prepare: impl FnOnce(&mut sandbox::zoho::ZohoState)) {
    let shop = Shop::open_with_vat().await;
    shop.rig.world.zoho(|zoho| {
        zoho.set_multi_currency(true);
        zoho.set_currency("JPY", true);
        prepare(zoho);
    });
    let random = SeededRandom::new(4711);
    for n in 0..200 {
        let yen = n % 5 == 0;
        let (lines, terms) = anything(&shop, &random, if yen { 0 } else { 2 });
        let id = shop.post_on(&format!("{}", 103_001 + n), &lines, terms);
        if yen {
            shop.rig.edit_invoice(id, |row| row.set("currencyCode", "JPY"));
        }
    }
    let report = shop.rig.sync().await;
    for failure in shop.rig.failures().iter().take(5) {
        eprintln!("{}: {} {}", failure.number, failure.code, failure.message);
    }
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Invoices).created, 200);
    let totals: Vec<(String, Decimal)> = shop.rig.world.bc(|bc| {
        let invoices = bc.table(Table::SalesInvoices).values();
        invoices.map(|row| (row.text("number").to_owned(), row.number("totalAmountIncludingTax"))).collect()
    });
    let records = shop.rig.zoho_records(Module::Invoices);
    let by_number: BTreeMap<&str, &Map> =
        records.iter().map(|record| (text(record, "BC_Number"), record)).collect();
    assert_eq!((records.len(), by_number.len()), (200, 200));
    for (invoice, total) in totals {
        let record = by_number[invoice.as_str()];
        assert_eq!(number(record, "Grand_Total"), total, "{record:#?}");
        assert!(!rows(record).is_empty(), "{invoice}");
    }
    shop.rig.assert_agrees().await;
    let writes = shop.rig.writes();
    assert_clean(&shop.rig.full().await);
    assert_eq!(shop.rig.writes(), writes);
    let rig = shop.rig.without_database();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes, "a profile without its database found something to repair");
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn two_hundred_invoices_of_everything_agree_to_the_cent() {
    two_hundred(|_| {}).await;
}

#[tokio::test(start_paused = true)]
async fn two_hundred_invoices_agree_where_tax_is_rounded_once_per_document() {
    two_hundred(|zoho| zoho.switches.tax_by_document = true).await;
}

#[tokio::test(start_paused = true)]
async fn two_hundred_invoices_agree_where_negative_quantities_are_refused() {
    two_hundred(|zoho| zoho.switches.refuse_negative_quantity = true).await;
}

#[tokio::test(start_paused = true)]
async fn two_hundred_invoices_agree_where_every_negative_row_is_refused() {
    two_hundred(|zoho| {
        zoho.switches.refuse_negative_quantity = true;
        zoho.switches.refuse_negative_price = true;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn two_hundred_invoices_agree_where_rows_are_few_and_fields_are_coarse() {
    two_hundred(|zoho| {
        zoho.switches.max_subform_rows = Some(3);
        zoho.switches.refuse_excess_decimals = true;
        zoho.set_decimals(Module::InvoicedItems, "List_Price", 2).unwrap();
        zoho.set_decimals(Module::InvoicedItems, "Discount", 2).unwrap();
        zoho.set_decimals(Module::InvoicedItems, "Quantity", 2).unwrap();
    })
    .await;
}

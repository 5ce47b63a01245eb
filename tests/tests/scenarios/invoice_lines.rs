//! Each kind of line in the form that the mapping promises, and rows that nothing doubles.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use exact_json::{Decimal, Map, Value};
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::faults::{Effect, Fault, Service};
use sandbox::zoho::{Module, WriteAction};
use sync::flow::Flow;
use tests::invoicing::{Shop, descriptions, figures, map, rows, text};
use tests::{Rig, assert_clean, decimal, number, of};
use transport::Method;

/// The BC Number of each row's Product.
fn products(rig: &Rig, invoice: &Map) -> Vec<String> {
    let products = rig.zoho_records(Module::Products);
    let of_row = |row: &Map| {
        let id = row["Product_Name"].get("id").and_then(Value::as_text).unwrap();
        text(products.iter().find(|product| text(product, "id") == id).unwrap(), "BC_Number").to_owned()
    };
    rows(invoice).iter().map(of_row).collect()
}

#[tokio::test(start_paused = true)]
async fn rows_come_in_the_order_of_the_lines_sequence_numbers() {
    let shop = Shop::open().await;
    let lines = [shop.line("1", "1"), shop.line("2", "2"), shop.line("3", "3")];
    let id = shop.post("103001", &lines);
    shop.rig.edit_invoice(id, |row| {
        row.lines[0].set("sequence", decimal("25000"));
        row.lines[2].set("sequence", decimal("9"));
    });
    assert_clean(&shop.rig.sync().await);
    let quantities: Vec<String> =
        figures(&shop.rig.zoho_invoice("103001")).into_iter().map(|[quantity, ..]| quantity).collect();
    assert_eq!(quantities, ["3", "2", "1"]);
}

#[tokio::test(start_paused = true)]
async fn both_descriptions_of_a_line_are_told() {
    let shop = Shop::open().await;
    let id = shop.post("103001", &[shop.line("1", "1")]);
    shop.rig.edit_invoice(id, |row| row.lines[0].set("description2", "with two batteries 🔋"));
    assert_clean(&shop.rig.sync().await);
    assert_eq!(descriptions(&shop.rig.zoho_invoice("103001")), ["Drill 18V\nwith two batteries 🔋"]);
}

#[tokio::test(start_paused = true)]
async fn comments_follow_the_line_before_them_and_the_first_ones_head_the_invoice() {
    let shop = Shop::open().await;
    let lines = [
        Line::comment("As agreed by telephone"),
        Line::comment("on Monday"),
        shop.line("1", "10"),
        Line::comment("Serial 4711"),
        Line::comment("Serial 4712"),
        shop.line("2", "20"),
        Line::comment("Delivered to the rear"),
    ];
    let record = shop.arrives("103001", &lines, Terms::default()).await;
    assert_eq!(text(&record, "Description"), "As agreed by telephone\non Monday");
    assert_eq!(
        descriptions(&record),
        ["Drill 18V\nSerial 4711\nSerial 4712", "Drill 18V\nDelivered to the rear"]
    );
    assert_eq!(figures(&record), [["1", "10", "0"], ["2", "20", "0"]]);
}

#[tokio::test(start_paused = true)]
async fn an_invoice_of_comments_only_gets_one_row_of_nothing() {
    let shop = Shop::open().await;
    let lines = [Line::comment("Goodwill: nothing to pay"), Line::comment("See our letter")];
    let record = shop.arrives("103001", &lines, Terms::default()).await;
    assert_eq!(figures(&record), [["1", "0", "0"]]);
    assert_eq!(products(&shop.rig, &record), ["BC-LINE"]);
    assert_eq!(text(&record, "Description"), "Goodwill: nothing to pay\nSee our letter");
    assert_eq!(number(&record, "Grand_Total"), Decimal::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_invoice_without_any_line_gets_one_row_of_nothing() {
    let shop = Shop::open().await;
    let record = shop.arrives("103001", &[], Terms::default()).await;
    assert_eq!(figures(&record), [["1", "0", "0"]]);
}

#[tokio::test(start_paused = true)]
async fn lines_without_an_item_stand_on_the_placeholder_product() {
    let shop = Shop::open_with_vat().await;
    let one = Decimal::ONE;
    let lines = [
        Line::other("Account", "6110", "Freight", one, decimal("12.50")),
        Line::other("Resource", "LINDA", "Assembly, per hour", decimal("2.5"), decimal("60")),
        Line::other("Charge", "S-FREIGHT", "Freight charge", one, decimal("9.99")),
        Line::other("Fixed_x0020_Asset", "FA000010", "Mercedes 300", one, decimal("20000")),
        Line::other("Account", "8450", "", one, decimal("1")),
        shop.line("1", "10"),
    ];
    let record = shop.arrives("103001", &lines, Terms::default()).await;
    assert_eq!(products(&shop.rig, &record), ["BC-LINE", "BC-LINE", "BC-LINE", "BC-LINE", "BC-LINE", "1000"]);
    assert_eq!(
        descriptions(&record),
        ["Freight", "Assembly, per hour", "Freight charge", "Mercedes 300", "8450", "Drill 18V"]
    );
    assert_eq!(figures(&record)[1], ["2.5", "60", "0"]);
    assert_eq!(number(&record, "Adjustment"), Decimal::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_line_of_an_item_that_business_central_no_longer_has_stands_on_the_placeholder_product() {
    let shop = Shop::open().await;
    let lines = [shop.line("3", "129.50"), shop.line("1", "5")];
    let id = shop.post("103001", &lines);
    shop.rig.edit_invoice(id, |row| row.lines[1].set("itemId", "00000000-0000-0000-0000-000000000000"));
    assert!(shop.rig.world.bc(|bc| bc.delete(Table::Items, shop.item)));
    assert_clean(&shop.rig.sync().await);
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(products(&shop.rig, &record), ["BC-LINE", "BC-LINE"]);
    assert_eq!(figures(&record), [["3", "129.5", "0"], ["1", "5", "0"]]);
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_deleted_after_its_product_was_made_keeps_its_product() {
    let shop = Shop::open().await;
    shop.post("103001", &[shop.line("1", "10")]);
    assert_clean(&shop.rig.sync().await);
    shop.rig.item("2000", "Saw", "50");
    assert!(shop.rig.world.bc(|bc| bc.delete(Table::Items, shop.item)));
    shop.post(
        "103002",
        &[Line {
            object: Some(shop.item),
            ..Line::other("Item", "1000", "Drill", Decimal::ONE, decimal("1"))
        }],
    );
    shop.rig.full().await;
    assert_eq!(products(&shop.rig, &shop.rig.zoho_invoice("103002")), ["1000"]);
}

#[tokio::test(start_paused = true)]
async fn a_line_discount_and_the_share_of_the_invoice_discount_are_one_amount() {
    let shop = Shop::open_with_vat().await;
    let lines = [shop.line("3", "100").discounted(decimal("10")), shop.line("1", "33.33")];
    let terms = Terms { invoice_discount_percent: decimal("5"), ..Terms::default() };
    let record = shop.arrives("103001", &lines, terms).await;
    // 300 − 30 = 270, less 13.50; 33.33 less 1.67.
    assert_eq!(figures(&record), [["3", "100", "43.5"], ["1", "33.33", "1.67"]]);
    assert_eq!(number(&record, "Sub_Total"), decimal("288.16"));
    assert_eq!(number(&record, "Grand_Total"), decimal("342.92"));
}

#[tokio::test(start_paused = true)]
async fn prices_that_include_tax_are_netted_and_rounded_away_from_zero() {
    let shop = Shop::open_with_vat().await;
    shop.rig.world.zoho(|zoho| zoho.set_decimals(Module::InvoicedItems, "List_Price", 2)).unwrap();
    shop.rig.engine.forget_metadata();
    let terms = Terms { prices_include_tax: true, ..Terms::default() };
    // 119.99 / 1.19 = 100.8319…; three of them are 302.50 net.
    let record = shop.arrives("103001", &[shop.line("3", "119.99")], terms).await;
    assert_eq!(figures(&record), [["3", "100.84", "0.02"]]);
    assert_eq!(number(&record, "Grand_Total"), decimal("359.98"));
}

#[tokio::test(start_paused = true)]
async fn a_price_of_five_decimals_is_kept_where_the_field_can_and_rounded_up_where_not() {
    for (digits, figure) in [(5, ["1000", "0.12345", "0"]), (2, ["1000", "0.13", "6.55"])] {
        let shop = Shop::open_with_vat().await;
        let set = |zoho: &mut sandbox::zoho::ZohoState| {
            zoho.set_decimals(Module::InvoicedItems, "List_Price", digits)
        };
        shop.rig.world.zoho(set).unwrap();
        shop.rig.engine.forget_metadata();
        let record = shop.arrives("103001", &[shop.line("1000", "0.12345")], Terms::default()).await;
        assert_eq!(figures(&record), [figure]);
        assert_eq!(number(&record, "Grand_Total"), decimal("146.91"));
    }
}

#[tokio::test(start_paused = true)]
async fn yen_have_no_decimals_on_either_side() {
    let shop = Shop::open_with_vat().await;
    shop.rig.world.zoho(|zoho| {
        zoho.set_multi_currency(true);
        zoho.set_currency("JPY", true);
    });
    let terms = Terms { decimals: 0, ..Terms::default() };
    let id = shop.post_on("103001", &[shop.line("3", "333"), shop.line("1.5", "333")], terms);
    shop.rig.edit_invoice(id, |row| row.set("currencyCode", "JPY"));
    assert_clean(&shop.rig.sync().await);
    let record = shop.rig.zoho_invoice("103001");
    assert_eq!(text(&record, "Currency"), "JPY");
    // 999 + 190, and 500 (499.5 rounded up) + 95.
    assert_eq!(number(&record, "Grand_Total"), decimal("1784"));
    assert_eq!(figures(&record)[0], ["3", "333", "0"]);
    shop.rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_negative_line_is_sent_in_the_first_style_that_zoho_takes() {
    let cases = [
        (false, false, ["-2", "10", "-2"], "0", ""),
        (true, false, ["2", "-10", "-2"], "0", ""),
        (true, true, ["1", "0", "0"], "-21.42", "Drill 18V\nAmount -18"),
    ];
    for (quantity, price, figure, adjustment, told) in cases {
        let shop = Shop::open_with_vat().await;
        shop.rig.world.zoho(|zoho| {
            zoho.switches.refuse_negative_quantity = quantity;
            zoho.switches.refuse_negative_price = price;
        });
        let lines = [shop.line("5", "10"), shop.line("-2", "10").discounted(decimal("10"))];
        let record = shop.arrives("103001", &lines, Terms::default()).await;
        assert_eq!(figures(&record)[1], figure);
        assert_eq!(number(&record, "Adjustment"), decimal(adjustment));
        assert_eq!(number(&record, "Grand_Total"), decimal("38.08"));
        assert!(told.is_empty() || descriptions(&record)[1] == told, "{:?}", descriptions(&record));
        // An adopted invoice is right as it is.
        let rig = shop.rig.without_database();
        let writes = rig.writes();
        assert_clean(&rig.sync().await);
        assert_eq!(rig.writes(), writes);
        let rig = rig.without_database();
        remove_row(&rig, "103001", 1);
        assert_clean(&rig.sync().await);
        assert_eq!(figures(&rig.zoho_invoice("103001"))[1], figure);
        rig.assert_agrees().await;
    }
}

#[tokio::test(start_paused = true)]
async fn rows_beyond_the_orgs_limit_are_folded_into_one() {
    let shop = Shop::open_with_vat().await;
    shop.rig.world.zoho(|zoho| zoho.switches.max_subform_rows = Some(3));
    let lines: Vec<Line> = (1..=5).map(|n| shop.line("1", &n.to_string())).collect();
    let record = shop.arrives("103001", &lines, Terms::default()).await;
    assert_eq!(figures(&record), [["1", "1", "0"], ["1", "2", "0"], ["1", "12", "0"]]);
    assert_eq!(products(&shop.rig, &record), ["1000", "1000", "BC-LINE"]);
    assert_eq!(number(&record, "Grand_Total"), decimal("17.85"));
    let rig = shop.rig.without_database();
    let writes = rig.writes();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes);
}

fn person(rig: &Rig, number: &str, rows: Vec<Value>) {
    let record = rig.zoho_invoice(number);
    rig.person_edits(Module::Invoices, &record, &[("Invoiced_Items".to_owned(), Value::List(rows))].into());
}

fn row_of(rig: &Rig, number: &str, row: usize) -> Map {
    rows(&rig.zoho_invoice(number)).swap_remove(row)
}

fn remove_row(rig: &Rig, number: &str, row: usize) {
    let id = row_of(rig, number, row)["id"].clone();
    person(
        rig,
        number,
        vec![Value::Object([("id".to_owned(), id), ("_delete".to_owned(), Value::Null)].into())],
    );
}

#[tokio::test(start_paused = true)]
async fn an_adopted_invoice_has_its_rows_repaired_by_id() {
    let shop = Shop::open_with_vat().await;
    let lines =
        [shop.line("1", "10"), shop.line("2", "20"), shop.line("3", "30"), Line::comment("Thank you")];
    let before = shop.arrives("103001", &lines, Terms::default()).await;
    let ids: Vec<Value> = rows(&before).iter().map(|row| row["id"].clone()).collect();

    // A doubled row, a changed price, a missing row.
    let mut double = row_of(&shop.rig, "103001", 0);
    double.remove("id");
    let mut cheap = map(r#"{"List_Price":1}"#);
    cheap.insert("id".to_owned(), ids[1].clone());
    person(&shop.rig, "103001", vec![Value::Object(double), Value::Object(cheap)]);
    remove_row(&shop.rig, "103001", 2);
    assert_eq!(
        figures(&shop.rig.zoho_invoice("103001")),
        [["1", "10", "0"], ["2", "1", "0"], ["1", "10", "0"]]
    );

    let rig = shop.rig.without_database();
    assert_clean(&rig.sync().await);
    let after = rig.zoho_invoice("103001");
    let mut repaired = figures(&after);
    repaired.sort();
    assert_eq!(repaired, [["1", "10", "0"], ["2", "20", "0"], ["3", "30", "0"]]);
    assert!(
        rows(&after).iter().any(|row| row["id"] == ids[0])
            && rows(&after).iter().any(|row| row["id"] == ids[1])
    );
    assert!(descriptions(&after).contains(&"Drill 18V\nThank you".to_owned()));
    assert_eq!(number(&after, "Grand_Total"), decimal("166.6"));
    assert_eq!(number(&after, "Adjustment"), Decimal::ZERO);
    rig.assert_agrees().await;
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_repair_doubles_no_row() {
    for effect in [Effect::LoseAnswer, Effect::Truncate, Effect::ResetBefore] {
        let shop = Shop::open_with_vat().await;
        let lines = [shop.line("1", "10"), shop.line("2", "20")];
        shop.arrives("103001", &lines, Terms::default()).await;
        remove_row(&shop.rig, "103001", 1);
        let rig = shop.rig.without_database();
        rig.world.faults(|plan| plan.add(Fault::once(Service::Zoho, "/Invoices", effect).on(Method::Put)));
        assert_clean(&rig.sync().await);
        assert_eq!(rig.world.faults(|plan| plan.hit()), 1);
        let mut repaired = figures(&rig.zoho_invoice("103001"));
        repaired.sort();
        assert_eq!(repaired, [["1", "10", "0"], ["2", "20", "0"]], "{effect:?}");
        rig.assert_agrees().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_an_insert_makes_no_second_invoice_and_no_second_row() {
    for effect in [Effect::LoseAnswer, Effect::Truncate, Effect::ResetBefore] {
        let shop = Shop::open_with_vat().await;
        for n in 0..30 {
            shop.post(&format!("{}", 103_001 + n), &[shop.line("1", "10"), shop.line("2", "20")]);
        }
        shop.rig
            .world
            .faults(|plan| plan.add(Fault::once(Service::Zoho, "/Invoices", effect).on(Method::Post)));
        let report = shop.rig.sync().await;
        assert_clean(&report);
        assert_eq!(shop.rig.world.faults(|plan| plan.hit()), 1);
        assert_eq!(of(&report, Flow::Invoices).created, 30, "{effect:?}");
        let records = shop.rig.zoho_records(Module::Invoices);
        assert_eq!(records.len(), 30);
        assert!(records.iter().all(|record| rows(record).len() == 2));
        shop.rig.assert_agrees().await;
        let inserted = shop.rig.written_since(Module::Invoices, 0);
        assert!(inserted.iter().all(|entry| entry.action == WriteAction::Insert), "{inserted:?}");
        let writes = shop.rig.writes();
        let rig = shop.rig.restarted();
        assert_clean(&rig.full().await);
        assert_eq!(rig.writes(), writes);
    }
}

//! Posted sales invoices become Invoices: the rows.

use exact_json::{Decimal, Value};
use sync::flow::Flow;
use sync::map::{Mapped, MappedRecord, NegativeStyle, RowMap, repair_lines};
use zoho_crm::Module;

use crate::invoices;
use crate::scene::{ITEM, LINE_PRODUCT, PRODUCT, RECORD, Scene, id, row_fields, warnings, with};

/// A line with so much in it; what a test is about is given as JSON members.
fn line(sequence: u32, members: &str) -> String {
    let own = Value::parse(&format!("{{{members}}}")).unwrap();
    let base = format!(
        r#"{{"id":"{RECORD}","sequence":{sequence},"itemId":"{ITEM}","lineType":"Item","lineObjectNumber":"1896-S","description":"ATHENS Desk",
        "description2":"","unitOfMeasureCode":"PCS","quantity":1,"unitPrice":100,"taxPercent":0,"netAmount":100,"netTaxAmount":0}}"#
    );
    let mut row = Value::parse(&base).unwrap().as_object().unwrap().clone();
    row.extend(own.as_object().unwrap().clone());
    Value::Object(row).to_json()
}

const COMMENT: &str = r#""lineType":"Comment","itemId":"00000000-0000-0000-0000-000000000000","lineObjectNumber":"","quantity":0,"unitPrice":0,"netAmount":0,"unitOfMeasureCode":"""#;

fn comment(sequence: u32, text: &str) -> String {
    line(sequence, &format!(r#"{COMMENT},"description":"{text}""#))
}

fn invoice(lines: &[String], total: &str) -> Value {
    let list = format!("[{}]", lines.join(","));
    invoices::row(&[("salesInvoiceLines", &list), ("totalAmountIncludingTax", total)])
}

fn mapped(scene: &Scene, lines: &[String], total: &str) -> MappedRecord {
    scene.record(Flow::Invoices, &invoice(lines, total))
}

/// Product, Quantity, List_Price, Discount and text of each row.
fn rows(record: &MappedRecord) -> Vec<String> {
    let text = |line: &sync::map::MappedLine| line.description.clone().unwrap_or_else(|| "-".to_owned());
    let row = |line: &sync::map::MappedLine| {
        format!(
            "{}: {} × {} − {} {}",
            line.product,
            line.quantity,
            line.list_price,
            line.discount,
            text(line)
        )
    };
    record.lines.iter().map(row).collect()
}

fn adjustment(record: &MappedRecord) -> String {
    record.on_create.get("Adjustment").map_or_else(|| "-".to_owned(), Value::to_json)
}

fn agrees(record: &MappedRecord) -> bool {
    record.predicted_total == record.expected_total
}

#[test]
fn rows_come_in_the_order_of_their_sequence() {
    let lines = [
        line(30_000, r#""description":"c""#),
        line(10_000, r#""description":"a""#),
        line(20_000, r#""description":"b""#),
    ];
    let record = mapped(&Scene::new(), &lines, "300");
    let texts: Vec<&str> = record.lines.iter().filter_map(|line| line.description.as_deref()).collect();
    assert_eq!(texts, ["a", "b", "c"]);
    let sent = record.on_create["Invoiced_Items"].as_list().unwrap();
    assert_eq!(sent.len(), 3);
}

#[test]
fn comments_join_the_line_before_them_and_the_invoice_if_there_is_none() {
    let lines = [
        comment(5_000, "Thank you"),
        comment(6_000, "for your order"),
        line(10_000, r#""description2":"in oak""#),
        comment(15_000, "fragile"),
        line(20_000, r#""description":"Lamp""#),
    ];
    let record = mapped(&Scene::new(), &lines, "200");
    assert_eq!(rows(&record), ["6001: 1 × 100 − 0 ATHENS Desk\nin oak\nfragile", "6001: 1 × 100 − 0 Lamp"]);
    assert_eq!(record.on_create["Description"], Value::text("Thank you\nfor your order"));
    assert!(!record.fields.contains_key("Description"), "the sales team may write there later");
}

#[test]
fn without_leading_comments_the_description_is_not_ours() {
    let record = mapped(&Scene::new(), &[line(1, "")], "100");
    assert!(!record.fields.contains_key("Description") && !record.on_create.contains_key("Description"));
}

#[test]
fn an_invoice_of_comments_only_arrives_with_one_empty_row() {
    let record = mapped(&Scene::new(), &[comment(1, "Replaces invoice 1001")], "0");
    assert_eq!(rows(&record), ["6999: 1 × 0 − 0 -"]);
    assert_eq!(record.on_create["Description"], Value::text("Replaces invoice 1001"));
    assert!(agrees(&record));
    assert!(agrees(&mapped(&Scene::new(), &[], "0")));
}

#[test]
fn lines_without_an_item_use_the_placeholder() {
    let zero = "00000000-0000-0000-0000-000000000000";
    for kind in [
        "Account",
        "Resource",
        "Charge",
        "Fixed_x0020_Asset",
        "Allocation_x0020_Account",
        "Something_x0020_New",
    ] {
        let record =
            mapped(&Scene::new(), &[line(1, &format!(r#""lineType":"{kind}","itemId":"{zero}""#))], "100");
        assert_eq!(record.lines[0].product.as_str(), LINE_PRODUCT, "{kind}");
    }
}

#[test]
fn an_item_that_will_come_is_waited_for_and_one_that_is_gone_is_not() {
    let mut scene = Scene::new();
    scene.links.zoho.remove(&(Flow::Items, id(ITEM)));
    assert_eq!(mapped(&scene, &[line(1, "")], "100").lines[0].product.as_str(), LINE_PRODUCT);
    scene.links.coming.insert((Flow::Items, id(ITEM)));
    match scene.map(Flow::Invoices, &invoice(&[line(1, "")], "100"), true) {
        Mapped::Wait(wait) => assert_eq!((wait.flow, wait.what.as_str()), (Flow::Items, ITEM)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_the_placeholder_an_invoice_that_needs_it_waits() {
    let mut scene = Scene::new();
    scene.links.line_product = None;
    assert!(agrees(&mapped(&scene, &[line(1, "")], "100")));
    match scene.map(Flow::Invoices, &invoice(&[], "0"), true) {
        Mapped::Wait(wait) => assert_eq!(wait.what, "BC-LINE"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn prices_that_include_tax_are_netted() {
    let lines =
        [line(1, r#""quantity":3,"unitPrice":121,"taxPercent":21,"netAmount":300,"netTaxAmount":63"#)];
    let row = with(&invoice(&lines, "363"), &[("pricesIncludeTax", "true")]);
    let record = Scene::new().record(Flow::Invoices, &row);
    assert_eq!(rows(&record), ["6001: 3 × 100 − 0 ATHENS Desk"]);
    assert_eq!((adjustment(&record).as_str(), agrees(&record)), ("63", true));
    let lines =
        [line(1, r#""quantity":3,"unitPrice":100,"taxPercent":19,"netAmount":252.1,"netTaxAmount":47.9"#)];
    let row = with(&invoice(&lines, "300"), &[("pricesIncludeTax", "true")]);
    let record = Scene::new().record(Flow::Invoices, &row);
    assert_eq!(rows(&record), ["6001: 3 × 84.04 − 0.02 ATHENS Desk"]);
    assert_eq!((adjustment(&record).as_str(), agrees(&record)), ("0", true));
}

#[test]
fn line_discount_share_of_the_invoice_discount_and_rounding_are_one_discount() {
    let lines = [line(1, r#""quantity":10,"unitPrice":9.99,"discountAmount":5,"netAmount":90.16"#)];
    assert_eq!(rows(&mapped(&Scene::new(), &lines, "90.16")), ["6001: 10 × 9.99 − 9.74 ATHENS Desk"]);
}

#[test]
fn tax_of_a_rate_that_the_org_has_stands_in_the_row_and_every_other_in_adjustment() {
    let taxed = |rate: &str, tax: &str| line(1, &format!(r#""taxPercent":{rate},"netTaxAmount":{tax}"#));
    let record = mapped(&Scene::new(), &[taxed("19", "19")], "119");
    assert_eq!(record.lines[0].tax.as_ref().map(|tax| tax.name.as_str()), Some("VAT 19"));
    assert_eq!((adjustment(&record).as_str(), agrees(&record)), ("0", true));
    let record = mapped(&Scene::new(), &[taxed("7", "7")], "107");
    assert_eq!(record.lines[0].tax, None);
    assert_eq!((adjustment(&record).as_str(), agrees(&record)), ("7", true));
}

#[test]
fn reverse_charge_has_a_rate_but_no_tax() {
    let record = mapped(&Scene::new(), &[line(1, r#""taxPercent":19,"netTaxAmount":0"#)], "100");
    assert_eq!((record.lines[0].tax.clone(), adjustment(&record).as_str()), (None, "0"));
}

#[test]
fn cents_between_the_lines_and_the_total_go_into_adjustment() {
    let record = mapped(&Scene::new(), &[line(1, ""), line(2, "")], "200.01");
    assert_eq!((adjustment(&record).as_str(), agrees(&record)), ("0.01", true));
}

#[test]
fn what_the_row_cannot_hold_is_told_in_its_text() {
    let mut scene = Scene::new();
    scene.field(Module::InvoicedItems, "Quantity", |field| field.data_type = "integer".to_owned());
    let lines = [line(1, r#""quantity":2.5,"unitPrice":4,"netAmount":10,"unitOfMeasureCode":"KG""#)];
    assert_eq!(rows(&mapped(&scene, &lines, "10")), ["6001: 1 × 10 − 0 ATHENS Desk\nQuantity 2.5 KG at 4"]);
}

#[test]
fn a_long_text_is_cut_and_its_note_is_not() {
    let mut scene = Scene::new();
    scene.field(Module::InvoicedItems, "Quantity", |field| field.decimal_place = Some(0));
    scene.field(Module::InvoicedItems, "Description", |field| field.length = Some(30));
    let lines = [
        line(1, r#""quantity":2.5,"unitPrice":4,"netAmount":10,"unitOfMeasureCode":"""#),
        comment(2, "and a comment that is far too long"),
    ];
    let record = mapped(&scene, &lines, "10");
    assert_eq!(record.lines[0].description.as_deref(), Some("ATHENS Desk…\nQuantity 2.5 at 4"));
    assert_eq!(warnings(&record), [("Invoiced_Items", "cut")]);
}

#[test]
fn a_row_without_words_shows_its_number() {
    let record = mapped(&Scene::new(), &[line(1, r#""description":"","lineObjectNumber":"6110""#)], "100");
    assert_eq!(record.lines[0].description.as_deref(), Some("6110"));
}

#[test]
fn negative_lines_are_sent_as_they_are_until_they_are_refused() {
    let lines =
        [line(1, ""), line(2, r#""quantity":-2,"unitPrice":10,"netAmount":-20,"description":"Return""#)];
    let styles = [
        (NegativeStyle::NegativeQuantity, "6001: -2 × 10 − 0 Return", "0", 0),
        (NegativeStyle::NegativePrice, "6001: 2 × -10 − 0 Return", "0", 0),
        (NegativeStyle::ZeroRow, "6001: 1 × 0 − 0 Return\nAmount -20", "-20", 1),
    ];
    for (style, second, adjusted, warned) in styles {
        let mut scene = Scene::new();
        scene.policy.negative_style = style;
        let record = mapped(&scene, &lines, "80");
        assert_eq!(rows(&record)[1], second, "{style:?}");
        assert_eq!(
            (adjustment(&record).as_str(), record.warnings.len(), agrees(&record)),
            (adjusted, warned, true)
        );
        assert_eq!(record.negative_style, style);
        assert_eq!(record.has_negative_lines(), style != NegativeStyle::ZeroRow);
    }
}

#[test]
fn tax_of_a_row_of_nought_goes_into_adjustment_too() {
    let mut scene = Scene::new();
    scene.policy.negative_style = NegativeStyle::ZeroRow;
    let lines = [line(1, r#""quantity":-1,"netAmount":-100,"taxPercent":19,"netTaxAmount":-19"#)];
    let record = mapped(&scene, &lines, "-119");
    assert_eq!((record.lines[0].tax.clone(), adjustment(&record).as_str()), (None, "-119"));
    assert!(agrees(&record));
}

#[test]
fn an_invoice_of_total_nought_arrives() {
    let lines = [line(1, ""), line(2, r#""quantity":-1,"netAmount":-100"#)];
    let record = mapped(&Scene::new(), &lines, "0");
    assert_eq!((record.lines.len(), agrees(&record)), (2, true));
}

#[test]
fn rows_beyond_the_limit_fold_into_one_with_their_net_sum() {
    let mut scene = Scene::new();
    scene.policy.most_rows = Some(2);
    let priced = |at: u32| {
        line(
            at,
            &format!(r#""quantity":2,"unitPrice":{at},"netAmount":{},"description":"Line {at}""#, 2 * at),
        )
    };
    let record = mapped(&scene, &[priced(1), priced(2), priced(3)], "12");
    assert_eq!(
        rows(&record),
        ["6001: 2 × 1 − 0 Line 1", "6999: 1 × 10 − 0 2 further lines:\nLine 2\nLine 3"]
    );
    assert!(agrees(&record));
    assert_eq!(mapped(&scene, &[priced(1), priced(2)], "6").lines.len(), 2);
    scene.policy.most_rows = Some(0);
    assert_eq!(mapped(&scene, &[priced(1), priced(2)], "6").lines.len(), 1);
}

#[test]
fn a_folded_row_keeps_a_tax_that_all_its_lines_have() {
    let mut scene = Scene::new();
    scene.policy.most_rows = Some(1);
    let taxed = |at| line(at, r#""taxPercent":19,"netTaxAmount":19"#);
    let record = mapped(&scene, &[taxed(1), taxed(2)], "238");
    assert!(record.lines[0].tax.is_some() && agrees(&record) && adjustment(&record) == "0");
    let record = mapped(&scene, &[taxed(1), line(2, "")], "219");
    assert!(record.lines[0].tax.is_none() && agrees(&record) && adjustment(&record) == "19");
}

#[test]
fn yen_and_dinars_agree_to_their_own_smallest_coin() {
    let mut scene = Scene::new();
    scene.org.active_currencies.extend(["JPY".to_owned(), "KWD".to_owned()]);
    let yen = [line(1, r#""quantity":3,"unitPrice":33.3,"netAmount":100,"taxPercent":19,"netTaxAmount":19"#)];
    let row = with(&invoice(&yen, "119"), &[("currencyCode", r#""JPY""#)]);
    let record = scene.record(Flow::Invoices, &row);
    assert_eq!(
        (rows(&record), agrees(&record)),
        (vec!["6001: 1 × 100 − 0 ATHENS Desk\nQuantity 3 PCS at 33.3".to_owned()], true)
    );
    let schema = scene.org.modules.get_mut(&Module::InvoicedItems).unwrap();
    schema.fields = row_fields(3, 5).into_iter().map(|field| (field.api_name.clone(), field)).collect();
    scene.field(Module::Invoices, "Adjustment", |field| field.decimal_place = Some(3));
    let dinars =
        [line(1, r#""quantity":3,"unitPrice":1.234,"netAmount":3.702,"taxPercent":5,"netTaxAmount":0.185"#)];
    let row = with(&invoice(&dinars, "3.887"), &[("currencyCode", r#""KWD""#)]);
    let record = scene.record(Flow::Invoices, &row);
    assert_eq!((adjustment(&record).as_str(), agrees(&record)), ("0.185", true));
}

#[test]
fn a_total_that_zoho_cannot_hold_is_said_to_be_inexact() {
    let mut scene = Scene::new();
    scene.org.active_currencies.insert("KWD".to_owned());
    let row = with(
        &invoice(&[line(1, r#""unitPrice":1.234,"netAmount":1.234"#)], "1.234"),
        &[("currencyCode", r#""KWD""#)],
    );
    let record = scene.record(Flow::Invoices, &row);
    assert_eq!(warnings(&record), [("BC_Total_Incl_Tax", "rounded"), ("Adjustment", "total_not_exact")]);
    assert_eq!(record.lines[0].list_price, Decimal::new(124, 2));
}

#[test]
fn an_adjustment_that_the_org_keeps_to_itself_is_not_sent() {
    let mut scene = Scene::new();
    scene.field(Module::Invoices, "Adjustment", |field| field.writable = false);
    assert!(warnings(&mapped(&scene, &[line(1, "")], "100")).is_empty());
    let record = mapped(&scene, &[line(1, "")], "107");
    assert_eq!((adjustment(&record).as_str(), agrees(&record)), ("-", false));
    assert_eq!(warnings(&record), [("Adjustment", "total_not_exact")]);
}

#[test]
fn rows_as_zoho_prints_them_back_need_no_repair() {
    let record = mapped(&Scene::new(), &[line(1, ""), comment(2, "fragile")], "100");
    let printed = format!(
        r#"[{{"id":"1","Product_Name":{{"id":"{PRODUCT}","name":"x"}},"Quantity":1.0,"List_Price":100.00,"Discount":0.00,
        "Description":"ATHENS Desk\r\nfragile","Line_Tax":[],"Total":100}}]"#
    );
    let printed = Value::parse(&printed).unwrap();
    assert_eq!(repair_lines(&record, printed.as_list().unwrap(), &RowMap::new()), None);
    assert_eq!(repair_lines(&record, &[], &RowMap::new()).map(|rows| rows.len()), Some(1));
}

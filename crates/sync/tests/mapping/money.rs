//! Whatever the lines, the total agrees to the smallest coin, and every figure fits its field.

use exact_json::{Decimal, Value};
use proptest::prelude::*;
use sync::flow::Flow;
use sync::map::{MappedLine, MappedRecord, NegativeStyle};
use zoho_crm::Module;

use crate::invoices;
use crate::scene::{ITEM, RECORD, Scene, row_fields};

#[derive(Clone, Debug)]
struct Line {
    quantity: Decimal,
    price: Decimal,
    discount_percent: i64,
    tax_percent: i64,
    /// What Business Central makes of it beyond its own rounding: nothing, or any amount at all.
    odd: Option<Decimal>,
}

fn decimal(range: std::ops::Range<i64>, scale: u32) -> impl Strategy<Value = Decimal> {
    range.prop_map(move |mantissa| Decimal::new(mantissa, scale))
}

fn line() -> impl Strategy<Value = Line> {
    let quantity = prop_oneof![decimal(-20..200, 0), decimal(-50_000..5_000_000, 5), decimal(-300..3_000, 2)];
    let price = prop_oneof![decimal(0..1_000_000, 2), decimal(0..99_999_999, 5), decimal(-5_000..5_000, 2)];
    let tax = prop_oneof![Just(0), Just(7), Just(19), Just(25)];
    (
        quantity,
        price,
        prop_oneof![3 => Just(0), 1 => 0..100i64],
        tax,
        proptest::option::weighted(0.1, decimal(-99_999..99_999, 3)),
    )
        .prop_map(|(quantity, price, discount_percent, tax_percent, odd)| Line {
            quantity,
            price,
            discount_percent,
            tax_percent,
            odd,
        })
}

#[derive(Clone, Debug)]
struct Case {
    lines: Vec<Line>,
    decimals: u32,
    quantity_decimals: u32,
    includes_tax: bool,
    style: NegativeStyle,
    cents: i64,
    most_rows: Option<usize>,
}

fn case() -> impl Strategy<Value = Case> {
    let style = prop_oneof![
        Just(NegativeStyle::NegativeQuantity),
        Just(NegativeStyle::NegativePrice),
        Just(NegativeStyle::ZeroRow)
    ];
    let shape = (
        proptest::collection::vec(line(), 0..12),
        prop_oneof![1 => Just(0u32), 4 => Just(2), 1 => Just(3)],
        0u32..6,
    );
    (shape, any::<bool>(), style, -3i64..4, proptest::option::weighted(0.2, 1usize..6)).prop_map(
        |((lines, decimals, quantity_decimals), includes_tax, style, cents, most_rows)| Case {
            lines,
            decimals,
            quantity_decimals,
            includes_tax,
            style,
            cents,
            most_rows,
        },
    )
}

/// The record of the case's invoice, with amounts rounded as Business Central does and some coins lost between lines and header.
fn mapped(case: &Case) -> MappedRecord {
    let mut scene = Scene::new();
    scene.policy.negative_style = case.style;
    scene.policy.most_rows = case.most_rows;
    scene.company.currency_decimals.insert("USD".to_owned(), case.decimals);
    let fields = row_fields(case.decimals, case.quantity_decimals);
    let schema = scene.org.modules.get_mut(&Module::InvoicedItems).unwrap();
    schema.fields = fields.into_iter().map(|field| (field.api_name.clone(), field)).collect();
    scene.field(Module::InvoicedItems, "Description", |field| field.length = Some(60));
    scene.field(Module::Invoices, "Adjustment", |field| field.decimal_place = Some(case.decimals));
    let hundred = Decimal::from(100);
    let mut total = Decimal::new(case.cents, case.decimals);
    let mut rows = Vec::new();
    for (at, line) in case.lines.iter().enumerate() {
        let mut amount =
            line.quantity * line.price * (hundred - line.discount_percent.into()) * Decimal::new(1, 2);
        if case.includes_tax {
            amount = (amount * hundred).checked_div(hundred + line.tax_percent.into()).unwrap();
        }
        let net = line.odd.unwrap_or(amount).round(case.decimals);
        let tax = (net * line.tax_percent.into() * Decimal::new(1, 2)).round(case.decimals);
        total += net + tax;
        rows.push(format!(
            r#"{{"id":"{RECORD}","sequence":{at},"itemId":"{ITEM}","lineType":"Item","description":"A line of an invoice, number {at}",
            "quantity":{},"unitPrice":{},"taxPercent":{},"netAmount":{net},"netTaxAmount":{tax}}}"#,
            line.quantity, line.price, line.tax_percent
        ));
    }
    let list = format!("[{}]", rows.join(","));
    let row = invoices::row(&[
        ("salesInvoiceLines", &list),
        ("totalAmountIncludingTax", &total.to_string()),
        ("pricesIncludeTax", if case.includes_tax { "true" } else { "false" }),
    ]);
    scene.record(Flow::Invoices, &row)
}

/// Grand_Total as an org may compute it from what is sent: `row` says how it rounds a row.
fn grand_total(record: &MappedRecord, decimals: u32, row: impl Fn(&MappedLine) -> Decimal) -> Decimal {
    let adjustment = record.on_create.get("Adjustment").and_then(Value::as_number).unwrap_or_default();
    let with_tax = |line: &MappedLine| {
        let rate = line.tax.as_ref().map_or(Decimal::ZERO, |tax| tax.percentage);
        row(line) + (row(line).round(decimals) * rate * Decimal::new(1, 2)).round(decimals)
    };
    (record.lines.iter().map(with_tax).sum::<Decimal>() + adjustment).round(decimals)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn the_total_agrees_whether_zoho_rounds_rows_prices_or_only_the_sum(case in case()) {
        let record = mapped(&case);
        let expected = record.expected_total.unwrap();
        prop_assert_eq!(record.predicted_total, Some(expected));
        let gross = |line: &MappedLine| line.quantity * line.list_price;
        let decimals = case.decimals;
        prop_assert_eq!(grand_total(&record, decimals, |line| gross(line) - line.discount), expected);
        prop_assert_eq!(grand_total(&record, decimals, |line| (gross(line) - line.discount).round(decimals)), expected);
        prop_assert_eq!(grand_total(&record, decimals, |line| gross(line).round(decimals) - line.discount), expected);
        prop_assert_eq!(grand_total(&record, decimals, |line| gross(line).round(decimals.max(2)) - line.discount), expected);
    }

    #[test]
    fn every_figure_fits_its_field(case in case()) {
        let record = mapped(&case);
        prop_assert!(!record.lines.is_empty());
        if let Some(most) = case.most_rows {
            prop_assert!(record.lines.len() <= most);
        }
        for line in &record.lines {
            prop_assert!(line.list_price.decimals() <= case.decimals, "{line:?}");
            prop_assert!(line.discount.decimals() <= case.decimals, "{line:?}");
            prop_assert!(line.quantity.decimals() <= case.quantity_decimals, "{line:?}");
            let gross = line.quantity * line.list_price;
            prop_assert!(gross.is_negative() || !line.discount.is_negative(), "{line:?}");
            prop_assert!(!gross.is_negative() || line.discount.is_negative() || line.discount.is_zero(), "{line:?}");
            prop_assert!(line.description.as_ref().is_none_or(|text| text.encode_utf16().count() <= 60), "{line:?}");
            prop_assert!(!line.quantity.is_zero(), "{line:?}");
            match case.style {
                NegativeStyle::NegativeQuantity => {}
                NegativeStyle::NegativePrice => prop_assert!(!line.quantity.is_negative(), "{line:?}"),
                NegativeStyle::ZeroRow => {
                    prop_assert!(!line.quantity.is_negative() && !line.list_price.is_negative(), "{line:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_sent_is_exact_text(case in case()) {
        let record = mapped(&case);
        let text = Value::Object(record.on_create.clone()).to_json();
        prop_assert_eq!(Value::parse(&text).unwrap(), Value::Object(record.on_create));
    }
}

//! What Zoho computes: the amounts of a row, and the totals of a document.
//!
//! Grand_Total = Sub_Total − Discount + Tax + Adjustment (facts §5.2). Whether Sub_Total already contains the rows' taxes is
//! unverified; here it does not, and Tax has them, so that the sum is right either way.

use std::collections::BTreeMap;

use exact_json::{Decimal, Map, Value};

fn amount(values: &Map, field: &str) -> Decimal {
    values.get(field).and_then(Value::as_number).unwrap_or(Decimal::ZERO)
}

fn set(values: &mut Map, field: &str, amount: Decimal) {
    values.insert(field.to_owned(), Value::Number(amount));
}

/// A percentage of an amount, to the currency's `decimals`.
fn share(base: Decimal, percentage: Decimal, decimals: u32) -> Decimal {
    (base * percentage * Decimal::new(1, 2)).round(decimals)
}

/// Works out each tax of the list in `field` on `base`, writes it as `value`, and returns the sum.
fn tax_on(base: Decimal, values: &mut Map, field: &str, decimals: u32) -> Decimal {
    let Some(Value::List(taxes)) = values.get_mut(field) else {
        return Decimal::ZERO;
    };
    let mut sum = Decimal::ZERO;
    for tax in taxes {
        let Value::Object(tax) = tax else { continue };
        let value = share(base, amount(tax, "percentage"), decimals);
        set(tax, "value", value);
        sum += value;
    }
    sum
}

/// Total, Total_After_Discount, Tax and Net_Total of one row, to the currency's `decimals`.
pub(super) fn compute_row(row: &mut Map, decimals: u32) {
    let total = (amount(row, "Quantity") * amount(row, "List_Price")).round(decimals);
    let discounted = (total - amount(row, "Discount")).round(decimals);
    let tax = tax_on(discounted, row, "Line_Tax", decimals);
    set(row, "Total", total);
    set(row, "Total_After_Discount", discounted);
    set(row, "Tax", tax);
    set(row, "Net_Total", discounted + tax);
}

/// Sub_Total, Tax and Grand_Total of a document whose rows are computed; totals in `sent` are left as they are.
pub(super) fn compute_document<'a>(
    document: &mut Map,
    rows: impl Iterator<Item = &'a Map>,
    decimals: u32,
    tax_by_document: bool,
    sent: &Map,
) {
    let (mut sub_total, mut tax) = (Decimal::ZERO, Decimal::ZERO);
    let mut bases: BTreeMap<Decimal, Decimal> = BTreeMap::new();
    for row in rows {
        let base = amount(row, "Total_After_Discount");
        sub_total += base;
        if tax_by_document {
            for entry in row.get("Line_Tax").and_then(Value::as_list).unwrap_or_default() {
                let percentage = entry.get("percentage").and_then(Value::as_number).unwrap_or_default();
                *bases.entry(percentage).or_default() += base;
            }
        } else {
            tax += amount(row, "Tax");
        }
    }
    tax += bases.iter().map(|(percentage, base)| share(*base, *percentage, decimals)).sum::<Decimal>();
    let discount = amount(document, "Discount");
    tax += tax_on(sub_total - discount, document, "$line_tax", decimals);
    let grand_total = (sub_total - discount + tax + amount(document, "Adjustment")).round(decimals);
    for (field, computed) in [("Sub_Total", sub_total), ("Tax", tax), ("Grand_Total", grand_total)] {
        if sent.get(field).and_then(Value::as_number).is_none() {
            set(document, field, computed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{compute_document, compute_row};
    use exact_json::{Map, Value};

    fn values(text: &str) -> Map {
        serde_json::from_str(text).unwrap()
    }

    fn shown(values: &Map, field: &str) -> String {
        values.get(field).map(Value::to_json).unwrap_or_default()
    }

    #[test]
    fn a_rows_amounts_are_rounded_to_the_currencys_decimals() {
        let mut row = values(
            r#"{"Quantity":3,"List_Price":33.335,"Discount":0.01,"Line_Tax":[{"name":"VAT","percentage":19}]}"#,
        );
        compute_row(&mut row, 2);
        assert_eq!(shown(&row, "Total"), "100.01");
        assert_eq!(shown(&row, "Total_After_Discount"), "100");
        assert_eq!(shown(&row, "Tax"), "19");
        assert_eq!(shown(&row, "Net_Total"), "119");
    }

    #[test]
    fn a_currency_without_decimals_has_whole_amounts() {
        let mut row = values(r#"{"Quantity":1.5,"List_Price":333}"#);
        compute_row(&mut row, 0);
        assert_eq!(shown(&row, "Total"), "500");
    }

    #[test]
    fn the_grand_total_is_sub_total_less_discount_plus_tax_plus_adjustment() {
        let mut row = values(r#"{"Quantity":2,"List_Price":50,"Line_Tax":[{"name":"VAT","percentage":10}]}"#);
        compute_row(&mut row, 2);
        let mut document = values(r#"{"Discount":5,"Adjustment":-0.37}"#);
        compute_document(&mut document, [&row].into_iter(), 2, false, &Map::new());
        assert_eq!(shown(&document, "Sub_Total"), "100");
        assert_eq!(shown(&document, "Tax"), "10");
        assert_eq!(shown(&document, "Grand_Total"), "104.63");
    }

    #[test]
    fn a_tax_may_be_worked_out_once_for_all_rows() {
        let mut row =
            values(r#"{"Quantity":1,"List_Price":0.13,"Line_Tax":[{"name":"VAT","percentage":19}]}"#);
        compute_row(&mut row, 2);
        for (tax_by_document, want) in [(false, "0.06"), (true, "0.07")] {
            let mut document = Map::new();
            let rows = [&row, &row, &row];
            compute_document(&mut document, rows.into_iter(), 2, tax_by_document, &Map::new());
            assert_eq!(shown(&document, "Tax"), want);
        }
    }

    #[test]
    fn a_tax_of_the_whole_document_is_on_top_of_the_rows() {
        let mut row = values(r#"{"Quantity":1,"List_Price":100}"#);
        compute_row(&mut row, 2);
        let mut document = values(r#"{"$line_tax":[{"name":"Common Tax","percentage":1.5}]}"#);
        compute_document(&mut document, [&row].into_iter(), 2, false, &Map::new());
        assert_eq!(shown(&document, "Tax"), "1.5");
        assert_eq!(shown(&document, "Grand_Total"), "101.5");
    }
}

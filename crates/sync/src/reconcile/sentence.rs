//! The one sentence with which a comparison ends.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use exact_json::Decimal;

use super::finding::{DifferenceKind, FlowComparison};
use crate::flow::Flow;

/// What the sentence is made of.
pub(super) struct Told<'a> {
    pub(super) flows: &'a [FlowComparison],
    pub(super) kinds: &'a BTreeMap<DifferenceKind, u64>,
    pub(super) not_compared: &'a [Flow],
    pub(super) in_motion: u64,
    /// How many of the differences are of records that are left alone.
    pub(super) ignored: u64,
}

/// "Both systems agree: 300 customers, 1,200 invoices, 4,312,220.18 EUR (remaining 812,345.00 EUR)." or how they differ.
pub(super) fn sentence(told: &Told<'_>, decimals: &dyn Fn(&str) -> u32) -> String {
    let mut text = if told.kinds.is_empty() {
        agreement(told.flows, decimals)
    } else {
        let found: Vec<String> = told.kinds.iter().map(|(kind, count)| kind.counted(*count)).collect();
        format!("The systems differ: {}.", found.join(", "))
    };
    // Writing to a String cannot fail.
    if told.ignored > 0 {
        let are = if told.ignored == 1 { "is of a record that is" } else { "are of records that are" };
        let _ = write!(text, " {} of that {are} ignored.", grouped(told.ignored));
    }
    let left_out: u64 = told.flows.iter().map(|flow| flow.left_out).sum();
    if left_out > 0 {
        let values =
            if left_out == 1 { "value that Zoho refused is" } else { "values that Zoho refused are" };
        let _ = write!(text, " {} {values} left out.", grouped(left_out));
    }
    if told.in_motion > 0 {
        let records = if told.in_motion == 1 {
            "record that changed meanwhile is"
        } else {
            "records that changed meanwhile are"
        };
        let _ = write!(text, " {} {records} left to the next comparison.", grouped(told.in_motion));
    }
    if !told.not_compared.is_empty() {
        let names: Vec<&str> = told.not_compared.iter().map(|flow| flow.plural()).collect();
        let _ = write!(text, " Not compared: {}.", names.join(", "));
    }
    text
}

fn agreement(flows: &[FlowComparison], decimals: &dyn Fn(&str) -> u32) -> String {
    let mut parts = Vec::new();
    for flow in flows {
        parts.push(format!("{} {}", grouped(flow.business_central), noun(flow.flow, flow.business_central)));
        for (currency, total) in &flow.amount_business_central {
            let amount = |amount: Decimal| money(amount, currency, decimals(currency));
            let mut part = amount(*total);
            if let (Some(remaining), Some(_)) =
                (flow.remaining_business_central.get(currency), flow.remaining_zoho.get(currency))
            {
                let _ = write!(part, " (remaining {})", amount(*remaining));
            }
            parts.push(part);
        }
    }
    format!(
        "Both systems agree: {}.",
        if parts.is_empty() { "nothing to compare".to_owned() } else { parts.join(", ") }
    )
}

fn noun(flow: Flow, count: u64) -> &'static str {
    if count == 1 { flow.singular() } else { flow.plural() }
}

/// A count with its thousands set apart.
pub(super) fn grouped(count: u64) -> String {
    apart(&count.to_string())
}

/// An amount with its currency, its thousands set apart, and at least so many decimals.
#[must_use]
pub fn money(amount: Decimal, currency: &str, decimals: u32) -> String {
    let text = amount.abs().to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if amount.is_negative() { "-" } else { "" };
    let width = part.len().max(usize::try_from(decimals).unwrap_or_default());
    let point = if width == 0 { String::new() } else { format!(".{part:0<width$}") };
    format!("{sign}{}{point} {currency}", apart(whole)).trim_end().to_owned()
}

/// Decimals of amounts in a currency by ISO 4217.
#[must_use]
pub fn usual_decimals(currency: &str) -> u32 {
    crate::map::iso_decimals(currency)
}

fn apart(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use exact_json::Decimal;

    use super::{Told, grouped, money, sentence};
    use crate::flow::Flow;
    use crate::reconcile::finding::{DifferenceKind, FlowComparison};

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn invoices() -> FlowComparison {
        let sums = |eur: &str| {
            BTreeMap::from([("EUR".to_owned(), decimal(eur)), ("JPY".to_owned(), decimal("12000"))])
        };
        FlowComparison {
            business_central: 1_200,
            amount_business_central: sums("4312220.18"),
            amount_zoho: sums("4312220.18"),
            remaining_business_central: sums("812345"),
            remaining_zoho: sums("812345"),
            ..FlowComparison::new(Flow::Invoices)
        }
    }

    fn told(flows: &[FlowComparison], kinds: &BTreeMap<DifferenceKind, u64>) -> String {
        let decimals = |currency: &str| if currency == "JPY" { 0 } else { 2 };
        sentence(&Told { flows, kinds, not_compared: &[], in_motion: 0, ignored: 0 }, &decimals)
    }

    #[test]
    fn agreement_is_one_sentence_with_counts_and_sums_per_currency() {
        let customers = FlowComparison { business_central: 300, ..FlowComparison::new(Flow::Customers) };
        assert_eq!(
            told(&[customers, invoices()], &BTreeMap::new()),
            "Both systems agree: 300 customers, 1,200 invoices, 4,312,220.18 EUR (remaining 812,345.00 EUR), \
             12,000 JPY (remaining 12,000 JPY)."
        );
    }

    #[test]
    fn an_org_without_the_field_says_nothing_of_remaining_amounts() {
        let blind = FlowComparison { remaining_zoho: BTreeMap::new(), ..invoices() };
        assert!(!told(&[blind], &BTreeMap::new()).contains("remaining"));
    }

    #[test]
    fn a_difference_is_told_by_kind() {
        let kinds = BTreeMap::from([(DifferenceKind::Total, 1), (DifferenceKind::Missing, 1_234)]);
        assert_eq!(
            told(&[invoices()], &kinds),
            "The systems differ: 1,234 records are missing in Zoho, 1 other invoice total."
        );
    }

    #[test]
    fn differences_of_ignored_records_are_among_them_and_said() {
        let kinds = BTreeMap::from([(DifferenceKind::Missing, 3)]);
        let told = |ignored| {
            sentence(&Told { flows: &[], kinds: &kinds, not_compared: &[], in_motion: 0, ignored }, &|_| 2)
        };
        assert!(told(1).ends_with(" 1 of that is of a record that is ignored."), "{}", told(1));
        assert!(told(2).ends_with(" 2 of that are of records that are ignored."), "{}", told(2));
    }

    #[test]
    fn what_is_not_compared_is_said() {
        let told = Told {
            flows: &[],
            kinds: &BTreeMap::new(),
            not_compared: &[Flow::Items],
            in_motion: 2,
            ignored: 0,
        };
        assert_eq!(
            sentence(&told, &|_| 2),
            "Both systems agree: nothing to compare. 2 records that changed meanwhile are left to the next comparison. \
             Not compared: items."
        );
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency_and_no_fewer_than_they_need() {
        let table = [
            ("1234.5", "EUR", 2, "1,234.50 EUR"),
            ("-1234567.005", "EUR", 2, "-1,234,567.005 EUR"),
            ("999", "JPY", 0, "999 JPY"),
            ("0", "KWD", 3, "0.000 KWD"),
            ("-0.01", "EUR", 2, "-0.01 EUR"),
        ];
        for (amount, currency, decimals, want) in table {
            assert_eq!(money(decimal(amount), currency, decimals), want);
        }
        assert_eq!(grouped(1_000_000), "1,000,000");
    }
}

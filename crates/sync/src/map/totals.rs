//! What Zoho will compute as an invoice's total, and what Adjustment must be for it to be Business Central's.
//!
//! Grand_Total = sum of the rows + their tax + Adjustment (facts, §5.2). Whether and where Zoho rounds on the way is unverified: the rows are
//! shaped so that it does not matter, tax is taken as rounded row by row, and whatever differs is found by reading the total back.

use exact_json::Decimal;

use super::lines::MappedLine;

/// Tax on an amount, rounded to the document's decimals, halves away from zero.
pub(crate) fn tax(amount: Decimal, percentage: Decimal, decimals: u32) -> Decimal {
    amount
        .checked_mul(percentage)
        .unwrap_or_default()
        .checked_mul(Decimal::new(1, 2))
        .unwrap_or_default()
        .round(decimals)
}

/// What Grand_Total will be.
pub(crate) fn predicted(lines: &[MappedLine], adjustment: Decimal, decimals: u32) -> Decimal {
    let row = |line: &MappedLine| {
        let tax = line
            .tax
            .as_ref()
            .map_or(Decimal::ZERO, |rate| tax(line.amount().round(decimals), rate.percentage, decimals));
        line.amount() + tax
    };
    (lines.iter().map(row).sum::<Decimal>() + adjustment).round(decimals)
}

/// Decimals of amounts in a currency by ISO 4217, for currencies about which Business Central says nothing (the local one).
pub(crate) fn iso_decimals(code: &str) -> u32 {
    match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use exact_json::Decimal;

    use super::{iso_decimals, tax};

    #[test]
    fn tax_is_rounded_commercially_to_the_currency() {
        let cases = [
            ("10.50", "19", 2, "2"),
            ("0.50", "5", 2, "0.03"),
            ("-0.50", "5", 2, "-0.03"),
            ("105", "8", 0, "8"),
            ("1.234", "5", 3, "0.062"),
            ("100", "8.875", 2, "8.88"),
        ];
        for (amount, percentage, decimals, want) in cases {
            let parse = |text: &str| text.parse::<Decimal>().unwrap();
            assert_eq!(
                tax(parse(amount), parse(percentage), decimals),
                parse(want),
                "{amount} at {percentage} %"
            );
        }
    }

    #[test]
    fn yen_have_no_decimals_and_dinars_three() {
        assert_eq!((iso_decimals("JPY"), iso_decimals("KWD"), iso_decimals("EUR")), (0, 3, 2));
    }
}

//! How one line becomes Quantity, List_Price and Discount, so that their sum is the line's net amount.

use exact_json::Decimal;

use super::fields::DIGITS;
use super::policy::NegativeStyle;

/// What the row's fields can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowFields {
    /// Decimals of Quantity.
    pub(crate) quantity: u32,
    /// Decimals of List_Price.
    pub(crate) price: u32,
    /// Decimals of Discount.
    pub(crate) discount: u32,
    /// Characters of Description.
    pub(crate) text: usize,
}

/// The figures of a line, net of tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) quantity: Decimal,
    /// Price of a unit, without tax, unrounded.
    pub(crate) price: Decimal,
    /// Amount without tax after all discounts.
    pub(crate) net: Decimal,
}

/// The figures of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) discount: Decimal,
    /// What the row adds to the total before tax, with the document's decimals.
    pub(crate) counts: Decimal,
    /// What of the line the figures do not show, so that the text must.
    pub(crate) told: Told,
}

/// What of a line its row's text must tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Nothing.
    Nothing,
    /// True quantity and price.
    QuantityAndPrice,
    /// The amount, which is in Adjustment.
    Amount,
}

/// Shapes the lines of one document, one after the other.
///
/// `Quantity × List_Price − Discount` is the net amount exactly wherever Discount can hold the difference. Where a fractional quantity leaves
/// a rest below half of the smallest coin that Discount cannot hold, the rest stays in the row as long as the rests of
/// all rows together stay below that half: then the total is right whether Zoho rounds each row, or only the sum, or (facts, §11) whichever.
pub(crate) struct Shaper {
    fields: RowFields,
    style: NegativeStyle,
    /// Half of the smallest amount that anybody rounds to.
    half: Decimal,
    rest: Decimal,
}

impl Shaper {
    /// A shaper for a document whose amounts are rounded to so many decimals, or to fewer.
    pub(crate) fn new(fields: RowFields, style: NegativeStyle, decimals: u32) -> Self {
        Self { fields, style, half: Decimal::new(5, decimals + 1), rest: Decimal::ZERO }
    }

    /// The row for a line.
    pub(crate) fn shape(&mut self, line: Figures) -> Shape {
        let turned = match self.style {
            NegativeStyle::NegativeQuantity => line,
            NegativeStyle::NegativePrice | NegativeStyle::ZeroRow if line.quantity.is_negative() => {
                Figures { quantity: -line.quantity, price: -line.price, net: line.net }
            }
            NegativeStyle::NegativePrice | NegativeStyle::ZeroRow => line,
        };
        if self.style == NegativeStyle::ZeroRow && (turned.net.is_negative() || turned.price.is_negative()) {
            return Shape {
                quantity: Decimal::ONE,
                price: Decimal::ZERO,
                discount: Decimal::ZERO,
                counts: Decimal::ZERO,
                told: Told::Amount,
            };
        }
        self.as_it_is(turned).unwrap_or_else(|| self.as_one(turned))
    }

    /// Quantity and price as they are, where the fields can hold them.
    fn as_it_is(&mut self, line: Figures) -> Option<Shape> {
        if line.quantity.is_zero() || line.quantity.decimals() > self.fields.quantity {
            return None;
        }
        let price = rounded_up(line.price, self.fields.price);
        let gross = line.quantity.checked_mul(price)?;
        let digits = [line.quantity, price, gross].iter().map(|number| number.integer_digits()).max()?;
        let crossed = gross.is_negative() != line.net.is_negative() || gross.is_zero();
        if digits > DIGITS || (crossed && !line.net.is_zero()) {
            return None;
        }
        let difference = gross.checked_add(-line.net)?;
        let discount = self.discount(difference, gross);
        let rest = difference - discount;
        if !rest.is_zero() {
            if rest.abs() >= self.half || (self.rest + rest).abs() >= self.half {
                return None;
            }
            self.rest += rest;
        }
        Some(Shape { quantity: line.quantity, price, discount, counts: line.net, told: Told::Nothing })
    }

    /// One unit at the net amount, as near as the fields can hold it.
    fn as_one(&self, line: Figures) -> Shape {
        let turn = line.quantity.is_negative() && line.net.is_negative();
        let (quantity, net) = if turn { (-Decimal::ONE, -line.net) } else { (Decimal::ONE, line.net) };
        let price = rounded_up(net, self.fields.price);
        let gross = quantity * price;
        let discount = self.discount(gross - line.net, gross);
        let empty = line.quantity.is_zero() && line.price.is_zero();
        let same = line.quantity == quantity && line.price == price;
        let told = if empty || same { Told::Nothing } else { Told::QuantityAndPrice };
        Shape { quantity, price, discount, counts: gross - discount, told }
    }

    /// The difference as Discount can hold it; never of the other sign than the row.
    fn discount(&self, difference: Decimal, gross: Decimal) -> Decimal {
        let discount = difference.round(self.fields.discount);
        if discount.is_negative() == gross.is_negative() { discount } else { Decimal::ZERO }
    }
}

/// Rounded away from zero. What division left behind the twelfth decimal is its own rounding, not the price's.
fn rounded_up(price: Decimal, decimals: u32) -> Decimal {
    price.round(12).round_away_from_zero(decimals)
}

#[cfg(test)]
mod tests {
    use exact_json::Decimal;

    use super::{Figures, RowFields, Shape, Shaper, Told};
    use crate::map::NegativeStyle;

    const CENTS: RowFields = RowFields { quantity: 5, price: 2, discount: 2, text: 2_000 };

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn shaped(fields: RowFields, style: NegativeStyle, line: (&str, &str, &str)) -> Shape {
        let line = Figures { quantity: decimal(line.0), price: decimal(line.1), net: decimal(line.2) };
        Shaper::new(fields, style, 2).shape(line)
    }

    fn row(shape: Shape) -> (String, String, String) {
        (shape.quantity.to_string(), shape.price.to_string(), shape.discount.to_string())
    }

    #[test]
    fn discount_is_what_the_price_has_above_the_net_amount() {
        let cases = [
            // quantity, price, net: row
            (("3", "1000.8", "3002.4"), ("3", "1000.8", "0")),
            (("2", "100", "180"), ("2", "100", "20")),
            // A price finer than the field is rounded up, and Discount takes it back.
            (("7", "1.23456", "8.64"), ("7", "1.24", "0.04")),
            (("1000", "0.00123", "1.23"), ("1000", "0.01", "8.77")),
            (("1", "0", "0"), ("1", "0", "0")),
        ];
        for (line, want) in cases {
            let shape = shaped(CENTS, NegativeStyle::NegativeQuantity, line);
            assert_eq!(row(shape), (want.0.to_owned(), want.1.to_owned(), want.2.to_owned()), "{line:?}");
            assert_eq!(shape.told, Told::Nothing);
            assert_eq!(shape.counts, decimal(line.2));
        }
    }

    #[test]
    fn a_rest_below_half_a_cent_may_stay_in_the_row() {
        let shape = shaped(CENTS, NegativeStyle::NegativeQuantity, ("1.337", "3.99", "5.33"));
        assert_eq!(row(shape), ("1.337".to_owned(), "3.99".to_owned(), "0".to_owned()));
        assert_eq!(shape.counts, decimal("5.33"));
        let fine = RowFields { discount: 9, ..CENTS };
        let shape = shaped(fine, NegativeStyle::NegativeQuantity, ("1.337", "3.99", "5.33"));
        assert_eq!(shape.discount, decimal("0.00463"));
    }

    #[test]
    fn rests_that_would_add_up_to_half_a_cent_are_not_kept() {
        let mut shaper = Shaper::new(CENTS, NegativeStyle::NegativeQuantity, 2);
        let line = Figures { quantity: decimal("1.337"), price: decimal("3.99"), net: decimal("5.33") };
        assert_eq!(shaper.shape(line).told, Told::Nothing);
        let second = shaper.shape(line);
        assert_eq!(second.told, Told::QuantityAndPrice);
        assert_eq!(row(second), ("1".to_owned(), "5.33".to_owned(), "0".to_owned()));
    }

    #[test]
    fn discount_is_never_negative_on_a_positive_line() {
        // 0.3345 × 10 = 3.345, which Business Central rounds to 3.35.
        let shape = shaped(CENTS, NegativeStyle::NegativeQuantity, ("0.3345", "10", "3.35"));
        assert_eq!(
            (row(shape), shape.told),
            (("1".to_owned(), "3.35".to_owned(), "0".to_owned()), Told::QuantityAndPrice)
        );
        let shape = shaped(CENTS, NegativeStyle::NegativeQuantity, ("2", "10", "25"));
        assert_eq!(row(shape), ("1".to_owned(), "25".to_owned(), "0".to_owned()));
    }

    #[test]
    fn what_the_fields_cannot_hold_becomes_one_unit_at_the_net_amount() {
        let whole = RowFields { quantity: 0, ..CENTS };
        let shape = shaped(whole, NegativeStyle::NegativeQuantity, ("1.5", "10", "15"));
        assert_eq!(
            (row(shape), shape.told),
            (("1".to_owned(), "15".to_owned(), "0".to_owned()), Told::QuantityAndPrice)
        );
        let shape = shaped(
            CENTS,
            NegativeStyle::NegativeQuantity,
            ("0.00001", "99999999999999999", "999999999999.99"),
        );
        assert_eq!(shape.quantity, Decimal::ONE);
        let shape = shaped(CENTS, NegativeStyle::NegativeQuantity, ("0", "10", "0"));
        assert_eq!(
            (row(shape), shape.told),
            (("1".to_owned(), "0".to_owned(), "0".to_owned()), Told::QuantityAndPrice)
        );
    }

    #[test]
    fn negative_lines_are_written_in_the_chosen_style() {
        let line = ("-2", "10", "-18");
        let styles = [
            (NegativeStyle::NegativeQuantity, ("-2", "10", "-2"), "-18", Told::Nothing),
            (NegativeStyle::NegativePrice, ("2", "-10", "-2"), "-18", Told::Nothing),
            (NegativeStyle::ZeroRow, ("1", "0", "0"), "0", Told::Amount),
        ];
        for (style, want, counts, told) in styles {
            let shape = shaped(CENTS, style, line);
            assert_eq!(row(shape), (want.0.to_owned(), want.1.to_owned(), want.2.to_owned()), "{style:?}");
            assert_eq!((shape.counts, shape.told), (decimal(counts), told));
        }
    }

    #[test]
    fn two_minus_signs_make_a_positive_row_where_negative_quantities_are_refused() {
        for style in [NegativeStyle::NegativePrice, NegativeStyle::ZeroRow] {
            assert_eq!(
                row(shaped(CENTS, style, ("-2", "-10", "20"))),
                ("2".to_owned(), "10".to_owned(), "0".to_owned())
            );
        }
    }

    #[test]
    fn a_currency_of_three_decimals_is_kept_as_near_as_the_fields_can() {
        let line = Figures { quantity: decimal("3"), price: decimal("1.234"), net: decimal("3.702") };
        let fine = RowFields { price: 3, discount: 3, ..CENTS };
        assert_eq!(Shaper::new(fine, NegativeStyle::default(), 3).shape(line).counts, decimal("3.702"));
        let coarse = Shaper::new(CENTS, NegativeStyle::default(), 3).shape(line);
        assert_eq!(coarse.counts, coarse.quantity * coarse.price - coarse.discount);
    }
}

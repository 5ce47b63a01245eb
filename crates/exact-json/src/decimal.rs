//! A decimal number that is read from, and written to, the text of a JSON number.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};
use std::str::FromStr;

use rust_decimal::RoundingStrategy;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An exact decimal number, at most 28 significant digits.
///
/// Equality and order are numeric: `1.50` equals `1.5`, and both hash alike. The text form is normalised: no trailing zeros, no
/// exponent, no negative zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(rust_decimal::Decimal);

/// The text is not a decimal number that 28 digits can hold exactly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an exact decimal number: {0}")]
pub struct ParseDecimalError(String);

impl Decimal {
    /// Nought.
    pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);
    /// One.
    pub const ONE: Self = Self(rust_decimal::Decimal::ONE);

    /// `mantissa` × 10^-`scale`: `new(12345, 2)` is 123.45.
    ///
    /// Scales above 28 are taken as 28.
    #[must_use]
    pub fn new(mantissa: i64, scale: u32) -> Self {
        Self(rust_decimal::Decimal::new(mantissa, scale.min(28)).normalize())
    }

    /// Whether the number is nought.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether the number is below nought.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// How many digits stand behind the point, trailing zeros not counted.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.normalize().scale()
    }

    /// How many digits stand before the point; 0 counts as one.
    #[must_use]
    pub fn integer_digits(self) -> usize {
        self.0.trunc().abs().to_string().len()
    }

    /// The nearest number with `decimals` digits behind the point, halves away from zero (commercial rounding).
    #[must_use]
    pub fn round(self, decimals: u32) -> Self {
        Self(self.0.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize())
    }

    /// The next number with `decimals` digits behind the point, never nearer to zero than this one.
    #[must_use]
    pub fn round_away_from_zero(self, decimals: u32) -> Self {
        Self(self.0.round_dp_with_strategy(decimals, RoundingStrategy::AwayFromZero).normalize())
    }

    /// Sum, or `None` where 28 digits cannot hold it.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(|d| Self(d.normalize()))
    }

    /// Product, or `None` where 28 digits cannot hold its integer part.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.0.checked_mul(other.0).map(|d| Self(d.normalize()))
    }

    /// Quotient to 28 digits, or `None` when `other` is nought.
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        self.0.checked_div(other.0).map(|d| Self(d.normalize()))
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    /// Reads the text of a JSON number, exponent allowed.
    ///
    /// # Errors
    /// When the text is no number, or more digits than can be kept exactly.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = if text.contains(['e', 'E']) {
            rust_decimal::Decimal::from_scientific(text)
        } else {
            rust_decimal::Decimal::from_str_exact(text)
        };
        number.map(|d| Self(d.normalize())).map_err(|_| ParseDecimalError(text.to_owned()))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.0.normalize();
        if number.is_zero() { f.write_str("0") } else { fmt::Display::fmt(&number, f) }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        // Zoho prints some numbers as strings (exchange_rate).
        text.trim_matches('"').parse().map_err(D::Error::custom)
    }
}

impl Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).normalize())
    }
}

impl AddAssign for Decimal {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).normalize())
    }
}

impl Mul for Decimal {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0.saturating_mul(other.0).normalize())
    }
}

impl Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl std::iter::Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn a_number_survives_the_way_from_text_to_text() {
        for text in ["0.1", "1195.35", "-12.00001", "9999999999999999.123456789", "336"] {
            let number: Decimal = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&number).unwrap(), text);
        }
    }

    #[test]
    fn trailing_zeros_and_exponents_do_not_count() {
        let same = ["1000", "1000.0", "1000.00", "1e3", "1.0E+3"];
        for text in same {
            let number: Decimal = serde_json::from_str(text).unwrap();
            assert_eq!(number, Decimal::from(1000));
            assert_eq!(number.to_string(), "1000");
        }
    }

    #[test]
    fn a_number_that_cannot_be_kept_exactly_is_refused() {
        assert!("0.12345678901234567890123456789012345".parse::<Decimal>().is_err());
        assert!("abc".parse::<Decimal>().is_err());
    }

    #[test]
    fn negative_zero_is_zero() {
        assert_eq!((-Decimal::ZERO).to_string(), "0");
        assert_eq!("-0.00".parse::<Decimal>().unwrap().to_string(), "0");
        assert!(!(-Decimal::ZERO).is_negative());
    }

    #[test]
    fn rounding_is_commercial_or_away_from_zero() {
        let number: Decimal = "1.005".parse().unwrap();
        assert_eq!(number.round(2), Decimal::new(101, 2));
        assert_eq!((-number).round(2), Decimal::new(-101, 2));
        let number: Decimal = "1.001".parse().unwrap();
        assert_eq!(number.round(2), Decimal::ONE);
        assert_eq!(number.round_away_from_zero(2), Decimal::new(101, 2));
        assert_eq!((-number).round_away_from_zero(2), Decimal::new(-101, 2));
    }
}

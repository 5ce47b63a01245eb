//! Conditions on the rows of a listing.
//!
//! Business Central answers `or` between different fields with an error, so there is no function that could write one: the only `or`
//! is [`Filter::any_of`], over values of a single field.

use std::fmt;

use exact_json::Decimal;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::{BcId, xml_name};

/// A value as it stands in a condition, not yet percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal(String);

impl Literal {
    /// Text or a code: in single quotes, those within doubled.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self(format!("'{}'", text.replace('\'', "''")))
    }

    /// The value of an enum by its decoded name (`In Review`); no name is the blank value.
    #[must_use]
    pub fn enumeration(name: &str) -> Self {
        Self(format!("'{}'", xml_name::encode(name)))
    }

    /// A GUID, without quotes.
    #[must_use]
    pub fn guid(id: BcId) -> Self {
        Self(id.to_string())
    }

    /// A date, without quotes.
    #[must_use]
    pub fn date(date: Date) -> Self {
        Self(date.to_string())
    }

    /// A time in UTC, cut down to the milliseconds that Business Central keeps.
    #[must_use]
    pub fn timestamp(timestamp: Timestamp) -> Self {
        Self(timestamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
    }

    /// A number, exact.
    #[must_use]
    pub fn number(number: impl Into<Decimal>) -> Self {
        Self(number.into().to_string())
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean(truth: bool) -> Self {
        Self(truth.to_string())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A condition; it prints as the OData text before percent-encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// No row can meet it: no need to ask.
    Nothing,
    /// Comparisons, all of which must hold.
    All(String),
    /// One of several values of one field.
    Any(String),
}

impl Filter {
    /// `field` equals `value`.
    #[must_use]
    pub fn eq(field: &str, value: Literal) -> Self {
        Self::comparison(field, "eq", value)
    }

    /// `field` differs from `value`.
    #[must_use]
    pub fn ne(field: &str, value: Literal) -> Self {
        Self::comparison(field, "ne", value)
    }

    /// `field` is at least `value`.
    #[must_use]
    pub fn ge(field: &str, value: Literal) -> Self {
        Self::comparison(field, "ge", value)
    }

    /// `field` is greater than `value`.
    #[must_use]
    pub fn gt(field: &str, value: Literal) -> Self {
        Self::comparison(field, "gt", value)
    }

    /// `field` is at most `value`.
    #[must_use]
    pub fn le(field: &str, value: Literal) -> Self {
        Self::comparison(field, "le", value)
    }

    /// `field` is less than `value`.
    #[must_use]
    pub fn lt(field: &str, value: Literal) -> Self {
        Self::comparison(field, "lt", value)
    }

    /// `field` equals one of `values`; of no values, no row meets it and no request is made.
    #[must_use]
    pub fn any_of(field: &str, values: &[Literal]) -> Self {
        match values {
            [] => Self(Kind::Nothing),
            [one] => Self::eq(field, one.clone()),
            many => {
                let conditions: Vec<String> =
                    many.iter().map(|value| format!("{field} eq {value}")).collect();
                Self(Kind::Any(conditions.join(" or ")))
            }
        }
    }

    /// Both conditions hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.operand(), other.operand()) {
            (Some(left), Some(right)) => Self(Kind::All(format!("{left} and {right}"))),
            (None, _) | (_, None) => Self(Kind::Nothing),
        }
    }

    /// Whether no row can meet the condition.
    #[must_use]
    pub fn matches_nothing(&self) -> bool {
        self.0 == Kind::Nothing
    }

    fn comparison(field: &str, operator: &str, value: Literal) -> Self {
        let mut text = value.0;
        text.insert_str(0, &format!("{field} {operator} "));
        Self(Kind::All(text))
    }

    fn operand(self) -> Option<String> {
        match self.0 {
            Kind::Nothing => None,
            Kind::All(text) => Some(text),
            Kind::Any(text) => Some(format!("({text})")),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Nothing => f.write_str("false"),
            Kind::All(text) | Kind::Any(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, Literal};
    use exact_json::Decimal;

    #[test]
    fn every_kind_of_literal_has_its_spelling() {
        let id = "{10000000-0A1B-F011-9A4A-7C1E5275406F}".parse().unwrap();
        let spellings = [
            (Literal::text("O'Neil & \"Sons\""), "'O''Neil & \"Sons\"'"),
            (Literal::text(""), "''"),
            (Literal::enumeration("In Review"), "'In_x0020_Review'"),
            (Literal::enumeration(""), "'_x0020_'"),
            (Literal::guid(id), "10000000-0a1b-f011-9a4a-7c1e5275406f"),
            (Literal::date("2025-03-05".parse().unwrap()), "2025-03-05"),
            (Literal::timestamp("2025-03-05T19:19:22.37Z".parse().unwrap()), "2025-03-05T19:19:22.370Z"),
            (
                Literal::timestamp("2025-03-05T19:19:22.9999999+01:00".parse().unwrap()),
                "2025-03-05T18:19:22.999Z",
            ),
            (Literal::number(Decimal::new(-1250, 2)), "-12.5"),
            (Literal::number(5120), "5120"),
            (Literal::boolean(true), "true"),
        ];
        for (literal, text) in spellings {
            assert_eq!(literal.to_string(), text);
        }
    }

    #[test]
    fn every_operator_has_its_spelling() {
        let one = || Literal::number(1);
        let spellings = [
            (Filter::eq("n", one()), "n eq 1"),
            (Filter::ne("n", one()), "n ne 1"),
            (Filter::ge("n", one()), "n ge 1"),
            (Filter::gt("n", one()), "n gt 1"),
            (Filter::le("n", one()), "n le 1"),
            (Filter::lt("n", one()), "n lt 1"),
        ];
        for (filter, text) in spellings {
            assert_eq!(filter.to_string(), text);
        }
    }

    #[test]
    fn or_stays_within_one_field_and_in_parentheses() {
        let statuses =
            Filter::any_of("status", &[Literal::enumeration("Paid"), Literal::enumeration("Open")]);
        assert_eq!(statuses.to_string(), "status eq 'Paid' or status eq 'Open'");
        let both = statuses.clone().and(Filter::eq("number", Literal::text("1"))).and(statuses);
        assert_eq!(
            both.to_string(),
            "(status eq 'Paid' or status eq 'Open') and number eq '1' and (status eq 'Paid' or status eq 'Open')"
        );
    }

    #[test]
    fn one_value_needs_no_or() {
        assert_eq!(Filter::any_of("number", &[Literal::text("1")]).to_string(), "number eq '1'");
    }

    #[test]
    fn one_of_no_values_is_met_by_no_row() {
        let nothing = Filter::any_of("number", &[]);
        assert!(nothing.matches_nothing());
        assert!(Filter::eq("number", Literal::text("1")).and(nothing).matches_nothing());
    }
}

//! The pieces of a COQL query: literals, and the limits that a query must keep to.
//!
//! A query needs a `where`. More than two conditions are grouped in pairs: `((a and b) and c)` (Kaizen #171). Lookups come back
//! as `{"id": …}` unless a dotted name asks for more (§6.2). What was just written is found at once, unlike with search.

use exact_json::Map;
use jiff::Timestamp;

/// How many values one `in` may list; the lower of the two published figures (§6.2).
pub const IN_MAX: usize = 50;

/// How many rows one query may return; the lower of the two published figures, and the price of one credit.
pub const ROWS_MAX: u32 = 200;

/// How many fields one query may select; the lower of the two published figures.
pub const FIELDS_MAX: usize = 50;

/// What a query returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoqlPage {
    /// The rows, in the query's order.
    pub rows: Vec<Map>,
    /// Whether there are more rows than the query's limit let through.
    pub more: bool,
}

/// A text literal. An apostrophe inside is doubled (Kaizen #171).
#[must_use]
pub fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A moment as a literal, to the second, in UTC with the offset written out (Zoho's examples never show a `Z`).
#[must_use]
pub fn timestamp(moment: Timestamp) -> String {
    format!("'{}'", iso(moment))
}

/// The text of a moment for queries and headers: `2026-09-01T00:00:00+00:00`; fractions of a second are cut off.
pub(crate) fn iso(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// The condition `field in ('a','b')`. Not more than [`IN_MAX`] values.
#[must_use]
pub fn in_list<T: AsRef<str>>(field: &str, values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(|value| text(value.as_ref())).collect();
    format!("{field} in ({})", values.join(","))
}

/// How many rows `query` may return: the last number of `limit 200`, `limit 0, 200` or `limit 200 offset 0`. 200 where it does
/// not say, which is Zoho's own default.
pub(crate) fn limit_of(query: &str) -> u32 {
    let lower = query.to_ascii_lowercase();
    let Some((_, tail)) = lower.rsplit_once(" limit ") else {
        return ROWS_MAX;
    };
    let count = tail.split("offset").next().unwrap_or_default().rsplit(',').next().unwrap_or_default();
    count.trim().parse().unwrap_or(ROWS_MAX)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{in_list, limit_of, text, timestamp};

    #[test]
    fn an_apostrophe_in_a_literal_is_doubled() {
        assert_eq!(text("O'Neill & Sons"), "'O''Neill & Sons'");
        assert_eq!(in_list("BC_Number", &["C1", "C'2"]), "BC_Number in ('C1','C''2')");
    }

    #[test]
    fn a_moment_is_written_with_an_offset_and_without_fractions() {
        let moment: Timestamp = "2026-09-01T02:03:04.567+02:00".parse().unwrap();
        assert_eq!(timestamp(moment), "'2026-09-01T00:03:04+00:00'");
    }

    #[test]
    fn the_row_limit_is_read_from_the_query() {
        let table = [
            ("select id from Accounts where id is not null limit 0, 200", 200),
            ("select id from Accounts where id is not null LIMIT 1000", 1_000),
            ("select id from Accounts where id is not null limit 2000 offset 10", 2_000),
            ("select id from Accounts where id is not null", 200),
            ("select id from Accounts where Account_Name = 'no limit here'", 200),
        ];
        for (query, rows) in table {
            assert_eq!(limit_of(query), rows, "{query}");
        }
    }
}

//! What is asked of a collection, and how it becomes an address.

use std::fmt::Write as _;

use crate::{Entity, Filter};

/// Rows on a page unless the query says otherwise.
pub const DEFAULT_PAGE_SIZE: u32 = 1_000;

/// The most rows that Business Central puts on a page (operational limits).
pub const MAX_PAGE_SIZE: u32 = 20_000;

/// Which rows of which entity, with which properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    entity: Entity,
    select: Vec<String>,
    expand: Vec<String>,
    filter: Option<Filter>,
    page_size: u32,
}

impl Query {
    /// All rows of `entity` with all properties.
    #[must_use]
    pub fn of(entity: Entity) -> Self {
        Self { entity, select: Vec::new(), expand: Vec::new(), filter: None, page_size: DEFAULT_PAGE_SIZE }
    }

    /// Only these properties, besides those that earlier calls named.
    #[must_use]
    pub fn select(mut self, properties: &[&str]) -> Self {
        self.select.extend(properties.iter().map(|&property| property.to_owned()));
        self
    }

    /// With the records behind a navigation property; nested options in parentheses (`salesInvoiceLines($select=id)`).
    #[must_use]
    pub fn expand(mut self, navigation: &str) -> Self {
        self.expand.push(navigation.to_owned());
        self
    }

    /// Only rows that meet `filter`, and those of earlier calls.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(match self.filter {
            Some(earlier) => earlier.and(filter),
            None => filter,
        });
        self
    }

    /// At most so many rows on a page, between 1 and [`MAX_PAGE_SIZE`].
    #[must_use]
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = rows.clamp(1, MAX_PAGE_SIZE);
        self
    }

    /// The entity that is asked for.
    #[must_use]
    pub fn entity(&self) -> Entity {
        self.entity
    }

    /// How many rows a page may have.
    #[must_use]
    pub fn rows_per_page(&self) -> u32 {
        self.page_size
    }

    /// Whether no row can be among the answer, so that nobody need ask.
    #[must_use]
    pub fn matches_nothing(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::matches_nothing)
    }

    /// The query part of a listing's address, percent-encoded, with its question mark; empty when everything is asked for.
    pub(crate) fn into_listing_options(self) -> String {
        let mut options = Vec::new();
        if !self.select.is_empty() {
            options.push(format!("$select={}", encode_value(&self.select.join(","))));
        }
        if !self.expand.is_empty() {
            options.push(format!("$expand={}", encode_value(&self.expand.join(","))));
        }
        if let Some(filter) = self.filter {
            options.push(format!("$filter={}", encode_value(&filter.to_string())));
        }
        if options.is_empty() { String::new() } else { format!("?{}", options.join("&")) }
    }

    /// The query part of a single record's address: without the filter, which a single record does not take.
    pub(crate) fn into_record_options(mut self) -> String {
        self.filter = None;
        self.into_listing_options()
    }
}

/// Percent-encodes one segment of a path.
pub(crate) fn encode_segment(segment: &str) -> String {
    encode(segment, b"-._~")
}

/// Percent-encodes the value of a query option; what OData's own syntax uses stays readable.
fn encode_value(value: &str) -> String {
    encode(value, b"-._~,():;=$*")
}

fn encode(text: &str, literal: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || literal.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Query, encode_segment};
    use crate::{Entity, Filter, Literal};

    #[test]
    fn select_expand_and_filter_become_an_encoded_query() {
        let query = Query::of(Entity::SalesInvoices)
            .select(&["id", "number"])
            .expand("salesInvoiceLines($select=id;$expand=item($select=number))")
            .filter(Filter::any_of(
                "status",
                &[Literal::enumeration("In Review"), Literal::enumeration("Paid")],
            ));
        assert_eq!(
            query.clone().into_listing_options(),
            "?$select=id,number&$expand=salesInvoiceLines($select=id;$expand=item($select=number))\
             &$filter=status%20eq%20%27In_x0020_Review%27%20or%20status%20eq%20%27Paid%27"
        );
        assert_eq!(
            query.into_record_options(),
            "?$select=id,number&$expand=salesInvoiceLines($select=id;$expand=item($select=number))"
        );
    }

    #[test]
    fn odd_characters_of_a_number_are_encoded() {
        let numbers = [
            ("A&B", "%27A%26B%27"),
            ("A+B", "%27A%2BB%27"),
            ("A#B", "%27A%23B%27"),
            ("A/B", "%27A%2FB%27"),
            ("O'N", "%27O%27%27N%27"),
            ("\"É%", "%27%22%C3%89%25%27"),
        ];
        for (number, encoded) in numbers {
            let query = Query::of(Entity::Customers).filter(Filter::eq("number", Literal::text(number)));
            assert_eq!(query.into_listing_options(), format!("?$filter=number%20eq%20{encoded}"));
        }
    }

    #[test]
    fn a_query_for_everything_has_no_options() {
        assert_eq!(Query::of(Entity::Items).into_listing_options(), "");
    }

    #[test]
    fn two_filters_must_both_hold() {
        let query = Query::of(Entity::Items)
            .filter(Filter::eq("blocked", Literal::boolean(false)))
            .filter(Filter::eq("type", Literal::enumeration("Non-Inventory")));
        assert_eq!(
            query.into_listing_options(),
            "?$filter=blocked%20eq%20false%20and%20type%20eq%20%27Non_x002D_Inventory%27"
        );
    }

    #[test]
    fn page_sizes_stay_within_the_service_s_limit() {
        assert_eq!(Query::of(Entity::Items).page_size(0).rows_per_page(), 1);
        assert_eq!(Query::of(Entity::Items).page_size(99_999).rows_per_page(), 20_000);
    }

    #[test]
    fn a_path_segment_cannot_break_out() {
        assert_eq!(encode_segment("a/../b?c#d e"), "a%2F..%2Fb%3Fc%23d%20e");
    }
}

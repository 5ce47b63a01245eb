//! What a listing was asked for, and how members are printed.

use std::fmt::Write as _;

use exact_json::Value;
use transport::Response;
use uuid::Uuid;

use super::errors;
use super::filter::Filter;
use super::navigation::{Entity, Wanted, expanded, selected};
use super::row::Row;
use super::schema::Property;
use crate::Incoming;

/// The largest page (facts, §5.3).
pub(super) const LARGEST_PAGE: usize = 20_000;

/// What a listing was asked for.
pub(super) struct Options {
    pub(super) filter: Option<Filter>,
    pub(super) wanted: Wanted,
    pub(super) order: Vec<Order>,
    pub(super) top: Option<usize>,
    /// The last row of the page before.
    pub(super) behind: Option<Uuid>,
    pub(super) page_size: usize,
}

/// One property that rows are sorted by.
pub(super) struct Order {
    pub(super) property: &'static Property,
    pub(super) descending: bool,
}

impl Options {
    /// Reads the options of a request.
    ///
    /// # Errors
    /// The refusal.
    pub(super) fn read(incoming: &Incoming, entity: Entity) -> Result<Self, Response> {
        let bad = |message: String| errors::json(400, "BadRequest", &message);
        let mut options = Self {
            filter: None,
            wanted: Wanted::default(),
            order: Vec::new(),
            top: None,
            behind: None,
            page_size: LARGEST_PAGE,
        };
        for (name, value) in &incoming.query {
            match name.as_str() {
                "$filter" => options.filter = Some(Filter::parse(value, entity.properties()).map_err(bad)?),
                "$select" => options.wanted.select = selected(value, entity).map_err(bad)?,
                "$expand" => options.wanted.expand = expanded(value, entity).map_err(bad)?,
                "$orderby" => options.order = ordered(value, entity).map_err(bad)?,
                "$top" => {
                    let top = value.parse().map_err(|_| bad(format!("Invalid value '{value}' for $top.")))?;
                    options.top = Some(top);
                }
                "$skiptoken" => {
                    options.behind = Some(value.parse().map_err(|_| errors::stale_link())?);
                }
                "$count" | "$schemaversion" | "aid" | "tenant" | "company" => {}
                other => return Err(bad(format!("The query parameter '{other}' is not supported."))),
            }
        }
        if let Some(size) =
            incoming.header("Prefer").and_then(|prefer| prefer.split("odata.maxpagesize=").nth(1))
        {
            let size = size.split([',', ';']).next().unwrap_or_default().trim();
            let size: usize = size.parse().map_err(|_| bad(format!("Invalid page size '{size}'.")))?;
            if size > LARGEST_PAGE {
                let message = "The page size is larger than allowed.";
                return Err(errors::json(413, "Application_RequestEntityTooLarge", message));
            }
            options.page_size = size.max(1);
        }
        Ok(options)
    }

    /// Whether the filter lets a row pass.
    pub(super) fn passes(&self, row: &Row) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.passes(row))
    }
}

fn ordered(text: &str, entity: Entity) -> Result<Vec<Order>, String> {
    text.split(',')
        .map(|part| {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            let property = entity.property(name)?;
            if property.computed {
                return Err(format!("The field '{name}' cannot be used to order the result."));
            }
            let descending = match words.next() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(other) => return Err(format!("Syntax error at '{other}' in $orderby.")),
            };
            Ok(Order { property, descending })
        })
        .collect()
}

/// Prints the wanted properties of a row, without the braces. What is worked out for this answer goes before what was entered.
pub(super) fn members(
    out: &mut String,
    row: &Row,
    properties: &'static [Property],
    select: &[&'static Property],
    computed: &[(&str, Value)],
) {
    for property in properties {
        if select.is_empty() || select.contains(&property) {
            match computed.iter().find(|(name, _)| *name == property.name) {
                Some((_, value)) => member(out, property.name, value),
                None => member(out, property.name, &row.printed(property)),
            }
        }
    }
}

/// Prints one member with a comma before it where one is needed.
pub(super) fn member(out: &mut String, name: &str, value: &Value) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
    match value {
        // A page has tens of thousands of members, and nearly all of them are plain text.
        Value::Text(text) if text.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\')) => {
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        value => out.push_str(&value.to_json()),
    }
}

/// Text for the query of a link: what must be encoded is, and `$` stays as it is in Business Central's own links.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'$' | b'(' | b')' | b',' | b':' | b'\'' => {
                out.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn links_encode_what_would_end_or_change_the_query() {
        assert_eq!(encoded("a & b+c#d=é"), "a%20%26%20b%2Bc%23d%3D%C3%A9");
        assert_eq!(encoded("number eq 'A'"), "number%20eq%20'A'");
    }
}

//! A listing's options, its page, and the text of a row.

use std::fmt::Write as _;

use exact_json::Value;

use super::filter::Filter;
use super::row::Row;
use super::schema::Property;
use crate::Incoming;

/// The largest page (facts, §5.3).
pub(super) const LARGEST_PAGE: usize = 20_000;

/// What a listing was asked for.
pub(super) struct Options {
    pub(super) filter: Option<Filter>,
    pub(super) select: Vec<String>,
    pub(super) expand: Vec<Expand>,
    pub(super) top: Option<usize>,
    pub(super) skip_token: Option<String>,
    pub(super) page_size: usize,
}

/// A navigation property that comes along.
pub(super) struct Expand {
    pub(super) name: String,
    pub(super) select: Vec<String>,
    pub(super) expand: Vec<Expand>,
}

impl Options {
    /// Reads the options of a request for an entity with those properties.
    ///
    /// # Errors
    /// Status, code and words of the refusal.
    pub(super) fn read(
        incoming: &Incoming,
        properties: &'static [Property],
    ) -> Result<Self, (u16, &'static str, String)> {
        let bad = |message: String| (400, "BadRequest", message);
        let mut options = Self {
            filter: None,
            select: Vec::new(),
            expand: Vec::new(),
            top: None,
            skip_token: None,
            page_size: LARGEST_PAGE,
        };
        for (name, value) in &incoming.query {
            match name.as_str() {
                "$filter" => options.filter = Some(Filter::parse(value, properties).map_err(bad)?),
                "$select" => options.select = selected(value, properties).map_err(bad)?,
                "$expand" => options.expand = expands(value).map_err(bad)?,
                "$top" => {
                    options.top =
                        Some(value.parse().map_err(|_| bad(format!("Invalid value '{value}' for $top.")))?);
                }
                "$skiptoken" => options.skip_token = Some(value.clone()),
                "$orderby" => {
                    let field = value.split_whitespace().next().unwrap_or_default();
                    match properties.iter().find(|property| property.name == field) {
                        Some(property) if !property.computed => {}
                        _ => {
                            return Err(bad(format!(
                                "The field '{field}' cannot be used to order the result."
                            )));
                        }
                    }
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
                return Err((
                    413,
                    "Application_RequestEntityTooLarge",
                    "The page size is larger than allowed.".to_owned(),
                ));
            }
            options.page_size = size.max(1);
        }
        Ok(options)
    }
}

fn selected(text: &str, properties: &'static [Property]) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().find(|name| properties.iter().all(|property| property.name != **name)) {
        Some(unknown) => Err(format!("Could not find a property named '{unknown}' on the type.")),
        None => Ok(names),
    }
}

/// Splits at commas that stand outside parentheses.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn expands(text: &str) -> Result<Vec<Expand>, String> {
    parts(text, ',')
        .into_iter()
        .map(|part| {
            let part = part.trim();
            let (name, options) = match part.split_once('(') {
                Some((name, options)) => (name, options.strip_suffix(')').ok_or("Syntax error in $expand.")?),
                None => (part, ""),
            };
            let mut expand = Expand { name: name.to_owned(), select: Vec::new(), expand: Vec::new() };
            for option in parts(options, ';').into_iter().filter(|option| !option.is_empty()) {
                match option.split_once('=') {
                    Some(("$select", names)) => {
                        expand.select = names.split(',').map(|name| name.trim().to_owned()).collect();
                    }
                    Some(("$expand", inner)) => expand.expand = expands(inner)?,
                    _ => return Err("Syntax error in $expand.".to_owned()),
                }
            }
            Ok(expand)
        })
        .collect()
}

/// Prints the named properties of a row, or all, without the braces.
pub(super) fn members(out: &mut String, row: &Row, properties: &[Property], select: &[String]) {
    for property in properties {
        if select.is_empty() || select.iter().any(|name| name == property.name) {
            member(out, property.name, &row.printed(property));
        }
    }
}

/// Prints one member with a comma before it where one is needed.
pub(super) fn member(out: &mut String, name: &str, value: &Value) {
    if !out.ends_with('{') {
        out.push(',');
    }
    // Writing to a String cannot fail.
    let _ = write!(out, "\"{name}\":{}", value.to_json());
}

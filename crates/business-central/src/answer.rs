//! Reading answers with data: single records and pages of a listing.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::row_text::Cut;
use crate::{Error, Row};

/// Why an answer behind a success status gives nothing.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is cut off or garbled: worth another try. Business Central streams pages, so a broken stream can hide behind a status 200.
    Broken(String),
    /// It is sound JSON, and not what was expected.
    Unexpected(Error),
}

/// A row, and which of its lists go on elsewhere.
pub(crate) type CutRow = (Row, Vec<Cut>);

/// A page of a listing.
#[derive(Debug)]
pub(crate) struct ListAnswer {
    pub(crate) rows: Vec<CutRow>,
    pub(crate) next: Option<String>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

/// Reads a page.
pub(crate) fn list(body: &[u8]) -> Result<ListAnswer, Unread> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| unread(&error))?;
    let rows = envelope.value.iter().map(|row| Row::with_cuts(row.get()).map_err(Unread::Unexpected));
    Ok(ListAnswer {
        rows: rows.collect::<Result<_, _>>()?,
        next: envelope.next.filter(|link| !link.is_empty()),
    })
}

/// Reads a single record.
pub(crate) fn record(body: &[u8]) -> Result<CutRow, Unread> {
    let json: &RawValue = serde_json::from_slice(body).map_err(|error| unread(&error))?;
    Row::with_cuts(json.get()).map_err(Unread::Unexpected)
}

fn unread(error: &serde_json::Error) -> Unread {
    if error.is_data() {
        Unread::Unexpected(Error::undecodable(error.to_string(), "an answer"))
    } else {
        Unread::Broken(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::{Unread, list, record};

    #[test]
    fn a_page_gives_rows_and_the_way_on() {
        let page = list(br#"{"@odata.context":"x","value":[{"id":"10000000-0a1b-f011-9a4a-7c1e5275406f"},{}],"@odata.nextLink":"https://h/n"}"#).unwrap();
        assert_eq!(page.rows.len(), 2);
        assert_eq!(page.next.as_deref(), Some("https://h/n"));
        let empty = list(br#"{"value":[]}"#).unwrap();
        assert!(empty.rows.is_empty() && empty.next.is_none());
    }

    #[test]
    fn text_that_breaks_off_is_broken_and_sound_json_of_another_kind_unexpected() {
        for body in [
            &br#"{"value":[{"id":"10"#[..],
            b"",
            b"<html>",
            br#"{"value":[]}{"error":1}"#,
            b"{\"value\":[\"\xff\"]}",
        ] {
            assert!(matches!(list(body), Err(Unread::Broken(_))), "{}", String::from_utf8_lossy(body));
        }
        for body in [&b"[]"[..], b"{}", br#"{"value":1}"#, br#"{"value":[1]}"#, br#"{"value":[{"id":"x"}]}"#]
        {
            assert!(matches!(list(body), Err(Unread::Unexpected(_))), "{}", String::from_utf8_lossy(body));
        }
        assert!(matches!(record(br#"{"id":"#), Err(Unread::Broken(_))));
        assert!(matches!(record(b"[]"), Err(Unread::Unexpected(_))));
    }
}

//! One record as it came.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::row_text::{self, Cut};
use crate::{BcId, Error};

/// One record: its own text, and the little that the sync must know of it before anything is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    text: String,
    etag: Option<String>,
    id: Option<BcId>,
    number: Option<String>,
    modified: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(rename = "@odata.etag")]
    etag: Option<String>,
    id: Option<BcId>,
    number: Option<String>,
    last_modified_date_time: Option<Timestamp>,
}

/// Business Central's blank timestamp, 0001-01-01T00:00:00Z, in seconds since 1970.
const BLANK_TIME: i64 = -62_135_596_800;

impl Row {
    /// Reads one record from its JSON text.
    ///
    /// # Errors
    /// When the text is no JSON object, its id no GUID, or its timestamp no timestamp.
    pub fn parse(json: &str) -> Result<Self, Error> {
        Self::with_cuts(json).map(|(row, _)| row)
    }

    /// Reads one record, and says which of its expanded lists go on elsewhere.
    pub(crate) fn with_cuts(json: &str) -> Result<(Self, Vec<Cut>), Error> {
        let head: Head =
            serde_json::from_str(json).map_err(|error| Error::undecodable(error.to_string(), "a record"))?;
        let stripped = row_text::strip(json);
        let row = Self {
            text: stripped.text,
            etag: head.etag,
            id: head.id.filter(|id| !id.is_zero()),
            number: head.number.filter(|number| !number.trim().is_empty()),
            modified: head.last_modified_date_time.filter(|time| time.as_second() > BLANK_TIME),
        };
        Ok((row, stripped.cuts))
    }

    /// Puts the rest of a list, fetched from elsewhere, to its end.
    pub(crate) fn complete(&mut self, property: &str, rest: &[Self]) -> Result<(), Error> {
        let elements: Vec<String> = rest.iter().map(|row| row.text.clone()).collect();
        let whole = row_text::append(&self.text, property, &elements);
        self.text = whole
            .ok_or_else(|| Error::undecodable(format!("no list {property} to go on with"), self.place()))?;
        Ok(())
    }

    /// The record's own JSON: compact, without `@odata.*`, members in the order of arrival, numbers as they were spelled.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The record's version, opaque.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// The record's identity.
    #[must_use]
    pub fn id(&self) -> Option<BcId> {
        self.id
    }

    /// The record's number.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// When the record last changed, by Business Central's clock.
    #[must_use]
    pub fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    /// The record as a type of [`rows`](crate::rows).
    ///
    /// # Errors
    /// When a property holds what the type does not expect.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.text).map_err(|error| Error::undecodable(error.to_string(), self.place()))
    }

    fn place(&self) -> String {
        match (&self.number, self.id) {
            (Some(number), _) => format!("record {number}"),
            (None, Some(id)) => format!("record {id}"),
            (None, None) => "a record".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Row;
    use crate::ErrorKind;

    #[test]
    fn the_head_is_read_and_blanks_are_none() {
        let row = Row::parse(
            r#"{"@odata.etag":"W/\"JzE5\"","id":"55e545bc-f6f9-ef11-9344-6045bdc8c234","number":"A \"1\"","lastModifiedDateTime":"2025-03-05T19:19:22.37Z"}"#,
        )
        .unwrap();
        assert_eq!(row.etag(), Some("W/\"JzE5\""));
        assert_eq!(row.id().unwrap().to_string(), "55e545bc-f6f9-ef11-9344-6045bdc8c234");
        assert_eq!(row.number(), Some("A \"1\""));
        assert_eq!(row.modified().unwrap().to_string(), "2025-03-05T19:19:22.37Z");

        let row = Row::parse(
            r#"{"id":"00000000-0000-0000-0000-000000000000","number":" ","lastModifiedDateTime":"0001-01-01T00:00:00Z"}"#,
        )
        .unwrap();
        assert_eq!((row.etag(), row.id(), row.number(), row.modified()), (None, None, None, None));
    }

    #[test]
    fn a_row_without_these_properties_is_a_row() {
        let row = Row::parse(r#"{"entryNumber":5120,"amount":-100.0}"#).unwrap();
        assert_eq!(row.text(), r#"{"entryNumber":5120,"amount":-100.0}"#);
    }

    #[test]
    fn nonsense_is_an_error_and_not_a_row() {
        for json in ["[]", "1", r#"{"id":"x"}"#, r#"{"lastModifiedDateTime":"yesterday"}"#, "{"] {
            assert_eq!(Row::parse(json).unwrap_err().kind, ErrorKind::Undecodable, "{json}");
        }
    }
}

//! What is known of a copy in Zoho beside what was sent to it: what people and Zoho itself made of it.

use std::collections::BTreeSet;

use exact_json::{Map, Value};
use rusqlite::Row;

use super::{StoreError, columns};

/// What Zoho made of a record, as far as it differs from what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyState {
    /// Values that Zoho holds otherwise than they were sent, and that stay so until Business Central says something else: what Zoho itself made of
    /// them, and what people typed and may keep.
    pub held: Map,
    /// The fields of the last write that were not looked at since.
    pub unread: Unread,
    /// What people typed into fields of ours and somebody has to decide about: for each field its value in Zoho, and who typed it.
    pub asked: Map,
    /// Whether Zoho deleted the record.
    pub gone: Option<Gone>,
}

/// Which fields may be as Zoho made them of our last write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unread {
    /// None: all were looked at, or may have been changed by somebody before.
    #[default]
    None,
    /// All: the record was made by that write.
    All,
    /// Those that the write changed.
    Some(BTreeSet<String>),
}

/// A record that was deleted in Zoho.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It is so.
    Deleted,
    /// Somebody said that it is to be copied again.
    Wanted,
}

impl Gone {
    fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Wanted => "wanted",
        }
    }
}

impl Unread {
    /// Whether what Zoho holds in that field may be what it made of our own write.
    #[must_use]
    pub fn contains(&self, field: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Some(fields) => fields.contains(field),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::All => Some("*".to_owned()),
            Self::Some(fields) => Some(fields.iter().map(String::as_str).collect::<Vec<_>>().join(" ")),
        }
    }

    fn of(text: Option<&str>) -> Self {
        match text {
            None => Self::None,
            Some("*") => Self::All,
            Some(names) => Self::Some(names.split_whitespace().map(ToOwned::to_owned).collect()),
        }
    }
}

impl CopyState {
    /// After a write of these fields: what was known of them is no longer so.
    pub(crate) fn after_write<'a>(&mut self, is_new: bool, fields: impl Iterator<Item = &'a String>) {
        self.gone = None;
        let mut written = BTreeSet::new();
        for field in fields {
            self.held.remove(field);
            self.asked.remove(field);
            written.insert(field.clone());
        }
        self.unread = if is_new { Unread::All } else { Unread::Some(written) };
    }

    /// The value in Zoho about which somebody is asked, and who typed it.
    #[must_use]
    pub fn question(&self, field: &str) -> Option<(&Value, Option<&str>)> {
        let asked = self.asked.get(field)?;
        Some((asked.get("zoho").unwrap_or(&Value::Null), asked.get("by").and_then(Value::as_text)))
    }

    pub(super) fn columns(&self) -> [Option<String>; 4] {
        let map = |map: &Map| (!map.is_empty()).then(|| map.to_json());
        let gone = self.gone.map(|gone| gone.name().to_owned());
        [map(&self.held), self.unread.text(), map(&self.asked), gone]
    }

    pub(super) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let map = |column| match columns::optional_json(row, column)? {
            None => Ok(Map::new()),
            Some(Value::Object(map)) => Ok(map),
            Some(_) => Err(columns::unreadable(column, "is not a JSON object")),
        };
        let (unread, gone): (Option<String>, Option<String>) = (row.get("unread")?, row.get("gone")?);
        let gone = match gone.as_deref() {
            None => None,
            Some("deleted") => Some(Gone::Deleted),
            Some("wanted") => Some(Gone::Wanted),
            Some(other) => return Err(columns::unreadable("gone", other)),
        };
        Ok(Self { held: map("held")?, unread: Unread::of(unread.as_deref()), asked: map("asked")?, gone })
    }
}

#[cfg(test)]
mod tests {
    use exact_json::{Map, Value};

    use super::{CopyState, Gone, Unread};

    #[test]
    fn a_write_takes_back_what_was_known_of_its_fields_and_of_no_others() {
        let names = ["Phone".to_owned()];
        let both: Map =
            [("Phone".to_owned(), Value::text("1")), ("Website".to_owned(), Value::text("a"))].into();
        let mut state =
            CopyState { held: both.clone(), unread: Unread::All, asked: both, gone: Some(Gone::Deleted) };
        state.after_write(false, names.iter());
        assert_eq!((state.held.len(), state.asked.len(), state.gone), (1, 1, None));
        assert!(state.unread.contains("Phone") && !state.unread.contains("Website"));
    }

    #[test]
    fn of_a_new_record_every_field_is_as_zoho_made_it() {
        let mut state = CopyState::default();
        state.after_write(true, std::iter::empty());
        assert!(state.unread.contains("Status"));
        assert!(!CopyState::default().unread.contains("Status"));
    }
}

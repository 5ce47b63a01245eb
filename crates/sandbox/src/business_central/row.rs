//! One record of a table.

use std::collections::BTreeMap;

use exact_json::{Decimal, Value};
use jiff::Timestamp;
use uuid::Uuid;

use super::schema::Property;

/// One record. Values that were never entered are absent and print as Business Central's blanks.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its SystemId.
    pub id: Uuid,
    /// Its values.
    pub values: BTreeMap<&'static str, Value>,
    /// The lines of a document, by sequence.
    pub lines: Vec<Row>,
    /// Whether a document is posted. No property says so.
    pub posted: bool,
    /// Grows with every change of anything in the database; the etag is made of it.
    pub version: u64,
    /// SystemModifiedAt.
    pub modified: Timestamp,
}

impl Row {
    /// A record with that identity and nothing in it.
    #[must_use]
    pub fn new(id: Uuid) -> Self {
        Self {
            id,
            values: BTreeMap::new(),
            lines: Vec::new(),
            posted: false,
            version: 0,
            modified: Timestamp::UNIX_EPOCH,
        }
    }

    /// With a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Enters a value.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.values.insert(name, value.into());
    }

    /// A text value; blank where none was entered.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(Value::as_text).unwrap_or_default()
    }

    /// A number; nought where none was entered.
    #[must_use]
    pub fn number(&self, name: &str) -> Decimal {
        self.values.get(name).and_then(Value::as_number).unwrap_or_default()
    }

    /// A truth value; false where none was entered.
    #[must_use]
    pub fn truth(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// What a property prints as.
    #[must_use]
    pub fn printed(&self, property: &Property) -> Value {
        match property.name {
            "id" => Value::text(self.id.to_string()),
            "lastModifiedDateTime" => Value::text(moment(self.modified)),
            name => self.values.get(name).cloned().unwrap_or_else(|| property.kind.blank()),
        }
    }

    /// `W/"<base64 of '<len>;<rowversion>;00;'>"` (facts, §5.4).
    #[must_use]
    pub fn etag(&self) -> String {
        etag_of(self.version)
    }
}

/// The etag of something with that version.
pub(super) fn etag_of(version: u64) -> String {
    let version = (1_000_000_000_000_000_000 + version).to_string();
    format!("W/\"{}\"", base64(format!("'{};{version};00;'", version.len()).as_bytes()))
}

/// A moment as Business Central prints it: milliseconds, trailing zeros trimmed.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let millis = at.as_millisecond();
    let seconds = Timestamp::from_second(millis.div_euclid(1000))
        .unwrap_or(at)
        .strftime("%Y-%m-%dT%H:%M:%S")
        .to_string();
    let fraction = format!("{:03}", millis.rem_euclid(1000));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{seconds}Z") } else { format!("{seconds}.{fraction}Z") }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let [a, b, c] = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)].map(usize::from);
        let digits = [a >> 2, (a & 3) << 4 | b >> 4, (b & 15) << 2 | c >> 6, c & 63];
        for (place, digit) in digits.into_iter().enumerate() {
            out.push(if place <= chunk.len() { char::from(ALPHABET[digit]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{base64, moment};

    #[test]
    fn moments_are_printed_with_trailing_zeros_trimmed() {
        for text in ["2025-03-05T19:19:22.37Z", "2025-03-05T19:19:22.273Z", "2025-03-05T19:19:43Z"] {
            assert_eq!(moment(text.parse().unwrap()), text);
        }
    }

    #[test]
    fn the_etag_of_the_facts_is_reproduced() {
        assert_eq!(base64(b"'19;8313926815766033421;00;'"), "JzE5OzgzMTM5MjY4MTU3NjYwMzM0MjE7MDA7Jw==");
    }
}

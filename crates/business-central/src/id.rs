//! Business Central's identity of a record.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A record's SystemId: given once, kept through renumbering and posting.
///
/// It prints in lower case with hyphens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BcId(Uuid);

impl BcId {
    /// Takes a GUID as an id.
    #[must_use]
    pub fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// Whether it is the all-zero GUID, with which Business Central writes "none".
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_nil()
    }

    /// The id whose GUID has these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The GUID itself.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for BcId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.as_hyphenated(), f)
    }
}

impl fmt::Debug for BcId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BcId {
    type Err = uuid::Error;

    /// Reads a GUID in any of its usual spellings.
    ///
    /// # Errors
    /// When the text is no GUID.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::BcId;

    #[test]
    fn an_id_prints_in_lower_case_with_hyphens() {
        for text in ["{10000000-0A1B-F011-9A4A-7C1E5275406F}", "100000000a1bf0119a4a7c1e5275406f"] {
            let id: BcId = text.parse().unwrap();
            assert_eq!(id.to_string(), "10000000-0a1b-f011-9a4a-7c1e5275406f");
            assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        }
    }

    #[test]
    fn the_zero_id_is_known_as_such() {
        assert!("00000000-0000-0000-0000-000000000000".parse::<BcId>().unwrap().is_zero());
        assert!("x".parse::<BcId>().is_err());
    }
}

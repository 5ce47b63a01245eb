//! The id of anything in Zoho.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a record, field, user or other object in Zoho.
///
/// 18 to 19 digits, always a string in JSON (§2): a number would lose digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZohoId(String);

impl ZohoId {
    /// Takes the id as Zoho printed it.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ZohoId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ZohoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

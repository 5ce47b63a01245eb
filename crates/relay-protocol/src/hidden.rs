//! Text that is not printed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A token, key, or an address with a key in it: it goes over the wire as it is, and prints as `[hidden]`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// Takes the text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the text out, for the one place that must send or compare it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;

    #[test]
    fn a_hidden_text_is_sent_but_not_printed() {
        let hidden = Hidden::new("s3cret");
        assert_eq!(format!("{hidden:?}"), "[hidden]");
        assert_eq!(serde_json::to_string(&hidden).unwrap(), "\"s3cret\"");
    }
}

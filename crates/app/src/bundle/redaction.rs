//! Replaces what must not leave this computer: values that are known to be private first, then whatever looks like one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use transport::Secret;

use super::patterns::{self, Found};

/// Shorter values are no secrets, and would be found within other words.
const SHORTEST: usize = 4;

/// What kind of thing was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Private {
    /// A client secret, a token, a password.
    Secret,
    /// The home folder.
    HomeFolder,
    /// The name of the user or of the computer.
    UserName,
    /// A company, an org, a tenant's domain.
    CompanyName,
    /// An e-mail address.
    Email,
    /// An address in a network.
    NetworkAddress,
    /// A GUID, such as a tenant's or a record's.
    Guid,
    /// An id of Zoho.
    ZohoId,
    /// The query of an address.
    Query,
}

impl Private {
    /// In words: `3 e-mail addresses`.
    #[must_use]
    pub fn counted(self, count: u64) -> String {
        let (one, several) = match self {
            Self::Secret => ("secret", "secrets"),
            Self::HomeFolder => ("home folder", "home folders"),
            Self::UserName => ("user or computer name", "user or computer names"),
            Self::CompanyName => ("company name", "company names"),
            Self::Email => ("e-mail address", "e-mail addresses"),
            Self::NetworkAddress => ("network address", "network addresses"),
            Self::Guid => ("GUID", "GUIDs"),
            Self::ZohoId => ("Zoho id", "Zoho ids"),
            Self::Query => ("query of an address", "queries of addresses"),
        };
        format!("{count} {}", if count == 1 { one } else { several })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::HomeFolder => "home",
            Self::UserName => "user",
            Self::CompanyName => "company",
            Self::Email => "e-mail",
            Self::NetworkAddress => "address",
            Self::Guid => "guid",
            Self::ZohoId => "zoho-id",
            Self::Query => "query",
        }
    }

    /// Whether several values are told apart: who helps must see that two lines speak of the same.
    fn is_numbered(self) -> bool {
        match self {
            Self::Secret | Self::HomeFolder | Self::Query => false,
            Self::UserName
            | Self::CompanyName
            | Self::Email
            | Self::NetworkAddress
            | Self::Guid
            | Self::ZohoId => true,
        }
    }
}

/// How often each kind was replaced.
pub type Redactions = BTreeMap<Private, u64>;

/// Replaces private values; the same value always by the same placeholder.
#[derive(Default)]
pub(super) struct Redactor {
    known: Vec<Known>,
    numbers: BTreeMap<Private, BTreeMap<String, usize>>,
}

struct Known {
    kind: Private,
    text: Secret,
}

impl Redactor {
    /// Has a value replaced wherever it stands, also as JSON, TOML and addresses write it.
    pub(super) fn knows(&mut self, kind: Private, value: &str) {
        let value = value.trim();
        if value.len() < SHORTEST {
            return;
        }
        let quoted = serde_json::to_string(value).unwrap_or_default();
        let escaped: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let by_percent = escaped.replace('+', "%20");
        for text in [value, quoted.trim_matches('"'), &escaped, &by_percent] {
            if !self.known.iter().any(|known| known.text.reveal() == text) {
                self.known.push(Known { kind, text: Secret::new(text) });
            }
        }
        // What contains another value goes first.
        self.known.sort_by_key(|known| std::cmp::Reverse(known.text.reveal().len()));
    }

    /// The text without anything private, and what was replaced in it.
    pub(super) fn redact(&mut self, text: &str) -> (String, Redactions) {
        let mut counts = Redactions::new();
        let text = self.without_known(text, &mut counts);
        let mut clean = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = text.get(at..) {
            let Some(letter) = rest.chars().next() else { break };
            match patterns::at(&text, at) {
                Some(Found { kind, skipped, value }) => {
                    let (keep, replace) = (at + skipped, at + skipped + value);
                    clean.push_str(&text[at..keep]);
                    let placeholder = self.placeholder(kind, &text[keep..replace]);
                    clean.push_str(&placeholder);
                    *counts.entry(kind).or_default() += 1;
                    at = replace;
                }
                None => {
                    clean.push(letter);
                    at += letter.len_utf8();
                }
            }
        }
        (clean, counts)
    }

    fn without_known(&mut self, text: &str, counts: &mut Redactions) -> String {
        let known = std::mem::take(&mut self.known);
        let mut clean = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = text.get(at..) {
            let Some(letter) = rest.chars().next() else { break };
            match known.iter().find(|known| stands_at(known, text, at)) {
                Some(found) => {
                    clean.push_str(&self.placeholder(found.kind, found.text.reveal()));
                    *counts.entry(found.kind).or_default() += 1;
                    at += found.text.reveal().len();
                }
                None => {
                    clean.push(letter);
                    at += letter.len_utf8();
                }
            }
        }
        self.known = known;
        clean
    }

    fn placeholder(&mut self, kind: Private, value: &str) -> String {
        if !kind.is_numbered() {
            return format!("[{}]", kind.word());
        }
        // A GUID is the same with and without dashes, and letters of either case mean the same in all of them.
        let plain = value.to_lowercase().replace('-', "");
        let numbers = self.numbers.entry(kind).or_default();
        let next = numbers.len() + 1;
        let number = *numbers.entry(plain).or_insert(next);
        format!("[{}-{number}]", kind.word())
    }
}

/// Whether the known value begins at that byte. A secret is found within anything, a name only as a word of its own.
fn stands_at(known: &Known, text: &str, at: usize) -> bool {
    let value = known.text.reveal();
    let Some(here) = text.as_bytes().get(at..at + value.len()) else { return false };
    match known.kind {
        Private::Secret => here == value.as_bytes(),
        Private::HomeFolder
        | Private::UserName
        | Private::CompanyName
        | Private::Email
        | Private::NetworkAddress
        | Private::Guid
        | Private::ZohoId
        | Private::Query => {
            here.eq_ignore_ascii_case(value.as_bytes()) && patterns::is_word(text, at, at + value.len())
        }
    }
}

#[cfg(test)]
mod tests;

//! How an operator wants the relay.

use url::Url;

use crate::address::Block;
use crate::limits::{Rates, Retention};
use crate::secrets::Digest;

/// The longest `notify_url` that Zoho takes (facts, §8).
const LONGEST_HOOK: usize = 255;

/// A hook's path: `/v1/hooks/` and a key of 43 characters.
const HOOK_PATH: usize = 10 + 43;

/// The shortest enrolment key: whoever guesses it may use the relay.
pub const SHORTEST_KEY: usize = 16;

/// What the HTTP side needs to know.
#[derive(Debug)]
pub struct Settings {
    /// The relay's address as the two services reach it.
    pub public: PublicUrl,
    /// Of the enrolment key; without one nobody can enrol.
    pub enrolment: Option<Digest>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Block>,
    /// Who may read `/metrics`.
    pub operators: Vec<Block>,
    /// How often somebody may ask.
    pub rates: Rates,
    /// What is kept for how long.
    pub retention: Retention,
}

/// Settings that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No address, or one that neither service can post to.
    #[error(
        "the public address \"{0}\" is no http or https address without a query, such as https://relay.example.com"
    )]
    PublicUrl(String),
    /// Hooks would be longer than Zoho takes.
    #[error(
        "the public address has {0} characters; with a hook's path it would have more than the {LONGEST_HOOK} that Zoho takes"
    )]
    PublicUrlLong(usize),
    /// A key that can be guessed.
    #[error(
        "the enrolment key is shorter than {SHORTEST_KEY} characters; make one with `openssl rand -hex 32`"
    )]
    KeyShort,
}

/// The relay's public address, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The address of a path below it.
    #[must_use]
    pub fn with(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl std::str::FromStr for PublicUrl {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let wrong = || SettingsError::PublicUrl(text.to_owned());
        let url = Url::parse(text).map_err(|_| wrong())?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || !plain {
            return Err(wrong());
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        if text.len() + HOOK_PATH > LONGEST_HOOK {
            return Err(SettingsError::PublicUrlLong(text.len()));
        }
        Ok(Self(text))
    }
}

/// The digest of an enrolment key as it stands in a file or in the environment.
///
/// # Errors
/// When it is too short.
pub fn enrolment_key(text: &str) -> Result<Digest, SettingsError> {
    let key = text.trim();
    if key.len() < SHORTEST_KEY { Err(SettingsError::KeyShort) } else { Ok(Digest::of(key)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_never_longer_than_zoho_takes() {
        let url: PublicUrl = "https://relay.example.com/".parse().unwrap();
        assert_eq!(url.with("/v1/hooks/k"), "https://relay.example.com/v1/hooks/k");
        assert_eq!(
            "https://a.example/below".parse::<PublicUrl>().unwrap().with("/v1"),
            "https://a.example/below/v1"
        );
        let longest = format!("https://a.example/{}", "x".repeat(LONGEST_HOOK - HOOK_PATH - 18));
        assert_eq!(longest.parse::<PublicUrl>().unwrap().with(&"k".repeat(HOOK_PATH)).len(), LONGEST_HOOK);
        assert_eq!(format!("{longest}x").parse::<PublicUrl>(), Err(SettingsError::PublicUrlLong(203)));
        for wrong in ["", "relay.example.com", "ftp://a", "https://a/?b", "https://u@a/"] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_enrolment_key_is_read_without_its_line_end_and_must_be_long() {
        assert!(enrolment_key("0123456789abcdef\n").unwrap().is(&Digest::of("0123456789abcdef")));
        assert!(enrolment_key("0123456789abcde\n").is_err());
    }
}

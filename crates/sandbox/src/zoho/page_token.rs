//! Page tokens of lists: good for a day, and for the same parameters only.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};

use super::answer::Refusal;

/// Where a list goes on.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The last record shown.
    pub(super) after: (Timestamp, u64),
    /// How many have been shown.
    pub(super) shown: usize,
    /// The next page's number.
    pub(super) page: usize,
}

#[derive(Clone, Debug)]
struct Token {
    place: Place,
    parameters: String,
    expires: Timestamp,
}

/// The tokens that have been given out.
#[derive(Clone, Debug, Default)]
pub(super) struct PageTokens {
    tokens: BTreeMap<String, Token>,
    serial: u64,
}

impl PageTokens {
    /// Gives out a token; returns it and when it ends.
    pub(super) fn issue(&mut self, place: Place, parameters: String, now: Timestamp) -> (String, Timestamp) {
        // A day's tokens are enough: older ones are kept a while only so that they are reported as expired.
        self.tokens.retain(|_, token| !super::stamp::is_older(token.expires, now, 24));
        self.serial += 1;
        let expires = now.saturating_add(24.hours()).unwrap_or(Timestamp::MAX);
        let text = format!("c8582xx9e{:07x}", self.serial);
        self.tokens.insert(text.clone(), Token { place, parameters, expires });
        (text, expires)
    }

    /// Where the list of `token` goes on.
    pub(super) fn redeem(&self, token: &str, parameters: &str, now: Timestamp) -> Result<Place, Refusal> {
        let mismatch = || {
            let text =
                "The page_token given seems to be invalid or input param is added or altered or deleted";
            Refusal::new(400, "TOKEN_BOUND_DATA_MISMATCH", text).with("param_name", "page_token")
        };
        let token = self.tokens.get(token).ok_or_else(mismatch)?;
        if token.expires <= now {
            return Err(Refusal::new(400, "EXPIRED_VALUE", "Page token expired")
                .with("api_name", "page_token")
                .with("json_path", "$.query.page_token"));
        }
        if token.parameters != parameters {
            return Err(mismatch());
        }
        Ok(token.place.clone())
    }
}

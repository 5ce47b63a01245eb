//! What Zoho's answer through the browser says (facts, §1.4).
//!
//! ```text
//! /callback?state=..&code=1000.xxxx.yyyy&location=in&accounts-server=https%3A%2F%2Faccounts.zoho.in&
//! /callback?error=access_denied
//! ```

use subtle::ConstantTimeEq;
use transport::Secret;
use url::form_urlencoded;
use zoho_crm::DataCentre;

use super::SignInError;
use crate::settings::is_loopback;

/// What the answer has to fit.
pub(super) struct Expected {
    /// The state that this sign-in made up.
    pub(super) state: Secret,
    /// The accounts server at which it began.
    pub(super) accounts_url: String,
}

/// An answer of Zoho's to this sign-in.
#[derive(Debug)]
pub(super) enum Callback {
    /// Somebody agreed.
    Granted {
        /// Works once, for about a minute.
        code: Secret,
        /// Where it is exchanged.
        accounts_url: String,
    },
    /// It is of no use.
    Failed(SignInError),
}

/// Reads the query of a request for the redirect address; `None` where it does not belong to this sign-in.
///
/// `opens_page` is false where the browser says that the request is for a picture or a script: no answer of Zoho's is.
pub(super) fn read(query: &str, opens_page: bool, expected: &Expected) -> Option<Callback> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let error = value("error");
    match value("state") {
        Some(state) if bool::from(state.as_bytes().ct_eq(expected.state.reveal().as_bytes())) => {}
        // The recorded denial has no state; whether it always is so is unverified. A forged one costs a second try and nothing else.
        None if error == Some("access_denied") && opens_page => {}
        Some(_) | None => return None,
    }
    Some(match (error, value("code").filter(|code| !code.is_empty())) {
        (Some("access_denied"), _) => Callback::Failed(SignInError::Denied),
        (Some(error), _) => Callback::Failed(SignInError::Refused(shown(error))),
        (None, None) => Callback::Failed(SignInError::NoCode),
        (None, Some(code)) => {
            match accounts_url(value("accounts-server"), value("location"), &expected.accounts_url) {
                Ok(accounts_url) => Callback::Granted { code: Secret::new(code), accounts_url },
                Err(foreign) => Callback::Failed(SignInError::ForeignAccountsServer(shown(foreign))),
            }
        }
    })
}

/// Where the code is exchanged: the client secret goes there, so that it must be Zoho's, or this computer where the sign-in began on it.
fn accounts_url<'a>(
    server: Option<&'a str>,
    location: Option<&'a str>,
    begun_at: &str,
) -> Result<String, &'a str> {
    match (server.filter(|server| !server.is_empty()), location.filter(|location| !location.is_empty())) {
        (Some(server), _) => {
            if let Some(known) = DataCentre::from_accounts_url(server).and_then(DataCentre::accounts_url) {
                Ok(known.to_owned())
            } else if is_loopback(server) && is_loopback(begun_at) {
                Ok(server.trim_end_matches('/').to_owned())
            } else {
                Err(server)
            }
        }
        (None, Some(location)) => {
            let known = DataCentre::from_location(location).and_then(DataCentre::accounts_url);
            known.map(ToOwned::to_owned).ok_or(location)
        }
        // Without a word about it the account lives where the sign-in began.
        (None, None) => Ok(begun_at.to_owned()),
    }
}

/// A text of unknown origin, cut to what a message can bear.
fn shown(text: &str) -> String {
    const MOST: usize = 100;
    text.chars().filter(|character| !character.is_control()).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use transport::Secret;

    use super::{Callback, Expected, read};

    const STATE: &str = "0123456789abcdef";
    const ZOHO: &str = "https://accounts.zoho.com";
    const SANDBOX: &str = "http://127.0.0.1:8765/accounts";

    /// What came of `query`, in a word and its value.
    fn came(query: &str, begun_at: &str) -> (String, String) {
        came_as(query, begun_at, true)
    }

    fn came_as(query: &str, begun_at: &str, opens_page: bool) -> (String, String) {
        let expected = Expected { state: Secret::new(STATE), accounts_url: begun_at.to_owned() };
        match read(query, opens_page, &expected) {
            None => ("stranger".to_owned(), String::new()),
            Some(Callback::Failed(error)) => (error.code().to_owned(), error.to_string()),
            Some(Callback::Granted { code, accounts_url }) => (code.reveal().to_owned(), accounts_url),
        }
    }

    #[test]
    fn the_recorded_shape_is_read() {
        let query = format!(
            "state={STATE}&code=1000.xxxx.yyyy&location=in&accounts-server=https%3A%2F%2Faccounts.zoho.in&"
        );
        assert_eq!(came(&query, ZOHO), ("1000.xxxx.yyyy".into(), "https://accounts.zoho.in".into()));
    }

    #[test]
    fn the_code_is_exchanged_where_the_account_lives() {
        let table = [
            ("&accounts-server=https%3A%2F%2Faccounts.zoho.eu", ZOHO, "https://accounts.zoho.eu"),
            ("&accounts-server=https://accounts.zoho.eu/", ZOHO, "https://accounts.zoho.eu"),
            ("&location=us&accounts-server=https%3A%2F%2Faccounts.zoho.eu", ZOHO, "https://accounts.zoho.eu"),
            ("&accounts-server=https%3A%2F%2Faccounts.zohocloud.ca", ZOHO, "https://accounts.zohocloud.ca"),
            ("&location=eu", ZOHO, "https://accounts.zoho.eu"),
            ("&location=eu&accounts-server=", ZOHO, "https://accounts.zoho.eu"),
            ("", ZOHO, ZOHO),
            ("", SANDBOX, SANDBOX),
            ("&accounts-server=http%3A%2F%2F127.0.0.1%3A8765%2Faccounts", SANDBOX, SANDBOX),
            (
                "&accounts-server=http%3A%2F%2Flocalhost%3A1%2Faccounts%2F",
                SANDBOX,
                "http://localhost:1/accounts",
            ),
        ];
        for (rest, begun_at, accounts) in table {
            let query = format!("state={STATE}&code=c{rest}");
            assert_eq!(came(&query, begun_at), ("c".into(), accounts.into()), "{rest}");
        }
    }

    #[test]
    fn the_client_secret_goes_to_no_server_that_is_not_zohos() {
        for server in [
            "https://accounts.zoho.com.evil.example",
            "https://accounts.zoho.com@evil.example",
            "http://accounts.zoho.com",
            "https://evil.example/accounts.zoho.com",
            "accounts.zoho.com",
            "//accounts.zoho.com",
            "http://127.0.0.1:8765/accounts",
            "http://localhost",
            "https://accounts.zoho.ae",
        ] {
            let encoded: String = url::form_urlencoded::byte_serialize(server.as_bytes()).collect();
            let query = format!("state={STATE}&code=c&location=us&accounts-server={encoded}");
            let (code, words) = came(&query, ZOHO);
            assert_eq!(code, "sign_in_foreign_accounts_server", "{server}");
            assert!(words.contains(server), "{words}");
        }
        let (code, _) = came(&format!("state={STATE}&code=c&location=mars"), ZOHO);
        assert_eq!(code, "sign_in_foreign_accounts_server");
    }

    #[test]
    fn what_does_not_carry_the_state_is_nobodys() {
        for query in [
            "",
            "code=c",
            "state=&code=c",
            "state=0123456789abcde&code=c",
            "state=0123456789abcdef0&code=c",
            "state=0123456789abcdeF&code=c",
            "code=c&STATE=0123456789abcdef",
            "state=other&state=0123456789abcdef&code=c",
            "state=other&error=access_denied",
            "error=server_error",
        ] {
            assert_eq!(came(query, ZOHO).0, "stranger", "{query}");
        }
    }

    #[test]
    fn a_denial_is_read_with_and_without_the_state() {
        for query in
            ["error=access_denied", "error=access_denied&", "error=access_denied&state=0123456789abcdef"]
        {
            assert_eq!(came(query, ZOHO).0, "sign_in_denied", "{query}");
        }
    }

    #[test]
    fn a_picture_in_a_strange_page_declines_nothing() {
        assert_eq!(came_as("error=access_denied", ZOHO, false).0, "stranger");
        assert_eq!(came_as(&format!("error=access_denied&state={STATE}"), ZOHO, false).0, "sign_in_denied");
    }

    #[test]
    fn other_errors_and_a_missing_code_are_said() {
        let (code, words) = came(&format!("state={STATE}&error=server%0Aerror&code=c"), ZOHO);
        assert_eq!(
            (code.as_str(), words.as_str()),
            ("sign_in_refused", "Zoho refused the sign-in: servererror")
        );
        let (_, words) = came(&format!("state={STATE}&error={}", "x".repeat(5000)), ZOHO);
        assert!(words.len() < 200, "{words}");
        for query in [format!("state={STATE}"), format!("state={STATE}&code=")] {
            assert_eq!(came(&query, ZOHO).0, "sign_in_no_code", "{query}");
        }
    }
}

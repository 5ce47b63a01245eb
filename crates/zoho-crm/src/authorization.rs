//! The page on which somebody lets the program in (§1.3).
//!
//! `access_type=offline` brings a refresh token at all, and `prompt=consent` brings a fresh one where somebody had agreed before. Scopes
//! stand with commas between them here, although the token answer lists them with blanks. The answer comes back through the browser, at
//! the redirect address, which must be registered letter by letter.

use transport::{Cause, Fate, TransportError};
use url::Url;

use crate::sign_in::{address, is_loopback};
use crate::{Error, ErrorKind, Settings};

/// The page's address.
pub(crate) fn url(
    settings: &Settings,
    scopes: &str,
    redirect_uri: &str,
    state: &str,
) -> Result<String, Error> {
    let at = address(settings, "auth");
    let usable = |url: &Url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    let Some(mut url) = Url::parse(&at).ok().filter(usable) else {
        let reason = format!("{} is neither https nor this computer", settings.accounts_url);
        let (fate, cause) = (Fate::NotSent, Cause::BadAddress(reason));
        let error = TransportError { fate, cause, place: at.clone() };
        return Err(Error::new(ErrorKind::Transport(Box::new(error)), "", "", at));
    };
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &settings.client_id)
        .append_pair("scope", scopes)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("access_type", "offline")
        .append_pair("prompt", "consent")
        .append_pair("state", state);
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::{Client, Settings};

    fn settings(accounts_url: &str) -> Settings {
        Settings { client_id: "1000.A&B".into(), accounts_url: accounts_url.into(), upload_url: None }
    }

    fn ask(accounts_url: &str) -> Result<String, crate::Error> {
        Client::authorization_url(
            &settings(accounts_url),
            "ZohoCRM.modules.ALL,ZohoCRM.org.READ",
            "http://localhost:47817/callback",
            "s+t",
        )
    }

    #[test]
    fn the_page_is_asked_for_offline_access_and_a_fresh_consent() {
        let url = Url::parse(&ask("https://accounts.zoho.eu").unwrap()).unwrap();
        assert_eq!((url.host_str(), url.path()), (Some("accounts.zoho.eu"), "/oauth/v2/auth"));
        let asked: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let expected = [
            ("response_type", "code"),
            ("client_id", "1000.A&B"),
            ("scope", "ZohoCRM.modules.ALL,ZohoCRM.org.READ"),
            ("redirect_uri", "http://localhost:47817/callback"),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("state", "s+t"),
        ];
        assert_eq!(asked, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn the_accounts_server_may_have_a_path_and_a_slash_at_its_end() {
        for accounts in ["http://127.0.0.1:8765/accounts", "http://127.0.0.1:8765/accounts/"] {
            let url = ask(accounts).unwrap();
            assert!(url.starts_with("http://127.0.0.1:8765/accounts/oauth/v2/auth?"), "{url}");
        }
    }

    #[test]
    fn nobody_signs_in_over_a_line_that_others_read() {
        for accounts in ["http://accounts.zoho.eu", "accounts.zoho.eu", "javascript:alert(1)", ""] {
            assert_eq!(ask(accounts).unwrap_err().code(), "zoho_address_refused", "{accounts}");
        }
    }
}

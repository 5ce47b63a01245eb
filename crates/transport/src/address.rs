//! Which addresses a request may go to, and how they are shown.

use url::{Host, Url};

/// An address that a request may go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) url: Url,
    /// Whether it is this computer.
    pub(crate) loopback: bool,
}

/// Reads an address: https, or plain http where it is this computer, and without a user name or password.
///
/// The error says what is wrong and does not repeat the text, which may hold secrets.
pub(crate) fn parse(text: &str) -> Result<Address, String> {
    let url = Url::parse(text).map_err(|error| format!("it is not an address ({error})"))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password".to_owned());
    }
    match url.scheme() {
        "https" => Ok(Address { url, loopback }),
        "http" if loopback => Ok(Address { url, loopback }),
        "http" => Err("plain http is for this computer only; use https".to_owned()),
        scheme => Err(format!("{scheme} is not https")),
    }
}

/// The address without its query, fragment, user name and password; it need not be an address at all.
pub(crate) fn shown(text: &str) -> &str {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let Some((_, rest)) = text.split_once("//") else {
        return text;
    };
    let authority = rest.split(['/', '\\']).next().unwrap_or_default();
    match authority.rfind('@') {
        Some(end) => rest.get(end + 1..).unwrap_or_default(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_goes_anywhere_and_http_to_this_computer_only() {
        let cases = [
            ("https://api.businesscentral.dynamics.com/v2.0?a=b", Some(false)),
            ("HTTPS://www.zohoapis.eu/crm/v8/Accounts", Some(false)),
            ("https://localhost/", Some(true)),
            ("http://localhost:8080/bc", Some(true)),
            ("http://LOCALHOST/", Some(true)),
            ("http://127.0.0.1:1/", Some(true)),
            ("http://127.8.9.10/", Some(true)),
            ("http://[::1]:9/x", Some(true)),
            ("http://www.zohoapis.eu/crm", None),
            ("http://10.0.0.1/", None),
            ("http://[::2]/", None),
            ("http://localhost.example.com/", None),
            ("http://127.0.0.1.example.com/", None),
            ("ftp://localhost/", None),
            ("file:///etc/passwd", None),
            ("https://user:word@example.com/", None),
            ("https://user@example.com/", None),
            ("/crm/v8/Accounts", None),
            ("", None),
        ];
        for (text, loopback) in cases {
            assert_eq!(parse(text).ok().map(|address| address.loopback), loopback, "{text}");
        }
    }

    #[test]
    fn neither_query_nor_credentials_are_shown() {
        let cases = [
            ("https://example.com/a/b?token=secret#part", "https://example.com/a/b"),
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("https://user:word@example.com/a", "example.com/a"),
            ("https://user:w@rd@example.com", "example.com"),
            ("https://example.com?user=a@b", "https://example.com"),
            ("nothing", "nothing"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn complaints_do_not_repeat_the_address() {
        for text in
            ["http://example.com/?secret", "https://secret:secret@example.com/", "secret", "ftp://secret/"]
        {
            assert!(!parse(text).unwrap_err().contains("secret"), "{text}");
        }
    }
}

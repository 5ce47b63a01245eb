//! Addresses in the settings: https, or plain http to this computer.

use url::{Host, Url};

/// The address without a slash at its end, or what is wrong with it.
pub(super) fn check(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| format!("is not an address: {text}"))?;
    if url.scheme() == "https" || is_loopback(text) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("must start with https:// (plain http is for addresses of this computer only)".to_owned())
    }
}

/// Whether the address leads to this computer, by http or https.
#[must_use]
pub fn is_loopback(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    here && matches!(url.scheme(), "http" | "https")
}

#[cfg(test)]
mod tests {
    use super::{check, is_loopback};

    #[test]
    fn plain_http_is_for_this_computer_only() {
        for address in
            ["https://example.com/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1/x"]
        {
            assert!(check(address).is_ok(), "{address}");
        }
        for address in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://localhost@example.com",
            "ftp://localhost",
            "here",
        ] {
            assert!(check(address).is_err(), "{address}");
        }
    }

    #[test]
    fn a_name_that_begins_like_a_loopback_address_is_none() {
        assert!(!is_loopback("http://127.0.0.1.example.com"));
        assert!(is_loopback("http://127.0.0.1:4000/accounts"));
    }
}

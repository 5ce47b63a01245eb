//! Zoho's data centres: an account lives in one of them, and only that one knows it.

use url::Url;

/// One of Zoho's data centres.
///
/// The table is that of Zoho's own SDK (§1.1). `None` stands where nobody has verified a host: the API address always comes
/// from the token answer (`api_domain`), never from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataCentre {
    /// United States.
    Us,
    /// Europe.
    Eu,
    /// India.
    In,
    /// Australia.
    Au,
    /// Japan.
    Jp,
    /// China.
    Cn,
    /// Canada.
    Ca,
    /// Saudi Arabia.
    Sa,
    /// United Kingdom; only the accounts host is known.
    Uk,
    /// United Arab Emirates; no host is known.
    Ae,
}

/// Domains that carry no data centre's API in the table and yet are Zoho's by name: those of the two unverified data centres.
const UNVERIFIED_API_DOMAINS: [&str; 2] = ["zohoapis.uk", "zohoapis.ae"];

impl DataCentre {
    /// Every data centre.
    pub const ALL: [Self; 10] =
        [Self::Us, Self::Eu, Self::In, Self::Au, Self::Jp, Self::Cn, Self::Ca, Self::Sa, Self::Uk, Self::Ae];

    /// The name that Zoho uses in the sign-in callback (`location=eu`).
    #[must_use]
    pub fn location(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::In => "in",
            Self::Au => "au",
            Self::Jp => "jp",
            Self::Cn => "cn",
            Self::Ca => "ca",
            Self::Sa => "sa",
            Self::Uk => "uk",
            Self::Ae => "ae",
        }
    }

    /// Where one signs in.
    #[must_use]
    pub fn accounts_url(self) -> Option<&'static str> {
        match self {
            Self::Us => Some("https://accounts.zoho.com"),
            Self::Eu => Some("https://accounts.zoho.eu"),
            Self::In => Some("https://accounts.zoho.in"),
            Self::Au => Some("https://accounts.zoho.com.au"),
            Self::Jp => Some("https://accounts.zoho.jp"),
            Self::Cn => Some("https://accounts.zoho.com.cn"),
            Self::Ca => Some("https://accounts.zohocloud.ca"),
            Self::Sa => Some("https://accounts.zoho.sa"),
            Self::Uk => Some("https://accounts.zoho.uk"),
            Self::Ae => None,
        }
    }

    /// Where the API of a production org answers; for people to read, see the type's note.
    #[must_use]
    pub fn api_url(self) -> Option<&'static str> {
        match self {
            Self::Us => Some("https://www.zohoapis.com"),
            Self::Eu => Some("https://www.zohoapis.eu"),
            Self::In => Some("https://www.zohoapis.in"),
            Self::Au => Some("https://www.zohoapis.com.au"),
            Self::Jp => Some("https://www.zohoapis.jp"),
            Self::Cn => Some("https://www.zohoapis.com.cn"),
            Self::Ca => Some("https://www.zohoapis.ca"),
            Self::Sa => Some("https://www.zohoapis.sa"),
            Self::Uk | Self::Ae => None,
        }
    }

    /// Where the API of a Zoho sandbox answers.
    #[must_use]
    pub fn sandbox_api_url(self) -> Option<&'static str> {
        match self {
            Self::Us => Some("https://sandbox.zohoapis.com"),
            Self::Eu => Some("https://sandbox.zohoapis.eu"),
            Self::In => Some("https://sandbox.zohoapis.in"),
            Self::Au => Some("https://sandbox.zohoapis.com.au"),
            Self::Jp => Some("https://sandbox.zohoapis.jp"),
            Self::Cn => Some("https://sandbox.zohoapis.com.cn"),
            Self::Ca => Some("https://sandbox.zohoapis.ca"),
            Self::Sa => Some("https://sandbox.zohoapis.sa"),
            Self::Uk | Self::Ae => None,
        }
    }

    /// Where files for bulk write are uploaded.
    ///
    /// For Canada and Saudi Arabia Zoho's SDK is followed; a digest of the docs names `content.zohoapis.ca` and `.sa` (§1.1).
    #[must_use]
    pub fn upload_url(self) -> Option<&'static str> {
        match self {
            Self::Us => Some("https://content.zohoapis.com"),
            Self::Eu => Some("https://content.zohoapis.eu"),
            Self::In => Some("https://content.zohoapis.in"),
            Self::Au => Some("https://content.zohoapis.com.au"),
            Self::Jp => Some("https://content.zohoapis.jp"),
            Self::Cn => Some("https://content.zohoapis.com.cn"),
            Self::Ca => Some("https://upload.zohocloud.ca"),
            Self::Sa => Some("https://files.zoho.sa"),
            Self::Uk | Self::Ae => None,
        }
    }

    /// The data centre that the callback's `location` names.
    #[must_use]
    pub fn from_location(location: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|centre| centre.location().eq_ignore_ascii_case(location))
    }

    /// The data centre whose accounts host `address` names; anything behind the host is ignored.
    #[must_use]
    pub fn from_accounts_url(address: &str) -> Option<Self> {
        let address = Url::parse(address).ok().filter(|url| url.scheme() == "https")?;
        let host = address.host_str()?;
        Self::ALL.into_iter().find(|centre| centre.accounts_url().and_then(host_of) == Some(host))
    }
}

/// Whether `host` is one of Zoho's, by the table.
pub(crate) fn is_zoho_api_host(host: &str) -> bool {
    let known = DataCentre::ALL.into_iter().filter_map(DataCentre::api_url).filter_map(host_of);
    let domains = known.map(|host| host.trim_start_matches("www."));
    domains
        .chain(UNVERIFIED_API_DOMAINS)
        .any(|domain| host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.')))
}

/// Domains of Zoho's from which results of bulk jobs are known to be downloaded (§2): `download-accl.zoho.com`, `download.zohocrm.com`.
/// Zoho names its data centres by the ending, so that the same names under each ending are Zoho's too.
const DOWNLOAD_NAMES: [&str; 2] = ["zoho", "zohocrm"];

/// Whether a token may be sent to `host` to download a file: a host of the API, of uploads or of the accounts server, or one below
/// `zoho` or `zohocrm` with the ending of a data centre.
pub(crate) fn is_zoho_download_host(host: &str) -> bool {
    let below = |domain: &str| host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
    let listed = DataCentre::ALL
        .into_iter()
        .flat_map(|centre| [centre.accounts_url(), centre.upload_url()])
        .flatten()
        .any(|address| host_of(address) == Some(host));
    let endings = DataCentre::ALL
        .into_iter()
        .filter_map(DataCentre::api_url)
        .filter_map(|address| address.strip_prefix("https://www.zohoapis."));
    listed
        || is_zoho_api_host(host)
        || endings
            .into_iter()
            .any(|ending| DOWNLOAD_NAMES.iter().any(|name| below(&format!("{name}.{ending}"))))
        || below("zohocloud.ca")
}

fn host_of(address: &'static str) -> Option<&'static str> {
    address.strip_prefix("https://")
}

#[cfg(test)]
mod tests {
    use super::{DataCentre, is_zoho_api_host, is_zoho_download_host};

    #[test]
    fn a_data_centre_is_found_by_location_and_by_accounts_address() {
        assert_eq!(DataCentre::from_location("eu"), Some(DataCentre::Eu));
        assert_eq!(DataCentre::from_location("EU"), Some(DataCentre::Eu));
        assert_eq!(DataCentre::from_location("mars"), None);
        for centre in DataCentre::ALL {
            if let Some(address) = centre.accounts_url() {
                assert_eq!(DataCentre::from_accounts_url(address), Some(centre));
                assert_eq!(DataCentre::from_accounts_url(&format!("{address}/")), Some(centre));
            }
        }
    }

    #[test]
    fn an_accounts_address_must_match_the_whole_host() {
        for address in [
            "https://accounts.zoho.com.evil.example",
            "https://evil.example/accounts.zoho.com",
            "https://accounts.zoho.com@evil.example",
            "http://accounts.zoho.com",
            "accounts.zoho.com",
        ] {
            assert_eq!(DataCentre::from_accounts_url(address), None, "{address}");
        }
    }

    #[test]
    fn files_are_downloaded_from_zohos_own_domains() {
        for host in [
            "download-accl.zoho.com",
            "download.zohocrm.com",
            "download.zohocrm.eu",
            "www.zohoapis.in",
            "content.zohoapis.com",
            "upload.zohocloud.ca",
            "files.zoho.sa",
        ] {
            assert!(is_zoho_download_host(host), "{host}");
        }
        for host in
            ["zoho.com.evil.example", "evilzoho.com", "download.zoho.xyz", "zohocrm.com", "localhost", ""]
        {
            assert!(!is_zoho_download_host(host), "{host}");
        }
    }

    #[test]
    fn zoho_hosts_are_those_below_zohos_api_domains() {
        for host in
            ["www.zohoapis.com", "sandbox.zohoapis.eu", "developer.zohoapis.com.au", "www.zohoapis.uk"]
        {
            assert!(is_zoho_api_host(host), "{host}");
        }
        for host in ["zohoapis.com.evil.example", "evilzohoapis.com", "www.zohoapis.xyz", "localhost", ""] {
            assert!(!is_zoho_api_host(host), "{host}");
        }
    }
}

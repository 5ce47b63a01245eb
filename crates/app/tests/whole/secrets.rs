//! Where credentials come from. The tests with a real keychain run only when `LEDGERLINE_TEST_KEYCHAIN=1`.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use app::secrets::{self, Keychain, Sealed, SecretName};
use transport::{Clock, Secret, SystemClock};
use zoho_crm::{AccessToken, TokenVault};

const ALL: [(&str, &str); 3] = [
    ("LEDGERLINE_BC_CLIENT_SECRET", "bc"),
    ("LEDGERLINE_ZOHO_CLIENT_SECRET", "client"),
    ("LEDGERLINE_ZOHO_REFRESH_TOKEN", "refresh"),
];

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::default())
}

fn environment(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> + use<> {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    move |name: &str| variables.get(name).cloned()
}

fn nowhere() -> Sealed {
    Sealed { token: PathBuf::new(), relay: PathBuf::new() }
}

fn token() -> AccessToken {
    AccessToken {
        token: Secret::new("1000.aa.bb"),
        api_domain: "https://www.zohoapis.eu".to_owned(),
        expires_at: "2999-01-01T10:00:00Z".parse().unwrap(),
    }
}

#[test]
fn the_environment_provides_all_three_and_the_token_is_sealed_in_the_profile() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = app::Profile::at(Some(folder.path().to_path_buf())).unwrap().sealed();
    let found = secrets::collect("/profile", &sealed, &environment(&ALL), &clock()).unwrap();
    assert_eq!(found.business_central.reveal(), "bc");
    assert_eq!(found.zoho_client.reveal(), "client");
    assert_eq!(found.zoho_refresh.reveal(), "refresh");
    found.vault.store(&token());
    assert!(sealed.token.exists());
    let access = Secret::new("{\"read_token\":\"s3cret\"}");
    found.relay.store(&access).unwrap();
    assert!(!std::fs::read(&sealed.relay).unwrap().windows(6).any(|part| part == b"s3cret"));
    assert_eq!(found.relay.load().unwrap().unwrap().reveal(), access.reveal());
    found.relay.forget().unwrap();
    assert!(found.relay.load().unwrap().is_none());
}

#[test]
fn blanks_around_a_variable_are_no_part_of_the_secret() {
    let padded = ALL.map(|(name, value)| (name, format!(" {value}\n")));
    let padded: Vec<(&str, &str)> = padded.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let found = secrets::collect("/profile", &nowhere(), &environment(&padded), &clock()).unwrap();
    assert_eq!(found.zoho_refresh.reveal(), "refresh");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let name = SecretName::ZohoRefreshToken;
    assert!(
        secrets::from_environment(&environment(&[("LEDGERLINE_ZOHO_REFRESH_TOKEN", " ")]), name).is_none()
    );
    assert!(secrets::from_environment(&environment(&ALL), name).is_some());
}

#[test]
fn a_missing_secret_says_which_and_what_to_do() {
    let error = secrets::SecretError::Missing(SecretName::ZohoClientSecret);
    assert_eq!(error.code(), "secret_missing");
    assert!(error.to_string().contains("Zoho API client"));
    assert!(error.cure().contains("ledgerline connect"));
    assert!(error.cure().contains("LEDGERLINE_ZOHO_CLIENT_SECRET"));
}

/// A profile name of its own in the real keychain, emptied before and after; `None` where the test is not asked for.
struct RealKeychain {
    name: String,
    keychain: Keychain,
}

impl RealKeychain {
    fn open(test: &str) -> Option<Self> {
        if std::env::var("LEDGERLINE_TEST_KEYCHAIN").as_deref() != Ok("1") {
            eprintln!(
                "skipped: {test} needs a keychain; set LEDGERLINE_TEST_KEYCHAIN=1 to use this computer's"
            );
            return None;
        }
        let name = format!("test {test} {}", std::process::id());
        let opened = Self { keychain: Keychain::of_profile(&name), name };
        opened.empty();
        Some(opened)
    }

    fn empty(&self) {
        for name in SecretName::PROVIDED.into_iter().chain([SecretName::ZohoAccessToken]) {
            self.keychain.remove(name).unwrap();
        }
    }
}

impl Drop for RealKeychain {
    fn drop(&mut self) {
        self.empty();
    }
}

#[test]
fn a_secret_is_stored_read_replaced_and_removed() {
    let Some(real) = RealKeychain::open("a_secret_is_stored_read_replaced_and_removed") else { return };
    let (keychain, name) = (&real.keychain, SecretName::ZohoClientSecret);
    assert!(keychain.get(name).unwrap().is_none());
    keychain.set(name, &Secret::new("first")).unwrap();
    assert_eq!(keychain.get(name).unwrap().unwrap().reveal(), "first");
    keychain.set(name, &Secret::new("second")).unwrap();
    assert_eq!(keychain.get(name).unwrap().unwrap().reveal(), "second");
    assert!(Keychain::of_profile("another profile").get(name).unwrap().is_none());
    keychain.remove(name).unwrap();
    assert!(keychain.get(name).unwrap().is_none());
}

#[tokio::test]
async fn the_environment_wins_over_the_keychain_and_the_keychain_fills_the_gaps() {
    let test = "the_environment_wins_over_the_keychain_and_the_keychain_fills_the_gaps";
    let Some(real) = RealKeychain::open(test) else { return };
    let collect = |variables: &[(&str, &str)]| {
        secrets::collect(&real.name, &nowhere(), &environment(variables), &clock())
    };
    for name in SecretName::PROVIDED {
        assert!(matches!(collect(&[]), Err(secrets::SecretError::Missing(_))));
        real.keychain.set(name, &Secret::new("stored")).unwrap();
    }
    let found = collect(&ALL[..1]).unwrap();
    assert_eq!(found.business_central.reveal(), "bc");
    assert_eq!(found.zoho_client.reveal(), "stored");
    assert_eq!(found.zoho_refresh.reveal(), "stored");
}

#[tokio::test]
async fn zohos_access_token_is_kept_in_the_keychain_until_it_ends() {
    let test = "zohos_access_token_is_kept_in_the_keychain_until_it_ends";
    let Some(real) = RealKeychain::open(test) else { return };
    let vault = real.keychain.token_vault(clock());
    assert!(vault.load().is_none());
    vault.store(&token());
    let loaded = vault.load().unwrap();
    assert_eq!(
        (loaded.token.reveal(), loaded.api_domain.as_str()),
        ("1000.aa.bb", "https://www.zohoapis.eu")
    );
    vault.store(&AccessToken { expires_at: "2020-01-01T00:00:00Z".parse().unwrap(), ..token() });
    assert!(vault.load().is_none());
    vault.store(&token());
    vault.forget();
    assert!(vault.load().is_none());
}

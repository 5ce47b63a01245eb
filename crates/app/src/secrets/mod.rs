//! Credentials: in the operating system's keychain, or in the environment of servers and tests; never in a file in clear.

mod keychain;
mod sealed;

use std::path::PathBuf;
use std::sync::Arc;

use transport::{Clock, Secret};
use zoho_crm::TokenVault;

pub use keychain::Keychain;
pub use sealed::{RELAY, SealedText, SealedToken};

/// The secrets of a profile: three that somebody provides, and one that Zoho gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretName {
    /// The Entra app's client secret.
    BusinessCentralClientSecret,
    /// The Zoho API console client's secret.
    ZohoClientSecret,
    /// Zoho's refresh token.
    ZohoRefreshToken,
    /// Zoho's access token with its address and end; kept so that restarts do not ask for a new one each time.
    ZohoAccessToken,
    /// The relay's mailbox: its token, its addresses, and the words by which its signals are known.
    RelayMailbox,
}

impl SecretName {
    /// The three that somebody has to provide.
    pub const PROVIDED: [Self; 3] =
        [Self::BusinessCentralClientSecret, Self::ZohoClientSecret, Self::ZohoRefreshToken];

    /// The environment variable that wins over the keychain.
    #[must_use]
    pub fn variable(self) -> Option<&'static str> {
        match self {
            Self::BusinessCentralClientSecret => Some("LEDGERLINE_BC_CLIENT_SECRET"),
            Self::ZohoClientSecret => Some("LEDGERLINE_ZOHO_CLIENT_SECRET"),
            Self::ZohoRefreshToken => Some("LEDGERLINE_ZOHO_REFRESH_TOKEN"),
            Self::ZohoAccessToken | Self::RelayMailbox => None,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::BusinessCentralClientSecret => "business-central-client-secret",
            Self::ZohoClientSecret => "zoho-client-secret",
            Self::ZohoRefreshToken => "zoho-refresh-token",
            Self::ZohoAccessToken => "zoho-access-token",
            Self::RelayMailbox => "relay-mailbox",
        }
    }

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::BusinessCentralClientSecret => "the client secret of the Entra app",
            Self::ZohoClientSecret => "the client secret of the Zoho API client",
            Self::ZohoRefreshToken => "Zoho's refresh token",
            Self::ZohoAccessToken => "Zoho's access token",
            Self::RelayMailbox => "the access to the relay's mailbox",
        }
    }
}

/// Why a secret could not be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It is neither in the environment nor in the keychain.
    #[error("{} is not stored", .0.label())]
    Missing(SecretName),
    /// They stand in these environment variables, where nobody but who set them can remove them.
    #[error("the secret stands in the environment ({}), and cannot be forgotten here", .0.join(", "))]
    InEnvironment(Vec<&'static str>),
    /// The operating system's keychain does not work.
    #[error("the operating system's keychain cannot be used: {0}")]
    NoKeychain(String),
    /// A secret cannot be kept in its sealed file.
    #[error("a secret cannot be kept in the profile folder: {0}")]
    NotSealed(std::io::Error),
}

impl SecretError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "secret_missing",
            Self::InEnvironment(_) => "secret_in_environment",
            Self::NoKeychain(_) => "no_keychain",
            Self::NotSealed(_) => "profile_unusable",
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Missing(name) => match name.variable() {
                Some(variable) => format!("Run `ledgerline connect` to store it, or set {variable} for a server."),
                None => "Run `ledgerline connect`.".to_owned(),
            },
            Self::InEnvironment(names) => format!(
                "Remove {} where it is set, and end the secret where it was issued: the client's page in Zoho's API console, or the app in the Microsoft \
                 Entra admin center.",
                names.join(" and ")
            ),
            Self::NotSealed(_) => "Check that the profile folder is yours, and that the disk is not full.".to_owned(),
            Self::NoKeychain(_) => {
                "On Linux install and start a Secret Service, for example the package gnome-keyring, and unlock it; on a server without one set LEDGERLINE_BC_CLIENT_SECRET, \
                 LEDGERLINE_ZOHO_CLIENT_SECRET and LEDGERLINE_ZOHO_REFRESH_TOKEN."
                    .to_owned()
            }
        }
    }
}

/// A profile's secrets, and where Zoho's access token is kept between starts.
pub struct Credentials {
    /// The Entra app's client secret.
    pub business_central: Secret,
    /// The Zoho API client's secret.
    pub zoho_client: Secret,
    /// Zoho's refresh token.
    pub zoho_refresh: Secret,
    /// Where Zoho's access token is kept.
    pub vault: Arc<dyn TokenVault>,
    /// Where the access to the relay's mailbox is kept.
    pub relay: RelayVault,
}

/// Where the access to the relay's mailbox is kept: with the other secrets, or sealed where those come from the environment.
#[derive(Clone)]
pub enum RelayVault {
    /// In the keychain.
    Keychain(Keychain),
    /// In a sealed file of the profile.
    Sealed(SealedText),
}

impl RelayVault {
    /// What is kept, if anything.
    ///
    /// # Errors
    /// When the keychain cannot be used.
    pub fn load(&self) -> Result<Option<Secret>, SecretError> {
        match self {
            Self::Keychain(keychain) => keychain.get(SecretName::RelayMailbox),
            Self::Sealed(file) => Ok(file.load()),
        }
    }

    /// Keeps it instead of what was kept.
    ///
    /// # Errors
    /// When the keychain or the file cannot be written.
    pub fn store(&self, secret: &Secret) -> Result<(), SecretError> {
        match self {
            Self::Keychain(keychain) => keychain.set(SecretName::RelayMailbox, secret),
            Self::Sealed(file) => file.store(secret.reveal()).map_err(SecretError::NotSealed),
        }
    }

    /// Forgets it.
    ///
    /// # Errors
    /// When the keychain or the file cannot be changed.
    pub fn forget(&self) -> Result<(), SecretError> {
        match self {
            Self::Keychain(keychain) => keychain.remove(SecretName::RelayMailbox),
            Self::Sealed(file) => file.forget().map_err(SecretError::NotSealed),
        }
    }
}

/// Values of environment variables, handed in so that nothing deeper reads the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A secret from the environment, where it is set and not empty.
#[must_use]
pub fn from_environment(environment: Environment<'_>, name: SecretName) -> Option<Secret> {
    name.variable()
        .and_then(environment)
        .filter(|value| !value.trim().is_empty())
        .map(|v| Secret::new(v.trim()))
}

/// The files of a profile that hold sealed secrets, where the others come from the environment.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Zoho's access token.
    pub token: PathBuf,
    /// The access to the relay's mailbox.
    pub relay: PathBuf,
}

/// Collects the secrets of `profile`. With all three in the environment the keychain is never opened.
///
/// # Errors
/// When one is in neither place, or the keychain is needed and cannot be used.
pub fn collect(
    profile: &str,
    sealed: &Sealed,
    environment: Environment<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<Credentials, SecretError> {
    let [bc, client, refresh] = SecretName::PROVIDED.map(|name| from_environment(environment, name));
    if let (Some(business_central), Some(zoho_client), Some(zoho_refresh)) = (&bc, &client, &refresh) {
        let vault = SealedToken::new(sealed.token.clone(), zoho_client, zoho_refresh);
        let relay = SealedText::new(sealed.relay.clone(), RELAY, zoho_client, zoho_refresh);
        return Ok(Credentials {
            business_central: business_central.clone(),
            zoho_client: zoho_client.clone(),
            zoho_refresh: zoho_refresh.clone(),
            vault: Arc::new(vault),
            relay: RelayVault::Sealed(relay),
        });
    }
    let keychain = Keychain::of_profile(profile);
    let or_keychain = |found: Option<Secret>, name: SecretName| match found {
        Some(secret) => Ok(secret),
        None => keychain.get(name)?.ok_or(SecretError::Missing(name)),
    };
    Ok(Credentials {
        business_central: or_keychain(bc, SecretName::BusinessCentralClientSecret)?,
        zoho_client: or_keychain(client, SecretName::ZohoClientSecret)?,
        zoho_refresh: or_keychain(refresh, SecretName::ZohoRefreshToken)?,
        vault: Arc::new(keychain.token_vault(Arc::clone(clock))),
        relay: RelayVault::Keychain(keychain),
    })
}

//! The operating system's keychain.

use std::sync::Arc;

use transport::{Clock, Secret};
use zoho_crm::{AccessToken, TokenVault};

use super::{SecretError, SecretName};

/// The keychain's name for this program.
const SERVICE: &str = "Ledgerline";

/// One profile's entries in the keychain.
#[derive(Clone, Debug)]
pub struct Keychain {
    profile: String,
}

impl Keychain {
    /// The entries of the profile in that folder.
    #[must_use]
    pub fn of_profile(profile: &str) -> Self {
        Self { profile: profile.to_owned() }
    }

    fn entry(&self, name: SecretName) -> Result<keyring::Entry, SecretError> {
        keyring::Entry::new(SERVICE, &format!("{}: {}", name.key(), self.profile)).map_err(no_keychain)
    }

    /// The stored secret, if there is one.
    ///
    /// # Errors
    /// When the keychain cannot be used.
    pub fn get(&self, name: SecretName) -> Result<Option<Secret>, SecretError> {
        match self.entry(name)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(no_keychain(error)),
        }
    }

    /// Stores or replaces a secret.
    ///
    /// # Errors
    /// When the keychain cannot be used.
    pub fn set(&self, name: SecretName, secret: &Secret) -> Result<(), SecretError> {
        self.entry(name)?.set_password(secret.reveal()).map_err(no_keychain)
    }

    /// Removes a secret; it is no error when there was none.
    ///
    /// # Errors
    /// When the keychain cannot be used.
    pub fn remove(&self, name: SecretName) -> Result<(), SecretError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(no_keychain(error)),
        }
    }

    /// Keeps Zoho's access token in the keychain.
    #[must_use]
    pub fn token_vault(&self, clock: Arc<dyn Clock>) -> impl TokenVault + use<> {
        KeychainToken { keychain: self.clone(), clock }
    }
}

// The error's own text says what is missing ("no secret service"); it never holds the secret.
#[allow(clippy::needless_pass_by_value)]
fn no_keychain(error: keyring::Error) -> SecretError {
    // Why there is no keychain at all is told only once, when it is first looked for.
    let reason = match (&error, keyring::Entry::store_status()) {
        (keyring::Error::NoDefaultStore, Err(reason)) => reason.to_string(),
        _ => error.to_string(),
    };
    SecretError::NoKeychain(reason)
}

/// Zoho's access token as a keychain entry: end, address and token, one a line.
struct KeychainToken {
    keychain: Keychain,
    clock: Arc<dyn Clock>,
}

impl TokenVault for KeychainToken {
    fn load(&self) -> Option<AccessToken> {
        let text = self.keychain.get(SecretName::ZohoAccessToken).ok().flatten()?;
        super::sealed::token_from_text(text.reveal()).filter(|token| token.expires_at > self.clock.now())
    }

    fn store(&self, token: &AccessToken) {
        let text = Secret::new(super::sealed::token_to_text(token));
        if let Err(error) = self.keychain.set(SecretName::ZohoAccessToken, &text) {
            tracing::warn!(%error, "Zoho's access token could not be kept; the next start asks for a new one");
        }
    }

    fn forget(&self) {
        if let Err(error) = self.keychain.remove(SecretName::ZohoAccessToken) {
            tracing::warn!(%error, "Zoho's access token could not be removed from the keychain");
        }
    }
}

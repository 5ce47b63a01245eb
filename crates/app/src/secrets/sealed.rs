//! Zoho's access token in a file, sealed with a key that only the holder of the other secrets can make.

use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use transport::Secret;
use zoho_crm::{AccessToken, TokenVault};

const NONCE: usize = 24;

/// What the key of the relay's mailbox is derived for.
pub const RELAY: &str = "relay mailbox";

/// One secret text in a file. What cannot be unsealed (other secrets, damage) is discarded.
#[derive(Clone)]
pub struct SealedText {
    path: PathBuf,
    key: [u8; 32],
}

impl SealedText {
    /// The file at `path`, sealed with a key derived for `purpose` from the client secret and the refresh token (HKDF-SHA-256).
    #[must_use]
    pub fn new(path: PathBuf, purpose: &str, client_secret: &Secret, refresh_token: &Secret) -> Self {
        let mut key = [0; 32];
        let material = [client_secret.reveal().as_bytes(), b"\0", refresh_token.reveal().as_bytes()].concat();
        let derived = Hkdf::<Sha256>::new(Some(b"ledgerline token.sealed 1"), &material);
        // Expanding fails only for more than 8,160 bytes.
        let _ = derived.expand(purpose.as_bytes(), &mut key);
        Self { path, key }
    }

    /// The text, if there is one that these secrets sealed.
    #[must_use]
    pub fn load(&self) -> Option<Secret> {
        let bytes = std::fs::read(&self.path).ok()?;
        let text = self.unseal(&bytes).map(Secret::new);
        if text.is_none() {
            // Nobody can read it any more.
            let _ = self.forget();
        }
        text
    }

    /// Keeps the text instead of what was there.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn store(&self, text: &str) -> std::io::Result<()> {
        let bytes = self.seal(text).ok_or_else(|| std::io::Error::other("no random numbers"))?;
        write_private(&self.path, &bytes)
    }

    /// Removes the file; it is no error when there was none.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget(&self) -> std::io::Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }

    fn seal(&self, text: &str) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), text.as_bytes()).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    fn unseal(&self, bytes: &[u8]) -> Option<String> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let text = self.cipher().decrypt(&XNonce::from(*nonce), sealed).ok()?;
        String::from_utf8(text).ok()
    }
}

/// Zoho's access token in a sealed file.
pub struct SealedToken(SealedText);

impl SealedToken {
    /// The file at `path`.
    #[must_use]
    pub fn new(path: PathBuf, client_secret: &Secret, refresh_token: &Secret) -> Self {
        Self(SealedText::new(path, "zoho access token", client_secret, refresh_token))
    }
}

impl TokenVault for SealedToken {
    fn load(&self) -> Option<AccessToken> {
        let text = self.0.load()?;
        let token = token_from_text(text.reveal());
        if token.is_none() {
            self.forget();
        }
        token
    }

    fn store(&self, token: &AccessToken) {
        if let Err(error) = self.0.store(&token_to_text(token)) {
            tracing::warn!(%error, "Zoho's access token could not be kept; the next start asks for a new one");
        }
    }

    fn forget(&self) {
        if let Err(error) = self.0.forget() {
            tracing::warn!(%error, "the sealed token could not be removed");
        }
    }
}

/// Writes beside and renames, so that a crash leaves the old file or the new one; only the owner may read it.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

pub(super) fn token_to_text(token: &AccessToken) -> String {
    format!("{}\n{}\n{}", token.expires_at, token.api_domain, token.token.reveal())
}

pub(super) fn token_from_text(text: &str) -> Option<AccessToken> {
    let mut lines = text.splitn(3, '\n');
    let expires_at = lines.next()?.parse().ok()?;
    let api_domain = lines.next()?.to_owned();
    let token = Secret::new(lines.next()?);
    Some(AccessToken { token, api_domain, expires_at })
}

#[cfg(test)]
mod tests {
    use super::SealedToken;
    use transport::Secret;
    use zoho_crm::{AccessToken, TokenVault};

    fn token() -> AccessToken {
        AccessToken {
            token: Secret::new("1000.aa.bb"),
            api_domain: "https://www.zohoapis.eu".to_owned(),
            expires_at: "2026-01-01T10:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn the_token_survives_a_restart_and_is_not_in_the_file_in_clear() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.sealed");
        let open = || SealedToken::new(path.clone(), &Secret::new("client"), &Secret::new("refresh"));
        open().store(&token());
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"1000.aa"));
        let loaded = open().load().unwrap();
        assert_eq!(loaded.token.reveal(), "1000.aa.bb");
        assert_eq!(loaded.api_domain, token().api_domain);
        assert_eq!(loaded.expires_at, token().expires_at);
    }

    #[test]
    fn what_other_secrets_sealed_is_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.sealed");
        SealedToken::new(path.clone(), &Secret::new("client"), &Secret::new("refresh")).store(&token());
        let other = SealedToken::new(path.clone(), &Secret::new("client"), &Secret::new("another"));
        assert!(other.load().is_none());
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.sealed");
        SealedToken::new(path.clone(), &Secret::new("a"), &Secret::new("b")).store(&token());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

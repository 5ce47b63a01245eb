//! Keys and tokens: how they are made, stored and compared.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relay_protocol::{Hidden, MailboxId};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What is stored of a secret. One round of SHA-256 is enough: the secrets are 256 random bits, which nobody can try out.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of the text that was presented.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// As it was stored; none if that is no digest.
    #[must_use]
    pub fn stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// As it is stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// From [`Digest::hex`].
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let byte = |at: usize| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..32).map_while(byte).collect();
        if text.len() == 64 { Self::stored(&bytes) } else { None }
    }

    /// Whether both are of the same text, in constant time.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[digest]")
    }
}

/// Hexadecimal digits of some bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct NoRandomness;

/// A new key or token: 256 random bits as 43 characters that an address may have.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn new_secret() -> Result<Hidden, NoRandomness> {
    Ok(Hidden::new(URL_SAFE_NO_PAD.encode(random::<32>()?)))
}

/// A new mailbox's id.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn new_mailbox_id() -> Result<MailboxId, NoRandomness> {
    Ok(MailboxId::from_bytes(random()?))
}

fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_one_text_alone_and_prints_nothing() {
        let digest = Digest::of("a");
        assert!(digest.is(&Digest::of("a")));
        assert!(!digest.is(&Digest::of("b")));
        assert_eq!(format!("{digest:?}"), "[digest]");
        assert!(Digest::from_hex(&digest.hex()).unwrap().is(&digest));
        assert!(Digest::from_hex("00").is_none());
        assert!(Digest::from_hex(&"zz".repeat(32)).is_none());
    }

    #[test]
    fn a_secret_fits_into_an_address_and_is_never_made_twice() {
        let (first, second) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(first, second);
        assert_eq!(first.reveal().len(), 43);
        assert!(first.reveal().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}

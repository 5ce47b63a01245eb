//! What a profile has from its relay, and the words by which it knows its own subscriptions.

use relay_protocol::{Enrolled, Hidden, Hooks, MailboxId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use transport::Secret;

use crate::AppError;

/// Everything about one mailbox that must stay secret; kept as one text where the other secrets are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The relay's address.
    pub relay: String,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// What reading it needs.
    pub read_token: Hidden,
    /// Where the services post to.
    pub hooks: Hooks,
    /// Names this installation among all that watch the same company or org; no secret.
    pub installation: String,
    /// What Business Central says with every notification, behind the installation's name.
    pub business_central_word: Hidden,
    /// What Zoho says with every callback; at most 50 characters (facts, §8).
    pub zoho_word: Hidden,
}

impl Access {
    /// After an enrolment: new words for a new mailbox, so that whoever knew the old ones knows nothing.
    ///
    /// # Errors
    /// When the operating system gives no random numbers.
    pub fn new(relay: &str, enrolled: Enrolled, installation: &str) -> Result<Self, AppError> {
        Ok(Self {
            relay: relay.to_owned(),
            mailbox: enrolled.mailbox,
            read_token: enrolled.read_token,
            hooks: enrolled.hooks,
            installation: installation.to_owned(),
            business_central_word: word()?,
            zoho_word: word()?,
        })
    }

    /// As it is kept.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        // Nothing in it can fail to be written.
        Secret::new(serde_json::to_string(self).unwrap_or_default())
    }

    /// As it was kept; `None` for what an incompatible version wrote.
    #[must_use]
    pub fn from_secret(secret: &Secret) -> Option<Self> {
        serde_json::from_str(secret.reveal()).ok()
    }

    /// The `clientState` of our subscriptions.
    #[must_use]
    pub fn client_state(&self) -> Secret {
        Secret::new(format!("{}{}", mark(&self.installation), self.business_central_word.reveal()))
    }

    /// Whether a notification of Business Central carries our `clientState`.
    #[must_use]
    pub fn is_client_state(&self, said: &str) -> bool {
        same(self.client_state().reveal(), said)
    }

    /// Whether a callback of Zoho carries our token.
    #[must_use]
    pub fn is_token(&self, said: &str) -> bool {
        same(self.zoho_word.reveal(), said)
    }
}

/// What nobody can guess, whatever else of this program they have seen.
fn word() -> Result<Hidden, AppError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        let cure = "Restart the computer; if it stays, its operating system is damaged.";
        AppError::usage(format!("The operating system gives no random numbers: {error}."), cure)
    })?;
    Ok(Hidden::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

/// Compares without telling by the time it takes how much is right.
fn same(ours: &str, said: &str) -> bool {
    ours.as_bytes().ct_eq(said.as_bytes()).into()
}

/// What a `clientState` of this installation begins with.
fn mark(installation: &str) -> String {
    format!("ledgerline {installation} ")
}

/// Whether a subscription's `clientState` was made by this installation, for whatever mailbox.
#[must_use]
pub fn is_marked(client_state: &str, installation: &str) -> bool {
    client_state.starts_with(&mark(installation))
}

/// How many channels one installation may have.
const CHANNELS: u64 = 1 << 8;

/// The installation's first channel: channel ids are chosen by who makes them (facts, §8), so ours say whose they are.
///
/// Of 63 bits, which every reading of "long" holds, 54 name the installation, beginning with a 1, and 8 the module.
fn first_channel(installation: &str) -> u64 {
    let hash = Sha256::digest(installation.as_bytes());
    let number = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    ((number >> 2) | (1 << 61)) & !(CHANNELS - 1) & ((1 << 62) - 1)
}

/// The id of the installation's channel number `place`.
#[must_use]
pub fn channel(installation: &str, place: u8) -> u64 {
    first_channel(installation) | u64::from(place)
}

/// Whether a channel is this installation's.
#[must_use]
pub fn is_channel(id: u64, installation: &str) -> bool {
    id & !(CHANNELS - 1) == first_channel(installation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        let enrolled = Enrolled {
            protocol: 1,
            mailbox: MailboxId::from_bytes([7; 16]),
            read_token: Hidden::new("read"),
            hooks: Hooks {
                business_central: Hidden::new("https://r/v1/hooks/a"),
                zoho: Hidden::new("https://r/v1/hooks/b"),
            },
        };
        Access::new("https://r", enrolled, "inst1").unwrap()
    }

    #[test]
    fn it_comes_back_as_it_was_kept_and_is_never_printed() {
        let access = access();
        assert_eq!(Access::from_secret(&access.to_secret()), Some(access.clone()));
        let printed = format!("{access:?}");
        assert!(!printed.contains(access.zoho_word.reveal()) && !printed.contains("hooks/a"), "{printed}");
        assert_eq!(Access::from_secret(&Secret::new("{\"later\":1}")), None);
    }

    #[test]
    fn only_the_whole_word_is_believed() {
        let access = access();
        let state = access.client_state();
        assert!(access.is_client_state(state.reveal()));
        assert!(!access.is_client_state(&state.reveal()[..state.reveal().len() - 1]));
        assert!(!access.is_client_state("ledgerline inst1 "));
        assert!(!access.is_client_state(""));
        assert!(access.is_token(access.zoho_word.reveal()));
        assert!(!access.is_token("x"));
    }

    #[test]
    fn an_installation_knows_its_own_and_nobody_elses() {
        let access = access();
        assert!(is_marked(access.client_state().reveal(), "inst1"));
        assert!(!is_marked(access.client_state().reveal(), "inst"));
        assert!(!is_marked("something else", "inst1"));
        for place in [0, 1, 255] {
            assert!(is_channel(channel("inst1", place), "inst1"));
            assert!(!is_channel(channel("inst1", place), "inst2"));
            assert!(i64::try_from(channel("inst1", place)).is_ok());
        }
        assert_ne!(channel("inst1", 0), channel("inst1", 1));
    }

    #[test]
    fn the_words_fit_what_the_services_take() {
        let access = access();
        assert!(access.zoho_word.reveal().len() <= 50);
        assert!(access.client_state().reveal().len() <= 2048);
    }
}

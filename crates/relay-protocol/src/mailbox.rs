//! Making a mailbox, and forgetting what is in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Hidden, SignalId};

/// Names a mailbox: 32 hexadecimal digits. It is no secret; the read token is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailboxId(String);

/// A text that names no mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mailbox's id has 32 hexadecimal digits")]
pub struct NoMailboxId;

impl MailboxId {
    /// The id for 16 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MailboxId {
    type Err = NoMailboxId;

    fn from_str(text: &str) -> Result<Self, NoMailboxId> {
        let digits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits { Ok(Self(text.to_owned())) } else { Err(NoMailboxId) }
    }
}

impl TryFrom<String> for MailboxId {
    type Error = NoMailboxId;

    fn try_from(text: String) -> Result<Self, NoMailboxId> {
        text.parse()
    }
}

impl From<MailboxId> for String {
    fn from(id: MailboxId) -> Self {
        id.0
    }
}

impl fmt::Display for MailboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The body of `POST /v1/mailboxes`; the enrolment key goes into `Authorization: Bearer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrol {
    /// The protocol that the reader speaks ([`crate::PROTOCOL`]).
    pub protocol: u32,
}

/// The answer to [`Enrol`]: nothing of it can be had again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The protocol that the relay speaks.
    pub protocol: u32,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// What reading, acknowledging and removing need, in `Authorization: Bearer`.
    pub read_token: Hidden,
    /// Where the two services post to.
    pub hooks: Hooks,
}

/// The two addresses of a mailbox, each with an unguessable part; at most 255 characters, which is what Zoho takes (facts, §8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    /// For `notificationUrl` of a subscription.
    pub business_central: Hidden,
    /// For `notify_url` of a channel.
    pub zoho: Hidden,
}

/// The body of `POST /v1/mailboxes/{id}/ack`; the answer is 204.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledge {
    /// Every signal up to this one, itself included, may be forgotten.
    pub up_to: SignalId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_named_by_32_lowercase_digits_alone() {
        let id = MailboxId::from_bytes([0xab; 16]);
        assert_eq!(id.as_str(), "ab".repeat(16));
        assert_eq!(id.as_str().parse(), Ok(id));
        for wrong in ["", "ab", &"AB".repeat(16), &"g".repeat(32), "../../../../../../../../../../aa"] {
            assert_eq!(wrong.parse::<MailboxId>(), Err(NoMailboxId), "{wrong}");
        }
        assert!(serde_json::from_str::<MailboxId>("\"*\"").is_err());
    }

    #[test]
    fn an_enrolment_prints_neither_token_nor_addresses() {
        let text = r#"{"protocol":1,"mailbox":"00000000000000000000000000000000","read_token":"s3cret",
            "hooks":{"business_central":"https://r/v1/hooks/s3cret","zoho":"https://r/v1/hooks/s3cret"}}"#;
        let enrolled: Enrolled = serde_json::from_str(text).unwrap();
        assert!(!format!("{enrolled:?}").contains("s3cret"));
    }
}

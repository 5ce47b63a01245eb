//! The relay's paths, below its public address.

use crate::MailboxId;

/// `POST` with the enrolment key makes a mailbox.
pub const MAILBOXES: &str = "/v1/mailboxes";

/// What comes before a hook's key.
pub const HOOKS: &str = "/v1/hooks/";

/// `DELETE` with the read token removes the mailbox and what it holds.
#[must_use]
pub fn mailbox(id: &MailboxId) -> String {
    format!("{MAILBOXES}/{id}")
}

/// `GET` with the read token: the signals as server-sent events.
#[must_use]
pub fn signals(id: &MailboxId) -> String {
    format!("{MAILBOXES}/{id}/signals")
}

/// `POST` with the read token: signals that may be forgotten.
#[must_use]
pub fn acknowledge(id: &MailboxId) -> String {
    format!("{MAILBOXES}/{id}/ack")
}

//! The only requests that write: making, renewing and ending a subscription.

use transport::{Method, Repeat, Request, Secret};

use super::subscription::{NewSubscription, SubscriptionId};
use crate::client::signed;
use crate::entity::STANDARD_API;
use crate::{Error, ErrorKind};

/// A change of the app's own subscriptions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change<'a> {
    /// A new one.
    Make(&'a NewSubscription),
    /// Another three days for one.
    Renew {
        /// Which.
        id: &'a SubscriptionId,
        /// What it was when it was read; `If-Match` is mandatory.
        etag: &'a str,
        /// The body is mandatory too (MicrosoftDocs/dynamics365smb-devitpro-pb, issue 2863).
        wanted: &'a NewSubscription,
    },
    /// The end of one.
    End {
        /// Which.
        id: &'a SubscriptionId,
        /// What it was when it was read.
        etag: &'a str,
    },
}

impl Change<'_> {
    /// Where it goes: `base` is the environment's address with `/api`.
    pub(crate) fn address(&self, base: &str) -> String {
        let all = format!("{base}/{STANDARD_API}/subscriptions");
        match self {
            Self::Make(_) => all,
            Self::Renew { id, .. } | Self::End { id, .. } => format!("{all}('{id}')"),
        }
    }

    /// The request.
    pub(crate) fn request(&self, address: &str, authorization: &Secret) -> Request {
        let (method, etag, wanted) = match self {
            Self::Make(wanted) => (Method::Post, None, Some(wanted)),
            Self::Renew { etag, wanted, .. } => (Method::Patch, Some(etag), Some(wanted)),
            Self::End { etag, .. } => (Method::Delete, Some(etag), None),
        };
        let mut request = signed(Request::new(method, address), authorization);
        if let Some(etag) = etag {
            request = request.header("If-Match", *etag);
        }
        if let Some(wanted) = wanted {
            request = request.body("application/json", wanted.json());
            request.secret_body = true;
        }
        // A second subscription would send everything twice; a second renewal or end does no harm.
        request.repeat = match self {
            Self::Make(_) => Repeat::OnlyIfUnsent,
            Self::Renew { .. } | Self::End { .. } => Repeat::Safe,
        };
        request
    }

    /// What a refusal means.
    pub(crate) fn refused(&self, status: u16, error: Error) -> Error {
        let is_missing = match error.kind {
            ErrorKind::RecordNotFound | ErrorKind::ApiAbsent => true,
            // Which code a missing subscription gets is unverified.
            ErrorKind::BadRequest => status == 404,
            _ => false,
        };
        let kind = match self {
            Self::Renew { .. } | Self::End { .. } if is_missing => ErrorKind::RecordNotFound,
            Self::End { .. } => return error,
            Self::Make(_) | Self::Renew { .. } if is_conflict(&error) => return error,
            Self::Make(_) | Self::Renew { .. } => match error.kind {
                ErrorKind::BadRequest | ErrorKind::ApiAbsent | ErrorKind::RecordNotFound => {
                    reason(&error.message)
                }
                // Everything else is said as clearly by its code or status.
                _ => return error,
            },
        };
        Error { kind, ..error }
    }
}

/// Whether somebody changed the subscription since it was read.
pub(super) fn is_conflict(error: &Error) -> bool {
    let codes = ["Request_EntityChanged", "BadRequest_InvalidToken"];
    error.message.starts_with("HTTP 412") || codes.iter().any(|code| error.message.starts_with(code))
}

/// Which reason the words give. Code and text are unverified (facts, §7), so that anything unknown stays a refusal with its text.
fn reason(message: &str) -> ErrorKind {
    let words = message.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["not supported", "unsupported", "does not support", "cannot be subscribed"]) {
        ErrorKind::NotSubscribable
    } else if says(&["limit", "maximum number", "too many"]) {
        ErrorKind::SubscriptionLimit
    } else if says(&["handshake", "validat", "notification url", "notificationurl"]) {
        ErrorKind::HandshakeFailed
    } else {
        ErrorKind::SubscriptionRefused
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, reason};
    use crate::{Error, ErrorKind, NewSubscription};

    #[test]
    fn a_refusal_says_what_its_words_say_and_else_that_it_is_one() {
        let table = [
            ("BadRequest: The handshake with the subscriber failed.", ErrorKind::HandshakeFailed),
            ("X: The notification URL could not be validated.", ErrorKind::HandshakeFailed),
            ("X: The maximum number of subscriptions has been reached.", ErrorKind::SubscriptionLimit),
            ("X: The subscription limit is exceeded.", ErrorKind::SubscriptionLimit),
            ("X: The resource 'salesInvoiceLines' is not supported.", ErrorKind::NotSubscribable),
            ("HTTP 400", ErrorKind::SubscriptionRefused),
            ("X: something new", ErrorKind::SubscriptionRefused),
        ];
        for (message, kind) in table {
            assert_eq!(reason(message), kind, "{message}");
        }
    }

    #[test]
    fn what_is_no_refusal_of_the_subscription_stays_what_it_is() {
        let wanted =
            NewSubscription::new("https://h/x", "api/v2.0/companies(c)/items", transport::Secret::new("s"));
        for kind in [ErrorKind::Permission, ErrorKind::Throttled, ErrorKind::Server, ErrorKind::Unauthorized]
        {
            let refused = Change::Make(&wanted).refused(400, Error::new(kind.clone(), "x"));
            assert_eq!(refused.kind, kind);
        }
    }
}

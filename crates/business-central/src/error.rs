//! What can go wrong, by cause, with a stable code and a cure.

use transport::{Cause, TransportError};

use crate::sign_in::SignInProblem;

/// Why a call to Business Central gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {place}{}", words(.message))]
pub struct Error {
    /// The cause.
    pub kind: ErrorKind,
    /// The API's own words; may be empty.
    pub message: String,
    /// The id under which Microsoft's support finds the event.
    pub correlation_id: Option<String>,
    /// What was asked for: the address from the API's name on, without the query.
    pub place: String,
}

/// The causes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// An address in the settings cannot be used.
    #[error("the address of Business Central is not usable")]
    Settings,
    /// No token.
    #[error("Microsoft did not let the app sign in: {0}")]
    SignIn(SignInProblem),
    /// A fresh token was refused.
    #[error("Business Central does not accept the app")]
    Unauthorized,
    /// The app may not read this.
    #[error("Business Central does not allow the app to read this")]
    Permission,
    /// No environment of that name.
    #[error("the environment does not exist")]
    EnvironmentNotFound,
    /// No company of that id.
    #[error("the company does not exist")]
    CompanyNotFound,
    /// The API or the collection is not installed.
    #[error("this environment does not offer the API")]
    ApiAbsent,
    /// No record of that id.
    #[error("the record does not exist")]
    RecordNotFound,
    /// The next page can no longer be had; the listing must start again.
    #[error("the listing was interrupted for too long")]
    SkipTokenExpired,
    /// The environment is being updated, or is not reachable behind the gateway.
    #[error("Business Central is not available at the moment")]
    Maintenance,
    /// Too many requests, even after waiting.
    #[error("Business Central asks for fewer requests")]
    Throttled,
    /// The service took too long by its own measure.
    #[error("Business Central took too long to answer")]
    TimedOut,
    /// The service failed.
    #[error("Business Central had an internal error")]
    Server,
    /// The request was wrong.
    #[error("Business Central rejected the request")]
    BadRequest,
    /// The address for notifications did not answer as it must.
    #[error("Business Central could not reach the address for its notifications")]
    HandshakeFailed,
    /// No further subscriptions.
    #[error("Business Central takes no further webhook subscriptions")]
    SubscriptionLimit,
    /// This collection sends no notifications.
    #[error("Business Central sends no notifications of this kind")]
    NotSubscribable,
    /// A subscription was refused for a reason that only the text tells.
    #[error("Business Central refused the webhook subscription")]
    SubscriptionRefused,
    /// The next page lies on another host, which must not get the token.
    #[error("Business Central pointed to another server, which was not asked")]
    ForeignLink,
    /// The answer is not what the API promises.
    #[error("Business Central's answer could not be understood")]
    Undecodable,
    /// No whole answer arrived.
    #[error("{0}")]
    Transport(Box<TransportError>),
}

impl Error {
    /// An error without words of the API.
    pub(crate) fn new(kind: ErrorKind, place: impl Into<String>) -> Self {
        Self { kind, message: String::new(), correlation_id: None, place: place.into() }
    }

    /// An answer that was not understood, and why.
    pub(crate) fn undecodable(message: impl Into<String>, place: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::new(ErrorKind::Undecodable, place) }
    }

    /// The stable name of the cause, for programs to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ErrorKind::Settings => "bc_settings",
            ErrorKind::SignIn(problem) => problem.code(),
            ErrorKind::Unauthorized => "bc_unauthorized",
            ErrorKind::Permission => "bc_permission",
            ErrorKind::EnvironmentNotFound => "bc_environment_not_found",
            ErrorKind::CompanyNotFound => "bc_company_not_found",
            ErrorKind::ApiAbsent => "bc_api_absent",
            ErrorKind::RecordNotFound => "bc_record_not_found",
            ErrorKind::SkipTokenExpired => "bc_listing_expired",
            ErrorKind::Maintenance => "bc_maintenance",
            ErrorKind::Throttled => "bc_throttled",
            ErrorKind::TimedOut => "bc_timed_out",
            ErrorKind::Server => "bc_server_error",
            ErrorKind::BadRequest => "bc_bad_request",
            ErrorKind::HandshakeFailed => "bc_handshake_failed",
            ErrorKind::SubscriptionLimit => "bc_subscription_limit",
            ErrorKind::NotSubscribable => "bc_not_subscribable",
            ErrorKind::SubscriptionRefused => "bc_subscription_refused",
            ErrorKind::ForeignLink => "bc_foreign_link",
            ErrorKind::Undecodable => "bc_undecodable",
            ErrorKind::Transport(_) => "bc_unreachable",
        }
    }

    /// What to do about it, in plain words.
    #[must_use]
    pub fn cure(&self) -> String {
        let text = match &self.kind {
            ErrorKind::Settings => {
                "Correct the address of Business Central in the settings, or remove it to use Microsoft's."
            }
            ErrorKind::SignIn(problem) => problem.cure(),
            ErrorKind::Unauthorized => {
                "In Business Central, add the app on the page Microsoft Entra applications with its client id, set its state to Enabled, and give it the permission set D365 READ."
            }
            ErrorKind::Permission => {
                "In Business Central, on the page Microsoft Entra applications, give the app the permission set D365 READ for this company."
            }
            ErrorKind::EnvironmentNotFound => {
                "Check the name of the environment; it is shown in the Business Central admin center, usually Production."
            }
            ErrorKind::CompanyNotFound => {
                "The company was deleted, or the app may not see it. Choose the company again, or give the app access to it."
            }
            ErrorKind::ApiAbsent => {
                "Install or update the app that offers this API in the environment; without it the sync does without, where it can."
            }
            ErrorKind::RecordNotFound => {
                "The record was deleted in Business Central, or the app may no longer read it."
            }
            ErrorKind::SkipTokenExpired => "Nothing needs to be done: the listing starts again.",
            ErrorKind::Maintenance => {
                "Nothing needs to be done: it is tried again. If it lasts, look in the Business Central admin center for an update under way."
            }
            ErrorKind::Throttled => {
                "Nothing needs to be done: it is tried again. If it happens often, let fewer programs use the same app at once."
            }
            ErrorKind::TimedOut | ErrorKind::Server => {
                "Nothing needs to be done: it is tried again. If it lasts, give Microsoft's support the correlation id."
            }
            ErrorKind::BadRequest | ErrorKind::Undecodable => {
                "This is most likely a fault in this program, or a version of Business Central it does not know yet. Please report it with the text above."
            }
            ErrorKind::HandshakeFailed => {
                "Check that the relay's public address can be reached from the Internet over HTTPS, without a sign-in or a page in between, and that it answers within five seconds. Changes still arrive by polling."
            }
            ErrorKind::SubscriptionLimit => {
                "Remove webhook subscriptions of other programs in this environment. Changes still arrive by polling."
            }
            ErrorKind::NotSubscribable => "Nothing needs to be done: changes of this kind arrive by polling.",
            ErrorKind::SubscriptionRefused => {
                "Read Business Central's words above; the app may lack the right to subscribe. Changes still arrive by polling."
            }
            ErrorKind::ForeignLink => {
                "Check the address of Business Central in the settings, and whether a proxy changes its answers."
            }
            ErrorKind::Transport(error) => transport_cure(&error.cause),
        };
        text.to_owned()
    }

    /// Whether it is worth waiting for the service to come back by itself.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match &self.kind {
            ErrorKind::SignIn(problem) => *problem == SignInProblem::Unavailable,
            ErrorKind::Maintenance | ErrorKind::Throttled | ErrorKind::TimedOut | ErrorKind::Server => true,
            ErrorKind::Transport(error) => match &error.cause {
                Cause::Dns | Cause::Connect(_) | Cause::Timeout | Cause::Reset(_) | Cause::Damaged(_) => true,
                Cause::BadAddress(_) | Cause::Tls(_) | Cause::TooLarge { .. } | Cause::Refused(_) => false,
            },
            ErrorKind::Settings
            | ErrorKind::Unauthorized
            | ErrorKind::Permission
            | ErrorKind::EnvironmentNotFound
            | ErrorKind::CompanyNotFound
            | ErrorKind::ApiAbsent
            | ErrorKind::RecordNotFound
            | ErrorKind::SkipTokenExpired
            | ErrorKind::BadRequest
            | ErrorKind::HandshakeFailed
            | ErrorKind::SubscriptionLimit
            | ErrorKind::NotSubscribable
            | ErrorKind::SubscriptionRefused
            | ErrorKind::ForeignLink
            | ErrorKind::Undecodable => false,
        }
    }
}

fn transport_cure(cause: &Cause) -> &'static str {
    match cause {
        Cause::BadAddress(_) => "Correct the address in the settings; it must begin with https://.",
        Cause::Dns | Cause::Connect(_) | Cause::Timeout | Cause::Reset(_) => {
            "Check the computer's connection to the Internet and the proxy; it is tried again by itself."
        }
        Cause::Tls(_) => {
            "Check the computer's date, and whether a proxy opens secure connections; its certificate authority may have to be added in the settings."
        }
        Cause::Damaged(_) => "Nothing needs to be done: it is tried again. If it lasts, check the proxy.",
        Cause::TooLarge { .. } => {
            "Please report it with the text above: one record is larger than this program expects."
        }
        Cause::Refused(_) => "Wait, or raise the limit in the settings.",
    }
}

fn words(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(" ({message})") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use transport::{Cause, Fate, TransportError};

    use super::{Error, ErrorKind};
    use crate::SignInProblem;

    fn every_kind() -> Vec<ErrorKind> {
        let problems = [
            SignInProblem::SecretWrong,
            SignInProblem::SecretExpired,
            SignInProblem::AppNotInTenant,
            SignInProblem::TenantNotFound,
            SignInProblem::TenantMalformed,
            SignInProblem::ScopeRefused,
            SignInProblem::ResourceAbsent,
            SignInProblem::ClientRefused,
            SignInProblem::Unavailable,
            SignInProblem::Other("x".to_owned()),
        ];
        let mut kinds: Vec<ErrorKind> = problems.into_iter().map(ErrorKind::SignIn).collect();
        kinds.extend([
            ErrorKind::Settings,
            ErrorKind::Unauthorized,
            ErrorKind::Permission,
            ErrorKind::EnvironmentNotFound,
            ErrorKind::CompanyNotFound,
            ErrorKind::ApiAbsent,
            ErrorKind::RecordNotFound,
            ErrorKind::SkipTokenExpired,
            ErrorKind::Maintenance,
            ErrorKind::Throttled,
            ErrorKind::TimedOut,
            ErrorKind::Server,
            ErrorKind::BadRequest,
            ErrorKind::HandshakeFailed,
            ErrorKind::SubscriptionLimit,
            ErrorKind::NotSubscribable,
            ErrorKind::SubscriptionRefused,
            ErrorKind::ForeignLink,
            ErrorKind::Undecodable,
            transport(Cause::Timeout),
        ]);
        kinds
    }

    fn transport(cause: Cause) -> ErrorKind {
        ErrorKind::Transport(Box::new(TransportError {
            fate: Fate::OutcomeUnknown,
            cause,
            place: "x".to_owned(),
        }))
    }

    #[test]
    fn every_cause_has_a_code_of_its_own_and_a_cure() {
        let errors: Vec<Error> = every_kind().into_iter().map(|kind| Error::new(kind, "place")).collect();
        let codes: BTreeSet<&str> = errors.iter().map(Error::code).collect();
        assert_eq!(codes.len(), errors.len());
        assert!(codes.iter().all(|code| code.starts_with("bc_")));
        assert!(errors.iter().all(|error| error.cure().ends_with('.')));
    }

    #[test]
    fn only_what_passes_by_itself_is_an_outage() {
        let outages =
            [Cause::Dns, Cause::Timeout, Cause::Reset(String::new()), Cause::Damaged(String::new())];
        assert!(outages.into_iter().all(|cause| Error::new(transport(cause), "x").is_outage()));
        let lasting =
            [Cause::Tls(String::new()), Cause::BadAddress(String::new()), Cause::TooLarge { limit: 1 }];
        assert!(lasting.into_iter().all(|cause| !Error::new(transport(cause), "x").is_outage()));
        let waiting =
            every_kind().into_iter().filter(|kind| Error::new(kind.clone(), "x").is_outage()).count();
        assert_eq!(waiting, 6);
    }
}

//! Why a call failed as a whole.

use transport::{Cause, Fate, Refused, RefusedBy, TransportError};

/// A call that failed as a whole; what happened to single rows is in [`crate::RowError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Zoho CRM, {place}: {kind}{}", Words(.code, .message))]
pub struct Error {
    /// The cause.
    pub kind: ErrorKind,
    /// Zoho's own code, such as `INVALID_MODULE`; `HTTP_503` where the answer carried none, empty where there was no answer.
    pub code: String,
    /// Zoho's own words, or what was wrong with the answer.
    pub message: String,
    /// Method and address, without the query.
    pub place: String,
}

/// The causes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// No access token could be got.
    #[error("sign-in failed: {0}")]
    SignIn(SignInProblem),
    /// A fresh access token was refused.
    #[error("the fresh access token was refused")]
    InvalidToken,
    /// The sign-in does not cover this call.
    #[error("the sign-in does not cover this call")]
    ScopeMismatch,
    /// The user's profile may not do this.
    #[error("the signed-in user may not do this")]
    NoPermission,
    /// The user's profile may not use the API at all.
    #[error("API access is switched off for the signed-in user's profile")]
    ApiAccessOff,
    /// The org's edition does not have this.
    #[error("the org's edition does not support this")]
    FeatureNotSupported,
    /// There is no such module, or the API does not reach it.
    #[error("the module does not exist or is not available")]
    InvalidModule,
    /// There is no such address or object.
    #[error("not found")]
    NotFound,
    /// A limit of the org or of one request is reached; waiting does not help.
    #[error("a limit is reached")]
    LimitExceeded,
    /// Zoho does not understand or accept the request.
    #[error("the request was refused")]
    BadRequest,
    /// Too many calls at once, or the day's credits are used up: Zoho does not say which (§9).
    #[error("too many requests")]
    TooManyRequests,
    /// Zoho, or something on the way to it, is out of order.
    #[error("out of order")]
    Outage,
    /// The answer does not make sense.
    #[error("the answer could not be understood")]
    Undecodable,
    /// The caller asked for something that cannot be sent.
    #[error("the request cannot be sent")]
    Misuse,
    /// No whole answer arrived.
    #[error("{}", .0.cause)]
    Transport(Box<TransportError>),
}

/// Why there is no access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInProblem {
    /// The code is used up or too old, or the refresh token was revoked or belongs to another data centre.
    #[error("the code or the refresh token is not valid (any more)")]
    InvalidCode,
    /// The client id is wrong, or not known in this data centre.
    #[error("the client is not known")]
    InvalidClient,
    /// The client secret is wrong; it can differ between data centres.
    #[error("the client secret is wrong")]
    InvalidClientSecret,
    /// The redirect address is not the one that is registered.
    #[error("the redirect address is not the registered one")]
    InvalidRedirectUri,
    /// Too many tokens were asked for in ten minutes.
    #[error("too many sign-ins in a short time")]
    Throttled,
    /// The answer came without a refresh token: offline access was not asked for.
    #[error("no refresh token was given")]
    NoRefreshToken,
    /// The token answer names an API address that is not Zoho's; the token was not sent there.
    #[error("the API address in the sign-in's answer is not Zoho's")]
    ForeignApiDomain,
    /// The accounts server is out of order or answers nonsense.
    #[error("the accounts server is out of order")]
    Unavailable,
    /// Something else; the code says what.
    #[error("the accounts server refused")]
    Refused,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        code: impl Into<String>,
        message: impl Into<String>,
        place: impl Into<String>,
    ) -> Self {
        Self { kind, code: code.into(), message: message.into(), place: place.into() }
    }

    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ErrorKind::SignIn(problem) => problem.code(),
            ErrorKind::InvalidToken => "zoho_invalid_token",
            ErrorKind::ScopeMismatch => "zoho_scope_mismatch",
            ErrorKind::NoPermission => "zoho_no_permission",
            ErrorKind::ApiAccessOff => "zoho_api_access_off",
            ErrorKind::FeatureNotSupported => "zoho_feature_not_supported",
            ErrorKind::InvalidModule => "zoho_invalid_module",
            ErrorKind::NotFound => "zoho_not_found",
            ErrorKind::LimitExceeded => "zoho_limit_exceeded",
            ErrorKind::BadRequest => "zoho_bad_request",
            ErrorKind::TooManyRequests => "zoho_too_many_requests",
            ErrorKind::Outage => "zoho_outage",
            ErrorKind::Undecodable => "zoho_undecodable",
            ErrorKind::Misuse => "zoho_misuse",
            ErrorKind::Transport(error) => match &error.cause {
                Cause::BadAddress(_) => "zoho_address_refused",
                Cause::Refused(refused) => match refused.by {
                    RefusedBy::Budget => "zoho_credit_budget",
                    RefusedBy::TooSmallBudget => "zoho_credit_budget_too_small",
                    RefusedBy::Org => "zoho_credits_low",
                    RefusedBy::Service => "zoho_too_many_requests",
                    RefusedBy::Ledger => "credit_ledger",
                    RefusedBy::Rehearsal => "rehearsal_refused",
                },
                Cause::Tls(_) => "zoho_tls",
                Cause::Dns
                | Cause::Connect(_)
                | Cause::Timeout
                | Cause::Reset(_)
                | Cause::Damaged(_)
                | Cause::TooLarge { .. } => "zoho_unreachable",
            },
        }
    }

    /// What to do, in words.
    #[must_use]
    pub fn cure(&self) -> String {
        let words = match &self.kind {
            ErrorKind::SignIn(problem) => problem.cure(),
            ErrorKind::InvalidToken => {
                "Sign in to Zoho again, in the data centre where the org lives (accounts.zoho.com, .eu, .in, …): a token of \
                 another data centre is refused too."
            }
            ErrorKind::ScopeMismatch => {
                "Sign in to Zoho again and accept everything that is asked for; a self client needs every scope that the setup \
                 lists."
            }
            ErrorKind::NoPermission => {
                "Give the signed-in Zoho user a profile that may read and write these modules, fields and settings, or sign in as \
                 an administrator."
            }
            ErrorKind::ApiAccessOff => {
                "In Zoho: Setup, Security Control, Profiles, the user's profile: switch on \"Zoho CRM API Access\"."
            }
            ErrorKind::FeatureNotSupported => {
                "Invoices and products need Zoho CRM Professional or higher, several currencies Enterprise or higher. Leave the \
                 flow out, or change the edition."
            }
            ErrorKind::InvalidModule => {
                "Look in Zoho's setup whether the module is switched on and the user's profile sees it; the edition may not have it."
            }
            ErrorKind::NotFound => "Run doctor: a module or the API address may have changed.",
            ErrorKind::LimitExceeded => {
                "Remove something that is no longer needed in Zoho (custom fields, unique fields), or change the edition."
            }
            ErrorKind::BadRequest | ErrorKind::Misuse => "Try once more; if it stays, send a support bundle.",
            ErrorKind::TooManyRequests => {
                "Nothing to do: it goes on when Zoho lets it. If it lasts, other programs use up the org's API credits."
            }
            ErrorKind::Outage => {
                "Nothing to do if Zoho is out of order (status.zoho.com); it goes on by itself. If it lasts, a proxy or firewall may \
                 answer in Zoho's place."
            }
            ErrorKind::Undecodable => {
                "A proxy or firewall may answer in Zoho's place. If not, send a support bundle: Zoho's answers may have changed."
            }
            ErrorKind::Transport(error) => match &error.cause {
                Cause::BadAddress(_) => {
                    "Correct the Zoho address in the settings: https, or a loopback address."
                }
                Cause::Dns | Cause::Connect(_) | Cause::Timeout | Cause::Reset(_) => {
                    "Check this computer's network and proxy settings; it goes on by itself."
                }
                Cause::Tls(_) => {
                    "Check this computer's clock; if a proxy inspects traffic, name its certificate under [network] extra_ca."
                }
                Cause::Damaged(_) | Cause::TooLarge { .. } => {
                    "A proxy or firewall may cut or change the answers. If not, send a support bundle."
                }
                Cause::Refused(refused) => match refused.by {
                    RefusedBy::Budget => {
                        "Nothing to do while `ledgerline sync` runs: it goes on by itself when credits are free again. Or raise credit_budget under [sync]."
                    }
                    RefusedBy::TooSmallBudget => {
                        "Raise credit_budget under [sync]: at this share the call can never be made, however long one waits."
                    }
                    RefusedBy::Org => {
                        "Nothing to do while `ledgerline sync` runs: it goes on when the org has credits again. If it lasts, look in Zoho under Setup, Developer Hub, APIs & SDKs which program uses them."
                    }
                    RefusedBy::Service => {
                        "Nothing to do: it goes on when Zoho lets it. If it lasts, other programs use up the org's API credits."
                    }
                    RefusedBy::Ledger => {
                        "Make room on the disk, or give the profile's folder back its rights."
                    }
                    RefusedBy::Rehearsal => "Send a support bundle: nothing was written.",
                },
            },
        };
        words.to_owned()
    }

    /// Whether the call can have had an effect.
    ///
    /// Zoho refuses before it acts, so that a clear refusal means no effect. Where the answer was lost, was nonsense, or was a
    /// server error, look before writing again.
    ///
    /// Of a call that may be sent twice, a clear refusal speaks of the last attempt only: a lost one before it may have taken effect.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match &self.kind {
            ErrorKind::Transport(error) => error.fate,
            ErrorKind::Outage | ErrorKind::Undecodable => Fate::OutcomeUnknown,
            ErrorKind::SignIn(_)
            | ErrorKind::InvalidToken
            | ErrorKind::ScopeMismatch
            | ErrorKind::NoPermission
            | ErrorKind::ApiAccessOff
            | ErrorKind::FeatureNotSupported
            | ErrorKind::InvalidModule
            | ErrorKind::NotFound
            | ErrorKind::LimitExceeded
            | ErrorKind::BadRequest
            | ErrorKind::TooManyRequests
            | ErrorKind::Misuse => Fate::NotSent,
        }
    }

    /// Whether time alone may cure it: the service or the way to it is out of order.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match &self.kind {
            ErrorKind::Outage | ErrorKind::SignIn(SignInProblem::Unavailable) => true,
            ErrorKind::Transport(error) => match &error.cause {
                Cause::Dns | Cause::Connect(_) | Cause::Timeout | Cause::Reset(_) | Cause::Damaged(_) => true,
                Cause::BadAddress(_) | Cause::Tls(_) | Cause::TooLarge { .. } | Cause::Refused(_) => false,
            },
            ErrorKind::SignIn(_)
            | ErrorKind::InvalidToken
            | ErrorKind::ScopeMismatch
            | ErrorKind::NoPermission
            | ErrorKind::ApiAccessOff
            | ErrorKind::FeatureNotSupported
            | ErrorKind::InvalidModule
            | ErrorKind::NotFound
            | ErrorKind::LimitExceeded
            | ErrorKind::BadRequest
            | ErrorKind::TooManyRequests
            | ErrorKind::Undecodable
            | ErrorKind::Misuse => false,
        }
    }

    /// Whether Zoho will not do this one thing, in contrast to not working, or not letting the sign-in do it.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match &self.kind {
            ErrorKind::LimitExceeded
            | ErrorKind::BadRequest
            | ErrorKind::FeatureNotSupported
            | ErrorKind::NoPermission
            | ErrorKind::InvalidModule
            | ErrorKind::NotFound => true,
            ErrorKind::SignIn(_)
            | ErrorKind::InvalidToken
            | ErrorKind::ScopeMismatch
            | ErrorKind::ApiAccessOff
            | ErrorKind::TooManyRequests
            | ErrorKind::Outage
            | ErrorKind::Undecodable
            | ErrorKind::Misuse
            | ErrorKind::Transport(_) => false,
        }
    }

    /// Whether credits or concurrency said no: Zoho's 429, or our own budget. Time cures it.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.refused().is_some_and(|refused| match refused.by {
            RefusedBy::Budget | RefusedBy::TooSmallBudget | RefusedBy::Org | RefusedBy::Service => true,
            RefusedBy::Ledger | RefusedBy::Rehearsal => false,
        }) || self.kind == ErrorKind::TooManyRequests
    }

    /// Who did not let the request go, and until when, where it was not let go.
    #[must_use]
    pub fn refused(&self) -> Option<&Refused> {
        match &self.kind {
            ErrorKind::Transport(error) => match &error.cause {
                Cause::Refused(refused) => Some(refused),
                Cause::BadAddress(_)
                | Cause::Dns
                | Cause::Connect(_)
                | Cause::Tls(_)
                | Cause::Timeout
                | Cause::Reset(_)
                | Cause::Damaged(_)
                | Cause::TooLarge { .. } => None,
            },
            ErrorKind::SignIn(_)
            | ErrorKind::InvalidToken
            | ErrorKind::ScopeMismatch
            | ErrorKind::NoPermission
            | ErrorKind::ApiAccessOff
            | ErrorKind::FeatureNotSupported
            | ErrorKind::InvalidModule
            | ErrorKind::NotFound
            | ErrorKind::LimitExceeded
            | ErrorKind::BadRequest
            | ErrorKind::TooManyRequests
            | ErrorKind::Outage
            | ErrorKind::Undecodable
            | ErrorKind::Misuse => None,
        }
    }

    /// Whether a person has to sign in again or set the sign-in right.
    #[must_use]
    pub fn is_sign_in(&self) -> bool {
        let refused = matches!(self.kind, ErrorKind::InvalidToken | ErrorKind::ScopeMismatch);
        refused || matches!(self.kind, ErrorKind::SignIn(problem) if problem != SignInProblem::Unavailable)
    }
}

impl SignInProblem {
    fn code(self) -> &'static str {
        match self {
            Self::InvalidCode => "zoho_sign_in_invalid_code",
            Self::InvalidClient => "zoho_sign_in_invalid_client",
            Self::InvalidClientSecret => "zoho_sign_in_invalid_client_secret",
            Self::InvalidRedirectUri => "zoho_sign_in_invalid_redirect_uri",
            Self::Throttled => "zoho_sign_in_throttled",
            Self::NoRefreshToken => "zoho_sign_in_no_refresh_token",
            Self::ForeignApiDomain => "zoho_sign_in_foreign_api_domain",
            Self::Unavailable => "zoho_sign_in_unavailable",
            Self::Refused => "zoho_sign_in_refused",
        }
    }

    fn cure(self) -> &'static str {
        match self {
            Self::InvalidCode => {
                "Sign in to Zoho again. A code works once and for about two minutes; a refresh token ends when it is revoked, when \
                 the user's password is reset, or when the user signs in for the 21st time."
            }
            Self::InvalidClient => {
                "Check the client id, and that accounts_url is that of the data centre where the client was made (api-console.zoho.com, \
                 .eu, .in, …); otherwise switch on multi-DC for the client."
            }
            Self::InvalidClientSecret => {
                "Copy the client secret from Zoho's API console again. With multi-DC it can differ between data centres."
            }
            Self::InvalidRedirectUri => {
                "Enter the shown redirect address in Zoho's API console, letter by letter."
            }
            Self::Throttled => {
                "Wait ten minutes: Zoho gives ten access tokens in ten minutes. Do not restart in the meantime."
            }
            Self::NoRefreshToken => {
                "Sign in to Zoho again and accept the consent page; it must ask for offline access."
            }
            Self::ForeignApiDomain => {
                "Check accounts_url in the settings: the server there may not be Zoho's."
            }
            Self::Unavailable => {
                "Nothing to do if Zoho is out of order (status.zoho.com); it goes on by itself."
            }
            Self::Refused => "Sign in to Zoho again; if it stays, send a support bundle.",
        }
    }
}

/// Zoho's code and words behind the cause, where there are any.
struct Words<'a>(&'a str, &'a str);

impl std::fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0, self.1) {
            ("", "") => Ok(()),
            ("", words) => write!(f, ": {words}"),
            (code, "") => write!(f, " ({code})"),
            (code, words) => write!(f, ": {words} ({code})"),
        }
    }
}

//! Why no whole answer arrived, and what that means for the request.

use crate::Refused;

/// Whether a request can have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It never reached the service.
    NotSent,
    /// It may have been carried out, and the answer was lost.
    OutcomeUnknown,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The address is not https and not loopback, or not an address; or a header cannot be sent.
    #[error("the request cannot be sent: {0}")]
    BadAddress(String),
    /// The name could not be resolved.
    #[error("the host name could not be found")]
    Dns,
    /// No connection.
    #[error("no connection: {0}")]
    Connect(String),
    /// The certificate or the TLS handshake failed.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Reset(String),
    /// The answer ended early, or its reader found it damaged.
    #[error("the answer was cut off or damaged: {0}")]
    Damaged(String),
    /// The answer is larger than allowed.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The budget does not allow it.
    #[error("{}", .0.reason)]
    Refused(Refused),
}

/// No whole answer arrived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct TransportError {
    /// Whether the request can have had an effect.
    pub fate: Fate,
    /// What went wrong in the last attempt.
    pub cause: Cause,
    /// The address without its query.
    pub place: String,
}

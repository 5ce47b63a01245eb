//! The relay as Ledgerline sees it: making a mailbox, reading and acknowledging signals, removing it.

use std::time::Duration;

use relay_protocol::{
    Acknowledge, Enrol, Enrolled, ErrorBody, ErrorCode, LAST_EVENT_ID, PROTOCOL, SignalId, paths,
};
use transport::{Method, Opened, Request, Response, Secret, Streaming, Transport, TransportError};

use super::Access;

/// How long the relay may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Its answers are small.
const LARGEST_ANSWER: usize = 64 << 10;

/// A way to the relay: single requests, and a connection that is held open.
pub trait Way: Transport + Streaming {}

impl<T: Transport + Streaming> Way for T {}

/// Why the relay did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// It could not be reached.
    #[error("the relay could not be reached: {0}")]
    Network(#[from] TransportError),
    /// The enrolment key is wrong, or this relay takes nobody.
    #[error("the relay did not accept the enrolment key ({0})")]
    Enrolment(String),
    /// The mailbox or its token is not known any more.
    #[error("the relay does not know this mailbox any more")]
    MailboxGone,
    /// It speaks another version of the protocol.
    #[error("the relay speaks version {0} of the protocol, and this program version {PROTOCOL}")]
    Protocol(u32),
    /// It asks to be left alone for a while, or is out of order.
    #[error("the relay is busy or out of order (HTTP {0})")]
    Busy(u16),
    /// It is no relay, or answered something that a relay does not.
    #[error("the answer is not that of a Ledgerline relay (HTTP {0})")]
    Strange(u16),
}

impl RelayError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Network(_) => "relay_unreachable",
            Self::Enrolment(_) => "relay_enrolment_refused",
            Self::MailboxGone => "relay_mailbox_gone",
            Self::Protocol(_) => "relay_protocol",
            Self::Busy(_) => "relay_busy",
            Self::Strange(_) => "relay_strange_answer",
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Network(_) => {
                "Check the address of the relay ([relay] url) and the network. Until then Ledgerline polls as without a relay."
            }
            Self::Enrolment(_) => "Ask whoever runs the relay for its enrolment key, and try again.",
            Self::MailboxGone => {
                "Run `ledgerline webhooks on` with the relay's enrolment key: it makes a new mailbox. Until then Ledgerline polls."
            }
            Self::Protocol(_) => "Update Ledgerline or the relay, whichever is older.",
            Self::Busy(_) => "Nothing: it is tried again. Until then Ledgerline polls as without a relay.",
            Self::Strange(_) => {
                "Check the address of the relay ([relay] url): something else answers there, or a proxy stands in between."
            }
        }
    }

    /// Whether trying again soon may help.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::Network(_) | Self::Busy(_))
    }
}

fn request(method: Method, url: &str, path: &str, token: &str) -> Request {
    Request {
        authorization: Some(Secret::new(format!("Bearer {token}"))),
        timeout: PATIENCE,
        max_answer: LARGEST_ANSWER,
        ..Request::new(method, format!("{}{path}", url.trim_end_matches('/')))
    }
}

/// Makes a mailbox with the relay's enrolment key.
///
/// # Errors
/// When the relay cannot be reached or refuses.
pub async fn enrol(way: &dyn Way, url: &str, key: &Secret) -> Result<Enrolled, RelayError> {
    let body = serde_json::to_vec(&Enrol { protocol: PROTOCOL }).unwrap_or_default();
    let request = request(Method::Post, url, paths::MAILBOXES, key.reveal()).body("application/json", body);
    let answer = way.send(&request).await?;
    if !answer.is_success() {
        return Err(refused(&answer));
    }
    let enrolled: Enrolled =
        serde_json::from_slice(&answer.body).map_err(|_| RelayError::Strange(answer.status))?;
    if enrolled.protocol == PROTOCOL { Ok(enrolled) } else { Err(RelayError::Protocol(enrolled.protocol)) }
}

/// Removes the mailbox and what it holds. One that is gone already is no error.
///
/// # Errors
/// When the relay cannot be reached or refuses.
pub async fn remove(way: &dyn Way, access: &Access) -> Result<(), RelayError> {
    let path = paths::mailbox(&access.mailbox);
    let answer = way.send(&request(Method::Delete, &access.relay, &path, access.read_token.reveal())).await?;
    match (answer.is_success(), refused(&answer)) {
        (true, _) | (false, RelayError::MailboxGone) => Ok(()),
        (false, error) => Err(error),
    }
}

/// Tells the relay that it may forget everything up to this signal.
///
/// # Errors
/// When the relay cannot be reached or refuses.
pub async fn acknowledge(way: &dyn Way, access: &Access, up_to: SignalId) -> Result<(), RelayError> {
    let body = serde_json::to_vec(&Acknowledge { up_to }).unwrap_or_default();
    let path = paths::acknowledge(&access.mailbox);
    let request = request(Method::Post, &access.relay, &path, access.read_token.reveal());
    let answer = way.send(&request.body("application/json", body)).await?;
    if answer.is_success() { Ok(()) } else { Err(refused(&answer)) }
}

/// Opens the stream of signals behind `after`.
///
/// # Errors
/// When the relay cannot be reached or refuses.
pub async fn open(way: &dyn Way, access: &Access, after: SignalId) -> Result<Opened, RelayError> {
    let path = paths::signals(&access.mailbox);
    let request = request(Method::Get, &access.relay, &path, access.read_token.reveal())
        .header("Accept", "text/event-stream")
        .header(LAST_EVENT_ID, after.to_string());
    let mut opened = way.open(&request).await?;
    if (200..300).contains(&opened.status) {
        return Ok(opened);
    }
    let mut body = Vec::new();
    while let Ok(Some(piece)) = opened.pieces.next().await {
        body.extend_from_slice(&piece);
        if body.len() > LARGEST_ANSWER {
            break;
        }
    }
    Err(refused(&Response { status: opened.status, headers: opened.headers, body: body.into() }))
}

/// What an answer that is no success means.
fn refused(answer: &Response) -> RelayError {
    let said = serde_json::from_slice::<ErrorBody>(&answer.body).ok().map(|body| body.error.code);
    match (said, answer.status) {
        (Some(ErrorCode::WrongKey), _) => RelayError::Enrolment("it is wrong".to_owned()),
        (Some(ErrorCode::EnrolmentClosed), _) => {
            RelayError::Enrolment("the relay has none, and takes nobody".to_owned())
        }
        (Some(ErrorCode::UnknownMailbox | ErrorCode::WrongToken), _) => RelayError::MailboxGone,
        (_, 408 | 429 | 500..=599) => RelayError::Busy(answer.status),
        (_, status) => RelayError::Strange(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str) -> Response {
        let body = format!("{{\"error\":{{\"code\":\"{code}\",\"message\":\"m\"}}}}");
        Response { status, headers: Vec::new(), body: body.into() }
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let cases = [
            (answer(401, "wrong_key"), "relay_enrolment_refused", false),
            (answer(403, "enrolment_closed"), "relay_enrolment_refused", false),
            (answer(404, "unknown_mailbox"), "relay_mailbox_gone", false),
            (answer(401, "wrong_token"), "relay_mailbox_gone", false),
            (answer(429, "too_many"), "relay_busy", true),
            (answer(503, "unavailable"), "relay_busy", true),
            (answer(418, "later"), "relay_strange_answer", false),
            (
                Response { status: 404, headers: Vec::new(), body: "<html>".into() },
                "relay_strange_answer",
                false,
            ),
            (Response { status: 502, headers: Vec::new(), body: "<html>".into() }, "relay_busy", true),
        ];
        for (answer, code, passes) in cases {
            let error = refused(&answer);
            assert_eq!((error.code(), error.passes()), (code, passes), "{answer:?}");
            assert!(!error.cure().is_empty());
        }
    }
}

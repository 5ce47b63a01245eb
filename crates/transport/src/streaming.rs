//! Answers that go on: a connection that is held open, and what comes over it piece by piece.

use bytes::Bytes;

use crate::{BoxFuture, Request, TransportError};

/// Opens a connection whose answer does not end by itself (server-sent events).
pub trait Streaming: Send + Sync {
    /// Sends `request` and returns as soon as the answer's head is there. `request.timeout` bounds the time until then, not the stream's.
    ///
    /// Any HTTP status is an answer, not an error. What an answer that is no 2xx says is read from its body likewise.
    ///
    /// # Errors
    /// When no answer began.
    fn open<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Opened, TransportError>>;
}

/// An answer that has begun.
pub struct Opened {
    /// The HTTP status.
    pub status: u16,
    /// Names and values, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// What follows.
    pub pieces: Box<dyn Pieces>,
}

/// The body of an answer that has begun. Dropped, it closes the connection.
pub trait Pieces: Send {
    /// The next piece, as it comes; `None` when the other side has ended the answer. It waits without end: whoever reads sets the limit.
    ///
    /// # Errors
    /// When the connection broke.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>>;
}

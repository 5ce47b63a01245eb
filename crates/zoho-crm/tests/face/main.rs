//! The client's public face, against a Zoho that follows a script.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bulk;
mod metadata;
mod records;
mod scripted;
mod sign_in;
mod variables;
mod watch;
mod writes;

use transport::{Cause, Fate, Request, TransportError};

/// The text of a request's body.
fn body(request: &Request) -> String {
    String::from_utf8(request.body.to_vec()).unwrap()
}

/// The header that carries the token.
fn authorization(request: &Request) -> String {
    request.authorization.as_ref().unwrap().reveal().to_owned()
}

/// The connection breaks after the request went out.
fn lost() -> scripted::Reply {
    Err(TransportError {
        fate: Fate::OutcomeUnknown,
        cause: Cause::Reset("gone".to_owned()),
        place: "here".to_owned(),
    })
}

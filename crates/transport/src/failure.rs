//! Reads the network library's errors: what went wrong, and whether the request was out by then.

use std::error::Error;
use std::io;

use crate::{Cause, Fate};

/// What it means that no answer's head arrived.
pub(crate) fn before_answer(error: &reqwest::Error) -> (Fate, Cause) {
    if !error.is_connect() {
        let cause = if error.is_builder() {
            return (Fate::NotSent, Cause::BadAddress(root(error)));
        } else if error.is_timeout() {
            Cause::Timeout
        } else {
            Cause::Reset(root(error))
        };
        return (Fate::OutcomeUnknown, cause);
    }
    let cause = if error.is_dns() {
        Cause::Dns
    } else if let Some(tls) = find(error, tls_error) {
        Cause::Tls(tls.to_string())
    } else if error.is_timeout() {
        Cause::Timeout
    } else {
        Cause::Connect(root(error))
    };
    (Fate::NotSent, cause)
}

/// What it means that the answer's body did not arrive whole. The request was out long before.
pub(crate) fn within_answer(error: &reqwest::Error) -> Cause {
    if error.is_timeout() {
        Cause::Timeout
    } else if find(error, broken_connection).is_some() {
        Cause::Reset(root(error))
    } else {
        Cause::Damaged(root(error))
    }
}

/// An I/O error hides the error that it wraps from the chain of sources, and TLS errors come wrapped twice.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => tls_error(io.get_ref()?),
        None => error.downcast_ref(),
    }
}

fn broken_connection<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    error
        .downcast_ref::<io::Error>()
        .filter(|io| matches!(io.kind(), BrokenPipe | ConnectionAborted | ConnectionReset))
}

/// The first answer of `wanted` along the chain of sources.
fn find<'a, T>(
    error: &'a (dyn Error + 'static),
    wanted: impl Fn(&'a (dyn Error + 'static)) -> Option<T>,
) -> Option<T> {
    chain(error).find_map(wanted)
}

/// The innermost source's words. Outer layers repeat the address with its query; this one does not know it.
pub(crate) fn root(error: &reqwest::Error) -> String {
    chain(error).skip(1).last().map_or_else(|| "no reason given".to_owned(), ToString::to_string)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

//! Where the two services post to. Business Central deletes a subscription whose receiver answers with any 4xx but 408 and 429 (facts,
//! §7): a known hook answers 200, 429 or 5xx and nothing else.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use relay_protocol::{CatchUpReason, ErrorCode};
use tokio::time::Instant;

use super::{App, Caller, Refusal};
use crate::address;
use crate::limits::{BODY_WITHIN, LARGEST_BODY, LARGEST_DISCARDED, LONGEST_VALIDATION_TOKEN, SMALL_BODY};
use crate::metrics::Outcome;
use crate::notification::{catch_up, signals_of};
use crate::secrets::Digest;
use crate::store::Hook;

/// A handshake or a notification.
pub(super) async fn hook(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Response, Refusal> {
    app.by_address.take(address::counted_as(caller.address)).map_err(Refusal::too_many)?;
    let key = Digest::of(&key);
    let Some(hook) = app.store.hook(&key).await? else {
        app.metrics.unknown_hook();
        let unknown = Refusal::new(StatusCode::NOT_FOUND, ErrorCode::UnknownHook, "there is no such hook");
        return Err(app.guessed(caller, unknown));
    };
    if let Err(after) = app.by_hook.take(*key.bytes()) {
        app.metrics.hook(hook.source, Outcome::Limited);
        return Err(Refusal::too_many(after));
    }
    if let Some(token) = validation_token(request.uri()) {
        app.metrics.hook(hook.source, Outcome::Handshake);
        return Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], token).into_response());
    }
    if request.method() != Method::POST {
        return Ok(StatusCode::OK.into_response());
    }
    let stored = store(&app, &hook, request.into_body()).await;
    let outcome = if stored.is_ok() { Outcome::Stored } else { Outcome::Failed };
    app.metrics.hook(hook.source, outcome);
    stored.map(|()| StatusCode::OK.into_response())
}

/// The token of a handshake. One that is too long is answered with nothing, and so fails.
fn validation_token(uri: &Uri) -> Option<String> {
    let query = uri.query()?.as_bytes();
    let mut pairs = url::form_urlencoded::parse(query);
    let (_, token) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("validationToken"))?;
    Some(if token.len() > LONGEST_VALIDATION_TOKEN { String::new() } else { token.into_owned() })
}

async fn store(app: &App, hook: &Hook, body: Body) -> Result<(), Refusal> {
    let read = tokio::time::timeout(BODY_WITHIN, read(app, body));
    let kinds = match read.await {
        Ok(Read::Whole(body)) => signals_of(hook.source, &body),
        Ok(Read::TooLarge) => vec![catch_up(hook.source, CatchUpReason::TooLarge)],
        Ok(Read::Broken) | Err(_) => {
            let message = "the notification did not come whole";
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message));
        }
    };
    if kinds.is_empty() {
        return Ok(());
    }
    let (count, began) = (kinds.len(), Instant::now());
    // A mailbox that is removed at this very moment needs nothing any more.
    if app.store.push(&hook.mailbox, app.clock.now(), kinds).await? {
        app.metrics.stored(count, began.elapsed());
    }
    Ok(())
}

enum Read {
    Whole(Bytes),
    TooLarge,
    Broken,
}

/// Reads a body; of one that is too large everything is thrown away.
async fn read(app: &App, body: Body) -> Read {
    let mut chunks = body.into_data_stream();
    let mut whole = BytesMut::new();
    let mut permit = None;
    let mut total: usize = 0;
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else {
            return Read::Broken;
        };
        total += chunk.len();
        if total > LARGEST_DISCARDED {
            return Read::TooLarge;
        }
        if total > LARGEST_BODY {
            whole = BytesMut::new();
            continue;
        }
        if total > SMALL_BODY && permit.is_none() {
            // The semaphore is never closed.
            permit = app.large_bodies.acquire().await.ok();
        }
        whole.extend_from_slice(&chunk);
    }
    if total > LARGEST_BODY { Read::TooLarge } else { Read::Whole(whole.freeze()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(query: &str) -> Option<String> {
        validation_token(&format!("/v1/hooks/k?{query}").parse().unwrap())
    }

    #[test]
    fn the_token_is_given_back_exactly() {
        assert_eq!(token("validationToken=abc%2Bd%3D%3D").as_deref(), Some("abc+d=="));
        assert_eq!(token("a=b&validationToken=x%20y&c").as_deref(), Some("x y"));
        assert_eq!(token("validationtoken=%3Cb%3E").as_deref(), Some("<b>"));
        assert_eq!(token("validationToken=").as_deref(), Some(""));
        assert_eq!(token("token=abc"), None);
        assert_eq!(validation_token(&"/v1/hooks/k".parse().unwrap()), None);
        let long = "x".repeat(LONGEST_VALIDATION_TOKEN + 1);
        assert_eq!(token(&format!("validationToken={long}")).as_deref(), Some(""));
    }
}

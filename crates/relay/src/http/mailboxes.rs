//! Making a mailbox, acknowledging its signals, removing it.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use relay_protocol::{Acknowledge, Enrol, Enrolled, ErrorCode, Hidden, Hooks, PROTOCOL, paths};
use serde::de::DeserializeOwned;

use super::{App, Caller, Refusal, bearer};
use crate::secrets::{Digest, NoRandomness, new_mailbox_id, new_secret};
use crate::store::NewMailbox;

/// What the small bodies of these calls may have.
const LARGEST: usize = 4096;

/// `POST /v1/mailboxes`.
pub(super) async fn enrol(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Enrolled>), Refusal> {
    let Some(key) = app.enrolment_key() else {
        let message = "this relay takes no new mailboxes: it was started without an enrolment key";
        return Err(Refusal::new(StatusCode::FORBIDDEN, ErrorCode::EnrolmentClosed, message));
    };
    if !bearer(&headers).is_some_and(|presented| Digest::of(presented).is(&key)) {
        app.metrics.wrong_token();
        let wrong = Refusal::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::WrongKey,
            "this is not the relay's enrolment key",
        );
        return Err(app.guessed(caller, wrong));
    }
    let Enrol { protocol } = json(body).await?;
    if protocol != PROTOCOL {
        let message = format!("this relay speaks protocol {PROTOCOL}, not {protocol}");
        return Err(Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::UnsupportedProtocol, message));
    }
    let mailbox = new_mailbox_id()?;
    let (read_token, business_central, zoho) = (new_secret()?, new_secret()?, new_secret()?);
    let made = NewMailbox {
        id: mailbox.clone(),
        token: Digest::of(read_token.reveal()),
        business_central: Digest::of(business_central.reveal()),
        zoho: Digest::of(zoho.reveal()),
        at: app.clock.now(),
    };
    app.store.create(made).await?;
    tracing::info!(%mailbox, "a mailbox was made");
    let hook =
        |key: &Hidden| Hidden::new(app.settings.public.with(&format!("{}{}", paths::HOOKS, key.reveal())));
    let hooks = Hooks { business_central: hook(&business_central), zoho: hook(&zoho) };
    Ok((StatusCode::CREATED, Json(Enrolled { protocol: PROTOCOL, mailbox, read_token, hooks })))
}

/// `DELETE /v1/mailboxes/{id}`.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path(mailbox): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let mailbox = app.authorised(&mailbox, &headers, caller).await?;
    app.store.remove(&mailbox).await?;
    tracing::info!(%mailbox, "a mailbox was removed");
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/mailboxes/{id}/ack`.
pub(super) async fn acknowledge(
    State(app): State<Arc<App>>,
    Path(mailbox): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let mailbox = app.authorised(&mailbox, &headers, caller).await?;
    let Acknowledge { up_to } = json(body).await?;
    app.store.acknowledge(&mailbox, up_to).await?;
    app.metrics.acknowledged();
    Ok(StatusCode::NO_CONTENT)
}

async fn json<T: DeserializeOwned>(body: Body) -> Result<T, Refusal> {
    let unread =
        |message: &'static str| Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, message);
    let read = tokio::time::timeout(crate::limits::BODY_WITHIN, axum::body::to_bytes(body, LARGEST));
    let Ok(Ok(bytes)) = read.await else {
        return Err(unread("the request's body is too large or did not come whole"));
    };
    serde_json::from_slice(&bytes).map_err(|_| unread("the request's body is not what this call takes"))
}

impl From<NoRandomness> for Refusal {
    fn from(error: NoRandomness) -> Self {
        tracing::error!(%error, "no mailbox was made");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, "the relay cannot make keys now")
    }
}

//! What the operator asks.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use relay_protocol::ErrorCode;

use super::{App, Caller, Refusal};

/// `GET /healthz`: 200 while the store answers.
pub(super) async fn health(State(app): State<Arc<App>>) -> Result<&'static str, Refusal> {
    app.store.newest().await?;
    Ok("ok\n")
}

/// `GET /metrics`, for the operator's addresses; for others there is no such page.
pub(super) async fn metrics(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Refusal> {
    let operator = app.settings.operators.iter().any(|block| block.holds(caller.address));
    if !operator || caller.forwarded {
        return Err(Refusal::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "the relay has no such page"));
    }
    let figures = match app.store.figures().await {
        Ok(figures) => Some(figures),
        Err(error) => {
            tracing::error!(%error, "the store gives no figures");
            None
        }
    };
    let page = app.metrics.page(figures, app.hub.count());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page).into_response())
}

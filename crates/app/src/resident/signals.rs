//! Switching signals on, off, and right again, beside a schedule that otherwise listens.

use std::sync::Arc;

use transport::Secret;

use super::engine_room;
use super::shared::Inner;
use crate::App;
use crate::alerts::capital;
use crate::settings::Settings;
use crate::webhooks::{self, LinkState, Switched};
use crate::window::schema::Failure;
use crate::window::wording::for_window;

/// Makes a mailbox and subscriptions, and listens from then on. What a side refuses is shown with how signals stand.
pub(super) async fn on(inner: &Arc<Inner>, app: &App, relay: &str, key: &Secret) -> Result<(), Failure> {
    alone(inner, async {
        webhooks::switch_on(app, &*app.relay_way, relay, key).await.map_err(at_its_field)?;
        named(inner, relay)
    })
    .await
}

/// Has both sides made as they should be.
pub(super) async fn repair(inner: &Arc<Inner>, app: &App) -> Result<(), Failure> {
    alone(inner, async { done(&webhooks::repair(app).await?) }).await
}

/// Ends subscriptions and mailbox. What a side could not be told is said, and removed by "Repair".
pub(super) async fn off(inner: &Arc<Inner>, app: &App) -> Result<(), Failure> {
    alone(inner, async { done(&webhooks::switch_off(app, &*app.relay_way).await?) }).await
}

/// Nobody else looks after the subscriptions meanwhile; afterwards the profile is taken up anew and listens where it should.
async fn alone(inner: &Arc<Inner>, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let listening = inner.shared().listening.take();
    if let Some(listening) = listening {
        listening.end().await;
    }
    let result = work.await;
    engine_room::reopen(inner);
    result
}

fn named(inner: &Inner, relay: &str) -> Result<(), Failure> {
    let mut settings = Settings::load(&inner.profile.settings())?;
    settings.relay.url = Some(relay.to_owned());
    Ok(settings.save(&inner.profile.settings())?)
}

/// What a side did not do is said to whoever asked.
fn done(switched: &Switched) -> Result<(), Failure> {
    let Some((party, trouble)) = switched.troubles.first() else { return Ok(()) };
    let who = match party.as_str() {
        "business_central" => "Business Central",
        "zoho" => "Zoho",
        _ => "Relay",
    };
    Err(Failure {
        code: trouble.code.clone(),
        message: format!("{who}: {}", capital(&trouble.message)),
        cure: for_window(&trouble.cure),
        field: None,
    })
}

/// What is wrong with what was typed stands where it was typed.
fn at_its_field(error: crate::AppError) -> Failure {
    let failure = Failure::from(error);
    match failure.code.as_str() {
        "relay_enrolment_refused" => failure.at("enrolment_key"),
        "relay_unreachable" | "relay_strange_answer" => failure.at("relay"),
        _ => failure,
    }
}

/// Tells the window when the connection to the relay came up or went down since it was last told.
pub(super) fn watched(inner: &Inner, told: &mut Option<LinkState>) {
    let now = inner.link_state();
    let up = |state: &Option<LinkState>| state.as_ref().map(|state| state.up_since.is_some());
    if up(&now) != up(told) {
        *told = now;
        inner.tell_changed();
    }
}

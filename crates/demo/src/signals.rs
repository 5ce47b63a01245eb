//! A change that arrives by signal: a relay inside this process, an edit in the built-in Business Central, and how long it takes.

use std::convert::Infallible;
use std::time::Duration;

use app::open::{Mode, Outside};
use app::resident::Resident;
use app::webhooks;
use app::window::schema::{Commands as _, Event, Nothing};
use app::window::signals::{SignalsAnswers, SignalsStanding};
use app::window::state::WorkKind;
use app::{App, AppError, Profile, polling};
use jiff::SignedDuration;
use relay::local::LocalRelay;
use sandbox::business_central::schema::Table;
use sync::flow::Flow;
use sync::progress::{Silent, Stop};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use transport::Secret;

use crate::Systems;

/// It opens a relay that this computer alone reaches, for as long as the demo lasts.
const KEY: &str = "the demo's own relay";
/// Sooner than the real Business Central, which waits half a minute (facts, §7): nobody watches a demo that long.
const DELAY: SignedDuration = SignedDuration::from_secs(2);
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// What came of it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// How many subscriptions were made on both sides.
    pub subscriptions: u64,
    /// The customer's number.
    pub customer: String,
    /// Its new telephone number.
    pub phone: String,
    /// From the edit until Business Central told of it.
    pub told_after: Duration,
    /// From then until Zoho had it.
    pub copied_after: Duration,
}

/// Switches signals on, edits a customer, waits until Zoho has the edit, and switches them off again.
///
/// # Errors
/// When the relay cannot listen, a side refuses, or no signal comes.
pub async fn arrival(profile: &Profile, systems: &Systems) -> Result<Arrival, AppError> {
    let (_folder, relay) = relay_for(systems).await?;
    let outside =
        Outside { environment: &crate::environment, transport: None, relay: None, clock: None, random: None };
    let app = App::with_settings(profile.clone(), systems.settings(), Mode::Write, &outside)?;
    let switched = webhooks::switch_on(&app, &*app.relay_way, relay.url(), &Secret::new(KEY)).await?;
    let arrived = tokio::select! {
        never = webhooks::run(&app, &*app.relay_way) => match never {},
        arrived = tokio::time::timeout(PATIENCE, followed(&app, systems)) => arrived,
    };
    webhooks::switch_off(&app, &*app.relay_way).await?;
    relay.stop().await;
    let (customer, phone, told_after, copied_after) = arrived.map_err(|_| {
        AppError::usage(
            "no signal of the change arrived",
            "Check whether a security program forbids programs of this computer to reach each other on 127.0.0.1.",
        )
    })??;
    Ok(Arrival { subscriptions: switched.made, customer, phone, told_after, copied_after })
}

/// The same in a resident process, whose window shows it: once a sync has ended, it switches signals on and edits a customer. The relay stays as
/// long as this is waited for.
///
/// `events` are the resident's, from before its work began: whoever subscribes later may miss the first sync's end.
///
/// # Errors
/// When the relay cannot listen, or there is no customer to edit.
pub async fn signals_in(
    resident: &Resident,
    mut events: Receiver<Event>,
    systems: &Systems,
) -> Result<Infallible, AppError> {
    let (_folder, relay) = relay_for(systems).await?;
    let answers = SignalsAnswers { relay: relay.url().to_owned(), enrolment_key: KEY.to_owned() };
    let stand = async || resident.signals(Nothing).await.map_or(SignalsStanding::Off, |view| view.standing);
    while stand().await == SignalsStanding::Off {
        ended(&mut events, WorkKind::Sync).await;
        // Work that somebody asked for comes first; it is tried again after the next sync.
        if resident.signals_on(answers.clone()).await.is_ok() {
            ended(&mut events, WorkKind::Signals).await;
        }
    }
    while stand().await != SignalsStanding::Well {
        heard(&mut events, |event| matches!(event, Event::Changed | Event::WorkEnded { .. })).await;
    }
    let (customer, phone) = systems.edit_customer()?;
    tracing::info!(customer, phone, "edited in the built-in Business Central; the change comes by signal");
    std::future::pending().await
}

async fn ended(events: &mut Receiver<Event>, kind: WorkKind) {
    heard(events, |event| matches!(event, Event::WorkEnded { work, .. } if *work == kind)).await;
}

/// Waits for an event. What was missed may have been it.
async fn heard(events: &mut Receiver<Event>, is_it: impl Fn(&Event) -> bool) {
    loop {
        match events.recv().await {
            Ok(event) if is_it(&event) => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// A relay that lives as long as both are kept, and a Business Central that tells soon.
async fn relay_for(systems: &Systems) -> Result<(TempDir, LocalRelay), AppError> {
    let folder = tempfile::tempdir().map_err(|error| unusable(&error))?;
    let relay =
        LocalRelay::start(&folder.path().join("relay.db"), KEY).await.map_err(|error| unusable(&error))?;
    systems.world.bc(|bc| bc.webhooks.delay = DELAY);
    Ok((folder, relay))
}

async fn followed(app: &App, systems: &Systems) -> Result<(String, String, Duration, Duration), AppError> {
    let mut changes = app.link.changes();
    while app.link.state().up_since.is_none() {
        // The connection lives as long as the profile.
        let _ = changes.changed().await;
    }
    let (customer, phone) = systems.edit_customer()?;
    let edited = app.clock.monotonic();
    loop {
        app.link.gathered(&*app.clock).await;
        let told = app.clock.monotonic();
        let report = polling::signalled(app, None, &Silent, &Stop::default()).await;
        // What connecting itself led to is followed too; only the edit changes a customer.
        if report.flows.iter().any(|flow| flow.flow == Flow::Customers && flow.updated > 0) {
            return Ok((customer, phone, told - edited, app.clock.monotonic() - told));
        }
    }
}

impl Systems {
    /// Gives the first customer of the built-in Business Central another telephone number.
    fn edit_customer(&self) -> Result<(String, String), AppError> {
        let phone = format!("+49 40 555 {:04}", self.world.now().as_second().rem_euclid(10_000));
        let edited = self.world.bc(|bc| {
            let first =
                bc.table(Table::Customers).values().min_by_key(|row| row.text("number").to_owned())?;
            let (id, number) = (first.id, first.text("number").to_owned());
            bc.edit(Table::Customers, id, "phoneNumber", phone.as_str()).then_some(number)
        });
        let missing =
            || AppError::usage("there is no customer to edit", "Begin anew with `ledgerline demo --fresh`.");
        Ok((edited.ok_or_else(missing)?, phone))
    }
}

fn unusable(error: &dyn std::fmt::Display) -> AppError {
    AppError::usage(
        format!("the demo's relay cannot listen on this computer's loopback address: {error}"),
        "Check whether a security program forbids programs to listen on 127.0.0.1.",
    )
}

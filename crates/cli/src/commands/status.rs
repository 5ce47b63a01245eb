//! `status`: how things stand, from the profile's own database.

use app::alerts::{self, Light, State, Work, WorkKind};
use app::status::{Credits, Status, status};
use app::{AppError, Profile, Settings, webhooks};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use sync::reconcile::Compared;
use sync::store::Store;
use transport::{Clock, SystemClock};

use crate::output::{Output, columns, say};

/// The profile's database for reading; an empty one where nothing has run yet.
pub fn database(profile: &Profile) -> Result<Store, AppError> {
    Settings::load(&profile.settings())?;
    Ok(if profile.database().exists() {
        Store::open_read_only(&profile.database())?
    } else {
        Store::in_memory()?
    })
}

/// What `--json` prints.
#[derive(Serialize)]
struct Shown<'a> {
    state: &'a State,
    #[serde(flatten)]
    status: &'a Status,
    signals: &'a webhooks::Shown,
}

pub fn run(profile: &Profile, output: Output) -> Result<u8, AppError> {
    let settings = Settings::load(&profile.settings())?;
    let store = database(profile)?;
    let now = SystemClock::default().now();
    let status = status(&store, &settings.sync, now)?;
    let state = state(profile, &store, &settings, &status, now)?;
    let signals = webhooks::shown(&store, settings.relay.url.as_deref(), now)?;
    if output.json {
        output.object(&Shown { state: &state, status: &status, signals: &signals });
    } else {
        say!("{}", state.sentence);
        if let Some(cure) = &state.cure {
            say!("  → {cure}");
        }
        print(&status);
        if signals.relay.is_some() || signals.left_behind {
            say!("Signals: {}", super::webhooks::in_one_line(&signals));
        }
    }
    let differs = status.last_comparison.as_ref().is_some_and(Compared::needs_attention);
    let needs = match state.light {
        // Where nothing has run yet, there is nothing to be attended to.
        Light::Attention | Light::Error => status.last_run.is_some(),
        Light::UpToDate | Light::Syncing | Light::Paused | Light::Offline => false,
    };
    let attention = needs
        || differs
        || status.problems > 0
        || status.flows.iter().any(|flow| flow.stands_still.is_some());
    Ok(if attention { 2 } else { 0 })
}

/// The state as tray and window show it.
fn state(
    profile: &Profile,
    store: &Store,
    settings: &Settings,
    status: &Status,
    now: Timestamp,
) -> Result<State, AppError> {
    let mut facts = alerts::facts_of(store, settings, now.to_zoned(TimeZone::system()))?;
    // A run without an end goes on where its program lives, and was interrupted where not.
    let unfinished =
        status.last_run.as_ref().is_some_and(|run| run.finished_at.is_none() && run.outcome.is_none());
    if unfinished && profile.is_in_use() {
        facts.work = Some(Work::begun(WorkKind::Sync));
    }
    Ok(alerts::state(&facts))
}

fn print(state: &Status) {
    match (&state.company, &state.zoho_org) {
        (Some(company), Some(org)) => say!("{company} → Zoho org {org}"),
        _ => say!("Nothing was copied yet."),
    }
    if let Some(run) = &state.last_run {
        let outcome = run.outcome.as_deref().unwrap_or("interrupted, or still going on");
        say!("Last run: {} ({}), {outcome}", run.started_at, run.trigger);
    }
    if let Some(last) = &state.last_comparison {
        say!("Last comparison: {}. {}", last.at, last.sentence);
    }
    if let Some(at) = state.next_run_at {
        say!("Next run: {at}");
    }
    let header = ["", "Business Central", "Zoho", "left out", "problems", "ignored", "warnings"]
        .map(ToOwned::to_owned);
    let mut rows = vec![header];
    for flow in &state.flows {
        rows.push([
            flow.flow.name().to_owned(),
            flow.business_central.to_string(),
            flow.zoho.to_string(),
            flow.left_out.to_string(),
            flow.problems.to_string(),
            flow.ignored.to_string(),
            flow.warnings.to_string(),
        ]);
    }
    say!("{}", columns(&rows));
    for flow in &state.flows {
        if let Some(reason) = &flow.stands_still {
            say!("{} stands still: {reason}", flow.flow.name());
        }
    }
    print_credits(&state.credits);
}

fn print_credits(credits: &Credits) {
    let spent = credits.spent_24h;
    match (credits.budget, credits.daily) {
        (Some(budget), Some(daily)) => say!(
            "Zoho credits in the last 24 hours: {spent} of {budget} that Ledgerline may spend of the org's {daily}"
        ),
        _ => say!("Zoho credits in the last 24 hours: {spent}"),
    }
    if let (Some(left), Some(at)) = (credits.org_remaining, credits.org_remaining_at) {
        say!("The org had {left} credits left at {}", to_the_second(at));
    }
    if let Some(at) = credits.next_free_at {
        say!("The next credits come free at {}", to_the_second(at));
    }
    if let Some(pause) = &credits.paused {
        say!("Waiting for {} until {}", pause.what(), to_the_second(pause.until));
    }
    let forecast = &credits.forecast;
    if forecast.records > 0 {
        let (records, needed) = (forecast.records, forecast.credits);
        let done = match forecast.done_at {
            Some(at) => format!("done at about {} at this budget", to_the_second(at)),
            None => "it is not known when, or this budget never lets it end".to_owned(),
        };
        say!("To be written: {records} records for about {needed} credits; {done}");
    }
    if !forecast.unread.is_empty() && credits.budget.is_some() {
        let names: Vec<&str> = forecast.unread.iter().map(|flow| flow.name()).collect();
        say!("Not read yet, and not counted: {}", names.join(", "));
    }
}

fn to_the_second(at: Timestamp) -> Timestamp {
    at.round(jiff::Unit::Second).unwrap_or(at)
}

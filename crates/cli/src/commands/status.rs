//! `status`: how things stand, from the profile's own database.

use app::status::{Status, status};
use app::{AppError, Profile};
use sync::store::Store;
use transport::{Clock, SystemClock};

use crate::output::{Output, columns, say};

/// The profile's database for reading; an empty one where nothing has run yet.
pub fn database(profile: &Profile) -> Result<Store, AppError> {
    app::Settings::load(&profile.settings())?;
    Ok(if profile.database().exists() {
        Store::open_read_only(&profile.database())?
    } else {
        Store::in_memory()?
    })
}

pub fn run(profile: &Profile, output: Output) -> Result<u8, AppError> {
    let state = status(&database(profile)?, SystemClock::default().now())?;
    if output.json {
        output.object(&state);
    } else {
        print(&state);
    }
    let attention = state.problems > 0 || state.flows.iter().any(|flow| flow.stands_still.is_some());
    Ok(if attention { 2 } else { 0 })
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
    if let Some(at) = state.next_run_at {
        say!("Next run: {at}");
    }
    let header = ["", "Business Central", "Zoho", "problems", "warnings"].map(ToOwned::to_owned);
    let mut rows = vec![header];
    for flow in &state.flows {
        rows.push([
            flow.flow.name().to_owned(),
            flow.business_central.to_string(),
            flow.zoho.to_string(),
            flow.problems.to_string(),
            flow.warnings.to_string(),
        ]);
    }
    say!("{}", columns(&rows));
    for flow in &state.flows {
        if let Some(reason) = &flow.stands_still {
            say!("{} stands still: {reason}", flow.flow.name());
        }
    }
    say!("Zoho credits in the last 24 hours: {}", state.zoho_credits_24h);
}

//! Finds out what a sync would do, beside whatever works in the profile.

use std::sync::Arc;

use sync::credit_ledger::CreditLedger;
use sync::preview::{self, Preview, PreviewOptions, Tell};
use sync::progress::{Progress, Stop};
use sync::store::Store;
use transport::{Clock, Permit, Random, SystemClock, SystemRandom, Transport};
use zoho_crm::Rehearsal;

use crate::open::{self, Outside, Ways};
use crate::{AppError, Profile, Settings, secrets};

/// What a sync would do now.
///
/// It needs no writer's lock: the run goes over a copy of the database that no one else sees and that is gone afterwards, and Zoho is only
/// read. Nothing is written to the profile's database, so that the preview's own calls are not booked in its ledger either; the copy's ledger
/// begins with all that was spent, and holds the preview to the budget.
///
/// # Errors
/// When settings, secrets, network or database do not allow it. What prevents or ends the run itself stands in the answer.
pub async fn preview(
    profile: &Profile,
    settings: &Settings,
    outside: &Outside<'_>,
    options: &PreviewOptions,
    tell: &mut Tell<'_>,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Preview, AppError> {
    let path = profile.database();
    let store = Arc::new(if path.exists() { Store::copy_of(&path)? } else { Store::in_memory()?.copy()? });
    let clock: Arc<dyn Clock> = outside.clock.clone().unwrap_or_else(|| Arc::new(SystemClock::default()));
    let random: Arc<dyn Random> = Arc::new(SystemRandom::default());
    let name = profile.folder().display().to_string();
    let credentials = secrets::collect(&name, &profile.sealed(), outside.environment, &clock)?;
    let network = open::way_out(outside, settings)?;
    let percent = settings.sync.credit_budget_percent;
    let ledger = Arc::new(CreditLedger::new(Arc::clone(&store), Arc::clone(&clock), percent));
    let leave = Arc::clone(&ledger) as Arc<dyn Permit>;
    let rehearsal = Arc::new(Rehearsal::new(Arc::clone(&network), leave, Arc::clone(&clock)));
    let ways = Ways { business_central: network, zoho: Arc::clone(&rehearsal) as Arc<dyn Transport> };
    let permit = Arc::clone(&rehearsal) as Arc<dyn Permit>;
    let clients = open::clients(settings, credentials, &ways, permit, &clock, &random);
    let parts = open::parts(settings, &clients, &store, &ledger, &clock, &random);
    Ok(preview::preview(parts, &rehearsal, &ledger, options, tell, progress, stop).await?)
}

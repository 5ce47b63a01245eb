//! Listening and keeping subscriptions, side by side, for as long as the program runs.

use std::convert::Infallible;
use std::time::Duration;

use business_central::BcId;
use jiff::Timestamp;
use relay_protocol::{Signal, SignalId};
use sync::capture::{Hint, HintSource};
use sync::store::subscriptions::Side;
use sync::store::{StoreError, binding, facts, signals};
use transport::Clock;

use super::incoming::{Worth, worth};
use super::keeper::{self, AGAIN_AFTER, LISTED_EVERY, Tended};
use super::listener::{Inbox, Listener};
use super::relay::Way;
use super::sides::{self, BusinessCentralBooks, ZohoBooks};
use super::state::{Counts, State};
use super::switch::{Switched, access};
use super::{Access, plan};
use crate::error::ShownError;
use crate::{App, AppError};

/// The fact that holds the last signal that was kept, with its mailbox.
const LAST: &str = "webhooks.last";
/// The state is written down at least so often, so that others know that somebody listens.
const WRITTEN_EVERY: Duration = Duration::from_secs(5 * 60);
/// The wall clock is looked at so often.
const LOOK: Duration = Duration::from_secs(10);
/// A profile that cannot listen yet is looked at again after this.
const NOT_YET: Duration = Duration::from_secs(60);

/// Which subscriptions are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sides {
    /// Those of all flows that are switched on.
    All,
    /// None.
    None,
}

/// Listens, and keeps the subscriptions, for good. Dropping it at any moment loses nothing.
pub async fn run(app: &App, way: &dyn Way) -> Infallible {
    loop {
        match listening(app, way).await {
            Ok(never) => match never {},
            Err(error) => {
                tracing::warn!(code = error.code(), "no signals: {error}");
                app.link.down(app.clock.now(), error.shown());
                write_down(app, Vec::new());
            }
        }
        app.clock.sleep(NOT_YET).await;
    }
}

async fn listening(app: &App, way: &dyn Way) -> Result<Infallible, AppError> {
    let Some(access) = access(&app.relay)? else {
        return Err(AppError::usage(
            "A relay is named in the settings, and this profile has no mailbox there.",
            "Run `ledgerline webhooks on` with the relay's enrolment key.",
        ));
    };
    let Some(bound) = app.store.read(binding::get)? else {
        return Err(AppError::usage(
            "This profile is not tied to a company yet.",
            "Nothing: the first sync does it.",
        ));
    };
    let inbox = Kept { app, access: &access, company: bound.company_id };
    if app.store.waiting_signals()? > 0 {
        // Kept by an earlier process, and not followed.
        app.link.waits(&*app.clock);
    }
    let listener = Listener {
        access: &access,
        way,
        inbox: &inbox,
        link: &app.link,
        clock: &*app.clock,
        random: &*app.random,
    };
    tokio::select! {
        never = listener.listen() => Ok(never),
        error = keeping(app, &access) => Err(error),
    }
}

/// Looks after both sides whenever that is due. Ends only when the database fails.
async fn keeping(app: &App, access: &Access) -> AppError {
    let mut troubles: Vec<(String, ShownError)> = Vec::new();
    let mut listed_at: Option<Timestamp> = None;
    let mut changes = app.link.changes();
    loop {
        match due(app, listed_at, troubles.is_empty()) {
            Ok(at) if at <= app.clock.now() => match tended(app, access, Sides::All).await {
                Ok(sides) => {
                    listed_at = Some(app.clock.now());
                    if sides.iter().any(|(_, tended)| tended.gap)
                        && let Err(error) = missed(app)
                    {
                        return error.into();
                    }
                    troubles = Switched::of(sides).troubles;
                    write_down(app, troubles.clone());
                }
                Err(error) => return error,
            },
            Ok(at) => {
                tokio::select! {
                    () = reached(&*app.clock, at) => {}
                    // The connection lives as long as this.
                    _ = changes.changed() => {}
                }
                write_down(app, troubles.clone());
            }
            Err(error) => return error.into(),
        }
    }
}

/// Ends when the wall clock shows `at` or was set back, after [`WRITTEN_EVERY`] at the latest. A computer that slept past `at` notices it within
/// [`LOOK`].
async fn reached(clock: &dyn Clock, at: Timestamp) {
    let (start, mut shown) = (clock.monotonic(), clock.now());
    while shown < at && clock.monotonic().saturating_sub(start) < WRITTEN_EVERY {
        clock.sleep(at.duration_since(shown).unsigned_abs().min(LOOK)).await;
        let before = std::mem::replace(&mut shown, clock.now());
        if shown < before {
            return;
        }
    }
}

/// When the sides are to be looked after next.
fn due(app: &App, listed_at: Option<Timestamp>, well: bool) -> Result<Timestamp, StoreError> {
    let now = app.clock.now();
    let Some(listed_at) = listed_at else { return Ok(now) };
    // A clock that was set back must not keep anything from being looked after.
    if listed_at > now {
        return Ok(now);
    }
    let again = listed_at.saturating_add(AGAIN_AFTER).unwrap_or(now);
    let latest = listed_at.saturating_add(LISTED_EVERY).unwrap_or(now);
    if !well {
        return Ok(again);
    }
    let mut at = latest;
    for side in Side::ALL {
        // What could not be made is not tried without a pause.
        let known = keeper::known(&app.store, side)?;
        let wanted = known.iter().map(|known| known.about.clone()).collect();
        if let Some(due) = plan::due_at(&wanted, &known, now) {
            at = at.min(due.max(again));
        }
        if let Some(retried) = keeper::refusals(&app.store, side)?.values().map(|refusal| refusal.until).min()
        {
            at = at.min(retried.max(again));
        }
    }
    Ok(at)
}

/// Looks after both sides once.
///
/// # Errors
/// When the database fails, or the company cannot be found out.
pub(super) async fn tend(app: &App, access: &Access, sides: Sides) -> Result<Switched, AppError> {
    let sides = tended(app, access, sides).await?;
    if sides.iter().any(|(_, tended)| tended.gap) {
        missed(app)?;
    }
    Ok(Switched::of(sides))
}

/// Something may have gone unsaid: everything is polled once.
fn missed(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    app.store.write(|tx| signals::remember_anew(tx, HintSource::Relay, "gap", &Hint::CatchUp, now))?;
    app.link.waits(&*app.clock);
    Ok(())
}

async fn tended(app: &App, access: &Access, sides: Sides) -> Result<Vec<(&'static str, Tended)>, AppError> {
    let now = app.clock.now();
    let company = app.store.read(binding::get)?.map(|bound| bound.company_id);
    let mut done = Vec::new();
    if let Some(company) = company {
        let books = BusinessCentralBooks::new(&app.business_central, company, access);
        let wanted = match sides {
            Sides::None => Ok(std::collections::BTreeSet::new()),
            Sides::All => sides::supported(&app.business_central.company(company))
                .await
                .map(|supported| sides::business_central_wants(&app.settings.sync.flows, supported.as_ref())),
        };
        let tended = match wanted {
            Ok(wanted) => keeper::tend(&books, &app.store, &*app.random, &wanted, now).await?,
            Err(error) => Tended { trouble: Some(error.shown()), ..Tended::default() },
        };
        done.push((Side::BusinessCentral.name(), tended));
    }
    let books = ZohoBooks::new(&app.zoho, access, &*app.clock);
    let wanted = match sides {
        Sides::None => std::collections::BTreeSet::new(),
        Sides::All => sides::zoho_wants(&app.settings.sync.flows),
    };
    let tended = keeper::tend(&books, &app.store, &*app.random, &wanted, now).await?;
    done.push((Side::Zoho.name(), tended));
    Ok(done)
}

fn write_down(app: &App, troubles: Vec<(String, ShownError)>) {
    let state = State { at: app.clock.now(), link: app.link.state(), troubles };
    if let Err(error) = state.keep(&app.store) {
        tracing::warn!(%error, "the state of signals could not be written down");
    }
}

/// The database as the place where signals are kept.
struct Kept<'a> {
    app: &'a App,
    access: &'a Access,
    company: BcId,
}

impl Kept<'_> {
    fn numbered(&self, id: SignalId) -> String {
        format!("{}:{id}", self.access.mailbox)
    }
}

impl Inbox for Kept<'_> {
    fn last(&self) -> Result<SignalId, StoreError> {
        let kept = self.app.store.read(|tx| facts::get(tx, LAST))?;
        let of_this_mailbox = kept.as_deref().and_then(|kept| kept.split_once(':'));
        let number = of_this_mailbox.filter(|(mailbox, _)| *mailbox == self.access.mailbox.as_str());
        Ok(SignalId(number.and_then(|(_, number)| number.parse().ok()).unwrap_or_default()))
    }

    fn keep(&self, signals: &[Signal], last: SignalId) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        self.app.store.write(|tx| {
            let mut counts = Counts::get(tx)?;
            for signal in signals {
                match worth(signal, self.access, self.company) {
                    Worth::Work(source, hint) => {
                        signals::remember(tx, source, &self.numbered(signal.id), &hint, now)?;
                        counts.taken += 1;
                    }
                    Worth::Forged => counts.forged += 1,
                    Worth::Malformed => counts.malformed += 1,
                    Worth::NotOurs => counts.not_ours += 1,
                }
            }
            counts.set(tx)?;
            facts::set(tx, LAST, &self.numbered(last))
        })
    }

    fn catch_up(&self, last: SignalId) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        self.app.store.write(|tx| {
            signals::remember_anew(tx, HintSource::Relay, "gap", &Hint::CatchUp, now)?;
            facts::set(tx, LAST, &self.numbered(last))
        })?;
        self.app.link.waits(&*self.app.clock);
        Ok(())
    }
}

//! Switching signals on and off, and what that leaves behind: nothing.

use serde::Serialize;
use sync::store::{binding, facts};
use transport::Secret;

use super::Access;
use super::keeper::{self, Tended};
use super::relay::{self, Way};
use super::running::{self, Sides};
use super::state::{LEFT_BEHIND, State};
use crate::error::ShownError;
use crate::secrets::RelayVault;
use crate::{App, AppError, installation};

/// What switching on or off, or repairing, has done.
#[derive(Clone, Debug, Serialize)]
pub struct Switched {
    /// Subscriptions that were made.
    pub made: u64,
    /// Subscriptions that were renewed.
    pub renewed: u64,
    /// Subscriptions of this installation that were found and kept.
    pub adopted: u64,
    /// Subscriptions of this installation that were removed.
    pub removed: u64,
    /// What could not be done, by side or `relay`.
    pub troubles: Vec<(String, ShownError)>,
}

impl Switched {
    pub(super) fn of(sides: Vec<(&'static str, Tended)>) -> Self {
        let sum = |count: fn(&Tended) -> u64| sides.iter().map(|(_, tended)| count(tended)).sum();
        Self {
            made: sum(|tended| tended.made),
            renewed: sum(|tended| tended.renewed),
            adopted: sum(|tended| tended.adopted),
            removed: sum(|tended| tended.removed),
            troubles: sides
                .into_iter()
                .filter_map(|(side, tended)| tended.trouble.map(|trouble| (side.to_owned(), trouble)))
                .collect(),
        }
    }
}

/// Makes a mailbox at the relay, and subscriptions on both sides that lead to it. What an earlier mailbox had is removed.
///
/// # Errors
/// When the relay refuses, or the access cannot be kept. What a side refuses stands in the answer.
pub async fn switch_on(app: &App, way: &dyn Way, url: &str, key: &Secret) -> Result<Switched, AppError> {
    if app.store.read(binding::get)?.is_none() {
        return Err(AppError::usage(
            "This profile is not tied to a company yet, so nobody knows what to subscribe to.",
            "Run `ledgerline sync --once` first.",
        ));
    }
    let before = access(&app.relay)?;
    let enrolled = relay::enrol(way, url, key).await?;
    let installation = installation::name(&app.store, &*app.random)?;
    let access = Access::new(url, enrolled, &installation)?;
    app.relay.store(&access.to_secret())?;
    if let Some(before) = before {
        // Its relay may be gone for good: that must not keep anybody from using another.
        if let Err(error) = relay::remove(way, &before).await {
            tracing::warn!(code = error.code(), "the old mailbox could not be removed: {error}");
        }
    }
    keeper::forget_refusals(&app.store)?;
    app.store.write(|tx| facts::forget(tx, LEFT_BEHIND))?;
    running::tend(app, &access, Sides::All).await
}

/// Compares with what both sides have, and makes, renews and removes subscriptions accordingly. What was refused is tried again. Where
/// signals are switched off, what is left of them is removed.
///
/// # Errors
/// When this profile has no mailbox, or the database fails. What a side refuses stands in the answer.
pub async fn repair(app: &App) -> Result<Switched, AppError> {
    let Some(access) = access(&app.relay)? else {
        return Err(AppError::usage(
            "This profile has no mailbox at a relay, so there is nothing to repair.",
            "Run `ledgerline webhooks on`.",
        ));
    };
    if app.settings.relay.url.is_none() {
        return switch_off(app, &*app.relay_way).await;
    }
    keeper::forget_refusals(&app.store)?;
    running::tend(app, &access, Sides::All).await
}

/// Removes every subscription of this installation on both sides, then the mailbox, then the access to it.
///
/// A relay that does not answer keeps nobody: without a reader it removes the mailbox by itself (docs/relay.md).
///
/// # Errors
/// When the database or the keychain fails. What a side could not be told stands in the answer, and the access is kept, so that it can be tried again.
pub async fn switch_off(app: &App, way: &dyn Way) -> Result<Switched, AppError> {
    let Some(access) = access(&app.relay)? else {
        return forget_url(app).map(|()| Switched::of(Vec::new()));
    };
    // Both before anything is removed: what a side could not be told is known to be there, and no start makes it again.
    app.store.write(|tx| facts::set(tx, LEFT_BEHIND, ""))?;
    forget_url(app)?;
    let switched = running::tend(app, &access, Sides::None).await?;
    if switched.troubles.is_empty() {
        if let Err(error) = relay::remove(way, &access).await {
            tracing::warn!(code = error.code(), "the mailbox could not be removed: {error}");
        }
        app.relay.forget()?;
        app.store.write(State::forget)?;
        keeper::forget_refusals(&app.store)?;
    }
    Ok(switched)
}

fn forget_url(app: &App) -> Result<(), AppError> {
    let mut settings = app.settings.clone();
    match settings.relay.url.take() {
        Some(_) => Ok(settings.save(&app.profile.settings())?),
        None => Ok(()),
    }
}

/// The access that is kept, if any.
///
/// # Errors
/// When the keychain cannot be used.
pub(super) fn access(vault: &RelayVault) -> Result<Option<Access>, AppError> {
    Ok(vault.load()?.as_ref().and_then(Access::from_secret))
}

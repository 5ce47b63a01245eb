//! Opens the profile as soon as it can be opened, and again when its settings were changed.

use std::sync::{Arc, PoisonError};

use super::shared::{Inner, Listening};
use crate::alerts::Broken;
use crate::open::Outside;
use crate::profile::ProfileError;
use crate::{App, AppError, Settings};

/// Sees to it that the profile is open, where it can be. Whether something changed.
pub(super) fn look_after(inner: &Arc<Inner>) -> bool {
    let _alone = inner.opening.lock().unwrap_or_else(PoisonError::into_inner);
    if inner.shared().app.is_some() {
        return false;
    }
    let opened = open(inner);
    let mut shared = inner.shared();
    let (broken, other_writer, changed) = match opened {
        Ok(Some(app)) => {
            shared.app = Some(Arc::clone(&app));
            shared.listening = Listening::of(&app);
            drop(shared);
            inner.remember(&app);
            shared = inner.shared();
            (None, false, true)
        }
        Ok(None) => (None, false, false),
        Err(AppError::Profile(ProfileError::InUse { .. })) => (None, true, false),
        Err(error) => {
            tracing::warn!(code = error.code(), "the profile could not be opened: {error}");
            (Some(Broken::of(&error)), false, false)
        }
    };
    let changed = changed || shared.other_writer != other_writer || shared.broken != broken;
    shared.broken = broken;
    shared.other_writer = other_writer;
    changed
}

/// Closes the profile, so that it is opened with its new settings; where something works with it, afterwards: a profile has one writer.
pub(super) fn reopen(inner: &Arc<Inner>) {
    {
        let mut shared = inner.shared();
        if shared.work.is_some() {
            shared.stale = true;
            return;
        }
        shared.stale = false;
        shared.listening = None;
        shared.app = None;
    }
    if look_after(inner) {
        inner.tell_changed();
    }
    inner.wake.notify_one();
}

/// After work: what was put off until its end.
pub(super) fn after_work(inner: &Arc<Inner>) {
    if inner.shared().stale {
        reopen(inner);
    }
}

fn open(inner: &Inner) -> Result<Option<Arc<App>>, AppError> {
    // The one writer from the first moment on, also while the wizard is not finished.
    let held = inner.shared().lock.clone();
    let lock = match held {
        Some(lock) => lock,
        None => {
            let lock = Arc::new(inner.profile.lock()?);
            inner.shared().lock = Some(Arc::clone(&lock));
            lock
        }
    };
    if !inner.profile.settings().exists() {
        return Ok(None);
    }
    let settings = Settings::load(&inner.profile.settings())?;
    let outside = Outside {
        environment: &*inner.outside.environment,
        transport: inner.outside.transport.clone(),
        relay: inner.outside.relay.clone(),
        clock: Some(Arc::clone(&inner.outside.clock)),
        random: Some(Arc::clone(&inner.outside.random)),
    };
    Ok(Some(Arc::new(App::with_lock(inner.profile.clone(), settings, lock, &outside)?)))
}

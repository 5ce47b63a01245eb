//! What comes next: what was asked for, else the run that is due, else a while of nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use transport::Clock;

use super::engine_room;
use super::shared::Inner;
use super::signals;
use super::undertaking::{self, Undertaking};
use crate::polling::{self, Rhythm, Watch};
use crate::{App, alerts};

/// Nothing happens at least so often: the clock is looked at, alerts that depend on it are found, what was broken is tried again.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// The first run waits so long after the start, so that a computer that has just been switched on has its network.
const AFTER_START: Duration = Duration::from_secs(5);

/// Works until it is told to quit.
pub(super) async fn live(inner: &Arc<Inner>) {
    let mut rhythm = None;
    let mut link = None;
    let mut watch = Watch::of(&*inner.outside.clock);
    let start = inner.now().saturating_add(AFTER_START).unwrap_or(Timestamp::MAX);
    inner.shared().next_run.get_or_insert(start);
    loop {
        if inner.shared().quitting {
            break;
        }
        if engine_room::look_after(inner) {
            rhythm = None;
            inner.tell_changed();
        }
        let asked = inner.shared().queue.pop_front();
        if let Some(what) = asked.or_else(|| due(inner, &mut rhythm)) {
            undertaking::carry_out(inner, what, &mut rhythm).await;
            alert(inner);
            continue;
        }
        signals::watched(inner, &mut link);
        alert(inner);
        rest(inner).await;
        if let Some(wake) = watch.look(&*inner.outside.clock) {
            let app = inner.shared().app.clone();
            if let Some(app) = app {
                polling::catch_up(&app, Some(wake));
            }
            inner.shared().next_run = Some(inner.now());
        }
    }
    let app = {
        let mut shared = inner.shared();
        shared.listening = None;
        shared.app.take()
    };
    if let Some(app) = app {
        polling::announce(&app, None);
    }
}

/// The run by schedule, where it is due.
fn due(inner: &Arc<Inner>, rhythm: &mut Option<Rhythm>) -> Option<Undertaking> {
    let now = inner.now();
    let (app, next, paused) = {
        let shared = inner.shared();
        if !shared.draft.finished {
            return None;
        }
        (shared.app.clone()?, shared.next_run, shared.paused_until)
    };
    if let Some(until) = paused {
        if until > now {
            return None;
        }
        // The pause is over: what was missed is made up for at once.
        if let Err(failure) = inner.pause(None) {
            tracing::warn!(code = failure.code, "the pause could not be ended: {}", failure.message);
        }
    } else if next.is_some_and(|next| next > now) {
        return None;
    }
    let rhythm = rhythm.get_or_insert_with(|| Rhythm::of(&app));
    if let Some(pause) = rhythm.waits(&app, &app.settings.sync.flows) {
        polling::announce(&app, Some(pause.until.duration_since(now).unsigned_abs()));
        inner.shared().next_run = Some(pause.until);
        return None;
    }
    Some(Undertaking::Scheduled)
}

async fn rest(inner: &Inner) {
    let now = inner.now();
    let (next, paused, app) = {
        let shared = inner.shared();
        // In a pause, and before the set-up is finished, signals wait too.
        let listens = shared.paused_until.is_none() && shared.draft.finished;
        (shared.next_run, shared.paused_until, shared.app.clone().filter(|_| listens))
    };
    let link = inner.shared().app.as_ref().map(|app| app.link.changes());
    let next = paused.or(next).map(|at| at.duration_since(now));
    let left = next.filter(SignedDuration::is_positive).map_or(LONGEST_REST, SignedDuration::unsigned_abs);
    tokio::select! {
        () = inner.wake.notified() => {}
        () = inner.outside.clock.sleep(left.min(LONGEST_REST)) => {}
        () = change(link) => {}
        () = signal(app.as_deref(), &*inner.outside.clock) => {
            inner.shared().queue.push_back(Undertaking::Signals);
        }
    }
}

/// Ends when the connection to the relay comes up or goes down.
async fn change(link: Option<watch::Receiver<u64>>) {
    if let Some(mut link) = link
        && link.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

/// Ends when signals wait to be taken up; never without a profile.
async fn signal(app: Option<&App>, clock: &dyn Clock) {
    match app {
        Some(app) => app.link.gathered(clock).await,
        None => std::future::pending().await,
    }
}

/// Shows what has to be shown, and remembers that it was. A profile that cannot be opened has that told too.
fn alert(inner: &Inner) {
    let (app, before) = {
        let shared = inner.shared();
        (shared.app.clone(), shared.memory.clone())
    };
    let preferences = match &app {
        Some(app) => app.settings.notifications.clone(),
        None => inner.settings().map(|settings| settings.notifications).unwrap_or_default(),
    };
    let (mut after, due) = alerts::alerts(&before, &inner.facts(), &preferences);
    for alert in &due {
        tracing::info!(key = alert.key, "told: {}", alert.title);
        inner.outside.hands.notify(alert);
    }
    if after == before {
        return;
    }
    let mut shared = inner.shared();
    // Somebody may have asked for quiet meanwhile.
    after.snooze(shared.memory.snoozed_until());
    shared.memory = after.clone();
    drop(shared);
    if let Some(app) = app
        && let Err(error) = after.keep(&app.store)
    {
        tracing::warn!(%error, "what was told could not be remembered");
    }
}

//! Long work, one piece after the other: what each kind does, and what becomes of its result.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use sync::engine::{Replay, RunOptions};
use sync::match_review::ReviewOptions;
use sync::preview::PreviewOptions;
use sync::progress::Stop;
use sync::reconcile::ReconcileOptions;
use sync::report::{Outcome, RunReport, Trigger};
use transport::Secret;

use super::engine_room;
use super::preview_file::PreviewFile;
use super::shared::{Inner, Working};
use super::telling::Telling;
use super::{signals, wizard};
use crate::alerts::{self, FirstSync};
use crate::open::Outside;
use crate::polling::{self, Rhythm};
use crate::window::schema::{Event, Failure};
use crate::window::state::WorkKind;
use crate::{App, comparing, preview, review, setup};

/// Something that takes a while.
pub(super) enum Undertaking {
    /// A run by schedule.
    Scheduled,
    /// A run over what signals have told.
    Signals,
    /// A run that a person asked for; the wizard's first one is followed by a notification.
    Sync {
        /// Whether it is the wizard's.
        first: bool,
    },
    /// Takes the org over from another computer, and then a run.
    TakeOver,
    /// Failed records again.
    Retry(Replay),
    /// Match review.
    MatchFind,
    /// A preview.
    Preview,
    /// A comparison.
    Compare(ReconcileOptions),
    /// Creates fields in Zoho.
    Fields,
    /// Signs in to Zoho in the browser.
    SignIn,
    /// Makes a mailbox at a relay, and subscriptions that lead to it.
    SignalsOn {
        /// The relay's address.
        relay: String,
        /// Its enrolment key.
        key: Secret,
    },
    /// Has both sides made as they should be.
    SignalsRepair,
    /// Ends subscriptions and mailbox.
    SignalsOff,
}

impl Undertaking {
    fn kind(&self) -> WorkKind {
        match self {
            Self::Scheduled | Self::Signals | Self::Sync { .. } | Self::TakeOver => WorkKind::Sync,
            Self::Retry(_) => WorkKind::Retry,
            Self::MatchFind => WorkKind::MatchFind,
            Self::Preview => WorkKind::Preview,
            Self::Compare(_) => WorkKind::Compare,
            Self::Fields => WorkKind::Fields,
            Self::SignIn => WorkKind::SignIn,
            Self::SignalsOn { .. } | Self::SignalsRepair | Self::SignalsOff => WorkKind::Signals,
        }
    }
}

/// Carries it out, and tells everybody.
pub(super) async fn carry_out(inner: &Arc<Inner>, what: Undertaking, rhythm: &mut Option<Rhythm>) {
    let kind = what.kind();
    let stop = Stop::default();
    {
        let mut shared = inner.shared();
        shared.work = Some(Working {
            kind,
            since: inner.now(),
            now: alerts::Work::begun(kind),
            stop: stop.clone(),
            counted: None,
            told: inner.outside.clock.monotonic(),
        });
        if shared.quitting {
            stop.ask();
        }
    }
    inner.tell_state();
    let result = done(inner, what, rhythm, &stop).await;
    inner.shared().work = None;
    engine_room::after_work(inner);
    if let Err(failure) = &result {
        tracing::warn!(code = failure.code, work = ?kind, "work ended with a failure: {}", failure.message);
    }
    // Whoever hears of the end finds what came of it.
    inner.tell_changed();
    inner.tell(Event::WorkEnded { work: kind, failure: result.err() });
}

async fn done(
    inner: &Arc<Inner>,
    what: Undertaking,
    rhythm: &mut Option<Rhythm>,
    stop: &Stop,
) -> Result<(), Failure> {
    if let Undertaking::SignIn = what {
        return wizard::sign_in(inner, stop).await;
    }
    let app = inner.app()?;
    let progress = Telling(Arc::clone(inner));
    match what {
        Undertaking::Scheduled => {
            let report = polling::scheduled(&app, None, &progress, stop).await;
            ran(inner, &app, &report, rhythm);
            Ok(())
        }
        Undertaking::Signals => {
            let report = polling::signalled(&app, None, &progress, stop).await;
            took_signals(inner, &app, &report, rhythm);
            Ok(())
        }
        Undertaking::TakeOver => {
            Box::pin(app.engine.take_over(&progress, stop)).await?;
            let report = synced(inner, &app, &progress, stop, rhythm).await;
            of_report(&report, stop)
        }
        Undertaking::Sync { first } => {
            let report = synced(inner, &app, &progress, stop, rhythm).await;
            if first && report.outcome != Outcome::Failed {
                let records = report.flows.iter().map(|flow| flow.created + flow.updated).sum();
                let agrees = report.comparison.as_ref().and_then(|compared| compared.agrees);
                inner.shared().first_sync = Some(FirstSync { records, agrees });
            }
            of_report(&report, stop)
        }
        Undertaking::Retry(what) => {
            let report = app.engine.replay(&what, &progress, stop).await;
            ran(inner, &app, &report, rhythm);
            of_report(&report, stop)
        }
        Undertaking::MatchFind => {
            let options =
                ReviewOptions { who: review::who(&*inner.outside.environment), ..Default::default() };
            app.engine.review(&options, &progress, stop).await?;
            wizard::after_match(inner)?;
            Ok(())
        }
        Undertaking::Preview => previewed(inner, &app, &progress, stop).await,
        Undertaking::Compare(options) => {
            let found = app.engine.reconcile(&options, &mut |_| {}, &progress, stop).await?;
            if let Some(report) = &found.run {
                ran(inner, &app, report, rhythm);
            }
            inner.shared().agreement = Some(Arc::new(found));
            Ok(())
        }
        Undertaking::Fields => {
            let plan = setup::plan(&app).await?;
            let total = plan.create.len() as u64;
            let done = Mutex::new(0);
            let result = setup::apply(&app, &plan, &mut |_| {
                *done.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                let done = *done.lock().unwrap_or_else(PoisonError::into_inner);
                fields_told(inner, done, total);
            })
            .await?;
            wizard::after_fields(inner, &plan, &result)
        }
        Undertaking::SignalsOn { relay, key } => signals::on(inner, &app, &relay, &key).await,
        Undertaking::SignalsRepair => signals::repair(inner, &app).await,
        Undertaking::SignalsOff => signals::off(inner, &app).await,
        Undertaking::SignIn => Ok(()),
    }
}

/// A run that a person asked for.
async fn synced(
    inner: &Inner,
    app: &App,
    progress: &Telling,
    stop: &Stop,
    rhythm: &mut Option<Rhythm>,
) -> RunReport {
    let options = RunOptions::of(Trigger::Manual);
    let report = Box::pin(comparing::run_once(app, &options, progress, stop)).await;
    ran(inner, app, &report, rhythm);
    report
}

/// Two steps a field: creating, and created or refused.
fn fields_told(inner: &Inner, steps: u64, fields: u64) {
    if let Some(work) = &mut inner.shared().work {
        work.counted = Some(((steps / 2).min(fields), fields));
    }
    inner.tell_state();
}

/// After every run: when the next one comes.
fn ran(inner: &Inner, app: &App, report: &RunReport, rhythm: &mut Option<Rhythm>) {
    let rhythm = rhythm.get_or_insert_with(|| Rhythm::of(app));
    let pause = rhythm.after(app, &app.settings.sync.flows, report);
    let next = inner.now().saturating_add(pause).unwrap_or(Timestamp::MAX);
    polling::announce(app, Some(pause));
    inner.shared().next_run = Some(next);
}

/// After a run over signals the schedule stands as it was, unless a service could not be reached or credits are waited for.
fn took_signals(inner: &Inner, app: &App, report: &RunReport, rhythm: &mut Option<Rhythm>) {
    if report.outcome == Outcome::Failed {
        ran(inner, app, report, rhythm);
    }
}

/// A run that a person asked for, and that could not do its work, says so to that person.
fn of_report(report: &RunReport, stop: &Stop) -> Result<(), Failure> {
    match &report.error {
        Some(error) if !stop.asked() => Err(Failure {
            code: error.code.clone(),
            message: error.message.clone(),
            cure: crate::window::wording::for_window(&error.cure),
            field: None,
        }),
        Some(_) | None => Ok(()),
    }
}

async fn previewed(inner: &Arc<Inner>, app: &App, progress: &Telling, stop: &Stop) -> Result<(), Failure> {
    let mut file = PreviewFile::create()?;
    let environment = Arc::clone(&inner.outside.environment);
    let outside = Outside {
        environment: &*environment,
        transport: inner.outside.transport.clone(),
        relay: inner.outside.relay.clone(),
        clock: Some(Arc::clone(&inner.outside.clock)),
        random: Some(Arc::clone(&inner.outside.random)),
    };
    let options = PreviewOptions { flows: None, full: false, shown: 0 };
    let found = preview::preview(
        &inner.profile,
        &app.settings,
        &outside,
        &options,
        &mut |record| file.add(record),
        progress,
        stop,
    )
    .await?;
    if stop.asked() {
        return Ok(());
    }
    // What could not even begin has found nothing: an older preview says more than zeros.
    if let Some(error) = found.error.as_ref().filter(|_| found.flows.iter().all(|flow| flow.read == 0)) {
        return Err(Failure {
            code: error.code.clone(),
            message: error.message.clone(),
            cure: crate::window::wording::for_window(&error.cure),
            field: None,
        });
    }
    inner.shared().preview = Some(Arc::new(file.with(found)?));
    Ok(())
}

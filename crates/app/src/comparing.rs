//! Compares both systems after a run, by itself: after the first load, and daily while the polling loop runs.

use sync::engine::RunOptions;
use sync::progress::{Progress, Stop};
use sync::reconcile::{Compared, Due};
use sync::report::{Outcome, RunReport};

use crate::App;

/// Compares where that is due, and puts the result into the run's report: a run after which the systems differ needs attention, unless all that differs
/// is what a person has said is left alone.
pub async fn after_run(
    app: &App,
    report: &mut RunReport,
    due: Option<Due>,
    progress: &dyn Progress,
    stop: &Stop,
) {
    let Some(due) = due.filter(|_| !stop.asked()) else { return };
    let compared = app.engine.compare_if_due(due, report, progress, stop).await;
    if compared.as_ref().is_some_and(Compared::needs_attention) && report.outcome == Outcome::Clean {
        report.outcome = Outcome::Attention;
    }
    report.comparison = compared;
}

/// One run as a person starts it. The first one that loads a whole profile is followed by a comparison of both systems.
pub async fn run_once(app: &App, options: &RunOptions, progress: &dyn Progress, stop: &Stop) -> RunReport {
    let mut report = app.engine.run(options, progress, stop).await;
    // "never" is meant for the first comparison too.
    let first = app.settings.sync.reconcile_interval.map(|_| Due::First);
    if options.flows.is_none() {
        after_run(app, &mut report, first, progress, stop).await;
    }
    report
}

//! `replay`: tries failed records again now.

use app::settings::parse_flow;
use app::{App, AppError, problems};
use sync::engine::Replay;

use crate::args;
use crate::output::Output;
use crate::progress::Shown;
use crate::signals;

pub async fn run(app: &App, args: &args::Replay, output: Output) -> Result<u8, AppError> {
    let wrong = |message: String| {
        AppError::usage(message, "`ledgerline problems` lists the open problems with their numbers.")
    };
    let what = if args.all {
        Replay::All
    } else if let Some(name) = &args.flow {
        Replay::Flow(parse_flow(name).map_err(wrong)?)
    } else {
        for id in &args.ids {
            problems::one(&app.store, *id)?.ok_or_else(|| problems::no_problem(*id))?;
        }
        Replay::Problems(args.ids.clone())
    };
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    let report = app.engine.replay(&what, &progress, &stop).await;
    progress.done();
    output.report(&report);
    Ok(report.outcome.exit_code())
}

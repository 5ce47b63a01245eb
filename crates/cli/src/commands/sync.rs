//! `sync`: one run, or polling until stopped.

use app::settings::{check_dependencies, parse_flow};
use app::{App, AppError, Settings, comparing, polling};
use sync::engine::RunOptions;
use sync::flow::Flow;
use sync::report::Trigger;

use crate::args;
use crate::output::Output;
use crate::progress::Shown;
use crate::signals;

pub async fn run(app: &App, args: &args::Sync, output: Output) -> Result<u8, AppError> {
    let flows = flows(&app.settings, &args.flow)?;
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    if args.take_over
        && let Some(before) = app.engine.take_over(&progress, &stop).await?
    {
        progress.done();
        eprintln!(
            "The computer {} wrote to this Zoho org until now. This one does from now on.",
            before.computer
        );
    }
    if args.once {
        let options = RunOptions { flows, full: args.full, ..RunOptions::of(Trigger::Manual) };
        let report = comparing::run_once(app, &options, &progress, &stop).await;
        progress.done();
        output.report(&report);
        return Ok(report.outcome.exit_code());
    }
    let last = polling::poll(app, flows.as_deref(), &progress, &stop, |report| {
        progress.done();
        output.report(report);
    })
    .await;
    Ok(last.map_or(0, |report| report.outcome.exit_code()))
}

/// The flows named on the command line; `None` for all that the settings switch on.
pub(super) fn flows(settings: &Settings, names: &[String]) -> Result<Option<Vec<Flow>>, AppError> {
    if names.is_empty() {
        return Ok(None);
    }
    let wrong = |message| AppError::usage(message, "See `ledgerline --help`.");
    let mut flows = Vec::new();
    for name in names {
        let flow = parse_flow(name).map_err(wrong)?;
        if !settings.sync.flows.contains(&flow) {
            return Err(wrong(format!("the flow \"{name}\" is not switched on in [sync] flows")));
        }
        flows.push(flow);
    }
    // What a flow needs may have been copied by an earlier run: only the settings' own list must be complete.
    check_dependencies(&settings.sync.flows).map_err(wrong)?;
    Ok(Some(flows))
}

//! `match`: lists which records in Zoho may be ours, and takes decisions about them.

mod ask;
mod print;

use std::path::Path;

use app::open::Mode;
use app::review::{Desk, who};
use app::settings::parse_flow;
use app::{App, AppError, Profile};
use serde::Serialize;
use sync::flow::Flow;
use sync::match_review::decide::{self, Count};
use sync::match_review::list::{self, Filter, Page};
use sync::match_review::{FlowGate, FlowReview, Forecast, ReviewOptions, Reviewed, gates, sheet};
use sync::matching::Class;
use sync::store::Store;
use sync::store::decisions::DecisionKind;

use super::{environment, open};
use crate::args;
use crate::output::Output;
use crate::progress::Shown;
use crate::signals;
use crate::terminal;

/// How many records of a flow are listed at a time.
const PAGE: usize = 20;

/// What `--json` prints of a list.
#[derive(Serialize)]
struct Listed {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviewed: Vec<FlowReview>,
    zoho_credits: u64,
    page: u64,
    lists: Vec<Page>,
}

/// What `--json` prints of decisions.
#[derive(Serialize)]
struct Settled {
    outcome: &'static str,
    decided: Count,
    gates: Vec<FlowGate>,
}

/// What `--json` prints of an export into a file.
#[derive(Serialize)]
struct Exported {
    outcome: &'static str,
    exported: u64,
}

pub async fn run(profile: Profile, args: &args::Match, output: Output) -> Result<u8, AppError> {
    let flows = flows(&args.flow)?;
    let certain = args.accept.iter().any(|word| word == "certain");
    let choices = choices(args)?;
    let reviews = certain || args.create_rest || args.ask || args.export.is_some();
    if let Some(path) = &args.import {
        let desk = Desk::open(&profile, &environment)?;
        let count = sheet::import(&desk.store, &read(path)?, desk.by())?;
        return settled(&desk.store, count, output);
    }
    if !args.undo.is_empty() {
        let desk = Desk::open(&profile, &environment)?;
        let count = undo(&desk, &args.undo, flows.as_deref())?;
        return settled(&desk.store, count, output);
    }
    if args.decided {
        let store = super::status::database(&profile)?;
        return listed(&store, None, flows.as_deref(), args, output);
    }
    if !choices.is_empty() {
        let desk = Desk::open(&profile, &environment)?;
        let count = decide::choose(&desk.store, &choices, desk.by())?;
        if !reviews {
            return settled(&desk.store, count, output);
        }
        if !output.json {
            print::count(&count);
        }
    }
    if args.ask && !terminal::is_interactive() {
        return Err(AppError::usage(
            "--ask asks in a terminal, and there is none",
            "Use --accept, --reject and --create with the numbers of proposals, or --export and --import.",
        ));
    }
    // Before anything is read: a file that is there must not be found out after it was paid for.
    let file = args.export.as_deref().map(new_file).transpose()?;
    let app = open(profile, Mode::Write)?;
    let options = ReviewOptions {
        flows: flows.clone(),
        accept_certain: certain,
        create_rest: args.create_rest,
        who: who(&environment),
    };
    let reviewed = review(&app, &options, args.yes).await?;
    if let Some(file) = file {
        let to_standard_output = args.export.as_deref() == Some(Path::new("-"));
        return export(&app.store, file, flows.as_deref(), to_standard_output, output);
    }
    if args.ask {
        let count = ask::run(&app.store, &all(flows.as_deref()), &options.who, &*app.clock)?;
        return settled(&app.store, count, output);
    }
    listed(&app.store, Some(reviewed), flows.as_deref(), args, output)
}

/// The flows that were named; none where all are meant.
fn flows(names: &[String]) -> Result<Option<Vec<Flow>>, AppError> {
    let wrong = |message| AppError::usage(message, "See `ledgerline match --help`.");
    let flows: Vec<Flow> =
        names.iter().map(|name| parse_flow(name).map_err(wrong)).collect::<Result<_, _>>()?;
    Ok((!flows.is_empty()).then_some(flows))
}

fn all(flows: Option<&[Flow]>) -> Vec<Flow> {
    Flow::ALL.into_iter().filter(|flow| flows.is_none_or(|flows| flows.contains(flow))).collect()
}

/// What is said of proposals by number.
fn choices(args: &args::Match) -> Result<Vec<(i64, DecisionKind)>, AppError> {
    let mut choices = Vec::new();
    for word in args.accept.iter().filter(|word| *word != "certain") {
        let wrong = |_| {
            AppError::usage(
                format!(
                    "--accept takes the numbers of proposals, or \"certain\" for all that are; it was given \"{word}\""
                ),
                "What is only likely or unclear is decided one by one: with numbers, with --ask, or with --export and --import.",
            )
        };
        choices.push((word.parse().map_err(wrong)?, DecisionKind::Accept));
    }
    choices.extend(args.reject.iter().map(|number| (*number, DecisionKind::Reject)));
    choices.extend(args.create.iter().map(|number| (*number, DecisionKind::Create)));
    Ok(choices)
}

fn undo(desk: &Desk, words: &[String], flows: Option<&[Flow]>) -> Result<Count, AppError> {
    if words == ["all"] {
        return Ok(decide::undo_all(&desk.store, &all(flows), desk.by())?);
    }
    let wrong = |word: &str| {
        AppError::usage(
            format!("--undo takes the numbers of proposals, or \"all\" alone; it was given \"{word}\""),
            "`ledgerline match --decided` lists what was decided.",
        )
    };
    let numbers = words.iter().map(|word| word.parse().map_err(|_| wrong(word)));
    Ok(decide::undo(&desk.store, &numbers.collect::<Result<Vec<i64>, _>>()?, desk.by())?)
}

/// Reads both sides as far as needed, after saying what that costs.
async fn review(app: &App, options: &ReviewOptions, yes: bool) -> Result<Reviewed, AppError> {
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    let forecast = app.engine.review_forecast(options.flows.as_deref(), &progress, &stop).await;
    progress.done();
    let forecast = forecast?;
    let long: Vec<&Forecast> = forecast.iter().filter(|flow| !flow.whole).collect();
    for flow in &long {
        eprintln!(
            "{}: Zoho holds more than {} records without our key. Reading the rest costs 1 Zoho credit for every 200.",
            flow.flow, flow.known
        );
    }
    if !long.is_empty() && !yes && terminal::is_interactive() {
        let answered = terminal::yes("Read them now?").map_err(|_| declined())?;
        if !answered {
            return Err(declined());
        }
    }
    let reviewed = app.engine.review(options, &progress, &stop).await;
    progress.done();
    // What the look beforehand cost belongs to it.
    Ok(Reviewed { zoho_credits: app.zoho.credits(), ..reviewed? })
}

fn declined() -> AppError {
    AppError::usage(
        "nothing more was read and nothing was decided",
        "Run `ledgerline match` again when you are ready; nothing is created in Zoho before that.",
    )
}

/// Prints what waits, or what was decided.
fn listed(
    store: &Store,
    reviewed: Option<Reviewed>,
    flows: Option<&[Flow]>,
    args: &args::Match,
    output: Output,
) -> Result<u8, AppError> {
    let class =
        args.class.as_deref().and_then(|word| Class::ALL.into_iter().find(|class| class.name() == word));
    let skip = (args.page - 1).saturating_mul(PAGE as u64);
    let mut lists = Vec::new();
    for flow in all(flows) {
        let filter = Filter { flow, class, decided: args.decided };
        lists.push((flow, list::page(store, filter, skip, PAGE)?));
    }
    let waits = reviewed.as_ref().is_some_and(|reviewed| reviewed.undecided() > 0);
    if output.json {
        let (reviewed, zoho_credits) =
            reviewed.map_or((Vec::new(), 0), |reviewed| (reviewed.flows, reviewed.zoho_credits));
        let lists = lists.into_iter().map(|(_, page)| page).collect();
        let outcome = if waits { "attention" } else { "clean" };
        output.object(&Listed { outcome, reviewed, zoho_credits, page: args.page, lists });
    } else {
        print::lists(reviewed.as_ref(), &lists, args.page, PAGE, args.decided);
    }
    Ok(if waits { 2 } else { 0 })
}

/// Prints what was decided, and what still waits.
fn settled(store: &Store, count: Count, output: Output) -> Result<u8, AppError> {
    let gates = gates(store)?;
    let waits = gates.iter().any(|gate| gate.undecided > 0);
    if output.json {
        let outcome = if waits { "attention" } else { "clean" };
        output.object(&Settled { outcome, decided: count, gates });
    } else {
        print::count(&count);
        print::gates(&gates);
    }
    Ok(if waits { 2 } else { 0 })
}

fn read(path: &Path) -> Result<String, AppError> {
    let bytes = std::fs::read(path).map_err(|error| {
        AppError::usage(
            format!("the file {} cannot be read: {error}", path.display()),
            "Name the file that `ledgerline match --export` wrote.",
        )
    })?;
    String::from_utf8(bytes).map_err(|_| {
        AppError::usage(
            format!("the file {} is not in UTF-8", path.display()),
            "Save it from the spreadsheet as \"CSV UTF-8\", then import it again.",
        )
    })
}

/// Where an export goes: never into a file that is there, which may hold decisions.
fn new_file(path: &Path) -> Result<Box<dyn std::io::Write>, AppError> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdout()));
    }
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let file = opened.map_err(|error| {
        AppError::usage(
            format!("the file {} cannot be written: {error}", path.display()),
            "Name a file that does not exist yet, in a folder that you may write to.",
        )
    })?;
    Ok(Box::new(std::io::BufWriter::new(file)))
}

fn export(
    store: &Store,
    mut file: Box<dyn std::io::Write>,
    flows: Option<&[Flow]>,
    to_standard_output: bool,
    output: Output,
) -> Result<u8, AppError> {
    let mut failed = None;
    // With the mark, spreadsheets know that it is UTF-8.
    let mut text = "\u{feff}".to_owned();
    let rows = sheet::export(store, &all(flows), |line| {
        text.push_str(line);
        text.push_str("\r\n");
        if failed.is_none()
            && let Err(error) = file.write_all(text.as_bytes())
        {
            failed = Some(error);
        }
        text.clear();
    })?;
    if let Some(error) = failed.or_else(|| file.flush().err()) {
        return Err(AppError::usage(
            format!("the file could not be written: {error}"),
            "Free some space, or name another folder.",
        ));
    }
    if output.json && !to_standard_output {
        output.object(&Exported { outcome: "clean", exported: rows });
    } else {
        eprintln!(
            "{rows} pairs. Write accept, reject or create into the column \"decision\", save as CSV, and run `ledgerline match --import`."
        );
    }
    Ok(0)
}

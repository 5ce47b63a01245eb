//! `problems`: what needs attention, and what a person has decided to ignore.

use app::problems::{self, Decided, ProblemDetail};
use app::review::Desk;
use app::status::{self, ComparisonProblem, FlowProblem, Problem};
use app::{AppError, Profile};
use serde::Serialize;

use super::environment;
use crate::args::{self, ProblemsCommand};
use crate::output::{Output, say};

/// What `--json` lists: problems of whole flows have no number.
#[derive(Serialize)]
#[serde(untagged)]
enum Listed<'a> {
    Comparison(&'a ComparisonProblem),
    Flow(&'a FlowProblem),
    Record(&'a Problem),
}

pub fn run(profile: &Profile, args: &args::Problems, output: Output) -> Result<u8, AppError> {
    match &args.what {
        None => list_open(profile, output),
        Some(ProblemsCommand::Show { id }) => show_one(profile, *id, output),
        Some(ProblemsCommand::Ignored) => list_ignored(profile, output),
        Some(ProblemsCommand::Ignore { ids }) => {
            let desk = Desk::open(profile, &environment)?;
            let decided = problems::ignore(&desk.store, ids, desk.by())?;
            told(&decided, "ignored until something about it changes", "ignored already", output);
            Ok(0)
        }
        Some(ProblemsCommand::Unignore { ids }) => {
            let desk = Desk::open(profile, &environment)?;
            let decided = problems::unignore(&desk.store, ids, desk.by())?;
            told(&decided, "open again", "open already", output);
            Ok(0)
        }
    }
}

fn list_open(profile: &Profile, output: Output) -> Result<u8, AppError> {
    let store = super::status::database(profile)?;
    let open = status::problems(&store)?;
    let flows = status::flow_problems(&store)?;
    let comparison = status::comparison_problem(&store)?;
    let nothing = open.is_empty() && flows.is_empty() && comparison.is_none();
    if output.json {
        let listed = comparison.iter().map(Listed::Comparison);
        let listed = listed.chain(flows.iter().map(Listed::Flow)).chain(open.iter().map(Listed::Record));
        output.object(&listed.collect::<Vec<_>>());
        return Ok(if nothing { 0 } else { 2 });
    }
    if nothing {
        say!("Nothing needs attention.");
    } else {
        if let Some(problem) = &comparison {
            say!("{} ({})\n  → {}", problem.message, problem.since, problem.cure);
        }
        list(&flows, &open);
    }
    let ignored = problems::ignored(&store, 0, 0)?.total;
    if ignored > 0 {
        say!("Ignored: {ignored}; `ledgerline problems ignored` lists them.");
    }
    Ok(if nothing { 0 } else { 2 })
}

fn list(flows: &[FlowProblem], records: &[Problem]) {
    for problem in flows {
        say!("{} stands still: {}\n  → {}", problem.flow, problem.message, problem.cure);
    }
    for problem in records {
        let state = if problem.held { "waits" } else { "failed" };
        say!("{:>5}  {} {} {state}: {}", problem.id, problem.flow, problem.number, problem.message);
    }
    if !records.is_empty() {
        say!("`ledgerline problems show ID` says what to do; `ledgerline replay ID` tries again.");
    }
}

fn list_ignored(profile: &Profile, output: Output) -> Result<u8, AppError> {
    let store = super::status::database(profile)?;
    let ignored = problems::ignored(&store, 0, usize::MAX)?.records;
    if output.json {
        output.object(&ignored);
        return Ok(0);
    }
    for problem in &ignored {
        let who = problem.ignored.as_ref().map(|ignored| format!(" ({}, {})", ignored.who, ignored.at));
        let who = who.unwrap_or_default();
        say!("{:>5}  {} {}{who}: {}", problem.id, problem.flow, problem.number, problem.message);
    }
    if ignored.is_empty() {
        say!("Nothing is ignored.");
    } else {
        say!("`ledgerline problems unignore ID` takes it back; `ledgerline replay ID` tries again.");
    }
    Ok(0)
}

fn show_one(profile: &Profile, id: i64, output: Output) -> Result<u8, AppError> {
    let store = super::status::database(profile)?;
    let detail = problems::one(&store, id)?.ok_or_else(|| problems::no_problem(id))?;
    let is_open = detail.problem.ignored.is_none();
    if output.json {
        output.object(&detail);
    } else {
        show(&detail);
    }
    Ok(if is_open { 2 } else { 0 })
}

fn show(detail: &ProblemDetail) {
    let problem = &detail.problem;
    say!("Problem {}: {} {} ({})", problem.id, problem.flow.name(), problem.number, problem.bc_id);
    say!("  {}", problem.message);
    say!("  → {}", problem.cure);
    say!(
        "  {} ({}), tried {} times since {}, last at {}",
        problem.class,
        problem.code,
        problem.attempts,
        problem.since,
        detail.last_try
    );
    if let Some(field) = &detail.field {
        say!("  the field is {field}");
    }
    match (&problem.ignored, problem.next_try) {
        (Some(ignored), _) => say!(
            "  ignored since {}, as {} decided; tried again when the record changes, or by `ledgerline replay {}`",
            ignored.at,
            ignored.who,
            problem.id
        ),
        (None, Some(at)) => say!("  tried again by itself at {at}"),
        (None, None) if problem.held => say!("  tried again as soon as what it waits for is there"),
        (None, None) => {
            say!("  tried again when the record changes, or by `ledgerline replay {}`", problem.id);
        }
    }
}

fn told(decided: &Decided, done: &str, already: &str, output: Output) {
    if output.json {
        return output.object(decided);
    }
    for (ids, words) in [(&decided.changed, done), (&decided.already, already)] {
        for id in ids {
            say!("{id:>5}  {words}");
        }
    }
}

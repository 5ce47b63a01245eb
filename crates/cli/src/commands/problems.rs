//! `problems`: what needs attention.

use app::status::{self, ComparisonProblem, FlowProblem, Problem};
use app::{AppError, Profile};
use serde::Serialize;

use crate::args::{self, ShowProblem};
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
    let store = super::status::database(profile)?;
    let open = status::problems(&store)?;
    if let Some(ShowProblem::Show { id }) = &args.show {
        let Some(problem) = open.iter().find(|problem| problem.id == *id) else {
            return Err(AppError::usage(
                format!("there is no open problem {id}"),
                "It may have closed itself by a later success; `ledgerline problems` lists the open ones.",
            ));
        };
        if output.json {
            output.object(problem);
        } else {
            show(problem);
        }
        return Ok(2);
    }
    let flows = status::flow_problems(&store)?;
    let comparison = status::comparison_problem(&store)?;
    let nothing = open.is_empty() && flows.is_empty() && comparison.is_none();
    if output.json {
        let listed = comparison.iter().map(Listed::Comparison);
        let listed = listed.chain(flows.iter().map(Listed::Flow)).chain(open.iter().map(Listed::Record));
        output.object(&listed.collect::<Vec<_>>());
    } else if nothing {
        say!("Nothing needs attention.");
    } else {
        if let Some(problem) = &comparison {
            say!("{} ({})\n  → {}", problem.message, problem.since, problem.cure);
        }
        list(&flows, &open);
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

fn show(problem: &Problem) {
    say!("Problem {}: {} {} ({})", problem.id, problem.flow.name(), problem.number, problem.bc_id);
    say!("  {}", problem.message);
    say!("  → {}", problem.cure);
    say!("  {} ({}), tried {} times since {}", problem.class, problem.code, problem.attempts, problem.since);
    match problem.next_try {
        Some(at) => say!("  tried again by itself at {at}"),
        None if problem.held => say!("  tried again as soon as what it waits for is there"),
        None => say!("  tried again when the record changes, or by `ledgerline replay {}`", problem.id),
    }
}

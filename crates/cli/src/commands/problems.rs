//! `problems`: what needs attention.

use app::status::{self, Problem};
use app::{AppError, Profile};

use crate::args::{self, ShowProblem};
use crate::output::{Output, say};

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
    if output.json {
        output.object(&open);
    } else if open.is_empty() {
        say!("Nothing needs attention.");
    } else {
        for problem in &open {
            let state = if problem.held { "waits" } else { "failed" };
            say!(
                "{:>5}  {} {} {state}: {}",
                problem.id,
                problem.flow.name(),
                problem.number,
                problem.message
            );
        }
        say!("`ledgerline problems show ID` says what to do; `ledgerline replay ID` tries again.");
    }
    Ok(if open.is_empty() { 0 } else { 2 })
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

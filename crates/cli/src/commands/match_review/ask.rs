//! One record after the other, in a terminal.

use app::AppError;
use sync::flow::Flow;
use sync::match_review::decide::{self, By, Count};
use sync::match_review::list::{self, Filter, Record};
use sync::store::Store;
use sync::store::decisions::DecisionKind;
use transport::Clock;

use super::print;
use crate::terminal;

/// What is answered about one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It is the record of this pair.
    Is(usize),
    /// It is none of them.
    None,
    /// It is created.
    Create,
    /// Later.
    Later,
    /// No more questions.
    Enough,
}

/// Asks about everything that waits, and stores each answer at once.
pub fn run(store: &Store, flows: &[Flow], who: &str, clock: &dyn Clock) -> Result<Count, AppError> {
    let mut count = Count::default();
    for flow in flows.iter().copied() {
        // What is answered leaves the list; what is passed over stays in front.
        let mut passed = 0;
        loop {
            let filter = Filter { flow, class: None, decided: false };
            let page = list::page(store, filter, passed, 1)?;
            let Some(record) = page.records.first() else { break };
            eprintln!("\n{flow}, {} to go", page.of.saturating_sub(passed));
            print::record(record);
            match ask(record) {
                Answer::Enough => return Ok(count),
                Answer::Later => passed += 1,
                answer => {
                    let by = By { who, at: clock.now() };
                    count = count.and(decide::choose(store, &choices(record, answer), by)?);
                }
            }
        }
    }
    Ok(count)
}

/// Asks until the answer is one; the end of the input means that it is enough.
fn ask(record: &Record) -> Answer {
    loop {
        let question =
            "Which is it? The number of a pair, n for none of them, c to create it, s for later, q to stop";
        let Ok(answer) = terminal::line(question, Some("s")) else { return Answer::Enough };
        match understood(record, &answer) {
            Some(answer) => return answer,
            None => eprintln!("  → Answer with one of the numbers behind #, or with n, c, s or q."),
        }
    }
}

fn understood(record: &Record, answer: &str) -> Option<Answer> {
    let answer = answer.trim().trim_start_matches('#').to_lowercase();
    match answer.as_str() {
        "n" => Some(Answer::None),
        "c" => Some(Answer::Create),
        "s" => Some(Answer::Later),
        "q" => Some(Answer::Enough),
        number => {
            let number: i64 = number.parse().ok()?;
            record.candidates.iter().position(|candidate| candidate.proposal == number).map(Answer::Is)
        }
    }
}

/// What an answer says about the record's pairs.
fn choices(record: &Record, answer: Answer) -> Vec<(i64, DecisionKind)> {
    let each = |kind| record.candidates.iter().map(move |candidate| (candidate.proposal, kind));
    match answer {
        Answer::Is(which) => {
            let chosen = record.candidates.get(which);
            chosen.map(|candidate| (candidate.proposal, DecisionKind::Accept)).into_iter().collect()
        }
        Answer::None => each(DecisionKind::Reject).collect(),
        Answer::Create => each(DecisionKind::Create).take(1).collect(),
        Answer::Later | Answer::Enough => Vec::new(),
    }
}

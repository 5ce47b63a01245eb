//! Results on standard output, for people or as JSON.

use std::fmt;
use std::io::Write;

use app::AppError;
use serde::Serialize;
use sync::report::{FlowReport, Outcome, RunReport};

/// Prints a line of a result, like `println!`, except that a reader who has gone away ends nothing.
macro_rules! say {
    ($($text:tt)*) => { crate::output::line(format_args!($($text)*)) };
}
pub(crate) use say;

/// Prints a line on standard output. Whoever reads it may have seen enough (`| head`): the work goes on all the same.
pub fn line(text: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a part of a line on standard output.
pub fn part(text: &str) {
    let _ = write!(std::io::stdout(), "{text}");
}

/// Where results go, and in which form.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// One JSON object a line instead of text.
    pub json: bool,
}

#[derive(Serialize)]
struct Failed<'a> {
    outcome: &'static str,
    error: &'a app::error::ShownError,
}

impl Output {
    /// Says why nothing could run.
    pub fn failure(self, error: &AppError) {
        let shown = error.shown();
        if self.json {
            self.object(&Failed { outcome: "failed", error: &shown });
        } else {
            eprintln!("ledgerline: {}\n  → {}", shown.message, shown.cure);
        }
    }

    /// Prints one JSON object on a line of its own.
    pub fn object(self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => say!("{text}"),
            Err(error) => eprintln!("ledgerline: the result could not be printed: {error}"),
        }
    }

    /// Prints one JSON object without ending the line, as a part of something larger.
    pub fn part(self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => part(&text),
            Err(error) => eprintln!("ledgerline: the result could not be printed: {error}"),
        }
    }

    /// Prints a run's report.
    pub fn report(self, report: &RunReport) {
        if self.json {
            return self.object(report);
        }
        say!("{}", table(&report.flows));
        let ignored: u64 = report.flows.iter().map(|flow| flow.ignored).sum();
        if ignored > 0 {
            say!("Ignored, and among the skipped: {ignored} (see `ledgerline problems ignored`)");
        }
        for problem in &report.flow_problems {
            say!("{}: {}\n  → {}", problem.flow.name(), problem.message, problem.cure);
        }
        if let Some(error) = &report.error {
            say!("{}\n  → {}", error.message, error.cure);
        }
        if let Some(comparison) = &report.comparison {
            say!("{}", comparison.sentence);
            if comparison.agrees == Some(false) {
                say!("  → `ledgerline reconcile` copies what is missing and lists what still differs.");
            }
        }
        let took = report.finished_at.duration_since(report.started_at).unsigned_abs();
        say!(
            "{} in {}.{} s · {} calls to Business Central, {} to Zoho · {} Zoho credits",
            sentence(report),
            took.as_secs(),
            took.subsec_millis() / 100,
            report.calls.business_central,
            report.calls.zoho,
            report.zoho_credits
        );
    }
}

fn sentence(report: &RunReport) -> String {
    let sum = |of: fn(&FlowReport) -> u64| report.flows.iter().map(of).sum::<u64>();
    match report.outcome {
        Outcome::Clean if sum(|f| f.created) + sum(|f| f.updated) == 0 => {
            "Up to date: nothing had to be written".to_owned()
        }
        Outcome::Clean => format!("Up to date: every one of {} records is accounted for", sum(|f| f.read)),
        Outcome::Attention if sum(|f| f.failed) + sum(|f| f.held) == 0 => {
            "Something needs attention (see `ledgerline problems`)".to_owned()
        }
        Outcome::Attention => {
            format!(
                "{} records need attention (see `ledgerline problems`)",
                sum(|f| f.failed) + sum(|f| f.held)
            )
        }
        Outcome::Failed => "The run could not be carried out".to_owned(),
    }
}

/// The flows' counts as a table whose rows add up.
fn table(flows: &[FlowReport]) -> String {
    let header = ["", "read", "created", "updated", "unchanged", "skipped", "failed", "held"];
    let mut rows = vec![header.map(ToOwned::to_owned)];
    let numbers = |f: &FlowReport| [f.read, f.created, f.updated, f.unchanged, f.skipped, f.failed, f.held];
    let mut total = [0; 7];
    for flow in flows {
        let counts = numbers(flow);
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
        rows.push(row(flow.flow.name(), counts));
    }
    rows.push(row("total", total));
    columns(&rows)
}

fn row(name: &str, counts: [u64; 7]) -> [String; 8] {
    let mut cells: [String; 8] = Default::default();
    name.clone_into(&mut cells[0]);
    for (cell, count) in cells.iter_mut().skip(1).zip(counts) {
        *cell = count.to_string();
    }
    cells
}

/// Rows of cells as aligned columns: the first to the left, the others to the right.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

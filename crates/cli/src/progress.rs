//! Progress on standard error: a bar on a terminal, a line every few seconds elsewhere.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use sync::bulk_plan::{BulkPlan, Way};
use sync::progress::{BulkStep, Event, Progress};

const EVERY: Duration = Duration::from_secs(3);

/// Progress for people.
pub struct Shown {
    terminal: bool,
    bar: Mutex<Option<ProgressBar>>,
    last: Mutex<Option<Instant>>,
}

impl Shown {
    /// A bar where standard error is a terminal; it appears with the first event.
    pub fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), bar: Mutex::new(None), last: Mutex::new(None) }
    }

    /// Clears the bar, so that results stand alone. The next event brings a new one.
    pub fn done(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    fn bar(&self) -> Option<ProgressBar> {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if bar.is_none() && self.terminal {
            let new = ProgressBar::new_spinner();
            new.enable_steady_tick(Duration::from_millis(120));
            *bar = Some(new);
        }
        bar.clone()
    }

    /// Says what goes on. Of what has no known length a spinner turns; a line that matters stays on the terminal.
    fn line(&self, text: &str, always: bool) {
        if let Some(bar) = self.bar() {
            bar.set_style(ProgressStyle::default_spinner());
            if always {
                bar.println(text);
            }
            bar.set_message(text.to_owned());
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if always || last.is_none_or(|at| at.elapsed() >= EVERY) {
            eprintln!("{text}");
            *last = Some(Instant::now());
        }
    }

    /// Shows how much of a known length is done.
    fn length(&self, text: &str, done: u64, of: u64) {
        let Some(bar) = self.bar() else {
            return self.line(&format!("{text}: {done} of {of} dealt with"), false);
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg:<24} [{bar:30}] {pos}/{len}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_length(of);
        bar.set_position(done);
        bar.set_message(format!("{text}: writing"));
    }
}

fn to_the_second(at: jiff::Timestamp) -> jiff::Timestamp {
    at.round(jiff::Unit::Second).unwrap_or(at)
}

impl Progress for Shown {
    fn event(&self, event: Event) {
        match event {
            Event::Preparing => self.line("reading both systems' settings", false),
            Event::Read { flow, rows } => self.line(&format!("{}: {rows} read", flow.name()), false),
            Event::Applied { flow, done, of } => self.length(flow.name(), done, of),
            Event::Bulk { flow, step } => self.line(&format!("{}: {}", flow.name(), bulk(&step)), true),
            Event::Sweep { flow, what } => self.line(&format!("{}: comparing {what}", flow.name()), false),
            Event::Matching { flow } => {
                self.line(&format!("{}: looking for records without our key", flow.name()), false);
            }
            Event::Comparing { flow } => {
                self.line(&format!("{}: comparing both systems", flow.name()), false);
            }
            Event::Pausing { until, what } => {
                self.line(&format!("waiting for {what} until {}", to_the_second(until)), true);
            }
            Event::Finished { flow } => self.line(&format!("{}: finished", flow.name()), true),
        }
    }
}

/// A step of bulk write in words.
fn bulk(step: &BulkStep) -> String {
    match step {
        BulkStep::Planned(plan) => planned(plan),
        BulkStep::Started { rows } => format!("a bulk job over {rows} rows was started"),
        BulkStep::Settled { created, found, rest: 0 } => {
            format!("a bulk job ended: {created} created, {found} found in Zoho")
        }
        BulkStep::Settled { created, found, rest } => format!(
            "a bulk job ended: {created} created, {found} found in Zoho, {rest} go by the records API"
        ),
        BulkStep::GaveUp { reason } => format!("no more bulk jobs in this run: {reason}"),
    }
}

fn planned(plan: &BulkPlan) -> String {
    let (creates, reason) = (plan.creates, plan.reason.words());
    match plan.way {
        Way::Rest => format!(
            "up to {creates} new records go by the records API for {} credits: {reason}",
            plan.credits
        ),
        Way::Bulk => format!(
            "up to {creates} new records, {} of them by bulk jobs ({}), for {} credits instead of {}: {reason}. Whether Zoho runs workflows on them is not verified; `--no-bulk` uses the records API",
            plan.bulk_rows, plan.jobs, plan.credits, plan.credits_by_rest
        ),
    }
}

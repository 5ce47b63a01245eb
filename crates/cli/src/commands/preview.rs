//! `preview`: what a sync would do.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use app::open::Outside;
use app::{AppError, Profile, Settings};
use exact_json::Value;
use sync::bulk_plan::{BulkPlan, Way};
use sync::csv;
use sync::failure::RunError;
use sync::policy::BulkMode;
use sync::preview::{PlannedAction, PlannedFlow, PlannedRecord, Preview, PreviewOptions};
use sync::report::Outcome;

use crate::args;
use crate::output::{Output, columns, say};
use crate::progress::Shown;
use crate::signals;

/// The longest value that is printed for people.
const SHOWN_CHARS: usize = 60;

pub async fn run(profile: &Profile, args: &args::Preview, output: Output) -> Result<u8, AppError> {
    let mut settings = Settings::load(&profile.settings())?;
    if args.no_bulk {
        settings.sync.bulk = BulkMode::Never;
    }
    let flows = super::sync::flows(&settings, &args.flow)?;
    let options = PreviewOptions { flows, full: args.full, shown: args.limit };
    let mut table = args.csv.as_deref().map(Table::create).transpose()?;
    let mut tell = |record: &PlannedRecord| match &mut table {
        Some(table) => table.record(record),
        None => Ok(()),
    };
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    let outside =
        Outside { environment: &super::environment, transport: None, relay: None, clock: None, random: None };
    let result =
        app::preview::preview(profile, &settings, &outside, &options, &mut tell, &progress, &stop).await;
    progress.done();
    let preview = result?;
    if let Some(table) = table {
        table.finish()?;
    }
    if output.json {
        output.object(&preview);
    } else {
        print(&preview, args);
    }
    Ok(preview.outcome.exit_code())
}

fn print(preview: &Preview, args: &args::Preview) {
    say!("{}", counts(&preview.flows));
    for record in &preview.records {
        say!("{}", in_words(record));
    }
    for record in &preview.held {
        say!("{}", in_words(record));
    }
    if preview.truncated {
        let all = match &args.csv {
            Some(file) => format!("{} holds them all", file.display()),
            None => "--limit N shows more, --csv FILE writes them all".to_owned(),
        };
        say!("… and more: {all}.");
    }
    for plan in preview.flows.iter().filter_map(|flow| flow.way.as_ref()) {
        say!("{}", way(plan));
    }
    for problem in &preview.flow_problems {
        say!("{}: {}\n  → {}", problem.flow.name(), problem.message, problem.cure);
    }
    for note in &preview.notes {
        say!("{note}");
    }
    if let Some(error) = &preview.error {
        say!("{}\n  → {}", error.message, error.cure);
    }
    expectation(preview);
}

/// What it would cost, and how long it would take.
fn expectation(preview: &Preview) {
    let (credits, time) = (&preview.credits, &preview.time);
    let free = match (credits.free, credits.budget) {
        (Some(free), Some(budget)) => format!("; {free} of a budget of {budget} are free now"),
        _ => String::new(),
    };
    say!("A sync would spend about {} Zoho credits{free}.", credits.to_come);
    let minutes = time.seconds.div_ceil(60);
    let length =
        if time.seconds < 120 { format!("{} seconds", time.seconds) } else { format!("{minutes} minutes") };
    match time.done_at {
        Some(at) => say!(
            "It would take about {length}, and be done at about {}.",
            at.round(jiff::Unit::Second).unwrap_or(at)
        ),
        None => say!("It would take about {length} beside the waits for credits."),
    }
    let sentence = match preview.outcome {
        Outcome::Failed => "It could not be found out to the end.",
        Outcome::Attention | Outcome::Clean => "Nothing was written anywhere.",
    };
    say!(
        "{sentence} The preview itself made {} calls to Business Central and {} to Zoho, for {} credits.",
        preview.calls.business_central,
        preview.calls.zoho,
        credits.spent_now
    );
}

/// Which way new records would go, and why.
fn way(plan: &BulkPlan) -> String {
    let (flow, reason) = (plan.flow.name(), plan.reason.words());
    match plan.way {
        Way::Bulk => format!(
            "{flow}: {} of {} new records would go by {} bulk jobs for {} credits instead of {}: {reason}.",
            plan.bulk_rows, plan.creates, plan.jobs, plan.credits, plan.credits_by_rest
        ),
        Way::Rest => {
            format!("{flow}: {} new records would go by the records API: {reason}.", plan.creates)
        }
    }
}

fn counts(flows: &[PlannedFlow]) -> String {
    let header = [
        "",
        "read",
        "create",
        "update",
        "adopt",
        "flag",
        "delete",
        "unchanged",
        "skip",
        "hold",
        "fail",
        "warnings",
        "credits",
    ];
    let mut rows = vec![header.map(ToOwned::to_owned)];
    for flow in flows {
        let counts = [
            flow.read,
            flow.create,
            flow.update,
            flow.adopt,
            flow.flag,
            flow.delete,
            flow.unchanged,
            flow.skip,
            flow.hold,
            flow.fail,
            flow.warnings,
            flow.credits,
        ];
        let mut cells: [String; 13] = Default::default();
        flow.flow.name().clone_into(&mut cells[0]);
        for (cell, count) in cells.iter_mut().skip(1).zip(counts) {
            *cell = count.to_string();
        }
        rows.push(cells);
    }
    columns(&rows)
}

fn in_words(record: &PlannedRecord) -> String {
    let mut text = format!("{} {} {}", record.action.name(), record.flow.name(), record.number);
    if let Some(reason) = &record.reason {
        text.push_str(&format!(": {reason}"));
    }
    if let Some(cure) = &record.cure {
        text.push_str(&format!("\n  → {cure}"));
    }
    for change in &record.fields {
        let after = short(&shown(change.after.as_ref()));
        let change = match record.action {
            PlannedAction::Create => format!("\n    {}: {after}", change.field),
            PlannedAction::Update
            | PlannedAction::Adopt
            | PlannedAction::Flag
            | PlannedAction::Delete
            | PlannedAction::Skip
            | PlannedAction::Hold
            | PlannedAction::Fail => {
                format!("\n    {}: {} → {after}", change.field, short(&shown(change.before.as_ref())))
            }
        };
        text.push_str(&change);
    }
    for warning in &record.warnings {
        text.push_str(&format!("\n    note: {warning}"));
    }
    text
}

/// A value as a person reads it: a text without quotes, a reference by its id.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(value) => match (value.as_text(), value.get("id").and_then(Value::as_text)) {
            (Some(text), _) | (None, Some(text)) => text.to_owned(),
            (None, None) => value.to_json(),
        },
    }
}

fn short(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    match line.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(&line)),
        None if line.is_empty() => "nothing".to_owned(),
        None => line,
    }
}

/// The file that holds every record.
struct Table {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Table {
    /// Makes the file anew; only its owner may read it, for it holds customers' data.
    fn create(path: &Path) -> Result<Self, AppError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| not_written(path, &error))?;
        let mut table = Self { path: path.to_path_buf(), file: BufWriter::new(file) };
        table.line(&[
            "flow", "number", "bc_id", "zoho_id", "action", "field", "before", "after", "note", "cure",
        ])?;
        Ok(table)
    }

    fn record(&mut self, record: &PlannedRecord) -> Result<(), RunError> {
        let id = record.bc_id.to_string();
        let about = [
            record.flow.name(),
            &record.number,
            &id,
            record.zoho_id.as_deref().unwrap_or_default(),
            record.action.name(),
        ];
        let mut row = |rest: [&str; 5]| self.line(&[&about[..], &rest[..]].concat());
        for change in &record.fields {
            let (before, after) = (shown(change.before.as_ref()), shown(change.after.as_ref()));
            row([&change.field, &before, &after, "", ""])?;
        }
        for warning in &record.warnings {
            row(["", "", "", warning, ""])?;
        }
        match &record.reason {
            Some(reason) => row(["", "", "", reason, record.cure.as_deref().unwrap_or_default()]),
            None if record.fields.is_empty() && record.warnings.is_empty() => row(["", "", "", "", ""]),
            None => Ok(()),
        }
    }

    fn line(&mut self, cells: &[&str]) -> Result<(), RunError> {
        // RFC 4180 ends lines so, and spreadsheets everywhere read it.
        write!(self.file, "{}\r\n", csv::row(cells)).map_err(|error| not_written(&self.path, &error))
    }

    fn finish(mut self) -> Result<(), RunError> {
        self.file.flush().map_err(|error| not_written(&self.path, &error))
    }
}

fn not_written(path: &Path, error: &std::io::Error) -> RunError {
    RunError::refused(
        "csv_not_written",
        format!("{} cannot be written: {error}", path.display()),
        "Name a file in a folder that is yours, on a disk that is not full.",
    )
}

//! `history`: the audit trail of one record or of a period, its export, and the proof that it is whole.

use app::settings::parse_flow;
use app::{AppError, Profile, activity};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use sync::store::audit::{self, Entry, Proof};
use sync::store::{Store, StoreError, warnings};

use crate::args;
use crate::output::{Output, part, say};

/// How many entries are read at a time.
const PAGE: usize = 500;

/// What `--verify --json` prints.
#[derive(Serialize)]
struct Verified {
    whole: bool,
    entries: Option<u64>,
    broken_at: Option<i64>,
}

pub fn run(profile: &Profile, args: &args::History, output: Output) -> Result<u8, AppError> {
    let store = super::status::database(profile)?;
    if args.verify {
        return Ok(verify(store.read(audit::verify)?, output));
    }
    let since = moment(args.since.as_deref(), Timestamp::MIN)?;
    let until = moment(args.until.as_deref(), Timestamp::MAX)?;
    let mut printer = Printer::new(args.export.as_deref(), output);
    match (&args.flow, &args.record) {
        (Some(flow), Some(record)) => {
            let flow = parse_flow(flow)
                .map_err(|message| AppError::usage(message, "See `ledgerline history --help`."))?;
            let entries = store.read(|tx| audit::of_record(tx, flow, record))?;
            for entry in entries.iter().filter(|entry| entry.at >= since && entry.at < until) {
                printer.entry(entry);
            }
            if let (Form::Words, Some(id)) = (&printer.form, entries.iter().find_map(|entry| entry.id)) {
                for warning in store.read(|tx| warnings::of_record(tx, flow, id))? {
                    say!("note: {}", warning.text);
                }
            }
        }
        _ => each(&store, since, until, |entry| printer.entry(entry))?,
    }
    printer.end();
    Ok(0)
}

/// Every entry of a period, page by page: a trail can be longer than the memory.
fn each(
    store: &Store,
    since: Timestamp,
    until: Timestamp,
    mut tell: impl FnMut(&Entry),
) -> Result<(), StoreError> {
    let mut last: Option<Entry> = None;
    loop {
        let page = store.read(|tx| audit::between(tx, since, until, last.as_ref(), PAGE))?;
        page.iter().for_each(&mut tell);
        if page.len() < PAGE {
            return Ok(());
        }
        last = page.into_iter().next_back();
    }
}

/// A day of the computer's time zone, or a moment.
fn moment(text: Option<&str>, default: Timestamp) -> Result<Timestamp, AppError> {
    let Some(text) = text else { return Ok(default) };
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::system()).ok().map(|start| start.timestamp());
    text.parse::<Timestamp>().ok().or_else(day).ok_or_else(|| {
        AppError::usage(
            format!("\"{text}\" is neither a day nor a time"),
            "Write a day like 2026-01-31, or a time like 2026-01-31T08:00:00Z.",
        )
    })
}

fn verify(proof: Proof, output: Output) -> u8 {
    let (verified, sentence) = match proof {
        Proof::Whole { entries } => (
            Verified { whole: true, entries: Some(entries), broken_at: None },
            format!("The audit trail is whole: {entries} entries, each bound to the one before it."),
        ),
        Proof::Broken { seq } => (
            Verified { whole: false, entries: None, broken_at: Some(seq) },
            format!(
                "The audit trail is broken at entry {seq}: it was changed, or taken out, by something else than Ledgerline."
            ),
        ),
    };
    if output.json {
        output.object(&verified);
    } else {
        say!("{sentence}");
    }
    if verified.whole { 0 } else { 2 }
}

/// How entries are printed.
enum Form {
    /// For people.
    Words,
    /// One JSON object a line.
    JsonLines,
    /// One JSON list.
    JsonList,
    /// A table for spreadsheets.
    Csv,
}

struct Printer {
    form: Form,
    printed: u64,
    output: Output,
}

impl Printer {
    fn new(export: Option<&str>, output: Output) -> Self {
        let form = match export.map(str::to_lowercase).as_deref() {
            Some("csv") => Form::Csv,
            Some(_) => Form::JsonLines,
            None if output.json => Form::JsonList,
            None => Form::Words,
        };
        match form {
            Form::Csv => {
                say!("{}", activity::csv_header());
            }
            Form::JsonList => part("["),
            Form::Words | Form::JsonLines => {}
        }
        Self { form, printed: 0, output }
    }

    fn entry(&mut self, entry: &Entry) {
        match self.form {
            Form::Words => say!("{}", words(entry)),
            Form::JsonLines => self.output.object(entry),
            Form::JsonList => {
                if self.printed > 0 {
                    part(",");
                }
                self.output.part(entry);
            }
            Form::Csv => say!("{}", activity::csv_row(entry)),
        }
        self.printed += 1;
    }

    fn end(&self) {
        match self.form {
            Form::JsonList => say!("]"),
            Form::Words if self.printed == 0 => say!("There are no entries."),
            Form::Words | Form::JsonLines | Form::Csv => {}
        }
    }
}

fn words(entry: &Entry) -> String {
    let about = match (entry.flow, &entry.number) {
        (Some(flow), Some(number)) => format!("{flow} {number}: "),
        (Some(flow), None) => format!("{flow}: "),
        (None, _) => String::new(),
    };
    let mut text = format!("{}  {:<8}  {about}{}", entry.at, entry.kind.name(), entry.summary);
    for (label, value) in [("before", &entry.before), ("after", &entry.after)] {
        if let Some(value) = value {
            text.push_str(&format!("\n    {label}: {}", value.to_json()));
        }
    }
    text
}

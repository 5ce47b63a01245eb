//! The review as a table for spreadsheets: it goes out, people write their decisions into one column, and it comes back.

use std::collections::BTreeMap;

use super::decide::{self, By, Count, DecideError};
use super::list::{self, Candidate, Filter, Record};
use crate::csv;
use crate::flow::Flow;
use crate::matching::Party;
use crate::store::decisions::DecisionKind;
use crate::store::{Store, StoreError, proposals};

/// The columns, in order. Those that are needed to come back are named in the errors; the others are for people.
const COLUMNS: [&str; 25] = [
    "proposal",
    "decision",
    "flow",
    "class",
    "score",
    "proposed",
    "reasons",
    "bc_number",
    "bc_name",
    "bc_city",
    "bc_country",
    "bc_tax_number",
    "bc_email",
    "bc_phone",
    "bc_website",
    "zoho_id",
    "zoho_numbers",
    "zoho_name",
    "zoho_city",
    "zoho_country",
    "zoho_tax_number",
    "zoho_email",
    "zoho_phone",
    "zoho_website",
    "decided_by",
];

/// How many records are read at a time.
const PAGE: usize = 200;

/// How many faults of a file are told at once.
const TOLD: usize = 20;

/// A fault of a file that came back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The line, from 1 on.
    pub line: usize,
    /// The column's name; blank where the line as a whole is meant.
    pub column: String,
    /// What is wrong.
    pub message: String,
}

/// Why nothing was taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is wrong in these places.
    #[error("{}", in_words(.0))]
    Faults(Vec<Fault>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Faults(_) => "match_file_wrong",
            Self::Store(error) => error.code(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Faults(_) => {
                "Correct these places and import the file again; nothing of it was taken in.".to_owned()
            }
            Self::Store(error) => error.cure(),
        }
    }
}

fn in_words(faults: &[Fault]) -> String {
    let one = |fault: &Fault| match fault.column.as_str() {
        "" => format!("line {}: {}", fault.line, fault.message),
        column => format!("line {}, column {column}: {}", fault.line, fault.message),
    };
    let mut text: Vec<String> = faults.iter().take(TOLD).map(one).collect();
    if faults.len() > TOLD {
        text.push(format!("and {} more", faults.len() - TOLD));
    }
    text.join("; ")
}

/// Tells every line of the table, the header first: each pair of every record that is not written yet.
///
/// # Errors
/// When the database fails.
pub fn export(store: &Store, flows: &[Flow], mut tell: impl FnMut(&str)) -> Result<u64, StoreError> {
    tell(&csv::row(&COLUMNS));
    let mut rows = 0;
    for flow in flows.iter().copied() {
        for decided in [false, true] {
            let filter = Filter { flow, class: None, decided };
            let mut skip = 0;
            loop {
                let page = list::page(store, filter, skip, PAGE)?;
                for record in page.records.iter().filter(|record| record.written_as.is_none()) {
                    for candidate in &record.candidates {
                        let cells = cells(record, candidate);
                        tell(&csv::row(&cells.iter().map(String::as_str).collect::<Vec<_>>()));
                        rows += 1;
                    }
                }
                skip += page.records.len() as u64;
                if page.records.len() < PAGE {
                    break;
                }
            }
        }
    }
    Ok(rows)
}

fn cells(record: &Record, candidate: &Candidate) -> Vec<String> {
    let blank = Party::default();
    let (ours, theirs) = (&record.business_central, candidate.zoho.as_ref().unwrap_or(&blank));
    let said = candidate.decision.as_ref().or(record.create.as_ref());
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let side = |party: &Party| {
        [
            party.name.clone(),
            text(&party.city),
            text(&party.country),
            party.tax_numbers.join(", "),
            party.emails.join(", "),
            party.phones.join(", "),
            party.websites.join(", "),
        ]
    };
    let mut cells = vec![
        candidate.proposal.to_string(),
        said.map(|said| said.kind.name().to_owned()).unwrap_or_default(),
        record.flow.name().to_owned(),
        candidate.class.name().to_owned(),
        candidate.score.to_string(),
        if candidate.proposed { "yes" } else { "" }.to_owned(),
        candidate.reasons.join(", "),
        record.number.clone(),
    ];
    cells.extend(side(ours));
    cells.extend([candidate.zoho_id.clone(), theirs.numbers.join(", ")]);
    cells.extend(side(theirs));
    cells.push(said.map(|said| said.who.clone()).unwrap_or_default());
    cells
}

/// Takes the decisions of a file in: all of them, or none where anything is wrong with it. A blank decision leaves what there is.
///
/// # Errors
/// When the file is wrong, with every place, or the database fails.
pub fn import(store: &Store, text: &str, by: By<'_>) -> Result<Count, ImportError> {
    let wrong = |line, column: &str, message: String| Fault { line, column: column.to_owned(), message };
    let lines = csv::parse(text).map_err(|error| {
        ImportError::Faults(vec![wrong(
            error.line,
            "",
            "a quotation mark that opens a cell is never closed".to_owned(),
        )])
    })?;
    let Some((header, rows)) = lines.split_first() else {
        return Err(ImportError::Faults(vec![wrong(1, "", "the file is empty".to_owned())]));
    };
    let column = |name: &str| header.cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let (Some(proposal), Some(decision)) = (column("proposal"), column("decision")) else {
        let message =
            "the first line must name the columns \"proposal\" and \"decision\", as an exported file does";
        return Err(ImportError::Faults(vec![wrong(header.number, "", message.to_owned())]));
    };
    // Where these are there, they must still say what they said: a sorted column would give every row to another record.
    let (bc_number, zoho_id) = (column("bc_number"), column("zoho_id"));
    let mut faults = Vec::new();
    let mut choices: Vec<(i64, DecisionKind, usize)> = Vec::new();
    let mut seen: BTreeMap<i64, usize> = BTreeMap::new();
    for row in rows {
        let cell = |at: usize| row.cells.get(at).map(|cell| cell.trim()).unwrap_or_default();
        let mut fault = |column: &str, message: String| faults.push(wrong(row.number, column, message));
        let Ok(number) = cell(proposal).parse::<i64>() else {
            fault("proposal", format!("\"{}\" is not the number of a proposal", cell(proposal)));
            continue;
        };
        if let Some(first) = seen.insert(number, row.number) {
            fault("proposal", format!("proposal {number} stands in line {first} already"));
            continue;
        }
        let word = cell(decision).to_lowercase();
        let kind = DecisionKind::ALL.into_iter().find(|kind| kind.name() == word);
        if kind.is_none() && !word.is_empty() {
            fault("decision", format!("\"{}\" is none of accept, reject, create and blank", cell(decision)));
            continue;
        }
        let Some(stored) = store.read(|tx| proposals::get(tx, number))? else {
            fault("proposal", format!("there is no proposal {number}; export anew"));
            continue;
        };
        let expected = store.read(|tx| crate::store::sources::get(tx, stored.flow, stored.pair.id))?;
        let expected = expected.map(|source| source.number).unwrap_or_default();
        for (at, name, is) in
            [(bc_number, "bc_number", expected.as_str()), (zoho_id, "zoho_id", stored.pair.zoho_id.as_str())]
        {
            if let Some(at) = at
                && !same_cell(cell(at), is)
            {
                fault(
                    name,
                    format!("\"{}\" does not belong to proposal {number}, which is about {is}", cell(at)),
                );
            }
        }
        choices.extend(kind.map(|kind| (number, kind, row.number)));
    }
    if !faults.is_empty() {
        return Err(ImportError::Faults(faults));
    }
    let fresh: Vec<(i64, DecisionKind, usize)> = new_ones(store, choices)?;
    let pairs: Vec<(i64, DecisionKind)> = fresh.iter().map(|(number, kind, _)| (*number, *kind)).collect();
    decide::choose(store, &pairs, by).map_err(|error| match error {
        DecideError::Store(error) => ImportError::Store(error),
        other => {
            let about = match &other {
                DecideError::Unknown(number)
                | DecideError::Contradiction(number)
                | DecideError::Undecided(number)
                | DecideError::Written { proposal: number, .. }
                | DecideError::Taken { proposal: number, .. } => *number,
                DecideError::Store(_) => 0,
            };
            let line = fresh.iter().find(|(number, ..)| *number == about).map_or(0, |(_, _, line)| *line);
            ImportError::Faults(vec![wrong(line, "decision", other.to_string())])
        }
    })
}

/// A spreadsheet shortens ids that it takes for numbers, and drops zeros before a number: neither is a fault of the person's.
fn same_cell(cell: &str, is: &str) -> bool {
    let shortened =
        cell.contains(['E', 'e']) && cell.chars().all(|c| c.is_ascii_digit() || ".,E+e".contains(c));
    cell.is_empty()
        || cell.eq_ignore_ascii_case(is)
        || shortened
        || cell == is.trim_start_matches('0')
        // Sixteenth and later digits of a number are made zeros.
        || (cell.len() == is.len() && is.len() > 15 && cell.get(..15) == is.get(..15))
}

/// The choices that say something else than what is decided already: a file that comes back unchanged changes nothing.
fn new_ones(
    store: &Store,
    choices: Vec<(i64, DecisionKind, usize)>,
) -> Result<Vec<(i64, DecisionKind, usize)>, StoreError> {
    store.read(|tx| {
        let mut fresh = Vec::with_capacity(choices.len());
        for choice in choices {
            let Some(stored) = proposals::get(tx, choice.0)? else { continue };
            let decided = crate::store::decisions::of_record(tx, stored.flow, stored.pair.id)?;
            let known = decided.iter().any(|known| {
                known.kind == choice.1 && known.zoho_id.as_ref().is_none_or(|id| *id == stored.pair.zoho_id)
            });
            if !known {
                fresh.push(choice);
            }
        }
        Ok(fresh)
    })
}

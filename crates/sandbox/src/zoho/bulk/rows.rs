//! What a job does: each row through the checks of a record that comes by REST, and a line of the result for it.

use std::io::{Cursor, Write};

use exact_json::{Map, Value};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::super::answer::{Refusal, object};
use super::super::field::DataType;
use super::super::org::API_USER;
use super::super::stamp;
use super::super::state::ZohoState;
use super::super::write::Writer;
use super::{Done, Job, Operation};

/// So many of the mapped columns stand in the result (facts §7).
const SHOWN_COLUMNS: usize = 3;

/// What became of a row.
struct Line {
    status: &'static str,
    id: String,
    errors: String,
}

impl ZohoState {
    /// Writes the rows of a job at the time of its end.
    pub(super) fn run(&mut self, job: &Job) -> Done {
        let writer = Writer {
            at: stamp::whole_second(job.ready),
            user: API_USER,
            by_person: false,
            workflows: self.switches.bulk_runs_workflows,
            unmodified_since: None,
        };
        let kinds: Vec<Option<DataType>> =
            job.mappings.iter().map(|m| self.field(job.module, &m.api_name).map(|f| f.data_type)).collect();
        let shown: Vec<usize> =
            job.mappings.iter().take(SHOWN_COLUMNS).map(|mapping| mapping.index).collect();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(job.text.as_ref());
        let mut result = csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail.
        let headings = reader.headers().cloned().unwrap_or_default();
        let heads = shown.iter().map(|index| headings.get(*index).unwrap_or_default());
        let _ = result.write_record(heads.chain(["STATUS", "RECORD_ID", "ERRORS"]));
        let mut done = Done::default();
        let mut cells = csv::StringRecord::new();
        while matches!(reader.read_record(&mut cells), Ok(true)) {
            let line = self.one(job, &kinds, &cells, &writer);
            done.total += 1;
            match line.status {
                "ADDED" => done.added += 1,
                "UPDATED" => done.updated += 1,
                _ => done.skipped += 1,
            }
            let lower = line.status.to_lowercase();
            let status = if self.switches.bulk_in_lower_case { lower.as_str() } else { line.status };
            let keys = shown.iter().map(|index| cells.get(*index).unwrap_or_default());
            let _ = result.write_record(keys.chain([status, line.id.as_str(), line.errors.as_str()]));
        }
        let text = result.into_inner().unwrap_or_default();
        done.zip = zipped(&format!("{}-file.csv", job.module.api_name()), &text).unwrap_or_default().into();
        done
    }

    fn one(
        &mut self,
        job: &Job,
        kinds: &[Option<DataType>],
        cells: &csv::StringRecord,
        writer: &Writer,
    ) -> Line {
        let mut row = Map::new();
        for (mapping, kind) in job.mappings.iter().zip(kinds) {
            let cell = cells.get(mapping.index).unwrap_or_default();
            if cell.is_empty() {
                if !job.ignore_empty {
                    row.insert(mapping.api_name.clone(), Value::Null);
                }
                continue;
            }
            let value = value(*kind, mapping.format.as_deref(), mapping.find_by.as_deref(), cell);
            row.insert(mapping.api_name.clone(), value);
        }
        let existing = job.find_by.as_ref().and_then(|name| {
            let value = row.get(name).filter(|value| !value.is_null())?;
            let case_sensitive = self.field(job.module, name)?.unique.unwrap_or(false);
            self.holder(job.module, name, value, case_sensitive, None).map(|record| record.id)
        });
        if let (Operation::Insert, Some(_), Some(name)) = (job.operation, existing, &job.find_by) {
            let errors = if self.switches.bulk_names_duplicates {
                format!("DUPLICATE_DATA-{name}")
            } else {
                String::new()
            };
            return Line { status: "SKIPPED", id: String::new(), errors };
        }
        match self.write(job.module, existing, &row, "$", writer) {
            Ok(id) => Line {
                status: if existing.is_some() { "UPDATED" } else { "ADDED" },
                id: id.to_string(),
                errors: String::new(),
            },
            Err(refusal) => Line { status: "SKIPPED", id: String::new(), errors: errors(&refusal).join(":") },
        }
    }
}

/// What a cell means in a field. What cannot be read stays a text, which the field refuses.
fn value(kind: Option<DataType>, format: Option<&str>, find_by: Option<&str>, cell: &str) -> Value {
    let text = || Value::text(cell);
    match kind {
        Some(
            DataType::Integer | DataType::Bigint | DataType::Double | DataType::Currency | DataType::Percent,
        ) => cell.parse().map_or_else(|_| text(), Value::Number),
        Some(DataType::Boolean) => match cell {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => text(),
        },
        Some(DataType::Lookup(_) | DataType::ForeignLookup(_) | DataType::Owner) if find_by == Some("id") => {
            object([("id", text())])
        }
        Some(DataType::MultiPicklist) => Value::List(cell.split(';').map(Value::text).collect()),
        // Without a format days are written the American way.
        Some(DataType::Date) if format != Some("yyyy-MM-dd") => match cell.split('/').collect::<Vec<_>>()[..]
        {
            [month, day, year] => Value::Text(format!("{year}-{month:0>2}-{day:0>2}")),
            _ => Value::text("no day"),
        },
        Some(_) | None => text(),
    }
}

/// `CODE-Column` for each thing that was wrong.
fn errors(refusal: &Refusal) -> Vec<String> {
    let shown = |code: &str, api_name: Option<&str>| format!("{code}-{}", api_name.unwrap_or_default());
    match refusal.details.get("errors").and_then(Value::as_list) {
        Some(inner) => inner
            .iter()
            .map(|error| {
                let code = error.get("code").and_then(Value::as_text).unwrap_or_default();
                let details = error.get("details");
                shown(code, details.and_then(|details| details.get("api_name")).and_then(Value::as_text))
            })
            .collect(),
        None => vec![shown(&refusal.code, refusal.details.get("api_name").and_then(Value::as_text))],
    }
}

fn zipped(name: &str, text: &[u8]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file(name, options)?;
    zip.write_all(text)?;
    Ok(zip.finish()?.into_inner())
}

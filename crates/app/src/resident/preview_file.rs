//! A preview's records in a temporary file: a million of them need eight bytes of memory each.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use sync::failure::RunError;
use sync::preview::{PlannedAction, PlannedRecord, Preview};

use crate::AppError;
use crate::window::preview::{PlannedRecord as Shown, PreviewPage, PreviewQuery};
use crate::window::state::FlowName;

/// A preview whose records are being written.
pub(super) struct PreviewFile {
    file: BufWriter<File>,
    index: Vec<Place>,
    end: u64,
}

/// What is known of a record without reading it.
struct Place {
    at: u64,
    flow: FlowName,
    action: PlannedAction,
}

/// A preview with its records.
pub(super) struct Previewed {
    pub(super) found: Preview,
    file: Mutex<File>,
    index: Vec<Place>,
}

fn unwritable(error: &std::io::Error) -> AppError {
    AppError::usage(
        format!("the preview's temporary file cannot be used: {error}"),
        "Check that the disk with the folder for temporary files is not full.",
    )
}

impl PreviewFile {
    /// A file without a name, gone with the process.
    pub(super) fn create() -> Result<Self, AppError> {
        let file = tempfile::tempfile().map_err(|error| unwritable(&error))?;
        Ok(Self { file: BufWriter::new(file), index: Vec::new(), end: 0 })
    }

    /// Adds a record.
    pub(super) fn add(&mut self, record: &PlannedRecord) -> Result<(), RunError> {
        let mut line = serde_json::to_vec(&Shown::from(record)).unwrap_or_default();
        line.push(b'\n');
        self.file.write_all(&line).map_err(|error| {
            let error = unwritable(&error);
            RunError::refused("preview_file", error.to_string(), error.cure())
        })?;
        self.index.push(Place { at: self.end, flow: record.flow.into(), action: record.action });
        self.end += line.len() as u64;
        Ok(())
    }

    /// Done: with what the preview says as a whole.
    ///
    /// # Errors
    /// When the file could not be written to its end.
    pub(super) fn with(self, found: Preview) -> Result<Previewed, AppError> {
        let file = self.file.into_inner().map_err(|error| unwritable(error.error()))?;
        Ok(Previewed { found, file: Mutex::new(file), index: self.index })
    }
}

impl Previewed {
    /// A part of the records.
    pub(super) fn page(&self, query: &PreviewQuery) -> Result<PreviewPage, AppError> {
        let text = query.text.trim().to_lowercase();
        let wanted = |place: &&Place| {
            query.flow.is_none_or(|flow| place.flow == flow)
                && (query.actions.is_empty() || query.actions.iter().any(|name| name == place.action.name()))
        };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (offset, limit) = (query.offset, u64::from(query.limit.min(500)));
        let mut total = 0;
        let mut records = Vec::new();
        let mut reader = BufReader::new(&mut *file);
        for place in self.index.iter().filter(wanted) {
            let inside = total >= offset && total < offset + limit;
            if text.is_empty() {
                if inside {
                    records.push(read(&mut reader, place.at)?);
                }
                total += 1;
                continue;
            }
            let record = read(&mut reader, place.at)?;
            if record.number.to_lowercase().contains(&text) {
                let inside = total >= offset && total < offset + limit;
                if inside {
                    records.push(record);
                }
                total += 1;
            }
        }
        Ok(PreviewPage { total, records })
    }
}

fn read(reader: &mut BufReader<&mut File>, at: u64) -> Result<Shown, AppError> {
    let mut line = String::new();
    let here = reader.stream_position().map_err(|error| unwritable(&error))?;
    // Neighbours are read from the buffer.
    let read = match i64::try_from(at).ok().zip(i64::try_from(here).ok()) {
        Some((at, here)) => reader.seek_relative(at - here),
        None => reader.seek(SeekFrom::Start(at)).map(|_| ()),
    };
    read.and_then(|()| reader.read_line(&mut line)).map_err(|error| unwritable(&error))?;
    serde_json::from_str(&line).map_err(|error| unwritable(&std::io::Error::other(error)))
}

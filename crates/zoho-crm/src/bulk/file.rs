//! The file of a bulk job: rows of text in one zip, compressed as they come, so that never more than the zip is held.

use std::io::{Cursor, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{BulkColumn, COLUMNS_PER_FILE, ROWS_PER_FILE, ZIP_BYTES};
use crate::call::misuse;
use crate::{Error, Record};

/// What a compressor may hold back of what it was given: zlib's window and its buffers, generously.
const HELD_BACK: usize = 256 << 10;
/// What the end of a zip with one file takes.
const ENDING: usize = 1 << 10;

/// How large a file may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// The most rows.
    pub rows: usize,
    /// The largest zip.
    pub zip_bytes: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { rows: ROWS_PER_FILE, zip_bytes: ZIP_BYTES }
    }
}

/// What became of a row that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is in the file.
    Taken,
    /// It would be one too many; the file is as it was.
    Full,
    /// A value of it has no column, or cannot stand in one; the file is as it was.
    Unfit,
}

/// A file in the making.
pub struct BulkFile {
    columns: Vec<BulkColumn>,
    limits: FileLimits,
    zip: ZipWriter<Counted>,
    /// Bytes that the zip has so far.
    written: Arc<AtomicUsize>,
    seen: usize,
    /// Bytes given to the compressor of which it is not known that they are in `written`.
    pending: usize,
    rows: usize,
    /// The text of one row, kept to save allocations.
    line: Vec<u8>,
}

/// A file that is ready to be uploaded.
#[derive(Clone, Debug)]
pub struct WrittenFile {
    /// The zip.
    pub zip: Bytes,
    /// How many rows it holds.
    pub rows: usize,
    /// Its columns, in order.
    pub columns: Vec<BulkColumn>,
}

impl BulkFile {
    /// An empty file with these columns; the first three come back with each row's result, so that the keys go first.
    ///
    /// # Errors
    /// Where there is no column or there are more than Zoho takes.
    pub fn new(name: &str, columns: Vec<BulkColumn>, limits: FileLimits) -> Result<Self, Error> {
        if columns.is_empty() || columns.len() > COLUMNS_PER_FILE {
            return Err(misuse(format!("{} columns; 1 to {COLUMNS_PER_FILE} are possible", columns.len())));
        }
        let limits = FileLimits {
            rows: limits.rows.clamp(1, ROWS_PER_FILE),
            zip_bytes: limits.zip_bytes.min(ZIP_BYTES),
        };
        let written = Arc::new(AtomicUsize::new(0));
        let mut zip =
            ZipWriter::new(Counted { inner: Cursor::new(Vec::new()), written: Arc::clone(&written) });
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(format!("{name}.csv"), options).map_err(|error| unwritable(&error))?;
        let (seen, pending, rows, line) = Default::default();
        let mut file = Self { columns, limits, zip, written, seen, pending, rows, line };
        let headings: Vec<String> = file.columns.iter().map(|column| column.api_name.clone()).collect();
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        file.compose(&headings)?;
        file.put()?;
        Ok(file)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be compressed.
    pub fn push(&mut self, row: &Record) -> Result<Pushed, Error> {
        if self.rows >= self.limits.rows {
            return Ok(Pushed::Full);
        }
        let mut cells = Vec::with_capacity(self.columns.len());
        let mut found = 0;
        for column in &self.columns {
            match row.get(&column.api_name) {
                None => cells.push(std::borrow::Cow::Borrowed("")),
                Some(value) => {
                    found += 1;
                    match column.cell(value) {
                        Some(cell) => cells.push(cell),
                        None => return Ok(Pushed::Unfit),
                    }
                }
            }
        }
        if found < row.len() {
            return Ok(Pushed::Unfit);
        }
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        self.compose(&cells)?;
        if self.size() + self.line.len() + ENDING > self.limits.zip_bytes {
            // Alone in a file it fits, or no file can hold it.
            return Ok(if self.rows == 0 { Pushed::Unfit } else { Pushed::Full });
        }
        self.put()?;
        self.rows += 1;
        Ok(Pushed::Taken)
    }

    /// How many rows it holds.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be compressed.
    pub fn finish(self) -> Result<WrittenFile, Error> {
        let whole = self.zip.finish().map_err(|error| unwritable(&error))?;
        Ok(WrittenFile { zip: whole.inner.into_inner().into(), rows: self.rows, columns: self.columns })
    }

    /// No fewer bytes than the zip would have if it ended now: what is held back counts as if nothing made it smaller.
    fn size(&self) -> usize {
        self.written.load(Ordering::Relaxed) + self.pending
    }

    fn compose(&mut self, cells: &[&str]) -> Result<(), Error> {
        self.line.clear();
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut self.line);
        writer
            .write_record(cells)
            .and_then(|()| writer.flush().map_err(Into::into))
            .map_err(|error| unwritable(&error))
    }

    fn put(&mut self) -> Result<(), Error> {
        self.zip.write_all(&self.line).map_err(|error| unwritable(&error))?;
        self.pending += self.line.len();
        let written = self.written.load(Ordering::Relaxed);
        if written != self.seen {
            self.seen = written;
            self.pending = self.pending.min(HELD_BACK);
        }
        Ok(())
    }
}

fn unwritable(error: &impl ToString) -> Error {
    misuse(format!("the file of a bulk job could not be made: {}", error.to_string()))
}

/// Memory that says how much it holds while somebody else writes into it.
struct Counted {
    inner: Cursor<Vec<u8>>,
    written: Arc<AtomicUsize>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.written.store(self.inner.get_ref().len(), Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use exact_json::Value;

    use super::{BulkColumn, BulkFile, FileLimits, Pushed, WrittenFile};
    use crate::Record;

    fn columns(names: &[&str]) -> Vec<BulkColumn> {
        names.iter().map(|name| BulkColumn::of(name, "text")).collect()
    }

    fn row(json: &str) -> Record {
        Value::parse(json).unwrap().as_object().unwrap().clone()
    }

    fn text(file: &WrittenFile) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(&file.zip)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut text = String::new();
        archive.by_index(0).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn rows_stand_below_the_headings_and_what_is_absent_is_empty() {
        let mut file = BulkFile::new("Accounts", columns(&["K", "N", "S"]), FileLimits::default()).unwrap();
        for json in [r#"{"K":"1","N":"A, \"B\" & C"}"#, r#"{"K":"2","N":"Ü","S":"a\nb"}"#] {
            assert_eq!(file.push(&row(json)).unwrap(), Pushed::Taken);
        }
        let file = file.finish().unwrap();
        assert_eq!(text(&file), "K,N,S\r\n1,\"A, \"\"B\"\" & C\",\r\n2,Ü,\"a\nb\"\r\n");
        assert_eq!(file.rows, 2);
    }

    #[test]
    fn a_row_that_does_not_fit_the_columns_is_left_to_others() {
        let mut file = BulkFile::new("Accounts", columns(&["K"]), FileLimits::default()).unwrap();
        for json in [r#"{"K":"1","Other":"x"}"#, r#"{"K":["1"]}"#] {
            assert_eq!(file.push(&row(json)).unwrap(), Pushed::Unfit);
        }
        assert_eq!((file.rows(), text(&file.finish().unwrap()).as_str()), (0, "K\r\n"));
    }

    #[test]
    fn a_file_is_full_at_its_rows() {
        let limits = FileLimits { rows: 2, ..FileLimits::default() };
        let mut file = BulkFile::new("Accounts", columns(&["K"]), limits).unwrap();
        let pushed: Vec<Pushed> =
            (0..3).map(|n| file.push(&row(&format!(r#"{{"K":"{n}"}}"#))).unwrap()).collect();
        assert_eq!(pushed, [Pushed::Taken, Pushed::Taken, Pushed::Full]);
    }

    #[test]
    fn a_zip_never_grows_beyond_its_limit_even_where_nothing_can_be_made_smaller() {
        let limits = FileLimits { zip_bytes: 1_000_000, ..FileLimits::default() };
        let mut file = BulkFile::new("Accounts", columns(&["K"]), limits).unwrap();
        let mut noise = 1_u64;
        let mut words = || {
            let mut next = || {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'!' + u8::try_from((noise >> 33) % 90).unwrap())
            };
            (0..500).map(|_| next()).collect::<String>()
        };
        while file.push(&[("K".to_owned(), Value::Text(words()))].into()).unwrap() == Pushed::Taken {}
        let file = file.finish().unwrap();
        assert!(file.zip.len() <= 1_000_000, "{}", file.zip.len());
        assert!(file.zip.len() > 500_000, "{}", file.zip.len());
    }

    #[test]
    fn a_row_larger_than_any_file_is_left_to_others() {
        let limits = FileLimits { zip_bytes: 2_000, ..FileLimits::default() };
        let mut file = BulkFile::new("Accounts", columns(&["K"]), limits).unwrap();
        let row = [("K".to_owned(), Value::Text("x".repeat(4_000)))].into();
        assert_eq!(file.push(&row).unwrap(), Pushed::Unfit);
    }

    #[test]
    fn too_many_columns_are_no_file() {
        let names: Vec<String> = (0..201).map(|n| format!("F{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(BulkFile::new("Accounts", columns(&names), FileLimits::default()).is_err());
        assert!(BulkFile::new("Accounts", columns(&names[1..]), FileLimits::default()).is_ok());
    }
}

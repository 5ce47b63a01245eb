//! Writes the archive: whole, or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Zoned;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::Entry;
use crate::AppError;

/// Writes a new file; one that is there is left as it is.
pub(super) fn write(path: &Path, entries: &[Entry], now: &Zoned) -> Result<(), AppError> {
    let refused = |error: io::Error| AppError::not_writable(path, &error);
    if path.exists() {
        return Err(refused(io::ErrorKind::AlreadyExists.into()));
    }
    let beside = beside(path).ok_or_else(|| refused(io::ErrorKind::IsADirectory.into()))?;
    let written = File::create(&beside)
        .and_then(|file| fill(file, entries, now).map_err(io::Error::other))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() && beside.exists() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(refused)
}

/// The name that the file has until it is whole.
fn beside(path: &Path) -> Option<PathBuf> {
    let mut name = OsString::from(".");
    name.push(path.file_name()?);
    name.push(format!(".{}.unfinished", std::process::id()));
    Some(path.with_file_name(name))
}

fn fill(file: File, entries: &[Entry], now: &Zoned) -> zip::result::ZipResult<()> {
    let mut archive = ZipWriter::new(file);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(made_at(now))
        .unix_permissions(0o600);
    for entry in entries {
        archive.start_file(&entry.name, options)?;
        archive.write_all(entry.text.as_bytes())?;
    }
    archive.finish()?.sync_all()?;
    Ok(())
}

/// The archive's own time; its format knows no earlier year than 1980, and takes that where a clock is wrong.
fn made_at(now: &Zoned) -> DateTime {
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(now.year()).unwrap_or_default();
    let (month, day) = (small(now.month()), small(now.day()));
    DateTime::from_date_and_time(
        year,
        month,
        day,
        small(now.hour()),
        small(now.minute()),
        small(now.second()),
    )
    .unwrap_or_default()
}

//! Files for the user, in the folder for downloads: always new ones, never over one that is there.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use super::shared::Inner;
use crate::AppError;
use crate::window::schema::Failure;
use crate::window::settings::Saved;

/// So many files of one name and minute are tried.
const TRIES: u32 = 100;

/// The folder for downloads; where there is none, the profile's.
pub(super) fn folder(inner: &Inner) -> PathBuf {
    inner.outside.downloads.clone().unwrap_or_else(|| inner.profile.folder().to_path_buf())
}

/// A path there that no file has, like `ledgerline-activity-2026-06-05-1402.csv`.
pub(super) fn free_path(inner: &Inner, name: &str, ending: &str) -> Result<PathBuf, AppError> {
    let folder = folder(inner);
    std::fs::create_dir_all(&folder).map_err(|error| AppError::not_writable(&folder, &error))?;
    let stamp = inner.zoned_now().strftime("%Y-%m-%d-%H%M").to_string();
    let named = |number: u32| match number {
        0 => folder.join(format!("ledgerline-{name}-{stamp}.{ending}")),
        number => folder.join(format!("ledgerline-{name}-{stamp}-{number}.{ending}")),
    };
    Ok((0..TRIES).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(TRIES)))
}

/// Writes a new file. One that could not be written to its end is removed.
pub(super) fn write(
    inner: &Inner,
    name: &str,
    ending: &str,
    content: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
) -> Result<Saved, Failure> {
    let path = free_path(inner, name, ending)?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| AppError::not_writable(&path, &error))?;
    let mut out = BufWriter::new(file);
    let written = content(&mut out)
        .and_then(|()| out.flush().map_err(|error| AppError::not_writable(&path, &error).into()));
    if let Err(failure) = written {
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, "a file that could not be written to its end is left");
        }
        return Err(failure);
    }
    Ok(Saved { path: path.display().to_string() })
}

//! A file that a command writes for people: there as a whole, or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use app::AppError;

/// A file in the making. It is written under another name beside its place, and gets its own when it is finished.
pub struct NewFile {
    path: PathBuf,
    beside: PathBuf,
    writer: Option<BufWriter<File>>,
}

impl NewFile {
    /// Begins the file, so that a place that cannot be written is found before the work and not after it.
    ///
    /// # Errors
    /// When the folder is not there or may not be written, or the path names a folder.
    pub fn create(path: &Path) -> Result<Self, AppError> {
        let refused = |error: io::Error| AppError::not_writable(path, &error);
        let name = path.file_name().ok_or_else(|| refused(io::ErrorKind::IsADirectory.into()))?;
        if path.is_dir() {
            return Err(refused(io::ErrorKind::IsADirectory.into()));
        }
        let mut unfinished = std::ffi::OsString::from(".");
        unfinished.push(name);
        unfinished.push(format!(".{}.unfinished", std::process::id()));
        let beside = path.with_file_name(unfinished);
        let file = File::create(&beside).map_err(refused)?;
        Ok(Self { path: path.to_owned(), beside, writer: Some(BufWriter::new(file)) })
    }

    /// Writes a text.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn write(&mut self, text: &str) -> Result<(), AppError> {
        let written = self.writer.as_mut().map_or(Ok(()), |writer| writer.write_all(text.as_bytes()));
        written.map_err(|error| AppError::not_writable(&self.path, &error))
    }

    /// Writes a line.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn line(&mut self, text: &str) -> Result<(), AppError> {
        self.write(text)?;
        // As RFC 4180 wants it; text editors take it as well.
        self.write("\r\n")
    }

    /// The file is whole: gives it its name.
    ///
    /// # Errors
    /// When the disk is full, or what is in its place cannot be replaced.
    pub fn finish(mut self) -> Result<(), AppError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let place = || {
            writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(&self.beside, &self.path)
        };
        let placed = place();
        if placed.is_err() {
            let _ = fs::remove_file(&self.beside);
        }
        placed.map_err(|error| AppError::not_writable(&self.path, &error))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // What was not finished is of no use to anybody.
        if self.writer.take().is_some() {
            let _ = fs::remove_file(&self.beside);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::NewFile;

    #[test]
    fn the_old_file_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("differences.csv");
        fs::write(&path, "old").unwrap();
        let mut file = NewFile::create(&path).unwrap();
        file.line("new").unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished is left");
        let mut file = NewFile::create(&path).unwrap();
        file.line("new").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\r\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_found_at_once() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("absent").join("x.csv")] {
            let error = NewFile::create(&path).err().unwrap();
            assert_eq!(error.code(), "file_not_writable");
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    }
}

//! The ends of the newest log files: whole lines, and never more than what fits.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// So many files go into an archive (Mullvad's problem report takes as many).
const FILES: usize = 5;

/// So many bytes of each.
pub(super) const BYTES: u64 = 128 * 1024;

/// The newest log files, the newest first.
pub(super) fn newest(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_log = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "log") && path.is_file();
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_log).collect();
    // The date in the name makes the alphabetical order the order of time.
    files.sort_by(|one, other| other.cmp(one));
    files.truncate(FILES);
    files
}

/// The last lines of a file.
///
/// A line that was cut could hold a part of something that is only recognised as a whole: neither the first, where the file is longer, nor
/// the last, where it is still being written, is kept.
pub(super) fn end_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    let whole_lines = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    bytes.truncate(whole_lines);
    let mut text = String::new();
    if from > 0 {
        let first = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        bytes.drain(..first);
        text = format!("[{} bytes before this are left out]\n", from + first as u64);
    }
    text.push_str(&String::from_utf8_lossy(&bytes));
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{BYTES, end_of, newest};

    #[test]
    fn the_newest_five_files_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        for day in 1..=9 {
            fs::write(folder.path().join(format!("ledgerline.2026-06-{day:02}.log")), "x\n").unwrap();
        }
        fs::write(folder.path().join("token.sealed"), "x").unwrap();
        let names: Vec<_> =
            newest(folder.path()).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names.len(), 5);
        assert_eq!(
            (names[0].to_str().unwrap(), names[4].to_str().unwrap()),
            ("ledgerline.2026-06-09.log", "ledgerline.2026-06-05.log")
        );
        assert!(newest(&folder.path().join("absent")).is_empty());
    }

    #[test]
    fn only_whole_lines_of_the_end_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "one\ntwo\nthr").unwrap();
        assert_eq!(end_of(&path).unwrap(), "one\ntwo\n");
        fs::write(&path, "").unwrap();
        assert_eq!(end_of(&path).unwrap(), "");
        let line = format!("{}\n", "x".repeat(99));
        fs::write(&path, line.repeat(5_000)).unwrap();
        let end = end_of(&path).unwrap();
        let (note, rest) = end.split_once('\n').unwrap();
        assert!(note.ends_with("bytes before this are left out]"), "{note}");
        assert!(rest.lines().all(|found| found.len() == 99));
        assert_eq!(rest.len(), usize::try_from(BYTES).unwrap() / 100 * 100);
    }

    #[test]
    fn a_line_that_never_ends_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "hush".repeat(100_000)).unwrap();
        assert!(!end_of(&path).unwrap().contains("hush"));
        fs::write(&path, format!("{}\nlast\n", "hush".repeat(100_000))).unwrap();
        let end = end_of(&path).unwrap();
        assert!(end.ends_with("left out]\nlast\n") && !end.contains("hush"), "{end}");
    }
}

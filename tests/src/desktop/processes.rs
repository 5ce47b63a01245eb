//! The processes of a session: whatever was started within it, by whomever.

use std::fs;
use std::path::{Path, PathBuf};

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// The file name of its program.
    pub name: String,
    /// Its environment, as the operating system shows it.
    pub environment: Vec<u8>,
    /// Its command line, as the operating system shows it.
    pub command_line: Vec<u8>,
}

/// The living processes in whose environment the runtime folder stands.
pub(super) fn of_session(run: &Path) -> Vec<Process> {
    let mark = format!("XDG_RUNTIME_DIR={}", run.display()).into_bytes();
    let entries = fs::read_dir("/proc").expect("Linux shows its processes");
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut found: Vec<Process> = ids.filter_map(|id| read(id, &mark)).collect();
    found.sort_by_key(|process| process.id);
    found
}

/// One that ends meanwhile, or belongs to somebody else, is not there.
fn read(id: u32, mark: &[u8]) -> Option<Process> {
    let folder = PathBuf::from(format!("/proc/{id}"));
    let environment = fs::read(folder.join("environ")).ok()?;
    if !environment.split(|byte| *byte == 0).any(|variable| variable == mark) {
        return None;
    }
    let program = fs::read_link(folder.join("exe")).ok()?;
    let command_line = fs::read(folder.join("cmdline")).ok()?;
    // One that was built anew since it was started is still the same program.
    let name = program.file_name()?.to_str()?.trim_end_matches(" (deleted)").to_owned();
    Some(Process { id, name, environment, command_line })
}

//! Log files: one a day, fourteen kept. What is secret never reaches them: it is redacted where it is made.

use std::path::Path;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How many lines may wait for the disk; more are dropped.
const LINES_WAITING: usize = 8_000;

/// How many daily files are kept.
const KEPT: usize = 14;

/// Starts writing logs to `folder`. Keep the guard: dropping it writes out what is still in memory.
///
/// `filter` is in the form of `RUST_LOG`; `None` logs what an administrator needs. Without a usable folder the program runs without
/// logs and returns the reason.
///
/// # Errors
/// The reason, in words.
pub fn start(folder: &Path, filter: Option<&str>) -> Result<WorkerGuard, String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    prune(folder);
    let appender = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("ledgerline")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    // Room for the library's usual 128,000 lines would take 4 MB from the first moment on.
    let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(LINES_WAITING).finish(appender);
    let filter = filter
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new("info,transport=info,hyper=warn,reqwest=warn"));
    let layer = tracing_subscriber::fmt::layer().json().with_writer(writer).with_target(true);
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .try_init()
        .map_err(|error| format!("logging was set up twice: {error}"))?;
    Ok(guard)
}

/// Removes all but the newest files: the appender itself counts them only when the day changes.
fn prune(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("ledgerline.") && name.ends_with(".log")
        })
        .collect();
    // The date in the name makes the alphabetical order the order of time.
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    for old in files.into_iter().take(surplus) {
        if let Err(error) = std::fs::remove_file(&old) {
            tracing::debug!(file = %old.display(), %error, "an old log file could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_the_newest_fourteen_files_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for day in 1..=20 {
            std::fs::write(folder.path().join(format!("ledgerline.2026-01-{day:02}.log")), "x").unwrap();
        }
        std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        super::prune(folder.path());
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left.len(), 15);
        assert_eq!(left[0], "ledgerline.2026-01-07.log");
        assert!(left.contains(&"notes.txt".to_owned()));
    }
}

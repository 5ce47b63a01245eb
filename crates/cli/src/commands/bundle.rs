//! `bundle`: a support archive, listed before it is written.

use std::path::{Path, PathBuf};

use app::bundle::{Bundle, Entry, Redactions, Wanted, in_words};
use app::doctor::{Diagnosis, examine};
use app::open::Mode;
use app::{AppError, Profile};
use serde::Serialize;
use transport::{Clock, SystemClock};

use crate::args;
use crate::output::{Output, columns, say};

/// What `--json` prints.
#[derive(Serialize)]
struct Bundled<'a> {
    outcome: &'static str,
    /// Where it is; absent with `--dry-run`.
    path: Option<String>,
    entries: &'a [Entry],
    replaced: Redactions,
}

pub async fn run(profile: Profile, args: &args::Bundle, output: Output) -> Result<u8, AppError> {
    let diagnosis = if args.doctor { diagnosed(profile.clone()).await } else { None };
    let now = SystemClock::default().now().to_zoned(jiff::tz::TimeZone::system());
    let wanted = Wanted { with_records: args.with_records, diagnosis: diagnosis.as_ref() };
    let bundle = Bundle::prepare(&profile, &super::environment, &wanted, &now);
    let path = place(args.file.as_deref(), &bundle);
    if !output.json {
        list(&bundle);
    }
    if !args.dry_run {
        bundle.write(&path)?;
    }
    let path = (!args.dry_run).then(|| std::path::absolute(&path).unwrap_or(path).display().to_string());
    if output.json {
        let (entries, replaced) = (bundle.entries(), bundle.replaced());
        output.object(&Bundled { outcome: "clean", path, entries, replaced });
    } else if let Some(path) = path {
        say!("Written: {path}. It was sent nowhere.");
    }
    Ok(0)
}

/// What `doctor` finds. A profile that cannot be opened at all is no reason to have no archive.
async fn diagnosed(profile: Profile) -> Option<Diagnosis> {
    match super::open(profile, Mode::Read) {
        Ok(app) => Some(examine(&app).await),
        Err(error) => {
            eprintln!("ledgerline: nothing could be checked: {error}\n  → {}", error.cure());
            None
        }
    }
}

/// The file that was named, or one of the usual name in the folder that was, or in the current one.
fn place(named: Option<&Path>, bundle: &Bundle) -> PathBuf {
    match named {
        Some(folder) if folder.is_dir() => folder.join(bundle.file_name()),
        Some(file) => file.to_owned(),
        None => PathBuf::from(bundle.file_name()),
    }
}

fn list(bundle: &Bundle) {
    say!("What is in it:");
    let mut rows = vec![["", "bytes"].map(ToOwned::to_owned)];
    for entry in bundle.entries() {
        rows.push([format!("  {}", entry.name), entry.bytes.to_string()]);
    }
    say!("{}", columns(&rows));
    let replaced = in_words(&bundle.replaced());
    if replaced.is_empty() {
        say!("Nothing in it had to be replaced.");
    } else {
        say!("Replaced by placeholders: {replaced}.");
    }
}

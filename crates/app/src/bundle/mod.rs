//! The support archive: what helps somebody to help, and nothing that is not theirs to know.
//!
//! Secrets never reach logs, database or settings; here everything is gone through once more, before anybody sees it. The archive is
//! prepared as texts first, so that the user can read exactly what would be saved; it is never sent anywhere. Whatever cannot be read (a broken
//! settings file, a damaged database) is said in the archive: it is needed most when something is broken.

mod archive;
mod contents;
mod known;
mod log_tail;
mod patterns;
mod redaction;

use std::path::Path;

use jiff::Zoned;
use serde::Serialize;
use sync::store::Store;

use crate::doctor::Diagnosis;
use crate::profile::Profile;
use crate::secrets::Environment;
use crate::settings::Settings;
use crate::{AppError, bundle::redaction::Redactor};

pub use redaction::{Private, Redactions};

/// What an archive is to hold beside the usual.
#[derive(Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Numbers, messages and sums of single records.
    pub with_records: bool,
    /// What `doctor` found, if it was asked.
    pub diagnosis: Option<&'a Diagnosis>,
}

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name within the archive.
    pub name: String,
    /// Exactly what is written.
    #[serde(skip)]
    pub text: String,
    /// Its length in bytes.
    pub bytes: usize,
    /// What was replaced in it.
    pub replaced: Redactions,
}

/// An archive that can be looked at and saved.
#[derive(Clone, Debug)]
pub struct Bundle {
    entries: Vec<Entry>,
    made_at: Zoned,
}

impl Bundle {
    /// Reads, replaces what is private, and lists. Nothing is written.
    #[must_use]
    pub fn prepare(
        profile: &Profile,
        environment: Environment<'_>,
        wanted: &Wanted<'_>,
        now: &Zoned,
    ) -> Self {
        let settings = Settings::load(&profile.settings());
        let store = Store::open_read_only(&profile.database());
        let (mut redactor, complaint) =
            known::redactor(profile, environment, settings.as_ref().ok(), store.as_ref().ok());
        let mut entries = Vec::new();
        let mut add = |name: &str, text: &str| entries.push(entry(&mut redactor, name, text));
        add("system.json", &contents::system(profile, environment, now));
        match &settings {
            Ok(settings) => add("settings.toml", &settings.to_toml()),
            Err(error) => add("settings.txt", &format!("{} ({})\n", error, error.code())),
        }
        if let Some(diagnosis) = wanted.diagnosis {
            add("doctor.txt", &contents::diagnosis(diagnosis));
        }
        match (&store, &settings) {
            (Err(error), _) => add("database.txt", &format!("{error} ({})\n", error.code())),
            (Ok(store), settings) => {
                let said = |text: Result<String, sync::store::StoreError>| {
                    text.unwrap_or_else(|error| format!("{error} ({})\n", error.code()))
                };
                if let Ok(settings) = settings {
                    add("status.json", &said(contents::standing(store, settings, now, wanted.with_records)));
                }
                add("problems.json", &said(contents::problems(store, wanted.with_records)));
                add("runs.json", &said(contents::runs(store)));
            }
        }
        for path in log_tail::newest(&profile.logs()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = log_tail::end_of(&path).unwrap_or_else(|error| format!("not readable: {error}\n"));
            add(&format!("logs/{name}"), &text);
        }
        let read_me = read_me(&entries, wanted.with_records, complaint.as_deref());
        let read_me = entry(&mut redactor, "README.txt", &read_me);
        entries.insert(0, read_me);
        Self { entries, made_at: now.clone() }
    }

    /// Its files, in the order in which they are written.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What was replaced in all of them.
    #[must_use]
    pub fn replaced(&self) -> Redactions {
        sum(&self.entries)
    }

    /// A name for it: `ledgerline-support-2026-06-05-140200.zip`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("ledgerline-support-{}.zip", self.made_at.strftime("%Y-%m-%d-%H%M%S"))
    }

    /// Saves it as a new file, whole or not at all.
    ///
    /// # Errors
    /// When the place cannot be written, or has a file already.
    pub fn write(&self, path: &Path) -> Result<(), AppError> {
        archive::write(path, &self.entries, &self.made_at)
    }
}

fn entry(redactor: &mut Redactor, name: &str, text: &str) -> Entry {
    let (name, _) = redactor.redact(name);
    let (text, replaced) = redactor.redact(text);
    Entry { name, bytes: text.len(), text, replaced }
}

fn sum(entries: &[Entry]) -> Redactions {
    let mut all = Redactions::new();
    for (kind, count) in entries.iter().flat_map(|entry| &entry.replaced) {
        *all.entry(*kind).or_default() += count;
    }
    all
}

/// What was replaced, in words; blank where nothing was.
#[must_use]
pub fn in_words(replaced: &Redactions) -> String {
    let counted: Vec<String> = replaced.iter().map(|(kind, count)| kind.counted(*count)).collect();
    counted.join(", ")
}

fn read_me(entries: &[Entry], with_records: bool, complaint: Option<&str>) -> String {
    let mut text = String::from(
        "What somebody needs who helps with Ledgerline. It was made on request and sent nowhere.\n\n\
         Replaced by placeholders, the same value always by the same one: secrets, the home folder, names of users and of this computer,\n\
         companies, e-mail addresses, network addresses, GUIDs, ids of Zoho, queries of addresses.\n",
    );
    text.push_str(if with_records {
        "Numbers and messages of single records, and sums, are in it: that was asked for.\n"
    } else {
        "No record's data is in it: problems are counted by cause.\n"
    });
    if let Some(complaint) = complaint {
        text.push_str(&format!(
            "The keychain could not be read ({complaint}): secrets were found by their looks only.\n"
        ));
    }
    text.push('\n');
    for entry in entries {
        let replaced = in_words(&entry.replaced);
        let behind = if replaced.is_empty() { String::new() } else { format!(", replaced: {replaced}") };
        text.push_str(&format!("{}  {} bytes{behind}\n", entry.name, entry.bytes));
    }
    text
}

#[cfg(test)]
mod tests;

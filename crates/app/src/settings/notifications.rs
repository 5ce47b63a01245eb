//! `[notifications]`: what is told, and when not.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::{Time, Weekday};

use super::file::File;
use super::unknown;
use crate::alerts::{AlertKind, Preferences, QuietHours};

/// The section's name.
const SECTION: &str = "notifications";

/// The days, as the file names them.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// More hours than a year has mean never, for which there is 0.
const MOST_HOURS: u32 = 24 * 366;

impl File<'_> {
    pub(super) fn notifications(&self) -> Result<Preferences, String> {
        let default = Preferences::default();
        Ok(Preferences {
            enabled: self.switch("enabled", default.enabled)?,
            quiet: self.quiet()?,
            errors_in_quiet_hours: self.switch("errors_in_quiet_hours", default.errors_in_quiet_hours)?,
            hours_without_sync: self.hours(default.hours_without_sync)?,
            tell_recovered: self.switch("tell_recovered", default.tell_recovered)?,
            tell_first_sync: self.switch("tell_first_sync", default.tell_first_sync)?,
            muted: self.muted()?,
        })
    }

    fn switch(&self, key: &str, default: bool) -> Result<bool, String> {
        match self.get(SECTION, key) {
            None => Ok(default),
            Some(value) => value.as_bool().ok_or_else(|| format!("[{SECTION}] {key} must be true or false")),
        }
    }

    fn hours(&self, default: u32) -> Result<u32, String> {
        let Some(value) = self.get(SECTION, "hours_without_sync") else { return Ok(default) };
        let hours = value.as_integer().and_then(|hours| u32::try_from(hours).ok());
        hours.filter(|hours| *hours <= MOST_HOURS).ok_or_else(|| {
            format!("[{SECTION}] hours_without_sync must be a whole number of hours up to {MOST_HOURS}, or 0 for never")
        })
    }

    fn quiet(&self) -> Result<Option<QuietHours>, String> {
        let days = self.days()?;
        match (self.time("quiet_from")?, self.time("quiet_until")?) {
            (Some(from), Some(until)) => Ok(Some(QuietHours { from, until, days })),
            (None, None) if days.is_empty() => Ok(None),
            (from, _) => {
                let missing = if from.is_none() { "quiet_from" } else { "quiet_until" };
                Err(format!("[{SECTION}] {missing} is missing: quiet hours need a beginning and an end"))
            }
        }
    }

    fn time(&self, key: &str) -> Result<Option<Time>, String> {
        let Some(text) = self.text(SECTION, key)? else { return Ok(None) };
        let of_day = |text: &str| Time::from_str(text).ok().filter(|_| text.len() == 5);
        of_day(&text).map(Some).ok_or_else(|| {
            format!("[{SECTION}] {key} must be a time of day like \"22:00\"; it is \"{text}\"")
        })
    }

    fn days(&self) -> Result<Vec<Weekday>, String> {
        let names = self.names("quiet_days", "[\"mon\", \"fri\"]")?;
        let known = DAYS.map(|(name, _)| name);
        for name in &names {
            if !known.contains(name) {
                return Err(format!(
                    "[{SECTION}] quiet_days: \"{name}\" is no day; there are: {}",
                    known.join(", ")
                ));
            }
        }
        // In the order of the week, and each once.
        Ok(DAYS.into_iter().filter(|(name, _)| names.contains(name)).map(|(_, day)| day).collect())
    }

    fn muted(&self) -> Result<BTreeSet<AlertKind>, String> {
        let known = AlertKind::CHOICES.map(AlertKind::name);
        let kind_of = |name: &str| {
            AlertKind::CHOICES.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
                let near = unknown::suggestion(name, &known);
                format!("[{SECTION}] mute: there is no kind \"{name}\"{near} There are: {}", known.join(", "))
            })
        };
        self.names("mute", "[\"credits\"]")?.into_iter().map(kind_of).collect()
    }

    fn names(&self, key: &str, example: &str) -> Result<Vec<&str>, String> {
        let wrong = || format!("[{SECTION}] {key} must be a list of texts like {example}");
        let Some(value) = self.get(SECTION, key) else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or_else(wrong)?;
        list.iter().map(|entry| entry.as_str().ok_or_else(wrong)).collect()
    }
}

/// The section of a file with these preferences; blank where all are at their defaults.
pub(super) fn to_toml(preferences: &Preferences) -> String {
    let default = Preferences::default();
    let mut text = String::new();
    let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    if preferences.enabled != default.enabled {
        line("enabled", preferences.enabled.to_string());
    }
    if let Some(quiet) = &preferences.quiet {
        line("quiet_from", format!("\"{}\"", quiet.from.strftime("%H:%M")));
        line("quiet_until", format!("\"{}\"", quiet.until.strftime("%H:%M")));
        let days = DAYS.into_iter().filter(|(_, day)| quiet.days.contains(day));
        let days: Vec<String> = days.map(|(name, _)| format!("\"{name}\"")).collect();
        if !days.is_empty() {
            line("quiet_days", format!("[{}]", days.join(", ")));
        }
    }
    if preferences.errors_in_quiet_hours != default.errors_in_quiet_hours {
        line("errors_in_quiet_hours", preferences.errors_in_quiet_hours.to_string());
    }
    if preferences.hours_without_sync != default.hours_without_sync {
        line("hours_without_sync", preferences.hours_without_sync.to_string());
    }
    if preferences.tell_recovered != default.tell_recovered {
        line("tell_recovered", preferences.tell_recovered.to_string());
    }
    if preferences.tell_first_sync != default.tell_first_sync {
        line("tell_first_sync", preferences.tell_first_sync.to_string());
    }
    let muted: Vec<String> = preferences.muted.iter().map(|kind| format!("\"{}\"", kind.name())).collect();
    if !muted.is_empty() {
        line("mute", format!("[{}]", muted.join(", ")));
    }
    if text.is_empty() { text } else { format!("\n[{SECTION}]\n{text}") }
}

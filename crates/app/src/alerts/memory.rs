//! What was told, so that nothing is told twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::store::{Store, StoreError, facts};

use super::{Facts, SignalsHeard};

/// The fact that holds the memory.
const FACT: &str = "alerts.memory";

/// What was told. It is stored, so that a restart repeats nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What is known to be so, by topic and key.
    pub(super) seen: BTreeMap<Topic, BTreeMap<String, Seen>>,
    /// What was told and is over, without that having been told.
    pub(super) over: Vec<String>,
    /// Whether something was held back by quiet hours.
    pub(super) held_back: bool,
    /// Whether the end of the first sync was told, or need not be.
    pub(super) first_sync: bool,
    /// When the last pause of the user ended, or is to end.
    pub(super) pause_end: Option<Timestamp>,
    /// Since when no signals arrive although runs go on.
    pub(super) silent_since: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
}

/// What conditions are about; each topic is looked at as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Topic {
    /// Whether runs can do their work.
    Running,
    /// Records, flows and the comparison.
    Records,
    /// How old the copy is.
    Copy,
    /// Zoho credits.
    Credits,
    /// The client secret's end.
    Secret,
    /// Whether signals of changes arrive.
    Signals,
}

impl Topic {
    pub(super) const ALL: [Self; 6] =
        [Self::Running, Self::Records, Self::Copy, Self::Credits, Self::Secret, Self::Signals];

    /// Whether it is good news when something of it is over.
    pub(super) fn can_recover(self) -> bool {
        match self {
            Self::Running | Self::Records | Self::Copy | Self::Signals => true,
            Self::Credits | Self::Secret => false,
        }
    }
}

/// Something that is known to be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// How big it was then.
    pub(super) size: u64,
    /// What was told about it; nothing where the user does not want to be told.
    pub(super) told: Option<String>,
}

impl Memory {
    /// What an earlier process remembered; what cannot be understood is forgotten.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn read(store: &Store) -> Result<Self, StoreError> {
        let text = store.read(|tx| facts::get(tx, FACT))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Keeps it for the next process.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep(&self, store: &Store) -> Result<(), StoreError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        store.write(|tx| facts::set(tx, FACT, &text))
    }

    /// Holds everything back until then; nothing ends that.
    pub fn snooze(&mut self, until: Option<Timestamp>) {
        self.snoozed_until = until;
    }

    /// Until when everything is held back.
    #[must_use]
    pub fn snoozed_until(&self) -> Option<Timestamp> {
        self.snoozed_until
    }

    /// Takes note of pauses, of the end of a snooze, and of how long signals are silent, which the facts of one moment do not tell.
    pub(super) fn pass_time(&mut self, facts: &Facts) {
        let now = facts.now.timestamp();
        self.pause_end = match facts.pause() {
            Some(until) => Some(until),
            // It was to last longer: the user ended it.
            None => self.pause_end.map(|end| end.min(now)),
        };
        self.snoozed_until = self.snoozed_until.filter(|until| *until > now);
        self.silent_since = match facts.signals {
            // An outage silences signals too; what is left of the silence afterwards counts from its end.
            SignalsHeard::Silent { .. } if facts.runs_go_on() => {
                Some(self.silent_since.map_or(now, |since| since.min(now)))
            }
            SignalsHeard::Unknown => self.silent_since,
            SignalsHeard::Silent { .. } | SignalsHeard::Arrive | SignalsHeard::Unused => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use sync::store::{Store, facts};

    use super::super::samples::{at, waiting, well};
    use super::super::{Facts, Preferences, alerts};
    use super::{FACT, Memory};

    #[test]
    fn what_was_told_is_remembered_across_a_restart() {
        let store = Store::in_memory().unwrap();
        let facts = Facts { problems: vec![waiting(12)], ..well(0) };
        let (mut memory, told) = alerts(&Memory::read(&store).unwrap(), &facts, &Preferences::default());
        assert_eq!(told.len(), 1);
        memory.snooze(Some(at(60)));
        memory.keep(&store).unwrap();
        let read = Memory::read(&store).unwrap();
        assert_eq!(read, memory);
        assert_eq!(read.snoozed_until(), Some(at(60)));
        assert_eq!(alerts(&read, &facts, &Preferences::default()).1, []);
    }

    #[test]
    fn a_memory_that_cannot_be_understood_is_a_fresh_one() {
        let store = Store::in_memory().unwrap();
        for text in ["", "{", "[1]", "{\"seen\":{\"weather\":{}}}", "{\"snoozed_until\":\"tomorrow\"}"] {
            store.write(|tx| facts::set(tx, FACT, text)).unwrap();
            assert_eq!(Memory::read(&store).unwrap(), Memory::default(), "{text}");
        }
        store.write(|tx| facts::set(tx, FACT, "{\"of_a_later_version\":1}")).unwrap();
        assert_eq!(Memory::read(&store).unwrap(), Memory::default());
    }
}

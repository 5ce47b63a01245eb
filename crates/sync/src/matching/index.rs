//! The records of one Zoho module that do not bear our key, found by what they hold.

use std::collections::{BTreeMap, BTreeSet};

use super::party::{Kind, Party};
use super::verdict::{Candidate, Class, Reason};

/// Keyless records, found by their values without comparing all with all.
#[derive(Clone, Debug)]
pub struct Index<Z> {
    kind: Kind,
    parties: BTreeMap<Z, Party>,
    by_value: BTreeMap<String, BTreeSet<Z>>,
}

impl<Z: Ord + Clone> Index<Z> {
    /// An index of `records`.
    pub fn build(kind: Kind, records: impl IntoIterator<Item = (Z, Party)>) -> Self {
        let mut index = Self { kind, parties: BTreeMap::new(), by_value: BTreeMap::new() };
        for (key, party) in records {
            index.add(key, &party);
        }
        index
    }

    /// Which rules it goes by.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// How many records it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parties.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parties.is_empty()
    }

    /// Adds a record, or replaces what was known of it.
    pub fn add(&mut self, key: Z, party: &Party) {
        self.remove(&key);
        for value in values(party) {
            self.by_value.entry(value).or_default().insert(key.clone());
        }
        self.parties.insert(key, party.clone());
    }

    /// Takes a record out: it was adopted, merged or deleted. Returns whether it was there.
    pub fn remove(&mut self, key: &Z) -> bool {
        let Some(party) = self.parties.remove(key) else { return false };
        for value in values(&party) {
            if let Some(keys) = self.by_value.get_mut(&value) {
                keys.remove(key);
            }
        }
        true
    }

    /// Lets the index know a record of Business Central before candidates are asked for: a value that many records there
    /// share says little. Not needed, and worth it where many are asked about at once. It keeps counts, not records.
    pub fn learn(&mut self, _party: &Party) {}

    /// The records that may be `party`: at least *unclear*, the best first, ten at most.
    #[must_use]
    pub fn candidates(&self, party: &Party) -> Vec<Candidate<Z>> {
        let keys: BTreeSet<&Z> =
            values(party).iter().filter_map(|value| self.by_value.get(value)).flatten().collect();
        let mut found: Vec<Candidate<Z>> = keys
            .into_iter()
            .filter_map(|key| self.parties.get(key).map(|other| compare(key.clone(), party, other)))
            .collect();
        found.sort_by(|left, right| super::assign::order(left).cmp(&super::assign::order(right)));
        found.truncate(10);
        found
    }
}

fn values(party: &Party) -> Vec<String> {
    let lists = [("n", &party.numbers), ("t", &party.tax_numbers), ("e", &party.emails)];
    let mut values: Vec<String> = lists
        .iter()
        .flat_map(|(tag, list)| list.iter().map(move |value| (tag, value)))
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(tag, value)| format!("{tag}{}", value.trim().to_lowercase()))
        .collect();
    if !party.name.trim().is_empty() {
        values.push(format!("w{}", party.name.trim().to_lowercase()));
    }
    values
}

fn compare<Z>(key: Z, one: &Party, other: &Party) -> Candidate<Z> {
    let (one, other) = (values(one), values(other));
    let mut reasons: Vec<Reason> = one
        .iter()
        .filter(|value| other.contains(value))
        .map(|value| match value.chars().next() {
            Some('n') => Reason::SameNumber,
            Some('t') => Reason::SameTaxNumber,
            Some('e') => Reason::SameEmail,
            _ => Reason::SameName,
        })
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    let (class, score) = match reasons.len() {
        0 => (Class::None, 0),
        1 => (Class::Unclear, 400),
        2 => (Class::Likely, 650),
        _ => (Class::Certain, 900),
    };
    Candidate { key, class, score, reasons }
}

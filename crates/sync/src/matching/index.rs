//! The records of one Zoho module that do not bear our key, found by what they hold.

use std::collections::{BTreeMap, HashMap};

use super::assign::order;
use super::blocking::{self, Block};
use super::evidence::{Bearers, Evidence, Stock};
use super::party::{Kind, Party};
use super::postings::{Postings, key};
use super::rules;
use super::traits::{Trait, Traits, View};
use super::verdict::{Candidate, Class};
use super::words::is_common;

/// The most candidates that are shown.
const SHOWN: usize = 10;
/// A value that more records bear leads to none of them by itself.
const LONGEST_LIST: usize = 300;
/// The most records that are compared field by field for one question.
const COMPARED: usize = 40;
/// Of how many records with like-sounding names the best are compared.
const BY_SOUND: usize = 16;
/// Among how many postings of three-letter groups like names are looked for.
const GROUPS_READ: usize = 3_000;
/// As if the stock were larger by this: in a small one, one record with a word says little about how rare the word is.
const IMAGINED: u32 = 1_000;
/// What a word weighs at least, and at most when many companies bear it.
const LIGHTEST: u32 = 10;
const COMMON: u32 = 25;
/// Below so many dead slots nothing is tidied.
const TIDY_FROM: usize = 1_024;

/// Keyless records, found by their values without comparing all with all. A record costs some 400 bytes.
#[derive(Clone, Debug)]
pub struct Index<Z> {
    kind: Kind,
    slots: Vec<Option<(Z, Traits)>>,
    by_key: BTreeMap<Z, u32>,
    blocks: Postings,
    /// How many records of the other side bear a value that stands here too.
    learnt: HashMap<u32, u32>,
    learnt_records: u32,
}

impl<Z: Ord + Clone> Index<Z> {
    /// An index of `records`.
    pub fn build(kind: Kind, records: impl IntoIterator<Item = (Z, Party)>) -> Self {
        let mut index = Self {
            kind,
            slots: Vec::new(),
            by_key: BTreeMap::new(),
            blocks: Postings::default(),
            learnt: HashMap::new(),
            learnt_records: 0,
        };
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
        self.by_key.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Adds a record, or replaces what was known of it.
    pub fn add(&mut self, key: Z, party: &Party) {
        self.remove(&key);
        self.put(key, Traits::of(self.kind, party));
    }

    fn put(&mut self, key: Z, traits: Traits) {
        let Ok(slot) = u32::try_from(self.slots.len()) else { return };
        for block in blocking::blocks(&traits.view()) {
            self.blocks.add(block.key, slot);
        }
        for group in blocking::groups(&traits.view()) {
            self.blocks.add(group, slot);
        }
        self.by_key.insert(key.clone(), slot);
        self.slots.push(Some((key, traits)));
    }

    /// Takes a record out: it was adopted, merged or deleted. Returns whether it was there.
    pub fn remove(&mut self, key: &Z) -> bool {
        let Some(slot) = self.by_key.remove(key) else { return false };
        if let Some(record) = self.slots.get_mut(slot as usize) {
            *record = None;
        }
        let dead = self.slots.len() - self.by_key.len();
        if dead > TIDY_FROM && dead > self.by_key.len() {
            self.blocks = Postings::default();
            self.by_key.clear();
            for (key, traits) in std::mem::take(&mut self.slots).into_iter().flatten() {
                self.put(key, traits);
            }
        }
        true
    }

    /// Lets the index know a record of Business Central before candidates are asked for: a value that many records there
    /// share says little. Not needed, and worth it where many are asked about at once. It keeps counts, not records, and only
    /// of values that stand in the index.
    pub fn learn(&mut self, party: &Party) {
        let traits = Traits::of(self.kind, party);
        self.learnt_records = self.learnt_records.saturating_add(1);
        for block in blocking::blocks(&traits.view()) {
            if block.counts && !self.blocks.get(block.key).is_empty() {
                *self.learnt.entry(block.key).or_default() += 1;
            }
        }
    }

    /// The records that may be `party`: at least *unclear*, the best first, ten at most.
    #[must_use]
    pub fn candidates(&self, party: &Party) -> Vec<Candidate<Z>> {
        let traits = Traits::of(self.kind, party);
        let view = traits.view();
        let mut slots = self.found_by_value(&view);
        slots.extend(self.found_by_sound(&view));
        slots.sort_unstable();
        slots.dedup();
        let mut found: Vec<Candidate<Z>> = slots
            .into_iter()
            .filter_map(|slot| self.slots.get(slot as usize)?.as_ref())
            .map(|(key, other)| {
                rules::judge(self.kind, key.clone(), &Evidence::of(&view, &other.view(), self))
            })
            .filter(|candidate| candidate.class > Class::None)
            .collect();
        found.sort_by(|left, right| order(left).cmp(&order(right)));
        found.truncate(SHOWN);
        found
    }

    /// Those that share a value, the values that few bear first.
    fn found_by_value(&self, traits: &View<'_>) -> Vec<u32> {
        let blocks = blocking::blocks(traits);
        let mut lists: Vec<(bool, &[u32])> =
            blocks.iter().map(|block: &Block| (!block.leads_always, self.blocks.get(block.key))).collect();
        lists.retain(|(weak, list)| {
            !list.is_empty() && list.len() <= if *weak { LONGEST_LIST / 4 } else { LONGEST_LIST }
        });
        lists.sort_by_key(|(_, list)| list.len());
        let mut found: Vec<u32> = Vec::new();
        for (_, list) in lists {
            found.extend(list);
            if found.len() >= COMPARED {
                break;
            }
        }
        found
    }

    /// Those whose names have many groups of three letters in common with this one, the rare groups counted.
    fn found_by_sound(&self, traits: &View<'_>) -> Vec<u32> {
        let mut lists: Vec<&[u32]> = blocking::groups(traits)
            .map(|group| self.blocks.get(group))
            .filter(|list| !list.is_empty())
            .collect();
        lists.sort_by_key(|list| list.len());
        let mut hits: Vec<u32> = Vec::new();
        let mut read = 0;
        for list in lists {
            if hits.len() + list.len() > GROUPS_READ {
                break;
            }
            hits.extend(list);
            read += 1;
        }
        hits.sort_unstable();
        let mut counted: Vec<(usize, u32)> = hits
            .chunk_by(|one, other| one == other)
            .filter_map(|run| Some((run.len(), *run.first()?)))
            .collect();
        let least = if read >= 8 { read / 4 } else { 2 };
        counted.retain(|(count, _)| *count >= least);
        counted.sort_unstable_by_key(|(count, slot)| (std::cmp::Reverse(*count), *slot));
        counted.into_iter().take(BY_SOUND).map(|(_, slot)| slot).collect()
    }

    fn alive(&self, slots: &[u32]) -> u32 {
        let alive = |slot: &&u32| self.slots.get(**slot as usize).is_some_and(Option::is_some);
        u32::try_from(slots.iter().take(LONGEST_LIST).filter(alive).count()).unwrap_or(u32::MAX)
    }
}

impl<Z: Ord + Clone> Stock for Index<Z> {
    fn bearers(&self, which: Trait, value: &str) -> Bearers {
        let block = blocking::value_key(which, value);
        let here = self.alive(self.blocks.get(block));
        Bearers::of(here, self.learnt.get(&block).copied().unwrap_or(0))
    }

    fn weight(&self, word: &str) -> u32 {
        let block = key(blocking::WORD, &[word]);
        let here = u32::try_from(self.blocks.get(block).len()).unwrap_or(u32::MAX);
        let bearers = here.saturating_add(self.learnt.get(&block).copied().unwrap_or(0));
        let stock = u32::try_from(self.slots.len()).unwrap_or(u32::MAX).saturating_add(self.learnt_records);
        let ratio = stock.saturating_add(IMAGINED) / (bearers + 1);
        let weight = tenfold_logarithm(ratio).max(LIGHTEST);
        let letters = word.chars().count();
        let weight = if letters <= 2 { weight / 2 } else { weight };
        if is_common(word) { weight.min(COMMON) } else { weight }
    }
}

/// Ten times the binary logarithm, between its whole values along a straight line.
fn tenfold_logarithm(ratio: u32) -> u32 {
    let Some(whole) = ratio.checked_ilog2() else { return 0 };
    let power = 1u64 << whole;
    let above = (u64::from(ratio) - power) * 10 / power;
    whole * 10 + u32::try_from(above).unwrap_or(0)
}

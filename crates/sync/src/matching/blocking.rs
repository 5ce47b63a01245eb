//! Under which keys a record stands in the index, so that only records with something in common are compared.

use std::collections::BTreeSet;

use super::name;
use super::postings::key;
use super::reach::{domain_name, phone_key};
use super::traits::{Trait, View};
use super::words::{is_common, is_small};

/// The sort of a word's key.
pub(super) const WORD: u8 = b'w';
const WORD_AND_TOWN: u8 = b'c';
const WHOLE_NAME: u8 = b'a';
const WRITTEN_AS_ONE: u8 = b'j';
const DOMAIN_NAME: u8 = b'l';
const OWNER_AND_WORD: u8 = b'o';
const OWNER_AND_TOTAL: u8 = b'm';
const GROUP: u8 = b'3';

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The hash.
    pub(super) key: u32,
    /// Whether it matters how many bear it.
    pub(super) counts: bool,
    /// Whether it leads to its records even if they are not few.
    pub(super) leads_always: bool,
}

/// The key of a value of one sort.
pub(super) fn value_key(which: Trait, value: &str) -> u32 {
    let value = match which {
        Trait::Phone => phone_key(value),
        // With or without its country.
        Trait::Tax => value.split_once('|').map_or(value, |(_, body)| body),
        Trait::Number
        | Trait::Digits
        | Trait::Email
        | Trait::Domain
        | Trait::City
        | Trait::Postcode
        | Trait::Country
        | Trait::Owner
        | Trait::Total
        | Trait::Date
        | Trait::Words
        | Trait::LegalForm => value,
    };
    key(which as u8, &[value])
}

/// The keys of a record, but for the groups of letters.
pub(super) fn blocks(traits: &View<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut put =
        |key: u32, counts: bool, leads_always: bool| blocks.push(Block { key, counts, leads_always });
    for which in [Trait::Number, Trait::Digits, Trait::Tax, Trait::Email, Trait::Domain, Trait::Phone] {
        for value in traits.all(which) {
            put(value_key(which, value), true, true);
        }
    }
    for domain in traits.all(Trait::Domain) {
        if let Some(name) = domain_name(domain) {
            put(key(DOMAIN_NAME, &[name]), false, true);
        }
    }
    let words = traits.words();
    let distinct: BTreeSet<&str> = name::read(words).flat_map(|word| [word.spelt, word.bare]).collect();
    let mut sorted: Vec<&str> = name::read(words).map(|word| word.bare).collect();
    if !sorted.is_empty() {
        put(key(WRITTEN_AS_ONE, &[&sorted.concat()]), false, true);
        sorted.sort_unstable();
        put(key(WHOLE_NAME, &sorted), false, true);
    }
    let (town, owner) = (traits.one(Trait::City), traits.one(Trait::Owner));
    for word in distinct {
        put(key(WORD, &[word]), true, false);
        if let Some(town) = town.filter(|_| !is_common(word) && !is_small(word)) {
            put(key(WORD_AND_TOWN, &[word, town]), false, true);
        }
        if let Some(owner) = owner {
            put(key(OWNER_AND_WORD, &[owner, word]), false, true);
        }
    }
    if let Some(owner) = owner {
        put(value_key(Trait::Owner, owner), false, false);
        if let Some(total) = traits.one(Trait::Total) {
            put(key(OWNER_AND_TOTAL, &[owner, total]), false, true);
        }
    }
    blocks
}

/// Keys of the groups of three letters in a record's name, its beginnings and ends of words marked: what survives a misspelling.
pub(super) fn groups(traits: &View<'_>) -> impl Iterator<Item = u32> {
    let mut groups = BTreeSet::new();
    for word in name::read(traits.words()) {
        if is_small(word.bare) {
            continue;
        }
        let letters: Vec<char> =
            std::iter::once(' ').chain(word.bare.chars()).chain(std::iter::once(' ')).collect();
        for window in letters.windows(3) {
            let group: String = window.iter().collect();
            groups.insert(key(GROUP, &[&group]));
        }
    }
    groups.into_iter()
}

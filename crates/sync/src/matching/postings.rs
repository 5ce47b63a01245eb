//! An inverted index in few bytes: from a hash to the slots that bear it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Set in an entry that points into the lists, instead of being a slot itself.
const LIST: u32 = 1 << 31;

/// From a hash to slots. Most values belong to one record alone, and cost eight bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    entries: HashMap<u32, u32, BuildHasherDefault<Hashed>>,
    lists: Vec<Vec<u32>>,
}

impl Postings {
    /// Adds a slot, which is larger than those added before.
    pub(super) fn add(&mut self, key: u32, slot: u32) {
        match self.entries.get_mut(&key) {
            None => {
                self.entries.insert(key, slot);
            }
            Some(entry) if *entry & LIST != 0 => {
                if let Some(list) = self.lists.get_mut((*entry & !LIST) as usize)
                    && list.last() != Some(&slot)
                {
                    list.push(slot);
                }
            }
            Some(entry) if *entry != slot => {
                let list = u32::try_from(self.lists.len()).unwrap_or(0);
                self.lists.push(vec![*entry, slot]);
                *entry = LIST | list;
            }
            Some(_) => {}
        }
    }

    /// The slots of a key, in the order in which they came.
    pub(super) fn get(&self, key: u32) -> &[u32] {
        match self.entries.get(&key) {
            None => &[],
            Some(entry) if entry & LIST != 0 => {
                self.lists.get((entry & !LIST) as usize).map_or(&[], Vec::as_slice)
            }
            Some(entry) => std::slice::from_ref(entry),
        }
    }
}

/// The hash of a value of one sort (FNV-1a, folded): the same in every run.
pub(super) fn key(sort: u8, parts: &[&str]) -> u32 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut feed = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    feed(sort);
    for part in parts {
        part.bytes().for_each(&mut feed);
        feed(0xff);
    }
    let mixed = hash ^ (hash >> 29) ^ (hash >> 47);
    // Truncation is the point: both halves are in the mix.
    (mixed & 0xffff_ffff) as u32
}

/// Keys are hashes already; only the bits are spread.
#[derive(Clone, Debug, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::{Postings, key};

    #[test]
    fn slots_come_back_in_their_order_and_once() {
        let mut postings = Postings::default();
        for slot in [0, 0, 3, 3, 7] {
            postings.add(5, slot);
        }
        postings.add(6, 7);
        assert_eq!(postings.get(5), [0, 3, 7]);
        assert_eq!(postings.get(6), [7]);
        assert_eq!(postings.get(8), [0u32; 0]);
    }

    #[test]
    fn keys_of_different_sorts_and_parts_differ() {
        assert_ne!(key(b'n', &["10010"]), key(b't', &["10010"]));
        assert_ne!(key(b'n', &["ab", "c"]), key(b'n', &["a", "bc"]));
    }
}

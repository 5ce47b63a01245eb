//! The records of one module, with the indexes that keep fifty thousand of them quick.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use exact_json::{Map, Value};
use jiff::Timestamp;

/// One record, or one row of a subform.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: u64,
    /// Field values that are not null; a lookup is the other record's id as text.
    pub(super) values: Map,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) created_by: u64,
    pub(super) modified_by: u64,
    pub(super) locked: bool,
    /// Of a row: the record that holds it.
    pub(super) parent: Option<u64>,
    /// The ids of its rows, in their order.
    pub(super) rows: Vec<u64>,
}

impl Record {
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.values.get(field).and_then(Value::as_text)
    }
}

/// A record that is gone.
#[derive(Clone, Debug)]
pub(super) struct Deleted {
    pub(super) id: u64,
    pub(super) name: Option<String>,
    pub(super) at: Timestamp,
    pub(super) deleted_by: u64,
    pub(super) created_by: u64,
    /// Taken out of the recycle bin by hand.
    pub(super) purged: bool,
}

/// One module's records.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    records: BTreeMap<u64, Record>,
    by_modified: BTreeSet<(Timestamp, u64)>,
    by_parent: BTreeMap<u64, BTreeSet<u64>>,
    indexes: BTreeMap<String, BTreeMap<String, BTreeSet<u64>>>,
    /// In the order of deletion.
    pub(super) deleted: Vec<Deleted>,
}

/// The form of a value in an index: without regard to case.
pub(super) fn fold(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::List(_) | Value::Object(_) => None,
    }
}

impl Store {
    /// Keeps an index over `field` from now on.
    pub(super) fn index_field(&mut self, field: &str) {
        if self.indexes.contains_key(field) {
            return;
        }
        let mut index = BTreeMap::<String, BTreeSet<u64>>::new();
        for record in self.records.values() {
            if let Some(key) = record.values.get(field).and_then(fold) {
                index.entry(key).or_default().insert(record.id);
            }
        }
        self.indexes.insert(field.to_owned(), index);
    }

    pub(super) fn is_indexed(&self, field: &str) -> bool {
        self.indexes.contains_key(field)
    }

    /// The records whose `field` has the folded value `key`, lowest id first; looks at all where there is no index.
    pub(super) fn holders(&self, field: &str, key: &str) -> Vec<u64> {
        if let Some(index) = self.indexes.get(field) {
            return index.get(key).into_iter().flatten().copied().collect();
        }
        let holds = |record: &&Record| record.values.get(field).and_then(fold).as_deref() == Some(key);
        self.records.values().filter(holds).map(|record| record.id).collect()
    }

    pub(super) fn get(&self, id: u64) -> Option<&Record> {
        self.records.get(&id)
    }

    /// Locks or unlocks a record, which no index knows of.
    pub(super) fn set_locked(&mut self, id: u64, locked: bool) -> bool {
        self.records.get_mut(&id).map(|record| record.locked = locked).is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The records from `id` on, in the order of their ids.
    pub(super) fn starting_at_id(&self, id: u64) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.range(id..).map(|(_, record)| record)
    }

    /// The records changed at `time` or later, in the order of (modified, id).
    pub(super) fn changed_since(&self, time: Timestamp) -> impl DoubleEndedIterator<Item = &Record> {
        self.by_modified.range((time, 0)..).filter_map(|(_, id)| self.records.get(id))
    }

    /// The records before `id`, in the order of their ids.
    pub(super) fn before_id(&self, id: u64) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.range(..id).map(|(_, record)| record)
    }

    /// The records after (or before) a place in the order of (modified, id).
    pub(super) fn beyond(
        &self,
        place: (Timestamp, u64),
        after: bool,
    ) -> impl DoubleEndedIterator<Item = &Record> {
        let (from, to) = if after {
            (Bound::Excluded(place), Bound::Unbounded)
        } else {
            (Bound::Unbounded, Bound::Excluded(place))
        };
        self.by_modified.range((from, to)).filter_map(|(_, id)| self.records.get(id))
    }

    /// The rows that belong to `parent`.
    pub(super) fn children(&self, parent: u64) -> Vec<u64> {
        self.by_parent.get(&parent).into_iter().flatten().copied().collect()
    }

    /// Stores `record` in place of an earlier one with its id.
    pub(super) fn put(&mut self, record: Record) {
        self.take(record.id);
        for (field, index) in &mut self.indexes {
            if let Some(key) = record.values.get(field).and_then(fold) {
                index.entry(key).or_default().insert(record.id);
            }
        }
        self.by_modified.insert((record.modified, record.id));
        if let Some(parent) = record.parent {
            self.by_parent.entry(parent).or_default().insert(record.id);
        }
        self.records.insert(record.id, record);
    }

    /// Takes the record out, without a trace.
    pub(super) fn take(&mut self, id: u64) -> Option<Record> {
        let record = self.records.remove(&id)?;
        self.by_modified.remove(&(record.modified, id));
        for (field, index) in &mut self.indexes {
            if let Some(key) = record.values.get(field).and_then(fold) {
                remove_from(index, &key, id);
            }
        }
        if let Some(parent) = record.parent {
            remove_from(&mut self.by_parent, &parent, id);
        }
        Some(record)
    }
}

fn remove_from<K: Ord>(index: &mut BTreeMap<K, BTreeSet<u64>>, key: &K, id: u64) {
    if let Some(ids) = index.get_mut(key) {
        ids.remove(&id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

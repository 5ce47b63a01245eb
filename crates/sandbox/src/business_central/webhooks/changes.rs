//! What happens to records, merged by record until it is told.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::super::row::{Row, moment};
use super::super::schema::Table;
use super::{Entry, Letter, Webhooks};
use crate::post::{Waiting, later};

/// With more changes than this only the collection is named.
const MOST_CHANGES: usize = 1_000;

/// So much before the first change the filter of a collection begins.
const FILTER_MARGIN: SignedDuration = SignedDuration::from_millis(50);

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// It is new.
    Created,
    /// It has changed.
    Updated,
    /// It is gone.
    Deleted,
    /// Much has changed.
    Collection,
}

impl Kind {
    /// The word in a notification.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Collection => "collection",
        }
    }

    /// What two things that happened one after the other are together.
    fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Created, Self::Updated) => Self::Created,
            // A new record in the place of a deleted one: there is one now.
            (_, next) => next,
        }
    }
}

/// What happened to one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    kind: Kind,
    modified: Timestamp,
}

impl Webhooks {
    /// Whether anybody wants to know of changes in that table.
    pub(in super::super) fn listen(&self, table: Table) -> bool {
        !self.silent && self.subscriptions.values().any(|subscription| subscription.is_about(table))
    }

    /// Notes a change for everybody who wants to know.
    pub(in super::super) fn note(
        &mut self,
        table: Table,
        id: Uuid,
        kind: Kind,
        modified: Timestamp,
        now: Timestamp,
    ) {
        if !self.listen(table) {
            return;
        }
        for subscription in self.subscriptions.values().filter(|subscription| subscription.is_about(table)) {
            let changes = self.pending.entry(subscription.id.clone()).or_default();
            let kind = changes.get(&id).map_or(kind, |before| before.kind.then(kind));
            changes.insert(id, Change { kind, modified });
        }
        self.due = Some(self.due.unwrap_or_else(|| later(now, self.delay)));
    }

    /// Makes posts of the pending changes when their time has come: one for each address, whoever the subscriptions are.
    pub(super) fn gather(&mut self, now: Timestamp) {
        if self.due.is_none_or(|due| due > now) {
            return;
        }
        self.due = None;
        let mut letters: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for (id, changes) in std::mem::take(&mut self.pending) {
            if let Some(subscription) = self.subscriptions.get(&id) {
                let entries = entries(&id, &subscription.resource, &changes);
                letters.entry(subscription.notification_url.clone()).or_default().extend(entries);
            }
        }
        for (url, entries) in letters {
            self.made += 1;
            self.posts.insert(self.made, Waiting::new(Letter { url, entries }, now));
        }
    }
}

fn entries(subscription: &str, collection: &str, changes: &BTreeMap<Uuid, Change>) -> Vec<Entry> {
    let entry = |resource, change: Change| Entry {
        subscription: subscription.to_owned(),
        resource,
        kind: change.kind,
        modified: change.modified,
    };
    if changes.len() <= MOST_CHANGES {
        let mut entries: Vec<Entry> =
            changes.iter().map(|(id, change)| entry(format!("{collection}({id})"), *change)).collect();
        entries.sort_by_key(|entry| entry.modified);
        return entries;
    }
    let first = changes.values().map(|change| change.modified).min().unwrap_or_default();
    let resource = if changes.values().any(|change| change.kind == Kind::Deleted) {
        collection.to_owned()
    } else {
        let from = first.saturating_sub(FILTER_MARGIN).unwrap_or(first);
        format!("{collection}?$filter=lastModifiedDateTime%20gt%20{}", moment(from))
    };
    vec![entry(resource, Change { kind: Kind::Collection, modified: first })]
}

/// Whether a write changed anything that a record holds.
pub(in super::super) fn differ(before: &Row, after: &Row) -> bool {
    let lines = |row: &Row| row.lines.iter().map(|line| (line.id, line.values.clone())).collect::<Vec<_>>();
    before.values != after.values || before.posted != after.posted || lines(before) != lines(after)
}

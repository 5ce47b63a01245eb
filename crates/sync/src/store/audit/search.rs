//! Looks through the trail: what fits a filter, newest first, page by page, with how many there are.
//!
//! The trail has no holes, so that without a filter an entry's place is a matter of counting. With one, the places of all that fits are found
//! once, from the index `audit_search`, which holds of every entry what is filtered by; whoever shows a list keeps them ([`Search`]), and takes
//! in later only what was appended since. A place is eight bytes.

use jiff::Timestamp;
use rusqlite::params_from_iter;
use rusqlite::types::Value as Sql;
use serde::{Deserialize, Serialize};

use super::{AuditKind, Entry, read};
use crate::flow::Flow;
use crate::store::{StoreError, Tx, columns};

/// The number and the words of an entry. The index `audit_search` is found only by these very words.
pub(super) const WORDS: &str = "(coalesce(number, '') || ' ' || summary)";

/// Which entries are wanted. What is left out restricts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Every one of these words stands in the record's number, as it was then, or in the summary; whatever their case, as far as it is ASCII.
    pub text: String,
    /// About records of this flow, or about the flow.
    pub flow: Option<Flow>,
    /// Of one of these kinds; of any where none is named.
    pub kinds: Vec<AuditKind>,
    /// Of this run.
    pub run: Option<String>,
    /// From then on.
    pub from: Option<Timestamp>,
    /// Before then.
    pub to: Option<Timestamp>,
    /// Not behind this place in the trail: with the first page's [`Found::up_to`], later pages fit it whatever was appended meanwhile.
    pub up_to: Option<i64>,
}

/// A page of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many entries fit the filter.
    pub total: u64,
    /// Up to which place the trail was looked through.
    pub up_to: i64,
    /// Those of the page, newest first.
    pub entries: Vec<Entry>,
}

/// At most `limit` entries that fit, newest first, behind the `offset` newest of them. Who wants many pages keeps a [`Search`].
///
/// # Errors
/// When the database fails.
pub fn page(tx: &Tx<'_>, filter: &Filter, offset: u64, limit: usize) -> Result<Found, StoreError> {
    let search = Search::begin(tx, filter.clone())?;
    let entries = search.page(tx, offset, limit)?;
    Ok(Found { total: search.total(), up_to: search.up_to, entries })
}

/// The entry at a place of the trail.
///
/// # Errors
/// When the database fails.
pub fn at(tx: &Tx<'_>, seq: i64) -> Result<Option<Entry>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT * FROM audit WHERE seq = ?1")?;
    let mut rows = statement.query([seq])?;
    rows.next()?.map(read).transpose()
}

/// Where everything stands that fits a filter.
#[derive(Clone, Debug)]
pub struct Search {
    filter: Filter,
    up_to: i64,
    places: Places,
}

#[derive(Clone, Debug)]
enum Places {
    /// Every place up to the last one.
    All,
    /// These, in their order.
    These(Vec<i64>),
}

impl Search {
    /// Looks through the trail.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin(tx: &Tx<'_>, filter: Filter) -> Result<Self, StoreError> {
        let places = if is_everything(&filter) { Places::All } else { Places::These(Vec::new()) };
        let mut search = Self { filter, up_to: 0, places };
        search.go_on(tx)?;
        Ok(search)
    }

    /// Takes in what was appended since.
    ///
    /// # Errors
    /// When the database fails.
    pub fn go_on(&mut self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let head = super::head(tx)?;
        let up_to = self.filter.up_to.map_or(head, |up_to| up_to.min(head));
        if up_to <= self.up_to {
            return Ok(());
        }
        if let Places::These(places) = &mut self.places {
            let known = places.len();
            fitting(tx, &self.filter, self.up_to, up_to, places)?;
            if let Some(new) = places.get_mut(known..) {
                new.sort_unstable();
            }
        }
        self.up_to = up_to;
        Ok(())
    }

    /// What was looked for.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Up to which place the trail was looked through.
    #[must_use]
    pub fn up_to(&self) -> i64 {
        self.up_to
    }

    /// How many entries fit.
    #[must_use]
    pub fn total(&self) -> u64 {
        match &self.places {
            Places::All => columns::count(self.up_to),
            Places::These(places) => places.len() as u64,
        }
    }

    /// At most `limit` of them, newest first, behind the `offset` newest.
    ///
    /// # Errors
    /// When the database fails.
    pub fn page(&self, tx: &Tx<'_>, offset: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let behind = self.total().saturating_sub(offset);
        let first = behind.saturating_sub(limit as u64);
        self.entries(tx, (first..behind).rev())
    }

    /// At most `limit` of them, oldest first, behind the `offset` oldest: for going through all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn oldest(&self, tx: &Tx<'_>, offset: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.entries(tx, offset..self.total().min(offset.saturating_add(limit as u64)))
    }

    fn entries(&self, tx: &Tx<'_>, ranks: impl Iterator<Item = u64>) -> Result<Vec<Entry>, StoreError> {
        let place = |rank: u64| match &self.places {
            Places::All => Some(columns::offset(rank) + 1),
            Places::These(places) => places.get(usize::try_from(rank).ok()?).copied(),
        };
        let mut entries = Vec::new();
        for seq in ranks.filter_map(place) {
            entries.extend(at(tx, seq)?);
        }
        Ok(entries)
    }
}

fn is_everything(filter: &Filter) -> bool {
    let Filter { text, flow, kinds, run, from, to, up_to: _ } = filter;
    text.trim().is_empty()
        && flow.is_none()
        && kinds.is_empty()
        && run.is_none()
        && from.is_none()
        && to.is_none()
}

/// Adds the places behind `after` and up to `up_to` of what fits; their order is the index's.
fn fitting(
    tx: &Tx<'_>,
    filter: &Filter,
    after: i64,
    up_to: i64,
    places: &mut Vec<i64>,
) -> Result<(), StoreError> {
    let (sql, values) = statement(filter, after, up_to);
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        places.push(row.get(0)?);
    }
    Ok(())
}

fn statement(filter: &Filter, after: i64, up_to: i64) -> (String, Vec<Sql>) {
    let Filter { text, flow, kinds, run, from, to, up_to: _ } = filter;
    let only_times = text.trim().is_empty() && flow.is_none() && kinds.is_empty() && run.is_none();
    let index = if only_times { "audit_at" } else { "audit_search" };
    let mut fits = Condition::default();
    if !only_times {
        // With its kinds named, the index is entered where they begin; without any, all are.
        let kinds = if kinds.is_empty() { &AuditKind::ALL[..] } else { kinds };
        fits.one_of("kind", kinds.iter().map(|kind| kind.name()));
    }
    if let Some(flow) = flow {
        fits.and("flow = ?", [Sql::Text(flow.name().to_owned())]);
    }
    fits.and("seq > ? AND seq <= ?", [Sql::Integer(after), Sql::Integer(up_to)]);
    if let Some(from) = from {
        fits.and("at >= ?", [Sql::Integer(columns::micros(*from))]);
    }
    if let Some(to) = to {
        fits.and("at < ?", [Sql::Integer(columns::micros(*to))]);
    }
    if let Some(run) = run {
        fits.and("run = ?", [Sql::Text(run.clone())]);
    }
    for word in text.split_whitespace() {
        fits.and(&format!("{WORDS} LIKE ? ESCAPE '\\'"), [Sql::Text(containing(word))]);
    }
    (format!("SELECT seq FROM audit INDEXED BY {index} WHERE {}", fits.sql), fits.values)
}

#[derive(Default)]
struct Condition {
    sql: String,
    values: Vec<Sql>,
}

impl Condition {
    fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Sql>) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        self.sql.push_str(sql);
        self.values.extend(values);
    }

    fn one_of<'a>(&mut self, column: &str, names: impl Iterator<Item = &'a str>) {
        let values: Vec<Sql> = names.map(|name| Sql::Text(name.to_owned())).collect();
        let places = vec!["?"; values.len()].join(", ");
        self.and(&format!("{column} IN ({places})"), values);
    }
}

/// A pattern for texts that contain `word`.
fn containing(word: &str) -> String {
    let mut pattern = String::from("%");
    for letter in word.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests;

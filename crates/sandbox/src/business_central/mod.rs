//! A simulated Business Central: sign-in, API v2.0 and the two other Microsoft APIs that are read beside it.
//!
//! [`BcState`] holds one company's tables ([`schema`], [`row`]) and how the service behaves. `handle` finds what an address names,
//! `odata` reads what is asked of it, `listing` chooses the rows, `expand` prints them. [`changes`] is what people do in the company,
//! [`purchasing`] what they do with its vendors, and [`webhooks`] tells others of it.

pub mod changes;
mod errors;
mod expand;
mod filter;
mod handle;
pub mod invoices;
mod listing;
mod navigation;
mod odata;
pub mod purchasing;
pub mod row;
mod rows;
pub mod schema;
mod sign_in;
pub mod webhooks;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use row::Row;
use rows::Rows;
use schema::Table;
use webhooks::Webhooks;

use crate::credentials;

/// How the service behaves.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Whether the app was added and enabled inside Business Central.
    pub app_enabled: bool,
    /// Tables of which the app sees nothing: 200 with no rows, 404 by id.
    pub hidden: BTreeSet<Table>,
    /// Posted invoices are hidden while drafts are not.
    pub posted_hidden: bool,
    /// Tables whose reading is refused in words.
    pub forbidden: BTreeSet<Table>,
    /// Whether the automation API with the posted invoices exists.
    pub posted_api: bool,
    /// Whether reading drafts writes, because the app has more than reading rights.
    pub writes_on_read: bool,
    /// Whether the client secret has expired.
    pub secret_expired: bool,
    /// How long a token lives.
    pub token_seconds: u32,
    /// How far the service's clock is ahead of everybody else's.
    pub clock_skew: SignedDuration,
    /// Whether the environment is being updated: 503 for everything.
    pub maintenance: bool,
    /// So many links to a next page have ended by the time somebody follows them.
    pub stale_links: u32,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            app_enabled: true,
            hidden: BTreeSet::new(),
            posted_hidden: false,
            forbidden: BTreeSet::new(),
            posted_api: true,
            writes_on_read: false,
            secret_expired: false,
            token_seconds: 3_599,
            clock_skew: SignedDuration::ZERO,
            maintenance: false,
            stale_links: 0,
        }
    }
}

/// A company of the environment.
#[derive(Clone, Debug)]
pub struct Company {
    /// Its SystemId.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// How it is shown; may be blank.
    pub display_name: String,
}

/// The whole service.
#[derive(Debug)]
pub struct BcState {
    /// The tenant's domain.
    pub tenant: String,
    /// The environment.
    pub environment: String,
    /// The companies; the first one holds the tables, the others are empty.
    pub companies: Vec<Company>,
    /// The apps that may sign in, with their secrets.
    pub apps: BTreeMap<String, String>,
    /// How it behaves.
    pub behaviour: Behaviour,
    /// Who wants to know of changes.
    pub webhooks: Webhooks,
    /// Every request that tried to write: there must never be one.
    pub write_attempts: Vec<String>,
    /// How many requests were answered.
    pub requests: u64,
    tables: BTreeMap<Table, Rows>,
    tokens: BTreeMap<String, Timestamp>,
    now: Timestamp,
    version: u64,
    made: u64,
    signed_in: u64,
}

impl Default for BcState {
    fn default() -> Self {
        Self::new()
    }
}

impl BcState {
    /// An environment with two empty companies.
    #[must_use]
    pub fn new() -> Self {
        let company = |id: u128, name: &str, display_name: &str| Company {
            id: Uuid::from_u128(0xb18a_ed47_c385_49d2_b954_dbdf_8ad7_0000 + id),
            name: name.to_owned(),
            display_name: display_name.to_owned(),
        };
        Self {
            tenant: credentials::TENANT.to_owned(),
            environment: credentials::ENVIRONMENT.to_owned(),
            companies: vec![
                company(0x1780, credentials::COMPANY, ""),
                company(0x1781, "CRONUS International Ltd.", "CRONUS"),
            ],
            apps: [(credentials::BC_CLIENT_ID.to_owned(), credentials::BC_CLIENT_SECRET.to_owned())].into(),
            behaviour: Behaviour::default(),
            webhooks: Webhooks::default(),
            write_attempts: Vec::new(),
            requests: 0,
            tables: Table::ALL.into_iter().map(|table| (table, Rows::default())).collect(),
            tokens: BTreeMap::new(),
            now: Timestamp::UNIX_EPOCH,
            version: 0,
            made: 0,
            signed_in: 0,
        }
    }

    /// Sets the service's time.
    pub(crate) fn set_time(&mut self, now: Timestamp) {
        self.now = now.saturating_add(self.behaviour.clock_skew).unwrap_or(now);
    }

    /// The service's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The rows of a table, by SystemId.
    #[must_use]
    pub fn table(&self, table: Table) -> &BTreeMap<Uuid, Row> {
        // Every table is made with the state.
        static EMPTY: BTreeMap<Uuid, Row> = BTreeMap::new();
        self.tables.get(&table).map_or(&EMPTY, Rows::all)
    }

    /// The customers that a company contact stands for, or the contacts below it, itself among them.
    pub(crate) fn of_company(&self, table: Table, number: &str) -> impl Iterator<Item = &Row> {
        self.tables.get(&table).into_iter().flat_map(move |rows| rows.of_company(number))
    }

    /// A SystemId that no row has; ids are spread over the whole range, as real ones are.
    pub fn new_id(&mut self) -> Uuid {
        self.made += 1;
        let mut z = self.made.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z ^= z >> 27;
        Uuid::from_u64_pair(z, 0x8000_0000_0000_0000 | self.made)
    }

    /// Adds a row, stamped now.
    pub fn add(&mut self, table: Table, row: Row) -> Uuid {
        self.add_late(table, row, self.now)
    }

    /// Adds a row as a long transaction would: visible only now, stamped when it began.
    pub fn add_late(&mut self, table: Table, mut row: Row, stamped: Timestamp) -> Uuid {
        let id = row.id;
        self.stamp(&mut row, stamped);
        self.webhooks.note(table, id, webhooks::Kind::Created, row.modified, self.now);
        self.tables.entry(table).or_default().insert(row);
        id
    }

    /// Changes a row and stamps it. Returns whether there is such a row. A write that changes nothing is told to nobody.
    pub fn change(&mut self, table: Table, id: Uuid, work: impl FnOnce(&mut Row)) -> bool {
        let (version, modified) = (self.version + 1, rounded(self.now));
        let before = if self.webhooks.listen(table) { self.table(table).get(&id).cloned() } else { None };
        let changed = self.move_quietly(table, id, |row| {
            work(row);
            row.version = version;
            row.modified = modified;
        });
        self.version += u64::from(changed);
        if let Some((before, after)) = before.zip(self.table(table).get(&id))
            && webhooks::differ(&before, after)
        {
            self.webhooks.note(table, id, webhooks::Kind::Updated, modified, self.now);
        }
        changed
    }

    /// Changes what is computed on every read: nothing is stamped.
    pub fn move_quietly(&mut self, table: Table, id: Uuid, work: impl FnOnce(&mut Row)) -> bool {
        self.tables.get_mut(&table).is_some_and(|rows| rows.update(id, work))
    }

    /// Deletes a row. There is no tombstone.
    pub fn delete(&mut self, table: Table, id: Uuid) -> bool {
        let deleted = self.tables.get_mut(&table).is_some_and(|rows| rows.remove(id));
        if deleted {
            self.webhooks.note(table, id, webhooks::Kind::Deleted, rounded(self.now), self.now);
        }
        deleted
    }

    /// The row with that number; of several, the one with the smallest SystemId.
    #[must_use]
    pub fn find(&self, table: Table, number: &str) -> Option<&Row> {
        self.with_number(table, number).next()
    }

    /// The code of the local currency; blank where the ledger set-up does not say.
    fn local_currency(&self) -> &str {
        self.table(Table::LedgerSetup).values().next().map_or("", |row| row.text("localCurrencyCode"))
    }

    /// The rows with that number.
    pub(crate) fn with_number(&self, table: Table, number: &str) -> impl Iterator<Item = &Row> {
        self.tables.get(&table).into_iter().flat_map(move |rows| rows.with_number(number))
    }

    fn stamp(&mut self, row: &mut Row, at: Timestamp) {
        self.version += 1;
        row.version = self.version;
        row.modified = rounded(at);
    }
}

/// SQL's datetime: milliseconds that end in 0, 3 or 7 (facts, §4.10).
fn rounded(at: Timestamp) -> Timestamp {
    let millis = at.as_millisecond();
    let last = millis.rem_euclid(10);
    let end = match last {
        0..=1 => 0,
        2..=4 => 3,
        5..=8 => 7,
        _ => 10,
    };
    Timestamp::from_millisecond(millis - last + end).unwrap_or(at)
}

//! Everything that one simulated organisation holds.

use std::collections::BTreeMap;

use exact_json::{Map, Value};
use jiff::Timestamp;

use super::answer::object;
use super::bulk::Bulk;
use super::callbacks::Callbacks;
use super::credits::{Credits, Slot};
use super::edition::Edition;
use super::field::{DataType, Field};
use super::module::{Module, PerModule};
use super::oauth::OAuth;
use super::org::Org;
use super::page_token::PageTokens;
use super::standard_fields;
use super::store::{Record, Store};
use super::switches::Switches;
use super::variables::Variables;
use super::watch::Channel;
use super::{scopes, stamp};
use crate::Incoming;

/// One simulated Zoho organisation with its accounts server.
#[derive(Clone)]
pub struct ZohoState {
    /// How this organisation differs from others.
    pub switches: Switches,
    /// What has happened, for tests.
    pub counters: Counters,
    /// Every record written or deleted, oldest first.
    pub writes_log: Vec<WriteEntry>,
    pub(super) org: Org,
    pub(super) oauth: OAuth,
    pub(super) schema: PerModule<Vec<Field>>,
    pub(super) stores: PerModule<Store>,
    pub(super) credits: Credits,
    pub(super) page_tokens: PageTokens,
    pub(super) bulk: Bulk,
    pub(super) poison: Vec<Poison>,
    pub(super) variables: Variables,
    pub(super) channels: Vec<Channel>,
    pub(super) callbacks: Callbacks,
    last_id: u64,
    pub(super) last_invoice_number: u64,
}

/// Counts of what has happened.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// Records inserted, updated or deleted through the API; rows of subforms do not count.
    pub record_writes: u64,
    /// When that was last; records' own stamps are whole seconds.
    pub last_write: Option<Timestamp>,
    /// Calls by kind (`insert`, `coql`, `token`, …), refused ones included.
    pub calls: BTreeMap<&'static str, u64>,
    /// Records for whose writes workflows would have run.
    pub triggers_run: u64,
    /// Calls answered 429.
    pub too_many: u64,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteAction {
    /// It is new.
    Insert,
    /// It has changed.
    Update,
    /// It is gone.
    Delete,
}

/// One record written.
#[derive(Clone, Debug)]
pub struct WriteEntry {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub module: Module,
    /// The record's id.
    pub id: String,
    /// What became of it.
    pub action: WriteAction,
    /// Whether workflows would have run.
    pub workflows: bool,
    /// Whether a person did it, and not the API.
    pub by_person: bool,
    /// The row as it was sent; empty for deletions.
    pub sent: Map,
}

/// A rule of the organisation that refuses some records.
#[derive(Clone, Debug)]
pub(super) struct Poison {
    pub(super) module: Module,
    pub(super) field: String,
    pub(super) containing: String,
    pub(super) code: String,
    pub(super) message: String,
}

impl Default for ZohoState {
    fn default() -> Self {
        Self::new()
    }
}

impl ZohoState {
    /// An Enterprise organisation with one currency (EUR), two users, no records and no OAuth client.
    #[must_use]
    pub fn new() -> Self {
        let schema = PerModule::from_fn(standard_fields::of);
        let stores = PerModule::from_fn(|module| {
            let mut store = Store::default();
            store.index_field(module.system_duplicate_field());
            for field in &schema[module] {
                if matches!(field.data_type, DataType::Lookup(_)) {
                    store.index_field(&field.api_name);
                }
            }
            store
        });
        Self {
            switches: Switches::default(),
            counters: Counters::default(),
            writes_log: Vec::new(),
            org: Org::new(),
            oauth: OAuth::default(),
            schema,
            stores,
            credits: Credits::default(),
            page_tokens: PageTokens::default(),
            bulk: Bulk::default(),
            poison: Vec::new(),
            variables: Variables::default(),
            channels: Vec::new(),
            callbacks: Callbacks::default(),
            last_id: 554_023_000_000_300_000,
            last_invoice_number: 0,
        }
    }

    /// Makes an OAuth client known to the accounts server.
    pub fn register_client(&mut self, client_id: &str, client_secret: &str) {
        self.oauth.register_client(client_id, client_secret);
    }

    /// Enters an address in the API console to which the consent page may send the browser back, letter by letter.
    pub fn register_redirect(&mut self, client_id: &str, redirect_uri: &str) {
        self.oauth.register_redirect(client_id, redirect_uri);
    }

    /// Puts in a refresh token with every scope that Ledgerline asks for, as if somebody had consented.
    pub fn grant_refresh_token(&mut self, client_id: &str, refresh_token: &str) {
        self.grant_refresh_token_with_scopes(client_id, refresh_token, &scopes::ALL);
    }

    /// Puts in a refresh token with other scopes.
    pub fn grant_refresh_token_with_scopes(&mut self, client_id: &str, refresh_token: &str, scopes: &[&str]) {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.oauth.add_grant(client_id, refresh_token, &scopes);
    }

    /// Puts in a grant code, good for two minutes and one exchange, with every scope.
    pub fn grant_code(&mut self, client_id: &str, code: &str, redirect_uri: Option<&str>, now: Timestamp) {
        let scopes = scopes::ALL.map(ToOwned::to_owned).to_vec();
        self.oauth.add_code(client_id, code, redirect_uri, scopes, true, now);
    }

    /// What a request counts while it runs. A server that keeps answers waiting calls [`Self::begin`] before
    /// [`Self::handle`] and [`Self::end`] when the answer has gone; without them nothing ever runs at once.
    #[must_use]
    pub fn slot(request: &Incoming) -> Slot {
        super::router::slot(request)
    }

    /// Notes that a call has started.
    pub fn begin(&mut self, slot: Slot) {
        self.credits.begin(slot);
    }

    /// Notes that a call's answer has gone.
    pub fn end(&mut self, slot: Slot) {
        self.credits.end(slot);
    }

    /// The most calls that have run at once.
    #[must_use]
    pub fn peak_running(&self) -> usize {
        self.credits.peak
    }

    /// The credits that all calls so far have cost.
    #[must_use]
    pub fn credits_used(&self) -> u64 {
        self.credits.total
    }

    /// The credits of the 24 hours before `now`.
    pub fn credits_in_window(&mut self, now: Timestamp) -> u64 {
        self.credits.used(now)
    }

    /// Lets other programs of the org spend credits.
    pub fn others_spend(&mut self, credits: u64, now: Timestamp) {
        self.credits.spend(credits, now);
    }

    /// Sets the credits of a day; `None` is the edition's formula.
    pub fn set_credit_budget(&mut self, budget: Option<u64>) {
        self.credits.budget = budget;
    }

    /// Sets the edition, and whether it is a trial of it.
    pub fn set_edition(&mut self, edition: Edition, trial: bool) {
        self.org.edition = edition;
        self.org.trial = trial;
    }

    /// Sets the home currency; other currencies are forgotten.
    pub fn set_home_currency(&mut self, iso_code: &str) {
        self.org.set_home_currency(iso_code);
    }

    /// Switches several currencies on or off; it also takes an Enterprise or Ultimate edition to have them.
    pub fn set_multi_currency(&mut self, on: bool) {
        self.org.multi_currency = on;
    }

    /// Adds a currency, or switches it on or off.
    pub fn set_currency(&mut self, iso_code: &str, active: bool) {
        self.org.set_currency(iso_code, active);
    }

    /// Adds a tax and returns its id.
    pub fn add_tax(&mut self, name: &str, percentage: exact_json::Decimal) -> String {
        self.org.add_tax(name, percentage).to_string()
    }

    /// Adds a user and returns the id.
    pub fn add_user(&mut self, name: &str, email: &str) -> String {
        self.org.add_user(name, email).to_string()
    }

    /// Sets the number that names the organisation, as if the token belonged to another one.
    pub fn set_zgid(&mut self, zgid: &str) {
        zgid.clone_into(&mut self.org.zgid);
    }

    /// The number that names the organisation.
    #[must_use]
    pub fn zgid(&self) -> &str {
        &self.org.zgid
    }

    /// Makes every access token unknown; refresh tokens stay.
    pub fn expire_tokens(&mut self) {
        self.oauth.expire_all();
    }

    /// Makes every refresh token unknown too.
    pub fn revoke_tokens(&mut self) {
        self.oauth.revoke_all();
    }

    /// How many records a module has.
    #[must_use]
    pub fn record_count(&self, module: Module) -> usize {
        self.stores[module].len()
    }

    /// The ids of a module's records, oldest first.
    #[must_use]
    pub fn record_ids(&self, module: Module) -> Vec<String> {
        self.stores[module].starting_at_id(0).map(|record| record.id.to_string()).collect()
    }

    /// A record as `GET /{module}/{id}` shows it, rows included.
    #[must_use]
    pub fn record(&self, module: Module, id: &str) -> Option<Map> {
        let record = self.stores[module].get(id.parse().ok()?)?;
        Some(self.whole(module, record))
    }

    /// Every record of a module as `GET /{module}/{id}` shows it, oldest first.
    #[must_use]
    pub fn records(&self, module: Module) -> Vec<Map> {
        self.stores[module].starting_at_id(0).map(|record| self.whole(module, record)).collect()
    }

    /// The next id: 18 digits, growing.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn count_call(&mut self, kind: &'static str) {
        *self.counters.calls.entry(kind).or_default() += 1;
    }

    /// Books a record as written, with the values of the fields that changed, and tells the channels.
    pub(super) fn log_write(&mut self, entry: WriteEntry, changed: &[(String, Value)]) {
        self.tell_channels(&entry, changed);
        if !entry.by_person {
            self.counters.record_writes += 1;
        }
        if entry.workflows {
            self.counters.triggers_run += 1;
        }
        if self.switches.keep_writes_log {
            self.writes_log.push(entry);
        }
    }

    /// A user as records show one.
    pub(super) fn user_reference(&self, id: u64) -> Value {
        self.org.user(id).map_or(Value::Null, super::org::User::reference)
    }

    /// The members of a row result that say who and when.
    pub(super) fn stamps(&self, record: &Record) -> Map {
        let short = |id| {
            self.org.user(id).map_or(Value::Null, |user| {
                object([("name", Value::text(&user.name)), ("id", super::answer::id_text(id))])
            })
        };
        super::answer::map([
            ("id", super::answer::id_text(record.id)),
            ("Created_Time", Value::text(stamp::text(record.created))),
            ("Modified_Time", Value::text(stamp::text(record.modified))),
            ("Created_By", short(record.created_by)),
            ("Modified_By", short(record.modified_by)),
        ])
    }
}

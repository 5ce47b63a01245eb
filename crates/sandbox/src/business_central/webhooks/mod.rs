//! Webhooks: who wants to know of changes, and telling them (facts, §7).
//!
//! `routes` answers `…/subscriptions`; `changes` merges what happens until it is told; this room holds the subscriptions and decides
//! what an answer of the address means.

mod changes;
mod routes;

use std::collections::{BTreeMap, BTreeSet};

use exact_json::{Map, Value};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use self::changes::Change;
pub(super) use self::changes::{Kind, differ};
use super::BcState;
use super::row::moment;
use super::schema::Table;
use crate::post::{Waiting, later};

/// The collections to which the documented list allows to subscribe. By the rule of the pages contacts, purchase orders and posted
/// sales invoices qualify too, and are not listed.
const ELIGIBLE: [&str; 22] = [
    "accounts",
    "companyInformation",
    "countriesRegions",
    "currencies",
    "customerPaymentJournals",
    "customers",
    "dimensions",
    "employees",
    "generalLedgerEntries",
    "itemCategories",
    "items",
    "journals",
    "paymentMethods",
    "paymentTerms",
    "purchaseInvoices",
    "salesCreditMemos",
    "salesInvoices",
    "salesOrders",
    "salesQuotes",
    "shipmentMethods",
    "unitsOfMeasure",
    "vendors",
];

/// How long a subscription lives.
const LIFE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// After more failures than this a subscription is deleted.
const MOST_FAILURES: usize = 5;

/// How the webhooks behave, and what they hold.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// How long after the first change it is told: 30 s.
    pub delay: SignedDuration,
    /// The most subscriptions of an environment: 200.
    pub limit: usize,
    /// The collections that can be subscribed to, by their names in addresses.
    pub eligible: BTreeSet<String>,
    /// Whether Business Central says which those are.
    pub says_what_is_eligible: bool,
    /// Whether changes are told to nobody, as those of some users are (facts, §7).
    pub silent: bool,
    /// Whether addresses are asked by GET instead of POST; which, is not documented.
    pub handshake_by_get: bool,
    /// When something was last told, by Business Central's time.
    pub told: Option<Timestamp>,
    subscriptions: BTreeMap<String, Subscription>,
    /// What has not been told yet, by subscription and record.
    pending: BTreeMap<String, BTreeMap<Uuid, Change>>,
    /// When the pending changes are told.
    due: Option<Timestamp>,
    posts: BTreeMap<u64, Waiting<Letter>>,
    made: u64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            delay: SignedDuration::from_secs(30),
            limit: 200,
            eligible: ELIGIBLE.map(ToOwned::to_owned).into(),
            says_what_is_eligible: true,
            silent: false,
            handshake_by_get: false,
            told: None,
            subscriptions: BTreeMap::new(),
            pending: BTreeMap::new(),
            due: None,
            posts: BTreeMap::new(),
            made: 0,
        }
    }
}

/// A subscription.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Where notifications go.
    pub notification_url: String,
    /// What they are about, without a slash in front.
    pub resource: String,
    /// What they carry as proof.
    pub client_state: String,
    /// When it ends.
    pub expires: Timestamp,
    /// The rows that it is about, where this simulation has them and the company is the one that has rows.
    table: Option<Table>,
    modified: Timestamp,
    created: Timestamp,
    version: u64,
}

impl Subscription {
    fn is_about(&self, table: Table) -> bool {
        self.table == Some(table)
    }
}

/// What one POST says.
#[derive(Clone, Debug)]
struct Letter {
    url: String,
    entries: Vec<Entry>,
}

/// One member of `value`.
#[derive(Clone, Debug)]
struct Entry {
    subscription: String,
    resource: String,
    kind: Kind,
    modified: Timestamp,
}

impl Webhooks {
    /// The subscriptions, oldest id first.
    pub fn subscriptions(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.values()
    }

    /// Deletes a subscription as an administrator does; false where there is none.
    pub fn drop_subscription(&mut self, id: &str) -> bool {
        let known = self.subscriptions.contains_key(id);
        self.forget(id);
        known
    }

    /// How many POSTs wait: for their time, an answer or another attempt.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.posts.len() + usize::from(self.due.is_some())
    }

    /// Drops what has not been told yet.
    pub(crate) fn forget_what_happened(&mut self) {
        self.pending.clear();
        self.posts.clear();
        self.due = None;
    }

    fn forget(&mut self, id: &str) {
        self.subscriptions.remove(id);
        self.pending.remove(id);
        for post in self.posts.values_mut() {
            post.what.entries.retain(|entry| entry.subscription != id);
        }
        self.posts.retain(|_, post| !post.what.entries.is_empty());
    }

    fn expire(&mut self, now: Timestamp) {
        let gone = self.subscriptions.values().filter(|subscription| subscription.expires <= now);
        let gone: Vec<String> = gone.map(|subscription| subscription.id.clone()).collect();
        gone.iter().for_each(|id| self.forget(id));
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let posts = self.posts.values().filter(|post| !post.under_way).map(|post| post.due);
        posts.chain(self.due).min()
    }

    /// The numbers, addresses and bodies of what is due, from now on under way.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<(u64, String, String, bool)> {
        self.expire(now);
        self.gather(now);
        let mut due = Vec::new();
        for (number, post) in self.posts.iter_mut().filter(|(_, post)| post.is_due(now)) {
            post.under_way = true;
            self.told = Some(now);
            due.push((*number, post.what.url.clone(), post.what.clone(), post.was_late));
        }
        due.into_iter()
            .map(|(number, url, letter, was_late)| (number, url, self.printed(&letter), was_late))
            .collect()
    }

    /// Puts a post off, as if the way were long.
    pub(crate) fn put_off(&mut self, number: u64, now: Timestamp, by: SignedDuration) {
        if let Some(post) = self.posts.get_mut(&number) {
            post.was_late = true;
            post.put_off(now, by);
        }
    }

    /// Takes the answer to a post, or that there was none.
    pub(crate) fn answered(&mut self, number: u64, status: Option<u16>, now: Timestamp) {
        let Some(post) = self.posts.get_mut(&number).filter(|post| post.under_way) else { return };
        let tries_again = match status {
            Some(200..300) => {
                self.posts.remove(&number);
                return;
            }
            None | Some(408 | 429 | 500..600) => true,
            Some(_) => false,
        };
        if tries_again && post.failures <= MOST_FAILURES {
            post.put_off(now, wait(post.failures));
            post.failures += 1;
            return;
        }
        let refused: Vec<String> = post.what.entries.iter().map(|entry| entry.subscription.clone()).collect();
        self.posts.remove(&number);
        refused.iter().for_each(|id| self.forget(id));
    }

    fn printed(&self, letter: &Letter) -> String {
        let entry = |entry: &Entry| {
            let subscription = self.subscriptions.get(&entry.subscription)?;
            let members = [
                ("subscriptionId", entry.subscription.clone()),
                ("clientState", subscription.client_state.clone()),
                ("expirationDateTime", second(subscription.expires)),
                ("resource", entry.resource.clone()),
                ("changeType", entry.kind.name().to_owned()),
                ("lastModifiedDateTime", moment(entry.modified)),
            ];
            let members = members.into_iter().map(|(name, value)| (name.to_owned(), Value::Text(value)));
            Some(Value::Object(members.collect::<Map>()))
        };
        let entries = letter.entries.iter().filter_map(entry).collect();
        Value::Object([("value".to_owned(), Value::List(entries))].into()).to_json()
    }
}

/// How long a post waits after it has failed so often before.
fn wait(failures: usize) -> SignedDuration {
    SignedDuration::from_secs(match failures {
        0..=2 => 60,
        3 => 600,
        4 => 6_000,
        _ => 60_000,
    })
}

/// A moment without parts of a second.
fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl BcState {
    /// Copies the environment over itself, as an administrator does: the subscriptions are not copied.
    pub fn copy_environment(&mut self) {
        self.webhooks.subscriptions.clear();
        self.webhooks.forget_what_happened();
    }

    fn end_of_life(&self) -> Timestamp {
        later(self.now(), LIFE)
    }
}

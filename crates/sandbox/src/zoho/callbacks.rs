//! What channels tell: an outbox of calls to the channels' addresses (facts §8; `samples/notification_callbacks.json`).
//!
//! Zoho's own calls leave some time after the change; what is written in one second through one channel and in one way leaves together.
//! Whether Zoho calls again where nobody answers is not documented: [`Switches::watch_retries`](super::Switches) has both readings.

use exact_json::Value;
use jiff::{SignedDuration, Timestamp};

use super::answer::{id_text, number, object};
use super::module::Module;
use super::state::{WriteAction, WriteEntry, ZohoState};
use super::watch::{Channel, resource_uri};

/// Records in one call.
const MOST_IDS: usize = 100;
/// The pauses before each further attempt, by a third party's account.
const PAUSES: [SignedDuration; 5] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(10),
];

/// Calls that have not gone, or whose answer is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Callbacks {
    waiting: Vec<Callback>,
    last: u64,
}

#[derive(Clone, Debug)]
struct Callback {
    number: u64,
    channel: Channel,
    module: Module,
    action: WriteAction,
    at: Timestamp,
    records: Vec<Touched>,
    due: Timestamp,
    under_way: bool,
    failures: usize,
    was_late: bool,
}

/// A record and the names and values that changed.
#[derive(Clone, Debug)]
struct Touched {
    id: String,
    fields: Vec<(String, Value)>,
}

/// A call that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueCallback {
    /// Under which [`ZohoState::callback_answered`] takes its answer.
    pub number: u64,
    /// Where it goes, by POST.
    pub url: String,
    /// Its JSON.
    pub body: String,
    /// Whether it was put off once.
    pub was_late: bool,
}

impl ZohoState {
    /// What is due by now; each is given out once, until its answer is told.
    pub fn take_due_callbacks(&mut self, now: Timestamp) -> Vec<DueCallback> {
        let due = self.callbacks.waiting.iter_mut();
        let due = due.filter(|callback| !callback.under_way && callback.due <= now);
        due.map(|callback| {
            callback.under_way = true;
            DueCallback {
                number: callback.number,
                url: callback.channel.notify_url.clone(),
                body: callback.body().to_json(),
                was_late: callback.was_late,
            }
        })
        .collect()
    }

    /// Tells what the address answered, or that it did not. A second answer to the same call counts for nothing.
    pub fn callback_answered(&mut self, number: u64, status: Option<u16>, now: Timestamp) {
        let is_it = |callback: &Callback| callback.number == number && callback.under_way;
        let Some(at) = self.callbacks.waiting.iter().position(is_it) else { return };
        let arrived = status.is_some_and(|status| (200..300).contains(&status));
        let callback = &mut self.callbacks.waiting[at];
        match PAUSES.get(callback.failures) {
            Some(pause) if !arrived && self.switches.watch_retries => {
                callback.failures += 1;
                callback.under_way = false;
                callback.due = later(now, *pause);
            }
            Some(_) | None => {
                self.callbacks.waiting.remove(at);
            }
        }
    }

    /// Puts a call off, as if it were slow on its way.
    pub fn put_off_callback(&mut self, number: u64, now: Timestamp, by: SignedDuration) {
        for callback in self.callbacks.waiting.iter_mut().filter(|callback| callback.number == number) {
            callback.was_late = true;
            callback.under_way = false;
            callback.due = later(now, by);
        }
    }

    /// How many calls wait: for their time, an answer or another attempt.
    pub(crate) fn waiting_callbacks(&self) -> usize {
        self.callbacks.waiting.len()
    }

    /// Drops what has not been told yet.
    pub(crate) fn forget_callbacks(&mut self) {
        self.callbacks.waiting.clear();
    }

    /// When a call is due next; none while all that there are wait for answers.
    #[must_use]
    pub fn next_callback_due(&self) -> Option<Timestamp> {
        self.callbacks
            .waiting
            .iter()
            .filter(|callback| !callback.under_way)
            .map(|callback| callback.due)
            .min()
    }

    /// Puts a written record into the outbox of every channel that tells of it.
    pub(super) fn tell_channels(&mut self, entry: &WriteEntry, changed: &[(String, Value)]) {
        let delay = i64::try_from(self.switches.watch_milliseconds).unwrap_or(i64::MAX);
        let due = later(entry.at, SignedDuration::from_millis(delay));
        let told = |channel: &&Channel| channel.tells(entry.module, entry.action, entry.at);
        for channel in self.channels.iter().filter(told) {
            let record = Touched { id: entry.id.clone(), fields: changed.to_vec() };
            let joins = |callback: &&mut Callback| {
                let same = (callback.channel.id, callback.module, callback.action, callback.at);
                let fresh = !callback.under_way && callback.failures == 0 && !callback.was_late;
                let room = callback.records.len() < MOST_IDS;
                let new = callback.records.iter().all(|other| other.id != entry.id);
                same == (channel.id, entry.module, entry.action, entry.at) && fresh && room && new
            };
            if let Some(callback) = self.callbacks.waiting.iter_mut().find(joins) {
                callback.records.push(record);
                continue;
            }
            self.callbacks.last += 1;
            self.callbacks.waiting.push(Callback {
                number: self.callbacks.last,
                channel: channel.clone(),
                module: entry.module,
                action: entry.action,
                at: entry.at,
                records: vec![record],
                due,
                under_way: false,
                failures: 0,
                was_late: false,
            });
        }
    }
}

impl Callback {
    fn body(&self) -> Value {
        let named = self.records.iter().filter(|record| !record.fields.is_empty());
        let fields = named.clone().map(|record| {
            let names = record.fields.iter().map(|(name, _)| Value::text(name)).collect();
            Value::Object([(record.id.clone(), Value::List(names))].into_iter().collect())
        });
        let mut body = object([
            ("server_time", number(self.at.as_millisecond())),
            ("query_params", object([])),
            ("module", Value::text(self.module.api_name())),
            ("resource_uri", Value::text(resource_uri(self.module))),
            ("ids", Value::List(self.records.iter().map(|record| Value::text(&record.id)).collect())),
            ("affected_fields", Value::List(fields.collect())),
            ("operation", Value::text(operation(self.action))),
            ("channel_id", id_text(self.channel.id)),
            ("token", self.channel.token.as_ref().map_or(Value::Null, Value::text)),
        ]);
        if let Value::Object(body) = &mut body
            && self.channel.with_values
        {
            let values = named.map(|record| {
                let values = Value::Object(record.fields.iter().cloned().collect());
                object([("record_id", Value::text(&record.id)), ("values", values)])
            });
            body.insert("affected_values".to_owned(), Value::List(values.collect()));
        }
        body
    }
}

/// Channels are opened for create, edit and delete; calls say insert, update and delete.
fn operation(action: WriteAction) -> &'static str {
    match action {
        WriteAction::Insert => "insert",
        WriteAction::Update => "update",
        WriteAction::Delete => "delete",
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

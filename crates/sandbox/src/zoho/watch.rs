//! `/actions/watch`: channels that tell an address of changes (facts §8).

use std::collections::BTreeSet;

use exact_json::Value;
use jiff::{SignedDuration, Timestamp};
use transport::Response;

use super::answer::{Refusal, empty, id_text, json, object};
use super::module::Module;
use super::stamp;
use super::state::{WriteAction, ZohoState};

/// The longest that a channel lives.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long it lives when no end is asked for, or one that is too far away.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The longest address and the longest token.
const LONGEST_URL: usize = 255;
const LONGEST_TOKEN: usize = 50;

/// A channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) id: u64,
    events: BTreeSet<(Module, Event)>,
    pub(super) notify_url: String,
    pub(super) token: Option<String>,
    expires_at: Timestamp,
    related: bool,
    pub(super) with_values: bool,
}

/// What a channel may tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Create,
    Edit,
    Delete,
}

impl Event {
    const ALL: [Self; 3] = [Self::Edit, Self::Create, Self::Delete];

    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Delete => "delete",
        }
    }
}

impl Channel {
    /// Whether the channel tells of this at that time.
    pub(super) fn tells(&self, module: Module, action: WriteAction, at: Timestamp) -> bool {
        let event = match action {
            WriteAction::Insert => Event::Create,
            WriteAction::Update => Event::Edit,
            WriteAction::Delete => Event::Delete,
        };
        self.expires_at > at && self.events.contains(&(module, event))
    }

    fn modules(&self) -> BTreeSet<Module> {
        self.events.iter().map(|(module, _)| *module).collect()
    }

    /// The members that answers to writes and the list share.
    fn place(&self, module: Module) -> [(&'static str, Value); 5] {
        [
            ("channel_expiry", Value::text(stamp::text(self.expires_at))),
            ("resource_uri", Value::text(resource_uri(module))),
            ("resource_id", id_text(module.id())),
            ("resource_name", Value::text(module.api_name())),
            ("channel_id", id_text(self.id)),
        ]
    }

    fn listed(&self, module: Module) -> Value {
        let events = self.events.iter().filter(|(other, _)| *other == module);
        let events = events.map(|(_, event)| Value::Text(format!("{}.{}", module.api_name(), event.word())));
        let more = [
            ("notify_on_related_action", Value::Bool(self.related)),
            ("return_affected_field_values", Value::Bool(self.with_values)),
            ("notify_url", Value::text(&self.notify_url)),
            ("fields", Value::Null),
            ("notification_condition", Value::Null),
            ("events", Value::List(events.collect())),
            ("token", self.token.as_ref().map_or(Value::Null, Value::text)),
        ];
        let members = self.place(module).into_iter().chain(more);
        Value::Object(members.map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// Answers still name the second version.
pub(super) fn resource_uri(module: Module) -> String {
    format!("https://www.zohoapis.com/crm/v2/{}", module.api_name())
}

impl ZohoState {
    /// The numbers of the channels that are open, for tests.
    #[must_use]
    pub fn open_channels(&self, now: Timestamp) -> Vec<u64> {
        self.channels.iter().filter(|channel| channel.expires_at > now).map(|channel| channel.id).collect()
    }

    /// The channels that are open, for people; the token is not among it.
    pub(crate) fn shown_channels(&self, now: Timestamp) -> Vec<Value> {
        let open = self.channels.iter().filter(|channel| channel.expires_at > now);
        open.map(|channel| {
            let event = |(module, event): &(Module, Event)| {
                Value::Text(format!("{}.{}", module.api_name(), event.word()))
            };
            object([
                ("id", id_text(channel.id)),
                ("notificationUrl", Value::text(&channel.notify_url)),
                ("events", Value::List(channel.events.iter().map(event).collect())),
                ("expires", Value::Text(channel.expires_at.to_string())),
            ])
        })
        .collect()
    }

    /// The numbers of the channels that are open and when they end, for tests.
    #[must_use]
    pub fn channel_ends(&self, now: Timestamp) -> Vec<(u64, Timestamp)> {
        let open = self.channels.iter().filter(|channel| channel.expires_at > now);
        open.map(|channel| (channel.id, channel.expires_at)).collect()
    }

    /// Closes a channel as Zoho sometimes does by itself; false where there is none.
    pub fn drop_channel(&mut self, id: u64) -> bool {
        let before = self.channels.len();
        self.channels.retain(|channel| channel.id != id);
        self.channels.len() < before
    }

    /// Opens channels. One with a number that is in use takes its place; what Zoho does is unverified.
    pub(super) fn open_watch(&mut self, body: &Value, now: Timestamp) -> Response {
        self.each_channel(
            body,
            201,
            "Successfully subscribed for actions-watch of the given module",
            |zoho, row| zoho.opened(row, now),
        )
    }

    /// Changes of each channel what is sent. The documentation has a list, the OpenAPI of 2026 a single channel.
    pub(super) fn change_watch(&mut self, body: &Value, now: Timestamp) -> Response {
        let alone = body.get("watch").is_none() && body.get("channel_id").is_some();
        let list = if alone { object([("watch", Value::List(vec![body.clone()]))]) } else { body.clone() };
        self.each_channel(&list, 200, "Successfully updated the actions-watch details", |zoho, row| {
            zoho.changed(row, now)
        })
    }

    /// The open channels, each once for every module of it; 204 where there is none.
    pub(super) fn list_watch(&self, id: Option<&str>, module: Option<&str>, now: Timestamp) -> Response {
        let open = self.channels.iter().filter(|channel| channel.expires_at > now);
        let open = open.filter(|channel| id.is_none_or(|id| id == channel.id.to_string()));
        let rows =
            open.flat_map(|channel| channel.modules().into_iter().map(move |module| (channel, module)));
        let rows = rows.filter(|(_, of)| module.is_none_or(|module| module == of.api_name()));
        let rows: Vec<Value> = rows.map(|(channel, module)| channel.listed(module)).collect();
        if rows.is_empty() { empty(204) } else { json(200, &object([("watch", Value::List(rows))])) }
    }

    pub(super) fn close_watch(&mut self, ids: &str, now: Timestamp) -> Response {
        let results = ids.split(',').map(|id| {
            let open = |channel: &Channel| channel.id.to_string() == id.trim() && channel.expires_at > now;
            let Some(at) = self.channels.iter().position(open) else {
                return Err(not_subscribed(id));
            };
            let channel = self.channels.remove(at);
            let details = channel.modules().into_iter().next().map(|module| {
                let [_, uri, resource, _, id] = channel.place(module);
                object([uri, resource, id])
            });
            Ok(details.unwrap_or_default())
        });
        let results = results.collect();
        told(results, 200, "Successfully unsubscribed for actions-watch of the given module")
    }

    fn each_channel(
        &mut self,
        body: &Value,
        success: u16,
        message: &str,
        act: impl Fn(&mut Self, &Value) -> Result<Channel, Refusal>,
    ) -> Response {
        let Some(rows) = body.get("watch").and_then(Value::as_list).filter(|list| !list.is_empty()) else {
            return mandatory("watch").response();
        };
        let results = rows.iter().map(|row| {
            let channel = act(self, row)?;
            let events = channel.modules().into_iter().map(|module| object(channel.place(module)));
            let details = object([("events", Value::List(events.collect()))]);
            self.channels.retain(|other| other.id != channel.id);
            self.channels.push(channel);
            Ok(details)
        });
        let results = results.collect();
        told(results, success, message)
    }

    fn opened(&self, row: &Value, now: Timestamp) -> Result<Channel, Refusal> {
        let flag = |key: &str, default| row.get(key).and_then(Value::as_bool).unwrap_or(default);
        Ok(Channel {
            id: channel_id(row)?,
            events: self.events(row.get("events").ok_or_else(|| mandatory("events"))?)?,
            notify_url: notify_url(row.get("notify_url").ok_or_else(|| mandatory("notify_url"))?)?,
            token: token(row.get("token"))?,
            expires_at: expiry(row.get("channel_expiry"), now)?,
            related: flag("notify_on_related_action", true),
            with_values: flag("return_affected_field_values", false),
        })
    }

    fn changed(&self, row: &Value, now: Timestamp) -> Result<Channel, Refusal> {
        let id = channel_id(row)?;
        let open = |channel: &&Channel| channel.id == id && channel.expires_at > now;
        let known = self.channels.iter().find(open).ok_or_else(|| not_subscribed(&id.to_string()))?;
        let mut channel = known.clone();
        if let Some(events) = row.get("events") {
            let events = self.events(events)?;
            if row.get("_delete_events").and_then(Value::as_bool) == Some(true) {
                channel.events.retain(|event| !events.contains(event));
            } else {
                channel.events.extend(events);
            }
        }
        if let Some(url) = row.get("notify_url") {
            channel.notify_url = notify_url(url)?;
        }
        if row.get("token").is_some() {
            channel.token = token(row.get("token"))?;
        }
        // Without an end the channel keeps its own; that it would fall back to an hour here too is unverified.
        if row.get("channel_expiry").is_some() {
            channel.expires_at = expiry(row.get("channel_expiry"), now)?;
        }
        Ok(channel)
    }

    /// `Accounts.all` is three events.
    fn events(&self, list: &Value) -> Result<BTreeSet<(Module, Event)>, Refusal> {
        let list = list.as_list().filter(|list| !list.is_empty()).ok_or_else(|| invalid("events"))?;
        let mut events = BTreeSet::new();
        for text in list {
            let parts = text.as_text().and_then(|text| text.split_once('.'));
            let (module, word) = parts.ok_or_else(|| invalid("events"))?;
            let module = Module::parse(module).filter(|module| module.parent().is_none());
            let module = module.filter(|module| !module.is_inventory() || self.org.edition.has_inventory());
            let module = module.ok_or_else(|| invalid("events"))?;
            let wanted = Event::ALL.into_iter().filter(|event| word == "all" || word == event.word());
            let before = events.len();
            events.extend(wanted.map(|event| (module, event)));
            if events.len() == before && !["all", "create", "edit", "delete"].contains(&word) {
                return Err(invalid("events"));
            }
        }
        Ok(events)
    }
}

/// A long, in quotes or without.
fn channel_id(row: &Value) -> Result<u64, Refusal> {
    let id = row.get("channel_id").ok_or_else(|| mandatory("channel_id"))?;
    let text = id.as_text().map_or_else(|| id.as_number().map(|id| id.to_string()), |id| Some(id.to_owned()));
    let id = text.and_then(|text| text.parse::<i64>().ok()).filter(|id| *id > 0);
    id.and_then(|id| u64::try_from(id).ok()).ok_or_else(|| invalid("channel_id"))
}

fn notify_url(value: &Value) -> Result<String, Refusal> {
    let text = value.as_text().filter(|text| text.len() <= LONGEST_URL);
    let is_web =
        |text: &&str| url::Url::parse(text).is_ok_and(|url| ["https", "http"].contains(&url.scheme()));
    text.filter(is_web).map(ToOwned::to_owned).ok_or_else(|| invalid("notify_url"))
}

fn token(value: Option<&Value>) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let text = value.as_text().filter(|text| text.chars().count() <= LONGEST_TOKEN);
            text.map(|text| Some(text.to_owned())).ok_or_else(|| invalid("token"))
        }
    }
}

/// The end that is asked for when it is within the week, else an hour from now; one in the past is refused.
fn expiry(value: Option<&Value>, now: Timestamp) -> Result<Timestamp, Refusal> {
    let after = |span| now.saturating_add(span).unwrap_or(Timestamp::MAX);
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(stamp::whole_second(after(HOUR)));
    };
    let wanted = value.as_text().and_then(stamp::parse_strictly).filter(|wanted| *wanted > now);
    let wanted = wanted.ok_or_else(|| invalid("channel_expiry"))?;
    Ok(if wanted > after(WEEK) { stamp::whole_second(after(HOUR)) } else { wanted })
}

fn told(results: Vec<Result<Value, Refusal>>, success: u16, message: &str) -> Response {
    let failed = results.iter().filter(|result| result.is_err()).count();
    let status = match failed {
        0 => success,
        all if all == results.len() => 400,
        _ => 207,
    };
    let rows = results.into_iter().map(|result| match result {
        Ok(details) => object([
            ("code", Value::text("SUCCESS")),
            ("details", details),
            ("message", Value::text(message)),
            ("status", Value::text("success")),
        ]),
        Err(refusal) => refusal.body(),
    });
    json(status, &object([("watch", Value::List(rows.collect()))]))
}

fn mandatory(name: &str) -> Refusal {
    Refusal::new(400, "MANDATORY_NOT_FOUND", "required field not found").with("api_name", name)
}

fn invalid(name: &str) -> Refusal {
    Refusal::invalid_data("invalid data").with("api_name", name)
}

fn not_subscribed(id: &str) -> Refusal {
    Refusal::new(400, "NOT_SUBSCRIBED", "The given channel is not subscribed").with("channel_id", id.trim())
}

//! Watch channels: Zoho tells an address when records of a module change (§8).
//!
//! A channel ends by itself after a week at most, and silently. Where the end that is asked for is left out or more than a week away,
//! Zoho sets one hour and says so only in its answer: so every answer's own end is handed back, and counts.
//!
//! A channel's token comes back with every call to the address and is all that tells such a call from a forged one: no error and no
//! log repeats it.

use exact_json::Value;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use transport::{Method, Response, Secret};

use crate::call::Call;
use crate::client::Reading;
use crate::envelope::{Envelope, read, refusal, undecodable};
use crate::{Client, Error, Module, coql};

/// The longest that a channel should be asked for: an hour less than Zoho's week, since clocks differ and what is over the week gets
/// one hour.
pub const LONGEST_WATCH: SignedDuration = SignedDuration::from_hours(7 * 24 - 1);

/// Pages are 200 channels; this many pages are more than any org has.
const PAGES_MAX: u32 = 50;

/// A channel to be opened or renewed: every change of one module's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChannel {
    /// Chosen by the caller, unique in the org; above nought and below 2^63.
    pub id: u64,
    /// The module.
    pub module: Module,
    /// Where Zoho calls; reachable from the internet, at most 255 characters.
    pub notify_url: String,
    /// What Zoho sends along with each call; at most 50 characters.
    pub token: Secret,
    /// When the channel is to end; see [`LONGEST_WATCH`].
    pub expires_at: Timestamp,
}

/// A channel as Zoho has it, for one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The number that its owner chose.
    pub id: u64,
    /// The module.
    pub module: Module,
    /// What it tells of: `Accounts.create`, `Accounts.edit`, `Accounts.delete`.
    pub events: Vec<String>,
    /// Where Zoho calls.
    pub notify_url: String,
    /// What Zoho sends along with each call; empty where it was opened without.
    pub token: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What became of a channel that was to be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// It is open until then.
    Until(Timestamp),
    /// There is no such channel any more: it has ended, or somebody has closed it.
    Gone,
}

#[derive(Serialize)]
struct Body<'a> {
    watch: [Row<'a>; 1],
}

#[derive(Serialize)]
struct Row<'a> {
    channel_id: String,
    events: [String; 1],
    channel_expiry: String,
    token: &'a str,
    /// Field values would pass through whoever stands at the address: nothing here needs them.
    return_affected_field_values: bool,
    /// Records of other modules that are tied to one of this module have channels of their own.
    notify_on_related_action: bool,
    notify_url: &'a str,
}

impl Client {
    /// Opens a channel and tells when it really ends. It is not sent again when its answer is lost: then
    /// [`channels`](Self::channels) tells.
    ///
    /// # Errors
    /// When it could not be opened: [`ErrorKind::ScopeMismatch`](crate::ErrorKind::ScopeMismatch) where the sign-in is without
    /// `ZohoCRM.notifications`, [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) where there are too many, the code
    /// `INVALID_DATA` where Zoho does not take the address, the token or the number.
    pub async fn open_channel(&self, channel: &NewChannel) -> Result<Timestamp, Error> {
        let call = Call::new(Method::Post, ["actions", "watch"]).json(&Body::from(channel))?;
        let place = call.place();
        self.send(call, |response| {
            Ok(row(response, &place)?.and_then(|row| match row.is_success() {
                true => end(&row, response.status, &place),
                false => Err(row.into_error_without_values(response.status, &place)),
            }))
        })
        .await
    }

    /// Moves a channel's end, and sets its address and token; a second time does no harm.
    ///
    /// The whole channel is sent: the documentation wants what changes only, the OpenAPI of 2026 wants address and events too.
    ///
    /// # Errors
    /// As [`open_channel`](Self::open_channel).
    pub async fn renew_channel(&self, channel: &NewChannel) -> Result<Renewal, Error> {
        let call = Call::new(Method::Patch, ["actions", "watch"]).json(&Body::from(channel))?;
        let call = call.safe_to_repeat();
        let place = call.place();
        self.send(call, |response| {
            Ok(row(response, &place)?.and_then(|row| {
                if row.is_success() {
                    return end(&row, response.status, &place).map(Renewal::Until);
                }
                if is_gone(&row) {
                    return Ok(Renewal::Gone);
                }
                Err(row.into_error_without_values(response.status, &place))
            }))
        })
        .await
    }

    /// Every channel on the modules that are known here, whoever opened it; one with several modules appears once for each.
    ///
    /// # Errors
    /// When a call failed.
    pub async fn channels(&self) -> Result<Vec<Channel>, Error> {
        let mut channels = Vec::new();
        for page in 1..=PAGES_MAX {
            let call =
                Call::get(["actions", "watch"]).query("page", page.to_string()).query("per_page", "200");
            let place = call.place();
            let (found, more) = self.send(call, |response| listed(response, &place)).await?;
            channels.extend(found);
            if !more {
                break;
            }
        }
        Ok(channels)
    }

    /// Closes a channel; one that is gone already is closed.
    ///
    /// # Errors
    /// When it could not be closed.
    pub async fn close_channel(&self, id: u64) -> Result<(), Error> {
        let call = Call::new(Method::Delete, ["actions", "watch"]).query("channel_ids", id.to_string());
        let call = call.safe_to_repeat();
        let place = call.place();
        self.send(call, |response| {
            Ok(row(response, &place)?.and_then(|row| {
                let done = row.is_success() || is_gone(&row);
                if done { Ok(()) } else { Err(row.into_error_without_values(response.status, &place)) }
            }))
        })
        .await
    }
}

impl<'a> From<&'a NewChannel> for Body<'a> {
    fn from(channel: &'a NewChannel) -> Self {
        let row = Row {
            channel_id: channel.id.to_string(),
            events: [format!("{}.all", channel.module)],
            channel_expiry: coql::iso(channel.expires_at),
            token: channel.token.reveal(),
            return_affected_field_values: false,
            notify_on_related_action: false,
            notify_url: &channel.notify_url,
        };
        Self { watch: [row] }
    }
}

fn is_gone(row: &Envelope) -> bool {
    matches!(row.code.as_deref(), Some("NOT_SUBSCRIBED" | "RESOURCE_NOT_FOUND"))
}

/// The end that Zoho set, whatever was asked for.
fn end(row: &Envelope, status: u16, place: &str) -> Result<Timestamp, Error> {
    let events = row.details.get("events").and_then(Value::as_list).unwrap_or_default();
    let ends = events.iter().filter_map(|event| moment(event.get("channel_expiry")?));
    ends.min().ok_or_else(|| undecodable(status, "the channel is open and its end is missing", place))
}

fn moment(value: &Value) -> Option<Timestamp> {
    value.as_text()?.parse().ok()
}

/// The result of the one channel that was sent; a refusal of the whole call counts as its result.
fn row(response: &Response, place: &str) -> Reading<Envelope> {
    let answer: Value = if response.is_success() {
        match read(response, place)? {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        }
    } else {
        serde_json::from_slice(&response.body).unwrap_or_default()
    };
    let rows = answer.get("watch").and_then(Value::as_list).unwrap_or_default();
    // Of several rows the one that failed counts: a channel may have been opened with several modules by hand.
    let rows: Vec<Envelope> = rows.iter().map(Envelope::of).collect();
    let failed = rows.iter().position(|row| !row.is_success() && !is_gone(row)).unwrap_or(0);
    if let Some(row) = rows.into_iter().nth(failed) {
        return Ok(Ok(row));
    }
    let whole = Envelope::of(&answer);
    if whole.code.is_some() && !whole.is_success() {
        Ok(Ok(whole))
    } else {
        Ok(Err(refusal(response, place)))
    }
}

/// The channels of a page, and whether there is another page.
fn listed(response: &Response, place: &str) -> Reading<(Vec<Channel>, bool)> {
    match response.status {
        // When there is none (unverified).
        204 => return Ok(Ok(Default::default())),
        200..300 => {}
        _ => return Ok(Err(refusal(response, place))),
    }
    let answer: Value = match read(response, place)? {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error)),
    };
    // An empty list, or none, in place of 204: unverified, and harmless.
    let rows = answer.get("watch").and_then(Value::as_list).unwrap_or_default();
    let more = answer.get("info").and_then(|info| info.get("more_records")).and_then(Value::as_bool);
    Ok(Ok((rows.iter().filter_map(channel).collect(), more.unwrap_or(false))))
}

/// A row of the list; none where the module is not one of ours, so that nobody else's channel is touched.
fn channel(row: &Value) -> Option<Channel> {
    let text = |key: &str| row.get(key).and_then(Value::as_text);
    let module = text("resource_name")?;
    let events = row.get("events").and_then(Value::as_list).unwrap_or_default();
    let id = row.get("channel_id")?;
    let id =
        id.as_text().map_or_else(|| id.as_number().map(|id| id.to_string()), |id| Some(id.to_owned()))?;
    Some(Channel {
        id: id.parse().ok()?,
        module: Module::ALL.into_iter().find(|known| known.api_name() == module)?,
        events: events.iter().filter_map(Value::as_text).map(ToOwned::to_owned).collect(),
        notify_url: text("notify_url").unwrap_or_default().to_owned(),
        token: Secret::new(text("token").unwrap_or_default()),
        expires_at: moment(row.get("channel_expiry")?)?,
    })
}

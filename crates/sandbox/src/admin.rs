//! `/admin`: what people do on either side, time, and faults. Every call is a POST with a JSON object.
//!
//! | path | body |
//! |---|---|
//! | `/admin/bc/edit` | `table`, `number` (or `id`), `property`, `value` |
//! | `/admin/bc/renumber` | `table`, `number`, `to` |
//! | `/admin/bc/delete` | `table`, `number` |
//! | `/admin/bc/pay` | `number` of the invoice, `amount` (or nothing: half of what remains) |
//! | `/admin/bc/unapply`, `/admin/bc/cancel` | `number` of the invoice |
//! | `/admin/bc/post` | `number` of the draft, `to` |
//! | `/admin/bc/stock` | `number` of the item, `value` |
//! | `/admin/bc/behaviour` | any of `app_enabled`, `posted_hidden`, `posted_api`, `secret_expired`, `maintenance`, `writes_on_read`; `hide`, `show`: a table |
//! | `/admin/bc/demo-changes` | nothing: edits a customer, renumbers an item, pays half of an invoice, and says so |
//! | `/admin/zoho/…` | what [`ZohoState::admin`](crate::ZohoState::admin) knows |
//! | `/admin/time/advance` | `seconds` |
//! | `/admin/latency` | `business_central` and `zoho`, in milliseconds |
//! | `/admin/usage` | nothing: says how many requests, calls and credits there were, how many calls Zoho had under way at most, and when Business Central last told of a change and Zoho was last written to (in milliseconds since 1970) |
//! | `/admin/webhooks` | any of `delay_milliseconds`; `lost`, `duplicated`, `late` (in a hundred), `late_seconds`, `reversed`, for both services: says who is subscribed (`business_central`, `zoho`), and how many posts wait |
//! | `/admin/bc/copy-environment` | nothing: the subscriptions are gone |
//! | `/admin/faults` | `service`, `effect`, `path`, `times`, `after`, `percent`; or `clear` |
//!
//! The effects are `status` with `code`, `retry_after` and `body` (`json`, `html` or `empty`), `reset`, `lose_answer`, `truncate`, and `delay` with
//! `seconds`.

use std::time::Duration;

use exact_json::{Decimal, Map, Value};
use jiff::{SignedDuration, Timestamp};
use transport::{Method, Response};
use uuid::Uuid;

use crate::Incoming;
use crate::business_central::BcState;
use crate::business_central::schema::Table;
use crate::business_central::webhooks::Subscription;
use crate::deliver;
use crate::faults::{Effect, Fault, FaultBody, FaultPlan, Service};
use crate::world::plain;
use crate::zoho::ZohoState;

/// Answers an admin call.
pub(crate) fn handle(
    bc: &mut BcState,
    zoho: &mut ZohoState,
    faults: &mut FaultPlan,
    ahead: &mut SignedDuration,
    latency: &mut (Duration, Duration),
    incoming: &Incoming,
    now: Timestamp,
) -> Response {
    if incoming.method != Method::Post {
        return answer(Err("admin calls are POSTs".to_owned()));
    }
    let body = if incoming.body.is_empty() {
        Ok(Value::Object(Map::new()))
    } else {
        Value::parse(&String::from_utf8_lossy(&incoming.body))
            .map_err(|error| format!("the body is not JSON: {error}"))
    };
    let path = incoming.path.trim_start_matches("/admin/");
    answer(body.and_then(|body| match path.split_once('/') {
        Some(("zoho", command)) => zoho.admin(command, body, now),
        Some(("bc", command)) => business_central(bc, command, &body),
        Some(("time", "advance")) => {
            let seconds = whole(&body, "seconds")?;
            *ahead = ahead.saturating_add(SignedDuration::from_secs(seconds));
            Ok(Value::Bool(true))
        }
        None if path == "faults" => fault(faults, &body),
        None if path == "latency" => {
            let time = |name| Ok::<_, String>(Duration::from_millis(count(&body, name, 0)?.into()));
            *latency = (time("business_central")?, time("zoho")?);
            Ok(Value::Bool(true))
        }
        None if path == "usage" => Ok(usage(bc, zoho)),
        None if path == "webhooks" => webhooks(bc, zoho, faults, &body, now),
        _ => Err(format!("there is no admin call {path}")),
    }))
}

fn answer(result: Result<Value, String>) -> Response {
    match result {
        Ok(value) => plain(200, "application/json", value.to_json()),
        Err(message) => {
            let body = Value::Object([("error".to_owned(), Value::Text(message))].into());
            plain(400, "application/json", body.to_json())
        }
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, String> {
    body.get(name).and_then(Value::as_text).ok_or_else(|| format!("\"{name}\" is missing"))
}

fn number(body: &Value, name: &str) -> Result<Decimal, String> {
    body.get(name).and_then(Value::as_number).ok_or_else(|| format!("\"{name}\" is missing, or is no number"))
}

fn whole(body: &Value, name: &str) -> Result<i64, String> {
    number(body, name)?.to_string().parse().map_err(|_| format!("\"{name}\" must be a whole number"))
}

fn count(body: &Value, name: &str, default: u32) -> Result<u32, String> {
    match body.get(name) {
        None => Ok(default),
        Some(_) => whole(body, name)?.try_into().map_err(|_| format!("\"{name}\" is negative or too large")),
    }
}

fn table(body: &Value) -> Result<Table, String> {
    let name = text(body, "table")?;
    Table::of_segment(name).ok_or_else(|| format!("there is no table {name}"))
}

/// The record that the call is about: by its number, or by its id.
fn record(bc: &BcState, table: Table, body: &Value) -> Result<Uuid, String> {
    if let Ok(id) = text(body, "id") {
        return id.parse().map_err(|_| format!("{id} is no id"));
    }
    let number = text(body, "number")?;
    bc.find(table, number).map(|row| row.id).ok_or_else(|| format!("{} has no {number}", table.segment()))
}

fn business_central(bc: &mut BcState, command: &str, body: &Value) -> Result<Value, String> {
    let invoices = Table::SalesInvoices;
    let done = match command {
        "edit" => {
            let table = table(body)?;
            let id = record(bc, table, body)?;
            let property = text(body, "property")?.to_owned();
            bc.edit(table, id, &property, body.get("value").cloned().unwrap_or_default())
        }
        "renumber" => {
            let table = table(body)?;
            let id = record(bc, table, body)?;
            bc.renumber(table, id, text(body, "to")?)
        }
        "delete" => {
            let table = table(body)?;
            let id = record(bc, table, body)?;
            bc.delete(table, id)
        }
        "pay" => {
            let id = record(bc, invoices, body)?;
            let amount = number(body, "amount").unwrap_or_else(|_| half_of(bc, id));
            bc.pay(id, amount)
        }
        "unapply" => {
            let id = record(bc, invoices, body)?;
            bc.unapply(id)
        }
        "cancel" => {
            let id = record(bc, invoices, body)?;
            bc.cancel(id)
        }
        "post" => {
            let id = record(bc, invoices, body)?;
            bc.post(id, text(body, "to")?)
        }
        "stock" => {
            let id = record(bc, Table::Items, body)?;
            bc.move_stock(id, number(body, "value")?)
        }
        "behaviour" => behaviour(bc, body)?,
        "copy-environment" => {
            bc.copy_environment();
            true
        }
        "demo-changes" => return Ok(demo_changes(bc)),
        other => return Err(format!("there is no admin call bc/{other}")),
    };
    if done { Ok(Value::Bool(true)) } else { Err("there is no such record or property".to_owned()) }
}

/// Half of what remains of an invoice, in whole units of its currency.
fn half_of(bc: &BcState, invoice: Uuid) -> Decimal {
    let Some(row) = bc.table(Table::SalesInvoices).get(&invoice) else { return Decimal::ZERO };
    let half = row.number("remainingAmount").checked_div(Decimal::from(2)).unwrap_or_default();
    half.round(bc.decimals_of(row.text("currencyCode")))
}

fn behaviour(bc: &mut BcState, body: &Value) -> Result<bool, String> {
    let flag = |name: &str| body.get(name).and_then(Value::as_bool);
    let hide = |name: &str| match body.get(name).and_then(Value::as_text) {
        Some(segment) => {
            Table::of_segment(segment).map(Some).ok_or_else(|| format!("there is no table {segment}"))
        }
        None => Ok(None),
    };
    let behaviour = &mut bc.behaviour;
    for (name, field) in [
        ("app_enabled", &mut behaviour.app_enabled),
        ("posted_hidden", &mut behaviour.posted_hidden),
        ("posted_api", &mut behaviour.posted_api),
        ("secret_expired", &mut behaviour.secret_expired),
        ("maintenance", &mut behaviour.maintenance),
        ("writes_on_read", &mut behaviour.writes_on_read),
    ] {
        if let Some(value) = flag(name) {
            *field = value;
        }
    }
    if let Some(table) = hide("hide")? {
        behaviour.hidden.insert(table);
    }
    if let Some(table) = hide("show")? {
        behaviour.hidden.remove(&table);
    }
    Ok(true)
}

/// The changes of `ledgerline demo --change`, each time on other records.
fn demo_changes(bc: &mut BcState) -> Value {
    let mut words = Vec::new();
    let round = bc.table(Table::DetailedLedger).len();
    let nth = |bc: &BcState, table: Table, passes: &dyn Fn(&crate::business_central::row::Row) -> bool| {
        let mut rows: Vec<_> = bc.table(table).values().filter(|row| passes(row)).collect();
        rows.sort_by(|a, b| a.text("number").cmp(b.text("number")));
        let count = rows.len().max(1);
        rows.get(round % count).map(|row| (row.id, row.text("number").to_owned()))
    };
    if let Some((id, number)) = nth(bc, Table::Customers, &|_| true) {
        let phone = format!("+49 40 555 {:04}", 1000 + round);
        bc.edit(Table::Customers, id, "phoneNumber", phone.as_str());
        words.push(Value::Text(format!("customer {number}: phone number is now {phone}")));
    }
    if let Some((id, number)) = nth(bc, Table::Items, &|row| !row.text("number").ends_with("-NEW")) {
        let to = format!("{number}-NEW");
        bc.renumber(Table::Items, id, &to);
        words.push(Value::Text(format!("item {number}: number is now {to}")));
    }
    let open = |row: &crate::business_central::row::Row| {
        row.posted && row.text("status") == "Open" && row.number("remainingAmount") > Decimal::ONE
    };
    if let Some((id, number)) = nth(bc, Table::SalesInvoices, &open) {
        let amount = half_of(bc, id);
        bc.pay(id, amount);
        words.push(Value::Text(format!(
            "invoice {number}: {amount} paid, half of what was open; no timestamp moves"
        )));
    }
    Value::Object([("changes".to_owned(), Value::List(words))].into())
}

/// Sets how notifications are sent, and says to whom. The client state and the token are not among it.
fn webhooks(
    bc: &mut BcState,
    zoho: &mut ZohoState,
    faults: &mut FaultPlan,
    body: &Value,
    now: Timestamp,
) -> Result<Value, String> {
    if body.get("delay_milliseconds").is_some() {
        let delay = count(body, "delay_milliseconds", 0)?;
        deliver::delay_both(bc, zoho, SignedDuration::from_millis(delay.into()));
    }
    let posts = &mut faults.posts;
    for (name, share) in
        [("lost", &mut posts.lost), ("duplicated", &mut posts.duplicated), ("late", &mut posts.late)]
    {
        if body.get(name).is_some() {
            *share = count(body, name, 0)?.min(100).try_into().unwrap_or(100);
        }
    }
    if body.get("late_seconds").is_some() {
        posts.late_by = SignedDuration::from_secs(count(body, "late_seconds", 0)?.into());
    }
    if let Some(reversed) = body.get("reversed").and_then(Value::as_bool) {
        posts.reversed = reversed;
    }
    let subscription = |one: &Subscription| {
        let members = [
            ("id", one.id.clone()),
            ("notificationUrl", one.notification_url.clone()),
            ("resource", one.resource.clone()),
            ("expires", one.expires.to_string()),
        ];
        Value::Object(members.into_iter().map(|(name, text)| (name.to_owned(), Value::Text(text))).collect())
    };
    let subscriptions = bc.webhooks.subscriptions().map(subscription).collect();
    let waiting = bc.webhooks.waiting() + zoho.waiting_callbacks();
    let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
    Ok(Value::Object(Map::from([
        ("business_central".to_owned(), Value::List(subscriptions)),
        ("zoho".to_owned(), Value::List(zoho.shown_channels(now))),
        ("waiting".to_owned(), Value::Number(Decimal::from(waiting))),
    ])))
}

/// What was asked of both sides so far.
fn usage(bc: &BcState, zoho: &ZohoState) -> Value {
    let number = |count: u64| Value::Number(Decimal::from(i64::try_from(count).unwrap_or(i64::MAX)));
    let moment = |at: Option<Timestamp>| {
        at.map_or(Value::Null, |at| Value::Number(Decimal::from(at.as_millisecond())))
    };
    let calls: Map = zoho.counters.calls.iter().map(|(kind, n)| ((*kind).to_owned(), number(*n))).collect();
    Value::Object(Map::from([
        ("business_central_requests".to_owned(), number(bc.requests)),
        ("zoho_calls".to_owned(), Value::Object(calls)),
        ("zoho_credits".to_owned(), number(zoho.credits_used())),
        ("zoho_record_writes".to_owned(), number(zoho.counters.record_writes)),
        ("zoho_written_at".to_owned(), moment(zoho.counters.last_write)),
        ("business_central_told_at".to_owned(), moment(bc.webhooks.told)),
        ("zoho_peak_running".to_owned(), number(zoho.peak_running() as u64)),
    ]))
}

fn fault(faults: &mut FaultPlan, body: &Value) -> Result<Value, String> {
    if body.get("clear").is_some() {
        faults.clear();
        return Ok(Value::Bool(true));
    }
    let service = text(body, "service")?;
    let service = Service::of_name(service).ok_or_else(|| format!("there is no service {service}"))?;
    let effect = match text(body, "effect")? {
        "status" => Effect::Status {
            code: whole(body, "code")?.try_into().map_err(|_| "\"code\" is no status".to_owned())?,
            retry_after: whole(body, "retry_after").ok().and_then(|seconds| seconds.try_into().ok()),
            body: match text(body, "body") {
                Err(_) | Ok("json") => FaultBody::Json,
                Ok("html") => FaultBody::Html,
                Ok("empty") => FaultBody::Empty,
                Ok(other) => return Err(format!("there is no body {other}")),
            },
        },
        "delay" => Effect::Delay(Duration::from_secs(count(body, "seconds", 1)?.into())),
        "reset" => Effect::ResetBefore,
        "lose_answer" => Effect::LoseAnswer,
        "truncate" => Effect::Truncate,
        other => return Err(format!("there is no effect {other}")),
    };
    let path = text(body, "path").unwrap_or_default();
    let percent = count(body, "percent", 100)?.min(100).try_into().unwrap_or(100);
    let (times, after) = (count(body, "times", 1)?, count(body, "after", 0)?);
    faults.add(Fault::once(service, path, effect).times(times).after(after).percent(percent));
    Ok(Value::Bool(true))
}

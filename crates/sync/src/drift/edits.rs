//! Takes in a page of changed records: learns what Zoho made of our writes, and follows the policy where somebody edited a field of ours.

use std::collections::BTreeSet;
use std::time::Duration;

use exact_json::{Map, Value};
use jiff::Timestamp;
use zoho_crm::{Record, ZohoId};

use super::text;
use super::verdict::{self, Answer, Meaning};
use crate::apply::decide;
use crate::apply::outcome::OUR_USER;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::{self, Mapped, MappedRecord};
use crate::policy::OnDelete;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::copy_state::Unread;
use crate::store::links::{self, Link};
use crate::store::questions::{self, TOTAL};
use crate::store::sources::{self, SourceRow};
use crate::store::{StoreError, Tx, audit, facts, restored, warnings, watermarks};

/// Restores are counted over this time.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The code of the warning on a value that Zoho refused.
const LEFT_OUT: &str = "left_out";

/// What is to be stored of one record.
struct Change {
    before: Link,
    link: Link,
    source: SourceRow,
    by: Option<String>,
    /// Fields that are written again, and whether the rows are doubted, for which the record is planned anew.
    restored: Vec<String>,
    doubts_lines: bool,
    /// Whether there is something new to be asked.
    asks: bool,
    /// What is told in the trail: field, what was known, what Zoho holds, what is done.
    told: Vec<(String, Value, Value, Answer)>,
}

/// Takes in what Zoho holds in these records, and moves the mark `until` with them.
pub(super) fn take_in(
    session: &Session<'_>,
    flow: Flow,
    rows: &[Record],
    until: Option<&(String, Timestamp)>,
) -> Result<(), RunError> {
    let known: Vec<(Link, &Record)> = session.store().read(|tx| {
        let mut known = Vec::new();
        for row in rows {
            let Some(id) = text(row, "id").map(ZohoId::new) else { continue };
            if let Some(link) = links::by_zoho_id(tx, flow, &id)? {
                known.push((link, row));
            }
        }
        Ok(known)
    })?;
    let user = session.store().read(|tx| facts::get(tx, OUR_USER))?;
    let owned = map::owned_fields(flow, &session.org);
    let mut changes = Vec::new();
    for (link, row) in known {
        changes.extend(change(session, flow, link, row, &owned, user.as_deref())?);
    }
    let fingerprint = session.fingerprint(flow);
    session.store().write(|tx| {
        changes.iter().try_for_each(|change| store(tx, session, change, &fingerprint))?;
        match until {
            Some((mark, at)) => watermarks::set(tx, mark, *at),
            None => Ok(()),
        }
    })?;
    Ok(())
}

/// What a row of Zoho changes in what is known; `None` where it is nothing.
fn change(
    session: &Session<'_>,
    flow: Flow,
    before: Link,
    row: &Record,
    owned: &[String],
    user: Option<&str>,
) -> Result<Option<Change>, RunError> {
    let same = decide::same(&session.org, flow);
    let by = row.get("Modified_By").and_then(|by| by.get("id")).and_then(Value::as_text);
    let ours = is_ours(&before, row, by, user);
    let mut link = before.clone();
    link.copy.gone = None;
    link.copy.unread = Unread::None;
    let differs =
        |name: &&String| row.get(name).is_some_and(|theirs| !same(name, before.expected(name), theirs));
    let differing: Vec<&String> = owned.iter().filter(differs).collect();
    // A question about a value that was put back is none any more.
    link.copy.asked.retain(|name, _| name == TOTAL || differing.iter().any(|field| *field == name));
    let looks_at_total =
        flow == Flow::Invoices && before.verified && !(ours && before.copy.unread == Unread::All);
    if differing.is_empty() && !looks_at_total && link == before {
        return Ok(None);
    }
    let Some(source) = session.store().read(|tx| sources::get(tx, flow, before.id))? else {
        return Ok(None);
    };
    if source.missing.is_some() {
        return Ok(None);
    }
    let wanted = wanted(session, flow, &source);
    let left_out: BTreeSet<String> = if differing.is_empty() {
        BTreeSet::new()
    } else {
        let known = session.store().read(|tx| warnings::of_record(tx, flow, before.id))?;
        known.into_iter().filter(|warning| warning.code == LEFT_OUT).map(|warning| warning.field).collect()
    };
    let name = by.filter(|by| Some(*by) != user || !ours).map(|by| session.org.user_name(by));
    let mut change = Change {
        before,
        link,
        source,
        by: name.flatten().map(ToOwned::to_owned),
        restored: Vec::new(),
        doubts_lines: false,
        asks: false,
        told: Vec::new(),
    };
    if let Some(fields) = wanted.fields() {
        for field in differing.into_iter().filter(|field| !left_out.contains(*field)) {
            let Some(theirs) = row.get(field) else { continue };
            if lost_its_record(session, &change.before, field, theirs)? {
                continue;
            }
            match verdict::meaning(&change.before, field, theirs, fields, ours, &same) {
                Meaning::AsKnown | Meaning::NotOurs => {}
                Meaning::Learned => {
                    change.link.copy.held.insert(field.clone(), theirs.clone());
                }
                Meaning::Agrees | Meaning::Overtaken => {
                    change.link.copy.held.remove(field);
                    change.link.copy.asked.remove(field);
                    change.link.sent.insert(field.clone(), theirs.clone());
                }
                Meaning::Edited => edited(session, &mut change, field, theirs)?,
            }
        }
    }
    if looks_at_total && let Some(expected) = wanted.total() {
        total(session, &mut change, row, expected)?;
    }
    Ok((change.link != change.before || change.doubts_lines).then_some(change))
}

/// Whether the record was last changed by our own last write. Stamps are whole seconds: what another user did in that very second is theirs. Bulk
/// jobs tell no stamp; what our user did last may be theirs.
fn is_ours(link: &Link, row: &Record, by: Option<&str>, user: Option<&str>) -> bool {
    let by_us = user.is_none() || by.is_none() || by == user;
    let parsed = |text: &str| text.parse::<Timestamp>().ok();
    match &link.modified_time {
        Some(stamp) => by_us && text(row, "Modified_Time").and_then(parsed) == parsed(stamp),
        None => user.is_some() && by == user,
    }
}

/// What Zoho should hold of a record.
enum Wanted {
    /// A record of that form.
    Record(Box<MappedRecord>),
    /// Only the mark that its source is gone.
    Marked(Map),
    /// Nothing that could be said now.
    Unknown,
}

impl Wanted {
    fn fields(&self) -> Option<&Map> {
        match self {
            Self::Record(record) => Some(&record.fields),
            Self::Marked(fields) => Some(fields),
            Self::Unknown => None,
        }
    }

    fn total(&self) -> Option<exact_json::Decimal> {
        match self {
            Self::Record(record) => record.expected_total,
            Self::Marked(_) | Self::Unknown => None,
        }
    }
}

fn wanted(session: &Session<'_>, flow: Flow, source: &SourceRow) -> Wanted {
    if source.gone.is_some() {
        return match session.policy().of(flow).on_delete {
            OnDelete::Flag => Wanted::Marked(map::deleted_fields(flow, &session.org)),
            OnDelete::Leave | OnDelete::Delete => Wanted::Unknown,
        };
    }
    match decide::map_source(session, flow, source) {
        Some(Mapped::Record(record)) => Wanted::Record(Box::new(record)),
        Some(Mapped::Skip(_) | Mapped::Wait(_) | Mapped::Refuse(_)) | None => Wanted::Unknown,
    }
}

/// Whether the field is empty because the record that it referred to was deleted: that one is the matter, and takes its children along when it
/// comes back.
fn lost_its_record(
    session: &Session<'_>,
    link: &Link,
    field: &str,
    theirs: &Value,
) -> Result<bool, RunError> {
    if field != "Account_Name" || map::as_reference(theirs).is_some() {
        return Ok(false);
    }
    let Some(account) = map::as_reference(link.expected(field)).map(ZohoId::new) else { return Ok(false) };
    let holder = session.store().read(|tx| links::by_zoho_id(tx, Flow::Customers, &account))?;
    Ok(link.flow != Flow::Customers && holder.is_none_or(|holder| holder.copy.gone.is_some()))
}

/// Somebody edited a field of ours.
fn edited(session: &Session<'_>, change: &mut Change, field: &str, theirs: &Value) -> Result<(), RunError> {
    let same = decide::same(&session.org, change.link.flow);
    let question = change.before.copy.question(field);
    if question.is_some_and(|(asked, _)| same(field, asked, theirs)) {
        return Ok(());
    }
    let is_asked = question.is_some();
    let answer = choose(session, change, field, is_asked)?;
    let known = change.before.expected(field).clone();
    let link = &mut change.link;
    match answer {
        Answer::Restore => {
            link.copy.held.remove(field);
            link.sent.insert(field.to_owned(), theirs.clone());
            change.restored.push(field.to_owned());
        }
        Answer::Leave => {
            link.copy.asked.remove(field);
            link.copy.held.insert(field.to_owned(), theirs.clone());
        }
        Answer::Ask | Answer::Stop => {
            let ours = link.sent.get(field).cloned().unwrap_or_default();
            let about = questions::about(&ours, theirs, change.by.as_deref(), answer == Answer::Stop);
            link.copy.asked.insert(field.to_owned(), about);
            change.asks = true;
        }
    }
    change.told.push((field.to_owned(), known, theirs.clone(), answer));
    Ok(())
}

fn choose(session: &Session<'_>, change: &Change, field: &str, asked: bool) -> Result<Answer, RunError> {
    let (flow, id) = (change.link.flow, change.link.id);
    let since = session.now().checked_sub(DAY).unwrap_or(Timestamp::MIN);
    let restores = session.store().read(|tx| restored::count(tx, flow, id, field, since))?;
    Ok(verdict::answer(session.policy().of(flow).on_drift, restores, asked))
}

/// The total tells that somebody edited the rows, or the Adjustment. They are read and put right as those of an invoice in doubt.
fn total(
    session: &Session<'_>,
    change: &mut Change,
    row: &Record,
    expected: exact_json::Decimal,
) -> Result<(), RunError> {
    let Some(theirs) = row.get(TOTAL) else { return Ok(()) };
    let held = map::as_number(theirs).unwrap_or_default();
    let number = |value: &Value| map::as_number(value);
    if held == expected {
        change.link.copy.held.remove(TOTAL);
        change.link.copy.asked.remove(TOTAL);
        return Ok(());
    }
    let left = change.before.copy.held.get(TOTAL).and_then(number) == Some(held);
    let question = change.before.copy.question(TOTAL).and_then(|(asked, _)| number(asked));
    if left || question == Some(held) {
        return Ok(());
    }
    let answer = choose(session, change, TOTAL, question.is_some())?;
    let ours = Value::Number(expected);
    match answer {
        Answer::Restore => {
            change.link.copy.held.remove(TOTAL);
            change.doubts_lines = true;
            change.restored.push(TOTAL.to_owned());
        }
        Answer::Leave => {
            change.link.copy.held.insert(TOTAL.to_owned(), theirs.clone());
        }
        Answer::Ask | Answer::Stop => {
            let about = questions::about(&ours, theirs, change.by.as_deref(), answer == Answer::Stop);
            change.link.copy.asked.insert(TOTAL.to_owned(), about);
            change.asks = true;
        }
    }
    change.told.push((TOTAL.to_owned(), ours, theirs.clone(), answer));
    Ok(())
}

fn store(tx: &Tx<'_>, session: &Session<'_>, change: &Change, fingerprint: &str) -> Result<(), StoreError> {
    let (link, now) = (&change.link, session.now());
    links::put(tx, link)?;
    if change.doubts_lines {
        links::doubt_lines(tx, link.flow, link.id)?;
    }
    let forgotten = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
    for field in &change.restored {
        restored::note(tx, link.flow, link.id, field, now, forgotten)?;
    }
    let replan = change.doubts_lines || link.sent != change.before.sent;
    if replan || change.before.copy.gone.is_some() {
        sources::unsettle(tx, link.flow, link.id)?;
    }
    if change.asks || (link.copy.asked != change.before.copy.asked && !link.copy.asked.is_empty()) {
        questions::ask(tx, link, &change.source, fingerprint, now)?;
    } else if link.copy.asked.is_empty() && !change.before.copy.asked.is_empty() {
        questions::close(tx, link)?;
    }
    for what in [Answer::Restore, Answer::Leave, Answer::Ask, Answer::Stop] {
        let told: Vec<_> = change.told.iter().filter(|(.., answer)| *answer == what).collect();
        if told.is_empty() {
            continue;
        }
        let values = |pick: fn(&(String, Value, Value, Answer)) -> &Value| {
            Value::Object(told.iter().map(|told| (told.0.clone(), pick(told).clone())).collect())
        };
        let by = change.by.as_deref().unwrap_or("somebody");
        let done = match what {
            Answer::Restore => "it is written again",
            Answer::Leave => "it is left so",
            Answer::Ask => "somebody has to decide",
            Answer::Stop => "restored twice within a day, not again: somebody has to decide",
        };
        let summary = format!("edited in Zoho by {by}: {done}");
        let entry = Entry {
            number: Some(change.source.number.clone()),
            before: Some(values(|told| &told.1)),
            after: Some(values(|told| &told.2)),
            zoho_id: Some(link.zoho_id.to_string()),
            ..session.entry(link.flow, link.id, AuditKind::Observed, &summary, now)
        };
        audit::append(tx, &entry)?;
    }
    Ok(())
}

//! Reads the records in Zoho that do not carry our key, and keeps the local index of them fresh.
//!
//! COQL asks for nothing else than those, 200 for a credit: a list would bring our own records along, and cost as much a page. The first
//! reading goes by id and can be interrupted; later ones ask what changed, and what was deleted. That a record carries our key meanwhile is
//! seen when it is looked at, which it is before anything is concluded from it ([`look`]).

use std::collections::BTreeMap;
use std::time::Duration;

use exact_json::{Map, Value};
use jiff::Timestamp;
use zoho_crm::{CoqlPage, Record, ZohoId, coql};

use crate::apply::adopt;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map;
use crate::matching::Party;
use crate::session::Session;
use crate::store::keyless::{self, KeylessRecord, Reading};
use crate::store::{StoreError, Tx};

/// How far behind the last look a later one starts: a record may become visible after its stamp.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// What has to be read of each record beside what is compared: id, both keys, and the stamp.
const OTHER_COLUMNS: usize = 4;

/// What stands in Zoho under an id now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// A record without our key.
    Keyless {
        /// What of it can be compared.
        party: Box<Party>,
        /// All that was read of it.
        record: Record,
    },
    /// A record that carries our key.
    Keyed {
        /// Its BC Number; blank where it has none.
        number: String,
        /// Its BC Id; blank where it has none.
        id: String,
    },
    /// Nothing.
    Gone,
}

/// How the index stands after a [`refresh`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refreshed {
    /// Whether anything was read.
    pub(crate) read: bool,
    /// When it was last brought up to date.
    pub(crate) looked_at: Timestamp,
}

/// Reads the flow's index at first, and what changed since when that is due.
pub(crate) async fn refresh(session: &Session<'_>, flow: Flow) -> Result<Refreshed, RunError> {
    let reading = session.store().read(|tx| keyless::reading(tx, flow))?;
    let looked_at = match reading {
        Some(reading) if reading.whole && reading.version == map::COMPARED => {
            if is_fresh(session, reading.looked_at) {
                return Ok(Refreshed { read: false, looked_at: reading.looked_at });
            }
            changes(session, flow, reading).await?
        }
        unfinished => {
            let mut reading = begun(session, unfinished);
            while !reading.whole {
                next(session, flow, &mut reading).await?;
            }
            reading.looked_at
        }
    };
    Ok(Refreshed { read: true, looked_at })
}

/// Whether an index that was brought up to date then need not be read again yet.
pub(super) fn is_fresh(session: &Session<'_>, looked_at: Timestamp) -> bool {
    let age = session.now().duration_since(looked_at);
    // A clock that was set back makes it due.
    !age.is_negative() && age.unsigned_abs() < session.policy().drift_interval
}

/// Reads the beginning of an index that was never read, which tells how much there is.
pub(super) async fn begin(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    let reading = session.store().read(|tx| keyless::reading(tx, flow))?;
    if reading.as_ref().is_none_or(|reading| reading.version != map::COMPARED) {
        next(session, flow, &mut begun(session, reading)).await?;
    }
    Ok(())
}

/// A reading that was interrupted, or a new one.
fn begun(session: &Session<'_>, reading: Option<Reading>) -> Reading {
    reading.filter(|reading| reading.version == map::COMPARED).unwrap_or_else(|| Reading {
        behind: String::new(),
        whole: false,
        version: map::COMPARED,
        modified: zoho_now(session),
        looked_at: session.now(),
    })
}

/// Stamps are Zoho's: what changed up to when is told by its clock, not by ours.
fn zoho_now(session: &Session<'_>) -> Timestamp {
    let now = session.now();
    let offset = session.zoho().clock_offset().unwrap_or_default();
    now.checked_add(offset).unwrap_or(now)
}

/// Reads the next page of a first reading.
async fn next(session: &Session<'_>, flow: Flow, reading: &mut Reading) -> Result<(), RunError> {
    session.check_stop()?;
    let condition = without_key(session, flow)?;
    let behind = match reading.behind.as_str() {
        "" => condition,
        last => format!("({condition} and id > {})", coql::text(last)),
    };
    let page = page(session, flow, narrow(session, flow)?, &behind, "id asc").await?;
    let last = last_id(&page);
    reading.whole = !page.more || last.is_none();
    reading.behind = last.unwrap_or_default();
    session.store().write(|tx| {
        store(tx, session, flow, &page)?;
        keyless::set_reading(tx, flow, reading)
    })?;
    Ok(())
}

/// Reads what changed since the last look, and takes out what was deleted. Returns when that was begun.
async fn changes(session: &Session<'_>, flow: Flow, mut reading: Reading) -> Result<Timestamp, RunError> {
    let (looked_at, until) = (session.now(), zoho_now(session));
    let since = reading.modified.checked_sub(OVERLAP).unwrap_or(reading.modified);
    let condition = without_key(session, flow)?;
    let mut behind = format!("Modified_Time >= {}", coql::timestamp(since));
    loop {
        session.check_stop()?;
        let condition = format!("({condition} and {behind})");
        let page =
            page(session, flow, narrow(session, flow)?, &condition, "Modified_Time asc, id asc").await?;
        session.store().write(|tx| store(tx, session, flow, &page))?;
        let last = page.rows.last().and_then(|row| row.get("Modified_Time")).and_then(Value::as_text);
        let last = last.and_then(|text| text.parse::<Timestamp>().ok()).zip(last_id(&page));
        let Some((at, id)) = last.filter(|_| page.more) else { break };
        let at = coql::timestamp(at);
        behind = format!("(Modified_Time > {at} or (Modified_Time = {at} and id > {}))", coql::text(&id));
    }
    if session.store().read(|tx| keyless::any(tx, flow))? {
        deletions(session, flow, since).await?;
    }
    reading.modified = until;
    reading.looked_at = looked_at;
    session.store().write(|tx| keyless::set_reading(tx, flow, &reading))?;
    Ok(looked_at)
}

/// A record that was deleted, or merged into another, is none to be taken over. One that is restored counts as changed, or is found when it
/// is looked at; whether its stamp moves is unverified.
async fn deletions(session: &Session<'_>, flow: Flow, since: Timestamp) -> Result<(), RunError> {
    for number in 1.. {
        session.check_stop()?;
        let page = session.zoho().deleted(flow.module(), Some(since), number).await?;
        session.store().write(|tx| {
            page.rows.iter().try_for_each(|row| keyless::remove(tx, flow, &row.id).map(|_| ()))
        })?;
        if !page.more {
            break;
        }
    }
    Ok(())
}

/// Looks what stands under the ids now, 50 for a credit, and brings the index to it.
pub(crate) async fn look(
    session: &Session<'_>,
    flow: Flow,
    ids: &[ZohoId],
) -> Result<BTreeMap<ZohoId, Look>, RunError> {
    let mut found: BTreeMap<ZohoId, Look> = ids.iter().map(|id| (id.clone(), Look::Gone)).collect();
    for chunk in ids.chunks(coql::IN_MAX) {
        session.check_stop()?;
        let columns = adopt::columns(session, flow)?;
        let rows = page(session, flow, columns, &coql::in_list("id", chunk), "id asc").await?.rows;
        for row in rows {
            if let Some(id) = row.get("id").and_then(Value::as_text) {
                found.insert(ZohoId::new(id), judge(session, flow, &row)?);
            }
        }
    }
    session.store().write(|tx| {
        for (zoho_id, look) in &found {
            match look {
                Look::Keyless { party, .. } => {
                    let record = KeylessRecord { zoho_id: zoho_id.clone(), party: (**party).clone() };
                    keyless::put(tx, flow, &record)?;
                }
                Look::Keyed { .. } | Look::Gone => {
                    keyless::remove(tx, flow, zoho_id)?;
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}

async fn page(
    session: &Session<'_>,
    flow: Flow,
    mut columns: Vec<String>,
    condition: &str,
    order: &str,
) -> Result<CoqlPage, RunError> {
    for name in compared(session, flow) {
        if columns.len() < coql::FIELDS_MAX && !columns.contains(&name) {
            columns.push(name);
        }
    }
    let (columns, module, limit) = (columns.join(", "), flow.module().api_name(), coql::ROWS_MAX);
    let query = format!("select {columns} from {module} where {condition} order by {order} limit {limit}");
    Ok(session.zoho().coql(&query).await?)
}

/// Id, keys and stamp: what is read of each record beside what is compared.
fn narrow(session: &Session<'_>, flow: Flow) -> Result<Vec<String>, RunError> {
    let (number, id) = adopt::keys(session, flow)?;
    Ok(vec!["id".to_owned(), number, id, "Modified_Time".to_owned()])
}

fn compared(session: &Session<'_>, flow: Flow) -> Vec<String> {
    map::compared_fields(flow, &session.org, coql::FIELDS_MAX - OTHER_COLUMNS)
}

/// The condition for a record that is not ours. A key that the org lent us may hold a value of the org's own.
fn without_key(session: &Session<'_>, flow: Flow) -> Result<String, RunError> {
    let (number, id) = adopt::keys(session, flow)?;
    Ok(if map::key_is_borrowed(flow, &session.org) {
        format!("{id} is null")
    } else {
        format!("({number} is null and {id} is null)")
    })
}

fn last_id(page: &CoqlPage) -> Option<String> {
    page.rows.last().and_then(|row| row.get("id")).and_then(Value::as_text).map(ToOwned::to_owned)
}

fn store(tx: &Tx<'_>, session: &Session<'_>, flow: Flow, page: &CoqlPage) -> Result<(), StoreError> {
    for row in &page.rows {
        let id = row.get("id").and_then(Value::as_text);
        if let (Some(id), Ok(Look::Keyless { party, .. })) = (id, judge(session, flow, row)) {
            keyless::put(tx, flow, &KeylessRecord { zoho_id: ZohoId::new(id), party: *party })?;
        }
    }
    Ok(())
}

/// Whether the record is ours, and what can be compared of it.
fn judge(session: &Session<'_>, flow: Flow, row: &Map) -> Result<Look, RunError> {
    let (number_key, id_key) = adopt::keys(session, flow)?;
    let text = |key: &str| row.get(key).and_then(Value::as_text).unwrap_or_default().trim();
    let borrowed = map::key_is_borrowed(flow, &session.org);
    let keyed = !text(&id_key).is_empty() || (!borrowed && !text(&number_key).is_empty());
    if keyed || map::is_placeholder(text(&number_key)) {
        return Ok(Look::Keyed { number: text(&number_key).to_owned(), id: text(&id_key).to_owned() });
    }
    Ok(Look::Keyless { party: Box::new(map::zoho_party(flow, &session.org, row)), record: row.clone() })
}

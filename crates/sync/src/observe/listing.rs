//! Reads what changed since the watermark and stores it, one transaction a page.

use std::time::Duration;

use business_central::{ErrorKind, Row};
use exact_json::{Map, Value};
use jiff::Timestamp;

use super::deletions;
use crate::apply::feed::Feeder;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::progress::Event;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::considered::{self, Disposition};
use crate::store::sources::{self, Incoming, Seen, SettledAs};
use crate::store::{Store, StoreError, Tx, audit, sweep_clocks, watermarks};

/// How far behind the watermark a listing starts. Business Central stamps a row before it commits it (facts, §4.10), so that a row may
/// become visible after a later stamp was seen; what commits even later is found by the daily sweep.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// So many rows are stored before others have their turn with the database.
const STORED_AT_ONCE: usize = 200;

/// A page is kept waiting no longer than this, because the link to the one behind it does not last for ever (facts, §5.3).
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Reads the flow's rows that changed since the watermark, or all of them, and stores what they say.
///
/// The watermark moves behind the last page of the last listing only, to the greatest stamp over all pages: pages come in the
/// order of their ids, and an unfinished listing starts again from the old watermark. Returns whether that were all rows. `feeder` is told of every page.
pub(crate) async fn read(
    session: &Session<'_>,
    flow: Flow,
    full: bool,
    feeder: Option<&Feeder>,
) -> Result<bool, RunError> {
    let watermark = session.store().read(|tx| watermarks::get(tx, &watermark_name(flow)))?;
    let since = watermark.filter(|_| !full).map(|at| at.checked_sub(OVERLAP).unwrap_or(at));
    read_from(session, flow, since, watermark, feeder).await
}

/// Reads what changed since the watermark, or since `told` where somebody told of an earlier change.
pub(crate) async fn read_since(
    session: &Session<'_>,
    flow: Flow,
    told: Option<Timestamp>,
) -> Result<(), RunError> {
    let watermark = session.store().read(|tx| watermarks::get(tx, &watermark_name(flow)))?;
    let since = watermark.map(|at| told.map_or(at, |told| told.min(at)));
    let since = since.map(|at| at.checked_sub(OVERLAP).unwrap_or(at));
    read_from(session, flow, since, watermark, None).await.map(drop)
}

async fn read_from(
    session: &Session<'_>,
    flow: Flow,
    since: Option<Timestamp>,
    watermark: Option<Timestamp>,
    feeder: Option<&Feeder>,
) -> Result<bool, RunError> {
    let mut restarts = 0;
    loop {
        match read_once(session, flow, since, watermark, feeder).await {
            Err(RunError::BusinessCentral(error)) if is_expired(&error) && restarts < 3 => restarts += 1,
            other => return other.map(|()| since.is_none()),
        }
    }
}

/// Whether nothing of the flow was read to its end yet. An empty company has no watermark, but the clock of its ids has begun.
pub(crate) fn is_first(session: &Session<'_>, flow: Flow) -> Result<bool, RunError> {
    Ok(session.store().read(|tx| {
        Ok(watermarks::get(tx, &watermark_name(flow))?.is_none()
            && sweep_clocks::last(tx, &deletions::clock(flow))?.is_none())
    })?)
}

fn is_expired(error: &business_central::Error) -> bool {
    matches!(error.kind, ErrorKind::SkipTokenExpired)
}

/// Under which name the listing's watermark is stored; there is none before a listing was read to its end.
pub(crate) fn watermark_name(flow: Flow) -> String {
    format!("listing.{}", flow.name())
}

async fn read_once(
    session: &Session<'_>,
    flow: Flow,
    since: Option<Timestamp>,
    watermark: Option<Timestamp>,
    feeder: Option<&Feeder>,
) -> Result<(), RunError> {
    let mut greatest = watermark;
    let mut rows_read = 0;
    for query in super::listings(flow, since, session.policy().invoices_from) {
        let mut pages = session.company().list(query);
        let mut next = pages.next().await?;
        while let Some(page) = next {
            session.check_stop()?;
            greatest = page.rows.iter().filter_map(Row::modified).chain(greatest).max();
            let rows = page.rows.len() as u64;
            rows_read += rows;
            if let Some(feeder) = feeder {
                tokio::select! {
                    () = feeder.wanted() => {}
                    () = session.clock.sleep(LONGEST_PAUSE) => {}
                }
            }
            // The next page is on its way while this one is stored.
            let (following, stored) = tokio::join!(pages.next(), store_page(session, flow, page.rows));
            stored?;
            if let Some(feeder) = feeder {
                feeder.stored(rows);
            }
            session.progress().event(Event::Read { flow, rows: rows_read });
            next = following?;
        }
    }
    if let Some(greatest) = greatest.filter(|_| greatest != watermark) {
        session.store().write(|tx| watermarks::set(tx, &watermark_name(flow), greatest))?;
    }
    Ok(())
}

/// Stores what the rows of a page say.
async fn store_page(session: &Session<'_>, flow: Flow, rows: Vec<Row>) -> Result<(), StoreError> {
    let now = session.now();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let run = session.run_id.clone();
        let some: Vec<Row> = rows.by_ref().take(STORED_AT_ONCE).collect();
        let store_them = move |store: &Store| {
            store.write_soon(|tx| some.iter().try_for_each(|row| observe(tx, &run, flow, row, now).map(drop)))
        };
        session.beside(store_them).await?;
    }
    session.beside(|store| store.write(|_| Ok(()))).await
}

/// Stores what one row says and counts the record; a row without id or number is a failure of the run, not of the record.
pub(crate) fn observe(
    tx: &Tx<'_>,
    run: &str,
    flow: Flow,
    row: &Row,
    now: Timestamp,
) -> Result<Seen, StoreError> {
    let Some(id) = row.id() else {
        tracing::warn!(flow = flow.name(), "a row without an id was passed over");
        return Ok(Seen::Same);
    };
    let incoming = Incoming {
        id,
        number: row.number().unwrap_or_default().to_owned(),
        etag: row.etag().map(ToOwned::to_owned),
        modified: row.modified(),
        text: row.text().to_owned(),
    };
    let seen = sources::observe(tx, flow, &incoming, now)?;
    note(tx, run, flow, &incoming, &seen, now)?;
    Ok(seen)
}

/// Counts the record, and writes the audit entry of a change.
pub(crate) fn note(
    tx: &Tx<'_>,
    run: &str,
    flow: Flow,
    incoming: &Incoming,
    seen: &Seen,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (disposition, summary, changed) = match seen {
        // What is left alone by rule stays so in the count, also when it is merely seen again.
        Seen::Same => match sources::settled_as(tx, flow, incoming.id)? {
            Some(SettledAs::Skipped(_)) => (Disposition::Skipped, None, None),
            Some(SettledAs::Written | SettledAs::Unchanged) | None => (Disposition::Unchanged, None, None),
        },
        Seen::Back => (Disposition::Held, Some("visible again in Business Central"), None),
        Seen::New => (Disposition::Held, Some("seen for the first time in Business Central"), None),
        Seen::Changed { before } => (
            Disposition::Held,
            Some("changed in Business Central"),
            Some(differences(before, &incoming.text)),
        ),
    };
    considered::note(tx, flow, incoming.id, disposition)?;
    if let Some(summary) = summary {
        let (before, after) = changed.unzip();
        let entry = Entry {
            number: Some(incoming.number.clone()),
            before,
            after,
            ..Entry::about(run, flow, incoming.id, AuditKind::Observed, summary, now)
        };
        audit::append(tx, &entry)?;
    }
    Ok(())
}

/// The members that differ between two texts of one row, as they were and as they are.
fn differences(before: &str, after: &str) -> (Value, Value) {
    let parse = |text: &str| match Value::parse(text) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let (mut before, mut after) = (parse(before), parse(after));
    let equal: Vec<String> =
        before.iter().filter(|(k, v)| after.get(k) == Some(v)).map(|(k, _)| k.clone()).collect();
    for key in equal {
        before.remove(&key);
        after.remove(&key);
    }
    (Value::Object(before), Value::Object(after))
}

//! Finds what people did in Zoho to what was copied there, and says what is to be done about it.
//!
//! A pass asks which records of the flow's module changed since the last one, 200 or more for a call, and which were deleted. Our own writes come along
//! and cost nothing beside: that is when Zoho is seen to have made something else of a value than was sent, so that no write has to be read
//! back by itself. Rows are held against what is known ([`verdict`]), edits are taken in ([`edits`]), deletions too ([`gone`]). Nothing is written to Zoho
//! here: a value that is to be restored is noted as what Zoho was last given, and the planner finds the difference.
//!
//! Rows come in the order of their stamps, and the mark of how far a pass has come moves with every page: an interrupted one goes on there.

mod edits;
pub(crate) mod gone;
mod verdict;

use std::time::Duration;

use exact_json::Value;
use jiff::Timestamp;
use zoho_crm::{Record, ZohoId, coql};

use crate::apply::adopt;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::observe::sweeps;
use crate::progress::Event;
use crate::reconcile;
use crate::session::Session;
use crate::store::{sweep_clocks, watermarks};

/// How far behind the last stamp a pass starts: a record may become visible after its stamp.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// How many rows the first call of a pass asks for, and each further one: 1 credit, then 3 for ten times as many. Where Zoho refuses so many,
/// all calls ask for as few as the first (facts, §6.2, §9).
const ROWS: [u32; 2] = [coql::ROWS_MAX, 2_000];

fn clock(flow: Flow) -> String {
    format!("drift.{}", flow.name())
}

fn edits_mark(flow: Flow) -> String {
    format!("drift.{}", flow.name())
}

fn deletions_mark(flow: Flow) -> String {
    format!("drift.deleted.{}", flow.name())
}

/// Begins to look from now on, where nobody ever did: before anything of the flow is written. A first load counts as a pass.
pub(crate) fn begin(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    let now = zoho_now(session);
    session.store().write(|tx| {
        for mark in [edits_mark(flow), deletions_mark(flow)] {
            if watermarks::get(tx, &mark)?.is_none() {
                watermarks::set(tx, &mark, now)?;
                sweep_clocks::set(tx, &clock(flow), session.now())?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// Runs a pass where it is due or forced.
pub(crate) async fn run(session: &Session<'_>, flow: Flow, force: bool) -> Result<(), RunError> {
    let last = session.store().read(|tx| sweep_clocks::last(tx, &clock(flow)))?;
    if !force && !sweeps::is_due(last, session.policy().drift_interval, session.now()) {
        return Ok(());
    }
    session.progress().event(Event::Sweep { flow, what: "what people changed in Zoho" });
    let started = session.now();
    // A record that was deleted and is back is seen to be back first.
    deleted(session, flow).await?;
    edited(session, flow).await?;
    session.store().write(|tx| sweep_clocks::set(tx, &clock(flow), started))?;
    Ok(())
}

/// Looks at these records alone: somebody told that they changed.
pub(crate) async fn check(session: &Session<'_>, flow: Flow, ids: &[ZohoId]) -> Result<(), RunError> {
    let mut absent = false;
    for chunk in ids.chunks(coql::IN_MAX) {
        session.check_stop()?;
        let condition = coql::in_list("id", chunk);
        let page = select(session, flow, &condition, "id asc", coql::ROWS_MAX).await?;
        absent |= page.rows.len() < chunk.len();
        edits::take_in(session, flow, &page.rows, None)?;
    }
    // That they are not found proves nothing: what was deleted is asked for.
    if absent { deleted(session, flow).await } else { Ok(()) }
}

/// Reads what changed since the last pass.
async fn edited(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    let until = zoho_now(session);
    let since = begun(session, &edits_mark(flow))?;
    let mut behind = format!("Modified_Time >= {}", coql::timestamp(since));
    let mut rows = ROWS[0];
    let mut small = false;
    loop {
        session.check_stop()?;
        let page = match select(session, flow, &behind, "Modified_Time asc, id asc", rows).await {
            Err(RunError::Zoho(error)) if rows > ROWS[0] && reconcile::is_about_size(&error.kind) => {
                (rows, small) = (ROWS[0], true);
                continue;
            }
            other => other?,
        };
        rows = if small { ROWS[0] } else { ROWS[1] };
        let last = page.rows.last().and_then(|row| Some((stamp(row)?, text(row, "id")?.to_owned())));
        let mark = last.as_ref().map(|(at, _)| (edits_mark(flow), *at));
        edits::take_in(session, flow, &page.rows, mark.as_ref())?;
        let Some((at, id)) = last.filter(|_| page.more) else {
            // What was written last need not be read each time again.
            session.store().write(|tx| watermarks::set(tx, &edits_mark(flow), until))?;
            return Ok(());
        };
        let at = coql::timestamp(at);
        behind = format!("(Modified_Time > {at} or (Modified_Time = {at} and id > {}))", coql::text(&id));
    }
}

/// Reads what was deleted since the last pass.
async fn deleted(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    let until = zoho_now(session);
    let since = begun(session, &deletions_mark(flow))?;
    for number in 1.. {
        session.check_stop()?;
        let page = session.zoho().deleted(flow.module(), Some(since), number).await?;
        gone::take_in(session, flow, &page.rows).await?;
        if !page.more {
            break;
        }
    }
    session.store().write(|tx| watermarks::set(tx, &deletions_mark(flow), until))?;
    Ok(())
}

/// Where a pass starts.
fn begun(session: &Session<'_>, mark: &str) -> Result<Timestamp, RunError> {
    let at = session.store().read(|tx| watermarks::get(tx, mark))?.unwrap_or_else(|| zoho_now(session));
    Ok(at.checked_sub(OVERLAP).unwrap_or(at))
}

async fn select(
    session: &Session<'_>,
    flow: Flow,
    condition: &str,
    order: &str,
    rows: u32,
) -> Result<zoho_crm::CoqlPage, RunError> {
    let mut columns = adopt::columns(session, flow)?;
    columns.truncate(coql::FIELDS_MAX - 1);
    columns.push("Modified_By".to_owned());
    let (columns, module) = (columns.join(", "), flow.module().api_name());
    let query = format!("select {columns} from {module} where {condition} order by {order} limit {rows}");
    Ok(session.zoho().coql(&query).await?)
}

/// Stamps are Zoho's: what changed up to when is told by its clock, not by ours.
fn zoho_now(session: &Session<'_>) -> Timestamp {
    let now = session.now();
    let offset = session.zoho().clock_offset().unwrap_or_default();
    now.checked_add(offset).unwrap_or(now)
}

fn stamp(row: &Record) -> Option<Timestamp> {
    text(row, "Modified_Time").and_then(|text| text.parse().ok())
}

fn text<'a>(row: &'a Record, key: &str) -> Option<&'a str> {
    row.get(key).and_then(Value::as_text)
}

//! Reads back what must agree to the cent: a document's lines where they are in doubt, and its total always.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use exact_json::{Decimal, Map, Value};
use zoho_crm::{Record, ZohoId, coql};

use super::{Task, Wrote, create, decide, outcome, refused, rehearsed, row_map, update};
use crate::failure::{self, FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::map::{self, Mapped, NegativeStyle, RowMap};
use crate::session::Session;
use crate::store::intents::{self, IntentKind};
use crate::store::line_rows;
use crate::store::links::{self, LineState};
use crate::store::sources;

/// How many totals are read back in one go: the rows that one query may return.
pub(crate) const AT_ONCE: usize = coql::ROWS_MAX as usize;

/// Whatever makes the total agree: it belongs to the rows, and is never planned again with the other fields.
pub(crate) const ADJUSTMENT: &str = "Adjustment";

/// Where the comments stand that no line comes before.
const DESCRIPTION: &str = "Description";

/// Proves the lines and totals of at most [`AT_ONCE`] tasks, and corrects a total once through Adjustment.
pub(crate) async fn run(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    tasks: Vec<Task>,
) -> Result<(), RunError> {
    let mut tasks = tasks;
    let mut with_lines = Vec::with_capacity(tasks.len());
    for mut task in tasks.drain(..) {
        if task.link.as_ref().is_some_and(|link| link.lines == LineState::Unknown)
            && !repair_lines(session, flow, fingerprint, &mut task).await?
        {
            continue;
        }
        with_lines.push(task);
    }
    row_map::learn(session, flow, &with_lines).await?;
    let wrong = compare(session, flow, fingerprint, with_lines, true).await?;
    for wrong in wrong.chunks(zoho_crm::ROWS_PER_WRITE) {
        session.check_stop()?;
        let corrected = correct(session, flow, fingerprint, wrong.to_vec()).await?;
        compare(session, flow, fingerprint, corrected, false).await?;
    }
    Ok(())
}

/// Makes the lines of an adopted or doubtful document, or of one whose lines have changed, what they should be, row by row. Returns whether
/// they are.
async fn repair_lines(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &mut Task,
) -> Result<bool, RunError> {
    let Some(link) = task.link.clone() else { return Ok(false) };
    let Some(lines) = flow.rows().map(zoho_crm::Module::api_name) else { return Ok(true) };
    for round in 1..=refused::ROUNDS {
        session.check_stop()?;
        let Some(record) = session.zoho().get(flow.module(), &link.zoho_id).await? else {
            update::gone_in_zoho(session, flow, fingerprint, task.clone()).await?;
            return Ok(false);
        };
        let have = record.get(lines).and_then(Value::as_list).unwrap_or_default();
        let known = session.store().read(|tx| line_rows::rows(tx, flow, task.source.id))?;
        let Some(rows) = repair(session, task, have, &known) else {
            row_map::remember(session, flow, task, have)?;
            break;
        };
        let mut row: Map =
            [("id".to_owned(), Value::text(link.zoho_id.as_str())), (lines.to_owned(), Value::List(rows))]
                .into();
        row.extend(beside_lines(task));
        let payload = sources::hash(row.to_json());
        let now = session.now();
        let intent = session
            .store()
            .write(|tx| intents::begin(tx, IntentKind::Lines, flow, &[task.source.id], &payload, now))?;
        let results = session
            .zoho()
            .update_once(flow.module(), std::slice::from_ref(&row), &create::options(session, flow))
            .await;
        session.store().write(|tx| intents::settle(tx, intent))?;
        let results = match results {
            // A row without an id is appended each time it is sent: after a lost answer the rows are read before anything is written.
            Err(error) if create::in_doubt(&error) && round < refused::ROUNDS => continue,
            other => other?,
        };
        match results.into_iter().next() {
            Some(Ok(written)) => {
                row.remove("id");
                task.row = row;
                outcome::written(session, flow, fingerprint, task, written, Wrote::Updated)?;
                read_back(session, flow, task).await?;
                break;
            }
            Some(Err(error))
                if round < refused::ROUNDS && refused::lines_otherwise(session, task, &error) => {}
            Some(Err(error)) => {
                let trouble = failure::of_row(&task.source.number, &error);
                outcome::troubled(session, flow, fingerprint, task, &trouble)?;
                return Ok(false);
            }
            None => return Ok(false),
        }
    }
    if let Some(link) = &mut task.link {
        link.lines = LineState::Written;
        let digest = task.mapped.as_ref().and_then(|mapped| mapped.lines_digest.as_deref());
        session.store().write(|tx| {
            links::put(tx, link)?;
            digest.map_or(Ok(()), |digest| line_rows::set_digest(tx, flow, link.id, digest))
        })?;
    }
    Ok(true)
}

/// What changes together with the lines of a document whose lines change: the Adjustment that makes its total agree, and the comments that
/// stand before the first line.
fn beside_lines(task: &Task) -> Map {
    let Some(mapped) = task.mapped.as_ref().filter(|mapped| mapped.lines_digest.is_some()) else {
        return Map::new();
    };
    let mut beside = Map::new();
    if let Some(adjustment) = mapped.adjustment {
        beside.insert(ADJUSTMENT.to_owned(), Value::Number(adjustment));
    }
    let comments = mapped.on_create.get(DESCRIPTION).filter(|value| !value.is_null());
    beside.extend(comments.map(|value| (DESCRIPTION.to_owned(), value.clone())));
    beside
}

/// Learns the ids of the rows that were just added.
async fn read_back(session: &Session<'_>, flow: Flow, task: &Task) -> Result<(), RunError> {
    let changes = task.mapped.as_ref().is_some_and(|mapped| mapped.lines_digest.is_some());
    if let Some(link) = task.link.as_ref().filter(|_| changes && !session.rehearsing)
        && let Some(record) = session.zoho().get(flow.module(), &link.zoho_id).await?
        && let Some(module) = flow.rows()
    {
        let rows = record.get(module.api_name()).and_then(Value::as_list).unwrap_or_default();
        row_map::remember(session, flow, task, rows)?;
    }
    Ok(())
}

/// The word for a document at the beginning of a sentence.
fn named(flow: Flow) -> &'static str {
    match flow {
        Flow::PurchaseOrders => "Purchase order",
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Invoices | Flow::Vendors => "Invoice",
    }
}

/// The rows to send so that the lines are right; `None` when they are.
///
/// Negative lines are right in whichever style Zoho took them, and so is a surplus that was folded because Zoho took no more rows.
fn repair(session: &Session<'_>, task: &Task, have: &[Value], known: &RowMap) -> Option<Vec<Value>> {
    let mapped = task.mapped.as_ref()?;
    let rows = map::repair_lines(mapped, have, known)?;
    let styles =
        if mapped.has_negative_lines() { NegativeStyle::ALL.as_slice() } else { &[mapped.negative_style] };
    let folded = (!have.is_empty() && have.len() < mapped.lines.len()).then_some(have.len());
    let fits = |style, most_rows| {
        let otherwise = decide::map_otherwise(session, &task.source, style, most_rows);
        matches!(otherwise, Some(Mapped::Record(record)) if map::repair_lines(&record, have, known).is_none())
    };
    let fits_somehow = styles.iter().any(|style| {
        fits(*style, session.policy().map.most_rows) || folded.is_some_and(|most| fits(*style, Some(most)))
    });
    if fits_somehow { None } else { Some(rows) }
}

/// Reads many totals in one call. Settles those that agree; returns the others, or reports them when this was the last try.
async fn compare(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    tasks: Vec<Task>,
    may_correct: bool,
) -> Result<Vec<(Task, Decimal)>, RunError> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let totals = read_totals(session, flow, &tasks).await?;
    let mut wrong = Vec::new();
    let mut proved = Vec::with_capacity(tasks.len());
    for task in tasks {
        let (Some(link), Some(expected)) = (&task.link, task.mapped.as_ref().and_then(|m| m.expected_total))
        else {
            continue;
        };
        let Some((held, adjustment)) = totals.get(&link.zoho_id).copied() else {
            let trouble = Trouble::new(
                FailureClass::Outage,
                "total_not_readable",
                format!(
                    "The total of {} {} could not be read back from Zoho.",
                    flow.singular(),
                    task.source.number
                ),
                "Nothing to do: it is tried again by itself.",
            );
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
            continue;
        };
        if held == expected {
            proved.push((task, held));
        } else if may_correct {
            wrong.push((task, adjustment + (expected - held)));
        } else {
            let trouble = Trouble::new(
                FailureClass::Conflict,
                "total_differs",
                format!(
                    "{} {}: Business Central says {expected}, Zoho computes {held}, also after a correction through Adjustment.",
                    named(flow),
                    task.source.number
                ),
                format!(
                    "Look for a rule in Zoho that changes prices, taxes or the Adjustment of {}; then replay.",
                    flow.plural()
                ),
            );
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
        }
    }
    outcome::all_proved(session, flow, fingerprint, proved).await?;
    Ok(wrong)
}

/// Grand total and adjustment by record.
type Totals = BTreeMap<ZohoId, (Decimal, Decimal)>;

/// Reads the totals of the tasks' records.
///
/// What was created together has ids that lie together: a query for a range of ids reads more of them than one that names each. Where the
/// records of others lie in between, so that it does not, the rest is asked for by id.
async fn read_totals(session: &Session<'_>, flow: Flow, tasks: &[Task]) -> Result<Totals, RunError> {
    let mut totals: Totals = rehearsed::totals(session, flow, tasks);
    let links = tasks.iter().filter_map(|t| t.link.as_ref());
    let ids: BTreeSet<&str> =
        links.filter(|l| !totals.contains_key(&l.zoho_id)).map(|l| l.zoho_id.as_str()).collect();
    let mut left: VecDeque<&str> = ids.iter().copied().collect();
    let mut unread: Vec<&str> = Vec::new();
    // Texts of one length compare as numbers do.
    let comparable = ids.first().is_some_and(|first| ids.iter().all(|id| id.len() == first.len()));
    while comparable
        && left.len() > coql::IN_MAX
        && let (Some(first), Some(last)) = (left.front(), left.back())
    {
        let range = format!("(id >= {} and id <= {})", coql::text(first), coql::text(last));
        let found = totals_where(session, flow, &range).await?;
        let Some(reached) = found.last_key_value().map(|(id, _)| id.clone()) else { break };
        let before = left.len();
        while let Some(id) = left.pop_front_if(|id| **id <= *reached.as_str()) {
            if !found.contains_key(&ZohoId::new(id)) {
                unread.push(id);
            }
        }
        totals.extend(found);
        if before - left.len() < coql::IN_MAX {
            break;
        }
    }
    unread.extend(left);
    for ids in unread.chunks(coql::IN_MAX) {
        totals.extend(totals_where(session, flow, &coql::in_list("id", ids)).await?);
    }
    Ok(totals)
}

async fn totals_where(session: &Session<'_>, flow: Flow, condition: &str) -> Result<Totals, RunError> {
    let query = format!(
        "select id, Grand_Total, Adjustment from {} where {condition} order by id asc limit {}",
        flow.module().api_name(),
        coql::ROWS_MAX
    );
    let page = session.zoho().coql(&query).await?;
    let number = |row: &Record, key: &str| row.get(key).and_then(Value::as_number);
    let entry = |row: &Record| {
        let id = row.get("id").and_then(Value::as_text)?;
        Some((ZohoId::new(id), (number(row, "Grand_Total")?, number(row, ADJUSTMENT).unwrap_or_default())))
    };
    Ok(page.rows.iter().filter_map(entry).collect())
}

/// Writes the adjustments that make the totals agree.
async fn correct(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    wrong: Vec<(Task, Decimal)>,
) -> Result<Vec<Task>, RunError> {
    if wrong.is_empty() {
        return Ok(Vec::new());
    }
    let mut tasks = Vec::with_capacity(wrong.len());
    let mut rows: Vec<Record> = Vec::with_capacity(wrong.len());
    for (mut task, adjustment) in wrong {
        // A new record's link was left behind in the database.
        task.link = session.store().read(|tx| links::get(tx, flow, task.source.id))?;
        let Some(link) = &task.link else { continue };
        task.row = [(ADJUSTMENT.to_owned(), Value::Number(adjustment))].into();
        let mut row = task.row.clone();
        row.insert("id".to_owned(), Value::text(link.zoho_id.as_str()));
        rows.push(row);
        tasks.push(task);
    }
    let results = session.zoho().update(flow.module(), &rows, &create::options(session, flow)).await?;
    let mut corrected = Vec::with_capacity(tasks.len());
    for (mut task, result) in tasks.into_iter().zip(results) {
        match result {
            Ok(written) => {
                outcome::written(session, flow, fingerprint, &mut task, written, Wrote::Updated)?;
                corrected.push(task);
            }
            Err(error) => {
                outcome::troubled(
                    session,
                    flow,
                    fingerprint,
                    &task,
                    &failure::of_row(&task.source.number, &error),
                )?;
            }
        }
    }
    Ok(corrected)
}

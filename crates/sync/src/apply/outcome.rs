//! Stores what became of one record: link, settled hash, failure, warnings, count and audit entry in one transaction.

use exact_json::{Decimal, Map, Value};
use jiff::Timestamp;
use zoho_crm::Written;

use super::{Task, Wrote, verify};
use crate::failure::{RunError, Trouble};
use crate::flow::Flow;
use crate::map::RowMap;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::considered::{self, Disposition};
use crate::store::failures::{self, NewFailure};
use crate::store::line_rows;
use crate::store::links::{self, LineState, Link};
use crate::store::sources::{self, SettledAs};
use crate::store::{Store, StoreError, Tx, audit, facts, intents, questions, warnings};

/// Zoho took the row: stores the link as it is now. The record is settled unless its total is still to be proved.
pub(crate) fn written(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &mut Task,
    written: Written,
    wrote: Wrote,
) -> Result<(), RunError> {
    let answer = Answer::to(session, flow, fingerprint, wrote);
    session.store().write_soon(|tx| {
        remember_user(tx, &written)?;
        answer.take_in(tx, task, written)
    })?;
    Ok(())
}

/// Zoho took many rows with one answer: stores all of it at once, with the end of the doubt for which the write was announced.
pub(crate) async fn all_written(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    written: Vec<(Task, Written)>,
    wrote: Wrote,
    intent: Option<i64>,
) -> Result<Vec<Task>, RunError> {
    let answer = Answer::to(session, flow, fingerprint, wrote);
    let take_in = move |store: &Store| {
        store.write_soon(|tx| {
            if let Some((_, written)) = written.first() {
                remember_user(tx, written)?;
            }
            let mut tasks = Vec::with_capacity(written.len());
            for (mut task, written) in written {
                answer.take_in(tx, &mut task, written)?;
                tasks.push(task);
            }
            if let Some(intent) = intent {
                intents::settle(tx, intent)?;
            }
            Ok(tasks)
        })
    };
    Ok(session.beside(take_in).await?)
}

/// The fact that holds as whom we write to Zoho.
pub(crate) const OUR_USER: &str = "zoho.user";

/// What another user wrote in the second of our own write can be told from it.
fn remember_user(tx: &Tx<'_>, written: &Written) -> Result<(), StoreError> {
    match &written.modified_by {
        Some(user) if facts::get(tx, OUR_USER)?.as_deref() != Some(user.as_str()) => {
            facts::set(tx, OUR_USER, user.as_str())
        }
        Some(_) | None => Ok(()),
    }
}

/// An answer of Zoho, as far as all of its rows have it in common.
struct Answer {
    flow: Flow,
    fingerprint: String,
    wrote: Wrote,
    run: String,
    rehearsing: bool,
    now: Timestamp,
}

impl Answer {
    fn to(session: &Session<'_>, flow: Flow, fingerprint: &str, wrote: Wrote) -> Self {
        Self {
            flow,
            fingerprint: fingerprint.to_owned(),
            wrote,
            run: session.run_id.clone(),
            rehearsing: session.rehearsing,
            now: session.now(),
        }
    }

    /// Stores what the answer says of one row, which is taken from the task: nobody sends it again.
    fn take_in(&self, tx: &Tx<'_>, task: &mut Task, written: Written) -> Result<(), StoreError> {
        let (flow, now) = (self.flow, self.now);
        // A rehearsal asks later what would have been sent.
        let row = if self.rehearsing { task.row.clone() } else { std::mem::take(&mut task.row) };
        let before: Map = match &task.link {
            Some(link) => {
                let old = |name: &String| link.sent.get(name).cloned().unwrap_or(Value::Null);
                row.keys().map(|name| (name.clone(), old(name))).collect()
            }
            None => Map::new(),
        };
        let has_lines = flow.rows().is_some_and(|module| row.contains_key(module.api_name()));
        let adjusted = row.contains_key(verify::ADJUSTMENT);
        let proved = match &task.link {
            _ if !flow.is_document() => true,
            Some(link) => link.verified && !has_lines && !adjusted,
            None => false,
        };
        let lines = match &task.link {
            _ if !flow.is_document() => LineState::None,
            _ if has_lines => LineState::Written,
            Some(link) => link.lines,
            None => LineState::Unknown,
        };
        let is_new = task.link.is_none();
        // A deleted record's number may have been released: then Zoho holds another one than its source says.
        let number = match (&task.mapped, &task.link) {
            (Some(mapped), _) => mapped.number.clone(),
            (None, Some(link)) => link.number.clone(),
            (None, None) => task.source.number.clone(),
        };
        let former = task.link.take();
        let (before, after) = (before.to_json(), row.to_json());
        let (mut sent, modified_time, adopted, mut copy) =
            former.map(|link| (link.sent, link.modified_time, link.adopted, link.copy)).unwrap_or_default();
        let on_create_only = |name: &str| {
            name == verify::ADJUSTMENT || task.mapped.as_ref().is_some_and(|m| m.on_create.contains_key(name))
        };
        copy.after_write(is_new, row.keys().filter(|name| !on_create_only(name)));
        let all_kept = sent.is_empty() && !row.keys().any(|name| on_create_only(name));
        sent.extend(row.into_iter().filter(|(name, _)| !on_create_only(name)));
        let link = Link {
            flow,
            id: task.source.id,
            zoho_id: written.id,
            number,
            sent,
            source_hash: task.source.hash.clone(),
            fingerprint: self.fingerprint.clone(),
            modified_time: written.modified_time.or(modified_time),
            verified: proved,
            lines,
            adopted,
            written_at: now,
            copy,
        };
        let summary = match self.wrote {
            Wrote::Created => "created in Zoho",
            Wrote::Updated => "changed in Zoho",
        };
        let entry = Entry {
            number: Some(task.source.number.clone()),
            zoho_id: Some(link.zoho_id.to_string()),
            ..Entry::about(&self.run, flow, task.source.id, AuditKind::Written, summary, now)
        };
        task.wrote.get_or_insert(self.wrote);
        if all_kept {
            links::put_as(tx, &link, &after)?;
        } else {
            links::put(tx, &link)?;
        }
        audit::append_as(tx, &entry, Some(&before), Some(&after))?;
        let digest = task.mapped.as_ref().and_then(|mapped| mapped.lines_digest.as_deref());
        if let Some(digest) = digest.filter(|_| has_lines) {
            line_rows::set_digest(tx, flow, link.id, digest)?;
            if is_new {
                // Rows of an earlier copy are gone with it.
                line_rows::replace(tx, flow, link.id, &RowMap::new())?;
            }
        }
        task.link = Some(link);
        if proved { finish(tx, flow, &self.fingerprint, task) } else { Ok(()) }
    }
}

/// Zoho computes the totals that Business Central says: settles the records.
pub(crate) async fn all_proved(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    proved: Vec<(Task, Decimal)>,
) -> Result<(), RunError> {
    let (now, run, fingerprint) = (session.now(), session.run_id.clone(), fingerprint.to_owned());
    let settle = move |store: &Store| {
        store.write_soon(|tx| {
            for (task, total) in &proved {
                let id = task.source.id;
                links::mark_verified(tx, flow, id)?;
                let entry = Entry {
                    number: Some(task.source.number.clone()),
                    zoho_id: task.link.as_ref().map(|link| link.zoho_id.to_string()),
                    after: Some(Value::Number(*total)),
                    ..Entry::about(&run, flow, id, AuditKind::Verified, "total agrees to the cent", now)
                };
                audit::append(tx, &entry)?;
                finish(tx, flow, &fingerprint, task)?;
            }
            Ok(())
        })
    };
    Ok(session.beside(settle).await?)
}

/// Nothing is left to do for the record: settles it and counts it by what was written in this run.
pub(crate) fn finish(tx: &Tx<'_>, flow: Flow, fingerprint: &str, task: &Task) -> Result<(), StoreError> {
    let settled = if task.wrote.is_some() { SettledAs::Written } else { SettledAs::Unchanged };
    sources::settle(tx, flow, task.source.id, &task.source.hash, fingerprint, &settled)?;
    let asked = match &task.link {
        Some(link) => questions::record(tx, link, &task.source, fingerprint)?,
        None => false,
    };
    if !asked {
        failures::close(tx, flow, task.source.id)?;
    }
    let found = task.mapped.as_ref().map(|mapped| mapped.warnings.as_slice()).unwrap_or_default();
    warnings::replace(tx, flow, task.source.id, found)?;
    match task.wrote {
        Some(Wrote::Created) => considered::note(tx, flow, task.source.id, Disposition::Created),
        Some(Wrote::Updated) => considered::note(tx, flow, task.source.id, Disposition::Updated),
        None => considered::note_unchanged(tx, flow, task.source.id),
    }
}

/// Zoho holds what it should.
pub(crate) fn unchanged(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &Task,
) -> Result<(), RunError> {
    session.store().write_soon(|tx| finish(tx, flow, fingerprint, task))?;
    Ok(())
}

/// The record is left alone by rule or policy.
pub(crate) fn skipped(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &Task,
    reason: &str,
) -> Result<(), RunError> {
    let now = session.now();
    let entry = Entry {
        number: Some(task.source.number.clone()),
        ..session.entry(flow, task.source.id, AuditKind::Skipped, reason, now)
    };
    let settled = SettledAs::Skipped(reason.to_owned());
    session.store().write_soon(|tx| {
        sources::settle(tx, flow, task.source.id, &task.source.hash, fingerprint, &settled)?;
        failures::close(tx, flow, task.source.id)?;
        considered::note(tx, flow, task.source.id, Disposition::Skipped)?;
        audit::append(tx, &entry)
    })?;
    Ok(())
}

/// The record could not be written, or waits. It stays unsettled, so that it cannot be forgotten.
pub(crate) fn troubled(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &Task,
    trouble: &Trouble,
) -> Result<(), RunError> {
    let now = session.now();
    let attempts = task.failure.as_ref().map_or(1, |failure| failure.attempts.saturating_add(1));
    let held = trouble.is_held();
    let failure = NewFailure {
        flow,
        id: task.source.id,
        number: task.source.number.clone(),
        class: trouble.class,
        code: trouble.code.clone(),
        message: trouble.message.clone(),
        cure: trouble.cure.clone(),
        retry: trouble.retry(attempts, now, session.random.as_ref()),
        source_hash: task.source.hash.clone(),
        fingerprint: fingerprint.to_owned(),
        held,
    };
    let (kind, disposition) =
        if held { (AuditKind::Held, Disposition::Held) } else { (AuditKind::Failed, Disposition::Failed) };
    let entry = Entry {
        number: Some(task.source.number.clone()),
        zoho_id: task.link.as_ref().map(|link| link.zoho_id.to_string()),
        ..session.entry(flow, task.source.id, kind, &trouble.message, now)
    };
    session.store().write_soon(|tx| {
        failures::record(tx, &failure, now)?;
        considered::note(tx, flow, task.source.id, disposition)?;
        audit::append(tx, &entry)
    })?;
    Ok(())
}

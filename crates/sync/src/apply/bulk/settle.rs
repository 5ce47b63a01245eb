//! What became of each row of a job, stored like an answer of the records API.
//!
//! A row of which Zoho says that it was added was sent as its record maps now, if the hash of that agrees; else the record is read back instead of
//! guessed. A row that was skipped is looked up by its key. Until the job is forgotten everything here may be done twice.

use std::collections::BTreeMap;

use business_central::BcId;
use exact_json::{Map, Value};
use transport::Cause;
use zoho_crm::bulk::{BulkResult, BulkRow, RowStatus};
use zoho_crm::{Action, ErrorKind, Record, Written, ZohoId, coql};

use super::super::{Task, Wrote, adopt, create, decide, orphans, outcome, update};
use super::PAGE;
use super::file::payload_hash;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::Mapped;
use crate::org_schema::CustomField;
use crate::session::Session;
use crate::store::bulk_jobs::{self, Job, Member};
use crate::store::considered::{self, Disposition};
use crate::store::{failures, links, sources};

/// What came of a job.
#[derive(Default)]
pub(super) struct Done {
    /// New records.
    pub(super) created: u64,
    /// Rows whose records were there already.
    pub(super) found: u64,
    /// Records that go by the records API.
    pub(super) rest: Vec<BcId>,
}

/// Settles one job.
pub(super) struct Settling<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) flow: Flow,
    pub(super) fingerprint: &'a str,
    pub(super) job: &'a Job,
    /// Whether what is found of its rows in Zoho was created by it, and not there before.
    pub(super) ours: bool,
}

/// The result; `None` where it cannot be had any more, so that the keys must do.
async fn result(
    session: &Session<'_>,
    flow: Flow,
    download_url: Option<&str>,
) -> Result<Option<BulkResult>, RunError> {
    let Some(url) = download_url else {
        tracing::warn!(flow = flow.name(), "a bulk job ended without a result; its records are looked up");
        return Ok(None);
    };
    match session.zoho().bulk_result(url).await {
        Ok(result) => Ok(Some(result)),
        Err(error)
            if (error.is_outage() && !is_damaged(&error)) || error.is_limit() || error.is_sign_in() =>
        {
            Err(error.into())
        }
        Err(error) => {
            tracing::warn!(flow = flow.name(), %error, "the result of a bulk job cannot be read; its records are looked up");
            Ok(None)
        }
    }
}

impl Settling<'_> {
    /// By its result, and by their keys the rows that the result leaves open.
    pub(super) async fn by_result(&self, download_url: Option<&str>) -> Result<Done, RunError> {
        let mut done = Done::default();
        if let Some(result) = result(self.session, self.flow, download_url).await? {
            self.all(result, &mut done).await?;
        }
        let open = self.by_key().await?;
        done.created += open.created;
        done.found += open.found;
        done.rest.extend(open.rest);
        Ok(done)
    }

    async fn all(&self, mut result: BulkResult, done: &mut Done) -> Result<(), RunError> {
        let id_column = self.job.columns.get(1).map(|column| column.api_name.as_str()).unwrap_or_default();
        let place = result.place_of(id_column).unwrap_or(1);
        loop {
            self.session.check_stop()?;
            let mut rows = 0;
            let mut changed = Vec::new();
            for row in result.by_ref().take(PAGE) {
                rows += 1;
                // What cannot be read is left open, and looked up.
                let Ok(row) = row else { continue };
                if let Some(id) = row.keys.get(place).and_then(|text| text.trim().parse().ok()) {
                    self.one(id, row, done, &mut changed)?;
                }
            }
            done.created += self.read_back(changed, done).await?;
            if rows < PAGE {
                return Ok(());
            }
            // Others get a turn.
            tokio::task::yield_now().await;
        }
    }

    fn one(
        &self,
        id: BcId,
        row: BulkRow,
        done: &mut Done,
        changed: &mut Vec<(BcId, ZohoId)>,
    ) -> Result<(), RunError> {
        let (session, flow) = (self.session, self.flow);
        let member = session.store().read(|tx| bulk_jobs::member(tx, flow, id))?;
        let Some(Member::Of { job, payload_hash: sent }) = member else { return Ok(()) };
        if job != self.job.number {
            return Ok(());
        }
        let is_our_key = |columns: &[String]| {
            let ours = session.org.our_field(flow, CustomField::Number);
            columns.is_empty() || columns.iter().any(|column| Some(column.as_str()) == ours)
        };
        match (row.status, row.id) {
            (RowStatus::Added, Some(zoho_id)) => {
                if self.added(id, &sent, &zoho_id)? {
                    done.created += 1;
                } else {
                    changed.push((id, zoho_id));
                }
            }
            (RowStatus::Skipped, _)
                if !row.errors.is_empty()
                    && !row.errors.iter().any(|e| e.code == "DUPLICATE_DATA" && is_our_key(&e.columns)) =>
            {
                self.refused(id, done)?;
            }
            (RowStatus::Unprocessed, _) => self.refused(id, done)?,
            // Its record exists, or nobody can say: it is looked up.
            (RowStatus::Skipped | RowStatus::Added | RowStatus::Updated | RowStatus::Other(_), _) => {}
        }
        Ok(())
    }

    fn refused(&self, id: BcId, done: &mut Done) -> Result<(), RunError> {
        self.session.store().write_soon(|tx| bulk_jobs::leave_to_rest(tx, self.flow, id))?;
        done.rest.push(id);
        Ok(())
    }

    /// Stores a new record, if it is certain what was sent of it.
    fn added(&self, id: BcId, sent: &str, zoho_id: &ZohoId) -> Result<bool, RunError> {
        let (session, flow) = (self.session, self.flow);
        let Some(mut task) = task(session, flow, id)? else { return Ok(false) };
        if let Some(link) = &task.link {
            let known = link.zoho_id == *zoho_id;
            if known {
                session.store().write_soon(|tx| bulk_jobs::row_is_settled(tx, flow, id))?;
            }
            return Ok(known);
        }
        if task.source.gone.is_some() || task.source.missing.is_some() || !maps(session, flow, &mut task) {
            return Ok(false);
        }
        if payload_hash(&task.row) != sent {
            return Ok(false);
        }
        let written = Written {
            id: zoho_id.clone(),
            action: Action::Inserted,
            modified_time: None,
            duplicate_field: None,
        };
        outcome::written(session, flow, self.fingerprint, &mut task, written, Wrote::Created)?;
        session.store().write_soon(|tx| bulk_jobs::row_is_settled(tx, flow, id))?;
        Ok(true)
    }

    /// Links new records with what Zoho holds of them: their source says something else than when they were sent. They are planned anew.
    async fn read_back(&self, changed: Vec<(BcId, ZohoId)>, done: &mut Done) -> Result<u64, RunError> {
        let (session, flow) = (self.session, self.flow);
        let mut created = 0;
        for chunk in changed.chunks(coql::IN_MAX) {
            let ids: Vec<&str> = chunk.iter().map(|(_, zoho_id)| zoho_id.as_str()).collect();
            let records = adopt::select(session, flow, &coql::in_list("id", &ids)).await?;
            for (id, zoho_id) in chunk {
                let held = records.iter().find(|r| text(r, "id") == zoho_id.as_str());
                let Some(record) = held else { continue };
                let mut source = session.store().read(|tx| sources::get(tx, flow, *id))?;
                if source.is_none() {
                    // Business Central deleted it before it was known to be copied.
                    let orphan: BTreeMap<BcId, Vec<Record>> = [(*id, vec![record.clone()])].into();
                    orphans::take_in(session, flow, orphan).await?;
                    source = session.store().read(|tx| sources::get(tx, flow, *id))?;
                }
                let Some(source) = source else { continue };
                adopt::link_created(session, flow, &source, record)?;
                session.store().write_soon(|tx| {
                    considered::note(tx, flow, *id, Disposition::Created)?;
                    bulk_jobs::row_is_settled(tx, flow, *id)
                })?;
                done.rest.push(*id);
                created += 1;
            }
        }
        Ok(created)
    }

    /// Looks up the rows of which nothing is known, by their keys.
    pub(super) async fn by_key(&self) -> Result<Done, RunError> {
        let Self { session, flow, fingerprint, job, ours } = *self;
        let mut done = Done::default();
        loop {
            session.check_stop()?;
            let number = Some(job.number);
            let ids = session.store().read(|tx| bulk_jobs::rows(tx, flow, number, None, PAGE))?;
            if ids.is_empty() {
                return Ok(done);
            }
            let mut batch = Vec::new();
            for id in &ids {
                let Some(mut task) = task(session, flow, *id)? else { continue };
                if task.link.is_none() && task.source.gone.is_none() && maps(session, flow, &mut task) {
                    task.wrote = ours.then_some(Wrote::Created);
                    batch.push(task);
                }
            }
            let looked = batch.len() as u64;
            let mut found = create::Created::default();
            let absent = create::look(session, flow, fingerprint, batch, &mut found).await?;
            update::run(session, flow, fingerprint, found.found).await?;
            let there = looked - absent.len() as u64;
            *(if ours { &mut done.created } else { &mut done.found }) += there;
            let absent: Vec<BcId> = absent.into_iter().map(|task| task.source.id).collect();
            session.store().write(|tx| {
                ids.iter().try_for_each(|id| bulk_jobs::row_is_settled(tx, flow, *id))?;
                absent.iter().try_for_each(|id| bulk_jobs::leave_to_rest(tx, flow, *id))
            })?;
            done.rest.extend(absent);
        }
    }
}

/// All rows of a job of which nothing is known.
pub(super) fn rows_of(session: &Session<'_>, flow: Flow, job: &Job) -> Result<Vec<BcId>, RunError> {
    let number = Some(job.number);
    Ok(session.store().read(|tx| bulk_jobs::rows(tx, flow, number, None, usize::MAX))?)
}

/// A record as the ordinary way would take it up; `None` where it is not known any more.
pub(super) fn task(session: &Session<'_>, flow: Flow, id: BcId) -> Result<Option<Task>, RunError> {
    Ok(session.store().read(|tx| {
        let Some(source) = sources::get(tx, flow, id)? else { return Ok(None) };
        let (link, failure) = (links::get(tx, flow, id)?, failures::of_record(tx, flow, id)?);
        Ok(Some(Task { source, link, failure, mapped: None, row: Map::new(), wrote: None }))
    })?)
}

/// Puts what would be created into the task; `false` where its record does not map to one now.
fn maps(session: &Session<'_>, flow: Flow, task: &mut Task) -> bool {
    let Some(Mapped::Record(record)) = decide::map_source(session, flow, &task.source) else {
        return false;
    };
    task.row = decide::creation(&record);
    task.mapped = Some(record);
    true
}

/// Whether the answer comes, and is broken whatever is tried.
fn is_damaged(error: &zoho_crm::Error) -> bool {
    matches!(&error.kind, ErrorKind::Transport(error) if matches!(error.cause, Cause::Damaged(_)))
}

fn text<'r>(record: &'r Record, key: &str) -> &'r str {
    record.get(key).and_then(Value::as_text).unwrap_or_default()
}

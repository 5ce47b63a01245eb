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
use crate::store::{Store, StoreError, Tx, failures, links, sources};

/// So many rows of a result are stored before others have their turn with the database.
const STORED_AT_ONCE: usize = 100;

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

/// What a row that was added means.
enum Added {
    /// It is stored already.
    Known,
    /// Its record maps as it was sent.
    AsSent(Box<Task>),
    /// Its record says something else by now, or is not known.
    Otherwise,
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
            let mut rows = BTreeMap::new();
            let mut read = 0;
            for row in result.by_ref().take(STORED_AT_ONCE) {
                read += 1;
                // What cannot be read is left open, and looked up.
                let Ok(row) = row else { continue };
                if let Some(id) = row.keys.get(place).and_then(|text| text.trim().parse().ok()) {
                    // A record that is named twice has what was said first.
                    rows.entry(id).or_insert(row);
                }
            }
            self.some(rows, done).await?;
            if read < STORED_AT_ONCE {
                return Ok(());
            }
        }
    }

    /// Stores what some rows say, as far as they are clear.
    async fn some(&self, rows: BTreeMap<BcId, BulkRow>, done: &mut Done) -> Result<(), RunError> {
        let (session, flow, job) = (self.session, self.flow, self.job.number);
        let of_job = move |store: &Store| {
            store.read(|tx| {
                let mut found = Vec::with_capacity(rows.len());
                for (id, row) in rows {
                    if let Some(Member::Of { job: of, payload_hash }) = bulk_jobs::member(tx, flow, id)?
                        && of == job
                    {
                        found.push((id, row, payload_hash, read_task(tx, flow, id)?));
                    }
                }
                Ok(found)
            })
        };
        let (mut answers, mut settled, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let mut changed = Vec::new();
        for (id, row, sent, task) in session.beside(of_job).await? {
            match (row.status, row.id) {
                (RowStatus::Added, Some(zoho_id)) => match self.added(task, &sent, &zoho_id) {
                    Added::Known => settled.push(id),
                    Added::AsSent(task) => {
                        settled.push(id);
                        answers.push((*task, inserted(zoho_id)));
                    }
                    Added::Otherwise => changed.push((id, zoho_id)),
                },
                (RowStatus::Skipped, _)
                    if !row.errors.is_empty()
                        && !row
                            .errors
                            .iter()
                            .any(|e| e.code == "DUPLICATE_DATA" && self.is_our_key(&e.columns)) =>
                {
                    refused.push(id);
                }
                (RowStatus::Unprocessed, _) => refused.push(id),
                // Its record exists, or nobody can say: it is looked up.
                (RowStatus::Skipped | RowStatus::Added | RowStatus::Updated | RowStatus::Other(_), _) => {}
            }
        }
        done.created += settled.len() as u64;
        done.rest.extend(&refused);
        outcome::all_written(session, flow, self.fingerprint, answers, Wrote::Created, None).await?;
        let close = move |store: &Store| {
            store.write_soon(|tx| {
                settled.iter().try_for_each(|id| bulk_jobs::row_is_settled(tx, flow, *id))?;
                refused.iter().try_for_each(|id| bulk_jobs::leave_to_rest(tx, flow, *id))
            })
        };
        session.beside(close).await?;
        done.created += self.read_back(changed, done).await?;
        Ok(())
    }

    fn is_our_key(&self, columns: &[String]) -> bool {
        let ours = self.session.org.our_field(self.flow, CustomField::Number);
        columns.is_empty() || columns.iter().any(|column| Some(column.as_str()) == ours)
    }

    /// What is known of a new record, and whether it is certain what was sent of it.
    fn added(&self, task: Option<Task>, sent: &str, zoho_id: &ZohoId) -> Added {
        let Some(mut task) = task else { return Added::Otherwise };
        if let Some(link) = &task.link {
            return if link.zoho_id == *zoho_id { Added::Known } else { Added::Otherwise };
        }
        let absent = task.source.gone.is_some() || task.source.missing.is_some();
        if absent || !maps(self.session, self.flow, &mut task) || payload_hash(&task.row) != sent {
            return Added::Otherwise;
        }
        Added::AsSent(Box::new(task))
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
    Ok(session.store().read(|tx| read_task(tx, flow, id))?)
}

fn read_task(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<Task>, StoreError> {
    let Some(source) = sources::get(tx, flow, id)? else { return Ok(None) };
    let (link, failure) = (links::get(tx, flow, id)?, failures::of_record(tx, flow, id)?);
    Ok(Some(Task { source, link, failure, mapped: None, row: Map::new(), wrote: None }))
}

fn inserted(id: ZohoId) -> Written {
    Written { id, action: Action::Inserted, modified_time: None, modified_by: None, duplicate_field: None }
}

/// Puts what would be created into the task; `false` where its record does not map to one now.
fn maps(session: &Session<'_>, flow: Flow, task: &mut Task) -> bool {
    let Some(Mapped::Record(mut record)) = decide::map_source(session, flow, &task.source) else {
        return false;
    };
    task.row = decide::creation(&mut record);
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

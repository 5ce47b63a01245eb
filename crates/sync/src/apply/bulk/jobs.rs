//! Starts jobs and asks how they stand. Each step is stored before the next one is taken.

use std::time::Duration;

use jiff::SignedDuration;
use transport::{Cause, RefusedBy};
use zoho_crm::ErrorKind;
use zoho_crm::bulk::BulkState;

use super::super::create;
use super::file::Filling;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::session::Session;
use crate::store::bulk_jobs::{self, Job, JobState};

/// What came of starting a job.
pub(super) enum Start {
    /// Zoho knows it.
    Running(Job),
    /// Zoho does not let it, for this reason. Nothing was written.
    Refused(String),
}

/// How a job stands.
pub(super) enum Look {
    /// It ended, and its result lies here. Where it counted nothing but new records, every one of its rows is such a one.
    Ended { download_url: Option<String>, all_new: bool },
    /// It failed as a whole.
    Failed { code: String },
    /// Zoho does not know it any more, or nothing more is expected of it.
    Lost,
    /// It runs.
    Runs,
    /// It runs for longer than a run waits.
    TooLong,
}

/// Uploads a file and starts a job over it.
pub(super) async fn start(session: &Session<'_>, flow: Flow, filling: Filling) -> Result<Start, RunError> {
    let (file, rows) = filling.written()?;
    let now = session.now();
    let number = session.store().write(|tx| bulk_jobs::begin(tx, flow, &file.columns, &rows, now))?;
    drop(rows);
    let file_id = match session.zoho().bulk_upload(&session.org.zgid, file.zip).await {
        Ok(file_id) => file_id,
        // Files have a host of their own, which a firewall may not know while the records API works.
        Err(error) if (!error.is_limit() && !is_lost_token(&error)) || is_beyond_budget(&error) => {
            session.store().write(|tx| bulk_jobs::forget(tx, flow, number))?;
            return Ok(Start::Refused(refusal("the file could not be uploaded", &error)));
        }
        Err(error) => return Err(error.into()),
    };
    session.store().write(|tx| bulk_jobs::uploaded(tx, number, &file_id))?;
    let job = Job {
        number,
        flow,
        state: JobState::Uploaded,
        columns: file.columns,
        file_id: Some(file_id),
        job_id: None,
        doubtful: false,
        begun_at: now,
    };
    let started = create(session, job, false).await?;
    if let Start::Refused(_) = &started {
        session.store().write(|tx| bulk_jobs::forget(tx, flow, number))?;
    }
    Ok(started)
}

/// Starts a job whose earlier start may have been carried out: what that one wrote, this one skips.
pub(super) async fn start_again(session: &Session<'_>, job: &Job) -> Result<Start, RunError> {
    create(session, job.clone(), true).await
}

async fn create(session: &Session<'_>, mut job: Job, again: bool) -> Result<Start, RunError> {
    let file_id = job.file_id.clone().unwrap_or_default();
    let key = job.columns.first().map(|column| column.api_name.clone()).unwrap_or_default();
    job.doubtful |= again;
    let mut tries = 0;
    loop {
        tries += 1;
        session.may_write().await?;
        session.store().write(|tx| bulk_jobs::starting(tx, job.number, job.doubtful))?;
        match session.zoho().bulk_insert(job.flow.module(), &file_id, &key, &job.columns).await {
            Ok(job_id) => {
                session.store().write(|tx| bulk_jobs::started(tx, job.number, &job_id))?;
                (job.state, job.job_id) = (JobState::Started, Some(job_id));
                return Ok(Start::Running(job));
            }
            Err(error) if create::in_doubt(&error) && tries == 1 => {
                tracing::warn!(
                    flow = job.flow.name(),
                    "the answer to the start of a bulk job was lost; it is started again"
                );
                job.doubtful = true;
            }
            Err(error) if create::in_doubt(&error) => return Err(error.into()),
            Err(error)
                if (error.is_limit() && !is_beyond_budget(&error))
                    || error.is_outage()
                    || is_lost_token(&error) =>
            {
                if !job.doubtful {
                    // Certainly not carried out.
                    session.store().write(|tx| bulk_jobs::uploaded(tx, job.number, &file_id))?;
                }
                return Err(error.into());
            }
            Err(error) => return Ok(Start::Refused(refusal("the job could not be started", &error))),
        }
    }
}

/// Asks how a job stands.
pub(super) async fn look(session: &Session<'_>, job: &Job) -> Result<Look, RunError> {
    let found = match session.zoho().bulk_job(job.job_id.as_deref().unwrap_or_default()).await {
        Ok(found) => found,
        Err(error) if error.kind == ErrorKind::NotFound || error.kind == ErrorKind::Misuse => {
            tracing::warn!(flow = job.flow.name(), %error, "Zoho does not know a bulk job; its records are looked up");
            return Ok(Look::Lost);
        }
        Err(error) => return Err(error.into()),
    };
    Ok(match found.state {
        BulkState::Completed => {
            let all_new = found.counts.total > 0 && found.counts.added == found.counts.total;
            Look::Ended { download_url: found.download_url, all_new }
        }
        BulkState::Failed => Look::Failed { code: found.code },
        BulkState::Added | BulkState::InProgress | BulkState::Other(_) => {
            if is_given_up(session, job) {
                tracing::warn!(flow = job.flow.name(), "a bulk job never ended; its records are looked up");
                Look::Lost
            } else if is_older(session, job, session.policy().bulk.patience) {
                Look::TooLong
            } else {
                Look::Runs
            }
        }
    })
}

/// Whether nothing more is expected of a job.
pub(super) fn is_given_up(session: &Session<'_>, job: &Job) -> bool {
    is_older(session, job, session.policy().bulk.give_up)
}

fn is_older(session: &Session<'_>, job: &Job, limit: Duration) -> bool {
    let age = session.now().duration_since(job.begun_at);
    age >= SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX)
}

/// Whether nothing more can be asked of Zoho before a person signs in again. A scope that is missing is not such a case.
fn is_lost_token(error: &zoho_crm::Error) -> bool {
    error.is_sign_in() && error.kind != ErrorKind::ScopeMismatch
}

/// Whether a job costs more than may be spent in a whole day: then it never goes, and the records API goes on day by day.
fn is_beyond_budget(error: &zoho_crm::Error) -> bool {
    let ErrorKind::Transport(error) = &error.kind else { return false };
    matches!(&error.cause, Cause::Refused(refused) if refused.by == RefusedBy::TooSmallBudget)
}

fn refusal(what: &str, error: &zoho_crm::Error) -> String {
    match error.kind {
        ErrorKind::ScopeMismatch => format!(
            "{what}: the sign-in lacks the scopes ZohoCRM.bulk.ALL and ZohoFiles.files.ALL; run `ledgerline connect` to sign in with them"
        ),
        _ => format!("{what}: {error}"),
    }
}

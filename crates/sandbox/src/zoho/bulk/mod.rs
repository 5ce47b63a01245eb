//! Bulk write: uploaded files, the jobs over them, and their results (facts §7).
//!
//! A job is checked when it is created, and its rows are written when its time is up, each through the same checks as a record that
//! comes by REST. How long that takes is set by [`Switches`](super::Switches); nothing moves between two requests.

mod create;
mod rows;
mod upload;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use exact_json::Value;
use jiff::{SignedDuration, Timestamp, ToSpan};
use transport::Response;

use super::answer::{Refusal, id_text, json, number, object};
use super::module::Module;
use super::org::API_USER;
use super::stamp;
use super::state::ZohoState;

/// Results are kept so long (facts §7).
const RESULT_DAYS: i64 = 7;

/// Everything that was uploaded and started.
#[derive(Clone, Default)]
pub(super) struct Bulk {
    files: BTreeMap<String, Bytes>,
    jobs: Vec<Job>,
}

/// What a job does with a row whose key a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Insert,
    Upsert,
}

/// Which column goes into which field.
#[derive(Clone, Debug)]
struct Mapping {
    api_name: String,
    index: usize,
    /// How dates are written; Zoho's own way where nothing is said.
    format: Option<String>,
    /// By which of its fields another record is named.
    find_by: Option<String>,
}

#[derive(Clone)]
struct Job {
    id: u64,
    module: Module,
    operation: Operation,
    find_by: Option<String>,
    ignore_empty: bool,
    mappings: Vec<Mapping>,
    /// As they were sent, for the status.
    sent_mappings: Value,
    /// The file's text; empty once it is done.
    text: Bytes,
    created: Timestamp,
    ready: Timestamp,
    /// Why the job as a whole will fail.
    fails: Option<&'static str>,
    done: Option<Done>,
}

/// What came of a job.
#[derive(Clone, Default)]
struct Done {
    added: usize,
    updated: usize,
    skipped: usize,
    total: usize,
    zip: Bytes,
}

impl ZohoState {
    /// Does what the jobs had to do until `now`, in the order in which they come to their ends.
    pub(super) fn run_due_jobs(&mut self, now: Timestamp) {
        if self.switches.bulk_stuck {
            return;
        }
        loop {
            let due =
                self.bulk.jobs.iter().enumerate().filter(|(_, job)| job.done.is_none() && job.ready <= now);
            let Some(next) = due.min_by_key(|(_, job)| (job.ready, job.id)).map(|(at, _)| at) else {
                return;
            };
            let mut job = self.bulk.jobs[next].clone();
            job.text = std::mem::take(&mut self.bulk.jobs[next].text);
            let done = if job.fails.is_some() { Done::default() } else { self.run(&job) };
            self.bulk.jobs[next].done = Some(done);
        }
    }

    /// How many jobs were started so far.
    #[must_use]
    pub fn bulk_jobs(&self) -> usize {
        self.bulk.jobs.len()
    }

    /// How long at least one job was under way, up to the end of the last one.
    #[must_use]
    pub fn bulk_time(&self) -> Duration {
        let mut spans: Vec<(Timestamp, Timestamp)> =
            self.bulk.jobs.iter().map(|job| (job.created, job.ready)).collect();
        spans.sort_unstable();
        let (mut total, mut until) = (SignedDuration::ZERO, Timestamp::MIN);
        for (created, ready) in spans {
            if ready > until {
                total += ready.duration_since(created.max(until));
                until = ready;
            }
        }
        total.unsigned_abs()
    }

    /// Forgets the uploaded files, as Zoho does after some time.
    pub fn forget_bulk_files(&mut self) {
        self.bulk.files.clear();
    }

    /// `GET /crm/bulk/v8/write/{id}`.
    pub(super) fn bulk_status(&self, id: &str, now: Timestamp) -> Response {
        let Some(job) = self.bulk.jobs.iter().find(|job| job.id.to_string() == id) else {
            return Refusal::new(404, "RESOURCE_NOT_FOUND", "The requested resource doesn't exist.")
                .response();
        };
        let running = if self.switches.bulk_in_two_words { "IN PROGRESS" } else { "INPROGRESS" };
        let begun = job.created.saturating_add(1.second()).unwrap_or(job.created);
        let (state, code) = match (&job.done, job.fails) {
            (Some(_), Some(code)) => ("FAILED", code),
            (Some(_), None) => ("COMPLETED", "SUCCESS"),
            (None, _) if now < begun => ("ADDED", "ADDED"),
            (None, _) => (running, "ADDED"),
        };
        let mut file = vec![("status", Value::text(state))];
        if let Some(done) = &job.done {
            file.extend([
                ("name", Value::Text(format!("{}.csv", job.module.api_name()))),
                ("added_count", number(done.added)),
                ("updated_count", number(done.updated)),
                ("skipped_count", number(done.skipped)),
                ("total_count", number(done.total)),
            ]);
        }
        let members = |members: Vec<(&str, Value)>| {
            Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        };
        let resource = object([
            ("status", Value::text(state)),
            ("type", Value::text("data")),
            ("code", Value::text(code)),
            (
                "module",
                object([("api_name", Value::text(job.module.api_name())), ("id", id_text(job.module.id()))]),
            ),
            ("field_mappings", job.sent_mappings.clone()),
            ("file", members(file)),
        ]);
        let operation = match job.operation {
            Operation::Insert => "insert",
            Operation::Upsert => "upsert",
        };
        let mut answer = vec![
            ("status", Value::text(state)),
            ("character_encoding", Value::text("UTF-8")),
            ("resource", Value::List(vec![resource])),
            ("id", id_text(job.id)),
            ("created_by", self.user_reference(API_USER)),
            ("operation", Value::text(operation)),
            ("created_time", Value::Text(stamp::text(job.created))),
        ];
        if job.done.is_some() && job.fails.is_none() {
            let address = format!("/v8/crm/org{0}/bulk-write/{1}/{1}.zip", self.org.zgid, job.id);
            answer.push(("result", object([("download_url", Value::Text(address))])));
        }
        json(200, &members(answer))
    }

    /// `GET /v8/crm/org{zgid}/bulk-write/{id}/{id}.zip`.
    pub(super) fn bulk_result(&self, id: &str, now: Timestamp) -> Response {
        let found = self.bulk.jobs.iter().find(|job| job.id.to_string() == id);
        let kept = found.filter(|job| {
            !self.switches.bulk_result_gone && !stamp::is_older(job.ready, now, RESULT_DAYS * 24)
        });
        match kept.and_then(|job| job.done.as_ref().filter(|_| job.fails.is_none())) {
            Some(done) => Response {
                status: 200,
                headers: vec![("Content-Type".to_owned(), "application/octet-stream".to_owned())],
                body: done.zip.clone(),
            },
            None => {
                Refusal::new(404, "RESOURCE_NOT_FOUND", "The requested resource doesn't exist.").response()
            }
        }
    }
}

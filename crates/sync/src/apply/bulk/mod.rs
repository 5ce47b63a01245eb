//! First loads by bulk write: new records go into files and jobs instead of a hundred a call, where that costs fewer credits.
//!
//! A [`Load`] stands beside the ordinary way of a flow. It is offered every create; what it takes goes into a file ([`file`]), and a file that is
//! full is uploaded and becomes a job ([`jobs`]) while the next one fills. What a job did is stored row by row ([`settle`]) like the answers
//! of the records API. Rows that a job refused are created by the records API, which knows what to leave out.
//!
//! Nothing here can double a record: a job is an insert with `find_by` our key, so that it skips what exists, and what it skipped is looked
//! up by that key.

mod file;
mod jobs;
mod settle;

use std::time::Duration;

use business_central::BcId;

use self::file::Filling;
use super::create::Looks;
use super::{Selection, Task};
use crate::bulk_plan::{self, Reason, Way};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::progress::{BulkStep, Event};
use crate::session::Session;
use crate::store::bulk_jobs::{self, Job, JobState, Member};
use crate::store::considered::{self, Disposition};
use crate::store::failures::{self, FlowProblem};
use crate::store::{links, sources};

/// How many rows are dealt with between two looks at whether the run should stop.
const PAGE: usize = 500;

/// The first wait between two questions how a job stands; each is a tenth longer than the one before it, so that a job's end is never
/// noticed later than by about a tenth of its time.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest: a question costs a credit.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A request to stop is heard this soon.
const BREATH: Duration = Duration::from_secs(1);

/// The flow problem of a job that does not end.
pub(crate) const RUNNING: &str = "bulk_job_running";

/// A flow's new records on their way by bulk write.
pub(crate) struct Load<'a> {
    session: &'a Session<'a>,
    flow: Flow,
    fingerprint: &'a str,
    /// Whether no more rows are taken.
    off: bool,
    /// How many more rows are worth a job; `None` while it is not known how many come.
    room: Option<u64>,
    filling: Option<Filling>,
    running: Vec<Job>,
    /// Whether jobs are left that nobody waits for.
    left_running: bool,
    /// Records that this load gave back to the records API.
    rest: Vec<BcId>,
}

impl<'a> Load<'a> {
    /// Decides which way the flow's new records go. Where rows are still coming, nobody knows how many they are: then they are taken, and what
    /// does not fill a job worth its credits is given back at the end.
    pub(crate) fn begin(
        session: &'a Session<'a>,
        flow: Flow,
        fingerprint: &'a str,
        selection: &Selection,
        still_coming: bool,
    ) -> Result<Self, RunError> {
        let mut load = Self::idle(session, flow, fingerprint);
        load.left_running = !session.store().read(|tx| bulk_jobs::open(tx, flow))?.is_empty();
        // A rehearsal shows which way they would go by the same choice, and has no one to run a job.
        if selection.only.is_some() || session.rehearsing {
            return Ok(load);
        }
        let policy = &session.policy().bulk;
        let can_upload = session.zoho().can_upload();
        if still_coming {
            let worth = policy.rows_per_job.max(policy.break_even) as u64;
            let plan = bulk_plan::choose(flow, worth, policy, can_upload);
            load.off = plan.way == Way::Rest;
            if plan.reason == Reason::NoUploadAddress {
                load.give_up(plan.reason.words().to_owned());
            }
            return Ok(load);
        }
        let at_most = session.store().read(|tx| sources::count_candidates(tx, flow, fingerprint))?;
        if at_most < policy.break_even as u64 {
            return Ok(load);
        }
        let creates = session.store().read(|tx| bulk_jobs::count_new(tx, flow))?;
        let plan = bulk_plan::choose(flow, creates, policy, can_upload);
        load.off = plan.way == Way::Rest;
        load.room = Some(plan.bulk_rows);
        if creates >= policy.break_even as u64 {
            load.tell(BulkStep::Planned(plan));
        }
        Ok(load)
    }

    fn idle(session: &'a Session<'a>, flow: Flow, fingerprint: &'a str) -> Self {
        Self {
            session,
            flow,
            fingerprint,
            off: true,
            room: None,
            filling: None,
            running: Vec::new(),
            left_running: false,
            rest: Vec::new(),
        }
    }

    fn tell(&self, step: BulkStep) {
        tracing::info!(flow = self.flow.name(), step = ?step, "bulk write");
        self.session.progress().event(Event::Bulk { flow: self.flow, step });
    }

    /// Leaves out the tasks whose records are rows of a job that has not ended: what became of them is not known yet.
    pub(crate) fn keep_out(&self, tasks: &mut Vec<Task>) -> Result<(), RunError> {
        if !self.left_running {
            return Ok(());
        }
        let flow = self.flow;
        let held = self.session.store().write_soon(|tx| {
            let mut held = Vec::new();
            for task in tasks.iter() {
                let id = task.source.id;
                let of_job = matches!(bulk_jobs::member(tx, flow, id)?, Some(Member::Of { .. }));
                if of_job {
                    considered::note(tx, flow, id, Disposition::Held)?;
                }
                held.push(of_job);
            }
            Ok(held)
        })?;
        let mut held = held.into_iter();
        tasks.retain(|_| !held.next().unwrap_or_default());
        Ok(())
    }

    /// Whether rows may go by bulk write.
    pub(crate) fn takes(&self) -> bool {
        !self.off
    }

    /// Takes what goes by bulk write out of `creates`.
    pub(crate) async fn take(&mut self, looks: &Looks, creates: &mut Vec<Task>) -> Result<(), RunError> {
        if self.off {
            return Ok(());
        }
        let mut left = Vec::new();
        for task in std::mem::take(creates) {
            if !self.off && self.room != Some(0) && self.suits(looks, &task)? && self.push(&task).await? {
                self.room = self.room.map(|room| room.saturating_sub(1));
            } else {
                left.push(task);
            }
        }
        *creates = left;
        Ok(())
    }

    /// Whether a job may create the record: its first try, its number is its own, and nothing about it is in doubt.
    fn suits(&self, looks: &Looks, task: &Task) -> Result<bool, RunError> {
        let (flow, id, number) = (self.flow, task.source.id, &task.source.number);
        if looks.doubts(id) || task.failure.as_ref().is_some_and(|failure| !failure.held) {
            return Ok(false);
        }
        Ok(self.session.store().read(|tx| {
            Ok(bulk_jobs::member(tx, flow, id)?.is_none()
                && bulk_jobs::holders_of_number(tx, flow, number)? <= 1
                && links::by_number(tx, flow, number)?.is_none())
        })?)
    }

    async fn push(&mut self, task: &Task) -> Result<bool, RunError> {
        loop {
            let filling = match &mut self.filling {
                Some(filling) => filling,
                None => self.filling.insert(Filling::new(self.session, self.flow)?),
            };
            match filling.push(task)? {
                zoho_crm::bulk::Pushed::Taken if filling.is_full() => {
                    self.start().await?;
                    return Ok(true);
                }
                zoho_crm::bulk::Pushed::Taken => return Ok(true),
                zoho_crm::bulk::Pushed::Unfit => return Ok(false),
                zoho_crm::bulk::Pushed::Full => {
                    self.start().await?;
                    if self.off {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// Makes a job of what was taken. Where Zoho does not let it, its rows are given back, and no more are taken.
    async fn start(&mut self) -> Result<(), RunError> {
        let Some(filling) = self.filling.take() else { return Ok(()) };
        self.wait(self.session.policy().bulk.in_flight.max(1) - 1).await?;
        if self.off {
            self.rest.extend(filling.ids());
            return Ok(());
        }
        let (rows, ids) = (filling.len(), filling.ids());
        match jobs::start(self.session, self.flow, filling).await? {
            jobs::Start::Running(job) => {
                self.tell(BulkStep::Started { rows: rows as u64 });
                self.running.push(job);
            }
            jobs::Start::Refused(reason) => {
                self.rest.extend(ids);
                self.give_up(reason);
            }
        }
        Ok(())
    }

    /// The rest of the flow goes by the records API. That is a word, and no failure.
    fn give_up(&mut self, reason: String) {
        self.off = true;
        tracing::warn!(flow = self.flow.name(), reason, "no more bulk jobs in this run");
        self.tell(BulkStep::GaveUp { reason });
    }

    /// No more creates will come: the last file becomes a job where it is worth one, and every job is waited for.
    pub(crate) async fn finish(&mut self) -> Result<(), RunError> {
        let break_even = self.session.policy().bulk.break_even;
        if self.filling.as_ref().is_some_and(|filling| filling.len() >= break_even) && !self.off {
            self.start().await?;
        } else if let Some(filling) = self.filling.take() {
            self.rest.extend(filling.ids());
        }
        self.off = true;
        self.wait(0).await
    }

    /// The next page of records that were given back to the records API; empty when there are no more.
    pub(crate) fn rest(&mut self) -> Result<Vec<Task>, RunError> {
        loop {
            if self.rest.is_empty() {
                return Ok(Vec::new());
            }
            let ids: Vec<BcId> = self.rest.drain(..PAGE.min(self.rest.len())).collect();
            let mut tasks = Vec::with_capacity(ids.len());
            for id in ids {
                tasks.extend(settle::task(self.session, self.flow, id)?);
            }
            if !tasks.is_empty() {
                return Ok(tasks);
            }
        }
    }

    /// The records API had its turn with everything that was given back, in this run or before it.
    pub(crate) fn end(self, selection: &Selection) -> Result<(), RunError> {
        let (flow, store) = (self.flow, self.session.store());
        if selection.only.is_none() && !store.read(|tx| bulk_jobs::rows(tx, flow, None, None, 1))?.is_empty()
        {
            store.write(|tx| bulk_jobs::forget_rest(tx, flow))?;
        }
        Ok(())
    }

    /// Waits until at most so many jobs run.
    async fn wait(&mut self, at_most: usize) -> Result<(), RunError> {
        let mut pause = FIRST_WAIT;
        while self.running.len() > at_most {
            self.session.check_stop()?;
            let before = self.running.len();
            self.look().await?;
            if self.session.rehearsing {
                // The writer whose jobs these are waits for them; who only looks does not.
                for job in std::mem::take(&mut self.running) {
                    self.leave(&job)?;
                }
            }
            if self.running.len() < before {
                pause = FIRST_WAIT;
                continue;
            }
            let mut left = pause;
            while !left.is_zero() {
                self.session.check_stop()?;
                let breath = left.min(BREATH);
                self.session.clock.sleep(breath).await;
                left -= breath;
            }
            pause = (pause * 11 / 10).min(LONGEST_WAIT);
        }
        Ok(())
    }

    /// Asks how each job stands, and settles those that ended.
    async fn look(&mut self) -> Result<(), RunError> {
        for job in std::mem::take(&mut self.running) {
            match jobs::look(self.session, &job).await? {
                jobs::Look::Ended { download_url, all_new } => {
                    let settling = self.settling(&job, job.doubtful || all_new);
                    let done = settling.by_result(download_url.as_deref()).await?;
                    self.settled(&job, done)?;
                }
                jobs::Look::Lost => {
                    let done = self.settling(&job, job.doubtful).by_key().await?;
                    self.settled(&job, done)?;
                }
                jobs::Look::Failed { code } => {
                    let ids = settle::rows_of(self.session, self.flow, &job)?;
                    let flow = self.flow;
                    self.session.store().write(|tx| bulk_jobs::leave_all_to_rest(tx, flow, job.number))?;
                    self.rest.extend(ids);
                    self.give_up(format!("Zoho's bulk job failed as a whole ({code})"));
                }
                jobs::Look::Runs => self.running.push(job),
                jobs::Look::TooLong => self.leave(&job)?,
            }
        }
        Ok(())
    }

    fn settling<'b>(&'b self, job: &'b Job, ours: bool) -> settle::Settling<'b> {
        settle::Settling { session: self.session, flow: self.flow, fingerprint: self.fingerprint, job, ours }
    }

    fn settled(&mut self, job: &Job, done: settle::Done) -> Result<(), RunError> {
        let (flow, number) = (self.flow, job.number);
        self.session.store().write(|tx| {
            bulk_jobs::forget(tx, flow, number)?;
            if bulk_jobs::open(tx, flow)?.is_empty() {
                failures::clear_flow_problem(tx, flow, RUNNING)?;
            }
            Ok(())
        })?;
        let (created, found, rest) = (done.created, done.found, done.rest.len() as u64);
        self.rest.extend(done.rest);
        self.tell(BulkStep::Settled { created, found, rest });
        Ok(())
    }

    /// A job that takes too long is left recorded: the next run looks again. Its records stay as they are until then.
    fn leave(&mut self, job: &Job) -> Result<(), RunError> {
        let flow = self.flow;
        let ids = settle::rows_of(self.session, flow, job)?;
        let problem = FlowProblem {
            flow,
            code: RUNNING.to_owned(),
            message: format!(
                "A bulk job of {} {} (Zoho's id {}) has not ended since {}.",
                ids.len(),
                flow.name(),
                job.job_id.as_deref().unwrap_or("not known"),
                job.begun_at
            ),
            cure: "Nothing to do: every run looks again, and after a day looks up what the job wrote."
                .to_owned(),
            at: self.session.now(),
        };
        self.session.store().write(|tx| {
            ids.iter().try_for_each(|id| considered::note(tx, flow, *id, Disposition::Held))?;
            failures::set_flow_problem(tx, &problem)
        })?;
        self.left_running = true;
        self.give_up("a job has not ended in time".to_owned());
        Ok(())
    }
}

/// Before anything else of a flow: brings the jobs of an earlier run to their end.
///
/// A job that was not started is forgotten: its records are new as before. One whose start may have been carried out is started again. One that
/// Zoho knows is waited for.
pub(crate) async fn resume(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    let open = session.store().read(|tx| bulk_jobs::open(tx, flow))?;
    if open.is_empty() {
        return Ok(());
    }
    let fingerprint = session.fingerprint(flow);
    let mut load = Load::idle(session, flow, &fingerprint);
    for job in open {
        match job.state {
            JobState::Uploading | JobState::Uploaded => {
                session.store().write(|tx| bulk_jobs::forget(tx, flow, job.number))?;
            }
            JobState::Starting if session.rehearsing => load.leave(&job)?,
            JobState::Starting => match jobs::start_again(session, &job).await {
                Ok(jobs::Start::Running(job)) => load.running.push(job),
                Ok(jobs::Start::Refused(reason)) => {
                    // What the lost start may have written is found by its key when its records are created.
                    session.store().write(|tx| bulk_jobs::forget(tx, flow, job.number))?;
                    load.give_up(reason);
                }
                // Bulk write may be out of order alone: the other flows go on.
                Err(RunError::Zoho(error)) if error.is_outage() || super::create::in_doubt(&error) => {
                    if jobs::is_given_up(session, &job) {
                        session.store().write(|tx| bulk_jobs::forget(tx, flow, job.number))?;
                    } else {
                        load.leave(&job)?;
                    }
                }
                Err(error) => return Err(error),
            },
            JobState::Started => load.running.push(job),
        }
    }
    load.wait(0).await
}

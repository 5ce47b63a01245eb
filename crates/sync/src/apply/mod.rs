//! Brings Zoho to what Business Central says, flow by flow.
//!
//! Candidates come from the store in the order of their ids. Each is mapped and planned ([`decide`]), then written in batches: renumberings
//! first ([`renumber`]), then [`update`]s, then [`create`]s, which look before they write; [`verify`] reads back what must agree to the
//! cent. Every answer is stored in one transaction with its audit entry ([`outcome`]).

pub(crate) mod adopt;
pub(crate) mod create;
pub(crate) mod decide;
pub(crate) mod orphans;
pub(crate) mod outcome;
pub(crate) mod placeholder;
pub(crate) mod refused;
pub(crate) mod renumber;
pub(crate) mod update;
pub(crate) mod verify;

use std::collections::BTreeSet;

use business_central::BcId;
use exact_json::Map;
use zoho_crm::ZohoId;

use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::MappedRecord;
use crate::match_review;
use crate::observe::{late, posted, ties};
use crate::progress::Event;
use crate::session::Session;
use crate::store::failures::Failure;
use crate::store::links::Link;
use crate::store::sources::{self, SourceRow};

/// How many candidates are planned at a time.
const PLANNED_AT_ONCE: usize = 500;

/// Which candidates a run takes up.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// Whether failures are tried again before their time.
    pub(crate) everything_due: bool,
    /// Only these records, where given.
    pub(crate) only: Option<BTreeSet<(Flow, BcId)>>,
}

/// One record on its way.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) source: SourceRow,
    pub(crate) link: Option<Link>,
    pub(crate) failure: Option<Failure>,
    /// `None` for a record that Business Central deleted.
    pub(crate) mapped: Option<MappedRecord>,
    /// What will be sent.
    pub(crate) row: Map,
    /// Whether something was written for it in this run.
    pub(crate) wrote: Option<Wrote>,
}

impl Task {
    /// Who stands for whom, where that is known.
    fn pair(&self) -> Option<(BcId, ZohoId)> {
        self.link.as_ref().map(|link| (self.source.id, link.zoho_id.clone()))
    }
}

/// What was written for a record in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    Created,
    Updated,
}

/// What is to be done about a page of candidates.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) creates: Vec<Task>,
    pub(crate) updates: Vec<Task>,
    pub(crate) verifies: Vec<Task>,
    pub(crate) deletes: Vec<Task>,
}

/// Plans and writes everything of `flow` that differs.
pub(crate) async fn flow(session: &Session<'_>, flow: Flow, selection: &Selection) -> Result<(), RunError> {
    let fingerprint = session.fingerprint(flow);
    let mut looks = create::Looks::begin(session, flow).await?;
    let review = match_review::Review::of(flow);
    adopt::rebuild(session, flow, &mut looks).await?;
    let moved = renumber::run(session, flow).await?;
    let of = session.store().read(|tx| sources::count_candidates(tx, flow, &fingerprint))?;
    let mut proofs = posted::Proofs::default();
    let mut looked = late::Looked::default();
    let mut after = None;
    let mut done = 0;
    loop {
        session.check_stop()?;
        let now = session.now();
        let page = session.store().read(|tx| {
            sources::candidates(tx, flow, &fingerprint, now, selection.everything_due, after, PLANNED_AT_ONCE)
        })?;
        let Some(last) = page.last() else { break };
        after = Some(last.source.id);
        let chosen = |id| selection.only.as_ref().is_none_or(|only| only.contains(&(flow, id)));
        let mut tasks: Vec<Task> = page
            .into_iter()
            .filter(|candidate| chosen(candidate.source.id))
            .map(|c| Task {
                wrote: moved.contains(&c.source.id).then_some(Wrote::Updated),
                source: c.source,
                link: c.link,
                failure: c.failure,
                mapped: None,
                row: Map::new(),
            })
            .collect();
        done += tasks.len() as u64;
        prepare(session, flow, &mut proofs, &mut tasks).await?;
        // A contact is tied to its customer, and an open invoice known to be posted, only now.
        let late = looked.up(session, flow, tasks.iter().map(|task| &task.source)).await?;
        for (needed, ids) in late {
            let only = ids.into_iter().map(|id| (needed, id)).collect();
            let late = Selection { everything_due: true, only: Some(only) };
            Box::pin(self::flow(session, needed, &late)).await?;
        }
        placeholders(session, flow, &tasks).await?;
        let work = decide::all(session, flow, &fingerprint, tasks).await?;
        carry_out(session, flow, &fingerprint, work, &mut looks, &review).await?;
        session.progress().event(Event::Applied { flow, done, of: of.max(done) });
    }
    looks.finish(session)?;
    Ok(())
}

/// Reads beforehand what mapping the tasks needs beyond their own rows.
async fn prepare(
    session: &Session<'_>,
    flow: Flow,
    proofs: &mut posted::Proofs,
    tasks: &mut [Task],
) -> Result<(), RunError> {
    match flow {
        Flow::Customers | Flow::Items => Ok(()),
        Flow::Contacts => {
            let unknown = session.store().read(|tx| {
                for task in tasks.iter() {
                    if decide::company_contact_is_unknown(tx, &task.source)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            })?;
            if unknown && !ties::is_fresh(session)? {
                ties::refresh_all(session).await?;
            }
            Ok(())
        }
        Flow::Invoices => {
            let mut rows: Vec<SourceRow> = tasks.iter().map(|task| task.source.clone()).collect();
            posted::prove(session, proofs, &mut rows).await?;
            for (task, row) in tasks.iter_mut().zip(rows) {
                task.source.posted = row.posted;
            }
            Ok(())
        }
    }
}

/// Makes sure of the placeholder records that the tasks need.
async fn placeholders(session: &Session<'_>, flow: Flow, tasks: &[Task]) -> Result<(), RunError> {
    match flow {
        Flow::Customers | Flow::Items | Flow::Contacts => Ok(()),
        Flow::Invoices => placeholder::for_deleted_customers(session, tasks).await,
    }
}

/// Writes a page of work. What creating finds to exist already joins the updates.
async fn carry_out(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    work: Work,
    looks: &mut create::Looks,
    review: &match_review::Review,
) -> Result<(), RunError> {
    let Work { creates, updates, mut verifies, deletes } = work;
    verifies.extend(update::run(session, flow, fingerprint, updates).await?);
    // What stands in Zoho already without our key is taken over or decided about, not created once more.
    let sifted = review.sift(session, fingerprint, creates, looks.keyed).await?;
    let pairs: Vec<_> = sifted.taken_over.iter().filter_map(Task::pair).collect();
    verifies.extend(update::run(session, flow, fingerprint, sifted.taken_over).await?);
    review.settle(session, &pairs)?;
    looks.keyed |= sifted.look || !pairs.is_empty();
    let creates = sifted.creates;
    let created = create::run(session, flow, fingerprint, creates, looks).await?;
    verifies.extend(created.to_verify);
    verifies.extend(update::run(session, flow, fingerprint, created.found).await?);
    verify::run(session, flow, fingerprint, verifies).await?;
    update::delete(session, flow, fingerprint, deletes).await
}

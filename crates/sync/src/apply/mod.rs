//! Brings Zoho to what Business Central says, flow by flow.
//!
//! Candidates come from the store in the order of their ids. Each is mapped and planned ([`decide`]), then written in batches: renumberings
//! first ([`renumber`]), then [`update`]s, then [`create`]s, which look before they write; [`verify`] reads back what must agree to the
//! cent. Every answer is stored in one transaction with its audit entry ([`outcome`]).

pub(crate) mod adopt;
pub(crate) mod bulk;
pub(crate) mod create;
pub(crate) mod decide;
pub(crate) mod feed;
pub(crate) mod orphans;
pub(crate) mod outcome;
mod pipeline;
pub(crate) mod placeholder;
pub(crate) mod refused;
pub(crate) mod rehearsed;
pub(crate) mod renumber;
mod row_map;
pub(crate) mod update;
pub(crate) mod verify;

use std::collections::{BTreeMap, BTreeSet};

use business_central::{BcId, SalesInvoice};
use exact_json::Map;
use tokio::sync::mpsc;
use zoho_crm::ZohoId;

use self::feed::Feed;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::MappedRecord;
use crate::match_review;
use crate::observe::{late, posted, ties};
use crate::session::Session;
use crate::store::Store;
use crate::store::failures::Failure;
use crate::store::intents;
use crate::store::links::{LineState, Link};
use crate::store::sources::{self, Candidate, SourceRow};

/// How many candidates are planned at a time: a planned record takes several kB of memory until it is written.
const PLANNED_AT_ONCE: usize = 100;

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
    pub(crate) fn pair(&self) -> Option<(BcId, ZohoId)> {
        self.link.as_ref().map(|link| (self.source.id, link.zoho_id.clone()))
    }

    /// Gives up what the database holds too, because a thousand records are under way at a time.
    fn lighten(&mut self) {
        self.source.text = String::new();
    }

    /// Fills in what is to be created once more, where it turns out to be there already.
    pub(crate) fn whole(&mut self) {
        if let Some(mapped) = &mut self.mapped {
            let fields = self.row.iter().filter(|(name, _)| !mapped.on_create.contains_key(name));
            mapped.fields.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
        }
    }

    /// Keeps of a new record what proving its total needs, and learning its rows where its lines may change.
    fn keep_for_proof(&mut self) {
        if let (Some(mapped), Some(link)) = (&mut self.mapped, &mut self.link)
            && link.lines == LineState::Written
        {
            (mapped.fields, mapped.on_create) = Default::default();
            if mapped.lines_digest.is_none() {
                mapped.lines = Vec::new();
            }
            link.sent = Map::new();
        }
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
    /// Updates of records that stood in Zoho without our key.
    pub(crate) taken_over: Vec<Task>,
}

/// Plans and writes everything of `flow` that differs.
///
/// `feed` tells of rows that are still being stored: then the plan keeps behind them. They come in the order of their ids; one that does not
/// waits for the next pass.
pub(crate) async fn flow(
    session: &Session<'_>,
    flow: Flow,
    selection: &Selection,
    feed: Option<Feed>,
) -> Result<(), RunError> {
    let fingerprint = session.fingerprint(flow);
    if feed.is_none() && nothing_to_do(session, flow, &fingerprint)? {
        return Ok(());
    }
    let looks = create::Looks::begin(session, flow).await?;
    let review = match_review::Review::of(flow);
    adopt::rebuild(session, flow, &looks).await?;
    let moved = renumber::run(session, flow).await?;
    let plan = Plan {
        session,
        flow,
        fingerprint: &fingerprint,
        selection,
        moved: &moved,
        looks: &looks,
        review: &review,
    };
    plan.pass(feed).await?;
    looks.finish(session)
}

/// Whether no record of the flow has to be looked at, and nothing of it is in doubt: then Zoho need not even be asked a question.
fn nothing_to_do(session: &Session<'_>, flow: Flow, fingerprint: &str) -> Result<bool, RunError> {
    Ok(session.store().read(|tx| {
        Ok(sources::count_candidates(tx, flow, fingerprint)? == 0
            && intents::open(tx)?.iter().all(|intent| intent.flow != flow))
    })?)
}

/// A page of candidates, and whether no more rows could come when it was read.
struct Candidates {
    page: Vec<Candidate>,
    ended: bool,
}

/// Plans a flow's candidates.
struct Plan<'a> {
    session: &'a Session<'a>,
    flow: Flow,
    fingerprint: &'a str,
    selection: &'a Selection,
    moved: &'a BTreeSet<BcId>,
    looks: &'a create::Looks,
    review: &'a match_review::Review,
}

impl Plan<'_> {
    /// Plans every candidate once, and writes beside it.
    async fn pass(&self, feed: Option<Feed>) -> Result<(), RunError> {
        let (pages, work) = mpsc::channel(pipeline::PAGES_WAITING);
        let writer =
            pipeline::write(self.session, self.flow, self.fingerprint, self.looks, self.review, work);
        let (planned, written) = tokio::join!(self.candidates(pages, feed), writer);
        written?;
        planned
    }

    /// Plans the candidates page by page, in the order of their ids, until there are no more or nobody takes them.
    async fn candidates(
        &self,
        pages: mpsc::Sender<pipeline::Page>,
        mut feed: Option<Feed>,
    ) -> Result<(), RunError> {
        let Self { session, flow, fingerprint, selection, looks, .. } = *self;
        let count = |store: &Store| store.read(|tx| sources::count_candidates(tx, flow, fingerprint));
        let mut of = count(session.store())?;
        let mut proofs = posted::Proofs::default();
        let mut looked = late::Looked::default();
        let mut after = None;
        let mut done = 0;
        let mut load = bulk::Load::begin(session, flow, fingerprint, selection, feed.is_some())?;
        if let Some(feed) = feed.as_ref().filter(|_| load.takes()) {
            // A file fills as fast as rows come, and while jobs run there is time to read.
            feed.let_run();
        }
        let mut ahead = None;
        loop {
            session.check_stop()?;
            let Candidates { page, ended } = match ahead.take() {
                Some(ahead) => ahead,
                None => self.read(after, feed.as_ref()).await?,
            };
            let last = match (page.last(), &mut feed) {
                // A page that is not full would make batches that are not full.
                (Some(last), Some(_)) if ended || page.len() == PLANNED_AT_ONCE => last.source.id,
                (Some(last), None) => last.source.id,
                (_, Some(feed)) if !ended => {
                    feed.more().await;
                    of = count(session.store())? + done;
                    continue;
                }
                (_, _) => break,
            };
            if let Some(waiting) = feed.as_mut().filter(|_| after.is_none())
                && !ended
                && !match_review::nothing_to_match(session, flow).await?
            {
                // Before anything is created, all records must be known that may be in Zoho already.
                waiting.end().await;
                continue;
            }
            after = Some(last);
            if let Some(feed) = &feed {
                feed.planned(page.len() as u64);
            }
            let mut tasks = self.tasks(page);
            done += tasks.len() as u64;
            load.keep_out(&mut tasks)?;
            // The next candidates are read while these are planned.
            let (next, work) =
                tokio::join!(self.read(after, feed.as_ref()), self.planned(tasks, &mut proofs, &mut looked));
            ahead = Some(next?);
            let mut work = work?;
            load.take(looks, &mut work.creates).await?;
            if pages.send(pipeline::Page { work, done, of }).await.is_err() {
                // The writer met an error, which is the one to tell.
                return Ok(());
            }
        }
        load.finish().await?;
        loop {
            session.check_stop()?;
            let tasks = load.rest()?;
            if tasks.is_empty() {
                break;
            }
            let work = self.sifted(tasks, &Invoices::new()).await?;
            if pages.send(pipeline::Page { work, done, of }).await.is_err() {
                return Ok(());
            }
        }
        load.end(selection)
    }

    /// Reads the candidates behind `after`. What another task stores meanwhile is theirs alone, and none of these.
    async fn read(&self, after: Option<BcId>, feed: Option<&Feed>) -> Result<Candidates, RunError> {
        let ended = feed.is_none_or(Feed::ended);
        let (flow, due, today) = (self.flow, self.selection.everything_due, self.fingerprint.to_owned());
        let now = self.session.now();
        let read = move |store: &Store| {
            store.read(|tx| sources::candidates(tx, flow, &today, now, due, after, PLANNED_AT_ONCE))
        };
        Ok(Candidates { page: self.session.store.beside_first(read).await?, ended })
    }

    /// Makes tasks of the chosen ones.
    fn tasks(&self, page: Vec<Candidate>) -> Vec<Task> {
        let only = self.selection.only.as_ref();
        let chosen = |id| only.is_none_or(|only| only.contains(&(self.flow, id)));
        page.into_iter()
            .filter(|candidate| chosen(candidate.source.id))
            .map(|c| Task {
                wrote: self.moved.contains(&c.source.id).then_some(Wrote::Updated),
                source: c.source,
                link: c.link,
                failure: c.failure,
                mapped: None,
                row: Map::new(),
            })
            .collect()
    }

    /// Plans a page of tasks, with everything that they need first.
    async fn planned(
        &self,
        mut tasks: Vec<Task>,
        proofs: &mut posted::Proofs,
        looked: &mut late::Looked,
    ) -> Result<Work, RunError> {
        let (session, flow) = (self.session, self.flow);
        let invoices = decoded(flow, &tasks);
        prepare(session, flow, proofs, &invoices, &mut tasks).await?;
        // A contact is tied to its customer, and an open invoice known to be posted, only now.
        let late = looked.up(session, flow, tasks.iter().map(|task| &task.source), &invoices).await?;
        for (needed, ids) in late {
            let only = ids.into_iter().map(|id| (needed, id)).collect();
            let late = Selection { everything_due: true, only: Some(only) };
            Box::pin(self::flow(session, needed, &late, None)).await?;
        }
        placeholders(session, flow, &invoices).await?;
        self.sifted(tasks, &invoices).await
    }

    /// Plans a page of tasks. What stands in Zoho already without our key is taken over or decided about, not created once more.
    async fn sifted(&self, tasks: Vec<Task>, invoices: &Invoices) -> Result<Work, RunError> {
        let Self { session, flow, fingerprint, looks, review, .. } = *self;
        let mut work = decide::all(session, flow, fingerprint, tasks, invoices).await?;
        let sifted = review.sift(session, fingerprint, work.creates, looks.keyed()).await?;
        if sifted.look || !sifted.taken_over.is_empty() {
            looks.set_keyed();
        }
        work.creates = sifted.creates;
        work.taken_over = sifted.taken_over;
        Ok(work)
    }
}

/// Reads beforehand what mapping the tasks needs beyond their own rows.
async fn prepare(
    session: &Session<'_>,
    flow: Flow,
    proofs: &mut posted::Proofs,
    invoices: &Invoices,
    tasks: &mut [Task],
) -> Result<(), RunError> {
    match flow {
        Flow::Customers | Flow::Items | Flow::Vendors | Flow::PurchaseOrders => Ok(()),
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
            let mut rows: Vec<&mut SourceRow> = tasks.iter_mut().map(|task| &mut task.source).collect();
            posted::prove(session, proofs, invoices, &mut rows).await
        }
    }
}

/// The invoices of a page of tasks, by record. What cannot be decoded is left out, and reported where it is mapped.
pub(crate) type Invoices = BTreeMap<BcId, SalesInvoice>;

fn decoded(flow: Flow, tasks: &[Task]) -> Invoices {
    match flow {
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Vendors | Flow::PurchaseOrders => {
            Invoices::new()
        }
        Flow::Invoices => {
            let decode = |task: &Task| Some((task.source.id, serde_json::from_str(&task.source.text).ok()?));
            tasks.iter().filter_map(decode).collect()
        }
    }
}

/// Makes sure of the placeholder records that the tasks need.
async fn placeholders(session: &Session<'_>, flow: Flow, invoices: &Invoices) -> Result<(), RunError> {
    match flow {
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Vendors => Ok(()),
        Flow::PurchaseOrders => placeholder::line_product(session).await,
        Flow::Invoices => placeholder::for_deleted_customers(session, invoices).await,
    }
}

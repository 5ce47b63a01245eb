//! Keeps as many batches under way as Zoho lets one app have, and fills them across pages of candidates.
//!
//! The planner hands in [`Work`], the writer makes batches of it and carries them out beside each other. Within a flow no record depends on
//! another one, but for its number: of two records with one number, the second is looked at when the first has been answered.

use std::collections::{BTreeSet, VecDeque};
use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;

use super::create::{self, Looks};
use super::{Task, Work, update, verify};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::match_review::Review;
use crate::progress::Event;
use crate::session::Session;

/// How many pages of work may wait for the writer: one is taken while the next is planned.
pub(crate) const PAGES_WAITING: usize = 1;

/// So many batches are made ready, or stored, while as many as Zoho allows are on their way: no turn is left unused.
const BESIDE_CALLS: usize = 4;

/// Carries out what comes in until nobody sends any more. After an error nothing new is begun, and what is under way comes to its end: an
/// answer that nobody hears would be in doubt.
pub(crate) async fn write(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    looks: &Looks,
    review: &Review,
    mut work: mpsc::Receiver<Page>,
) -> Result<(), RunError> {
    let mut writer = Writer { session, flow, fingerprint, looks, review, queues: Queues::default() };
    let most = session.zoho().parallel_calls() + BESIDE_CALLS;
    let mut under_way: FuturesUnordered<Job<'_>> = FuturesUnordered::new();
    let mut failed = None;
    let mut more = true;
    loop {
        while failed.is_none() && under_way.len() < most {
            // What does not fill a batch waits for more of its kind, but not for nothing.
            let all = under_way.is_empty() && (!more || !writer.queues.want_more());
            match writer.queues.next(!more, all) {
                Some(batch) => under_way.push(writer.start(batch)),
                None => break,
            }
        }
        if under_way.is_empty() && (!more || failed.is_some()) {
            return failed.map_or(Ok(()), Err);
        }
        let takes = more && failed.is_none() && writer.queues.want_more();
        tokio::select! {
            biased;
            Some(ended) = under_way.next() => {
                writer.queues.release(&ended.numbers);
                match ended.result {
                    Ok(further) => writer.queues.take(further),
                    Err(error) => {
                        failed.get_or_insert(error);
                    }
                }
            }
            page = work.recv(), if takes => match page {
                Some(page) => {
                    writer.queues.take(page.work);
                    session.progress().event(Event::Applied { flow, done: page.done, of: page.of.max(page.done) });
                }
                None => more = false,
            },
        }
    }
}

/// A page of planned work, and how far the plan has come with it.
pub(crate) struct Page {
    pub(crate) work: Work,
    /// Records planned so far.
    pub(crate) done: u64,
    /// Records that have to be planned, as far as is known.
    pub(crate) of: u64,
}

type Job<'a> = Pin<Box<dyn Future<Output = Ended> + Send + 'a>>;

/// What a batch led to.
struct Ended {
    numbers: Vec<String>,
    result: Result<Work, RunError>,
}

enum Batch {
    Update(Vec<Task>),
    TakeOver(Vec<Task>),
    Create(Vec<Task>),
    Verify(Vec<Task>),
    Delete(Vec<Task>),
}

struct Writer<'a> {
    session: &'a Session<'a>,
    flow: Flow,
    fingerprint: &'a str,
    looks: &'a Looks,
    review: &'a Review,
    queues: Queues,
}

impl<'a> Writer<'a> {
    fn start(&self, batch: Batch) -> Job<'a> {
        let (session, flow, fingerprint) = (self.session, self.flow, self.fingerprint);
        let (looks, review) = (self.looks, self.review);
        let numbers = match &batch {
            Batch::Create(tasks) => tasks.iter().map(number).collect(),
            Batch::Update(_) | Batch::TakeOver(_) | Batch::Verify(_) | Batch::Delete(_) => Vec::new(),
        };
        Box::pin(async move {
            let result = match batch {
                Batch::Update(tasks) => update::run(session, flow, fingerprint, tasks)
                    .await
                    .map(|verifies| Work { verifies, ..Work::default() }),
                Batch::TakeOver(tasks) => take_over(session, flow, fingerprint, review, tasks)
                    .await
                    .map(|verifies| Work { verifies, ..Work::default() }),
                Batch::Create(tasks) => {
                    create::run(session, flow, fingerprint, tasks, looks).await.map(|created| Work {
                        updates: created.found,
                        verifies: created.to_verify,
                        ..Work::default()
                    })
                }
                Batch::Verify(tasks) => {
                    verify::run(session, flow, fingerprint, tasks).await.map(|()| Work::default())
                }
                Batch::Delete(tasks) => {
                    update::delete(session, flow, fingerprint, tasks).await.map(|()| Work::default())
                }
            };
            Ended { numbers, result }
        })
    }
}

/// Writes into records that stood in Zoho without our key, and takes them out of the index of those.
async fn take_over(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    review: &Review,
    tasks: Vec<Task>,
) -> Result<Vec<Task>, RunError> {
    let pairs: Vec<_> = tasks.iter().filter_map(Task::pair).collect();
    let verifies = update::run(session, flow, fingerprint, tasks).await?;
    review.settle(session, &pairs)?;
    Ok(verifies)
}

/// The number by which two records would be one in Zoho.
fn number(task: &Task) -> String {
    task.source.number.to_lowercase()
}

/// What waits to be written.
#[derive(Default)]
struct Queues {
    updates: VecDeque<Task>,
    taken_over: VecDeque<Task>,
    creates: VecDeque<Task>,
    verifies: VecDeque<Task>,
    deletes: VecDeque<Task>,
    /// Numbers of records that are being created.
    numbers: BTreeSet<String>,
}

impl Queues {
    fn take(&mut self, work: Work) {
        self.updates.extend(work.updates);
        self.taken_over.extend(work.taken_over);
        self.creates.extend(work.creates.into_iter().map(|mut task| {
            task.lighten();
            task
        }));
        self.verifies.extend(work.verifies);
        self.deletes.extend(work.deletes);
    }

    fn release(&mut self, numbers: &[String]) {
        for number in numbers {
            self.numbers.remove(number);
        }
    }

    /// Whether another page is wanted: memory is bounded by what waits here.
    fn want_more(&self) -> bool {
        self.creates.len() + self.updates.len() + self.taken_over.len() < 2 * zoho_crm::ROWS_PER_WRITE
    }

    /// The next batch; one that is not full only where `all` says so, and one of creates also where no more of them can come.
    fn next(&mut self, no_more_creates: bool, all: bool) -> Option<Batch> {
        let rows = zoho_crm::ROWS_PER_WRITE;
        let ready = |waiting: usize, size: usize| waiting >= size || (all && waiting > 0);
        if ready(self.updates.len(), rows) {
            return Some(Batch::Update(first(&mut self.updates, rows)));
        }
        if ready(self.taken_over.len(), rows) {
            return Some(Batch::TakeOver(first(&mut self.taken_over, rows)));
        }
        let partly = all || no_more_creates;
        if (self.creates.len() >= rows || (partly && !self.creates.is_empty()))
            && let Some(batch) = self.creatable(partly)
        {
            return Some(Batch::Create(batch));
        }
        if ready(self.verifies.len(), verify::AT_ONCE) {
            return Some(Batch::Verify(first(&mut self.verifies, verify::AT_ONCE)));
        }
        ready(self.deletes.len(), rows).then(|| Batch::Delete(first(&mut self.deletes, rows)))
    }

    /// Records of different numbers, none of which is being created just now.
    fn creatable(&mut self, all: bool) -> Option<Vec<Task>> {
        let mut batch = Vec::with_capacity(zoho_crm::ROWS_PER_WRITE);
        let mut later = VecDeque::new();
        while batch.len() < zoho_crm::ROWS_PER_WRITE
            && let Some(task) = self.creates.pop_front()
        {
            if self.numbers.insert(number(&task)) {
                batch.push(task);
            } else {
                later.push_back(task);
            }
        }
        if batch.len() < zoho_crm::ROWS_PER_WRITE && !all {
            // Not enough after all: everything goes back in its order.
            batch.iter().for_each(|task| {
                self.numbers.remove(&number(task));
            });
            later.extend(batch);
            batch = Vec::new();
        }
        later.append(&mut self.creates);
        self.creates = later;
        (!batch.is_empty()).then_some(batch)
    }
}

fn first(queue: &mut VecDeque<Task>, most: usize) -> Vec<Task> {
    queue.drain(..most.min(queue.len())).collect()
}

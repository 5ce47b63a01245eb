//! Creates records in Zoho. An upsert writes over whatever holds the key, so that a create looks first who holds it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use business_central::{BcId, Lookup};
use exact_json::{Map, Value};
use zoho_crm::{ErrorKind, Record, WriteOptions, ZohoId, coql};

use super::{Task, Wrote, adopt, decide, outcome, refused, rehearsed, renumber};
use crate::failure::{self, FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::observe;
use crate::org_schema::CustomField;
use crate::plan::{self, Step};
use crate::session::Session;
use crate::store::intents::{self, IntentKind};
use crate::store::{Store, StoreError, Tx, links, sources};

/// Whether a create must look in Zoho before it writes, and what was in doubt when the run began.
pub(crate) struct Looks {
    /// The module held records with our key when the run began, or was given one in another way than by creating.
    keyed: AtomicBool,
    open: Vec<intents::Intent>,
    looked: Mutex<BTreeSet<BcId>>,
}

impl Looks {
    /// Asks whether the flow's module holds any record with our key, and what an interrupted run left in doubt.
    pub(crate) async fn begin(session: &Session<'_>, flow: Flow) -> Result<Self, RunError> {
        let open = session.store().read(intents::open)?.into_iter().filter(|intent| intent.flow == flow);
        let (open, lines): (Vec<_>, Vec<_>) = open.partition(|intent| intent.kind == IntentKind::Insert);
        session.store().write(|tx| {
            // Lines in doubt are still marked unknown on their link, and are read before they are written: nothing more is to be remembered.
            lines.iter().try_for_each(|intent| intents::settle(tx, intent.id))
        })?;
        Ok(Self {
            keyed: AtomicBool::new(adopt::is_keyed(session, flow).await?),
            open,
            looked: Mutex::default(),
        })
    }

    /// Whether a create must look in Zoho before it writes.
    pub(crate) fn keyed(&self) -> bool {
        self.keyed.load(Ordering::Relaxed)
    }

    /// From now on, creates look.
    pub(crate) fn set_keyed(&self) {
        self.keyed.store(true, Ordering::Relaxed);
    }

    fn looked(&self) -> MutexGuard<'_, BTreeSet<BcId>> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is in doubt if the record was created.
    pub(crate) fn doubts(&self, id: BcId) -> bool {
        self.open.iter().any(|intent| intent.ids.contains(&id))
    }

    /// Settles the doubts that were looked into.
    pub(crate) fn finish(&self, session: &Session<'_>) -> Result<(), RunError> {
        let looked = self.looked();
        session.store().write(|tx| {
            for intent in &self.open {
                let mut certain = true;
                for id in &intent.ids {
                    // What was found meanwhile, by its key or by a look, is linked.
                    certain &= looked.contains(id) || links::get(tx, intent.flow, *id)?.is_some();
                }
                if certain {
                    intents::settle(tx, intent.id)?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// What creating led to beside records that are finished.
#[derive(Default)]
pub(crate) struct Created {
    /// Existing records that were adopted and differ.
    pub(crate) found: Vec<Task>,
    /// Written or adopted, and still to be proved.
    pub(crate) to_verify: Vec<Task>,
}

/// Creates the records of at most 100 tasks of different numbers, and adopts those that exist already.
pub(crate) async fn run(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    batch: Vec<Task>,
    looks: &Looks,
) -> Result<Created, RunError> {
    session.may_write().await?;
    let mut created = Created::default();
    let mut batch = batch;
    if looks.keyed() || batch.iter().any(|task| looks.doubts(task.source.id)) {
        looks.looked().extend(batch.iter().map(|task| task.source.id));
        batch = look(session, flow, fingerprint, batch, &mut created).await?;
    }
    let batch = not_held_here(session, flow, fingerprint, batch).await?;
    if !batch.is_empty() {
        send(session, flow, fingerprint, batch, &mut created).await?;
    }
    Ok(created)
}

/// Leaves out the tasks whose number another record of ours still has in Zoho.
async fn not_held_here(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    batch: Vec<Task>,
) -> Result<Vec<Task>, RunError> {
    let mut free = Vec::with_capacity(batch.len());
    let numbers: Vec<String> = batch.iter().map(|task| task.source.number.clone()).collect();
    let read = move |store: &Store| {
        let holder = |tx: &Tx<'_>, number: &String| links::by_number(tx, flow, number);
        store.read(|tx| numbers.iter().map(|number| holder(tx, number)).collect::<Result<Vec<_>, _>>())
    };
    let holders = session.beside(read).await?;
    for (task, holder) in batch.into_iter().zip(holders) {
        match holder.filter(|link| link.id != task.source.id) {
            None => free.push(task),
            Some(holder) => {
                let trouble = number_is_held(flow, &task, holder.zoho_id.as_str(), &holder.id.to_string());
                outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
            }
        }
    }
    Ok(free)
}

fn number_is_held(flow: Flow, task: &Task, zoho_id: &str, holder: &str) -> Trouble {
    let (name, number, id) = (flow.plural(), &task.source.number, task.source.id);
    Trouble::new(
        FailureClass::Conflict,
        "number_is_held",
        format!(
            "{name} {number} ({id}) cannot be created: the Zoho record {zoho_id} has that BC Number and stands for {holder}."
        ),
        "Open the Zoho record: if it is a leftover, clear its BC Number or delete it, then replay.",
    )
}

/// Asks Zoho who holds the numbers and ids of the batch. Returns the tasks that may be created.
pub(crate) async fn look(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    batch: Vec<Task>,
    created: &mut Created,
) -> Result<Vec<Task>, RunError> {
    let mut free = Vec::new();
    let mut batch = batch.into_iter().peekable();
    while batch.peek().is_some() {
        let chunk: Vec<Task> = batch.by_ref().take(coql::IN_MAX).collect();
        let holders = holders(session, flow, &chunk).await?;
        for mut task in chunk {
            task.whole();
            if let Some(task) = settle_holder(session, flow, fingerprint, task, &holders, created).await? {
                free.push(task);
            }
        }
    }
    Ok(free)
}

/// The records in Zoho that hold a number or an id of the chunk.
pub(crate) async fn holders(
    session: &Session<'_>,
    flow: Flow,
    chunk: &[Task],
) -> Result<Vec<Record>, RunError> {
    let (number, id) = adopt::keys(session, flow)?;
    let numbers: Vec<String> = chunk.iter().map(|task| task.source.number.clone()).collect();
    let ids: Vec<String> = chunk.iter().map(|task| task.source.id.to_string()).collect();
    let condition = format!("({} or {})", coql::in_list(&number, &numbers), coql::in_list(&id, &ids));
    let found = adopt::select(session, flow, &condition).await?;
    rehearsed::as_it_would_be(session, flow, &number, found)
}

/// Decides what the holder of a task's key means. Returns the task where it may be created.
async fn settle_holder(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    mut task: Task,
    holders: &[Record],
    created: &mut Created,
) -> Result<Option<Task>, RunError> {
    let (number_key, id_key) = adopt::keys(session, flow)?;
    let text =
        |record: &Record, key: &str| record.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
    let id = task.source.id.to_string();
    let ours: Vec<&Record> = holders.iter().filter(|r| text(r, &id_key).eq_ignore_ascii_case(&id)).collect();
    if ours.len() > 1 {
        outcome::troubled(session, flow, fingerprint, &task, &adopt::clones(flow, &task.source, &ours))?;
        return Ok(None);
    }
    let same_number = |r: &&Record| text(r, &number_key).to_lowercase() == task.source.number.to_lowercase();
    let keyless = |r: &&Record| text(r, &id_key).is_empty();
    let found = ours.first().copied().or_else(|| holders.iter().filter(same_number).find(keyless));
    if let Some(record) = found {
        adopt::link(session, flow, &mut task, record)?;
        plan_again(session, flow, fingerprint, task, created)?;
        return Ok(None);
    }
    let Some(stranger) = holders.iter().find(same_number) else {
        return Ok(Some(task));
    };
    let holder = text(stranger, &id_key);
    let zoho_id = text(stranger, "id");
    if let Ok(holder_id) = holder.parse::<BcId>()
        && matches!(
            session.company().get(observe::narrow(flow.entity(), &["id"]), holder_id).await?,
            Lookup::Absent
        )
    {
        // Its source is gone from Business Central, and the number was used again: set it free. Whether the source was really
        // deleted is for the sweep to say.
        let released = match session.store().read(|tx| links::get(tx, flow, holder_id))? {
            Some(link) => renumber::release(session, flow, &number_key, &link).await?,
            None => {
                let id = ZohoId::new(zoho_id.as_str());
                renumber::release_unknown(session, flow, &number_key, &id, &task.source.number).await?
            }
        };
        if released {
            return Ok(Some(task));
        }
    }
    let trouble = number_is_held(flow, &task, &zoho_id, &holder);
    outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
    Ok(None)
}

/// An adopted record is planned against what Zoho holds.
fn plan_again(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    mut task: Task,
    created: &mut Created,
) -> Result<(), RunError> {
    let Some(mapped) = &task.mapped else { return Ok(()) };
    match plan::live(&mapped.fields, task.link.as_ref(), decide::same(&session.org, flow)) {
        Step::Update(changes) => {
            task.row = changes;
            created.found.push(task);
        }
        Step::Verify => created.to_verify.push(task),
        Step::Nothing | Step::Create | Step::Delete => outcome::unchanged(session, flow, fingerprint, &task)?,
    }
    Ok(())
}

pub(crate) fn options(session: &Session<'_>, flow: Flow) -> WriteOptions {
    WriteOptions { workflows: session.policy().of(flow).workflows, ..WriteOptions::default() }
}

/// Writes one batch, and once more what is worth another try with less in it.
async fn send(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    batch: Vec<Task>,
    created: &mut Created,
) -> Result<(), RunError> {
    let mut batch = batch;
    for _ in 0..refused::ROUNDS {
        if batch.is_empty() {
            break;
        }
        session.may_write().await?;
        batch = send_once(session, flow, fingerprint, batch, created).await?;
    }
    Ok(())
}

/// Writes one batch. Returns the tasks that can be tried again otherwise.
async fn send_once(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    batch: Vec<Task>,
    created: &mut Created,
) -> Result<Vec<Task>, RunError> {
    let mut batch = batch;
    let rows: Vec<Record> = batch.iter_mut().map(|task| std::mem::take(&mut task.row)).collect();
    let module = flow.module();
    let (intent, answer) = if inserts(session, flow, &rows) {
        let ids: Vec<BcId> = batch.iter().map(|task| task.source.id).collect();
        let now = session.now();
        let hash = payload_hash(&rows)?;
        let announce = move |store: &Store| {
            store.write(|tx| intents::begin(tx, IntentKind::Insert, flow, &ids, &hash, now))
        };
        let intent = session.beside(announce).await?;
        (Some(intent), session.zoho().insert(module, &rows, &options(session, flow)).await)
    } else {
        let number = session.org.our_field(flow, CustomField::Number).unwrap_or_default().to_owned();
        let options = WriteOptions { duplicate_check: vec![number], ..options(session, flow) };
        (None, session.zoho().upsert(module, &rows, &options).await)
    };
    for (task, row) in batch.iter_mut().zip(rows) {
        task.row = row;
    }
    let results = match (answer, intent) {
        (Err(error), Some(intent)) if in_doubt(&error) => {
            return lost(session, flow, fingerprint, batch, created, intent).await;
        }
        (other, _) => other?,
    };
    let (mut answers, mut refusals) = (Vec::with_capacity(batch.len()), Vec::new());
    for (task, result) in batch.into_iter().zip(results) {
        match result {
            Ok(written) => answers.push((task, written)),
            Err(error) => refusals.push((task, error)),
        }
    }
    // Until the rows are stored, a crash leaves the batch in doubt; what was refused is in none. Zoho was known not to have the records: an
    // upsert that says it updated one repeats our own, whose answer was lost.
    let mut written =
        outcome::all_written(session, flow, fingerprint, answers, Wrote::Created, intent).await?;
    if flow.is_document() {
        written.iter_mut().for_each(Task::keep_for_proof);
        created.to_verify.extend(written);
    }
    let mut again = Vec::new();
    for (mut task, error) in refusals {
        if let Some(id) = refused::holder_of_our_key(session, flow, &error) {
            match existing(session, flow, &task, &id).await? {
                Some(record) => {
                    task.whole();
                    adopt::link(session, flow, &mut task, &record)?;
                    plan_again(session, flow, fingerprint, task, created)?;
                }
                None => {
                    let trouble = failure::of_row(&task.source.number, &error);
                    outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
                }
            }
        } else if refused::otherwise(session, flow, &mut task, &error) {
            again.push(task);
        } else {
            let trouble = failure::of_row(&task.source.number, &error);
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
        }
    }
    Ok(again)
}

/// The record that a refused insert named, if it is ours.
async fn existing(
    session: &Session<'_>,
    flow: Flow,
    task: &Task,
    id: &ZohoId,
) -> Result<Option<Record>, RunError> {
    let (_, id_key) = adopt::keys(session, flow)?;
    let Some(record) = session.zoho().get(flow.module(), id).await? else {
        return Ok(None);
    };
    let holder = record.get(&id_key).and_then(Value::as_text).unwrap_or_default();
    let ours = holder.is_empty() || holder.eq_ignore_ascii_case(&task.source.id.to_string());
    Ok(ours.then_some(record))
}

/// The answer to an insert was lost: looks which records are there before anything is written again.
async fn lost(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    batch: Vec<Task>,
    created: &mut Created,
    intent: i64,
) -> Result<Vec<Task>, RunError> {
    tracing::warn!(
        flow = flow.name(),
        rows = batch.len(),
        "the answer to an insert was lost; looking what arrived"
    );
    // None of them was there before the insert: what is found now, the insert has created.
    let sent = batch.into_iter().map(|task| Task { wrote: Some(Wrote::Created), ..task }).collect();
    let absent = look(session, flow, fingerprint, sent, created).await?;
    session.store().write(|tx| intents::settle(tx, intent))?;
    Ok(absent.into_iter().map(|task| Task { wrote: None, ..task }).collect())
}

/// Whether a write may have been carried out although no answer came.
pub(crate) fn in_doubt(error: &zoho_crm::Error) -> bool {
    error.fate() == transport::Fate::OutcomeUnknown && !matches!(error.kind, ErrorKind::SignIn(_))
}

/// Whether creates of this flow are inserts: documents, whose lines an upsert would append once more, and modules in which
/// another field that we send is unique, because an upsert that hits it changes that other record.
fn inserts(session: &Session<'_>, flow: Flow, rows: &[Record]) -> bool {
    let number = session.org.our_field(flow, CustomField::Number);
    let unique = session.org.unique_fields(flow.module());
    let sends_other =
        |row: &Map| unique.iter().any(|name| Some(name.as_str()) != number && row.contains_key(name));
    flow.is_document() || rows.iter().any(sends_other)
}

fn payload_hash(rows: &[Record]) -> Result<String, RunError> {
    let text = serde_json::to_string(rows).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    Ok(sources::hash(&text))
}

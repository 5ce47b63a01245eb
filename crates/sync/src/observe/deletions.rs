//! Compares the whole set of ids with what is stored: finds late commits, and what Business Central no longer shows.
//!
//! Absence is only suspicion: with too few permissions Business Central answers 200 with rows missing, and 404 by id.

use std::collections::HashSet;
use std::time::Duration;

use business_central::{BcId, Lookup, SalesInvoice};
use jiff::Timestamp;

use super::orders::{self, Fate};
use super::{listing, sweeps};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::progress::Event;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::considered::{self, Disposition};
use crate::store::failures::FlowProblem;
use crate::store::sources::{self, SourceRow};
use crate::store::{StoreError, Tx, audit, failures, links, sweep_clocks};

/// How often the sweep runs.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How often it runs while the flow stands still because of what it found.
const INTERVAL_STANDING: Duration = Duration::from_secs(60 * 60);

/// More changed rows than this are read by a full listing instead of one by one.
const READ_ONE_BY_ONE: usize = 200;

/// Deletions in one sweep beyond the greater of this and [`MASS_PERCENT`] of the known records need a person's word.
const MASS_MINIMUM: usize = 20;
const MASS_PERCENT: usize = 2;

/// So many known records are asked for before a kind of record is taken for hidden.
const CANARIES: usize = 3;

const MASS_DELETION: &str = "mass_deletion";
const HIDDEN: &str = "records_hidden";
/// What the audit trail says of a record that is gone.
const DELETED: &str = "deleted in Business Central";
const ORDER_COMPLETED: &str =
    "received and invoiced in Business Central, which has no orders that are completed";

const FATE_UNKNOWN: &str = "orders_without_trace";

/// Runs the sweep when it is due or forced. `confirmed` says that a person has looked at a mass deletion and means it; `whole` that a listing
/// has just read everything, so that no ids need be listed once more.
pub(crate) async fn run(
    session: &Session<'_>,
    flow: Flow,
    force: bool,
    whole: bool,
    confirmed: bool,
) -> Result<(), RunError> {
    let name = clock(flow);
    let last = session.store().read(|tx| sweep_clocks::last(tx, &name))?;
    if last.is_none() && !force {
        // Nothing is known of which the first listing could not have said something.
        session.store().write(|tx| sweep_clocks::set(tx, &name, session.now()))?;
        return Ok(());
    }
    let interval = if stands_still(session, flow)? { INTERVAL_STANDING } else { INTERVAL };
    if !force && !sweeps::is_due(last, interval, session.now()) {
        return Ok(());
    }
    session.progress().event(Event::Sweep { flow, what: "deleted and late records" });
    let started = session.now();
    let absent = if whole {
        session.store().read(|tx| considered::left_out(tx, flow))?
    } else {
        read_identities(session, flow).await?
    };
    settle_absent(session, flow, &absent, Suspicion::Swept { confirmed }).await?;
    session.store().write(|tx| sweep_clocks::set(tx, &name, started))?;
    Ok(())
}

/// The name of the flow's clock.
pub(crate) fn clock(flow: Flow) -> String {
    format!("identities.{}", flow.name())
}

/// Whether the last sweep found so much missing that the flow follows no deletions until somebody did something.
pub(crate) fn stands_still(session: &Session<'_>, flow: Flow) -> Result<bool, RunError> {
    let problems = session.store().read(|tx| failures::flow_problems(tx, Some(flow)))?;
    Ok(problems.iter().any(|problem| [HIDDEN, MASS_DELETION, FATE_UNKNOWN].contains(&problem.code.as_str())))
}

/// Lists all ids, re-reads what is new or has another etag, and returns the stored ids that were not listed.
async fn read_identities(session: &Session<'_>, flow: Flow) -> Result<Vec<BcId>, RunError> {
    let mut listed: HashSet<BcId> = HashSet::new();
    let mut stale: Vec<BcId> = Vec::new();
    for query in super::identities(flow, session.policy().invoices_from) {
        let mut pages = session.company().list(query);
        while let Some(page) = pages.next().await? {
            session.check_stop()?;
            session.store().read(|tx| {
                for row in &page.rows {
                    let Some(id) = row.id() else { continue };
                    listed.insert(id);
                    match sources::identity(tx, flow, id)? {
                        Some(stored) if stored.live && stored.etag.as_deref() == row.etag() => {}
                        _ => stale.push(id),
                    }
                }
                Ok(())
            })?;
        }
    }
    if stale.len() > READ_ONE_BY_ONE {
        listing::read(session, flow, true, None).await?;
    } else {
        for id in stale {
            session.check_stop()?;
            read_one(session, flow, id).await?;
        }
    }
    let known = session.store().read(|tx| sources::live_ids(tx, flow))?;
    let absent: Vec<BcId> = known.into_iter().filter(|id| !listed.contains(id)).collect();
    let back: Vec<BcId> = session.store().read(|tx| sources::missing_ids(tx, flow))?;
    session.store().write(|tx| {
        for id in back.iter().filter(|id| listed.contains(id)) {
            sources::clear_missing(tx, flow, *id)?;
        }
        Ok(())
    })?;
    Ok(absent)
}

/// Reads one record anew and stores what it says.
pub(crate) async fn read_one(session: &Session<'_>, flow: Flow, id: BcId) -> Result<bool, RunError> {
    match session.company().get(super::whole_record(flow), id).await? {
        Lookup::Found(row) => {
            let now = session.now();
            session.store().write(|tx| listing::observe(tx, &session.run_id, flow, &row, now))?;
            Ok(true)
        }
        Lookup::Absent => Ok(false),
    }
}

/// Looks into records of which a notification says that they were deleted. While the flow stands still it proves nothing, and is left to the sweep.
pub(crate) async fn look_into(session: &Session<'_>, flow: Flow, told: &[BcId]) -> Result<(), RunError> {
    if stands_still(session, flow)? {
        return Ok(());
    }
    let known = session.store().read(|tx| {
        let mut known = Vec::new();
        for id in told {
            if sources::identity(tx, flow, *id)?.is_some_and(|source| source.live) {
                known.push(*id);
            }
        }
        Ok(known)
    })?;
    if known.is_empty() { Ok(()) } else { settle_absent(session, flow, &known, Suspicion::Told).await }
}

/// Why records are taken for deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspicion {
    /// A listing of everything was without them; whether a person has said that they are.
    Swept { confirmed: bool },
    /// A notification said so. Those of a day count together: many small ones are a mass deletion too.
    Told,
}

/// Decides what became of the records that were not listed.
async fn settle_absent(
    session: &Session<'_>,
    flow: Flow,
    absent: &[BcId],
    suspicion: Suspicion,
) -> Result<(), RunError> {
    let mut gone: Vec<SourceRow> = Vec::new();
    for id in absent {
        session.check_stop()?;
        // A record that left the listing's scope (an invoice reopened as a draft) is still there, and its new state is stored.
        if !read_one(session, flow, *id).await?
            && let Some(row) = session.store().read(|tx| sources::get(tx, flow, *id))?
        {
            gone.push(row);
        }
    }
    let known = session.store().read(|tx| sources::count(tx, flow))?;
    // A draft is never copied: that it is gone needs no proof, and a posted invoice could give none.
    let (drafts, gone): (Vec<_>, Vec<_>) =
        gone.into_iter().partition(|row| flow == Flow::Invoices && !is_posted(row));
    session.store().write(|tx| drafts.iter().try_for_each(|row| forget(tx, session, row)))?;
    if gone.is_empty() {
        return clear(session, flow, suspicion);
    }
    let (earlier, confirmed) = match suspicion {
        Suspicion::Swept { confirmed } => (0, confirmed),
        Suspicion::Told => {
            let day_ago = session.now().checked_sub(INTERVAL).unwrap_or(Timestamp::MIN);
            (session.store().read(|tx| sources::gone_since(tx, flow, day_ago))?, false)
        }
    };
    let (completed, gone) = match flow {
        Flow::PurchaseOrders => match vanished_orders(session, gone, confirmed).await? {
            Vanished::Told { completed, deleted } => (completed, deleted),
            Vanished::Untold(problem, rows) => return stand_still(session, flow, problem, &rows, known),
        },
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Invoices | Flow::Vendors => (Vec::new(), gone),
    };
    let suspects = gone.iter().chain(&completed).map(|row| row.id);
    if !gone.is_empty() && !canary(session, flow, suspects).await? {
        return stand_still(session, flow, HIDDEN, &gone, known);
    }
    if gone.len() + earlier > mass(known) && !confirmed {
        return stand_still(session, flow, MASS_DELETION, &gone, known);
    }
    let now = session.now();
    session.store().write(|tx| {
        for row in gone.iter().chain(&completed) {
            let written = links::get(tx, flow, row.id)?.is_some();
            let entry = |kind, summary: &str| Entry {
                number: Some(row.number.clone()),
                ..session.entry(flow, row.id, kind, summary, now)
            };
            let is_completed = completed.iter().any(|one| one.id == row.id);
            if flow == Flow::PurchaseOrders && written {
                settle_order(tx, row, is_completed, now)?;
                considered::note(tx, flow, row.id, Disposition::Held)?;
                let summary = if is_completed { ORDER_COMPLETED } else { DELETED };
                audit::append(tx, &entry(AuditKind::Observed, summary))?;
            } else if !written {
                forget(tx, session, row)?;
            } else if flow == Flow::Invoices {
                // A posted document hardly ever goes: it is looked up again in every run, and nothing is flagged.
                sources::mark_missing(tx, flow, row.id, now)?;
                considered::note(tx, flow, row.id, Disposition::Held)?;
                audit::append(tx, &entry(AuditKind::Observed, "no longer visible in Business Central"))?;
            } else {
                sources::mark_gone(tx, flow, row.id, now)?;
                considered::note(tx, flow, row.id, Disposition::Held)?;
                audit::append(tx, &entry(AuditKind::Observed, DELETED))?;
            }
        }
        Ok(())
    })?;
    clear(session, flow, suspicion)
}

/// Stores that an order is gone, and why.
pub(crate) fn settle_order(
    tx: &Tx<'_>,
    row: &SourceRow,
    is_completed: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    if is_completed {
        sources::mark_posted(tx, row.flow, row.id)?;
    } else {
        sources::mark_unposted(tx, row.flow, row.id)?;
    }
    sources::mark_gone(tx, row.flow, row.id, now)
}

/// What became of orders that vanished.
enum Vanished {
    Told {
        completed: Vec<SourceRow>,
        deleted: Vec<SourceRow>,
    },
    /// Nothing can be said of these, for this reason.
    Untold(&'static str, Vec<SourceRow>),
}

/// Tells completed orders from deleted ones. Orders that permissions hide may have been received in part: that they left traces is believed
/// only while another one can be read, or where no other one is known.
async fn vanished_orders(
    session: &Session<'_>,
    gone: Vec<SourceRow>,
    confirmed: bool,
) -> Result<Vanished, RunError> {
    const FLOW: Flow = Flow::PurchaseOrders;
    let suspects: HashSet<BcId> = gone.iter().map(|row| row.id).collect();
    let others = session.store().read(|tx| sources::live_ids(tx, FLOW))?;
    let others = others.iter().any(|id| !suspects.contains(id));
    if others && !canary(session, FLOW, suspects.iter().copied()).await? {
        return Ok(Vanished::Untold(HIDDEN, gone));
    }
    let fates = orders::fates(session, gone.iter().map(|row| row.number.clone())).await?;
    let (completed, rest): (Vec<_>, Vec<_>) =
        gone.into_iter().partition(|row| fates.of(&row.number) == Fate::Completed);
    if !confirmed && rest.iter().any(|row| fates.of(&row.number) == Fate::Unknown) {
        return Ok(Vanished::Untold(FATE_UNKNOWN, rest));
    }
    Ok(Vanished::Told { completed, deleted: rest })
}

/// Forgets a record that was never copied.
fn forget(tx: &Tx<'_>, session: &Session<'_>, row: &SourceRow) -> Result<(), StoreError> {
    let entry = Entry {
        number: Some(row.number.clone()),
        ..session.entry(
            row.flow,
            row.id,
            AuditKind::Observed,
            "gone from Business Central before it was ever copied",
            session.now(),
        )
    };
    sources::remove(tx, row.flow, row.id)?;
    failures::close(tx, row.flow, row.id)?;
    audit::append(tx, &entry)
}

/// How many of so many known records may go at once without a person's word.
pub(crate) fn mass(known: u64) -> usize {
    MASS_MINIMUM.max(usize::try_from(known).unwrap_or(usize::MAX) / 100 * MASS_PERCENT)
}

/// What a sweep of everything found to be in order is so. A look at a few records says nothing of the others.
fn clear(session: &Session<'_>, flow: Flow, suspicion: Suspicion) -> Result<(), RunError> {
    if suspicion == Suspicion::Told {
        return Ok(());
    }
    session.store().write(|tx| {
        failures::clear_flow_problem(tx, flow, HIDDEN)?;
        failures::clear_flow_problem(tx, flow, FATE_UNKNOWN)?;
        failures::clear_flow_problem(tx, flow, MASS_DELETION)
    })?;
    Ok(())
}

fn stand_still(
    session: &Session<'_>,
    flow: Flow,
    code: &str,
    gone: &[SourceRow],
    known: u64,
) -> Result<(), RunError> {
    let some: Vec<&str> = gone.iter().take(5).map(|row| row.number.as_str()).collect();
    let (count, some) = (gone.len(), some.join(", "));
    let name = flow.plural();
    let (message, cure) = if code == FATE_UNKNOWN {
        (
            format!(
                "{count} of {known} {name} are no longer in Business Central ({some}, …), and no posted receipt or invoice can be seen: \
                 whether they were completed or deleted cannot be told. Nothing was flagged."
            ),
            "Let the app read posted purchase receipts and invoices (page Microsoft Entra applications), then sync again. If nothing was ever \
             posted and they were deleted, run `ledgerline reconcile --confirm-deletions`."
                .to_owned(),
        )
    } else if code == HIDDEN {
        (
            format!(
                "{count} of {known} {name} are no longer visible in Business Central ({some}, …), and neither is any other known one: \
                 this looks like a permission that was taken away. Nothing was deleted or flagged."
            ),
            "Give the app its read permission back (D365 READ, page Microsoft Entra applications), then sync again.".to_owned(),
        )
    } else {
        (
            format!("{count} of {known} {name} disappeared from Business Central at once ({some}, …). Nothing was deleted or flagged."),
            "If they really were deleted, run `ledgerline reconcile --confirm-deletions`; if not, check the app's permissions.".to_owned(),
        )
    };
    let problem = FlowProblem { flow, code: code.to_owned(), message, cure, at: session.now() };
    session.store().write(|tx| failures::set_flow_problem(tx, &problem))?;
    Ok(())
}

/// Whether a known record of the same kind can still be read: without one, absence proves nothing.
///
/// Of invoices, only a posted one will do: drafts are another table to Business Central, with permissions of its own.
pub(crate) async fn canary(
    session: &Session<'_>,
    flow: Flow,
    suspects: impl Iterator<Item = BcId>,
) -> Result<bool, RunError> {
    let suspects: HashSet<BcId> = suspects.collect();
    let known = session.store().read(|tx| sources::live_ids(tx, flow))?;
    let mut asked = 0;
    for id in known.into_iter().filter(|id| !suspects.contains(id)) {
        let Some(row) = session.store().read(|tx| sources::get(tx, flow, id))? else { continue };
        if flow == Flow::Invoices && !is_posted(&row) {
            continue;
        }
        if matches!(session.company().get(super::narrow(flow.entity(), &["id"]), id).await?, Lookup::Found(_))
        {
            return Ok(true);
        }
        asked += 1;
        if asked == CANARIES {
            break;
        }
    }
    Ok(false)
}

fn is_posted(row: &SourceRow) -> bool {
    row.posted || serde_json::from_str::<SalesInvoice>(&row.text).is_ok_and(|invoice| !invoice.is_open())
}

/// Looks the invoices up again that were no longer visible; one that is back stops being missing.
pub(crate) async fn look_again(session: &Session<'_>, flow: Flow) -> Result<Vec<SourceRow>, RunError> {
    let missing = session.store().read(|tx| sources::missing_ids(tx, flow))?;
    let mut still = Vec::new();
    for id in missing {
        session.check_stop()?;
        if read_one(session, flow, id).await? {
            session.store().write(|tx| sources::clear_missing(tx, flow, id))?;
        } else if let Some(row) = session.store().read(|tx| sources::get(tx, flow, id))? {
            still.push(row);
        }
    }
    Ok(still)
}

//! Follows the hints that wait.

use std::collections::BTreeSet;

use business_central::{BcId, Entity, Filter, Literal, Lookup, Query};
use jiff::Timestamp;
use zoho_crm::ZohoId;

use super::{Hint, SignalsTaken};
use crate::drift;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::observe::{self, deletions, listing};
use crate::session::Session;
use crate::store::{Store, StoreError, signals, sources};

/// So many hints are taken at a time; the rest is for the next run.
const AT_ONCE: usize = 10_000;

/// So many ids are asked for in one call: addresses have a length.
const IDS_A_CALL: usize = 20;

/// The hints that a run follows.
#[derive(Default)]
pub(crate) struct Inbox {
    hints: Vec<(i64, Hint)>,
    catch_up: bool,
    pub(crate) taken: SignalsTaken,
}

/// What the hints say of one flow, each place once.
#[derive(Default)]
struct Wanted {
    records: BTreeSet<BcId>,
    posted: BTreeSet<BcId>,
    deleted: BTreeSet<BcId>,
    since: Option<Timestamp>,
    everything: bool,
    in_zoho: BTreeSet<ZohoId>,
}

impl Inbox {
    /// Takes up what waits. Hints about flows that do not run are counted and dropped.
    pub(crate) fn open(store: &Store, flows: &[Flow]) -> Result<Self, StoreError> {
        let mut inbox = Self::default();
        let mut dropped = Vec::new();
        for pending in store.read(|tx| signals::waiting(tx, AT_ONCE))? {
            match pending.hint {
                Some(hint) if hint.flow().is_none_or(|flow| flows.contains(&flow)) => {
                    inbox.catch_up |= hint == Hint::CatchUp;
                    inbox.hints.push((pending.place, hint));
                }
                Some(_) | None => dropped.push(pending.place),
            }
        }
        if !dropped.is_empty() {
            tracing::info!(count = dropped.len(), "notifications about flows that do not run were dropped");
            store.write(|tx| signals::forget(tx, &dropped))?;
        }
        inbox.taken = SignalsTaken { followed: inbox.hints.len() as u64, dropped: dropped.len() as u64 };
        Ok(inbox)
    }

    /// Whether everything is to be polled.
    pub(crate) fn catches_up(&self) -> bool {
        self.catch_up
    }

    /// The places of the hints about a flow.
    fn places(&self, flow: Flow) -> Vec<i64> {
        self.hints.iter().filter(|(_, hint)| hint.flow() == Some(flow)).map(|(place, _)| *place).collect()
    }

    /// Reads what the hints say of a flow.
    pub(crate) async fn follow(&self, session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
        if self.places(flow).is_empty() {
            return Ok(());
        }
        let wanted = self.wanted(flow);
        if wanted.everything || wanted.since.is_some() {
            listing::read_since(session, flow, wanted.since).await?;
        }
        let mut records = wanted.records;
        records.extend(invoices_of(session, &wanted.posted).await?);
        read(session, flow, &records).await?;
        if wanted.everything {
            // Deletions are among them.
            deletions::run(session, flow, true, false, false).await?;
        } else if !wanted.deleted.is_empty() {
            let suspects: Vec<BcId> = wanted.deleted.into_iter().collect();
            deletions::look_into(session, flow, &suspects).await?;
        }
        let ids: Vec<ZohoId> = wanted.in_zoho.into_iter().collect();
        drift::check(session, flow, &ids).await
    }

    /// What was said of the flow has been followed.
    pub(crate) fn done(&self, session: &Session<'_>, flow: Flow) -> Result<(), StoreError> {
        let places = self.places(flow);
        session.store().write(|tx| signals::forget(tx, &places))
    }

    /// Every flow has been polled.
    pub(crate) fn caught_up(&self, session: &Session<'_>) -> Result<(), StoreError> {
        let of_all = self.hints.iter().filter(|(_, hint)| hint.flow().is_none());
        let places: Vec<i64> = of_all.map(|(place, _)| *place).collect();
        session.store().write(|tx| signals::forget(tx, &places))
    }

    fn wanted(&self, of: Flow) -> Wanted {
        let mut wanted = Wanted::default();
        for (_, hint) in self.hints.iter().filter(|(_, hint)| hint.flow() == Some(of)) {
            match hint {
                Hint::Record { id, .. } => wanted.records.extend([*id]),
                Hint::Posted { id } => wanted.posted.extend([*id]),
                Hint::Deleted { id, .. } => wanted.deleted.extend([*id]),
                Hint::Changes { since, .. } => {
                    wanted.since = Some(wanted.since.map_or(*since, |known| known.min(*since)));
                }
                Hint::Everything { .. } => wanted.everything = true,
                Hint::InZoho { ids, .. } => wanted.in_zoho.extend(ids.iter().cloned()),
                Hint::CatchUp => {}
            }
        }
        wanted
    }
}

/// Reads these records and takes in what they say. What is not there any more, or never was in scope, brings nothing: that it is gone is for another
/// notification, or the daily sweep, to say.
async fn read(session: &Session<'_>, flow: Flow, ids: &BTreeSet<BcId>) -> Result<(), RunError> {
    let ids: Vec<BcId> = ids.iter().copied().collect();
    for ids in ids.chunks(IDS_A_CALL) {
        session.check_stop()?;
        let wanted: Vec<Literal> = ids.iter().copied().map(Literal::guid).collect();
        let query = observe::by_ids(flow, Filter::any_of("id", &wanted));
        let mut unseen: BTreeSet<BcId> = ids.iter().copied().collect();
        let mut pages = session.company().list(query);
        while let Some(page) = pages.next().await? {
            let now = session.now();
            session.store().write(|tx| {
                for row in &page.rows {
                    listing::observe(tx, &session.run_id, flow, row, now)?;
                }
                Ok(())
            })?;
            unseen.retain(|id| page.rows.iter().all(|row| row.id() != Some(*id)));
        }
        for id in unseen {
            // What left the listing's scope and is known is still there, in another state.
            if session.store().read(|tx| sources::identity(tx, flow, id))?.is_some_and(|known| known.live) {
                deletions::read_one(session, flow, id).await?;
            }
        }
    }
    Ok(())
}

/// The invoices behind posted ones, which have an id of their own there.
async fn invoices_of(session: &Session<'_>, posted: &BTreeSet<BcId>) -> Result<BTreeSet<BcId>, RunError> {
    let mut found = BTreeSet::new();
    for id in posted {
        session.check_stop()?;
        let query = Query::of(Entity::PostedSalesInvoices).select(&["id", "apiId"]);
        if let Lookup::Found(row) = session.company().get(query, *id).await? {
            let row: business_central::PostedSalesInvoice = row.decode()?;
            found.extend(row.api_id);
        }
    }
    Ok(found)
}

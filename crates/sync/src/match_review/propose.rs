//! Computes which records of Business Central may be which records in Zoho, and stores the pairs.

use std::collections::BTreeMap;

use business_central::BcId;
use zoho_crm::ZohoId;

use super::pool::{self, PAGE, Pool};
use crate::apply::decide;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::{Mapped, SkipReason};
use crate::matching::{Candidate, Class, Proposal, Proposals, assign};
use crate::session::Session;
use crate::store::decisions::{self, DecisionKind};
use crate::store::proposals::{self, NewProposal};
use crate::store::sources::{self, SourceRow};
use crate::store::{StoreError, Tx, links};

/// What may be what, by record of Business Central.
type Found = Vec<Proposals<BcId, ZohoId>>;

/// Compares every record of the flow that is not in Zoho yet, and about which nobody decided, with the index, and stores what may be the same.
pub(super) fn run(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    let now = session.now();
    let found = match Pool::load(session, flow)? {
        Some(pool) => compare(session, flow, &pool)?,
        None => Vec::new(),
    };
    let raw: BTreeMap<BcId, Vec<Candidate<ZohoId>>> =
        found.iter().map(|one| (one.record, one.candidates.clone())).collect();
    let assigned = assign(found);
    for chunk in assigned.chunks(PAGE) {
        session.store().write(|tx| {
            for one in chunk {
                let raw = raw.get(&one.record).map(Vec::as_slice).unwrap_or_default();
                for pair in pairs(one, raw) {
                    proposals::put(tx, flow, &pair, now)?;
                }
            }
            Ok(())
        })?;
    }
    session.store().write(|tx| proposals::forget_older(tx, flow, now))?;
    Ok(())
}

fn compare(session: &Session<'_>, flow: Flow, pool: &Pool) -> Result<Found, RunError> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        session.check_stop()?;
        let page = session.store().read(|tx| sources::page(tx, flow, after, PAGE))?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.id);
        let open: Vec<SourceRow> =
            page.into_iter().filter(|row| row.gone.is_none() && row.missing.is_none()).collect();
        let page = session.store().read(|tx| {
            let mut found = Vec::new();
            for row in open {
                if is_settled(tx, flow, row.id)? {
                    continue;
                }
                if let Some(party) = pool::party(tx, flow, &row)? {
                    let candidates = pool.candidates(tx, row.id, &party)?;
                    if !candidates.is_empty() {
                        found.push((row, candidates));
                    }
                }
            }
            Ok(found)
        })?;
        for (row, candidates) in page {
            // What is left alone by rule is not created. That an open invoice is posted is proved only when it is its turn.
            let skipped = match decide::map_source(session, flow, &row) {
                Some(Mapped::Skip(reason)) => reason != SkipReason::NotPosted,
                Some(Mapped::Record(_) | Mapped::Wait(_) | Mapped::Refuse(_)) | None => false,
            };
            if !skipped {
                found.push(Proposals { record: row.id, candidates });
            }
        }
    }
}

/// Whether the record is in Zoho, or it is decided what becomes of it.
fn is_settled(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<bool, StoreError> {
    let decided = decisions::of_record(tx, flow, id)?;
    let settled = decided.iter().any(|decision| match decision.kind {
        DecisionKind::Accept | DecisionKind::Create => true,
        DecisionKind::Reject => false,
    });
    Ok(settled || links::get(tx, flow, id)?.is_some())
}

/// The pairs that are stored for one record: what it is proposed to be, what else it may be, and, where better pairs took all of that, what
/// would be left should those be decided otherwise.
pub(super) fn pairs(one: &Proposal<BcId, ZohoId>, raw: &[Candidate<ZohoId>]) -> Vec<NewProposal> {
    let pair = |candidate: &Candidate<ZohoId>, class: Class, chosen: bool| NewProposal {
        id: one.record,
        zoho_id: candidate.key.clone(),
        class,
        score: candidate.score,
        reasons: candidate.reasons.clone(),
        chosen,
    };
    let mut pairs: Vec<NewProposal> = one.chosen.iter().map(|chosen| pair(chosen, one.class, true)).collect();
    // Where its own choice went to an equal, nothing it may be is better than unclear.
    let most = one.class;
    pairs.extend(one.others.iter().map(|other| pair(other, other.class.min(most), false)));
    for left in raw {
        if pairs.iter().all(|pair| pair.zoho_id != left.key) {
            pairs.push(pair(left, Class::None, false));
        }
    }
    pairs
}

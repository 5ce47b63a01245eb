//! Proves which open invoices are posted. `salesInvoices` mixes drafts and posted documents and does not say which is which.

use std::collections::BTreeSet;

use business_central::{BcId, Entity, Filter, Literal, PostedProof, Query};

use crate::apply::Invoices;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::session::Session;
use crate::store::sources::{self, SourceRow};

/// When more open invoices than this were to be proved in a run, one listing of all posted ones is read instead of asking for each.
const ASK_FOR_EACH: usize = 200;

/// What is known of posted invoices in this run.
#[derive(Default)]
pub(crate) struct Proofs {
    all: Option<PostedProof>,
    asked: usize,
}

/// An open invoice of which it is asked whether it is posted.
pub(crate) struct Unproved {
    pub(crate) id: BcId,
    pub(crate) number: String,
    /// Whether it came from an order.
    pub(crate) from_order: bool,
}

/// Finds the posted ones among `rows` whose status is Open and that have no proof yet, and remembers the proof.
///
/// Where the API of posted invoices is absent, an order number, or a general ledger entry of the invoice's number, is proof enough: both come
/// into being by posting.
pub(crate) async fn prove(
    session: &Session<'_>,
    proofs: &mut Proofs,
    invoices: &Invoices,
    rows: &mut [&mut SourceRow],
) -> Result<(), RunError> {
    let mut unproved = Vec::new();
    for row in rows.iter().filter(|row| !row.posted && row.gone.is_none()) {
        if let Some(invoice) = invoices.get(&row.id)
            && invoice.is_open()
        {
            let from_order = invoice.order_number.is_some();
            unproved.push(Unproved { id: row.id, number: row.number.clone(), from_order });
        }
    }
    let posted = among(session, proofs, &unproved).await?;
    if !posted.is_empty() {
        session
            .store()
            .write(|tx| posted.iter().try_for_each(|id| sources::mark_posted(tx, Flow::Invoices, *id)))?;
    }
    for row in rows {
        row.posted |= posted.contains(&row.id);
    }
    Ok(())
}

/// The posted ones among open invoices; nothing is remembered.
pub(crate) async fn among(
    session: &Session<'_>,
    proofs: &mut Proofs,
    unproved: &[Unproved],
) -> Result<BTreeSet<BcId>, RunError> {
    if unproved.is_empty() {
        return Ok(BTreeSet::new());
    }
    proofs.asked += unproved.len();
    if proofs.asked > ASK_FOR_EACH && proofs.all.is_none() {
        proofs.all = Some(session.company().all_posted_ids().await?);
    }
    let among =
        |ids: &BTreeSet<BcId>| unproved.iter().map(|one| one.id).filter(|id| ids.contains(id)).collect();
    match &proofs.all {
        Some(PostedProof::Ids(ids)) => Ok(among(ids)),
        Some(PostedProof::ApiAbsent) => by_traces(session, unproved).await,
        None => {
            let pairs: Vec<(BcId, String)> =
                unproved.iter().map(|one| (one.id, one.number.clone())).collect();
            match session.company().posted_among(&pairs).await? {
                PostedProof::Ids(ids) => Ok(among(&ids)),
                PostedProof::ApiAbsent => by_traces(session, unproved).await,
            }
        }
    }
}

async fn by_traces(session: &Session<'_>, unproved: &[Unproved]) -> Result<BTreeSet<BcId>, RunError> {
    let mut posted: BTreeSet<BcId> = unproved.iter().filter(|one| one.from_order).map(|one| one.id).collect();
    let rest: Vec<&Unproved> = unproved.iter().filter(|one| !one.from_order).collect();
    for chunk in rest.chunks(20) {
        let numbers: Vec<Literal> = chunk.iter().map(|one| Literal::text(&one.number)).collect();
        let query = Query::of(Entity::GeneralLedgerEntries)
            .select(&["id", "documentNumber", "documentType"])
            .filter(Filter::any_of("documentNumber", &numbers));
        let mut pages = session.company().list(query);
        while let Some(page) = pages.next().await? {
            for row in &page.rows {
                let entry: business_central::GeneralLedgerEntry = row.decode()?;
                let of = |one: &&&Unproved| entry.document_number.as_ref() == Some(&one.number);
                posted.extend(chunk.iter().filter(of).map(|one| one.id));
            }
        }
    }
    Ok(posted)
}

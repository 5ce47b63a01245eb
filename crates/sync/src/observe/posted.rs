//! Proves which open invoices are posted. `salesInvoices` mixes drafts and posted documents and does not say which is which.

use std::collections::BTreeSet;

use business_central::{BcId, Entity, Filter, Literal, PostedProof, Query, SalesInvoice};

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

/// Finds the posted ones among `rows` whose status is Open and that have no proof yet, and remembers the proof.
///
/// Where the API of posted invoices is absent, an order number, or a general ledger entry of the invoice's number, is proof enough: both come
/// into being by posting.
pub(crate) async fn prove(
    session: &Session<'_>,
    proofs: &mut Proofs,
    rows: &mut [SourceRow],
) -> Result<(), RunError> {
    let mut unproved: Vec<(BcId, String, bool)> = Vec::new();
    for row in rows.iter().filter(|row| !row.posted && row.gone.is_none()) {
        if let Ok(invoice) = serde_json::from_str::<SalesInvoice>(&row.text)
            && invoice.is_open()
        {
            unproved.push((row.id, row.number.clone(), invoice.order_number.is_some()));
        }
    }
    if unproved.is_empty() {
        return Ok(());
    }
    proofs.asked += unproved.len();
    if proofs.asked > ASK_FOR_EACH && proofs.all.is_none() {
        proofs.all = Some(session.company().all_posted_ids().await?);
    }
    let pairs: Vec<(BcId, String)> = unproved.iter().map(|(id, number, _)| (*id, number.clone())).collect();
    let posted: BTreeSet<BcId> = match &proofs.all {
        Some(PostedProof::Ids(ids)) => ids.clone(),
        Some(PostedProof::ApiAbsent) => by_traces(session, &unproved).await?,
        None => match session.company().posted_among(&pairs).await? {
            PostedProof::Ids(ids) => ids,
            PostedProof::ApiAbsent => by_traces(session, &unproved).await?,
        },
    };
    session.store().write(|tx| {
        for (id, ..) in &unproved {
            if posted.contains(id) {
                sources::mark_posted(tx, Flow::Invoices, *id)?;
            }
        }
        Ok(())
    })?;
    for row in rows {
        row.posted |= posted.contains(&row.id);
    }
    Ok(())
}

async fn by_traces(
    session: &Session<'_>,
    unproved: &[(BcId, String, bool)],
) -> Result<BTreeSet<BcId>, RunError> {
    let mut posted: BTreeSet<BcId> =
        unproved.iter().filter(|(_, _, from_order)| *from_order).map(|(id, ..)| *id).collect();
    let rest: Vec<_> = unproved.iter().filter(|(id, ..)| !posted.contains(id)).collect();
    for chunk in rest.chunks(20) {
        let numbers: Vec<Literal> = chunk.iter().map(|(_, number, _)| Literal::text(number)).collect();
        let query = Query::of(Entity::GeneralLedgerEntries)
            .select(&["id", "documentNumber", "documentType"])
            .filter(Filter::any_of("documentNumber", &numbers));
        let mut pages = session.company().list(query);
        while let Some(page) = pages.next().await? {
            for row in &page.rows {
                let entry: business_central::GeneralLedgerEntry = row.decode()?;
                let of =
                    |(_, number, _): &&&(BcId, String, bool)| entry.document_number.as_ref() == Some(number);
                posted.extend(chunk.iter().filter(of).map(|(id, ..)| *id));
            }
        }
    }
    Ok(posted)
}

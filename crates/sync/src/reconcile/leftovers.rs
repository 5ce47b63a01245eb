//! Records in Zoho whose source was not among what Business Central listed: each is looked up by its id.
//!
//! What is not listed may be older than the invoices that are copied, be no person any more, or be deleted. Nobody but Business
//! Central can say which: the profile's database may be lost, or wrong.

use std::collections::BTreeMap;

use business_central::{BcId, Filter, Literal, Row};
use exact_json::Map;

use super::finding::{Difference, DifferenceKind, Findings, FlowComparison};
use super::judge::{Judge, WithLines};
use super::notebook::{Copy, Met};
use super::posted::Posted;
use crate::apply::decide;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map;
use crate::observe;
use crate::observe::orders::{self, Fate, Fates};
use crate::policy::OnDelete;

/// So many ids are asked for in one call: addresses have a length.
const IDS_A_CALL: usize = 20;

/// Judges every copy that no listed row was compared with. Returns the invoices whose rows can be compared.
pub(super) async fn settle(
    judge: &Judge<'_, '_>,
    posted: &mut Posted,
    comparison: &mut FlowComparison,
    findings: &mut Findings<'_>,
) -> Result<Vec<WithLines>, RunError> {
    let (session, flow) = (judge.session, judge.flow);
    let mut with_lines = Vec::new();
    let mut after = 0;
    loop {
        session.check_stop()?;
        let copies = judge.side.notes.unmet(flow, after, IDS_A_CALL)?;
        let Some(last) = copies.last() else { return Ok(with_lines) };
        after = last.place;
        let found = look_up(judge, &copies).await?;
        let fates = fates(judge, &copies, &found).await?;
        let open: Vec<&Row> = found.values().collect();
        let proved = posted.among(session, flow, &open).await?;
        for copy in copies {
            let Some(id) = copy.bc_id else {
                let reason = "it has a BC Number and no BC Id";
                extra(judge, &copy, reason, comparison, findings)?;
                continue;
            };
            match found.get(&id) {
                // A second copy of what was just compared is reported with the first.
                Some(_) if !judge.side.notes.list(flow, id)? => {}
                Some(row) => {
                    with_lines.extend(judge.row(id, row, proved.contains(&id), comparison, findings)?);
                }
                None => {
                    let fate = fates.as_ref().map(|fates| fates.of(&copy.number));
                    gone(judge, &copy, fate, comparison, findings)?;
                }
            }
        }
    }
}

/// The rows of the copies that Business Central still has.
async fn look_up(judge: &Judge<'_, '_>, copies: &[Copy]) -> Result<BTreeMap<BcId, Row>, RunError> {
    let ids: Vec<Literal> = copies.iter().filter_map(|copy| copy.bc_id).map(Literal::guid).collect();
    let mut found = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let query = observe::whole_record(judge.flow).filter(Filter::any_of("id", &ids));
    let mut pages = judge.session.company().list(query);
    while let Some(page) = pages.next().await? {
        found.extend(page.rows.into_iter().filter_map(|row| Some((row.id()?, row))));
    }
    Ok(found)
}

/// What became of the orders among the copies that Business Central does not have any more.
async fn fates(
    judge: &Judge<'_, '_>,
    copies: &[Copy],
    found: &BTreeMap<BcId, Row>,
) -> Result<Option<Fates>, RunError> {
    let is_gone = |copy: &&Copy| copy.bc_id.is_some_and(|id| !found.contains_key(&id));
    match judge.flow {
        Flow::PurchaseOrders => {
            let numbers = copies.iter().filter(is_gone).map(|copy| copy.number.clone());
            Ok(Some(orders::fates(judge.session, numbers).await?))
        }
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Invoices | Flow::Vendors => Ok(None),
    }
}

/// A copy whose source Business Central does not show any more: whether Zoho says so as the policy wants it.
fn gone(
    judge: &Judge<'_, '_>,
    copy: &Copy,
    fate: Option<Fate>,
    comparison: &mut FlowComparison,
    findings: &mut Findings<'_>,
) -> Result<(), RunError> {
    let flow = judge.flow;
    judge.side.notes.meet(copy.place, Met::SourceGone)?;
    if flow == Flow::Invoices {
        return extra(judge, copy, "it is no longer visible in Business Central", comparison, findings);
    }
    let same = decide::same(&judge.session.org, flow);
    let says =
        |flag: &Map| flag.iter().all(|(name, want)| same(name, want, judge.columns.value(&copy.held, name)));
    let flag = map::deleted_fields(flow, &judge.session.org);
    let completed = map::completed_fields(&judge.session.org);
    let marked = says(&flag);
    let reason = match judge.session.policy().of(flow).on_delete {
        _ if fate == Some(Fate::Completed) => (!says(&completed)).then_some("it is not marked as completed"),
        _ if fate == Some(Fate::Unknown) => None,
        OnDelete::Leave => None,
        OnDelete::Flag if flag.is_empty() => Some("Zoho has no field that could say so"),
        OnDelete::Flag if marked => None,
        OnDelete::Flag => Some("it is not marked as deleted"),
        OnDelete::Delete => Some("it should have been deleted in Zoho"),
    };
    match reason {
        None => comparison.deleted += 1,
        Some(_) if judge.was_just_changed(copy) => findings.in_motion += 1,
        Some(reason) => {
            let difference = judge.difference(DifferenceKind::DeletedUnmarked, copy.bc_id, &copy.number);
            let zoho_id = Some(copy.zoho_id.to_string());
            findings.add(comparison, Difference { zoho_id, reason: Some(reason.to_owned()), ..difference });
        }
    }
    Ok(())
}

fn extra(
    judge: &Judge<'_, '_>,
    copy: &Copy,
    reason: &str,
    comparison: &mut FlowComparison,
    findings: &mut Findings<'_>,
) -> Result<(), RunError> {
    judge.side.notes.meet(copy.place, Met::Compared)?;
    if judge.was_just_changed(copy) {
        findings.in_motion += 1;
        return Ok(());
    }
    let difference = judge.difference(DifferenceKind::Extra, copy.bc_id, &copy.number);
    let zoho_id = Some(copy.zoho_id.to_string());
    findings.add(comparison, Difference { zoho_id, reason: Some(reason.to_owned()), ..difference });
    Ok(())
}

//! Compares both systems, independently of what the local database believes.
//!
//! Zoho's records with our keys are read anew and noted in a temporary file ([`notebook`]); then Business Central is read page by page and each
//! row is mapped and held against its copy ([`judge`]). What Zoho has beyond that is looked up by id ([`leftovers`]). Who stands for whom is
//! what Zoho's own keys say, whose contact somebody is and what is posted is asked again ([`zoho_side`], [`posted`]). Of this profile only the
//! user's own decisions count: settings, the chosen keys, what is left to people in records that were taken over; and which values Zoho refused when
//! they were written.

mod automatic;
mod finding;
mod judge;
mod leftovers;
mod lines;
mod notebook;
mod posted;
mod sentence;
mod zoho_side;

use business_central::Row;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::automatic::{Cause, Compared, Due};
use self::finding::Findings;
pub use self::finding::{Difference, DifferenceKind, FlowComparison, Hearer, KindFound};
use self::judge::Judge;
use self::notebook::Notebook;
use self::posted::Posted;
pub use self::sentence::{money, usual_decimals};
pub(crate) use self::zoho_side::is_about_size;
use self::zoho_side::{Columns, ZohoSide};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::observe;
use crate::progress::Event;
use crate::report::{Calls, RunReport, is_nought};
use crate::session::Session;
use crate::store::ignored;

/// What a comparison is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReconcileOptions {
    /// Only compares; else every sweep runs and due failures are tried again before.
    pub check_only: bool,
    /// A person has looked at a mass deletion and means it.
    pub confirm_deletions: bool,
    /// Compares invoices row by row as well, at one credit an invoice.
    pub lines: bool,
}

/// A flow that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotCompared {
    /// The flow.
    pub flow: Flow,
    /// Why.
    pub reason: String,
}

/// The comparison of both systems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Whether there is no difference at all.
    pub agrees: bool,
    /// The result in one sentence.
    pub sentence: String,
    /// When the comparison began.
    pub compared_at: Timestamp,
    /// The company that was read.
    pub company: String,
    /// The Zoho org that was read.
    pub zoho_org: String,
    /// One for every flow that the org allows.
    pub flows: Vec<FlowComparison>,
    /// How often each kind of difference was found, and what to do about it.
    pub kinds: Vec<KindFound>,
    /// The first thousand differences.
    pub differences: Vec<Difference>,
    /// Whether there are more than are listed.
    pub truncated: bool,
    /// Records that somebody changed while they were compared; they are left to the next comparison.
    pub in_motion: u64,
    /// How many of the differences are of records that a person has said are left alone.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub ignored: u64,
    /// Flows that were left out.
    pub not_compared: Vec<NotCompared>,
    /// Whether invoices were compared row by row.
    pub lines_compared: bool,
    /// Calls that the comparison made.
    pub calls: Calls,
    /// Zoho API credits that the comparison cost.
    pub zoho_credits: u64,
    /// The run that went before, unless only a comparison was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunReport>,
}

/// Reads both sides whole and compares record by record, field by field. Calls and credits are for the caller to add.
pub(crate) async fn compare(
    session: &Session<'_>,
    lines: bool,
    hearer: &mut Hearer<'_>,
) -> Result<Reconciliation, RunError> {
    let notes = Notebook::open()?;
    let mut side = ZohoSide::new(&notes);
    let left_alone = session.store().read(ignored::records)?;
    let mut findings = Findings::new(hearer, left_alone);
    let mut flows = Vec::new();
    let mut not_compared = Vec::new();
    for flow in Flow::ALL.into_iter().filter(|flow| session.policy().flows.contains(flow)) {
        if let Err(problem) = session.org.gate(flow) {
            not_compared.push(NotCompared { flow, reason: problem.message });
            continue;
        }
        session.progress().event(Event::Comparing { flow });
        flows.push(compare_flow(session, flow, lines, &mut side, &mut findings).await?);
    }
    let gated: Vec<Flow> = not_compared.iter().map(|left| left.flow).collect();
    let told = sentence::Told {
        flows: &flows,
        kinds: &findings.kinds,
        not_compared: &gated,
        in_motion: findings.in_motion,
        ignored: findings.ignored,
    };
    let sentence = sentence::sentence(&told, &|currency| session.facts.decimals(currency));
    let kind = |(kind, count): (&DifferenceKind, &u64)| KindFound {
        kind: *kind,
        count: *count,
        cure: kind.cure().to_owned(),
    };
    Ok(Reconciliation {
        agrees: findings.kinds.is_empty(),
        sentence,
        compared_at: session.started(),
        company: session.company_name.clone(),
        zoho_org: session.org.zgid.clone(),
        kinds: findings.kinds.iter().map(kind).collect(),
        truncated: findings.truncated(),
        in_motion: findings.in_motion,
        ignored: findings.ignored,
        differences: findings.listed,
        flows,
        not_compared,
        lines_compared: lines,
        calls: Calls::default(),
        zoho_credits: 0,
        run: None,
    })
}

async fn compare_flow(
    session: &Session<'_>,
    flow: Flow,
    lines: bool,
    side: &mut ZohoSide<'_>,
    findings: &mut Findings<'_>,
) -> Result<FlowComparison, RunError> {
    let mut comparison = FlowComparison::new(flow);
    let columns = Columns::of(session, flow)?;
    side.read(session, flow, &columns).await?;
    if flow == Flow::Contacts {
        read_ties(session, side.notes).await?;
    }
    let remaining_field = Judge::remaining_field(session, flow);
    let judge = Judge { session, flow, columns: &columns, side, remaining_field, lines };
    let mut posted = Posted::default();
    let mut rows_read = 0;
    for query in observe::listings(flow, None, session.policy().invoices_from) {
        let mut pages = session.company().list(query);
        while let Some(page) = pages.next().await? {
            session.check_stop()?;
            let rows: Vec<&Row> = page.rows.iter().collect();
            let proved = posted.among(session, flow, &rows).await?;
            let mut with_lines = Vec::new();
            side.notes.begin()?;
            for row in rows {
                if let Some(id) = row.id()
                    && side.notes.list(flow, id)?
                {
                    let posted = proved.contains(&id);
                    with_lines.extend(judge.row(id, row, posted, &mut comparison, findings)?);
                }
            }
            side.notes.end()?;
            lines::compare(&judge, &with_lines, &mut comparison, findings).await?;
            rows_read += page.rows.len() as u64;
            session.progress().event(Event::Read { flow, rows: rows_read });
        }
    }
    let with_lines = leftovers::settle(&judge, &mut posted, &mut comparison, findings).await?;
    lines::compare(&judge, &with_lines, &mut comparison, findings).await?;
    comparison.zoho = side.notes.count(flow)?.saturating_sub(comparison.deleted);
    Ok(comparison)
}

/// Reads whose contact each company contact is.
async fn read_ties(session: &Session<'_>, notes: &Notebook) -> Result<(), RunError> {
    let mut pages = session.company().list(observe::ties::everybody());
    while let Some(page) = pages.next().await? {
        session.check_stop()?;
        notes.begin()?;
        for row in &page.rows {
            for (contact, customer) in observe::ties::of_row(row)? {
                notes.tie(&contact, customer)?;
            }
        }
        notes.end()?;
    }
    Ok(())
}

//! Whether a flow may create records: decided once, before its first write in this profile, and stored.
//!
//! It closes only where a record in Zoho without our key may be one of the flow's records. What people add to Zoho later never closes it: by
//! then each record that is to be created is looked at by itself.

use jiff::Timestamp;
use serde::Serialize;

use super::{OURSELVES, propose, reader};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::failures::{self, FlowProblem};
use crate::store::match_gate::{self, Gate, GateState};
use crate::store::{Store, StoreError, Tx, audit, keyless, links, proposals};

/// The code of the flow problem of a closed gate, and of the records that wait behind it.
pub const GATE_PROBLEM: &str = "match_review_needed";

/// What to do about a closed gate.
pub(super) const CURE: &str = "Run `ledgerline match`, decide about what it lists, and sync again; scripts say `ledgerline match --accept certain --create-rest`.";

/// Decides the gate where Zoho holds nothing that could be compared, and says whether it is open: then nothing has to be known of Business
/// Central's other records before one is created.
pub(crate) async fn nothing_to_match(session: &Session<'_>, flow: Flow) -> Result<bool, RunError> {
    if let Some(gate) = session.store().read(|tx| match_gate::get(tx, flow))? {
        return Ok(gate.state.is_open());
    }
    if session.store().read(|tx| links::any(tx, flow))? {
        // An older version wrote it, or the database was lost and all of it was found by its key.
        settle(session, flow, GateState::WrittenBefore)?;
        return Ok(true);
    }
    reader::refresh(session, flow).await?;
    if session.store().read(|tx| keyless::any(tx, flow))? {
        return Ok(false);
    }
    settle(session, flow, GateState::NothingToMatch)?;
    Ok(true)
}

/// How the gate stands; decides it where it is not decided yet, for which the flow's listing must be stored.
pub(super) async fn decide(session: &Session<'_>, flow: Flow) -> Result<GateState, RunError> {
    let known = |tx: &Tx<'_>| match_gate::get(tx, flow);
    if !nothing_to_match(session, flow).await? && session.store().read(known)?.is_none() {
        propose::run(session, flow)?;
        decide_from_proposals(session, flow).await?;
    }
    let state = session.store().read(known)?.map_or(GateState::Closed, |gate| gate.state);
    if state == GateState::Closed {
        let now = session.now();
        session.store().write(|tx| show(tx, flow, now))?;
    }
    Ok(state)
}

/// Decides the gate from the pairs that are stored.
pub(super) async fn decide_from_proposals(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    if nothing_to_match(session, flow).await?
        || session.store().read(|tx| match_gate::get(tx, flow))?.is_some()
    {
        return Ok(());
    }
    let state = match session.store().read(|tx| proposals::undecided(tx, flow))? {
        0 => GateState::NothingToMatch,
        _ => GateState::Closed,
    };
    settle(session, flow, state)
}

fn settle(session: &Session<'_>, flow: Flow, state: GateState) -> Result<(), RunError> {
    let now = session.now();
    let run = Some(session.run_id.clone());
    session.store().write(|tx| set(tx, flow, state, OURSELVES, run, now))?;
    Ok(())
}

/// Stores how the gate stands, with its audit entry, and what is to be shown of it.
pub(super) fn set(
    tx: &Tx<'_>,
    flow: Flow,
    state: GateState,
    who: &str,
    run: Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match_gate::set(tx, flow, &Gate { state, who: who.to_owned(), at: now })?;
    let summary = match state {
        GateState::NothingToMatch => {
            "match review: nothing in Zoho without our key may be one of these records"
        }
        GateState::WrittenBefore => "match review: records were copied before there was one",
        GateState::Closed => {
            "match review: nothing is created until somebody has decided about records that may be in Zoho already"
        }
        GateState::Reviewed => "match review: everything is decided, records may be created",
    };
    let entry = Entry {
        seq: 0,
        at: now,
        run,
        flow: Some(flow),
        id: None,
        number: None,
        kind: AuditKind::Decision,
        summary: format!("{summary} ({who})"),
        before: None,
        after: None,
        zoho_id: None,
    };
    audit::append(tx, &entry)?;
    if state.is_open() { failures::clear_flow_problem(tx, flow, GATE_PROBLEM) } else { show(tx, flow, now) }
}

/// Says that the flow waits for a person.
fn show(tx: &Tx<'_>, flow: Flow, now: Timestamp) -> Result<(), StoreError> {
    let open = proposals::undecided(tx, flow)?;
    let subject = match open {
        1 => format!("1 of Business Central's {} may already be in Zoho", flow.plural()),
        _ => format!("{open} of Business Central's {} may already be in Zoho", flow.plural()),
    };
    let problem = FlowProblem {
        flow,
        code: GATE_PROBLEM.to_owned(),
        message: format!(
            "{subject}, without our key. None of the {} is created until somebody has decided.",
            flow.plural()
        ),
        cure: CURE.to_owned(),
        at: now,
    };
    failures::set_flow_problem(tx, &problem)
}

/// Opens a closed gate behind which nothing is undecided any more, and closes one again whose decisions were taken back before anything
/// was written.
pub(super) fn follow(tx: &Tx<'_>, flow: Flow, who: &str, now: Timestamp) -> Result<(), StoreError> {
    let Some(gate) = match_gate::get(tx, flow)? else { return Ok(()) };
    let open = proposals::undecided(tx, flow)?;
    match gate.state {
        GateState::Closed if open == 0 => set(tx, flow, GateState::Reviewed, who, None, now),
        GateState::Closed => show(tx, flow, now),
        GateState::Reviewed if open > 0 && links::count(tx, flow)? == 0 => {
            set(tx, flow, GateState::Closed, who, None, now)
        }
        GateState::Reviewed | GateState::NothingToMatch | GateState::WrittenBefore => Ok(()),
    }
}

/// The gate of one flow, for showing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowGate {
    /// The flow.
    pub flow: Flow,
    /// Its gate; none before it is decided.
    pub gate: Option<Gate>,
    /// Records of Business Central about which nobody has decided.
    pub undecided: u64,
}

/// The gates of all flows.
///
/// # Errors
/// When the database fails.
pub fn gates(store: &Store) -> Result<Vec<FlowGate>, StoreError> {
    store.read(|tx| {
        let each = Flow::ALL.into_iter().map(|flow| {
            Ok(FlowGate {
                flow,
                gate: match_gate::get(tx, flow)?,
                undecided: proposals::undecided(tx, flow)?,
            })
        });
        each.collect()
    })
}

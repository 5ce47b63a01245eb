//! The review as a person starts it: reads what is needed of both sides, computes what may be the same, and decides what was asked for.

use serde::Serialize;

use super::decide::{self, By, Count, DecideError};
use super::{gate, propose, reader};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::matching::Class;
use crate::observe::{listing, ties};
use crate::progress::Event;
use crate::session::Session;
use crate::store::match_gate::{self, Gate, GateState};
use crate::store::{considered, keyless, proposals, sources};

/// What a review does beside looking.
#[derive(Clone, Debug, Default)]
pub struct ReviewOptions {
    /// Only these flows, in any order; `None` for all that are switched on.
    pub flows: Option<Vec<Flow>>,
    /// Accepts what is certain.
    pub accept_certain: bool,
    /// Has everything created about which nothing is decided then.
    pub create_rest: bool,
    /// Who says so.
    pub who: String,
}

/// What reading the records without our key costs, as far as it is known before they are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// The flow.
    pub flow: Flow,
    /// How many records without our key are known.
    pub known: u64,
    /// Whether these are all. Otherwise every 200 more cost one credit.
    pub whole: bool,
}

/// How one flow stands after a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowReview {
    /// The flow.
    pub flow: Flow,
    /// Records in Zoho without our key.
    pub keyless: u64,
    /// Records of Business Central that are certainly in Zoho, and about which nobody has decided.
    pub certain: u64,
    /// Likewise, likely.
    pub likely: u64,
    /// Likewise, unclear.
    pub unclear: u64,
    /// Whether records may be created; none where that cannot be decided yet.
    pub gate: Option<Gate>,
    /// What this review decided.
    pub decided: Count,
    /// Why the flow was not reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// A review of several flows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reviewed {
    /// By flow, in the order of dependence.
    pub flows: Vec<FlowReview>,
    /// Zoho API credits that it cost.
    pub zoho_credits: u64,
}

impl Reviewed {
    /// How many records of Business Central wait for a decision.
    #[must_use]
    pub fn undecided(&self) -> u64 {
        self.flows.iter().map(|flow| flow.certain + flow.likely + flow.unclear).sum()
    }
}

/// Looks how much there is to read, by reading the beginning: one credit a flow that was never read.
pub(crate) async fn forecast(session: &Session<'_>, flows: &[Flow]) -> Result<Vec<Forecast>, RunError> {
    let mut found = Vec::new();
    for flow in flows.iter().copied().filter(|flow| session.org.gate(*flow).is_ok()) {
        reader::begin(session, flow).await?;
        let (known, reading) =
            session.store().read(|tx| Ok((keyless::count(tx, flow)?, keyless::reading(tx, flow)?)))?;
        found.push(Forecast { flow, known, whole: reading.is_some_and(|reading| reading.whole) });
    }
    Ok(found)
}

/// Reviews the flows in the order of dependence: persons are looked for within the accounts that were accepted before.
pub(crate) async fn run(
    session: &Session<'_>,
    flows: &[Flow],
    options: &ReviewOptions,
) -> Result<Vec<FlowReview>, RunError> {
    session.store().write(considered::begin)?;
    let mut reviewed = Vec::new();
    for flow in flows.iter().copied() {
        session.check_stop()?;
        let mut one = FlowReview {
            flow,
            keyless: 0,
            certain: 0,
            likely: 0,
            unclear: 0,
            gate: None,
            decided: Count::default(),
            left_out: session.org.gate(flow).err().map(|problem| problem.message),
        };
        if one.left_out.is_none() {
            session.progress().event(Event::Matching { flow });
            refresh(session, flow).await?;
            one.decided = decide(session, flow, options)?;
        }
        session.store().read(|tx| {
            one.keyless = keyless::count(tx, flow)?;
            one.certain = proposals::undecided_of(tx, flow, Class::Certain)?;
            one.likely = proposals::undecided_of(tx, flow, Class::Likely)?;
            one.unclear = proposals::undecided_of(tx, flow, Class::Unclear)?;
            one.gate = match_gate::get(tx, flow)?;
            Ok(())
        })?;
        reviewed.push(one);
    }
    Ok(reviewed)
}

/// Brings the proposals of a flow up to date, and decides its gate where that can be done.
async fn refresh(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    reader::refresh(session, flow).await?;
    if session.store().read(|tx| keyless::any(tx, flow))? {
        listing::read(session, flow, false, None).await?;
        if flow == Flow::Contacts {
            let changed =
                session.store().read(|tx| sources::changed_since(tx, Flow::Customers, session.started()))?;
            ties::refresh(session, &changed).await?;
        }
    }
    propose::run(session, flow)?;
    let (gate, undecided, waits) = session.store().read(|tx| {
        let mut waits = false;
        for needed in flow.needs() {
            waits |= match_gate::get(tx, *needed)?.is_none_or(|gate| gate.state == GateState::Closed);
        }
        Ok((match_gate::get(tx, flow)?, proposals::undecided(tx, flow)?, waits))
    })?;
    // What belongs to an account cannot be looked for before it is known which account that is.
    if gate.is_none() && (undecided > 0 || !waits) {
        gate::decide_from_proposals(session, flow).await?;
    }
    Ok(())
}

fn decide(session: &Session<'_>, flow: Flow, options: &ReviewOptions) -> Result<Count, RunError> {
    let by = By { who: &options.who, at: session.now() };
    let mut count = Count::default();
    let refused = |error: DecideError| match error {
        DecideError::Store(error) => RunError::Store(error),
        other => RunError::refused(other.code(), other.to_string(), other.cure()),
    };
    if options.accept_certain {
        count = count.and(decide::accept_certain(session.store(), flow, by).map_err(refused)?);
    }
    if options.create_rest {
        count = count.and(decide::create_rest(session.store(), flow, by).map_err(refused)?);
    }
    session.store().write(|tx| gate::follow(tx, flow, by.who, by.at))?;
    Ok(count)
}

//! What people decide about pairs: stored with who and when, each with an audit entry, all of one call or nothing.

use std::collections::BTreeSet;

use business_central::BcId;
use jiff::Timestamp;
use serde::Serialize;
use zoho_crm::ZohoId;

use super::gate;
use crate::flow::Flow;
use crate::matching::Class;
use crate::store::audit::{AuditKind, Entry};
use crate::store::decisions::{self, Decision, DecisionKind};
use crate::store::proposals::{self, StoredProposal};
use crate::store::{Store, StoreError, Tx, audit, links, sources};

/// Who decides, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// The person's name.
    pub who: &'a str,
    /// When.
    pub at: Timestamp,
}

/// How much was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Pairs that are the same.
    pub accepted: u64,
    /// Pairs that are not the same.
    pub rejected: u64,
    /// Records that are to be created.
    pub created: u64,
    /// Decisions that were taken back.
    pub undone: u64,
}

impl Count {
    /// Whether nothing was decided.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            rejected: self.rejected + other.rejected,
            created: self.created + other.created,
            undone: self.undone + other.undone,
        }
    }
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such pair.
    #[error("there is no proposal {0}")]
    Unknown(i64),
    /// The record was written meanwhile.
    #[error(
        "proposal {proposal}: {flow} {number} is in Zoho already as the record {zoho_id}; what is written cannot be decided again"
    )]
    Written {
        /// The pair.
        proposal: i64,
        /// The flow.
        flow: Flow,
        /// The record's number.
        number: String,
        /// What stands for it in Zoho.
        zoho_id: ZohoId,
    },
    /// The record in Zoho stands for another.
    #[error(
        "proposal {proposal}: the record {zoho_id} in Zoho is given to {flow} {holder} already; one record cannot stand for two"
    )]
    Taken {
        /// The pair.
        proposal: i64,
        /// The flow.
        flow: Flow,
        /// The record in Zoho.
        zoho_id: ZohoId,
        /// The number of the record that it stands for.
        holder: String,
    },
    /// Two choices of one call contradict each other.
    #[error("proposal {0} contradicts another choice of the same call")]
    Contradiction(i64),
    /// Nothing was decided that could be taken back.
    #[error("nothing was decided about proposal {0}")]
    Undecided(i64),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DecideError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "match_unknown_proposal",
            Self::Written { .. } => "match_already_written",
            Self::Taken { .. } => "match_record_taken",
            Self::Contradiction(_) => "match_contradiction",
            Self::Undecided(_) => "match_nothing_decided",
            Self::Store(error) => error.code(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Unknown(_) => "`ledgerline match` lists the proposals with their numbers.".to_owned(),
            Self::Written { .. } => {
                "To part the two, clear BC Number and BC Id of that record in Zoho by hand.".to_owned()
            }
            Self::Taken { .. } => {
                "`ledgerline match --decided` shows to whom; take that back with --undo first.".to_owned()
            }
            Self::Contradiction(_) => {
                "Choose one: a record of Business Central is one record in Zoho or is created, never both."
                    .to_owned()
            }
            Self::Undecided(_) => "`ledgerline match --decided` lists what was decided.".to_owned(),
            Self::Store(error) => error.cure(),
        }
    }
}

/// Stores choices about pairs; all of them or, where one cannot be, none.
///
/// # Errors
/// When a choice cannot be, or the database fails.
pub fn choose(store: &Store, choices: &[(i64, DecisionKind)], by: By<'_>) -> Result<Count, DecideError> {
    whole(store, |tx| {
        let mut count = Count::default();
        let mut flows = BTreeSet::new();
        let (mut given, mut taken) = (BTreeSet::new(), BTreeSet::new());
        for (number, kind) in choices {
            let proposal = proposals::get(tx, *number)?.ok_or(DecideError::Unknown(*number))?;
            let (flow, id) = (proposal.flow, proposal.pair.id);
            let fresh = match kind {
                DecisionKind::Accept => {
                    given.insert((flow, id)) && taken.insert((flow, proposal.pair.zoho_id.clone()))
                }
                // To create it says nothing about one pair in particular: it may stand beside every one.
                DecisionKind::Create => !given.contains(&(flow, id)) || is_created(tx, flow, id)?,
                DecisionKind::Reject => !taken.contains(&(flow, proposal.pair.zoho_id.clone())),
            };
            if !fresh {
                return Err(DecideError::Contradiction(*number));
            }
            given.extend((*kind == DecisionKind::Create).then_some((flow, id)));
            one(tx, &proposal, *kind, by)?;
            match kind {
                DecisionKind::Accept => count.accepted += 1,
                DecisionKind::Reject => count.rejected += 1,
                DecisionKind::Create => count.created += 1,
            }
            flows.insert(flow);
        }
        follow(tx, &flows, by)?;
        Ok(count)
    })
}

/// Accepts every undecided pair of the flow that is proposed and certain.
///
/// # Errors
/// When the database fails.
pub fn accept_certain(store: &Store, flow: Flow, by: By<'_>) -> Result<Count, DecideError> {
    whole(store, |tx| {
        let mut count = Count::default();
        for proposal in proposals::chosen_of(tx, flow, Class::Certain)? {
            one(tx, &proposal, DecisionKind::Accept, by)?;
            count.accepted += 1;
        }
        follow(tx, &BTreeSet::from([flow]), by)?;
        Ok(count)
    })
}

/// Has every record of the flow created about which nobody decided otherwise.
///
/// # Errors
/// When the database fails.
pub fn create_rest(store: &Store, flow: Flow, by: By<'_>) -> Result<Count, DecideError> {
    whole(store, |tx| {
        let mut count = Count::default();
        for id in proposals::records(tx, flow)? {
            let decided = decisions::of_record(tx, flow, id)?;
            if decided.iter().any(|decision| decision.kind != DecisionKind::Reject) {
                continue;
            }
            let decision = Decision {
                flow,
                id,
                zoho_id: None,
                kind: DecisionKind::Create,
                who: by.who.to_owned(),
                at: by.at,
            };
            put(tx, &decision, None)?;
            count.created += 1;
        }
        follow(tx, &BTreeSet::from([flow]), by)?;
        Ok(count)
    })
}

/// Takes back what was decided about these pairs.
///
/// # Errors
/// When nothing was decided about one of them, its record is written, or the database fails.
pub fn undo(store: &Store, pairs: &[i64], by: By<'_>) -> Result<Count, DecideError> {
    whole(store, |tx| {
        let mut count = Count::default();
        let mut flows = BTreeSet::new();
        for number in pairs {
            let proposal = proposals::get(tx, *number)?.ok_or(DecideError::Unknown(*number))?;
            not_written(tx, &proposal)?;
            let (flow, pair) = (proposal.flow, &proposal.pair);
            let decided = decisions::of_record(tx, flow, pair.id)?;
            let about =
                decided.iter().filter(|d| d.zoho_id.as_ref().is_none_or(|zoho_id| *zoho_id == pair.zoho_id));
            let before = count.undone;
            for decision in about {
                take_back(tx, decision, by)?;
                count.undone += 1;
            }
            if count.undone == before {
                return Err(DecideError::Undecided(*number));
            }
            flows.insert(flow);
        }
        follow(tx, &flows, by)?;
        Ok(count)
    })
}

/// Takes back everything that was decided about records that are not written yet.
///
/// # Errors
/// When the database fails.
pub fn undo_all(store: &Store, flows: &[Flow], by: By<'_>) -> Result<Count, DecideError> {
    whole(store, |tx| {
        let mut count = Count::default();
        for decision in decisions::list(tx, None)? {
            let wanted = flows.contains(&decision.flow);
            if wanted && links::get(tx, decision.flow, decision.id)?.is_none() {
                take_back(tx, &decision, by)?;
                count.undone += 1;
            }
        }
        follow(tx, &flows.iter().copied().collect(), by)?;
        Ok(count)
    })
}

/// Does `work` in one transaction; a refusal undoes all of it.
fn whole<T>(store: &Store, work: impl FnOnce(&Tx<'_>) -> Result<T, DecideError>) -> Result<T, DecideError> {
    let mut refused = None;
    let done = store.write(|tx| {
        work(tx).map_err(|error| match error {
            DecideError::Store(error) => error,
            other => {
                let said = other.to_string();
                refused = Some(other);
                StoreError::Unreadable(said)
            }
        })
    });
    match (done, refused) {
        (Ok(done), _) => Ok(done),
        (Err(_), Some(refused)) => Err(refused),
        (Err(error), None) => Err(error.into()),
    }
}

fn one(tx: &Tx<'_>, proposal: &StoredProposal, kind: DecisionKind, by: By<'_>) -> Result<(), DecideError> {
    not_written(tx, proposal)?;
    let (flow, pair) = (proposal.flow, &proposal.pair);
    if kind == DecisionKind::Accept {
        let taken = |holder: String| DecideError::Taken {
            proposal: proposal.proposal,
            flow,
            zoho_id: pair.zoho_id.clone(),
            holder,
        };
        if let Some(link) = links::by_zoho_id(tx, flow, &pair.zoho_id)? {
            return Err(taken(link.number));
        }
        if let Some(other) = decisions::accepted_for(tx, flow, &pair.zoho_id)?.filter(|d| d.id != pair.id) {
            return Err(taken(number_of(tx, flow, other.id)?));
        }
    }
    if kind != DecisionKind::Reject {
        // Somebody who decides anew means it.
        for earlier in decisions::of_record(tx, flow, pair.id)? {
            if earlier.kind != DecisionKind::Reject {
                decisions::remove(tx, &earlier)?;
            }
        }
    }
    let zoho_id = (kind != DecisionKind::Create).then(|| pair.zoho_id.clone());
    let decision = Decision { flow, id: pair.id, zoho_id, kind, who: by.who.to_owned(), at: by.at };
    put(tx, &decision, Some(proposal))
}

fn is_created(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<bool, StoreError> {
    Ok(decisions::of_record(tx, flow, id)?.iter().any(|decision| decision.kind == DecisionKind::Create))
}

fn not_written(tx: &Tx<'_>, proposal: &StoredProposal) -> Result<(), DecideError> {
    match links::get(tx, proposal.flow, proposal.pair.id)? {
        None => Ok(()),
        Some(link) => Err(DecideError::Written {
            proposal: proposal.proposal,
            flow: proposal.flow,
            number: link.number,
            zoho_id: link.zoho_id,
        }),
    }
}

fn put(tx: &Tx<'_>, decision: &Decision, about: Option<&StoredProposal>) -> Result<(), DecideError> {
    decisions::put(tx, decision)?;
    let why = about.map(|proposal| {
        let reasons: Vec<String> = proposal.pair.reasons.iter().map(ToString::to_string).collect();
        format!(" ({}: {})", proposal.pair.class.name(), reasons.join(", "))
    });
    let what = match decision.kind {
        DecisionKind::Accept => "the record in Zoho is the same",
        DecisionKind::Reject => "the record in Zoho is another",
        DecisionKind::Create => "to be created in Zoho, whatever is there",
    };
    let why = why.filter(|_| decision.kind != DecisionKind::Create).unwrap_or_default();
    entry(tx, decision, format!("{} decided: {what}{why}", decision.who), decision.at)
}

fn take_back(tx: &Tx<'_>, decision: &Decision, by: By<'_>) -> Result<(), DecideError> {
    decisions::remove(tx, decision)?;
    let summary = format!("{} took back: {} (decided by {})", by.who, decision.kind.name(), decision.who);
    entry(tx, decision, summary, by.at)
}

fn entry(tx: &Tx<'_>, decision: &Decision, summary: String, at: Timestamp) -> Result<(), DecideError> {
    let entry = Entry {
        seq: 0,
        at,
        run: None,
        flow: Some(decision.flow),
        id: Some(decision.id),
        number: Some(number_of(tx, decision.flow, decision.id)?),
        kind: AuditKind::Decision,
        summary,
        before: None,
        after: None,
        zoho_id: decision.zoho_id.as_ref().map(ToString::to_string),
    };
    audit::append(tx, &entry)?;
    Ok(())
}

fn number_of(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<String, StoreError> {
    Ok(sources::get(tx, flow, id)?.map_or_else(|| id.to_string(), |source| source.number))
}

fn follow(tx: &Tx<'_>, flows: &BTreeSet<Flow>, by: By<'_>) -> Result<(), DecideError> {
    for flow in flows {
        gate::follow(tx, *flow, by.who, by.at)?;
    }
    Ok(())
}

//! What may be the same, with both sides' values, for people to look at.

use business_central::BcId;
use jiff::Timestamp;
use serde::Serialize;

use crate::flow::Flow;
use crate::map;
use crate::matching::{Class, Party};
use crate::store::decisions::{self, DecisionKind};
use crate::store::proposals::{self, StoredProposal};
use crate::store::{Store, StoreError, Tx, keyless, links, sources};

/// Which records are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The flow.
    pub flow: Flow,
    /// Only records whose best pair is of this class.
    pub class: Option<Class>,
    /// Those about which something was decided, instead of those that wait.
    pub decided: bool,
}

/// A part of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// How many records there are in all.
    pub of: u64,
    /// The records, the surest first.
    pub records: Vec<Record>,
}

/// One record of Business Central, and what it may be in Zoho.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The flow.
    pub flow: Flow,
    /// How sure the best pair is.
    pub class: Class,
    /// Its id in Business Central.
    pub bc_id: BcId,
    /// Its number there.
    pub number: String,
    /// What can be compared of it.
    pub business_central: Party,
    /// What it may be, the proposed pair first.
    pub candidates: Vec<Candidate>,
    /// That it is to be created, where that was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create: Option<Said>,
    /// The record in Zoho that stands for it by now: nothing can be decided any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_as: Option<String>,
}

/// A record in Zoho that may be the one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The number of the pair, for deciding.
    pub proposal: i64,
    /// The record's id in Zoho.
    pub zoho_id: String,
    /// How sure it is.
    pub class: Class,
    /// How alike they are, of a thousand.
    pub score: u16,
    /// What speaks for it and against it, in words.
    pub reasons: Vec<String>,
    /// Whether this is the pair that is proposed.
    pub proposed: bool,
    /// What can be compared of it; nothing where it is not in the index any more.
    pub zoho: Option<Party>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Said>,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// What.
    pub kind: DecisionKind,
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// A part of the list: at most `limit` records behind the first `skip`.
///
/// # Errors
/// When the database fails.
pub fn page(store: &Store, filter: Filter, skip: u64, limit: usize) -> Result<Page, StoreError> {
    store.read(|tx| {
        let (of, ids) = proposals::listed(tx, filter.flow, filter.class, filter.decided, skip, limit)?;
        let records = ids.into_iter().map(|(id, class)| record(tx, filter.flow, id, class));
        Ok(Page { of, records: records.collect::<Result<_, _>>()? })
    })
}

fn record(tx: &Tx<'_>, flow: Flow, id: BcId, class: Class) -> Result<Record, StoreError> {
    let source = sources::get(tx, flow, id)?;
    let party = source.as_ref().and_then(|source| map::source_party(flow, &source.text, None).ok());
    let decided = decisions::of_record(tx, flow, id)?;
    let said = |decision: &decisions::Decision| Said {
        kind: decision.kind,
        who: decision.who.clone(),
        at: decision.at,
    };
    let mut candidates = Vec::new();
    for StoredProposal { proposal, pair, .. } in proposals::of_record(tx, flow, id)? {
        let decision = decided.iter().find(|decision| decision.zoho_id.as_ref() == Some(&pair.zoho_id));
        if pair.class == Class::None && decision.is_none() {
            continue;
        }
        candidates.push(Candidate {
            proposal,
            zoho: keyless::get(tx, flow, &pair.zoho_id)?.map(|record| record.party),
            zoho_id: pair.zoho_id.to_string(),
            class: pair.class,
            score: pair.score,
            reasons: pair.reasons.iter().map(ToString::to_string).collect(),
            proposed: pair.chosen,
            decision: decision.map(said),
        });
    }
    Ok(Record {
        flow,
        class,
        bc_id: id,
        number: source.map(|source| source.number).unwrap_or_default(),
        business_central: party.unwrap_or_default(),
        candidates,
        create: decided.iter().find(|decision| decision.kind == DecisionKind::Create).map(said),
        written_as: links::get(tx, flow, id)?.map(|link| link.zoho_id.to_string()),
    })
}

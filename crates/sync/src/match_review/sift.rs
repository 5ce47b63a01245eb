//! What every create passes: decided ones go their way, what is certainly in Zoho is taken over, what may be is held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use business_central::BcId;
use jiff::Timestamp;
use zoho_crm::ZohoId;

use super::gate::{self, GATE_PROBLEM};
use super::pool::{self, Pool};
use super::reader::{self, Look};
use super::{MAY_EXIST, OURSELVES, propose, takeover};
use crate::apply::{Task, outcome};
use crate::failure::{FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::matching::{Candidate, Class, Proposal, Proposals, assign};
use crate::policy::OnCertain;
use crate::session::Session;
use crate::store::considered::{self, Disposition};
use crate::store::decisions::{self, Decision, DecisionKind};
use crate::store::match_gate::GateState;
use crate::store::{Store, Tx, keyless, links, proposals};

/// How often a page of creates is judged anew because a look found other values than the index had.
const ROUNDS: usize = 4;

/// The review of one flow in one run.
pub(crate) struct Review {
    flow: Flow,
    /// How the gate stands, once it is open: it closes no more.
    open: OnceLock<GateState>,
    pool: Mutex<Loaded>,
    /// When the index was brought up to date, as far as this run knows.
    looked_at: Mutex<Option<Timestamp>>,
    /// Whether anything is decided about records of the flow.
    decided: OnceLock<bool>,
}

/// The index in memory; it is loaded with the first create.
enum Loaded {
    NotYet,
    Empty,
    Pool(Pool),
}

/// What becomes of a page of creates, beside those that are held.
#[derive(Default)]
pub(crate) struct Sifted {
    /// To be created.
    pub(crate) creates: Vec<Task>,
    /// To be written into records that stand in Zoho already.
    pub(crate) taken_over: Vec<Task>,
    /// Some of those to be created carry our key in Zoho already: creating must look.
    pub(crate) look: bool,
}

impl Review {
    pub(crate) fn of(flow: Flow) -> Self {
        Self {
            flow,
            open: OnceLock::new(),
            pool: Mutex::new(Loaded::NotYet),
            looked_at: Mutex::default(),
            decided: OnceLock::new(),
        }
    }

    /// Sorts the creates of a page. `keyed` says whether the module may hold records with our key.
    pub(crate) async fn sift(
        &self,
        session: &Session<'_>,
        fingerprint: &str,
        tasks: Vec<Task>,
        keyed: bool,
    ) -> Result<Sifted, RunError> {
        let flow = self.flow;
        let mut sifted = Sifted::default();
        if tasks.is_empty() {
            return Ok(sifted);
        }
        let gate = match self.open.get() {
            Some(open) => *open,
            None => gate::decide(session, flow).await?,
        };
        if gate.is_open() {
            // Another task may have been first.
            let _ = self.open.set(gate);
        }
        self.refresh(session).await?;
        let mut accepted = Vec::new();
        let mut open = Vec::new();
        let mut decisions = self.decisions(session, &tasks).await?;
        for task in tasks {
            let decided = decisions.remove(&task.source.id).unwrap_or_default();
            let kind = |kind| decided.iter().find(|decision| decision.kind == kind);
            if let Some(accept) = kind(DecisionKind::Accept) {
                accepted.push((task, accept.clone()));
            } else if gate == GateState::Closed {
                let trouble = behind_the_gate(flow, &task);
                hold(session, flow, fingerprint, &task, &trouble)?;
            } else if kind(DecisionKind::Create).is_some() {
                sifted.creates.push(task);
            } else {
                open.push(task);
            }
        }
        let mut looks = BTreeMap::new();
        self.judge(session, fingerprint, open, &mut looks, &mut accepted, &mut sifted).await?;
        takeover::run(session, flow, fingerprint, accepted, &mut looks, keyed, &mut sifted).await?;
        Ok(sifted)
    }

    /// Brings the index up to date where that is due.
    async fn refresh(&self, session: &Session<'_>) -> Result<(), RunError> {
        let looked_at = *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if !looked_at.is_some_and(|looked_at| reader::is_fresh(session, looked_at)) {
            let refreshed = reader::refresh(session, self.flow).await?;
            if refreshed.read {
                *self.loaded() = Loaded::NotYet;
            }
            *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(refreshed.looked_at);
        }
        Ok(())
    }

    /// What was decided about the tasks. While a run goes on nobody but itself decides, and about a record only once.
    async fn decisions(
        &self,
        session: &Session<'_>,
        tasks: &[Task],
    ) -> Result<BTreeMap<BcId, Vec<Decision>>, RunError> {
        let flow = self.flow;
        let any = match self.decided.get() {
            Some(any) => *any,
            None => session.store().read(|tx| decisions::any(tx, flow))?,
        };
        if !*self.decided.get_or_init(|| any) {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<BcId> = tasks.iter().map(|task| task.source.id).collect();
        let read = move |store: &Store| {
            let of = |tx: &Tx<'_>, id: BcId| Ok((id, decisions::of_record(tx, flow, id)?));
            store.read(|tx| ids.into_iter().map(|id| of(tx, id)).collect())
        };
        Ok(session.beside(read).await?)
    }

    /// What was written is in the index no more.
    pub(crate) fn settle(&self, session: &Session<'_>, ids: &[(BcId, ZohoId)]) -> Result<(), RunError> {
        if ids.is_empty() {
            return Ok(());
        }
        let flow = self.flow;
        let written = session.store().write_soon(|tx| {
            let mut written = Vec::new();
            for (id, zoho_id) in ids {
                if links::get(tx, flow, *id)?.is_some_and(|link| link.zoho_id == *zoho_id) {
                    keyless::remove(tx, flow, zoho_id)?;
                    written.push(zoho_id);
                }
            }
            Ok(written)
        })?;
        if let Loaded::Pool(pool) = &mut *self.loaded() {
            written.into_iter().for_each(|zoho_id| pool.update(zoho_id, None));
        }
        Ok(())
    }

    /// Judges the creates about which nobody decided. Whatever is concluded from a record in Zoho, the record was looked at first.
    async fn judge(
        &self,
        session: &Session<'_>,
        fingerprint: &str,
        open: Vec<Task>,
        looks: &mut BTreeMap<ZohoId, Look>,
        accepted: &mut Vec<(Task, Decision)>,
        sifted: &mut Sifted,
    ) -> Result<(), RunError> {
        let flow = self.flow;
        let mut assigned = self.compare(session, &open)?;
        for _ in 0..ROUNDS {
            let unseen: BTreeSet<ZohoId> = open
                .iter()
                .filter_map(|task| Some((task, assigned.get(&task.source.id)?)))
                .filter(|(task, proposal)| !is_held_for(task, &may_exist(session, flow, task, proposal)))
                .flat_map(|(_, proposal)| proposal.chosen.iter().chain(&proposal.others))
                .map(|candidate| candidate.key.clone())
                .filter(|zoho_id| !looks.contains_key(zoho_id))
                .collect();
            if unseen.is_empty() {
                break;
            }
            let unseen: Vec<ZohoId> = unseen.into_iter().collect();
            let found = reader::look(session, flow, &unseen).await?;
            if let Loaded::Pool(pool) = &mut *self.loaded() {
                for (zoho_id, look) in &found {
                    let party = match look {
                        Look::Keyless { party, .. } => Some(&**party),
                        Look::Keyed { .. } | Look::Gone => None,
                    };
                    pool.update(zoho_id, party);
                }
            }
            looks.extend(found);
            assigned = self.compare(session, &open)?;
        }
        for task in open {
            let Some(proposal) = assigned.remove(&task.source.id).filter(|found| found.class > Class::None)
            else {
                sifted.creates.push(task);
                continue;
            };
            let certain = proposal.chosen.as_ref().filter(|chosen| {
                chosen.class == Class::Certain
                    && session.policy().match_certain == OnCertain::Adopt
                    && looks.contains_key(&chosen.key)
            });
            self.remember(session, &proposal)?;
            if let Some(chosen) = certain {
                let decision = Decision {
                    flow,
                    id: task.source.id,
                    zoho_id: Some(chosen.key.clone()),
                    kind: DecisionKind::Accept,
                    who: OURSELVES.to_owned(),
                    at: session.now(),
                };
                session.store().write(|tx| decisions::put(tx, &decision))?;
                accepted.push((task, decision));
            } else {
                hold(session, flow, fingerprint, &task, &may_exist(session, flow, &task, &proposal))?;
            }
        }
        Ok(())
    }

    /// What the tasks may be, by record. Empty where nothing can be compared.
    fn compare(
        &self,
        session: &Session<'_>,
        tasks: &[Task],
    ) -> Result<BTreeMap<BcId, Proposal<BcId, ZohoId>>, RunError> {
        let flow = self.flow;
        if tasks.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut loaded = self.loaded();
        if matches!(*loaded, Loaded::NotYet) {
            *loaded = Pool::load(session, flow)?.map_or(Loaded::Empty, Loaded::Pool);
        }
        let Loaded::Pool(pool) = &*loaded else { return Ok(BTreeMap::new()) };
        let found = session.store().read(|tx| {
            let mut found = Vec::new();
            for task in tasks {
                let Some(party) = pool::party(tx, flow, &task.source)? else { continue };
                let candidates = pool.candidates(tx, task.source.id, &party)?;
                if !candidates.is_empty() {
                    found.push(Proposals { record: task.source.id, candidates });
                }
            }
            Ok(found)
        })?;
        Ok(assign(found).into_iter().map(|proposal| (proposal.record, proposal)).collect())
    }

    /// Stores what a record may be, for `match` to show.
    fn remember(&self, session: &Session<'_>, proposal: &Proposal<BcId, ZohoId>) -> Result<(), RunError> {
        let now = session.now();
        session.store().write_soon(|tx| {
            proposals::forget_of(tx, self.flow, proposal.record)?;
            for pair in propose::pairs(proposal, &[]) {
                proposals::put(tx, self.flow, &pair, now)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn loaded(&self) -> std::sync::MutexGuard<'_, Loaded> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn behind_the_gate(flow: Flow, task: &Task) -> Trouble {
    Trouble {
        waits_for: Some((flow, "match review".to_owned())),
        ..Trouble::new(
            FailureClass::Conflict,
            GATE_PROBLEM,
            format!(
                "{flow} {} is not created yet: records of the flow may be in Zoho already, and nobody has decided.",
                task.source.number
            ),
            gate::CURE,
        )
    }
}

/// The record may be in Zoho already: says which records it may be, and why.
fn may_exist(session: &Session<'_>, flow: Flow, task: &Task, proposal: &Proposal<BcId, ZohoId>) -> Trouble {
    let name = |zoho_id: &ZohoId| {
        let known = session.store().read(|tx| keyless::get(tx, flow, zoho_id)).ok().flatten();
        known.map(|record| record.party.name).unwrap_or_default()
    };
    let one = |candidate: &Candidate<ZohoId>| {
        let reasons: Vec<String> = candidate.reasons.iter().map(ToString::to_string).collect();
        let name = name(&candidate.key);
        let name = if name.is_empty() { name } else { format!(" \"{name}\"") };
        format!("{}{name} ({}: {})", candidate.key, candidate.class.name(), reasons.join(", "))
    };
    let each: Vec<String> = proposal.chosen.iter().chain(&proposal.others).take(5).map(one).collect();
    Trouble {
        waits_for: Some((flow, "match review".to_owned())),
        ..Trouble::new(
            FailureClass::Conflict,
            MAY_EXIST,
            format!("{flow} {} may already exist in Zoho: {}.", task.source.number, each.join("; ")),
            "Run `ledgerline match` and decide: --accept takes the record in Zoho over, --reject says that it is another, --create-rest creates a new one.",
        )
    }
}

/// Whether the record is known to wait for this very reason. One that is left alone is told anew: whether it stays so is found out then.
fn is_held_for(task: &Task, trouble: &Trouble) -> bool {
    task.failure.as_ref().is_some_and(|known| {
        known.code == trouble.code
            && known.message == trouble.message
            && known.source_hash == task.source.hash
            && known.ignored.is_none()
    })
}

/// Holds a record. One that waits for the same reason as before is only counted: a polling loop writes no audit entry each time.
pub(super) fn hold(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &Task,
    trouble: &Trouble,
) -> Result<(), RunError> {
    if is_held_for(task, trouble) {
        session.store().write_soon(|tx| considered::note(tx, flow, task.source.id, Disposition::Held))?;
        return Ok(());
    }
    outcome::troubled(session, flow, fingerprint, task, trouble)
}

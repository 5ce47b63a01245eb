//! From lists of candidates to pairs: never one Zoho record for two records of Business Central, nor the reverse.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::verdict::{Candidate, Class, Reason};

/// Two pairs whose scores lie no further apart than this fit equally well.
const MARGIN: u16 = 80;

/// What one record of Business Central may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposals<B, Z> {
    /// The record.
    pub record: B,
    /// Its candidates, as [`super::Index::candidates`] gives them.
    pub candidates: Vec<Candidate<Z>>,
}

/// What one record of Business Central is proposed to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal<B, Z> {
    /// The record.
    pub record: B,
    /// How sure the proposal is; with no choice it is *none*, or *unclear* where its record is contested by an equal.
    pub class: Class,
    /// The Zoho record that it is proposed to be. No other record of Business Central is proposed to be the same one.
    pub chosen: Option<Candidate<Z>>,
    /// Other Zoho records that it may be and that no other record took: doubles above all; the best first. Where the record's
    /// own choice is contested by an equal and went to that, it stands here.
    pub others: Vec<Candidate<Z>>,
    /// Other records of Business Central that fit the same Zoho record about as well.
    pub rivals: Vec<B>,
}

/// One pair: a position in the proposals, and one in its candidates.
type Pair = (usize, usize);

/// Assigns each Zoho record to at most one record of Business Central and the reverse, the best pairs first.
///
/// A pair that has an equal on either side is at most *likely*, whatever it was by itself: two Zoho records that fit alike are
/// doubles, and only a person knows which is to live on. Equal is also what is likely and has nothing against it: it may lack
/// only what nobody typed. Only a pair with the same number stands against that. The outcome does not depend on the order of what comes in; it has the
/// order of the records.
#[must_use]
pub fn assign<B: Ord + Clone, Z: Ord + Clone>(mut proposals: Vec<Proposals<B, Z>>) -> Vec<Proposal<B, Z>> {
    proposals.sort_by(|left, right| left.record.cmp(&right.record));
    let mut pairs: Vec<Pair> = Vec::new();
    for (at, one) in proposals.iter().enumerate() {
        pairs.extend((0..one.candidates.len()).map(|which| (at, which)));
    }
    pairs.retain(|&pair| candidate(&proposals, pair).is_some_and(|candidate| candidate.class > Class::None));
    pairs.sort_by(|&left, &right| rank(&proposals, left).cmp(&rank(&proposals, right)));

    let mut taken: BTreeMap<&Z, Pair> = BTreeMap::new();
    let mut given: BTreeMap<usize, usize> = BTreeMap::new();
    let mut wanting: BTreeMap<&Z, Vec<Pair>> = BTreeMap::new();
    for &pair in &pairs {
        let Some(one) = candidate(&proposals, pair) else { continue };
        wanting.entry(&one.key).or_default().push(pair);
        if !given.contains_key(&pair.0) && !taken.contains_key(&one.key) {
            given.insert(pair.0, pair.1);
            taken.insert(&one.key, pair);
        }
    }
    let assigned = (0..proposals.len()).map(|at| outcome(&proposals, at, &taken, &given, &wanting));
    assigned.collect()
}

/// What becomes of one record.
fn outcome<B: Ord + Clone, Z: Ord + Clone>(
    proposals: &[Proposals<B, Z>],
    at: usize,
    taken: &BTreeMap<&Z, Pair>,
    given: &BTreeMap<usize, usize>,
    wanting: &BTreeMap<&Z, Vec<Pair>>,
) -> Proposal<B, Z> {
    let one = &proposals[at];
    let mut chosen = given.get(&at).and_then(|&which| one.candidates.get(which)).cloned();
    let reference = chosen.as_ref().map(|chosen| chosen.key.clone());
    let mut others: Vec<Candidate<Z>> = one
        .candidates
        .iter()
        .filter(|other| other.class > Class::None && reference.as_ref() != Some(&other.key))
        .filter(|other| !taken.contains_key(&other.key) || contests(proposals, other, taken))
        .cloned()
        .collect();
    others.sort_by(|left, right| order(left).cmp(&order(right)));
    let Some(choice) = chosen.as_mut() else {
        let class = if others.is_empty() { Class::None } else { Class::Unclear };
        let rivals = others.iter().filter_map(|other| taken.get(&other.key));
        let rivals: BTreeSet<B> = rivals.map(|&(rival, _)| proposals[rival].record.clone()).collect();
        return Proposal {
            record: one.record.clone(),
            class,
            chosen: None,
            others,
            rivals: rivals.into_iter().collect(),
        };
    };
    let floor = choice.score.saturating_sub(MARGIN);
    let numbered = choice.reasons.contains(&Reason::SameNumber);
    let alone = choice.clone();
    let unsettles = |other: &Candidate<Z>| equals(other, floor) || (!numbered && could_be(other, &alone));
    let rivals: BTreeSet<B> = wanting
        .get(&choice.key)
        .into_iter()
        .flatten()
        .filter(|&&(rival, _)| rival != at)
        .filter(|&&pair| candidate(proposals, pair).is_some_and(unsettles))
        .map(|&(rival, _)| proposals[rival].record.clone())
        .collect();
    let doubled = one.candidates.iter().any(|other| other.key != choice.key && unsettles(other));
    if doubled || !rivals.is_empty() {
        choice.class = choice.class.min(Class::Likely);
        choice.reasons.push(Reason::FitsAnother);
    }
    Proposal {
        record: one.record.clone(),
        class: choice.class,
        chosen,
        others,
        rivals: rivals.into_iter().collect(),
    }
}

/// Whether a candidate fits as well as a choice whose score less the margin is `floor`.
fn equals<Z>(other: &Candidate<Z>, floor: u16) -> bool {
    other.class == Class::Certain || (other.class > Class::None && other.score >= floor)
}

/// Whether a candidate is likely with nothing against it that is not against the choice too, so that only what is missing makes it
/// less than that.
fn could_be<Z>(other: &Candidate<Z>, choice: &Candidate<Z>) -> bool {
    let mut against = other.reasons.iter().filter(|reason| reason.speaks_against());
    other.class >= Class::Likely
        && against.all(|reason| {
            matches!(reason, Reason::SharedBy { .. } | Reason::FitsAnother) || choice.reasons.contains(reason)
        })
}

/// Whether a candidate that another record took fits this one about as well.
fn contests<B, Z: Ord>(
    proposals: &[Proposals<B, Z>],
    wanted: &Candidate<Z>,
    taken: &BTreeMap<&Z, Pair>,
) -> bool {
    let holder = taken.get(&wanted.key).and_then(|&pair| candidate(proposals, pair));
    holder.is_some_and(|holder| equals(wanted, holder.score.saturating_sub(MARGIN)))
}

fn candidate<B, Z>(proposals: &[Proposals<B, Z>], (at, which): Pair) -> Option<&Candidate<Z>> {
    proposals.get(at)?.candidates.get(which)
}

/// The best pair first; among equals the smaller keys.
fn rank<B, Z>(
    proposals: &[Proposals<B, Z>],
    pair: Pair,
) -> (std::cmp::Reverse<(Class, u16)>, Option<&B>, Option<&Z>) {
    let one = candidate(proposals, pair);
    let weight = one.map_or((Class::None, 0), |one| (one.class, one.score));
    (std::cmp::Reverse(weight), proposals.get(pair.0).map(|one| &one.record), one.map(|one| &one.key))
}

/// The best candidate first; among equals the smaller key.
pub(super) fn order<Z: Ord>(one: &Candidate<Z>) -> (std::cmp::Reverse<(Class, u16)>, &Z) {
    (std::cmp::Reverse((one.class, one.score)), &one.key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Proposal, Proposals, assign};
    use crate::matching::{Candidate, Class, Reason};

    fn one(record: u32, candidates: &[(u32, Class, u16)]) -> Proposals<u32, u32> {
        let candidates = candidates.iter().map(|&(key, class, score)| Candidate {
            key,
            class,
            score,
            reasons: vec![Reason::SameName],
        });
        Proposals { record, candidates: candidates.collect() }
    }

    fn choices(assigned: &[Proposal<u32, u32>]) -> Vec<(u32, Option<u32>, Class)> {
        let each = assigned.iter();
        each.map(|one| (one.record, one.chosen.as_ref().map(|chosen| chosen.key), one.class)).collect()
    }

    #[test]
    fn the_better_pair_gets_the_record_and_the_other_takes_its_second_best() {
        let assigned = assign(vec![
            one(1, &[(10, Class::Unclear, 450), (11, Class::Unclear, 400)]),
            one(2, &[(10, Class::Certain, 900)]),
        ]);
        assert_eq!(choices(&assigned), [(1, Some(11), Class::Unclear), (2, Some(10), Class::Certain)]);
        assert_eq!(assigned[0].others, []);
    }

    #[test]
    fn doubles_are_never_certain_and_both_are_shown() {
        let assigned = assign(vec![one(1, &[(11, Class::Certain, 940), (10, Class::Certain, 950)])]);
        assert_eq!(choices(&assigned), [(1, Some(10), Class::Likely)]);
        assert_eq!(assigned[0].others.iter().map(|other| other.key).collect::<Vec<_>>(), [11]);
        assert!(assigned[0].chosen.as_ref().is_some_and(|one| one.reasons.contains(&Reason::FitsAnother)));
    }

    #[test]
    fn two_records_that_fit_one_alike_are_not_certain_and_the_one_left_over_is_unclear() {
        let assigned =
            assign(vec![one(1, &[(10, Class::Certain, 900)]), one(2, &[(10, Class::Certain, 900)])]);
        assert_eq!(choices(&assigned), [(1, Some(10), Class::Likely), (2, None, Class::Unclear)]);
        assert_eq!(assigned[0].rivals, [2]);
        assert_eq!(assigned[1].rivals, [1]);
        assert_eq!(assigned[1].others.len(), 1);
    }

    #[test]
    fn what_is_likely_with_nothing_against_it_unsettles_what_is_certain_but_for_the_same_number() {
        let mut all = vec![one(1, &[(10, Class::Certain, 990)]), one(2, &[(10, Class::Likely, 600)])];
        assert_eq!(assign(all.clone())[0].class, Class::Likely);
        all[1].candidates[0].reasons.push(Reason::DifferentCity);
        assert_eq!(assign(all.clone())[0].class, Class::Certain);
        // What is against both does not tell them apart.
        all[0].candidates[0].reasons.push(Reason::DifferentCity);
        assert_eq!(assign(all.clone())[0].class, Class::Likely);
        for one in &mut all {
            one.candidates[0].reasons.pop();
        }
        all[0].candidates[0].reasons.push(Reason::SameNumber);
        assert_eq!(assign(all)[0].class, Class::Certain);
    }

    #[test]
    fn a_record_whose_weak_candidate_went_to_a_much_better_one_is_free_to_be_created() {
        let assigned =
            assign(vec![one(1, &[(10, Class::Unclear, 350)]), one(2, &[(10, Class::Certain, 900)])]);
        assert_eq!(choices(&assigned), [(1, None, Class::None), (2, Some(10), Class::Certain)]);
    }

    fn class() -> impl Strategy<Value = Class> {
        prop_oneof![Just(Class::None), Just(Class::Unclear), Just(Class::Likely), Just(Class::Certain)]
    }

    fn many() -> impl Strategy<Value = Vec<Proposals<u32, u32>>> {
        let list = proptest::collection::btree_map(0u32..8, (class(), 0u16..1000), 0..6);
        proptest::collection::btree_map(0u32..10, list, 0..10).prop_map(|all| {
            let each = all.into_iter().map(|(record, list)| {
                let list: Vec<_> =
                    list.into_iter().map(|(key, (class, score))| (key, class, score)).collect();
                one(record, &list)
            });
            each.collect()
        })
    }

    proptest! {
        #[test]
        fn no_zoho_record_is_chosen_twice_and_every_record_has_one_outcome(all in many()) {
            let assigned = assign(all.clone());
            let chosen: Vec<u32> = assigned.iter().filter_map(|one| one.chosen.as_ref()).map(|one| one.key).collect();
            prop_assert_eq!(chosen.iter().collect::<BTreeSet<_>>().len(), chosen.len());
            prop_assert_eq!(assigned.len(), all.len());
            for one in &assigned {
                prop_assert!(one.chosen.as_ref().is_none_or(|chosen| chosen.class == one.class));
                prop_assert!(one.class != Class::Certain || one.rivals.is_empty());
            }
        }

        #[test]
        fn the_order_of_what_comes_in_changes_nothing(all in many(), turn in 0usize..10) {
            let mut turned = all.clone();
            let turn = turn.min(turned.len());
            turned.rotate_left(turn);
            turned.iter_mut().for_each(|one| one.candidates.reverse());
            prop_assert_eq!(assign(turned), assign(all));
        }
    }
}

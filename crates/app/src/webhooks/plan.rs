//! What is to be done about the subscriptions on both sides: made, renewed, adopted or removed. Pure: the same facts, the same plan.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use sync::store::subscriptions::Subscription;

/// A side does not try again for so long what it has refused.
pub const REFUSED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// One subscription as the side itself lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name on that side.
    pub remote: String,
    /// About what.
    pub about: String,
    /// Until when it tells.
    pub expires_at: Timestamp,
    /// Whether it was made by this installation; all others are nobody's business.
    pub ours: bool,
    /// Whether it leads to the mailbox of now, with the word of now.
    pub current: bool,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make one. `gap`: there was one before, and what happened since may not have been told.
    Make {
        /// About what.
        about: String,
        /// Whether something may have been missed.
        gap: bool,
    },
    /// Make it last longer.
    Renew {
        /// About what.
        about: String,
        /// Its name on that side.
        remote: String,
    },
    /// It is ours and was not in the database: remember it.
    Adopt {
        /// About what.
        about: String,
        /// Its name on that side.
        remote: String,
        /// Until when it tells.
        expires_at: Timestamp,
    },
    /// Remove one of ours that nobody wants any more, or that there is twice, or that leads to an old mailbox.
    Remove {
        /// Its name on that side.
        remote: String,
    },
    /// It is gone, and nobody wants it.
    Forget {
        /// About what.
        about: String,
    },
}

/// What is to be done on one side, by what it was asked for before and what it says itself.
#[must_use]
pub fn steps(
    wanted: &BTreeSet<String>,
    known: &[Subscription],
    listed: &[Listed],
    now: Timestamp,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    let in_database = |listed: &Listed| known.iter().find(|known| known.remote == listed.remote);
    // What is in the database is kept before another of the same kind; among those the one that lasts longest.
    let mut ours: Vec<&Listed> = listed.iter().filter(|listed| listed.ours).collect();
    ours.sort_by_key(|listed| (in_database(listed).is_none(), std::cmp::Reverse(listed.expires_at)));
    for listed in ours {
        let usable = listed.current && listed.expires_at > now && wanted.contains(&listed.about);
        if !usable || !kept.insert(&listed.about) {
            steps.push(Step::Remove { remote: listed.remote.clone() });
            continue;
        }
        let (about, remote) = (listed.about.clone(), listed.remote.clone());
        match in_database(listed) {
            Some(known) if is_due(known, listed, now) => steps.push(Step::Renew { about, remote }),
            Some(_) => {}
            None => steps.push(Step::Adopt { about, remote, expires_at: listed.expires_at }),
        }
    }
    for about in wanted.iter().filter(|about| !kept.contains(about.as_str())) {
        let gap = known.iter().any(|known| known.about == *about);
        steps.push(Step::Make { about: about.clone(), gap });
    }
    let unwanted = known.iter().filter(|known| !wanted.contains(&known.about));
    steps.extend(unwanted.map(|known| Step::Forget { about: known.about.clone() }));
    steps
}

/// Whether a subscription is to be renewed: at the time that was set, or when as little is left of it as was to be left then, should the clock have been
/// set meanwhile.
fn is_due(known: &Subscription, listed: &Listed, now: Timestamp) -> bool {
    let left = listed.expires_at.duration_since(now);
    known.renew_at <= now || left <= known.expires_at.duration_since(known.renew_at)
}

/// When a side must be looked after next for the sake of what the database knows; at once where something is missing.
#[must_use]
pub fn due_at(wanted: &BTreeSet<String>, known: &[Subscription], now: Timestamp) -> Option<Timestamp> {
    let is_known = |about: &String| known.iter().any(|known| known.about == *about);
    if !wanted.iter().all(is_known) {
        return Some(now);
    }
    known.iter().filter(|known| wanted.contains(&known.about)).map(|known| known.renew_at).min()
}

/// When to renew what lasts from `from` to `until`: at two thirds of the time, up to a tenth of it earlier, so that not everything comes at once.
///
/// `chance` is any number; all numbers are equally good.
#[must_use]
pub fn renewal(from: Timestamp, until: Timestamp, chance: u64) -> Timestamp {
    let lifetime = until.duration_since(from);
    let lifetime = if lifetime.is_negative() { Duration::ZERO } else { lifetime.unsigned_abs() };
    let jitter = lifetime / 10 * u32::try_from(chance % 1000).unwrap_or_default() / 1000;
    from.saturating_add(lifetime * 2 / 3 - jitter).unwrap_or(until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync::store::subscriptions::Side;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
    }

    fn wanted(about: &[&str]) -> BTreeSet<String> {
        about.iter().map(|about| (*about).to_owned()).collect()
    }

    fn known(about: &str, remote: &str, renew: i64, expires: i64) -> Subscription {
        Subscription {
            side: Side::BusinessCentral,
            about: about.to_owned(),
            remote: remote.to_owned(),
            made_at: at(0),
            expires_at: at(expires),
            renew_at: at(renew),
        }
    }

    fn listed(about: &str, remote: &str, expires: i64) -> Listed {
        Listed {
            remote: remote.to_owned(),
            about: about.to_owned(),
            expires_at: at(expires),
            ours: true,
            current: true,
        }
    }

    fn make(about: &str, gap: bool) -> Step {
        Step::Make { about: about.to_owned(), gap }
    }

    #[test]
    fn what_is_wanted_and_was_never_made_is_made_without_a_gap() {
        assert_eq!(steps(&wanted(&["customers"]), &[], &[], at(1)), [make("customers", false)]);
        assert_eq!(due_at(&wanted(&["customers"]), &[], at(1)), Some(at(1)));
    }

    #[test]
    fn what_vanished_is_made_again_and_leaves_a_gap() {
        let before = [known("customers", "a", 48, 72)];
        assert_eq!(steps(&wanted(&["customers"]), &before, &[], at(1)), [make("customers", true)]);
    }

    #[test]
    fn a_computer_that_slept_through_an_end_knows_it_without_asking() {
        let before = [known("customers", "a", 48, 72), known("items", "b", 40, 72)];
        assert_eq!(due_at(&wanted(&["customers", "items"]), &before, at(100)), Some(at(40)));
        assert_eq!(due_at(&wanted(&[]), &before, at(100)), None);
    }

    #[test]
    fn a_listed_one_is_renewed_when_it_is_due_and_left_alone_before() {
        let before = [known("customers", "a", 48, 72)];
        let there = [listed("customers", "a", 72)];
        let renew = Step::Renew { about: "customers".to_owned(), remote: "a".to_owned() };
        assert_eq!(steps(&wanted(&["customers"]), &before, &there, at(47)), []);
        assert_eq!(steps(&wanted(&["customers"]), &before, &there, at(48)), [renew]);
    }

    #[test]
    fn a_clock_that_was_set_back_puts_no_renewal_off() {
        let before = [known("customers", "a", 148, 172)];
        let renew = Step::Renew { about: "customers".to_owned(), remote: "a".to_owned() };
        // By the clock of now it ends at 72.
        assert_eq!(steps(&wanted(&["customers"]), &before, &[listed("customers", "a", 72)], at(47)), []);
        assert_eq!(steps(&wanted(&["customers"]), &before, &[listed("customers", "a", 72)], at(48)), [renew]);
    }

    #[test]
    fn the_sides_own_word_about_the_end_wins() {
        let before = [known("customers", "a", 48, 72)];
        let there = [listed("customers", "a", 1)];
        let steps = steps(&wanted(&["customers"]), &before, &there, at(2));
        assert_eq!(steps, [Step::Remove { remote: "a".to_owned() }, make("customers", true)]);
    }

    #[test]
    fn ours_that_the_database_does_not_know_is_adopted() {
        let there = [listed("customers", "a", 72)];
        let adopted =
            Step::Adopt { about: "customers".to_owned(), remote: "a".to_owned(), expires_at: at(72) };
        assert_eq!(steps(&wanted(&["customers"]), &[], &there, at(1)), [adopted]);
    }

    #[test]
    fn strays_of_this_installation_are_removed_and_those_of_others_are_not() {
        let before = [known("customers", "a", 48, 72)];
        let there = [
            listed("customers", "b", 80),
            listed("customers", "a", 72),
            listed("items", "c", 72),
            Listed { current: false, ..listed("customers", "old mailbox", 72) },
            Listed { ours: false, ..listed("customers", "another's", 72) },
        ];
        let removed = |remote: &str| Step::Remove { remote: remote.to_owned() };
        let found = steps(&wanted(&["customers"]), &before, &there, at(1));
        assert_eq!(found, [removed("b"), removed("c"), removed("old mailbox")]);
    }

    #[test]
    fn a_flow_that_was_switched_off_has_its_subscription_removed_and_forgotten() {
        let before = [known("items", "c", 48, 72)];
        let found = steps(&wanted(&[]), &before, &[listed("items", "c", 72)], at(1));
        assert_eq!(
            found,
            [Step::Remove { remote: "c".to_owned() }, Step::Forget { about: "items".to_owned() }]
        );
    }

    #[test]
    fn renewals_come_at_two_thirds_of_the_lifetime_or_up_to_a_tenth_earlier() {
        assert_eq!(renewal(at(0), at(72), 0), at(48));
        for chance in [1, 17, 500, 999, u64::MAX] {
            let renewal = renewal(at(0), at(72), chance);
            assert!(renewal > at(40) && renewal <= at(48), "{renewal}");
        }
        assert_eq!(renewal(at(5), at(1), 7), at(5), "what has ended is due at once");
    }
}

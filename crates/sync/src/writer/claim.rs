//! The claim that stands in the org: which company feeds it, and which computer does that. Pure.

use business_central::BcId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::store::binding::Binding;

/// A claim that was not renewed for so long is no longer one: its computer is gone. It is renewed every few hours while somebody works, and
/// an office that is closed over a weekend is not gone.
pub const LASTS: SignedDuration = SignedDuration::from_hours(72);

/// What stands in the org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The version of this text.
    pub v: u32,
    /// The company that feeds the org.
    pub company_id: BcId,
    /// What it is called, for people.
    pub company: String,
    /// Its tenant.
    pub tenant: String,
    /// Its environment: in a copied environment the company has the same id.
    pub environment: String,
    /// The org in which it was written: a copy of an org has another id, and whoever writes to the original does not write there.
    pub zgid: String,
    /// The installation that writes.
    pub installation: String,
    /// The computer that it is on, for people.
    pub computer: String,
    /// Random, new with each renewal: it tells a copy of a profile folder from the original.
    pub turn: String,
    /// When it was renewed last, by that computer's clock.
    pub renewed_at: Timestamp,
}

impl Claim {
    /// Whether the company that a profile is tied to is the one that feeds the org.
    #[must_use]
    pub fn is_of(&self, bound: &Binding) -> bool {
        self.is_company(bound.company_id, &bound.tenant, &bound.environment)
    }

    fn is_company(&self, company_id: BcId, tenant: &str, environment: &str) -> bool {
        self.company_id == company_id
            && self.tenant.eq_ignore_ascii_case(tenant)
            && self.environment.eq_ignore_ascii_case(environment)
    }
}

/// How a claim stands to the one who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody writes to the org, or nobody has for long.
    Free,
    /// It is the looker's own.
    Ours,
    /// Another computer writes.
    OtherComputer,
    /// It carries the looker's name and is not the looker's: the profile folder was copied, and the copy writes.
    Copy,
    /// Another company, or a copy of the environment, feeds the org.
    OtherCompany,
}

/// Who looks.
#[derive(Clone, Copy, Debug)]
pub struct Looker<'a> {
    /// The company.
    pub company_id: BcId,
    /// Its tenant.
    pub tenant: &'a str,
    /// Its environment.
    pub environment: &'a str,
    /// The org.
    pub zgid: &'a str,
    /// The installation.
    pub installation: &'a str,
    /// The turns that it may have left: the last one that was written, and one whose answer may have been lost.
    pub turns: &'a [String],
}

/// Judges the claim.
#[must_use]
pub fn standing(claim: &Claim, looker: &Looker<'_>, now: Timestamp) -> Standing {
    if claim.zgid != looker.zgid {
        return Standing::Free;
    }
    if !claim.is_company(looker.company_id, looker.tenant, looker.environment) {
        // Not a matter of time: what the other company wrote is still there.
        return Standing::OtherCompany;
    }
    let ours = claim.installation == looker.installation;
    if ours && looker.turns.contains(&claim.turn) {
        return Standing::Ours;
    }
    // A claim from the future comes from a clock that is wrong; it is as good as one of now.
    if now.duration_since(claim.renewed_at) > LASTS {
        return Standing::Free;
    }
    if ours { Standing::Copy } else { Standing::OtherComputer }
}

/// Reads what stands there; `None` for what no version of this program wrote.
#[must_use]
pub fn read(text: &str) -> Option<Claim> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-27T12:00:00Z".parse().unwrap()
    }

    fn claim() -> Claim {
        Claim {
            v: 1,
            company_id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            company: "CRONUS".to_owned(),
            tenant: "contoso.onmicrosoft.com".to_owned(),
            environment: "Production".to_owned(),
            zgid: "60001".to_owned(),
            installation: "one".to_owned(),
            computer: "OFFICE-1".to_owned(),
            turn: "t2".to_owned(),
            renewed_at: now(),
        }
    }

    fn seen_by(installation: &str, environment: &str, claim: &Claim, at: Timestamp) -> Standing {
        let turns = ["t1".to_owned(), "t2".to_owned()];
        let looker = Looker {
            company_id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            tenant: "Contoso.onmicrosoft.com",
            environment,
            zgid: "60001",
            installation,
            turns: &turns,
        };
        standing(claim, &looker, at)
    }

    #[test]
    fn one_writes_and_the_second_sees_who() {
        assert_eq!(seen_by("one", "production", &claim(), now()), Standing::Ours);
        assert_eq!(seen_by("two", "Production", &claim(), now()), Standing::OtherComputer);
    }

    #[test]
    fn a_lost_answer_to_a_renewal_leaves_the_claim_ours() {
        let before = Claim { turn: "t1".to_owned(), ..claim() };
        assert_eq!(seen_by("one", "Production", &before, now()), Standing::Ours);
    }

    #[test]
    fn a_copied_profile_folder_is_noticed() {
        let by_the_copy = Claim { turn: "t9".to_owned(), ..claim() };
        assert_eq!(seen_by("one", "Production", &by_the_copy, now()), Standing::Copy);
    }

    #[test]
    fn a_computer_that_is_gone_holds_nobody_up_for_more_than_three_days() {
        let later = now() + LASTS;
        assert_eq!(seen_by("two", "Production", &claim(), later), Standing::OtherComputer);
        assert_eq!(
            seen_by("two", "Production", &claim(), later + SignedDuration::from_secs(1)),
            Standing::Free
        );
        let by_the_copy = Claim { turn: "t9".to_owned(), ..claim() };
        assert_eq!(
            seen_by("one", "Production", &by_the_copy, later + SignedDuration::from_secs(1)),
            Standing::Free
        );
        assert_eq!(seen_by("two", "Production", &claim(), now() - LASTS), Standing::OtherComputer);
    }

    #[test]
    fn another_company_or_a_copied_environment_is_refused_however_old_the_claim_is() {
        let old = now() + LASTS * 1000;
        let other = Claim { company_id: "00000000-0000-0000-0000-000000000002".parse().unwrap(), ..claim() };
        assert_eq!(seen_by("one", "Production", &other, old), Standing::OtherCompany);
        assert_eq!(seen_by("one", "Sandbox", &claim(), old), Standing::OtherCompany);
    }

    #[test]
    fn a_claim_that_came_with_a_copy_of_the_org_binds_nobody_there() {
        let copied = Claim { zgid: "70001".to_owned(), environment: "Sandbox".to_owned(), ..claim() };
        assert_eq!(seen_by("two", "Production", &copied, now()), Standing::Free);
    }

    #[test]
    fn what_somebody_typed_there_is_no_claim() {
        assert_eq!(read("please do not touch"), None);
        assert_eq!(read(&serde_json::to_string(&claim()).unwrap()), Some(claim()));
    }
}

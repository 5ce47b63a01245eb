//! What two records have in common and in what they differ, field by field, before any rule judges it.

use super::identifiers::same_tax_number;
use super::likeness::{self, Likeness};
use super::name::Word;
use super::places::same_town;
use super::reach::{domain_name, same_phone};
use super::traits::{Trait, View};
use super::verdict::Reason;

/// How one sort of value compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Agreement {
    /// One side does not say, or what they say cannot be compared.
    #[default]
    Unknown,
    /// Both say the same, and so do others.
    Same(Bearers),
    /// Both say something, and not the same.
    Different,
}

/// Who bears a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bearers {
    /// How many records of the side that has more of them.
    pub(super) records: u32,
    /// Whether it can name one company: on Zoho's side there may be a double, on the side of Business Central nobody else.
    pub(super) rare: bool,
}

impl Bearers {
    /// Of a value that so many keyless records in Zoho bear, and so many in Business Central (0 where that is not known).
    pub(super) fn of(here: u32, there: u32) -> Self {
        Self { records: here.max(there).max(1), rare: here <= 2 && there <= 1 }
    }

    /// Those of the two values that say more.
    fn fewer(self, other: Self) -> Self {
        if (self.records, !self.rare) <= (other.records, !other.rare) { self } else { other }
    }

    fn more(self, other: Self) -> Self {
        Self { records: self.records.max(other.records), rare: self.rare && other.rare }
    }
}

/// Everything that speaks for or against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) number: Agreement,
    /// Only the figures of the numbers; unknown where the numbers are the same.
    pub(super) digits: Agreement,
    pub(super) tax: Agreement,
    pub(super) email: Agreement,
    pub(super) domain: Agreement,
    /// The domains without their endings; unknown where the domains are the same.
    pub(super) domain_name: Agreement,
    pub(super) phone: Agreement,
    pub(super) city: Agreement,
    pub(super) postcode: Agreement,
    pub(super) country: Agreement,
    pub(super) owner: Agreement,
    pub(super) total: Agreement,
    pub(super) date: Agreement,
    pub(super) legal_form: Agreement,
    /// Whether both have a name.
    pub(super) named: bool,
    pub(super) name: Likeness,
}

/// What is known of the whole stock of records.
pub(super) trait Stock {
    /// Who bears this value.
    fn bearers(&self, which: Trait, value: &str) -> Bearers;
    /// How much a word tells: 10 for each halving of the number of records that have it.
    fn weight(&self, word: &str) -> u32;
}

impl Evidence {
    /// Compares two records. It has no direction.
    pub(super) fn of(one: &View<'_>, other: &View<'_>, stock: &impl Stock) -> Self {
        // A town in a company's name is where it is, not who it is.
        let towns: Vec<&str> = [one, other]
            .into_iter()
            .filter_map(|side| side.one(Trait::City))
            .flat_map(|town| town.split(' '))
            .collect();
        let passing = |word: Word<'_>| towns.contains(&word.bare);
        let weigh = |word: Word<'_>| {
            let weight = stock.weight(word.bare);
            if passing(word) || super::words::is_small(word.bare) { weight.min(15) } else { weight }
        };
        let by_value = |which| agreement(one, other, which, stock, |one, other| Some(one == other));
        let number = by_value(Trait::Number);
        let domain = by_value(Trait::Domain);
        let unless = |same: Agreement, otherwise: Agreement| match (same, otherwise) {
            (Agreement::Same(_), _) | (_, Agreement::Different) => Agreement::Unknown,
            (_, otherwise) => otherwise,
        };
        let domain_names = agreement(one, other, Trait::Domain, stock, |one, other| {
            Some(domain_name(one)? == domain_name(other)?)
        });
        Self {
            number,
            digits: unless(number, by_value(Trait::Digits)),
            tax: agreement(one, other, Trait::Tax, stock, same_tax_number),
            email: by_value(Trait::Email),
            domain,
            domain_name: unless(domain, domain_names),
            phone: agreement(one, other, Trait::Phone, stock, |one, other| Some(same_phone(one, other))),
            city: agreement(one, other, Trait::City, stock, |one, other| Some(same_town(one, other))),
            postcode: by_value(Trait::Postcode),
            country: by_value(Trait::Country),
            owner: by_value(Trait::Owner),
            total: by_value(Trait::Total),
            date: by_value(Trait::Date),
            legal_form: by_value(Trait::LegalForm),
            named: !one.words().is_empty() && !other.words().is_empty(),
            name: likeness::compare(one.words(), other.words(), weigh, passing),
        }
    }

    /// What there is to say about it, for and against, in the words of a person who looks at it.
    pub(super) fn reasons(&self, similar_from: u16) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let mut shared = 1;
        for (agreement, same, different) in [
            (self.number, Some(Reason::SameNumber), None),
            (self.digits, Some(Reason::SameDigits), None),
            (self.tax, Some(Reason::SameTaxNumber), Some(Reason::DifferentTaxNumber)),
            (self.email, Some(Reason::SameEmail), Some(Reason::DifferentEmail)),
            (self.domain, Some(Reason::SameDomain), Some(Reason::DifferentDomain)),
            (self.domain_name, Some(Reason::SameDomainName), None),
            (self.phone, Some(Reason::SamePhone), None),
        ] {
            match agreement {
                Agreement::Same(bearers) => {
                    reasons.extend(same);
                    shared = shared.max(bearers.records);
                }
                Agreement::Different => reasons.extend(different),
                Agreement::Unknown => {}
            }
        }
        if shared > 2 {
            reasons.push(Reason::SharedBy { records: shared });
        }
        for (agreement, same, different) in [
            (self.city, Some(Reason::SameCity), Some(Reason::DifferentCity)),
            (self.postcode, Some(Reason::SamePostcode), Some(Reason::DifferentPostcode)),
            (self.country, None, Some(Reason::DifferentCountry)),
            (self.owner, Some(Reason::SameOwner), Some(Reason::DifferentOwner)),
            (self.total, Some(Reason::SameTotal), Some(Reason::DifferentTotal)),
            (self.date, Some(Reason::SameDate), None),
            (self.legal_form, None, Some(Reason::DifferentLegalForm)),
        ] {
            match agreement {
                Agreement::Same(_) => reasons.extend(same),
                Agreement::Different => reasons.extend(different),
                Agreement::Unknown => {}
            }
        }
        if self.named {
            let likeness = self.name;
            if likeness.same {
                reasons.push(Reason::SameName);
            } else if likeness.per_mille >= similar_from {
                reasons.push(Reason::SimilarName { per_mille: likeness.per_mille });
            } else {
                reasons.push(Reason::DifferentName);
            }
            if likeness.per_mille >= similar_from && !likeness.same_words {
                reasons.push(Reason::DifferentWord);
            }
            if likeness.figures_differ {
                reasons.push(Reason::DifferentFigures);
            }
        }
        // "Other e-mail addresses" says nothing where the domain is the same.
        if self.domain.is_same() {
            reasons.retain(|&reason| reason != Reason::DifferentEmail);
        }
        reasons.sort_by_key(|reason| (reason.speaks_against(), *reason));
        reasons
    }
}

impl Agreement {
    /// Both say the same.
    pub(super) fn is_same(self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Both say something else.
    pub(super) fn is_different(self) -> bool {
        self == Self::Different
    }

    /// Both say the same, and nobody else does but a double.
    pub(super) fn is_rare(self) -> bool {
        matches!(self, Self::Same(bearers) if bearers.rare)
    }

    /// `same` points where both say the same, fewer the more records do; `different` points off where they do not.
    pub(super) fn points(self, same: i32, different: i32) -> i32 {
        match self {
            Self::Unknown => 0,
            Self::Different => -different,
            Self::Same(bearers) => match bearers.records {
                0..=2 => same,
                3..=4 => same / 2,
                5..=9 => same / 4,
                _ => same / 10,
            },
        }
    }
}

/// Compares all values of one sort with all of the other side; one pair that is the same is enough.
fn agreement(
    one: &View<'_>,
    other: &View<'_>,
    which: Trait,
    stock: &impl Stock,
    same: impl Fn(&str, &str) -> Option<bool>,
) -> Agreement {
    let mut found = Agreement::Unknown;
    for value in one.all(which) {
        for against in other.all(which) {
            match same(value, against) {
                None => {}
                Some(false) if found == Agreement::Unknown => found = Agreement::Different,
                Some(false) => {}
                Some(true) => {
                    let bearers = stock.bearers(which, value).more(stock.bearers(which, against));
                    found = match found {
                        Agreement::Same(before) => Agreement::Same(before.fewer(bearers)),
                        Agreement::Unknown | Agreement::Different => Agreement::Same(bearers),
                    };
                }
            }
        }
    }
    found
}

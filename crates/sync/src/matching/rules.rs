//! The rules that make a class of the evidence, for each kind of record.
//!
//! Points order the candidates and separate *likely* from *unclear*. They do not make anything *certain*: that takes values that are
//! independent of each other, agree, and have nothing against them.

use super::evidence::{Agreement, Evidence};
use super::party::Kind;
use super::verdict::{Candidate, Class};

/// From here on a pair is likely.
const LIKELY: i32 = 440;
/// From here on it is unclear, and below it none.
const UNCLEAR: i32 = 300;
/// What a certain pair has at least, so that scores order as classes do.
const CERTAIN: i32 = 800;
/// Where similar names begin.
const SIMILAR: u16 = 620;
/// A name of this weight is one among thousands (see [`super::evidence::Stock::weight`]).
const TELLING: u32 = 110;
/// And one of this weight among all that there are.
const RARE: u32 = 160;
/// A name below this weight could be anybody's.
const HARDLY_TELLING: u32 = 60;

/// Judges a pair.
pub(super) fn judge<Z>(kind: Kind, key: Z, evidence: &Evidence) -> Candidate<Z> {
    let (points, certain) = match kind {
        Kind::Organisation => (organisation_points(evidence), organisation_is_certain(evidence)),
        Kind::Product => (product_points(evidence), product_is_certain(evidence)),
        Kind::Person => (person_points(evidence), person_is_certain(evidence)),
        Kind::Document => (document_points(evidence), document_is_certain(evidence)),
    };
    let (class, points) = match points {
        _ if certain => (Class::Certain, points.max(CERTAIN)),
        points if points >= LIKELY => (Class::Likely, points),
        points if points >= UNCLEAR => (Class::Unclear, points),
        points => (Class::None, points),
    };
    let score = u16::try_from(points.clamp(0, 1000)).unwrap_or(0);
    Candidate { key, class, score, reasons: evidence.reasons(SIMILAR) }
}

/// What a name is worth: up to `whole` for likeness, up to `telling` more if the name is rare.
fn name_points(evidence: &Evidence, whole: i32, telling: i32, other: i32) -> i32 {
    if !evidence.named {
        return 0;
    }
    let name = evidence.name;
    if name.per_mille < SIMILAR {
        return -other;
    }
    let alike = if name.same { 1000 } else { i32::from(name.per_mille.min(980)) };
    let above = alike - i32::from(SIMILAR) + 40;
    let mut points = whole * above / (1000 - i32::from(SIMILAR) + 40);
    points += telling * i32::try_from(name.weight.min(2 * TELLING)).unwrap_or(0)
        / i32::try_from(2 * TELLING).unwrap_or(1);
    if name.weight < HARDLY_TELLING {
        points /= 2;
    }
    if name.sister || !name.contained {
        // Each has a word of its own: another branch of the same house, or of another.
        points -= 120;
    } else if !name.same_words {
        points -= 30;
    }
    if name.figures_differ {
        points -= 250;
    }
    points
}

fn organisation_points(evidence: &Evidence) -> i32 {
    // One postal code outweighs a town that is mistyped or named after its suburb.
    let place = match (evidence.city, evidence.postcode) {
        (Agreement::Same(_), Agreement::Same(_)) => 260,
        // A town of many postal codes, or one code mistyped.
        (Agreement::Same(_), Agreement::Different) => 110,
        (Agreement::Same(_), Agreement::Unknown) => 150,
        (Agreement::Unknown | Agreement::Different, Agreement::Same(_)) => 130,
        (Agreement::Different, Agreement::Different) => -180,
        (Agreement::Different, Agreement::Unknown) => -140,
        (Agreement::Unknown, Agreement::Different) => -60,
        (Agreement::Unknown, Agreement::Unknown) => 0,
    };
    // Who has a domain or tax number to itself may have changed its name.
    let other_name = if evidence.domain.is_rare() || evidence.tax.is_rare() { 20 } else { 120 };
    name_points(evidence, 430, 120, other_name)
        + evidence.tax.points(450, 400)
        + evidence.number.points(400, 0)
        + evidence.digits.points(250, 0)
        + evidence.email.points(350, 0)
        + if evidence.email.is_same() { 0 } else { evidence.domain.points(320, 40) }
        + evidence.domain_name.points(120, 0)
        + evidence.phone.points(300, 0)
        + evidence.country.points(0, 200)
        + evidence.legal_form.points(0, 60)
        + place
}

fn organisation_is_certain(evidence: &Evidence) -> bool {
    let name = evidence.name;
    let against = evidence.tax.is_different()
        || evidence.country.is_different()
        || name.figures_differ
        || !evidence.named
        || name.weight < HARDLY_TELLING;
    if against {
        return false;
    }
    let elsewhere = (evidence.city.is_different() && !evidence.postcode.is_same())
        || (evidence.postcode.is_different() && !evidence.city.is_same());
    let other_form = evidence.legal_form.is_different();
    let here = evidence.city.is_same() || evidence.postcode.is_same();
    let reached = evidence.domain.is_rare() || evidence.email.is_rare() || evidence.phone.is_rare();
    // What names one record: with it a name that is much alike is enough.
    let named_itself = evidence.number.is_rare() && name.same_words;
    // A tax number names a company, but its branches may be customers of their own.
    let registered = evidence.tax.is_rare() && here;
    if (named_itself || registered) && name.per_mille >= 700 && !elsewhere {
        return true;
    }
    // Everything below is shared by sister companies too: any word or legal form of its own is a doubt.
    let other_site =
        evidence.domain.is_different() && !evidence.email.is_same() && !evidence.domain_name.is_same();
    // Another postal code in the same town may be another branch.
    let other_place = elsewhere || evidence.postcode.is_different();
    if other_place || other_form || other_site || !name.same_words || name.per_mille < 800 {
        return false;
    }
    let figures = evidence.digits.is_rare();
    (reached && here)
        || (figures && (here || reached))
        || (evidence.phone.is_rare() && (evidence.domain.is_rare() || evidence.email.is_rare()))
        // The name as it is registered, or one that hardly anybody else has, at its place.
        || (name.same
            && (evidence.legal_form.is_same() || name.weight >= RARE)
            && evidence.city.is_same()
            && evidence.postcode.is_same())
}

fn product_points(evidence: &Evidence) -> i32 {
    let figures = if evidence.name.figures_differ { 250 } else { 0 };
    let points = name_points(evidence, 380, 160, 150) + evidence.number.points(450, 100) - figures;
    // One number for two things: a person has to say which of them is called wrongly.
    if evidence.number.is_rare() { points.max(UNCLEAR) } else { points }
}

fn product_is_certain(evidence: &Evidence) -> bool {
    let name = evidence.name;
    evidence.number.is_rare()
        && !name.figures_differ
        && (!evidence.named || name.same || (name.per_mille >= 750 && name.weight >= HARDLY_TELLING))
}

fn person_points(evidence: &Evidence) -> i32 {
    name_points(evidence, 320, 100, 350)
        + evidence.number.points(400, 0)
        + evidence.email.points(420, 80)
        + evidence.phone.points(150, 0)
        + evidence.domain.points(60, 0)
        + if evidence.owner.is_same() { 300 } else { 0 }
        - if evidence.owner.is_different() { 250 } else { 0 }
        + if evidence.city.is_same() { 40 } else { 0 }
}

fn person_is_certain(evidence: &Evidence) -> bool {
    let name = evidence.name;
    let against = evidence.owner.is_different() || !evidence.named || name.words < 2;
    if against {
        return false;
    }
    let written_to = evidence.email.is_rare() && name.same_words && name.per_mille >= 850;
    let known_there = evidence.owner.is_same() && name.same && !evidence.email.is_different();
    written_to || known_there
}

fn document_points(evidence: &Evidence) -> i32 {
    evidence.number.points(450, 0)
        + evidence.digits.points(350, 0)
        + if evidence.owner.is_same() { 150 } else { 0 }
        - if evidence.owner.is_different() { 250 } else { 0 }
        + if evidence.total.is_same() { 200 } else { 0 }
        - if evidence.total.is_different() { 200 } else { 0 }
        + if evidence.date.is_same() { 80 } else { 0 }
}

fn document_is_certain(evidence: &Evidence) -> bool {
    let numbered = evidence.number.is_rare() || evidence.digits.is_rare();
    numbered && evidence.owner.is_same() && evidence.total.is_same()
}

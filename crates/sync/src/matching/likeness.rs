//! How alike two names are, word by word.

use std::ops::Range;

use super::distance::likeness;
use super::name::{Word, read};
use super::words::{is_sister, is_small};

/// Below this two words have nothing to do with each other.
const WORDS_ALIKE: u16 = 600;
/// From here on one word may be a misspelling of the other; what is less counts for less than its letters say.
const MISSPELT: u16 = 750;
const DISCOUNT: u16 = 150;
/// A word against the beginning of it, or its initial.
const SHORTENED: u16 = 720;
/// Initials against the words that they may stand for.
const INITIALS: u16 = 650;
/// From here on one word may be two words written as one.
const WRITTEN_AS_ONE: u16 = 850;

/// How alike two names are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Likeness {
    /// Of a thousand, each word by its weight.
    pub(super) per_mille: u16,
    /// Every word has its like, letter by letter; their order does not matter.
    pub(super) same: bool,
    /// Every word has its like but for spelling.
    pub(super) same_words: bool,
    /// Not each of them has a word that the other lacks.
    pub(super) contained: bool,
    /// What one has more is how companies of one house are told apart ("Holding").
    pub(super) sister: bool,
    /// Both have figures, and not the same ones.
    pub(super) figures_differ: bool,
    /// The weight of what they have in common: little for two companies that are both called "Metallbau".
    pub(super) weight: u32,
    /// How many words of the longer one.
    pub(super) words: usize,
}

/// A word, what it tells, and whether the other name may lack it.
#[derive(Clone, Copy)]
struct Weighed<'a> {
    word: Word<'a>,
    weight: u32,
    passing: bool,
}

/// Compares two texts that [`super::name::words`] made. `weigh` says how much a word tells; `passing` which words need no like.
pub(super) fn compare(
    one: &str,
    other: &str,
    weigh: impl Fn(Word<'_>) -> u32,
    passing: impl Fn(Word<'_>) -> bool,
) -> Likeness {
    // In one order, so that the comparison has no direction.
    let (one, other) = if one <= other { (one, other) } else { (other, one) };
    let weighed = |text| -> Vec<Weighed<'_>> {
        let each = read(text).map(|word| Weighed { word, weight: weigh(word), passing: passing(word) });
        each.collect()
    };
    let (one, other) = (weighed(one), weighed(other));
    if one.is_empty() || other.is_empty() {
        return Likeness::default();
    }
    let mut free = [vec![true; one.len()], vec![true; other.len()]];
    let (mut common, mut whole, mut found) = (0u64, 0u64, 0u64);
    let (mut same, mut spelling) = (true, true);
    for pair in pairs(&one, &other) {
        let sides = [pair.left.clone(), pair.right.clone()];
        if sides.iter().zip(&free).any(|(side, free)| free[side.clone()].contains(&false)) {
            continue;
        }
        let total = |words: &[Weighed<'_>]| words.iter().map(|one| one.weight).sum::<u32>();
        let weight = u64::from(total(&one[pair.left]).min(total(&other[pair.right])));
        sides.into_iter().zip(&mut free).for_each(|(side, free)| free[side].fill(false));
        common += 2 * weight * u64::from(pair.alike);
        whole += 2 * weight;
        found += weight * u64::from(pair.alike) / 1000;
        same &= pair.alike == 1000;
        spelling &= pair.spelling;
    }
    let mut figures = [false, false];
    let mut lacking = [false, false];
    let mut sister = false;
    for (side, (words, free)) in [&one, &other].into_iter().zip(&free).enumerate() {
        for (at, (word, _)) in words.iter().zip(free).enumerate().filter(|(_, (_, free))| **free) {
            figures[side] |= word.word.has_figures();
            if word.passing {
                continue;
            }
            // An article may be left out; at the end of a name it is none ("Sørensen El").
            let is_last = at + 1 == words.len();
            whole += u64::from(word.weight);
            same = false;
            lacking[side] |= is_last || !is_small(word.word.bare);
            sister |= is_sister(word.word.bare);
        }
    }
    let per_mille = u16::try_from(common.checked_div(whole).unwrap_or(0)).unwrap_or(1000).min(1000);
    let words = one.len().max(other.len());
    if found == 0 && (is_initials(&one, &other) || is_initials(&other, &one)) {
        let weight = one.iter().chain(&other).map(|word| word.weight).max().unwrap_or(0) / 2;
        return Likeness { per_mille: INITIALS, weight, words, ..Likeness::default() };
    }
    Likeness {
        per_mille,
        same: same && found > 0,
        same_words: spelling && lacking == [false, false] && found > 0,
        contained: lacking != [true, true] && found > 0,
        sister,
        figures_differ: figures == [true, true],
        weight: u32::try_from(found).unwrap_or(u32::MAX),
        words,
    }
}

/// Whether a name of one short word is the initials of another.
fn is_initials(short: &[Weighed<'_>], long: &[Weighed<'_>]) -> bool {
    let [only] = short else { return false };
    let initials = || long.iter().filter_map(|word| word.word.bare.chars().next());
    (2..=5).contains(&long.len()) && only.word.bare.chars().eq(initials())
}

impl Word<'_> {
    fn has_figures(self) -> bool {
        self.bare.bytes().any(|byte| byte.is_ascii_digit())
    }

    /// How alike two words are, and whether it is no more than a matter of spelling.
    fn against(self, other: Word<'_>) -> (u16, bool) {
        if self.spelt == other.spelt
            || self.bare == other.bare
            || self.spelt == other.bare
            || self.bare == other.spelt
        {
            return (1000, true);
        }
        if self.has_figures() || other.has_figures() {
            return (0, false);
        }
        let mut alike = likeness(self.bare, other.bare);
        if self.spelt != self.bare || other.spelt != other.bare {
            alike = alike.max(likeness(self.spelt, other.spelt));
        }
        if alike >= MISSPELT {
            return (alike, true);
        }
        let shortened = begins(self.bare, other.bare) || begins(other.bare, self.bare);
        (if shortened { alike.max(SHORTENED) } else { alike.saturating_sub(DISCOUNT) }, false)
    }
}

/// Whether `short` is an initial or a longer beginning of `long`.
fn begins(short: &str, long: &str) -> bool {
    let length = short.chars().count();
    long.starts_with(short) && (length == 1 || length >= 3) && long.chars().count() >= length + 2
}

/// Words of both sides that may be each other.
struct Pair {
    alike: u16,
    spelling: bool,
    left: Range<usize>,
    right: Range<usize>,
}

/// Every pair of words that are alike, the most alike first; and of one word with two that are written apart.
fn pairs(one: &[Weighed<'_>], other: &[Weighed<'_>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (left, word) in one.iter().enumerate() {
        for (right, against) in other.iter().enumerate() {
            let (alike, spelling) = word.word.against(against.word);
            if alike >= WORDS_ALIKE - DISCOUNT {
                pairs.push(Pair { alike, spelling, left: left..left + 1, right: right..right + 1 });
            }
            if let Some(next) = one.get(left + 1)
                && let Some(alike) = apart(word.word, next.word, against.word)
            {
                pairs.push(Pair { alike, spelling: true, left: left..left + 2, right: right..right + 1 });
            }
            if let Some(next) = other.get(right + 1)
                && let Some(alike) = apart(against.word, next.word, word.word)
            {
                pairs.push(Pair { alike, spelling: true, left: left..left + 1, right: right..right + 2 });
            }
        }
    }
    pairs.sort_by_key(|pair| {
        (std::cmp::Reverse(pair.alike), pair.left.start, pair.right.start, pair.left.end)
    });
    pairs
}

/// How alike `whole` is to two words written as one, if that much.
fn apart(first: Word<'_>, second: Word<'_>, whole: Word<'_>) -> Option<u16> {
    let (together, length) = (first.bare.len() + second.bare.len(), whole.bare.len());
    // The letters that differ in number alone would be too many.
    if together.abs_diff(length) * 7 > together.max(length) || whole.has_figures() {
        return None;
    }
    let alike = likeness(&[first.bare, second.bare].concat(), whole.bare)
        .max(likeness(&[first.spelt, second.spelt].concat(), whole.spelt));
    (alike >= WRITTEN_AS_ONE).then_some(alike)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Likeness, compare};
    use crate::matching::Kind;
    use crate::matching::name::words;

    fn flat(name: &str) -> String {
        words(Kind::Organisation, name).text
    }

    fn like(one: &str, other: &str) -> Likeness {
        compare(&flat(one), &flat(other), |_| 50, |_| false)
    }

    #[test]
    fn spellings_of_one_name_are_the_same_name() {
        for (one, other) in [
            ("Müller & Söhne GmbH", "MUELLER UND SOEHNE"),
            ("Müller & Söhne GmbH", "Sohne + Muller, Gesellschaft mit beschränkter Haftung"),
            ("The Smith Company Ltd.", "Smith Co. Limited"),
            ("Schmidt & Muller KG", "Muller and Schmidt KG"),
            ("Crédit & Fils S.A.R.L.", "Credit et fils SARL"),
            ("Łódź Metal Sp. z o.o.", "Lodz Metal sp. zo.o."),
            ("Nordisk Værft A/S", "Nordisk Vaerft AS"),
            ("O'Brien Tools Inc.", "OBrien Tools, Incorporated"),
            ("株式会社山田工業", "山田工業"),
            ("Stahl Bau Huber", "Stahlbau Huber"),
            ("Hansen Intl. Mfg.", "Hansen International Manufacturing"),
            ("Müller GmbH & Co. KG", "Mueller GmbH und Co KG"),
            ("  Leading Blank AG ", "leading blank"),
        ] {
            assert!(like(one, other).same, "{one:?} {:?}, {other:?} {:?}", flat(one), flat(other));
        }
    }

    #[test]
    fn other_names_are_not_the_same_name() {
        for (one, other) in [
            ("Huber Metallbau", "Gruber Metallbau"),
            ("Contoso 2", "Contoso 3"),
            ("Schmidt Elektro", "Schmidt Elektrotechnik"),
            ("Schmidt Elektro", "Schmidt Elektro Service"),
            ("GmbH", "AG"),
        ] {
            let found = like(one, other);
            assert!(!found.same && !found.same_words, "{one:?} {other:?} {found:?}");
        }
    }

    #[test]
    fn a_misspelt_name_has_the_same_words() {
        for (one, other) in
            [("Schmitd Werkzeuge", "Schmidt Werkzeuge"), ("Fabrikam Robotics", "Fabrikam Robtoics")]
        {
            let found = like(one, other);
            assert!(!found.same && found.same_words && found.per_mille > 850, "{found:?}");
        }
    }

    #[test]
    fn figures_stand_for_themselves() {
        assert!(like("Contoso 2", "Contoso 3").figures_differ);
        assert!(!like("Contoso 2", "Contoso").figures_differ);
    }

    #[test]
    fn an_article_may_be_left_out_but_not_the_last_word() {
        let found = like("Boulangerie de Lyon", "Boulangerie Lyon");
        assert!(!found.same && found.same_words);
        let found = like("Sørensen El", "Sørensen");
        assert!(!found.same && !found.same_words);
    }

    #[test]
    fn what_is_left_out_and_what_tells_sisters_apart_is_seen() {
        assert!(like("Jones Electrical Ltd", "Jones").contained);
        assert!(!like("Jones Electrical", "Jones Plumbing").contained);
        assert!(like("Jones Electrical", "Jones Holding").sister);
        assert_eq!(like("HKS GmbH", "Huber Klima Systeme GmbH").per_mille, super::INITIALS);
        assert_eq!(like("HKX GmbH", "Huber Klima Systeme GmbH").per_mille, 0);
    }

    #[test]
    fn a_person_is_found_whichever_name_comes_first() {
        let person = |name| words(Kind::Person, name).text;
        let found =
            compare(&person("Dr. Anna-Lena Müller"), &person("Mueller, Anna Lena"), |_| 50, |_| false);
        assert!(found.same);
    }

    proptest! {
        #[test]
        fn comparing_names_has_no_direction(one in "[a-c&. ]{0,20}", other in "[a-c&. ]{0,20}") {
            prop_assert_eq!(like(&one, &other), like(&other, &one));
        }
    }
}

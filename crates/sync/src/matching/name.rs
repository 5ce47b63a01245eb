//! Names as sets of words, and how alike two of them are.

use super::distance::likeness;
use super::fold::{Manner, fold};
use super::legal_forms;
use super::party::Kind;
use super::words::{is_small, is_title, joins, written_out};

/// Below this two words have nothing to do with each other.
const WORDS_ALIKE: u16 = 700;
/// From here on one word may be a misspelling of the other.
const MISSPELT: u16 = 750;
/// A word against the beginning of it, or its initial.
const SHORTENED: u16 = 720;
/// The most words of a name that are compared.
const MOST_WORDS: usize = 14;

/// The words of a name; each as `spelt`, or `spelt/bare` where the two manners differ.
pub(super) struct Words {
    /// The words, joined by blanks.
    pub(super) text: String,
    /// The family of its legal form.
    pub(super) legal_form: Option<&'static str>,
}

/// Takes a name apart.
pub(super) fn words(kind: Kind, name: &str) -> Words {
    let company = kind == Kind::Organisation;
    let (name, unspaced) = if company { legal_forms::unspaced(name) } else { (name.to_owned(), None) };
    let raw = split(&name, kind == Kind::Product);
    let mut pairs: Vec<(String, String)> =
        raw.iter().map(|word| (fold(word, Manner::Spelt), fold(word, Manner::Bare))).collect();
    pairs.retain(|(spelt, _)| !spelt.is_empty());
    pairs.truncate(MOST_WORDS);
    let mut legal_form = unspaced;
    // Until nothing goes any more: what is left of a name is a name that leaves itself.
    loop {
        let before = pairs.len();
        let joining: Vec<bool> = (0..before)
            .map(|at| {
                let word = |at: Option<usize>| at.and_then(|at| pairs.get(at)).map(|pair| pair.0.as_str());
                joins(&pairs[at].0, word(at.checked_sub(1)), word(Some(at + 1)))
            })
            .collect();
        for (pair, _) in pairs.iter_mut().zip(joining).filter(|(_, joins)| *joins) {
            *pair = ("and".to_owned(), "and".to_owned());
        }
        if company {
            let spelt: Vec<String> = pairs.iter().map(|pair| pair.0.clone()).collect();
            let (body, family) = legal_forms::find(&spelt);
            pairs = pairs[body].to_vec();
            legal_form = legal_form.or(family);
        }
        let idle = |word: &str| word == "and" || word == "the" || (kind == Kind::Person && is_title(word));
        if pairs.iter().any(|(spelt, _)| !idle(spelt)) {
            pairs.retain(|(spelt, _)| !idle(spelt));
        }
        if pairs.len() == before {
            break;
        }
    }
    let words = pairs.iter().map(|(spelt, bare)| {
        let write = |word| if company { written_out(word) } else { word };
        let (spelt, bare) = (write(spelt.as_str()), write(bare.as_str()));
        if spelt == bare { spelt.to_owned() } else { format!("{spelt}/{bare}") }
    });
    Words { text: words.collect::<Vec<_>>().join(" "), legal_form }
}

/// Splits at everything that is neither letter nor digit; letters with dots between them are one word.
fn split(name: &str, figures_apart: bool) -> Vec<String> {
    // In sizes the sign of multiplication is typed as a letter.
    let letters: Vec<char> = name.chars().map(|letter| if letter == '×' { 'x' } else { letter }).collect();
    let at = |at: usize| letters.get(at).copied();
    let mut words = Vec::new();
    let mut word = String::new();
    for (here, &letter) in letters.iter().enumerate() {
        let before = here.checked_sub(1).and_then(at);
        let after = at(here + 1);
        let digits = |one: Option<char>| one.is_some_and(|one| one.is_ascii_digit());
        if letter.is_alphanumeric() || is_mark(letter) {
            let turns = before.is_some_and(|before| before.is_ascii_digit() != letter.is_ascii_digit());
            if figures_apart && turns && !word.is_empty() && !word.ends_with('.') {
                words.push(std::mem::take(&mut word));
            }
            word.push(letter);
        } else if figures_apart && matches!(letter, '.' | ',') && digits(before) && digits(after) {
            word.push('.');
        } else if matches!(letter, '\'' | '’' | '`' | '´' | '"' | '״' | '“' | '”') {
            // "O'Brien" is one word.
        } else if letter == '.' && abbreviates(&letters, here) {
            // "S.A.R.L." is one word.
        } else {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if matches!(letter, '&' | '+') {
                words.push(letter.to_string());
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Whether the dot at `here` stands between single letters.
fn abbreviates(letters: &[char], here: usize) -> bool {
    let is_letter =
        |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|one| one.is_alphabetic());
    let single_before = is_letter(here.checked_sub(1)) && !is_letter(here.checked_sub(2));
    single_before && is_letter(Some(here + 1))
}

/// One word in both manners.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) spelt: &'a str,
    pub(super) bare: &'a str,
}

/// The words of a text that [`words`] made.
pub(super) fn read(text: &str) -> impl Iterator<Item = Word<'_>> {
    text.split(' ').filter(|word| !word.is_empty()).map(|word| match word.split_once('/') {
        Some((spelt, bare)) => Word { spelt, bare },
        None => Word { spelt: word, bare: word },
    })
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
        let spelt = likeness(self.spelt, other.spelt);
        let bare = likeness(self.bare, other.bare);
        let alike = spelt.max(bare);
        if alike >= MISSPELT {
            return (alike, true);
        }
        let shortened = begins(self.bare, other.bare) || begins(other.bare, self.bare);
        if shortened { (alike.max(SHORTENED), false) } else { (alike, false) }
    }
}

/// Whether `short` is an initial or a longer beginning of `long`.
fn begins(short: &str, long: &str) -> bool {
    let length = short.chars().count();
    long.starts_with(short) && (length == 1 || length >= 3) && long.chars().count() >= length + 2
}

/// How alike two names are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Likeness {
    /// Of a thousand, each word by its weight.
    pub(super) per_mille: u16,
    /// Every word has its like, letter by letter; their order does not matter.
    pub(super) same: bool,
    /// Every word has its like but for spelling.
    pub(super) same_words: bool,
    /// Both have figures, and not the same ones.
    pub(super) figures_differ: bool,
    /// The weight of what they have in common: little for two companies that are both called "Metallbau".
    pub(super) weight: u32,
    /// How many words of the longer one.
    pub(super) words: usize,
}

/// Compares two texts that [`words`] made. `weigh` says how much a word tells; `passing` which words need no like.
pub(super) fn compare(
    one: &str,
    other: &str,
    weigh: impl Fn(Word<'_>) -> u32,
    passing: impl Fn(Word<'_>) -> bool,
) -> Likeness {
    // In one order, so that the comparison has no direction.
    let (one, other) = if one <= other { (one, other) } else { (other, one) };
    let (one, other): (Vec<Word<'_>>, Vec<Word<'_>>) = (read(one).collect(), read(other).collect());
    if one.is_empty() || other.is_empty() {
        return Likeness::default();
    }
    let mut left_free = vec![true; one.len()];
    let mut right_free = vec![true; other.len()];
    let (mut common, mut whole, mut found) = (0u64, 0u64, 0u64);
    let (mut same, mut same_words) = (true, true);
    for pair in pairs(&one, &other) {
        let free =
            left_free[pair.left.clone()].iter().chain(&right_free[pair.right.clone()]).all(|&free| free);
        if !free {
            continue;
        }
        let total = |words: &[Word<'_>]| words.iter().map(|&word| weigh(word)).sum::<u32>();
        let weight = total(&one[pair.left.clone()]).min(total(&other[pair.right.clone()]));
        left_free[pair.left].fill(false);
        right_free[pair.right].fill(false);
        common += 2 * u64::from(weight) * u64::from(pair.alike);
        whole += 2 * u64::from(weight);
        found += u64::from(weight) * u64::from(pair.alike) / 1000;
        same &= pair.alike == 1000;
        same_words &= pair.spelling;
    }
    let mut figures = [false, false];
    for (side, (words, free)) in [(&one, &left_free), (&other, &right_free)].into_iter().enumerate() {
        for (&word, _) in words.iter().zip(free).filter(|(_, free)| **free) {
            figures[side] |= word.has_figures();
            if passing(word) {
                continue;
            }
            whole += u64::from(weigh(word));
            same = false;
            same_words &= is_small(word.bare);
        }
    }
    let per_mille = common.checked_div(whole).unwrap_or(0);
    Likeness {
        per_mille: u16::try_from(per_mille).unwrap_or(1000).min(1000),
        same,
        same_words: same_words && found > 0,
        figures_differ: figures == [true, true],
        weight: u32::try_from(found).unwrap_or(u32::MAX),
        words: one.len().max(other.len()),
    }
}

/// Words of both sides that may be each other.
struct Pair {
    alike: u16,
    spelling: bool,
    left: std::ops::Range<usize>,
    right: std::ops::Range<usize>,
}

/// Every pair of words that are alike, the most alike first; and of one word with two that are written apart.
fn pairs(one: &[Word<'_>], other: &[Word<'_>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (left, &word) in one.iter().enumerate() {
        for (right, &against) in other.iter().enumerate() {
            let (alike, spelling) = word.against(against);
            if alike >= WORDS_ALIKE {
                pairs.push(Pair { alike, spelling, left: left..left + 1, right: right..right + 1 });
            }
            if let Some(&next) = one.get(left + 1)
                && let Some(alike) = apart(word, next, against)
            {
                pairs.push(Pair { alike, spelling: true, left: left..left + 2, right: right..right + 1 });
            }
            if let Some(&next) = other.get(right + 1)
                && let Some(alike) = apart(against, next, word)
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
    let longest = whole.bare.len();
    if first.bare.len() >= longest + 2 || second.bare.len() >= longest + 2 {
        return None;
    }
    let alike = likeness(&format!("{}{}", first.bare, second.bare), whole.bare)
        .max(likeness(&format!("{}{}", first.spelt, second.spelt), whole.spelt));
    (alike >= 850).then_some(alike)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{compare, words};
    use crate::matching::Kind;

    fn flat(name: &str) -> String {
        words(Kind::Organisation, name).text
    }

    fn like(one: &str, other: &str) -> super::Likeness {
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
        let bolt = |name| words(Kind::Product, name).text;
        assert_eq!(bolt("Hex bolt M8×40"), "hex bolt m 8 x 40");
        assert_eq!(bolt("Washer 8,4 mm"), bolt("washer 8.4mm"));
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
        fn taking_apart_what_was_taken_apart_changes_nothing(name in "[A-Za-zäöüßéøåŁ&. ,'0-9-]{0,40}") {
            let once = flat(&name);
            let spelt: Vec<&str> = super::read(&once).map(|word| word.spelt).collect();
            prop_assert_eq!(flat(&spelt.join(" ")), spelt.join(" "));
        }

        #[test]
        fn comparing_names_has_no_direction(one in "[a-c&. ]{0,20}", other in "[a-c&. ]{0,20}") {
            prop_assert_eq!(like(&one, &other), like(&other, &one));
        }
    }
}

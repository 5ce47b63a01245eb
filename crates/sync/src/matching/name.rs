//! Names as sets of words: without legal form, joining words, accents and case.

use super::fold::{Manner, fold};
use super::legal_forms;
use super::party::Kind;
use super::words::{is_title, joins, written_out};

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
            pairs = body.into_iter().filter_map(|at| pairs.get(at).cloned()).collect();
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::words;
    use crate::matching::Kind;

    fn flat(name: &str) -> String {
        words(Kind::Organisation, name).text
    }

    #[test]
    fn sizes_of_products_are_taken_apart() {
        let bolt = |name| words(Kind::Product, name).text;
        assert_eq!(bolt("Hex bolt M8×40"), "hex bolt m 8 x 40");
        assert_eq!(bolt("Washer 8,4 mm"), bolt("washer 8.4mm"));
    }

    #[test]
    fn a_name_keeps_a_word_even_if_all_could_go() {
        for (name, kept) in [("GmbH", "gmbh"), ("The", "the"), ("Ltd Limited", "ltd")] {
            assert_eq!(flat(name), kept, "{name}");
        }
    }

    proptest! {
        #[test]
        fn taking_apart_what_was_taken_apart_changes_nothing(
            parts in proptest::collection::vec(
                prop_oneof![
                    "[A-Za-zäöüßéøåŁ]{1,8}",
                    Just("&".to_owned()), Just("GmbH".to_owned()), Just("Co.".to_owned()), Just("KG".to_owned()),
                    Just("Ltd".to_owned()), Just("S.A.".to_owned()), Just("The".to_owned()), Just("e.K.".to_owned()),
                    Just("y".to_owned()), Just("Sp. z o.o.".to_owned()), Just("Intl".to_owned()),
                ],
                0..6,
            )
        ) {
            let once = flat(&parts.join(" "));
            let spelt: Vec<&str> = super::read(&once).map(|word| word.spelt).collect();
            prop_assert_eq!(flat(&spelt.join(" ")), spelt.join(" "));
        }
    }
}

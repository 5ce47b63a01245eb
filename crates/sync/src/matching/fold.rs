//! Letters without accents and case, in the two ways in which people type them.

use unicode_normalization::UnicodeNormalization;

/// How letters that a keyboard lacks are typed instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// `ä` as `ae`, `ø` as `oe`, `å` as `aa`: as German and Nordic people write where they have no umlauts.
    Spelt,
    /// `ä` as `a`, `ø` as `o`: as everybody else does.
    Bare,
}

/// `text` in small letters without accents; scripts that have neither stay as they are.
pub(super) fn fold(text: &str, manner: Manner) -> String {
    let mut folded = String::with_capacity(text.len());
    // First composed, so that "u" with a combining dieresis is the umlaut that it looks like.
    for letter in text.nfc().flat_map(char::to_lowercase) {
        match stand_in(letter, manner) {
            Some(letters) => folded.push_str(letters),
            None if letter.is_ascii() => folded.push(letter),
            None => {
                // A composed letter may hold one that has a stand-in: "ǿ", or the small raised "æ" of phonetics.
                let parts = std::iter::once(letter).nfkd().filter(|&part| !is_mark(part));
                for part in parts.flat_map(char::to_lowercase) {
                    match stand_in(part, manner) {
                        Some(letters) => folded.push_str(letters),
                        None => folded.push(part),
                    }
                }
            }
        }
    }
    folded
}

/// What stands for a letter that does not decompose, or that is spelt out.
fn stand_in(letter: char, manner: Manner) -> Option<&'static str> {
    let spelt = manner == Manner::Spelt;
    Some(match letter {
        'ä' if spelt => "ae",
        'ö' | 'ø' if spelt => "oe",
        'ü' if spelt => "ue",
        'å' if spelt => "aa",
        'ø' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "n",
        _ => return None,
    })
}

/// Combining accents, and the dot that small letters of Turkish İ leave behind.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Manner, fold};

    #[test]
    fn umlauts_are_known_in_both_spellings() {
        for (text, spelt, bare) in [
            ("Müller", "mueller", "muller"),
            ("Mu\u{308}ller", "mueller", "muller"),
            ("STRAẞE", "strasse", "strasse"),
            ("Ærøskøbing", "aeroeskoebing", "aeroskobing"),
            ("Århus", "aarhus", "arhus"),
            ("Łódź", "lodz", "lodz"),
            ("Crédit", "credit", "credit"),
            ("Niño", "nino", "nino"),
            ("ＡＢＣ", "abc", "abc"),
            ("İstanbul", "istanbul", "istanbul"),
            ("株式会社", "株式会社", "株式会社"),
        ] {
            assert_eq!(fold(text, Manner::Spelt), spelt);
            assert_eq!(fold(text, Manner::Bare), bare);
        }
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}") {
            for manner in [Manner::Spelt, Manner::Bare] {
                let once = fold(&text, manner);
                prop_assert_eq!(fold(&once, manner), once);
            }
        }
    }
}

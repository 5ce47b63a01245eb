//! How far two words are apart.

/// The longest word that is compared letter by letter; longer ones are compared by their beginnings.
const LONGEST: usize = 48;

/// How alike two words are, of a thousand: one less the share of letters that have to be changed.
///
/// A change is a letter put in, left out or replaced, or two neighbours swapped (Damerau and Levenshtein, "optimal string
/// alignment"); the first letter counts double, since people rarely mistype it.
pub(super) fn likeness(one: &str, other: &str) -> u16 {
    if one == other {
        return 1000;
    }
    let (one, other) = (letters(one), letters(other));
    let longest = one.len().max(other.len());
    if longest == 0 {
        return 1000;
    }
    // What differs in number has to be changed at least; nobody asks how unlike two words are that are unlike.
    if one.len().abs_diff(other.len()) * 2 > longest {
        return 0;
    }
    let mut changes = changes(&one, &other);
    if one.first() != other.first()
        && one.get(..2).map(|two| [two[1], two[0]]) != other.get(..2).map(|two| [two[0], two[1]])
    {
        changes += 1;
    }
    let kept = longest.saturating_sub(changes);
    u16::try_from(kept * 1000 / longest).unwrap_or(0)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().take(LONGEST).collect()
}

/// How many changes make one of the other.
fn changes(one: &[char], other: &[char]) -> usize {
    let width = other.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row = vec![0; width];
    for (i, &letter) in one.iter().enumerate() {
        row[0] = i + 1;
        for (j, &against) in other.iter().enumerate() {
            let replaced = last[j] + usize::from(letter != against);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && letter == other[j - 1] && one[i - 1] == against {
                least = least.min(before_last[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[width - 1]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::likeness;

    #[test]
    fn likeness_is_one_less_the_share_of_changed_letters() {
        for (one, other, alike) in [
            ("", "", 1000),
            ("abc", "abc", 1000),
            ("mueller", "muller", 857),
            ("schmidt", "schmitd", 857),
            ("acb", "cab", 666),
            ("hansen", "jansen", 666),
            ("abc", "xyz", 0),
            ("abc", "", 0),
        ] {
            assert_eq!(likeness(one, other), alike, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn likeness_has_no_direction(one in "[a-e]{0,12}", other in "[a-e]{0,12}") {
            prop_assert_eq!(likeness(&one, &other), likeness(&other, &one));
        }

        #[test]
        fn only_the_same_word_is_wholly_alike(one in "[a-e]{0,12}", other in "[a-e]{0,12}") {
            prop_assert_eq!(likeness(&one, &other) == 1000, one == other);
        }
    }
}

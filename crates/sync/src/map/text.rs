//! Texts: what Zoho can hold of them.

/// What stands at the end of a text that was cut.
const CUT: char = '…';

/// The text as one line: control characters and line breaks become blanks; none at the ends. `None` where nothing is left.
pub(crate) fn one_line(text: &str) -> Option<String> {
    if !text.contains(is_unprintable) {
        let trimmed = text.trim();
        return if trimmed.is_empty() { None } else { Some(trimmed.to_owned()) };
    }
    let clean: String = text.chars().map(|c| if is_unprintable(c) { ' ' } else { c }).collect();
    let trimmed = clean.trim();
    if trimmed.is_empty() { None } else { Some(trimmed.to_owned()) }
}

/// The text with its lines: control characters become blanks, every kind of line break becomes `\n`; none at the ends.
pub(crate) fn many_lines(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let clean: String = text.chars().map(|c| if c != '\n' && is_unprintable(c) { ' ' } else { c }).collect();
    let trimmed = clean.trim();
    if trimmed.is_empty() { None } else { Some(trimmed.to_owned()) }
}

fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// How long Zoho may count the text to be.
///
/// Whether Zoho counts characters or UTF-16 code units is unverified; the latter are never fewer, so that a text that fits by them fits.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text where it fits, else its beginning with `…` at the end; whether it was cut.
pub(crate) fn cut(text: &str, longest: usize) -> (String, bool) {
    if length(text) <= longest {
        return (text.to_owned(), false);
    }
    let room = longest.saturating_sub(1);
    let mut used = 0;
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            used += c.len_utf16();
            used <= room
        })
        .collect();
    kept.truncate(kept.trim_end().len());
    if longest > 0 {
        kept.push(CUT);
    }
    (kept, true)
}

/// The parts that are there, each on a line of its own.
pub(crate) fn lines<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().filter_map(one_line).collect();
    if parts.is_empty() { None } else { Some(parts.join("\n")) }
}

/// First and last name of a person: split at the last blank. One word is a last name.
pub(crate) fn split_name(name: &str) -> (Option<String>, String) {
    match name.rsplit_once(char::is_whitespace) {
        Some((first, last)) => (one_line(first), last.to_owned()),
        None => (None, name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{cut, length, lines, many_lines, one_line, split_name};

    #[test]
    fn control_characters_become_blanks() {
        assert_eq!(one_line(" A\u{0}dat\tum\r\n ").as_deref(), Some("A dat um"));
        assert_eq!(one_line("\u{7}\n"), None);
        assert_eq!(many_lines("a\r\nb\rc\u{1}").as_deref(), Some("a\nb\nc"));
    }

    #[test]
    fn a_text_that_fits_is_not_touched() {
        assert_eq!(cut("Adatum", 6), ("Adatum".to_owned(), false));
    }

    #[test]
    fn a_long_text_is_cut_at_a_character_and_ends_in_an_ellipsis() {
        assert_eq!(cut("Adatum Corporation", 8), ("Adatum…".to_owned(), true));
        assert_eq!(cut("ÄÖÜß", 3), ("ÄÖ…".to_owned(), true));
        assert_eq!(cut("😀😀😀", 4), ("😀…".to_owned(), true));
        assert_eq!(cut("abc", 1), ("…".to_owned(), true));
        assert_eq!(cut("abc", 0), (String::new(), true));
    }

    #[test]
    fn streets_have_a_line_for_each_part_that_is_there() {
        assert_eq!(
            lines([Some("192 Market Square"), Some("Suite 2")]).as_deref(),
            Some("192 Market Square\nSuite 2")
        );
        assert_eq!(lines([None, Some("Suite 2")]).as_deref(), Some("Suite 2"));
        assert_eq!(lines([Some(" "), None]), None);
    }

    #[test]
    fn names_are_split_at_the_last_blank() {
        assert_eq!(split_name("Ana María López"), (Some("Ana María".to_owned()), "López".to_owned()));
        assert_eq!(split_name("Ann  Beebe"), (Some("Ann".to_owned()), "Beebe".to_owned()));
        assert_eq!(split_name("Cher"), (None, "Cher".to_owned()));
    }

    proptest! {
        #[test]
        fn a_cut_text_never_exceeds_the_limit(text in "\\PC{0,60}", longest in 0usize..50) {
            let (kept, was_cut) = cut(&text, longest);
            prop_assert!(length(&kept) <= longest);
            prop_assert!(kept.chars().count() <= longest);
            prop_assert_eq!(was_cut, length(&text) > longest);
            if was_cut && longest > 0 {
                prop_assert!(kept.ends_with('…'));
                prop_assert!(text.starts_with(kept.trim_end_matches('…').trim_end()));
            }
        }
    }
}

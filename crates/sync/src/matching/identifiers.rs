//! Numbers that name one record: its own number, tax registration numbers.

use super::places::is_code;

/// What may stand around a tax number.
const TAX_WORDS: &[&str] =
    &["MWST", "TVA", "IVA", "VAT", "USTIDNR", "USTID", "UID", "HR", "TIN", "NIF", "CIF", "PIVA", "NIP"];

/// Every way in which a number may be meant: the whole, and the parts between blanks that hold figures.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let mut found = vec![plain(text)];
    found.extend(
        text.split_whitespace().filter(|part| part.bytes().any(|byte| byte.is_ascii_digit())).map(plain),
    );
    found.retain(|number| says_something(number));
    found.sort_unstable();
    found.dedup();
    found
}

/// The figures of a number without what stands before them: the `10010` of `C0010010`.
pub(super) fn digits(number: &str) -> Option<&str> {
    let from = number.find(|letter: char| letter.is_ascii_digit())?;
    let tail = &number[from..];
    let tail = tail.trim_start_matches('0');
    (tail.len() >= 3 && tail.bytes().all(|byte| byte.is_ascii_digit())).then_some(tail)
}

/// A tax number as country (may be missing) and body: `DE|123456789`.
pub(super) fn tax_number(text: &str) -> Option<String> {
    let mut number = plain(text);
    for word in TAX_WORDS {
        if let Some(rest) = number.strip_prefix(word).filter(|rest| rest.len() >= 7) {
            number = rest.to_owned();
        }
        if let Some(rest) = number.strip_suffix(word).filter(|rest| rest.len() >= 7) {
            number = rest.to_owned();
        }
    }
    let (country, body) = match number.get(..2) {
        _ if number.starts_with("CHE") => ("CH", number.get(3..).unwrap_or_default()),
        Some(code) if is_code(code) => (code, number.get(2..).unwrap_or_default()),
        Some(_) | None => ("", number.as_str()),
    };
    let figures = body.bytes().filter(u8::is_ascii_digit).count();
    let varied = body.bytes().any(|byte| Some(byte) != body.bytes().next());
    (figures >= 5 && varied && body.len() <= 20).then(|| format!("{country}|{body}"))
}

/// Whether two tax numbers, as [`tax_number`] gives them, are one; `None` where they may be of different kinds.
pub(super) fn same_tax_number(one: &str, other: &str) -> Option<bool> {
    let (country, body) = one.split_once('|')?;
    let (other_country, other_body) = other.split_once('|')?;
    let one_country = country == other_country || country.is_empty() || other_country.is_empty();
    match body == other_body {
        true if one_country => Some(true),
        _ if !one_country => Some(false),
        _ => (body.len() == other_body.len()).then_some(false),
    }
}

/// Letters and digits in capitals.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).take(40).collect()
}

/// A number of one or two figures, or a short word, is borne by too many things.
fn says_something(number: &str) -> bool {
    let figures = number.bytes().filter(u8::is_ascii_digit).count();
    figures >= 3 || (number.chars().count() >= 4 && !number.bytes().all(|byte| byte == b'0'))
}

#[cfg(test)]
mod tests {
    use super::{digits, numbers, same_tax_number, tax_number};

    #[test]
    fn a_number_is_found_among_words() {
        assert_eq!(numbers("Invoice PS-INV103001"), ["INVOICEPSINV103001", "PSINV103001"]);
        assert_eq!(numbers(" c-10010 "), ["C10010"]);
        assert_eq!(numbers("12"), Vec::<String>::new());
        assert_eq!(digits("C0010010"), Some("10010"));
        assert_eq!(digits("10A10"), None);
        assert_eq!(digits("LINDA"), None);
    }

    #[test]
    fn a_tax_number_is_one_with_or_without_its_country() {
        let same = |one, other| same_tax_number(&tax_number(one).unwrap(), &tax_number(other).unwrap());
        assert_eq!(same("DE123456789", "DE 123 456 789"), Some(true));
        assert_eq!(same("DE123456789", "123456789"), Some(true));
        assert_eq!(same("CHE-123.456.788 MWST", "123.456.788"), Some(true));
        assert_eq!(same("ATU12345678", "U12345678"), Some(true));
        assert_eq!(same("DE123456789", "DE123456780"), Some(false));
        assert_eq!(same("DE123456789", "FR123456789"), Some(false));
        // A VAT id and a number of the local tax office are of different kinds.
        assert_eq!(same("DE123456789", "12/345/67890"), None);
        for nothing in ["", "n/a", "0", "DE", "000000000", "unknown"] {
            assert_eq!(tax_number(nothing), None, "{nothing}");
        }
    }
}

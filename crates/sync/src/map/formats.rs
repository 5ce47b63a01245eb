//! Zoho's format checks for phone, website and e-mail, and how a value is brought into a form that passes.
//!
//! The patterns are Zoho's own (CRM API, insert-records, "Sample Attributes").

use std::sync::LazyLock;

use fancy_regex::Regex;

const PHONE: &str = r"^([+]?)(?![.-])(?>(?>[.-]?[ ]?[\da-zA-Z]+)+|([ ]?\((?![.-])(?>[ .-]?[\da-zA-Z]+)+\)(?![.])([ -]?[\da-zA-Z]+)?)+)+(?>(?>([,]+)?[;]?[\da-zA-Z]+)+(([#][\da-zA-Z]+)+)?)?[#;]?$";

const WEBSITE: &str = r"^(http:\/\/www.|https:\/\/www.|ftp:\/\/www.|www.|http:\/\/|https:\/\/|ftp:\/\/|){1}[^\x00-\x19\x22-\x27\x2A-\x2C\x2E-\x2F\x3A-\x3F\x5B-\x5E\x60\x7B\x7D-\x7F]+(\.[^\x00-\x19\x22\x24-\x2C\x2E-\x2F\x3C\x3E\x40\x5B-\x5E\x60\x7B\x7D-\x7F]+)+([\/\?].*)*$";

const EMAIL: &str = r"^[\+\-\p{L}\p{M}\p{N}_]([\p{L}\p{M}\p{N}!#$%&'*+\-\/=?^_`{|}~.]*)@(?=.{4,256}$)(([\p{L}\p{N}\p{M}]+)(([\-_]*[\p{L}\p{M}\p{N}])*)[.])+[\p{L}\p{M}]{2,22}$";

/// A value with a format that Zoho checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A phone number.
    Phone,
    /// The address of a website.
    Website,
    /// An e-mail address.
    Email,
}

impl Format {
    /// The format that fields of this Zoho data type check.
    pub(crate) fn of(data_type: &str) -> Option<Self> {
        match data_type {
            "phone" => Some(Self::Phone),
            "website" => Some(Self::Website),
            "email" => Some(Self::Email),
            _ => None,
        }
    }

    /// The word for it in warnings.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone number",
            Self::Website => "website",
            Self::Email => "e-mail address",
        }
    }

    /// The longest value that Zoho takes, where the field does not say otherwise.
    pub(crate) const fn longest(self) -> usize {
        match self {
            Self::Phone => 30,
            Self::Website => 450,
            Self::Email => 100,
        }
    }

    /// The value in a form that Zoho takes and that has at most `longest` characters, or `None` where there is no such form.
    pub(crate) fn accepted(self, value: &str, longest: usize) -> Option<String> {
        let value = collapse_blanks(value);
        let fits = |candidate: &String| candidate.encode_utf16().count() <= longest && self.passes(candidate);
        let others = match self {
            Self::Phone => phone_forms(&value),
            Self::Website => vec![website_form(&value)],
            Self::Email => email_forms(&value),
        };
        std::iter::once(value).chain(others).find(fits)
    }

    /// Whether Zoho's own pattern takes the value as it is.
    pub(crate) fn passes(self, value: &str) -> bool {
        static COMPILED: [LazyLock<Option<Regex>>; 3] = [
            LazyLock::new(|| Regex::new(PHONE).ok()),
            LazyLock::new(|| Regex::new(WEBSITE).ok()),
            LazyLock::new(|| Regex::new(EMAIL).ok()),
        ];
        let [phone, website, email] = &COMPILED;
        let pattern = match self {
            Self::Phone => phone,
            Self::Website => website,
            Self::Email => email,
        };
        // A value on which the pattern gives up (too much backtracking) is not worth the record: it does not pass.
        pattern.as_ref().is_some_and(|pattern| pattern.is_match(value).unwrap_or(false))
    }
}

/// One plain blank for every run of blanks, tabs, line breaks and no-break spaces; none at the ends.
fn collapse_blanks(value: &str) -> String {
    let blank =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    value.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Other spellings of a phone number, the most faithful first. Only of what has a digit: "n/a" is no phone number.
fn phone_forms(value: &str) -> Vec<String> {
    let value = strip_phone_label(value);
    if !value.chars().any(|c| c.is_ascii_digit()) {
        return Vec::new();
    }
    let tidy = value.chars().map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c });
    let tidy: String = tidy.collect();
    let spaced: String =
        tidy.chars().map(|c| if matches!(c, '/' | '\\' | '|' | ':') { ' ' } else { c }).collect();
    let spaced = ["( ", " )", " -", "- ", " .", "-("].iter().fold(collapse_blanks(&spaced), |text, pair| {
        let to = match *pair {
            "( " => "(",
            " )" => ")",
            "-(" => " (",
            " ." => ".",
            _ => "-",
        };
        text.replace(pair, to)
    });
    let plus = if spaced.starts_with('+') || spaced.starts_with("(+") { "+" } else { "" };
    let words: Vec<&str> =
        spaced.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let bare = format!("{plus}{}", words.join(" "));
    let digits = format!("{plus}{}", words.concat());
    vec![value.to_owned(), spaced, bare, digits]
}

/// The value without a leading "Tel:", "Phone", "Mob." and the like.
fn strip_phone_label(value: &str) -> &str {
    const LABELS: [&str; 12] = [
        "telephone",
        "telefon",
        "téléphone",
        "phone",
        "mobile",
        "mobil",
        "tel",
        "tél",
        "tlf",
        "mob",
        "ph",
        "fax",
    ];
    let lower = value.to_lowercase();
    for label in LABELS {
        // Lower-casing keeps the length of everything that these labels are made of.
        if lower.starts_with(label) && value.is_char_boundary(label.len()) {
            let rest = value.get(label.len()..).unwrap_or_default();
            let stripped = rest.trim_start_matches(['.', ':', ' ']);
            if stripped.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')) {
                return stripped;
            }
        }
    }
    value
}

/// The website with scheme and `www.` in lower case and without blanks or full stops at its end.
fn website_form(value: &str) -> String {
    let value = value.trim_end_matches(['.', ',', ';', ' ']);
    let mut form = value.replace('\\', "/");
    for prefix in ["https://", "http://", "ftp://", "www."] {
        let at = form.find("://").map_or(0, |at| at + 3);
        let start = if prefix == "www." { at } else { 0 };
        let end = start + prefix.len();
        if form.get(start..end).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            form.replace_range(start..end, prefix);
        }
    }
    form
}

/// The address without `mailto:`, brackets and names; the first one where there are several.
fn email_forms(value: &str) -> Vec<String> {
    let separators = [';', ',', ' ', '<', '>', '(', ')', '[', ']', '"'];
    let words = value.split(separators).filter(|word| word.contains('@'));
    let bare = |word: &str| {
        let word = if word.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:")) {
            &word[7..]
        } else {
            word
        };
        word.trim_matches(['.', ':', '\'']).to_owned()
    };
    words.map(bare).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use exact_json::Value;

    use super::{EMAIL, Format, PHONE, WEBSITE};

    #[test]
    fn the_patterns_are_those_of_the_contract() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/contracts/zoho-crm/samples/field_type_limits.json"
        );
        if !Path::new(path).exists() {
            println!("skipped: {path} is absent");
            return;
        }
        let limits = Value::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        for (name, pattern, format) in [
            ("phone", PHONE, Format::Phone),
            ("website", WEBSITE, Format::Website),
            ("email", EMAIL, Format::Email),
        ] {
            let limit = limits.get(name).unwrap();
            assert_eq!(limit.get("regex").and_then(Value::as_text), Some(pattern));
            assert_eq!(limit.get("max").and_then(Value::as_number), Some((format.longest() as i64).into()));
        }
    }

    #[test]
    fn every_pattern_compiles_and_judges_as_zoho_does() {
        let judged = [
            (Format::Phone, "(425) 555-0100", true),
            (Format::Phone, "+44 (0)20 7946 0958", true),
            (Format::Phone, "555-0100 ext. 4", true),
            (Format::Phone, "425/555-0100", false),
            (Format::Phone, "425  555", false),
            (Format::Phone, "n/a", false),
            (Format::Phone, "-", false),
            (Format::Website, "adatum", false),
            (Format::Website, "HTTPS://adatum.com", false),
            (Format::Website, "adatum.com", true),
            (Format::Website, "https://www.adatum.com/shop?a=b", true),
            (Format::Email, "robert.townes@contoso.com", true),
            (Format::Email, "müller@büro.de", true),
            (Format::Email, "robert@contoso", false),
            (Format::Email, "a@x.com;b@x.com", false),
        ];
        for (format, value, passes) in judged {
            assert_eq!(format.passes(value), passes, "{value}");
        }
    }

    #[test]
    fn a_phone_number_is_brought_into_a_form_that_passes() {
        let forms = [
            ("Tel: 425 555 0100", "425 555 0100"),
            ("Tel.: +49 (0) 89 / 1234-56", "+49 (0) 89 1234-56"),
            ("425/555-0100", "425 555-0100"),
            ("089  123456", "089 123456"),
            ("089\u{a0}12–34", "089 12-34"),
            ("+49 - 89 - 1234", "+49-89-1234"),
            ("(089 )12 34", "(089)12 34"),
            ("phone +1 425", "+1 425"),
            ("(+49) 89 1234", "+49 89 1234"),
            ("425 555 0100", "425 555 0100"),
        ];
        for (from, to) in forms {
            assert_eq!(Format::Phone.accepted(from, 30).as_deref(), Some(to), "{from}");
        }
    }

    #[test]
    fn what_is_no_phone_number_is_left_out() {
        for value in ["n/a", "-", "???", "ask/reception", "+", ""] {
            assert_eq!(Format::Phone.accepted(value, 30), None, "{value}");
        }
        assert_eq!(
            Format::Phone.accepted("1234567890 1234567890 1234567890", 30).as_deref(),
            Some("123456789012345678901234567890")
        );
        assert_eq!(Format::Phone.accepted("1234567890123456789012345678901", 30), None);
    }

    #[test]
    fn a_website_gets_a_scheme_in_lower_case() {
        let forms = [
            ("HTTPS://Adatum.com", "https://Adatum.com"),
            ("HTTP://WWW.adatum.com/", "http://www.adatum.com/"),
            (" www.adatum.com. ", "www.adatum.com"),
        ];
        for (from, to) in forms {
            assert_eq!(Format::Website.accepted(from, 450).as_deref(), Some(to), "{from}");
        }
        for value in ["adatum", "none", ""] {
            assert_eq!(Format::Website.accepted(value, 450), None, "{value}");
        }
    }

    #[test]
    fn an_email_address_loses_what_is_around_it() {
        let forms = [
            ("mailto:a.b@contoso.com", "a.b@contoso.com"),
            ("Ann Beebe <ann@contoso.com>", "ann@contoso.com"),
            ("ann@contoso.com; bob@contoso.com", "ann@contoso.com"),
            ("ann@contoso.com.", "ann@contoso.com"),
        ];
        for (from, to) in forms {
            assert_eq!(Format::Email.accepted(from, 100).as_deref(), Some(to), "{from}");
        }
        for value in ["ann", "ann@contoso", "@contoso.com", ""] {
            assert_eq!(Format::Email.accepted(value, 100), None, "{value}");
        }
    }

    #[test]
    fn hostile_values_end_soon() {
        let long = "1".repeat(5_000) + "!";
        assert!(Format::Phone.accepted(&long, 30).is_none());
        let mail = format!("a@{}!", "a-".repeat(2_000));
        assert!(Format::Email.accepted(&mail, 100).is_none());
    }
}

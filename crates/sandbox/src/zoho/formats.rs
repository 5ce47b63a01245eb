//! The formats that Zoho checks: phone, e-mail and website, by the expressions of its own documentation.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::field::DataType;

/// Zoho, insert-records "Sample Attributes"; needs look-ahead and atomic groups.
const PHONE: &str = r"^([+]?)(?![.-])(?>(?>[.-]?[ ]?[\da-zA-Z]+)+|([ ]?\((?![.-])(?>[ .-]?[\da-zA-Z]+)+\)(?![.])([ -]?[\da-zA-Z]+)?)+)+(?>(?>([,]+)?[;]?[\da-zA-Z]+)+(([#][\da-zA-Z]+)+)?)?[#;]?$";
const EMAIL: &str = r"^[\+\-\p{L}\p{M}\p{N}_]([\p{L}\p{M}\p{N}!#$%&'*+\-\/=?^_`{|}~.]*)@(?=.{4,256}$)(([\p{L}\p{N}\p{M}]+)(([\-_]*[\p{L}\p{M}\p{N}])*)[.])+[\p{L}\p{M}]{2,22}$";
const WEBSITE: &str = r"^(http:\/\/www.|https:\/\/www.|ftp:\/\/www.|www.|http:\/\/|https:\/\/|ftp:\/\/|){1}[^\x00-\x19\x22-\x27\x2A-\x2C\x2E-\x2F\x3A-\x3F\x5B-\x5E\x60\x7B\x7D-\x7F]+(\.[^\x00-\x19\x22\x24-\x2C\x2E-\x2F\x3C\x3E\x40\x5B-\x5E\x60\x7B\x7D-\x7F]+)+([\/\?].*)*$";

static PHONE_FORMAT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PHONE).ok());
static EMAIL_FORMAT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(EMAIL).ok());
static WEBSITE_FORMAT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(WEBSITE).ok());

/// Whether `text` has the format that a field of this type wants; types without a format take anything.
pub(super) fn fits(data_type: DataType, text: &str) -> bool {
    let format = match data_type {
        DataType::Phone => &*PHONE_FORMAT,
        DataType::Email => &*EMAIL_FORMAT,
        DataType::Website => &*WEBSITE_FORMAT,
        _ => return true,
    };
    format.as_ref().is_some_and(|format| format.is_match(text).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::{DataType, fits};

    #[test]
    fn phone_numbers_are_taken_and_refused_as_measured() {
        for good in
            ["(425) 555-0100", "+44 (0)20 7946 0958", "555-0100 ext. 4", "+1 425 555 0100", "91(987)654321"]
        {
            assert!(fits(DataType::Phone, good), "{good}");
        }
        for bad in ["425/555-0100", "425  555", "n/a", "-"] {
            assert!(!fits(DataType::Phone, bad), "{bad}");
        }
    }

    #[test]
    fn websites_need_a_dot_and_a_lower_case_scheme() {
        for good in ["adatum.com", "https://www.adatum.com/path?x=1", "www.adatum.com"] {
            assert!(fits(DataType::Website, good), "{good}");
        }
        for bad in ["adatum", "HTTPS://adatum.com", "a b"] {
            assert!(!fits(DataType::Website, bad), "{bad}");
        }
    }

    #[test]
    fn e_mail_addresses_need_a_domain() {
        assert!(fits(DataType::Email, "robert.townes@contoso.com"));
        assert!(fits(DataType::Email, "jörg@müller.de"));
        for bad in ["robert", "robert@contoso", "a@b.com; c@d.com", "robert@@contoso.com"] {
            assert!(!fits(DataType::Email, bad), "{bad}");
        }
    }
}

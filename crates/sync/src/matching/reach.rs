//! Telephone numbers, e-mail addresses and web addresses, and what of them belongs to one company alone.

/// Where anybody may have an address: the domain says nothing.
const FREE_MAIL: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "gmx.de",
    "gmx.net",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "web.de",
    "outlook.com",
    "outlook.de",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.co.uk",
    "hotmail.it",
    "hotmail.es",
    "live.com",
    "live.de",
    "live.fr",
    "live.co.uk",
    "msn.com",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yahoo.co.uk",
    "yahoo.es",
    "yahoo.it",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "t-online.de",
    "freenet.de",
    "arcor.de",
    "online.de",
    "aol.com",
    "aol.de",
    "mail.com",
    "email.de",
    "posteo.de",
    "mailbox.org",
    "protonmail.com",
    "proton.me",
    "pm.me",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "sfr.fr",
    "libero.it",
    "virgilio.it",
    "alice.it",
    "tiscali.it",
    "tin.it",
    "pec.it",
    "telefonica.net",
    "terra.es",
    "wp.pl",
    "o2.pl",
    "onet.pl",
    "onet.eu",
    "interia.pl",
    "op.pl",
    "gazeta.pl",
    "seznam.cz",
    "centrum.cz",
    "bluewin.ch",
    "sunrise.ch",
    "hispeed.ch",
    "aon.at",
    "chello.at",
    "a1.net",
    "telenet.be",
    "skynet.be",
    "ziggo.nl",
    "kpnmail.nl",
    "planet.nl",
    "xs4all.nl",
    "hetnet.nl",
    "home.nl",
    "btinternet.com",
    "btconnect.com",
    "sky.com",
    "virginmedia.com",
    "talktalk.net",
    "comcast.net",
    "verizon.net",
    "att.net",
    "sbcglobal.net",
    "bellsouth.net",
    "cox.net",
    "charter.net",
    "telia.com",
    "tele2.se",
    "online.no",
    "mail.dk",
    "jubii.dk",
    "mail.ru",
    "yandex.ru",
    "bk.ru",
    "qq.com",
    "163.com",
    "126.com",
    "naver.com",
    "docomo.ne.jp",
    "zoho.com",
    "fastmail.com",
    "tutanota.com",
    "vodafone.de",
    "kabelmail.de",
    "1und1.de",
    "example.com",
    "example.org",
    "example.net",
];

/// Where anybody may have a page.
const HOSTERS: &[&str] = &[
    "facebook.com",
    "linkedin.com",
    "instagram.com",
    "twitter.com",
    "x.com",
    "xing.com",
    "youtube.com",
    "google.com",
    "wixsite.com",
    "wix.com",
    "jimdo.com",
    "jimdosite.com",
    "wordpress.com",
    "blogspot.com",
    "weebly.com",
    "squarespace.com",
    "webnode.com",
    "business.site",
    "ebay.com",
    "ebay.de",
    "etsy.com",
    "amazon.com",
    "amazon.de",
    "gelbeseiten.de",
    "myshopify.com",
    "github.io",
    "tripadvisor.com",
    "yelp.com",
    "wikipedia.org",
    "strato.de",
    "ionos.de",
];

/// Second-level endings below which anybody may register a name (publicsuffix.org, the usual ones of commerce).
const SECOND_LEVEL: &[&str] =
    &["co", "com", "org", "net", "ac", "gov", "or", "ne", "gob", "edu", "ltd", "plc", "me"];

/// Marks of what follows the number proper.
const EXTENSIONS: &[&str] = &["ext", "durchwahl", "dw", " x", "poste", "#", ";"];

/// The fewest digits that make a number somebody's own; shorter ones are local and repeat from town to town.
const DIGITS: usize = 8;

/// A telephone number's digits: `+4940555` where the country is said, else without leading zeros.
pub(super) fn phone(text: &str) -> Option<String> {
    let text = text.to_lowercase().replace("(0)", "");
    let end = EXTENSIONS.iter().filter_map(|mark| text.find(mark)).filter(|&at| at >= DIGITS).min();
    let text = &text[..end.unwrap_or(text.len())];
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let first = text.find(|letter: char| letter == '+' || letter.is_ascii_digit());
    let plus = first.is_some_and(|at| text[at..].starts_with('+'));
    let (abroad, digits) = match digits.strip_prefix("00") {
        _ if plus => (true, digits.as_str()),
        Some(rest) => (true, rest),
        None => (false, digits.trim_start_matches('0')),
    };
    let varied = digits.bytes().any(|digit| Some(digit) != digits.bytes().next());
    let enough = (DIGITS..=15).contains(&digits.len()) && varied;
    enough.then(|| if abroad { format!("+{digits}") } else { digits.to_owned() })
}

/// Whether two numbers, as [`phone`] gives them, are one.
pub(super) fn same_phone(one: &str, other: &str) -> bool {
    match (one.strip_prefix('+'), other.strip_prefix('+')) {
        (Some(one), Some(other)) => one == other,
        (Some(abroad), None) => lacks_country(other, abroad),
        (None, Some(abroad)) => lacks_country(one, abroad),
        // "1 425 …" as people in America write their own country
        (None, None) => {
            one == other || one.strip_prefix('1') == Some(other) || other.strip_prefix('1') == Some(one)
        }
    }
}

/// Whether `home` is `abroad` without its country (one to three digits).
fn lacks_country(home: &str, abroad: &str) -> bool {
    abroad == home || abroad.strip_suffix(home).is_some_and(|country| (1..=3).contains(&country.len()))
}

/// What two numbers that are one have in common.
pub(super) fn phone_key(phone: &str) -> &str {
    &phone[phone.len() - DIGITS.min(phone.len())..]
}

/// An e-mail address in one spelling.
pub(super) fn email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    let (user, host) = text.split_once('@')?;
    let whole = !user.is_empty()
        && host.contains('.')
        && !text.contains(|letter: char| letter.is_whitespace() || letter == ',');
    (whole && !host.contains('@')).then(|| text.to_owned())
}

/// The domain of an e-mail address, as [`email`] gives it, where it is a company's own.
pub(super) fn email_domain(email: &str) -> Option<String> {
    own_domain(email.split_once('@')?.1)
}

/// The domain of a web address where it is a company's own.
pub(super) fn website_domain(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let rest = rest.trim_start_matches('/');
    let host = rest.split(['/', '?', '#', ':', ' ']).next()?;
    own_domain(host.rsplit('@').next()?)
}

/// The part of a host name that was registered.
fn own_domain(host: &str) -> Option<String> {
    let parts: Vec<&str> = host.trim_matches('.').split('.').collect();
    let fits = |part: &&str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    if parts.len() < 2 || !parts.iter().all(fits) || parts.last()?.len() < 2 {
        return None;
    }
    let second = parts[parts.len() - 2];
    let ending = if parts.len() > 2 && parts[parts.len() - 1].len() == 2 && SECOND_LEVEL.contains(&second) {
        3
    } else {
        2
    };
    let domain = parts[parts.len() - ending..].join(".");
    let host = parts.join(".");
    let anybodys =
        [domain.as_str(), host.as_str()].iter().any(|one| FREE_MAIL.contains(one) || HOSTERS.contains(one));
    (!anybodys).then_some(domain)
}

/// A domain without its ending, where that is long enough to say something.
pub(super) fn domain_name(domain: &str) -> Option<&str> {
    let name = domain.split('.').next()?;
    (name.len() >= 5).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{email, email_domain, phone, phone_key, same_phone, website_domain};

    #[test]
    fn phones_are_one_however_they_are_written() {
        for (one, other, same) in [
            ("+49 40 555 0100", "040/5550100", true),
            ("+49 (0) 40 555-0100", "0049 40 5550100", true),
            ("Tel: +44 20 7946 0958", "020 7946 0958", true),
            ("(425) 555-0100", "1-425-555-0100 ext. 4", true),
            ("+45 12 34 56 78", "12345678", true),
            ("+45 12 34 56 78", "+47 12 34 56 78", false),
            ("+49 40 555 0100", "+49 40 555 0101", false),
            ("089 5550100", "040 5550100", false),
        ] {
            let (one, other) = (phone(one).unwrap(), phone(other).unwrap());
            assert_eq!(same_phone(&one, &other), same, "{one} {other}");
            assert_eq!(same_phone(&other, &one), same, "{other} {one}");
            assert!(!same || phone_key(&one) == phone_key(&other));
        }
        for nothing in ["", "n/a", "-", "555-0100", "00000000", "0000 000 000"] {
            assert_eq!(phone(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_domain_is_what_was_registered_and_only_a_company_s_own() {
        for (text, domain) in [
            ("HTTPS://WWW.FABRIKAM.COM", Some("fabrikam.com")),
            ("shop.contoso.co.uk/de?x=1", Some("contoso.co.uk")),
            ("http://info@contoso.de:8080", Some("contoso.de")),
            ("adatum", None),
            ("not a website", None),
            ("https://www.facebook.com/contoso", None),
            ("contoso.wixsite.com", None),
            ("", None),
        ] {
            assert_eq!(website_domain(text).as_deref(), domain, "{text}");
        }
        assert_eq!(email(" Info@Contoso.DE ").as_deref(), Some("info@contoso.de"));
        assert_eq!(email("not an address"), None);
        assert_eq!(email_domain("info@contoso.de").as_deref(), Some("contoso.de"));
        for free in ["huber@gmx.de", "a@t-online.de", "b@hotmail.co.uk"] {
            assert_eq!(email_domain(free), None);
        }
    }
}

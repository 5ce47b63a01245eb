//! What looks private: tokens, addresses, ids, names in paths.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::redaction::Private;

/// Something private at a place in a text.
pub(super) struct Found {
    /// What it is.
    pub(super) kind: Private,
    /// So many bytes before it belong to the pattern and stay.
    pub(super) skipped: usize,
    /// Its length in bytes.
    pub(super) value: usize,
}

/// Words before `=` or `:` that announce a secret, in lower case.
const SECRET_KEYS: [&str; 8] =
    ["secret", "token", "password", "passwd", "api_key", "apikey", "client_assertion", "code_verifier"];

/// How a header announces a secret, in lower case.
const SCHEMES: [&str; 3] = ["bearer ", "basic ", "zoho-oauthtoken "];

/// The folders that hold everybody's home.
const HOMES: [&str; 4] = ["/home/", "/Users/", ":\\\\Users\\\\", ":\\Users\\"];

/// Zoho's ids have 15 digits and more; nothing else in our files has.
const ZOHO_ID_DIGITS: usize = 15;

/// What stands at that byte of the text.
pub(super) fn at(text: &str, at: usize) -> Option<Found> {
    let rest = &text[at..];
    let whole = |kind, value| Found { kind, skipped: 0, value };
    if rest.starts_with('?') && follows_an_address(&text[..at]) {
        let value = rest[1..].find(ends_a_query).unwrap_or(rest.len() - 1);
        let is_clean = value == 0 || rest[1..].starts_with('[');
        return (!is_clean).then_some(Found { kind: Private::Query, skipped: 1, value });
    }
    if let Some(found) = user_info(rest).or_else(|| name_in_path(rest)) {
        return Some(found);
    }
    if begins_word(text, at) {
        if let Some(found) = announced(rest) {
            return Some(found);
        }
        let found = zoho_token(rest)
            .or_else(|| json_web_token(rest))
            .map(|value| whole(Private::Secret, value))
            .or_else(|| email(rest).map(|value| whole(Private::Email, value)))
            .or_else(|| guid(rest).map(|value| whole(Private::Guid, value)))
            // `feed::add` could be one, and is a path in a program where more stands before it.
            .or_else(|| {
                network_address(rest)
                    .filter(|_| !text[..at].ends_with([':', '.']))
                    .map(|value| whole(Private::NetworkAddress, value))
            })
            .or_else(|| zoho_id(rest).map(|value| whole(Private::ZohoId, value)));
        return found.filter(|found| is_word(text, at, at + found.value));
    }
    keyed(text, at)
}

/// Whether no letter or digit touches the part of the text.
pub(super) fn is_word(text: &str, from: usize, to: usize) -> bool {
    let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    // A value that ends with a sign of its own needs no other.
    let touches = |outer: Option<char>, inner: Option<char>| inside(outer) && inside(inner);
    let value = text.get(from..to).unwrap_or_default();
    !touches(text[..from].chars().next_back(), value.chars().next())
        && !touches(text.get(to..).and_then(|rest| rest.chars().next()), value.chars().next_back())
}

fn begins_word(text: &str, at: usize) -> bool {
    !text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
}

fn run(rest: &str, of: impl Fn(u8) -> bool) -> usize {
    rest.bytes().take_while(|byte| of(*byte)).count()
}

fn ends_an_address(letter: char) -> bool {
    letter.is_whitespace() || "\"'`<>()[]{}|\\".contains(letter)
}

/// A query holds quotes and brackets of its own.
fn ends_a_query(letter: char) -> bool {
    letter.is_whitespace() || "\"`<>\\".contains(letter)
}

fn follows_an_address(before: &str) -> bool {
    let start = before.rfind(ends_an_address).map_or(0, |at| at + 1);
    // A placeholder within the address ends with a bracket: what looks like its rest may then be a path.
    before.get(start..).is_some_and(|last| last.contains("://") || last.starts_with('/'))
}

/// `http://user:password@host`
fn user_info(rest: &str) -> Option<Found> {
    let authority = rest.strip_prefix("://")?;
    let end =
        authority.find(|letter| ends_an_address(letter) || "/?#".contains(letter)).unwrap_or(authority.len());
    let value = authority[..end].rfind('@').filter(|at| *at > 0 && !authority.starts_with('['))?;
    Some(Found { kind: Private::Secret, skipped: "://".len(), value })
}

/// `/home/name`, `C:\Users\name`
fn name_in_path(rest: &str) -> Option<Found> {
    let skipped = HOMES.iter().find(|home| rest.starts_with(**home))?.len();
    let name = &rest[skipped..];
    let end = name.find(|letter| "/\\\"'<>|:?*\n".contains(letter)).unwrap_or(name.len());
    // A name may hold blanks, which only what stands behind it tells from the words of a sentence.
    let goes_on = name[end..].starts_with(['/', '\\', '"', '\'']);
    let value = if goes_on { end } else { name[..end].find(' ').unwrap_or(end) };
    (value > 0 && !name.starts_with('[')).then_some(Found { kind: Private::UserName, skipped, value })
}

/// `Bearer …`
fn announced(rest: &str) -> Option<Found> {
    let starts = |scheme: &&&str| {
        rest.as_bytes().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    let skipped = SCHEMES.iter().find(starts)?.len();
    let value = run(&rest[skipped..], |byte| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte));
    // "bearer token", in prose, is none.
    (value >= 16).then_some(Found { kind: Private::Secret, skipped, value })
}

/// `client_secret=…`, `"refresh_token":"…"`, at the sign behind the key.
fn keyed(text: &str, at: usize) -> Option<Found> {
    let rest = &text[at..];
    let is_key = |key: &str| {
        let from = at.checked_sub(key.len());
        let before = from.and_then(|from| text.as_bytes().get(from..at));
        before.is_some_and(|before| before.eq_ignore_ascii_case(key.as_bytes()))
    };
    if !SECRET_KEYS.into_iter().any(is_key) {
        return None;
    }
    let close = run(rest, |byte| b"\\\"'".contains(&byte));
    let sign = rest.get(close..)?.trim_start_matches(' ');
    let assigned = sign.starts_with('=');
    let behind = sign.strip_prefix(['=', ':'])?.trim_start_matches(' ');
    let open = run(behind, |byte| b"\\\"'".contains(&byte));
    if !assigned && open == 0 {
        return None;
    }
    let value = behind[open..]
        .find(|letter: char| letter.is_whitespace() || "\"'\\&;,}".contains(letter))
        .unwrap_or(behind.len() - open);
    let skipped = rest.len() - behind.len() + open;
    (value > 0 && !behind[open..].starts_with('[')).then_some(Found { kind: Private::Secret, skipped, value })
}

/// Zoho's tokens: `1000.`, then two times 32 digits and letters (facts, §1).
fn zoho_token(rest: &str) -> Option<usize> {
    let long = run(rest.strip_prefix("1000.")?, |byte| byte.is_ascii_alphanumeric() || byte == b'.');
    (long >= 20).then_some("1000.".len() + long)
}

/// Microsoft's access tokens.
fn json_web_token(rest: &str) -> Option<usize> {
    let long = run(rest, |byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    (rest.starts_with("eyJ") && long >= 20).then_some(long)
}

fn email(rest: &str) -> Option<usize> {
    let is_local = |letter: char| letter.is_alphanumeric() || "._%+-'".contains(letter);
    let local = rest.find(|letter| !is_local(letter)).filter(|_| rest.starts_with(char::is_alphanumeric))?;
    let host = rest[local..].strip_prefix('@')?;
    let is_host = |letter: char| letter.is_alphanumeric() || "-.".contains(letter);
    let long = host.find(|letter| !is_host(letter)).unwrap_or(host.len());
    // The full stop of a sentence is none of the address.
    let name = host[..long].trim_end_matches(['.', '-']);
    name.contains('.').then_some(local + 1 + name.len())
}

fn guid(rest: &str) -> Option<usize> {
    let long = run(rest, |byte| byte.is_ascii_hexdigit() || byte == b'-');
    let groups: Vec<usize> = rest[..long].split('-').map(str::len).collect();
    let known = groups == [8, 4, 4, 4, 12] || groups == [32];
    known.then_some(long)
}

/// Addresses of this computer itself stay: they tell nothing, and are worth knowing.
fn network_address(rest: &str) -> Option<usize> {
    let long = run(rest, |byte| byte.is_ascii_hexdigit() || b".:".contains(&byte));
    let text = rest[..long].trim_end_matches(['.', ':']);
    let is_mac = |text: &str| {
        let groups: Vec<&str> = text.split(':').collect();
        groups.len() == 6 && groups.iter().all(|group| group.len() == 2)
    };
    if is_mac(text) {
        return Some(text.len());
    }
    // `192.0.2.7:8080`
    let host = if text.matches(':').count() == 1 { text.split(':').next().unwrap_or(text) } else { text };
    let address =
        host.parse::<Ipv4Addr>().map(IpAddr::from).or_else(|_| host.parse::<Ipv6Addr>().map(IpAddr::from));
    let address = address.ok()?;
    let here = address.is_loopback() || address.is_unspecified();
    (!here).then_some(host.len())
}

fn zoho_id(rest: &str) -> Option<usize> {
    let digits = run(rest, |byte| byte.is_ascii_digit());
    (digits >= ZOHO_ID_DIGITS).then_some(digits)
}

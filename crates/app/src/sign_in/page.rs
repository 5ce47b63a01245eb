//! What the browser shows at the end: one small page without script and without anything from elsewhere.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::html::escaped;

const STYLE: &str = include_str!("page.css");

/// A page and its status.
#[derive(Clone, Debug)]
pub(super) struct Page {
    status: &'static str,
    tone: Tone,
    title: &'static str,
    /// Paragraphs, as text.
    words: Vec<String>,
}

/// How a page looks, beside what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Plain,
}

const CLOSE: &str = "You can close this window.";

/// Zoho took the code.
pub(super) fn connected() -> Page {
    Page { status: "200 OK", tone: Tone::Good, title: "Zoho is connected.", words: vec![CLOSE.to_owned()] }
}

/// The code is in hand, and nobody has told yet what became of it.
pub(super) fn received() -> Page {
    let words = vec![format!("{CLOSE} Ledgerline shows how it goes on.")];
    Page { status: "200 OK", tone: Tone::Plain, title: "Zoho’s answer has arrived.", words }
}

/// It did not work.
pub(super) fn failed(message: &str, cure: &str) -> Page {
    let words = vec![sentence(message), cure.to_owned(), CLOSE.to_owned()];
    Page { status: "200 OK", tone: Tone::Bad, title: "Zoho is not connected.", words }
}

/// Somebody came who does not belong to the sign-in.
pub(super) fn stranger() -> Page {
    let words = vec![
        "Nothing was changed. It may come from an earlier sign-in: go back to Ledgerline and sign in from there.".to_owned(),
        CLOSE.to_owned(),
    ];
    let title = "This does not belong to the sign-in that Ledgerline waits for.";
    Page { status: "400 Bad Request", tone: Tone::Bad, title, words }
}

/// Nothing has that address.
pub(super) fn nothing_here() -> Page {
    Page { status: "404 Not Found", tone: Tone::Plain, title: "Nothing is here.", words: Vec::new() }
}

/// No GET.
pub(super) fn wrong_method() -> Page {
    let title = "This address can only be opened.";
    Page { status: "405 Method Not Allowed", tone: Tone::Plain, title, words: Vec::new() }
}

/// No HTTP.
pub(super) fn malformed() -> Page {
    let title = "This is no request of a browser.";
    Page { status: "400 Bad Request", tone: Tone::Plain, title, words: Vec::new() }
}

/// Longer than anything that a browser sends.
pub(super) fn too_large() -> Page {
    let title = "This request is too large.";
    Page { status: "431 Request Header Fields Too Large", tone: Tone::Plain, title, words: Vec::new() }
}

impl Page {
    /// The whole answer as it goes over the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let html = self.html();
        let allow = if self.status.starts_with("405") { "Allow: GET\r\n" } else { "" };
        format!(
            "HTTP/1.1 {}\r\n{allow}Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nContent-Security-Policy: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{html}",
            self.status,
            html.len(),
            policy(),
        )
        .into_bytes()
    }

    fn html(&self) -> String {
        let (class, mark) = match self.tone {
            Tone::Good => ("good", "✓"),
            Tone::Bad => ("bad", "!"),
            Tone::Plain => ("plain", ""),
        };
        let words: String = self.words.iter().map(|words| format!("<p>{}</p>\n", escaped(words))).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Ledgerline: {title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main class=\"{class}\">\n<span class=\"mark\" aria-hidden=\"true\">{mark}</span>\n\
             <h1>{title}</h1>\n{words}</main>\n</body>\n</html>\n",
            title = escaped(self.title),
        )
    }
}

/// Nothing is loaded, nothing runs, and no style but this one counts, whatever stands in the page.
fn policy() -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// A message begins small where it follows others; here it stands alone.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{
        Page, connected, failed, malformed, nothing_here, received, stranger, too_large, wrong_method,
    };

    fn text(page: &Page) -> String {
        String::from_utf8(page.bytes()).unwrap()
    }

    #[test]
    fn every_page_forbids_scripts_and_keeping_and_has_the_length_that_it_says() {
        let pages = [
            connected(),
            received(),
            failed("a", "b"),
            stranger(),
            nothing_here(),
            wrong_method(),
            malformed(),
            too_large(),
        ];
        for page in pages {
            let text = text(&page);
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(
                head.contains("Content-Security-Policy: default-src 'none'; style-src 'sha256-"),
                "{head}"
            );
            assert!(head.contains("\r\nCache-Control: no-store\r\n"), "{head}");
            assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
            assert!(!body.contains("<script") && !body.contains("http"), "{body}");
            assert!(body.contains("prefers-color-scheme: dark"));
        }
    }

    #[test]
    fn the_policys_hash_is_that_of_the_style() {
        // Of the empty text, by the standard: the same way leads to the page's own.
        use base64::Engine as _;
        use sha2::Digest as _;
        let empty = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(b""));
        assert_eq!(empty, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        let text = text(&connected());
        let style = text.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(style.as_bytes()));
        assert!(text.contains(&format!("style-src 'sha256-{hash}'")));
    }

    #[test]
    fn the_end_is_said_and_nothing_from_outside_is_markup() {
        assert!(
            text(&connected()).contains("<h1>Zoho is connected.</h1>\n<p>You can close this window.</p>")
        );
        let page = text(&failed("<b>no</b>", "Do \"this\"."));
        assert!(page.contains("<h1>Zoho is not connected.</h1>"));
        assert!(page.contains("<p>&lt;b&gt;no&lt;/b&gt;.</p>"), "{page}");
        assert!(page.contains("<p>Do &quot;this&quot;.</p>"));
        assert!(text(&failed("the sign-in was declined", "")).contains("<p>The sign-in was declined.</p>"));
    }
}

//! Every change as it was asked for, so that both services can be put together again after the process died.
//!
//! The first line says when the world began, because the seeded company's dates and stamps hang on it. Each other line is one request.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transport::Method;

use crate::Incoming;

/// One change.
pub(crate) struct Recorded {
    pub(crate) at: Timestamp,
    pub(crate) incoming: Incoming,
}

/// What a journal holds.
pub(crate) struct Past {
    /// When the world began.
    pub(crate) begun: Timestamp,
    /// What changed since then.
    pub(crate) changes: Vec<Recorded>,
}

/// A file with one change a line.
pub(crate) struct Journal {
    file: File,
}

#[derive(Serialize, Deserialize)]
struct Beginning {
    sandbox_begun: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    method: String,
    origin: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: String,
    /// The body in hexadecimal digits where it is no text, such as an uploaded file; `body` is then empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    hex: String,
}

const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

impl Journal {
    /// Opens the file, or begins one at `now`, and reads what it holds. A last line that was cut off by a crash is left out.
    ///
    /// # Errors
    /// When the file cannot be read or written, and when it holds something else than a journal: it is then left as it is.
    pub(crate) fn open(path: &Path, now: Timestamp) -> Result<(Self, Past)> {
        let bytes = if path.exists() { std::fs::read(path)? } else { Vec::new() };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let mut lines = bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let begun = match lines.next() {
            Some(first) => Some(parsed::<Beginning>(path, 1, first)?.sandbox_begun),
            None if is_cut_beginning(&bytes) => None,
            None => return Err(foreign(path, 1)),
        };
        let changes: Result<Vec<Recorded>> = (2..)
            .zip(lines)
            .map(|(place, line)| {
                parsed::<Line>(path, place, line)?.recorded().ok_or_else(|| foreign(path, place))
            })
            .collect();
        let past = Past { begun: begun.unwrap_or(now), changes: changes? };
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        file.set_len(whole as u64)?;
        let mut journal = Self { file };
        if begun.is_none() {
            journal.print(&Beginning { sandbox_begun: now })?;
        }
        Ok((journal, past))
    }

    /// Adds a change before it is carried out. A full disk must not stop the simulation: it then forgets at its end.
    pub(crate) fn add(&mut self, incoming: &Incoming, at: Timestamp) {
        let (body, hex) = match str::from_utf8(&incoming.body) {
            Ok(text) => (text.to_owned(), String::new()),
            Err(_) => (String::new(), digits(&incoming.body)),
        };
        let line = Line {
            at,
            method: incoming.method.as_str().to_owned(),
            origin: incoming.origin.clone(),
            path: incoming.path.clone(),
            query: incoming.query.clone(),
            headers: incoming.headers.clone(),
            body,
            hex,
        };
        if let Err(error) = self.print(&line) {
            tracing::warn!(%error, "the sandbox's journal could not be written");
        }
    }

    fn print(&mut self, line: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

impl Line {
    fn recorded(self) -> Option<Recorded> {
        let method = METHODS.into_iter().find(|method| method.as_str() == self.method)?;
        let body = if self.hex.is_empty() { Bytes::from(self.body) } else { undigits(&self.hex)? };
        let incoming = Incoming {
            method,
            origin: self.origin,
            path: self.path,
            query: self.query,
            headers: self.headers,
            body,
        };
        Some(Recorded { at: self.at, incoming })
    }
}

fn digits(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn undigits(text: &str) -> Option<Bytes> {
    let value = |digit: u8| u8::try_from(char::from(digit).to_digit(16)?).ok();
    let pairs = text.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|pair| match *pair {
            [high, low] => Some(value(high)? << 4 | value(low)?),
            _ => None,
        })
        .collect();
    Some(bytes?.into())
}

/// Whether a file without one whole line is a journal whose process died while it wrote the first.
fn is_cut_beginning(bytes: &[u8]) -> bool {
    let first = b"{\"sandbox_begun\":";
    first.starts_with(bytes) || bytes.starts_with(first)
}

fn parsed<T: for<'de> Deserialize<'de>>(path: &Path, place: usize, line: &[u8]) -> Result<T> {
    serde_json::from_slice(line).map_err(|_| foreign(path, place))
}

fn foreign(path: &Path, place: usize) -> Error {
    let message =
        format!("{}: line {place} is none of a sandbox's journal; name another file", path.display());
    Error::new(ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Bytes, Incoming, Journal, Method, Past, Timestamp};

    /// A file that goes when the test ends.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("ledgerline-journal-{}-{name}", std::process::id()));
            let _ = std::fs::remove_file(&path);
            Self(path)
        }

        fn open(&self, second: i64) -> std::io::Result<(Journal, Past)> {
            Journal::open(&self.0, Timestamp::from_second(second).unwrap())
        }

        fn text(&self) -> String {
            std::fs::read_to_string(&self.0).unwrap()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn change(name: &str) -> Incoming {
        let url = format!("https://h/zoho/crm/v8/{name}?x=%C3%BC");
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Incoming::new(Method::Post, &url, headers, Bytes::from("{\"ü\":1}")).unwrap()
    }

    fn paths(past: &Past) -> Vec<&str> {
        past.changes.iter().map(|change| change.incoming.path.as_str()).collect()
    }

    /// A journal with two changes.
    fn two(name: &str) -> Scratch {
        let scratch = Scratch::new(name);
        let (mut journal, _) = scratch.open(1).unwrap();
        journal.add(&change("a"), Timestamp::from_second(2).unwrap());
        journal.add(&change("b"), Timestamp::from_second(3).unwrap());
        scratch
    }

    #[test]
    fn changes_come_back_as_they_were_asked_for_and_the_beginning_stays() {
        let scratch = two("whole");
        let (_, past) = scratch.open(99).unwrap();
        assert_eq!((past.begun.as_second(), paths(&past)), (1, vec!["/zoho/crm/v8/a", "/zoho/crm/v8/b"]));
        let (first, asked) = (&past.changes[0], change("a"));
        assert_eq!(first.at.as_second(), 2);
        assert_eq!((&first.incoming.query, &first.incoming.headers), (&asked.query, &asked.headers));
        assert_eq!((first.incoming.method, &first.incoming.body), (asked.method, &asked.body));
    }

    #[test]
    fn a_body_that_is_no_text_comes_back_byte_for_byte() {
        let scratch = Scratch::new("bytes");
        let (mut journal, _) = scratch.open(1).unwrap();
        let body: Bytes = (0..=255).collect::<Vec<u8>>().into();
        journal.add(&Incoming { body: body.clone(), ..change("upload") }, Timestamp::from_second(2).unwrap());
        assert_eq!(scratch.open(9).unwrap().1.changes[0].incoming.body, body);
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_left_out_wherever_it_was_cut() {
        let scratch = two("cut");
        let whole = std::fs::read(&scratch.0).unwrap();
        let kept = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for cut in kept..whole.len() {
            std::fs::write(&scratch.0, &whole[..cut]).unwrap();
            let (mut journal, past) = scratch.open(99).unwrap();
            assert_eq!(paths(&past), ["/zoho/crm/v8/a"], "cut at {cut}");
            journal.add(&change("c"), past.begun);
            assert_eq!(paths(&scratch.open(99).unwrap().1), ["/zoho/crm/v8/a", "/zoho/crm/v8/c"]);
        }
    }

    #[test]
    fn a_first_line_that_was_cut_off_begins_anew() {
        let scratch = Scratch::new("first");
        for cut in ["", "{\"sand", "{\"sandbox_begun\":\"2026-"] {
            std::fs::write(&scratch.0, cut).unwrap();
            let (_, past) = scratch.open(7).unwrap();
            assert_eq!((past.begun.as_second(), past.changes.len()), (7, 0));
            assert_eq!(scratch.open(99).unwrap().1.begun.as_second(), 7);
        }
    }

    #[test]
    fn a_file_that_is_no_journal_is_refused_and_left_as_it_is() {
        let scratch = Scratch::new("foreign");
        for text in ["my diary", "my\ndiary\n", "{\"at\":1}\n"] {
            std::fs::write(&scratch.0, text).unwrap();
            assert!(scratch.open(1).is_err());
            assert_eq!(scratch.text(), text);
        }
    }

    #[test]
    fn a_spoiled_line_in_the_middle_is_an_error_and_nothing_is_dropped() {
        let scratch = two("middle");
        let text = scratch.text().replacen("{\"at\"", "{\"xx\"", 1);
        std::fs::write(&scratch.0, &text).unwrap();
        let message = scratch.open(1).err().unwrap().to_string();
        assert!(message.contains("line 2"), "{message}");
        assert_eq!(scratch.text(), text);
    }
}

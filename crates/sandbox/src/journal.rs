//! Every change as it was asked for, so that both services can be put together again after the process died.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
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

/// A file with one change a line.
pub(crate) struct Journal {
    file: File,
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
}

const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

impl Journal {
    /// Opens or makes the file, and reads what it holds. A last line that was cut off by a crash is left out.
    pub(crate) fn open(path: &Path) -> std::io::Result<(Self, Vec<Recorded>)> {
        let mut entries = Vec::new();
        if path.exists() {
            let mut whole = 0;
            for text in BufReader::new(File::open(path)?).lines() {
                let text = text?;
                let Ok(line) = serde_json::from_str::<Line>(&text) else { break };
                whole += text.len() as u64 + 1;
                let Some(method) = METHODS.into_iter().find(|m| m.as_str() == line.method) else { break };
                let incoming = Incoming {
                    method,
                    origin: line.origin,
                    path: line.path,
                    query: line.query,
                    headers: line.headers,
                    body: Bytes::from(line.body),
                };
                entries.push(Recorded { at: line.at, incoming });
            }
            OpenOptions::new().write(true).open(path)?.set_len(whole)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok((Self { file }, entries))
    }

    /// Adds a change before it is carried out. A full disk must not stop the simulation: it then forgets at its end.
    pub(crate) fn add(&mut self, incoming: &Incoming, at: Timestamp) {
        let line = Line {
            at,
            method: incoming.method.as_str().to_owned(),
            origin: incoming.origin.clone(),
            path: incoming.path.clone(),
            query: incoming.query.clone(),
            headers: incoming.headers.clone(),
            body: String::from_utf8_lossy(&incoming.body).into_owned(),
        };
        let written =
            serde_json::to_string(&line).map(|text| self.file.write_all(format!("{text}\n").as_bytes()));
        if !matches!(written, Ok(Ok(()))) {
            tracing::warn!("the sandbox's journal could not be written");
        }
    }
}

//! `POST /crm/v8/upload` on the content host.

use std::io::{Cursor, Read};

use bytes::Bytes;
use exact_json::Value;
use jiff::Timestamp;
use transport::Response;
use zip::ZipArchive;

use super::super::answer::{Refusal, json, object};
use super::super::stamp;
use super::super::state::ZohoState;
use crate::Incoming;

/// What a file may have unpacked; no file of 25,000 rows comes near.
const LARGEST_TEXT: u64 = 256 << 20;

impl ZohoState {
    pub(in super::super) fn bulk_upload(&mut self, request: &Incoming, now: Timestamp) -> Response {
        match self.take_file(request) {
            Ok(file) => {
                let id = self.next_id().to_string();
                self.bulk.files.insert(id.clone(), file);
                let details =
                    object([("file_id", Value::Text(id)), ("created_time", Value::Text(stamp::text(now)))]);
                json(
                    200,
                    &object([
                        ("status", Value::text("success")),
                        ("code", Value::text("FILE_UPLOAD_SUCCESS")),
                        ("message", Value::text("file uploaded.")),
                        ("details", details),
                    ]),
                )
            }
            Err(refusal) => refusal.response(),
        }
    }

    fn take_file(&self, request: &Incoming) -> Result<Bytes, Refusal> {
        let missing = |key: &str| {
            Refusal::new(400, "MANDATORY_NOT_FOUND", &format!("Required key {key} is not available"))
        };
        match request.header("feature") {
            Some("bulk-write") => {}
            Some(_) => return Err(Refusal::new(400, "NOT_SUPPORTED_FEATURE", "Feature is not supported")),
            None => return Err(missing("feature")),
        }
        match request.header("X-CRM-ORG") {
            Some(zgid) if zgid == self.org.zgid => {}
            Some(_) => return Err(Refusal::invalid_data("Invalid data - x-crm-org")),
            None => return Err(missing("x-crm-org")),
        }
        let file = part(request).ok_or_else(|| missing("file"))?;
        if file.len() > self.switches.bulk_max_bytes {
            return Err(Refusal::new(413, "FILE_TOO_LARGE", "File size too large to process"));
        }
        if ZipArchive::new(Cursor::new(&file)).is_err() {
            let text = "invalid file format. only zip format is supported";
            return Err(Refusal::new(400, "INVALID_FILE_FORMAT", text));
        }
        Ok(file)
    }
}

/// The content of the form's field `file`.
fn part(request: &Incoming) -> Option<Bytes> {
    let kind = request.header("Content-Type")?;
    let boundary = kind.split("boundary=").nth(1)?.trim_matches('"');
    let (opening, closing) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
    let body = &request.body;
    let begin = find(body, opening.as_bytes())?;
    let head_end = begin + find(&body[begin..], b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&body[begin..head_end]);
    if !head.contains("name=\"file\"") {
        return None;
    }
    let length = find(&body[head_end..], closing.as_bytes())?;
    Some(body.slice(head_end..head_end + length))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    // A needle begins with a rare byte: looking for that first keeps megabytes quick.
    let first = *what.first()?;
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.iter().position(|byte| *byte == first)?;
        if text[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The text of the one file in a zip.
pub(super) fn unpacked(zip: &Bytes) -> Option<Bytes> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).ok()?;
    if archive.len() != 1 {
        return None;
    }
    let mut text = Vec::new();
    archive.by_index(0).ok()?.take(LARGEST_TEXT).read_to_end(&mut text).ok()?;
    Some(text.into())
}

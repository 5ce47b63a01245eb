//! Uploads, jobs, and how they stand.

use std::time::Duration;

use bytes::Bytes;
use exact_json::{Map, Value};
use serde::Deserialize;
use transport::{Method, Response};

use super::{BulkColumn, BulkResult, result};
use crate::call::{Call, Place, misuse};
use crate::client::Reading;
use crate::envelope::{Envelope, read, refusal, undecodable};
use crate::{Client, Error, Module, credits};

/// A file of 25 MB over a slow line of an office: 1 Mbit/s takes 200 s.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkState {
    /// It waits for its turn.
    Added,
    /// It runs.
    InProgress,
    /// It is done; what became of each row stands in its result.
    Completed,
    /// It did not work as a whole.
    Failed,
    /// A word that nobody foresaw.
    Other(String),
}

impl BulkState {
    /// Zoho writes `INPROGRESS` in its examples and `IN PROGRESS` in its OpenAPI file (§7).
    fn of(word: &str) -> Self {
        let plain: String = word.chars().filter(char::is_ascii_alphabetic).collect();
        match plain.to_ascii_uppercase().as_str() {
            "ADDED" | "QUEUED" => Self::Added,
            "INPROGRESS" => Self::InProgress,
            "COMPLETED" => Self::Completed,
            // SKIPPED stands for a resource of which nothing was done.
            "FAILED" | "SKIPPED" | "FAILURE" => Self::Failed,
            _ => Self::Other(word.to_owned()),
        }
    }
}

/// What a job counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkCounts {
    /// New records.
    pub added: u64,
    /// Changed records.
    pub updated: u64,
    /// Rows of which nothing was written: the record exists, or the row was refused.
    pub skipped: u64,
    /// All rows.
    pub total: u64,
}

/// A job as Zoho describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkJob {
    /// How it stands.
    pub state: BulkState,
    /// Zoho's code for the file, such as `SUCCESS` or why it failed; empty where there is none.
    pub code: String,
    /// What it counted so far.
    pub counts: BulkCounts,
    /// Where its result lies, as Zoho wrote it.
    pub download_url: Option<String>,
}

#[derive(Deserialize)]
struct JobAnswer {
    status: Option<String>,
    #[serde(default)]
    resource: Vec<Resource>,
    result: Option<ResultPlace>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    status: Option<String>,
    code: Option<String>,
    file: Option<FileAnswer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FileAnswer {
    added_count: Option<u64>,
    updated_count: Option<u64>,
    skipped_count: Option<u64>,
    total_count: Option<u64>,
}

#[derive(Deserialize)]
struct ResultPlace {
    download_url: Option<String>,
}

impl Client {
    /// Whether it is known where files are uploaded: by the settings, or by the table of data centres.
    #[must_use]
    pub fn can_upload(&self) -> bool {
        self.upload_host().is_some()
    }

    /// Uploads the zip of a file for a job of the org `zgid`. Returns the file's id. It may be sent twice: a file that no job names does nothing.
    ///
    /// # Errors
    /// Where the call failed; `ErrorKind::ScopeMismatch` where the sign-in has no scope `ZohoFiles.files.ALL`.
    pub async fn bulk_upload(&self, zgid: &str, zip: Bytes) -> Result<String, Error> {
        let Some(host) = self.upload_host().cloned() else {
            return Err(misuse(
                "it is not known where this data centre takes files; set upload_url under [zoho]",
            ));
        };
        let boundary = boundary(&zip);
        let call = Call::new(Method::Post, ["upload"])
            .at(Place::Content(host))
            .header("feature", "bulk-write".to_owned())
            .header("X-CRM-ORG", zgid.to_owned())
            .body(&format!("multipart/form-data; boundary={boundary}"), multipart(&boundary, zip))
            .timeout(UPLOAD_TIMEOUT)
            .safe_to_repeat();
        let place = call.place();
        self.send(call, |response| made(response, "file_id", &place)).await
    }

    /// Starts a job that makes a record of each row whose `find_by` no record holds. Returns the job's id.
    ///
    /// It is not sent again when its answer is lost: a second job would cost its credits again. It would do no harm.
    ///
    /// # Errors
    /// Where the call failed; `ErrorKind::ScopeMismatch` where the sign-in has no scope `ZohoCRM.bulk.ALL`.
    pub async fn bulk_insert(
        &self,
        module: Module,
        file_id: &str,
        find_by: &str,
        columns: &[BulkColumn],
    ) -> Result<String, Error> {
        let call = Call::new(Method::Post, ["write"])
            .at(Place::Bulk)
            .json(&job_body(module, file_id, find_by, columns))?
            .price(credits::BULK_JOB);
        let place = call.place();
        self.send(call, |response| made(response, "id", &place)).await
    }

    /// How a job stands.
    ///
    /// # Errors
    /// Where the call failed; `ErrorKind::NotFound` where Zoho does not know the job.
    pub async fn bulk_job(&self, id: &str) -> Result<BulkJob, Error> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(misuse(format!("\"{id}\" is not the id of a job")));
        }
        let call = Call::get(["write", id]).at(Place::Bulk);
        let place = call.place();
        self.send(call, |response| job(response, &place)).await
    }

    /// The result of a completed job, from the address that Zoho gave for it. It is kept for seven days.
    ///
    /// # Errors
    /// Where the call failed, the address is not Zoho's, or the file is not what it should be.
    pub async fn bulk_result(&self, download_url: &str) -> Result<BulkResult, Error> {
        let (api, accounts) = self.hosts().await?;
        let url = result::address(download_url, &api, accounts, self.upload_host())?;
        let call = Call::get([""; 0]).at(Place::Whole(url)).timeout(UPLOAD_TIMEOUT);
        let place = call.place();
        self.send(call, |response| result::read(response, &place)).await
    }
}

/// `ignore_empty` stands at the top level in the docs and in the resource in Zoho's SDK and OpenAPI file (§7, §11): in both.
fn job_body(module: Module, file_id: &str, find_by: &str, columns: &[BulkColumn]) -> Value {
    let object = |members: Vec<(&str, Value)>| {
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map>())
    };
    let mappings = columns.iter().enumerate().map(|(index, column)| column.mapping(index)).collect();
    let resource = object(vec![
        ("type", Value::text("data")),
        ("module", object(vec![("api_name", Value::text(module.api_name()))])),
        ("file_id", Value::text(file_id)),
        ("find_by", Value::text(find_by)),
        ("ignore_empty", Value::Bool(true)),
        ("field_mappings", Value::List(mappings)),
    ]);
    object(vec![
        ("operation", Value::text("insert")),
        ("ignore_empty", Value::Bool(true)),
        ("character_encoding", Value::text("UTF-8")),
        ("resource", Value::List(vec![resource])),
    ])
}

/// The id of what was made. Zoho prints ids as strings; its OpenAPI file calls `file_id` a number.
fn made(response: &Response, key: &str, place: &str) -> Reading<String> {
    if !response.is_success() {
        return Ok(Err(refusal(response, place)));
    }
    let envelope: Envelope = match read(response, place)? {
        Ok(envelope) => envelope,
        Err(error) => return Ok(Err(error)),
    };
    // A refusal may stand behind 200.
    if !envelope.is_success() && envelope.code.is_some() {
        return Ok(Err(envelope.into_error(response.status, place)));
    }
    let id = match envelope.details.get(key) {
        Some(Value::Text(id)) => Some(id.clone()).filter(|id| !id.is_empty()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    Ok(id.ok_or_else(|| undecodable(response.status, &format!("the answer holds no {key}"), place)))
}

fn job(response: &Response, place: &str) -> Reading<BulkJob> {
    if !response.is_success() {
        return Ok(Err(refusal(response, place)));
    }
    let answer: JobAnswer = match read(response, place)? {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error)),
    };
    let first = answer.resource.into_iter().next().unwrap_or_default();
    let Some(word) = answer.status.or(first.status) else {
        return Ok(Err(undecodable(response.status, "the answer does not say how the job stands", place)));
    };
    let file = first.file.unwrap_or_default();
    Ok(Ok(BulkJob {
        state: BulkState::of(&word),
        code: first.code.unwrap_or_default(),
        counts: BulkCounts {
            added: file.added_count.unwrap_or_default(),
            updated: file.updated_count.unwrap_or_default(),
            skipped: file.skipped_count.unwrap_or_default(),
            total: file.total_count.unwrap_or_default(),
        },
        download_url: answer.result.and_then(|result| result.download_url).filter(|url| !url.is_empty()),
    }))
}

/// A line that the file does not hold. What is compressed is as good as chance, and is looked through all the same.
fn boundary(zip: &[u8]) -> String {
    let mut number = 0_u32;
    loop {
        let boundary = format!("ledgerline-file-{number}");
        if !zip.windows(boundary.len()).any(|part| part == boundary.as_bytes()) {
            return boundary;
        }
        number += 1;
    }
}

/// The form around a zip, which goes when it is copied: one of both is enough in memory.
fn multipart(boundary: &str, zip: Bytes) -> Bytes {
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rows.zip\"\r\nContent-Type: application/zip\r\n\r\n"
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let mut body = Vec::with_capacity(head.len() + zip.len() + tail.len());
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&zip);
    drop(zip);
    body.extend_from_slice(tail.as_bytes());
    body.into()
}

#[cfg(test)]
mod tests {
    use super::BulkState;

    #[test]
    fn a_state_is_read_in_each_of_its_spellings() {
        let table = [
            ("ADDED", BulkState::Added),
            ("INPROGRESS", BulkState::InProgress),
            ("IN PROGRESS", BulkState::InProgress),
            ("In_Progress", BulkState::InProgress),
            ("COMPLETED", BulkState::Completed),
            ("FAILED", BulkState::Failed),
            ("PAUSED", BulkState::Other("PAUSED".to_owned())),
        ];
        for (word, state) in table {
            assert_eq!(BulkState::of(word), state, "{word}");
        }
    }
}

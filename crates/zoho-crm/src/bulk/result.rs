//! What became of each row of a job: a zip with one file of texts, read row by row.

use std::io::{Cursor, Read};

use bytes::Bytes;
use transport::Response;
use url::Url;
use zip::ZipArchive;

use crate::client::Reading;
use crate::data_centre::is_zoho_download_host;
use crate::envelope::{description, refusal, undecodable};
use crate::sign_in::is_loopback;
use crate::{Error, ErrorKind, ZohoId};

/// The largest result that is taken apart: 25,000 rows of three cells, each as long as a cell can be, come nowhere near.
const LARGEST: u64 = 128 << 20;

/// What was done with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowStatus {
    /// A new record.
    Added,
    /// A changed record.
    Updated,
    /// Nothing: the record exists, or the row was refused; the errors tell them apart.
    Skipped,
    /// Nothing: the job did not come to it.
    Unprocessed,
    /// A word that nobody foresaw.
    Other(String),
}

/// Why a row was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkRowError {
    /// Zoho's code, such as `INVALID_DATA`.
    pub code: String,
    /// The columns that it is about, by their headings.
    pub columns: Vec<String>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkRow {
    /// The first columns of the file, as they were sent.
    pub keys: Vec<String>,
    /// What was done.
    pub status: RowStatus,
    /// The record, where one was written.
    pub id: Option<ZohoId>,
    /// Why nothing was done.
    pub errors: Vec<BulkRowError>,
}

/// A job's result.
pub struct BulkResult {
    headings: Vec<String>,
    rows: csv::StringRecordsIntoIter<Cursor<Vec<u8>>>,
    status: usize,
    record_id: Option<usize>,
    errors: Option<usize>,
}

impl BulkResult {
    /// Where the cell of a column stands in [`BulkRow::keys`]; headings are compared without regard to case.
    #[must_use]
    pub fn place_of(&self, column: &str) -> Option<usize> {
        self.headings.iter().take(self.status).position(|heading| heading.eq_ignore_ascii_case(column))
    }

    fn open(zip: Bytes, status: u16, place: &str) -> Result<Self, Error> {
        let broken = |complaint: &str| undecodable(status, complaint, place);
        let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|error| broken(&error.to_string()))?;
        let names: Vec<String> = archive.file_names().map(ToOwned::to_owned).collect();
        let wanted = names.iter().position(|name| name.to_ascii_lowercase().ends_with(".csv")).unwrap_or(0);
        let file = archive.by_index(wanted).map_err(|error| broken(&error.to_string()))?;
        let mut text = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| broken(&error.to_string()))?;
        if text.len() as u64 > LARGEST {
            return Err(broken("the result is larger than any result can be"));
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(Cursor::new(text));
        let headings: Vec<String> = reader
            .headers()
            .map_err(|error| broken(&error.to_string()))?
            .iter()
            .map(|heading| heading.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let find = |name: &str| headings.iter().rposition(|heading| heading.eq_ignore_ascii_case(name));
        let Some(at) = find("STATUS") else {
            return Err(broken("the result has no column STATUS"));
        };
        let (record_id, errors) = (find("RECORD_ID"), find("ERRORS"));
        Ok(Self { headings, rows: reader.into_records(), status: at, record_id, errors })
    }

    fn row(&self, cells: &csv::StringRecord) -> BulkRow {
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).map(str::trim).unwrap_or_default();
        let id = cell(self.record_id);
        BulkRow {
            keys: cells.iter().take(self.status).map(ToOwned::to_owned).collect(),
            status: RowStatus::of(cell(Some(self.status))),
            id: (!id.is_empty() && !id.eq_ignore_ascii_case("null")).then(|| ZohoId::new(id)),
            errors: errors_of(cell(self.errors)),
        }
    }
}

impl Iterator for BulkResult {
    type Item = Result<BulkRow, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let cells = self.rows.next()?;
        Some(match cells {
            Ok(cells) => Ok(self.row(&cells)),
            Err(error) => Err(undecodable(200, &error.to_string(), "the result of a bulk job")),
        })
    }
}

impl RowStatus {
    /// Lower case in the docs, upper case in practice (§7).
    fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "added" => Self::Added,
            "updated" => Self::Updated,
            "skipped" => Self::Skipped,
            "unprocessed" => Self::Unprocessed,
            _ => Self::Other(word.to_owned()),
        }
    }
}

/// `CODE-Column[,Column2]:CODE-Column` (§7).
fn errors_of(text: &str) -> Vec<BulkRowError> {
    text.split(':')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (code, columns) = part.split_once('-').unwrap_or((part, ""));
            let columns = columns.split(',').map(str::trim).filter(|column| !column.is_empty());
            BulkRowError { code: code.trim().to_owned(), columns: columns.map(ToOwned::to_owned).collect() }
        })
        .collect()
}

/// Takes the answer for a result, or says why it is none. A page in its place is damage that another try may mend.
pub(crate) fn read(response: &Response, place: &str) -> Reading<BulkResult> {
    if !response.is_success() {
        return Ok(Err(refusal(response, place)));
    }
    if response.body.starts_with(b"PK") {
        // A zip without its end was cut off on the way.
        ZipArchive::new(Cursor::new(&response.body)).map_err(|error| error.to_string())?;
        return Ok(BulkResult::open(response.body.clone(), response.status, place));
    }
    if response.body.starts_with(b"{") {
        return Ok(Err(refusal(response, place)));
    }
    Err(description(response))
}

/// The whole address of a result. A token goes to Zoho's own hosts only, or to the host of this very API, accounts server or upload
/// server; encrypted, or to this computer.
///
/// A relative address begins with the version, `/v8/crm/…` (§2), and hangs on the API's host.
pub(crate) fn address(
    download_url: &str,
    api: &Url,
    accounts_url: &str,
    upload: Option<&Url>,
) -> Result<Url, Error> {
    let foreign = || {
        let words =
            format!("the result's address \"{download_url}\" is not Zoho's; the token was not sent there");
        Error::new(ErrorKind::Undecodable, "", words, "the result of a bulk job")
    };
    if !download_url.contains("://") {
        if download_url.starts_with("//") {
            return Err(foreign());
        }
        let base = api.as_str().trim_end_matches('/');
        let whole = Url::parse(&format!("{base}/{}", download_url.trim_start_matches('/'))).ok();
        return whole.filter(|whole| whole.host() == api.host()).ok_or_else(foreign);
    }
    let url = Url::parse(download_url).map_err(|_| foreign())?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.username().is_empty() && url.password().is_none();
    let accounts = Url::parse(accounts_url).ok();
    let ours = [Some(api), upload, accounts.as_ref()]
        .into_iter()
        .flatten()
        .any(|known| known.host().is_some() && known.host() == url.host());
    let zohos = url.host_str().is_some_and(is_zoho_download_host);
    if secure && plain && (ours || zohos) { Ok(url) } else { Err(foreign()) }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{BulkRowError, RowStatus, address, errors_of};

    #[test]
    fn errors_name_their_columns() {
        let error = |code: &str, columns: &[&str]| BulkRowError {
            code: code.to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        };
        assert_eq!(errors_of(""), []);
        assert_eq!(
            errors_of("MANDATORY_NOT_FOUND-Account_Name"),
            [error("MANDATORY_NOT_FOUND", &["Account_Name"])]
        );
        assert_eq!(
            errors_of("INVALID_DATA-Phone,Website:DUPLICATE_DATA-Email"),
            [error("INVALID_DATA", &["Phone", "Website"]), error("DUPLICATE_DATA", &["Email"])]
        );
        assert_eq!(errors_of("NOT_APPROVED"), [error("NOT_APPROVED", &[])]);
    }

    #[test]
    fn a_status_is_read_in_either_case() {
        assert_eq!(RowStatus::of("ADDED"), RowStatus::Added);
        assert_eq!(RowStatus::of("added"), RowStatus::Added);
        assert_eq!(RowStatus::of("Skipped"), RowStatus::Skipped);
        assert_eq!(RowStatus::of("unprocessed"), RowStatus::Unprocessed);
        assert_eq!(RowStatus::of("merged"), RowStatus::Other("merged".to_owned()));
    }

    #[test]
    fn a_token_goes_to_zohos_hosts_only() {
        let table = [
            (
                "https://www.zohoapis.eu",
                "/v8/crm/org1/bulk-write/2/2.zip",
                Some("https://www.zohoapis.eu/v8/crm/org1/bulk-write/2/2.zip"),
            ),
            (
                "http://127.0.0.1:9/zoho",
                "/v8/crm/org1/2.zip",
                Some("http://127.0.0.1:9/zoho/v8/crm/org1/2.zip"),
            ),
            (
                "https://www.zohoapis.eu",
                "https://download-accl.zoho.com/v2/2.zip?x=1",
                Some("https://download-accl.zoho.com/v2/2.zip?x=1"),
            ),
            (
                "https://sandbox.invalid/zoho",
                "https://sandbox.invalid/zoho/2.zip",
                Some("https://sandbox.invalid/zoho/2.zip"),
            ),
            ("https://www.zohoapis.eu", "http://download.zoho.com/2.zip", None),
            ("https://www.zohoapis.eu", "https://evil.example/2.zip", None),
            ("https://www.zohoapis.eu", "https://user@download.zoho.com/2.zip", None),
            ("https://www.zohoapis.eu", "//evil.example/2.zip", None),
            ("https://www.zohoapis.eu", "http://127.0.0.1/2.zip", None),
        ];
        for (api, given, whole) in table {
            let found = address(given, &Url::parse(api).unwrap(), "https://accounts.zoho.eu", None);
            assert_eq!(found.ok().map(|url| url.to_string()).as_deref(), whole, "{given}");
        }
    }
}

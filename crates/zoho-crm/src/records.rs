//! Records: write, delete, read one, query.

use exact_json::{Map, Value};
use serde::{Deserialize, Serialize};
use transport::{Method, Response};

use crate::call::{Call, appends_subform_rows, misuse, record_path};
use crate::client::Reading;
use crate::envelope::{Envelope, read, refusal};
use crate::rows::row_results;
use crate::{
    Action, Client, CoqlPage, DeletedPage, Error, ErrorKind, Module, RowResult, ZohoId, coql, credits,
    deleted,
};

/// A record: field names and values, as the org's own fields have them.
pub type Record = Map;

/// How many rows one write may carry (§6.1).
pub const ROWS_PER_WRITE: usize = 100;

/// How a write is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Whether Zoho's workflows, approvals and blueprints run on the write. Zoho runs them all unless told not to.
    pub workflows: bool,
    /// The unique fields by which an upsert finds its record; never empty there, and unused elsewhere. Without them Zoho would merge
    /// records of one name (§6.1).
    pub duplicate_check: Vec<String>,
}

#[derive(Serialize)]
struct WriteBody<'a> {
    data: &'a [Record],
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_check_fields: Option<&'a [String]>,
    /// Absent: all of them run. Empty: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<[&'a str; 0]>,
}

#[derive(Deserialize)]
struct Rows {
    data: Option<Vec<Envelope>>,
}

#[derive(Deserialize)]
struct Records {
    data: Vec<Record>,
    #[serde(default)]
    info: Option<Info>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Info {
    pub(crate) more_records: Option<bool>,
}

impl Client {
    /// Makes new records, at most [`ROWS_PER_WRITE`]. One result a row, in order.
    ///
    /// It is not sent again when its answer is lost: [`Error::fate`] then says so, and the caller looks.
    ///
    /// # Errors
    /// When the call as a whole failed.
    pub async fn insert(
        &self,
        module: Module,
        rows: &[Record],
        options: &WriteOptions,
    ) -> Result<Vec<RowResult>, Error> {
        let call = Call::new(Method::Post, [module.api_name()]);
        self.write(write_call(call, rows, None, options)?, rows.len(), Action::Inserted).await
    }

    /// Changes records by the `id` in each row, at most [`ROWS_PER_WRITE`]. One result a row, in order.
    ///
    /// It may be sent twice, unless a row holds subform rows without an id: those would be appended twice (§5.3).
    ///
    /// # Errors
    /// When the call as a whole failed, or a row has no id.
    pub async fn update(
        &self,
        module: Module,
        rows: &[Record],
        options: &WriteOptions,
    ) -> Result<Vec<RowResult>, Error> {
        let call = update_call(module, rows, options)?;
        let call = if appends_subform_rows(rows) { call } else { call.safe_to_repeat() };
        self.write(call, rows.len(), Action::Updated).await
    }

    /// Like [`update`](Self::update), but never sent again when its answer is lost.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub async fn update_once(
        &self,
        module: Module,
        rows: &[Record],
        options: &WriteOptions,
    ) -> Result<Vec<RowResult>, Error> {
        self.write(update_call(module, rows, options)?, rows.len(), Action::Updated).await
    }

    /// Changes the records that hold the rows' values in the fields of `options.duplicate_check`, and makes the others. At most
    /// [`ROWS_PER_WRITE`] rows; one result a row, in order.
    ///
    /// It may be sent twice, unless a row holds subform rows without an id. Zoho looks into the module's other unique fields
    /// too, and a match there changes that record: see [`Written::duplicate_field`](crate::Written::duplicate_field).
    ///
    /// # Errors
    /// When the call as a whole failed, or there is no field to find records by.
    pub async fn upsert(
        &self,
        module: Module,
        rows: &[Record],
        options: &WriteOptions,
    ) -> Result<Vec<RowResult>, Error> {
        if options.duplicate_check.is_empty() || options.duplicate_check.iter().any(String::is_empty) {
            return Err(misuse("an upsert needs a field to find its records by"));
        }
        let call = Call::new(Method::Post, [module.api_name(), "upsert"]);
        let call = write_call(call, rows, Some(&options.duplicate_check), options)?;
        let call = if appends_subform_rows(rows) { call } else { call.safe_to_repeat() };
        self.write(call, rows.len(), Action::Inserted).await
    }

    /// Moves records to the recycle bin, at most [`ROWS_PER_WRITE`]. One result an id, in order.
    ///
    /// It may be sent twice; an id that is gone already comes back as a row error.
    ///
    /// # Errors
    /// When the call as a whole failed.
    pub async fn delete(
        &self,
        module: Module,
        ids: &[ZohoId],
        workflows: bool,
    ) -> Result<Vec<RowResult>, Error> {
        check_count(ids.len())?;
        let list: Vec<&str> = ids.iter().map(ZohoId::as_str).collect();
        let call = Call::new(Method::Delete, [module.api_name()])
            .query("ids", list.join(","))
            .query("wf_trigger", workflows.to_string())
            .safe_to_repeat();
        self.write(call, ids.len(), Action::Deleted).await
    }

    /// Reads one record with all its fields and subforms; `None` where there is none of that id.
    ///
    /// Which of 204, 404 and 400 INVALID_DATA Zoho sends for an unknown id is unverified (§6.2, §11): all of them mean `None`.
    ///
    /// # Errors
    /// When the call failed; also where the address itself is unknown to Zoho, which says nothing about the record.
    pub async fn get(&self, module: Module, id: &ZohoId) -> Result<Option<Record>, Error> {
        match self.fetch::<Records>(Call::get(record_path(module, id)?)).await {
            Ok(records) => Ok(records.and_then(|records| records.data.into_iter().next())),
            Err(error) if is_unknown_id(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs a COQL query. Nothing found is an empty page.
    ///
    /// # Errors
    /// When the call failed or the query is not understood.
    pub async fn coql(&self, select: &str) -> Result<CoqlPage, Error> {
        let query = Map::from([("select_query".to_owned(), Value::text(select))]);
        let call = Call::new(Method::Post, ["coql"])
            .json(&query)?
            .safe_to_repeat()
            .looks()
            .price(credits::coql(coql::limit_of(select)));
        let records: Option<Records> = self.fetch(call).await?;
        Ok(records.map_or_else(CoqlPage::default, |records| CoqlPage {
            rows: records.data,
            more: more(records.info),
        }))
    }

    /// What was deleted in a module, page by page from 1 on, 200 a page. Zoho remembers 60 days in the recycle bin, 120 behind it.
    ///
    /// # Errors
    /// When the call failed.
    pub async fn deleted(
        &self,
        module: Module,
        since: Option<jiff::Timestamp>,
        page: u32,
    ) -> Result<DeletedPage, Error> {
        let answer = self.fetch::<deleted::Answer>(deleted::call(module, since, page)).await?;
        Ok(answer.map(DeletedPage::from).unwrap_or_default())
    }

    async fn write(&self, call: Call, sent: usize, done: Action) -> Result<Vec<RowResult>, Error> {
        let place = call.place();
        self.send(call, |response| results(response, sent, done, &place)).await
    }
}

/// Reads the results of a write. Zoho sends them with 200, 201, 202 and 207, and with 400 and other refusals where every row failed.
fn results(response: &Response, sent: usize, done: Action, place: &str) -> Reading<Vec<RowResult>> {
    let rows = match response.status {
        204 => Some(Vec::new()),
        200..300 => match read::<Rows>(response, place)? {
            Ok(rows) => rows.data,
            Err(error) => return Ok(Err(error)),
        },
        401 | 408 | 429 | 500.. => return Ok(Err(refusal(response, place))),
        _ => serde_json::from_slice::<Rows>(&response.body).ok().and_then(|rows| rows.data),
    };
    Ok(match rows {
        Some(rows) => row_results(rows, sent, done, response.status, place),
        None => Err(refusal(response, place)),
    })
}

fn write_call(
    call: Call,
    rows: &[Record],
    duplicate_check_fields: Option<&[String]>,
    options: &WriteOptions,
) -> Result<Call, Error> {
    check_count(rows.len())?;
    let trigger = if options.workflows { None } else { Some([]) };
    let call = call.json(&WriteBody { data: rows, duplicate_check_fields, trigger })?;
    Ok(call.price(credits::write(rows.len())))
}

fn update_call(module: Module, rows: &[Record], options: &WriteOptions) -> Result<Call, Error> {
    let has_id = |row: &Record| row.get("id").and_then(Value::as_text).is_some_and(|id| !id.is_empty());
    if !rows.iter().all(has_id) {
        return Err(misuse("a row to be changed has no id"));
    }
    write_call(Call::new(Method::Put, [module.api_name()]), rows, None, options)
}

fn check_count(rows: usize) -> Result<(), Error> {
    match rows {
        1..=ROWS_PER_WRITE => Ok(()),
        _ => Err(misuse(format!("{rows} rows in one call; 1 to {ROWS_PER_WRITE} are possible"))),
    }
}

fn is_unknown_id(error: &Error) -> bool {
    let not_found = error.kind == ErrorKind::NotFound && error.code != "INVALID_URL_PATTERN";
    not_found || (error.kind == ErrorKind::BadRequest && error.code == "INVALID_DATA")
}

pub(crate) fn more(info: Option<Info>) -> bool {
    info.and_then(|info| info.more_records).unwrap_or(false)
}

//! `POST /crm/bulk/v8/write`: everything about a job that Zoho checks before it takes it.

use bytes::Bytes;
use exact_json::Value;
use jiff::{Timestamp, ToSpan};
use transport::Response;

use super::super::answer::{Refusal, id_text, json, object};
use super::super::field::DataType;
use super::super::module::Module;
use super::super::org::API_USER;
use super::super::state::ZohoState;
use super::{Job, Mapping, Operation, upload};

/// Columns of a file (facts §7).
const MOST_COLUMNS: usize = 200;

impl ZohoState {
    /// The module that a job's body names.
    pub(in super::super) fn bulk_module(&self, body: &Value) -> Result<Module, Refusal> {
        let name =
            resource(body)?.get("module").and_then(|module| module.get("api_name")).and_then(Value::as_text);
        let name = name.ok_or_else(|| missing("module"))?;
        let refused = || {
            let text = format!("Requested module '{name}' is not available.");
            Refusal::new(400, "MODULE_NOT_AVAILABLE", &text)
        };
        let module = Module::parse(name).ok_or_else(refused)?;
        // Zoho's list of modules has neither invoices nor purchase orders (facts §7).
        match module {
            Module::Accounts | Module::Contacts | Module::Products | Module::Vendors => Ok(module),
            Module::Invoices | Module::PurchaseOrders | Module::InvoicedItems | Module::PurchaseItems => {
                Err(refused())
            }
        }
    }

    pub(in super::super) fn bulk_create(&mut self, module: Module, body: &Value, now: Timestamp) -> Response {
        match self.checked_job(module, body, now) {
            Ok(mut job) => {
                job.id = self.next_id();
                let id = id_text(job.id);
                self.bulk.jobs.push(job);
                let details = object([("id", id), ("created_by", self.user_reference(API_USER))]);
                json(
                    201,
                    &object([
                        ("status", Value::text("success")),
                        ("code", Value::text("SUCCESS")),
                        ("message", Value::text("success")),
                        ("details", details),
                    ]),
                )
            }
            Err(refusal) => refusal.response(),
        }
    }

    fn checked_job(&mut self, module: Module, body: &Value, now: Timestamp) -> Result<Job, Refusal> {
        let resource = resource(body)?;
        let operation = match body.get("operation").and_then(Value::as_text) {
            Some("insert") => Operation::Insert,
            Some("upsert") => Operation::Upsert,
            Some(_) => return Err(Refusal::invalid_data("invalid operation").with("api_name", "operation")),
            None => return Err(missing("operation")),
        };
        let file_id = resource.get("file_id").and_then(Value::as_text).ok_or_else(|| missing("file_id"))?;
        let file = self.bulk.files.get(file_id);
        let file = file.ok_or_else(|| Refusal::new(400, "INVALID_FILE_ID", "improper file id"))?;
        let unsupported = || Refusal::new(400, "FILE_NOT_SUPPORTED", "File not supported for bulk write");
        let text = upload::unpacked(file).ok_or_else(unsupported)?;
        let (columns, rows) = measured(&text).ok_or_else(unsupported)?;
        if columns > MOST_COLUMNS {
            return Err(Refusal::new(400, "HEADER_LIMIT_EXCEEDED", "header limit exceeded"));
        }
        let sent_mappings = resource.get("field_mappings").cloned().unwrap_or_default();
        let mappings = self.mappings(module, &sent_mappings, columns)?;
        let find_by = resource.get("find_by").and_then(Value::as_text).map(ToOwned::to_owned);
        self.check_find_by(module, operation, find_by.as_deref(), &mappings)?;
        let empty = |value: &Value| value.get("ignore_empty").and_then(Value::as_bool).unwrap_or(false);
        let fails = if self.switches.bulk_failing > 0 {
            self.switches.bulk_failing -= 1;
            Some("CANNOT_PROCESS")
        } else {
            (rows > self.switches.bulk_max_rows).then_some("LIMIT_EXCEEDED")
        };
        let seconds = self.switches.bulk_seconds + self.switches.bulk_seconds_per_thousand * rows / 1_000;
        let ready = now.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX).seconds());
        Ok(Job {
            id: 0,
            module,
            operation,
            find_by,
            ignore_empty: empty(body) || empty(resource),
            mappings,
            sent_mappings,
            text,
            created: now,
            ready: ready.unwrap_or(Timestamp::MAX),
            fails,
            done: None,
        })
    }

    fn mappings(&self, module: Module, sent: &Value, columns: usize) -> Result<Vec<Mapping>, Refusal> {
        let sent = sent.as_list().filter(|list| !list.is_empty()).ok_or_else(|| missing("field_mappings"))?;
        let mut mappings = Vec::with_capacity(sent.len());
        for mapping in sent {
            let text = |key: &str| mapping.get(key).and_then(Value::as_text).map(ToOwned::to_owned);
            let api_name = text("api_name").ok_or_else(|| missing("api_name"))?;
            let Some(field) = self.field(module, &api_name) else {
                let text = format!("invalid mapping. invalid api_name {api_name}.");
                return Err(Refusal::new(400, "INVALID_FIELD", &text));
            };
            let index = mapping.get("index").and_then(Value::as_number);
            let index = index.and_then(|index| index.to_string().parse::<usize>().ok()).ok_or_else(|| {
                let text = format!("required key index for field {api_name} is not found in request body.");
                Refusal::new(400, "MANDATORY_NOT_FOUND", &text)
            })?;
            if index >= columns {
                return Err(Refusal::new(400, "COLUMN_INDEX_NOT_FOUND", "column index not found"));
            }
            let format = text("format");
            let known = match (field.data_type, format.as_deref()) {
                (_, None) | (DataType::Date, Some("yyyy-MM-dd" | "MM/dd/yyyy")) => true,
                (DataType::DateTime, Some("yyyy-MM-dd'T'HH:mm:ssXXX")) => true,
                (_, Some(_)) => false,
            };
            if !known {
                return Err(Refusal::new(400, "INVALID_FORMAT", "invalid format").with("api_name", api_name));
            }
            mappings.push(Mapping { api_name, index, format, find_by: text("find_by") });
        }
        let is_mapped = |name: &str| mappings.iter().any(|mapping| mapping.api_name == name);
        let lacks = self
            .fields(module)
            .any(|f| f.mandatory && !matches!(f.data_type, DataType::Subform(_)) && !is_mapped(&f.api_name));
        if lacks {
            let text = "All mandatory fields are not mapped for the layout";
            return Err(Refusal::new(400, "MANDATORY_FIELDS_NOT_MAPPED", text));
        }
        Ok(mappings)
    }

    fn check_find_by(
        &self,
        module: Module,
        operation: Operation,
        find_by: Option<&str>,
        mappings: &[Mapping],
    ) -> Result<(), Refusal> {
        match (operation, find_by) {
            (Operation::Insert, None) => Ok(()),
            (Operation::Upsert, None) => Err(missing("find_by")),
            (_, Some(name)) => {
                let unique = self.field(module, name).is_some_and(|field| field.unique.is_some());
                if unique && mappings.iter().any(|mapping| mapping.api_name == name) {
                    Ok(())
                } else {
                    Err(Refusal::new(400, "INVALID_FIELD", "invalid find_by field").with("api_name", name))
                }
            }
        }
    }
}

fn resource(body: &Value) -> Result<&Value, Refusal> {
    let list = body.get("resource").and_then(Value::as_list);
    list.and_then(<[Value]>::first).ok_or_else(|| missing("resource"))
}

fn missing(key: &str) -> Refusal {
    Refusal::new(400, "MANDATORY_NOT_FOUND", &format!("required key {key} is not found in request body."))
        .with("api_name", key)
}

/// How many columns and rows the file has; `None` where it is no file of rows.
fn measured(text: &Bytes) -> Option<(usize, usize)> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_ref());
    let columns = reader.byte_headers().ok()?.len();
    let mut row = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut row).ok()? {
        rows += 1;
    }
    Some((columns, rows))
}

//! Writing one record: check everything, then change everything.

use exact_json::{Map, Value};
use jiff::Timestamp;

use super::answer::{Refusal, id_text, object};
use super::field::DataType;
use super::module::Module;
use super::state::{WriteAction, WriteEntry, ZohoState};
use super::store::{Record, fold};
use super::totals::{compute_document, compute_row};
use super::validate::unknown_id;

/// Who writes, when, and with what consequences.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    /// In whole seconds.
    pub(super) at: Timestamp,
    pub(super) user: u64,
    pub(super) by_person: bool,
    pub(super) workflows: bool,
    /// Refuse records that changed after this.
    pub(super) unmodified_since: Option<Timestamp>,
}

impl ZohoState {
    /// Inserts a record, or updates the one with the id `existing`; returns the id.
    pub(super) fn write(
        &mut self,
        module: Module,
        existing: Option<u64>,
        row: &Map,
        path: &str,
        writer: &Writer,
    ) -> Result<u64, Refusal> {
        let before = match existing {
            Some(id) => Some(
                self.stores[module]
                    .get(id)
                    .cloned()
                    .ok_or_else(|| unknown_id("id", &format!("{path}.id")))?,
            ),
            None => None,
        };
        if let Some(before) = &before {
            self.check_untouched(before, path, writer)?;
        }
        let changes = self.check_row(module, row, path)?;
        self.check_mandatory(module, before.as_ref().map(|before| &before.values), &changes, path)?;
        self.check_poison(module, &changes, path, writer)?;
        self.check_unique(module, existing, &changes, path)?;

        let mut record = before.clone().unwrap_or_else(|| blank(writer));
        merge(&mut record.values, &changes);
        if let Some(taxes) = row.get("$line_tax").filter(|taxes| !taxes.is_null()) {
            let field = super::field::Field::standard("$line_tax", DataType::LineTax, 120);
            let taxes = self.checked_taxes(&field, taxes, &format!("{path}.$line_tax"))?;
            record.values.insert("$line_tax".to_owned(), taxes);
        }
        if existing.is_none() {
            self.add_defaults(module, &mut record);
        }
        self.set_rate(&mut record);
        if let Some(rows) = module.rows() {
            let sent = row.get(rows.api_name());
            let mut plan = self.plan_rows(rows, &record, existing.is_none(), sent, path, writer)?;
            let decimals = self.org.decimals(record.text("Currency"));
            for row in &mut plan.rows {
                compute_row(&mut row.values, decimals);
            }
            let computed = plan.rows.iter().map(|row| &row.values);
            let by_document = self.switches.tax_by_document;
            compute_document(&mut record.values, computed, decimals, by_document, &changes);
            if existing.is_none() {
                record.id = self.next_id();
            }
            for id in plan.removed {
                self.stores[rows].take(id);
            }
            record.rows = plan.rows.iter().map(|row| row.id).collect();
            for mut row in plan.rows {
                row.parent = Some(record.id);
                self.stores[rows].put(row);
            }
        } else if existing.is_none() {
            record.id = self.next_id();
        }
        self.learn_picks(module, &changes);
        record.modified = writer.at;
        record.modified_by = writer.user;
        let id = record.id;
        let changed = before.map_or_else(Vec::new, |before| changed(module, &before, &record, row));
        self.stores[module].put(record);
        let action = if existing.is_some() { WriteAction::Update } else { WriteAction::Insert };
        let entry = WriteEntry {
            at: writer.at,
            module,
            id: id.to_string(),
            action,
            workflows: writer.workflows,
            by_person: writer.by_person,
            sent: row.clone(),
        };
        self.log_write(entry, &changed);
        Ok(id)
    }

    /// Takes a record into the recycle bin, its rows with it.
    pub(super) fn remove(&mut self, module: Module, id: u64, writer: &Writer) -> Result<(), Refusal> {
        let refused = || Refusal::invalid_data("record not deleted").with("id", id_text(id));
        let record = self.stores[module].get(id).ok_or_else(refused)?;
        if record.locked {
            return Err(locked("$.id"));
        }
        let name = self.plain_text(module, record, module.name_field());
        let created_by = record.created_by;
        if let Some(rows) = module.rows() {
            for row in self.stores[rows].children(id) {
                self.stores[rows].take(row);
            }
        }
        self.stores[module].take(id);
        self.stores[module].deleted.push(super::store::Deleted {
            id,
            name,
            at: writer.at,
            deleted_by: writer.user,
            created_by,
            purged: false,
        });
        let entry = WriteEntry {
            at: writer.at,
            module,
            id: id.to_string(),
            action: WriteAction::Delete,
            workflows: writer.workflows,
            by_person: writer.by_person,
            sent: Map::new(),
        };
        // As a recorded deletion names it.
        self.log_write(entry, &[("Modified_By".to_owned(), self.user_reference(writer.user))]);
        Ok(())
    }

    fn check_untouched(&self, record: &Record, path: &str, writer: &Writer) -> Result<(), Refusal> {
        if record.locked {
            return Err(locked(&format!("{path}.id")));
        }
        if writer.unmodified_since.is_some_and(|since| record.modified > since) {
            let text = "record updated time has already passed if-unmodified-since time";
            let refusal = Refusal::new(412, "ALREADY_MODIFIED", text);
            return Err(Refusal { details: self.stamps(record), ..refusal });
        }
        Ok(())
    }

    fn check_poison(
        &self,
        module: Module,
        changes: &Map,
        path: &str,
        writer: &Writer,
    ) -> Result<(), Refusal> {
        let hit = self.poison.iter().find(|rule| {
            let text = changes.get(&rule.field).and_then(Value::as_text);
            rule.module == module && text.is_some_and(|text| text.contains(&rule.containing))
        });
        match hit.filter(|_| !writer.by_person) {
            Some(rule) => Err(Refusal::new(400, &rule.code, &rule.message)
                .with("api_name", rule.field.as_str())
                .with("json_path", format!("{path}.{}", rule.field))),
            None => Ok(()),
        }
    }

    /// No other record may hold a value of a unique field.
    fn check_unique(
        &self,
        module: Module,
        own: Option<u64>,
        changes: &Map,
        path: &str,
    ) -> Result<(), Refusal> {
        let mut clashes = Vec::new();
        for field in self.fields(module) {
            let Some(case_sensitive) = field.unique else {
                continue;
            };
            let Some(value) = changes.get(&field.api_name).filter(|value| !value.is_null()) else {
                continue;
            };
            let other = self.holder(module, &field.api_name, value, case_sensitive, own);
            if let Some(other) = other {
                clashes.push(self.duplicate(module, &field.api_name, other, path));
            }
        }
        if clashes.len() > 1 {
            let errors = Value::List(clashes.iter().map(Refusal::body).collect());
            let text = "Multiple errors in the request";
            return Err(Refusal::new(400, "MULTIPLE_OR_MULTI_ERRORS", text).with("errors", errors));
        }
        clashes.pop().map_or(Ok(()), Err)
    }

    /// The first record but `own` that holds `value` in `field`.
    pub(super) fn holder(
        &self,
        module: Module,
        field: &str,
        value: &Value,
        case_sensitive: bool,
        own: Option<u64>,
    ) -> Option<&Record> {
        let holders = self.stores[module].holders(field, &fold(value)?);
        let mut holders = holders.into_iter().filter(|id| Some(*id) != own);
        holders.find_map(|id| {
            let record = self.stores[module].get(id)?;
            let same = !case_sensitive || record.values.get(field) == Some(value);
            same.then_some(record)
        })
    }

    fn duplicate(&self, module: Module, field: &str, other: &Record, path: &str) -> Refusal {
        let owner = other.text("Owner").and_then(|id| id.parse().ok());
        let record = object([
            ("Owner", owner.map_or(Value::Null, |owner| self.user_reference(owner))),
            ("module", object([("api_name", Value::text(module.api_name())), ("id", id_text(module.id()))])),
            ("id", id_text(other.id)),
        ]);
        Refusal::new(400, "DUPLICATE_DATA", "duplicate data")
            .with("api_name", field)
            .with("json_path", format!("{path}.{field}"))
            .with("duplicate_record", record)
            .with("id", id_text(other.id))
            .with("more_records", false)
    }

    fn add_defaults(&mut self, module: Module, record: &mut Record) {
        let mut default = |name: &str, value: Value| {
            record.values.insert_absent(name, value);
        };
        default("Owner", id_text(record.created_by));
        if self.org.has_currencies() {
            default("Currency", Value::text(&self.org.home_currency));
        }
        if module == Module::Products {
            default("Product_Active", Value::Bool(true));
        }
        if module == Module::Invoices {
            self.last_invoice_number += 1;
            default("Invoice_Number", Value::Text(format!("INV{:06}", self.last_invoice_number)));
        }
    }

    fn set_rate(&self, record: &mut Record) {
        let currency = record.text("Currency").and_then(|iso_code| self.org.active_currency(iso_code));
        if let Some(rate) =
            currency.filter(|_| self.org.has_currencies()).map(|currency| currency.exchange_rate)
        {
            record.values.insert("Exchange_Rate".to_owned(), Value::Number(rate));
        }
    }

    /// Unknown picklist values are accepted and added (Zoho, insert-records "Sample Attributes").
    fn learn_picks(&mut self, module: Module, changes: &Map) {
        for field in &mut self.schema[module] {
            if field.data_type == DataType::Picklist
                && let Some(pick) = changes.get(&field.api_name).and_then(Value::as_text)
                && !field.picklist.iter().any(|value| value == pick)
            {
                field.picklist.push(pick.to_owned());
            }
        }
    }
}

fn blank(writer: &Writer) -> Record {
    Record {
        id: 0,
        values: Map::new(),
        created: writer.at,
        modified: writer.at,
        created_by: writer.user,
        modified_by: writer.user,
        locked: false,
        parent: None,
        rows: Vec::new(),
    }
}

fn merge(values: &mut Map, changes: &Map) {
    for (name, value) in changes {
        if value.is_null() {
            values.remove(name);
        } else {
            values.insert(name.clone(), value.clone());
        }
    }
}

/// The fields of an update whose values are others than before, and the subform if its rows were sent.
fn changed(module: Module, before: &Record, after: &Record, sent: &Map) -> Vec<(String, Value)> {
    let names =
        before.values.keys().chain(after.values.keys().filter(|name| !before.values.contains_key(name)));
    let value = |record: &Record, name: &str| record.values.get(name).cloned().unwrap_or_default();
    let fields = names.filter(|name| !name.starts_with('$'));
    let fields = fields.filter(|name| value(before, name) != value(after, name));
    let rows = module.rows().map(Module::api_name).filter(|rows| sent.contains_key(rows));
    let rows = rows.map(|rows| (rows.to_owned(), sent.get(rows).cloned().unwrap_or_default()));
    fields.map(|name| (name.clone(), value(after, name))).chain(rows).collect()
}

fn locked(path: &str) -> Refusal {
    let text = "Sorry, you cannot perform this operation as the record is locked.";
    Refusal::new(400, "RECORD_LOCKED", text)
        .with("api_name", "id")
        .with("json_path", path)
        .with("action", "record_locking")
}

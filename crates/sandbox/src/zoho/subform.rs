//! What the rows of a document become when it is written (facts §5.3).
//!
//! A row with an id is changed, one without is appended, `{"id","_delete"}` takes one out, a row that is not mentioned stays,
//! and an empty list takes out all.

use exact_json::{Map, Value};

use super::answer::{Refusal, number};
use super::module::Module;
use super::state::ZohoState;
use super::store::Record;
use super::validate::{mandatory, unknown_id};
use super::write::Writer;

/// The rows as they will be.
#[derive(Debug, Default)]
pub(super) struct RowsPlan {
    pub(super) rows: Vec<Record>,
    pub(super) removed: Vec<u64>,
}

impl ZohoState {
    /// Works out the rows of `document` without changing anything; `sent` is the subform field's value, if it was sent.
    pub(super) fn plan_rows(
        &mut self,
        rows: Module,
        document: &Record,
        is_new: bool,
        sent: Option<&Value>,
        path: &str,
        writer: &Writer,
    ) -> Result<RowsPlan, Refusal> {
        let current = document.rows.iter().filter_map(|id| self.stores[rows].get(*id).cloned());
        let mut plan = RowsPlan { rows: current.collect(), removed: Vec::new() };
        let Some(sent) = sent else {
            return if is_new { Err(mandatory(rows.api_name(), path)) } else { Ok(plan) };
        };
        let path = format!("{path}.{}", rows.api_name());
        let Some(sent) = sent.as_list() else {
            return Err(not_a_list(rows, &path));
        };
        if sent.is_empty() {
            if is_new {
                let parent_path = path.strip_suffix(&format!(".{}", rows.api_name())).unwrap_or(&path);
                return Err(mandatory(rows.api_name(), parent_path));
            }
            plan.removed = plan.rows.drain(..).map(|row| row.id).collect();
        }
        for (at, row) in sent.iter().enumerate() {
            let path = format!("{path}[{at}]");
            let Some(row) = row.as_object() else {
                return Err(not_a_list(rows, &path));
            };
            self.plan_row(rows, row, &mut plan, &path, writer)?;
        }
        if let Some(most) = self.switches.max_subform_rows
            && plan.rows.len() > most
        {
            let message = "the number of subform rows exceeds the limit";
            return Err(Refusal::new(400, "LIMIT_EXCEEDED", message)
                .with("maximum_length", number(most))
                .with("api_name", rows.api_name())
                .with("json_path", path));
        }
        Ok(plan)
    }

    fn plan_row(
        &mut self,
        rows: Module,
        row: &Map,
        plan: &mut RowsPlan,
        path: &str,
        writer: &Writer,
    ) -> Result<(), Refusal> {
        let Some(id) = row.get("id").filter(|id| !id.is_null()) else {
            let record = Record {
                id: self.next_id(),
                values: Map::new(),
                created: writer.at,
                modified: writer.at,
                created_by: writer.user,
                modified_by: writer.user,
                locked: false,
                parent: None,
                rows: Vec::new(),
            };
            plan.rows.push(self.changed_row(rows, record, true, row, path)?);
            return Ok(());
        };
        let id = match id {
            Value::Text(id) => id.parse::<u64>().ok(),
            Value::Number(id) => id.to_string().parse().ok(),
            _ => None,
        };
        let place = plan.rows.iter().position(|row| Some(row.id) == id);
        let Some(place) = place else {
            return Err(unknown_id("id", &format!("{path}.id")));
        };
        if row.contains_key("_delete") {
            plan.removed.push(plan.rows.remove(place).id);
        } else if row.len() > 1
            && let Some(current) = plan.rows.get(place).cloned()
        {
            let mut changed = self.changed_row(rows, current, false, row, path)?;
            changed.modified = writer.at;
            changed.modified_by = writer.user;
            if let Some(slot) = plan.rows.get_mut(place) {
                *slot = changed;
            }
        }
        Ok(())
    }

    fn changed_row(
        &self,
        rows: Module,
        mut record: Record,
        is_new: bool,
        row: &Map,
        path: &str,
    ) -> Result<Record, Refusal> {
        let changes = self.check_row(rows, row, path)?;
        let before = (!is_new).then_some(&record.values);
        self.check_mandatory(rows, before, &changes, path)?;
        self.check_signs(&changes, path)?;
        for (name, value) in changes {
            if value.is_null() {
                record.values.remove(&name);
            } else {
                record.values.insert(name, value);
            }
        }
        if is_new && !record.values.contains_key("List_Price") {
            let product = self.looked_up(&record, "Product_Name", Module::Products);
            if let Some(price) = product.and_then(|product| product.values.get("Unit_Price")).cloned() {
                record.values.insert("List_Price".to_owned(), price);
            }
        }
        Ok(record)
    }

    /// Whether Zoho takes negative rows is unverified: a switch for each side.
    fn check_signs(&self, changes: &Map, path: &str) -> Result<(), Refusal> {
        let negative = |field: &str| {
            changes.get(field).and_then(Value::as_number).is_some_and(exact_json::Decimal::is_negative)
        };
        let rules = [
            ("Quantity", "double", self.switches.refuse_negative_quantity),
            ("List_Price", "currency", self.switches.refuse_negative_price),
        ];
        for (field, data_type, refused) in rules {
            if refused && negative(field) {
                return Err(Refusal::invalid_data("invalid data")
                    .with("expected_data_type", data_type)
                    .with("api_name", field)
                    .with("json_path", format!("{path}.{field}")));
            }
        }
        Ok(())
    }
}

fn not_a_list(rows: Module, path: &str) -> Refusal {
    Refusal::invalid_data("invalid data")
        .with("expected_data_type", "jsonarray")
        .with("api_name", rows.api_name())
        .with("json_path", path)
}

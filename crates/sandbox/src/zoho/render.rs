//! Records as the API shows them.

use exact_json::{Map, Value};

use super::answer::{id_text, map, object};
use super::field::{DataType, Field};
use super::module::Module;
use super::stamp;
use super::state::ZohoState;
use super::store::Record;

/// How references to other records are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `{"name","id"}`: records and lists.
    Named,
    /// `{"id"}`: queries.
    IdOnly,
}

impl ZohoState {
    /// The whole record with its rows, as `GET /{module}/{id}` shows it.
    pub(super) fn whole(&self, module: Module, record: &Record) -> Map {
        let mut shown: Map = self
            .fields(module)
            .map(|field| (field.api_name.clone(), self.shown(module, record, field, Style::Named)))
            .collect();
        if let Some(rows) = module.rows() {
            let has_more = object([(rows.api_name(), Value::Bool(false))]);
            shown.insert("$has_more".to_owned(), has_more);
        }
        self.add_marks(&mut shown);
        shown
    }

    fn add_marks(&self, shown: &mut Map) {
        let approval = object([
            ("delegate", Value::Bool(false)),
            ("approve", Value::Bool(false)),
            ("reject", Value::Bool(false)),
            ("resubmit", Value::Bool(false)),
        ]);
        shown.extend(map([
            ("$approved", Value::Bool(true)),
            ("$approval", approval),
            ("$editable", Value::Bool(true)),
            ("$in_merge", Value::Bool(false)),
            (
                "$currency_symbol",
                Value::text(self.org.symbol(shown.get("Currency").and_then(Value::as_text))),
            ),
        ]));
    }

    /// One field's value.
    pub(super) fn shown(&self, module: Module, record: &Record, field: &Field, style: Style) -> Value {
        match field.data_type {
            DataType::Lookup(target) => self.shown_lookup(module, record, field, target, style),
            DataType::Owner => {
                let Some(id) = owner_id(record, &field.api_name) else {
                    return Value::Null;
                };
                match style {
                    Style::Named => self.user_reference(id),
                    Style::IdOnly => object([("id", id_text(id))]),
                }
            }
            DataType::Subform(rows) => {
                let rows_of = record.rows.iter().filter_map(|id| self.stores[rows].get(*id));
                Value::List(rows_of.map(|row| Value::Object(self.whole(rows, row))).collect())
            }
            DataType::Layout => object([
                ("name", Value::text("Standard")),
                ("id", id_text(554_023_000_000_091_000 + module as u64)),
            ]),
            _ => self.plain(module, record, field),
        }
    }

    fn shown_lookup(
        &self,
        module: Module,
        record: &Record,
        field: &Field,
        target: Module,
        style: Style,
    ) -> Value {
        let Some(other) = self.looked_up(record, &field.api_name, target) else {
            return Value::Null;
        };
        let mut shown = map([("id", id_text(other.id))]);
        if style == Style::Named {
            let name = self.plain_text(target, other, target.name_field());
            shown.insert("name".to_owned(), Value::from(name));
            if module.parent().is_some() && target == Module::Products {
                let code = other.values.get("Product_Code").cloned().unwrap_or_default();
                shown.insert("Product_Code".to_owned(), code);
                shown.insert("Currency".to_owned(), Value::text(&self.org.home_currency));
            }
        }
        Value::Object(shown)
    }

    /// The record that a lookup leads to, if it still exists.
    pub(super) fn looked_up(&self, record: &Record, field: &str, target: Module) -> Option<&Record> {
        if field == "Parent_Id" {
            return self.stores[target].get(record.parent?);
        }
        self.stores[target].get(record.text(field)?.parse().ok()?)
    }

    /// A value that stands in the record itself; ids, times and computed names included.
    pub(super) fn plain(&self, module: Module, record: &Record, field: &Field) -> Value {
        match field.api_name.as_str() {
            "id" => id_text(record.id),
            "Created_Time" => Value::text(stamp::text(record.created)),
            "Modified_Time" => Value::text(stamp::text(record.modified)),
            "Locked__s" => Value::Bool(record.locked),
            "Full_Name" => Value::from(self.plain_text(module, record, "Full_Name")),
            "Sequence_Number" if module.parent().is_some() => self.sequence(module, record),
            _ => match (record.values.get(&field.api_name), field.data_type) {
                (Some(value), _) => value.clone(),
                (None, DataType::Boolean) => Value::Bool(false),
                (None, DataType::Tags | DataType::LineTax | DataType::ProductTax) => Value::List(Vec::new()),
                (None, _) => Value::Null,
            },
        }
    }

    fn sequence(&self, module: Module, row: &Record) -> Value {
        let parent = module.parent().zip(row.parent).and_then(|(parent, id)| self.stores[parent].get(id));
        let place = parent.and_then(|parent| parent.rows.iter().position(|id| *id == row.id));
        place.map_or(Value::Null, |place| super::answer::number(place + 1))
    }

    /// The text of a field, a person's full name included.
    pub(super) fn plain_text(&self, module: Module, record: &Record, field: &str) -> Option<String> {
        if module == Module::Contacts && field == "Full_Name" {
            let parts = [record.text("First_Name"), record.text("Last_Name")];
            return Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
        record.text(field).map(ToOwned::to_owned)
    }
}

/// The user that an owner field names.
pub(super) fn owner_id(record: &Record, field: &str) -> Option<u64> {
    match field {
        "Created_By" => Some(record.created_by),
        "Modified_By" => Some(record.modified_by),
        _ => record.text(field)?.parse().ok(),
    }
}

//! Columns of a query, and their values.

use exact_json::{Decimal, Value};
use jiff::Timestamp;

use super::parse::Literal;
use crate::zoho::answer::Refusal;
use crate::zoho::field::{DataType, Field};
use crate::zoho::module::Module;
use crate::zoho::render::{Style, owner_id};
use crate::zoho::stamp;
use crate::zoho::state::ZohoState;
use crate::zoho::store::Record;

/// A column, found in the module's fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a> {
    /// The lookup that leads to `module`, for a dotted name.
    pub(super) via: Option<&'a Field>,
    /// Where the field is.
    pub(super) module: Module,
    pub(super) field: &'a Field,
}

/// A value that can be compared. Text without regard to case, as the database behind COQL does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    Null,
    Text(String),
    Id(u64),
    Number(Decimal),
    Bool(bool),
    Time(Timestamp),
}

impl ZohoState {
    /// Finds `name`, dotted or not, among the fields of `module`.
    pub(super) fn column(&self, module: Module, name: &str) -> Result<Column<'_>, Refusal> {
        let unknown = || {
            Refusal::new(400, "INVALID_QUERY", "invalid query formed")
                .with("column_name", name)
                .with("reason", "column given seems to be invalid")
        };
        let Some((lookup, rest)) = name.split_once('.') else {
            let field = self.field(module, name).ok_or_else(unknown)?;
            return match field.data_type {
                DataType::Subform(_) | DataType::Image => Err(unknown()),
                _ => Ok(Column { via: None, module, field }),
            };
        };
        let via = self.field(module, lookup).ok_or_else(unknown)?;
        let DataType::Lookup(target) = via.data_type else {
            return Err(unknown());
        };
        let field = self.field(target, rest).ok_or_else(unknown)?;
        match field.data_type {
            DataType::Subform(_) | DataType::Image => Err(unknown()),
            _ => Ok(Column { via: Some(via), module: target, field }),
        }
    }

    fn record_of<'a>(&'a self, record: &'a Record, column: &Column<'_>) -> Option<&'a Record> {
        match column.via {
            Some(via) => self.looked_up(record, &via.api_name, column.module),
            None => Some(record),
        }
    }

    /// The value as the answer shows it.
    pub(super) fn column_shown(&self, record: &Record, column: &Column<'_>) -> Value {
        let record = self.record_of(record, column);
        record.map_or(Value::Null, |record| self.shown(column.module, record, column.field, Style::IdOnly))
    }

    /// The value as criteria and order see it.
    pub(super) fn cell(&self, record: &Record, column: &Column<'_>) -> Cell {
        let Some(record) = self.record_of(record, column) else {
            return Cell::Null;
        };
        match (column.field.api_name.as_str(), column.field.data_type) {
            ("id", _) => Cell::Id(record.id),
            ("Created_Time", _) => Cell::Time(record.created),
            ("Modified_Time", _) => Cell::Time(record.modified),
            (name, DataType::Lookup(target)) => {
                self.looked_up(record, name, target).map_or(Cell::Null, |other| Cell::Id(other.id))
            }
            (name, DataType::Owner) => owner_id(record, name).map_or(Cell::Null, Cell::Id),
            (_, data_type) => match self.plain(column.module, record, column.field) {
                Value::Text(text) if data_type == DataType::DateTime => {
                    stamp::parse(&text).map_or(Cell::Null, Cell::Time)
                }
                Value::Text(text) if data_type == DataType::Bigint => {
                    text.parse().map_or(Cell::Null, Cell::Id)
                }
                Value::Text(text) => Cell::Text(text.to_lowercase()),
                Value::Number(number) => Cell::Number(number),
                Value::Bool(truth) => Cell::Bool(truth),
                Value::Null | Value::List(_) | Value::Object(_) => Cell::Null,
            },
        }
    }
}

impl Column<'_> {
    /// The literal as a value that this column can have.
    pub(super) fn cell_of(&self, literal: &Literal) -> Result<Cell, Refusal> {
        let cell = match (self.field.data_type, literal) {
            (
                DataType::Lookup(_) | DataType::ForeignLookup(_) | DataType::Owner | DataType::Bigint,
                Literal::Text(id),
            ) => id.parse().ok().map(Cell::Id),
            (
                DataType::Lookup(_) | DataType::ForeignLookup(_) | DataType::Owner | DataType::Bigint,
                Literal::Number(id),
            ) => id.to_string().parse().ok().map(Cell::Id),
            (
                DataType::Integer | DataType::Double | DataType::Currency | DataType::Percent,
                Literal::Number(number),
            ) => Some(Cell::Number(*number)),
            (DataType::Boolean, Literal::Bool(truth)) => Some(Cell::Bool(*truth)),
            (DataType::Boolean, Literal::Text(text)) => text.to_lowercase().parse().ok().map(Cell::Bool),
            (DataType::DateTime, Literal::Text(text)) => stamp::parse(text).map(Cell::Time),
            (DataType::Date, Literal::Text(text)) => stamp::is_date(text).then(|| Cell::Text(text.clone())),
            (
                DataType::Text
                | DataType::Email
                | DataType::Phone
                | DataType::Website
                | DataType::Picklist
                | DataType::AutoNumber,
                Literal::Text(text),
            ) => Some(Cell::Text(text.to_lowercase())),
            _ => None,
        };
        cell.ok_or_else(|| {
            Refusal::new(400, "INVALID_QUERY", "value given seems to be invalid for the column")
                .with("column_name", self.field.api_name.as_str())
                .with("expected_data_type", self.field.data_type.name())
        })
    }
}

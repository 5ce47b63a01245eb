//! How our own values stand in columns.

use std::str::FromStr;

use business_central::BcId;
use exact_json::{Map, Value};
use jiff::Timestamp;
use rusqlite::Row;

use super::StoreError;
use crate::flow::Flow;

pub(super) fn unreadable(what: &str, value: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(format!("{what} {value}"))
}

pub(super) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(super) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| unreadable("time", micros))
}

pub(super) fn parsed<T: FromStr>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| unreadable(column, text))
}

pub(super) fn optional<T: FromStr>(row: &Row<'_>, column: &str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| unreadable(column, text))).transpose()
}

pub(super) fn flow(row: &Row<'_>) -> Result<Flow, StoreError> {
    parsed(row, "flow")
}

pub(super) fn id(row: &Row<'_>) -> Result<BcId, StoreError> {
    parsed(row, "id")
}

pub(super) fn time_of(row: &Row<'_>, column: &str) -> Result<Timestamp, StoreError> {
    time(row.get(column)?)
}

pub(super) fn optional_time(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, StoreError> {
    let micros: Option<i64> = row.get(column)?;
    micros.map(time).transpose()
}

pub(super) fn optional_json(row: &Row<'_>, column: &str) -> Result<Option<Value>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| Value::parse(&text).map_err(|_| unreadable(column, "is not JSON"))).transpose()
}

pub(super) fn map(row: &Row<'_>, column: &str) -> Result<Map, StoreError> {
    match optional_json(row, column)? {
        Some(Value::Object(map)) => Ok(map),
        _ => Err(unreadable(column, "is not a JSON object")),
    }
}

pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// A business key as it is compared: Zoho's unique fields do not tell cases apart.
pub(super) fn key(number: &str) -> String {
    number.to_lowercase()
}

/// The text that stands before every id that is wanted.
pub(super) fn behind(after: Option<BcId>) -> String {
    after.map(|id| id.to_string()).unwrap_or_default()
}

pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(super) fn offset(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

//! A query to its answer.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use exact_json::{Map, Value};
use jiff::Timestamp;
use transport::Response;

use super::column::{Cell, Column};
use super::parse::Query;
use super::plan::Filter;
use crate::zoho::answer::{Refusal, empty, id_text, json, number, object};
use crate::zoho::module::Module;
use crate::zoho::state::ZohoState;
use crate::zoho::store::Record;

/// Columns that `order by` may have.
const MOST_ORDER: usize = 10;
/// Lookups that one query may follow.
const MOST_JOINS: usize = 2;

impl Query {
    /// The credits of a query: by the rows that it asks for.
    pub(in crate::zoho) fn credits(&self) -> u64 {
        match self.limit {
            0..=200 => 1,
            201..=1000 => 2,
            _ => 3,
        }
    }
}

impl ZohoState {
    /// `POST /coql`.
    pub(in crate::zoho) fn coql(&self, module: Module, query: &Query) -> Response {
        self.queried(module, query).unwrap_or_else(|refusal| refusal.response())
    }

    fn queried(&self, module: Module, query: &Query) -> Result<Response, Refusal> {
        self.check_limits(query)?;
        let columns =
            query.columns.iter().map(|name| self.column(module, name)).collect::<Result<Vec<_>, _>>()?;
        let order =
            query.order.iter().map(|(name, descending)| Ok((self.column(module, name)?, *descending)));
        let order = order.collect::<Result<Vec<_>, Refusal>>()?;
        let filter = self.filter(module, &query.criteria)?;

        let found = self.matching(module, &filter, &order, query.offset + query.limit + 1);
        let more = found.len() > query.offset + query.limit;
        let rows: Vec<Value> = found
            .iter()
            .skip(query.offset)
            .take(query.limit)
            .map(|record| {
                let cells = query.columns.iter().zip(&columns);
                let mut shown: Map =
                    cells.map(|(name, column)| (name.clone(), self.column_shown(record, column))).collect();
                shown.insert("id".to_owned(), id_text(record.id));
                Value::Object(shown)
            })
            .collect();
        if rows.is_empty() {
            return Ok(empty(204));
        }
        let info = object([("count", number(rows.len())), ("more_records", Value::Bool(more))]);
        Ok(json(200, &object([("data", Value::List(rows)), ("info", info)])))
    }

    fn check_limits(&self, query: &Query) -> Result<(), Refusal> {
        let exceeded = |text: &str, limit: usize| {
            Err(Refusal::new(400, "LIMIT_EXCEEDED", text).with("limit", number(limit)))
        };
        if query.limit > self.switches.coql_max_rows {
            let text = "The value of limit clause has exceeded the maximum limit";
            return exceeded(text, self.switches.coql_max_rows);
        }
        if query.columns.len() > self.switches.coql_max_fields {
            let text = "The select column (field API names) has exceeded the maximum limit";
            return exceeded(text, self.switches.coql_max_fields);
        }
        if query.offset + query.limit > self.switches.coql_max_offset {
            return exceeded("Max records limit exceeded", self.switches.coql_max_offset);
        }
        if query.order.len() > MOST_ORDER {
            return exceeded(
                "The number of fields in the ORDER BY clause exceeds the allowed limit",
                MOST_ORDER,
            );
        }
        let dotted =
            query.columns.iter().filter_map(|column| column.split_once('.').map(|(lookup, _)| lookup));
        if dotted.collect::<BTreeSet<_>>().len() > MOST_JOINS {
            return exceeded("The query has more than two joins.", MOST_JOINS);
        }
        let distinct: BTreeSet<&String> = query.columns.iter().collect();
        if distinct.len() < query.columns.len() {
            return Err(Refusal::new(400, "DUPLICATE_DATA", "The query contains duplicate select columns"));
        }
        Ok(())
    }

    /// The first `most` records that fit, in order.
    fn matching(
        &self,
        module: Module,
        filter: &Filter<'_>,
        order: &[(Column<'_>, bool)],
        most: usize,
    ) -> Vec<&Record> {
        let store = &self.stores[module];
        if let Some(ids) = self.candidates(module, filter) {
            let records = ids.iter().filter_map(|id| store.get(*id));
            return self.sorted(records.filter(|record| self.fits(record, filter)).collect(), order, most);
        }
        let plain = |place: usize, name: &str| {
            order.get(place).is_some_and(|(column, descending)| {
                column.via.is_none() && column.field.api_name == name && !descending
            })
        };
        if order.is_empty() || plain(0, "id") {
            let records = store.starting_at_id(filter.least_id().unwrap_or(0));
            return records.filter(|record| self.fits(record, filter)).take(most).collect();
        }
        let from = filter.least_time().unwrap_or(Timestamp::MIN);
        if plain(0, "Modified_Time") && (order.len() == 1 || plain(1, "id")) {
            return store.changed_since(from).filter(|record| self.fits(record, filter)).take(most).collect();
        }
        let records = store.changed_since(from).filter(|record| self.fits(record, filter)).collect();
        self.sorted(records, order, most)
    }

    fn sorted<'a>(
        &self,
        mut records: Vec<&'a Record>,
        order: &[(Column<'_>, bool)],
        most: usize,
    ) -> Vec<&'a Record> {
        records.sort_by_cached_key(|record| {
            let cells =
                order.iter().map(|(column, descending)| Directed(self.cell(record, column), *descending));
            (cells.collect::<Vec<_>>(), record.id)
        });
        records.truncate(most);
        records
    }
}

/// A value that may count backwards.
#[derive(PartialEq, Eq)]
struct Directed(Cell, bool);

impl Ord for Directed {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.0.cmp(&other.0);
        if self.1 { order.reverse() } else { order }
    }
}

impl PartialOrd for Directed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

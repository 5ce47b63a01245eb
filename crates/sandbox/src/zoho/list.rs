//! `GET /{module}` and `GET /{module}/{id}`.

use exact_json::{Map, Value};
use jiff::Timestamp;
use transport::Response;

use super::answer::{Refusal, empty, id_text, json, map, number, object};
use super::field::{DataType, Field};
use super::module::Module;
use super::page_token::Place;
use super::render::Style;
use super::stamp;
use super::state::ZohoState;
use super::store::Record;

const PER_PAGE: usize = 200;
/// Records that `page` reaches; more takes `page_token`.
const BY_PAGE: usize = 2_000;
/// Records that `page_token` reaches.
const BY_TOKEN: usize = 100_000;
const FIELDS: usize = 50;

/// What a list call asks.
#[derive(Clone, Debug, Default)]
pub(super) struct ListCall {
    pub(super) fields: Option<String>,
    pub(super) ids: Option<String>,
    pub(super) page: Option<String>,
    pub(super) per_page: Option<String>,
    pub(super) page_token: Option<String>,
    pub(super) sort_by: Option<String>,
    pub(super) sort_order: Option<String>,
    pub(super) modified_since: Option<Timestamp>,
}

impl ListCall {
    /// Everything but the place in the list: a token is bound to it.
    fn parameters(&self, module: Module) -> String {
        let parts = [&self.fields, &self.ids, &self.per_page, &self.sort_by, &self.sort_order];
        let since = self.modified_since.map(|since| since.to_string());
        format!("{} {parts:?} {since:?}", module.api_name())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SortBy {
    /// Ids grow with the time of creation, so both orders are one.
    Id,
    Modified,
}

impl ZohoState {
    /// `GET /{module}/{id}`.
    pub(super) fn get_one(&self, module: Module, id: &str, fields: Option<&str>) -> Response {
        let record = id.parse().ok().and_then(|id| self.stores[module].get(id));
        let Some(record) = record else {
            // Which of the two Zoho sends is unverified.
            return if self.switches.unknown_id_is_404 {
                Refusal::new(404, "RESOURCE_NOT_FOUND", "the id given seems to be invalid").response()
            } else {
                empty(204)
            };
        };
        let mut shown = self.whole(module, record);
        if let Some(fields) = fields {
            let wanted: Vec<&str> = fields.split(',').map(str::trim).collect();
            shown.retain(|name, _| name == "id" || wanted.contains(&name));
        }
        json(200, &object([("data", Value::List(vec![Value::Object(shown)]))]))
    }

    /// `GET /{module}`: never with subforms.
    pub(super) fn list(&mut self, module: Module, call: &ListCall, now: Timestamp) -> Response {
        self.listed(module, call, now).unwrap_or_else(|refusal| refusal.response())
    }

    fn listed(&mut self, module: Module, call: &ListCall, now: Timestamp) -> Result<Response, Refusal> {
        let Some(fields) = call.fields.as_deref().filter(|fields| !fields.trim().is_empty()) else {
            return Err(Refusal::missing_parameter("fields"));
        };
        let names: Vec<&str> = fields.split(',').map(str::trim).collect();
        if names.len() > FIELDS {
            return Err(
                Refusal::new(400, "LIMIT_EXCEEDED", "Fields limit exceeded.").with("limit", number(FIELDS))
            );
        }
        let per_page = whole_number("per_page", call.per_page.as_deref(), PER_PAGE)?;
        if per_page > PER_PAGE {
            return Err(invalid_parameter("per_page"));
        }
        if call.page.is_some() && call.page_token.is_some() {
            let text = "You cannot use both cvid and sort_by, and page and page_token";
            return Err(Refusal::new(400, "AMBIGUITY_DURING_PROCESSING", text));
        }
        let page = whole_number("page", call.page.as_deref(), 1)?;
        if page * per_page > BY_PAGE {
            let text = "You can only get the first 2000 records without using page_token param";
            return Err(
                Refusal::new(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", text).with("limit", number(BY_PAGE))
            );
        }
        let sort_by = match call.sort_by.as_deref() {
            None | Some("id" | "Created_Time") => SortBy::Id,
            Some("Modified_Time") => SortBy::Modified,
            Some(_) => return Err(invalid_parameter("sort_by")),
        };
        let descending = match call.sort_order.as_deref() {
            None | Some("desc") => true,
            Some("asc") => false,
            Some(_) => return Err(invalid_parameter("sort_order")),
        };
        let place = match &call.page_token {
            Some(token) => Some(self.page_tokens.redeem(token, &call.parameters(module), now)?),
            None => None,
        };
        if place.as_ref().is_some_and(|place| place.shown + per_page > BY_TOKEN) {
            let text = "You can only get up to first 100000 records using page_token param.";
            return Err(Refusal::new(400, "PAGINATION_LIMIT_EXCEEDED", text).with("limit", number(BY_TOKEN)));
        }

        let skip = if place.is_some() { 0 } else { (page - 1) * per_page };
        let ids = call.ids.as_deref().map(wanted_ids);
        let mut found: Vec<&Record> = self
            .in_order(module, sort_by, descending, place.as_ref())
            .filter(|record| call.modified_since.is_none_or(|since| record.modified > since))
            .filter(|record| ids.as_ref().is_none_or(|ids| ids.contains(&record.id)))
            .skip(skip)
            .take(per_page + 1)
            .collect();
        let more = found.len() > per_page;
        found.truncate(per_page);
        let (Some(last), page) = (found.last(), place.as_ref().map_or(page, |place| place.page)) else {
            return Ok(empty(if call.modified_since.is_some() { 304 } else { 204 }));
        };
        let shown = place.as_ref().map_or(skip, |place| place.shown) + found.len();
        let next = Place { after: (last.modified, last.id), shown, page: page + 1 };
        let rows: Vec<Value> =
            found.iter().map(|record| self.listed_record(module, record, &names)).collect();
        let token = more.then(|| self.page_tokens.issue(next, call.parameters(module), now));
        let (token, expiry) = token.unzip();
        let info = object([
            ("per_page", number(per_page)),
            ("count", number(rows.len())),
            ("page", number(page)),
            ("sort_by", Value::text(call.sort_by.as_deref().unwrap_or("id"))),
            ("sort_order", Value::text(if descending { "desc" } else { "asc" })),
            ("more_records", Value::Bool(more)),
            ("next_page_token", Value::from(token)),
            ("page_token_expiry", Value::from(expiry.map(stamp::text))),
            ("previous_page_token", Value::Null),
        ]);
        Ok(json(200, &object([("data", Value::List(rows)), ("info", info)])))
    }

    fn in_order<'a>(
        &'a self,
        module: Module,
        sort_by: SortBy,
        descending: bool,
        place: Option<&Place>,
    ) -> Box<dyn Iterator<Item = &'a Record> + 'a> {
        let store = &self.stores[module];
        let after = place.map(|place| place.after);
        match (sort_by, descending) {
            (SortBy::Id, true) => Box::new(store.before_id(after.map_or(u64::MAX, |(_, id)| id)).rev()),
            (SortBy::Id, false) => Box::new(store.starting_at_id(after.map_or(0, |(_, id)| id + 1))),
            (SortBy::Modified, true) => {
                Box::new(store.beyond(after.unwrap_or((Timestamp::MAX, u64::MAX)), false).rev())
            }
            (SortBy::Modified, false) => Box::new(store.beyond(after.unwrap_or((Timestamp::MIN, 0)), true)),
        }
    }

    fn listed_record(&self, module: Module, record: &Record, names: &[&str]) -> Value {
        let listed = |field: &&Field| {
            names.contains(&field.api_name.as_str()) && !matches!(field.data_type, DataType::Subform(_))
        };
        let fields = self.fields(module).filter(listed);
        let mut shown: Map = fields
            .map(|field| (field.api_name.clone(), self.shown(module, record, field, Style::Named)))
            .collect();
        shown.extend(map([("id", id_text(record.id))]));
        Value::Object(shown)
    }
}

fn wanted_ids(ids: &str) -> Vec<u64> {
    ids.split(',').filter_map(|id| id.trim().parse().ok()).collect()
}

pub(super) fn whole_number(name: &str, text: Option<&str>, default: usize) -> Result<usize, Refusal> {
    let Some(text) = text else { return Ok(default) };
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| invalid_parameter(name))
}

fn invalid_parameter(name: &str) -> Refusal {
    Refusal::invalid_data("Please check whether the input values are correct").with("param_name", name)
}

//! `GET /{module}/deleted`: the recycle bin for 60 days, then 120 days as permanently deleted.

use exact_json::Value;
use jiff::Timestamp;
use transport::Response;

use super::answer::{Refusal, empty, id_text, json, number, object};
use super::list::whole_number;
use super::module::Module;
use super::stamp;
use super::state::ZohoState;
use super::store::Deleted;

const PER_PAGE: usize = 200;
const BIN_HOURS: i64 = 60 * 24;
const PERMANENT_HOURS: i64 = 120 * 24;

/// What a call asks.
#[derive(Clone, Debug, Default)]
pub(super) struct DeletedCall {
    pub(super) kind: Option<String>,
    pub(super) page: Option<String>,
    pub(super) per_page: Option<String>,
    pub(super) since: Option<Timestamp>,
}

impl Deleted {
    fn is_permanent(&self, now: Timestamp) -> bool {
        self.purged || stamp::is_older(self.at, now, BIN_HOURS)
    }

    fn is_forgotten(&self, now: Timestamp) -> bool {
        let hours = if self.purged { PERMANENT_HOURS } else { BIN_HOURS + PERMANENT_HOURS };
        stamp::is_older(self.at, now, hours)
    }
}

impl ZohoState {
    /// Newest first. No entries answer 204, with `If-Modified-Since` too (that is all that Zoho's page lists).
    pub(super) fn deleted(&self, module: Module, call: &DeletedCall, now: Timestamp) -> Response {
        self.listed_deleted(module, call, now).unwrap_or_else(|refusal| refusal.response())
    }

    fn listed_deleted(
        &self,
        module: Module,
        call: &DeletedCall,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let wanted = match call.kind.as_deref() {
            None | Some("all") => None,
            Some("permanent") => Some(true),
            Some("recycle") => Some(false),
            Some(_) => return Err(wrong_value("type")),
        };
        let per_page = whole_number("per_page", call.per_page.as_deref(), PER_PAGE)?;
        let page = whole_number("page", call.page.as_deref(), 1)?;
        if per_page > PER_PAGE {
            return Err(wrong_value("per_page"));
        }
        let entries = self.stores[module].deleted.iter().rev();
        let mut found: Vec<&Deleted> = entries
            .filter(|entry| !entry.is_forgotten(now))
            .filter(|entry| wanted.is_none_or(|permanent| entry.is_permanent(now) == permanent))
            .filter(|entry| call.since.is_none_or(|since| entry.at > since))
            .skip((page - 1) * per_page)
            .take(per_page + 1)
            .collect();
        if found.is_empty() {
            return Ok(empty(204));
        }
        let more = found.len() > per_page;
        found.truncate(per_page);
        let info = object([
            ("per_page", number(per_page)),
            ("count", number(found.len())),
            ("page", number(page)),
            ("more_records", Value::Bool(more)),
        ]);
        let rows = found.iter().map(|entry| self.deleted_entry(entry, now)).collect();
        Ok(json(200, &object([("data", Value::List(rows)), ("info", info)])))
    }

    fn deleted_entry(&self, entry: &Deleted, now: Timestamp) -> Value {
        let permanent = entry.is_permanent(now);
        let user = |id| {
            if permanent { Value::Null } else { self.user_reference(id) }
        };
        object([
            ("id", id_text(entry.id)),
            ("type", Value::text(if permanent { "permanent" } else { "recycle" })),
            ("display_name", if permanent { Value::Null } else { Value::from(entry.name.clone()) }),
            ("deleted_by", user(entry.deleted_by)),
            ("created_by", user(entry.created_by)),
            ("deleted_time", Value::text(stamp::text(entry.at))),
        ])
    }
}

fn wrong_value(name: &str) -> Refusal {
    Refusal::new(400, "PATTERN_NOT_MATCHED", "Please check whether the input values are correct")
        .with("param_name", name)
}

//! Requests under `/bc` and what they are answered.

use std::ops::Bound;

use exact_json::Value;
use jiff::Timestamp;
use transport::{Method, Response};
use uuid::Uuid;

use super::odata::{self, Options};
use super::row::{Row, moment};
use super::schema::{POSTED_SALES_INVOICES, Table};
use super::{BcState, errors};
use crate::Incoming;
use crate::world::plain;

const JSON: &str = "application/json; odata.metadata=minimal; odata.streaming=true";

/// The APIs of an environment that are served.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    Standard,
    Automate,
    ReportsFinance,
}

impl BcState {
    /// Answers a request.
    pub(crate) fn handle(&mut self, incoming: &Incoming, now: Timestamp) -> Response {
        self.set_time(now);
        self.requests += 1;
        if self.behaviour.maintenance {
            return errors::maintenance();
        }
        let token = incoming.header("Authorization").and_then(|value| value.strip_prefix("Bearer "));
        match token {
            None => return errors::rejected(),
            Some(token) if token.is_empty() || token.contains(char::is_whitespace) => {
                return errors::gateway_refusal();
            }
            Some(token) if !self.is_signed_in(token) || !self.behaviour.app_enabled => {
                return errors::rejected();
            }
            Some(_) => {}
        }
        if incoming.method != Method::Get {
            self.write_attempts.push(format!("{} {}", incoming.method.as_str(), incoming.path));
            return errors::json(
                400,
                "BadRequest_InvalidOperation",
                "The simulated Business Central is read-only.",
            );
        }
        let segments = incoming.segments("/bc/v2.0");
        let Some(at) = segments.iter().position(|segment| segment == "api") else {
            return errors::no_segment("api");
        };
        let ([environment] | [_, environment]) = &segments[..at] else { return errors::no_environment() };
        if !environment.eq_ignore_ascii_case(&self.environment) {
            return errors::no_environment();
        }
        let rest: Vec<&str> = segments[at + 1..].iter().map(String::as_str).collect();
        let (api, rest) = match rest.as_slice() {
            ["v2.0", rest @ ..] => (Api::Standard, rest),
            ["microsoft", "automate", "v1.0", rest @ ..] => (Api::Automate, rest),
            ["microsoft", "reportsFinance", "beta", rest @ ..] => (Api::ReportsFinance, rest),
            _ => return errors::no_segment(rest.first().unwrap_or(&"")),
        };
        self.below_api(incoming, api, rest)
    }

    fn below_api(&mut self, incoming: &Incoming, api: Api, segments: &[&str]) -> Response {
        let Some((first, rest)) = segments.split_first() else { return errors::no_segment("") };
        let (name, key) = keyed(first);
        if name != "companies" {
            return errors::no_segment(name);
        }
        let Some(key) = key else { return self.companies(incoming) };
        let company = key.parse::<Uuid>().ok().and_then(|id| self.companies.iter().position(|c| c.id == id));
        let Some(company) = company else {
            return errors::json(404, "Internal_CompanyNotFound", "The company was not found.");
        };
        match rest {
            [] => plain(
                200,
                JSON,
                company_text(
                    &self.companies[company],
                    self.now,
                    Some(&context(incoming, "companies/$entity")),
                ),
            ),
            [segment, below @ ..] => self.below_company(incoming, api, company == 0, segment, below),
        }
    }

    fn companies(&self, incoming: &Incoming) -> Response {
        let rows: Vec<String> =
            self.companies.iter().map(|company| company_text(company, self.now, None)).collect();
        let context = Value::text(context(incoming, "companies")).to_json();
        plain(200, JSON, format!(r#"{{"@odata.context":{context},"value":[{}]}}"#, rows.join(",")))
    }

    fn below_company(
        &mut self,
        incoming: &Incoming,
        api: Api,
        filled: bool,
        segment: &str,
        below: &[&str],
    ) -> Response {
        let (name, key) = keyed(segment);
        if name == "salesInvoiceLines" && api == Api::Standard {
            return errors::json(
                400,
                "Application_DialogException",
                "You must specify an Id or a Document Id to get the lines.",
            );
        }
        if name == "contactsInformation" && api == Api::Standard {
            return errors::json(400, "Application_DialogException", "You must specify a related id.");
        }
        if (api, name) == (Api::Automate, "postedSalesInvoices") {
            return if self.behaviour.posted_api {
                self.posted_headers(incoming, filled)
            } else {
                errors::no_segment(name)
            };
        }
        let table = Table::of_segment(name)
            .filter(|table| (*table == Table::DetailedLedger) == (api == Api::ReportsFinance));
        let Some(table) = table.filter(|_| api != Api::Automate) else { return errors::no_segment(name) };
        if self.behaviour.forbidden.contains(&table) {
            return errors::json(
                400,
                "Internal_ServerError",
                &format!(
                    "Sorry, the current permissions prevented the action. (TableData 18 {name} Read: Base Application)"
                ),
            );
        }
        if table == Table::SalesInvoices && self.behaviour.writes_on_read {
            self.redistribute();
        }
        match key {
            None => self.list(incoming, table, filled),
            Some(key) => match key.parse::<Uuid>() {
                Ok(id) if filled => self.one(incoming, table, id, below),
                Ok(_) => errors::no_record(),
                Err(_) => errors::json(404, "BadRequest_NotFound", "Bad Request - Error in query syntax."),
            },
        }
    }

    fn list(&self, incoming: &Incoming, table: Table, filled: bool) -> Response {
        let options = match Options::read(incoming, table.properties()) {
            Ok(options) => options,
            Err((status, code, message)) => return errors::json(status, code, &message),
        };
        let rows = self.table(table);
        let behind = options.skip_token.as_ref().and_then(|token| token.parse::<Uuid>().ok());
        let start = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let limit = options.page_size.min(options.top.unwrap_or(usize::MAX));
        let mut texts = Vec::new();
        let mut last = None;
        for (id, row) in rows.range((start, Bound::Unbounded)).filter(|_| filled) {
            if texts.len() == limit {
                break;
            }
            let passes = self.is_visible(table, row)
                && options.filter.as_ref().is_none_or(|filter| filter.passes(row, table.properties()));
            if passes {
                match self.text_of(table, row, &options.select, &options.expand, None) {
                    Ok(text) => texts.push(text),
                    Err(refusal) => return refusal,
                }
                last = Some(*id);
            }
        }
        // A page that is exactly full has a next link, also when nothing follows; `$top` within a page has none (facts, §5.3).
        let more = last.filter(|_| {
            texts.len() == options.page_size && options.top.is_none_or(|top| top > options.page_size)
        });
        page(incoming, table.segment(), &texts, more.map(|id| id.to_string()))
    }

    /// With too few permissions rows are missing, and nothing says so (facts, §4.1).
    fn is_visible(&self, table: Table, row: &Row) -> bool {
        let hidden_for_being_posted =
            table == Table::SalesInvoices && row.posted && self.behaviour.posted_hidden;
        !hidden_for_being_posted && !self.behaviour.hidden.contains(&table)
    }

    fn one(&self, incoming: &Incoming, table: Table, id: Uuid, below: &[&str]) -> Response {
        let Some(row) = self.table(table).get(&id).filter(|row| self.is_visible(table, row)) else {
            return errors::no_record();
        };
        match (table, below) {
            (_, []) => {
                let options = match Options::read(incoming, table.properties()) {
                    Ok(options) => options,
                    Err((status, code, message)) => return errors::json(status, code, &message),
                };
                let context = context(incoming, &format!("{}/$entity", table.segment()));
                match self.text_of(table, row, &options.select, &options.expand, Some(&context)) {
                    Ok(text) => plain(200, JSON, text),
                    Err(refusal) => refusal,
                }
            }
            (Table::Customers, ["contactsInformation"]) => {
                let context = Value::text(context(incoming, "contactsInformation")).to_json();
                plain(
                    200,
                    JSON,
                    format!(r#"{{"@odata.context":{context},"value":{}}}"#, self.contacts_of(row)),
                )
            }
            (Table::SalesInvoices, ["salesInvoiceLines"]) => {
                let lines: Vec<String> = row
                    .lines
                    .iter()
                    .map(|line| {
                        let mut inner = String::from("{");
                        odata::members(&mut inner, line, super::schema::SALES_INVOICE_LINES, &[]);
                        inner + "}"
                    })
                    .collect();
                page(incoming, "salesInvoiceLines", &lines, None)
            }
            (_, [other, ..]) => errors::no_segment(other),
        }
    }

    /// Headers of posted invoices, with the id that `salesInvoices` gives them.
    fn posted_headers(&self, incoming: &Incoming, filled: bool) -> Response {
        let options = match Options::read(incoming, POSTED_SALES_INVOICES) {
            Ok(options) => options,
            Err((status, code, message)) => return errors::json(status, code, &message),
        };
        let hidden = self.behaviour.posted_hidden || self.behaviour.hidden.contains(&Table::SalesInvoices);
        let behind = options.skip_token.as_ref().and_then(|token| token.parse::<Uuid>().ok());
        let mut texts = Vec::new();
        let mut last = None;
        for row in self.table(Table::SalesInvoices).values().filter(|row| row.posted && filled && !hidden) {
            if texts.len() == options.page_size {
                break;
            }
            if behind.is_some_and(|behind| row.id <= behind) {
                continue;
            }
            let mut shown = row.clone();
            shown.lines = Vec::new();
            shown.set("apiId", row.id.to_string());
            if options.filter.as_ref().is_none_or(|filter| filter.passes(&shown, POSTED_SALES_INVOICES)) {
                let mut inner = String::from("{");
                odata::members(&mut inner, &shown, POSTED_SALES_INVOICES, &options.select);
                texts.push(inner + "}");
                last = Some(row.id);
            }
        }
        let more = last.filter(|_| texts.len() == options.page_size);
        page(incoming, "postedSalesInvoices", &texts, more.map(|id| id.to_string()))
    }

    /// Reading drafts writes where the app may write (facts, §4.9).
    fn redistribute(&mut self) {
        let drafts: Vec<Uuid> =
            self.table(Table::SalesInvoices).values().filter(|row| !row.posted).map(|row| row.id).collect();
        for id in drafts {
            self.change(Table::SalesInvoices, id, |_| {});
        }
    }
}

/// `customers(…)` as name and key.
fn keyed(segment: &str) -> (&str, Option<&str>) {
    match segment.split_once('(') {
        Some((name, key)) => (name, Some(key.trim_end_matches(')'))),
        None => (segment, None),
    }
}

fn context(incoming: &Incoming, what: &str) -> String {
    let base = incoming.path.split("/companies").next().unwrap_or_default();
    format!("{}{base}/$metadata#{what}", incoming.origin)
}

fn page(incoming: &Incoming, segment: &str, rows: &[String], next: Option<String>) -> Response {
    let context = Value::text(context(incoming, segment)).to_json();
    let link = next.map(|token| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            incoming.query.iter().filter(|(name, _)| !matches!(name.as_str(), "$skiptoken" | "aid"))
        {
            query.append_pair(name, value);
        }
        query.append_pair("aid", "FIN").append_pair("$skiptoken", &token);
        let link = format!("{}{}?{}", incoming.origin, incoming.path, query.finish());
        format!(r#","@odata.nextLink":{}"#, Value::text(link).to_json())
    });
    plain(
        200,
        JSON,
        format!(r#"{{"@odata.context":{context},"value":[{}]{}}}"#, rows.join(","), link.unwrap_or_default()),
    )
}

fn company_text(company: &super::Company, now: Timestamp, context: Option<&str>) -> String {
    let mut out = String::from("{");
    if let Some(context) = context {
        odata::member(&mut out, "@odata.context", &Value::text(context));
    }
    odata::member(&mut out, "id", &Value::text(company.id.to_string()));
    odata::member(&mut out, "systemVersion", &Value::text("26.0.30643.32100"));
    odata::member(&mut out, "name", &Value::text(&company.name));
    odata::member(&mut out, "displayName", &Value::text(&company.display_name));
    odata::member(&mut out, "businessProfileId", &Value::text(""));
    odata::member(&mut out, "systemCreatedAt", &Value::text(moment(now)));
    out + "}"
}

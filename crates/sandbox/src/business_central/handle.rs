//! Requests under `/bc` and what they are answered.

use exact_json::{Decimal, Value};
use jiff::Timestamp;
use transport::{Method, Response};
use uuid::Uuid;

use super::listing::{answer, context, line_of, whole};
use super::navigation::Entity;
use super::odata::{self, Options};
use super::row::Row;
use super::schema::Table;
use super::{BcState, Company, errors, expand};
use crate::Incoming;

/// The APIs of an environment that are served.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    Standard,
    Automate,
    ReportsFinance,
}

impl BcState {
    /// Answers a request.
    ///
    /// `validated` tells how the handshake ended, where the request is one that needs one.
    pub(crate) fn handle(&mut self, incoming: &Incoming, now: Timestamp, validated: bool) -> Response {
        self.set_time(now);
        self.requests += 1;
        self.admit(incoming).and_then(|()| self.route(incoming, validated)).unwrap_or_else(|refusal| refusal)
    }

    /// Lets nobody in without a token, and nobody write anything but subscriptions.
    pub(super) fn admit(&mut self, incoming: &Incoming) -> Result<(), Response> {
        if self.behaviour.maintenance {
            return Err(errors::maintenance());
        }
        let token = incoming.header("Authorization").and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or_else(errors::rejected)?;
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Err(errors::gateway_refusal());
        }
        if !self.is_signed_in(token) || !self.behaviour.app_enabled {
            return Err(errors::rejected());
        }
        if incoming.method != Method::Get && self.subscription_address(incoming).is_none() {
            self.write_attempts.push(format!("{} {}", incoming.method.as_str(), incoming.path));
            let message = "The simulated Business Central is read-only.";
            return Err(errors::json(400, "BadRequest_InvalidOperation", message));
        }
        Ok(())
    }

    fn route(&mut self, incoming: &Incoming, validated: bool) -> Result<Response, Response> {
        let segments = incoming.segments("/bc/v2.0");
        let at = segments.iter().position(|segment| segment == "api");
        let at = at.ok_or_else(|| errors::no_segment("api"))?;
        let ([environment] | [_, environment]) = &segments[..at] else {
            return Err(errors::no_environment());
        };
        if !environment.eq_ignore_ascii_case(&self.environment) {
            return Err(errors::no_environment());
        }
        let rest: Vec<&str> = segments[at + 1..].iter().map(String::as_str).collect();
        if let Some(key) = self.subscription_address(incoming) {
            return self.subscriptions_answer(incoming, key.as_deref(), validated);
        }
        match rest.as_slice() {
            ["microsoft", "runtime", "beta", company, "webhookSupportedResources"]
                if self.webhooks.says_what_is_eligible && company.starts_with("companies(") =>
            {
                self.webhook_resources(incoming)
            }
            ["v2.0", rest @ ..] => self.below_api(incoming, Api::Standard, rest),
            ["microsoft", "automate", "v1.0", rest @ ..] => self.below_api(incoming, Api::Automate, rest),
            ["microsoft", "reportsFinance", "beta", rest @ ..] => {
                self.below_api(incoming, Api::ReportsFinance, rest)
            }
            _ => Err(errors::no_segment(rest.first().unwrap_or(&""))),
        }
    }

    fn below_api(&mut self, incoming: &Incoming, api: Api, segments: &[&str]) -> Result<Response, Response> {
        let (first, rest) = segments.split_first().ok_or_else(|| errors::no_segment(""))?;
        let (name, key) = keyed(first);
        if name != "companies" {
            return Err(errors::no_segment(name));
        }
        let Some(key) = key else {
            let rows = expand::list(self.companies.iter().map(|company| company_text(company, None)));
            return Ok(whole(incoming, "companies", &rows));
        };
        let company = key.parse::<Uuid>().ok().and_then(|id| self.companies.iter().position(|c| c.id == id));
        let company = company
            .ok_or_else(|| errors::json(404, "Internal_CompanyNotFound", "The company was not found."))?;
        match rest {
            [] => {
                let context = context(incoming, "companies/$entity");
                Ok(answer(company_text(&self.companies[company], Some(&context))))
            }
            // The first company holds the tables; the others are empty.
            [segment, below @ ..] => self.below_company(incoming, api, company == 0, segment, below),
        }
    }

    fn below_company(
        &mut self,
        incoming: &Incoming,
        api: Api,
        filled: bool,
        segment: &str,
        below: &[&str],
    ) -> Result<Response, Response> {
        let (name, key) = keyed(segment);
        match (api, name) {
            (Api::Standard, "salesInvoiceLines") => {
                return self.flat_lines(incoming, Table::SalesInvoices, filled);
            }
            (Api::Standard, "purchaseOrderLines") => {
                return self.flat_lines(incoming, Table::PurchaseOrders, filled);
            }
            (Api::Standard, "contactsInformation") => {
                let message = "You must specify a related id.";
                return Err(errors::json(400, "Application_DialogException", message));
            }
            (Api::Automate, "postedSalesInvoices") if self.behaviour.posted_api => {
                return self.posted_headers(incoming, filled);
            }
            _ => {}
        }
        let table = Table::of_segment(name).filter(|table| match api {
            Api::Standard => *table != Table::DetailedLedger,
            Api::Automate => false,
            Api::ReportsFinance => *table == Table::DetailedLedger,
        });
        let table = table.ok_or_else(|| errors::no_segment(name))?;
        if self.behaviour.forbidden.contains(&table) {
            return Err(errors::forbidden(name));
        }
        match key.map(str::parse::<Uuid>) {
            None => self.list(incoming, table, filled),
            Some(Ok(id)) if filled => self.one(incoming, table, id, below),
            Some(Ok(_)) => Err(errors::no_record()),
            Some(Err(_)) => {
                Err(errors::json(404, "BadRequest_NotFound", "Bad Request - Error in query syntax."))
            }
        }
    }

    fn one(
        &mut self,
        incoming: &Incoming,
        table: Table,
        id: Uuid,
        below: &[&str],
    ) -> Result<Response, Response> {
        let is_there = |row: &&Row| self.is_visible(table, row);
        self.table(table).get(&id).filter(is_there).ok_or_else(errors::no_record)?;
        self.redistribute(table, id);
        let row = self.table(table).get(&id).ok_or_else(errors::no_record)?;
        match (table, below) {
            (_, []) => {
                let options = Options::read(incoming, Entity::Record(table))?;
                let context = context(incoming, &format!("{}/$entity", table.segment()));
                Ok(answer(self.record(table, row, &options.wanted, Some(&context))))
            }
            (Table::Customers, ["contactsInformation"]) => {
                let options = Options::read(incoming, Entity::ContactInformation)?;
                Ok(self.contacts_answer(incoming, row, &options.wanted))
            }
            (Table::SalesInvoices, ["salesInvoiceLines"])
            | (Table::PurchaseOrders, ["purchaseOrderLines"]) => {
                let options = Options::read(incoming, line_of(table))?;
                Ok(self.lines_answer(incoming, table, Some(row), &options))
            }
            (_, [other, ..]) => Err(errors::no_segment(other)),
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

fn company_text(company: &Company, context: Option<&str>) -> String {
    let mut out = String::from("{");
    if let Some(context) = context {
        odata::member(&mut out, "@odata.context", &Value::text(context));
    }
    // Stamps as in the capture of the facts, §2.2; a company is never changed here.
    let created = "2025-03-24T02:08:05.067Z";
    let somebody = "3d7a2c4e-0b8f-4b57-8a6e-5f0d4c1b2a90";
    for (name, value) in [
        ("id", Value::text(company.id.to_string())),
        ("systemVersion", Value::text("26.0.30643.32100")),
        ("timestamp", Value::Number(Decimal::from(4006))),
        ("name", Value::text(&company.name)),
        ("displayName", Value::text(&company.display_name)),
        ("businessProfileId", Value::text("")),
        ("systemCreatedAt", Value::text(created)),
        ("systemCreatedBy", Value::text(somebody)),
        ("systemModifiedAt", Value::text(created)),
        ("systemModifiedBy", Value::text(somebody)),
    ] {
        odata::member(&mut out, name, &value);
    }
    out + "}"
}

//! `…/subscriptions`: listing, making, renewing, ending; and which collections allow it.
//!
//! What is refused is refused before the address is called. Codes and texts of these refusals are unverified (facts, §7).

use exact_json::{Decimal, Value};
use transport::{Method, Response};
use url::Url;
use uuid::Uuid;

use super::super::listing::{answer, context, whole};
use super::super::row::{etag_of, moment};
use super::super::schema::Table;
use super::super::{BcState, errors, odata};
use super::{Subscription, second};
use crate::Incoming;
use crate::post::Handshake;
use crate::world::plain;

/// The longest client state.
const LONGEST_STATE: usize = 2_048;

/// Who subscribes: the app.
const USER: &str = "0f72f0c3-0aaf-47ea-a532-e913a02e59ff";

/// What a body asks for, checked.
struct Wanted {
    notification_url: String,
    resource: String,
    client_state: String,
    table: Option<Table>,
}

/// What a request asks for, checked.
enum Plan {
    List,
    One(String),
    Make(Wanted),
    Renew(String, Wanted),
    End(String),
}

impl BcState {
    /// The call that must be answered before this request is carried out; `None` where there is none, or the request is refused anyway.
    pub(crate) fn handshake(&mut self, incoming: &Incoming) -> Option<Handshake> {
        if incoming.method == Method::Get {
            return None;
        }
        let key = self.subscription_address(incoming)?;
        self.admit(incoming).ok()?;
        let wanted = match self.plan(incoming, key.as_deref()).ok()? {
            Plan::Make(wanted) | Plan::Renew(_, wanted) => wanted,
            Plan::List | Plan::One(_) | Plan::End(_) => return None,
        };
        let token = Uuid::from_u64_pair(self.webhooks.made ^ 0x5bd1_e995_9d1b_54e5, self.version)
            .simple()
            .to_string();
        let mut url = Url::parse(&wanted.notification_url).ok()?;
        url.query_pairs_mut().append_pair("validationToken", &token);
        let method = if self.webhooks.handshake_by_get { Method::Get } else { Method::Post };
        Some(Handshake { method, url: url.into(), token })
    }

    /// The key in `…/api/v2.0/subscriptions('key')`; the outer `None` where the address is another one.
    #[expect(clippy::option_option, reason = "the address may be another one, and may hold a key")]
    pub(in super::super) fn subscription_address(&self, incoming: &Incoming) -> Option<Option<String>> {
        let segments = incoming.segments("/bc/v2.0");
        let at = segments.iter().position(|segment| segment == "api")?;
        let rest: Vec<&str> = segments.get(at + 1..)?.iter().map(String::as_str).collect();
        let (["v2.0", last] | ["v2.0", _, last]) = rest.as_slice() else { return None };
        match last.split_once('(') {
            None => (*last == "subscriptions").then_some(None),
            Some(("subscriptions", key)) => {
                Some(Some(key.trim_end_matches(')').trim_matches('\'').to_owned()))
            }
            Some(_) => None,
        }
    }

    /// Answers a request to the subscriptions; `validated` tells how the handshake ended.
    pub(in super::super) fn subscriptions_answer(
        &mut self,
        incoming: &Incoming,
        key: Option<&str>,
        validated: bool,
    ) -> Result<Response, Response> {
        self.webhooks.expire(self.now());
        let plan = self.plan(incoming, key)?;
        if !validated && matches!(plan, Plan::Make(_) | Plan::Renew(..)) {
            let text = "The handshake failed: the notification URL did not return the validation token.";
            return Err(errors::json(400, "BadRequest", text));
        }
        match plan {
            Plan::List => {
                let rows = self.webhooks.subscriptions.values().map(|one| printed(one, None));
                let rows = format!("[{}]", rows.collect::<Vec<_>>().join(","));
                Ok(whole(incoming, "subscriptions", &rows))
            }
            Plan::One(id) => self.one_subscription(incoming, &id, 200),
            Plan::Make(wanted) => {
                self.webhooks.made += 1;
                let id =
                    Uuid::from_u64_pair(0x2701_3533_4a7d_433e ^ self.webhooks.made, self.webhooks.made << 32);
                let id = id.simple().to_string();
                let now = self.now();
                self.version += 1;
                let subscription = Subscription {
                    id: id.clone(),
                    notification_url: wanted.notification_url,
                    resource: wanted.resource,
                    client_state: wanted.client_state,
                    expires: self.end_of_life(),
                    table: wanted.table,
                    modified: now,
                    created: now,
                    version: self.version,
                };
                self.webhooks.subscriptions.insert(id.clone(), subscription);
                self.one_subscription(incoming, &id, 201)
            }
            Plan::Renew(id, wanted) => {
                self.version += 1;
                let (version, now, expires) = (self.version, self.now(), self.end_of_life());
                if let Some(subscription) = self.webhooks.subscriptions.get_mut(&id) {
                    subscription.notification_url = wanted.notification_url;
                    subscription.resource = wanted.resource;
                    subscription.client_state = wanted.client_state;
                    subscription.table = wanted.table;
                    subscription.expires = expires;
                    subscription.modified = now;
                    subscription.version = version;
                }
                self.one_subscription(incoming, &id, 200)
            }
            Plan::End(id) => {
                self.webhooks.forget(&id);
                Ok(plain(204, "application/json", ""))
            }
        }
    }

    fn one_subscription(&self, incoming: &Incoming, id: &str, status: u16) -> Result<Response, Response> {
        let subscription = self.webhooks.subscriptions.get(id).ok_or_else(errors::no_record)?;
        let context = context(incoming, "subscriptions/$entity");
        let mut response = answer(printed(subscription, Some(&context)));
        response.status = status;
        Ok(response)
    }

    /// Everything that can be refused without calling the address.
    fn plan(&self, incoming: &Incoming, key: Option<&str>) -> Result<Plan, Response> {
        let known = |id: &str| {
            let subscription = self.webhooks.subscriptions.get(id);
            let subscription = subscription.filter(|subscription| subscription.expires > self.now());
            subscription.ok_or_else(errors::no_record)
        };
        match (incoming.method, key) {
            (Method::Get, None) => Ok(Plan::List),
            (Method::Get, Some(id)) => known(id).map(|_| Plan::One(id.to_owned())),
            (Method::Post, None) => {
                let wanted = self.wanted(incoming)?;
                if self.webhooks.subscriptions.len() >= self.webhooks.limit {
                    let text =
                        format!("The limit of {} webhook subscriptions is reached.", self.webhooks.limit);
                    return Err(errors::json(400, "BadRequest", &text));
                }
                Ok(Plan::Make(wanted))
            }
            (Method::Patch, Some(id)) => {
                matched(incoming, known(id)?)?;
                Ok(Plan::Renew(id.to_owned(), self.wanted(incoming)?))
            }
            (Method::Delete, Some(id)) => {
                matched(incoming, known(id)?)?;
                Ok(Plan::End(id.to_owned()))
            }
            (Method::Put | Method::Post | Method::Patch | Method::Delete, _) => {
                Err(errors::json(405, "BadRequest_MethodNotAllowed", "Method not allowed."))
            }
        }
    }

    fn wanted(&self, incoming: &Incoming) -> Result<Wanted, Response> {
        let refuse = |text: &str| errors::json(400, "BadRequest", text);
        let body = Value::parse(&String::from_utf8_lossy(&incoming.body))
            .map_err(|_| refuse("The request body must contain a JSON object."))?;
        let text = |name: &str| body.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
        let (notification_url, resource, client_state) =
            (text("notificationUrl"), text("resource"), text("clientState"));
        if Url::parse(&notification_url).is_err() {
            return Err(refuse("The notification URL is not valid."));
        }
        if client_state.chars().count() > LONGEST_STATE {
            let text = format!("The length of the client state must not exceed {LONGEST_STATE} characters.");
            return Err(errors::json(400, "Application_StringExceededLength", &text));
        }
        let resource = resource.trim_start_matches('/').to_owned();
        let table = self.subscribable(&resource)?;
        Ok(Wanted { notification_url, resource, client_state, table })
    }

    /// The rows behind `api/v2.0/companies(c)/customers`.
    fn subscribable(&self, resource: &str) -> Result<Option<Table>, Response> {
        let unsupported = || {
            errors::json(
                400,
                "BadRequest",
                &format!("The resource '{resource}' is not supported for webhooks."),
            )
        };
        let parts: Vec<&str> = resource.split('/').collect();
        let ["api", "v2.0", company, set] = parts.as_slice() else { return Err(unsupported()) };
        let id =
            company.strip_prefix("companies(").and_then(|id| id.strip_suffix(')')).ok_or_else(unsupported)?;
        let id: Uuid = id.trim_matches('\'').parse().map_err(|_| unsupported())?;
        let place = self
            .companies
            .iter()
            .position(|company| company.id == id)
            .ok_or_else(|| errors::json(404, "Internal_CompanyNotFound", "The company was not found."))?;
        if !self.webhooks.eligible.contains(*set) {
            return Err(unsupported());
        }
        // The first company holds the rows; in the others nothing happens.
        Ok(Table::of_segment(set).filter(|_| place == 0))
    }

    /// `webhookSupportedResources`, of which `$filter=resource eq 'v2.0*'` chooses some.
    pub(in super::super) fn webhook_resources(&self, incoming: &Incoming) -> Result<Response, Response> {
        let filter = incoming.parameter("$filter").unwrap_or_default();
        let wanted = filter.strip_prefix("resource eq '").and_then(|rest| rest.strip_suffix("*'"));
        if !filter.is_empty() && wanted.is_none() {
            return Err(errors::json(400, "BadRequest", "The filter is not supported."));
        }
        let names = self.webhooks.eligible.iter().map(|name| format!("v2.0/{name}"));
        let rows = names.filter(|name| name.starts_with(wanted.unwrap_or_default())).map(|name| {
            let mut row = String::from("{");
            odata::member(&mut row, "resource", &Value::Text(name));
            row + "}"
        });
        let rows = format!("[{}]", rows.collect::<Vec<_>>().join(","));
        let company = self.companies.first().map(|company| company.id).unwrap_or_default();
        Ok(whole(incoming, &format!("companies({company})/webhookSupportedResources"), &rows))
    }
}

/// `If-Match` must be there, and must fit.
fn matched(incoming: &Incoming, subscription: &Subscription) -> Result<(), Response> {
    match incoming.header("If-Match") {
        None => {
            let text = "Could not validate the client concurrency token required by the service. Please provide a valid token in the client request.";
            Err(errors::json(400, "BadRequest_InvalidToken", text))
        }
        Some(etag) if etag == "*" || etag == etag_of(subscription.version) => Ok(()),
        Some(_) => {
            Err(errors::json(409, "Request_EntityChanged", "Another user has already changed the record."))
        }
    }
}

fn printed(subscription: &Subscription, context: Option<&str>) -> String {
    let mut out = String::from("{");
    if let Some(context) = context {
        odata::member(&mut out, "@odata.context", &Value::text(context));
    }
    for (name, value) in [
        ("@odata.etag", Value::Text(etag_of(subscription.version))),
        ("subscriptionId", Value::text(&subscription.id)),
        ("notificationUrl", Value::text(&subscription.notification_url)),
        ("resource", Value::text(&subscription.resource)),
        ("timestamp", Value::Number(Decimal::from(i64::try_from(subscription.version).unwrap_or(i64::MAX)))),
        ("userId", Value::text(USER)),
        ("lastModifiedDateTime", Value::Text(second(subscription.modified))),
        ("clientState", Value::text(&subscription.client_state)),
        ("expirationDateTime", Value::Text(second(subscription.expires))),
        ("systemCreatedAt", Value::Text(moment(subscription.created))),
        ("systemCreatedBy", Value::text(USER)),
        ("systemModifiedAt", Value::Text(moment(subscription.modified))),
        ("systemModifiedBy", Value::text(USER)),
    ] {
        odata::member(&mut out, name, &value);
    }
    out + "}"
}

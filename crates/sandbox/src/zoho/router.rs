//! From a request to the call that it is: who may, what it costs, who answers.

use std::collections::BTreeMap;

use exact_json::Value;
use jiff::Timestamp;
use transport::{Method, Response};

use super::answer::{Refusal, json, number, object};
use super::batch::runs_workflows;
use super::coql;
use super::credits::Slot;
use super::deleted::DeletedCall;
use super::list::ListCall;
use super::module::Module;
use super::org::API_USER;
use super::scopes::{Need, Operation, allow};
use super::stamp;
use super::state::ZohoState;
use super::write::Writer;
use crate::Incoming;

/// Where the API lives below the origin: `api_domain` is the origin with `/zoho`.
const API: &str = "/zoho/crm/v8/";
const ACCOUNTS: &str = "/accounts/oauth/v2/";
/// Bulk jobs: the version comes behind.
const BULK: &str = "/zoho/crm/bulk/v8/";
/// Results of bulk jobs: the version comes before.
const RESULTS: &str = "/zoho/v8/crm/";
/// The content host is the origin with `/upload`.
const UPLOAD: &str = "/upload/crm/v8/upload";

/// What a request asks of the API.
#[derive(Clone, Debug)]
enum Call {
    Org,
    Currencies,
    Taxes,
    Users,
    Modules(Option<Module>),
    Fields(Module),
    CreateFields(Module),
    Variables,
    CreateVariables,
    UpdateVariables(Option<String>),
    Watch,
    OpenWatch,
    ChangeWatch,
    CloseWatch(String),
    Insert(Module),
    Update(Module, Option<String>),
    Upsert(Module),
    Delete(Module, Vec<String>),
    One(Module, String),
    List(Module),
    Deleted(Module),
    Count(Module),
    Query(Module, coql::Query),
    Upload,
    BulkCreate(Module),
    BulkStatus(String),
    BulkResult(String),
}

impl Call {
    /// The name under which calls are counted.
    fn kind(&self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Currencies => "currencies",
            Self::Taxes => "taxes",
            Self::Users => "users",
            Self::Modules(_) => "modules",
            Self::Fields(_) => "fields",
            Self::CreateFields(_) => "create_field",
            Self::Variables => "variables",
            Self::CreateVariables => "create_variable",
            Self::UpdateVariables(_) => "update_variable",
            Self::Watch => "watch_list",
            Self::OpenWatch => "watch_open",
            Self::ChangeWatch => "watch_change",
            Self::CloseWatch(_) => "watch_close",
            Self::Insert(_) => "insert",
            Self::Update(..) => "update",
            Self::Upsert(_) => "upsert",
            Self::Delete(..) => "delete",
            Self::One(..) => "get",
            Self::List(_) => "list",
            Self::Deleted(_) => "deleted",
            Self::Count(_) => "count",
            Self::Query(..) => "coql",
            Self::Upload => "upload",
            Self::BulkCreate(_) => "bulk_create",
            Self::BulkStatus(_) => "bulk_status",
            Self::BulkResult(_) => "bulk_result",
        }
    }

    fn need(&self) -> Need {
        match self {
            Self::Org => Need::Org,
            Self::Currencies => Need::Settings("currencies", Operation::Read),
            Self::Taxes => Need::Settings("taxes", Operation::Read),
            Self::Users => Need::Users,
            Self::Modules(_) => Need::Settings("modules", Operation::Read),
            Self::Fields(_) => Need::Settings("fields", Operation::Read),
            Self::CreateFields(_) => Need::Settings("fields", Operation::Create),
            Self::Variables => Need::Settings("variables", Operation::Read),
            Self::CreateVariables => Need::Settings("variables", Operation::Create),
            Self::UpdateVariables(_) => Need::Settings("variables", Operation::Update),
            Self::Watch => Need::Notifications(Operation::Read),
            Self::OpenWatch => Need::Notifications(Operation::Create),
            Self::ChangeWatch => Need::Notifications(Operation::Update),
            Self::CloseWatch(_) => Need::Notifications(Operation::Delete),
            Self::Insert(module) => Need::Records(*module, Operation::Create),
            Self::Update(module, _) => Need::Records(*module, Operation::Update),
            Self::Upsert(module) => Need::Upsert(*module),
            Self::Delete(module, _) => Need::Records(*module, Operation::Delete),
            Self::One(module, _) | Self::List(module) | Self::Deleted(module) => {
                Need::Records(*module, Operation::Read)
            }
            Self::Count(module) => Need::Count(*module),
            Self::Query(module, _) => Need::Coql(*module),
            Self::Upload => Need::Upload,
            Self::BulkCreate(module) => Need::BulkWrite(*module),
            Self::BulkStatus(_) | Self::BulkResult(_) => Need::BulkRead,
        }
    }

    /// Zoho, api-limits: most calls 1; records written 1 per 10; queries by their size; counting 50.
    fn credits(&self, body: &Value) -> u64 {
        match self {
            Self::Insert(_) | Self::Update(..) | Self::Upsert(_) => {
                let rows = body.get("data").and_then(Value::as_list).map_or(1, <[Value]>::len);
                u64::try_from(rows.div_ceil(10)).unwrap_or(1).max(1)
            }
            Self::Query(_, query) => query.credits(),
            Self::Count(_) => 50,
            Self::BulkCreate(_) => 500,
            Self::Org
            | Self::Currencies
            | Self::Taxes
            | Self::Users
            | Self::Modules(_)
            | Self::Fields(_)
            | Self::CreateFields(_)
            | Self::Variables
            | Self::CreateVariables
            | Self::UpdateVariables(_)
            | Self::Watch
            | Self::OpenWatch
            | Self::ChangeWatch
            | Self::CloseWatch(_)
            | Self::Delete(..)
            | Self::One(..)
            | Self::List(_)
            | Self::Deleted(_)
            | Self::Upload
            | Self::BulkStatus(_)
            | Self::BulkResult(_) => 1,
        }
    }
}

/// What a request counts while it runs: queries, sorted lists and writes of more than ten records are heavy.
pub(super) fn slot(request: &Incoming) -> Slot {
    let Some(path) = request.path.strip_prefix(API) else {
        let bulk = [BULK, RESULTS, UPLOAD].iter().any(|prefix| request.path.starts_with(prefix));
        return if bulk { Slot::Light } else { Slot::Free };
    };
    let heavy = match request.method {
        Method::Get => request.parameter("sort_by").is_some(),
        Method::Post | Method::Put | Method::Patch => {
            let body = body(request).unwrap_or_default();
            path == "coql" || body.get("data").and_then(Value::as_list).is_some_and(|rows| rows.len() > 10)
        }
        Method::Delete => false,
    };
    if heavy { Slot::Heavy } else { Slot::Light }
}

impl ZohoState {
    /// Answers one request to the accounts server or the API.
    pub fn handle(&mut self, request: &Incoming, now: Timestamp) -> Response {
        self.run_due_jobs(now);
        let writes = self.counters.record_writes;
        let response = match request.path.strip_prefix(ACCOUNTS) {
            Some(path) => self.accounts(path, request, now),
            None => self.api(request, now).unwrap_or_else(|refusal| refusal.response()),
        };
        if response.status == 429 {
            self.counters.too_many += 1;
        }
        if self.counters.record_writes > writes {
            self.counters.last_write = Some(now);
        }
        response
    }

    fn accounts(&mut self, path: &str, request: &Incoming, now: Timestamp) -> Response {
        let form = url::form_urlencoded::parse(&request.body).into_owned();
        let parameters: BTreeMap<String, String> = request.query.iter().cloned().chain(form).collect();
        match (request.method, path) {
            (Method::Post, "token") => {
                self.count_call("token");
                self.oauth.token(&parameters, &request.origin, now)
            }
            (Method::Post, "token/revoke") if !self.switches.revoke_in_newer_way => {
                self.count_call("revoke");
                self.oauth.revoke(&parameters)
            }
            (Method::Post, "revoke/token") if self.switches.revoke_in_newer_way => {
                self.count_call("revoke");
                self.oauth.revoke_as_client(&parameters, request.header("Authorization"))
            }
            (Method::Get, "auth") => {
                self.count_call("authorize");
                self.consent_page(&parameters)
            }
            (Method::Post, "auth") => self.consent_given(&parameters, &request.origin, now),
            _ => Refusal::wrong_address().response(),
        }
    }

    fn api(&mut self, request: &Incoming, now: Timestamp) -> Result<Response, Refusal> {
        let scopes = self.authenticate(request, now)?;
        if !self.switches.api_access {
            let permission = Value::List(vec![Value::text("Crm_Implied_Api_Access")]);
            return Err(
                Refusal::new(403, "NO_PERMISSION", "permission denied").with("permissions", permission)
            );
        }
        let call = self.call(request)?;
        self.count_call(call.kind());
        if self.switches.scope_mismatch || !allow(&scopes, &call.need()) {
            return Err(Refusal::new(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized"));
        }
        self.credits.check_running(&self.org)?;
        let body = if matches!(call, Call::Upload) { Value::Null } else { body(request)? };
        let remaining = self.credits.book(call.credits(&body), &self.org, now)?;
        let mut response = self.answer(&call, request, &body, now);
        if let Some(remaining) = remaining {
            response.headers.push(("X-API-CREDITS-REMAINING".to_owned(), remaining.to_string()));
        }
        Ok(response)
    }

    fn authenticate(&self, request: &Incoming, now: Timestamp) -> Result<Vec<String>, Refusal> {
        let token = request.header("Authorization").and_then(|value| value.strip_prefix("Zoho-oauthtoken "));
        let token =
            token.ok_or_else(|| Refusal::new(401, "AUTHENTICATION_FAILURE", "Authentication failed"))?;
        let scopes = self.oauth.scopes(token, now);
        scopes
            .map(<[String]>::to_vec)
            .ok_or_else(|| Refusal::new(401, "INVALID_TOKEN", "invalid oauth token"))
    }

    fn call(&self, request: &Incoming) -> Result<Call, Refusal> {
        use Method::{Delete, Get, Patch, Post, Put};
        if let Some(call) = self.bulk_call(request)? {
            return Ok(call);
        }
        let path = request.path.strip_prefix(API).ok_or_else(Refusal::wrong_address)?;
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let module = |name: &str| self.usable(name);
        let named = || {
            let name = request.parameter("module").ok_or_else(|| Refusal::missing_parameter("module"))?;
            self.usable(name)
        };
        Ok(match (request.method, parts.as_slice()) {
            (Get, ["org"]) => Call::Org,
            (Get, ["org", "currencies"]) => Call::Currencies,
            (Get, ["org", "taxes"]) => Call::Taxes,
            (Get, ["users"]) => Call::Users,
            (Get, ["settings", "modules"]) => Call::Modules(None),
            (Get, ["settings", "modules", name]) => {
                Call::Modules(Some(Module::parse(name).ok_or_else(Refusal::invalid_module)?))
            }
            (Get, ["settings", "fields"]) => Call::Fields(named()?),
            (Post, ["settings", "fields"]) => Call::CreateFields(named()?),
            (Get, ["settings", "variables"]) => Call::Variables,
            (Post, ["settings", "variables"]) => Call::CreateVariables,
            (Put, ["settings", "variables"]) => Call::UpdateVariables(None),
            (Put, ["settings", "variables", id]) => Call::UpdateVariables(Some((*id).to_owned())),
            (Get, ["actions", "watch"]) => Call::Watch,
            (Post, ["actions", "watch"]) => Call::OpenWatch,
            (Patch, ["actions", "watch"]) => Call::ChangeWatch,
            (Delete, ["actions", "watch"]) => {
                let ids = request.parameter("channel_ids").filter(|ids| !ids.is_empty());
                Call::CloseWatch(ids.ok_or_else(|| Refusal::missing_parameter("channel_ids"))?.to_owned())
            }
            (_, ["actions", "watch"]) => return Err(Refusal::wrong_method()),
            (Post, ["coql"]) => self.query(&body(request)?)?,
            (_, ["org" | "users" | "settings" | "coql", ..]) => return Err(Refusal::wrong_method()),
            (Get, [name]) => Call::List(module(name)?),
            (Post, [name]) => Call::Insert(writable(module(name)?)?),
            (Put, [name]) => Call::Update(writable(module(name)?)?, None),
            (Delete, [name]) => {
                let ids = request.parameter("ids").unwrap_or_default();
                let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(ToOwned::to_owned);
                Call::Delete(writable(module(name)?)?, ids.collect())
            }
            (Post, [name, "upsert"]) => Call::Upsert(writable(module(name)?)?),
            (Get, [name, "deleted"]) => Call::Deleted(module(name)?),
            (Get, [name, "actions", "count"]) => Call::Count(module(name)?),
            (Get, [name, id]) if is_id(id) => Call::One(module(name)?, (*id).to_owned()),
            (Put, [name, id]) if is_id(id) => Call::Update(writable(module(name)?)?, Some((*id).to_owned())),
            (Delete, [name, id]) if is_id(id) => {
                Call::Delete(writable(module(name)?)?, vec![(*id).to_owned()])
            }
            (_, [name] | [name, _] | [name, "actions", _]) if Module::parse(name).is_some() => {
                return Err(Refusal::wrong_method());
            }
            _ => return Err(Refusal::wrong_address()),
        })
    }

    /// The call of bulk write that it is, if it is one.
    fn bulk_call(&self, request: &Incoming) -> Result<Option<Call>, Refusal> {
        if request.path == UPLOAD {
            return if request.method == Method::Post {
                Ok(Some(Call::Upload))
            } else {
                Err(Refusal::wrong_method())
            };
        }
        if let Some(path) = request.path.strip_prefix(BULK) {
            return match (request.method, path.split('/').collect::<Vec<_>>().as_slice()) {
                (Method::Post, ["write"]) => Ok(Some(Call::BulkCreate(self.bulk_module(&body(request)?)?))),
                (Method::Get, ["write", id]) => Ok(Some(Call::BulkStatus((*id).to_owned()))),
                (_, ["write" | "read", ..]) => Err(Refusal::wrong_method()),
                _ => Err(Refusal::wrong_address()),
            };
        }
        if let Some(path) = request.path.strip_prefix(RESULTS) {
            let org = format!("org{}", self.org.zgid);
            return match path.split('/').collect::<Vec<_>>().as_slice() {
                [of, "bulk-write", id, file] if *of == org && *file == format!("{id}.zip") => {
                    Ok(Some(Call::BulkResult((*id).to_owned())))
                }
                _ => Err(Refusal::wrong_address()),
            };
        }
        Ok(None)
    }

    /// The module of that name, unless the edition hides it.
    fn usable(&self, name: &str) -> Result<Module, Refusal> {
        let module = Module::parse(name).ok_or_else(Refusal::invalid_module)?;
        if module.is_inventory() && !self.org.edition.has_inventory() {
            let text = "The given module is not supported in API";
            return Err(Refusal::new(400, "INVALID_MODULE", text).with("resource_path_index", number(0)));
        }
        Ok(module)
    }

    fn query(&self, body: &Value) -> Result<Call, Refusal> {
        let text = body.get("select_query").and_then(Value::as_text).ok_or_else(|| {
            Refusal::new(400, "MANDATORY_NOT_FOUND", "required field not found")
                .with("api_name", "select_query")
                .with("json_path", "$.select_query")
        })?;
        let query = coql::parse(text, self.switches.coql_needs_pairs)?;
        if Module::parse(&query.module).is_none() {
            return Err(Refusal::new(400, "INVALID_QUERY", "invalid query formed")
                .with("module", query.module.as_str())
                .with("reason", "module given seems to be invalid"));
        }
        Ok(Call::Query(self.usable(&query.module)?, query))
    }

    fn answer(&mut self, call: &Call, request: &Incoming, body: &Value, now: Timestamp) -> Response {
        let since = |name: &str| request.header(name).and_then(stamp::parse);
        let text = |name: &str| request.parameter(name).map(ToOwned::to_owned);
        let mut writer = Writer {
            at: stamp::whole_second(now),
            user: API_USER,
            by_person: false,
            workflows: runs_workflows(body),
            unmodified_since: since("If-Unmodified-Since"),
        };
        match call {
            Call::Org => json(200, &self.org.body(now)),
            Call::Currencies => match self.org.currencies_body(now) {
                Ok(body) => json(200, &body),
                Err(refusal) => refusal.response(),
            },
            Call::Taxes => json(200, &self.org.taxes_body()),
            Call::Users => {
                let only_active = request.parameter("type") == Some("ActiveUsers");
                json(200, &self.org.users_body(only_active))
            }
            Call::Modules(only) => json(200, &self.modules_body(*only)),
            Call::Fields(module) => json(200, &self.fields_body(*module)),
            Call::CreateFields(module) => self.create_fields(*module, body),
            Call::Variables => self.variables.list(request.parameter("group")),
            Call::CreateVariables => self.create_variables(body),
            Call::UpdateVariables(id) => self.update_variables(id.as_deref(), body),
            Call::Watch => self.list_watch(request.parameter("channel_id"), request.parameter("module"), now),
            Call::OpenWatch => self.open_watch(body, now),
            Call::ChangeWatch => self.change_watch(body, now),
            Call::CloseWatch(ids) => self.close_watch(ids, now),
            Call::Insert(module) => self.insert(*module, body, &writer),
            Call::Update(module, id) => self.update(*module, id.as_deref(), body, &writer),
            Call::Upsert(module) => self.upsert(*module, body, &writer),
            Call::Delete(module, ids) => {
                writer.workflows = request.parameter("wf_trigger") != Some("false");
                self.delete(*module, ids, &writer)
            }
            Call::One(module, id) => self.get_one(*module, id, request.parameter("fields")),
            Call::List(module) => {
                let call = ListCall {
                    fields: text("fields"),
                    ids: text("ids"),
                    page: text("page"),
                    per_page: text("per_page"),
                    page_token: text("page_token"),
                    sort_by: text("sort_by"),
                    sort_order: text("sort_order"),
                    modified_since: since("If-Modified-Since"),
                };
                self.list(*module, &call, now)
            }
            Call::Deleted(module) => {
                let call = DeletedCall {
                    kind: text("type"),
                    page: text("page"),
                    per_page: text("per_page"),
                    since: since("If-Modified-Since"),
                };
                self.deleted(*module, &call, now)
            }
            Call::Count(module) => json(200, &object([("count", number(self.stores[*module].len()))])),
            Call::Query(module, query) => self.coql(*module, query),
            Call::Upload => self.bulk_upload(request, now),
            Call::BulkCreate(module) => self.bulk_create(*module, body, now),
            Call::BulkStatus(id) => self.bulk_status(id, now),
            Call::BulkResult(id) => self.bulk_result(id, now),
        }
    }
}

/// Rows are written through their document.
fn writable(module: Module) -> Result<Module, Refusal> {
    if module.parent().is_some() {
        let text = "The given module is not supported in API";
        return Err(Refusal::new(400, "INVALID_MODULE", text).with("resource_path_index", number(0)));
    }
    Ok(module)
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The JSON body; `Null` where there is none.
fn body(request: &Incoming) -> Result<Value, Refusal> {
    if request.body.is_empty() {
        return Ok(Value::Null);
    }
    let text = str::from_utf8(&request.body).map_err(|_| Refusal::unreadable_body())?;
    Value::parse(text).map_err(|_| Refusal::unreadable_body())
}

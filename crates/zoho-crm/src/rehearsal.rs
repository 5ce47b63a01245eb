//! A transport for finding out what would be written: reads go out, writes to records are answered on the spot, and everything else stays
//! in.
//!
//! It is the lowest layer, right above the network, so that whatever asks above it cannot write: a request leaves only if it is *known*
//! to read. A write to records gets the answer of a Zoho that took it, with an id of the rehearsal's own (`rehearsal17`), and what it would
//! have cost is counted. Before an update is answered it is looked whether its records are there. A request that is neither read nor write
//! is refused before it is sent.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use exact_json::{Map, Value};
use transport::{
    BoxFuture, Cause, Clock, Fate, Method, Permit, Purpose, Refused, RefusedBy, Request, Response, Transport,
    TransportError,
};
use url::Url;

use crate::{Module, coql, credits};

/// How an id of the rehearsal begins; Zoho's own are digits.
const PREFIX: &str = "rehearsal";

/// What a record's write can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    Insert,
    Upsert,
    Update,
    Delete,
}

/// What a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// It is known to change nothing.
    Read,
    /// It reads one record that only the rehearsal knows.
    ReadOwn(String),
    /// It writes records of this module.
    Write(Write, Module),
    /// Anything else.
    Unknown,
}

/// What went out and what would have, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that went out.
    pub reads: u64,
    /// Their credits.
    pub read_credits: u64,
    /// How long they took together.
    pub read_time: Duration,
    /// Calls that a real run would have made to write.
    pub writes: u64,
    /// Their credits.
    pub write_credits: u64,
}

impl Tally {
    /// How long a call took on average.
    #[must_use]
    pub fn latency(&self) -> Option<Duration> {
        let calls = u32::try_from(self.reads).unwrap_or(u32::MAX);
        self.read_time.checked_div(calls)
    }
}

/// Lets reads through to Zoho and answers writes itself.
pub struct Rehearsal {
    zoho: Arc<dyn Transport>,
    leave: Arc<dyn Permit>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ids: u64,
    tally: Tally,
    writes_by_module: Vec<(Module, u64)>,
}

impl Rehearsal {
    /// A rehearsal over the way to Zoho. `leave` is asked for the calls that really go out.
    #[must_use]
    pub fn new(zoho: Arc<dyn Transport>, leave: Arc<dyn Permit>, clock: Arc<dyn Clock>) -> Self {
        Self { zoho, leave, clock, state: Mutex::default() }
    }

    /// What went out and what would have, so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.state().tally
    }

    /// What the rehearsed writes to a module would have cost.
    #[must_use]
    pub fn write_credits(&self, module: Module) -> u64 {
        let state = self.state();
        state.writes_by_module.iter().filter(|(of, _)| *of == module).map(|(_, credits)| *credits).sum()
    }

    /// Whether an id is the rehearsal's own: its record is not in Zoho.
    #[must_use]
    pub fn is_own(id: &str) -> bool {
        id.strip_prefix(PREFIX).is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
    }

    async fn read(&self, request: &Request) -> Result<Response, TransportError> {
        if request.credits > 0 {
            let refused = |refused| kept_in(request, refused);
            self.leave.ask(request.credits, Purpose::Look).await.map_err(refused)?;
        }
        let start = self.clock.monotonic();
        let answer = self.zoho.send(request).await;
        let took = self.clock.monotonic().saturating_sub(start);
        let mut state = self.state();
        state.tally.reads += 1;
        state.tally.read_credits += u64::from(request.credits);
        state.tally.read_time += took;
        answer
    }

    async fn write(
        &self,
        request: &Request,
        write: Write,
        module: Module,
    ) -> Result<Response, TransportError> {
        let Some(ids) = self.ids_of(request, write) else {
            return Err(unknown(request));
        };
        let there = match write {
            Write::Update => match self.there(request, module, &ids).await? {
                Ok(there) => there,
                Err(answer) => return Ok(answer),
            },
            Write::Insert | Write::Upsert | Write::Delete => ids.iter().cloned().collect(),
        };
        let mut state = self.state();
        let credits = u64::from(request.credits);
        state.tally.writes += 1;
        state.tally.write_credits += credits;
        match state.writes_by_module.iter_mut().find(|(of, _)| *of == module) {
            Some((_, sum)) => *sum += credits,
            None => state.writes_by_module.push((module, credits)),
        }
        drop(state);
        let modified = coql::iso(self.clock.now());
        let row = |id: String| if there.contains(&id) { success(write, &id, &modified) } else { gone(&id) };
        Ok(answer(Value::List(ids.into_iter().map(row).collect())))
    }

    /// Which of the records that an update names are there: one that a person deleted meanwhile would refuse it. Where that cannot be
    /// found out, Zoho's answer to the question is the answer to the update.
    async fn there(
        &self,
        update: &Request,
        module: Module,
        ids: &[String],
    ) -> Result<Result<BTreeSet<String>, Response>, TransportError> {
        let (own, zohos): (Vec<&String>, Vec<&String>) = ids.iter().partition(|id| Self::is_own(id));
        let mut there: BTreeSet<String> = own.into_iter().cloned().collect();
        let Some(api) = update.url.strip_suffix(module.api_name()) else { return Err(unknown(update)) };
        for ids in zohos.chunks(coql::IN_MAX) {
            let condition = coql::in_list("id", ids);
            let query = format!("select id from {module} where {condition} limit {}", coql::ROWS_MAX);
            let body = Value::Object(Map::from([("select_query".to_owned(), Value::text(query))]));
            let mut question = Request::new(Method::Post, format!("{api}coql"));
            question = question.body("application/json", body.to_json());
            question.authorization.clone_from(&update.authorization);
            question.credits = credits::coql(coql::ROWS_MAX);
            let answer = self.read(&question).await?;
            match answer.status {
                204 => {}
                200 => there.extend(ids_in(&answer)),
                _ => return Ok(Err(answer)),
            }
        }
        Ok(Ok(there))
    }

    /// The ids that the answer names: those of the rows, or new ones. `None` for a body that is not what a write looks like.
    fn ids_of(&self, request: &Request, write: Write) -> Option<Vec<String>> {
        if write == Write::Delete {
            let url = Url::parse(&request.url).ok()?;
            let ids = url.query_pairs().find(|(name, _)| name == "ids")?.1.into_owned();
            return Some(ids.split(',').map(ToOwned::to_owned).collect());
        }
        let body = Value::parse(std::str::from_utf8(&request.body).ok()?).ok()?;
        let rows = body.get("data")?.as_list()?;
        let mut state = self.state();
        let mut id = |row: &Value| match row.get("id").and_then(Value::as_text) {
            Some(id) => id.to_owned(),
            None => {
                state.ids += 1;
                format!("{PREFIX}{}", state.ids)
            }
        };
        Some(rows.iter().map(&mut id).collect())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Rehearsal {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            match kind(request) {
                Kind::Read => self.read(request).await,
                Kind::ReadOwn(id) => {
                    let record = Map::from([("id".to_owned(), Value::text(id))]);
                    Ok(answer(Value::List(vec![Value::Object(record)])))
                }
                Kind::Write(write, module) => self.write(request, write, module).await,
                Kind::Unknown => Err(unknown(request)),
            }
        })
    }
}

/// Leave for the calls above the rehearsal, which do not know whether they go out: asking for those that do is the rehearsal's own.
impl Permit for Rehearsal {
    fn ask(&self, _credits: u32, _purpose: Purpose) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remaining(&self, credits: u64) {
        self.leave.remaining(credits);
    }
}

/// What a request is, by method and address.
fn kind(request: &Request) -> Kind {
    let Ok(url) = Url::parse(&request.url) else { return Kind::Unknown };
    let path: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    // The API's address may have a path of its own before `/crm/v8`.
    let start = path.windows(2).position(|pair| pair == ["crm", "v8"]);
    let below = start.and_then(|start| path.get(start + 2..)).unwrap_or_default();
    match (request.method, below) {
        (Method::Get, [_, id]) if Rehearsal::is_own(id) => Kind::ReadOwn((*id).to_owned()),
        (Method::Get, _) => Kind::Read,
        // A query cannot know what was only rehearsed: whoever asks for it would draw a wrong conclusion.
        (Method::Post, ["coql"]) if names_own_record(&request.body) => Kind::Unknown,
        (Method::Post, ["coql"]) => Kind::Read,
        // Signing in (§1.5), and reading in bulk (§6.2), which Zoho calls a job. Neither changes a record.
        (Method::Post, []) if path.ends_with(&["oauth", "v2", "token"]) => Kind::Read,
        (Method::Post, []) if path.ends_with(&["crm", "bulk", "v8", "read"]) => Kind::Read,
        (Method::Post, [module]) => write_to(module, Write::Insert),
        (Method::Post, [module, "upsert"]) => write_to(module, Write::Upsert),
        (Method::Put, [module]) => write_to(module, Write::Update),
        (Method::Delete, [module]) => write_to(module, Write::Delete),
        (Method::Post | Method::Put | Method::Patch | Method::Delete, _) => Kind::Unknown,
    }
}

fn write_to(segment: &str, write: Write) -> Kind {
    let module = Module::ALL.into_iter().find(|module| module.api_name() == segment);
    module.map_or(Kind::Unknown, |module| Kind::Write(write, module))
}

fn names_own_record(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.split('\'').any(Rehearsal::is_own)
}

fn success(write: Write, id: &str, modified: &str) -> Value {
    let (message, action) = match write {
        Write::Insert => ("record added", None),
        Write::Upsert => ("record added", Some("insert")),
        Write::Update => ("record updated", None),
        Write::Delete => ("record deleted", None),
    };
    let text = |(name, value): (&str, &str)| (name.to_owned(), Value::text(value));
    let details: Map = [("id", id), ("Modified_Time", modified)].map(text).into();
    let mut row: Map = [("code", "SUCCESS"), ("message", message), ("status", "success")].map(text).into();
    row.insert("details".to_owned(), Value::Object(details));
    row.extend(action.map(|action| text(("action", action))));
    Value::Object(row)
}

/// What Zoho says of a row whose record is not there (§6.3).
fn gone(id: &str) -> Value {
    let text = |(name, value): (&str, &str)| (name.to_owned(), Value::text(value));
    let details: Map = [("api_name", "id"), ("id", id)].map(text).into();
    let words =
        [("code", "INVALID_DATA"), ("message", "the id given seems to be invalid"), ("status", "error")];
    let mut row: Map = words.map(text).into();
    row.insert("details".to_owned(), Value::Object(details));
    Value::Object(row)
}

/// The ids of the records in an answer.
fn ids_in(answer: &Response) -> Vec<String> {
    let body = std::str::from_utf8(&answer.body).ok().and_then(|text| Value::parse(text).ok());
    let rows = body.as_ref().and_then(|body| body.get("data")?.as_list()).unwrap_or_default();
    rows.iter().filter_map(|row| row.get("id")?.as_text()).map(ToOwned::to_owned).collect()
}

fn answer(data: Value) -> Response {
    let body = Value::Object(Map::from([("data".to_owned(), data)])).to_json();
    Response { status: 200, headers: Vec::new(), body: body.into() }
}

fn unknown(request: &Request) -> TransportError {
    let reason = format!(
        "{} is not known to only read, so that a rehearsal does not let it out",
        request.method.as_str()
    );
    kept_in(request, Refused { reason, by: RefusedBy::Rehearsal, until: None })
}

fn kept_in(request: &Request, refused: Refused) -> TransportError {
    TransportError { fate: Fate::NotSent, cause: Cause::Refused(refused), place: request.place().to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use transport::{
        BoxFuture, Cause, Method, RefusedBy, Request, Response, TokioClock, Transport, TransportError,
        Unmetered,
    };

    use super::{Kind, Rehearsal, Write, kind};
    use crate::Module;

    /// Notes what came out.
    #[derive(Default)]
    struct Network(Mutex<Vec<String>>);

    impl Transport for Network {
        fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
            self.0.lock().unwrap().push(format!("{request:?}"));
            Box::pin(std::future::ready(Ok(Response { status: 204, headers: Vec::new(), body: "".into() })))
        }
    }

    fn rehearsal() -> (Arc<Network>, Rehearsal) {
        let network = Arc::new(Network::default());
        let clock = Arc::new(TokioClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap()));
        (network.clone(), Rehearsal::new(network, Arc::new(Unmetered), clock))
    }

    fn request(method: Method, path: &str, body: &str) -> Request {
        Request::new(method, format!("https://www.zohoapis.eu/{path}"))
            .body("application/json", body.to_owned())
    }

    #[test]
    fn a_request_is_a_read_only_if_it_is_known_to_be_one() {
        let table = [
            (Method::Get, "crm/v8/Accounts/42", Kind::Read),
            (Method::Get, "crm/v8/Accounts/rehearsal7", Kind::ReadOwn("rehearsal7".to_owned())),
            (Method::Post, "crm/v8/coql", Kind::Read),
            (Method::Post, "oauth/v2/token", Kind::Read),
            (Method::Post, "crm/bulk/v8/read", Kind::Read),
            (Method::Post, "crm/v8/Accounts", Kind::Write(Write::Insert, Module::Accounts)),
            (Method::Post, "api/crm/v8/Accounts/upsert", Kind::Write(Write::Upsert, Module::Accounts)),
            (Method::Put, "crm/v8/Invoices", Kind::Write(Write::Update, Module::Invoices)),
            (Method::Delete, "crm/v8/Products?ids=1,2", Kind::Write(Write::Delete, Module::Products)),
            (Method::Post, "oauth/v2/token/revoke", Kind::Unknown),
            (Method::Post, "oauth/v2/revoke/token", Kind::Unknown),
            (Method::Post, "crm/v8/settings/fields", Kind::Unknown),
            (Method::Post, "crm/v8/upload", Kind::Unknown),
            (Method::Post, "crm/bulk/v8/write", Kind::Unknown),
            (Method::Post, "crm/v8/actions/watch", Kind::Unknown),
            (Method::Post, "crm/v8/Accounts/1/actions/convert", Kind::Unknown),
            (Method::Put, "crm/v8/org", Kind::Unknown),
            (Method::Put, "crm/v8/Accounts/42", Kind::Unknown),
            (Method::Patch, "crm/v8/Accounts", Kind::Unknown),
            (Method::Delete, "crm/v8/Accounts/42", Kind::Unknown),
        ];
        for (method, path, expected) in table {
            assert_eq!(kind(&request(method, path, "")), expected, "{method:?} {path}");
        }
        let own =
            request(Method::Post, "crm/v8/coql", "select id from Invoices where id in ('1','rehearsal2')");
        assert_eq!(kind(&own), Kind::Unknown);
    }

    #[tokio::test]
    async fn writes_are_answered_and_nothing_goes_out() {
        let (network, rehearsal) = rehearsal();
        let body = r#"{"data":[{"Account_Name":"A"},{"id":"42","Phone":"1"},{"Account_Name":"B"}]}"#;
        let request = Request { credits: 3, ..request(Method::Post, "crm/v8/Accounts/upsert", body) };
        let answer = rehearsal.send(&request).await.unwrap();
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        for id in ["rehearsal1", "42", "rehearsal2"] {
            assert!(text.contains(&format!("\"id\":\"{id}\"")), "{text}");
        }
        let tally = rehearsal.tally();
        assert_eq!((tally.reads, tally.writes, tally.write_credits), (0, 1, 3));
        assert_eq!(
            (rehearsal.write_credits(Module::Accounts), rehearsal.write_credits(Module::Products)),
            (3, 0)
        );
        assert_eq!(*network.0.lock().unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_is_not_known_is_refused_before_it_is_sent() {
        let (network, rehearsal) = rehearsal();
        for (path, body) in [("crm/v8/settings/fields", "{}"), ("crm/v8/Accounts", "not a write"), ("x", "")]
        {
            let error = rehearsal.send(&request(Method::Post, path, body)).await.unwrap_err();
            assert!(
                matches!(&error.cause, Cause::Refused(refused) if refused.by == RefusedBy::Rehearsal),
                "{error:?}"
            );
        }
        assert_eq!(*network.0.lock().unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn an_update_of_what_is_gone_is_refused_as_zoho_would() {
        let (network, rehearsal) = rehearsal();
        let body = r#"{"data":[{"id":"42","Phone":"1"},{"id":"rehearsal1","Phone":"2"}]}"#;
        let answer = rehearsal.send(&request(Method::Put, "crm/v8/Accounts", body)).await.unwrap();
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.contains("INVALID_DATA") && text.contains("SUCCESS"), "{text}");
        let out = network.0.lock().unwrap().clone();
        assert_eq!(out.len(), 1, "{out:?}");
        assert!(out[0].starts_with("POST https://www.zohoapis.eu/crm/v8/coql"), "{out:?}");
    }

    #[tokio::test]
    async fn reads_go_out_and_are_counted() {
        let (network, rehearsal) = rehearsal();
        let read = Request { credits: 2, ..request(Method::Get, "crm/v8/org", "") };
        rehearsal.send(&read).await.unwrap();
        assert_eq!(network.0.lock().unwrap().len(), 1);
        assert_eq!((rehearsal.tally().reads, rehearsal.tally().read_credits), (1, 2));
    }
}

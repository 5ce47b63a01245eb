//! Problems by cause, and what people do about them.

use sync::engine::Replay;
use sync::failure::RunError;
use sync::match_review::decide::By;
use sync::store::{Store, binding, links as linked, sources};

use crate::alerts::{Failing, FailureKind};
use crate::deep_links::Links;
use crate::resident::shared::Inner;
use crate::status::Problem;
use crate::window::problems::{
    GroupKind, OpenRecord, ProblemGroup, ProblemPage, ProblemQuery, ProblemRecord, Problems, Retry, System,
};
use crate::window::schema::{Failure, Nothing};
use crate::window::wording::for_window;
use crate::{AppError, problems, review};

/// A part of a group has at most so many records.
const PAGE: u32 = 500;

pub(super) fn all(inner: &Inner) -> Result<Problems, Failure> {
    let store = inner.reader()?;
    let found = problems::overview(&store)?;
    let mut groups: Vec<ProblemGroup> = inner.facts().failing.iter().filter_map(of_the_run).collect();
    groups.extend(found.groups.iter().map(shown));
    let ignored = left_alone(&store, found.ignored)?;
    Ok(Problems { groups, ignored: ignored.into_iter().collect() })
}

/// What was left alone, as one group.
fn left_alone(store: &Store, count: u64) -> Result<Option<ProblemGroup>, Failure> {
    let Some(first) = problems::ignored(store, 0, 1)?.records.into_iter().next() else { return Ok(None) };
    Ok(Some(ProblemGroup {
        cause: "ignored".to_owned(),
        kind: GroupKind::Failed,
        flow: None,
        title: if count == 1 {
            "1 record is left alone".to_owned()
        } else {
            format!("{count} records are left alone")
        },
        message: "Somebody decided that these records need nothing. They are not tried again.".to_owned(),
        cure: "A record comes back by itself when it changes, or when something else is wrong with it."
            .to_owned(),
        class: String::new(),
        code: "ignored".to_owned(),
        count,
        since: first.since.to_string(),
        next_try: None,
        can_retry: false,
        can_ignore: false,
    }))
}

/// A run that ended by an error which a person can do something about.
fn of_the_run(failing: &Failing) -> Option<ProblemGroup> {
    match failing.kind {
        FailureKind::Outage | FailureKind::Credits => None,
        FailureKind::SignIn
        | FailureKind::Permission
        | FailureKind::SetUp
        | FailureKind::Computer
        | FailureKind::Other => Some(ProblemGroup {
            cause: "run".to_owned(),
            kind: GroupKind::Run,
            flow: None,
            title: "The last run could not do its work".to_owned(),
            message: failing.message.clone(),
            cure: for_window(&failing.cure),
            class: String::new(),
            code: failing.code.clone(),
            count: 0,
            since: failing.since.to_string(),
            next_try: None,
            can_retry: true,
            can_ignore: false,
        }),
    }
}

fn shown(group: &problems::ProblemGroup) -> ProblemGroup {
    ProblemGroup {
        cause: group.id.clone(),
        kind: match (group.kind, group.held) {
            (problems::GroupKind::Records, false) => GroupKind::Failed,
            (problems::GroupKind::Records, true) => GroupKind::Waiting,
            (problems::GroupKind::Flow, _) => GroupKind::Flow,
            (problems::GroupKind::Comparison, _) => GroupKind::Comparison,
        },
        flow: group.flow.map(Into::into),
        title: group.title.clone(),
        message: group.message.clone(),
        cure: for_window(&group.cure),
        class: group.class.clone().unwrap_or_default(),
        code: group.code.clone(),
        count: group.count,
        since: group.first_seen.to_string(),
        next_try: group.next_try.map(|at| at.to_string()),
        can_retry: group.can_retry,
        can_ignore: group.can_ignore,
    }
}

pub(super) fn page(inner: &Inner, query: &ProblemQuery) -> Result<ProblemPage, Failure> {
    let store = inner.reader()?;
    let limit = query.limit.min(PAGE) as usize;
    let found = if query.ignored {
        problems::ignored(&store, query.offset, limit)?
    } else {
        problems::records(&store, &query.cause, query.offset, limit)?
    };
    let mut records = Vec::new();
    for problem in &found.records {
        records.push(record(inner, problem)?);
    }
    Ok(ProblemPage { total: found.total, records })
}

/// One problem, open or left alone.
pub(super) fn one(inner: &Inner, id: i64) -> Result<Option<ProblemRecord>, Failure> {
    let found = problems::one(&*inner.reader()?, id)?;
    found.map(|found| record(inner, &found.problem)).transpose()
}

fn record(inner: &Inner, problem: &Problem) -> Result<ProblemRecord, Failure> {
    let store = inner.reader()?;
    let (bound, zoho_id) = store.read(|tx| {
        let link = match problem.bc_id.parse() {
            Ok(id) => linked::get(tx, problem.flow, id)?,
            Err(_) => None,
        };
        Ok((binding::get(tx)?, link.map(|link| link.zoho_id.to_string())))
    })?;
    let links = Links::of(&inner.settings()?, bound.as_ref());
    Ok(ProblemRecord {
        id: problem.id,
        flow: problem.flow.into(),
        number: problem.number.clone(),
        bc_id: problem.bc_id.clone(),
        message: problem.message.clone(),
        cure: for_window(&problem.cure),
        code: problem.code.clone(),
        held: problem.held,
        attempts: problem.attempts,
        since: problem.since.to_string(),
        next_try: problem.next_try.map(|at| at.to_string()),
        ignored_by: problem.ignored.as_ref().map(|ignored| ignored.who.clone()),
        opens_in_business_central: links.business_central(problem.flow, &problem.number).is_some(),
        opens_in_zoho: zoho_id.is_some_and(|id| links.zoho(problem.flow, &id).is_some()),
    })
}

/// What a retry takes up.
pub(super) fn replay(what: Retry) -> Result<Replay, Failure> {
    Ok(match what {
        Retry::Problems { ids } => Replay::Problems(ids),
        Retry::Cause { cause } => problems::replay_of(&cause)?,
        Retry::All => Replay::All,
    })
}

/// Leaves problems alone, or takes that back.
pub(super) fn ignore(inner: &Inner, ids: &[i64], on: bool) -> Result<Nothing, Failure> {
    let app = inner.app()?;
    let who = review::who(&*inner.outside.environment);
    let by = By { who: &who, at: inner.now() };
    if on {
        problems::ignore(&app.store, ids, by)?;
    } else {
        problems::unignore(&app.store, ids, by)?;
    }
    inner.tell_changed();
    Ok(Nothing)
}

pub(super) fn open_record(inner: &Inner, record: &OpenRecord) -> Result<Nothing, Failure> {
    let store = inner.reader()?;
    let flow = record.flow.into();
    let id = record.bc_id.parse().map_err(|_| not_there("it is not known"))?;
    let (bound, source, link) =
        store.read(|tx| Ok((binding::get(tx)?, sources::get(tx, flow, id)?, linked::get(tx, flow, id)?)))?;
    let links = Links::of(&inner.settings()?, bound.as_ref());
    let address = match record.system {
        System::BusinessCentral => source.and_then(|source| links.business_central(flow, &source.number)),
        System::Zoho => link.and_then(|link| links.zoho(flow, link.zoho_id.as_str())),
    };
    let address = address.ok_or_else(|| not_there("it has no page there"))?;
    inner.outside.hands.open(&address).map_err(|reason| not_opened(&reason))?;
    Ok(Nothing)
}

fn not_there(why: &str) -> Failure {
    Failure::from(AppError::Run(RunError::refused(
        "no_page",
        format!("the record cannot be opened: {why}"),
        "Look for it there by its number.",
    )))
}

/// The system has no program for an address or a folder.
pub(super) fn not_opened(reason: &str) -> Failure {
    Failure {
        code: "not_opened".to_owned(),
        message: format!("it could not be opened: {reason}"),
        cure: "Set a default browser and a file manager in the system's settings.".to_owned(),
        field: None,
    }
}

//! The state: a light, and one short sentence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::words::{days_between, moment, number};
use super::{Cause, Facts, Failing, FailureKind, Route, Section, StandingFlow, titles};

/// Whoever copied nothing for so long is no longer up to date, however rarely the user wants to be told.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// So many days before its end the client secret needs attention.
const SECRET_DAYS: i32 = 7;

/// The six states of the tray, told apart by shape as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LightName"))]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Everything is copied.
    UpToDate,
    /// Something works.
    Syncing,
    /// The user paused it, or it waits for credits.
    Paused,
    /// A service cannot be reached; it is tried again.
    Offline,
    /// Something waits for a person; the rest goes on.
    Attention,
    /// Nothing goes on until a person does something.
    Error,
}

impl Light {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::UpToDate, Self::Syncing, Self::Paused, Self::Offline, Self::Attention, Self::Error];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UpToDate => "up_to_date",
            Self::Syncing => "syncing",
            Self::Paused => "paused",
            Self::Offline => "offline",
            Self::Attention => "attention",
            Self::Error => "error",
        }
    }
}

/// How things stand, for tray, window header and `ledgerline status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Which of the six.
    pub light: Light,
    /// In one short sentence, without a full stop.
    pub sentence: String,
    /// What happened, where there is more to say.
    pub detail: Option<String>,
    /// What to do, in the words of the command line.
    pub cure: Option<String>,
    /// The cause's stable code.
    pub code: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Where the window shows more.
    pub route: Route,
}

impl State {
    fn new(light: Light, sentence: impl Into<String>) -> Self {
        Self {
            light,
            sentence: sentence.into(),
            detail: None,
            cure: None,
            code: None,
            since: None,
            route: Route::Overview,
        }
    }

    fn why(self, code: &str, message: &str, cure: &str) -> Self {
        Self {
            detail: Some(message.to_owned()),
            cure: Some(cure.to_owned()),
            code: Some(code.to_owned()),
            ..self
        }
    }

    fn since(self, since: Timestamp) -> Self {
        Self { since: Some(since), ..self }
    }

    fn at(self, route: Route) -> Self {
        Self { route, ..self }
    }
}

/// The state at one moment. What keeps everything from going on comes first, then what works, then what waits for somebody.
#[must_use]
pub fn state(facts: &Facts) -> State {
    let clock = |at: Timestamp| moment(at, &facts.now);
    if let Some(broken) = &facts.broken {
        let state = State::new(Light::Error, titles::broken(broken));
        return state
            .why(&broken.code, &broken.message, &broken.cure)
            .at(Route::Settings(Section::Diagnostics));
    }
    if !facts.set_up {
        return State::new(Light::Attention, "Not set up yet").at(Route::Wizard);
    }
    if let Some(until) = facts.pause() {
        let mut state = State::new(Light::Paused, format!("Paused until {}", clock(until)));
        state.detail = needs(facts).map(|state| state.sentence);
        return state;
    }
    if facts.other_writer {
        return State::new(Light::Paused, "Another Ledgerline works with this profile");
    }
    // A first try of a service that was down is no sign that it is back.
    if let Some(work) = facts.work.filter(|work| work.has_begun() || facts.failing.is_none()) {
        return State::new(Light::Syncing, work.words());
    }
    if let Some(failing) = facts.failing.as_ref().filter(|failing| failing.kind != FailureKind::Credits) {
        return failed(failing, facts);
    }
    if let Some(state) = waiting_for_credits(facts) {
        return state;
    }
    if let Some(state) = needs(facts) {
        return state;
    }
    match facts.last_success {
        Some(at) => State::new(Light::UpToDate, format!("Up to date, {}", clock(at))).since(at),
        None => State::new(Light::Attention, "Nothing was copied yet"),
    }
}

fn failed(failing: &Failing, facts: &Facts) -> State {
    let since = moment(failing.since, &facts.now);
    let title = titles::failing(failing);
    let (light, sentence) = match failing.kind {
        FailureKind::Outage => (Light::Offline, format!("{title} since {since}, trying again")),
        FailureKind::Other => (Light::Error, format!("{title}, trying again")),
        FailureKind::Credits
        | FailureKind::SignIn
        | FailureKind::Permission
        | FailureKind::SetUp
        | FailureKind::Computer => (Light::Error, title.to_owned()),
    };
    let state = State::new(light, sentence).why(&failing.code, &failing.message, &failing.cure);
    state.since(failing.since).at(route_of(failing.kind))
}

/// Where a failure of this kind is mended.
pub(super) fn route_of(kind: FailureKind) -> Route {
    match kind {
        FailureKind::Outage | FailureKind::Other => Route::Overview,
        FailureKind::SignIn | FailureKind::Permission | FailureKind::SetUp => {
            Route::Settings(Section::Connections)
        }
        FailureKind::Credits => Route::Settings(Section::Schedule),
        FailureKind::Computer => Route::Settings(Section::Diagnostics),
    }
}

fn waiting_for_credits(facts: &Facts) -> Option<State> {
    let failing = facts.failing.as_ref().filter(|failing| failing.kind == FailureKind::Credits);
    let pause = facts.credit_pause.as_ref().filter(|pause| pause.until > facts.now.timestamp());
    let code = failing.map(|failing| failing.code.as_str()).or(pause.map(|pause| pause.code.as_str()))?;
    let light = if code == "zoho_credit_budget_too_small" { Light::Attention } else { Light::Paused };
    let sentence = match (light, pause) {
        (Light::Attention, _) => "The credit budget is too small".to_owned(),
        (_, Some(pause)) => format!("Waiting for Zoho credits until {}", moment(pause.until, &facts.now)),
        (_, None) => "Waiting for Zoho credits".to_owned(),
    };
    let state = State::new(light, sentence).at(route_of(FailureKind::Credits));
    Some(match failing {
        Some(failing) => state.why(code, &failing.message, &failing.cure).since(failing.since),
        None => State { code: Some(code.to_owned()), ..state },
    })
}

/// What waits for somebody, most of it in one sentence.
fn needs(facts: &Facts) -> Option<State> {
    let mut found = Vec::new();
    found.extend(stale(facts));
    found.extend(facts.standing.iter().map(standing));
    found.extend(facts.differs.as_ref().map(|differs| {
        let state = State::new(Light::Attention, "The systems do not agree").since(differs.at);
        let cure = crate::status::COMPARISON_CURE;
        state.why("comparison_differs", &differs.sentence, cure).at(Route::Agreement)
    }));
    found.extend(records(facts));
    found.extend(secret(facts));
    let second = found.get(1).map(|state| state.sentence.clone());
    let first = found.into_iter().next()?;
    Some(match second {
        Some(second) => State { sentence: format!("{}; {second}", first.sentence), ..first },
        None => first,
    })
}

fn stale(facts: &Facts) -> Option<State> {
    let at = facts.last_success?;
    let longest = STALE.max(facts.poll_interval.saturating_mul(3));
    (facts.since(at) > longest).then(|| {
        State::new(Light::Attention, format!("Nothing was copied since {}", moment(at, &facts.now))).since(at)
    })
}

fn standing(flow: &StandingFlow) -> State {
    let route = if flow.code == "match_review_needed" { Route::Matching } else { Route::Problem(flow.key()) };
    let state = State::new(Light::Attention, flow.title()).since(flow.since);
    state.why(&flow.code, &flow.message, &flow.cure).at(route)
}

fn records(facts: &Facts) -> Option<State> {
    let causes: Vec<&Cause> = uncovered(facts).collect();
    let first = causes.first()?;
    let sentence = match causes.iter().map(|cause| cause.count).sum() {
        1 => "1 record needs attention".to_owned(),
        count => format!("{} records need attention", number(count)),
    };
    let since = causes.iter().map(|cause| cause.since).min().unwrap_or(first.since);
    let state = State::new(Light::Attention, sentence).since(since);
    Some(if causes.len() == 1 {
        let state = state.at(Route::Problem(first.key()));
        State {
            detail: Some(first.title()),
            cure: Some(first.cure.clone()),
            code: Some(first.code.clone()),
            ..state
        }
    } else {
        state.at(Route::Problems)
    })
}

/// The problems of records that are not told with a flow that stands still.
pub(super) fn uncovered(facts: &Facts) -> impl Iterator<Item = &Cause> {
    facts
        .problems
        .iter()
        .filter(|cause| cause.count > 0 && !facts.standing.iter().any(|flow| flow.covers(cause)))
}

fn secret(facts: &Facts) -> Option<State> {
    let ends = facts.secret_expires?;
    let left = days_between(facts.now.date(), ends);
    let when = match left {
        ..0 => "has expired".to_owned(),
        0 => "expires today".to_owned(),
        1 => "expires tomorrow".to_owned(),
        2..=SECRET_DAYS => format!("expires in {left} days"),
        _ => return None,
    };
    let state = State::new(Light::Attention, format!("Business Central's client secret {when}"));
    let cure = SECRET_CURE.to_owned();
    Some(State { cure: Some(cure), ..state.at(Route::Settings(Section::Connections)) })
}

/// What to do about a client secret that ends.
pub(super) const SECRET_CURE: &str = "Create a new client secret for the app in the Microsoft Entra admin center, and enter its value and its last day (`ledgerline connect`).";

#[cfg(test)]
mod tests;

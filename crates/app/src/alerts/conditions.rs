//! What is so now and worth telling: each condition with its words.

use std::time::Duration;

use jiff::civil::Date;

use super::cause::{Cause, StandingFlow};
use super::memory::{Memory, Topic};
use super::state::{SECRET_CURE, route_of, uncovered};
use super::words::{capital, day, days_between, moment, number};
use super::{
    Alert, AlertKind, Broken, CreditUse, Facts, Failing, FailureKind, Preferences, Route, Section,
    SignalsHeard, Urgency, titles,
};
use crate::window::wording::for_window;

/// An outage is waited for quietly for so long.
const OUTAGE_PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Signals may be missing for so long before it is told: everything is copied all the same, only later.
const SILENCE_PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Failures that nobody foresaw are told after so many in a row: one may have been chance.
const OTHERS_IN_A_ROW: u32 = 3;

/// The budget is nearly spent from this share on, in percent, …
const CREDITS_NEAR: u64 = 90;

/// … and is told again after it was below this one.
const CREDITS_EASED: u64 = 70;

/// So many days before its end the client secret is told of, and once more when it has expired.
const SECRET_DAYS: [i32; 5] = [30, 14, 7, 3, 1];

/// A group of records is told again when it has doubled and grown by so many.
const GROWN_BY: u64 = 10;

/// Something that is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    /// What is told when it is new.
    pub(super) alert: Alert,
    /// How big it is.
    pub(super) size: u64,
    growth: Growth,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Growth {
    /// It is told once.
    None,
    /// Records: told again when there are many more.
    Records,
    /// Each step is told.
    Steps,
}

impl Condition {
    fn once(alert: Alert) -> Self {
        Self { alert, size: 1, growth: Growth::None }
    }

    /// Whether it has grown so much since it was told that it is news.
    pub(super) fn is_news_after(&self, told: u64) -> bool {
        match self.growth {
            Growth::None => false,
            Growth::Records => {
                self.size >= told.saturating_mul(2) && self.size >= told.saturating_add(GROWN_BY)
            }
            Growth::Steps => self.size > told,
        }
    }
}

/// Whether the topic cannot be judged now, so that nothing of it comes or goes.
pub(super) fn are_in_motion(topic: Topic, facts: &Facts) -> bool {
    match topic {
        Topic::Running if facts.broken.is_some() => false,
        // Nothing is tried in a pause, and an outage hides what else is wrong: nothing has got better or worse.
        Topic::Running => {
            facts.pause().is_some()
                || facts.failing.as_ref().is_some_and(|failing| is_short_outage(failing, facts))
        }
        Topic::Records => facts.work.is_some_and(|work| work.kind.moves_problems()),
        Topic::Copy => facts.pause().is_some(),
        // What keeps runs from working is told itself, and keeps signals from coming as a rule.
        Topic::Signals => facts.signals == SignalsHeard::Unknown || !facts.runs_go_on(),
        Topic::Credits | Topic::Secret => false,
    }
}

fn is_short_outage(failing: &Failing, facts: &Facts) -> bool {
    failing.kind == FailureKind::Outage && facts.since(failing.since) < OUTAGE_PATIENCE
}

/// Everything of the topic that is so.
pub(super) fn of(topic: Topic, facts: &Facts, memory: &Memory, preferences: &Preferences) -> Vec<Condition> {
    match topic {
        Topic::Running => match &facts.broken {
            Some(broken) => computer(broken).into_iter().collect(),
            None => facts.failing.iter().filter_map(|failing| run(failing, facts)).collect(),
        },
        Topic::Records => all_records(facts),
        Topic::Copy => no_sync(facts, memory, preferences.hours_without_sync).into_iter().collect(),
        Topic::Credits => credits(facts.credits, memory).into_iter().collect(),
        Topic::Secret => {
            facts.secret_expires.and_then(|ends| secret(ends, facts.now.date())).into_iter().collect()
        }
        Topic::Signals => silence(facts, memory).into_iter().collect(),
    }
}

fn computer(broken: &Broken) -> Option<Condition> {
    // Somebody else holds the database for a moment. Where it lasts, the age of the copy tells.
    (broken.code != "database_busy").then(|| {
        Condition::once(Alert {
            kind: AlertKind::Error,
            title: titles::broken(broken).to_owned(),
            body: both(&broken.message, &broken.cure),
            route: Route::Settings(Section::Diagnostics),
            urgency: Urgency::Critical,
            key: format!("computer:{}", broken.code),
        })
    })
}

fn run(failing: &Failing, facts: &Facts) -> Option<Condition> {
    let title = titles::failing(failing);
    let cure = for_window(&failing.cure);
    let of_run = format!("run:{}", failing.code);
    let (kind, urgency, key, title, body) = match failing.kind {
        FailureKind::Outage if is_short_outage(failing, facts) => return None,
        FailureKind::Outage => {
            let title = format!("{title} since {}", moment(failing.since, &facts.now));
            (AlertKind::Offline, Urgency::Normal, "offline".to_owned(), title, cure)
        }
        FailureKind::Credits if failing.code != "zoho_credit_budget_too_small" => return None,
        FailureKind::Credits => (AlertKind::NeedsAttention, Urgency::Normal, of_run, title.to_owned(), cure),
        FailureKind::Other if failing.runs < OTHERS_IN_A_ROW => return None,
        FailureKind::Other => {
            let body = both(&failing.message, &failing.cure);
            (AlertKind::Error, Urgency::Critical, of_run, title.to_owned(), body)
        }
        FailureKind::SignIn | FailureKind::Permission | FailureKind::SetUp | FailureKind::Computer => {
            (AlertKind::Error, Urgency::Critical, of_run, title.to_owned(), cure)
        }
    };
    Some(Condition::once(Alert { kind, title, body, route: route_of(failing.kind), urgency, key }))
}

fn all_records(facts: &Facts) -> Vec<Condition> {
    let flows = facts.standing.iter().filter(|flow| !flow.is_passing(facts.since(flow.since))).map(standing);
    let differs = facts.differs.iter().map(|differs| {
        Condition::once(Alert {
            kind: AlertKind::NeedsAttention,
            title: "Business Central and Zoho do not agree".to_owned(),
            body: both(&differs.sentence, crate::status::COMPARISON_CURE),
            route: Route::Agreement,
            urgency: Urgency::Normal,
            key: "comparison".to_owned(),
        })
    });
    let causes = uncovered(facts).filter(|cause| !cause.is_passing(facts.since(cause.since))).map(records);
    flows.chain(differs).chain(causes).collect()
}

fn standing(flow: &StandingFlow) -> Condition {
    let route = if flow.code == "match_review_needed" { Route::Matching } else { Route::Problem(flow.key()) };
    Condition::once(Alert {
        kind: AlertKind::NeedsAttention,
        title: flow.title(),
        body: both(&flow.message, &flow.cure),
        route,
        urgency: Urgency::Normal,
        key: flow.key(),
    })
}

fn records(cause: &Cause) -> Condition {
    // What is said of one record fits no other.
    let body = if cause.count == 1 { both(&cause.message, &cause.cure) } else { for_window(&cause.cure) };
    let alert = Alert {
        kind: AlertKind::NeedsAttention,
        title: cause.title(),
        body,
        route: Route::Problem(cause.key()),
        urgency: Urgency::Normal,
        key: cause.key(),
    };
    Condition { alert, size: cause.count, growth: Growth::Records }
}

fn no_sync(facts: &Facts, memory: &Memory, hours: u32) -> Option<Condition> {
    let last = facts.last_success?;
    // A pause is the user's own doing: the time counts from its end.
    let counts_from = memory.pause_end.map_or(last, |end| end.max(last));
    let longest = Duration::from_secs(u64::from(hours) * 60 * 60);
    if hours == 0 || facts.since(counts_from) < longest {
        return None;
    }
    let body = match &facts.failing {
        Some(failing) => both(&format!("{}.", titles::failing(failing)), &failing.cure),
        None if facts.other_writer => "Another Ledgerline holds this profile. Stop it, or let it copy.".to_owned(),
        None => "Ledgerline or this computer was off or asleep. It catches up as soon as it can; to keep Zoho current, let Ledgerline start with the computer, and leave it on.".to_owned(),
    };
    Some(Condition::once(Alert {
        kind: AlertKind::NoSync,
        title: format!("Nothing was copied since {}", moment(last, &facts.now)),
        body,
        route: Route::Overview,
        urgency: Urgency::Normal,
        key: "no_sync".to_owned(),
    }))
}

fn credits(credits: Option<CreditUse>, memory: &Memory) -> Option<Condition> {
    let CreditUse { spent, budget } = credits.filter(|credits| credits.budget > 0)?;
    let percent = spent.saturating_mul(100) / budget;
    let known = memory.seen.get(&Topic::Credits).is_some_and(|seen| !seen.is_empty());
    let from = if known { CREDITS_EASED } else { CREDITS_NEAR };
    (percent >= from).then(|| {
        Condition::once(Alert {
            kind: AlertKind::Credits,
            title: format!("{} of {} Zoho credits are used", number(spent), number(budget)),
            body: "That is Ledgerline's share of 24 hours. When it is spent, copying waits until credits are free again; a larger share ends that sooner.".to_owned(),
            route: Route::Settings(Section::Schedule),
            urgency: Urgency::Normal,
            key: "credits".to_owned(),
        })
    })
}

fn secret(ends: Date, today: Date) -> Option<Condition> {
    let left = days_between(today, ends);
    let reached = SECRET_DAYS.iter().filter(|days| left <= **days).count() as u64;
    let when = match left {
        ..0 => "has expired".to_owned(),
        0 => "expires today".to_owned(),
        1 => "expires tomorrow".to_owned(),
        _ => format!("expires in {left} days"),
    };
    let expired = left < 0;
    let alert = Alert {
        kind: AlertKind::SecretExpiring,
        title: format!("Business Central's client secret {when}"),
        body: format!("Its last day: {}. {}", day(ends), for_window(SECRET_CURE)),
        route: Route::Settings(Section::Connections),
        urgency: if expired { Urgency::Critical } else { Urgency::Normal },
        key: format!("secret:{ends}"),
    };
    let size = reached + u64::from(expired);
    (size > 0).then_some(Condition { alert, size, growth: Growth::Steps })
}

/// One thing, whoever is silent: it is told once, and the light stays as it is, for the copy is as true as without signals.
fn silence(facts: &Facts, memory: &Memory) -> Option<Condition> {
    let SignalsHeard::Silent { party, message, cure } = &facts.signals else { return None };
    let since = memory.silent_since?;
    let known = memory.seen.get(&Topic::Signals).is_some_and(|seen| !seen.is_empty());
    if !known && facts.since(since) < SILENCE_PATIENCE {
        return None;
    }
    let message =
        format!("Both systems are asked regularly instead, so changes come later.\n{}", capital(message));
    Some(Condition::once(Alert {
        kind: AlertKind::SignalsLost,
        title: format!("{} since {}", titles::silent(party), moment(since, &facts.now)),
        body: both(&message, cure),
        route: Route::Settings(Section::Signals),
        urgency: Urgency::Low,
        key: "signals".to_owned(),
    }))
}

/// What happened, and below it what to do.
fn both(message: &str, cure: &str) -> String {
    format!("{message}\n{}", for_window(cure))
}

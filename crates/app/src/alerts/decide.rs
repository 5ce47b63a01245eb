//! Which alerts are due.

use std::collections::BTreeMap;

use super::conditions::{self, Condition};
use super::memory::{Memory, Seen, Topic};
use super::words::{moment, number};
use super::{Alert, AlertKind, Facts, FirstSync, Light, Preferences, Route, Urgency, state};

/// More causes than these at once become one alert.
const SINGLE: usize = 3;

/// So many things an alert lists by name.
const LISTED: usize = 4;

/// Which alerts are due, and what to remember.
///
/// Call it after every change of the facts and at least once a minute: quiet hours end and hours pass without any change. What is shown
/// must be remembered ([`Memory::keep`]) where it differs from `before`.
#[must_use]
pub fn alerts(before: &Memory, facts: &Facts, preferences: &Preferences) -> (Memory, Vec<Alert>) {
    let mut memory = before.clone();
    memory.pass_time(facts);
    if !facts.set_up {
        return (memory, Vec::new());
    }
    let listener = Listener { preferences, quiet: is_quiet(&memory, facts, preferences) };
    let mut due: Vec<(Topic, Alert)> = Vec::new();
    for topic in Topic::ALL.into_iter().filter(|topic| !conditions::are_in_motion(*topic, facts)) {
        let so = conditions::of(topic, facts, &memory, preferences);
        let told = listener.hear(topic, so, &mut memory);
        due.extend(told.into_iter().map(|alert| (topic, alert)));
    }
    let settled = !conditions::are_in_motion(Topic::Records, facts);
    if let Some(alert) = first_sync(facts.first_sync.as_ref(), &listener, &mut memory) {
        due.push((Topic::Copy, alert));
    }
    let mut due = if before.held_back && !listener.quiet && due.len() > 1 {
        vec![held_back(&due)]
    } else {
        together(due)
    };
    if settled && !listener.quiet {
        memory.held_back = false;
    }
    if settled {
        due.extend(recovered(facts, &listener, &mut memory));
    }
    (memory, due)
}

fn is_quiet(memory: &Memory, facts: &Facts, preferences: &Preferences) -> bool {
    memory.snoozed_until().is_some()
        || preferences.quiet.as_ref().is_some_and(|quiet| quiet.cover(&facts.now))
}

/// Who is told: what they want to hear, and whether now.
struct Listener<'a> {
    preferences: &'a Preferences,
    quiet: bool,
}

impl Listener<'_> {
    fn waits(&self, kind: AlertKind) -> bool {
        self.quiet && !(kind == AlertKind::Error && self.preferences.errors_in_quiet_hours)
    }

    /// Compares what is so with what was known of the topic, and returns what is told now.
    fn hear(&self, topic: Topic, so: Vec<Condition>, memory: &mut Memory) -> Vec<Alert> {
        let mut known = memory.seen.remove(&topic).unwrap_or_default();
        let mut still = BTreeMap::new();
        let mut told = Vec::new();
        for condition in so {
            let key = condition.alert.key.clone();
            let old = known.remove(&key);
            let is_news = old.as_ref().is_none_or(|old| condition.is_news_after(old.size));
            let seen = if !is_news {
                // A group that shrank may grow again.
                old.map(|old| Seen { size: old.size.min(condition.size), ..old })
            } else if !self.preferences.wants(condition.alert.kind) {
                Some(Seen { size: condition.size, told: old.and_then(|old| old.told) })
            } else if self.waits(condition.alert.kind) {
                memory.held_back = true;
                old
            } else {
                let seen = Seen { size: condition.size, told: Some(condition.alert.title.clone()) };
                told.push(condition.alert);
                Some(seen)
            };
            still.extend(seen.map(|seen| (key, seen)));
        }
        if topic.can_recover() {
            for title in known.into_values().filter_map(|seen| seen.told) {
                if !memory.over.contains(&title) {
                    memory.over.push(title);
                }
            }
        }
        if !still.is_empty() {
            memory.seen.insert(topic, still);
        }
        told
    }
}

fn first_sync(first: Option<&FirstSync>, listener: &Listener<'_>, memory: &mut Memory) -> Option<Alert> {
    let first = first.filter(|_| !memory.first_sync)?;
    if listener.preferences.wants(AlertKind::FirstSync) {
        if listener.waits(AlertKind::FirstSync) {
            memory.held_back = true;
            return None;
        }
        memory.first_sync = true;
        let agree = match first.agrees {
            Some(true) => " Both systems agree.",
            Some(false) => " Both systems do not agree yet.",
            None => "",
        };
        return Some(Alert {
            kind: AlertKind::FirstSync,
            title: "The first sync is finished".to_owned(),
            body: format!("{} records were copied.{agree}", number(first.records)),
            route: if first.agrees.is_some() { Route::Agreement } else { Route::Overview },
            urgency: Urgency::Low,
            key: "first_sync".to_owned(),
        });
    }
    memory.first_sync = true;
    None
}

/// Good news is told once everything has come right, and only to who was told of the bad.
fn recovered(facts: &Facts, listener: &Listener<'_>, memory: &mut Memory) -> Option<Alert> {
    if memory.over.is_empty() || state(facts).light != Light::UpToDate {
        return None;
    }
    if !listener.preferences.wants(AlertKind::Recovered) {
        memory.over.clear();
        return None;
    }
    if listener.waits(AlertKind::Recovered) {
        return None;
    }
    let over = std::mem::take(&mut memory.over);
    let since = facts.last_success.map(|at| format!(", {}", moment(at, &facts.now))).unwrap_or_default();
    Some(Alert {
        kind: AlertKind::Recovered,
        title: format!("Up to date again{since}"),
        body: format!("This is over:\n{}", lines(over.iter().map(String::as_str))),
        route: Route::Overview,
        urgency: Urgency::Low,
        key: "recovered".to_owned(),
    })
}

/// What came up in quiet hours and is still so, as one alert.
fn held_back(due: &[(Topic, Alert)]) -> Alert {
    let all_records = due.iter().all(|(topic, _)| *topic == Topic::Records);
    Alert {
        kind: AlertKind::Several,
        title: format!("{} notifications were held back", due.len()),
        body: lines(due.iter().map(|(_, alert)| alert.title.as_str())),
        route: if all_records { Route::Problems } else { Route::Overview },
        urgency: due.iter().map(|(_, alert)| alert.urgency).max().unwrap_or(Urgency::Normal),
        key: "held_back".to_owned(),
    }
}

/// Many causes at once are one alert; everything else stands for itself.
fn together(due: Vec<(Topic, Alert)>) -> Vec<Alert> {
    let (records, others): (Vec<_>, Vec<_>) =
        due.into_iter().partition(|(topic, _)| *topic == Topic::Records);
    let mut alerts: Vec<Alert> = others.into_iter().map(|(_, alert)| alert).collect();
    if records.len() <= SINGLE {
        alerts.extend(records.into_iter().map(|(_, alert)| alert));
    } else {
        alerts.push(Alert {
            kind: AlertKind::NeedsAttention,
            title: format!("{} things need attention", records.len()),
            body: lines(records.iter().map(|(_, alert)| alert.title.as_str())),
            route: Route::Problems,
            urgency: Urgency::Normal,
            key: "problems".to_owned(),
        });
    }
    alerts
}

/// The first few titles, a line each, and how many more there are.
fn lines<'a>(titles: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = titles.len().saturating_sub(LISTED);
    let mut text = titles.take(LISTED).collect::<Vec<_>>().join("\n");
    if more > 0 {
        text.push_str(&format!("\nand {more} more"));
    }
    text
}

#[cfg(test)]
mod tests;

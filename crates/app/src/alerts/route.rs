//! Where in the window something is shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A place in the window; as text `overview`, `problems?cause=…`, `settings?section=…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The first screen.
    Overview,
    /// All problems.
    Problems,
    /// The problems of one cause, by its key.
    Problem(String),
    /// Match review.
    Matching,
    /// The comparison of both systems.
    Agreement,
    /// A section of the settings.
    Settings(Section),
    /// The wizard.
    Wizard,
}

/// A section of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Both sign-ins.
    Connections,
    /// Poll interval and credits.
    Schedule,
    /// Flows, fields, policies.
    Flows,
    /// The relay, and what both sides tell about.
    Signals,
    /// What is told, and when.
    Notifications,
    /// The data folder.
    Data,
    /// Checks, logs, support archive.
    Diagnostics,
}

impl Section {
    const ALL: [Self; 7] = [
        Self::Connections,
        Self::Schedule,
        Self::Flows,
        Self::Signals,
        Self::Notifications,
        Self::Data,
        Self::Diagnostics,
    ];

    /// The name in routes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Schedule => "schedule",
            Self::Flows => "flows",
            Self::Signals => "signals",
            Self::Notifications => "notifications",
            Self::Data => "data",
            Self::Diagnostics => "diagnostics",
        }
    }
}

/// A text that names no place in the window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no place \"{0}\" in the window")]
pub struct UnknownRoute(String);

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overview => f.write_str("overview"),
            Self::Problems => f.write_str("problems"),
            Self::Problem(cause) => write!(f, "problems?cause={cause}"),
            Self::Matching => f.write_str("matching"),
            Self::Agreement => f.write_str("agreement"),
            Self::Settings(section) => write!(f, "settings?section={}", section.name()),
            Self::Wizard => f.write_str("wizard"),
        }
    }
}

impl FromStr for Route {
    type Err = UnknownRoute;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "overview" => return Ok(Self::Overview),
            "problems" => return Ok(Self::Problems),
            "matching" => return Ok(Self::Matching),
            "agreement" => return Ok(Self::Agreement),
            "wizard" => return Ok(Self::Wizard),
            _ => {}
        }
        let section = text.strip_prefix("settings?section=");
        let section = section.and_then(|name| Section::ALL.into_iter().find(|known| known.name() == name));
        let cause = text.strip_prefix("problems?cause=").filter(|cause| is_cause(cause));
        match (section, cause) {
            (Some(section), _) => Ok(Self::Settings(section)),
            (None, Some(cause)) => Ok(Self::Problem(cause.to_owned())),
            (None, None) => Err(UnknownRoute(text.to_owned())),
        }
    }
}

/// Keys of causes are flows and codes: nothing that an address would have to escape.
fn is_cause(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:-".contains(&byte))
}

impl Serialize for Route {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Route {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Route, Section};

    #[test]
    fn a_route_is_read_as_it_was_written() {
        let mut routes = vec![
            Route::Overview,
            Route::Problems,
            Route::Problem("records:invoices:waits_for_record:items".to_owned()),
            Route::Matching,
            Route::Agreement,
            Route::Wizard,
        ];
        routes.extend(Section::ALL.map(Route::Settings));
        for route in routes {
            assert_eq!(route.to_string().parse(), Ok(route.clone()));
            let json = serde_json::to_string(&route).unwrap();
            assert_eq!(serde_json::from_str::<Route>(&json).unwrap(), route);
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in
            ["", "problem", "settings?section=x", "problems?cause=", "problems?cause=a&b=c", "https://x"]
        {
            assert!(text.parse::<Route>().is_err(), "{text}");
        }
    }
}

//! One notification.

use serde::{Deserialize, Serialize};

use super::Route;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Records or flows wait for a person; the rest goes on.
    NeedsAttention,
    /// Nothing goes on until a person does something.
    Error,
    /// What was told has come right.
    Recovered,
    /// Nothing was synced for a long time.
    NoSync,
    /// Business Central's client secret ends soon.
    SecretExpiring,
    /// The credit budget is nearly spent.
    Credits,
    /// A service cannot be reached for a long time.
    Offline,
    /// Signals of changes have not arrived for a long time; copying goes on by asking.
    SignalsLost,
    /// The wizard's first sync has ended.
    FirstSync,
    /// Several things that came up in quiet hours.
    Several,
}

impl AlertKind {
    /// Those that the user can switch off.
    pub const CHOICES: [Self; 7] = [
        Self::NeedsAttention,
        Self::Error,
        Self::NoSync,
        Self::SecretExpiring,
        Self::Credits,
        Self::Offline,
        Self::SignalsLost,
    ];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NeedsAttention => "needs_attention",
            Self::Error => "error",
            Self::Recovered => "recovered",
            Self::NoSync => "no_sync",
            Self::SecretExpiring => "secret_expiring",
            Self::Credits => "credits",
            Self::Offline => "offline",
            Self::SignalsLost => "signals_lost",
            Self::FirstSync => "first_sync",
            Self::Several => "several",
        }
    }
}

/// How insistently an alert is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// For information.
    Low,
    /// Somebody should look.
    Normal,
    /// Nothing goes on until somebody does.
    Critical,
}

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What it is about.
    pub kind: AlertKind,
    /// What happened, in one line.
    pub title: String,
    /// What to do, in the words of the window.
    pub body: String,
    /// What a click opens.
    pub route: Route,
    /// How insistently it is shown.
    pub urgency: Urgency,
    /// An alert with the key of one that is shown takes its place.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use super::AlertKind;

    #[test]
    fn names_and_json_of_the_kinds_are_the_same_words() {
        for kind in AlertKind::CHOICES {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
        }
    }
}

//! Signals of changes through a relay: how they stand, and switching them on.

use serde::{Deserialize, Serialize};

/// How signals stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignalsView {
    /// The relay's address; absent where both systems are only asked regularly.
    pub relay: Option<String>,
    /// Whether they arrive, in one word.
    pub standing: SignalsStanding,
    /// Since when there is a connection to the relay; RFC 3339.
    pub connected_since: Option<String>,
    /// Since when there is none, where it is lost; RFC 3339.
    pub down_since: Option<String>,
    /// What is wrong: with the connection, then with a whole side.
    pub troubles: Vec<SignalsTrouble>,
    /// What both sides tell about, or were asked to.
    pub subscriptions: Vec<SignalsSubscription>,
    /// When the last signal came; RFC 3339.
    pub last_at: Option<String>,
    /// Signals that led to work, since they were switched on.
    pub taken: u64,
    /// Signals about something that is not copied.
    pub not_ours: u64,
    /// Signals that could not be read.
    pub malformed: u64,
    /// Signals that were not believed: without the word that only both services know.
    pub forged: u64,
}

/// Whether signals arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SignalsStanding {
    /// They are switched off.
    Off,
    /// They arrive, from both sides.
    Well,
    /// Some arrive.
    Partly,
    /// It is being found out.
    Connecting,
    /// None arrives.
    Lost,
}

/// One of the three that signals need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SignalsParty {
    /// The relay.
    Relay,
    /// Business Central.
    BusinessCentral,
    /// Zoho CRM.
    Zoho,
}

/// Something that keeps signals from arriving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignalsTrouble {
    /// Where.
    pub party: SignalsParty,
    /// Stable.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
}

/// What one side tells about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignalsSubscription {
    /// Which side.
    pub party: SignalsParty,
    /// The collection or module, as that side names it.
    pub about: String,
    /// Until when it tells, renewed long before; absent where it does not. RFC 3339.
    pub expires_at: Option<String>,
    /// Why that side refuses it, if it does.
    pub refused: Option<SignalsTrouble>,
    /// When a refused one is tried again; RFC 3339.
    pub again_at: Option<String>,
}

/// Where the relay is, and what lets Ledgerline in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignalsAnswers {
    /// The relay's address.
    pub relay: String,
    /// The relay's enrolment key. It is used once, and not kept.
    pub enrolment_key: String,
}

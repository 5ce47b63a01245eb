//! What the services send to others of their own accord: notifications, and the calls that ask whether an address wants them.

use jiff::{SignedDuration, Timestamp};
use transport::{Method, Random};

/// One of the services' own requests to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Under which the answer is told.
    pub id: PostId,
    /// Where it goes.
    pub url: String,
    /// Its JSON.
    pub body: String,
}

/// Whose post it is, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PostId {
    /// A notification of Business Central.
    BusinessCentral(u64),
    /// A call of Zoho for one of its channels.
    Zoho(u64),
}

/// What came back from an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Carries the services' own requests, at once. A test is its own postman; a server has the network.
pub trait Postman: Send + Sync {
    /// Sends a request and brings the answer; `None` where there is none.
    fn send(&self, method: Method, url: &str, body: &str) -> Option<Receipt>;
}

/// A call that must be answered with its token before the request that caused it is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The method: it is not documented, and either may come (facts, Business Central §7).
    pub method: Method,
    /// The address with the token.
    pub url: String,
    /// The token.
    pub token: String,
}

impl Handshake {
    /// Whether an answer is the right one: 200 and the token.
    #[must_use]
    pub fn holds(&self, receipt: Option<&Receipt>) -> bool {
        receipt.is_some_and(|receipt| receipt.status == 200 && receipt.body.trim() == self.token)
    }
}

/// What goes wrong with posts on purpose, each in so many of a hundred.
#[derive(Clone, Debug, Default)]
pub struct Mishaps {
    /// Lost, and the sender believes that it arrived.
    pub lost: u8,
    /// Delivered twice.
    pub duplicated: u8,
    /// Delivered later.
    pub late: u8,
    /// How much later.
    pub late_by: SignedDuration,
    /// Posts that are due at the same time come in the opposite order.
    pub reversed: bool,
}

/// What becomes of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fortune {
    Arrives,
    Lost,
    Twice,
    Late,
}

impl Mishaps {
    /// Throws the dice for a post; one that was late once is not late again.
    pub(crate) fn fortune(&self, was_late: bool, random: &dyn Random) -> Fortune {
        let strikes = |percent: u8| percent > 0 && random.below(100) < u64::from(percent);
        if strikes(self.lost) {
            Fortune::Lost
        } else if !was_late && strikes(self.late) {
            Fortune::Late
        } else if strikes(self.duplicated) {
            Fortune::Twice
        } else {
            Fortune::Arrives
        }
    }
}

/// A post that waits for its time, for its answer, or for its next attempt.
#[derive(Clone, Debug)]
pub(crate) struct Waiting<T> {
    pub(crate) what: T,
    pub(crate) due: Timestamp,
    /// Given to the postman, who has not told the answer yet.
    pub(crate) under_way: bool,
    /// How often it failed.
    pub(crate) failures: usize,
    pub(crate) was_late: bool,
}

impl<T> Waiting<T> {
    pub(crate) fn new(what: T, due: Timestamp) -> Self {
        Self { what, due, under_way: false, failures: 0, was_late: false }
    }

    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        !self.under_way && self.due <= now
    }

    /// Puts it off.
    pub(crate) fn put_off(&mut self, now: Timestamp, by: SignedDuration) {
        self.under_way = false;
        self.due = later(now, by);
    }
}

/// So much later; the end of time where there is none.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

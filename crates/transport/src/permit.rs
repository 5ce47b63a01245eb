//! Leave to spend a service's API credits.

use jiff::Timestamp;

use crate::{BoxFuture, Purpose};

/// Asked before every attempt of a request that costs credits.
pub trait Permit: Send + Sync {
    /// Books `credits` and lets the request go, or refuses. What only looks may be let go where what changes something is not.
    ///
    /// # Errors
    /// When the budget is spent, or the booking cannot be stored.
    fn ask(&self, credits: u32, purpose: Purpose) -> BoxFuture<'_, Result<(), Refused>>;

    /// Takes note of what the service says is left for the whole org.
    fn remaining(&self, credits: u64);
}

/// Why a request was not let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In words, for people.
    pub reason: String,
    /// Who said no.
    pub by: RefusedBy,
    /// When asking again can help, where that is known.
    pub until: Option<Timestamp>,
}

/// Who did not let a request go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedBy {
    /// The share of the credits that may be spent is spent.
    Budget,
    /// The share is so small that this request can never go.
    TooSmallBudget,
    /// The org itself has little left, whoever spent it.
    Org,
    /// The service refused so many requests in a row that this one was not even sent.
    Service,
    /// What is spent could not be booked.
    Ledger,
    /// It is only rehearsed what would be done, and this is not known to be a mere look.
    Rehearsal,
}

/// Leave for everything, for services that count no credits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unmetered;

impl Permit for Unmetered {
    fn ask(&self, _credits: u32, _purpose: Purpose) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remaining(&self, _credits: u64) {}
}

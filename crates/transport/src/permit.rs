//! Leave to spend a service's API credits.

use jiff::Timestamp;

use crate::BoxFuture;

/// Asked before every attempt of a request that costs credits.
pub trait Permit: Send + Sync {
    /// Books `credits` and lets the request go, or refuses.
    ///
    /// # Errors
    /// When the budget is spent, or the booking cannot be stored.
    fn ask(&self, credits: u32) -> BoxFuture<'_, Result<(), Refused>>;

    /// Takes note of what the service says is left for the whole org.
    fn remaining(&self, credits: u64);
}

/// Why a request was not let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In words, for people.
    pub reason: String,
    /// When asking again can help.
    pub until: Option<Timestamp>,
}

/// Leave for everything, for services that count no credits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unmetered;

impl Permit for Unmetered {
    fn ask(&self, _credits: u32) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remaining(&self, _credits: u64) {}
}

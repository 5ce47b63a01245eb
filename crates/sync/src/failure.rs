//! Turns what a service said into state on a record: class, words, cure, and when to try again.

use std::time::Duration;

use jiff::Timestamp;
use transport::Random;
use zoho_crm::RowError;

pub use crate::store::failures::{FailureClass, Retry};

/// Why one record could not be written, before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What kind of failure.
    pub class: FailureClass,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened, to what, in the service's own words where it has any.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// What the record waits for, where it is held and not failed.
    pub waits_for: Option<(crate::flow::Flow, String)>,
}

impl Trouble {
    /// A failure that waits for a person or for other data.
    pub fn new(
        class: FailureClass,
        code: impl Into<String>,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { class, code: code.into(), message: message.into(), cure: cure.into(), waits_for: None }
    }

    /// Whether the record is held, which is not the record's own fault.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.waits_for.is_some()
    }

    /// When to try again after the `attempts`-th failure.
    ///
    /// Bad data and conflicts wait for a change of the record or for a person. What time cures is tried after one minute, doubled
    /// each time up to six hours, give or take a quarter.
    #[must_use]
    pub fn retry(&self, attempts: u32, now: Timestamp, random: &dyn Random) -> Retry {
        if let Some((flow, what)) = &self.waits_for {
            return Retry::WaitsFor { flow: *flow, what: what.clone() };
        }
        let first = match self.class {
            FailureClass::Data | FailureClass::Conflict | FailureClass::Bug => return Retry::Manual,
            FailureClass::Permission => 30 * 60,
            FailureClass::Reference => 10 * 60,
            FailureClass::Limit | FailureClass::Outage => 60,
        };
        let seconds = (first << attempts.saturating_sub(1).min(9)).min(6 * 3600);
        let spread = random.below(seconds / 2 + 1);
        let wait = Duration::from_secs(seconds - seconds / 4 + spread);
        Retry::At(now.saturating_add(wait).unwrap_or(Timestamp::MAX))
    }
}

/// What a row's refusal means for the record called `name`.
#[must_use]
pub fn of_row(name: &str, error: &RowError) -> Trouble {
    let at = error.json_path.as_deref().or(error.api_name.as_deref()).unwrap_or("the record");
    let holder =
        error.duplicate_id.as_ref().map(|id| format!("; the record {id} has that value")).unwrap_or_default();
    let words = format!("Zoho refused {name}: {} ({}) at {at}{holder}", error.message, error.code);
    let (class, cure) = match error.code.as_str() {
        "INVALID_DATA" | "MANDATORY_NOT_FOUND" | "UNABLE_TO_PARSE_DATA_TYPE" | "MULTIPLE_OR_MULTI_ERRORS" => {
            let limit =
                error.maximum_length.map(|n| format!(" (at most {n} characters)")).unwrap_or_default();
            (
                FailureClass::Data,
                format!(
                    "Correct the value in Business Central{limit}, or relax the rule in Zoho; then replay."
                ),
            )
        }
        "DEPENDENT_FIELD_MISSING"
        | "DEPENDENT_MISMATCH"
        | "NOT_ALLOWED"
        | "CANNOT_PERFORM_ACTION"
        | "LIMIT_REACHED" => {
            (FailureClass::Data, "Look at the rules of that module in Zoho's setup; then replay.".to_owned())
        }
        "DUPLICATE_DATA" => (
            FailureClass::Conflict,
            "Two records claim the same unique value. Open both in Zoho, keep one, then replay.".to_owned(),
        ),
        "RECORD_LOCKED" | "RECORD_IN_BLUEPRINT" | "NOT_APPROVED" | "BLOCKED_RECORD" => (
            FailureClass::Permission,
            "Unlock the record in Zoho, or finish its approval or blueprint; it is tried again by itself."
                .to_owned(),
        ),
        "NO_PERMISSION" | "AUTHORIZATION_FAILED" => (
            FailureClass::Permission,
            "Give the Zoho user whom Ledgerline signs in as the right to write this module and field."
                .to_owned(),
        ),
        "LIMIT_EXCEEDED" | "TOO_MANY_REQUESTS" => {
            (FailureClass::Limit, "Nothing to do: it is tried again by itself.".to_owned())
        }
        "INTERNAL_ERROR" => (FailureClass::Outage, "Nothing to do: it is tried again by itself.".to_owned()),
        _ => (FailureClass::Bug, "Replay it once; if it stays, send a support bundle.".to_owned()),
    };
    Trouble::new(class, format!("zoho_{}", error.code.to_lowercase()), words, cure)
}

/// What Zoho said of a row that it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// Its own words.
    pub words: &'a str,
    /// The api name of the field that it named, if it named one.
    pub field: Option<&'a str>,
}

impl<'a> Refusal<'a> {
    /// Takes what [`of_row`] put together apart again; `None` where the failure is no refusal by Zoho.
    #[must_use]
    pub fn of(name: &str, code: &str, message: &'a str) -> Option<Self> {
        let code = code.strip_prefix("zoho_")?.to_uppercase();
        let said = message.strip_prefix("Zoho refused ")?.strip_prefix(name)?.strip_prefix(": ")?;
        let (words, rest) = said.split_once(&format!(" ({code}) at "))?;
        let (at, _) = rest.split_once("; the record ").unwrap_or((rest, ""));
        let name = at.rsplit('.').next().unwrap_or(at);
        let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        Some(Self { words, field: Some(name).filter(|name| is_name && !name.is_empty()) })
    }
}

/// Why a run, or one flow of it, could not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Business Central did not answer as it should.
    #[error(transparent)]
    BusinessCentral(#[from] business_central::Error),
    /// Zoho did not answer as it should.
    #[error(transparent)]
    Zoho(#[from] zoho_crm::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// Something about the set-up forbids the run.
    #[error("{message}")]
    Refused {
        /// Stable; programs may match on it.
        code: &'static str,
        /// What is wrong.
        message: String,
        /// What to do.
        cure: String,
    },
    /// The user asked for the end.
    #[error("stopped on request")]
    Stopped,
}

impl RunError {
    /// A refusal in words.
    pub fn refused(code: &'static str, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into(), cure: cure.into() }
    }

    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::BusinessCentral(error) => error.code().to_owned(),
            Self::Zoho(error) => error.code().to_owned(),
            Self::Store(error) => error.code().to_owned(),
            Self::Refused { code, .. } => (*code).to_owned(),
            Self::Stopped => "stopped".to_owned(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::BusinessCentral(error) => error.cure(),
            Self::Zoho(error) => error.cure(),
            Self::Store(error) => error.cure(),
            Self::Refused { cure, .. } => cure.clone(),
            Self::Stopped => "Start it again when you like: it goes on where it stopped.".to_owned(),
        }
    }

    /// Who did not let a request to Zoho go, and until when, where that is why the run ended.
    #[must_use]
    pub fn refused_leave(&self) -> Option<&transport::Refused> {
        match self {
            Self::Zoho(error) => error.refused(),
            Self::BusinessCentral(_) | Self::Store(_) | Self::Refused { .. } | Self::Stopped => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use exact_json::Value;
    use zoho_crm::{RowError, ZohoId};

    use super::{Refusal, of_row};

    fn error() -> RowError {
        RowError {
            code: "INVALID_DATA".to_owned(),
            message: "invalid data (see: the manual)".to_owned(),
            api_name: None,
            json_path: None,
            duplicate_id: None,
            expected: None,
            maximum_length: None,
            details: Value::Null,
        }
    }

    fn taken_apart(error: &RowError) -> (String, Option<String>) {
        let trouble = of_row("C: 1", error);
        let refusal = Refusal::of("C: 1", &trouble.code, &trouble.message).unwrap();
        (refusal.words.to_owned(), refusal.field.map(ToOwned::to_owned))
    }

    #[test]
    fn what_zoho_said_and_the_field_that_it_named_can_be_told_apart_again() {
        let words = "invalid data (see: the manual)".to_owned();
        let path = |path: &str| RowError { json_path: Some(path.to_owned()), ..error() };
        assert_eq!(taken_apart(&path("$.data[0].Phone")), (words.clone(), Some("Phone".to_owned())));
        let deep = path("$.data[0].Invoiced_Items[2].Quantity");
        assert_eq!(taken_apart(&deep), (words.clone(), Some("Quantity".to_owned())));
        assert_eq!(taken_apart(&path("$.data[0]")), (words.clone(), None));
        let named = RowError {
            api_name: Some("BC_Number".to_owned()),
            duplicate_id: Some(ZohoId::new("71")),
            ..error()
        };
        assert_eq!(taken_apart(&named), (words.clone(), Some("BC_Number".to_owned())));
        assert_eq!(taken_apart(&error()), (words, None));
    }

    #[test]
    fn other_failures_are_no_refusals() {
        let of = |code, message| Refusal::of("C1", code, message);
        assert_eq!(of("total_differs", "Invoice C1: Business Central says 1, Zoho computes 2"), None);
        assert_eq!(of("zoho_record_deleted", "customers C1: the record 7 was deleted in Zoho."), None);
    }
}

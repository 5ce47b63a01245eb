//! One problem with everything that is known of it.

use jiff::Timestamp;
use serde::Serialize;
use sync::failure::Refusal;
use sync::flow::Flow;
use sync::store::failure_groups::GroupKey;
use sync::store::failures::{self, Failure, Retry};
use sync::store::{Store, StoreError, Tx, links};

use super::group_id::GroupId;
use crate::status::{Problem, in_words};

/// What a record waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waits {
    /// The flow of the other record; the record's own where it waits for something else.
    pub flow: Flow,
    /// The other record's identity, or what is to be done.
    pub what: String,
}

/// One problem with everything that is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemDetail {
    /// The problem.
    #[serde(flatten)]
    pub problem: Problem,
    /// What the record waits for.
    pub waits_for: Option<Waits>,
    /// Zoho's own words, where it refused the record.
    pub api_words: Option<String>,
    /// The field that Zoho named, by its api name.
    pub field: Option<String>,
    /// When it was last tried.
    pub last_try: Timestamp,
    /// The record in Zoho, if there is one.
    pub zoho_id: Option<String>,
    /// Whether another try can change something.
    pub can_retry: bool,
    /// The group that it belongs to.
    pub group: String,
}

/// One problem, open or left alone; `None` where it closed itself.
///
/// # Errors
/// When the database cannot be read.
pub fn one(store: &Store, id: i64) -> Result<Option<ProblemDetail>, StoreError> {
    store.read(|tx| {
        let Some(failure) = failures::get(tx, id)? else { return Ok(None) };
        Ok(Some(detail(tx, failure)?))
    })
}

fn detail(tx: &Tx<'_>, failure: Failure) -> Result<ProblemDetail, StoreError> {
    let refusal = Refusal::of(&failure.number, &failure.code, &failure.message);
    let api_words = refusal.map(|refusal| refusal.words.to_owned());
    let field = refusal.and_then(|refusal| refusal.field).map(ToOwned::to_owned);
    let waits_for = match &failure.retry {
        Retry::WaitsFor { flow, what } => Some(Waits { flow: *flow, what: what.clone() }),
        Retry::At(_) | Retry::Manual => None,
    };
    let key = GroupKey {
        flow: failure.flow,
        code: failure.code.clone(),
        waits_for: waits_for.as_ref().map(|waits| waits.flow),
    };
    Ok(ProblemDetail {
        waits_for,
        api_words,
        field,
        last_try: failure.last_at,
        zoho_id: links::zoho_id(tx, failure.flow, failure.id)?.map(|id| id.to_string()),
        can_retry: !failure.held || failure.ignored.is_some(),
        group: GroupId::Records(key).to_string(),
        problem: in_words(failure),
    })
}

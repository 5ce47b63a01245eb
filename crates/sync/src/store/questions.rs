//! What people typed into our fields in Zoho and somebody has to decide about: a problem of the record, with both values.
//!
//! The question stands on the link ([`CopyState::asked`](super::copy_state::CopyState::asked)), the failure shows it. It outlives other writes of the
//! record, which close failures, and ends with an answer: another try restores our value, leaving the record alone leaves theirs. It ends by itself when
//! the value is put back, and when Business Central says something else.

use exact_json::{Map, Value};
use jiff::Timestamp;

use super::audit::{self, AuditKind, Entry};
use super::copy_state::Gone;
use super::failures::{self, Failure, FailureClass, NewFailure, Retry};
use super::links::{self, Link};
use super::sources::{self, SourceRow};
use super::{StoreError, Tx, restored};

/// Somebody edited a field of ours, and the flow's policy is to ask.
pub const EDITED: &str = "edited_in_zoho";
/// A field was edited once more after it had been restored twice within a day.
pub const EDITED_AGAIN: &str = "edited_in_zoho_again";
/// The copy was deleted in Zoho.
pub const DELETED: &str = "zoho_record_deleted";

/// An invoice's total, which is no field that is sent: edited rows show in it.
pub const TOTAL: &str = "Grand_Total";

/// What is asked about one field.
#[must_use]
pub fn about(ours: &Value, zohos: &Value, by: Option<&str>, again: bool) -> Value {
    Value::Object(Map::from([
        ("again".to_owned(), Value::Bool(again)),
        ("by".to_owned(), by.map_or(Value::Null, Value::text)),
        ("ours".to_owned(), ours.clone()),
        ("zoho".to_owned(), zohos.clone()),
    ]))
}

/// Whether a failure of this code is such a question.
#[must_use]
pub fn is_question(code: &str) -> bool {
    [EDITED, EDITED_AGAIN].contains(&code)
}

/// Records the link's question as the record's failure, if there is one. Returns whether there is.
///
/// # Errors
/// When the database fails.
pub fn record(tx: &Tx<'_>, link: &Link, source: &SourceRow, fingerprint: &str) -> Result<bool, StoreError> {
    if link.copy.asked.is_empty() {
        return Ok(false);
    }
    let now = link.written_at;
    failures::record(tx, &failure(link, source, fingerprint), now)?;
    Ok(true)
}

/// As [`record`], where the question is new or another one than before.
///
/// # Errors
/// When the database fails.
pub fn ask(
    tx: &Tx<'_>,
    link: &Link,
    source: &SourceRow,
    fingerprint: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    failures::record(tx, &failure(link, source, fingerprint), now)?;
    Ok(())
}

/// The question has no more reason to be: closes the failure that shows it.
///
/// # Errors
/// When the database fails.
pub fn close(tx: &Tx<'_>, link: &Link) -> Result<(), StoreError> {
    match failures::of_record(tx, link.flow, link.id)? {
        Some(failure) if is_question(&failure.code) => failures::close(tx, link.flow, link.id),
        Some(_) | None => Ok(()),
    }
}

fn failure(link: &Link, source: &SourceRow, fingerprint: &str) -> NewFailure {
    let again = |asked: &Value| asked.get("again").and_then(Value::as_bool).unwrap_or_default();
    let again = link.copy.asked.values().any(again);
    let words: Vec<String> = link.copy.asked.iter().map(|(field, asked)| in_words(field, asked)).collect();
    let words = words.join("; ");
    let (flow, number) = (link.flow.singular(), &source.number);
    let message = if again {
        format!(
            "{flow} {number}: {words}. It was restored twice within a day and edited again, so that Zoho's value stands now: \
             somebody, or a rule in Zoho, wants another value than Business Central."
        )
    } else {
        format!("{flow} {number}: {words}. Zoho's value stands until somebody decides.")
    };
    let cure = if again {
        "Talk to whoever changes it, or switch the rule off. Retry writes Business Central's value again; Ignore leaves Zoho's until the value changes in Business Central."
    } else {
        "Retry writes Business Central's value again; Ignore leaves Zoho's until the value changes in Business Central. Better still, correct it there."
    };
    NewFailure {
        flow: link.flow,
        id: link.id,
        number: source.number.clone(),
        class: FailureClass::Conflict,
        code: if again { EDITED_AGAIN } else { EDITED }.to_owned(),
        message,
        cure: cure.to_owned(),
        retry: Retry::Manual,
        // Of no state of the source: it keeps nothing else of the record from being written.
        source_hash: String::new(),
        fingerprint: fingerprint.to_owned(),
        held: false,
    }
}

fn in_words(field: &str, asked: &Value) -> String {
    let shown = |name: &str| asked.get(name).map_or_else(|| "nothing".to_owned(), shown);
    let by = asked.get("by").and_then(Value::as_text).unwrap_or("somebody");
    format!(
        "{field} was changed in Zoho by {by} to {}, and Business Central says {}",
        shown("zoho"),
        shown("ours")
    )
}

/// A value in a sentence.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Text(text) => format!("\"{text}\""),
        Value::Object(map) => {
            map.get("name").or_else(|| map.get("id")).map_or_else(|| value.to_json(), shown)
        }
        Value::Bool(_) | Value::Number(_) | Value::List(_) => value.to_json(),
    }
}

/// A person asks for another try: what Zoho holds is noted as what was last written, so that the difference is planned and written. A copy that
/// was deleted in Zoho is made again.
///
/// # Errors
/// When the database fails.
pub(crate) fn restore(tx: &Tx<'_>, failure: &Failure, at: Timestamp) -> Result<(), StoreError> {
    let Some(mut link) = links::get(tx, failure.flow, failure.id)? else { return Ok(()) };
    if failure.code == DELETED && link.copy.gone.is_some() {
        link.copy.gone = Some(Gone::Wanted);
        links::put(tx, &link)?;
        return sources::unsettle(tx, link.flow, link.id);
    }
    if !is_question(&failure.code) || link.copy.asked.is_empty() {
        return Ok(());
    }
    let asked = std::mem::take(&mut link.copy.asked);
    for (field, asked) in &asked {
        link.copy.held.remove(field);
        if field != TOTAL {
            link.sent.insert(field.clone(), asked.get("zoho").cloned().unwrap_or_default());
        }
    }
    links::put(tx, &link)?;
    if asked.contains_key(TOTAL) {
        links::doubt_lines(tx, link.flow, link.id)?;
    }
    restored::forget(tx, link.flow, link.id)?;
    sources::unsettle(tx, link.flow, link.id)?;
    audit::append(tx, &decision(failure, "decided: Business Central's value is written again", at))
}

/// A person says that Zoho's value stays. That answers the question for good: the failure is closed.
pub(super) fn leave(tx: &Tx<'_>, failure: &Failure, who: &str, at: Timestamp) -> Result<(), StoreError> {
    if let Some(mut link) = links::get(tx, failure.flow, failure.id)? {
        let asked = std::mem::take(&mut link.copy.asked);
        for (field, asked) in &asked {
            link.copy.held.insert(field.clone(), asked.get("zoho").cloned().unwrap_or_default());
        }
        links::put(tx, &link)?;
    }
    restored::forget(tx, failure.flow, failure.id)?;
    failures::close(tx, failure.flow, failure.id)?;
    let words = format!("{who} decided: Zoho's value stays ({}): {}", failure.code, failure.message);
    audit::append(tx, &decision(failure, &words, at))
}

fn decision(failure: &Failure, summary: &str, at: Timestamp) -> Entry {
    Entry {
        run: None,
        number: Some(failure.number.clone()),
        ..Entry::about("", failure.flow, failure.id, AuditKind::Decision, summary, at)
    }
}

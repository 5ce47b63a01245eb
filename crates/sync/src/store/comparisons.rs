//! The comparisons of both systems: when, and with what result.

use rusqlite::OptionalExtension;

use super::{StoreError, Tx, columns};
use crate::reconcile::Compared;

/// How many are kept: a daily one for more than two years.
const KEPT: i64 = 1_000;

/// Stores a result.
///
/// # Errors
/// When the database fails.
pub fn put(tx: &Tx<'_>, compared: &Compared) -> Result<(), StoreError> {
    let summary =
        serde_json::to_string(compared).map_err(|error| columns::unreadable("comparison", error))?;
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO comparison (at, cause, agrees, sentence, summary) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (at) DO UPDATE SET cause = excluded.cause, agrees = excluded.agrees, sentence = excluded.sentence,
             summary = excluded.summary",
    )?;
    let agrees = compared.agrees.unwrap_or(false);
    statement.execute((
        columns::micros(compared.at),
        compared.cause.name(),
        agrees,
        &compared.sentence,
        summary,
    ))?;
    tx.connection.execute(
        "DELETE FROM comparison WHERE at < (SELECT at FROM comparison ORDER BY at DESC LIMIT 1 OFFSET ?1)",
        [KEPT - 1],
    )?;
    Ok(())
}

/// The last one.
///
/// # Errors
/// When the database fails.
pub fn last(tx: &Tx<'_>) -> Result<Option<Compared>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT summary FROM comparison ORDER BY at DESC LIMIT 1")?;
    let summary: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
    summary
        .map(|text| serde_json::from_str(&text).map_err(|error| columns::unreadable("comparison", error)))
        .transpose()
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::{KEPT, last, put};
    use crate::reconcile::{Cause, Compared};
    use crate::report::Calls;
    use crate::store::Store;

    fn compared(minute: i64, agrees: bool) -> Compared {
        Compared {
            at: "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + minute.minutes(),
            cause: Cause::Daily,
            agrees: Some(agrees),
            sentence: format!("Sentence {minute}."),
            flows: Vec::new(),
            kinds: Vec::new(),
            ignored: 0,
            calls: Calls::default(),
            zoho_credits: 3,
        }
    }

    #[test]
    fn the_last_comparison_is_read_as_it_was_stored() {
        let store = Store::in_memory().unwrap();
        assert_eq!(store.read(last).unwrap(), None);
        for minute in [2, 1] {
            store.write(|tx| put(tx, &compared(minute, minute == 2))).unwrap();
        }
        assert_eq!(store.read(last).unwrap(), Some(compared(2, true)));
    }

    #[test]
    fn old_comparisons_are_let_go() {
        let store = Store::in_memory().unwrap();
        let put_all = |tx: &crate::store::Tx<'_>| (0..KEPT + 5).try_for_each(|n| put(tx, &compared(n, true)));
        store.write(put_all).unwrap();
        let kept: i64 = store
            .read(|tx| {
                Ok(tx.connection.query_row("SELECT count(*) FROM comparison", [], |row| row.get(0))?)
            })
            .unwrap();
        assert_eq!(kept, KEPT);
    }
}

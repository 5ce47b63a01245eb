//! Notifications that were received and not followed yet: the inbox. What stands here was made durable before the relay was told to forget it.

use jiff::Timestamp;

use super::{Store, StoreError, Tx, columns};
use crate::capture::{Hint, HintSource};

/// A hint in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its place in the inbox.
    pub place: i64,
    /// What it says; `None` where a later version of the program wrote it, or an earlier one.
    pub hint: Option<Hint>,
}

impl Store {
    /// Remembers a notification until a run has followed it. `name` is what the source calls it: one that comes twice is kept once. Returns whether it is
    /// new.
    ///
    /// # Errors
    /// When the database fails: then it must not be acknowledged.
    pub fn remember_signal(
        &self,
        source: HintSource,
        name: &str,
        hint: &Hint,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|tx| remember(tx, source, name, hint, at))
    }

    /// How many notifications wait for a run.
    ///
    /// # Errors
    /// When the database fails.
    pub fn waiting_signals(&self) -> Result<u64, StoreError> {
        self.read(count)
    }
}

/// As [`Store::remember_signal`], as part of a transaction.
///
/// # Errors
/// When the database fails.
pub fn remember(
    tx: &Tx<'_>,
    source: HintSource,
    name: &str,
    hint: &Hint,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let hint = serde_json::to_string(hint).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO signal (source, name, hint, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (source, name) DO NOTHING",
    )?;
    Ok(statement.execute((source.name(), name, hint, columns::micros(at)))? > 0)
}

/// As [`remember`], in place of one of that name: a run that follows the old one does not follow this one.
///
/// # Errors
/// When the database fails.
pub fn remember_anew(
    tx: &Tx<'_>,
    source: HintSource,
    name: &str,
    hint: &Hint,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.connection.execute("DELETE FROM signal WHERE source = ?1 AND name = ?2", (source.name(), name))?;
    remember(tx, source, name, hint, at).map(drop)
}

/// How many wait.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>) -> Result<u64, StoreError> {
    Ok(columns::count(tx.connection.query_row("SELECT count(*) FROM signal", [], |row| row.get(0))?))
}

/// At most `limit` of those that wait, oldest first.
///
/// # Errors
/// When the database fails.
pub fn waiting(tx: &Tx<'_>, limit: usize) -> Result<Vec<Pending>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT place, hint FROM signal ORDER BY place LIMIT ?1")?;
    let mut rows = statement.query([columns::limit(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let hint: String = row.get(1)?;
        found.push(Pending { place: row.get(0)?, hint: serde_json::from_str(&hint).ok() });
    }
    Ok(found)
}

/// They were followed.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &Tx<'_>, places: &[i64]) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached("DELETE FROM signal WHERE place = ?1")?;
    places.iter().try_for_each(|place| statement.execute([place]).map(drop))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::capture::{Hint, HintSource};
    use crate::flow::Flow;
    use crate::store::Store;
    use crate::store::signals::{forget, remember_anew, waiting};

    #[test]
    fn a_notification_that_comes_twice_is_kept_once_and_until_it_was_followed() {
        let store = Store::in_memory().unwrap();
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let hint = Hint::Changes { flow: Flow::Items, since: now };
        let remember = |source, name| store.remember_signal(source, name, &hint, now).unwrap();
        assert!(remember(HintSource::BusinessCentral, "1"));
        assert!(!remember(HintSource::BusinessCentral, "1"));
        assert!(remember(HintSource::Zoho, "1"));
        let found = store.read(|tx| waiting(tx, 10)).unwrap();
        assert_eq!(
            found.iter().map(|pending| pending.hint.clone()).collect::<Vec<_>>(),
            [Some(hint.clone()), Some(hint.clone())]
        );
        store.write(|tx| forget(tx, &[found[0].place])).unwrap();
        assert_eq!(store.waiting_signals().unwrap(), 1);
    }

    #[test]
    fn a_second_gap_while_the_first_is_followed_is_followed_too() {
        let store = Store::in_memory().unwrap();
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let gap =
            || store.write(|tx| remember_anew(tx, HintSource::Relay, "gap", &Hint::CatchUp, now)).unwrap();
        gap();
        let first = store.read(|tx| waiting(tx, 10)).unwrap();
        gap();
        store.write(|tx| forget(tx, &[first[0].place])).unwrap();
        assert_eq!(store.waiting_signals().unwrap(), 1);
    }

    #[test]
    fn a_hint_that_is_not_understood_does_not_stop_the_others() {
        let store = Store::in_memory().unwrap();
        store
            .write(|tx| {
                tx.connection.execute(
                    "INSERT INTO signal (source, name, hint, at) VALUES ('zoho', 'x', '{\"kind\":\"new\"}', 0)",
                    [],
                )?;
                Ok(())
            })
            .unwrap();
        assert_eq!(store.read(|tx| waiting(tx, 10)).unwrap()[0].hint, None);
    }
}

//! Zoho API credits spent, by minute, for the rolling 24 hours in which Zoho counts.

use jiff::Timestamp;

use super::{StoreError, Tx, columns};

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// Books credits.
///
/// # Errors
/// When the database fails.
pub fn book(tx: &Tx<'_>, at: Timestamp, credits: u32) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO credit (minute, spent) VALUES (?1, ?2) ON CONFLICT (minute) DO UPDATE SET spent = spent + excluded.spent",
    )?;
    statement.execute((minute(at), credits))?;
    Ok(())
}

/// Takes back what was booked at that time and not spent.
///
/// # Errors
/// When the database fails.
pub fn give_back(tx: &Tx<'_>, booked_at: Timestamp, credits: u32) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("UPDATE credit SET spent = max(spent - ?2, 0) WHERE minute = ?1")?;
    statement.execute((minute(booked_at), credits))?;
    Ok(())
}

/// What was spent from the minute of `since` on.
///
/// # Errors
/// When the database fails.
pub fn spent_since(tx: &Tx<'_>, since: Timestamp) -> Result<u64, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT coalesce(sum(spent), 0) FROM credit WHERE minute >= ?1")?;
    Ok(columns::count(statement.query_row([minute(since)], |row| row.get(0))?))
}

/// What was spent in each minute from `since` on, oldest first.
///
/// # Errors
/// When the database fails.
pub fn by_minute(tx: &Tx<'_>, since: Timestamp) -> Result<Vec<(Timestamp, u64)>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT minute, spent FROM credit WHERE minute >= ?1 ORDER BY minute")?;
    let mut rows = statement.query([minute(since)])?;
    let mut spent = Vec::new();
    while let Some(row) = rows.next()? {
        let minute: i64 = row.get(0)?;
        spent.push((columns::time(minute.saturating_mul(60_000_000))?, columns::count(row.get(1)?)));
    }
    Ok(spent)
}

/// Forgets what was spent before `before`.
///
/// # Errors
/// When the database fails.
pub fn prune(tx: &Tx<'_>, before: Timestamp) -> Result<(), StoreError> {
    tx.connection.execute("DELETE FROM credit WHERE minute < ?1", [minute(before)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::{book, by_minute, prune, spent_since};
    use crate::store::Store;

    fn at(seconds: i64) -> Timestamp {
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + seconds.seconds()
    }

    #[test]
    fn credits_of_one_minute_are_one_row() {
        let store = Store::in_memory().unwrap();
        store
            .write(|tx| {
                for (second, credits) in [(0, 3), (59, 4), (60, 5), (300, 6)] {
                    book(tx, at(second), credits)?;
                }
                Ok(())
            })
            .unwrap();
        let minutes = store.read(|tx| by_minute(tx, at(0))).unwrap();
        assert_eq!(minutes, [(at(0), 7), (at(60), 5), (at(300), 6)]);
        // A minute that is only partly inside counts whole: rather too much than too little.
        assert_eq!(store.read(|tx| spent_since(tx, at(59))).unwrap(), 18);
        assert_eq!(store.read(|tx| spent_since(tx, at(61))).unwrap(), 11);
        store.write(|tx| prune(tx, at(300))).unwrap();
        assert_eq!(store.read(|tx| spent_since(tx, at(0))).unwrap(), 6);
    }
}

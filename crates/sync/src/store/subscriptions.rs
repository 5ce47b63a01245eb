//! What each side was asked to tell us about, and until when it will: a computer that slept through an end knows it afterwards.

use jiff::Timestamp;

use super::{StoreError, Tx, columns};

/// Who tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Business Central's subscriptions.
    BusinessCentral,
    /// Zoho CRM's watch channels.
    Zoho,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::BusinessCentral, Self::Zoho];

    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BusinessCentral => "business_central",
            Self::Zoho => "zoho",
        }
    }
}

/// One subscription as it was last made or renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Who tells.
    pub side: Side,
    /// About what: an entity set of Business Central, or a Zoho module.
    pub about: String,
    /// Its name on that side.
    pub remote: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it tells, unless it is renewed.
    pub expires_at: Timestamp,
    /// When it is to be renewed.
    pub renew_at: Timestamp,
}

/// All of them, by side and name.
///
/// # Errors
/// When the database fails.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Subscription>, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT side, about, remote, made_at, expires_at, renew_at FROM subscription ORDER BY side, about",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let side: String = row.get("side")?;
        let side = Side::ALL
            .into_iter()
            .find(|known| known.name() == side)
            .ok_or_else(|| StoreError::Damaged(format!("there is no side called {side}")))?;
        found.push(Subscription {
            side,
            about: row.get("about")?,
            remote: row.get("remote")?,
            made_at: columns::time_of(row, "made_at")?,
            expires_at: columns::time_of(row, "expires_at")?,
            renew_at: columns::time_of(row, "renew_at")?,
        });
    }
    Ok(found)
}

/// Remembers one that was made, renewed or adopted.
///
/// # Errors
/// When the database fails.
pub fn put(tx: &Tx<'_>, subscription: &Subscription) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached(
            "INSERT INTO subscription (side, about, remote, made_at, expires_at, renew_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (side, about) DO UPDATE SET remote = excluded.remote, made_at = excluded.made_at,
             expires_at = excluded.expires_at, renew_at = excluded.renew_at",
        )?
        .execute((
            subscription.side.name(),
            &subscription.about,
            &subscription.remote,
            columns::micros(subscription.made_at),
            columns::micros(subscription.expires_at),
            columns::micros(subscription.renew_at),
        ))?;
    Ok(())
}

/// Forgets one that is gone.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &Tx<'_>, side: Side, about: &str) -> Result<(), StoreError> {
    tx.connection.execute("DELETE FROM subscription WHERE side = ?1 AND about = ?2", (side.name(), about))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Side, Subscription, all, forget, put};
    use crate::store::Store;

    #[test]
    fn a_subscription_outlives_the_program_and_is_renewed_in_place() {
        let store = Store::in_memory().unwrap();
        let made = Subscription {
            side: Side::Zoho,
            about: "Accounts".to_owned(),
            remote: "17".to_owned(),
            made_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            expires_at: "2026-11-21T10:00:00Z".parse().unwrap(),
            renew_at: "2026-11-21T02:00:00Z".parse().unwrap(),
        };
        let other =
            Subscription { side: Side::BusinessCentral, about: "customers".to_owned(), ..made.clone() };
        let renewed = Subscription { expires_at: "2026-11-22T02:00:00Z".parse().unwrap(), ..made.clone() };
        store
            .write(|tx| {
                put(tx, &made)?;
                put(tx, &other)?;
                put(tx, &renewed)
            })
            .unwrap();
        assert_eq!(store.read(all).unwrap(), [other.clone(), renewed]);
        store.write(|tx| forget(tx, Side::Zoho, "Accounts")).unwrap();
        assert_eq!(store.read(all).unwrap(), [other]);
    }
}

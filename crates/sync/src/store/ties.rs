//! Which customer a company contact stands for.

use std::collections::BTreeMap;

use business_central::BcId;
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, columns};

/// The customer behind the contact of that number.
///
/// # Errors
/// When the database fails.
pub fn lookup(tx: &Tx<'_>, contact_number: &str) -> Result<Option<BcId>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT customer AS id FROM tie WHERE contact_number = ?1")?;
    let found = statement
        .query_row([contact_number], |row| Ok(columns::id(row)))
        .optional()?;
    found.transpose()
}

/// How many ties there are.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>) -> Result<u64, StoreError> {
    Ok(columns::count(tx.connection.query_row(
        "SELECT count(*) FROM tie",
        [],
        |row| row.get(0),
    )?))
}

/// Replaces the whole map. Returns the contacts whose customer is another than before.
///
/// # Errors
/// When the database fails.
pub fn replace_all(tx: &Tx<'_>, ties: &[(String, BcId)]) -> Result<Vec<String>, StoreError> {
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    {
        let mut statement = tx
            .connection
            .prepare_cached("SELECT contact_number, customer FROM tie")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            before.insert(row.get(0)?, row.get(1)?);
        }
    }
    tx.connection.execute("DELETE FROM tie", [])?;
    let mut moved = Vec::new();
    for (contact, customer) in ties {
        insert(tx, contact, *customer)?;
        if before.remove(contact).as_deref() != Some(customer.to_string().as_str()) {
            moved.push(contact.clone());
        }
    }
    moved.extend(before.into_keys());
    Ok(moved)
}

/// Replaces the ties of one customer. Returns the contacts whose customer is another than before.
///
/// # Errors
/// When the database fails.
pub fn replace_for_customer(
    tx: &Tx<'_>,
    customer: BcId,
    contacts: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut moved = Vec::new();
    let mut statement = tx
        .connection
        .prepare_cached("SELECT contact_number FROM tie WHERE customer = ?1")?;
    let before: Vec<String> = statement
        .query_map([customer.to_string()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for contact in before.iter().filter(|contact| !contacts.contains(contact)) {
        tx.connection
            .execute("DELETE FROM tie WHERE contact_number = ?1", [contact])?;
        moved.push(contact.clone());
    }
    for contact in contacts {
        if lookup(tx, contact)? != Some(customer) {
            insert(tx, contact, customer)?;
            moved.push(contact.clone());
        }
    }
    Ok(moved)
}

fn insert(tx: &Tx<'_>, contact: &str, customer: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO tie (contact_number, customer) VALUES (?1, ?2) ON CONFLICT (contact_number) DO UPDATE SET customer = excluded.customer",
    )?;
    statement.execute((contact, customer.to_string()))?;
    Ok(())
}

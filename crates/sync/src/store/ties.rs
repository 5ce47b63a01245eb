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
    let mut statement =
        tx.connection.prepare_cached("SELECT customer AS id FROM tie WHERE contact_number = ?1")?;
    let found = statement.query_row([contact_number], |row| Ok(columns::id(row))).optional()?;
    found.transpose()
}

/// How many ties there are.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>) -> Result<u64, StoreError> {
    Ok(columns::count(tx.connection.query_row("SELECT count(*) FROM tie", [], |row| row.get(0))?))
}

/// Replaces the whole map; only what differs is written. Returns the contacts whose customer is another than before.
///
/// # Errors
/// When the database fails.
pub fn replace_all(tx: &Tx<'_>, ties: &[(String, BcId)]) -> Result<Vec<String>, StoreError> {
    let mut before: BTreeMap<String, BcId> = BTreeMap::new();
    {
        let mut statement = tx.connection.prepare_cached("SELECT contact_number, customer AS id FROM tie")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            before.insert(row.get(0)?, columns::id(row)?);
        }
    }
    let after: BTreeMap<&str, BcId> =
        ties.iter().map(|(contact, customer)| (contact.as_str(), *customer)).collect();
    let mut moved = Vec::new();
    for (contact, customer) in &after {
        if before.get(*contact) != Some(customer) {
            put(tx, contact, *customer)?;
            moved.push((*contact).to_owned());
        }
    }
    for contact in before.into_keys().filter(|contact| !after.contains_key(contact.as_str())) {
        delete(tx, &contact)?;
        moved.push(contact);
    }
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
    let mut statement = tx.connection.prepare_cached("SELECT contact_number FROM tie WHERE customer = ?1")?;
    let before: Vec<String> =
        statement.query_map([customer.to_string()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for contact in before.into_iter().filter(|contact| !contacts.contains(contact)) {
        delete(tx, &contact)?;
        moved.push(contact);
    }
    for contact in contacts {
        if lookup(tx, contact)? != Some(customer) {
            put(tx, contact, customer)?;
            moved.push(contact.clone());
        }
    }
    Ok(moved)
}

fn put(tx: &Tx<'_>, contact: &str, customer: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO tie (contact_number, customer) VALUES (?1, ?2)
         ON CONFLICT (contact_number) DO UPDATE SET customer = excluded.customer",
    )?;
    statement.execute((contact, customer.to_string()))?;
    Ok(())
}

fn delete(tx: &Tx<'_>, contact: &str) -> Result<(), StoreError> {
    tx.connection.prepare_cached("DELETE FROM tie WHERE contact_number = ?1")?.execute([contact])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use business_central::BcId;

    use super::{count, lookup, replace_all, replace_for_customer};
    use crate::store::Store;

    fn customer(n: u8) -> BcId {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    fn tie(contact: &str, n: u8) -> (String, BcId) {
        (contact.to_owned(), customer(n))
    }

    #[test]
    fn replacing_the_map_names_every_contact_that_changed_hands() {
        let store = Store::in_memory().unwrap();
        let moved =
            store.write(|tx| replace_all(tx, &[tie("CT1", 1), tie("CT2", 2), tie("CT3", 3)])).unwrap();
        assert_eq!(moved, ["CT1", "CT2", "CT3"]);
        let moved =
            store.write(|tx| replace_all(tx, &[tie("CT1", 1), tie("CT2", 9), tie("CT4", 4)])).unwrap();
        assert_eq!(moved, ["CT2", "CT4", "CT3"]);
        assert_eq!(store.read(|tx| lookup(tx, "CT2")).unwrap(), Some(customer(9)));
        assert_eq!(store.read(|tx| lookup(tx, "CT3")).unwrap(), None);
        assert_eq!(store.read(count).unwrap(), 3);
    }

    #[test]
    fn a_contact_taken_over_by_a_customer_leaves_the_other_one() {
        let store = Store::in_memory().unwrap();
        store.write(|tx| replace_all(tx, &[tie("CT1", 1), tie("CT2", 2), tie("CT3", 1)])).unwrap();
        let contacts = ["CT1".to_owned(), "CT2".to_owned()];
        let moved = store.write(|tx| replace_for_customer(tx, customer(1), &contacts)).unwrap();
        assert_eq!(moved, ["CT3", "CT2"]);
        assert_eq!(store.read(|tx| lookup(tx, "CT2")).unwrap(), Some(customer(1)));
        assert!(store.write(|tx| replace_for_customer(tx, customer(1), &contacts)).unwrap().is_empty());
    }
}

//! The rows of one table, and what finds them without looking at each.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::row::Row;

/// The rows of one table.
#[derive(Debug, Default)]
pub(super) struct Rows {
    by_id: BTreeMap<Uuid, Row>,
    by_number: BTreeSet<(String, Uuid)>,
    by_company: BTreeSet<(String, Uuid)>,
}

/// A row's own number, and the number of its company contact: what it is found by.
#[derive(PartialEq, Eq)]
struct Keys {
    number: String,
    company: String,
}

impl Keys {
    fn of(row: &Row) -> Self {
        // A contact names its company contact in one property, a customer in another.
        let company = match row.text("companyNumber") {
            "" => row.text("companyContact"),
            company => company,
        };
        Self { number: row.text("number").to_owned(), company: company.to_owned() }
    }
}

impl Rows {
    /// The rows by SystemId.
    pub(super) fn all(&self) -> &BTreeMap<Uuid, Row> {
        &self.by_id
    }

    /// Adds a row, or puts it in the place of the one with its id.
    pub(super) fn insert(&mut self, row: Row) {
        self.remove(row.id);
        self.enter(row.id, Keys::of(&row));
        self.by_id.insert(row.id, row);
    }

    /// Changes a row. Returns whether there is such a row.
    pub(super) fn update(&mut self, id: Uuid, work: impl FnOnce(&mut Row)) -> bool {
        let Some(row) = self.by_id.get_mut(&id) else { return false };
        let before = Keys::of(row);
        work(row);
        row.id = id;
        let after = Keys::of(row);
        if before != after {
            self.leave(id, before);
            self.enter(id, after);
        }
        true
    }

    /// Takes a row out. Returns whether there was such a row.
    pub(super) fn remove(&mut self, id: Uuid) -> bool {
        let Some(row) = self.by_id.remove(&id) else { return false };
        self.leave(id, Keys::of(&row));
        true
    }

    /// The rows with that number.
    pub(super) fn with_number(&self, number: &str) -> impl Iterator<Item = &Row> {
        self.found(&self.by_number, number)
    }

    /// The customers that a company contact stands for, or the contacts below it.
    pub(super) fn of_company(&self, number: &str) -> impl Iterator<Item = &Row> {
        self.found(&self.by_company, number)
    }

    fn found<'a>(&'a self, index: &'a BTreeSet<(String, Uuid)>, key: &str) -> impl Iterator<Item = &'a Row> {
        let key = key.to_owned();
        index
            .range((key.clone(), Uuid::nil())..)
            .take_while(move |(found, _)| *found == key)
            .filter_map(|(_, id)| self.by_id.get(id))
    }

    fn enter(&mut self, id: Uuid, keys: Keys) {
        for (index, key) in [(&mut self.by_number, keys.number), (&mut self.by_company, keys.company)] {
            if !key.is_empty() {
                index.insert((key, id));
            }
        }
    }

    fn leave(&mut self, id: Uuid, keys: Keys) {
        self.by_number.remove(&(keys.number, id));
        self.by_company.remove(&(keys.company, id));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::Rows;
    use crate::business_central::row::Row;

    fn row(id: u128, number: &str, company: &str) -> Row {
        Row::new(Uuid::from_u128(id)).with("number", number).with("companyNumber", company)
    }

    fn numbers<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<&'a str> {
        rows.map(|row| row.text("number")).collect()
    }

    #[test]
    fn rows_are_found_by_number_and_by_company() {
        let mut rows = Rows::default();
        for row in [row(1, "A", "X"), row(2, "B", "X"), row(3, "AA", "")] {
            rows.insert(row);
        }
        assert_eq!(numbers(rows.with_number("A")), ["A"]);
        assert_eq!(numbers(rows.of_company("X")), ["A", "B"]);
        assert_eq!(rows.of_company("").count(), 0);
    }

    #[test]
    fn a_changed_row_is_found_by_what_it_is_now() {
        let mut rows = Rows::default();
        rows.insert(row(1, "A", "X"));
        assert!(rows.update(Uuid::from_u128(1), |row| row.set("number", "B")));
        assert_eq!((rows.with_number("A").count(), rows.with_number("B").count()), (0, 1));
        rows.insert(row(1, "C", "Y"));
        assert_eq!((rows.with_number("B").count(), rows.of_company("X").count()), (0, 0));
        assert_eq!(rows.all().len(), 1);
    }

    #[test]
    fn a_removed_row_is_found_no_more() {
        let mut rows = Rows::default();
        rows.insert(row(1, "A", "X"));
        assert!(rows.remove(Uuid::from_u128(1)));
        assert_eq!((rows.with_number("A").count(), rows.of_company("X").count()), (0, 0));
        assert!(!rows.remove(Uuid::from_u128(1)) && !rows.update(Uuid::from_u128(1), |_| {}));
    }
}

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::folder;
use crate::flow::Flow;
use crate::store::audit::{self, AuditKind, Entry};
use crate::store::{Store, StoreError, comparisons, facts, migrate, sources};

const SECOND: &str = "ALTER TABLE fact ADD COLUMN since INTEGER NOT NULL DEFAULT 7;";
const BROKEN: &str = "ALTER TABLE fact ADD COLUMN since INTEGER; SELECT no_such_column FROM fact;";

fn steps_with(step: &'static str) -> Vec<&'static str> {
    migrate::STEPS.into_iter().chain([step]).collect()
}

fn up(path: &Path, steps: &[&str]) -> Result<(), StoreError> {
    migrate::up(&mut Connection::open(path).unwrap(), Some(path), steps)
}

fn value(path: &Path, sql: &str) -> rusqlite::Result<i64> {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0))
}

/// A database of the newest released version with one fact in it.
fn released(path: &Path) {
    let store = Store::open(path).unwrap();
    store.write(|tx| facts::set(tx, "a", "1")).unwrap();
}

#[test]
fn every_step_leads_to_a_sound_database() {
    let folder = folder();
    for taken in 1..=migrate::STEPS.len() {
        let path = folder.path().join(format!("from-{taken}.db"));
        up(&path, &migrate::STEPS[..taken]).unwrap();
        assert_eq!(value(&path, "PRAGMA user_version").unwrap(), i64::try_from(taken).unwrap());
        let store = Store::open(&path).unwrap();
        // Two in one piece: the head of the trail moves once for both.
        store.write(|tx| audit::append(tx, &entry()).and_then(|()| audit::append(tx, &entry()))).unwrap();
        assert_eq!(store.read(audit::verify).unwrap(), audit::Proof::Whole { entries: 2 });
        assert!(store.read(comparisons::last).unwrap().is_none());
        store.check().unwrap();
    }
}

/// Databases of that version are in use: what a step does to them cannot be changed by changing the step.
#[test]
fn a_released_step_never_changes() {
    let released = [
        "b50db8fc181f27b13d6fe91d83d16686add199cb6d7276f4fde9b701f4974fba",
        "be1b6036d590ebf826efc43d61b23770dc0b37daeca91a69d5fe4eb6f24142aa",
        "a84288c7e1a3cbf1f9978cbf67d16a131ae149d45dcd8d53efc65a26df187626",
        "aa368cd5421124ac6b36c63746732e8e9c54090902110ea217118c0997c8b563",
        "c46de20d167be9ea6d2c8aa970c93145d5754e4be4f245cbe30f7e182a3771a3",
        "c969a4c91e93b60abb0432280e2e635a2c2f2310dde100716107a3047a167c09",
        "a8fe7b57943285a433769470c09ac69172f1b2f49712b826ee70e78136f81753",
    ];
    for (step, hash) in migrate::STEPS.into_iter().zip(released) {
        assert_eq!(sources::hash(step), hash, "make a new step instead: {step}");
    }
}

fn entry() -> Entry {
    let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    Entry::about("run1", Flow::Items, id, AuditKind::Observed, "seen", at)
}

#[test]
fn a_new_database_needs_no_backup() {
    let folder = folder();
    released(&folder.path().join("ledgerline.db"));
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("backup")), "{names:?}");
}

#[test]
fn a_backup_is_taken_before_a_step() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    released(&path);
    let version = migrate::STEPS.len();
    up(&path, &steps_with(SECOND)).unwrap();
    assert_eq!(value(&path, "SELECT since FROM fact").unwrap(), 7);
    assert_eq!(value(&path, "PRAGMA user_version").unwrap(), i64::try_from(version + 1).unwrap());
    // The backup is a whole database of the version before, with which the older program goes on.
    let backup = folder.path().join(format!("ledgerline.db.backup-v{version}"));
    assert!(value(&backup, "SELECT since FROM fact").is_err());
    let store = Store::open(&backup).unwrap();
    store.check().unwrap();
    assert_eq!(store.read(|tx| facts::get(tx, "a")).unwrap().as_deref(), Some("1"));
    assert!(!folder.path().join(format!("ledgerline.db.backup-v{version}.unfinished")).exists());
}

#[test]
fn a_step_that_fails_leaves_the_database_as_it_was() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    released(&path);
    up(&path, &steps_with(BROKEN)).unwrap_err();
    let store = Store::open(&path).unwrap();
    assert_eq!(store.read(|tx| facts::get(tx, "a")).unwrap().as_deref(), Some("1"));
    assert!(value(&path, "SELECT since FROM fact").is_err());
}

#[test]
fn a_step_that_leaves_rows_without_their_parents_is_undone() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    released(&path);
    let error = up(&path, &steps_with("INSERT INTO source_text VALUES (99, 'items', '{}');")).unwrap_err();
    assert_eq!(error.code(), "database_damaged");
    assert_eq!(value(&path, "SELECT count(*) FROM source_text").unwrap(), 0);
}

#[test]
fn the_backup_of_a_backup_that_cannot_be_written_stops_the_step() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    released(&path);
    let version = migrate::STEPS.len();
    fs::create_dir(folder.path().join(format!("ledgerline.db.backup-v{version}.unfinished"))).unwrap();
    let error = up(&path, &steps_with(SECOND)).unwrap_err();
    assert_eq!(error.code(), "database_not_writable");
    assert_eq!(value(&path, "PRAGMA user_version").unwrap(), i64::try_from(version).unwrap());
}

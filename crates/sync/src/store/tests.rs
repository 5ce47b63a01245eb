mod migrations;

use std::fs;

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::Connection;

use super::sources::{Incoming, Seen, count, get, observe};
use super::{Store, StoreError, Tx, facts, migrate, sweep_clocks, watermarks};
use crate::flow::Flow;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn id(n: u32) -> BcId {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

fn row(n: u32) -> Incoming {
    let text = format!("{{\"number\":\"C{n}\"}}");
    Incoming { id: id(n), number: format!("C{n}"), etag: None, modified: None, text }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn what_was_committed_is_there_after_opening_again() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    let store = Store::open(&path).unwrap();
    store.write(|tx| facts::set(tx, "a", "1")).unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.read(|tx| facts::get(tx, "a")).unwrap().as_deref(), Some("1"));
    store.check().unwrap();
}

#[test]
fn an_error_undoes_the_whole_transaction() {
    let store = Store::in_memory().unwrap();
    let undone: Result<(), StoreError> = store.write(|tx| {
        facts::set(tx, "a", "1")?;
        Err(StoreError::Busy)
    });
    undone.unwrap_err();
    assert_eq!(store.read(|tx| facts::get(tx, "a")).unwrap(), None);
}

#[test]
fn a_panic_in_a_transaction_undoes_it_and_leaves_the_store_usable() {
    let store = Store::in_memory().unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write(|tx| {
            facts::set(tx, "a", "1")?;
            panic!("on purpose");
            #[allow(unreachable_code)]
            Ok(())
        })
    }));
    panicked.unwrap_err();
    assert_eq!(store.read(|tx| facts::get(tx, "a")).unwrap(), None);
    store.write(|tx| facts::set(tx, "a", "2")).unwrap();
}

/// The files as a power cut would leave them: taken while a transaction is half done and the log not yet taken over.
#[test]
fn a_crash_loses_what_was_not_committed_and_nothing_else() {
    let (folder, after) = (folder(), folder());
    let path = folder.path().join("ledgerline.db");
    let store = Store::open(&path).unwrap();
    store
        .write(|tx| (1..=500).try_for_each(|n| observe(tx, Flow::Customers, &row(n), now()).map(drop)))
        .unwrap();
    store
        .write(|tx| {
            (501..=5_000).try_for_each(|n| observe(tx, Flow::Customers, &row(n), now()).map(drop))?;
            // So much that SQLite has spilled uncommitted pages into the log.
            tx.connection.cache_flush()?;
            for entry in fs::read_dir(folder.path()).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), after.path().join(entry.file_name())).unwrap();
            }
            Ok(())
        })
        .unwrap();
    let survivor = Store::open(&after.path().join("ledgerline.db")).unwrap();
    survivor.check().unwrap();
    assert_eq!(survivor.read(|tx| count(tx, Flow::Customers)).unwrap(), 500);
    assert_eq!(store.read(|tx| count(tx, Flow::Customers)).unwrap(), 5_000);
}

#[test]
fn every_commit_waits_for_the_disk() {
    let folder = folder();
    let store = Store::open(&folder.path().join("ledgerline.db")).unwrap();
    let pragma = |tx: &Tx<'_>, name: &str| -> Result<i64, StoreError> {
        Ok(tx.connection.pragma_query_value(None, name, |row| row.get(0))?)
    };
    let full = 2;
    assert_eq!(store.write(|tx| pragma(tx, "synchronous")).unwrap(), full);
    assert_eq!(store.write_soon(|tx| pragma(tx, "synchronous")).unwrap(), full);
    let mode: String = store
        .read(|tx| Ok(tx.connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?))
        .unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn what_waits_is_seen_here_at_once_and_elsewhere_after_the_next_write() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    let (writer, reader) = (Store::open(&path).unwrap(), Store::open_read_only(&path).unwrap());
    let seen = |store: &Store| store.read(|tx| facts::get(tx, "a")).unwrap();
    writer.write_soon(|tx| facts::set(tx, "a", "1")).unwrap();
    assert_eq!((seen(&writer), seen(&reader)), (Some("1".to_owned()), None));
    writer.write(|tx| facts::set(tx, "b", "1")).unwrap();
    assert_eq!(seen(&reader).as_deref(), Some("1"));
    writer.write_soon(|tx| facts::set(tx, "a", "2")).unwrap();
    drop(writer);
    assert_eq!(seen(&reader).as_deref(), Some("2"));
}

#[test]
fn work_that_fails_undoes_itself_alone_or_with_all_that_waits() {
    let store = Store::in_memory().unwrap();
    let failing = |tx: &Tx<'_>| -> Result<(), StoreError> {
        facts::set(tx, "a", "failed")?;
        Err(StoreError::Busy)
    };
    let found = || store.read(|tx| facts::get(tx, "a")).unwrap();
    store.write_soon(|tx| facts::set(tx, "a", "1")).unwrap();
    store.write(failing).unwrap_err();
    assert_eq!(found().as_deref(), Some("1"));
    store.write_soon(|tx| facts::set(tx, "a", "2")).unwrap();
    store.write_soon(failing).unwrap_err();
    assert_eq!(found().as_deref(), Some("1"));
    store.write_soon(|tx| facts::set(tx, "a", "3")).unwrap();
    assert_eq!(found().as_deref(), Some("3"));
}

#[test]
fn a_reader_works_beside_the_writer_and_sees_only_what_is_committed() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    let writer = Store::open(&path).unwrap();
    let reader = Store::open_read_only(&path).unwrap();
    let seen = || reader.read(|tx| facts::get(tx, "a")).unwrap();
    writer
        .write(|tx| {
            facts::set(tx, "a", "1")?;
            assert_eq!(seen(), None);
            Ok(())
        })
        .unwrap();
    assert_eq!(seen().as_deref(), Some("1"));
    let error = reader.write(|tx| facts::set(tx, "a", "2")).unwrap_err();
    assert_eq!(error.code(), "database_not_writable");
    assert!(reader.is_read_only() && !writer.is_read_only());
    reader
        .read(|tx| {
            let before = facts::get(tx, "a")?;
            writer.write(|tx| facts::set(tx, "a", "3"))?;
            assert_eq!(facts::get(tx, "a")?, before, "one consistent state");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_reader_makes_no_database() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    let error = Store::open_read_only(&path).err().unwrap();
    assert_eq!(error.code(), "database_absent");
    assert!(error.to_string().contains("ledgerline.db"), "{error}");
    assert!(!path.exists());
}

#[test]
fn threads_share_a_store() {
    let store = Store::in_memory().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..50 {
                    store.write(|tx| observe(tx, Flow::Items, &row(thread * 50 + n), now())).unwrap();
                }
            });
        }
    });
    assert_eq!(store.read(|tx| count(tx, Flow::Items)).unwrap(), 200);
}

#[test]
fn a_thousand_rows_are_observed_in_one_transaction() {
    let store = Store::in_memory().unwrap();
    let rows: Vec<Incoming> = (0..1_000).map(row).collect();
    let see = || {
        let all = store.write(|tx| {
            rows.iter().map(|row| observe(tx, Flow::Customers, row, now())).collect::<Result<Vec<_>, _>>()
        });
        all.unwrap()
    };
    assert!(see().iter().all(|seen| *seen == Seen::New));
    assert!(see().iter().all(|seen| *seen == Seen::Same));
    assert_eq!(store.read(|tx| get(tx, Flow::Customers, id(999))).unwrap().unwrap().number, "C999");
}

#[test]
fn watermarks_and_sweep_clocks_are_kept_by_name() {
    let store = Store::in_memory().unwrap();
    assert_eq!(store.read(|tx| watermarks::get(tx, "listing.items")).unwrap(), None);
    store.write(|tx| watermarks::set(tx, "listing.items", now())).unwrap();
    assert_eq!(store.read(|tx| watermarks::get(tx, "listing.items")).unwrap(), Some(now()));
    assert_eq!(store.read(|tx| watermarks::get(tx, "listing.customers")).unwrap(), None);
    assert_eq!(store.read(|tx| sweep_clocks::last(tx, "listing.items")).unwrap(), None);
    store.write(|tx| sweep_clocks::set(tx, "inventory", now())).unwrap();
    assert_eq!(store.read(|tx| sweep_clocks::last(tx, "inventory")).unwrap(), Some(now()));
}

#[test]
fn facts_are_forgotten_on_request() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| facts::set(tx, "a", "1").and_then(|()| facts::set(tx, "a", "2"))).unwrap();
    assert_eq!(store.read(|tx| facts::get(tx, "a")).unwrap().as_deref(), Some("2"));
    store.write(|tx| facts::forget(tx, "a")).unwrap();
    assert_eq!(store.read(|tx| facts::get(tx, "a")).unwrap(), None);
}

#[test]
fn a_newer_database_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    drop(Store::open(&path).unwrap());
    let newer = u32::try_from(migrate::STEPS.len()).unwrap() + 1;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", newer).unwrap();
    let before = fs::read(&path).unwrap();
    for opened in [Store::open(&path), Store::open_read_only(&path)] {
        let error = opened.err().unwrap();
        assert_eq!(error.code(), "database_too_new");
        assert!(error.to_string().contains(&format!("version {newer}")), "{error}");
        assert!(error.cure().contains("newer Ledgerline"), "{}", error.cure());
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_reader_does_not_bring_an_older_database_up_to_date() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    fs::write(&path, "").unwrap();
    assert_eq!(Store::open_read_only(&path).err().unwrap().code(), "database_too_old");
}

#[test]
fn files_that_are_not_ours_are_refused_and_left_as_they_are() {
    let folder = folder();
    let text = folder.path().join("letter.db");
    fs::write(&text, "Dear customer, thank you for your order. ".repeat(200)).unwrap();
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE other (a); INSERT INTO other VALUES (1);")
        .unwrap();
    for (path, code) in [(&text, "not_a_database"), (&foreign, "database_foreign")] {
        let before = fs::read(path).unwrap();
        for opened in [Store::open(path), Store::open_read_only(path)] {
            let error = opened.err().unwrap();
            assert_eq!(error.code(), code);
            assert!(error.to_string().contains(".db: "), "{error}");
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
}

#[test]
fn a_folder_that_is_not_there_is_said_so() {
    let folder = folder();
    let error = Store::open(&folder.path().join("nowhere").join("ledgerline.db")).err().unwrap();
    assert_eq!(error.code(), "database_not_writable");
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn a_damaged_database_is_found() {
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    let store = Store::open(&path).unwrap();
    store
        .write(|tx| (0..2_000).try_for_each(|n| observe(tx, Flow::Items, &row(n), now()).map(drop)))
        .unwrap();
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8 * 4096].fill(0x5A);
    fs::write(&path, bytes).unwrap();
    let found = Store::open(&path).and_then(|store| store.check()).unwrap_err();
    assert_eq!(found.code(), "database_damaged");
    assert!(found.cure().contains("BC Id"), "{}", found.cure());
}

#[test]
fn a_row_that_refers_to_nothing_is_found() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| observe(tx, Flow::Items, &row(1), now())).unwrap();
    store.check().unwrap();
    store.write(|tx| Ok(tx.connection.execute("DELETE FROM source", [])?)).unwrap();
    assert_eq!(store.check().unwrap_err().code(), "database_damaged");
}

#[test]
fn a_full_disk_is_said_to_be_one_and_loses_nothing() {
    let store = Store::in_memory().unwrap();
    store.write(|tx| observe(tx, Flow::Items, &row(1), now())).unwrap();
    store
        .read(|tx| {
            let pages: i64 = tx.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            Ok(tx.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
        })
        .unwrap();
    let full =
        store.write(|tx| (2..5_000).try_for_each(|n| observe(tx, Flow::Items, &row(n), now()).map(drop)));
    let full = full.unwrap_err();
    assert_eq!(full.code(), "disk_full");
    assert!(full.cure().contains("Free some space"), "{}", full.cure());
    assert_eq!(store.read(|tx| count(tx, Flow::Items)).unwrap(), 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("ledgerline.db");
    let _store = Store::open(&path).unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", entry.path().display());
    }
}

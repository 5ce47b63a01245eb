//! Mailboxes in one SQLite file: the embedded default.

mod retention;
mod schema;
mod worker;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use relay_protocol::{Kind, MailboxId, Signal, SignalId, Source};
use rusqlite::{Connection, OptionalExtension as _, params};

use self::worker::Worker;
use super::{Figures, Hook, NewMailbox, Store, StoreError, Stored, Tidied, broken};
use crate::hub::Hub;
use crate::limits::{Page, Retention, TOUCH_EVERY};
use crate::notification::key_of;
use crate::secrets::Digest;

/// One file; one thread writes, and commits what has gathered in one transaction; another reads beside it.
#[derive(Debug)]
pub struct Sqlite {
    writer: Worker,
    reader: Worker,
    retention: Retention,
    hub: Arc<Hub>,
}

impl Sqlite {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened, or a later version of the relay made it.
    pub fn open(path: &Path, retention: Retention, hub: Arc<Hub>) -> Result<Self, StoreError> {
        let named = |error: rusqlite::Error| StoreError::Broken(format!("{}: {error}", path.display()));
        let writing = schema::open(path).map_err(named)?;
        let reading = schema::open(path).map_err(named)?;
        let thread = |error: std::io::Error| broken(error);
        Ok(Self {
            writer: Worker::writing(writing).map_err(thread)?,
            reader: Worker::reading(reading).map_err(thread)?,
            retention,
            hub,
        })
    }

    /// After a backup was put back: tells every mailbox that signals are lost, and gives no number twice.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn restored(&self, now: Timestamp) -> Result<(), StoreError> {
        self.writer.run(move |connection| retention::restored(connection, now)).await
    }

    /// Lets the file grow no further, as a full disk does.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn let_no_longer_grow(&self) -> Result<(), StoreError> {
        let stop = |connection: &Connection| {
            let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
        };
        self.writer.run(stop).await
    }
}

impl Store for Sqlite {
    fn create(&self, mailbox: NewMailbox) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writer.run(move |connection| {
            let at = mailbox.at.as_millisecond();
            let mut insert = connection.prepare_cached(
                "INSERT INTO mailboxes (name, token, created_at, read_at) VALUES (?, ?, ?, ?)",
            )?;
            let number = insert.insert(params![mailbox.id.as_str(), mailbox.token.bytes(), at, at])?;
            let mut insert =
                connection.prepare_cached("INSERT INTO hooks (key, mailbox, source) VALUES (?, ?, ?)")?;
            for (key, source) in
                [(mailbox.business_central, Source::BusinessCentral), (mailbox.zoho, Source::Zoho)]
            {
                insert.execute(params![key.bytes(), number, source_number(source)])?;
            }
            Ok(())
        }))
    }

    fn token<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<Option<Digest>, StoreError>> {
        let mailbox = mailbox.clone();
        Box::pin(self.reader.run(move |connection| {
            let mut select = connection.prepare_cached("SELECT token FROM mailboxes WHERE name = ?")?;
            let token: Option<Vec<u8>> = select.query_row([mailbox.as_str()], |row| row.get(0)).optional()?;
            Ok(token.and_then(|token| Digest::stored(&token)))
        }))
    }

    fn hook<'a>(&'a self, key: &'a Digest) -> BoxFuture<'a, Result<Option<Hook>, StoreError>> {
        let key = *key;
        Box::pin(self.reader.run(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT name, source FROM hooks JOIN mailboxes ON mailboxes.number = mailbox WHERE key = ?",
            )?;
            let found: Option<(String, i64)> =
                select.query_row([key.bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            Ok(found.and_then(|(name, source)| {
                Some(Hook { mailbox: name.parse().ok()?, source: source_of(source)? })
            }))
        }))
    }

    fn remove<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let name = mailbox.clone();
            self.writer.run(move |connection| schema::remove(connection, name.as_str())).await?;
            self.hub.supersede(mailbox);
            Ok(())
        })
    }

    fn push<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        at: Timestamp,
        kinds: Vec<Kind>,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut rows = Vec::with_capacity(kinds.len());
            for kind in kinds {
                rows.push((key_of(&kind), Stored::text(at, kind)?));
            }
            let (name, most) = (mailbox.clone(), self.retention.most);
            let stored = self.writer.run(move |connection| {
                let Some(number) = schema::number_of(connection, name.as_str())? else {
                    return Ok(false);
                };
                let mut insert = connection.prepare_cached(
                    "INSERT OR REPLACE INTO signals (mailbox, record, received_at, body) VALUES (?, ?, ?, ?)",
                )?;
                for (record, body) in rows {
                    insert.execute(params![number, record.bytes(), at.as_millisecond(), body])?;
                }
                retention::keep_to(connection, number, most, at)?;
                Ok(true)
            });
            let stored = stored.await?;
            if stored {
                self.hub.wake(mailbox);
            }
            Ok(stored)
        })
    }

    fn page<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        after: SignalId,
        page: Page,
    ) -> BoxFuture<'a, Result<Vec<Signal>, StoreError>> {
        let mailbox = mailbox.clone();
        Box::pin(self.reader.run(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT id, body FROM signals WHERE mailbox = (SELECT number FROM mailboxes WHERE name = ?)
                 AND id > ? ORDER BY id LIMIT ?",
            )?;
            let most = i64::try_from(page.signals).unwrap_or(i64::MAX);
            let mut rows = select.query(params![mailbox.as_str(), signed(after), most])?;
            let (mut signals, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let body = row.get_ref(1)?.as_bytes().unwrap_or_default();
                signals.push(Stored::read(unsigned(row.get(0)?), body));
                bytes += body.len();
                if bytes >= page.bytes {
                    break;
                }
            }
            Ok(signals)
        }))
    }

    fn newest(&self) -> BoxFuture<'_, Result<SignalId, StoreError>> {
        Box::pin(self.reader.run(|connection| schema::newest(connection).map(unsigned)))
    }

    fn acknowledge<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        up_to: SignalId,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let mailbox = mailbox.clone();
        Box::pin(self.writer.run(move |connection| {
            let mut delete = connection.prepare_cached(
                "DELETE FROM signals WHERE mailbox = (SELECT number FROM mailboxes WHERE name = ?) AND id <= ?",
            )?;
            delete.execute(params![mailbox.as_str(), signed(up_to)])?;
            Ok(())
        }))
    }

    fn read_by<'a>(&'a self, mailbox: &'a MailboxId, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        let mailbox = mailbox.clone();
        Box::pin(async move {
            let (name, before) = (mailbox.clone(), earlier(at, TOUCH_EVERY).as_millisecond());
            let due = self.reader.run(move |connection| {
                connection
                    .prepare_cached("SELECT 1 FROM mailboxes WHERE name = ? AND read_at <= ?")?
                    .exists(params![name.as_str(), before])
            });
            if !due.await? {
                return Ok(());
            }
            let note = self.writer.run(move |connection| {
                let mut update =
                    connection.prepare_cached("UPDATE mailboxes SET read_at = ? WHERE name = ?")?;
                update.execute(params![at.as_millisecond(), mailbox.as_str()])?;
                Ok(())
            });
            note.await
        })
    }

    fn tidy(&self, now: Timestamp) -> BoxFuture<'_, Result<Tidied, StoreError>> {
        Box::pin(async move {
            let oldest = earlier(now, self.retention.longest);
            let unread = earlier(now, self.retention.idle);
            let gone =
                self.writer.run(move |connection| retention::remove_unread(connection, unread)).await?;
            for mailbox in gone.iter().filter_map(|name| name.parse().ok()) {
                self.hub.supersede(&mailbox);
            }
            let collapsed =
                self.writer.run(move |connection| retention::collapse_old(connection, oldest, now)).await?;
            for mailbox in collapsed.iter().filter_map(|name| name.parse().ok()) {
                self.hub.wake(&mailbox);
            }
            let count = |names: &[String]| u64::try_from(names.len()).unwrap_or(u64::MAX);
            Ok(Tidied { collapsed: count(&collapsed), removed: count(&gone) })
        })
    }

    fn figures(&self) -> BoxFuture<'_, Result<Figures, StoreError>> {
        Box::pin(self.reader.run(|connection| {
            let count = |sql: &str| -> rusqlite::Result<u64> {
                let count: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
                Ok(u64::try_from(count).unwrap_or_default())
            };
            Ok(Figures {
                mailboxes: count("SELECT count(*) FROM mailboxes")?,
                signals: count("SELECT count(*) FROM signals")?,
            })
        }))
    }
}

fn earlier(now: Timestamp, by: jiff::SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn signed(id: SignalId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

fn unsigned(id: i64) -> SignalId {
    SignalId(u64::try_from(id).unwrap_or_default())
}

fn source_number(source: Source) -> i64 {
    match source {
        Source::BusinessCentral => 1,
        Source::Zoho => 2,
    }
}

fn source_of(number: i64) -> Option<Source> {
    match number {
        1 => Some(Source::BusinessCentral),
        2 => Some(Source::Zoho),
        _ => None,
    }
}

//! Who reads which mailbox at this process, and how a reader learns that there is something to read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use relay_protocol::MailboxId;
use tokio::sync::watch;

/// The readers of this process: at most one a mailbox, and the newest wins.
#[derive(Debug, Default)]
pub struct Hub {
    readers: Mutex<HashMap<MailboxId, Reader>>,
    seats: AtomicU64,
    closing: watch::Sender<bool>,
}

#[derive(Debug)]
struct Reader {
    seat: u64,
    sender: watch::Sender<Notice>,
}

/// What a reader is told; only the latest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Rises with each new signal.
    pub signals: u64,
    /// Another reader has come, or the mailbox is gone.
    pub superseded: bool,
}

/// A reader's place; given up when it is dropped.
#[derive(Debug)]
pub struct Seat {
    hub: Arc<Hub>,
    mailbox: MailboxId,
    number: u64,
    /// What the reader is told.
    pub notices: watch::Receiver<Notice>,
    /// Becomes true when the relay stops.
    pub closing: watch::Receiver<bool>,
}

impl Hub {
    fn readers(&self) -> MutexGuard<'_, HashMap<MailboxId, Reader>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the mailbox's place; whoever had it is told.
    #[must_use]
    pub fn take_seat(self: &Arc<Self>, mailbox: &MailboxId) -> Seat {
        let number = self.seats.fetch_add(1, Ordering::Relaxed);
        let (sender, notices) = watch::channel(Notice::default());
        let before = self.readers().insert(mailbox.clone(), Reader { seat: number, sender });
        if let Some(before) = before {
            before.sender.send_modify(|notice| notice.superseded = true);
        }
        let closing = self.closing.subscribe();
        Seat { hub: self.clone(), mailbox: mailbox.clone(), number, notices, closing }
    }

    /// There is a new signal in the mailbox.
    pub fn wake(&self, mailbox: &MailboxId) {
        if let Some(reader) = self.readers().get(mailbox) {
            reader.sender.send_modify(|notice| notice.signals += 1);
        }
    }

    /// There may be new signals in every mailbox.
    pub fn wake_all(&self) {
        for reader in self.readers().values() {
            reader.sender.send_modify(|notice| notice.signals += 1);
        }
    }

    /// Ends the mailbox's reader.
    pub fn supersede(&self, mailbox: &MailboxId) {
        if let Some(reader) = self.readers().get(mailbox) {
            reader.sender.send_modify(|notice| notice.superseded = true);
        }
    }

    /// Ends all readers, those to come too.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// How many readers there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.readers().len()
    }
}

impl Seat {
    /// Whose place it is.
    #[must_use]
    pub fn mailbox(&self) -> &MailboxId {
        &self.mailbox
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut readers = self.hub.readers();
        if readers.get(&self.mailbox).is_some_and(|reader| reader.seat == self.number) {
            readers.remove(&self.mailbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_reader_of_a_mailbox_wins_and_an_older_one_leaving_changes_nothing() {
        let hub = Arc::new(Hub::default());
        let (mailbox, other) = (MailboxId::from_bytes([1; 16]), MailboxId::from_bytes([2; 16]));
        let first = hub.take_seat(&mailbox);
        let second = hub.take_seat(&mailbox);
        let third = hub.take_seat(&other);
        assert!(first.notices.borrow().superseded);
        assert!(!second.notices.borrow().superseded);
        drop(first);
        hub.wake(&mailbox);
        assert_eq!(second.notices.borrow().signals, 1);
        assert_eq!(third.notices.borrow().signals, 0);
        hub.supersede(&mailbox);
        assert!(second.notices.borrow().superseded);
        assert_eq!(hub.count(), 2);
        drop((second, third));
        assert_eq!(hub.count(), 0);
    }
}

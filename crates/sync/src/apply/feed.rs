//! Between whoever stores the rows of a first load and the plan that keeps behind.

use tokio::sync::watch;

/// Tells the plan of rows that are being stored.
pub(crate) struct Feed(watch::Receiver<bool>);

/// Whoever stores rows for a [`Feed`].
pub(crate) struct Feeder(watch::Sender<bool>);

/// Both ends of a feed.
pub(crate) fn pair() -> (Feeder, Feed) {
    let (sender, receiver) = watch::channel(false);
    (Feeder(sender), Feed(receiver))
}

impl Feeder {
    /// More rows are stored.
    pub(crate) fn stored(&self) {
        self.0.send_modify(|_| {});
    }

    /// All rows are stored.
    pub(crate) fn end(self) {
        self.0.send_replace(true);
    }
}

impl Feed {
    /// Whether no more rows will come; also where the feeder was dropped.
    pub(super) fn ended(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits for more rows, or for the end.
    pub(super) async fn more(&mut self) {
        // An error says that the feeder is gone, which is an end too.
        let _ = self.0.changed().await;
    }

    /// Waits until no more rows will come.
    pub(super) async fn end(&mut self) {
        while !self.ended() {
            self.more().await;
        }
    }
}

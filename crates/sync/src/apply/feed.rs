//! Between whoever stores the rows of a first load and the plan that keeps behind.

use tokio::sync::watch;

/// So many rows may be stored that are not planned yet. Reading is faster than writing; what it does ahead of need, writing waits for.
const MOST_AHEAD: u64 = 2000;

/// What the feeder did so far.
#[derive(Clone, Copy, Default)]
struct Stored {
    rows: u64,
    ended: bool,
}

/// Tells the plan of rows that are being stored.
pub(crate) struct Feed {
    stored: watch::Receiver<Stored>,
    /// Up to how many of the stored rows the plan has come.
    planned: watch::Sender<u64>,
}

/// Whoever stores rows for a [`Feed`].
pub(crate) struct Feeder {
    stored: watch::Sender<Stored>,
    planned: watch::Receiver<u64>,
}

/// Both ends of a feed.
pub(crate) fn pair() -> (Feeder, Feed) {
    let (store, stored) = watch::channel(Stored::default());
    let (plan, planned) = watch::channel(0);
    (Feeder { stored: store, planned }, Feed { stored, planned: plan })
}

impl Feeder {
    /// So many more rows are stored.
    pub(crate) fn stored(&self, rows: u64) {
        self.stored.send_modify(|stored| stored.rows += rows);
    }

    /// Waits until the plan has come close enough for more rows to be worth storing.
    pub(crate) async fn wanted(&self) {
        let rows = self.stored.borrow().rows;
        // An error says that the plan is gone, and no longer in the way.
        let _ = self.planned.clone().wait_for(|planned| rows <= planned.saturating_add(MOST_AHEAD)).await;
    }

    /// All rows are stored.
    pub(crate) fn end(self) {
        self.stored.send_modify(|stored| stored.ended = true);
    }
}

impl Feed {
    /// Whether no more rows will come; also where the feeder was dropped.
    pub(super) fn ended(&self) -> bool {
        self.stored.borrow().ended || self.stored.has_changed().is_err()
    }

    /// So many more rows are planned.
    pub(super) fn planned(&self, rows: u64) {
        self.planned.send_modify(|planned| *planned = planned.saturating_add(rows));
    }

    /// From now on, rows are stored as fast as they come.
    pub(super) fn let_run(&self) {
        self.planned.send_replace(u64::MAX);
    }

    /// Waits for more rows, or for the end. What was stored until now counts as planned: some of it needed nothing.
    pub(super) async fn more(&mut self) {
        let rows = self.stored.borrow().rows;
        self.planned.send_modify(|planned| *planned = rows.max(*planned));
        // An error says that the feeder is gone, which is an end too.
        let _ = self.stored.changed().await;
    }

    /// Waits until no more rows will come.
    pub(super) async fn end(&mut self) {
        self.let_run();
        while !self.ended() {
            self.more().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::{MOST_AHEAD, pair};

    #[tokio::test]
    async fn reading_waits_for_the_plan_and_goes_on_behind_it() {
        let (feeder, feed) = pair();
        feeder.stored(MOST_AHEAD);
        feeder.wanted().await;
        feeder.stored(1);
        assert!(feeder.wanted().now_or_never().is_none());
        feed.planned(1);
        feeder.wanted().await;
    }

    #[tokio::test]
    async fn rows_that_need_nothing_do_not_hold_it_up() {
        let (feeder, mut feed) = pair();
        feeder.stored(3 * MOST_AHEAD);
        // The first call is told of what was stored before it, the second waits, for everything stored is behind it.
        feed.more().await;
        assert!(feed.more().now_or_never().is_none());
        feeder.wanted().await;
    }

    #[tokio::test]
    async fn a_plan_that_ended_or_waits_for_all_rows_does_not_hold_it_up() {
        let (feeder, feed) = pair();
        feeder.stored(3 * MOST_AHEAD);
        feed.let_run();
        feeder.wanted().await;
        let (feeder, feed) = pair();
        feeder.stored(3 * MOST_AHEAD);
        drop(feed);
        feeder.wanted().await;
        feeder.end();
    }
}

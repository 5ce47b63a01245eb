//! How far the work is, told a few times a second.

use std::sync::Arc;
use std::time::Duration;

use sync::progress::{Event, Progress};

use super::shared::Inner;

/// A person does not read faster.
const EVERY: Duration = Duration::from_millis(250);

/// Passes on what a run tells.
pub(super) struct Telling(pub(super) Arc<Inner>);

impl Progress for Telling {
    fn event(&self, event: Event) {
        let now = self.0.outside.clock.monotonic();
        let mut shared = self.0.shared();
        let Some(work) = &mut shared.work else { return };
        work.now.note(&event);
        if now.saturating_sub(work.told) < EVERY {
            return;
        }
        work.told = now;
        drop(shared);
        self.0.tell_state();
    }
}

//! How many requests may be under way, fitted to what the service bears.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many useful answers in a row let one request more be under way.
const SUCCESSES_PER_STEP: u32 = 10;

/// Halves with every round of overload, recovers one by one. Whoever waits is served in the order of arrival.
pub(crate) struct Limiter {
    semaphore: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    ceiling: usize,
    allowed: usize,
    /// How many slots that are out still have to be withdrawn on their return.
    debt: usize,
    /// Counts the halvings: overload that was met before the last one is no news.
    round: u64,
    successes: u32,
}

/// Leave to have one request under way; returned on drop.
pub(crate) struct Slot {
    limiter: Arc<Limiter>,
    permit: Option<OwnedSemaphorePermit>,
    round: u64,
}

impl Limiter {
    pub(crate) fn new(ceiling: usize) -> Self {
        let ceiling = clamped(ceiling);
        Self {
            semaphore: Arc::new(Semaphore::new(ceiling)),
            state: Mutex::new(State { ceiling, allowed: ceiling, debt: 0, round: 0, successes: 0 }),
        }
    }

    /// Waits for a slot.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Slot {
        // The semaphore is never closed; were it, requests would go out without bound, and still be right.
        let permit = Arc::clone(&self.semaphore).acquire_owned().await.ok();
        Slot { limiter: Arc::clone(self), permit, round: self.state().round }
    }

    /// Changes the most that may ever be under way.
    pub(crate) fn set_ceiling(&self, ceiling: usize) {
        let mut state = self.state();
        let unhindered = state.allowed == state.ceiling;
        state.ceiling = clamped(ceiling);
        let allowed = if unhindered { state.ceiling } else { state.allowed.min(state.ceiling) };
        self.allow(&mut state, allowed);
    }

    /// The most that may ever be under way.
    pub(crate) fn ceiling(&self) -> usize {
        self.state().ceiling
    }

    /// How many may be under way now.
    #[cfg(test)]
    pub(crate) fn allowed(&self) -> usize {
        self.state().allowed
    }

    fn allow(&self, state: &mut State, allowed: usize) {
        if allowed > state.allowed {
            let more = allowed - state.allowed;
            let forgiven = more.min(state.debt);
            state.debt -= forgiven;
            self.semaphore.add_permits(more - forgiven);
        } else {
            let fewer = state.allowed - allowed;
            state.debt += fewer - self.semaphore.forget_permits(fewer);
        }
        state.allowed = allowed;
        state.successes = 0;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Takes note that the service bore this request.
    pub(crate) fn borne(&self) {
        let mut state = self.limiter.state();
        state.successes = state.successes.saturating_add(1);
        if state.successes >= SUCCESSES_PER_STEP && state.allowed < state.ceiling {
            let allowed = state.allowed + 1;
            self.limiter.allow(&mut state, allowed);
        }
    }

    /// Takes note that the service had too much to do. Of requests that were under way together only the first one counts.
    pub(crate) fn overloaded(&self) {
        let mut state = self.limiter.state();
        state.successes = 0;
        if self.round == state.round {
            state.round += 1;
            let allowed = (state.allowed / 2).max(1);
            self.limiter.allow(&mut state, allowed);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        // Given back before the state is unlocked, so that no halving misses it.
        let permit = self.permit.take();
        if state.debt > 0
            && let Some(permit) = permit
        {
            state.debt -= 1;
            permit.forget();
        }
    }
}

fn clamped(ceiling: usize) -> usize {
    ceiling.clamp(1, Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn free(limiter: &Arc<Limiter>) -> usize {
        let mut slots = Vec::new();
        while let Ok(slot) = tokio::time::timeout(Duration::from_millis(1), limiter.acquire()).await {
            slots.push(slot);
        }
        slots.len()
    }

    async fn take(limiter: &Arc<Limiter>, count: usize) -> Vec<Slot> {
        let mut slots = Vec::new();
        for _ in 0..count {
            slots.push(limiter.acquire().await);
        }
        slots
    }

    #[tokio::test(start_paused = true)]
    async fn overload_met_together_halves_once() {
        let limiter = Arc::new(Limiter::new(16));
        for expected in [8, 4, 2, 1, 1] {
            let slots = take(&limiter, limiter.allowed()).await;
            slots.iter().for_each(Slot::overloaded);
            assert_eq!(limiter.allowed(), expected);
            drop(slots);
            assert_eq!(free(&limiter).await, expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn slots_that_are_out_are_withdrawn_on_their_return() {
        let limiter = Arc::new(Limiter::new(4));
        let mut slots = take(&limiter, 4).await;
        slots[0].overloaded();
        slots.truncate(2);
        assert_eq!(free(&limiter).await, 0);
        slots.truncate(1);
        assert_eq!(free(&limiter).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn recovers_one_by_one_up_to_the_ceiling() {
        let limiter = Arc::new(Limiter::new(4));
        limiter.acquire().await.overloaded();
        for expected in [3, 4, 4] {
            for _ in 0..SUCCESSES_PER_STEP {
                limiter.acquire().await.borne();
            }
            assert_eq!(limiter.allowed(), expected);
            assert_eq!(free(&limiter).await, expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn overload_interrupts_a_run_of_successes() {
        let limiter = Arc::new(Limiter::new(4));
        limiter.acquire().await.overloaded();
        let late = limiter.acquire().await;
        for _ in 1..SUCCESSES_PER_STEP {
            late.borne();
        }
        limiter.acquire().await.overloaded();
        late.borne();
        assert_eq!(limiter.allowed(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_ceiling_counts_at_once_unless_the_service_is_overloaded() {
        let limiter = Arc::new(Limiter::new(4));
        limiter.set_ceiling(10);
        assert_eq!(free(&limiter).await, 10);
        limiter.set_ceiling(6);
        assert_eq!(free(&limiter).await, 6);
        limiter.acquire().await.overloaded();
        limiter.set_ceiling(20);
        assert_eq!(free(&limiter).await, 3);
        limiter.set_ceiling(2);
        assert_eq!(free(&limiter).await, 2);
        limiter.set_ceiling(0);
        assert_eq!(free(&limiter).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_up_waiting_leaves_the_slot_to_the_next() {
        let limiter = Arc::new(Limiter::new(1));
        let slot = limiter.acquire().await;
        assert!(tokio::time::timeout(Duration::from_millis(1), limiter.acquire()).await.is_err());
        drop(slot);
        assert_eq!(free(&limiter).await, 1);
    }
}

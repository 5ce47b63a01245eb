//! Work on the database beside the rest of the program.

use std::sync::Arc;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::spawn_blocking;

use super::{Store, StoreError};

impl Store {
    /// Does `work` on a thread of its own, so that rows are mapped and requests go out while SQLite computes or waits for the disk. In a
    /// program of one thread it is done at once.
    ///
    /// Whoever is dropped while waiting has no say any more: the work comes to its end.
    ///
    /// # Errors
    /// What `work` says, or [`StoreError::Busy`] when the program is ending.
    pub async fn beside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
            return work(self);
        }
        // Those who wait take no thread meanwhile, and come in their order. The semaphore is never closed.
        let _turn = self.turn.acquire().await.ok();
        let store = Arc::clone(self);
        match spawn_blocking(move || work(&store)).await {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(StoreError::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use crate::store::{Store, StoreError};

    async fn thread_of_work(store: &Arc<Store>) -> thread::ThreadId {
        store.beside(|_| Ok(thread::current().id())).await.unwrap()
    }

    #[tokio::test]
    async fn a_program_of_one_thread_does_it_at_once() {
        let store = Arc::new(Store::in_memory().unwrap());
        assert_eq!(thread_of_work(&store).await, thread::current().id());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn otherwise_it_has_a_thread_of_its_own_and_its_error_comes_back() {
        let store = Arc::new(Store::in_memory().unwrap());
        assert_ne!(thread_of_work(&store).await, thread::current().id());
        let failed: Result<(), StoreError> = store.beside(|_| Err(StoreError::DiskFull)).await;
        assert!(matches!(failed, Err(StoreError::DiskFull)));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[should_panic(expected = "no such row")]
    async fn its_panic_is_the_caller_s() {
        let store = Arc::new(Store::in_memory().unwrap());
        let _: Result<(), StoreError> = store.beside(|_| panic!("no such row")).await;
    }
}

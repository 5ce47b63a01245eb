//! Work on the database beside the rest of the program.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;

use super::{Store, StoreError};

/// The thread that works on the database, as soon as there is something for it. It ends with the store.
#[derive(Default)]
pub(super) struct Worker(OnceLock<mpsc::Sender<Box<dyn FnOnce() + Send>>>);

impl Worker {
    /// Hands in work, which is done in the order in which it comes; `false` where there is no such thread.
    fn takes(&self, work: Box<dyn FnOnce() + Send>) -> bool {
        let queue = self.0.get_or_init(|| {
            let (queue, waiting) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
            // Where it cannot be started, nobody receives, and that is seen below.
            let _ = thread::Builder::new()
                .name("database".to_owned())
                .spawn(move || waiting.into_iter().for_each(|work| work()));
            queue
        });
        queue.send(work).is_ok()
    }
}

impl Store {
    /// Does `work` on a thread of its own, so that rows are mapped and requests go out while SQLite computes or waits for the disk. In a
    /// program of one thread it is done at once.
    ///
    /// Whoever is dropped while waiting has no say any more: the work comes to its end.
    ///
    /// # Errors
    /// What `work` says, or [`StoreError::Busy`] when there is no thread for it.
    pub async fn beside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
            return work(self);
        }
        let (done, result) = oneshot::channel();
        let store = Arc::clone(self);
        let taken = self.worker.takes(Box::new(move || {
            // Nobody may wait for it any more.
            let _ = done.send(catch_unwind(AssertUnwindSafe(|| work(&store))));
        }));
        match result.await {
            Ok(Ok(result)) if taken => result,
            Ok(Err(panic)) => resume_unwind(panic),
            Ok(Ok(_)) | Err(_) => Err(StoreError::Busy),
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

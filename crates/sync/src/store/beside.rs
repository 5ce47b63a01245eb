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
    /// Hands in work, which is done in the order in which it comes; dropped where there is no such thread.
    fn take(&self, work: Box<dyn FnOnce() + Send>) {
        let queue = self.0.get_or_init(|| {
            let (queue, waiting) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
            // Where it cannot be started, nobody receives, and whoever waits for the work is told so.
            let _ = thread::Builder::new()
                .name("database".to_owned())
                .spawn(move || waiting.into_iter().for_each(|work| work()));
            queue
        });
        let _ = queue.send(work);
    }
}

impl Store {
    /// Does `work` on a thread of its own, so that rows are mapped and requests go out while SQLite computes or waits for the disk. In a
    /// program of one thread it is done at once.
    ///
    /// Whoever is dropped while waiting has no say any more: the work comes to its end.
    ///
    /// # Errors
    /// What `work` says, or that there is no thread for it.
    pub async fn beside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
            return work(self);
        }
        let (done, result) = oneshot::channel();
        let store = Arc::clone(self);
        self.worker.take(Box::new(move || {
            let result = catch_unwind(AssertUnwindSafe(|| work(&store)));
            // Not the last one to let go of the store, which then would be closed while the program ends.
            drop(store);
            // Nobody may wait for it any more.
            let _ = done.send(result);
        }));
        match result.await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Err(StoreError::NotWritable("its thread could not be started".to_owned())),
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

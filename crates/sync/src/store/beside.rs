//! Work on the database beside the rest of the program.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, OnceLock};
use std::thread;

use crossbeam_channel::{Sender, select_biased, unbounded};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;

use super::{Store, StoreError};

type Work = Box<dyn FnOnce() + Send>;

/// The thread that works on the database, as soon as there is something for it. It ends with the store.
#[derive(Default)]
pub(super) struct Worker(OnceLock<Queues>);

/// What waits for the thread: each in the order in which it came, and what goes first before everything else.
struct Queues {
    first: Sender<Work>,
    then: Sender<Work>,
}

/// Whose turn it is.
#[derive(Clone, Copy)]
enum Turn {
    First,
    InOrder,
}

impl Worker {
    /// Hands in work; dropped where there is no such thread.
    fn take(&self, work: Work, turn: Turn) {
        let queues = self.0.get_or_init(|| {
            let (first, urgent) = unbounded::<Work>();
            let (then, waiting) = unbounded::<Work>();
            // Where it cannot be started, nobody receives, and whoever waits for the work is told so.
            let _ = thread::Builder::new().name("database".to_owned()).spawn(move || {
                while let Ok(work) =
                    select_biased! { recv(urgent) -> work => work, recv(waiting) -> work => work }
                {
                    work();
                }
            });
            Queues { first, then }
        });
        let queue = match turn {
            Turn::First => &queues.first,
            Turn::InOrder => &queues.then,
        };
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
        self.at_turn(Turn::InOrder, work).await
    }

    /// As [`beside`](Self::beside), before everything that waits there: for a short look on which others wait.
    ///
    /// # Errors
    /// What `work` says, or that there is no thread for it.
    pub async fn beside_first<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.at_turn(Turn::First, work).await
    }

    async fn at_turn<T: Send + 'static>(
        self: &Arc<Self>,
        turn: Turn,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
            return work(self);
        }
        let (done, result) = oneshot::channel();
        let store = Arc::clone(self);
        let work = move || {
            let result = catch_unwind(AssertUnwindSafe(|| work(&store)));
            // Not the last one to let go of the store, which then would be closed while the program ends.
            drop(store);
            // Nobody may wait for it any more.
            let _ = done.send(result);
        };
        self.worker.take(Box::new(work), turn);
        match result.await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Err(StoreError::NotWritable("its thread could not be started".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
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
    async fn what_goes_first_does_not_wait_for_the_others() {
        let store = Arc::new(Store::in_memory().unwrap());
        let (begin, begun) = mpsc::channel::<()>();
        let (order, done) = mpsc::channel();
        let note = |name: &'static str| {
            let order = order.clone();
            move |_: &Store| {
                order.send(name).unwrap();
                Ok(())
            }
        };
        let busy = store.beside(move |_| {
            begun.recv().unwrap();
            Ok(())
        });
        let (second, third) = (store.beside(note("second")), store.beside(note("third")));
        let first = store.beside_first(note("first"));
        let start = async { begin.send(()).unwrap() };
        let (busy, second, third, first, ()) = tokio::join!(busy, second, third, first, start);
        busy.and(second).and(third).and(first).unwrap();
        assert_eq!(done.try_iter().collect::<Vec<_>>(), ["first", "second", "third"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    #[should_panic(expected = "no such row")]
    async fn its_panic_is_the_caller_s() {
        let store = Arc::new(Store::in_memory().unwrap());
        let _: Result<(), StoreError> = store.beside(|_| panic!("no such row")).await;
    }
}

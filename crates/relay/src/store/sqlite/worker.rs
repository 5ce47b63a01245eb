//! The threads on which SQLite works: what it is asked must not hold up anything else.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::super::{StoreError, broken};

/// A commit waits for the disk. When much is written they begin at least this far apart, so that many writes share one; a write that
/// comes alone does not wait.
const APART: Duration = Duration::from_millis(10);

/// The most that one transaction does.
const MOST_OF_ONE: usize = 1000;

/// Tells the one who asked how the transaction ended.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Does the work, then gives its answer and how it went; answers at once where the work cannot be begun.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Option<(Answer, rusqlite::Result<()>)> + Send>;

/// A thread with a connection.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Runs jobs in transactions, many in one; each job is answered when its transaction is on the disk.
    pub(super) fn writing(connection: Connection) -> std::io::Result<Self> {
        Self::start("relay-writer", connection, write_all)
    }

    /// Runs jobs one by one.
    pub(super) fn reading(connection: Connection) -> std::io::Result<Self> {
        Self::start("relay-reader", connection, |connection, jobs| {
            for job in jobs {
                if let Some((answer, result)) = job(Ok(connection)) {
                    answer(result.map_err(|error| said(&error)));
                }
            }
        })
    }

    fn start(
        name: &str,
        mut connection: Connection,
        work: impl FnOnce(&mut Connection, &mpsc::Receiver<Job>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, receiver) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&mut connection, &receiver))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has it done on the thread.
    pub(super) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (sender, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Whoever asked may have gone away: nobody is told then.
            let connection = match connection {
                Ok(connection) => connection,
                Err(error) => {
                    let _ = sender.send(Err(error));
                    return None;
                }
            };
            let (value, result) = match work(connection) {
                Ok(value) => (Some(value), Ok(())),
                Err(error) => (None, Err(error)),
            };
            let tell: Answer = Box::new(move |ended| {
                let told = ended.and_then(|()| value.ok_or_else(|| broken("nothing was found out")));
                let _ = sender.send(told);
            });
            Some((tell, result))
        });
        let jobs = self.jobs.as_ref().ok_or_else(|| broken("it is closed"))?;
        jobs.send(job).map_err(|_| broken("its thread has ended"))?;
        answer.await.map_err(|_| broken("its thread has ended"))?
    }
}

impl Drop for Worker {
    /// What was asked before is done.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn write_all(connection: &mut Connection, jobs: &mpsc::Receiver<Job>) {
    let mut last: Option<Instant> = None;
    while let Ok(first) = jobs.recv() {
        if let Some(wait) = last.and_then(|last| APART.checked_sub(last.elapsed())) {
            std::thread::sleep(wait);
        }
        last = Some(Instant::now());
        let gathered = std::iter::once(first).chain(jobs.try_iter()).take(MOST_OF_ONE);
        transaction(connection, gathered);
    }
}

/// All or nothing: where one job fails the disk is full or broken, and the others could not be stored either.
fn transaction(connection: &mut Connection, mut jobs: impl Iterator<Item = Job>) {
    let mut answers = Vec::new();
    let result = begin_and_commit(connection, &mut jobs, &mut answers).map_err(|error| said(&error));
    // Those that waited come first: what is asked upon an answer is another matter.
    if let Err(error) = &result {
        for job in jobs {
            job(Err(error.clone()));
        }
    }
    for answer in answers {
        answer(result.clone());
    }
}

fn begin_and_commit(
    connection: &mut Connection,
    jobs: &mut impl Iterator<Item = Job>,
    answers: &mut Vec<Answer>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        if let Some((answer, result)) = job(Ok(&transaction)) {
            answers.push(answer);
            result?;
        }
    }
    transaction.commit()
}

fn said(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full(error.to_string()),
        _ => broken(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::future::join_all;

    use super::*;

    struct Two {
        writer: Worker,
        /// Sees what is committed and nothing else.
        other: Arc<Mutex<Connection>>,
        _folder: tempfile::TempDir,
    }

    fn two() -> Two {
        let folder = tempfile::tempdir().unwrap();
        let open = || super::super::schema::open(&folder.path().join("relay.db")).unwrap();
        let connection = open();
        connection.execute_batch("CREATE TABLE rows (number INTEGER PRIMARY KEY)").unwrap();
        let other = Arc::new(Mutex::new(open()));
        Two { writer: Worker::writing(connection).unwrap(), other, _folder: folder }
    }

    fn committed(other: &Mutex<Connection>) -> i64 {
        let count = "SELECT count(*) FROM rows";
        other.lock().unwrap().query_row(count, [], |row| row.get(0)).unwrap()
    }

    #[tokio::test]
    async fn writes_that_wait_share_a_commit_and_none_is_answered_before_it() {
        let two = two();
        let (proceed, wait) = mpsc::channel::<()>();
        // Holds up the thread until all the others wait.
        let first = two.writer.run(move |_| {
            wait.recv().unwrap();
            Ok(0)
        });
        let writes = (0..100).map(|number| {
            let (other, after) = (two.other.clone(), two.other.clone());
            let write = two.writer.run(move |connection| {
                connection.execute("INSERT INTO rows VALUES (?)", [number])?;
                Ok(committed(&other))
            });
            async move {
                let committed_before = write.await.unwrap();
                (committed_before, committed(&after))
            }
        });
        let go = async {
            proceed.send(()).unwrap();
        };
        let (_, seen, ()) = tokio::join!(first, join_all(writes), go);
        assert_eq!(seen, vec![(0, 100); 100]);
    }

    #[tokio::test]
    async fn where_one_write_fails_all_that_share_its_commit_are_told_so_and_later_ones_are_stored() {
        let two = two();
        let (proceed, wait) = mpsc::channel::<()>();
        let first = two.writer.run(move |_| {
            wait.recv().unwrap();
            Ok(())
        });
        let write = |sql: &'static str| two.writer.run(move |connection| connection.execute(sql, []));
        let (good, bad, later) = (
            write("INSERT INTO rows VALUES (1)"),
            write("INSERT INTO nowhere VALUES (1)"),
            write("INSERT INTO rows VALUES (2)"),
        );
        let go = async {
            proceed.send(()).unwrap();
        };
        let (_, good, bad, later, ()) = tokio::join!(first, good, bad, later, go);
        for result in [good, bad, later] {
            assert!(result.unwrap_err().to_string().contains("nowhere"));
        }
        assert_eq!(committed(&two.other), 0);
        write("INSERT INTO rows VALUES (3)").await.unwrap();
        assert_eq!(committed(&two.other), 1);
    }
}

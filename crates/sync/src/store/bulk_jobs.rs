//! Bulk write jobs that are under way, and their rows.
//!
//! A job is announced with all its rows before anything goes out, and each step is stored before the next is taken, so that after a crash it is
//! known how far it came. Rows are kept until it is known what became of them.

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use zoho_crm::bulk::BulkColumn;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// How far a job came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Its file may be uploaded; nothing was started.
    Uploading,
    /// Its file is uploaded; nothing was started.
    Uploaded,
    /// Its start may have been carried out.
    Starting,
    /// Zoho knows it by its id.
    Started,
}

impl JobState {
    const ALL: [Self; 4] = [Self::Uploading, Self::Uploaded, Self::Starting, Self::Started];

    fn name(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Uploaded => "uploaded",
            Self::Starting => "starting",
            Self::Started => "started",
        }
    }
}

/// One job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Our number for it.
    pub number: i64,
    /// The flow.
    pub flow: Flow,
    /// How far it came.
    pub state: JobState,
    /// The columns of its file; the first two hold our keys.
    pub columns: Vec<BulkColumn>,
    /// Zoho's id of the file.
    pub file_id: Option<String>,
    /// Zoho's id of the job.
    pub job_id: Option<String>,
    /// Whether it was started again because no answer came to the first start.
    pub doubtful: bool,
    /// When it was announced.
    pub begun_at: Timestamp,
}

/// Announces a job with its rows: each record and a hash of what will be sent.
///
/// # Errors
/// When the database fails.
pub fn begin(
    tx: &Tx<'_>,
    flow: Flow,
    file: &[BulkColumn],
    rows: &[(BcId, String)],
    now: Timestamp,
) -> Result<i64, StoreError> {
    let text = serde_json::to_string(file).map_err(|error| columns::unreadable("columns", error))?;
    tx.connection.execute(
        "INSERT INTO bulk_job (flow, state, columns, begun_at) VALUES (?1, ?2, ?3, ?4)",
        (flow.name(), JobState::Uploading.name(), text, columns::micros(now)),
    )?;
    let number = tx.connection.last_insert_rowid();
    let mut statement = tx.connection.prepare_cached(
        "INSERT OR REPLACE INTO bulk_row (flow, id, job, payload_hash) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (id, hash) in rows {
        statement.execute((flow.name(), id.to_string(), number, hash))?;
    }
    Ok(number)
}

/// The file is uploaded.
///
/// # Errors
/// When the database fails.
pub fn uploaded(tx: &Tx<'_>, number: i64, file_id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE bulk_job SET state = ?2, file_id = ?3 WHERE number = ?1";
    tx.connection.execute(sql, (number, JobState::Uploaded.name(), file_id))?;
    Ok(())
}

/// The job is about to be started; `again` where an earlier start may have been carried out.
///
/// # Errors
/// When the database fails.
pub fn starting(tx: &Tx<'_>, number: i64, again: bool) -> Result<(), StoreError> {
    let sql = "UPDATE bulk_job SET state = ?2, doubtful = max(doubtful, ?3) WHERE number = ?1";
    tx.connection.execute(sql, (number, JobState::Starting.name(), again))?;
    Ok(())
}

/// The job is started.
///
/// # Errors
/// When the database fails.
pub fn started(tx: &Tx<'_>, number: i64, job_id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE bulk_job SET state = ?2, job_id = ?3 WHERE number = ?1";
    tx.connection.execute(sql, (number, JobState::Started.name(), job_id))?;
    Ok(())
}

/// The jobs of a flow that are not settled, oldest first.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &Tx<'_>, flow: Flow) -> Result<Vec<Job>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT * FROM bulk_job WHERE flow = ?1 ORDER BY number")?;
    let mut rows = statement.query([flow.name()])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let (state, text): (String, String) = (row.get("state")?, row.get("columns")?);
        open.push(Job {
            number: row.get("number")?,
            flow: columns::flow(row)?,
            state: JobState::ALL
                .into_iter()
                .find(|known| known.name() == state)
                .ok_or_else(|| columns::unreadable("bulk job", &state))?,
            columns: serde_json::from_str(&text).map_err(|error| columns::unreadable("columns", error))?,
            file_id: row.get("file_id")?,
            job_id: row.get("job_id")?,
            doubtful: row.get("doubtful")?,
            begun_at: columns::time_of(row, "begun_at")?,
        });
    }
    Ok(open)
}

/// What a record stands for in a bulk job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// It is a row of this job.
    Of {
        /// Our number of the job.
        job: i64,
        /// A hash of what was sent.
        payload_hash: String,
    },
    /// It is left to the records API.
    Rest,
}

/// Whether a record is in a job that is not settled, or was left to the records API by one.
///
/// # Errors
/// When the database fails.
pub fn member(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<Member>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT job, payload_hash FROM bulk_row WHERE flow = ?1 AND id = ?2")?;
    let found = statement.query_row((flow.name(), id.to_string()), |row| {
        Ok(match row.get::<_, Option<i64>>(0)? {
            Some(job) => Member::Of { job, payload_hash: row.get(1)? },
            None => Member::Rest,
        })
    });
    Ok(found.optional()?)
}

/// It is known what became of the row.
///
/// # Errors
/// When the database fails.
pub fn row_is_settled(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached("DELETE FROM bulk_row WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// The record goes by the records API.
///
/// # Errors
/// When the database fails.
pub fn leave_to_rest(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT OR REPLACE INTO bulk_row (flow, id, job, payload_hash) VALUES (?1, ?2, NULL, '')",
    )?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// At most `limit` rows of a job, or of those left to the records API, in the order of their ids, behind `after`.
///
/// # Errors
/// When the database fails.
pub fn rows(
    tx: &Tx<'_>,
    flow: Flow,
    job: Option<i64>,
    after: Option<BcId>,
    limit: usize,
) -> Result<Vec<BcId>, StoreError> {
    super::sources::ids(
        tx,
        "SELECT id FROM bulk_row WHERE flow = ?1 AND job IS ?2 AND id > ?3 ORDER BY id LIMIT ?4",
        (flow.name(), job, columns::behind(after), columns::limit(limit)),
    )
}

/// The job is settled, or was never started: it is forgotten, and so are those of its rows that are still its own.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &Tx<'_>, flow: Flow, number: i64) -> Result<(), StoreError> {
    tx.connection.execute("DELETE FROM bulk_row WHERE flow = ?1 AND job = ?2", (flow.name(), number))?;
    tx.connection.execute("DELETE FROM bulk_job WHERE number = ?1", [number])?;
    Ok(())
}

/// The job failed as a whole: its rows go by the records API.
///
/// # Errors
/// When the database fails.
pub fn leave_all_to_rest(tx: &Tx<'_>, flow: Flow, number: i64) -> Result<(), StoreError> {
    tx.connection.execute(
        "UPDATE bulk_row SET job = NULL, payload_hash = '' WHERE flow = ?1 AND job = ?2",
        (flow.name(), number),
    )?;
    forget(tx, flow, number)
}

/// The records API had its turn.
///
/// # Errors
/// When the database fails.
pub fn forget_rest(tx: &Tx<'_>, flow: Flow) -> Result<(), StoreError> {
    tx.connection.execute("DELETE FROM bulk_row WHERE flow = ?1 AND job IS NULL", [flow.name()])?;
    Ok(())
}

/// How many records of a flow seem to be new: nothing in Zoho stands for them, they did not fail, are not left alone, and no job has them.
///
/// # Errors
/// When the database fails.
pub fn count_new(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT count(*) FROM source s WHERE s.flow = ?1 AND s.settled IS NULL AND s.gone IS NULL AND s.missing IS NULL
         AND NOT EXISTS (SELECT 1 FROM link l WHERE l.flow = s.flow AND l.id = s.id)
         AND NOT EXISTS (SELECT 1 FROM failure f WHERE f.flow = s.flow AND f.id = s.id
                         AND (NOT f.held OR f.ignored_at IS NOT NULL))
         AND NOT EXISTS (SELECT 1 FROM bulk_row b WHERE b.flow = s.flow AND b.id = s.id)",
    )?;
    Ok(columns::count(statement.query_row([flow.name()], |row| row.get(0))?))
}

/// How many live records have that number, whatever its case.
///
/// # Errors
/// When the database fails.
pub fn holders_of_number(tx: &Tx<'_>, flow: Flow, number: &str) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT count(*) FROM source WHERE flow = ?1 AND number_key = ?2 AND gone IS NULL AND missing IS NULL",
    )?;
    let count = statement.query_row((flow.name(), columns::key(number)), |row| row.get(0))?;
    Ok(columns::count(count))
}

#[cfg(test)]
mod tests {
    use business_central::BcId;
    use zoho_crm::bulk::BulkColumn;

    use super::{
        JobState, Member, begin, forget, forget_rest, leave_all_to_rest, leave_to_rest, member, open,
        row_is_settled, rows, started, starting, uploaded,
    };
    use crate::flow::Flow;
    use crate::store::Store;

    fn id(n: u8) -> BcId {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    fn store() -> (Store, i64) {
        let store = Store::in_memory().unwrap();
        let file = [BulkColumn::of("BC_Number", "text"), BulkColumn::of("BC_Id", "text")];
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let content: Vec<(BcId, String)> = (1..=3).map(|n| (id(n), format!("hash {n}"))).collect();
        let number = store.write(|tx| begin(tx, Flow::Customers, &file, &content, now)).unwrap();
        (store, number)
    }

    fn state(store: &Store) -> (JobState, Option<String>, Option<String>, bool) {
        let job = store.read(|tx| open(tx, Flow::Customers)).unwrap().remove(0);
        (job.state, job.file_id, job.job_id, job.doubtful)
    }

    #[test]
    fn each_step_of_a_job_is_remembered() {
        let (store, number) = store();
        assert_eq!(state(&store), (JobState::Uploading, None, None, false));
        store.write(|tx| uploaded(tx, number, "f")).unwrap();
        assert_eq!(state(&store), (JobState::Uploaded, Some("f".into()), None, false));
        store.write(|tx| starting(tx, number, false)).unwrap();
        store.write(|tx| starting(tx, number, true)).unwrap();
        assert_eq!(state(&store), (JobState::Starting, Some("f".into()), None, true));
        store.write(|tx| started(tx, number, "j")).unwrap();
        assert_eq!(state(&store), (JobState::Started, Some("f".into()), Some("j".into()), true));
        let job = store.read(|tx| open(tx, Flow::Customers)).unwrap().remove(0);
        assert_eq!(job.columns[1].api_name, "BC_Id");
        assert_eq!(store.read(|tx| open(tx, Flow::Items)).unwrap(), []);
    }

    #[test]
    fn a_row_belongs_to_its_job_until_it_is_known_what_became_of_it() {
        let (store, number) = store();
        let of = |n| store.read(|tx| member(tx, Flow::Customers, id(n))).unwrap();
        let hash = |n: u8| Some(Member::Of { job: number, payload_hash: format!("hash {n}") });
        assert_eq!((of(1), of(9)), (hash(1), None));
        store.write(|tx| row_is_settled(tx, Flow::Customers, id(1))).unwrap();
        store.write(|tx| leave_to_rest(tx, Flow::Customers, id(2))).unwrap();
        assert_eq!((of(1), of(2), of(3)), (None, Some(Member::Rest), hash(3)));
        let page = |job| store.read(|tx| rows(tx, Flow::Customers, job, None, 10)).unwrap();
        assert_eq!((page(Some(number)), page(None)), (vec![id(3)], vec![id(2)]));
        store.write(|tx| forget(tx, Flow::Customers, number)).unwrap();
        assert_eq!((of(2), of(3)), (Some(Member::Rest), None));
        store.write(|tx| forget_rest(tx, Flow::Customers)).unwrap();
        assert_eq!(of(2), None);
    }

    #[test]
    fn the_rows_of_a_job_that_failed_are_left_to_the_records_api() {
        let (store, number) = store();
        store.write(|tx| leave_all_to_rest(tx, Flow::Customers, number)).unwrap();
        assert_eq!(store.read(|tx| open(tx, Flow::Customers)).unwrap(), []);
        let first = store.read(|tx| rows(tx, Flow::Customers, None, None, 2)).unwrap();
        assert_eq!(first, [id(1), id(2)]);
        let next = store.read(|tx| rows(tx, Flow::Customers, None, Some(id(2)), 2)).unwrap();
        assert_eq!(next, [id(3)]);
    }
}

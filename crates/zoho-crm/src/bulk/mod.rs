//! Bulk write: many new records by one file and one job instead of a hundred a call (§7).
//!
//! A [`BulkFile`] takes rows and compresses them as they come. [`Client::bulk_upload`](crate::Client::bulk_upload) brings it to the content
//! host, [`Client::bulk_insert`](crate::Client::bulk_insert) starts the job, [`Client::bulk_job`](crate::Client::bulk_job) says how it stands, and
//! [`Client::bulk_result`](crate::Client::bulk_result) brings what became of each row.
//!
//! Jobs are inserts with `find_by`: a row whose key a record holds already is skipped, so that a job that ran twice does no harm.

mod column;
mod file;
mod job;
mod result;

pub use column::{BulkColumn, ColumnForm};
pub use file::{BulkFile, FileLimits, Pushed, WrittenFile};
pub use job::{BulkCounts, BulkJob, BulkState};
pub use result::{BulkResult, BulkRow, BulkRowError, RowStatus};

/// The most rows of one file (§7).
pub const ROWS_PER_FILE: usize = 25_000;
/// The most columns of one file (§7).
pub const COLUMNS_PER_FILE: usize = 200;
/// The largest zip (§7: "25 MB"; the smaller reading of it).
pub const ZIP_BYTES: usize = 25_000_000;

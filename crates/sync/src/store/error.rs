//! Why the database could not do something.

use rusqlite::ErrorCode;

/// Why the database could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program wrote it.
    #[error("the database has version {found}, and this program knows versions up to {known}")]
    TooNew {
        /// The database's version.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// An older program wrote it, and it is open for reading only.
    #[error("the database has version {found} and has to be brought to version {known} first")]
    TooOld {
        /// The database's version.
        found: u32,
        /// What this program needs.
        known: u32,
    },
    /// The disk has no room left.
    #[error("the disk is full: the database could not be written")]
    DiskFull,
    /// The file is damaged, or no database.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Another process holds it.
    #[error("another program holds the database")]
    Busy,
    /// The file cannot be opened or written.
    #[error("the database cannot be opened or written: {0}")]
    NotWritable(String),
    /// A stored value is not what was stored.
    #[error("the database holds a value that cannot be read: {0}")]
    Unreadable(String),
    /// Anything else that SQLite says.
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
}

impl StoreError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooNew { .. } => "database_too_new",
            Self::TooOld { .. } => "database_too_old",
            Self::DiskFull => "disk_full",
            Self::Damaged(_) => "database_damaged",
            Self::Busy => "database_busy",
            Self::NotWritable(_) => "database_not_writable",
            Self::Unreadable(_) => "database_unreadable",
            Self::Sqlite(_) => "database_failed",
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::TooNew { .. } => "Install the newer Ledgerline again, or restore the backup that it made beside the database.",
            Self::TooOld { .. } => "Run `ledgerline sync --once` once: it brings the database up to date after a backup.",
            Self::DiskFull => "Free some space; nothing that was stored is lost. Then start it again.",
            Self::Damaged(_) | Self::Unreadable(_) => {
                "Move ledgerline.db away, or restore a backup, and sync: everything is found again in both systems by its BC Id."
            }
            Self::Busy => "Stop the other Ledgerline, or wait for it.",
            Self::NotWritable(_) => "Check that the profile folder exists and that you may write to it.",
            Self::Sqlite(_) => "Start it again; if it stays, send a support bundle.",
        }
        .to_owned()
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::NotWritable(error.to_string())
            }
            _ => match error {
                rusqlite::Error::FromSqlConversionFailure(_, _, source) => {
                    Self::Unreadable(source.to_string())
                }
                other => Self::Sqlite(other),
            },
        }
    }
}

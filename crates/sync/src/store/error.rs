//! Why the database could not do something.

use std::path::Path;

use rusqlite::ErrorCode;

/// Why the database could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database yet, and a reader makes none.
    #[error("there is no database at {0} yet")]
    Absent(String),
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
    /// Another program's database.
    #[error("the file is a database, but not one of Ledgerline's")]
    Foreign,
    /// The file is something else.
    #[error("the file is not a database")]
    NotADatabase,
    /// The disk has no room left.
    #[error("the disk is full: the database could not be written")]
    DiskFull,
    /// The file is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Another process holds it.
    #[error("another program holds the database")]
    Busy,
    /// The file cannot be opened or written.
    #[error("the database cannot be opened or written: {0}")]
    NotWritable(String),
    /// The disk or the network drive failed.
    #[error("the database's file could not be read or written: {0}")]
    Disk(String),
    /// A stored value is not what was stored.
    #[error("the database holds a value that cannot be read: {0}")]
    Unreadable(String),
    /// The profile is tied to another company or org already.
    #[error("this profile is tied to the company {0} already")]
    Bound(String),
    /// Anything else that SQLite says.
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    /// Any of these, of a file with a name.
    #[error("{path}: {cause}")]
    At {
        /// The file.
        path: String,
        /// What is wrong with it.
        cause: Box<StoreError>,
    },
}

impl StoreError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent(_) => "database_absent",
            Self::TooNew { .. } => "database_too_new",
            Self::TooOld { .. } => "database_too_old",
            Self::Foreign => "database_foreign",
            Self::NotADatabase => "not_a_database",
            Self::DiskFull => "disk_full",
            Self::Damaged(_) => "database_damaged",
            Self::Busy => "database_busy",
            Self::NotWritable(_) => "database_not_writable",
            Self::Disk(_) => "disk_failed",
            Self::Unreadable(_) => "database_unreadable",
            Self::Bound(_) => "profile_bound",
            Self::Sqlite(_) => "database_failed",
            Self::At { cause, .. } => cause.code(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Absent(_) => "Run `ledgerline sync --once` first, or check the folder that --profile names.",
            Self::TooNew { .. } => {
                "Install the newer Ledgerline again, or restore the backup that it made beside the database (ledgerline.db.backup-v…)."
            }
            Self::TooOld { .. } => "Run `ledgerline sync --once`: it brings the database up to date after a backup.",
            Self::Foreign | Self::NotADatabase => {
                "Move the file away, or name another folder with --profile; Ledgerline touches no file that is not its own."
            }
            Self::DiskFull => "Free some space, then start it again; nothing that was stored is lost.",
            Self::Damaged(_) | Self::Unreadable(_) => {
                "Move ledgerline.db away, or restore a backup, and sync: everything is found again in both systems by its BC Id."
            }
            Self::Busy => "Stop the other Ledgerline, or wait for it.",
            Self::NotWritable(_) => "Check that the profile folder exists and that you may write to it.",
            Self::Disk(_) => "Check the disk, and keep the profile on a local one; then start it again.",
            Self::Bound(_) => "Use another profile folder (--profile) for another company or org.",
            Self::Sqlite(_) => "Start it again; if it stays, send a support bundle.",
            Self::At { cause, .. } => return cause.cure(),
        }
        .to_owned()
    }

    /// The same, with the file that it is about.
    pub(super) fn at(self, path: &Path) -> Self {
        match self {
            Self::At { .. } | Self::Absent(_) => self,
            cause => Self::At { path: path.display().to_string(), cause: Box::new(cause) },
        }
    }

    /// What a failed file operation means.
    pub(super) fn of_file(path: &Path, error: &std::io::Error) -> Self {
        let cause = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::NotFound
            | std::io::ErrorKind::PermissionDenied
            | std::io::ErrorKind::ReadOnlyFilesystem
            | std::io::ErrorKind::IsADirectory => Self::NotWritable(error.to_string()),
            _ => Self::Disk(error.to_string()),
        };
        cause.at(path)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::NotADatabase) => Self::NotADatabase,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::NotWritable(error.to_string())
            }
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error.to_string()),
            _ => match error {
                rusqlite::Error::FromSqlConversionFailure(_, _, source) => {
                    Self::Unreadable(source.to_string())
                }
                rusqlite::Error::InvalidColumnType(_, column, found) => {
                    Self::Unreadable(format!("{column} is {found}"))
                }
                other => Self::Sqlite(other),
            },
        }
    }
}

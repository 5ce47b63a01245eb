//! Why icons could not be drawn or kept.

use std::path::{Path, PathBuf};

/// Why icons could not be drawn or kept.
#[derive(Debug, thiserror::Error)]
pub enum IconError {
    /// The source lacks a part that it must have.
    #[error("the source has no {0}")]
    SourceLacks(String),
    /// What was composed of the source's shapes is no SVG.
    #[error("{icon} cannot be drawn: {reason}")]
    NotDrawn {
        /// Which icon.
        icon: String,
        /// Why not.
        reason: String,
    },
    /// A picture cannot be made a file.
    #[error("a picture cannot be written as PNG: {0}")]
    NotEncoded(#[from] png::EncodingError),
    /// A file or folder that cannot be read or changed.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl IconError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::File { path: path.to_path_buf(), source }
    }
}

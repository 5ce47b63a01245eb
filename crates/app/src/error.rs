//! Why a command could not run.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sync::failure::RunError;
use sync::store::StoreError;

use crate::profile::ProfileError;
use crate::secrets::SecretError;
use crate::settings::SettingsError;
use crate::sign_in::SignInError;
use crate::webhooks::RelayError;

/// Why a command could not run, with a stable code and what to do.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The settings file.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The profile folder.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The credentials.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Business Central.
    #[error(transparent)]
    BusinessCentral(#[from] business_central::Error),
    /// Zoho CRM.
    #[error(transparent)]
    Zoho(#[from] zoho_crm::Error),
    /// A sign-in in the browser.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The network's set-up.
    #[error("{0}")]
    Network(#[from] transport::TransportError),
    /// A run that was refused.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The webhook relay.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// A file that a command was to read.
    #[error("{path} cannot be read: {reason}")]
    FileNotReadable {
        /// Which file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// A file that a command was to write.
    #[error("{path} cannot be written: {reason}")]
    FileNotWritable {
        /// Which file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// Wrong usage, in words.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        cure: String,
    },
}

impl AppError {
    /// Wrong usage.
    pub fn usage(message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), cure: cure.into() }
    }

    /// A file that cannot be written.
    #[must_use]
    pub fn not_writable(path: &Path, error: &std::io::Error) -> Self {
        Self::FileNotWritable { path: path.display().to_string(), reason: error.to_string() }
    }

    /// A file that cannot be read.
    #[must_use]
    pub fn not_readable(path: &Path, error: &std::io::Error) -> Self {
        Self::FileNotReadable { path: path.display().to_string(), reason: error.to_string() }
    }

    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::FileNotReadable { .. } => "file_not_readable".to_owned(),
            Self::FileNotWritable { .. } => "file_not_writable".to_owned(),
            Self::Settings(error) => error.code().to_owned(),
            Self::Profile(error) => error.code().to_owned(),
            Self::Secret(error) => error.code().to_owned(),
            Self::Store(error) => error.code().to_owned(),
            Self::BusinessCentral(error) => error.code().to_owned(),
            Self::Zoho(error) => error.code().to_owned(),
            Self::SignIn(error) => error.code().to_owned(),
            Self::Network(_) => "network".to_owned(),
            Self::Run(error) => error.code(),
            Self::Relay(error) => error.code().to_owned(),
            Self::Usage { .. } => "usage".to_owned(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Settings(error) => error.cure(),
            Self::Profile(error) => error.cure(),
            Self::Secret(error) => error.cure(),
            Self::Store(error) => error.cure(),
            Self::BusinessCentral(error) => error.cure(),
            Self::Zoho(error) => error.cure(),
            Self::SignIn(error) => error.cure(),
            Self::Network(_) => "Check the network, and [network] in the settings.".to_owned(),
            Self::Run(error) => error.cure(),
            Self::Relay(error) => error.cure().to_owned(),
            Self::FileNotReadable { .. } => "Check the path and your rights to it.".to_owned(),
            Self::FileNotWritable { .. } => {
                "Check the path and your rights to it, and whether another program holds the file open; the folder must exist.".to_owned()
            }
            Self::Usage { cure, .. } => cure.clone(),
        }
    }

    /// The error as reports print it.
    #[must_use]
    pub fn shown(&self) -> ShownError {
        ShownError { code: self.code(), message: self.to_string(), cure: self.cure() }
    }
}

/// An error as reports print it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownError {
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened, to what.
    pub message: String,
    /// What to do.
    pub cure: String,
}

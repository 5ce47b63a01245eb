//! Decides about records that may be in Zoho already: opens what that needs, and says who decides.

use sync::failure::RunError;
use sync::match_review::decide::{By, DecideError};
use sync::match_review::sheet::ImportError;
use sync::store::Store;
use transport::{Clock, SystemClock};

use crate::profile::WriterLock;
use crate::secrets::Environment;
use crate::{AppError, Profile, Settings};

/// A profile's database, open for decisions that need neither network nor secrets.
pub struct Desk {
    /// The database.
    pub store: Store,
    who: String,
    _lock: WriterLock,
}

impl Desk {
    /// Opens the profile's database as its one writer.
    ///
    /// # Errors
    /// When settings, lock or database do not allow it.
    pub fn open(profile: &Profile, environment: Environment<'_>) -> Result<Self, AppError> {
        Settings::load(&profile.settings())?;
        let lock = profile.lock()?;
        Ok(Self { store: Store::open(&profile.database())?, who: who(environment), _lock: lock })
    }

    /// Who decides, and when.
    #[must_use]
    pub fn by(&self) -> By<'_> {
        By { who: &self.who, at: SystemClock::default().now() }
    }
}

/// The name by which the operating system knows whoever runs this.
#[must_use]
pub fn who(environment: Environment<'_>) -> String {
    let named = ["USER", "USERNAME", "LOGNAME"].into_iter().filter_map(environment);
    named
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "an unnamed user".to_owned())
}

impl From<DecideError> for AppError {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Store(error) => Self::Store(error),
            other => Self::Run(RunError::refused(other.code(), other.to_string(), other.cure())),
        }
    }
}

impl From<ImportError> for AppError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Store(error) => Self::Store(error),
            other @ ImportError::Faults(_) => {
                Self::Run(RunError::refused(other.code(), other.to_string(), other.cure()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::who;

    #[test]
    fn whoever_decides_is_called_as_the_operating_system_calls_them() {
        assert_eq!(who(&|name| (name == "USERNAME").then(|| " ann ".to_owned())), "ann");
        assert_eq!(who(&|_| Some(String::new())), "an unnamed user");
    }
}

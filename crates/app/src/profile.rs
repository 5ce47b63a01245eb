//! A profile: one folder with settings, database and logs, and at most one writer at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::secrets::Sealed;

/// So often a writer looks again whether the profile is free.
const LOOKS: u32 = 3;

/// So long it waits in between: much longer than anybody who only looks holds it.
const LOOK: Duration = Duration::from_millis(20);

/// A profile's folder.
#[derive(Clone, Debug)]
pub struct Profile {
    folder: PathBuf,
}

/// What is wrong with the folder.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The operating system names no folder for application data.
    #[error("the operating system names no folder for application data")]
    NoHome,
    /// The folder cannot be made or used.
    #[error("the profile folder {path} cannot be used: {source}")]
    Folder {
        /// Which folder.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Another program writes to it.
    #[error("another Ledgerline is working in {path}{holder}")]
    InUse {
        /// Which folder.
        path: String,
        /// Who, where known.
        holder: String,
    },
}

impl ProfileError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoHome => "no_data_folder",
            Self::Folder { .. } => "profile_unusable",
            Self::InUse { .. } => "profile_in_use",
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::NoHome => "Name a folder with --profile.".to_owned(),
            Self::Folder { .. } => "Check that the folder exists, is yours, and that the disk is not full.".to_owned(),
            Self::InUse { .. } => {
                "Wait for it to end, or stop it. `ledgerline status`, `problems` and `history` work meanwhile.".to_owned()
            }
        }
    }
}

/// Held by the one writer of a profile; the operating system frees it when the process dies.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

/// Held by a profile's one resident process; the operating system frees it when the process dies.
#[derive(Debug)]
pub struct Alone {
    _file: File,
}

/// The user's folder for downloads, as the operating system has it.
#[must_use]
pub fn downloads() -> Option<PathBuf> {
    let user = directories::UserDirs::new()?;
    user.download_dir().map(Path::to_path_buf).or_else(|| Some(user.home_dir().join("Downloads")))
}

impl Profile {
    /// The profile in `folder`, or in the operating system's place for application data.
    ///
    /// # Errors
    /// When there is no such place.
    pub fn at(folder: Option<PathBuf>) -> Result<Self, ProfileError> {
        Self::named(folder, "Ledgerline")
    }

    /// The demo's profile, in `folder` or in the operating system's place for application data, apart from the real one.
    ///
    /// # Errors
    /// When there is no such place.
    pub fn demo(folder: Option<PathBuf>) -> Result<Self, ProfileError> {
        Self::named(folder, "Ledgerline-demo")
    }

    fn named(folder: Option<PathBuf>, name: &str) -> Result<Self, ProfileError> {
        let folder = match folder {
            Some(folder) => folder,
            None => directories::ProjectDirs::from("", "", name)
                .ok_or(ProfileError::NoHome)?
                .data_dir()
                .to_path_buf(),
        };
        // The keychain's entries are named after the folder: however it was typed, it must be the same name.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        Ok(Self { folder })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The settings file.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.folder.join("ledgerline.toml")
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.join("ledgerline.db")
    }

    /// The folder of log files.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The files of sealed secrets, where the others come from the environment.
    #[must_use]
    pub fn sealed(&self) -> Sealed {
        Sealed { token: self.folder.join("token.sealed"), relay: self.folder.join("relay.sealed") }
    }

    /// Makes the folder if it is not there; on Unix only its owner may enter.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(&self) -> Result<(), ProfileError> {
        std::fs::create_dir_all(&self.folder).map_err(|source| self.unusable(source))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&self.folder, std::fs::Permissions::from_mode(0o700))
                .map_err(|source| self.unusable(source))?;
        }
        Ok(())
    }

    /// Becomes the profile's one writer.
    ///
    /// # Errors
    /// When another process is, or the folder cannot be used.
    pub fn lock(&self) -> Result<WriterLock, ProfileError> {
        self.create()?;
        let path = self.lock_file();
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|source| self.unusable(source))?;
        match held_soon(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // On Windows the lock also hides the content; the message then simply names nobody.
                let _ = file.read_to_string(&mut holder);
                let holder =
                    holder.trim().parse::<u32>().map(|pid| format!(" (process {pid})")).unwrap_or_default();
                return Err(ProfileError::InUse { path: self.folder.display().to_string(), holder });
            }
            Err(TryLockError::Error(source)) => return Err(self.unusable(source)),
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "{}", std::process::id())
        };
        write(&mut file).map_err(|source| self.unusable(source))?;
        Ok(WriterLock { _file: file })
    }

    /// Becomes the profile's one resident process; `None` where another is. It is apart from the writer's lock, which a command may hold for a while.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn alone(&self) -> Result<Option<Alone>, ProfileError> {
        self.create()?;
        let mut options = OpenOptions::new();
        let path = self.folder.join("desktop.lock");
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|source| self.unusable(source))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Alone { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(self.unusable(source)),
        }
    }

    /// Whether a process is the profile's writer now.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        let Ok(file) = OpenOptions::new().read(true).write(true).open(self.lock_file()) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    fn lock_file(&self) -> PathBuf {
        self.folder.join("writer.lock")
    }

    fn unusable(&self, source: std::io::Error) -> ProfileError {
        ProfileError::Folder { path: self.folder.display().to_string(), source }
    }
}

/// Locks the file. Whoever looks whether the profile is in use holds it for a moment, and is no reason to give up.
fn held_soon(file: &File) -> Result<(), TryLockError> {
    for _ in 0..LOOKS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
            locked => return locked,
        }
    }
    file.try_lock()
}

#[cfg(test)]
mod tests {
    use super::{Profile, ProfileError};

    #[test]
    fn a_second_writer_is_refused_and_told_who_holds_the_profile() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().join("new"))).unwrap();
        let held = profile.lock().unwrap();
        let refused = profile.lock().unwrap_err();
        assert!(matches!(refused, ProfileError::InUse { .. }));
        assert!(refused.to_string().contains(&std::process::id().to_string()));
        drop(held);
        profile.lock().unwrap();
    }

    #[test]
    fn whether_it_is_in_use_can_be_seen_without_being_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().join("new"))).unwrap();
        assert!(!profile.is_in_use(), "there is not even a folder");
        let held = profile.lock().unwrap();
        assert!(profile.is_in_use());
        drop(held);
        assert!(!profile.is_in_use());
        profile.lock().unwrap();
    }
}

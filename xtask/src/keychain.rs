//! A keychain of the tests' own: a private session bus with an unlocked Secret Service on it.
//!
//! The tests that need one run where `LEDGERLINE_TEST_KEYCHAIN` is set. The user's keychain is never touched, and no
//! display is needed.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::Failed;

/// Unlocks the keychain with a throw-away password, then becomes the program given as arguments.
const UNLOCK: &str =
    r#"printf ledgerline | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && exec "$@""#;

/// A folder that goes when this value goes.
#[derive(Debug)]
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// An empty folder that only this user can open.
    pub fn new(purpose: &str) -> Result<Self, Failed> {
        let folder = std::env::temp_dir().join(format!("ledgerline-{purpose}-{}", std::process::id()));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .map_err(|error| Failed::new(format!("{} cannot be created: {error}", folder.display())))?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // A folder left behind in the place for temporary files does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The same command within a session that has its own keychain, kept in `folder`.
pub fn with_own_keychain(command: &Command, folder: &TemporaryFolder) -> Command {
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "sh", "-c", UNLOCK, "sh"]).arg(command.get_program()).args(command.get_args());
    if let Some(place) = command.get_current_dir() {
        session.current_dir(place);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => session.env(name, value),
            None => session.env_remove(name),
        };
    }
    for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"] {
        session.env(name, folder.path());
    }
    session.env("LEDGERLINE_TEST_KEYCHAIN", "1");
    without_display(&mut session);
    session
}

/// Takes away whatever leads to a desktop.
pub fn without_display(command: &mut Command) {
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
        command.env_remove(name);
    }
}

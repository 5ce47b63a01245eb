//! How the window's process and the resident process talk: lines of JSON over a local socket that only this user may open.

use std::io;
use std::path::{Path, PathBuf};

use app::Profile;
use app::window::schema::{Event, Failure};
use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use interprocess::local_socket::{ListenerOptions, Name};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// A line may be so long, in bytes: an imported file of decisions is the longest.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What comes from the window's side.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The first line: wants to be the window, at this place. Where there is one, that comes to the front instead.
    Window {
        /// Where to.
        show: Option<String>,
    },
    /// A command.
    Call {
        /// Names the call in its answer.
        id: u64,
        /// The command.
        name: String,
        /// What it takes.
        params: Value,
    },
    /// The window is being closed, which takes a moment: whoever opens it from now on needs a new one.
    Closing,
}

/// What comes from the resident's side.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Be the window.
    BeTheWindow,
    /// There is a window; it has come to the front.
    ThereIsOne,
    /// A call's answer.
    Answer {
        /// The call.
        id: u64,
        /// What it gave.
        result: Result<Value, Failure>,
    },
    /// Something has happened.
    Event(Event),
}

/// The socket of a profile: a name that no other profile has.
fn address(profile: &Profile) -> (PathBuf, String) {
    let digest = Sha256::digest(profile.folder().as_os_str().as_encoded_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("ledgerline-{short}");
    // The operating system's folder for sockets is this user's alone; a profile's folder is too, but its path may be too long.
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
    let folder = folder.unwrap_or_else(|| profile.folder().to_path_buf());
    (folder.join(format!("{name}.sock")), name)
}

#[cfg(unix)]
fn named<'a>(path: &'a Path, _: &'a str) -> io::Result<Name<'a>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName as _};
    path.to_fs_name::<GenericFilePath>()
}

#[cfg(not(unix))]
fn named<'a>(_: &'a Path, name: &'a str) -> io::Result<Name<'a>> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName as _};
    name.to_ns_name::<GenericNamespaced>()
}

/// Connects to the profile's resident process.
///
/// # Errors
/// When none answers.
pub async fn connect(profile: &Profile) -> io::Result<Stream> {
    let (path, name) = address(profile);
    Stream::connect(named(&path, &name)?).await
}

/// Listens for the profile's windows. Whoever calls this is the profile's one resident process: what is left of an earlier one is removed.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(profile: &Profile) -> io::Result<Listener> {
    let (path, name) = address(profile);
    let listener = ListenerOptions::new().name(named(&path, &name)?).try_overwrite(true).create_tokio()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(listener)
}

/// Reads a line; `None` when the other side has closed.
///
/// # Errors
/// When it cannot be read, is too long, or is not what was expected.
pub async fn read<T: for<'a> Deserialize<'a>>(
    from: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    let count = from.take(LONGEST).read_until(b'\n', &mut line).await?;
    if count == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long or was cut off"));
    }
    serde_json::from_slice(&line).map(Some).map_err(|_| {
        // The line may hold a secret: it is not repeated.
        io::Error::new(io::ErrorKind::InvalidData, "a line is not understood")
    })
}

/// Writes a line.
///
/// # Errors
/// When the other side has closed.
pub async fn write<T: Serialize>(to: &mut (impl AsyncWrite + Unpin), what: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::{Asked, Told, read, write};
    use app::window::schema::Failure;
    use serde_json::json;
    use tokio::io::BufReader;

    #[tokio::test]
    async fn what_is_written_is_read_line_by_line() {
        let (mut here, there) = tokio::io::duplex(4096);
        let failure = Failure::of_field("tenant", "it\nis missing", "enter it");
        write(&mut here, &Asked::Call { id: 7, name: "state".to_owned(), params: json!(null) })
            .await
            .unwrap();
        write(&mut here, &Told::Answer { id: 7, result: Err(failure.clone()) }).await.unwrap();
        drop(here);
        let mut there = BufReader::new(there);
        let asked: Option<Asked> = read(&mut there).await.unwrap();
        assert!(matches!(asked, Some(Asked::Call { id: 7, .. })));
        let told: Option<Told> = read(&mut there).await.unwrap();
        assert!(matches!(told, Some(Told::Answer { id: 7, result: Err(found) }) if found == failure));
        assert!(read::<Asked>(&mut there).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_line_that_is_not_understood_is_not_repeated_in_the_error() {
        let mut line = BufReader::new(&b"{\"call\":{\"secret\":\"hunter2\"}}\n"[..]);
        let error = read::<Asked>(&mut line).await.unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}

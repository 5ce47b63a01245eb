//! The session: a folder, a display, a bus, and what else a desktop has.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use zbus::blocking::Connection;

use super::keeper::Keeper;
use super::{Browser, Display, Notifications, Process, SecretStore, Tray, processes, until, until_so};
use crate::processes::{Ended, Services, built, ended};

/// What has to be installed; `cargo xtask test` does it.
const PROGRAMS: [&str; 5] = ["dbus-daemon", "Xvfb", "WebKitWebDriver", "dunst", "gnome-keyring-daemon"];

/// A program that does not answer over the bus for so long does not live.
const BUS_PATIENCE: Duration = Duration::from_secs(60);

/// A bus on which nothing is started by itself: what is not there is not there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=PLACE</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What a desktop may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacks {
    /// Nothing.
    Nothing,
    /// A keychain.
    Keychain,
}

/// A desktop of a test's own. Everything that was started in it ends with it.
pub struct Session {
    tray: Tray,
    bus: Connection,
    display: Display,
    inspector: u16,
    _keeper: Keeper,
    folder: TempDir,
}

impl Session {
    /// Starts it; `None` where programs for it are not installed, which is said, and is a failure on a build server.
    #[must_use]
    pub fn start(lacks: Lacks) -> Option<Self> {
        let missing: Vec<&str> = PROGRAMS.into_iter().filter(|name| !is_installed(name)).collect();
        if !missing.is_empty() {
            let words = format!("NOT TESTED: the desktop, since {} is not installed", missing.join(", "));
            assert!(std::env::var_os("CI").is_none(), "{words}");
            println!("{words}");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("desk").tempdir().expect("a folder can be made");
        let keeper = Keeper::of(folder.path());
        lay_out(folder.path());
        let number = start_display(folder.path());
        start_bus(folder.path());
        let bus = connect(folder.path());
        let session = Self {
            tray: Tray::host(&connect(folder.path())),
            bus,
            display: Display::of(&number),
            inspector: free_port(),
            _keeper: keeper,
            folder,
        };
        session.start_notifications();
        if lacks == Lacks::Nothing {
            session.start_keychain();
        }
        Some(session)
    }

    /// A program in this session, ready to be started: a path, or a name on the PATH.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = command_in(self.folder.path(), program);
        command.env("DISPLAY", self.display.number());
        // A window can be driven when it is told so at its start, whoever starts it. It listens for the driver here.
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.env("WEBKIT_INSPECTOR_SERVER", format!("127.0.0.1:{}", self.inspector));
        // As much as our own crates tell, and not each byte of others.
        command.env(
            "LEDGERLINE_LOG",
            "trace,zbus=warn,hyper_util=info,reqwest=info,keyring_core=info,rustls_platform_verifier=info",
        );
        command
    }

    /// Starts one of the workspace's programs and lets it run.
    #[must_use]
    pub fn launch(&self, name: &str, arguments: &[&str]) -> Child {
        let said =
            File::options().create(true).append(true).open(self.said(name)).expect("it can be written");
        let mut command = self.command(built(name));
        command.args(arguments).stdout(said.try_clone().expect("a file has many hands")).stderr(said);
        command.spawn().expect("a built program starts")
    }

    /// Runs one of the workspace's programs to its end.
    #[must_use]
    pub fn run(&self, name: &str, arguments: &[&str]) -> Ended {
        ended(self.command(built(name)).args(arguments).output().expect("a built program starts"))
    }

    /// Starts the seeded Business Central and Zoho CRM, which keep their changes outside of the user's home.
    #[must_use]
    pub fn services(&self) -> Services {
        Services::started(self.command(built("ledgerline-sandbox")), self.folder.path())
    }

    /// The session's bus.
    pub fn bus(&self) -> &Connection {
        &self.bus
    }

    /// What hosts the tray's items.
    #[must_use]
    pub fn tray(&self) -> &Tray {
        &self.tray
    }

    /// What is on the screen.
    #[must_use]
    pub fn display(&self) -> &Display {
        &self.display
    }

    /// What was opened in the browser.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(self.folder.path().join("opened"))
    }

    /// What was shown as a notification.
    #[must_use]
    pub fn notifications(&self) -> Notifications<'_> {
        Notifications::new(&self.bus, self.folder.path().join("shown"))
    }

    /// The keychain.
    #[must_use]
    pub fn secrets(&self) -> SecretStore<'_> {
        SecretStore::open(&self.bus)
    }

    /// Where an open window listens for a driver.
    #[must_use]
    pub fn inspector(&self) -> u16 {
        self.inspector
    }

    /// The user's home folder. Everything that a program keeps is below it.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The profile's folder, where it is by itself.
    #[must_use]
    pub fn profile(&self) -> PathBuf {
        self.home().join(".local/share/ledgerline")
    }

    /// The file that starts the application with the computer.
    #[must_use]
    pub fn autostart(&self) -> PathBuf {
        self.home().join(".config/autostart/Ledgerline.desktop")
    }

    /// Whatever runs in this session.
    #[must_use]
    pub fn processes(&self) -> Vec<Process> {
        processes::of_session(&self.folder.path().join("run"))
    }

    /// Those with this program.
    #[must_use]
    pub fn running(&self, name: &str) -> Vec<Process> {
        self.processes().into_iter().filter(|process| process.name == name).collect()
    }

    fn said(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.said"))
    }

    fn start_notifications(&self) {
        let config = self.home().join(".config/dunst");
        let log = self.folder.path().join("log-notification");
        write_script(&log, &Notifications::script(&self.folder.path().join("shown")));
        fs::create_dir_all(&config)
            .and_then(|()| fs::write(config.join("dunstrc"), Notifications::rules(&log)))
            .expect("it can be written");
        self.quietly("dunst", Stdio::null());
        self.wait_for_name("org.freedesktop.Notifications");
    }

    fn start_keychain(&self) {
        let mut daemon = self.command("gnome-keyring-daemon");
        daemon.args(["--foreground", "--unlock", "--components=secrets"]);
        let said = File::create(self.said("gnome-keyring-daemon")).expect("it can be written");
        daemon.stdin(Stdio::piped()).stdout(said.try_clone().expect("a file has many hands")).stderr(said);
        let mut daemon = daemon.spawn().expect("it is installed");
        let mut password = daemon.stdin.take().expect("it is piped");
        password.write_all(b"ledgerline").expect("it reads the password");
        drop(password);
        self.wait_for_name("org.freedesktop.secrets");
        until_so("a keychain that is unlocked", || SecretStore::is_unlocked(&self.bus));
    }

    fn quietly(&self, program: &str, input: Stdio) {
        let said = File::create(self.said(program)).expect("it can be written");
        let mut command = self.command(program);
        command.stdin(input).stdout(said.try_clone().expect("a file has many hands")).stderr(said);
        command.spawn().expect("it is installed");
    }

    fn wait_for_name(&self, name: &str) {
        until_so(name, || {
            let call = self.bus.call_method(
                Some("org.freedesktop.DBus"),
                "/org/freedesktop/DBus",
                Some("org.freedesktop.DBus"),
                "NameHasOwner",
                &name,
            );
            call.is_ok_and(|answer| answer.body().deserialize().is_ok_and(|owned: bool| owned))
        });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        // The folder goes with the session: what it tells about a failure is told now.
        let running: Vec<String> =
            self.processes().iter().map(|process| format!("{} ({})", process.name, process.id)).collect();
        eprintln!("running: {}", running.join(", "));
        eprintln!("opened: {:?}", self.browser().opened());
        eprintln!("notifications: {:#?}", self.notifications().shown());
        let mut files: Vec<PathBuf> =
            files_in(self.folder.path()).chain(files_in(&self.profile().join("logs"))).collect();
        files.retain(|path| {
            path.extension().is_some_and(|ending| ending == "said")
                || path.parent().is_some_and(|p| p.ends_with("logs"))
        });
        for path in files {
            let text = fs::read_to_string(&path).unwrap_or_default();
            // What is told in detail is for who looks for secrets in it.
            let lines: Vec<&str> = text.lines().filter(|line| !is_detail(line)).collect();
            eprintln!("--- {} ({} lines)", path.display(), lines.len());
            for line in &lines[lines.len().saturating_sub(30)..] {
                eprintln!("{}", line.get(..400).unwrap_or(line));
            }
        }
    }
}

fn is_detail(line: &str) -> bool {
    line.contains(r#""level":"TRACE""#) || line.contains(r#""level":"DEBUG""#)
}

fn files_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path())
}

fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// A port that nobody listens to now. It is none of those that Linux lends to outgoing connections, so that nobody takes it before it is used.
pub(super) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Tests that run at the same time are different processes: they begin at different places.
    let begin = u16::try_from(std::process::id() % 1_000).unwrap_or_default() * 10;
    let ports = std::iter::repeat_with(|| 20_000 + begin + NEXT.fetch_add(1, Ordering::Relaxed)).take(1_000);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.into_iter().find(is_free).expect("one of a thousand ports is free")
}

/// A program that sees nothing but this session.
fn command_in(folder: &Path, program: impl AsRef<OsStr>) -> Command {
    let home = folder.join("home");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let programs = std::iter::once(folder.join("bin")).chain(std::env::split_paths(&path));
    let mut command = Command::new(program);
    command.env_clear().current_dir(&home).stdin(Stdio::null());
    command.env("PATH", std::env::join_paths(programs).expect("no folder has a colon in its name"));
    command.env("HOME", &home).env("XDG_RUNTIME_DIR", folder.join("run"));
    for (name, place) in
        [("DATA", ".local/share"), ("CONFIG", ".config"), ("CACHE", ".cache"), ("STATE", ".local/state")]
    {
        command.env(format!("XDG_{name}_HOME"), home.join(place));
    }
    command.env("DBUS_SESSION_BUS_ADDRESS", address(folder));
    command.env("TZ", "UTC").env("LANG", "C.UTF-8").env("USER", "tester");
    command.env("GDK_BACKEND", "x11").env("LIBGL_ALWAYS_SOFTWARE", "1").env("NO_AT_BRIDGE", "1");
    command
}

fn address(folder: &Path) -> String {
    format!("unix:path={}", folder.join("run/bus").display())
}

fn lay_out(folder: &Path) {
    use std::os::unix::fs::DirBuilderExt as _;
    let home = folder.join("home");
    for place in
        ["bin", "home/.local/share", "home/.local/state", "home/.config", "home/.cache", "home/Downloads"]
    {
        fs::create_dir_all(folder.join(place)).expect("folders can be made");
    }
    fs::DirBuilder::new().mode(0o700).create(folder.join("run")).expect("a folder can be made");
    let places = format!("XDG_DOWNLOAD_DIR=\"{}\"\n", home.join("Downloads").display());
    fs::write(home.join(".config/user-dirs.dirs"), places).expect("it can be written");
    write_script(&folder.join("bin/xdg-open"), &Browser::script(&folder.join("opened")));
}

fn write_script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).expect("it can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("it is ours");
}

/// Starts the display; says its number as programs want it.
fn start_display(folder: &Path) -> String {
    let said = File::create(folder.join("Xvfb.said")).expect("it can be written");
    let mut command = command_in(folder, "Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
    let mut display = command.stdout(Stdio::piped()).stderr(said).spawn().expect("it is installed");
    let mut line = String::new();
    let read = BufReader::new(display.stdout.take().expect("it is piped")).read_line(&mut line);
    assert!(read.is_ok_and(|bytes| bytes > 0), "Xvfb has ended without a display");
    format!(":{}", line.trim())
}

fn start_bus(folder: &Path) {
    let config = folder.join("bus.conf");
    let place = folder.join("run/bus").display().to_string();
    fs::write(&config, BUS.replace("PLACE", &place)).expect("it can be written");
    let said = File::create(folder.join("dbus-daemon.said")).expect("it can be written");
    let mut command = command_in(folder, "dbus-daemon");
    command.arg("--config-file").arg(config).arg("--nofork");
    command
        .stdout(said.try_clone().expect("a file has many hands"))
        .stderr(said)
        .spawn()
        .expect("it is installed");
}

fn connect(folder: &Path) -> Connection {
    until("the session's bus", || {
        zbus::blocking::connection::Builder::address(address(folder).as_str())
            .and_then(|bus| bus.method_timeout(BUS_PATIENCE).build())
            .map_err(|error| error.to_string())
    })
}

//! The resident process: one profile in memory, its socket, its tray.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use app::resident::{Resident, Surroundings};
use app::window::schema::{Commands as _, Event, Nothing};
use app::window::settings::OpenPlace;
use app::window::state::PauseUntil;
use app::{AppError, Profile, profile};
use jiff::tz::TimeZone;
use tokio::sync::broadcast::error::RecvError;
use transport::{SystemClock, SystemRandom};

use crate::arguments::Arguments;
use crate::hands::Shell;
use crate::serve::{self, Door};
use crate::tray::{Choice, Tray};
use crate::wire;

/// So many entries stand in the menu under "Recent activity".
const RECENT: usize = 5;

/// Whoever quits waits so long for the request that is under way.
const LAST_REQUEST: Duration = Duration::from_secs(20);

/// Opens the window: the one that is there, or a new process.
pub struct Opener {
    arguments: Arguments,
    door: Door,
    resident: Resident,
}

impl Opener {
    /// Opens the window, at a place.
    pub fn open(&self, route: Option<String>) {
        if self.door.has_window() {
            self.resident.show(route);
            return;
        }
        if let Err(error) = self.start(route) {
            tracing::error!(%error, "the window could not be started");
        }
    }

    fn start(&self, route: Option<String>) -> std::io::Result<()> {
        let mut command = Command::new(beside("ledgerline-desktop")?);
        command.args(self.arguments.passed_on());
        if let Some(route) = route {
            command.args(["--show", &route]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        // Somebody has to hear of its end, or it stays in the list of processes.
        std::thread::Builder::new().name("window".to_owned()).spawn(move || child.wait()).map(|_| ())
    }
}

/// A program in the folder of this one.
///
/// # Errors
/// When the operating system does not say where this one is.
pub fn beside(name: &str) -> std::io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The profile that the arguments name.
///
/// # Errors
/// When the operating system names no place for it.
pub fn profile_of(arguments: &Arguments) -> Result<Profile, AppError> {
    let folder = arguments.profile.clone();
    Ok(if arguments.demo { Profile::demo(folder)? } else { Profile::at(folder)? })
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Runs until it is told to end. Where the profile has a resident process already, that one opens its window and this one ends.
///
/// # Errors
/// When it could not start.
pub fn run(arguments: &Arguments) -> Result<(), AppError> {
    let profile = profile_of(arguments)?;
    profile.create()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| cannot_start("its threads", &error))?;
    let Some(_alone) = profile.alone()? else {
        tracing::info!("the profile has a resident process already");
        return Ok(());
    };
    let _logs = app::logs::start(&profile.logs(), environment("LEDGERLINE_LOG").as_deref())
        .map_err(|reason| eprintln!("ledgerline-resident: no log files are written: {reason}"));
    runtime.block_on(reside(arguments, profile, runtime.handle()))
}

fn cannot_start(what: &str, error: &std::io::Error) -> AppError {
    AppError::usage(
        format!("Ledgerline could not start {what}: {error}"),
        "Restart the computer; if it stays, send a support bundle.",
    )
}

async fn reside(
    arguments: &Arguments,
    profile: Profile,
    runtime: &tokio::runtime::Handle,
) -> Result<(), AppError> {
    #[cfg(feature = "demo")]
    let systems = match arguments.demo {
        true => Some(demo::prepared(&profile, arguments.fresh).await?),
        false => None,
    };
    let environment: app::resident::Environment = match arguments.demo {
        #[cfg(feature = "demo")]
        true => Arc::new(demo::environment),
        _ => Arc::new(environment),
    };
    let listener = wire::listen(&profile).map_err(|error| cannot_start("its local socket", &error))?;
    let shell = Arc::new(Shell::default());
    let surroundings = Surroundings {
        environment,
        transport: None,
        relay: None,
        clock: Arc::new(SystemClock::default()),
        random: Arc::new(SystemRandom::default()),
        zone: TimeZone::system(),
        hands: Arc::clone(&shell) as Arc<dyn app::resident::Hands>,
        downloads: profile::downloads(),
        demo: arguments.demo,
    };
    let resident = Resident::new(profile, surroundings)?;
    let door = Door::default();
    let opener =
        Arc::new(Opener { arguments: arguments.clone(), door: door.clone(), resident: resident.clone() });
    shell.with(&opener);
    #[cfg(feature = "demo")]
    let events = resident.events();
    let serving = tokio::spawn(serve::serve(listener, resident.clone(), door.clone()));
    let working = {
        let (resident, runtime) = (resident.clone(), runtime.clone());
        let (ended, end) = tokio::sync::oneshot::channel();
        std::thread::Builder::new()
            .name("work".to_owned())
            .spawn(move || {
                runtime.block_on(resident.live());
                // Nobody waits any more where the process ends without it.
                let _ = ended.send(());
            })
            .map_err(|error| cannot_start("its work", &error))?;
        end
    };
    let tray = show_tray(&resident, &opener, runtime, &door);
    let following = tokio::spawn(follow(resident.clone(), tray));
    if arguments.show.is_some() {
        opener.open(arguments.show.clone());
    }
    let shown = async {
        #[cfg(feature = "demo")]
        if let Some(systems) = &systems {
            let Err(error) = demo::signals_in(&resident, events, systems).await;
            tracing::error!(code = error.code(), "the demo shows no signal: {error}");
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = door.asked_to_quit() => {}
        () = told_to_end() => {}
        () = shown => {}
    }
    tracing::info!("told to end");
    resident.quit();
    serving.abort();
    if tokio::time::timeout(LAST_REQUEST, working).await.is_err() {
        tracing::warn!("the request under way did not end in time; the next start looks what became of it");
    }
    following.abort();
    #[cfg(feature = "demo")]
    if let Some(systems) = systems {
        systems.stop().await;
    }
    Ok(())
}

/// Shows the tray. Without one the window and notifications work all the same.
fn show_tray(
    resident: &Resident,
    opener: &Arc<Opener>,
    runtime: &tokio::runtime::Handle,
    door: &Door,
) -> Option<Tray> {
    let click = {
        let (resident, opener, runtime, door) =
            (resident.clone(), Arc::clone(opener), runtime.clone(), door.clone());
        move |choice: Choice| clicked(choice, &resident, &opener, &runtime, &door)
    };
    match Tray::show(resident.state(), click) {
        Ok(tray) => Some(tray),
        Err(reason) => {
            tracing::warn!(reason, "there is no tray");
            None
        }
    }
}

fn clicked(
    choice: Choice,
    resident: &Resident,
    opener: &Arc<Opener>,
    runtime: &tokio::runtime::Handle,
    door: &Door,
) {
    let place = match choice {
        Choice::Open(route) => return opener.open(route),
        Choice::Quit => return door.quit(),
        Choice::SyncNow | Choice::PauseHour | Choice::PauseTomorrow | Choice::Resume => None,
        Choice::OpenBusinessCentral => Some(OpenPlace::BusinessCentral),
        Choice::OpenZoho => Some(OpenPlace::Zoho),
        Choice::Guide => Some(OpenPlace::Guide),
        Choice::Logs => Some(OpenPlace::Logs),
    };
    let resident = resident.clone();
    runtime.spawn(async move {
        let done = match (place, &choice) {
            (Some(place), _) => resident.open_place(place).await.map(drop),
            (None, Choice::PauseHour) => resident.pause(PauseUntil::Hour).await.map(drop),
            (None, Choice::PauseTomorrow) => resident.pause(PauseUntil::Tomorrow).await.map(drop),
            (None, Choice::Resume) => resident.resume(Nothing).await.map(drop),
            (None, _) => resident.sync_now(Nothing).await.map(drop),
        };
        if let Err(failure) = done {
            tracing::warn!(code = failure.code, "a click in the tray did nothing: {}", failure.message);
        }
    });
}

/// Keeps the tray true.
async fn follow(resident: Resident, tray: Option<Tray>) {
    let Some(tray) = tray else { return };
    let mut events = resident.events();
    let mut recent = resident.recent(RECENT);
    tray.update(resident.state(), recent.clone());
    loop {
        match events.recv().await {
            Ok(Event::State { state }) => tray.update(state, recent.clone()),
            Ok(Event::Changed) | Err(RecvError::Lagged(_)) => {
                recent = resident.recent(RECENT);
                tray.update(resident.state(), recent.clone());
            }
            Ok(Event::WorkEnded { .. } | Event::Show { .. }) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Waits until the operating system or a terminal asks for the end.
#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Waits until the operating system or a terminal asks for the end.
#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

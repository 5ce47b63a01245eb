//! One file a command.

mod bundle;
mod connect;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod history;
mod map;
mod match_review;
mod preview;
mod problems;
mod reconcile;
mod replay;
mod setup;
mod status;
mod sync;
mod webhooks;

use ::sync::policy::BulkMode;
use app::open::{Mode, Outside};
use app::{App, AppError, Profile, Settings};

use crate::args::{Args, Command};
use crate::output::Output;

/// Runs the command and returns the exit code.
pub async fn run(args: &Args, output: Output) -> Result<u8, AppError> {
    let profile = match &args.command {
        #[cfg(feature = "demo")]
        Command::Demo(_) => Profile::demo(args.profile.clone())?,
        _ => Profile::at(args.profile.clone())?,
    };
    let _logs = logs(&profile);
    match &args.command {
        #[cfg(feature = "demo")]
        Command::Demo(demo) => demo::run(&profile, demo, output).await,
        Command::Connect => connect::run(&profile, output).await,
        Command::Doctor => doctor::run(&open(profile, Mode::Read)?, output).await,
        Command::Setup(setup) => {
            let mode = if setup.dry_run { Mode::Read } else { Mode::Write };
            setup::run(&open(profile, mode)?, setup, output).await
        }
        Command::Match(args) => match_review::run(profile, args, output).await,
        Command::Preview(preview) => preview::run(&profile, preview, output).await,
        Command::Sync(sync) => sync::run(&open_for_sync(profile, sync.no_bulk)?, sync, output).await,
        Command::Status => status::run(&profile, output),
        Command::Webhooks(webhooks) => webhooks::run(profile, webhooks, output).await,
        Command::Problems(problems) => problems::run(&profile, problems, output),
        Command::Replay(replay) => replay::run(&open(profile, Mode::Write)?, replay, output).await,
        Command::History(history) => history::run(&profile, history, output),
        Command::Map(map) => map::run(profile, map, output).await,
        Command::Bundle(bundle) => bundle::run(profile, bundle, output).await,
        Command::Reconcile(reconcile) => {
            reconcile::run(&open(profile, Mode::Write)?, reconcile, output).await
        }
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn open(profile: Profile, mode: Mode) -> Result<App, AppError> {
    App::open(
        profile,
        mode,
        &Outside { environment: &environment, transport: None, relay: None, clock: None, random: None },
    )
}

/// Opens the profile for a sync, which may be told to start no bulk jobs whatever the settings say.
fn open_for_sync(profile: Profile, no_bulk: bool) -> Result<App, AppError> {
    let mut settings = Settings::load(&profile.settings())?;
    if no_bulk {
        settings.sync.bulk = BulkMode::Never;
    }
    let outside =
        Outside { environment: &environment, transport: None, relay: None, clock: None, random: None };
    App::with_settings(profile, settings, Mode::Write, &outside)
}

/// Starts the log files of a profile that exists. A command works without them, and says why they are missing.
fn logs(profile: &Profile) -> Option<impl Drop + use<>> {
    if !profile.folder().exists() {
        return None;
    }
    match app::logs::start(&profile.logs(), environment("LEDGERLINE_LOG").as_deref()) {
        Ok(guard) => Some(guard),
        Err(reason) => {
            eprintln!("ledgerline: no log files are written: {reason}");
            None
        }
    }
}

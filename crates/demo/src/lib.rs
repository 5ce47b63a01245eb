//! The demo: a built-in Business Central and Zoho CRM on this computer only, and the profile that is connected to them.
//!
//! Window and command line show the same demo: what one has done, the other finds.

mod signals;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::alerts::Preferences;
use app::open::{Mode, Outside};
use app::profile::ProfileError;
use app::settings::{BusinessCentral, Network, Relay, Settings, Sync, Zoho};
use app::{App, AppError, Profile, setup};
use sandbox::{Handled, Incoming, Server, World, credentials};
use serde::Deserialize;
pub use signals::{Arrival, arrival, signals_in};
use sync::policy::InvoicesFrom;
use transport::{Method, SystemClock, SystemRandom};

/// Everything that happened in both systems. The file also says that the folder is a demo's.
const JOURNAL: &str = "demo-systems.jsonl";

/// The secrets that both systems accept, by environment variable. They open nothing but the simulation.
pub const SECRETS: [(&str, &str); 3] = [
    ("LEDGERLINE_BC_CLIENT_SECRET", credentials::BC_CLIENT_SECRET),
    ("LEDGERLINE_ZOHO_CLIENT_SECRET", credentials::ZOHO_CLIENT_SECRET),
    ("LEDGERLINE_ZOHO_REFRESH_TOKEN", credentials::ZOHO_REFRESH_TOKEN),
];

/// The environment as the demo sees it: no secret of a real profile, and never the keychain.
#[must_use]
pub fn environment(name: &str) -> Option<String> {
    SECRETS.into_iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.to_owned())
}

/// Both systems, running.
pub struct Systems {
    world: World,
    server: Server,
    _lock: File,
}

#[derive(Deserialize)]
struct Changes {
    changes: Vec<String>,
}

/// The settings of a profile that copies simulated systems at `origin`.
#[must_use]
pub fn settings(origin: &str) -> Settings {
    Settings {
        business_central: BusinessCentral {
            tenant: credentials::TENANT.to_owned(),
            environment: credentials::ENVIRONMENT.to_owned(),
            company: credentials::COMPANY.to_owned(),
            client_id: credentials::BC_CLIENT_ID.to_owned(),
            login_url: format!("{origin}/login"),
            api_url: format!("{origin}/bc"),
            client_secret_expires: None,
        },
        zoho: Zoho {
            client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
            accounts_url: format!("{origin}/accounts"),
            upload_url: Some(format!("{origin}/upload")),
            default_owner: None,
        },
        sync: Sync { invoices_from: Some(InvoicesFrom::All), ..Sync::default() },
        flows: BTreeMap::new(),
        network: Network::default(),
        notifications: Preferences::default(),
        relay: Relay::default(),
    }
}

impl Systems {
    /// Starts both systems as they were left, or as new, and leaves their addresses in the profile's settings file.
    ///
    /// # Errors
    /// When the folder holds a real profile, is in use, or cannot be used.
    pub async fn start(profile: &Profile, fresh: bool) -> Result<Self, AppError> {
        refuse_real_profile(profile)?;
        profile.create()?;
        let unusable =
            |source: io::Error| ProfileError::Folder { path: profile.folder().display().to_string(), source };
        let lock = lock(profile, &unusable)?;
        if fresh {
            let _writer = profile.lock()?;
            forget(profile).map_err(unusable)?;
        }
        // It names the address of the last time.
        remove(&profile.sealed().token).map_err(unusable)?;
        let journal = profile.folder().join(JOURNAL);
        let world =
            World::open(&journal, Arc::new(SystemClock::default()), Arc::new(SystemRandom::default()))
                .map_err(unusable)?;
        let server = sandbox::serve(world.clone(), ([127, 0, 0, 1], 0).into()).await.map_err(|error| {
            AppError::usage(
                format!("the demo cannot listen on this computer's loopback address: {error}"),
                "Check whether a security program forbids programs to listen on 127.0.0.1.",
            )
        })?;
        let systems = Self { world, server, _lock: lock };
        systems.settings().save(&profile.settings())?;
        Ok(systems)
    }

    /// Where both systems answer.
    #[must_use]
    pub fn origin(&self) -> String {
        self.server.origin()
    }

    /// Ends both systems.
    pub async fn stop(self) {
        self.server.stop().await;
    }

    /// The settings that lead to both systems.
    #[must_use]
    pub fn settings(&self) -> Settings {
        settings(&self.origin())
    }

    /// Changes a few things in the built-in Business Central, and says which.
    ///
    /// # Errors
    /// When the simulation is not as this program left it.
    pub fn change(&self) -> Result<Vec<String>, AppError> {
        let address = format!("{}/admin/bc/demo-changes", self.origin());
        let answer = Incoming::new(Method::Post, &address, Vec::new(), Default::default())
            .map(|incoming| self.world.handle(&incoming));
        let changes = match answer {
            Some(Handled::Answer(answer) | Handled::Late(answer, _)) => {
                serde_json::from_slice::<Changes>(&answer.body).ok()
            }
            Some(Handled::NeverReached | Handled::AnswerLost) | None => None,
        };
        changes.map(|changes| changes.changes).ok_or_else(|| {
            AppError::usage(
                "the built-in Business Central could not be changed",
                "Begin anew with `ledgerline demo --fresh`.",
            )
        })
    }
}

/// Starts both systems and creates the fields in Zoho, so that a run can begin.
///
/// # Errors
/// As [`Systems::start`], and when the fields cannot be created.
pub async fn prepared(profile: &Profile, fresh: bool) -> Result<Systems, AppError> {
    let systems = Systems::start(profile, fresh).await?;
    let outside =
        Outside { environment: &environment, transport: None, relay: None, clock: None, random: None };
    let app = App::with_settings(profile.clone(), systems.settings(), Mode::Write, &outside)?;
    create_fields(&app).await?;
    Ok(systems)
}

/// Creates the fields in the built-in Zoho, the first time. Says how many.
///
/// # Errors
/// When they cannot be created.
pub async fn create_fields(app: &App) -> Result<usize, AppError> {
    let plan = setup::plan(app).await?;
    if let Some(blocked) = plan.blocked.first() {
        return Err(AppError::usage(blocked.message.clone(), "Begin anew with `ledgerline demo --fresh`."));
    }
    if plan.create.is_empty() {
        return Ok(0);
    }
    Ok(setup::apply(app, &plan, &mut |_| {}).await?.created.len())
}

/// The demo deletes and overwrites: never in a folder that somebody connected to their own company.
fn refuse_real_profile(profile: &Profile) -> Result<(), AppError> {
    let in_use = profile.settings().exists() || profile.database().exists();
    if in_use && !profile.folder().join(JOURNAL).exists() {
        return Err(AppError::usage(
            format!("{} holds a profile that is not the demo's", profile.folder().display()),
            "Leave --profile out, or name another folder for the demo.",
        ));
    }
    Ok(())
}

/// One demo at a time in a folder; the profile's own lock stays free for other commands while the demo only serves.
fn lock(profile: &Profile, unusable: &dyn Fn(io::Error) -> ProfileError) -> Result<File, ProfileError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options.open(profile.folder().join("demo.lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ProfileError::InUse {
            path: profile.folder().display().to_string(),
            holder: " (another demo)".to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Removes what the demo left the last time. The journal goes last, for it says that the rest is a demo's.
fn forget(profile: &Profile) -> io::Result<()> {
    let beside = |suffix: &str| {
        let mut name = profile.database().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    };
    for path in [
        profile.database(),
        beside("-wal"),
        beside("-shm"),
        profile.settings(),
        profile.folder().join(JOURNAL),
    ] {
        remove(&path)?;
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

//! A profile folder and the whole application over it, in process, against a [`World`].

use std::path::Path;
use std::sync::{Arc, Mutex};

use app::open::{Mode, Outside};
use app::{App, Profile};
use jiff::Timestamp;
use sandbox::{InProcess, ORIGIN, World, credentials};
use sync::progress::{Event, Progress};
use tempfile::TempDir;
use transport::{Clock, Transport};

/// A folder with a settings file.
pub struct Folder {
    folder: TempDir,
    world: World,
    clock: Arc<dyn Clock>,
}

impl Folder {
    /// A profile of these flows that may spend this share of the credits.
    #[must_use]
    pub fn new(world: &World, clock: &Arc<dyn Clock>, flows: &str, budget: &str) -> Self {
        let folder =
            Self { folder: tempfile::tempdir().unwrap(), world: world.clone(), clock: Arc::clone(clock) };
        folder.settings(flows, budget);
        folder
    }

    /// Writes the settings anew.
    pub fn settings(&self, flows: &str, budget: &str) {
        let text = format!(
            "[business_central]\ntenant = \"{}\"\nenvironment = \"{}\"\ncompany = \"{}\"\nclient_id = \"{}\"\n\
             login_url = \"{ORIGIN}/login\"\napi_url = \"{ORIGIN}/bc\"\n\
             [zoho]\nclient_id = \"{}\"\naccounts_url = \"{ORIGIN}/accounts\"\n\
             [sync]\ninvoices_from = \"all\"\nflows = [{flows}]\ncredit_budget = {budget}\n",
            credentials::TENANT,
            credentials::ENVIRONMENT,
            credentials::COMPANY,
            credentials::BC_CLIENT_ID,
            credentials::ZOHO_CLIENT_ID,
        );
        std::fs::write(self.folder.path().join("ledgerline.toml"), text).unwrap();
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile::at(Some(self.folder.path().to_path_buf())).unwrap()
    }

    /// The application, as the profile's one writer or beside it.
    #[must_use]
    pub fn open(&self, mode: Mode) -> App {
        App::open(self.profile(), mode, &self.outside()).unwrap()
    }

    /// What the application needs from outside: the world instead of a network, and virtual time.
    #[must_use]
    pub fn outside(&self) -> Outside<'static> {
        let transport: Arc<dyn Transport> = Arc::new(InProcess(self.world.clone()));
        let clock = Some(Arc::clone(&self.clock));
        Outside { environment: &secret, transport: Some(transport), relay: None, clock, random: None }
    }
}

/// The secrets of the sandbox, as a server has them in its environment.
#[must_use]
pub fn secret(name: &str) -> Option<String> {
    let secret = match name {
        "LEDGERLINE_BC_CLIENT_SECRET" => credentials::BC_CLIENT_SECRET,
        "LEDGERLINE_ZOHO_CLIENT_SECRET" => credentials::ZOHO_CLIENT_SECRET,
        "LEDGERLINE_ZOHO_REFRESH_TOKEN" => credentials::ZOHO_REFRESH_TOKEN,
        _ => return None,
    };
    Some(secret.to_owned())
}

/// Notes when something waits, and until when.
#[derive(Default)]
pub struct Pauses(Mutex<Vec<Timestamp>>);

impl Progress for Pauses {
    fn event(&self, event: Event) {
        if let Event::Pausing { until, .. } = event {
            self.0.lock().unwrap().push(until);
        }
    }
}

impl Pauses {
    /// Until when was waited, in order.
    #[must_use]
    pub fn all(&self) -> Vec<Timestamp> {
        self.0.lock().unwrap().clone()
    }
}

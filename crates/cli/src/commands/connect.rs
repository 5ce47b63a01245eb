//! `connect`: the setup wizard in a terminal. Each answer is tried at once; nothing is stored before the last one.

mod business_central;
mod sync;
mod zoho;

use std::sync::Arc;

use app::connect::{self, Wires};
use app::secrets::{self, SecretName};
use app::settings::{Settings, SettingsError};
use app::{AppError, Profile};
use transport::{Clock, Secret, SystemClock, SystemRandom};

use super::environment;
use crate::output::{Output, say};
use crate::terminal::{self, InputEnded};

/// What the questions need: the network, the profile, and what it says already.
struct Wizard<'a> {
    wires: Wires,
    profile: &'a Profile,
    old: Option<Settings>,
    /// Secrets that were typed and have to be stored.
    typed: Vec<(SecretName, Secret)>,
}

pub async fn run(profile: &Profile, output: Output) -> Result<u8, AppError> {
    if !terminal::is_interactive() {
        return Err(AppError::usage(
            "connect asks questions and needs a terminal",
            "Run it in a terminal; on a server write ledgerline.toml (docs/settings.md) and set the LEDGERLINE_* variables.",
        ));
    }
    let old = match Settings::load(&profile.settings()) {
        Ok(settings) => Some(settings),
        Err(SettingsError::Absent { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let _lock = profile.lock()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let network = old.as_ref().map(|old| old.network.clone()).unwrap_or_default();
    let wires = Wires {
        transport: Arc::new(app::open::network(&network)?),
        clock: Arc::clone(&clock),
        random: Arc::new(SystemRandom::default()),
    };
    let mut wizard = Wizard { wires, profile, old, typed: Vec::new() };
    wizard.welcome();
    let business_central = business_central::ask(&mut wizard).await?;
    let (zoho, org, token) = zoho::ask(&mut wizard).await?;
    let sync = sync::ask(&wizard, &org)?;
    let settings = Settings {
        business_central,
        zoho,
        sync,
        flows: wizard.old.as_ref().map(|old| old.flows.clone()).unwrap_or_default(),
        network,
        notifications: wizard.old.as_ref().map(|old| old.notifications.clone()).unwrap_or_default(),
        relay: wizard.old.as_ref().map(|old| old.relay.clone()).unwrap_or_default(),
    };
    connect::keep(profile, &settings, &wizard.typed, token.as_ref(), &clock)?;
    if output.json {
        output.object(&Connected { outcome: "clean", profile: profile.folder().display().to_string() });
    } else {
        say!("Connected. The settings are in {}.", profile.settings().display());
        say!(
            "Next: `ledgerline doctor` checks everything, `ledgerline setup` creates the fields in Zoho, `ledgerline sync --once` copies."
        );
    }
    Ok(0)
}

/// What `--json` prints.
#[derive(serde::Serialize)]
struct Connected {
    outcome: &'static str,
    profile: String,
}

impl Wizard<'_> {
    fn welcome(&self) {
        eprintln!(
            "This connects Business Central and Zoho CRM for the profile in {}.",
            self.profile.folder().display()
        );
        eprintln!("Every answer is tried at once. Ctrl-D leaves; nothing is stored before the last answer.");
        let set = SecretName::PROVIDED.into_iter().filter(|name| self.provided(*name).is_some()).count();
        if set == SecretName::PROVIDED.len() {
            eprintln!(
                "All three LEDGERLINE_* variables are set: their secrets are used and not asked for, and the keychain is not used."
            );
        }
    }

    /// The secret from the environment, where it is set.
    fn provided(&self, name: SecretName) -> Option<Secret> {
        secrets::from_environment(&environment, name)
    }

    /// The secret from the environment, or typed.
    fn secret(&self, name: SecretName, question: &str) -> Result<Secret, AppError> {
        match (self.provided(name), name.variable()) {
            (Some(secret), Some(variable)) => {
                eprintln!("{question}: taken from {variable}.");
                Ok(secret)
            }
            _ => terminal::secret(question).map_err(left),
        }
    }

    /// Notes a secret that works, to be stored at the end, unless the environment provides it.
    fn works(&mut self, name: SecretName, secret: Secret) {
        if self.provided(name).is_none() {
            self.typed.push((name, secret));
        }
    }
}

fn left(_: InputEnded) -> AppError {
    AppError::usage(
        "connect was left before its end; nothing was stored",
        "Run `ledgerline connect` again when you have everything at hand.",
    )
}

/// Says what is wrong and what to do, before the question is asked again.
fn complain(error: &AppError) {
    eprintln!("✗ {error}\n  → {}", error.cure());
}

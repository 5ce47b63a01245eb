//! Opens a profile: settings, secrets, network and database become an engine.

use std::sync::Arc;

use sync::credit_ledger::CreditLedger;
use sync::engine::{Engine, Origin, Parts};
use sync::map::{ForeignCurrency, MapPolicy};
use sync::policy::{BulkPolicy, Policy};
use sync::store::Store;
use transport::{
    Clock, Courier, HttpTransport, NetworkSettings, Patience, Permit, Random, SystemClock, SystemRandom,
    Transport, Unmetered,
};

use crate::profile::WriterLock;
use crate::secrets::{self, Credentials, Environment, RelayVault};
use crate::settings::Network;
use crate::webhooks::{Link, Way};
use crate::{AppError, Profile, Settings, installation};

/// Business Central processes five requests of one app at a time; one is left to others (facts, §6).
const BUSINESS_CENTRAL_CONCURRENCY: usize = 4;
/// Until the edition is known: what the free edition allows, less one for others.
const ZOHO_FIRST_CONCURRENCY: usize = 4;

/// An open profile. It holds the writer's lock unless it was opened for reading.
pub struct App {
    /// The profile.
    pub profile: Profile,
    /// Its settings.
    pub settings: Settings,
    /// Its database.
    pub store: Arc<Store>,
    /// The Business Central client.
    pub business_central: business_central::Client,
    /// The Zoho client.
    pub zoho: zoho_crm::Client,
    /// The engine.
    pub engine: Engine,
    /// What was spent in Zoho, and what may be.
    pub ledger: Arc<CreditLedger>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Where the access to the relay's mailbox is kept.
    pub relay: RelayVault,
    /// The connection to the relay, where there is one.
    pub link: Arc<Link>,
    /// The way to the relay.
    pub relay_way: Arc<dyn Way>,
    _lock: Option<Arc<WriterLock>>,
}

/// What an opened profile needs from outside.
pub struct Outside<'a> {
    /// Environment variables.
    pub environment: Environment<'a>,
    /// The network; `None` for the real one.
    pub transport: Option<Arc<dyn Transport>>,
    /// The way to the relay; `None` for the real network.
    pub relay: Option<Arc<dyn Way>>,
    /// The clock; `None` for the computer's.
    pub clock: Option<Arc<dyn Clock>>,
    /// Chance; `None` for the system's.
    pub random: Option<Arc<dyn Random>>,
}

/// How a profile is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As its one writer.
    Write,
    /// Beside a writer.
    Read,
}

impl App {
    /// Opens `profile` with its own settings file.
    ///
    /// # Errors
    /// When settings, secrets, lock, network or database do not allow it.
    pub fn open(profile: Profile, mode: Mode, outside: &Outside<'_>) -> Result<Self, AppError> {
        let settings = Settings::load(&profile.settings())?;
        Self::with_settings(profile, settings, mode, outside)
    }

    /// Opens `profile` with these settings instead of its file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn with_settings(
        profile: Profile,
        settings: Settings,
        mode: Mode,
        outside: &Outside<'_>,
    ) -> Result<Self, AppError> {
        let lock = match mode {
            Mode::Write => Some(Arc::new(profile.lock()?)),
            Mode::Read => None,
        };
        Self::held(profile, settings, lock, outside)
    }

    /// Opens `profile` for a process that is its one writer already.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn with_lock(
        profile: Profile,
        settings: Settings,
        lock: Arc<WriterLock>,
        outside: &Outside<'_>,
    ) -> Result<Self, AppError> {
        Self::held(profile, settings, Some(lock), outside)
    }

    fn held(
        profile: Profile,
        settings: Settings,
        lock: Option<Arc<WriterLock>>,
        outside: &Outside<'_>,
    ) -> Result<Self, AppError> {
        let store = Arc::new(match lock {
            Some(_) => Store::open(&profile.database())?,
            None if profile.database().exists() => Store::open_read_only(&profile.database())?,
            None => Store::in_memory()?,
        });
        let clock: Arc<dyn Clock> = outside.clock.clone().unwrap_or_else(|| Arc::new(SystemClock::default()));
        let name = profile.folder().display().to_string();
        let credentials = secrets::collect(&name, &profile.sealed(), outside.environment, &clock)?;
        let relay = credentials.relay.clone();
        let (transport, relay_way) = ways_out(outside, &settings)?;
        let random: Arc<dyn Random> =
            outside.random.clone().unwrap_or_else(|| Arc::new(SystemRandom::default()));
        let ledger = Arc::new(CreditLedger::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            settings.sync.credit_budget_percent,
        ));
        let ways = Ways { business_central: Arc::clone(&transport), zoho: transport };
        let permit = Arc::clone(&ledger) as Arc<dyn Permit>;
        let clients = clients(&settings, credentials, &ways, permit, &clock, &random);
        let writer = lock.as_ref().map(|_| installation::writer(&store, &*random)).transpose()?;
        let parts = Parts { writer, ..parts(&settings, &clients, &store, &ledger, &clock, &random) };
        let (business_central, zoho) = clients;
        let engine = Engine::new(parts);
        Ok(Self {
            profile,
            settings,
            store,
            business_central,
            zoho,
            engine,
            ledger,
            clock,
            random,
            relay,
            link: Arc::default(),
            relay_way,
            _lock: lock,
        })
    }
}

/// What an engine needs, from the settings and the clients.
pub(crate) fn parts(
    settings: &Settings,
    clients: &(business_central::Client, zoho_crm::Client),
    store: &Arc<Store>,
    ledger: &Arc<CreditLedger>,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Parts {
    let (business_central, zoho) = clients;
    let today = clock.now().to_zoned(jiff::tz::TimeZone::system()).date();
    Parts {
        store: Arc::clone(store),
        business_central: business_central.clone(),
        zoho: zoho.clone(),
        clock: Arc::clone(clock),
        random: Arc::clone(random),
        policy: policy(settings, today),
        origin: Origin {
            tenant: settings.business_central.tenant.clone(),
            environment: settings.business_central.environment.clone(),
            company: settings.business_central.company.clone(),
        },
        ledger: Arc::clone(ledger),
        writer: None,
    }
}

/// The network to the services, and the one to the relay.
type WaysOut = (Arc<dyn Transport>, Arc<dyn Way>);

/// The ways to the services and to the relay: one network, unless something else was handed in.
fn ways_out(outside: &Outside<'_>, settings: &Settings) -> Result<WaysOut, AppError> {
    if let (Some(transport), Some(relay)) = (&outside.transport, &outside.relay) {
        return Ok((Arc::clone(transport), Arc::clone(relay)));
    }
    let real = Arc::new(network(&settings.network)?);
    let transport = outside.transport.clone().unwrap_or_else(|| Arc::clone(&real) as Arc<dyn Transport>);
    let relay = outside.relay.clone().unwrap_or(real as Arc<dyn Way>);
    Ok((transport, relay))
}

/// The network, unless something else was handed in.
pub(crate) fn way_out(outside: &Outside<'_>, settings: &Settings) -> Result<Arc<dyn Transport>, AppError> {
    match &outside.transport {
        Some(transport) => Ok(Arc::clone(transport)),
        None => Ok(Arc::new(network(&settings.network)?)),
    }
}

/// The network as the settings want it.
///
/// # Errors
/// When the proxy or the extra certificates cannot be used.
pub fn network(settings: &Network) -> Result<HttpTransport, AppError> {
    let extra_ca = match &settings.extra_ca {
        None => None,
        Some(path) => Some(std::fs::read(path).map_err(|error| {
            AppError::usage(
                format!("the certificate file {path} cannot be read: {error}"),
                "Correct extra_ca under [network] in ledgerline.toml.",
            )
        })?),
    };
    Ok(HttpTransport::new(&NetworkSettings { proxy: settings.proxy.clone(), extra_ca })?)
}

/// The ways to both services: one network, unless something stands in between.
pub struct Ways {
    /// To Business Central.
    pub business_central: Arc<dyn Transport>,
    /// To Zoho.
    pub zoho: Arc<dyn Transport>,
}

/// Both clients.
#[must_use]
pub fn clients(
    settings: &Settings,
    credentials: Credentials,
    ways: &Ways,
    ledger: Arc<dyn Permit>,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> (business_central::Client, zoho_crm::Client) {
    let courier = |way, concurrency, permit: Arc<dyn Permit>| {
        Courier::new(
            concurrency,
            Patience::default(),
            Arc::clone(way),
            permit,
            Arc::clone(clock),
            Arc::clone(random),
        )
    };
    let from = &settings.business_central;
    let business_central = business_central::Client::new(
        business_central::Settings {
            tenant: from.tenant.clone(),
            environment: from.environment.clone(),
            client_id: from.client_id.clone(),
            login_url: from.login_url.clone(),
            api_url: from.api_url.clone(),
        },
        credentials.business_central,
        courier(&ways.business_central, BUSINESS_CENTRAL_CONCURRENCY, Arc::new(Unmetered)),
        Arc::clone(clock),
    );
    let zoho = zoho_crm::Client::new(
        zoho_crm::Settings {
            client_id: settings.zoho.client_id.clone(),
            accounts_url: settings.zoho.accounts_url.clone(),
            upload_url: settings.zoho.upload_url.clone(),
        },
        credentials.zoho_client,
        credentials.zoho_refresh,
        courier(&ways.zoho, ZOHO_FIRST_CONCURRENCY, ledger),
        Arc::clone(clock),
        credentials.vault,
    );
    (business_central, zoho)
}

/// How big numbers of new records go to Zoho.
pub(crate) fn bulk(settings: &crate::settings::Sync) -> BulkPolicy {
    BulkPolicy { mode: settings.bulk, ..BulkPolicy::default() }
}

/// The engine's policy from the settings, with defaults worked out for `today`.
#[must_use]
pub fn policy(settings: &Settings, today: jiff::civil::Date) -> Policy {
    let invoices_from = settings.invoices_from(today);
    let foreign = if settings.sync.copy_foreign_currency {
        ForeignCurrency::CopyWithSuffix
    } else {
        ForeignCurrency::Skip
    };
    Policy {
        flows: settings.sync.flows.clone(),
        invoices_from,
        by_flow: settings.flows.clone(),
        credit_budget_percent: settings.sync.credit_budget_percent,
        inventory_interval: settings.sync.inventory_interval,
        drift_interval: settings.sync.drift_interval,
        safety_interval: settings.relay.safety_poll,
        match_certain: settings.sync.match_certain,
        bulk: bulk(&settings.sync),
        map: MapPolicy {
            foreign_currency_in_one_currency_org: foreign,
            status_table: settings
                .sync
                .invoice_status
                .iter()
                .map(|(from, to)| (from.clone(), (!to.is_empty()).then(|| to.clone())))
                .collect(),
            default_owner: settings.zoho.default_owner.clone().map(zoho_crm::ZohoId::new),
            invoices_from: match invoices_from {
                sync::policy::InvoicesFrom::All => None,
                sync::policy::InvoicesFrom::Date(date) => Some(date),
            },
            ..MapPolicy::default()
        },
    }
}

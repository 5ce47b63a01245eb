//! An office PC with the whole application, both services, and a relay between them, in one process and on virtual time.
//!
//! Everything on the PC's way is the product's own: the application, its polling and listening, and the relay's pages over its own store.
//! The test decides what happens to the PC, to its line, to the relay and to both services.

mod line;
mod relay;
mod time;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use app::open::{Mode, Outside};
use app::settings::{Relay, Settings, Sync};
use app::webhooks::{self, Switched};
use app::{App, Profile, polling};
use business_central::{BcId, Client, Entity, NewSubscription};
use jiff::{SignedDuration, Timestamp};
use sandbox::{ORIGIN, Postman, World, credentials, seed};
use sync::policy::InvoicesFrom;
use sync::progress::{Silent, Stop};
use sync::store::Store;
use tempfile::TempDir;
use transport::{Clock, Courier, Patience, Random, Secret, SeededRandom, Transport, Unmetered};
use zoho_crm::{Module, NewChannel};

use crate::folder::secret;
use crate::{Choices, Rig, START, assert_clean};

pub use line::Line;
pub use relay::{KEY, NearRelay, URL};
pub use time::{PcClock, Time};

/// The channel of somebody else.
const OTHERS_CHANNEL: u64 = 4711;
/// What somebody else's subscriptions carry.
const OTHERS_STATE: &str = "ledgerline 00000000000000aa their word";

/// A folder in memory where there is such a place: days of writes would wait for a disk for minutes.
fn quick_folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let here = tempfile::Builder::new().prefix("ledgerline").tempdir_in(memory);
    here.or_else(|_| tempfile::tempdir()).unwrap()
}

/// One subscription or channel as a service has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its name there.
    pub id: String,
    /// Whether Zoho has it; else Business Central.
    pub in_zoho: bool,
    /// Whether the PC's installation made it.
    pub ours: bool,
    /// The collection, in Business Central; Zoho's are told apart by their numbers.
    pub about: String,
    /// When it ends.
    pub ends: Timestamp,
}

/// Everything.
pub struct Office {
    /// Everybody's time.
    pub time: Arc<Time>,
    /// Both services.
    pub world: World,
    /// The relay.
    pub relay: Arc<NearRelay>,
    /// The PC's line.
    pub line: Arc<Line>,
    /// Whoever edits both systems; a rig whose engine never runs.
    pub people: Rig,
    choices: Choices,
    others: Client,
    folder: TempDir,
    random: Arc<dyn Random>,
}

impl Office {
    /// An office where nothing is synced and nobody listens yet.
    pub async fn new(random_seed: u64, choices: Choices) -> Self {
        let time = Time::starting_at(START.parse().unwrap());
        let clock: Arc<dyn Clock> = Arc::clone(&time) as _;
        let world = World::new(Arc::clone(&clock), Arc::new(SeededRandom::new(random_seed)));
        world.bc(seed::bare);
        let relay = NearRelay::new(&time);
        world.set_postman(Arc::clone(&relay) as Arc<dyn Postman>);
        let line = Line::new(&world, &relay);
        let people = Rig::over(world.clone(), Arc::clone(&clock), choices.clone());
        people.set_up().await;
        let courier = Courier::new(
            4,
            Patience::default(),
            Arc::new(sandbox::InProcess(world.clone())),
            Arc::new(Unmetered),
            Arc::clone(&clock),
            Arc::new(SeededRandom::new(3)),
        );
        let settings = business_central::Settings {
            tenant: credentials::TENANT.to_owned(),
            environment: credentials::ENVIRONMENT.to_owned(),
            client_id: credentials::BC_CLIENT_ID.to_owned(),
            login_url: format!("{ORIGIN}/login"),
            api_url: format!("{ORIGIN}/bc"),
        };
        let others = Client::new(settings, Secret::new(credentials::BC_CLIENT_SECRET), courier, clock);
        let random = Arc::new(SeededRandom::new(random_seed ^ 0x0FF1_CE00));
        let folder = quick_folder();
        let office = Self { time, world, relay, line, people, choices, others, folder, random };
        office.settings().save(&office.profile().settings()).unwrap();
        office
    }

    /// The profile of the PC.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile::at(Some(self.folder.path().to_path_buf())).unwrap()
    }

    /// Starts the application.
    #[must_use]
    pub fn open(&self) -> App {
        let outside = Outside {
            environment: &secret,
            transport: Some(Arc::clone(&self.line) as Arc<dyn Transport>),
            relay: Some(Arc::clone(&self.line) as _),
            clock: Some(Arc::new(PcClock(Arc::clone(&self.time)))),
            random: Some(Arc::clone(&self.random)),
        };
        App::open(self.profile(), Mode::Write, &outside).unwrap()
    }

    /// The settings file's content, with the relay named.
    fn settings(&self) -> Settings {
        let policy = &self.choices.policy;
        Settings {
            sync: Sync {
                flows: policy.flows.clone(),
                // Signals bring what is new; fewer polls let days pass sooner.
                poll_interval: Duration::from_secs(20 * 60),
                invoices_from: Some(InvoicesFrom::All),
                credit_budget_percent: policy.credit_budget_percent,
                drift_interval: policy.drift_interval,
                inventory_interval: policy.inventory_interval,
                match_certain: policy.match_certain,
                ..Sync::default()
            },
            flows: policy.by_flow.iter().map(|(flow, policy)| (*flow, *policy)).collect::<BTreeMap<_, _>>(),
            relay: Relay { url: Some(URL.to_owned()), ..Relay::default() },
            ..demo::settings(ORIGIN)
        }
    }

    /// The first sync, and signals are switched on.
    pub async fn begin(&self) -> Switched {
        let app = self.open();
        assert_clean(&polling::scheduled(&app, None, &Silent, &Stop::default()).await);
        webhooks::switch_on(&app, &*app.relay_way, URL, &Secret::new(KEY)).await.unwrap()
    }

    /// The program runs while something happens, and is stopped then.
    pub async fn works<T>(&self, meanwhile: impl Future<Output = T>) -> T {
        let app = self.open();
        let stop = Stop::default();
        let mut program = pin!(polling::poll(&app, None, &Silent, &stop, |_| {}));
        let happened = tokio::select! {
            _ = &mut program => panic!("the program ended by itself"),
            happened = meanwhile => happened,
        };
        stop.ask();
        program.await;
        happened
    }

    /// Time passes, and posts are carried.
    pub async fn pass(&self, time: Duration) {
        let mut left = time;
        while !left.is_zero() {
            let step = left.min(Duration::from_secs(10));
            tokio::time::sleep(step).await;
            left -= step;
            let _ = self.world.deliver();
        }
    }

    /// The PC's database in a rig of its own, for looking and comparing while the application does not run.
    #[must_use]
    pub fn looked_into(&self) -> Rig {
        let store = Arc::new(Store::open(&self.profile().database()).unwrap());
        let clock: Arc<dyn Clock> = Arc::clone(&self.time) as _;
        Rig::over_store(self.world.clone(), clock, self.choices.clone(), store)
    }

    /// Everything that either service tells anybody about now.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        let now = self.world.now();
        let of_bc = self.world.bc(|bc| {
            let open = bc.webhooks.subscriptions().filter(|one| one.expires > now);
            let told = open.map(|one| Told {
                id: one.id.clone(),
                in_zoho: false,
                ours: one.client_state != OTHERS_STATE,
                about: one.resource.rsplit('/').next().unwrap_or_default().to_owned(),
                ends: one.expires,
            });
            told.collect::<Vec<_>>()
        });
        let of_zoho = self.world.zoho(|zoho| zoho.channel_ends(now));
        let of_zoho = of_zoho.into_iter().map(|(id, ends)| Told {
            id: id.to_string(),
            in_zoho: true,
            ours: id != OTHERS_CHANNEL,
            about: id.to_string(),
            ends,
        });
        of_bc.into_iter().chain(of_zoho).collect()
    }

    /// Ends a subscription of whomever, as somebody does who tidies up.
    pub fn take_away(&self, told: &Told) {
        let gone = match told.in_zoho {
            true => self.world.zoho(|zoho| zoho.drop_channel(told.id.parse().unwrap())),
            false => self.world.bc(|bc| bc.webhooks.drop_subscription(&told.id)),
        };
        assert!(gone, "{told:?}");
    }

    /// Somebody else, in the same company and the same org, makes or renews subscriptions that lead elsewhere.
    pub async fn others_renew(&self) {
        let company: BcId = self.others.companies().await.unwrap()[0].id;
        let hook = "https://others.invalid/hook";
        let wanted = NewSubscription::of(company, Entity::Customers, hook, Secret::new(OTHERS_STATE));
        let listed = self.others.subscriptions().await.unwrap();
        match listed.iter().find(|listed| listed.client_state.reveal() == OTHERS_STATE) {
            Some(known) => drop(self.others.renew_subscription(known, &wanted).await.unwrap()),
            None => drop(self.others.subscribe(&wanted).await.unwrap()),
        }
        let channel = NewChannel {
            id: OTHERS_CHANNEL,
            module: Module::Accounts,
            notify_url: hook.to_owned(),
            token: Secret::new("their token"),
            expires_at: self.time.now() + SignedDuration::from_hours(6 * 24),
        };
        self.people.zoho.open_channel(&channel).await.unwrap();
    }
}

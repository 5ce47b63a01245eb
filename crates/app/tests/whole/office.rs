//! An office: both simulated systems on a socket, a profile that is connected to them, and what stays in memory of it.

// A failed expectation is a failed test.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::Profile;
use app::alerts::Alert;
use app::resident::{Hands, Resident, Surroundings};
use app::window::schema::{Event, Failure, Nothing};
use app::window::state::WorkKind;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sandbox::{Server, World, credentials, serve};
use tokio::sync::broadcast::Receiver;
use transport::{BoxFuture, Clock, SystemClock, SystemRandom};

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(120);

#[derive(Default)]
pub struct Noted {
    pub opened: Mutex<Vec<String>>,
    pub said: Mutex<Vec<String>>,
}

impl Hands for Noted {
    fn open(&self, target: &str) -> Result<(), String> {
        self.opened.lock().unwrap().push(target.to_owned());
        Ok(())
    }

    fn notify(&self, alert: &Alert) {
        self.said.lock().unwrap().push(alert.title.clone());
    }

    fn say(&self, title: &str, _body: &str) {
        self.said.lock().unwrap().push(title.to_owned());
    }
}

fn environment(name: &str) -> Option<String> {
    match name {
        "LEDGERLINE_BC_CLIENT_SECRET" => Some(credentials::BC_CLIENT_SECRET.to_owned()),
        "LEDGERLINE_ZOHO_CLIENT_SECRET" => Some(credentials::ZOHO_CLIENT_SECRET.to_owned()),
        "LEDGERLINE_ZOHO_REFRESH_TOKEN" => Some(credentials::ZOHO_REFRESH_TOKEN.to_owned()),
        "USER" => Some("ann".to_owned()),
        _ => None,
    }
}

/// The computer's clock, which a sleep leaves behind the wall's.
#[derive(Default)]
pub struct PcClock {
    running: SystemClock,
    slept: Mutex<SignedDuration>,
}

impl PcClock {
    pub fn sleeps(&self, long: SignedDuration) {
        *self.slept.lock().unwrap() += long;
    }
}

impl Clock for PcClock {
    fn now(&self) -> Timestamp {
        self.running.now() + *self.slept.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.running.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.running.sleep(duration)
    }
}

/// Both systems, a profile that is connected to them, and what stays in memory of it.
pub struct Office {
    pub world: World,
    _server: Server,
    pub folder: tempfile::TempDir,
    pub hands: Arc<Noted>,
    pub clock: Arc<PcClock>,
    pub resident: Resident,
    life: std::thread::JoinHandle<()>,
}

pub fn taken_up(
    folder: &Path,
    hands: &Arc<Noted>,
    clock: &Arc<PcClock>,
) -> (Resident, std::thread::JoinHandle<()>) {
    let surroundings = Surroundings {
        environment: Arc::new(environment),
        transport: None,
        relay: None,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: Arc::new(SystemRandom::default()),
        zone: TimeZone::UTC,
        hands: Arc::clone(hands) as Arc<dyn Hands>,
        downloads: Some(folder.join("downloads")),
        demo: false,
    };
    let resident = Resident::new(Profile::at(Some(folder.join("profile"))).unwrap(), surroundings).unwrap();
    let runtime = tokio::runtime::Handle::current();
    let living = resident.clone();
    (resident, std::thread::spawn(move || runtime.block_on(living.live())))
}

impl Office {
    pub async fn new() -> Self {
        let world = World::distributor(Arc::new(SystemClock::default()), Arc::new(SystemRandom::default()));
        let server = serve(world.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().join("profile"))).unwrap();
        profile.create().unwrap();
        demo::settings(&server.origin()).save(&profile.settings()).unwrap();
        let hands = Arc::new(Noted::default());
        let clock = Arc::new(PcClock::default());
        let (resident, life) = taken_up(folder.path(), &hands, &clock);
        let office = Self { world, _server: server, folder, hands, clock, resident, life };
        office.until(|event| matches!(event, Event::Changed)).await;
        office
    }

    pub async fn until(&self, wanted: impl Fn(&Event) -> bool) -> Event {
        heard(self.resident.events(), wanted).await
    }

    /// Asks for work and waits for its end.
    pub async fn works(
        &self,
        kind: WorkKind,
        asked: impl Future<Output = Result<Nothing, Failure>>,
    ) -> Option<Failure> {
        let events = self.resident.events();
        asked.await.unwrap();
        match heard(events, |event| matches!(event, Event::WorkEnded { work, .. } if *work == kind)).await {
            Event::WorkEnded { failure, .. } => failure,
            _ => None,
        }
    }

    pub async fn quits(self) -> tempfile::TempDir {
        self.resident.quit();
        tokio::task::spawn_blocking(|| self.life.join()).await.unwrap().unwrap();
        self.folder
    }
}

pub async fn heard(mut events: Receiver<Event>, wanted: impl Fn(&Event) -> bool) -> Event {
    tokio::time::timeout(DEADLINE, async {
        loop {
            if let Ok(event) = events.recv().await
                && wanted(&event)
            {
                return event;
            }
        }
    })
    .await
    .expect("it comes before the deadline")
}

//! What stays in memory, as the window sees it: asked by the window's commands, against both simulated systems on a socket.

// A failed expectation is a failed test.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::alerts::Alert;
use app::resident::{Hands, Resident, Surroundings};
use app::settings::{BusinessCentral, Network, Relay, Settings, Sync, Zoho};
use app::window::agreement::CompareOptions;
use app::window::schema::{Commands, Event, Failure, NAMES, Nothing, dispatch};
use app::window::state::{LightName, PauseUntil, Stage, WorkKind};
use app::{Profile, alerts};
use jiff::tz::TimeZone;
use sandbox::{Server, World, credentials, serve};
use sync::policy::InvoicesFrom;
use tokio::sync::broadcast::Receiver;
use transport::{SystemClock, SystemRandom};

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(120);

#[derive(Default)]
struct Noted {
    opened: Mutex<Vec<String>>,
    said: Mutex<Vec<String>>,
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

/// Both systems, a profile that is connected to them, and what stays in memory of it.
struct Office {
    _server: Server,
    folder: tempfile::TempDir,
    hands: Arc<Noted>,
    resident: Resident,
    life: std::thread::JoinHandle<()>,
}

fn settings(origin: &str) -> Settings {
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
        flows: std::collections::BTreeMap::new(),
        network: Network::default(),
        notifications: alerts::Preferences::default(),
        relay: Relay::default(),
    }
}

fn taken_up(folder: &Path, hands: &Arc<Noted>) -> (Resident, std::thread::JoinHandle<()>) {
    let surroundings = Surroundings {
        environment: Arc::new(environment),
        transport: None,
        relay: None,
        clock: Arc::new(SystemClock::default()),
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
    async fn new() -> Self {
        let world = World::distributor(Arc::new(SystemClock::default()), Arc::new(SystemRandom::default()));
        let server = serve(world, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().join("profile"))).unwrap();
        profile.create().unwrap();
        settings(&server.origin()).save(&profile.settings()).unwrap();
        let hands = Arc::new(Noted::default());
        let (resident, life) = taken_up(folder.path(), &hands);
        let office = Self { _server: server, folder, hands, resident, life };
        office.until(|event| matches!(event, Event::Changed)).await;
        office
    }

    async fn until(&self, wanted: impl Fn(&Event) -> bool) -> Event {
        heard(self.resident.events(), wanted).await
    }

    /// Asks for work and waits for its end.
    async fn works(
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

    async fn quits(self) -> tempfile::TempDir {
        self.resident.quit();
        tokio::task::spawn_blocking(|| self.life.join()).await.unwrap().unwrap();
        self.folder
    }
}

async fn heard(mut events: Receiver<Event>, wanted: impl Fn(&Event) -> bool) -> Event {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_set_up_copied_compared_and_shown() {
    let office = Office::new().await;
    let resident = &office.resident;
    // By schedule at once, and in vain: there are no fields yet. That is no green light.
    let plan = resident.wizard_fields(Nothing).await.unwrap();
    assert!(!plan.ready && plan.create.iter().any(|field| field.required));
    assert_eq!(office.works(WorkKind::Fields, resident.wizard_fields_create(Nothing)).await, None);
    assert!(resident.wizard_fields(Nothing).await.unwrap().ready);

    assert_eq!(office.works(WorkKind::Sync, resident.sync_now(Nothing)).await, None);
    let overview = resident.overview(Nothing).await.unwrap();
    assert_eq!(overview.state.stage, Stage::Ready);
    assert_eq!(overview.state.light, LightName::UpToDate);
    assert!(overview.flows.iter().all(|flow| flow.enabled && flow.zoho > 0), "{:?}", overview.flows);
    let created: u64 = overview.moved.iter().map(|moved| moved.created).sum();
    assert_eq!(created, overview.flows.iter().map(|flow| flow.zoho).sum::<u64>());

    let only = CompareOptions { mend: false, lines: false, confirm_deletions: false };
    assert_eq!(office.works(WorkKind::Compare, resident.compare_start(only)).await, None);
    let agreement = resident.agreement(Nothing).await.unwrap().unwrap();
    assert_eq!(agreement.agrees, Some(true), "{}", agreement.sentence);

    let trail = dispatch(resident, "activity", serde_json::json!({"limit": 5})).await.unwrap();
    assert_eq!(trail["entries"].as_array().unwrap().len(), 5);
    assert!(trail["total"].as_u64().unwrap() > created);
    let written =
        trail["entries"].as_array().unwrap().iter().find(|entry| entry["bc_id"].is_string()).cloned();
    let number = resident.recent(5);
    assert!(!number.is_empty() && number[0].1.starts_with("history?flow="), "{number:?} {written:?}");
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thing_at_a_time_and_whoever_asks_for_another_is_told_what_goes_on() {
    let office = Office::new().await;
    let resident = &office.resident;
    let events = resident.events();
    // The first answer comes before the work begins.
    resident.preview_start(Nothing).await.unwrap();
    let refused = resident.sync_now(Nothing).await.unwrap_err();
    assert_eq!(refused.code, "busy");
    assert!(!refused.cure.is_empty());
    heard(events, |event| matches!(event, Event::WorkEnded { work: WorkKind::Preview, .. })).await;
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_outlives_a_restart() {
    let office = Office::new().await;
    let paused = office.resident.pause(PauseUntil::Tomorrow).await.unwrap();
    assert_eq!(paused.light, LightName::Paused);
    let hands = Arc::clone(&office.hands);
    let folder = office.quits().await;
    let (resident, life) = taken_up(folder.path(), &hands);
    heard(resident.events(), |event| matches!(event, Event::State { state } if state.paused_until.is_some()))
        .await;
    assert_eq!(resident.state().paused_until, paused.paused_until);
    assert_eq!(resident.resume(Nothing).await.unwrap().paused_until, None);
    resident.quit();
    tokio::task::spawn_blocking(|| life.join()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_setting_is_refused_at_its_input_and_nothing_is_kept() {
    let office = Office::new().await;
    let before = office.resident.settings(Nothing).await.unwrap();
    let mut wrong = before.clone();
    wrong.poll_interval = 3;
    let failure = office.resident.settings_save(wrong).await.unwrap_err();
    assert_eq!(failure.field.as_deref(), Some("poll_interval"), "{failure:?}");
    let mut wrong = before.clone();
    wrong.notifications.quiet_from = "late".to_owned();
    let failure = office.resident.settings_save(wrong).await.unwrap_err();
    assert_eq!(failure.field.as_deref(), Some("quiet_from"), "{failure:?}");
    let mut wrong = before.clone();
    for flow in &mut wrong.flows {
        flow.enabled = flow.flow == app::window::state::FlowName::Invoices;
    }
    let failure = office.resident.settings_save(wrong).await.unwrap_err();
    assert_eq!(failure.field.as_deref(), Some("flows"), "{failure:?}");
    assert_eq!(office.resident.settings(Nothing).await.unwrap(), before);
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_any_command_holds_a_secret() {
    let office = Office::new().await;
    for name in NAMES.iter().filter(|name| !name.starts_with("wizard_zoho_sign_in")) {
        let answer = dispatch(&office.resident, name, serde_json::Value::Null).await;
        let text = format!("{answer:?}");
        for secret in
            [credentials::BC_CLIENT_SECRET, credentials::ZOHO_CLIENT_SECRET, credentials::ZOHO_REFRESH_TOKEN]
        {
            assert!(!text.contains(secret), "{name} gives a secret away");
        }
    }
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_is_said_to_be_no_end_and_only_once() {
    let office = Office::new().await;
    office.resident.window_closed();
    office.resident.window_closed();
    let said = office.hands.said.lock().unwrap().clone();
    assert_eq!(said.iter().filter(|title| title.contains("tray")).count(), 1, "{said:?}");
    office.quits().await;
}

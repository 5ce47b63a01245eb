//! Both stores, each on a temporary folder.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use relay::hub::Hub;
use relay::limits::Retention;
use relay::store::nats::{Nats, Options};
use relay::store::sqlite::Sqlite;
use relay::store::{NewMailbox, Store};
use relay_protocol::{Change, Hidden, Kind, MailboxId};
use tempfile::TempDir;

/// Makes each of these asynchronous functions a test for either store.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::stores::Place::file()).await;
            })+
        }
        mod nats {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(place) = crate::stores::Place::nats() {
                    super::$name(place).await;
                }
            })+
        }
    };
}
pub(crate) use on_both_stores;

/// Where a store is, while the test runs.
pub enum Place {
    File(TempDir),
    Nats(NatsServer),
}

impl Place {
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// None where the program `nats-server` is missing.
    pub fn nats() -> Option<Self> {
        NatsServer::start().map(Self::Nats)
    }

    /// As on the command line.
    pub fn name(&self) -> String {
        match self {
            Self::File(folder) => folder.path().join("relay.db").display().to_string(),
            Self::Nats(server) => server.address.clone(),
        }
    }

    pub async fn open(&self) -> (Arc<dyn Store>, Arc<Hub>) {
        self.open_with(Retention::default()).await
    }

    pub async fn open_with(&self, retention: Retention) -> (Arc<dyn Store>, Arc<Hub>) {
        let hub = Arc::new(Hub::default());
        let place = self.name().parse().unwrap();
        let store = relay::store::open(&place, Options::default(), retention, hub.clone()).await;
        (store.unwrap(), hub)
    }
}

pub async fn open_file(folder: &TempDir) -> (Arc<Sqlite>, Arc<Hub>) {
    let hub = Arc::new(Hub::default());
    let store = Sqlite::open(&folder.path().join("relay.db"), Retention::default(), hub.clone()).unwrap();
    (Arc::new(store), hub)
}

/// A real NATS server with JetStream.
pub struct NatsServer {
    process: Child,
    pub address: String,
    folder: TempDir,
}

impl NatsServer {
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // Any free port.
        let Ok(process) = run(&folder, "-1") else {
            eprintln!(
                "SKIPPED: there is no nats-server (Debian: nats-server); the store on NATS is not tested"
            );
            return None;
        };
        let address = address_of(&folder, &process);
        Some(Self { process, address, folder })
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts again after a kill, at the same address with the same data.
    pub fn start_again(&mut self) {
        let (_, port) = self.address.rsplit_once(':').unwrap();
        self.process = run(&self.folder, port).unwrap();
        assert_eq!(address_of(&self.folder, &self.process), self.address);
    }
}

fn run(folder: &TempDir, port: &str) -> std::io::Result<Child> {
    Command::new("nats-server")
        .args(["-a", "127.0.0.1", "-p", port, "-js", "--ports_file_dir"])
        .arg(folder.path())
        .arg("-sd")
        .arg(folder.path().join("store"))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
}

/// Waits until the server takes connections: it then writes a file that says where.
fn address_of(folder: &TempDir, process: &Child) -> String {
    let ports = folder.path().join(format!("nats-server_{}.ports", process.id()));
    let began = std::time::Instant::now();
    loop {
        let text = std::fs::read(&ports).unwrap_or_default();
        if let Ok(found) = serde_json::from_slice::<serde_json::Value>(&text) {
            return found["nats"][0].as_str().unwrap().to_owned();
        }
        assert!(began.elapsed().as_secs() < 20, "nats-server does not start");
        std::thread::yield_now();
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A second connection to the same NATS server, as another relay process has.
pub async fn another_process(place: &Place) -> (Arc<dyn Store>, Arc<Hub>) {
    let hub = Arc::new(Hub::default());
    let store = Nats::connect(&place.name(), Options::default(), Retention::default(), hub.clone()).await;
    (Arc::new(store.unwrap()), hub)
}

/// A mailbox whose secrets are made of `number`.
pub fn mailbox(number: u8) -> NewMailbox {
    let secret = |what: &str| relay::secrets::Digest::of(&format!("{what} {number}"));
    NewMailbox {
        id: MailboxId::from_bytes([number; 16]),
        token: secret("token"),
        business_central: secret("bc"),
        zoho: secret("zoho"),
        at: at(0),
    }
}

/// So many hours after the tests' beginning.
pub fn at(hours: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_772_000_000 + hours * 3600).unwrap()
}

pub fn bc(record: &str, change: Change) -> Kind {
    Kind::BusinessCentral {
        subscription_id: "270135334a7d433e9009dde078e9e29c".to_owned(),
        client_state: Some(Hidden::new("state")),
        resource: format!("api/v2.0/companies(c)/items({record})"),
        change,
        last_modified: None,
    }
}

pub fn updated(record: &str) -> Kind {
    bc(record, Change::Updated)
}

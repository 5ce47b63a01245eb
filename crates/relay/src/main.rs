//! `ledgerline-relay`: receives notifications of Business Central and Zoho for Ledgerline, which dials out to it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use relay::address::Block;
use relay::clock::{Clock, SystemClock};
use relay::http::{App, router};
use relay::hub::Hub;
use relay::keeper;
use relay::limits::{Rates, Retention};
use relay::metrics::Metrics;
use relay::secrets::Digest;
use relay::server::{Connections, serve};
use relay::settings::{PublicUrl, Settings, enrolment_key};
use relay::store::{self, Place, nats, sqlite::Sqlite};
use relay::tls::Tls;
use tokio::net::TcpListener;

/// How often certificate files are looked at.
const CERTIFICATES_EVERY: Duration = Duration::from_secs(60);

/// The environment variable with the enrolment key.
const KEY_VARIABLE: &str = "LEDGERLINE_RELAY_ENROLMENT_KEY";

/// The webhook relay of Ledgerline: receives notifications of Business Central and Zoho CRM, and hands them to the office PC that dials out
/// to it. It never sees a record's data. docs/relay.md says how to run it.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "The enrolment key comes from --enrolment-key-file or from LEDGERLINE_RELAY_ENROLMENT_KEY. SIGTERM stops \
gracefully; SIGHUP reads the certificate and the key files again."
)]
struct Args {
    /// The address to listen on.
    #[arg(long, env = "LEDGERLINE_RELAY_LISTEN", default_value = "127.0.0.1:8090", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The address at which both services reach the relay; without it hooks lead to the address that it listens on.
    #[arg(long, env = "LEDGERLINE_RELAY_PUBLIC_URL", value_name = "https://relay.example.com")]
    public_url: Option<PublicUrl>,
    /// Where mailboxes are kept: a file, or nats://HOST:PORT (tls://… for TLS; several with commas).
    #[arg(long, env = "LEDGERLINE_RELAY_STORE", default_value = "ledgerline-relay.db", value_name = "PLACE")]
    store: Place,
    /// The file with the enrolment key, at least 16 characters. Without a key there are no new mailboxes.
    #[arg(long, env = "LEDGERLINE_RELAY_ENROLMENT_KEY_FILE", value_name = "FILE")]
    enrolment_key_file: Option<PathBuf>,
    /// A certificate chain (PEM), for TLS without a proxy; read again when it changes.
    #[arg(long, env = "LEDGERLINE_RELAY_CERTIFICATE", value_name = "FILE", requires = "certificate_key")]
    certificate: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(long, env = "LEDGERLINE_RELAY_CERTIFICATE_KEY", value_name = "FILE", requires = "certificate")]
    certificate_key: Option<PathBuf>,
    /// A proxy whose X-Forwarded-For is believed, such as 127.0.0.1 or 10.0.0.0/8; may be repeated.
    #[arg(long, env = "LEDGERLINE_RELAY_TRUSTED_PROXY", value_name = "ADDRESSES", value_delimiter = ',')]
    trusted_proxy: Vec<Block>,
    /// Who may read /metrics; may be repeated.
    #[arg(
        long,
        env = "LEDGERLINE_RELAY_OPERATOR",
        value_name = "ADDRESSES",
        value_delimiter = ',',
        default_value = "127.0.0.0/8,::1"
    )]
    operator: Vec<Block>,
    /// The most connections at a time.
    #[arg(long, env = "LEDGERLINE_RELAY_CONNECTIONS", default_value_t = 20_000, value_name = "COUNT")]
    connections: usize,
    /// NATS: a file with user:password, or with a token.
    #[arg(long, env = "LEDGERLINE_RELAY_NATS_LOGIN_FILE", value_name = "FILE")]
    nats_login_file: Option<PathBuf>,
    /// NATS: a file with certificate authorities (PEM), beside the system's.
    #[arg(long, env = "LEDGERLINE_RELAY_NATS_AUTHORITIES", value_name = "FILE")]
    nats_authorities: Option<PathBuf>,
    /// NATS: on how many servers of a cluster everything is kept.
    #[arg(long, env = "LEDGERLINE_RELAY_NATS_REPLICAS", default_value_t = 1, value_name = "COUNT")]
    nats_replicas: usize,
    /// NATS: what the names of streams, buckets and subjects begin with.
    #[arg(
        long,
        env = "LEDGERLINE_RELAY_NATS_PREFIX",
        default_value = "ledgerline-relay",
        value_name = "NAME"
    )]
    nats_prefix: String,
    /// After a backup of the store's file was put back: tells every mailbox that signals are lost, then serves as usual.
    #[arg(long)]
    restored: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("LEDGERLINE_RELAY_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result =
        runtime.map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(run(Args::parse())));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ledgerline-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), String> {
    let key = key(args.enrolment_key_file.as_deref())?;
    if key.is_none() {
        tracing::warn!("there is no enrolment key: mailboxes that exist are served, no new ones are made");
    }
    let tls = match (&args.certificate, &args.certificate_key) {
        (Some(certificate), Some(key)) => Some(Arc::new(Tls::load(certificate, key).map_err(text)?)),
        _ => None,
    };
    let (hub, clock, metrics) =
        (Arc::new(Hub::default()), Arc::new(SystemClock), Arc::new(Metrics::default()));
    let retention = Retention::default();
    if args.restored {
        let Place::File(path) = &args.store else {
            return Err(
                "--restored is for a store in a file; docs/relay.md says what to do with NATS".to_owned()
            );
        };
        let store = Sqlite::open(path, retention, hub.clone()).map_err(text)?;
        store.restored(clock.now()).await.map_err(text)?;
        tracing::info!("every mailbox was told that signals since the backup are lost");
    }
    let nats = nats::Options {
        login: args.nats_login_file.as_deref().map(read).transpose()?.map(|login| login.trim().to_owned()),
        authorities: args.nats_authorities.clone(),
        replicas: args.nats_replicas,
        prefix: args.nats_prefix.clone(),
    };
    let store = store::open(&args.store, nats, retention, hub.clone()).await.map_err(text)?;
    let listener =
        TcpListener::bind(args.listen).await.map_err(|error| format!("{}: {error}", args.listen))?;
    let address = listener.local_addr().map_err(text)?;
    let settings = Settings {
        public: public(args.public_url, address, tls.is_some())?,
        enrolment: key,
        trusted_proxies: args.trusted_proxy.clone(),
        operators: args.operator.clone(),
        rates: Rates::default(),
        retention,
    };
    let app = App::new(store.clone(), hub.clone(), clock.clone(), metrics.clone(), settings);
    let stop = signals::stop()?;
    let renewals =
        tokio::spawn(renew(app.clone(), tls.clone(), args.enrolment_key_file.clone(), signals::again()?));
    let keeper = tokio::spawn(keeper::keep(store, clock, metrics));
    tracing::info!(%address, tls = tls.is_some(), "the relay listens");
    let connections = Connections { most: args.connections, ..Connections::default() };
    serve(listener, tls, router(app), hub, connections, stop).await;
    renewals.abort();
    keeper.abort();
    tracing::info!("the relay has stopped");
    Ok(())
}

/// The relay's address in hooks.
fn public(given: Option<PublicUrl>, address: SocketAddr, tls: bool) -> Result<PublicUrl, String> {
    given.map_or_else(
        || {
            tracing::warn!("there is no --public-url: hooks lead to the address that the relay listens on");
            let scheme = if tls { "https" } else { "http" };
            format!("{scheme}://{address}").parse().map_err(text)
        },
        Ok,
    )
}

/// The enrolment key from the file, or else from the environment.
fn key(file: Option<&Path>) -> Result<Option<Digest>, String> {
    let key = match file {
        Some(file) => Some(read(file)?),
        None => std::env::var(KEY_VARIABLE).ok(),
    };
    key.map(|key| enrolment_key(&key)).transpose().map_err(text)
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Reads files again: certificates every minute, the enrolment key too when told.
async fn renew(app: Arc<App>, tls: Option<Arc<Tls>>, key_file: Option<PathBuf>, mut again: signals::Again) {
    let mut minutes = tokio::time::interval(CERTIFICATES_EVERY);
    loop {
        let told = tokio::select! {
            _ = minutes.tick() => false,
            () = again.told() => true,
        };
        let (app, tls, key_file) = (app.clone(), tls.clone(), key_file.clone().filter(|_| told));
        let read = tokio::task::spawn_blocking(move || read_again(&app, tls.as_deref(), key_file.as_deref()));
        if let Err(error) = read.await {
            tracing::error!(%error, "the files were not read again");
        }
    }
}

fn read_again(app: &App, tls: Option<&Tls>, key_file: Option<&Path>) {
    match tls.map(Tls::reload) {
        Some(Ok(true)) => tracing::info!("another certificate is used from now on"),
        Some(Err(error)) => tracing::error!(%error, "the certificate stays what it was"),
        Some(Ok(false)) | None => {}
    }
    if key_file.is_none() {
        return;
    }
    match key(key_file) {
        Ok(key) => {
            app.set_enrolment_key(key);
            tracing::info!("the enrolment key was read again");
        }
        Err(error) => tracing::error!(%error, "the enrolment key stays what it was"),
    }
}

/// What the operating system says to the process.
#[cfg(unix)]
mod signals {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// "Read your files again."
    pub(super) struct Again(Signal);

    impl Again {
        pub(super) async fn told(&mut self) {
            self.0.recv().await;
        }
    }

    pub(super) fn again() -> Result<Again, String> {
        signal(SignalKind::hangup()).map(Again).map_err(super::text)
    }

    /// "Stop."
    pub(super) fn stop() -> Result<impl Future<Output = ()>, String> {
        let mut terminate = signal(SignalKind::terminate()).map_err(super::text)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(super::text)?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
}

/// What the operating system says to the process.
#[cfg(not(unix))]
mod signals {
    /// "Read your files again": not said here; certificates are looked at every minute.
    pub(super) struct Again;

    impl Again {
        pub(super) async fn told(&mut self) {
            std::future::pending().await
        }
    }

    pub(super) fn again() -> Result<Again, String> {
        Ok(Again)
    }

    /// "Stop": Ctrl-C.
    pub(super) fn stop() -> Result<impl Future<Output = ()>, String> {
        Ok(async {
            if let Err(error) = tokio::signal::ctrl_c().await {
                tracing::error!(%error, "Ctrl-C cannot be heard");
                std::future::pending::<()>().await;
            }
        })
    }
}

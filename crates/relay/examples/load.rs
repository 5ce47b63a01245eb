//! Measures the relay under load: mailboxes with a reader each, and signals at a steady rate.
//!
//! `cargo build --release -p relay && cargo run -p relay --example load` starts the built program over a store in a temporary
//! folder (or over the store that is given), loads it from this one machine, and prints latencies and the relay's memory and CPU time.
//! Both sides need about as many open files as there are mailboxes (`ulimit -n`).

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use clap::Parser;
use futures_util::StreamExt as _;
use relay_protocol::{
    Acknowledge, Delivery, Enrol, Enrolled, Event, EventReader, Kind, PROTOCOL, SignalId, paths,
};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const KEY: &str = "an enrolment key for the load";

#[derive(Debug, Parser)]
struct Args {
    /// The relay's program.
    #[arg(long, default_value = "target/release/ledgerline-relay")]
    program: PathBuf,
    /// The store; a file in a temporary folder unless given.
    #[arg(long)]
    store: Option<String>,
    /// Mailboxes, each with a reader.
    #[arg(long, default_value_t = 10_000)]
    mailboxes: u64,
    /// Signals a second.
    #[arg(long, default_value_t = 200)]
    rate: u64,
    /// For so many seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the relay listens.
    #[arg(long, default_value_t = 18090)]
    port: u16,
}

/// When each signal was sent, by its number; and what was measured, in microseconds.
struct Measured {
    sent: Vec<OnceLock<Instant>>,
    to_answer: Mutex<Vec<u128>>,
    to_event: Mutex<Vec<u128>>,
    refused: AtomicU64,
}

/// Ends the relay with the program.
struct Relay(Child);

impl Drop for Relay {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "TLS is set up twice")?;
    let folder = tempfile::tempdir()?;
    let store = args.store.clone().unwrap_or_else(|| folder.path().join("relay.db").display().to_string());
    let relay = start(&args, &store)?;
    let url = format!("http://127.0.0.1:{}", args.port);
    let client = reqwest::Client::builder().no_proxy().build()?;
    while client.get(format!("{url}/healthz")).send().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let began = Instant::now();
    let boxes: Vec<Enrolled> = futures_util::stream::iter(0..args.mailboxes)
        .map(|_| enrol(&client, &url))
        .buffer_unordered(16)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<_>>()?;
    println!("{} mailboxes made in {} ms", boxes.len(), began.elapsed().as_millis());
    println!("relay without readers: {}", memory(&relay)?);

    let total = args.rate * args.seconds;
    let measured = Arc::new(Measured {
        sent: (0..total).map(|_| OnceLock::new()).collect(),
        to_answer: Mutex::default(),
        to_event: Mutex::default(),
        refused: AtomicU64::new(0),
    });
    let (acknowledge, to_acknowledge) = mpsc::unbounded_channel();
    let began = Instant::now();
    for (number, mailbox) in boxes.iter().enumerate() {
        let stream = connect(args.port, mailbox).await?;
        tokio::spawn(read(stream, number, measured.clone(), acknowledge.clone()));
    }
    println!("{} readers connected in {} ms", boxes.len(), began.elapsed().as_millis());
    println!("relay with its readers: {}", memory(&relay)?);
    let boxes = Arc::new(boxes);
    tokio::spawn(acknowledge_all(client.clone(), url.clone(), boxes.clone(), to_acknowledge));

    let before = cpu(&relay)?;
    send(&client, &args, &url, &boxes, &measured).await;
    let waited = Instant::now();
    while lock(&measured.to_event).len() < lock(&measured.to_answer).len() && waited.elapsed().as_secs() < 10
    {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!(
        "relay after the load: {}, CPU {} ms of {} s",
        memory(&relay)?,
        cpu(&relay)? - before,
        args.seconds
    );
    println!("{total} signals sent, {} refused", measured.refused.load(Ordering::Relaxed));
    println!("POST to 200:   {}", percentiles(&measured.to_answer));
    println!("POST to event: {}", percentiles(&measured.to_event));
    Ok(())
}

fn start(args: &Args, store: &str) -> Result<Relay> {
    let listen = format!("127.0.0.1:{}", args.port);
    let mut command = Command::new(&args.program);
    command
        .args(["--listen", &listen, "--public-url", &format!("http://{listen}"), "--store", store])
        .env("LEDGERLINE_RELAY_ENROLMENT_KEY", KEY)
        .env("LEDGERLINE_RELAY_LOG", "warn")
        .stdout(Stdio::null());
    Ok(Relay(command.spawn()?))
}

async fn enrol(client: &reqwest::Client, url: &str) -> Result<Enrolled> {
    let body = serde_json::to_string(&Enrol { protocol: PROTOCOL })?;
    let answer = client.post(format!("{url}{}", paths::MAILBOXES)).bearer_auth(KEY).body(body).send().await?;
    Ok(serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?)
}

/// A reader over a bare socket: ten thousand of them should take little of the machine on which they measure.
async fn connect(port: u16, mailbox: &Enrolled) -> Result<BufReader<TcpStream>> {
    let mut stream = BufReader::with_capacity(1024, TcpStream::connect(("127.0.0.1", port)).await?);
    let (path, token) = (paths::signals(&mailbox.mailbox), mailbox.read_token.reveal());
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(format!("a reader was refused: {line}").into());
    }
    while line.trim() != "" {
        line.clear();
        stream.read_line(&mut line).await?;
    }
    Ok(stream)
}

/// The lengths of HTTP's chunks stand on lines of their own, which are no field that a stream of events knows.
async fn read(
    mut stream: BufReader<TcpStream>,
    mailbox: usize,
    measured: Arc<Measured>,
    acknowledge: mpsc::UnboundedSender<(usize, SignalId)>,
) {
    let (mut events, mut bytes) = (EventReader::default(), [0; 1024]);
    while let Ok(length) = stream.read(&mut bytes).await {
        let (now, Ok(found)) = (Instant::now(), events.feed(bytes.get(..length).unwrap_or_default())) else {
            return;
        };
        if length == 0 {
            return;
        }
        for event in found {
            let Event::Message(message) = event else { continue };
            let Ok(Delivery::Signal(signal)) = Delivery::of(&message) else { continue };
            if let Kind::BusinessCentral { resource, .. } = &signal.kind
                && let Ok(number) = resource.parse::<usize>()
                && let Some(sent) = measured.sent.get(number).and_then(OnceLock::get)
            {
                lock(&measured.to_event).push((now - *sent).as_micros());
            }
            // Gone only when everything ends.
            let _ = acknowledge.send((mailbox, signal.id));
        }
    }
}

async fn acknowledge_all(
    client: reqwest::Client,
    url: String,
    boxes: Arc<Vec<Enrolled>>,
    mut signals: mpsc::UnboundedReceiver<(usize, SignalId)>,
) {
    while let Some((number, up_to)) = signals.recv().await {
        let Some(mailbox) = boxes.get(number) else { continue };
        let body = serde_json::to_string(&Acknowledge { up_to }).unwrap_or_default();
        let address = format!("{url}{}", paths::acknowledge(&mailbox.mailbox));
        let request = client.post(address).bearer_auth(mailbox.read_token.reveal()).body(body);
        tokio::spawn(async move {
            if let Err(error) = request.send().await {
                eprintln!("an acknowledgement failed: {error}");
            }
        });
    }
}

/// At a steady rate, whether or not the relay keeps up.
async fn send(
    client: &reqwest::Client,
    args: &Args,
    url: &str,
    boxes: &[Enrolled],
    measured: &Arc<Measured>,
) {
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / args.rate));
    let mut posts = Vec::new();
    let mut number: usize = 0;
    while let Some(sent) = measured.sent.get(number) {
        ticks.tick().await;
        // Steps through the mailboxes in no order that they were made in.
        let Some(mailbox) = boxes.get(number * 7919 % boxes.len().max(1)) else { return };
        let (_, key) = mailbox.hooks.business_central.reveal().rsplit_once('/').unwrap_or_default();
        let body = serde_json::json!({"value": [{
            "subscriptionId": "270135334a7d433e9009dde078e9e29c", "clientState": "a client state of forty-three characters..",
            "resource": number.to_string(), "changeType": "updated", "lastModifiedDateTime": "2026-03-01T10:00:00.37Z",
        }]});
        let request = client.post(format!("{url}{}{key}", paths::HOOKS)).body(body.to_string());
        let (measured, began) = (measured.clone(), *sent.get_or_init(Instant::now));
        posts.push(tokio::spawn(async move {
            match request.send().await {
                Ok(answer) if answer.status().is_success() => {
                    lock(&measured.to_answer).push(began.elapsed().as_micros());
                }
                Ok(_) | Err(_) => {
                    measured.refused.fetch_add(1, Ordering::Relaxed);
                }
            }
        }));
        number += 1;
    }
    for post in posts {
        // A post that panicked has said so.
        let _ = post.await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn percentiles(measured: &Mutex<Vec<u128>>) -> String {
    let mut all = lock(measured).clone();
    all.sort_unstable();
    let at = |thousandths: usize| {
        let index = (all.len() * thousandths / 1000).min(all.len().saturating_sub(1));
        let micros = all.get(index).copied().unwrap_or_default();
        format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
    };
    format!(
        "median {}, 90 % {}, 99 % {}, 99.9 % {}, most {} ({} measured)",
        at(500),
        at(900),
        at(990),
        at(999),
        at(1000),
        all.len()
    )
}

/// The relay's memory: its proportional share, and its peak.
fn memory(relay: &Relay) -> Result<String> {
    let folder = Path::new("/proc").join(relay.0.id().to_string());
    let line = |file: &str, name: &str| -> Result<String> {
        let text = std::fs::read_to_string(folder.join(file))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?");
        let kibibytes: u64 = line.trim_matches(|c: char| !c.is_ascii_digit()).parse()?;
        Ok(format!("{} MiB", kibibytes / 1024))
    };
    Ok(format!("PSS {}, peak RSS {}", line("smaps_rollup", "Pss:")?, line("status", "VmHWM:")?))
}

/// Milliseconds of CPU time: user and system stand in hundredths of a second.
fn cpu(relay: &Relay) -> Result<u64> {
    let text = std::fs::read_to_string(Path::new("/proc").join(relay.0.id().to_string()).join("stat"))?;
    let (_, fields) = text.rsplit_once(") ").ok_or("no such process")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<u64, _>>()? * 10)
}

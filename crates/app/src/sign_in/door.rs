//! The door: listens on this computer, hears everybody who comes, and lets nobody hold up the one who is waited for.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::callback::{self, Callback, Expected};
use super::page::{self, Page};
use super::request::{self, Head, NoHead};
use super::{PATH, SignInError};

/// How long one visitor may take to say what is wanted.
const TIME_TO_ASK: Duration = Duration::from_secs(10);
/// How long a page may take to be taken.
const TIME_TO_SHOW: Duration = Duration::from_secs(5);
/// Visitors inside at once; one more sends the one away who came first. Browsers open some connections ahead of need.
const MOST_INSIDE: usize = 64;
/// After the system refused a connection, for example because there are too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Both loopback addresses of one port. Dropping it sends everybody away.
pub(super) struct Door {
    ipv4: TcpListener,
    /// Browsers may take `localhost` for either address.
    ipv6: Option<TcpListener>,
    port: u16,
    strangers: Arc<AtomicU32>,
    inside: VecDeque<AbortHandle>,
}

impl Door {
    /// Listens on `port` of this computer, and on no other network; 0 takes a free one.
    pub(super) async fn open(port: u16) -> Result<Self, SignInError> {
        let ipv4 =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| closed(port, &error))?;
        let port = ipv4.local_addr().map_err(|error| closed(port, &error))?.port();
        let ipv6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(listener) => Some(listener),
            // Whoever listens there would be sent the code.
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                return Err(SignInError::PortTaken { port });
            }
            Err(error) => {
                tracing::debug!(%error, "this computer has no IPv6 loopback address");
                None
            }
        };
        Ok(Self { ipv4, ipv6, port, strangers: Arc::default(), inside: VecDeque::new() })
    }

    /// The port.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// How many asked for the redirect address without belonging to this sign-in.
    pub(super) fn strangers(&self) -> u32 {
        self.strangers.load(Ordering::Relaxed)
    }

    /// Waits for Zoho's answer, and for the browser that brings it and is still to be shown something.
    pub(super) async fn answer(&mut self, expected: Expected) -> (Callback, Browser) {
        let (bring, mut brought) = mpsc::channel(1);
        let room = Room {
            port: self.port,
            expected: Arc::new(expected),
            strangers: Arc::clone(&self.strangers),
            bring,
        };
        loop {
            let visitor = tokio::select! {
                biased;
                Some(found) = brought.recv() => return found,
                visitor = visitor(&self.ipv4, self.ipv6.as_ref()) => visitor,
            };
            match visitor {
                Ok(visitor) => self.let_in(room.clone(), visitor),
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn let_in(&mut self, room: Room, visitor: TcpStream) {
        let task = tokio::spawn(room.hear(visitor));
        self.inside.retain(|task| !task.is_finished());
        self.inside.push_back(task.abort_handle());
        if self.inside.len() > MOST_INSIDE
            && let Some(first) = self.inside.pop_front()
        {
            first.abort();
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        for task in &self.inside {
            task.abort();
        }
    }
}

fn closed(port: u16, error: &std::io::Error) -> SignInError {
    match error.kind() {
        ErrorKind::AddrInUse => SignInError::PortTaken { port },
        _ => SignInError::PortClosed { port, reason: error.to_string() },
    }
}

async fn visitor(ipv4: &TcpListener, ipv6: Option<&TcpListener>) -> std::io::Result<TcpStream> {
    let over_ipv6 = async {
        match ipv6 {
            Some(listener) => listener.accept().await,
            None => std::future::pending().await,
        }
    };
    let accepted = tokio::select! {
        accepted = ipv4.accept() => accepted,
        accepted = over_ipv6 => accepted,
    };
    accepted.map(|(connection, _)| connection)
}

/// What one visitor is heard with.
#[derive(Clone)]
struct Room {
    port: u16,
    expected: Arc<Expected>,
    strangers: Arc<AtomicU32>,
    bring: mpsc::Sender<(Callback, Browser)>,
}

impl Room {
    async fn hear(self, mut connection: TcpStream) {
        let Ok(head) = tokio::time::timeout(TIME_TO_ASK, request::read(&mut connection)).await else {
            return;
        };
        let page = match head {
            Ok(head) => match ruling(&head, self.port, &self.expected) {
                Ruling::Answer(callback) => {
                    // Nobody takes it where another connection brought an answer just before.
                    let _ = self.bring.send((callback, Browser(connection))).await;
                    return;
                }
                Ruling::Stranger => {
                    self.strangers.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(
                        "a request for the redirect address does not belong to the sign-in that is waited for"
                    );
                    page::stranger()
                }
                Ruling::Elsewhere => page::nothing_here(),
                Ruling::WrongMethod => page::wrong_method(),
            },
            Err(NoHead::Ended) => return,
            Err(NoHead::Malformed) => page::malformed(),
            Err(NoHead::TooLarge) => page::too_large(),
        };
        Browser(connection).show(&page).await;
    }
}

/// What a request is.
#[derive(Debug)]
enum Ruling {
    /// Zoho's answer to this sign-in.
    Answer(Callback),
    /// A request for the redirect address that does not belong to this sign-in.
    Stranger,
    /// A request for something else, such as an icon.
    Elsewhere,
    /// No GET.
    WrongMethod,
}

fn ruling(head: &Head, port: u16, expected: &Expected) -> Ruling {
    let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
    // A page elsewhere whose name was made to lead here is not the page that Zoho sends to.
    let ours = head.host.as_deref().is_some_and(|host| is_this_computer(host, port));
    if path != PATH || !ours {
        return Ruling::Elsewhere;
    }
    if head.method != "GET" {
        return Ruling::WrongMethod;
    }
    let opens_page = head.fetch_mode.as_deref().is_none_or(|mode| mode == "navigate");
    match callback::read(query, opens_page, expected) {
        Some(callback) => Ruling::Answer(callback),
        None => Ruling::Stranger,
    }
}

fn is_this_computer(host: &str, port: u16) -> bool {
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let parts = host.rsplit_once(':').filter(|(_, number)| number.parse() == Ok(port));
    parts.is_some_and(|(name, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// A browser that waits for a page.
#[derive(Debug)]
pub(super) struct Browser(TcpStream);

impl Browser {
    /// Shows the page. A browser that is gone, or does not take it, is none of our worry.
    pub(super) async fn show(mut self, page: &Page) {
        if tokio::time::timeout(TIME_TO_SHOW, self.send(page)).await.is_err() {
            tracing::debug!("a browser did not take its page");
        }
    }

    async fn send(&mut self, page: &Page) -> std::io::Result<()> {
        self.0.write_all(&page.bytes()).await?;
        self.0.shutdown().await?;
        // Closing on what was sent and not read resets the connection, and the page would be lost with it.
        let mut rest = [0; 4 << 10];
        while self.0.read(&mut rest).await? > 0 {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use transport::Secret;

    use super::{Expected, Head, Ruling, is_this_computer, ruling};

    fn head(method: &str, target: &str, host: Option<&str>) -> Head {
        Head {
            method: method.to_owned(),
            target: target.to_owned(),
            host: host.map(ToOwned::to_owned),
            fetch_mode: None,
        }
    }

    #[test]
    fn only_a_get_of_the_redirect_address_is_an_answer() {
        let here = Some("localhost:47817");
        let table = [
            ("GET", "/callback?state=s&code=c", here, "answer"),
            ("GET", "/callback?state=s&code=c", Some("[::1]:47817"), "answer"),
            ("GET", "/callback?state=x&code=c", here, "stranger"),
            ("GET", "/callback", here, "stranger"),
            ("POST", "/callback?state=s&code=c", here, "method"),
            ("HEAD", "/callback?state=s&code=c", here, "method"),
            ("GET", "/callback/?state=s&code=c", here, "elsewhere"),
            ("GET", "/Callback?state=s&code=c", here, "elsewhere"),
            ("GET", "//callback?state=s&code=c", here, "elsewhere"),
            ("GET", "/favicon.ico", here, "elsewhere"),
            ("GET", "/", here, "elsewhere"),
            ("GET", "/callback?state=s&code=c", Some("evil.example:47817"), "elsewhere"),
            ("GET", "/callback?state=s&code=c", None, "elsewhere"),
        ];
        let expected =
            Expected { state: Secret::new("s"), accounts_url: "https://accounts.zoho.eu".to_owned() };
        for (method, target, host, found) in table {
            let word = match ruling(&head(method, target, host), 47_817, &expected) {
                Ruling::Answer(_) => "answer",
                Ruling::Stranger => "stranger",
                Ruling::Elsewhere => "elsewhere",
                Ruling::WrongMethod => "method",
            };
            assert_eq!(word, found, "{method} {target} {host:?}");
        }
    }

    #[test]
    fn names_of_other_computers_are_not_ours() {
        for host in ["localhost:47817", "LOCALHOST:47817", "127.0.0.1:47817", "[::1]:47817"] {
            assert!(is_this_computer(host, 47_817), "{host}");
        }
        for host in
            ["localhost", "localhost:80", "localhost:", "localhost.evil.example:47817", "::1:47817", ""]
        {
            assert!(!is_this_computer(host, 47_817), "{host}");
        }
    }
}

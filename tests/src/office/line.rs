//! The PC's line to the outside: to both services and to the relay. It may be down, and what is under way when it breaks is lost.

use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures_util::StreamExt as _;
use sandbox::{InProcess, World};
use tokio::sync::watch;
use transport::{
    BoxFuture, Cause, Fate, Opened, Pieces, Request, Response, Streaming, Transport, TransportError,
};

use super::relay::{self, NearRelay};

/// How long somebody without a line finds out that it has none.
const FINDS_OUT: Duration = Duration::from_secs(2);

/// How the line is.
#[derive(Clone, Copy, Debug)]
struct State {
    up: bool,
    /// Rises when everything that is under way breaks.
    breaks: u64,
    /// Whether nobody is told that it broke.
    silent: bool,
}

/// The line of an office PC.
pub struct Line {
    services: InProcess,
    relay: Arc<NearRelay>,
    state: watch::Sender<State>,
}

impl Line {
    /// A line that is up.
    #[must_use]
    pub fn new(world: &World, relay: &Arc<NearRelay>) -> Arc<Self> {
        Arc::new(Self {
            services: InProcess(world.clone()),
            relay: Arc::clone(relay),
            state: watch::Sender::new(State { up: true, breaks: 0, silent: false }),
        })
    }

    /// Whether the PC is online.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.state.borrow().up
    }

    /// Takes the line down, or up again.
    pub fn set_up(&self, up: bool) {
        self.state.send_modify(|state| {
            state.breaks += u64::from(state.up && !up);
            state.up = up;
        });
    }

    /// Breaks everything that is under way; `silent` where connections that were open do not learn of it.
    pub fn cut(&self, silent: bool) {
        self.state.send_modify(|state| {
            state.breaks += 1;
            state.silent = silent;
        });
    }

    /// Ends when the line breaks.
    async fn broken(&self) {
        let mut state = self.state.subscribe();
        let before = state.borrow().breaks;
        // The sender lives as long as this.
        let _ = state.wait_for(|state| state.breaks != before).await;
    }

    async fn down(&self, request: &Request) -> Result<(), TransportError> {
        if self.is_up() {
            return Ok(());
        }
        tokio::time::sleep(FINDS_OUT).await;
        Err(failed(request, Fate::NotSent, Cause::Dns))
    }

    fn of_relay(&self, request: &Request) -> Result<axum::http::Response<axum::body::Body>, TransportError> {
        let mut headers = request.headers.clone();
        if let Some(secret) = &request.authorization {
            headers.push(("Authorization".to_owned(), secret.reveal().to_owned()));
        }
        let answer = self.relay.answer(request.method, &request.url, &headers, request.body.clone());
        answer.ok_or_else(|| failed(request, Fate::NotSent, Cause::Connect("connection refused".to_owned())))
    }
}

fn failed(request: &Request, fate: Fate, cause: Cause) -> TransportError {
    TransportError { fate, cause, place: request.place().to_owned() }
}

fn reset() -> Cause {
    Cause::Reset("connection reset by peer".to_owned())
}

fn headers(answer: &axum::http::Response<axum::body::Body>) -> Vec<(String, String)> {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

impl Transport for Line {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            self.down(request).await?;
            let asked = async {
                if !request.url.starts_with(relay::URL) {
                    return self.services.send(request).await;
                }
                tokio::time::sleep(Duration::from_millis(30)).await;
                let answer = self.of_relay(request)?;
                let (status, headers) = (answer.status().as_u16(), headers(&answer));
                Ok(Response { status, headers, body: relay::whole(answer.into_body()) })
            };
            tokio::select! {
                biased;
                () = self.broken() => Err(failed(request, Fate::OutcomeUnknown, reset())),
                answer = asked => answer,
            }
        })
    }
}

impl Streaming for Line {
    fn open<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Opened, TransportError>> {
        Box::pin(async move {
            self.down(request).await?;
            let answer = self.of_relay(request)?;
            let (status, headers) = (answer.status().as_u16(), headers(&answer));
            let pieces = Open {
                pieces: answer.into_body().into_data_stream(),
                line: self.state.subscribe(),
                relay: self.relay.broke.subscribe(),
                breaks: (self.state.borrow().breaks, *self.relay.broke.borrow()),
                place: request.place().to_owned(),
            };
            Ok(Opened { status, headers, pieces: Box::new(pieces) })
        })
    }
}

/// A stream over the line.
struct Open {
    pieces: BodyDataStream,
    line: watch::Receiver<State>,
    relay: watch::Receiver<u64>,
    breaks: (u64, u64),
    place: String,
}

impl Pieces for Open {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        Box::pin(async move {
            let broken = |place: &str| TransportError {
                fate: Fate::OutcomeUnknown,
                cause: reset(),
                place: place.to_owned(),
            };
            let (of_line, of_relay) = self.breaks;
            let line = async {
                self.line.wait_for(|state| state.breaks != of_line).await.is_ok_and(|state| state.silent)
            };
            let relay = async { drop(self.relay.wait_for(|breaks| *breaks != of_relay).await) };
            tokio::select! {
                biased;
                silent = line => {
                    if silent {
                        std::future::pending::<()>().await;
                    }
                    Err(broken(&self.place))
                }
                () = relay => Err(broken(&self.place)),
                piece = self.pieces.next() => match piece {
                    Some(piece) => Ok(Some(piece.unwrap())),
                    None => Ok(None),
                },
            }
        })
    }
}

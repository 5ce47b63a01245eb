//! Takes connections, speaks TLS and HTTP/1.1 on them, and stops gracefully.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::http::Peer;
use crate::hub::Hub;
use crate::limits::STALLED_AFTER;
use crate::stall::Stall;
use crate::tls::Tls;

/// How long a request's head may take, and how long a connection may be idle.
const HEAD_WITHIN: Duration = Duration::from_secs(75);

/// How long a handshake of TLS may take.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// How long requests that are under way have when the relay stops.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// How much of a connection is kept in memory each way; there are thousands of them.
const BUFFER: usize = 16 << 10;

/// How connections are taken.
#[derive(Clone, Debug)]
pub struct Connections {
    /// So many at a time; further ones are closed at once.
    pub most: usize,
    /// A reader that takes nothing for so long is disconnected.
    pub stalled_after: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self { most: 20_000, stalled_after: STALLED_AFTER }
    }
}

/// Serves until `stop`, then takes no more connections, ends the streams, and lets requests finish.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    router: Router,
    hub: Arc<Hub>,
    connections: Connections,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(connections.most));
    tokio::pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    refused(&error).await;
                    continue;
                }
            },
        };
        let Ok(permit) = free.clone().try_acquire_owned() else {
            tracing::warn!(most = connections.most, "too many connections: one was closed");
            continue;
        };
        let (tls, router, watcher) = (tls.clone(), router.clone(), graceful.watcher());
        let stalled_after = connections.stalled_after;
        tokio::spawn(async move {
            connection(stream, address, stalled_after, tls, router, watcher).await;
            drop(permit);
        });
    }
    drop(listener);
    hub.close();
    if tokio::time::timeout(FINISH_WITHIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// Out of file descriptors, most likely: trying again at once would only burn time.
async fn refused(error: &std::io::Error) {
    tracing::warn!(%error, "a connection could not be taken");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    stalled_after: Duration,
    tls: Option<Arc<Tls>>,
    router: Router,
    watcher: Watcher,
) {
    // A signal must not wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection may be slow");
    }
    let stream = Stall::new(stream, stalled_after);
    match tls {
        None => exchange(stream, address.ip(), router, watcher).await,
        Some(tls) => match tokio::time::timeout(HANDSHAKE_WITHIN, tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => exchange(stream, address.ip(), router, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        },
    }
}

async fn exchange<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: T,
    peer: IpAddr,
    router: Router,
    watcher: Watcher,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended");
    }
}

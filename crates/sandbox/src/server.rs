//! The world over HTTP on this computer.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use transport::Method;

use crate::carrier::Carrier;
use crate::{Handled, Incoming, World};

/// The largest body that is read.
const LARGEST_BODY: usize = 64 << 20;

/// A running server.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends after the requests that are under way.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only when the server has ended already.
            let _ = stop.send(());
        }
        let _ = self.task.await;
    }
}

/// Serves the world at `address`; port 0 takes a free one.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(world: World, address: SocketAddr) -> std::io::Result<Server> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    // Small answers must not wait for the caller's acknowledgement of the one before.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection of the sandbox may be slow");
        }
    });
    let carrier = Carrier::new();
    let posts = carrier.clone().run(world.clone());
    let router = Router::new().fallback(answer).with_state(Served { world, address, carrier });
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        if let Err(error) = server.await {
            tracing::warn!(%error, "the sandbox's server ended");
        }
        posts.abort();
    });
    Ok(Server { address, stop: Some(stop), task })
}

/// What every request needs.
#[derive(Clone)]
struct Served {
    world: World,
    address: SocketAddr,
    carrier: Carrier,
}

async fn answer(State(served): State<Served>, request: Request) -> Response {
    let Served { world, address, carrier } = served;
    let (head, body) = request.into_parts();
    let method = match head.method.as_str() {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => Method::Get,
    };
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let header = |name: &HeaderName, value: &HeaderValue| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers: Vec<(String, String)> =
        head.headers.iter().map(|(name, value)| header(name, value)).collect();
    let host = head
        .headers
        .get("host")
        .and_then(|host| host.to_str().ok())
        .map_or_else(|| address.to_string(), ToOwned::to_owned);
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let Some(incoming) = Incoming::new(method, &format!("http://{host}{path}"), headers, body) else {
        return status(StatusCode::BAD_REQUEST);
    };
    let _under_way = world.enter(&incoming);
    let validated = match world.handshake(&incoming) {
        Some(handshake) => carrier.validate(&world, &handshake).await,
        None => true,
    };
    match world.handle_validated(&incoming, validated) {
        Handled::Answer(response) => printed(response),
        Handled::Late(response, delay) => {
            tokio::time::sleep(delay).await;
            printed(response)
        }
        Handled::NeverReached | Handled::AnswerLost => broken(),
    }
}

fn printed(response: transport::Response) -> Response {
    let mut out = Response::new(Body::from(response.body));
    *out.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            out.headers_mut().append(name, value);
        }
    }
    out
}

fn status(code: StatusCode) -> Response {
    let mut out = Response::new(Body::empty());
    *out.status_mut() = code;
    out
}

/// A body that promises more than it gives and then fails: the server can only break the connection.
fn broken() -> Response {
    let failing = BrokenBody { begun: false };
    let mut out = Response::new(Body::new(failing));
    out.headers_mut().insert("content-length", HeaderValue::from_static("1000"));
    out
}

struct BrokenBody {
    begun: bool,
}

impl axum::body::HttpBody for BrokenBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        if self.begun {
            let error = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "broken on purpose");
            return std::task::Poll::Ready(Some(Err(error)));
        }
        self.begun = true;
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(b"{")))))
    }
}

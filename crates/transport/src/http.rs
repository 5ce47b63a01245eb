//! The network.
//!
//! Two connection pools: one for the world, through the proxy where there is one, and one for this computer, never through a proxy.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Proxy};

use crate::address::{self, Address};
use crate::{
    BoxFuture, Cause, Fate, Method, Opened, Pieces, Request, Response, Streaming, Transport, TransportError,
    failure,
};

const USER_AGENT: &str = concat!("Ledgerline/", env!("CARGO_PKG_VERSION"));

/// Long enough for a slow proxy; a service that takes longer to accept a connection is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// How to reach the network.
#[derive(Clone, Debug, Default)]
pub struct NetworkSettings {
    /// A proxy's address instead of the operating system's setting.
    pub proxy: Option<String>,
    /// PEM text of certificate authorities to trust beside the operating system's.
    pub extra_ca: Option<Vec<u8>>,
}

/// Sends requests over HTTPS; plain HTTP goes to loopback addresses only.
///
/// Redirects are not followed: a redirect is an answer.
pub struct HttpTransport {
    /// Why there is none counts only when it is needed: this computer can be reached without the system's certificates.
    world: Result<Client, Cause>,
    here: Client,
}

impl HttpTransport {
    /// A transport with its own connection pool.
    ///
    /// # Errors
    /// When the proxy's address or the certificates cannot be used; the text says which.
    pub fn new(settings: &NetworkSettings) -> Result<Self, TransportError> {
        // A provider that the program has chosen before stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authorities = match &settings.extra_ca {
            Some(pem) => {
                authorities(pem).map_err(|reason| unusable("network.extra_ca", Cause::Tls(reason)))?
            }
            None => Vec::new(),
        };
        let mut world = client().tls_certs_merge(authorities.clone());
        if let Some(address) = &settings.proxy {
            let proxy = Proxy::all(address).map_err(|_| {
                let reason = "a proxy's address looks like http://proxy.example.com:8080".to_owned();
                unusable("network.proxy", Cause::BadAddress(reason))
            })?;
            world = world.proxy(proxy);
        }
        let here = || {
            let localhost =
                [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
            client().no_proxy().resolve_to_addrs("localhost", &localhost)
        };
        let without_system = || here().tls_certs_only(authorities.clone()).build();
        Ok(Self {
            world: world.build().map_err(|error| no_certificates(&error)),
            here: here()
                .tls_certs_merge(authorities.clone())
                .build()
                .or_else(|_| without_system())
                .map_err(|error| unusable("network", no_certificates(&error)))?,
        })
    }

    /// The answer as far as its head. Unless `whole`, the request's time limit ends there.
    async fn begin(&self, request: &Request, whole: bool) -> Result<reqwest::Response, (Fate, Cause)> {
        let unsent = |cause| (Fate::NotSent, cause);
        let Address { url, loopback } =
            address::parse(&request.url).map_err(|reason| unsent(Cause::BadAddress(reason)))?;
        let client =
            if loopback { &self.here } else { self.world.as_ref().map_err(|cause| unsent(cause.clone()))? };
        let headers = headers(request).map_err(|reason| unsent(Cause::BadAddress(reason)))?;
        let mut sending =
            client.request(method(request.method), url).headers(headers).body(request.body.clone());
        if whole {
            sending = sending.timeout(request.timeout);
        }
        let sent = sending.send();
        let answer = if whole {
            sent.await
        } else {
            let late = |_| (Fate::OutcomeUnknown, Cause::Timeout);
            tokio::time::timeout(request.timeout, sent).await.map_err(late)?
        };
        answer.map_err(|error| failure::before_answer(&error))
    }

    async fn exchange(&self, request: &Request) -> Result<Response, (Fate, Cause)> {
        let mut answer = self.begin(request, true).await?;
        let status = answer.status().as_u16();
        let headers = shown_headers(&answer);
        let body =
            read(&mut answer, request.max_answer).await.map_err(|cause| (Fate::OutcomeUnknown, cause))?;
        Ok(Response { status, headers, body })
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let answer = self.exchange(request).await;
            answer.map_err(|(fate, cause)| TransportError { fate, cause, place: request.place().to_owned() })
        })
    }
}

impl Streaming for HttpTransport {
    fn open<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Opened, TransportError>> {
        Box::pin(async move {
            let place = request.place().to_owned();
            match self.begin(request, false).await {
                Ok(answer) => Ok(Opened {
                    status: answer.status().as_u16(),
                    headers: shown_headers(&answer),
                    pieces: Box::new(NetworkPieces { answer, place }),
                }),
                Err((fate, cause)) => Err(TransportError { fate, cause, place }),
            }
        })
    }
}

struct NetworkPieces {
    answer: reqwest::Response,
    place: String,
}

impl Pieces for NetworkPieces {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        Box::pin(async move {
            let piece = self.answer.chunk().await.map_err(|error| failure::within_answer(&error));
            piece.map_err(|cause| TransportError {
                fate: Fate::OutcomeUnknown,
                cause,
                place: self.place.clone(),
            })
        })
    }
}

fn shown_headers(answer: &reqwest::Response) -> Vec<(String, String)> {
    let headers = answer.headers().iter();
    let shown = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.map(|(name, value)| (name.as_str().to_owned(), shown(value))).collect()
}

fn client() -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .gzip(true)
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, String> {
    let found = Certificate::from_pem_bundle(pem)
        .map_err(|_| "the extra certificates cannot be read; they must be PEM text".to_owned())?;
    if found.is_empty() {
        return Err(
            "there is no certificate in the file of extra certificates; it must be PEM text".to_owned()
        );
    }
    Ok(found)
}

/// With address, proxy and extra certificates in order, only the system's certificates are left to fail.
fn no_certificates(error: &reqwest::Error) -> Cause {
    Cause::Tls(format!("the operating system's certificates cannot be used ({})", failure::root(error)))
}

fn unusable(place: &str, cause: Cause) -> TransportError {
    TransportError { fate: Fate::NotSent, cause, place: place.to_owned() }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn headers(request: &Request) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let key =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name} is not a header's name"))?;
        headers.append(key, header_value(name, value)?);
    }
    if let Some(authorization) = &request.authorization {
        let mut value = header_value(AUTHORIZATION.as_str(), authorization.reveal())?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| format!("the header {name} holds characters that cannot be sent"))
}

/// So much memory is taken for a body on the word of its header alone.
const MOST_AT_ONCE: usize = 4 << 20;

/// Reads the body piece by piece, so that an endless one ends at the limit.
async fn read(answer: &mut reqwest::Response, limit: usize) -> Result<Bytes, Cause> {
    let announced = answer.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = Vec::with_capacity(announced.unwrap_or_default().min(limit).min(MOST_AT_ONCE));
    while let Some(piece) = answer.chunk().await.map_err(|error| failure::within_answer(&error))? {
        if piece.len() > limit - body.len() {
            return Err(Cause::TooLarge { limit });
        }
        // Not twice as much as is needed: pages of a megabyte come by the thousand.
        if body.capacity() - body.len() < piece.len() {
            body.reserve_exact(piece.len().max(body.len() / 4));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.into())
}

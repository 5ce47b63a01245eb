//! The network.

use crate::{BoxFuture, Request, Response, Transport, TransportError};

/// How to reach the network.
#[derive(Clone, Debug, Default)]
pub struct NetworkSettings {
    /// A proxy's address instead of the operating system's setting.
    pub proxy: Option<String>,
    /// PEM text of certificate authorities to trust beside the operating system's.
    pub extra_ca: Option<Vec<u8>>,
}

/// Sends requests over HTTPS; plain HTTP goes to loopback addresses only.
pub struct HttpTransport {}

impl HttpTransport {
    /// A transport with its own connection pool.
    ///
    /// # Errors
    /// When the proxy's address or the certificates cannot be used; the text says which.
    pub fn new(_settings: &NetworkSettings) -> Result<Self, TransportError> {
        todo!()
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        todo!()
    }
}

//! A relay inside another program, for this computer alone: the demo and tests use it. Over the network it is a program of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clock::SystemClock;
use crate::http::{App, router};
use crate::hub::Hub;
use crate::limits::{Rates, Retention};
use crate::metrics::Metrics;
use crate::server::{Connections, serve};
use crate::settings::{Settings, enrolment_key};
use crate::store::sqlite::Sqlite;

/// A relay that serves this computer until it is dropped or stopped.
pub struct LocalRelay {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl LocalRelay {
    /// Listens on a free port of the loopback address, and keeps its mailboxes in the file `store`.
    ///
    /// # Errors
    /// When the file or the address cannot be used, or the key is shorter than 16 characters.
    pub async fn start(store: &Path, key: &str) -> io::Result<Self> {
        let (hub, retention) = (Arc::new(Hub::default()), Retention::default());
        let store = Arc::new(Sqlite::open(store, retention, hub.clone()).map_err(io::Error::other)?);
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let settings = Settings {
            public: url.parse().map_err(io::Error::other)?,
            enrolment: Some(enrolment_key(key).map_err(io::Error::other)?),
            trusted_proxies: Vec::new(),
            operators: Vec::new(),
            rates: Rates::default(),
            retention,
        };
        let app = App::new(store, hub.clone(), Arc::new(SystemClock), Arc::new(Metrics::default()), settings);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            // A sender that is gone says the same.
            let stopped = async { drop(stopped.await) };
            serve(listener, None, router(app), hub, Connections::default(), stopped).await;
        });
        Ok(Self { url, stop: Some(stop), task })
    }

    /// Its address, for enrolling.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends the streams, lets requests finish, and returns when nothing is left of it.
    pub async fn stop(mut self) {
        self.stop.take();
        // It ends by itself now; that it was told to is all that it can say.
        let _ = (&mut self.task).await;
    }
}

#[cfg(test)]
mod tests {
    use super::LocalRelay;

    #[tokio::test]
    async fn it_answers_while_it_lives_and_takes_no_short_key() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("relay.db");
        assert!(LocalRelay::start(&store, "short").await.is_err());
        let relay = LocalRelay::start(&store, "a key that is long enough").await.unwrap();
        let address = relay.url().trim_start_matches("http://").to_owned();
        assert!(tokio::net::TcpStream::connect(&address).await.is_ok());
        relay.stop().await;
        assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    }
}

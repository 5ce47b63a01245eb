//! A server on this computer that answers with given bytes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does after its answer.
#[derive(Clone, Copy)]
pub enum Then {
    /// Ends the connection.
    Close,
    /// Breaks the connection.
    Reset,
    /// Keeps silent.
    Hang,
    /// Waits for the next request.
    KeepAlive,
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    /// Starts a server that gives every request the same `answer`.
    pub async fn start(answer: impl Into<Vec<u8>>, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            connections: Arc::default(),
        };
        let (seen, connections, answer) = (server.seen.clone(), server.connections.clone(), answer.into());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *connections.lock().unwrap() += 1;
                tokio::spawn(converse(stream, answer.clone(), then, seen.clone()));
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far, as text.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

async fn converse(mut stream: TcpStream, answer: Vec<u8>, then: Then, seen: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = read_request(&mut stream).await {
        seen.lock().unwrap().push(request);
        if stream.write_all(&answer).await.is_err() {
            return;
        }
        match then {
            Then::Close => return,
            Then::Reset => {
                // The answer must be out before the connection breaks.
                tokio::time::sleep(Duration::from_millis(20)).await;
                return stream.set_zero_linger().unwrap();
            }
            Then::Hang => std::future::pending().await,
            Then::KeepAlive => {}
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

//! Readers that do not read, and the end of the relay.

use std::time::Duration;

use relay::server::Connections;
use relay_protocol::{Event, paths};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::serving::{Reader, Relay, Wishes, client, enrol, notification, post, record, within};
use crate::stores::{Place, at, updated};

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_takes_nothing_is_disconnected_and_finds_everything_when_it_comes_back() {
    let connections = Connections { stalled_after: Duration::from_millis(300), ..Connections::default() };
    let relay = Relay::start_with(&Place::file(), Wishes { connections, ..Wishes::default() }).await;
    let client = client();
    let mailbox = enrol(&client, &relay.url).await;
    // More than any socket holds.
    let large = "x".repeat(50_000);
    for tens in 0..30 {
        let signals = (0..10).map(|ones| updated(&format!("{tens}{ones} {large}"))).collect();
        relay.store.push(&mailbox.mailbox, at(0), signals).await.unwrap();
    }
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let port = relay.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut stream = socket.connect(([127, 0, 0, 1], port).into()).await.unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        paths::signals(&mailbox.mailbox),
        mailbox.read_token.reveal()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let gone = async {
        while relay.hub.count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    within(gone).await;
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    for _ in 0..300 {
        reader.signal().await;
    }
}

#[tokio::test]
async fn a_relay_that_stops_says_so_to_its_readers_and_lets_requests_finish() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let (url, hub, store) = (relay.url.clone(), relay.hub.clone(), relay.store.clone());
    let mut reader = Reader::connect(&client, &url, &mailbox, None).await;
    post(&client, mailbox.hooks.business_central.reveal(), notification(&["a"])).await;
    assert_eq!(record(&reader.signal().await), "a");
    // A request of which the second half comes after the relay was told to stop.
    let port: u16 = url.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (_, key) = mailbox.hooks.business_central.reveal().rsplit_once('/').unwrap();
    let body = notification(&["b"]);
    let head = format!(
        "POST /v1/hooks/{key} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    half.write_all(head.as_bytes()).await.unwrap();
    // The relay has begun to read the body.
    let mut proceed = [0; 25];
    within(half.read_exact(&mut proceed)).await.unwrap();
    assert_eq!(&proceed, b"HTTP/1.1 100 Continue\r\n\r\n");
    let stopped = tokio::spawn(relay.stop());
    assert_eq!(reader.event().await, Some(Event::Heartbeat), "a comment ends the stream");
    assert_eq!(reader.event().await, None);
    half.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within(half.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    within(stopped).await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    assert_eq!(hub.count(), 0);
    assert_eq!(store.figures().await.unwrap().signals, 2);
}

#[tokio::test]
async fn connections_beyond_the_most_are_closed_at_once() {
    let connections = Connections { most: 1, ..Connections::default() };
    let relay = Relay::start_with(&Place::file(), Wishes { connections, ..Wishes::default() }).await;
    let port: u16 = relay.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut first = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    within(first.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let mut second = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert_eq!(within(second.read(&mut [0; 1])).await.unwrap_or(0), 0);
}

//! Answers that go on, against a server on this computer.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

#[allow(dead_code, reason = "the tests of whole answers use the rest")]
mod loopback;

use std::time::Duration;

use loopback::{Server, Then};
use transport::{
    Cause, Fate, HttpTransport, Method, NetworkSettings, Opened, Request, Streaming, TransportError,
};

const FIRST: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n:hi\n\n\r\n";

async fn open(server: &Server) -> Result<Opened, TransportError> {
    let request = Request {
        timeout: Duration::from_millis(300),
        ..Request::new(Method::Get, server.url("/v1/mailboxes/1/signals?secret=x"))
    };
    HttpTransport::new(&NetworkSettings::default()).unwrap().open(&request).await
}

#[tokio::test]
async fn a_piece_is_there_before_the_answer_ends_and_after_the_time_for_its_head() {
    let server = Server::start(FIRST, Then::Hang).await;
    let mut opened = open(&server).await.unwrap();
    assert_eq!(opened.status, 200);
    assert!(
        opened.headers.iter().any(|(name, value)| name == "content-type" && value == "text/event-stream")
    );
    assert_eq!(opened.pieces.next().await.unwrap().unwrap().as_ref(), b":hi\n\n");
    // The limit for the head does not cut the stream off.
    let waited = tokio::time::timeout(Duration::from_millis(600), opened.pieces.next()).await;
    assert!(waited.is_err(), "the stream goes on");
}

#[tokio::test]
async fn an_answer_that_does_not_begin_is_late() {
    let server = Server::start("", Then::Hang).await;
    let error = open(&server).await.err().unwrap();
    assert_eq!((error.fate, &error.cause), (Fate::OutcomeUnknown, &Cause::Timeout));
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_stream_that_breaks_says_so_and_one_that_ends_ends() {
    let server = Server::start(FIRST, Then::Reset).await;
    let mut opened = open(&server).await.unwrap();
    opened.pieces.next().await.unwrap();
    let error = opened.pieces.next().await.unwrap_err();
    assert!(matches!(error.cause, Cause::Reset(_) | Cause::Damaged(_)), "{error}");

    let server = Server::start("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", Then::Hang).await;
    let mut opened = open(&server).await.unwrap();
    assert_eq!(opened.status, 404);
    assert_eq!(opened.pieces.next().await.unwrap().unwrap().as_ref(), b"{}");
    assert_eq!(opened.pieces.next().await.unwrap(), None);
}

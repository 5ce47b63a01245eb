//! What the log tells. Alone in its program: whether a line is logged at all is decided once for all threads.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::io;
use std::sync::{Arc, Mutex};

use transport::{
    BoxFuture, Courier, Method, Patience, Request, Response, Secret, SeededRandom, TokioClock, Transport,
    TransportError, Unmetered,
};

/// Answers everything with a header and a body that must not be shown.
struct Discreet;

impl Transport for Discreet {
    fn send<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        let headers = vec![("x".to_owned(), "hidden".to_owned())];
        Box::pin(std::future::ready(Ok(Response { status: 404, headers, body: "hidden".into() })))
    }
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Pages(Arc<Mutex<Vec<u8>>>);

impl io::Write for Pages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_names_the_request_and_shows_neither_query_headers_nor_bodies() {
    let pages = Pages::default();
    let writer = pages.clone();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(log);
    let clock = Arc::new(TokioClock::starting_at("2026-03-01T12:00:00Z".parse().unwrap()));
    let random = Arc::new(SeededRandom::new(1));
    let courier =
        Courier::new(4, Patience::default(), Arc::new(Discreet), Arc::new(Unmetered), clock, random);
    let request = Request {
        authorization: Some(Secret::new("hidden")),
        ..Request::new(Method::Post, "https://user:hidden@service.invalid/crm/v8/Accounts?code=hidden#hidden")
    };
    let request = request.header("x", "hidden").body("text/plain", "hidden");
    courier.send(request).await.unwrap();
    drop(guard);
    let text = String::from_utf8(pages.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("hidden"), "{text}");
    for part in ["method=\"POST\"", "place=\"service.invalid/crm/v8/Accounts\"", "status=404", "id="] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

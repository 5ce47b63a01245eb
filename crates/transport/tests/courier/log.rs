//! What the log tells.

use std::io;
use std::sync::{Arc, Mutex};

use transport::{Patience, Request, Secret};

use crate::scripted::{Scripted, Step};
use crate::{courier, insert};

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
    let service = Scripted::new(
        [Step::status(429)],
        Step::status(201).body("hidden").header("x", "hidden"),
    );
    let request = Request {
        authorization: Some(Secret::new("hidden")),
        body: "hidden".into(),
        ..insert().header("x", "hidden")
    };
    let request = Request {
        url: format!("{}?code=hidden", request.url),
        ..request
    };
    courier(Patience::default(), &service)
        .send(request)
        .await
        .unwrap();
    drop(guard);
    let text = String::from_utf8(pages.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("hidden"), "{text}");
    for part in [
        "method=\"POST\"",
        "place=\"https://service.invalid/crm/v8/Accounts\"",
        "status=429",
        &service.ids()[0],
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

//! The network transport against a server on this computer.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod loopback;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use loopback::{Server, Then};
use tokio::net::TcpListener;
use transport::{
    Cause, Fate, HttpTransport, Method, NetworkSettings, Request, Response, Secret, Transport, TransportError,
};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn network() -> HttpTransport {
    HttpTransport::new(&NetworkSettings::default()).unwrap()
}

fn through(proxy: SocketAddr) -> HttpTransport {
    let proxy = Some(format!("http://{proxy}"));
    HttpTransport::new(&NetworkSettings { proxy, ..NetworkSettings::default() }).unwrap()
}

/// An address where nobody listens.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

async fn get(server: &Server) -> Result<Response, TransportError> {
    network().send(&Request::new(Method::Get, server.url("/x?token=secret"))).await
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let server = Server::start(OK, Then::Close).await;
    let request = Request {
        authorization: Some(Secret::new("Bearer abc")),
        ..Request::new(Method::Post, server.url("/bc/v2.0/companies(1)?$filter=number%20eq%20%27C1%27"))
            .header("Prefer", "odata.maxpagesize=5")
            .body("application/json", "{\"a\":1.10}")
    };
    let answer = network().send(&request).await.unwrap();
    assert_eq!((answer.status, answer.body.as_ref()), (200, b"{}".as_ref()));
    let seen = server.seen().remove(0);
    assert!(
        seen.starts_with("POST /bc/v2.0/companies(1)?$filter=number%20eq%20%27C1%27 HTTP/1.1\r\n"),
        "{seen}"
    );
    let lower = seen.to_lowercase();
    for line in [
        "authorization: bearer abc\r\n",
        "prefer: odata.maxpagesize=5\r\n",
        "content-type: application/json\r\n",
        "accept-encoding: gzip\r\n",
        concat!("user-agent: ledgerline/", env!("CARGO_PKG_VERSION"), "\r\n"),
    ] {
        assert!(lower.contains(line), "{line} in {seen}");
    }
    assert!(seen.ends_with("{\"a\":1.10}"));
}

#[tokio::test]
async fn every_status_is_an_answer_and_redirects_are_not_followed() {
    let head = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nX-Name: caf\u{e9}\r\nContent-Length: 0\r\n\r\n";
    let latin1: Vec<u8> = head.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let server = Server::start(latin1, Then::Close).await;
    let answer = get(&server).await.unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("LOCATION"), Some("/elsewhere"));
    assert_eq!(answer.header("x-name"), Some("caf\u{fffd}"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::start(OK, Then::KeepAlive).await;
    let network = network();
    for _ in 0..3 {
        network.send(&Request::new(Method::Get, server.url("/"))).await.unwrap();
    }
    assert_eq!((server.seen().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn localhost_is_this_computer() {
    let server = Server::start(OK, Then::Close).await;
    let url = format!("http://localhost:{}/", server.address.port());
    assert_eq!(network().send(&Request::new(Method::Get, url)).await.unwrap().status, 200);
}

#[tokio::test]
async fn plain_http_to_another_computer_is_refused_before_anything_is_sent() {
    let proxy = Server::start(OK, Then::Close).await;
    for url in
        ["http://192.0.2.1/", "http://service.invalid/a?b=c", "http://user:hidden@localhost/", "nonsense"]
    {
        let error = through(proxy.address).send(&Request::new(Method::Get, url)).await.unwrap_err();
        assert_eq!(error.fate, Fate::NotSent);
        assert!(matches!(error.cause, Cause::BadAddress(_)), "{error:?}");
        assert!(!error.to_string().contains("hidden"));
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named_and_not_shown() {
    let server = Server::start(OK, Then::Close).await;
    let authorization = Some(Secret::new("Bearer abc\ndef"));
    let request = Request { authorization, ..Request::new(Method::Get, server.url("/")) };
    let error = network().send(&request).await.unwrap_err();
    assert_eq!(error.fate, Fate::NotSent);
    assert!(
        error.to_string().ends_with("the header authorization holds characters that cannot be sent"),
        "{error}"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_larger_answer_than_allowed_is_not_read() {
    let server = Server::start("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789", Then::Hang).await;
    let request = Request { max_answer: 9, ..Request::new(Method::Get, server.url("/")) };
    let error = network().send(&request).await.unwrap_err();
    assert_eq!((error.fate, error.cause), (Fate::OutcomeUnknown, Cause::TooLarge { limit: 9 }));
}

#[tokio::test]
async fn an_answer_of_just_the_allowed_size_is_read() {
    let server = Server::start(OK, Then::Close).await;
    let request = Request { max_answer: 2, ..Request::new(Method::Get, server.url("/")) };
    assert_eq!(network().send(&request).await.unwrap().body.len(), 2);
}

/// 10,000 times the letter a.
const PACKED: [u8; 46] = [
    0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0x03, 0xed, 0xc1, 0x01, 0x0d, 0, 0, 0, 0xc2, 0xa0, 0xac, 0xef,
    0x5f, 0xc2, 0x1c, 0x6e, 0x40, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0xbf, 0x01, 0x97, 0xd4, 0x7e, 0x46,
    0x10, 0x27, 0, 0,
];

fn packed(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    let server = Server::start(packed(&PACKED), Then::Close).await;
    assert_eq!(get(&server).await.unwrap().body, vec![b'a'; 10_000]);
}

#[tokio::test]
async fn the_limit_counts_unpacked_bytes() {
    let server = Server::start(packed(&PACKED), Then::Close).await;
    let request = Request { max_answer: 9_999, ..Request::new(Method::Get, server.url("/")) };
    let error = network().send(&request).await.unwrap_err();
    assert_eq!(error.cause, Cause::TooLarge { limit: 9_999 });
}

#[tokio::test]
async fn damaged_packing_is_damage() {
    for body in [&PACKED[..30], b"this is not gzip at all"] {
        let server = Server::start(packed(body), Then::Close).await;
        let error = get(&server).await.unwrap_err();
        assert!(matches!(error.cause, Cause::Damaged(_)), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_ends_early_is_damaged() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"value\":[",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"val",
    ] {
        let server = Server::start(answer, Then::Close).await;
        let error = get(&server).await.unwrap_err();
        assert_eq!(error.fate, Fate::OutcomeUnknown);
        assert!(matches!(error.cause, Cause::Damaged(_)), "{error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_leaves_doubt() {
    for then in [Then::Close, Then::Reset] {
        let server = Server::start("", then).await;
        let error = get(&server).await.unwrap_err();
        assert_eq!(error.fate, Fate::OutcomeUnknown);
        assert!(matches!(error.cause, Cause::Reset(_)), "{error:?}");
        assert_eq!(error.place, server.url("/x"));
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(server.seen().len(), 1, "it is not sent again behind the caller's back");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_within_the_answer_leaves_doubt() {
    let server = Server::start("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", Then::Reset).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!(error.fate, Fate::OutcomeUnknown);
    assert!(matches!(error.cause, Cause::Reset(_)), "{error:?}");
}

#[tokio::test]
async fn silence_ends_with_the_time_limit() {
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"] {
        let server = Server::start(answer, Then::Hang).await;
        let timeout = Duration::from_millis(200);
        let request = Request { timeout, ..Request::new(Method::Get, server.url("/")) };
        let error = network().send(&request).await.unwrap_err();
        assert_eq!((error.fate, error.cause), (Fate::OutcomeUnknown, Cause::Timeout));
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_sent() {
    let url = format!("http://{}/x?token=secret", nobody().await);
    let error = network().send(&Request::new(Method::Post, url)).await.unwrap_err();
    assert_eq!(error.fate, Fate::NotSent);
    assert!(matches!(error.cause, Cause::Connect(_)), "{error:?}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_gets_nothing() {
    let server = Server::start("HTTP/1.1 400 Bad Request\r\n\r\n\r\n\r\n", Then::Hang).await;
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    let error = network().send(&Request::new(Method::Get, format!("https://{address}/"))).await.unwrap_err();
    assert_eq!(error.fate, Fate::NotSent);
    assert!(matches!(error.cause, Cause::Tls(_)), "{error:?}");
    drop(server);
}

#[tokio::test]
async fn this_computer_is_never_reached_through_a_proxy() {
    let server = Server::start(OK, Then::Close).await;
    let proxy = Server::start("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", Then::Close).await;
    let answer = through(proxy.address).send(&Request::new(Method::Get, server.url("/"))).await;
    assert_eq!(answer.unwrap().status, 200);
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn the_world_is_reached_through_the_proxy_that_is_set() {
    let proxy = Server::start("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", Then::Close).await;
    let request = Request::new(Method::Post, "https://service.invalid/crm?token=secret");
    let error = through(proxy.address).send(&request).await.unwrap_err();
    assert!(proxy.seen()[0].starts_with("CONNECT service.invalid:443 HTTP/1.1\r\n"));
    assert_eq!(error.fate, Fate::NotSent);
    assert!(matches!(error.cause, Cause::Connect(_)), "{error:?}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_named_without_its_password() {
    for proxy in ["http://user:hidden@[::", "ftp\u{0}://user:hidden", ""] {
        let settings = NetworkSettings { proxy: Some(proxy.to_owned()), ..NetworkSettings::default() };
        let error = HttpTransport::new(&settings).err().unwrap();
        assert!(error.to_string().starts_with("network.proxy: "), "{error}");
        assert!(!error.to_string().contains("hidden"), "{error}");
    }
}

#[tokio::test]
async fn certificates_that_cannot_be_used_are_named() {
    for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
        let settings = NetworkSettings { extra_ca: Some(pem.into()), ..NetworkSettings::default() };
        let error = HttpTransport::new(&settings).err().unwrap();
        assert!(error.to_string().starts_with("network.extra_ca: "), "{error}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_not_found() {
    let proxy = Some("http://proxy.invalid:8080".to_owned());
    let network = HttpTransport::new(&NetworkSettings { proxy, ..NetworkSettings::default() }).unwrap();
    let error = network.send(&Request::new(Method::Get, "https://service.invalid/")).await.unwrap_err();
    assert_eq!((error.fate, error.cause), (Fate::NotSent, Cause::Dns));
}

#[tokio::test]
async fn loopback_means_the_whole_network_127() {
    let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).await;
    // Not every operating system gives out more than 127.0.0.1.
    let Ok(listener) = listener else { return };
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = network().send(&Request::new(Method::Get, format!("http://{address}/"))).await.unwrap_err();
    assert!(matches!(error.cause, Cause::Connect(_)), "{error:?}");
}

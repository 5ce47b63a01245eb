//! Who is believed to be who: the network transport against a TLS server on this computer.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use transport::{Cause, Fate, HttpTransport, Method, NetworkSettings, Request, Transport};

/// An authority that the operating system does not know.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Serves one connection with a certificate for `name`; gives its address.
async fn serve(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else {
            return;
        };
        let mut request = [0; 4_096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
        let _ = stream.shutdown().await;
    });
    format!("https://localhost:{port}/x?token=secret")
}

fn trusting(authority: &CertifiedIssuer<'static, KeyPair>) -> HttpTransport {
    let extra_ca = Some(authority.pem().into_bytes());
    HttpTransport::new(&NetworkSettings { extra_ca, ..NetworkSettings::default() }).unwrap()
}

#[tokio::test]
async fn an_authority_from_the_settings_is_trusted() {
    let authority = authority();
    let url = serve(&authority, "localhost").await;
    let answer = trusting(&authority).send(&Request::new(Method::Get, url)).await.unwrap();
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_authority_that_nobody_knows_is_refused_before_anything_is_sent() {
    let url = serve(&authority(), "localhost").await;
    let network = HttpTransport::new(&NetworkSettings::default()).unwrap();
    let error = network.send(&Request::new(Method::Post, url)).await.unwrap_err();
    assert_eq!(error.fate, Fate::NotSent);
    assert!(matches!(error.cause, Cause::Tls(_)), "{error:?}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = authority();
    let url = serve(&authority, "service.invalid").await;
    let error = trusting(&authority).send(&Request::new(Method::Get, url)).await.unwrap_err();
    assert_eq!(error.fate, Fate::NotSent);
    assert!(matches!(error.cause, Cause::Tls(_)), "{error:?}");
}

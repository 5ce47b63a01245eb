//! TLS with certificate files that are renewed.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use relay::tls::Tls;
use reqwest::StatusCode;

use crate::serving::{Relay, Wishes, builder, enrol, notification, post, within};
use crate::stores::Place;

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn trusting(authority: &CertifiedIssuer<'static, KeyPair>) -> reqwest::Client {
    let certificate = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    builder().tls_certs_only([certificate]).build().unwrap()
}

#[tokio::test]
async fn a_relay_speaks_tls_by_itself_and_takes_a_renewed_certificate_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    let issue = |authority: &CertifiedIssuer<'static, KeyPair>| {
        let pair = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(&certificate, params.signed_by(&pair, authority).unwrap().pem()).unwrap();
        std::fs::write(&key, pair.serialize_pem()).unwrap();
    };
    let (first, second) = (authority(), authority());
    issue(&first);
    let tls = Arc::new(Tls::load(&certificate, &key).unwrap());
    let relay =
        Relay::start_with(&Place::file(), Wishes { tls: Some(tls.clone()), ..Wishes::default() }).await;
    let client = trusting(&first);
    let mailbox = enrol(&client, &relay.url).await;
    let hook = mailbox.hooks.business_central.reveal();
    assert!(hook.starts_with("https://"));
    assert_eq!(post(&client, hook, notification(&["a"])).await, StatusCode::OK);
    assert!(within(trusting(&second).get(hook).send()).await.is_err());
    assert!(!tls.reload().unwrap(), "it is the same certificate");
    // Half written files change nothing.
    std::fs::write(&certificate, "-----BEGIN").unwrap();
    assert!(tls.reload().is_err());
    assert_eq!(post(&trusting(&first), hook, notification(&["b"])).await, StatusCode::OK);
    issue(&second);
    assert!(tls.reload().unwrap());
    assert_eq!(post(&trusting(&second), hook, notification(&["c"])).await, StatusCode::OK);
    // A connection that stands goes on.
    assert_eq!(post(&client, hook, notification(&["d"])).await, StatusCode::OK);
}

#[test]
fn a_key_that_does_not_belong_to_its_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, authority().pem()).unwrap();
    std::fs::write(&key, KeyPair::generate().unwrap().serialize_pem()).unwrap();
    assert!(Tls::load(&certificate, &key).is_err());
    let missing = Tls::load(&folder.path().join("none.pem"), &key).unwrap_err();
    assert!(missing.to_string().contains("none.pem cannot be read"), "{missing}");
}

//! The same world over a real socket, called by the real transport.

use std::net::{Ipv4Addr, SocketAddr};

use exact_json::Value;
use sandbox::faults::{Effect, Fault, Service};
use sandbox::{Server, credentials, serve};
use transport::{
    Fate, HttpTransport, Method, NetworkSettings, Request, Response, Secret, Transport, TransportError,
};

use crate::support::{Bc, form, json, member, rows};

async fn started() -> (Bc, Server, HttpTransport) {
    let bc = Bc::empty();
    let server = serve(bc.world.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    (bc, server, HttpTransport::new(&NetworkSettings::default()).unwrap())
}

async fn token(server: &Server, transport: &HttpTransport) -> Result<Response, TransportError> {
    let url = format!("{}/login/{}/oauth2/v2.0/token", server.origin(), credentials::TENANT);
    let request = Request::new(Method::Post, url).body("application/x-www-form-urlencoded", form(&[]));
    transport.send(&request).await
}

#[tokio::test]
async fn a_client_signs_in_and_reads_over_a_socket() {
    let (bc, server, transport) = started().await;
    bc.customer("C1", "Über & Söhne 🔩");
    let token = member(&json(&token(&server, &transport).await.unwrap()), "access_token");
    let url = format!(
        "{}/bc/v2.0/{}/{}/api/v2.0/companies({})/customers?$filter=number%20eq%20'C1'",
        server.origin(),
        credentials::TENANT,
        credentials::ENVIRONMENT,
        bc.company
    );
    let mut request = Request::new(Method::Get, url);
    request.authorization = Some(Secret::new(format!("Bearer {token}")));
    let answer = transport.send(&request).await.unwrap();
    assert_eq!(member(&rows(&answer)[0], "displayName"), "Über & Söhne 🔩");
    let context =
        json(&answer).get("@odata.context").and_then(Value::as_text).map(ToOwned::to_owned).unwrap();
    assert!(context.starts_with(&server.origin()), "{context}");
    server.stop().await;
}

#[tokio::test]
async fn a_broken_connection_is_broken_over_a_socket() {
    let (bc, server, transport) = started().await;
    for effect in [Effect::ResetBefore, Effect::LoseAnswer] {
        bc.world.faults(|faults| faults.add(Fault::once(Service::Login, "", effect)));
        let error = token(&server, &transport).await.unwrap_err();
        assert_eq!(error.fate, Fate::OutcomeUnknown, "{error:?}");
    }
    assert_eq!(token(&server, &transport).await.unwrap().status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_stopped_server_is_not_reached() {
    let (_bc, server, transport) = started().await;
    let url = format!("{}/login/x/oauth2/v2.0/token", server.origin());
    server.stop().await;
    let error = transport.send(&Request::new(Method::Get, url)).await.unwrap_err();
    assert_eq!(error.fate, Fate::NotSent, "{error:?}");
}

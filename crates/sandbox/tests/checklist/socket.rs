//! The same world over a real socket, called by the real transport.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use exact_json::Value;
use sandbox::faults::{Effect, Fault, FaultBody, Service};
use sandbox::{Server, credentials, serve};
use transport::{
    Cause, Fate, HttpTransport, Method, NetworkSettings, Request, Response, Secret, Transport, TransportError,
};

use crate::support::{Bc, ORIGIN, account, courier, form, json, member, rows, text, watch_accounts};

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

/// The request, sent to the server instead.
fn over(server: &Server, mut request: Request) -> Request {
    request.url = request.url.replace(ORIGIN, &server.origin());
    request
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
    for (effect, carried_out) in [(Effect::ResetBefore, 0), (Effect::LoseAnswer, 1)] {
        let before = bc.world.bc(|bc| bc.requests);
        bc.world.faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "", effect)));
        let error = transport.send(&over(&server, bc.request("customers"))).await.unwrap_err();
        assert_eq!(error.fate, Fate::OutcomeUnknown, "{error:?}");
        assert_eq!(bc.world.bc(|bc| bc.requests) - before, carried_out, "{effect:?}");
    }
    assert_eq!(token(&server, &transport).await.unwrap().status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_courier_gets_through_over_a_socket() {
    let (bc, server, transport) = started().await;
    bc.customer("C1", "One");
    let courier = courier(Arc::new(transport));
    let effects = [
        Effect::ResetBefore,
        Effect::LoseAnswer,
        Effect::Truncate,
        Effect::Status { code: 504, retry_after: None, body: FaultBody::Html },
    ];
    for effect in effects {
        bc.world.faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "", effect)));
        let read = |answer: &Response| Value::parse(text(answer)).map_err(|error| error.to_string());
        let request = over(&server, bc.request("customers"));
        let (answer, body) = courier.send_checked(request, read).await.unwrap();
        assert_eq!(
            (answer.status, member(&body.get("value").and_then(Value::as_list).unwrap()[0], "number")),
            (200, "C1".to_owned())
        );
    }
    assert_eq!(bc.world.faults(|faults| faults.hit()), 4);
    server.stop().await;
}

#[tokio::test]
async fn an_answer_that_was_truncated_looks_whole_to_http() {
    let (bc, server, transport) = started().await;
    bc.world.faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "", Effect::Truncate)));
    let answer = transport.send(&over(&server, bc.request("customers"))).await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(Value::parse(text(&answer)).is_err());
    server.stop().await;
}

#[tokio::test]
async fn a_slow_answer_outlasts_the_callers_patience_over_a_socket() {
    let (bc, server, transport) = started().await;
    let delay = Effect::Delay(Duration::from_secs(2));
    bc.world.faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "", delay)));
    let mut request = over(&server, bc.request("customers"));
    request.timeout = Duration::from_millis(50);
    let error = transport.send(&request).await.unwrap_err();
    assert!(matches!((error.fate, &error.cause), (Fate::OutcomeUnknown, Cause::Timeout)), "{error:?}");
}

#[tokio::test]
async fn the_services_time_comes_over_a_socket_once() {
    let (_bc, server, transport) = started().await;
    let answer = token(&server, &transport).await.unwrap();
    let dates: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("date"))
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(dates, ["Mon, 10 Mar 2025 08:00:00 GMT"]);
    server.stop().await;
}

#[tokio::test]
async fn zoho_is_served_over_the_same_socket() {
    let (_bc, server, transport) = started().await;
    let form = format!(
        "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
        credentials::ZOHO_CLIENT_ID,
        credentials::ZOHO_CLIENT_SECRET,
        credentials::ZOHO_REFRESH_TOKEN
    );
    let request = Request::new(Method::Post, format!("{}/accounts/oauth/v2/token", server.origin()))
        .body("application/x-www-form-urlencoded", form);
    let answer = json(&transport.send(&request).await.unwrap());
    assert_eq!(member(&answer, "api_domain"), format!("{}/zoho", server.origin()));
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

/// An address that returns tokens and passes on what else it is sent.
async fn hook() -> (SocketAddr, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let (send, arrived) = tokio::sync::mpsc::unbounded_channel();
    let answer = move |uri: axum::http::Uri, body: String| async move {
        let token =
            uri.query().and_then(|query| query.strip_prefix("validationToken=").map(ToOwned::to_owned));
        if token.is_none() {
            send.send(body).unwrap();
        }
        token.unwrap_or_default()
    };
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, arrived)
}

#[tokio::test]
async fn a_subscription_is_made_and_told_of_changes_over_the_network() {
    let (bc, server, transport) = started().await;
    let (address, mut arrived) = hook().await;
    bc.world.bc(|bc| bc.webhooks.delay = jiff::SignedDuration::ZERO);
    let body = format!(
        r#"{{"notificationUrl":"http://{address}/hook","resource":"api/v2.0/companies({})/customers","clientState":"s"}}"#,
        bc.company
    );
    let mut request = bc.request("x");
    request.method = Method::Post;
    request.url = format!("{}/subscriptions", crate::support::base());
    let request = over(&server, request).body("application/json", body);
    let made = transport.send(&request).await.unwrap();
    assert_eq!(made.status, 201, "{}", text(&made));
    let id = bc.customer("1", "A");
    let told = Value::parse(&arrived.recv().await.unwrap()).unwrap();
    let first = &told.get("value").and_then(Value::as_list).unwrap()[0];
    assert!(member(first, "resource").ends_with(&format!("customers({id})")), "{}", told.to_json());
    server.stop().await;
}

#[tokio::test]
async fn a_channel_of_zoho_is_told_of_what_people_do_over_the_network() {
    let (bc, server, _) = started().await;
    let (address, mut arrived) = hook().await;
    bc.world.set_notification_delay(jiff::SignedDuration::ZERO);
    watch_accounts(&bc, &format!("http://{address}/hook"));
    let id = account(&bc, "One");
    let told = Value::parse(&arrived.recv().await.unwrap()).unwrap();
    assert_eq!(member(&told, "operation"), "insert");
    assert_eq!(told.get("ids").and_then(Value::as_list).unwrap(), [Value::Text(id)]);
    server.stop().await;
}

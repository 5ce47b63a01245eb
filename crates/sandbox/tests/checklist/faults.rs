//! What the network and the gateways do (facts, §5.8 and §6), without a socket.

use std::sync::Arc;
use std::time::Duration;

use sandbox::faults::{Effect, Fault, FaultBody, Service};
use sandbox::{Handled, InProcess};
use transport::{Cause, Fate, Method, Request, Response, Secret, Transport};

use crate::support::{Bc, ORIGIN, code, courier, form, text};

fn failing(code: u16, retry_after: Option<u32>, body: FaultBody) -> Bc {
    let bc = Bc::empty();
    let effect = Effect::Status { code, retry_after, body };
    bc.world.faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "/customers", effect)));
    bc
}

#[test]
fn too_many_requests_are_429_with_or_without_retry_after() {
    for wait in [None, Some(17)] {
        let bc = failing(429, wait, FaultBody::Json);
        let answer = bc.get("customers");
        assert_eq!((answer.status, code(&answer).as_str()), (429, "Application_TooManyRequests"));
        assert_eq!(answer.header("Retry-After").map(ToOwned::to_owned), wait.map(|wait| wait.to_string()));
        assert_eq!(bc.get("customers").status, 200);
    }
}

#[test]
fn a_gateway_answers_in_html_or_not_at_all() {
    let html = failing(503, Some(30), FaultBody::Html).get("customers");
    assert!(html.status == 503 && text(&html).starts_with("<html>"));
    assert_eq!(failing(408, None, FaultBody::Empty).get("customers").body.len(), 0);
}

#[test]
fn an_environment_under_update_is_503_for_everything() {
    let bc = Bc::empty();
    bc.world.bc(|bc| bc.behaviour.maintenance = true);
    let answer = bc.get("items");
    assert_eq!((answer.status, answer.header("Retry-After").is_some()), (503, true));
}

#[test]
fn a_truncated_body_comes_with_status_200() {
    let bc = Bc::empty();
    bc.customer("C1", "One");
    bc.world
        .faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "/customers", Effect::Truncate)));
    let answer = bc.get("customers");
    assert_eq!(answer.status, 200);
    assert!(exact_json::Value::parse(text(&answer)).is_err());
}

#[test]
fn a_fault_lets_some_through_first_and_hits_so_many() {
    let bc = Bc::empty();
    let effect = Effect::Status { code: 504, retry_after: None, body: FaultBody::Html };
    bc.world.faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "", effect).after(1).times(2)));
    let statuses: Vec<u16> = (0..4).map(|_| bc.get("customers").status).collect();
    assert_eq!(statuses, [200, 504, 504, 200]);
    assert_eq!(bc.world.faults(|faults| faults.hit()), 2);
}

fn token_request() -> Request {
    Request::new(Method::Post, format!("{ORIGIN}/login/{}/oauth2/v2.0/token", sandbox::credentials::TENANT))
        .body("application/x-www-form-urlencoded", form(&[]))
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_before_or_after_says_what_is_known() {
    let bc = Bc::empty();
    let login = |effect| bc.world.faults(|faults| faults.add(Fault::once(Service::Login, "", effect)));
    let transport = InProcess(bc.world.clone());
    login(Effect::ResetBefore);
    assert_eq!(transport.send(&token_request()).await.unwrap_err().fate, Fate::NotSent);
    login(Effect::LoseAnswer);
    assert_eq!(transport.send(&token_request()).await.unwrap_err().fate, Fate::OutcomeUnknown);
    assert_eq!(transport.send(&token_request()).await.unwrap().status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_takes_virtual_time_and_may_outlast_the_callers_patience() {
    let bc = Bc::empty();
    bc.world.set_latency(Duration::from_secs(5), Duration::ZERO);
    let transport = InProcess(bc.world.clone());
    let begun = tokio::time::Instant::now();
    assert_eq!(transport.send(&token_request()).await.unwrap().status, 200);
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    let delay = Effect::Delay(Duration::from_secs(600));
    bc.world.faults(|faults| faults.add(Fault::once(Service::Login, "", delay)));
    let error = transport.send(&token_request()).await.unwrap_err();
    assert!(matches!(error.cause, Cause::Timeout), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn authorization_reaches_the_service_in_process() {
    let bc = Bc::empty();
    let mut request = Request::new(Method::Get, bc.url("customers"));
    request.authorization = Some(Secret::new("Bearer somebody-elses"));
    assert_eq!(InProcess(bc.world.clone()).send(&request).await.unwrap().status, 401);
}

#[test]
fn other_paths_are_404() {
    let bc = Bc::empty();
    let incoming =
        sandbox::Incoming::new(Method::Get, &format!("{ORIGIN}/nowhere"), Vec::new(), bytes::Bytes::new())
            .unwrap();
    assert!(matches!(bc.world.handle(&incoming), Handled::Answer(answer) if answer.status == 404));
}

#[test]
fn answers_carry_the_services_time() {
    let bc = Bc::empty();
    assert_eq!(bc.get("customers").header("Date"), Some("Mon, 10 Mar 2025 08:00:00 GMT"));
    bc.world.bc(|bc| bc.behaviour.clock_skew = jiff::SignedDuration::from_secs(90));
    assert_eq!(bc.get("customers").header("Date"), Some("Mon, 10 Mar 2025 08:01:30 GMT"));
}

#[test]
fn a_fault_hits_its_method_and_its_share_only() {
    let bc = Bc::empty();
    let reset = Fault::once(Service::BusinessCentral, "", Effect::Truncate);
    bc.world.faults(|faults| faults.add(reset.clone().on(Method::Post)));
    assert!(bc.rows("customers").is_empty());
    bc.world.faults(|faults| {
        faults.clear();
        faults.add(reset.times(1_000).percent(30));
    });
    let cut = (0..400).filter(|_| exact_json::Value::parse(text(&bc.get("items"))).is_err()).count();
    assert!((80..160).contains(&cut), "{cut}");
}

#[tokio::test(start_paused = true)]
async fn a_courier_gets_through_what_passes() {
    let bc = Bc::empty();
    bc.customer("C1", "One");
    let effects = [
        Effect::ResetBefore,
        Effect::LoseAnswer,
        Effect::Truncate,
        Effect::Delay(Duration::from_secs(90)),
        Effect::Status { code: 429, retry_after: None, body: FaultBody::Empty },
        Effect::Status { code: 503, retry_after: Some(2), body: FaultBody::Html },
    ];
    let courier = courier(Arc::new(InProcess(bc.world.clone())));
    for effect in effects {
        bc.world.faults(|faults| faults.add(Fault::once(Service::BusinessCentral, "", effect)));
        let read =
            |answer: &Response| exact_json::Value::parse(text(answer)).map_err(|error| error.to_string());
        let (answer, body) = courier.send_checked(bc.request("customers"), read).await.unwrap();
        assert_eq!(
            (answer.status, body.get("value").and_then(exact_json::Value::as_list).map(<[_]>::len)),
            (200, Some(1))
        );
    }
    assert_eq!(bc.world.faults(|faults| faults.hit()), 6);
}

#[tokio::test(start_paused = true)]
async fn slow_calls_of_zoho_run_at_once_and_one_too_many_is_refused() {
    let bc = Bc::empty();
    bc.world.set_latency(Duration::ZERO, Duration::from_secs(1));
    bc.world.zoho(|zoho| zoho.set_edition(sandbox::zoho::Edition::Free, false));
    let transport = InProcess(bc.world.clone());
    let call = || {
        let transport = transport.clone();
        tokio::spawn(async move {
            let request = Request::new(Method::Get, format!("{ORIGIN}/zoho/crm/v8/org"));
            transport.send(&request).await.unwrap().status
        })
    };
    let calls: Vec<_> = (0..20).map(|_| call()).collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(bc.world.zoho(|zoho| zoho.peak_running()), 20);
    assert_eq!(call().await.unwrap(), 401);
    assert_eq!(bc.world.zoho(|zoho| zoho.peak_running()), 20);
}

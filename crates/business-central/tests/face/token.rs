//! Signing in.

use std::time::Duration;

use business_central::{Entity, ErrorKind, Query, SignInProblem};
use transport::{Method, Repeat};

use crate::scripted::{LOGIN, Service, answer, page, token, unauthorized};

fn refused(code: u32) -> transport::Response {
    answer(
        401,
        format!(
            r#"{{"error":"invalid_client","error_description":"AADSTS{code}: No.","error_codes":[{code}],"correlation_id":"c1"}}"#
        ),
    )
}

#[tokio::test(start_paused = true)]
async fn the_form_carries_the_credentials_and_is_marked_secret() {
    let service = Service::new(|_| page(&[], None));
    service.client().sign_in().await.unwrap();
    let requests = service.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.url, format!("{LOGIN}/contoso.com/oauth2/v2.0/token"));
    assert_eq!(
        request.body,
        "grant_type=client_credentials&client_id=5f6b9d3a-2c41-4f7e-9b1d-0a6c9e4d7f10\
         &client_secret=s3cret%26%2B&scope=https%3A%2F%2Fapi.businesscentral.dynamics.com%2F.default"
    );
    assert!(request.secret_body);
    assert_eq!(request.repeat, Repeat::Safe);
    assert!(request.authorization.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_token_is_used_until_shortly_before_its_end() {
    let service = Service::new(|_| page(&[], None));
    let client = service.client();
    for _ in 0..3 {
        client.companies().await.unwrap();
    }
    assert_eq!(service.sign_ins(), 1);
    tokio::time::advance(Duration::from_secs(3599 - 301)).await;
    client.companies().await.unwrap();
    assert_eq!(service.sign_ins(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    client.companies().await.unwrap();
    assert_eq!(service.sign_ins(), 2);
    assert_eq!(client.calls(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_a_few_seconds_is_used_for_half_of_them() {
    let service = Service::with_tokens(|_| page(&[], None), |turn| token(turn, 10));
    let client = service.client();
    client.companies().await.unwrap();
    tokio::time::advance(Duration::from_secs(4)).await;
    client.companies().await.unwrap();
    assert_eq!(service.sign_ins(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    client.companies().await.unwrap();
    assert_eq!(service.sign_ins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_in_the_middle_of_a_listing_is_renewed() {
    let service = Service::new(|call| match call.turn {
        1 => page(&[r#"{"number":"1"}"#], Some("https://bc.invalid/next?$skiptoken=1")),
        _ => page(&[r#"{"number":"2"}"#], None),
    });
    let mut pages = service.company().list(Query::of(Entity::Customers));
    pages.next().await.unwrap().unwrap();
    tokio::time::advance(Duration::from_secs(3600)).await;
    pages.next().await.unwrap().unwrap();
    let tokens: Vec<String> = service.calls().into_iter().map(|call| call.token).collect();
    assert_eq!(tokens, ["t1", "t2"]);
}

#[tokio::test(start_paused = true)]
async fn callers_at_the_same_time_share_one_sign_in() {
    let service = Service::new(|_| page(&[], None));
    let client = service.client();
    let (one, two, three) = tokio::join!(client.companies(), client.companies(), client.companies());
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(service.sign_ins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_for_all_callers() {
    let service = Service::new(|call| if call.token == "t1" { unauthorized() } else { page(&[], None) });
    let client = service.client();
    let (one, two, three) = tokio::join!(client.companies(), client.companies(), client.companies());
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(service.sign_ins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_too_names_the_page_in_business_central() {
    let service = Service::new(|_| unauthorized());
    let error = service.client().companies().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert_eq!(error.code(), "bc_unauthorized");
    assert!(error.cure().contains("Microsoft Entra applications"), "{}", error.cure());
    assert_eq!(error.correlation_id.as_deref(), Some("19c5a0f7-0b7e-4c68-9b8d-0a1f4b0b8e55"));
    assert!(!error.is_outage());
    assert_eq!((service.sign_ins(), service.calls().len()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_says_so_and_is_not_shown() {
    let service = Service::with_tokens(|_| page(&[], None), |_| refused(7_000_215));
    let error = service.client().companies().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::SecretWrong));
    assert_eq!(error.correlation_id.as_deref(), Some("c1"));
    assert_eq!(
        error.to_string(),
        "Microsoft did not let the app sign in: the client secret is wrong: \
         https://login.invalid/contoso.com (AADSTS7000215: No.)"
    );
    assert!(!format!("{error:?}").contains("s3cret"));
    assert!(service.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn signing_in_asks_again_even_with_a_good_token() {
    let service = Service::with_tokens(
        |_| page(&[], None),
        |turn| {
            if turn == 1 { token(1, 3599) } else { refused(7_000_222) }
        },
    );
    let client = service.client();
    client.sign_in().await.unwrap();
    let error = client.sign_in().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::SecretExpired));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_answer_that_breaks_off_is_asked_for_again() {
    let service = Service::with_tokens(
        |_| page(&[], None),
        |turn| {
            if turn == 1 { answer(200, r#"{"access_token":"eyJ0"#) } else { token(turn, 3599) }
        },
    );
    service.client().sign_in().await.unwrap();
    assert_eq!(service.sign_ins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_answer_without_a_token_is_not_understood() {
    let service = Service::with_tokens(|_| page(&[], None), |_| answer(200, r#"{"token_type":"Bearer"}"#));
    let error = service.client().sign_in().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Undecodable);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_service_that_is_down_is_an_outage() {
    let service = Service::with_tokens(|_| page(&[], None), |_| answer(503, "<html>"));
    let error = service.client().sign_in().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::Unavailable));
    assert!(error.is_outage());
}

//! Rate limits, and what only an operator sees.

use relay::limits::{Rate, Rates};
use relay_protocol::{ErrorCode, paths};
use reqwest::StatusCode;

use crate::serving::{Relay, Wishes, client, code, enrol, notification, post, try_to_enrol, within};
use crate::stores::Place;

fn few() -> Rate {
    Rate { per_second: 1, burst: 3 }
}

#[tokio::test]
async fn a_hook_that_is_asked_too_often_says_when_to_come_again_and_others_are_served() {
    let wishes = Wishes { rates: Rates { hook: few(), ..Rates::default() }, ..Wishes::default() };
    let (relay, client) = (Relay::start_with(&Place::file(), wishes).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let hook = mailbox.hooks.business_central.reveal();
    for _ in 0..3 {
        assert_eq!(post(&client, hook, notification(&["a"])).await, StatusCode::OK);
    }
    let answer = within(client.post(hook).body(notification(&["a"])).send()).await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "1");
    assert_eq!(code(answer).await, (429, ErrorCode::TooMany));
    assert_eq!(post(&client, mailbox.hooks.zoho.reveal(), "{}").await, StatusCode::OK);
}

#[tokio::test]
async fn an_address_that_posts_too_much_is_slowed_and_a_proxy_speaks_for_many() {
    let wishes = Wishes {
        rates: Rates { address: few(), ..Rates::default() },
        trusted_proxies: &["127.0.0.1", "::1"],
        ..Wishes::default()
    };
    let (relay, client) = (Relay::start_with(&Place::file(), wishes).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let hook = mailbox.hooks.business_central.reveal();
    let from = |address: &'static str| {
        let request = client.post(hook).header("x-forwarded-for", address).body(notification(&["a"]));
        async { within(request.send()).await.unwrap().status() }
    };
    for _ in 0..3 {
        assert_eq!(from("192.0.2.1").await, StatusCode::OK);
    }
    assert_eq!(from("192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(from("192.0.2.2").await, StatusCode::OK);
    // What the sender itself claims, before what the proxy saw, changes nothing.
    assert_eq!(from("192.0.2.9, 192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn who_guesses_is_slowed_and_who_knows_is_not() {
    let wishes = Wishes { rates: Rates { failures: few(), ..Rates::default() }, ..Wishes::default() };
    let (relay, client) = (Relay::start_with(&Place::file(), wishes).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let unknown = format!("{}/v1/hooks/unknown", relay.url);
    for _ in 0..3 {
        assert_eq!(post(&client, &unknown, "").await, StatusCode::NOT_FOUND);
    }
    assert_eq!(post(&client, &unknown, "").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(code(try_to_enrol(&client, &relay.url, "wrong").await).await, (429, ErrorCode::TooMany));
    let read = client.get(format!("{}{}", relay.url, paths::signals(&mailbox.mailbox))).bearer_auth("wrong");
    assert_eq!(code(within(read.send()).await.unwrap()).await, (429, ErrorCode::TooMany));
    // The two services may share the guesser's address: a known hook is served.
    assert_eq!(post(&client, mailbox.hooks.zoho.reveal(), "{}").await, StatusCode::OK);
    enrol(&client, &relay.url).await;
}

#[tokio::test]
async fn figures_are_for_the_operator_and_never_through_a_proxy_that_nobody_named() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let address = format!("{}/metrics", relay.url);
    let mailbox = enrol(&client, &relay.url).await;
    post(&client, mailbox.hooks.business_central.reveal(), notification(&["a", "b"])).await;
    let page = within(client.get(&address).send()).await.unwrap().text().await.unwrap();
    assert!(page.contains("\nledgerline_relay_signals 2\n"), "{page}");
    assert!(page.contains("\nledgerline_relay_mailboxes 1\n"), "{page}");
    for header in ["x-forwarded-for", "forwarded"] {
        let answer = within(client.get(&address).header(header, "127.0.0.1").send()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    let health = within(client.get(format!("{}/healthz", relay.url)).send()).await.unwrap();
    assert_eq!((health.status(), health.text().await.unwrap().as_str()), (StatusCode::OK, "ok\n"));
    let wishes = Wishes { operators: &["10.0.0.0/8"], ..Wishes::default() };
    let relay = Relay::start_with(&Place::file(), wishes).await;
    let answer = within(client.get(format!("{}/metrics", relay.url)).send()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

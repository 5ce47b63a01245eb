//! What the two services meet.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use relay::limits::LARGEST_BODY;
use relay_protocol::{CatchUpReason, Delivery, ErrorCode, Kind, Operation, Source};
use reqwest::{Method, StatusCode};

use crate::serving::{Reader, Relay, client, code, enrol, hook_at, notification, post, record, within};
use crate::stores::{Place, on_both_stores, open_file};

on_both_stores!(a_notification_reaches_the_reader_as_signals_without_data);

async fn a_notification_reaches_the_reader_as_signals_without_data(place: Place) {
    let (relay, client) = (Relay::start(&place).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    assert!(matches!(reader.delivery().await, Some(Delivery::Hello(hello)) if hello.newest.0 == 0));
    let hooks = &mailbox.hooks;
    assert_eq!(
        post(&client, hooks.business_central.reveal(), notification(&["a", "b"])).await,
        StatusCode::OK
    );
    let first = reader.signal().await;
    assert_eq!((record(&first), record(&reader.signal().await)), ("a".to_owned(), "b".to_owned()));
    let Kind::BusinessCentral { client_state: Some(state), .. } = first.kind else { panic!("{first:?}") };
    assert_eq!(state.reveal(), "the client state");
    let callback = r#"{"server_time":1,"module":"Accounts","ids":["7"],"affected_fields":[{"7":["Phone"]}],
        "affected_values":[{"record_id":"7","values":{"Phone":"555"}}],
        "operation":"update","channel_id":"9","token":"t"}"#;
    assert_eq!(post(&client, hooks.zoho.reveal(), callback).await, StatusCode::OK);
    let signal = reader.signal().await;
    assert!(!serde_json::to_string(&signal).unwrap().contains("555"));
    let Kind::Zoho { operation, affected_fields, .. } = signal.kind else { panic!("no signal of Zoho's") };
    assert_eq!((operation, affected_fields["7"].clone()), (Operation::Update, vec!["Phone".to_owned()]));
    // What is meant for one service's hook and comes to the other's cannot be read there.
    assert_eq!(post(&client, hooks.zoho.reveal(), notification(&["c"])).await, StatusCode::OK);
    let expected = Kind::CatchUp { reason: CatchUpReason::Unreadable, source: Some(Source::Zoho) };
    assert_eq!(reader.signal().await.kind, expected);
}

#[tokio::test]
async fn a_handshake_gets_its_token_back_as_plain_text_by_post_and_by_get() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let address = format!("{}?validationToken=a%2Bb%3C%2Fscript%3E", mailbox.hooks.business_central.reveal());
    for method in [Method::POST, Method::GET] {
        let answer = within(client.request(method, &address).send()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.text().await.unwrap(), "a+b</script>");
    }
    assert_eq!(relay.store.figures().await.unwrap().signals, 0);
}

#[tokio::test]
async fn a_hook_that_is_none_is_not_found_not_even_for_a_handshake() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let hook = mailbox.hooks.zoho.reveal();
    let (front, key) = hook.split_at(hook.len() - 1);
    let other = if key == "A" { "B" } else { "A" };
    for address in
        [format!("{front}{other}"), format!("{front}?validationToken=x"), format!("{}/v1/hooks/x", relay.url)]
    {
        let answer = within(client.post(address).body("{}").send()).await.unwrap();
        assert_eq!(code(answer).await, (404, ErrorCode::UnknownHook));
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_catch_up_and_answered_like_any_other() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let hook = mailbox.hooks.business_central.reveal();
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    // As large as is read, and one byte more.
    let mut body = notification(&["a"]).into_bytes();
    body.resize(LARGEST_BODY, b' ');
    assert_eq!(post(&client, hook, body.clone()).await, StatusCode::OK);
    assert_eq!(record(&reader.signal().await), "a");
    body.push(b' ');
    assert_eq!(post(&client, hook, body).await, StatusCode::OK);
    let expected = Kind::CatchUp { reason: CatchUpReason::TooLarge, source: Some(Source::BusinessCentral) };
    assert_eq!(reader.signal().await.kind, expected);
}

#[tokio::test]
async fn when_nothing_can_be_stored_the_sender_is_asked_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let (store, hub) = open_file(&folder).await;
    let relay = Relay::serve(store.clone(), hub, Default::default()).await;
    let client = client();
    let mailbox = enrol(&client, &relay.url).await;
    store.let_no_longer_grow().await.unwrap();
    let records: Vec<String> = (0..900).map(|number| format!("a record with a long name {number}")).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let answer = client.post(mailbox.hooks.business_central.reveal()).body(notification(&records)).send();
    let answer = within(answer).await.unwrap();
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(code(answer).await, (503, ErrorCode::Unavailable));
}

/// Something like what the services send, with anything in any place.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        Just("value"),
        Just("subscriptionId"),
        Just("clientState"),
        Just("resource"),
        Just("changeType"),
        Just("updated"),
        Just("deleted"),
        Just("collection"),
        Just("ids"),
        Just("module"),
        Just("operation"),
        Just("insert"),
        Just("channel_id"),
        Just("token"),
        Just("affected_fields"),
        Just("é\u{0}\u{202e}"),
    ];
    let leaf = prop_oneof![
        word.clone().prop_map(|word| serde_json::json!(word)),
        any::<i64>().prop_map(|number| serde_json::json!(number)),
        Just(serde_json::Value::Null),
        Just(serde_json::json!(true)),
        "[a-z]{0,20}".prop_map(serde_json::Value::String),
    ];
    let json = leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::Array),
            proptest::collection::vec((word.clone(), inner), 0..8).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    });
    prop_oneof![
        4 => json.prop_map(|json| json.to_string().into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..300),
        1 => (0..2000_usize).prop_map(|depth| b"[".repeat(depth)),
    ]
}

#[test]
fn whatever_is_posted_to_a_known_hook_it_answers_200_429_or_5xx() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let place = Place::file();
    let (relay, client) = (runtime.block_on(Relay::start(&place)), client());
    let mailbox = runtime.block_on(enrol(&client, &relay.url));
    let method = prop_oneof![
        5 => Just(Method::POST),
        1 => prop_oneof![Just(Method::GET), Just(Method::PUT), Just(Method::DELETE), Just(Method::HEAD), Just(Method::OPTIONS)],
    ];
    let query = prop_oneof![4 => Just(String::new()), 1 => "[?][a-zA-Z&=%+]{0,30}".prop_map(|query| query.replace('%', "%25"))];
    let content_type =
        prop_oneof![Just("application/json"), Just("text/html"), Just("multipart/form-data; boundary=x")];
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    runner
        .run(
            &(any_body(), method, query, content_type, any::<bool>()),
            |(body, method, query, content_type, zoho)| {
                let hook = if zoho { &mailbox.hooks.zoho } else { &mailbox.hooks.business_central };
                let address = format!("{}{query}", hook_at(&relay.url, hook));
                let request = client.request(method, address).header("content-type", content_type).body(body);
                let status = runtime.block_on(within(request.send())).unwrap().status().as_u16();
                prop_assert!(matches!(status, 200 | 429 | 500..=599), "{}", status);
                Ok(())
            },
        )
        .unwrap();
}

//! A reader's stream.

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt as _;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use relay::http::{Peer, router};
use relay_protocol::{Delivery, HEARTBEAT, SignalId, paths};

use crate::serving::{Reader, Relay, acknowledge, client, code, enrol, notification, post, record, within};
use crate::stores::{Place, mailbox, on_both_stores};

on_both_stores!(
    a_reader_resumes_after_the_last_signal_that_it_keeps,
    a_newer_reader_ends_the_older_one,
    a_reader_that_was_away_gets_what_waited_for_it,
);

async fn a_reader_resumes_after_the_last_signal_that_it_keeps(place: Place) {
    let (relay, client) = (Relay::start(&place).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    post(&client, mailbox.hooks.business_central.reveal(), notification(&["a", "b", "c"])).await;
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    let (a, b) = (reader.signal().await, reader.signal().await);
    assert_eq!((record(&a), record(&b)), ("a".to_owned(), "b".to_owned()));
    drop(reader);
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, Some(a.id)).await;
    assert!(matches!(reader.delivery().await, Some(Delivery::Hello(hello)) if hello.newest > b.id));
    assert_eq!(record(&reader.signal().await), "b");
    assert_eq!(record(&reader.signal().await), "c");
    // Without a number it begins with what is not acknowledged.
    acknowledge(&client, &relay.url, &mailbox, b.id).await;
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    assert_eq!(record(&reader.signal().await), "c");
    // A number that this store never gave comes from another store: everything is new to that reader.
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, Some(SignalId(1 << 40))).await;
    assert!(matches!(reader.delivery().await, Some(Delivery::Hello(hello)) if hello.newest.0 < 1 << 40));
    assert_eq!(record(&reader.signal().await), "c");
}

async fn a_newer_reader_ends_the_older_one(place: Place) {
    let (relay, client) = (Relay::start(&place).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let mut older = Reader::connect(&client, &relay.url, &mailbox, None).await;
    assert!(matches!(older.delivery().await, Some(Delivery::Hello(_))));
    let mut newer = Reader::connect(&client, &relay.url, &mailbox, None).await;
    assert_eq!(older.delivery().await, Some(Delivery::Superseded));
    assert_eq!(older.event().await, None);
    post(&client, mailbox.hooks.business_central.reveal(), notification(&["a"])).await;
    assert_eq!(record(&newer.signal().await), "a");
}

async fn a_reader_that_was_away_gets_what_waited_for_it(place: Place) {
    let (relay, client) = (Relay::start(&place).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    // More than a page.
    let records: Vec<String> = (0..250).map(|number| number.to_string()).collect();
    for part in records.chunks(50) {
        let part: Vec<&str> = part.iter().map(String::as_str).collect();
        post(&client, mailbox.hooks.business_central.reveal(), notification(&part)).await;
    }
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    for expected in &records {
        assert_eq!(&record(&reader.signal().await), expected);
    }
}

#[tokio::test]
async fn a_last_event_id_that_is_no_number_is_refused() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let request = client
        .get(format!("{}{}", relay.url, paths::signals(&mailbox.mailbox)))
        .bearer_auth(mailbox.read_token.reveal())
        .header("last-event-id", "seven");
    assert_eq!(code(within(request.send()).await.unwrap()).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn a_stream_with_nothing_to_say_gives_a_sign_of_life_every_twenty_seconds() {
    let relay = Relay::start(&Place::file()).await;
    // Whose token is "token 1". Nothing of this goes over a socket, for which the time would not stand still.
    let mailbox = mailbox(1);
    relay.store.create(mailbox.clone()).await.unwrap();
    let mut request = Request::get(paths::signals(&mailbox.id))
        .header("authorization", "Bearer token 1")
        .body(Body::empty())
        .unwrap();
    request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
    let answer = TowerToHyperService::new(router(relay.app.clone())).call(request).await.unwrap();
    let mut stream = answer.into_body().into_data_stream();
    assert!(stream.next().await.unwrap().unwrap().starts_with(b"event: hello\n"));
    let began = tokio::time::Instant::now();
    for beat in 1..=5 {
        assert_eq!(stream.next().await.unwrap().unwrap(), ": alive\n\n");
        assert_eq!(began.elapsed().as_secs(), (HEARTBEAT * beat).as_secs());
    }
    // For as long as it is read, a mailbox is not forgotten.
    relay.clock.pass_hours(85 * 24);
    assert_eq!(stream.next().await.unwrap().unwrap(), ": alive\n\n");
    relay.clock.pass_hours(85 * 24);
    assert_eq!(relay.store.tidy(relay::clock::Clock::now(&*relay.clock)).await.unwrap().removed, 0);
}

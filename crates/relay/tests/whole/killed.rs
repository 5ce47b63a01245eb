//! Processes that are killed, and one that is asked to stop.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use relay_protocol::{Enrolled, Event};
use reqwest::StatusCode;
use tokio::sync::mpsc;

use crate::process::Process;
use crate::serving::{KEY, Reader, client, enrol, hook_at, notification, post, record, try_to_enrol};
use crate::stores::{Place, on_both_stores};

on_both_stores!(
    killed_under_load_the_relay_has_every_signal_that_it_acknowledged,
    asked_to_stop_the_relay_ends_its_streams_and_says_nothing_that_is_secret,
);

/// How many posts are under way at a time.
const SENDERS: u64 = 16;

/// Posts signals until the relay is gone. Each that was answered with 200 goes to `stored`.
fn load(url: &str, mailbox: &Enrolled, next: &Arc<AtomicU64>, stored: &mpsc::UnboundedSender<String>) {
    for _ in 0..SENDERS {
        let hook = hook_at(url, &mailbox.hooks.business_central);
        let (client, next, stored) = (client(), next.clone(), stored.clone());
        tokio::spawn(async move {
            loop {
                let record = format!("r{}", next.fetch_add(1, Ordering::Relaxed));
                match client.post(&hook).body(notification(&[&record])).send().await {
                    Ok(answer) if answer.status() == StatusCode::OK => {
                        if stored.send(record).is_err() {
                            return;
                        }
                    }
                    Ok(answer) => assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS),
                    // Killed: nobody knows whether it was stored.
                    Err(_) => return,
                }
            }
        });
    }
}

/// Everything that waits in the mailbox: read until a sign that was posted last.
async fn everything(url: &str, mailbox: &Enrolled) -> BTreeSet<String> {
    let client = client();
    assert_eq!(post(&client, &hook_at(url, &mailbox.hooks.zoho), "the end").await, StatusCode::OK);
    let mut reader = Reader::connect(&client, url, mailbox, None).await;
    let mut found = BTreeSet::new();
    loop {
        let name = record(&reader.signal().await);
        if name == "Unreadable" {
            return found;
        }
        found.insert(name);
    }
}

async fn killed_under_load_the_relay_has_every_signal_that_it_acknowledged(place: Place) {
    let store = place.name();
    let mut relay = Process::start(&store);
    let mailbox = enrol(&client(), &relay.url).await;
    let next = Arc::new(AtomicU64::new(0));
    let mut acknowledged = BTreeSet::new();
    for round in 1..=3 {
        let (sender, mut stored) = mpsc::unbounded_channel();
        load(&relay.url, &mailbox, &next, &sender);
        drop(sender);
        for _ in 0..100 * round {
            acknowledged.insert(crate::serving::within(stored.recv()).await.unwrap());
        }
        relay.kill();
        // What was answered before the kill and not yet counted.
        while let Some(record) = crate::serving::within(stored.recv()).await {
            acknowledged.insert(record);
        }
        relay = Process::start(&store);
        let found = everything(&relay.url, &mailbox).await;
        let lost: Vec<&String> = acknowledged.difference(&found).collect();
        assert_eq!(lost, Vec::<&String>::new(), "lost in round {round}");
    }
    assert!(acknowledged.len() >= 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_processes_on_nats_is_killed_and_the_other_has_everything() {
    let Some(place) = Place::nats() else { return };
    let (mut one, other) = (Process::start(&place.name()), Process::start(&place.name()));
    let mailbox = enrol(&client(), &one.url).await;
    // The reader is at the one that stays, the load at both.
    let client = client();
    let mut reader = Reader::connect(&client, &other.url, &mailbox, None).await;
    let (sender, mut stored) = mpsc::unbounded_channel();
    let next = Arc::new(AtomicU64::new(0));
    load(&one.url, &mailbox, &next, &sender);
    let (kept, mut at_the_other) = mpsc::unbounded_channel();
    load(&other.url, &mailbox, &next, &kept);
    drop((sender, kept));
    let mut acknowledged = BTreeSet::new();
    for _ in 0..150 {
        acknowledged.insert(crate::serving::within(stored.recv()).await.unwrap());
        acknowledged.insert(crate::serving::within(at_the_other.recv()).await.unwrap());
    }
    one.kill();
    while let Some(record) = crate::serving::within(stored.recv()).await {
        acknowledged.insert(record);
    }
    // The load at the other goes on, and so does its stream.
    for _ in 0..50 {
        acknowledged.insert(crate::serving::within(at_the_other.recv()).await.unwrap());
    }
    drop(at_the_other);
    while !acknowledged.is_empty() {
        acknowledged.remove(&record(&reader.signal().await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nats_is_down_senders_are_asked_to_come_again_and_afterwards_everything_is_there() {
    let Some(Place::Nats(mut server)) = Place::nats() else { return };
    let relay = Process::start(&server.address);
    let client = client();
    let mailbox = enrol(&client, &relay.url).await;
    let hook = hook_at(&relay.url, &mailbox.hooks.business_central);
    assert_eq!(post(&client, &hook, notification(&["before"])).await, StatusCode::OK);
    server.kill();
    assert_eq!(post(&client, &hook, notification(&["meanwhile"])).await, StatusCode::SERVICE_UNAVAILABLE);
    let health = crate::serving::within(client.get(format!("{}/healthz", relay.url)).send()).await.unwrap();
    assert_eq!(health.status(), StatusCode::SERVICE_UNAVAILABLE);
    server.start_again();
    // The relay connects again by itself.
    while post(&client, &hook, notification(&["after"])).await != StatusCode::OK {}
    let found = everything(&relay.url, &mailbox).await;
    assert!(found.contains("before") && found.contains("after"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_enrolment_key_is_taken_over_without_a_restart() {
    let place = Place::file();
    let mut relay = Process::start(&place.name());
    let client = client();
    let mailbox = enrol(&client, &relay.url).await;
    relay.change_key("another enrolment key");
    assert_eq!(try_to_enrol(&client, &relay.url, KEY).await.status(), StatusCode::UNAUTHORIZED);
    let another = try_to_enrol(&client, &relay.url, "another enrolment key").await;
    assert_eq!(another.status(), StatusCode::CREATED);
    let hook = hook_at(&relay.url, &mailbox.hooks.zoho);
    assert_eq!(post(&client, &hook, "{}").await, StatusCode::OK, "mailboxes stay as they are");
}

async fn asked_to_stop_the_relay_ends_its_streams_and_says_nothing_that_is_secret(place: Place) {
    let relay = Process::start(&place.name());
    let client = client();
    let mailbox = enrol(&client, &relay.url).await;
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    // Without a public address hooks lead to where the relay listens.
    let hook = mailbox.hooks.business_central.reveal();
    assert!(hook.starts_with(&relay.url), "{}", relay.url);
    assert_eq!(post(&client, hook, notification(&["a-record-of-ours"])).await, StatusCode::OK);
    assert_eq!(record(&reader.signal().await), "a-record-of-ours");
    let stopped = tokio::task::spawn_blocking(move || relay.terminate());
    assert_eq!(reader.event().await, Some(Event::Heartbeat));
    assert_eq!(reader.event().await, None);
    let (status, log) = crate::serving::within(stopped).await.unwrap();
    assert!(status.success(), "{log}");
    assert!(log.contains("the relay has stopped"), "{log}");
    let (_, key) = hook.rsplit_once('/').unwrap();
    for secret in [mailbox.read_token.reveal(), key, "a-record-of-ours", "the client state", KEY] {
        assert!(!log.contains(secret), "{log}");
    }
}

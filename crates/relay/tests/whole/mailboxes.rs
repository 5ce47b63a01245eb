//! Enrolment, tokens, removal.

use relay_protocol::{Delivery, Enrolled, ErrorCode, SignalId, paths};
use reqwest::StatusCode;

use crate::serving::{
    KEY, Reader, Relay, Wishes, acknowledge, client, code, enrol, notification, post, record, try_to_enrol,
    within,
};
use crate::stores::{Place, on_both_stores};

on_both_stores!(
    a_removed_mailbox_ends_its_reader_and_is_unknown,
    only_the_mailboxs_own_token_reads_acknowledges_and_removes,
);

async fn a_removed_mailbox_ends_its_reader_and_is_unknown(place: Place) {
    let (relay, client) = (Relay::start(&place).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    assert!(matches!(reader.delivery().await, Some(Delivery::Hello(_))));
    let address = format!("{}{}", relay.url, paths::mailbox(&mailbox.mailbox));
    let remove = || client.delete(&address).bearer_auth(mailbox.read_token.reveal()).send();
    assert_eq!(within(remove()).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(reader.delivery().await, Some(Delivery::Superseded));
    assert_eq!(reader.event().await, None);
    assert_eq!(code(within(remove()).await.unwrap()).await, (404, ErrorCode::UnknownMailbox));
    for hook in [&mailbox.hooks.business_central, &mailbox.hooks.zoho] {
        assert_eq!(post(&client, hook.reveal(), notification(&["a"])).await, StatusCode::NOT_FOUND);
    }
}

async fn only_the_mailboxs_own_token_reads_acknowledges_and_removes(place: Place) {
    let (relay, client) = (Relay::start(&place).await, client());
    let (mailbox, other) = (enrol(&client, &relay.url).await, enrol(&client, &relay.url).await);
    post(&client, mailbox.hooks.business_central.reveal(), notification(&["a"])).await;
    let wrong_tokens = [other.read_token.reveal(), KEY, "", "x"];
    for token in wrong_tokens {
        for (method, path, body) in [
            (reqwest::Method::GET, paths::signals(&mailbox.mailbox), ""),
            (reqwest::Method::POST, paths::acknowledge(&mailbox.mailbox), "{\"up_to\":9}"),
            (reqwest::Method::DELETE, paths::mailbox(&mailbox.mailbox), ""),
        ] {
            let request =
                client.request(method, format!("{}{path}", relay.url)).bearer_auth(token).body(body);
            assert_eq!(code(within(request.send()).await.unwrap()).await, (401, ErrorCode::WrongToken));
        }
    }
    let without = client.get(format!("{}{}", relay.url, paths::signals(&mailbox.mailbox))).send();
    assert_eq!(code(within(without).await.unwrap()).await, (401, ErrorCode::WrongToken));
    let mut reader = Reader::connect(&client, &relay.url, &mailbox, None).await;
    assert_eq!(record(&reader.signal().await), "a");
}

#[tokio::test]
async fn a_mailbox_is_made_with_the_enrolment_key_alone() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let answer = try_to_enrol(&client, &relay.url, "an enrolment key of some lengtH").await;
    assert_eq!(code(answer).await, (401, ErrorCode::WrongKey));
    let later =
        client.post(format!("{}/v1/mailboxes", relay.url)).bearer_auth(KEY).body("{\"protocol\":2}").send();
    assert_eq!(code(within(later).await.unwrap()).await, (400, ErrorCode::UnsupportedProtocol));
    let nonsense = client.post(format!("{}/v1/mailboxes", relay.url)).bearer_auth(KEY).body("?").send();
    assert_eq!(code(within(nonsense).await.unwrap()).await, (400, ErrorCode::BadRequest));
    assert_eq!(relay.store.figures().await.unwrap().mailboxes, 0);
    let Enrolled { hooks, .. } = enrol(&client, &relay.url).await;
    assert_ne!(hooks.business_central, hooks.zoho);
    relay.app.set_enrolment_key(None);
    assert_eq!(code(try_to_enrol(&client, &relay.url, KEY).await).await, (403, ErrorCode::EnrolmentClosed));
}

#[tokio::test]
async fn a_relay_without_a_key_takes_no_new_mailboxes() {
    let wishes = Wishes { enrolment: None, ..Wishes::default() };
    let relay = Relay::start_with(&Place::file(), wishes).await;
    let answer = try_to_enrol(&client(), &relay.url, "").await;
    assert_eq!(code(answer).await, (403, ErrorCode::EnrolmentClosed));
}

#[tokio::test]
async fn an_acknowledgement_that_cannot_be_read_forgets_nothing() {
    let (relay, client) = (Relay::start(&Place::file()).await, client());
    let mailbox = enrol(&client, &relay.url).await;
    post(&client, mailbox.hooks.business_central.reveal(), notification(&["a"])).await;
    let address = format!("{}{}", relay.url, paths::acknowledge(&mailbox.mailbox));
    for body in ["", "{}", "{\"up_to\":-1}", "{\"up_to\":\"all\"}"] {
        let request = client.post(&address).bearer_auth(mailbox.read_token.reveal()).body(body);
        assert_eq!(code(within(request.send()).await.unwrap()).await, (400, ErrorCode::BadRequest));
    }
    assert_eq!(relay.store.figures().await.unwrap().signals, 1);
    let signal = Reader::connect(&client, &relay.url, &mailbox, None).await.signal().await;
    assert_eq!(
        acknowledge(&client, &relay.url, &mailbox, SignalId(signal.id.0 - 1)).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(relay.store.figures().await.unwrap().signals, 1);
    assert_eq!(acknowledge(&client, &relay.url, &mailbox, signal.id).await, StatusCode::NO_CONTENT);
    assert_eq!(relay.store.figures().await.unwrap().signals, 0);
}

//! Watch channels.

use jiff::Timestamp;
use transport::{Method, Purpose, Secret};
use zoho_crm::{Channel, ErrorKind, Module, NewChannel, Renewal};

use crate::scripted::{API, Service, answer};
use crate::{body, lost};

const TOKEN: &str = "the token that nobody may see";

fn new() -> NewChannel {
    NewChannel {
        id: 1_105_420_521_999_070_702,
        module: Module::Accounts,
        notify_url: "https://relay.example/z/1".to_owned(),
        token: Secret::new(TOKEN),
        expires_at: at("2026-09-08T09:00:00.789Z"),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn opened(expiry: &str) -> String {
    format!(
        r#"{{"watch":[{{"code":"SUCCESS","details":{{"events":[{{"channel_expiry":"{expiry}","resource_uri":"https://www.zohoapis.eu/crm/v2/Accounts","resource_id":"554023000000000131","resource_name":"Accounts","channel_id":"1105420521999070702"}}]}},"message":"Successfully subscribed for actions-watch of the given module","status":"success"}}]}}"#
    )
}

#[tokio::test(start_paused = true)]
async fn a_channel_watches_every_change_of_its_module_and_sends_no_values() {
    let service = Service::new(|_, _| Ok(answer(201, opened("2026-09-08T11:00:00+02:00"))));
    assert_eq!(service.client().open_channel(&new()).await, Ok(at("2026-09-08T09:00:00Z")));
    let call = &service.calls()[0];
    assert_eq!(call.url, format!("{API}/crm/v8/actions/watch"));
    assert_eq!((call.method, call.purpose, call.credits), (Method::Post, Purpose::Change, 1));
    let sent = r#"{"watch":[{"channel_id":"1105420521999070702","events":["Accounts.all"],"channel_expiry":"2026-09-08T09:00:00+00:00","token":"the token that nobody may see","return_affected_field_values":false,"notify_on_related_action":false,"notify_url":"https://relay.example/z/1"}]}"#;
    assert_eq!(body(call), sent);
}

#[tokio::test(start_paused = true)]
async fn the_end_that_zoho_sets_counts_and_not_the_one_that_was_asked_for() {
    let service = Service::new(|_, _| Ok(answer(200, opened("2026-09-01T13:00:00+02:00"))));
    let client = service.client();
    assert_eq!(client.open_channel(&new()).await, Ok(at("2026-09-01T11:00:00Z")));
    assert_eq!(client.renew_channel(&new()).await, Ok(Renewal::Until(at("2026-09-01T11:00:00Z"))));
    assert_eq!(service.calls()[1].method, Method::Patch);
    assert_eq!(body(&service.calls()[0]), body(&service.calls()[1]));
}

#[tokio::test(start_paused = true)]
async fn a_success_without_an_end_is_not_understood() {
    let text = r#"{"watch":[{"code":"SUCCESS","details":{"events":[]},"message":"","status":"success"}]}"#;
    let service = Service::new(move |_, _| Ok(answer(201, text)));
    assert_eq!(service.client().open_channel(&new()).await.unwrap_err().kind, ErrorKind::Undecodable);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_gone_is_told_by_renewal_and_closed_already() {
    let row = r#"{"code":"NOT_SUBSCRIBED","details":{"channel_id":"7"},"message":"not subscribed","status":"error"}"#;
    for (status, text) in [
        (400, format!(r#"{{"watch":[{row}]}}"#)),
        (207, format!(r#"{{"watch":[{row}]}}"#)),
        (400, row.to_owned()),
    ] {
        let service = Service::new(move |_, _| Ok(answer(status, text.clone())));
        let client = service.client();
        assert_eq!(client.renew_channel(&new()).await, Ok(Renewal::Gone));
        assert_eq!(client.close_channel(7).await, Ok(()));
        let error = client.open_channel(&new()).await.unwrap_err();
        assert_eq!(error.code, "NOT_SUBSCRIBED", "a channel that was opened cannot be gone");
        let call = &service.calls()[1];
        assert_eq!(call.url, format!("{API}/crm/v8/actions/watch?channel_ids=7"));
        assert_eq!(call.method, Method::Delete);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_why_and_never_repeats_the_token() {
    let table = [
        (400, "INVALID_DATA", ErrorKind::BadRequest),
        (207, "INVALID_DATA", ErrorKind::BadRequest),
        (400, "LIMIT_REACHED", ErrorKind::LimitExceeded),
        (401, "OAUTH_SCOPE_MISMATCH", ErrorKind::ScopeMismatch),
        (400, "INVALID_MODULE", ErrorKind::InvalidModule),
        (403, "NO_PERMISSION", ErrorKind::NoPermission),
        (429, "RATE_LIMIT_EXCEEDED", ErrorKind::TooManyRequests),
    ];
    for (status, code, kind) in table {
        let row = format!(
            r#"{{"code":"{code}","details":{{"api_name":"token","token":"{TOKEN}"}},"message":"no","status":"error"}}"#
        );
        for text in [format!(r#"{{"watch":[{row}]}}"#), row] {
            let service = Service::new(move |_, _| Ok(answer(status, text.clone())));
            let error = service.client().open_channel(&new()).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            let shown = format!("{error} {error:?} {:?}", new());
            assert!(!shown.contains(TOKEN), "{shown}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_channels_of_other_modules_and_unreadable_numbers_are_left_alone() {
    let row = |id: &str, module: &str| {
        format!(
            r#"{{"channel_id":{id},"resource_name":"{module}","resource_id":"1","resource_uri":"u","channel_expiry":"2026-09-08T11:00:00+02:00","notify_url":"https://relay.example/z/1","events":["{module}.edit","{module}.create","{module}.delete"],"token":null,"fields":null,"notification_condition":null}}"#
        )
    };
    let rows = [
        row("\"7\"", "Accounts"),
        row("8", "Purchase_Orders"),
        row("\"9\"", "Leads"),
        row("\"x\"", "Accounts"),
    ];
    let text = format!(r#"{{"watch":[{}]}}"#, rows.join(","));
    let service = Service::new(move |_, _| Ok(answer(200, text.clone())));
    let channel = |id, module: Module| Channel {
        id,
        module,
        events: ["edit", "create", "delete"].map(|event| format!("{module}.{event}")).to_vec(),
        notify_url: "https://relay.example/z/1".to_owned(),
        token: Secret::new(""),
        expires_at: at("2026-09-08T09:00:00Z"),
    };
    let expected = vec![channel(7, Module::Accounts), channel(8, Module::PurchaseOrders)];
    assert_eq!(service.client().channels().await, Ok(expected));
    assert_eq!(service.calls()[0].url, format!("{API}/crm/v8/actions/watch?page=1&per_page=200"));
}

#[tokio::test(start_paused = true)]
async fn channels_are_read_page_by_page() {
    let service = Service::new(|turn, _| {
        let more = turn == 1;
        let text = format!(
            r#"{{"watch":[{{"channel_id":"{turn}","resource_name":"Accounts","channel_expiry":"2026-09-08T11:00:00+02:00"}}],"info":{{"more_records":{more}}}}}"#
        );
        Ok(answer(200, text))
    });
    let channels = service.client().channels().await.unwrap();
    assert_eq!(channels.iter().map(|channel| channel.id).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn no_channels_are_said_in_several_ways() {
    for (status, text) in [(204, ""), (200, r#"{"watch":[]}"#), (200, r#"{"watch":null}"#)] {
        let service = Service::new(move |_, _| Ok(answer(status, text)));
        assert_eq!(service.client().channels().await, Ok(Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn only_an_opening_is_not_repeated_when_its_answer_is_lost() {
    let service = Service::new(|_, _| lost());
    service.client().open_channel(&new()).await.unwrap_err();
    assert_eq!(service.calls().len(), 1);
    let service =
        Service::new(
            |turn, _| {
                if turn == 1 { lost() } else { Ok(answer(200, opened("2026-09-08T11:00:00+02:00"))) }
            },
        );
    assert_eq!(service.client().renew_channel(&new()).await, Ok(Renewal::Until(at("2026-09-08T09:00:00Z"))));
    assert_eq!(service.calls().len(), 2);
}

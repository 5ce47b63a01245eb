//! Channels.

use super::{Answer, CLIENT, Desk, Method};

fn watch(more: &str) -> String {
    format!(
        r#"{{"watch":[{{"channel_id":"7","events":["Accounts.all"],"notify_url":"https://relay.example/z/1","token":"word"{more}}}]}}"#
    )
}

fn until(moment: &str) -> String {
    watch(&format!(r#","channel_expiry":"{moment}""#))
}

fn end(answer: &Answer) -> String {
    answer.text("watch.0.details.events.0.channel_expiry")
}

impl Desk {
    fn open(&mut self, body: &str) -> Answer {
        self.post("actions/watch", body)
    }

    fn change(&mut self, body: &str) -> Answer {
        self.api(Method::Patch, "actions/watch", body)
    }
}

#[test]
fn a_channel_lives_as_long_as_asked_for_within_a_week_else_an_hour() {
    let table = [
        (until("2026-09-08T10:00:00+00:00"), "2026-09-08T12:00:00+02:00"),
        (until("2026-09-08T10:00:01+00:00"), "2026-09-01T13:00:00+02:00"),
        (watch(""), "2026-09-01T13:00:00+02:00"),
    ];
    for (body, expected) in table {
        let mut desk = Desk::new();
        let answer = desk.open(&body);
        assert_eq!((answer.status, answer.text("watch.0.code").as_str()), (201, "SUCCESS"));
        assert_eq!(end(&answer), expected);
        assert_eq!(answer.text("watch.0.details.events.0.resource_name"), "Accounts");
        assert_eq!(answer.text("watch.0.details.events.0.channel_id"), "7");
    }
}

#[test]
fn an_open_channel_is_listed_with_its_three_events_until_it_ends() {
    let mut desk = Desk::new();
    assert_eq!(desk.get("actions/watch").status, 204);
    desk.open(&watch(""));
    let list = desk.get("actions/watch?page=1&per_page=200");
    assert_eq!((list.status, list.len("watch"), list.len("watch.0.events")), (200, 1, 3));
    assert_eq!(list.text("watch.0.notify_url"), "https://relay.example/z/1");
    assert_eq!(list.text("watch.0.token"), "word");
    assert_eq!(desk.get("actions/watch?channel_id=8").status, 204);
    assert_eq!(desk.get("actions/watch?module=Products").status, 204);
    assert_eq!(desk.get("actions/watch?channel_id=7&module=Accounts").status, 200);
    desk.pass(3599);
    assert_eq!(desk.get("actions/watch").status, 200);
    desk.pass(1);
    desk.token = desk.refresh().text("access_token");
    assert_eq!(desk.get("actions/watch").status, 204);
    assert!(desk.zoho.open_channels(desk.now).is_empty());
}

#[test]
fn a_channel_is_renewed_in_a_list_or_alone_and_not_once_it_has_ended() {
    let mut desk = Desk::new();
    desk.open(&watch(""));
    let later = r#"{"channel_id":7,"channel_expiry":"2026-09-02T10:00:00+00:00"}"#;
    for body in [format!(r#"{{"watch":[{later}]}}"#), later.to_owned()] {
        let answer = desk.change(&body);
        assert_eq!((answer.status, end(&answer).as_str()), (200, "2026-09-02T12:00:00+02:00"));
    }
    desk.pass(24 * 3600);
    desk.token = desk.refresh().text("access_token");
    let answer = desk.change(&until("2026-09-03T10:00:00+00:00"));
    assert_eq!((answer.status, answer.text("watch.0.code").as_str()), (400, "NOT_SUBSCRIBED"));
}

#[test]
fn events_are_taken_away_by_a_change() {
    let mut desk = Desk::new();
    desk.open(&watch(""));
    desk.change(r#"{"watch":[{"channel_id":"7","events":["Accounts.edit"],"_delete_events":true}]}"#);
    assert_eq!(desk.get("actions/watch").len("watch.0.events"), 2);
}

#[test]
fn channels_are_closed_by_their_numbers() {
    let mut desk = Desk::new();
    desk.open(&watch(""));
    let answer = desk.delete("actions/watch?channel_ids=7,8");
    assert_eq!((answer.status, answer.text("watch.0.details.channel_id").as_str()), (207, "7"));
    assert_eq!(answer.text("watch.1.code"), "NOT_SUBSCRIBED");
    assert_eq!(desk.get("actions/watch").status, 204);
    assert_eq!(desk.delete("actions/watch?channel_ids=7").status, 400);
    assert_eq!(desk.delete("actions/watch").text("code"), "REQUIRED_PARAM_MISSING");
}

#[test]
fn a_channel_that_makes_no_sense_is_refused() {
    let long = format!("https://relay.example/{}", "x".repeat(255));
    let table = [
        (r#""7""#, r#""seven""#.to_owned(), "channel_id"),
        (r#""7""#, "-7".to_owned(), "channel_id"),
        ("Accounts.all", "Accounts.read".to_owned(), "events"),
        ("Accounts.all", "Invoiced_Items.all".to_owned(), "events"),
        ("https://relay.example/z/1", "relay".to_owned(), "notify_url"),
        ("https://relay.example/z/1", long, "notify_url"),
        ("word", "x".repeat(51), "token"),
    ];
    for (part, with, name) in table {
        let mut desk = Desk::new();
        let answer = desk.open(&watch("").replace(part, &with));
        assert_eq!((answer.status, answer.text("watch.0.code").as_str()), (400, "INVALID_DATA"), "{with}");
        assert_eq!(answer.text("watch.0.details.api_name"), name);
        assert_eq!(desk.get("actions/watch").status, 204);
    }
    let past = Desk::new().open(&until("2026-09-01T09:00:00+00:00"));
    assert_eq!(past.text("watch.0.details.api_name"), "channel_expiry");
    assert_eq!(Desk::new().open("{}").text("code"), "MANDATORY_NOT_FOUND");
}

#[test]
fn channels_have_a_scope_of_their_own() {
    for (scope, list, open) in [
        ("ZohoCRM.settings.ALL", 401, 401),
        ("ZohoCRM.notifications.READ", 204, 401),
        ("ZohoCRM.notifications.CREATE", 401, 201),
        ("ZohoCRM.notifications.ALL", 204, 201),
    ] {
        let mut desk = Desk::new();
        desk.zoho.grant_refresh_token_with_scopes(CLIENT, super::REFRESH, &[scope]);
        desk.token = desk.refresh().text("access_token");
        assert_eq!(desk.get("actions/watch").status, list, "{scope}");
        assert_eq!(desk.open(&watch("")).status, open, "{scope}");
    }
}

//! Credits and running calls.

use super::super::{Edition, Slot, ZohoState};
use super::Desk;
use crate::Incoming;
use transport::Method;

#[test]
fn ten_records_cost_a_credit() {
    let mut desk = Desk::new();
    let rows = |count: usize| format!(r#"{{"data":[{}]}}"#, vec![r#"{"Account_Name":"A"}"#; count].join(","));
    for (count, cost) in [(1, 1), (10, 1), (11, 2), (100, 10)] {
        let before = desk.zoho.credits_used();
        desk.post("Accounts", &rows(count));
        assert_eq!(desk.zoho.credits_used() - before, cost, "{count}");
    }
    let before = desk.zoho.credits_used();
    desk.get("Accounts/actions/count");
    assert_eq!(desk.zoho.credits_used() - before, 50);
}

#[test]
fn a_query_costs_by_the_rows_it_asks_for() {
    let mut desk = Desk::new();
    desk.zoho.switches.coql_max_rows = 2000;
    for (limit, cost) in [(200, 1), (201, 2), (1001, 3)] {
        let before = desk.zoho.credits_used();
        desk.query(&format!("select id from Accounts where id is not null limit {limit}"));
        assert_eq!(desk.zoho.credits_used() - before, cost);
    }
}

#[test]
fn a_spent_budget_is_429_until_a_day_has_passed() {
    let mut desk = Desk::new();
    desk.zoho.set_credit_budget(Some(3));
    for _ in 0..3 {
        assert_eq!(desk.get("org").status, 200);
    }
    let answer = desk.get("org");
    assert_eq!((answer.status, answer.text("code").as_str()), (429, "TOO_MANY_REQUESTS"));
    assert_eq!(desk.zoho.counters.too_many, 1);
    desk.pass(24 * 3600 + 60);
    desk.token = desk.refresh().text("access_token");
    assert_eq!(desk.get("org").status, 200);
}

#[test]
fn what_remains_is_told_only_once_half_is_used() {
    let mut desk = Desk::new();
    desk.zoho.set_credit_budget(Some(4));
    assert_eq!(desk.get("org").header("X-API-CREDITS-REMAINING"), None);
    assert_eq!(desk.get("org").header("X-API-CREDITS-REMAINING"), Some("2"));
}

#[test]
fn the_free_edition_has_five_thousand_credits() {
    let mut desk = Desk::new();
    desk.zoho.set_edition(Edition::Free, false);
    for _ in 0..100 {
        desk.get("Accounts/actions/count");
    }
    assert_eq!(desk.get("org").status, 429);
}

fn request(method: Method, path: &str, body: &str) -> Incoming {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Incoming {
        method,
        origin: String::new(),
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: Vec::new(),
        body: bytes::Bytes::from(body.to_owned()),
    }
}

#[test]
fn one_call_too_many_at_once_is_429() {
    let mut desk = Desk::new();
    desk.zoho.set_edition(Edition::Free, false);
    for _ in 0..5 {
        desk.zoho.begin(Slot::Light);
    }
    assert_eq!(desk.get("org").status, 200);
    desk.zoho.begin(Slot::Light);
    assert_eq!(desk.get("org").status, 429);
    desk.zoho.end(Slot::Light);
    assert_eq!(desk.get("org").status, 200);
    assert_eq!(desk.zoho.peak_running(), 6);
}

#[test]
fn queries_and_larger_writes_count_against_ten() {
    let rows = |count: usize| format!(r#"{{"data":[{}]}}"#, vec!["{}"; count].join(","));
    let slot = |method, path: &str, body: &str| ZohoState::slot(&request(method, path, body));
    assert_eq!(slot(Method::Post, "/zoho/crm/v8/coql", "{}"), Slot::Heavy);
    assert_eq!(slot(Method::Post, "/zoho/crm/v8/Accounts", &rows(11)), Slot::Heavy);
    assert_eq!(slot(Method::Post, "/zoho/crm/v8/Accounts", &rows(10)), Slot::Light);
    assert_eq!(slot(Method::Get, "/zoho/crm/v8/Accounts?fields=id&sort_by=id", ""), Slot::Heavy);
    assert_eq!(slot(Method::Post, "/accounts/oauth/v2/token", ""), Slot::Free);
    let mut desk = Desk::new();
    for _ in 0..11 {
        desk.zoho.begin(Slot::Heavy);
    }
    assert_eq!(desk.get("org").status, 429);
}

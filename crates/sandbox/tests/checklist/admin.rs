//! What `/admin` does in Business Central, to time and to faults.

use exact_json::{Decimal, Value};
use jiff::SignedDuration;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::schema::Table;
use sandbox::{World, seed};
use transport::Method;
use uuid::Uuid;

use crate::support::{Bc, ORIGIN, account, decimal, json, member, number, text, watch_accounts};

fn admin(bc: &Bc, path: &str, body: &str) -> (u16, Value) {
    let answer = bc.send(Method::Post, &format!("{ORIGIN}/admin/{path}"), Vec::new(), body.to_owned());
    (answer.status, json(&answer))
}

fn does(bc: &Bc, path: &str, body: &str) {
    assert_eq!(admin(bc, path, body), (200, Value::Bool(true)), "{path} {body}");
}

/// A customer, an item, a draft and a posted invoice over 25.20.
fn company() -> (Bc, Uuid, Uuid) {
    let bc = Bc::empty();
    let customer = bc.customer("C1", "One");
    bc.add(Table::Items, &[("number", "A")]);
    let line = Line::other("Account", "4000", "Repair", Decimal::from(2), decimal("10.5")).taxed(20.into());
    let draft = bc.world.bc(|bc| bc.draft(customer, "D-1", std::slice::from_ref(&line), Terms::default()));
    let posted = bc.world.bc(|bc| bc.posted(customer, "PI-1", &[line], Terms::default()));
    (bc, draft.unwrap(), posted.unwrap())
}

#[test]
fn records_are_edited_renumbered_and_deleted_by_number() {
    let (bc, ..) = company();
    does(&bc, "bc/edit", r#"{"table":"customers","number":"C1","property":"city","value":"Ulm"}"#);
    does(&bc, "bc/renumber", r#"{"table":"customers","number":"C1","to":"C9"}"#);
    does(&bc, "bc/stock", r#"{"number":"A","value":12.5}"#);
    let row = bc.rows("customers").remove(0);
    assert_eq!((member(&row, "city"), member(&row, "number")), ("Ulm".to_owned(), "C9".to_owned()));
    assert_eq!(number(&bc.rows("items")[0], "inventory"), decimal("12.5"));
    does(&bc, "bc/delete", r#"{"table":"items","number":"A"}"#);
    assert!(bc.rows("items").is_empty());
}

#[test]
fn invoices_are_posted_paid_unapplied_and_cancelled_by_number() {
    let (bc, draft, posted) = company();
    let state = |id| {
        let row = json(&bc.get(&format!("salesInvoices({id})")));
        (member(&row, "status"), number(&row, "remainingAmount"))
    };
    does(&bc, "bc/post", r#"{"number":"D-1","to":"PI-2"}"#);
    assert_eq!(bc.read("salesInvoices", draft, "number").as_text(), Some("PI-2"));
    does(&bc, "bc/pay", r#"{"number":"PI-1"}"#);
    assert_eq!(state(posted), ("Open".to_owned(), decimal("12.6")));
    does(&bc, "bc/pay", r#"{"number":"PI-1","amount":12.6}"#);
    assert_eq!(state(posted), ("Paid".to_owned(), Decimal::ZERO));
    does(&bc, "bc/unapply", r#"{"number":"PI-1"}"#);
    assert_eq!(state(posted), ("Open".to_owned(), decimal("25.2")));
    does(&bc, "bc/cancel", r#"{"number":"PI-1"}"#);
    assert_eq!(state(posted), ("Canceled".to_owned(), Decimal::ZERO));
}

#[test]
fn behaviour_is_switched() {
    let (bc, draft, _) = company();
    does(&bc, "bc/behaviour", r#"{"hide":"customers","posted_hidden":true}"#);
    assert!(bc.rows("customers").is_empty());
    assert_eq!(bc.rows("salesInvoices").len(), 1);
    does(&bc, "bc/behaviour", r#"{"show":"customers","app_enabled":false}"#);
    assert_eq!(bc.get(&format!("salesInvoices({draft})")).status, 401);
}

#[test]
fn time_moves_for_both_services() {
    let bc = Bc::empty();
    let before = bc.world.now();
    does(&bc, "time/advance", r#"{"seconds":90}"#);
    assert_eq!(bc.world.now().duration_since(before), SignedDuration::from_secs(90));
}

#[test]
fn faults_are_planned_and_taken_back() {
    let bc = Bc::empty();
    let fault =
        r#"{"service":"bc","path":"/items","effect":"status","code":503,"retry_after":7,"body":"html"}"#;
    does(&bc, "faults", fault);
    let answer = bc.get("items");
    assert_eq!((answer.status, answer.header("Retry-After")), (503, Some("7")));
    assert!(text(&answer).starts_with("<html>"));
    does(&bc, "faults", r#"{"service":"bc","effect":"truncate","times":3,"after":1}"#);
    assert_eq!(bc.get("items").status, 200);
    assert!(Value::parse(text(&bc.get("items"))).is_err());
    does(&bc, "faults", r#"{"clear":true}"#);
    assert!(bc.rows("items").is_empty());
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let (bc, ..) = company();
    for (path, body, words) in [
        ("bc/edit", r#"{"table":"customers","number":"C7","property":"city","value":""}"#, "has no C7"),
        (
            "bc/edit",
            r#"{"table":"customers","number":"C1","property":"cty","value":""}"#,
            "no such record or property",
        ),
        ("bc/edit", r#"{"table":"clients","number":"C1"}"#, "no table clients"),
        ("bc/pay", "{}", "\"number\" is missing"),
        ("bc/pay", r#"{"number":"D-1","amount":1}"#, "no such record"),
        ("bc/dance", "{}", "no admin call bc/dance"),
        ("dance", "{}", "no admin call dance"),
        ("bc/pay", "{", "not JSON"),
        ("faults", r#"{"service":"mail","effect":"reset"}"#, "no service mail"),
        ("faults", r#"{"service":"bc","effect":"explode"}"#, "no effect explode"),
        ("faults", r#"{"service":"bc","effect":"reset","times":-1}"#, "negative"),
        ("time/advance", r#"{"seconds":1.5}"#, "whole number"),
    ] {
        let (status, body) = admin(&bc, path, body);
        assert_eq!(status, 400);
        assert!(member(&body, "error").contains(words), "{path}: {}", body.to_json());
    }
    let get = bc.send(Method::Get, &format!("{ORIGIN}/admin/bc/pay"), Vec::new(), String::new());
    assert_eq!(get.status, 400);
}

#[test]
fn changes_of_the_demo_are_on_other_records_each_time_and_pay_without_a_stamp() {
    let bc =
        Bc::of(World::distributor(std::sync::Arc::new(crate::support::StillClock), crate::support::chance()));
    let stamps = |bc: &Bc| -> Vec<jiff::Timestamp> {
        bc.world.bc(|bc| bc.table(Table::SalesInvoices).values().map(|row| row.modified).collect())
    };
    let before = stamps(&bc);
    let change = || admin(&bc, "bc/demo-changes", "").1.get("changes").unwrap().clone();
    let (first, second) = (change(), change());
    assert_eq!(first.as_list().map(<[Value]>::len), Some(3), "{}", first.to_json());
    for (first, second) in first.as_list().unwrap().iter().zip(second.as_list().unwrap()) {
        assert_ne!(first, second);
    }
    assert_eq!(stamps(&bc), before);
}

#[test]
fn an_empty_company_has_nothing_to_change_for_the_demo() {
    let bc = Bc::empty();
    bc.world.bc(seed::bare);
    assert_eq!(admin(&bc, "bc/demo-changes", "").1.to_json(), r#"{"changes":[]}"#);
}

#[test]
fn subscriptions_are_shown_and_notifications_set() {
    let bc = Bc::empty();
    let body = r#"{"delay_milliseconds":200,"lost":10,"late":20,"late_seconds":5,"reversed":true}"#;
    let (status, shown) = admin(&bc, "webhooks", body);
    assert_eq!((status, shown.to_json().as_str()), (200, r#"{"business_central":[],"waiting":0,"zoho":[]}"#));
    assert_eq!(bc.world.bc(|bc| bc.webhooks.delay), SignedDuration::from_millis(200));
    assert_eq!(bc.world.zoho(|zoho| zoho.switches.watch_milliseconds), 200);
    let posts = bc.world.faults(|faults| faults.posts.clone());
    assert_eq!((posts.lost, posts.duplicated, posts.late, posts.reversed), (10, 0, 20, true));
    assert_eq!(posts.late_by, SignedDuration::from_secs(5));
    assert_eq!(admin(&bc, "bc/copy-environment", "").0, 200);
    watch_accounts(&bc, "https://hook.invalid/z");
    account(&bc, "One");
    let expected = r#"{"business_central":[],"zoho":[{"id":"7","notificationUrl":"https://hook.invalid/z","events":["Accounts.create","Accounts.edit","Accounts.delete"],"expires":"2025-03-10T09:00:00Z"}],"waiting":1}"#;
    assert_eq!(admin(&bc, "webhooks", "{}").1, Value::parse(expected).unwrap());
}

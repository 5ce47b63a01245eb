//! The accounts server.

use super::{CLIENT, Desk, REFRESH, SECRET};
use transport::Method;

fn exchange(desk: &mut Desk, code: &str, secret: &str, redirect: &str) -> super::Answer {
    let form = format!(
        "grant_type=authorization_code&client_id={CLIENT}&client_secret={secret}&code={code}&redirect_uri={redirect}"
    );
    desk.form("token", &form)
}

#[test]
fn a_code_is_exchanged_for_a_refresh_token_once() {
    let mut desk = Desk::new();
    let now = desk.now;
    desk.zoho.grant_code(CLIENT, "1000.code", Some("http://localhost:8000/"), now);
    let answer = exchange(&mut desk, "1000.code", SECRET, "http%3A%2F%2Flocalhost%3A8000%2F");
    assert_eq!(answer.status, 200);
    assert!(answer.text("refresh_token").starts_with("1000."));
    assert_eq!(answer.text("api_domain"), "https://sandbox.invalid/zoho");
    assert_eq!(answer.text("expires_in"), "3600");
    assert_eq!(answer.text("token_type"), "Bearer");
    let again = exchange(&mut desk, "1000.code", SECRET, "http%3A%2F%2Flocalhost%3A8000%2F");
    assert_eq!((again.status, again.text("error").as_str()), (200, "invalid_code"));
}

#[test]
fn a_code_lives_two_minutes() {
    let mut desk = Desk::new();
    let now = desk.now;
    desk.zoho.grant_code(CLIENT, "1000.code", None, now);
    desk.pass(121);
    assert_eq!(exchange(&mut desk, "1000.code", SECRET, "").text("error"), "invalid_code");
}

#[test]
fn another_redirect_address_is_refused() {
    let mut desk = Desk::new();
    let now = desk.now;
    desk.zoho.grant_code(CLIENT, "1000.code", Some("http://localhost:8000/"), now);
    assert_eq!(
        exchange(&mut desk, "1000.code", SECRET, "http://localhost:9/").text("error"),
        "invalid_redirect_uri"
    );
}

#[test]
fn failures_come_with_status_200() {
    let mut desk = Desk::new();
    let form = |client: &str, secret: &str, token: &str| {
        format!("grant_type=refresh_token&client_id={client}&client_secret={secret}&refresh_token={token}")
    };
    let cases = [
        (form("other", SECRET, REFRESH), "invalid_client"),
        (form(CLIENT, "other", REFRESH), "invalid_client_secret"),
        (form(CLIENT, SECRET, "other"), "invalid_code"),
    ];
    for (form, error) in cases {
        let answer = desk.form("token", &form);
        assert_eq!((answer.status, answer.text("error").as_str()), (200, error));
    }
}

#[test]
fn the_parameters_may_stand_in_the_query() {
    let mut desk = Desk::new();
    let address = format!(
        "/accounts/oauth/v2/token?grant_type=refresh_token&client_id={CLIENT}&client_secret={SECRET}&refresh_token={REFRESH}"
    );
    let answer = desk.send(Method::Post, &address, "", &[]);
    assert!(answer.text("access_token").starts_with("1000."));
    assert_eq!(answer.text("refresh_token"), "null");
    assert!(answer.text("scope").contains("ZohoCRM.modules.ALL ZohoCRM.settings.ALL"));
}

#[test]
fn ten_new_tokens_in_ten_minutes_and_no_more() {
    let mut desk = Desk::new();
    for _ in 1..10 {
        assert_eq!(desk.refresh().status, 200);
    }
    let answer = desk.refresh();
    assert_eq!((answer.status, answer.text("error").as_str()), (400, "Access Denied"));
    desk.pass(601);
    assert_eq!(desk.refresh().status, 200);
}

#[test]
fn the_sixteenth_token_kills_the_oldest() {
    let mut desk = Desk::new();
    for n in 1..15 {
        desk.pass(if n == 9 { 601 } else { 1 });
        assert_eq!(desk.refresh().status, 200);
    }
    assert_eq!(desk.get("org").status, 200);
    desk.pass(601);
    desk.refresh();
    assert_eq!(desk.get("org").text("code"), "INVALID_TOKEN");
}

#[test]
fn a_token_lives_an_hour() {
    let mut desk = Desk::new();
    desk.pass(3599);
    assert_eq!(desk.get("org").status, 200);
    desk.pass(1);
    let answer = desk.get("org");
    assert_eq!((answer.status, answer.text("code").as_str()), (401, "INVALID_TOKEN"));
}

#[test]
fn a_call_without_a_token_is_an_authentication_failure() {
    let mut desk = Desk::new();
    let answer = desk.send(Method::Get, "/zoho/crm/v8/org", "", &[]);
    assert_eq!((answer.status, answer.text("code").as_str()), (401, "AUTHENTICATION_FAILURE"));
}

#[test]
fn a_revoked_refresh_token_takes_its_access_tokens_along() {
    let mut desk = Desk::new();
    assert_eq!(desk.form("token/revoke", &format!("token={REFRESH}")).text("status"), "success");
    assert_eq!(desk.get("org").text("code"), "INVALID_TOKEN");
    assert_eq!(desk.refresh().text("error"), "invalid_code");
}

#[test]
fn the_twenty_first_refresh_token_deletes_the_oldest() {
    let mut desk = Desk::new();
    for n in 0..20 {
        desk.zoho.grant_refresh_token(CLIENT, &format!("1000.more.{n}"));
    }
    assert_eq!(desk.refresh().text("error"), "invalid_code");
}

#[test]
fn a_missing_scope_is_a_scope_mismatch() {
    let mut desk = Desk::new();
    desk.zoho.grant_refresh_token_with_scopes(CLIENT, REFRESH, &["ZohoCRM.modules.accounts.READ"]);
    desk.token = desk.refresh().text("access_token");
    assert_eq!(desk.get("Accounts?fields=id").status, 204);
    let answer = desk.post("Accounts", r#"{"data":[{"Account_Name":"A"}]}"#);
    assert_eq!((answer.status, answer.text("code").as_str()), (401, "OAUTH_SCOPE_MISMATCH"));
    assert_eq!(desk.get("org").text("code"), "OAUTH_SCOPE_MISMATCH");
}

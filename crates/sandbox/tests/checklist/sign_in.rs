//! Tokens and what opens without a right one (facts, §1).

use jiff::SignedDuration;
use sandbox::credentials;

use crate::support::{Bc, code, form, json, member, text};

fn refusal(tenant: &str, replaced: &[(&str, &str)]) -> (u16, String, String) {
    let answer = Bc::empty().ask_token(tenant, &form(replaced));
    let body = json(&answer);
    let codes = body.get("error_codes").unwrap().to_json();
    (answer.status, member(&body, "error"), codes)
}

fn parts(status: u16, error: &str, code: &str) -> (u16, String, String) {
    (status, error.to_owned(), code.to_owned())
}

#[test]
fn a_wrong_secret_is_aadsts7000215() {
    let wrong = refusal(credentials::TENANT, &[("client_secret", "guessed")]);
    assert_eq!(wrong, parts(401, "invalid_client", "[7000215]"));
}

#[test]
fn an_expired_secret_is_aadsts7000222() {
    let bc = Bc::empty();
    bc.world.bc(|bc| bc.behaviour.secret_expired = true);
    let answer = bc.ask_token(credentials::TENANT, &form(&[]));
    assert_eq!(answer.status, 401);
    assert_eq!(json(&answer).get("error_codes").unwrap().to_json(), "[7000222]");
}

#[test]
fn an_unknown_app_is_aadsts700016() {
    let wrong = refusal(credentials::TENANT, &[("client_id", "00000000-0000-0000-0000-00000000abcd")]);
    assert_eq!(wrong, parts(400, "unauthorized_client", "[700016]"));
}

#[test]
fn an_unknown_tenant_is_aadsts90002() {
    let (status, _, codes) = refusal("fabrikam.example", &[]);
    assert_eq!((status, codes.as_str()), (400, "[90002]"));
}

#[test]
fn a_tenant_that_is_neither_guid_nor_domain_is_aadsts900023() {
    assert_eq!(refusal("fabrikam", &[]), parts(400, "invalid_request", "[900023]"));
}

#[test]
fn a_scope_without_default_is_an_invalid_scope() {
    let (status, error, _) =
        refusal(credentials::TENANT, &[("scope", "https://api.businesscentral.dynamics.com/")]);
    assert_eq!((status, error.as_str()), (400, "invalid_scope"));
}

#[test]
fn no_refresh_token_comes_with_a_token() {
    let answer = json(&Bc::empty().ask_token(credentials::TENANT, &form(&[])));
    assert_eq!(member(&answer, "token_type"), "Bearer");
    assert!(answer.get("refresh_token").is_none());
}

#[test]
fn a_foreign_token_is_refused_in_json() {
    let bc = Bc::empty();
    for authorization in [None, Some("Bearer somebody-elses")] {
        let answer = bc.with_authorization("customers", authorization);
        assert_eq!((answer.status, code(&answer).as_str()), (401, "Authentication_InvalidCredentials"));
    }
}

#[test]
fn a_malformed_token_is_refused_by_the_gateway_in_xml() {
    let answer = Bc::empty().with_authorization("customers", Some("Bearer "));
    assert_eq!(answer.status, 401);
    assert!(text(&answer).starts_with("<error"), "{}", text(&answer));
}

#[test]
fn a_token_ends_in_the_middle_of_a_run() {
    let bc = Bc::empty();
    assert_eq!(bc.get("customers").status, 200);
    bc.world.advance(SignedDuration::from_secs(3_600));
    assert_eq!(bc.get("customers").status, 401);
}

#[test]
fn an_app_that_is_not_enabled_inside_business_central_is_refused_with_a_good_token() {
    let bc = Bc::empty();
    bc.world.bc(|bc| bc.behaviour.app_enabled = false);
    let answer = bc.get("customers");
    assert_eq!((answer.status, code(&answer).as_str()), (401, "Authentication_InvalidCredentials"));
}

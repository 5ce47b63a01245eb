//! Where things are, and what is said where nothing is (facts, §2).

use sandbox::credentials;
use transport::Method;

use crate::support::{Bc, ORIGIN, base, code, json, member, members, rows, text};

#[test]
fn an_unknown_environment_is_404_in_xml() {
    let bc = Bc::empty();
    let url = format!("{ORIGIN}/bc/v2.0/{}/Sandbox/api/v2.0/companies", credentials::TENANT);
    let answer = bc.get_url(&url, None);
    assert_eq!(answer.status, 404);
    assert!(text(&answer).contains("<code>NoEnvironment</code>"));
}

#[test]
fn an_unknown_segment_is_404_in_json() {
    let answer = Bc::empty().get("contact");
    assert_eq!((answer.status, code(&answer).as_str()), (404, "BadRequest_ResourceNotFound"));
    assert!(text(&answer).contains("Resource not found for the segment 'contact'."));
}

#[test]
fn an_unknown_company_is_not_found() {
    let bc = Bc::empty();
    let url = format!("{}/companies(00000000-0000-0000-0000-000000000009)/customers", base());
    let answer = bc.get_url(&url, None);
    assert_eq!((answer.status, code(&answer).as_str()), (404, "Internal_CompanyNotFound"));
}

#[test]
fn two_companies_are_listed_and_one_has_no_display_name() {
    let bc = Bc::empty();
    let companies = rows(&bc.get_url(&format!("{}/companies", base()), None));
    assert_eq!(companies.len(), 2);
    assert_eq!(members(&companies, "name")[0], credentials::COMPANY);
    assert!(members(&companies, "displayName").contains(&String::new()));
}

#[test]
fn the_tenant_may_be_left_out_and_links_echo_what_was_called() {
    let bc = Bc::empty();
    bc.customer("C1", "One");
    let short =
        format!("{ORIGIN}/bc/v2.0/{}/api/v2.0/companies({})/customers", credentials::ENVIRONMENT, bc.company);
    let answer = bc.get_url(&short, Some(1));
    let body = json(&answer);
    let called = format!("{ORIGIN}/bc/v2.0/{}/api/v2.0", credentials::ENVIRONMENT);
    assert!(member(&body, "@odata.context").starts_with(&format!("{called}/$metadata#")));
    assert!(member(&body, "@odata.nextLink").starts_with(&called));
}

#[test]
fn a_malformed_key_is_a_syntax_error() {
    let answer = Bc::empty().get("customers(10000)");
    assert_eq!((answer.status, code(&answer).as_str()), (404, "BadRequest_NotFound"));
}

#[test]
fn every_attempt_to_write_is_refused_and_remembered() {
    let bc = Bc::empty();
    let id = bc.customer("C1", "One");
    let post = format!("salesInvoices({id})/Microsoft.NAV.post");
    for (method, below) in [
        (Method::Post, "customers"),
        (Method::Patch, "items(00000000-0000-0000-0000-000000000001)"),
        (Method::Delete, "customers(00000000-0000-0000-0000-000000000001)"),
        (Method::Post, post.as_str()),
    ] {
        assert!(bc.write(method, below).status >= 400, "{below}");
    }
    assert_eq!(bc.world.bc(|bc| bc.write_attempts.len()), 4);
    assert_eq!(bc.rows("customers").len(), 1);
}

//! The page on which somebody lets a program in, and the way back.

use std::collections::BTreeMap;

use jiff::ToSpan;
use transport::{Method, Response};
use url::form_urlencoded;

use super::{CLIENT, Desk, SECRET};
use crate::Incoming;

const REDIRECT: &str = "http://localhost:47817/callback";
const ORIGIN: &str = "https://sandbox.invalid";

/// What a program asks for; a name given in `changes` has that value, or is left out.
fn asked(changes: &[(&str, Option<&str>)]) -> Vec<(String, String)> {
    let usual = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("scope", "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL"),
        ("redirect_uri", REDIRECT),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("state", "s 1"),
    ];
    let changed = |name: &str| changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
    usual
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), changed(name).unwrap_or(Some(value))?.to_owned())))
        .collect()
}

fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.zoho.register_redirect(CLIENT, REDIRECT);
    desk
}

fn shown(desk: &mut Desk, asked: Vec<(String, String)>) -> Response {
    let request = Incoming {
        method: Method::Get,
        origin: ORIGIN.to_owned(),
        path: "/accounts/oauth/v2/auth".to_owned(),
        query: asked,
        headers: Vec::new(),
        body: "".into(),
    };
    desk.zoho.handle(&request, desk.now)
}

fn answered(desk: &mut Desk, asked: &[(String, String)], answer: &str) -> Response {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(asked)
        .append_pair("answer", answer)
        .finish();
    let request = Incoming {
        method: Method::Post,
        origin: ORIGIN.to_owned(),
        path: "/accounts/oauth/v2/auth".to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: body.into(),
    };
    desk.zoho.handle(&request, desk.now)
}

fn location(response: &Response) -> &str {
    assert_eq!(response.status, 302, "{}", String::from_utf8_lossy(&response.body));
    response.header("Location").unwrap()
}

fn code(response: &Response) -> String {
    let query = location(response).split_once('?').unwrap().1;
    let pairs: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs["code"].clone()
}

fn exchange(desk: &mut Desk, code: &str, redirect: &str) -> super::Answer {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("client_id", CLIENT)
        .append_pair("client_secret", SECRET)
        .append_pair("code", code)
        .append_pair("redirect_uri", redirect)
        .finish();
    desk.form("token", &form)
}

#[test]
fn the_page_names_what_is_asked_for_and_has_two_buttons() {
    let page = shown(&mut desk(), asked(&[("state", Some("\"><script>"))]));
    let html = String::from_utf8_lossy(&page.body);
    assert_eq!(page.status, 200);
    for part in [
        "<li>ZohoCRM.modules.ALL</li><li>ZohoCRM.settings.ALL</li>",
        "<form method=\"post\" action=\"auth\">",
        "name=\"answer\" value=\"accept\"",
        "name=\"answer\" value=\"reject\"",
        "name=\"state\" value=\"&quot;&gt;&lt;script&gt;\"",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn a_wrong_request_is_a_page_without_a_way_back() {
    let cases: [(&str, Option<&str>, &str); 9] = [
        ("client_id", Some("1000.OTHER"), "Invalid Client"),
        ("client_id", None, "Invalid Client"),
        ("redirect_uri", Some("http://localhost:47817/callback/"), "Invalid Redirect Uri"),
        ("redirect_uri", Some("http://localhost:47818/callback"), "Invalid Redirect Uri"),
        ("redirect_uri", Some("http://127.0.0.1:47817/callback"), "Invalid Redirect Uri"),
        ("response_type", Some("token"), "Invalid Response Type"),
        ("scope", Some("ZohoCRM.modules.ALL ZohoCRM.settings.ALL"), "Invalid OAuth Scope"),
        ("scope", Some("ZohoMail.messages.ALL"), "Invalid OAuth Scope"),
        ("scope", None, "Invalid OAuth Scope"),
    ];
    for (name, value, words) in cases {
        let mut desk = desk();
        let asked = asked(&[(name, value)]);
        for response in [shown(&mut desk, asked.clone()), answered(&mut desk, &asked, "accept")] {
            assert_eq!((response.status, response.header("Location")), (400, None), "{name} {value:?}");
            assert!(String::from_utf8_lossy(&response.body).contains(words), "{name} {value:?}");
        }
    }
}

#[test]
fn tests_of_whole_programs_enter_their_own_redirect_address() {
    let mut desk = Desk::new();
    let now = desk.now;
    assert_eq!(shown(&mut desk, asked(&[])).status, 400);
    let body = format!(r#"{{"client":"{CLIENT}","redirect_uri":"{REDIRECT}"}}"#);
    desk.zoho.admin("redirects/add", exact_json::Value::parse(&body).unwrap(), now).unwrap();
    assert_eq!(shown(&mut desk, asked(&[])).status, 200);
}

#[test]
fn the_way_back_has_the_recorded_shape() {
    let mut desk = desk();
    let response = answered(&mut desk, &asked(&[]), "accept");
    let code = code(&response);
    assert_eq!(
        location(&response),
        format!(
            "{REDIRECT}?state=s+1&code={code}&location=us&accounts-server=https%3A%2F%2Fsandbox.invalid%2Faccounts&"
        )
    );
    assert!(code.starts_with("1000."), "{code}");
}

#[test]
fn a_denial_is_an_error_alone_or_with_the_state() {
    let mut desk = desk();
    let response = answered(&mut desk, &asked(&[]), "reject");
    assert_eq!(location(&response), format!("{REDIRECT}?error=access_denied"));
    desk.zoho.switches.denial_carries_state = true;
    let response = answered(&mut desk, &asked(&[]), "reject");
    assert_eq!(location(&response), format!("{REDIRECT}?error=access_denied&state=s+1"));
}

#[test]
fn the_code_is_good_once_for_two_minutes_and_for_the_address_of_its_consent() {
    let mut desk = desk();
    let first = code(&answered(&mut desk, &asked(&[]), "accept"));
    let answer = exchange(&mut desk, &first, REDIRECT);
    assert!(answer.text("refresh_token").starts_with("1000."));
    assert_eq!(answer.text("scope"), "ZohoCRM.modules.ALL ZohoCRM.settings.ALL");
    assert_eq!(exchange(&mut desk, &first, REDIRECT).text("error"), "invalid_code");
    let second = code(&answered(&mut desk, &asked(&[]), "accept"));
    assert_eq!(exchange(&mut desk, &second, "http://localhost:1/").text("error"), "invalid_redirect_uri");
    let third = code(&answered(&mut desk, &asked(&[]), "accept"));
    desk.now += 2.minutes();
    assert_eq!(exchange(&mut desk, &third, REDIRECT).text("error"), "invalid_code");
}

#[test]
fn a_refresh_token_comes_only_offline_and_again_only_with_a_fresh_consent() {
    for (access, prompt, before, comes) in [
        (Some("offline"), Some("consent"), true, true),
        (Some("offline"), None, false, true),
        (Some("offline"), None, true, false),
        (Some("online"), Some("consent"), true, false),
        (None, Some("consent"), true, false),
    ] {
        let mut desk = desk();
        if !before {
            desk.zoho.revoke_tokens();
        }
        let asked = asked(&[("access_type", access), ("prompt", prompt)]);
        let code = code(&answered(&mut desk, &asked, "accept"));
        let came = exchange(&mut desk, &code, REDIRECT).text("refresh_token") != "null";
        assert_eq!(came, comes, "{access:?} {prompt:?} {before}");
    }
}

#[test]
fn the_newer_way_to_revoke_wants_the_clients_secret() {
    let mut desk = Desk::new();
    desk.zoho.switches.revoke_in_newer_way = true;
    let form = format!("token={}&token_type_hint=refresh_token", super::REFRESH);
    assert_eq!(desk.form("token/revoke", &form).status, 404);
    assert_eq!(desk.form("revoke/token", &form).status, 401);
    assert!(desk.refresh().text("access_token").starts_with("1000."));
    // 1000.CLIENT:secret-of-the-client
    let basic = ("authorization", "Basic MTAwMC5DTElFTlQ6c2VjcmV0LW9mLXRoZS1jbGllbnQ=");
    let answer = desk.send(Method::Post, "/accounts/oauth/v2/revoke/token", &form, &[basic]);
    assert_eq!(answer.status, 200);
    let answer = desk.refresh();
    assert_eq!((answer.status, answer.text("error").as_str()), (200, "invalid_code"));
}

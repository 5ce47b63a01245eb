//! The page on which somebody lets a program in, and the way back to the program (facts §1.3, §1.4).
//!
//! `GET /oauth/v2/auth` looks at the request and shows the page; its form is posted to the same address with `answer` set to `accept` or
//! `reject`. A wrong client, redirect address, response type or scope is a page without a way back: nobody is sent to an address that is not
//! registered. How such a page looks, and its status, is unverified.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use transport::Response;
use url::form_urlencoded;

use super::state::ZohoState;

/// The location that the simulated data centre has in the way back.
const LOCATION: &str = "us";

/// What the page hands on to its own form.
const HANDED_ON: [&str; 7] =
    ["response_type", "client_id", "scope", "redirect_uri", "access_type", "prompt", "state"];

/// Services whose scopes exist in a CRM org (facts §1.8).
const SERVICES: [&str; 3] = ["ZohoCRM", "ZohoFiles", "ZohoSearch"];

const STYLE: &str = "
:root { color-scheme: light dark; }
body { margin: 4rem auto; max-width: 34rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
li { font-family: ui-monospace, monospace; font-size: .9rem; }
button { font: inherit; padding: .5rem 1.5rem; margin-right: .5rem; }
";

/// What a program asks for, found to be in order.
struct Asked {
    client: String,
    redirect: String,
    scopes: Vec<String>,
    state: Option<String>,
    offline: bool,
    fresh: bool,
}

impl ZohoState {
    /// `GET /oauth/v2/auth`.
    pub(super) fn consent_page(&self, parameters: &BTreeMap<String, String>) -> Response {
        let asked = match self.asked(parameters) {
            Ok(asked) => asked,
            Err(complaint) => return page(400, "Error Occurred", &format!("<p>{complaint}</p>")),
        };
        let scopes: String = asked.scopes.iter().map(|scope| format!("<li>{}</li>", text(scope))).collect();
        let handed_on: String = HANDED_ON
            .iter()
            .filter_map(|name| Some((name, parameters.get(*name)?)))
            .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", text(value)))
            .collect();
        let body = format!(
            "<p>The application <b>{}</b> would like to use the data of <b>{}</b>:</p>\n<ul>{scopes}</ul>\n\
             <form method=\"post\" action=\"auth\">{handed_on}\n\
             <button name=\"answer\" value=\"accept\" id=\"accept\">Accept</button>\n\
             <button name=\"answer\" value=\"reject\" id=\"reject\">Reject</button>\n</form>",
            text(&asked.client),
            text(&self.org.company_name),
        );
        page(200, "Zoho Accounts (simulated)", &body)
    }

    /// The page's form.
    pub(super) fn consent_given(
        &mut self,
        parameters: &BTreeMap<String, String>,
        origin: &str,
        now: Timestamp,
    ) -> Response {
        let asked = match self.asked(parameters) {
            Ok(asked) => asked,
            Err(complaint) => return page(400, "Error Occurred", &format!("<p>{complaint}</p>")),
        };
        match parameters.get("answer").map(String::as_str) {
            Some("accept") => {
                // A fresh refresh token comes with the first consent, or where it is asked for.
                let offline = asked.offline && (asked.fresh || !self.oauth.has_grant(&asked.client));
                let code =
                    self.oauth.new_code(&asked.client, &asked.redirect, asked.scopes.clone(), offline, now);
                let accounts = format!("{origin}/accounts");
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.extend_pairs(asked.state.iter().map(|state| ("state", state)));
                query.append_pair("code", &code).append_pair("location", LOCATION);
                query.append_pair("accounts-server", &accounts);
                // Zoho's own ends with an ampersand.
                back(&asked.redirect, &format!("{}&", query.finish()))
            }
            Some("reject") => {
                let state = asked.state.filter(|_| self.switches.denial_carries_state);
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.append_pair("error", "access_denied");
                query.extend_pairs(state.iter().map(|state| ("state", state)));
                back(&asked.redirect, &query.finish())
            }
            Some(_) | None => page(400, "Error Occurred", "<p>Neither accepted nor rejected.</p>"),
        }
    }

    /// What is asked for, or what is wrong with it.
    fn asked(&self, parameters: &BTreeMap<String, String>) -> Result<Asked, &'static str> {
        let parameter = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        let (client, redirect) = (parameter("client_id"), parameter("redirect_uri"));
        if !self.oauth.knows_client(client) {
            return Err("Invalid Client Id");
        }
        if !self.oauth.knows_redirect(client, redirect) {
            return Err("Invalid Redirect Uri: it is not the one that is registered for this application");
        }
        if parameter("response_type") != "code" {
            return Err("Invalid Response Type");
        }
        let scopes: Vec<String> = parameter("scope").split(',').map(ToOwned::to_owned).collect();
        if !scopes.iter().all(|scope| is_scope(scope)) {
            return Err("Invalid OAuth Scope: scopes stand with commas between them");
        }
        Ok(Asked {
            client: client.to_owned(),
            redirect: redirect.to_owned(),
            scopes,
            state: parameters.get("state").cloned(),
            offline: parameter("access_type") == "offline",
            fresh: parameter("prompt") == "consent",
        })
    }
}

/// Service, what of it, and for what: `ZohoCRM.modules.ALL`.
fn is_scope(scope: &str) -> bool {
    let mut parts = scope.split('.');
    let known = parts.next().is_some_and(|service| SERVICES.contains(&service));
    let rest: Vec<&str> = parts.collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    known && rest.len() >= 2 && rest.iter().all(word)
}

/// Sends the browser back to the program.
fn back(redirect: &str, query: &str) -> Response {
    let separator = if redirect.contains('?') { '&' } else { '?' };
    Response {
        status: 302,
        headers: vec![
            ("Location".to_owned(), format!("{redirect}{separator}{query}")),
            ("Cache-Control".to_owned(), "no-store".to_owned()),
        ],
        body: Bytes::new(),
    }
}

fn page(status: u16, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    );
    Response {
        status,
        headers: vec![
            ("Content-Type".to_owned(), "text/html;charset=UTF-8".to_owned()),
            ("Cache-Control".to_owned(), "no-store".to_owned()),
        ],
        body: Bytes::from(html),
    }
}

/// A text from outside: nothing in it is markup.
fn text(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

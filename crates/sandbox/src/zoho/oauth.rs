//! The accounts server: codes, tokens and their limits.
//!
//! Failures come as HTTP 200 with an `error` member (facts §1.6); only the throttle answers 400.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use exact_json::Value;
use jiff::{Timestamp, ToSpan};
use transport::Response;

use super::answer::{json, number, object};

/// How long an access token lives, in seconds (Zoho: token-validity).
const ACCESS_SECONDS: i64 = 3600;
/// How long a grant code lives, in minutes. Zoho's pages say 60 s, 2 and 3 minutes.
const CODE_MINUTES: i64 = 2;
/// New access tokens of one refresh token in ten minutes.
const NEW_TOKENS: usize = 10;
/// Access tokens of one refresh token that live at once; one more kills the oldest.
const ACTIVE_TOKENS: usize = 15;
/// Refresh tokens of one user and client; one more deletes the oldest.
const REFRESH_TOKENS: usize = 20;

#[derive(Clone, Debug)]
struct ClientApp {
    secret: String,
    redirects: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Code {
    client: String,
    redirect: Option<String>,
    scopes: Vec<String>,
    /// Whether the exchange brings a refresh token.
    offline: bool,
    expires: Timestamp,
}

/// What a refresh token stands for.
#[derive(Clone, Debug)]
struct Grant {
    client: String,
    scopes: Vec<String>,
    /// Counts up; the lowest is the oldest.
    serial: u64,
    issued: VecDeque<Timestamp>,
    active: VecDeque<String>,
}

#[derive(Clone, Debug)]
struct Access {
    scopes: Vec<String>,
    expires: Timestamp,
}

/// The accounts server's state.
#[derive(Clone, Default)]
pub(super) struct OAuth {
    clients: BTreeMap<String, ClientApp>,
    codes: BTreeMap<String, Code>,
    grants: BTreeMap<String, Grant>,
    access: BTreeMap<String, Access>,
    serial: u64,
}

impl OAuth {
    pub(super) fn register_client(&mut self, id: &str, secret: &str) {
        let client = ClientApp { secret: secret.to_owned(), redirects: BTreeSet::new() };
        self.clients.insert(id.to_owned(), client);
    }

    pub(super) fn register_redirect(&mut self, client: &str, redirect: &str) {
        if let Some(client) = self.clients.get_mut(client) {
            client.redirects.insert(redirect.to_owned());
        }
    }

    pub(super) fn knows_client(&self, client: &str) -> bool {
        self.clients.contains_key(client)
    }

    /// Whether the API console has that redirect address, letter by letter.
    pub(super) fn knows_redirect(&self, client: &str, redirect: &str) -> bool {
        self.clients.get(client).is_some_and(|client| client.redirects.contains(redirect))
    }

    /// Whether somebody has agreed before, so that only `prompt=consent` brings a fresh refresh token (§1.3).
    pub(super) fn has_grant(&self, client: &str) -> bool {
        self.grants.values().any(|grant| grant.client == client)
    }

    /// A code for somebody who agreed on the consent page.
    pub(super) fn new_code(
        &mut self,
        client: &str,
        redirect: &str,
        scopes: Vec<String>,
        offline: bool,
        now: Timestamp,
    ) -> String {
        let code = self.new_token();
        self.add_code(client, &code, Some(redirect), scopes, offline, now);
        code
    }

    /// A code as the consent page hands it out.
    pub(super) fn add_code(
        &mut self,
        client: &str,
        code: &str,
        redirect: Option<&str>,
        scopes: Vec<String>,
        offline: bool,
        now: Timestamp,
    ) {
        let code_entry = Code {
            client: client.to_owned(),
            redirect: redirect.map(ToOwned::to_owned),
            scopes,
            offline,
            expires: now.saturating_add(CODE_MINUTES.minutes()).unwrap_or(Timestamp::MAX),
        };
        self.codes.insert(code.to_owned(), code_entry);
    }

    /// A refresh token; the twenty-first of a client deletes its oldest.
    pub(super) fn add_grant(&mut self, client: &str, refresh_token: &str, scopes: &[String]) {
        self.serial += 1;
        let grant = Grant {
            client: client.to_owned(),
            scopes: scopes.to_vec(),
            serial: self.serial,
            issued: VecDeque::new(),
            active: VecDeque::new(),
        };
        self.grants.insert(refresh_token.to_owned(), grant);
        let of_client = || self.grants.iter().filter(|(_, grant)| grant.client == client);
        if of_client().count() > REFRESH_TOKENS {
            let oldest = of_client().min_by_key(|(_, grant)| grant.serial).map(|(token, _)| token.clone());
            if let Some(oldest) = oldest {
                self.drop_grant(&oldest);
            }
        }
    }

    fn drop_grant(&mut self, refresh_token: &str) -> bool {
        let Some(grant) = self.grants.remove(refresh_token) else {
            return false;
        };
        for token in grant.active {
            self.access.remove(&token);
        }
        true
    }

    /// Makes every access token unknown; refresh tokens stay.
    pub(super) fn expire_all(&mut self) {
        self.access.clear();
        for grant in self.grants.values_mut() {
            grant.active.clear();
        }
    }

    /// Makes every refresh token and access token unknown.
    pub(super) fn revoke_all(&mut self) {
        self.grants.clear();
        self.access.clear();
    }

    /// The scopes of a living access token.
    pub(super) fn scopes(&self, token: &str, now: Timestamp) -> Option<&[String]> {
        self.access.get(token).filter(|access| now < access.expires).map(|access| access.scopes.as_slice())
    }

    /// `POST /oauth/v2/token`; `parameters` come from the form body or the query, as Zoho takes both.
    pub(super) fn token(
        &mut self,
        parameters: &BTreeMap<String, String>,
        origin: &str,
        now: Timestamp,
    ) -> Response {
        let parameter = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        let client = parameter("client_id");
        let Some(registered) = self.clients.get(client) else {
            return failure("invalid_client");
        };
        if registered.secret != parameter("client_secret") {
            return failure("invalid_client_secret");
        }
        match parameter("grant_type") {
            "authorization_code" => {
                let redirect = parameters.get("redirect_uri").map(String::as_str);
                self.exchange(client, parameter("code"), redirect, origin, now)
            }
            "refresh_token" => {
                let token = parameter("refresh_token");
                match self.grants.get(token) {
                    Some(grant) if grant.client == client => self.answer(token, None, origin, now),
                    Some(_) | None => failure("invalid_code"),
                }
            }
            _ => failure("invalid_grant_type"),
        }
    }

    fn exchange(
        &mut self,
        client: &str,
        code: &str,
        redirect: Option<&str>,
        origin: &str,
        now: Timestamp,
    ) -> Response {
        // A code is used up by the first try, whatever becomes of it.
        let Some(entry) = self.codes.remove(code) else {
            return failure("invalid_code");
        };
        if entry.client != client || entry.expires <= now {
            return failure("invalid_code");
        }
        if entry.redirect.is_some() && entry.redirect.as_deref() != redirect {
            return failure("invalid_redirect_uri");
        }
        let refresh_token = self.new_token();
        self.add_grant(client, &refresh_token, &entry.scopes);
        let shown = entry.offline.then_some(refresh_token.as_str());
        self.answer(&refresh_token, shown, origin, now)
    }

    fn answer(&mut self, refresh_token: &str, show: Option<&str>, origin: &str, now: Timestamp) -> Response {
        let access_token = self.new_token();
        let Some(grant) = self.grants.get_mut(refresh_token) else {
            return failure("invalid_code");
        };
        let window = now.saturating_sub(10.minutes()).unwrap_or(Timestamp::MIN);
        grant.issued.retain(|at| *at > window);
        if grant.issued.len() >= NEW_TOKENS {
            return throttled();
        }
        grant.issued.push_back(now);
        let access = &mut self.access;
        grant.active.retain(|token| access.get(token).is_some_and(|entry| now < entry.expires));
        if grant.active.len() >= ACTIVE_TOKENS
            && let Some(oldest) = grant.active.pop_front()
        {
            access.remove(&oldest);
        }
        grant.active.push_back(access_token.clone());
        access.retain(|_, entry| now < entry.expires);
        let expires = now.saturating_add(ACCESS_SECONDS.seconds()).unwrap_or(Timestamp::MAX);
        access.insert(access_token.clone(), Access { scopes: grant.scopes.clone(), expires });
        let mut body = super::answer::map([
            ("access_token", Value::text(access_token)),
            ("scope", Value::text(grant.scopes.join(" "))),
            ("api_domain", Value::text(format!("{origin}/zoho"))),
            ("token_type", Value::text("Bearer")),
            ("expires_in", number(ACCESS_SECONDS)),
        ]);
        if let Some(refresh_token) = show {
            body.insert("refresh_token".to_owned(), Value::text(refresh_token));
        }
        json(200, &Value::Object(body))
    }

    /// `POST /oauth/v2/token/revoke` with `token=<refresh token>`.
    pub(super) fn revoke(&mut self, parameters: &BTreeMap<String, String>) -> Response {
        let token = parameters.get("token").map(String::as_str).unwrap_or_default();
        if self.drop_grant(token) || self.access.remove(token).is_some() {
            json(200, &object([("status", Value::text("success"))]))
        } else {
            failure("invalid_code")
        }
    }

    /// `POST /oauth/v2/revoke/token` as in RFC 7009: with the client's id and secret, and without a word about what was ended.
    pub(super) fn revoke_as_client(
        &mut self,
        parameters: &BTreeMap<String, String>,
        authorization: Option<&str>,
    ) -> Response {
        let shown = authorization.and_then(|value| value.strip_prefix("Basic "));
        let is_client = |(id, client): (&String, &ClientApp)| {
            shown.is_some_and(|shown| shown == BASE64_STANDARD.encode(format!("{id}:{}", client.secret)))
        };
        if !self.clients.iter().any(is_client) {
            return json(401, &object([("error", Value::text("invalid_client"))]));
        }
        let token = parameters.get("token").map(String::as_str).unwrap_or_default();
        if !self.drop_grant(token) {
            self.access.remove(token);
        }
        super::answer::empty(200)
    }

    /// A token of Zoho's shape. Not a secret: the simulation has none to keep.
    fn new_token(&mut self) -> String {
        self.serial += 1;
        let word = |salt: u64| mix(self.serial.wrapping_mul(8).wrapping_add(salt));
        format!("1000.{:016x}{:016x}.{:016x}{:016x}", word(0), word(1), word(2), word(3))
    }
}

/// SplitMix64's output function.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn failure(error: &str) -> Response {
    json(200, &object([("error", Value::text(error))]))
}

fn throttled() -> Response {
    let text = "You have made too many requests continuously. Please try again after some time.";
    let body = object([
        ("error_description", Value::text(text)),
        ("error", Value::text("Access Denied")),
        ("status", Value::text("failure")),
    ]);
    json(400, &body)
}

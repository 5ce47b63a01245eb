//! The accounts server: codes and refresh tokens in, access tokens out.
//!
//! It answers failures with HTTP 200 (§1.6), so that the body is read first and the status second. Calls cost no API credits.
//! Forms carry secrets in their bodies and are marked so.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use transport::{Courier, Fate, Method, Repeat, Request, Response, Secret, TransportError};
use url::{Host, Url, form_urlencoded};

use crate::data_centre::is_zoho_api_host;
use crate::envelope::description;
use crate::{AccessToken, Error, ErrorKind, Settings, SignInProblem, credits};

/// What an access token is good for where the answer does not say (§1.7).
const DEFAULT_LIFE: Duration = Duration::from_secs(3_600);

/// What a sign-in brought.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Gets access tokens until it is revoked. It never changes.
    pub refresh_token: Secret,
    /// The first access token.
    pub access_token: Secret,
    /// Where the API of the chosen org answers.
    pub api_domain: String,
    /// How long the access token lives.
    pub expires_in: Duration,
    /// What was granted, such as `ZohoCRM.modules.ALL`.
    pub scopes: Vec<String>,
}

impl Granted {
    /// The access token as it is kept, if it was granted at `now`.
    #[must_use]
    pub fn access_token(&self, now: Timestamp) -> AccessToken {
        AccessToken {
            token: self.access_token.clone(),
            api_domain: self.api_domain.clone(),
            expires_at: end(now, self.expires_in),
        }
    }
}

/// The accounts server's answer, good or bad.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct TokenAnswer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    api_domain: Option<String>,
    expires_in: Option<u32>,
    scope: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    /// Only where a token was ended: `success`.
    pub(crate) status: Option<String>,
}

/// Gets a new access token.
pub(crate) async fn refresh(
    settings: &Settings,
    client_secret: &Secret,
    refresh_token: &Secret,
    courier: &Courier,
    now: impl Fn() -> Timestamp,
) -> Result<AccessToken, Error> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &settings.client_id),
        ("client_secret", client_secret.reveal()),
        ("refresh_token", refresh_token.reveal()),
    ];
    // A lost answer costs one of ten tokens in ten minutes and nothing else.
    let answer = ask(settings, "token", &form, Repeat::Safe, courier).await?;
    let place = place(settings, "token");
    let (token, api_domain) = token_of(answer.access_token, answer.api_domain, &place)?;
    check_api_domain(&api_domain, &settings.accounts_url, &place)?;
    Ok(AccessToken { token, api_domain, expires_at: end(now(), life(answer.expires_in)) })
}

/// Exchanges a code for a refresh token.
pub(crate) async fn exchange(
    settings: &Settings,
    client_secret: &Secret,
    courier: &Courier,
    code: &Secret,
    redirect_uri: Option<&str>,
) -> Result<Granted, Error> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", &settings.client_id),
        ("client_secret", client_secret.reveal()),
        ("code", code.reveal()),
    ];
    // A self client has no redirect address.
    form.extend(redirect_uri.map(|address| ("redirect_uri", address)));
    let answer = ask(settings, "token", &form, Repeat::OnlyIfUnsent, courier).await?;
    let place = place(settings, "token");
    let (access_token, api_domain) = token_of(answer.access_token, answer.api_domain, &place)?;
    check_api_domain(&api_domain, &settings.accounts_url, &place)?;
    let Some(refresh_token) = answer.refresh_token.filter(|token| !token.is_empty()) else {
        return Err(problem(SignInProblem::NoRefreshToken, "", "", &place));
    };
    let scopes = answer.scope.unwrap_or_default();
    Ok(Granted {
        refresh_token: Secret::new(refresh_token),
        access_token,
        api_domain,
        expires_in: life(answer.expires_in),
        scopes: scopes.split([' ', ',']).filter(|scope| !scope.is_empty()).map(ToOwned::to_owned).collect(),
    })
}

async fn ask(
    settings: &Settings,
    endpoint: &str,
    form: &[(&str, &str)],
    repeat: Repeat,
    courier: &Courier,
) -> Result<TokenAnswer, Error> {
    let place = place(settings, endpoint);
    let request = secret_form(settings, endpoint, form, repeat);
    let sent = courier.send_checked(request, |response| read(response, &place)).await;
    match sent {
        Ok((_, reading)) => reading,
        Err(error) => Err(unsent(error, place)),
    }
}

/// A form that carries secrets to the accounts server.
pub(crate) fn secret_form(
    settings: &Settings,
    endpoint: &str,
    form: &[(&str, &str)],
    repeat: Repeat,
) -> Request {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let address = address(settings, endpoint);
    let mut request = Request::new(Method::Post, address).body("application/x-www-form-urlencoded", body);
    request.secret_body = true;
    request.repeat = repeat;
    request.credits = credits::SIGN_IN;
    request
}

/// Body first, status second. The outer error is damage that another try may mend.
pub(crate) fn read(response: &Response, place: &str) -> Result<Result<TokenAnswer, Error>, String> {
    let answer = match serde_json::from_slice::<TokenAnswer>(&response.body) {
        Ok(answer) => answer,
        Err(_) if response.is_success() => return Err(description(response)),
        Err(_) => return Ok(Err(not_json(response, place))),
    };
    if let Some(code) = &answer.error {
        let words = answer.error_description.as_deref().unwrap_or_default();
        return Ok(Err(problem(problem_of(response.status, code), code, words, place)));
    }
    if response.is_success() { Ok(Ok(answer)) } else { Ok(Err(not_json(response, place))) }
}

pub(crate) fn not_json(response: &Response, place: &str) -> Error {
    let kind = if response.status == 429 { SignInProblem::Throttled } else { SignInProblem::Unavailable };
    problem(kind, &format!("HTTP_{}", response.status), &description(response), place)
}

fn problem_of(status: u16, code: &str) -> SignInProblem {
    match code.to_ascii_lowercase().as_str() {
        "invalid_code" | "invalid_grant" => SignInProblem::InvalidCode,
        "invalid_client" => SignInProblem::InvalidClient,
        "invalid_client_secret" => SignInProblem::InvalidClientSecret,
        "invalid_redirect_uri" => SignInProblem::InvalidRedirectUri,
        // With a blank: the throttle. With an underscore it is the user's "no" on the consent page (§1.4, §1.6).
        "access denied" => SignInProblem::Throttled,
        _ if status == 429 => SignInProblem::Throttled,
        _ if status >= 500 => SignInProblem::Unavailable,
        _ => SignInProblem::Refused,
    }
}

pub(crate) fn problem(problem: SignInProblem, code: &str, message: &str, place: &str) -> Error {
    Error::new(ErrorKind::SignIn(problem), code, message, place)
}

/// The call for which the token was wanted has not been sent, whatever became of the sign-in.
pub(crate) fn unsent(error: TransportError, place: String) -> Error {
    Error::new(ErrorKind::Transport(Box::new(TransportError { fate: Fate::NotSent, ..error })), "", "", place)
}

/// Method and address, for messages.
pub(crate) fn place(settings: &Settings, endpoint: &str) -> String {
    format!("POST {}", address(settings, endpoint))
}

/// Where the accounts server does that (§1.2).
pub(crate) fn address(settings: &Settings, endpoint: &str) -> String {
    format!("{}/oauth/v2/{endpoint}", settings.accounts_url.trim_end_matches('/'))
}

fn token_of(
    token: Option<String>,
    api_domain: Option<String>,
    place: &str,
) -> Result<(Secret, String), Error> {
    match (token.filter(|token| !token.is_empty()), api_domain) {
        (Some(token), Some(api_domain)) => Ok((Secret::new(token), api_domain)),
        (None, _) => Err(problem(SignInProblem::Unavailable, "", "the answer holds no access token", place)),
        (_, None) => Err(problem(SignInProblem::Unavailable, "", "the answer holds no API address", place)),
    }
}

fn life(expires_in: Option<u32>) -> Duration {
    expires_in.map_or(DEFAULT_LIFE, |seconds| Duration::from_secs(seconds.into()))
}

fn end(now: Timestamp, life: Duration) -> Timestamp {
    let life = SignedDuration::try_from(life).unwrap_or(SignedDuration::ZERO);
    now.saturating_add(life).unwrap_or(Timestamp::MAX)
}

/// The API's address, if a token may be sent there: encrypted or this computer, and Zoho's or the accounts server's own host.
pub(crate) fn check_api_domain(api_domain: &str, accounts_url: &str, place: &str) -> Result<Url, Error> {
    let refuse = || {
        let words = format!("the API address \"{api_domain}\" is not Zoho's; the token was not sent there");
        Err(problem(SignInProblem::ForeignApiDomain, "", &words, place))
    };
    let Ok(url) = Url::parse(api_domain) else {
        return refuse();
    };
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let accounts = Url::parse(accounts_url).ok();
    let same_host =
        accounts.is_some_and(|accounts| accounts.host().is_some() && accounts.host() == url.host());
    let zohos = url.host_str().is_some_and(is_zoho_api_host);
    if secure && plain && (zohos || same_host) { Ok(url) } else { refuse() }
}

/// Whether the address is of this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use transport::Response;

    use super::{check_api_domain, read};
    use crate::{ErrorKind, SignInProblem};

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.to_owned().into() }
    }

    #[test]
    fn failures_behind_http_200_are_failures() {
        let throttle = r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#;
        let table = [
            (200, r#"{"error":"invalid_code"}"#, SignInProblem::InvalidCode),
            (200, r#"{"error":"invalid_client"}"#, SignInProblem::InvalidClient),
            (200, r#"{"error":"invalid_client_secret"}"#, SignInProblem::InvalidClientSecret),
            (200, r#"{"error":"invalid_redirect_uri"}"#, SignInProblem::InvalidRedirectUri),
            (400, throttle, SignInProblem::Throttled),
            (200, throttle, SignInProblem::Throttled),
            (200, r#"{"error":"access_denied"}"#, SignInProblem::Refused),
            (200, r#"{"error":"general_error"}"#, SignInProblem::Refused),
            (500, r#"{"error":"general_error"}"#, SignInProblem::Unavailable),
            (400, "<html></html>", SignInProblem::Unavailable),
            (503, "", SignInProblem::Unavailable),
        ];
        for (status, body, problem) in table {
            let error = read(&answer(status, body), "here").unwrap().err().unwrap();
            assert_eq!(error.kind, ErrorKind::SignIn(problem), "{status} {body}");
        }
    }

    #[test]
    fn a_page_behind_http_200_is_worth_another_try() {
        assert!(read(&answer(200, "<html></html>"), "here").is_err());
        assert!(read(&answer(200, r#"{"access_tok"#), "here").is_err());
    }

    #[test]
    fn a_token_goes_to_zoho_or_to_the_host_that_gave_it() {
        let zoho = "https://accounts.zoho.eu";
        let table = [
            ("https://www.zohoapis.eu", zoho, true),
            ("https://sandbox.zohoapis.com", zoho, true),
            ("https://www.zohoapis.uk", "https://accounts.zoho.uk", true),
            ("https://sandbox.invalid/zoho", "https://sandbox.invalid/accounts", true),
            ("http://127.0.0.1:8080/zoho", "http://127.0.0.1:8080/accounts", true),
            ("http://localhost:1/zoho", "http://localhost:2/accounts", true),
            ("http://www.zohoapis.eu", zoho, false),
            ("https://evil.example", zoho, false),
            ("https://www.zohoapis.eu.evil.example", zoho, false),
            ("https://www.zohoapis.eu@evil.example", zoho, false),
            ("https://user:word@www.zohoapis.eu", zoho, false),
            ("http://127.0.0.1:8080", zoho, false),
            ("http://sandbox.invalid/zoho", "https://sandbox.invalid/accounts", false),
            ("www.zohoapis.eu", zoho, false),
            ("", zoho, false),
        ];
        for (api_domain, accounts, allowed) in table {
            assert_eq!(check_api_domain(api_domain, accounts, "here").is_ok(), allowed, "{api_domain}");
        }
    }
}

//! The end of a refresh token.
//!
//! Zoho's accounts server is documented in two ways (§1.2): `token/revoke` with nothing but the token, which its own description of
//! itself (`revocation_endpoint`) and its SDKs use, and `revoke/token` with the client's id and secret as in RFC 7009. Which of them a data
//! centre has is *unverified*: where the first is not there, the second is asked.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use transport::{Courier, Repeat, Request, Response, Secret};

use crate::sign_in::{TokenAnswer, not_json, place, problem, read, secret_form, unsent};
use crate::{Error, Settings, SignInProblem};

const ENDPOINT: &str = "token/revoke";
const NEWER_ENDPOINT: &str = "revoke/token";

/// What an endpoint made of it.
enum Revocation {
    /// The token is ended.
    Ended,
    /// There is no such endpoint here.
    NotHere(Error),
}

/// Ends a refresh token for good.
pub(crate) async fn revoke(
    settings: &Settings,
    client_secret: &Secret,
    refresh_token: &Secret,
    courier: &Courier,
) -> Result<(), Error> {
    // Ending what is ended does no harm: a lost answer is asked for again.
    let form = [("token", refresh_token.reveal())];
    let request = secret_form(settings, ENDPOINT, &form, Repeat::Safe);
    if let Revocation::Ended = ask(settings, ENDPOINT, request, courier).await? {
        return Ok(());
    }
    tracing::debug!("the accounts server has no {ENDPOINT}, asking {NEWER_ENDPOINT}");
    let form = [("token", refresh_token.reveal()), ("token_type_hint", "refresh_token")];
    let mut request = secret_form(settings, NEWER_ENDPOINT, &form, Repeat::Safe);
    let client = Secret::new(format!("{}:{}", settings.client_id, client_secret.reveal()));
    let client = Secret::new(BASE64_STANDARD.encode(client.reveal()));
    request.authorization = Some(Secret::new(format!("Basic {}", client.reveal())));
    match ask(settings, NEWER_ENDPOINT, request, courier).await? {
        Revocation::Ended => Ok(()),
        Revocation::NotHere(error) => Err(error),
    }
}

async fn ask(
    settings: &Settings,
    endpoint: &str,
    request: Request,
    courier: &Courier,
) -> Result<Revocation, Error> {
    let place = place(settings, endpoint);
    match courier.send_checked(request, |response| Ok(judge(response, &place))).await {
        Ok((_, judged)) => judged,
        Err(error) => Err(unsent(error, place)),
    }
}

fn judge(response: &Response, place: &str) -> Result<Revocation, Error> {
    if matches!(response.status, 404 | 405 | 410) {
        return Ok(Revocation::NotHere(not_json(response, place)));
    }
    // RFC 7009 answers 200 and nothing more.
    if response.is_success() && response.body.trim_ascii().is_empty() {
        return Ok(Revocation::Ended);
    }
    match read(response, place) {
        Ok(answer) => ended(answer?, place),
        // A page in place of an answer: an accounts server may show one where there is nothing.
        Err(_) => Ok(Revocation::NotHere(not_json(response, place))),
    }
}

fn ended(answer: TokenAnswer, place: &str) -> Result<Revocation, Error> {
    match answer.status {
        Some(status) if !status.eq_ignore_ascii_case("success") => {
            Err(problem(SignInProblem::Refused, &status, "the token was not revoked", place))
        }
        Some(_) => Ok(Revocation::Ended),
        None => Err(problem(
            SignInProblem::Refused,
            "",
            "the answer does not say that the token was revoked",
            place,
        )),
    }
}

#[cfg(test)]
mod tests {
    use transport::Response;

    use super::{Revocation, judge};
    use crate::{ErrorKind, SignInProblem};

    #[test]
    fn answers_are_told_apart() {
        let table = [
            (200, r#"{"status":"success"}"#, "ended"),
            (200, "", "ended"),
            (404, "<html></html>", "not here"),
            (404, r#"{"code":"INVALID_URL_PATTERN"}"#, "not here"),
            (405, "", "not here"),
            (200, "<html>Oops</html>", "not here"),
            (200, r#"{"error":"invalid_code"}"#, "InvalidCode"),
            (400, r#"{"error":"invalid_client"}"#, "InvalidClient"),
            (200, r#"{"status":"failure"}"#, "Refused"),
            (200, "{}", "Refused"),
            (400, "{}", "Unavailable"),
            (503, "", "Unavailable"),
        ];
        for (status, body, expected) in table {
            let response = Response { status, headers: Vec::new(), body: body.to_owned().into() };
            let judged = match judge(&response, "here") {
                Ok(Revocation::Ended) => "ended".to_owned(),
                Ok(Revocation::NotHere(error)) => {
                    assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::Unavailable));
                    "not here".to_owned()
                }
                Err(error) => match error.kind {
                    ErrorKind::SignIn(problem) => format!("{problem:?}"),
                    other => format!("{other:?}"),
                },
            };
            assert_eq!(judged, expected, "{status} {body}");
        }
    }
}

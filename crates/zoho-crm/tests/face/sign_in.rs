//! Tokens: got once, kept, shared, renewed, and sent to nobody but Zoho.

use std::sync::Arc;

use tokio::task::JoinSet;
use transport::{Fate, Secret};
use zoho_crm::{AccessToken, Client, Error, ErrorKind, SignInProblem, TokenVault};

use crate::scripted::{ACCOUNTS, API, Reply, Service, Vault, answer, clock, secret, settings, token};
use crate::{authorization, body, lost};

const ORG: &str = r#"{"org":[{"zgid":"1"}]}"#;
const INVALID_TOKEN: &str =
    r#"{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}"#;
const THROTTLED: &str = r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#;

/// Takes the token `good` only.
fn takes(good: &'static str) -> impl Fn(usize, &transport::Request) -> Reply + Send + Sync {
    move |_, request| {
        let known = authorization(request) == format!("Zoho-oauthtoken {good}");
        Ok(if known { answer(200, ORG) } else { answer(401, INVALID_TOKEN) })
    }
}

fn kept(minutes: i64) -> AccessToken {
    AccessToken {
        token: Secret::new("kept"),
        api_domain: API.to_owned(),
        expires_at: clock().now() + jiff::SignedDuration::from_mins(minutes),
    }
}

async fn at_once(client: &Client, calls: usize) -> Vec<Result<zoho_crm::Org, Error>> {
    let mut tasks = JoinSet::new();
    for _ in 0..calls {
        let client = client.clone();
        tasks.spawn(async move { client.org().await });
    }
    tasks.join_all().await
}

#[tokio::test(start_paused = true)]
async fn the_first_call_signs_in_with_a_secret_form_and_sends_zohos_own_header() {
    let service = Service::new(takes("t1"));
    service.client().org().await.unwrap();
    let [sign_in] = service.sign_ins().try_into().unwrap();
    assert_eq!(sign_in.url, format!("{ACCOUNTS}/oauth/v2/token"));
    let form = "grant_type=refresh_token&client_id=1000.CLIENT&client_secret=s3cret%26%2B&refresh_token=1000.refresh.word";
    assert_eq!(body(&sign_in), form);
    assert!(sign_in.secret_body && sign_in.authorization.is_none());
    assert_eq!(sign_in.credits, 0);
    let [call] = service.calls().try_into().unwrap();
    assert_eq!(call.url, format!("{API}/crm/v8/org"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_behind_http_200_is_named_and_nothing_else_is_sent() {
    let table = [
        ("invalid_code", SignInProblem::InvalidCode),
        ("invalid_client", SignInProblem::InvalidClient),
        ("invalid_client_secret", SignInProblem::InvalidClientSecret),
    ];
    for (code, problem) in table {
        let service = Service::with_accounts(takes("t1"), move |_, _| {
            Ok(answer(200, format!(r#"{{"error":"{code}"}}"#)))
        });
        let error = service.client().org().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::SignIn(problem));
        assert_eq!((error.code.as_str(), error.fate()), (code, Fate::NotSent));
        assert!(error.is_sign_in() && !error.is_outage());
        assert_eq!((service.sign_ins().len(), service.calls().len()), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_data_centre_is_told_to_look_at_the_accounts_address() {
    let service =
        Service::with_accounts(takes("t1"), |_, _| Ok(answer(200, r#"{"error":"invalid_client"}"#)));
    let error = service.client().org().await.unwrap_err();
    assert_eq!(error.code(), "zoho_sign_in_invalid_client");
    assert!(
        error.cure().contains("accounts_url") && error.cure().contains("data centre"),
        "{}",
        error.cure()
    );
}

#[tokio::test(start_paused = true)]
async fn the_throttle_ends_the_call_at_once() {
    let service = Service::with_accounts(takes("t1"), |_, _| Ok(answer(400, THROTTLED)));
    let error = service.client().org().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::Throttled));
    assert_eq!(service.sign_ins().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn many_calls_at_once_share_one_sign_in() {
    let service = Service::new(takes("t1"));
    let answers = at_once(&service.client(), 12).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((service.sign_ins().len(), service.calls().len()), (1, 12));
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_for_a_sign_in_share_its_failure() {
    let service = Service::with_accounts(takes("t1"), |_, _| Ok(answer(400, THROTTLED)));
    let client = service.client();
    let answers = at_once(&client, 12).await;
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(service.sign_ins().len(), 1);
    client.org().await.unwrap_err();
    assert_eq!(service.sign_ins().len(), 2, "a later call asks again");
}

#[tokio::test(start_paused = true)]
async fn a_kept_token_survives_a_restart() {
    let service = Service::new(takes("t1"));
    let vault = Arc::new(Vault::default());
    service.client_with(Arc::clone(&vault)).org().await.unwrap();
    service.client_with(vault).org().await.unwrap();
    assert_eq!((service.sign_ins().len(), service.calls().len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    for (minutes, used) in [(6, "kept"), (4, "t1"), (-1, "t1")] {
        let service = Service::new(takes(used));
        let vault = Vault::with(kept(minutes));
        service.client_with(Arc::clone(&vault)).org().await.unwrap();
        assert_eq!(service.calls().len(), 1, "{minutes}");
        assert_eq!(vault.load().unwrap().token, Secret::new(used), "{minutes}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_and_the_call_repeated() {
    let service = Service::new(takes("t1"));
    let vault = Vault::with(kept(50));
    let client = service.client_with(Arc::clone(&vault));
    client.org().await.unwrap();
    assert_eq!((service.sign_ins().len(), service.calls().len()), (1, 2));
    assert_eq!(vault.load().unwrap().token, Secret::new("t1"));
    client.org().await.unwrap();
    assert_eq!((service.sign_ins().len(), service.calls().len()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn calls_that_meet_a_refused_token_at_once_share_one_renewal() {
    let service = Service::new(takes("t1"));
    let answers = at_once(&service.client_with(Vault::with(kept(50))), 12).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(service.sign_ins().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_is_a_sign_in_failure() {
    for code in ["INVALID_TOKEN", "AUTHENTICATION_FAILURE"] {
        let service = Service::new(move |_, _| Ok(answer(401, format!(r#"{{"code":"{code}"}}"#))));
        let vault = Arc::new(Vault::default());
        let error = service.client_with(Arc::clone(&vault)).org().await.unwrap_err();
        assert_eq!((&error.kind, error.is_sign_in()), (&ErrorKind::InvalidToken, true));
        assert_eq!((service.sign_ins().len(), service.calls().len()), (1, 1));
        assert_eq!(vault.load(), None);
        assert!(error.cure().contains("data centre"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_that_is_refused_too_is_not_renewed_again() {
    let service = Service::new(takes("nothing"));
    let error = service.client_with(Vault::with(kept(50))).org().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidToken);
    assert_eq!((service.sign_ins().len(), service.calls().len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_missing_scope_renews_nothing_and_says_what_to_do() {
    let service =
        Service::new(|_, _| Ok(answer(401, r#"{"code":"OAUTH_SCOPE_MISMATCH","message":"Unauthorized"}"#)));
    let error = service.client_with(Vault::with(kept(50))).org().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ScopeMismatch);
    assert!(error.cure().contains("Sign in to Zoho again"));
    assert_eq!((service.sign_ins().len(), service.calls().len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_not_sent_to_a_foreign_api_address() {
    for foreign in ["https://evil.invalid", "http://www.zohoapis.eu", "https://www.zohoapis.eu.evil.invalid"]
    {
        let service = Service::with_accounts(takes("t1"), move |turn, _| Ok(token(turn, foreign)));
        let vault = Arc::new(Vault::default());
        let error = service.client_with(Arc::clone(&vault)).org().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::ForeignApiDomain));
        assert!(error.message.contains(foreign));
        assert_eq!((service.calls().len(), vault.load()), (0, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_kept_token_with_a_foreign_api_address_is_discarded() {
    let service = Service::new(takes("t1"));
    let foreign = AccessToken { api_domain: "https://evil.invalid".to_owned(), ..kept(50) };
    service.client_with(Vault::with(foreign)).org().await.unwrap();
    assert_eq!(service.sign_ins().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_api_address_comes_from_the_token_answer() {
    let service = Service::with_accounts(takes("t1"), |turn, _| Ok(token(turn, "https://www.zohoapis.eu/")));
    service.client().org().await.unwrap();
    assert_eq!(service.calls()[0].url, format!("{API}/crm/v8/org"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_token_answer_is_asked_for_again() {
    let service =
        Service::with_accounts(takes("t2"), |turn, _| if turn == 1 { lost() } else { Ok(token(turn, API)) });
    service.client().org().await.unwrap();
    assert_eq!(service.sign_ins().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_token_the_call_certainly_had_no_effect() {
    let replies: [fn(usize, &transport::Request) -> Reply; 3] = [
        |_, _| lost(),
        |_, _| Ok(answer(503, "<html><title>Down</title></html>")),
        |_, _| Ok(answer(200, "<html>captive portal</html>")),
    ];
    for reply in replies {
        let service = Service::with_accounts(takes("t1"), reply);
        let error = service.client().org().await.unwrap_err();
        assert_eq!((error.fate(), error.is_outage()), (Fate::NotSent, true), "{error}");
        assert_eq!(service.calls().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_is_exchanged_for_a_refresh_token() {
    let granted = r#"{"access_token":"a","refresh_token":"r","scope":"ZohoCRM.modules.ALL ZohoCRM.settings.ALL",
        "api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600}"#;
    let service = Service::with_accounts(takes("t1"), move |_, _| Ok(answer(200, granted)));
    let code = Secret::new("1000.code");
    for redirect in [Some("http://localhost:8000/"), None] {
        let granted =
            Client::exchange_code(&settings(), &secret(), &service.courier(), &code, redirect).await.unwrap();
        assert_eq!(granted.refresh_token.reveal(), "r");
        assert_eq!(granted.scopes, ["ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL"]);
        let kept = granted.access_token(clock().now());
        assert_eq!(kept.expires_at.to_string(), "2026-09-01T11:00:00Z");
    }
    let [with, without] = service.sign_ins().try_into().unwrap();
    assert!(body(&with).starts_with("grant_type=authorization_code&client_id=1000.CLIENT&client_secret="));
    assert!(body(&with).ends_with("&code=1000.code&redirect_uri=http%3A%2F%2Flocalhost%3A8000%2F"));
    assert!(body(&without).ends_with("&code=1000.code"));
}

#[tokio::test(start_paused = true)]
async fn a_code_works_once_and_is_not_sent_twice() {
    let service = Service::with_accounts(takes("t1"), |_, _| lost());
    let code = Secret::new("1000.code");
    let error =
        Client::exchange_code(&settings(), &secret(), &service.courier(), &code, None).await.unwrap_err();
    assert!(error.is_outage());
    assert_eq!(service.sign_ins().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_without_offline_access_is_refused() {
    let service = Service::with_accounts(takes("t1"), |turn, _| Ok(token(turn, API)));
    let code = Secret::new("1000.code");
    let error =
        Client::exchange_code(&settings(), &secret(), &service.courier(), &code, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::NoRefreshToken));
}

#[tokio::test(start_paused = true)]
async fn revoking_sends_the_refresh_token_and_forgets_the_access_token() {
    let service = Service::with_accounts(takes("t1"), |_, _| Ok(answer(200, r#"{"status":"success"}"#)));
    let vault = Vault::with(kept(50));
    service.client_with(Arc::clone(&vault)).revoke().await.unwrap();
    let [revoked] = service.sign_ins().try_into().unwrap();
    assert_eq!(revoked.url, format!("{ACCOUNTS}/oauth/v2/token/revoke"));
    assert_eq!((body(&revoked).as_str(), revoked.secret_body), ("token=1000.refresh.word", true));
    assert_eq!(vault.load(), None);
}

/// An accounts server that knows one of the two documented endpoints (§1.2).
fn ends_tokens_at(endpoint: &'static str) -> Arc<Service> {
    Service::with_accounts(takes("t1"), move |_, request| {
        let here = request.url.ends_with(endpoint);
        Ok(if here { answer(200, r#"{"status":"success"}"#) } else { answer(404, "<html></html>") })
    })
}

#[tokio::test(start_paused = true)]
async fn where_the_one_way_to_revoke_is_not_there_the_other_is_taken() {
    let service = ends_tokens_at("/revoke/token");
    let vault = Vault::with(kept(50));
    service.client_with(Arc::clone(&vault)).revoke().await.unwrap();
    let [first, second] = service.sign_ins().try_into().unwrap();
    assert_eq!(first.url, format!("{ACCOUNTS}/oauth/v2/token/revoke"));
    assert!(first.authorization.is_none());
    assert_eq!(second.url, format!("{ACCOUNTS}/oauth/v2/revoke/token"));
    assert_eq!(body(&second), "token=1000.refresh.word&token_type_hint=refresh_token");
    // 1000.CLIENT:s3cret&+
    assert_eq!(authorization(&second), "Basic MTAwMC5DTElFTlQ6czNjcmV0Jis=");
    assert!(second.secret_body);
    assert_eq!(vault.load(), None);
}

#[tokio::test(start_paused = true)]
async fn where_neither_way_to_revoke_is_there_it_is_said_and_the_token_stays() {
    let service = ends_tokens_at("/nowhere");
    let vault = Vault::with(kept(50));
    let error = service.client_with(Arc::clone(&vault)).revoke().await.unwrap_err();
    assert_eq!((error.code(), error.code.as_str()), ("zoho_sign_in_unavailable", "HTTP_404"));
    assert_eq!(service.sign_ins().len(), 2);
    assert!(vault.load().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_ended_already_is_no_reason_to_try_the_other_way() {
    let service = Service::with_accounts(takes("t1"), |_, _| Ok(answer(200, r#"{"error":"invalid_code"}"#)));
    let error = service.client().revoke().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignIn(SignInProblem::InvalidCode));
    assert_eq!(service.sign_ins().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_secret_shows_in_errors_and_debug_output() {
    let service = Service::new(takes("nothing"));
    let error = service.client().org().await.unwrap_err();
    let shown = format!("{error} {error:?} {} {:?} {:?}", error.cure(), kept(1), service.sign_ins());
    for word in ["t1\"", "s3cret", "1000.refresh", "\"kept\""] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
}

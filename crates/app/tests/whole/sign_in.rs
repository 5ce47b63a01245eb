//! Signing in to Zoho in a browser, from the address to the tokens, and out again: the simulated Zoho on a socket, and a browser that
//! follows what it is told to.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use app::AppError;
use app::connect::{self, Wires};
use app::settings::Zoho;
use app::sign_in::{self, Granted, SignIn};
use reqwest::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use reqwest::{Client, Response, Url};
use sandbox::{Server, World, credentials, serve};
use sync::progress::Stop;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use transport::{
    Courier, HttpTransport, NetworkSettings, Patience, Secret, SystemClock, SystemRandom, Unmetered,
};
use zoho_crm::{AccessToken, TokenVault};

/// A Zoho, a browser, and what reaches both.
struct Desk {
    world: World,
    server: Server,
    wires: Wires,
    browser: Client,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new(Arc::new(SystemClock::default()), Arc::new(SystemRandom::default()));
        let server = serve(world.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let wires = Wires {
            transport: Arc::new(HttpTransport::new(&NetworkSettings::default()).unwrap()),
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom::default()),
        };
        Self { world, server, wires, browser: Client::builder().no_proxy().build().unwrap() }
    }

    fn settings(&self) -> Zoho {
        let origin = self.server.origin();
        Zoho {
            client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
            accounts_url: format!("{origin}/accounts"),
            upload_url: Some(format!("{origin}/upload")),
            default_owner: None,
        }
    }

    /// A sign-in on a free port that is registered at Zoho.
    async fn begin(&self) -> SignIn {
        let begun = SignIn::begin(&self.settings(), 0).await.unwrap();
        let redirect = begun.redirect_uri.clone();
        self.world.zoho(|zoho| zoho.register_redirect(credentials::ZOHO_CLIENT_ID, &redirect));
        begun
    }

    /// Opens Zoho's page and presses a button; what the browser shows in the end.
    async fn press(&self, url: &str, button: &str) -> Response {
        let page = self.browser.get(url).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let here = page.url().clone();
        let html = page.text().await.unwrap();
        assert!(html.contains(&format!("name=\"answer\" value=\"{button}\"")), "{html}");
        let mut form: Vec<(String, String)> =
            html.split("<input type=\"hidden\" name=\"").skip(1).map(field).collect();
        form.push(("answer".to_owned(), button.to_owned()));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.browser.post(here.join("auth").unwrap());
        request.header("Content-Type", "application/x-www-form-urlencoded").body(body).send().await.unwrap()
    }

    fn client(&self, refresh_token: Secret) -> zoho_crm::Client {
        let settings = self.settings();
        let settings = zoho_crm::Settings {
            client_id: settings.client_id,
            accounts_url: settings.accounts_url,
            upload_url: settings.upload_url,
        };
        let Wires { transport, clock, random } = &self.wires;
        let courier = Courier::new(
            1,
            Patience::default(),
            Arc::clone(transport),
            Arc::new(Unmetered),
            Arc::clone(clock),
            Arc::clone(random),
        );
        let secret = Secret::new(credentials::ZOHO_CLIENT_SECRET);
        zoho_crm::Client::new(settings, secret, refresh_token, courier, Arc::clone(clock), Arc::new(Nowhere))
    }

    async fn exchange(&self, granted: Granted, secret: &str) -> Result<(Zoho, connect::ZohoGrant), AppError> {
        granted.exchange(&self.wires, &self.settings(), &Secret::new(secret)).await
    }
}

/// Keeps no access token.
struct Nowhere;

impl TokenVault for Nowhere {
    fn load(&self) -> Option<AccessToken> {
        None
    }

    fn store(&self, _token: &AccessToken) {}

    fn forget(&self) {}
}

/// Name and value of a hidden field, from behind the quote that opens its name.
fn field(html: &str) -> (String, String) {
    let (name, rest) = html.split_once("\" value=\"").unwrap();
    let value = rest.split_once('"').unwrap().0;
    (
        name.to_owned(),
        value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
    )
}

/// Waits in the background, as the application does.
fn wait(begun: SignIn) -> JoinHandle<Result<Granted, AppError>> {
    tokio::spawn(async move { begun.finish(&Stop::default()).await })
}

/// The way back that the page's address asks for, with other parameters.
fn way_back(url: &str, parameters: &[(&str, &str)]) -> Url {
    let page = Url::parse(url).unwrap();
    let redirect = page.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    let mut back = Url::parse(&redirect).unwrap();
    back.query_pairs_mut().extend_pairs(parameters);
    back
}

fn state(url: &str) -> String {
    let page = Url::parse(url).unwrap();
    page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[test]
fn the_sandbox_has_the_usual_redirect_address_registered() {
    assert_eq!(sign_in::redirect_uri(sign_in::DEFAULT_PORT), credentials::ZOHO_REDIRECT_URI);
}

#[tokio::test]
async fn somebody_agrees_and_zoho_is_connected() {
    let desk = Desk::new().await;
    let begun = desk.begin().await;
    let (url, redirect) = (begun.url.clone(), begun.redirect_uri.clone());
    let waiting = wait(begun);
    let (shown, came) = tokio::join!(desk.press(&url, "accept"), async {
        let granted = waiting.await.unwrap().unwrap();
        assert_eq!(granted.redirect_uri, redirect);
        assert_eq!(granted.strangers, 0);
        desk.exchange(granted, credentials::ZOHO_CLIENT_SECRET).await
    });
    let (settings, mut grant) = came.unwrap();
    assert_eq!(settings, desk.settings());
    let header = |name| shown.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert!(header(CONTENT_SECURITY_POLICY).starts_with("default-src 'none'; "));
    assert_eq!(header(CACHE_CONTROL), "no-store");
    let html = shown.text().await.unwrap();
    assert!(html.contains("Zoho is connected.") && html.contains("You can close this window."), "{html}");
    let secret = Secret::new(credentials::ZOHO_CLIENT_SECRET);
    let org = connect::zoho_org(&desk.wires, &settings, &secret, &mut grant).await.unwrap();
    assert_eq!(org.company_name, "Cronus Sales");

    // And out again: the new refresh token is ended, the one from before is not.
    let ended = desk.client(grant.refresh_token.clone());
    ended.revoke().await.unwrap();
    let refused = ended.org().await.unwrap_err();
    assert_eq!(refused.code(), "zoho_sign_in_invalid_code");
    desk.client(Secret::new(credentials::ZOHO_REFRESH_TOKEN)).org().await.unwrap();
}

#[tokio::test]
async fn the_browser_may_take_localhost_for_either_address() {
    let desk = Desk::new().await;
    for address in [Ipv4Addr::LOCALHOST.into(), std::net::IpAddr::from(Ipv6Addr::LOCALHOST)] {
        if TcpListener::bind((address, 0)).await.is_err() {
            eprintln!("skipped: this computer has no {address}");
            continue;
        }
        let begun = desk.begin().await;
        let url = begun.url.clone();
        let mut back = way_back(&url, &[("state", &state(&url)), ("code", "c")]);
        back.set_ip_host(address).unwrap();
        let waiting = wait(begun);
        let shown = tokio::spawn(desk.browser.get(back).send());
        let granted = waiting.await.unwrap().unwrap();
        assert_eq!(granted.code.reveal(), "c");
        drop(granted);
        let html = shown.await.unwrap().unwrap().text().await.unwrap();
        assert!(html.contains("answer has arrived"), "{html}");
    }
}

#[tokio::test]
async fn somebody_declines_with_and_without_the_state() {
    let desk = Desk::new().await;
    for carries_state in [false, true] {
        desk.world.zoho(|zoho| zoho.switches.denial_carries_state = carries_state);
        let begun = desk.begin().await;
        let url = begun.url.clone();
        let waiting = wait(begun);
        let html = desk.press(&url, "reject").await.text().await.unwrap();
        assert!(html.contains("Zoho is not connected.") && html.contains("declined"), "{html}");
        let error = waiting.await.unwrap().unwrap_err();
        assert_eq!(error.code(), "sign_in_denied");
    }
}

#[tokio::test]
async fn what_is_no_answer_of_zohos_gets_a_page_and_does_not_end_the_wait() {
    let desk = Desk::new().await;
    let begun = desk.begin().await;
    let url = begun.url.clone();
    let waiting = wait(begun);
    let get = async |url: Url| desk.browser.get(url).send().await.unwrap();
    for parameters in [
        &[("state", "0000"), ("code", "forged")][..],
        &[("code", "forged")],
        &[("state", ""), ("error", "access_denied")],
        &[],
    ] {
        let shown = get(way_back(&url, parameters)).await;
        assert_eq!(shown.status(), 400);
        assert!(shown.text().await.unwrap().contains("does not belong to the sign-in"));
    }
    let denial = way_back(&url, &[("error", "access_denied")]);
    let picture = desk.browser.get(denial.clone()).header("Sec-Fetch-Mode", "no-cors").send().await.unwrap();
    assert_eq!(picture.status(), 400, "a picture in a strange page declines nothing");
    assert_eq!(get(denial.join("/favicon.ico").unwrap()).await.status(), 404);
    let posted =
        desk.browser.post(way_back(&url, &[("state", &state(&url))])).body("x").send().await.unwrap();
    assert_eq!((posted.status().as_u16(), posted.headers()[ALLOW].to_str().unwrap()), (405, "GET"));
    let renamed = desk.browser.get(way_back(&url, &[("state", &state(&url)), ("code", "c")]));
    assert_eq!(renamed.header("Host", "evil.example").send().await.unwrap().status(), 404);
    let (_, granted) = tokio::join!(desk.press(&url, "accept"), async {
        let granted = waiting.await.unwrap().unwrap();
        let strangers = granted.strangers;
        granted.connected();
        strangers
    });
    assert_eq!(granted, 5);
}

#[tokio::test]
async fn slow_and_endless_requests_hold_nobody_up() {
    let desk = Desk::new().await;
    let begun = desk.begin().await;
    let url = begun.url.clone();
    let port = way_back(&url, &[]).port().unwrap();
    let waiting = wait(begun);
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut visitor = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        visitor.write_all(b"GET /callback?").await.unwrap();
        slow.push(visitor);
    }
    let mut endless = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    endless.write_all(&[b'a'; 40 << 10]).await.unwrap();
    endless.shutdown().await.unwrap();
    let mut answer = String::new();
    endless.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let (_, granted) = tokio::join!(desk.press(&url, "accept"), async {
        let granted = waiting.await.unwrap().unwrap();
        desk.exchange(granted, credentials::ZOHO_CLIENT_SECRET).await
    });
    granted.unwrap();
    for mut visitor in slow {
        let mut rest = Vec::new();
        // Sent away: the connection ends, in whatever way.
        let _ = visitor.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
    }
}

#[tokio::test]
async fn a_code_works_once_and_the_browser_is_told() {
    let desk = Desk::new().await;
    let begun = desk.begin().await;
    let url = begun.url.clone();
    let waiting = wait(begun);
    let (shown, came) = tokio::join!(desk.press(&url, "accept"), async {
        let granted = waiting.await.unwrap().unwrap();
        let (settings, secret) = (desk.settings(), Secret::new(credentials::ZOHO_CLIENT_SECRET));
        let redirect = Some(granted.redirect_uri.as_str());
        connect::zoho_code(&desk.wires, &settings, &secret, &granted.code, redirect).await.unwrap();
        desk.exchange(granted, credentials::ZOHO_CLIENT_SECRET).await
    });
    assert_eq!(came.err().unwrap().code(), "zoho_sign_in_invalid_code");
    let html = shown.text().await.unwrap();
    assert!(html.contains("Zoho is not connected.") && html.contains("code"), "{html}");
}

#[tokio::test]
async fn a_wrong_client_secret_is_said_in_the_browser_too() {
    let desk = Desk::new().await;
    let begun = desk.begin().await;
    let url = begun.url.clone();
    let waiting = wait(begun);
    let (shown, came) = tokio::join!(desk.press(&url, "accept"), async {
        desk.exchange(waiting.await.unwrap().unwrap(), "mistyped").await
    });
    assert_eq!(came.err().unwrap().code(), "zoho_sign_in_invalid_client_secret");
    let html = shown.text().await.unwrap();
    assert!(html.contains("<p>Sign-in failed: the client secret is wrong.</p>"), "{html}");
    assert!(!html.contains("mistyped"), "{html}");
}

#[tokio::test]
async fn the_code_is_bound_to_the_redirect_address() {
    let desk = Desk::new().await;
    let begun = desk.begin().await;
    let url = begun.url.clone();
    let waiting = wait(begun);
    let (_, came) = tokio::join!(desk.press(&url, "accept"), async {
        let granted = waiting.await.unwrap().unwrap();
        let (settings, secret) = (desk.settings(), Secret::new(credentials::ZOHO_CLIENT_SECRET));
        connect::zoho_code(&desk.wires, &settings, &secret, &granted.code, None).await
    });
    assert_eq!(came.err().unwrap().code(), "zoho_sign_in_invalid_redirect_uri");
}

#[tokio::test]
async fn an_answer_that_names_a_strange_accounts_server_is_refused() {
    let desk = Desk::new().await;
    let begun = desk.begin().await;
    let url = begun.url.clone();
    let back = way_back(
        &url,
        &[
            ("state", &state(&url)),
            ("code", "c"),
            ("accounts-server", "https://accounts.zoho.com.evil.example"),
        ],
    );
    let waiting = wait(begun);
    let html = desk.browser.get(back).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("none of Zoho&#39;s"), "{html}");
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.code(), "sign_in_foreign_accounts_server");
    assert_eq!(desk.world.zoho(|zoho| zoho.counters.calls.get("token").copied()), None);
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let desk = Desk::new().await;
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = SignIn::begin(&desk.settings(), port).await.err().unwrap();
    assert_eq!(error.code(), "sign_in_port_taken");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    assert!(error.cure().contains("self client"), "{}", error.cure());
}

#[tokio::test]
async fn a_port_that_is_taken_for_one_of_the_addresses_is_taken() {
    let Ok(taken) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await else {
        eprintln!("skipped: this computer has no IPv6");
        return;
    };
    let port = taken.local_addr().unwrap().port();
    let desk = Desk::new().await;
    let error = SignIn::begin(&desk.settings(), port).await.err().unwrap();
    assert_eq!(error.code(), "sign_in_port_taken");
}

#[tokio::test]
async fn a_sign_in_that_is_stopped_or_dropped_lets_go_of_the_port() {
    let desk = Desk::new().await;
    let stop = Stop::default();
    stop.ask();
    let begun = desk.begin().await;
    let port = way_back(&begun.url, &[]).port().unwrap();
    let mut visitor = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let error = begun.finish(&stop).await.unwrap_err();
    assert_eq!(error.code(), "sign_in_stopped");
    // The connection ends, in whatever way.
    let _ = visitor.read_to_end(&mut Vec::new()).await;
    let again = SignIn::begin(&desk.settings(), port).await.unwrap();
    let waiting = wait(again);
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    SignIn::begin(&desk.settings(), port).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_longer_than_ten_minutes() {
    let settings = Zoho {
        client_id: "1000.A".to_owned(),
        accounts_url: "https://accounts.zoho.eu".to_owned(),
        upload_url: None,
        default_owner: None,
    };
    let begun = SignIn::begin(&settings, 0).await.unwrap();
    assert!(
        begun.url.starts_with("https://accounts.zoho.eu/oauth/v2/auth?response_type=code&"),
        "{}",
        begun.url
    );
    let redirect = begun.redirect_uri.clone();
    let before = tokio::time::Instant::now();
    let error = begun.finish(&Stop::default()).await.unwrap_err();
    assert_eq!(before.elapsed(), Duration::from_secs(600));
    assert_eq!(error.code(), "sign_in_timed_out");
    assert!(error.cure().contains(&redirect), "{}", error.cure());
}

#[tokio::test]
async fn without_a_client_or_a_usable_server_nothing_begins() {
    let desk = Desk::new().await;
    let nobody = Zoho { client_id: " ".to_owned(), ..desk.settings() };
    assert_eq!(SignIn::begin(&nobody, 0).await.err().unwrap().code(), "sign_in_no_client_id");
    let open = Zoho { accounts_url: "http://accounts.zoho.eu".to_owned(), ..desk.settings() };
    assert_eq!(SignIn::begin(&open, 0).await.err().unwrap().code(), "zoho_address_refused");
}

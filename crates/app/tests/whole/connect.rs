//! The wizard's steps against the simulated services: each wrong answer is said in words, and nothing is stored before the end.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use app::connect::{self, Wires, ZohoGrant};
use app::settings::{BusinessCentral, Zoho};
use app::{AppError, Profile};
use jiff::Timestamp;
use sandbox::zoho::Edition;
use sandbox::{InProcess, ORIGIN, World, credentials};
use sync::flow::Flow;
use transport::{Clock, Random, Secret, SeededRandom, TokioClock};

struct Desk {
    world: World,
    wires: Wires,
}

fn desk() -> Desk {
    let start: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::starting_at(start));
    let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
    let world = World::new(Arc::clone(&clock), Arc::clone(&random));
    Desk { wires: Wires { transport: Arc::new(InProcess(world.clone())), clock, random }, world }
}

fn business_central() -> BusinessCentral {
    BusinessCentral {
        tenant: credentials::TENANT.to_owned(),
        environment: credentials::ENVIRONMENT.to_owned(),
        company: String::new(),
        client_id: credentials::BC_CLIENT_ID.to_owned(),
        login_url: format!("{ORIGIN}/login"),
        api_url: format!("{ORIGIN}/bc"),
        client_secret_expires: None,
    }
}

fn zoho() -> Zoho {
    Zoho {
        client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
        accounts_url: format!("{ORIGIN}/accounts"),
        upload_url: None,
        default_owner: None,
    }
}

fn bc_secret() -> Secret {
    Secret::new(credentials::BC_CLIENT_SECRET)
}

fn zoho_secret() -> Secret {
    Secret::new(credentials::ZOHO_CLIENT_SECRET)
}

fn grant(refresh_token: &str) -> ZohoGrant {
    ZohoGrant { refresh_token: Secret::new(refresh_token), access_token: None }
}

fn code_and_cure(error: &AppError) -> (String, String) {
    (error.code(), error.cure())
}

#[tokio::test(start_paused = true)]
async fn the_companies_to_choose_from_are_the_real_ones() {
    let desk = desk();
    let companies = connect::business_central(&desk.wires, &business_central(), &bc_secret()).await.unwrap();
    let names: Vec<&str> = companies.iter().map(|company| company.name.as_str()).collect();
    assert!(names.contains(&credentials::COMPANY), "{names:?}");
    let chosen = companies.iter().find(|company| company.name == credentials::COMPANY).unwrap();
    assert_eq!(connect::company_setting(chosen, &companies), credentials::COMPANY);
}

#[tokio::test(start_paused = true)]
async fn a_company_whose_name_could_mean_another_is_kept_by_its_id() {
    let desk = desk();
    let companies = connect::business_central(&desk.wires, &business_central(), &bc_secret()).await.unwrap();
    let mut twins = companies.clone();
    twins[1].display_name = companies[0].name.clone();
    assert_eq!(connect::company_setting(&twins[0], &twins), twins[0].id.to_string());
}

#[tokio::test(start_paused = true)]
async fn each_wrong_answer_about_business_central_has_its_own_words_and_cure() {
    let desk = desk();
    let cases = [
        (
            BusinessCentral { tenant: "nobody.example".into(), ..business_central() },
            "bc_sign_in_tenant_not_found",
        ),
        (BusinessCentral { environment: "Nowhere".into(), ..business_central() }, "bc_environment_not_found"),
        (
            BusinessCentral {
                client_id: "00000000-0000-0000-0000-000000000001".into(),
                ..business_central()
            },
            "bc_sign_in_app_not_in_tenant",
        ),
    ];
    for (settings, code) in cases {
        let error = connect::business_central(&desk.wires, &settings, &bc_secret()).await.unwrap_err();
        let (found, cure) = code_and_cure(&error);
        assert_eq!(found, code, "{error}");
        assert!(cure.len() > 20, "{cure}");
    }
    let wrong = Secret::new("not the secret");
    let error = connect::business_central(&desk.wires, &business_central(), &wrong).await.unwrap_err();
    assert_eq!(error.code(), "bc_sign_in_secret_wrong", "{error}");
    assert!(!format!("{error}{error:?}").contains("not the secret"));
    desk.world.bc(|bc| bc.behaviour.app_enabled = false);
    let error = connect::business_central(&desk.wires, &business_central(), &bc_secret()).await.unwrap_err();
    assert_eq!(error.code(), "bc_unauthorized", "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_code_becomes_a_refresh_token_and_its_access_token_is_used_and_kept() {
    let desk = desk();
    let now = desk.wires.clock.now();
    desk.world.zoho(|state| state.grant_code(credentials::ZOHO_CLIENT_ID, "1000.code", None, now));
    let code = Secret::new("1000.code");
    let mut granted = connect::zoho_code(&desk.wires, &zoho(), &zoho_secret(), &code, None).await.unwrap();
    let first = granted.access_token.clone().unwrap();
    let org = connect::zoho_org(&desk.wires, &zoho(), &zoho_secret(), &mut granted).await.unwrap();
    assert_eq!(granted.access_token.unwrap().token.reveal(), first.token.reveal());
    assert_eq!(connect::flows_allowed(&org), Flow::ALL);
    let again = connect::zoho_code(&desk.wires, &zoho(), &zoho_secret(), &code, None).await;
    assert_eq!(again.err().unwrap().code(), "zoho_sign_in_invalid_code");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_somebody_has_is_enough() {
    let desk = desk();
    let mut granted = grant(credentials::ZOHO_REFRESH_TOKEN);
    connect::zoho_org(&desk.wires, &zoho(), &zoho_secret(), &mut granted).await.unwrap();
    assert!(granted.access_token.is_some());
}

#[tokio::test(start_paused = true)]
async fn each_wrong_answer_about_zoho_has_its_own_words_and_cure() {
    let desk = desk();
    let cases = [
        (zoho(), Secret::new("wrong"), credentials::ZOHO_REFRESH_TOKEN, "zoho_sign_in_invalid_client_secret"),
        (
            Zoho { client_id: "1000.OTHER".into(), ..zoho() },
            zoho_secret(),
            credentials::ZOHO_REFRESH_TOKEN,
            "zoho_sign_in_invalid_client",
        ),
        (zoho(), zoho_secret(), "1000.revoked.token", "zoho_sign_in_invalid_code"),
    ];
    for (settings, secret, token, code) in cases {
        let error = connect::zoho_org(&desk.wires, &settings, &secret, &mut grant(token)).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.cure().is_empty());
        assert!(!format!("{error}{error:?}").contains(token));
    }
}

#[tokio::test(start_paused = true)]
async fn the_free_edition_is_refused_with_the_reason() {
    let desk = desk();
    desk.world.zoho(|state| state.set_edition(Edition::Free, false));
    let mut granted = grant(credentials::ZOHO_REFRESH_TOKEN);
    let error = connect::zoho_org(&desk.wires, &zoho(), &zoho_secret(), &mut granted).await.unwrap_err();
    assert!(error.to_string().contains("no custom fields"), "{error}");
    assert!(error.cure().contains("Standard"), "{}", error.cure());
}

#[tokio::test(start_paused = true)]
async fn flows_are_those_that_the_edition_has_modules_for() {
    let desk = desk();
    desk.world.zoho(|state| state.set_edition(Edition::Standard, false));
    let mut granted = grant(credentials::ZOHO_REFRESH_TOKEN);
    let org = connect::zoho_org(&desk.wires, &zoho(), &zoho_secret(), &mut granted).await.unwrap();
    assert_eq!(connect::flows_allowed(&org), [Flow::Customers, Flow::Contacts]);
    assert_eq!(connect::flows("Contacts, customers", &org).unwrap(), [Flow::Customers, Flow::Contacts]);
    for (answer, words) in [
        ("customers, items", "need Zoho CRM Professional"),
        ("contacts", "needs \"customers\""),
        ("custmers", "did you mean \"customers\"?"),
        (" , ", "nothing to copy"),
    ] {
        let said = connect::flows(answer, &org).unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_data_centre_is_known_by_any_of_its_names() {
    for (answer, address) in [
        ("us", "https://accounts.zoho.com"),
        ("EU", "https://accounts.zoho.eu"),
        ("zoho.in", "https://accounts.zoho.in"),
        ("https://crm.zoho.com.au/", "https://accounts.zoho.com.au"),
        ("accounts.zoho.jp", "https://accounts.zoho.jp"),
        ("http://127.0.0.1:4000/accounts", "http://127.0.0.1:4000/accounts"),
    ] {
        assert_eq!(connect::accounts_url(answer).unwrap(), address, "{answer}");
    }
    for answer in ["mars", "https://accounts.zoho.com.evil.example", "http://127.0.0.1.evil.example", ""] {
        let error = connect::accounts_url(answer).unwrap_err();
        assert!(error.cure().contains("us, eu, in"), "{answer}: {}", error.cure());
    }
}

#[test]
fn nothing_but_the_settings_file_is_written_where_the_environment_provides_the_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::at(Some(folder.path().join("profile"))).unwrap();
    let settings = app::Settings {
        business_central: business_central(),
        zoho: zoho(),
        sync: app::settings::Sync::default(),
        flows: std::collections::BTreeMap::new(),
        network: app::settings::Network::default(),
        notifications: app::alerts::Preferences::default(),
        relay: app::settings::Relay::default(),
    };
    let settings = app::Settings {
        business_central: BusinessCentral { company: "C".into(), ..settings.business_central },
        ..settings
    };
    let clock: Arc<dyn Clock> = Arc::new(transport::SystemClock::default());
    connect::keep(&profile, &settings, &[], None, &clock).unwrap();
    assert_eq!(app::Settings::load(&profile.settings()).unwrap(), settings);
    assert_eq!(std::fs::read_dir(profile.folder()).unwrap().count(), 1);
}

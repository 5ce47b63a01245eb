//! What can be wrong with accounts, settings and permissions: each has a stable code, a message that names it, and a cure; nothing is
//! written, and all is well once it is put right.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use sandbox::business_central::schema::Table;
use sandbox::credentials;
use sandbox::faults::{Effect, Fault, FaultBody, Service};
use sandbox::zoho::{Edition, Module};
use sandbox::{BcState, ZohoState};
use sync::flow::Flow;
use sync::report::{Outcome, ReportedError, RunReport};
use sync::store::Store;
use tests::invariants::assert_holds;
use tests::{Choices, Rig, assert_clean, of, outside};

/// A small company whose copy is set up and empty.
async fn company() -> Rig {
    fill(Rig::bare().await)
}

fn fill(rig: Rig) -> Rig {
    rig.customer("C1", "Alpha Ltd");
    rig.item("I1", "Bolt", "1");
    rig.person("P1", "Ann Alpha", "C1");
    rig
}

/// The run could not start: it failed with this code, names what is wrong, and wrote nothing.
fn assert_refused(rig: &Rig, report: &RunReport, code: &str, names: &str) -> ReportedError {
    let error = report.error.clone().unwrap_or_else(|| panic!("{code}: {report:#?}"));
    assert_eq!(error.code, code, "{error:?}");
    assert!(error.message.contains(names), "{names:?} is not in {error:?}");
    assert!(!error.cure.is_empty(), "{error:?}");
    assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
    assert_eq!(report.outcome.exit_code(), 1);
    for secret in [
        credentials::BC_CLIENT_SECRET,
        credentials::ZOHO_CLIENT_SECRET,
        credentials::ZOHO_REFRESH_TOKEN,
        "not-the-secret",
        "not-the-token",
    ] {
        assert!(!format!("{report:?}").contains(secret), "a secret is in the report of {code}");
    }
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 0);
    error
}

/// A run with changed settings or a changed world is refused; with the change taken back it is clean.
async fn refused_until_put_right(spoil: impl FnOnce(&mut Choices), code: &str, names: &str) {
    let rig = company().await;
    let (mut good, mut bad) = (Choices::default(), Choices::default());
    spoil(&mut bad);
    let rig = rig.with(|choices| *choices = bad);
    let report = rig.sync().await;
    assert_refused(&rig, &report, code, names);
    let rig = rig.with(|choices| std::mem::swap(choices, &mut good));
    assert_clean(&rig.sync().await);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_client_secret() {
    refused_until_put_right(
        |to| to.bc_secret = "not-the-secret".to_owned(),
        "bc_sign_in_secret_wrong",
        "secret",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_tenant() {
    refused_until_put_right(
        |to| to.origin.tenant = "elsewhere.example".to_owned(),
        "bc_sign_in_tenant_not_found",
        "enant",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_none() {
    refused_until_put_right(
        |to| to.origin.tenant = "elsewhere".to_owned(),
        "bc_sign_in_tenant_malformed",
        "tenant",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_environment() {
    refused_until_put_right(
        |to| to.origin.environment = "Sandbox-7".to_owned(),
        "bc_environment_not_found",
        "environment",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_company_is_answered_with_those_that_there_are() {
    refused_until_put_right(
        |to| to.origin.company = "Southwind".to_owned(),
        "company_not_found",
        credentials::COMPANY,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_of_nobody() {
    let rig = company().await.with(|choices| choices.refresh_token = "not-the-token".to_owned());
    // A token that is still good is used to its end.
    rig.world.zoho(ZohoState::expire_tokens);
    let report = rig.sync().await;
    assert_refused(&rig, &report, "zoho_sign_in_invalid_code", "refresh token");
}

#[tokio::test(start_paused = true)]
async fn an_expired_client_secret() {
    let rig = company().await;
    rig.world.bc(|bc| bc.behaviour.secret_expired = true);
    let report = rig.sync().await;
    assert_refused(&rig, &report, "bc_sign_in_secret_expired", "expired");
    rig.world.bc(|bc| bc.behaviour.secret_expired = false);
    assert_clean(&rig.sync().await);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_not_enabled_in_business_central() {
    let rig = company().await;
    rig.world.bc(|bc| bc.behaviour.app_enabled = false);
    let report = rig.sync().await;
    let error = assert_refused(&rig, &report, "bc_unauthorized", "does not accept the app");
    assert!(error.cure.contains("Microsoft Entra applications"), "{error:?}");
    rig.world.bc(|bc| bc.behaviour.app_enabled = true);
    assert_clean(&rig.sync().await);
}

#[tokio::test(start_paused = true)]
async fn a_client_of_another_data_centre() {
    let rig = company().await;
    rig.world.zoho(|zoho| {
        // The accounts server of another data centre knows neither the client nor the token.
        *zoho = ZohoState::new();
    });
    let report = rig.sync().await;
    assert_refused(&rig, &report, "zoho_sign_in_invalid_client", "client");
}

#[tokio::test(start_paused = true)]
async fn a_revoked_refresh_token() {
    let rig = company().await;
    rig.world.zoho(ZohoState::revoke_tokens);
    let report = rig.sync().await;
    let error = assert_refused(&rig, &report, "zoho_sign_in_invalid_code", "refresh token");
    assert!(error.cure.to_lowercase().contains("sign in") || error.cure.contains("connect"), "{error:?}");
    rig.world
        .zoho(|zoho| zoho.grant_refresh_token(credentials::ZOHO_CLIENT_ID, credentials::ZOHO_REFRESH_TOKEN));
    assert_clean(&rig.sync().await);
}

#[tokio::test(start_paused = true)]
async fn access_denied_by_the_token_endpoint_ends_the_run_at_once() {
    let mut rig = company().await;
    let mut ended = None;
    for _ in 0..12 {
        rig.world.zoho(ZohoState::expire_tokens);
        rig = rig.restarted();
        let started = rig.clock.monotonic();
        let report = rig.sync().await;
        if let Some(error) = report.error.clone() {
            assert_eq!(rig.clock.monotonic(), started, "it waited");
            ended = Some((error, report.outcome));
            break;
        }
    }
    let (error, outcome) = ended.expect("ten tokens in ten minutes are the limit");
    assert_eq!(error.code, "zoho_sign_in_throttled", "{error:?}");
    assert!(!error.cure.is_empty());
    assert_eq!(outcome, Outcome::Failed);
    rig.pass(std::time::Duration::from_secs(660)).await;
    assert_clean(&rig.sync().await);
}

#[tokio::test(start_paused = true)]
async fn a_profile_without_api_access() {
    let rig = company().await;
    rig.world.zoho(|zoho| zoho.switches.api_access = false);
    let report = rig.sync().await;
    assert_refused(&rig, &report, "zoho_api_access_off", "API access");
    rig.world.zoho(|zoho| zoho.switches.api_access = true);
    assert_clean(&rig.sync().await);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_does_not_cover_what_is_needed() {
    let rig = company().await;
    rig.world.zoho(|zoho| zoho.switches.scope_mismatch = true);
    let report = rig.sync().await;
    assert_refused(&rig, &report, "zoho_scope_mismatch", "cover");
    rig.world.zoho(|zoho| zoho.switches.scope_mismatch = false);
    assert_clean(&rig.sync().await);
}

#[tokio::test(start_paused = true)]
async fn an_org_without_our_fields_is_not_written_to() {
    let (clock, random) = outside();
    let world = sandbox::World::new(clock.clone(), random);
    world.bc(sandbox::seed::bare);
    let rig = fill(Rig::over(world, clock, Choices::default()));
    let report = rig.sync().await;
    let error = assert_refused(&rig, &report, "setup_needed", "Accounts");
    assert!(error.cure.contains("ledgerline setup"), "{error:?}");
    assert_eq!(rig.writes(), 0);
    rig.set_up().await;
    assert_clean(&rig.sync().await);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_standard_org_gets_customers_and_contacts_and_is_told_why_the_rest_stands_still() {
    let rig = company().await;
    rig.world.zoho(|zoho| zoho.set_edition(Edition::Standard, false));
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention, "{report:#?}");
    assert_eq!(report.error, None);
    assert_eq!((of(&report, Flow::Customers).created, of(&report, Flow::Contacts).created), (1, 1));
    let still: Vec<Flow> = report.flow_problems.iter().map(|problem| problem.flow).collect();
    assert_eq!(still, [Flow::Items, Flow::Invoices]);
    for problem in &report.flow_problems {
        assert!(
            problem.message.contains("Standard") && problem.message.contains("Professional"),
            "{problem:?}"
        );
        assert!(problem.cure.contains("edition"), "{problem:?}");
        assert!(!problem.code.is_empty());
    }
    assert_eq!(rig.zoho_records(Module::Products).len(), 1, "the placeholder of set-up and nothing else");
    // Upgraded, the flows go on by themselves, and nothing stands still any more.
    rig.world.zoho(|zoho| zoho.set_edition(Edition::Professional, false));
    let rig = rig.restarted();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(report.flow_problems, []);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_free_org_cannot_hold_our_fields_and_says_so() {
    let (clock, random) = outside();
    let world = sandbox::World::new(clock.clone(), random);
    world.bc(sandbox::seed::bare);
    world.zoho(|zoho| zoho.set_edition(Edition::Free, false));
    let rig = fill(Rig::over(world, clock, Choices::default()));
    let report = rig.sync().await;
    let error = assert_refused(&rig, &report, "custom_fields_not_available", "Free");
    assert!(error.cure.contains("Standard"), "{error:?}");
    assert_eq!(rig.writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn another_org_behind_the_same_settings_is_refused() {
    let rig = company().await;
    assert_clean(&rig.sync().await);
    rig.world.zoho(|zoho| zoho.set_zgid("60000000001"));
    let rig = rig.restarted();
    let writes = rig.writes();
    let report = rig.sync().await;
    assert_eq!(report.error.expect("it is refused").code, "other_company_or_org");
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn another_company_or_environment_behind_the_same_profile_is_refused() {
    let rig = company().await;
    assert_clean(&rig.sync().await);
    let name = rig.world.bc(|bc| {
        let id = bc.new_id();
        bc.companies.push(sandbox::business_central::Company {
            id,
            name: "Southwind".to_owned(),
            display_name: String::new(),
        });
        "Southwind".to_owned()
    });
    let rig = rig.with(|choices| choices.origin.company = name);
    let writes = rig.writes();
    let report = rig.sync().await;
    let error = report.error.expect("it is refused");
    assert_eq!(error.code, "other_company_or_org");
    assert!(error.message.contains("company was") && !error.cure.is_empty(), "{error:?}");
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_refused_in_words_ends_the_run_and_deletes_nothing() {
    let rig = company().await;
    assert_clean(&rig.sync().await);
    rig.world.bc(|bc: &mut BcState| bc.behaviour.forbidden.insert(Table::Customers));
    let rig = rig.restarted();
    let writes = rig.writes();
    let report = rig.full().await;
    let error = report.error.expect("it cannot read");
    assert_eq!(error.code, "bc_permission", "{error:?}");
    assert!(error.message.contains("customers") && error.cure.contains("D365 READ"), "{error:?}");
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_server_that_is_down_is_no_wrong_password() {
    for (service, code) in
        [(Service::Login, "bc_sign_in_unavailable"), (Service::Accounts, "zoho_sign_in_unavailable")]
    {
        let rig = company().await;
        rig.world.zoho(ZohoState::expire_tokens);
        let down = Effect::Status { code: 503, retry_after: None, body: FaultBody::Html };
        rig.world.faults(|faults| faults.add(Fault::once(service, "", down).times(1_000_000)));
        let report = rig.sync().await;
        assert_refused(&rig, &report, code, "");
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerline.db");
    drop(Store::open(&path).unwrap());
    let mut bytes = fs::read(&path).unwrap();
    // SQLite keeps `user_version` big-endian at offset 60 of the header.
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    for opened in [Store::open(&path), Store::open_read_only(&path)] {
        let Err(error) = opened else { panic!("it was opened") };
        assert_eq!(error.code(), "database_too_new");
        assert!(error.to_string().contains("9999") && error.to_string().contains("ledgerline.db"), "{error}");
        assert!(!error.cure().is_empty());
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

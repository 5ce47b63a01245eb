//! Forgetting a connection. The tests with a real keychain run only when `LEDGERLINE_TEST_KEYCHAIN=1`.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use app::connect::Wires;
use app::forget::{self, AtZoho};
use app::secrets::{Keychain, SecretName};
use app::settings::Zoho;
use app::{AppError, Profile};
use sandbox::{InProcess, ORIGIN, World, credentials};
use transport::{Clock, Random, Secret, SeededRandom, TokioClock};

struct Desk {
    world: World,
    wires: Wires,
    profile: Profile,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().to_path_buf())).unwrap();
        let start = "2026-03-02T08:00:00Z".parse().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(TokioClock::starting_at(start));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
        let world = World::new(Arc::clone(&clock), Arc::clone(&random));
        let wires = Wires { transport: Arc::new(InProcess(world.clone())), clock, random };
        Self { world, wires, profile, _folder: folder }
    }

    async fn forget_zoho(&self, variables: &[&str]) -> Result<forget::ForgottenZoho, AppError> {
        let set = |name: &str| variables.contains(&name).then(|| "set".to_owned());
        let settings = Zoho {
            client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
            accounts_url: format!("{ORIGIN}/accounts"),
            upload_url: None,
            default_owner: None,
        };
        forget::forget_zoho(&self.profile, &settings, &self.wires, &set).await
    }

    fn revocations(&self) -> u64 {
        self.world.zoho(|zoho| zoho.counters.calls.get("revoke").copied().unwrap_or_default())
    }

    /// The profile's keychain with every secret in it; `None` where the test is not asked for.
    fn keychain(&self, test: &str) -> Option<Keychain> {
        if std::env::var("LEDGERLINE_TEST_KEYCHAIN").as_deref() != Ok("1") {
            eprintln!(
                "skipped: {test} needs a keychain; set LEDGERLINE_TEST_KEYCHAIN=1 to use this computer's"
            );
            return None;
        }
        let keychain = Keychain::of_profile(&self.profile.folder().display().to_string());
        for (name, secret) in [
            (SecretName::BusinessCentralClientSecret, credentials::BC_CLIENT_SECRET),
            (SecretName::ZohoClientSecret, credentials::ZOHO_CLIENT_SECRET),
            (SecretName::ZohoRefreshToken, credentials::ZOHO_REFRESH_TOKEN),
            (SecretName::ZohoAccessToken, "2999-01-01T00:00:00Z\nhttps://www.zohoapis.eu\n1000.a"),
        ] {
            keychain.set(name, &Secret::new(secret)).unwrap();
        }
        Some(keychain)
    }
}

const CLIENT: &str = "LEDGERLINE_ZOHO_CLIENT_SECRET";
const TOKEN: &str = "LEDGERLINE_ZOHO_REFRESH_TOKEN";

fn stored(keychain: &Keychain) -> Vec<SecretName> {
    let all = SecretName::PROVIDED.into_iter().chain([SecretName::ZohoAccessToken]);
    all.filter(|name| keychain.get(*name).unwrap().is_some()).collect()
}

#[tokio::test]
async fn secrets_of_the_environment_are_not_forgotten_and_their_variables_are_named() {
    let desk = Desk::new();
    let error = desk.forget_zoho(&[CLIENT, TOKEN]).await.unwrap_err();
    assert_eq!(error.code(), "secret_in_environment");
    assert!(error.to_string().contains(CLIENT) && error.cure().contains(TOKEN), "{error} {}", error.cure());
    assert_eq!(desk.revocations(), 0);
    let name = "LEDGERLINE_BC_CLIENT_SECRET";
    let set = |asked: &str| (asked == name).then(|| "set".to_owned());
    let error = forget::forget_business_central(&desk.profile, &set).unwrap_err();
    assert_eq!(error.code(), "secret_in_environment");
    assert!(error.to_string().contains(name), "{error}");
}

#[tokio::test]
async fn zoho_is_forgotten_here_and_there_and_business_central_stays() {
    let desk = Desk::new();
    let test = "zoho_is_forgotten_here_and_there_and_business_central_stays";
    let Some(keychain) = desk.keychain(test) else { return };
    std::fs::write(desk.profile.sealed().token, "old").unwrap();
    let forgotten = desk.forget_zoho(&[]).await.unwrap();
    assert_eq!((forgotten.at_zoho, desk.revocations()), (AtZoho::Revoked, 1));
    assert_eq!(stored(&keychain), [SecretName::BusinessCentralClientSecret]);
    assert!(!desk.profile.sealed().token.exists());
    let again = desk.forget_zoho(&[]).await.unwrap();
    assert_eq!((again.at_zoho, desk.revocations()), (AtZoho::NoneStored, 1));
    forget::forget_business_central(&desk.profile, &|_| None).unwrap();
    assert_eq!(stored(&keychain), []);
}

#[tokio::test]
async fn what_the_keychain_holds_is_forgotten_beside_what_the_environment_holds() {
    let desk = Desk::new();
    let test = "what_the_keychain_holds_is_forgotten_beside_what_the_environment_holds";
    let Some(keychain) = desk.keychain(test) else { return };
    let forgotten = desk.forget_zoho(&[TOKEN]).await.unwrap();
    assert_eq!((&forgotten.at_zoho, desk.revocations()), (&AtZoho::InEnvironment, 0));
    assert_eq!(forgotten.still_set, [TOKEN]);
    let stays = [SecretName::BusinessCentralClientSecret, SecretName::ZohoRefreshToken];
    assert_eq!(stored(&keychain), stays);
    for name in stays {
        keychain.remove(name).unwrap();
    }
}

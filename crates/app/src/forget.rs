//! Forgetting a connection: Zoho's token is revoked, and the secrets leave the keychain. Settings and database stay.
//!
//! Secrets that stand in the environment are somebody else's to remove: this program can neither unset them nor keep others from
//! setting them again, and says so.

use std::sync::Arc;

use transport::Secret;
use zoho_crm::{ErrorKind, SignInProblem};

use crate::connect::{self, Wires};
use crate::error::ShownError;
use crate::secrets::{self, Environment, Keychain, SecretError, SecretName};
use crate::settings::Zoho;
use crate::{AppError, Profile};

/// What became of the refresh token at Zoho.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtZoho {
    /// It is revoked: whoever has a copy has nothing any more.
    Revoked,
    /// It was not valid any more.
    WasInvalid,
    /// None was stored.
    NoneStored,
    /// It stands in the environment, and was left as it is.
    InEnvironment,
    /// It could not be revoked and may still be good; a copy of it is on this computer no longer.
    NotRevoked(ShownError),
}

/// What was done to forget Zoho.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgottenZoho {
    /// What became of the refresh token.
    pub at_zoho: AtZoho,
    /// Environment variables that still hold a secret of the connection.
    pub still_set: Vec<&'static str>,
    /// Where the user can end what could not be revoked.
    accounts_url: String,
}

impl ForgottenZoho {
    /// Whether Zoho takes the token no longer; `None` where there was none to revoke.
    #[must_use]
    pub fn revoked(&self) -> Option<bool> {
        match self.at_zoho {
            AtZoho::Revoked | AtZoho::WasInvalid => Some(true),
            AtZoho::NoneStored => None,
            AtZoho::InEnvironment | AtZoho::NotRevoked(_) => Some(false),
        }
    }

    /// What was done, in sentences.
    #[must_use]
    pub fn words(&self) -> String {
        let removed = "Zoho's secrets were removed from this computer's keychain.";
        let at_zoho = match &self.at_zoho {
            AtZoho::Revoked => "The sign-in was ended at Zoho too.".to_owned(),
            AtZoho::WasInvalid => "Zoho had ended the sign-in before.".to_owned(),
            AtZoho::NoneStored => "There was no sign-in to end at Zoho.".to_owned(),
            AtZoho::InEnvironment => "The refresh token in the environment was not revoked.".to_owned(),
            AtZoho::NotRevoked(error) => format!(
                "The sign-in could not be ended at Zoho, and is good until it is ended there: sign in at {} and remove Ledgerline's client from \
                 the connected apps, or delete the client in the API console. (What happened: {})",
                self.accounts_url, error.message
            ),
        };
        let still_set = match self.still_set.as_slice() {
            [] => String::new(),
            names => {
                format!(" Set in the environment, where Ledgerline cannot remove it: {}.", names.join(", "))
            }
        };
        format!("{removed} {at_zoho}{still_set}")
    }
}

/// Revokes Zoho's refresh token as well as it can, and removes every secret of the connection from the keychain.
///
/// # Errors
/// When all of them stand in the environment, so that nothing can be forgotten, or the keychain cannot be used.
pub fn forget_zoho(
    profile: &Profile,
    settings: &Zoho,
    wires: &Wires,
    environment: Environment<'_>,
) -> impl Future<Output = Result<ForgottenZoho, AppError>> {
    // Read before the first wait, so that the future can go to another thread whatever the environment is.
    let [client_secret, refresh_token] = [SecretName::ZohoClientSecret, SecretName::ZohoRefreshToken]
        .map(|name| (name, secrets::from_environment(environment, name)));
    let keychain = keychain(profile);
    let sealed = profile.sealed().token;
    async move {
        let still_set = set_in(&[&client_secret, &refresh_token]);
        if still_set.len() == 2 {
            return Err(SecretError::InEnvironment(still_set).into());
        }
        let (own_client, own_token) = (client_secret.1.is_none(), refresh_token.1.is_none());
        let stored = within(&keychain, move |keychain| {
            let stored = |name| keychain.get(name).map(|found| found.unwrap_or_else(|| Secret::new("")));
            Ok((stored(SecretName::ZohoClientSecret)?, stored(SecretName::ZohoRefreshToken)?))
        });
        let (stored_client, stored_token) = stored.await?;
        let at_zoho = match refresh_token.1 {
            Some(_) => AtZoho::InEnvironment,
            None => revoke(wires, settings, client_secret.1.unwrap_or(stored_client), stored_token).await,
        };
        let removed = within(&keychain, move |keychain| {
            let mut names = vec![SecretName::ZohoAccessToken];
            names.extend(own_client.then_some(SecretName::ZohoClientSecret));
            names.extend(own_token.then_some(SecretName::ZohoRefreshToken));
            names.into_iter().try_for_each(|name| keychain.remove(name))?;
            match std::fs::remove_file(&sealed) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "the sealed token could not be removed");
                }
                Ok(()) | Err(_) => {}
            }
            Ok(())
        });
        removed.await?;
        Ok(ForgottenZoho { at_zoho, still_set, accounts_url: settings.accounts_url.clone() })
    }
}

/// Removes the secret of the Entra app from the keychain. Says what was done, in words.
///
/// # Errors
/// When it stands in the environment, so that it cannot be forgotten, or the keychain cannot be used.
pub fn forget_business_central(profile: &Profile, environment: Environment<'_>) -> Result<String, AppError> {
    let name = SecretName::BusinessCentralClientSecret;
    let set = set_in(&[&(name, secrets::from_environment(environment, name))]);
    if !set.is_empty() {
        return Err(SecretError::InEnvironment(set).into());
    }
    keychain(profile).remove(name)?;
    Ok("The client secret of the Entra app was removed from this computer's keychain. At Microsoft it stays good until it expires or is \
        deleted in the Microsoft Entra admin center."
        .to_owned())
}

fn keychain(profile: &Profile) -> Keychain {
    Keychain::of_profile(&profile.folder().display().to_string())
}

/// The variables that hold these secrets.
fn set_in(secrets: &[&(SecretName, Option<Secret>)]) -> Vec<&'static str> {
    secrets.iter().filter(|(_, found)| found.is_some()).filter_map(|(name, _)| name.variable()).collect()
}

/// Works with the keychain where waiting for it holds nothing up: it may ask the user to unlock it.
async fn within<T: Send + 'static>(
    keychain: &Keychain,
    work: impl FnOnce(&Keychain) -> Result<T, SecretError> + Send + 'static,
) -> Result<T, SecretError> {
    let keychain = keychain.clone();
    tokio::task::spawn_blocking(move || work(&keychain))
        .await
        .unwrap_or_else(|error| Err(SecretError::NoKeychain(error.to_string())))
}

async fn revoke(wires: &Wires, settings: &Zoho, client_secret: Secret, refresh_token: Secret) -> AtZoho {
    if refresh_token.is_empty() {
        return AtZoho::NoneStored;
    }
    let vault = Arc::new(connect::Held::default());
    match connect::zoho_client(wires, settings, client_secret, refresh_token, vault).revoke().await {
        Ok(()) => AtZoho::Revoked,
        Err(error) if error.kind == ErrorKind::SignIn(SignInProblem::InvalidCode) => AtZoho::WasInvalid,
        Err(error) => {
            tracing::warn!(%error, "Zoho's refresh token could not be revoked");
            AtZoho::NotRevoked(AppError::from(error).shown())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sandbox::faults::{Effect, Fault, Service};
    use sandbox::{InProcess, ORIGIN, World, credentials};
    use transport::{Clock, Random, Secret, SeededRandom, TokioClock};

    use super::{AtZoho, ForgottenZoho, revoke};
    use crate::connect::{self, Wires, ZohoGrant};
    use crate::error::ShownError;
    use crate::settings::Zoho;

    fn desk() -> (World, Wires, Zoho) {
        let clock: Arc<dyn Clock> =
            Arc::new(TokioClock::starting_at("2026-03-02T08:00:00Z".parse().unwrap()));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
        let world = World::new(Arc::clone(&clock), Arc::clone(&random));
        let wires = Wires { transport: Arc::new(InProcess(world.clone())), clock, random };
        let settings = Zoho {
            client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
            accounts_url: format!("{ORIGIN}/accounts"),
            upload_url: None,
            default_owner: None,
        };
        (world, wires, settings)
    }

    fn secret() -> Secret {
        Secret::new(credentials::ZOHO_CLIENT_SECRET)
    }

    fn token() -> Secret {
        Secret::new(credentials::ZOHO_REFRESH_TOKEN)
    }

    #[tokio::test(start_paused = true)]
    async fn the_token_is_good_no_longer_whichever_way_zoho_has() {
        for newer in [false, true] {
            let (world, wires, settings) = desk();
            world.zoho(|zoho| zoho.switches.revoke_in_newer_way = newer);
            assert_eq!(revoke(&wires, &settings, secret(), token()).await, AtZoho::Revoked, "{newer}");
            let mut grant = ZohoGrant { refresh_token: token(), access_token: None };
            let error = connect::zoho_org(&wires, &settings, &secret(), &mut grant).await.unwrap_err();
            assert_eq!(error.code(), "zoho_sign_in_invalid_code");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_was_ended_before_needs_no_revoking() {
        let (world, wires, settings) = desk();
        world.zoho(sandbox::ZohoState::revoke_tokens);
        assert_eq!(revoke(&wires, &settings, secret(), token()).await, AtZoho::WasInvalid);
        assert_eq!(revoke(&wires, &settings, secret(), Secret::new("")).await, AtZoho::NoneStored);
    }

    #[tokio::test(start_paused = true)]
    async fn a_zoho_that_does_not_answer_is_said() {
        let (world, wires, settings) = desk();
        world.faults(|faults| {
            faults.add(Fault::once(Service::Accounts, "", Effect::ResetBefore).times(u32::MAX));
        });
        let AtZoho::NotRevoked(error) = revoke(&wires, &settings, secret(), token()).await else {
            unreachable!("nothing answers");
        };
        assert_eq!(error.code, "zoho_unreachable");
        assert!(!error.message.contains(credentials::ZOHO_REFRESH_TOKEN), "{}", error.message);
    }

    #[test]
    fn what_was_done_is_said_and_nothing_more() {
        let error = ShownError { code: "c".into(), message: "no network".into(), cure: "wait".into() };
        let table = [
            (AtZoho::Revoked, vec![], Some(true), "ended at Zoho too."),
            (AtZoho::WasInvalid, vec![], Some(true), "had ended the sign-in before."),
            (AtZoho::NoneStored, vec![], None, "no sign-in to end"),
            (AtZoho::NotRevoked(error), vec![], Some(false), "accounts.zoho.eu"),
            (AtZoho::InEnvironment, vec!["LEDGERLINE_X"], Some(false), "cannot remove it: LEDGERLINE_X."),
        ];
        for (at_zoho, still_set, revoked, part) in table {
            let accounts_url = "https://accounts.zoho.eu".to_owned();
            let forgotten = ForgottenZoho { at_zoho, still_set, accounts_url };
            let words = forgotten.words();
            assert_eq!(forgotten.revoked(), revoked, "{words}");
            assert!(words.contains(part), "{words}");
        }
    }
}

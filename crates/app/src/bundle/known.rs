//! What is known to be private on this computer: secrets, names, the home folder.

use std::path::Path;

use business_central::BcId;
use sync::store::{Store, binding};
use transport::Secret;

use super::redaction::{Private, Redactor};
use crate::profile::Profile;
use crate::secrets::{Environment, Keychain, RELAY, SealedText, SecretName, from_environment};
use crate::settings::Settings;
use crate::webhooks::Access;

/// A redactor that knows everything that can be found out. Returns as well what could not, in words.
pub(super) fn redactor(
    profile: &Profile,
    environment: Environment<'_>,
    settings: Option<&Settings>,
    store: Option<&Store>,
) -> (Redactor, Option<String>) {
    let mut redactor = Redactor::default();
    let complaint = secrets(&mut redactor, profile, environment);
    for variable in ["HOME", "USERPROFILE"] {
        if let Some(folder) = environment(variable) {
            // A home at the root would be every path.
            if Path::new(&folder).components().count() > 2 {
                redactor.knows(Private::HomeFolder, &folder);
            }
        }
    }
    for variable in ["USER", "LOGNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME"] {
        if let Some(name) = environment(variable) {
            redactor.knows(Private::UserName, &name);
        }
    }
    // Every computer calls itself localhost, and addresses of the demo do.
    let host = std::fs::read_to_string("/etc/hostname").ok();
    if let Some(name) = host.filter(|name| name.trim() != "localhost") {
        redactor.knows(Private::UserName, &name);
    }
    if let Some(settings) = settings {
        company(&mut redactor, &settings.business_central.tenant);
        company(&mut redactor, &settings.business_central.company);
        redactor.knows(Private::ZohoId, &settings.zoho.client_id);
    }
    let bound = store.and_then(|store| store.read(binding::get).ok().flatten());
    if let Some(bound) = bound {
        company(&mut redactor, &bound.tenant);
        company(&mut redactor, &bound.company_name);
        redactor.knows(Private::ZohoId, &bound.zgid);
    }
    (redactor, complaint)
}

/// A company or a tenant; one that is given by its GUID is found by its looks, as every GUID.
fn company(redactor: &mut Redactor, name: &str) {
    if name.parse::<BcId>().is_err() {
        redactor.knows(Private::CompanyName, name);
    }
}

/// Every secret that can be had. With all three in the environment the keychain is not opened, as everywhere.
fn secrets(redactor: &mut Redactor, profile: &Profile, environment: Environment<'_>) -> Option<String> {
    let provided = SecretName::PROVIDED.map(|name| from_environment(environment, name));
    provided.iter().flatten().for_each(|secret| redactor.knows(Private::Secret, secret.reveal()));
    if let [Some(_), Some(client), Some(refresh)] = &provided {
        if let Some(kept) = SealedText::new(profile.sealed().relay, RELAY, client, refresh).load() {
            mailbox(redactor, &kept);
        }
        return None;
    }
    let keychain = Keychain::of_profile(&profile.folder().display().to_string());
    let kept = [SecretName::ZohoAccessToken, SecretName::RelayMailbox];
    for name in SecretName::PROVIDED.into_iter().chain(kept) {
        match keychain.get(name) {
            Ok(Some(secret)) if name == SecretName::RelayMailbox => mailbox(redactor, &secret),
            Ok(Some(secret)) => {
                secret.reveal().lines().for_each(|line| redactor.knows(Private::Secret, line));
            }
            Ok(None) => {}
            Err(error) => return Some(error.to_string()),
        }
    }
    None
}

/// Everything about the relay's mailbox that opens something.
fn mailbox(redactor: &mut Redactor, kept: &Secret) {
    let Some(access) = Access::from_secret(kept) else { return };
    let hooks = [&access.hooks.business_central, &access.hooks.zoho];
    let words = [&access.read_token, &access.business_central_word, &access.zoho_word];
    for hidden in hooks.into_iter().chain(words) {
        redactor.knows(Private::Secret, hidden.reveal());
    }
}

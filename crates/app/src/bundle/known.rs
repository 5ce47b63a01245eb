//! What is known to be private on this computer: secrets, names, the home folder.

use std::path::Path;

use business_central::BcId;
use sync::store::{Store, binding};

use super::redaction::{Private, Redactor};
use crate::profile::Profile;
use crate::secrets::{Environment, Keychain, SecretName, from_environment};
use crate::settings::Settings;

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
    let mut missing = false;
    for name in SecretName::PROVIDED {
        match from_environment(environment, name) {
            Some(secret) => redactor.knows(Private::Secret, secret.reveal()),
            None => missing = true,
        }
    }
    if !missing {
        return None;
    }
    let keychain = Keychain::of_profile(&profile.folder().display().to_string());
    for name in SecretName::PROVIDED.into_iter().chain([SecretName::ZohoAccessToken]) {
        match keychain.get(name) {
            Ok(Some(secret)) => {
                secret.reveal().lines().for_each(|line| redactor.knows(Private::Secret, line));
            }
            Ok(None) => {}
            Err(error) => return Some(error.to_string()),
        }
    }
    None
}

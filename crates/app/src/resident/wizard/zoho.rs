//! The second step: the Zoho client, and the sign-in in the browser or with a code.

use std::sync::Arc;

use sync::flow::Flow;
use sync::progress::Stop;
use transport::Secret;
use zoho_crm::{AccessToken, Org, TokenVault as _};

use super::{Inner, Wizard, business_central, change, is_stored, keychain, store, view, wires};
use crate::connect::{self, ZohoGrant};
use crate::resident::engine_room;
use crate::secrets::{self, SecretName};
use crate::settings::{Network, Settings, Sync, Zoho};
use crate::sign_in::{self, SignIn};
use crate::window::schema::Failure;
use crate::window::wizard::{OrgFound, StepName, ZohoAnswers, ZohoCode};

/// Notes data centre and client; the secret is kept.
pub(in crate::resident) fn note_client(inner: &Inner, answers: &ZohoAnswers) -> Result<Wizard, Failure> {
    let accounts_url = connect::accounts_url(&answers.data_centre)
        .map_err(|error| Failure::from(error).at("data_centre"))?;
    let client_id = answers.client_id.trim();
    if client_id.is_empty() {
        return Err(Failure::of_field(
            "client_id",
            "the client id is missing",
            "Copy it from the client's page in Zoho's API console.",
        ));
    }
    let typed = Secret::new(answers.client_secret.trim());
    if !typed.reveal().is_empty() {
        store(inner, SecretName::ZohoClientSecret, &typed)?;
    } else if is_stored(inner, SecretName::ZohoClientSecret).is_none() {
        return Err(Failure::of_field(
            "client_secret",
            "the client secret is missing",
            "Copy it from the client's page in Zoho's API console.",
        ));
    }
    change(inner, |draft| {
        draft.accounts_url = accounts_url;
        client_id.clone_into(&mut draft.zoho_client_id);
    })?;
    Ok(view(inner))
}

/// Signs in with a self client's code.
pub(in crate::resident) async fn with_code(inner: &Arc<Inner>, answer: &ZohoCode) -> Result<Wizard, Failure> {
    let code = Secret::new(answer.code.trim());
    if code.reveal().is_empty() {
        return Err(Failure::of_field(
            "code",
            "the code is missing",
            "Paste the code that the self client's tab \"Generate Code\" shows.",
        ));
    }
    let (settings, secret) = client(inner)?;
    let grant = connect::zoho_code(&wires(inner)?, &settings, &secret, &code, None)
        .await
        .map_err(|error| at_its_field(Failure::from(error)))?;
    signed_in(inner, settings, &secret, grant).await?;
    Ok(view(inner))
}

/// Signs in in the system's browser.
pub(in crate::resident) async fn sign_in(inner: &Arc<Inner>, stop: &Stop) -> Result<(), Failure> {
    let (settings, secret) = client(inner)?;
    let begun = SignIn::begin(&settings, sign_in::DEFAULT_PORT).await?;
    inner.outside.hands.open(&begun.url).map_err(|reason| Failure {
        code: "no_browser".to_owned(),
        message: format!("the browser could not be opened: {reason}"),
        cure: "Set a default browser in the system's settings, or sign in with a self client's code."
            .to_owned(),
        field: None,
    })?;
    let granted = match begun.finish(stop).await {
        // Who cancelled it knows that.
        Err(_) if stop.asked() => return Ok(()),
        granted => granted?,
    };
    // The data centre is the one where the account lives, whatever was chosen.
    let (there, grant) = granted
        .exchange(&wires(inner)?, &settings, &secret)
        .await
        .map_err(|error| at_its_field(Failure::from(error)))?;
    change(inner, |draft| draft.accounts_url.clone_from(&there.accounts_url))?;
    signed_in(inner, there, &secret, grant).await
}

/// The client as it was noted, and its secret.
fn client(inner: &Inner) -> Result<(Zoho, Secret), Failure> {
    let draft = inner.shared().draft.clone();
    let secret = is_stored(inner, SecretName::ZohoClientSecret);
    let (Some(secret), false) = (secret, draft.zoho_client_id.is_empty()) else {
        return Err(Failure::of_field(
            "client_id",
            "the Zoho client is not noted yet",
            "Enter data centre, client id and client secret first.",
        ));
    };
    let old = Settings::load(&inner.profile.settings()).ok().map(|settings| settings.zoho);
    // An upload server of its own has only an address that was typed into the settings file.
    let same_centre = old.as_ref().filter(|old| old.accounts_url == draft.accounts_url);
    let upload_url = same_centre.and_then(|old| old.upload_url.clone());
    let settings = Zoho {
        client_id: draft.zoho_client_id,
        accounts_url: draft.accounts_url,
        upload_url,
        default_owner: old.and_then(|old| old.default_owner),
    };
    Ok((settings, secret))
}

/// Reads the org, keeps the tokens, and opens the profile.
async fn signed_in(
    inner: &Arc<Inner>,
    settings: Zoho,
    secret: &Secret,
    mut grant: ZohoGrant,
) -> Result<(), Failure> {
    let org = connect::zoho_org(&wires(inner)?, &settings, secret, &mut grant).await?;
    if let Some(bound) = connect::bound(&inner.profile)?
        && bound.zgid != org.zgid
    {
        return Err(Failure {
            code: "other_company_or_org".to_owned(),
            message: format!(
                "this profile copies into the Zoho org {} already, and this is {} ({})",
                bound.zgid, org.company_name, org.zgid
            ),
            cure: "Sign in as a user of that org. For another org start Ledgerline with another profile folder (--profile)."
                .to_owned(),
            field: None,
        });
    }
    store(inner, SecretName::ZohoRefreshToken, &grant.refresh_token)?;
    keep_access_token(inner, grant.access_token.as_ref());
    keep_settings(inner, settings, &org)?;
    let found = found(&org);
    change(inner, |draft| {
        draft.org = Some(found);
        draft.reach(StepName::Flows);
        if draft.step < StepName::Flows {
            draft.step = StepName::Zoho;
        }
    })?;
    engine_room::reopen(inner);
    Ok(())
}

/// Zoho gives ten access tokens in ten minutes: the one that came with the sign-in is used, not asked for again.
fn keep_access_token(inner: &Inner, token: Option<&AccessToken>) {
    if secrets::from_environment(&*inner.outside.environment, SecretName::ZohoRefreshToken).is_some() {
        return;
    }
    let vault = keychain(inner).token_vault(Arc::clone(&inner.outside.clock));
    match token {
        Some(token) => vault.store(token),
        None => vault.forget(),
    }
}

fn keep_settings(inner: &Inner, zoho: Zoho, org: &Org) -> Result<(), Failure> {
    let draft = inner.shared().draft.clone();
    let Some(company) = draft.company.clone() else {
        return Err(Failure {
            code: "not_connected".to_owned(),
            message: "the company in Business Central is not chosen yet".to_owned(),
            cure: "Go back to the first step and choose it.".to_owned(),
            field: None,
        });
    };
    let business_central = business_central::of_draft(&draft, &company);
    let path = inner.profile.settings();
    let allowed = connect::flows_allowed(org);
    let usual = Flow::BY_DEFAULT.into_iter().filter(|flow| allowed.contains(flow)).collect();
    let settings = match Settings::load(&path) {
        Ok(mut old) => {
            old.sync.flows.retain(|flow| allowed.contains(flow));
            if old.sync.flows.is_empty() {
                old.sync.flows = usual;
            }
            Settings { business_central, zoho, ..old }
        }
        Err(crate::settings::SettingsError::Absent { .. }) => Settings {
            business_central,
            zoho,
            sync: Sync { flows: usual, ..Sync::default() },
            flows: std::collections::BTreeMap::new(),
            network: Network::default(),
            notifications: crate::alerts::Preferences::default(),
            relay: crate::settings::Relay::default(),
        },
        Err(error) => return Err(error.into()),
    };
    Ok(settings.save(&path)?)
}

fn found(org: &Org) -> OrgFound {
    OrgFound {
        name: org.company_name.clone(),
        zgid: org.zgid.clone(),
        edition: org.edition.name().to_owned(),
        daily_credits: org.edition.daily_credits(org.users),
        users: org.users,
        flows_allowed: connect::flows_allowed(org).into_iter().map(Into::into).collect(),
    }
}

/// The answer that a refusal is about.
fn at_its_field(failure: Failure) -> Failure {
    let field = match failure.code.as_str() {
        "zoho_sign_in_invalid_code" => "code",
        "zoho_sign_in_invalid_client" => "client_id",
        "zoho_sign_in_invalid_client_secret" => "client_secret",
        _ => return failure,
    };
    failure.at(field)
}

/// After the connection was forgotten, somebody has to sign in again.
pub(in crate::resident) fn signed_out(inner: &Inner) -> Result<(), Failure> {
    change(inner, |draft| draft.org = None)
}

/// The API console of the chosen data centre lies beside its accounts server.
pub(in crate::resident) fn console(inner: &Inner) -> String {
    let accounts_url = inner.shared().draft.accounts_url.clone();
    match connect::data_centre(&accounts_url) {
        Some(_) => accounts_url.replacen("://accounts.", "://api-console.", 1),
        None => "https://api-console.zoho.com".to_owned(),
    }
}

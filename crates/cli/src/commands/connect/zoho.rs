//! The questions about Zoho CRM.

use app::AppError;
use app::connect::{self, ZOHO_SCOPES, ZohoGrant};
use app::secrets::SecretName;
use app::settings::Zoho;
use transport::Secret;
use zoho_crm::{AccessToken, Org};

use super::{Wizard, complain, left};
use crate::terminal;

/// Asks until the sign-in works. Returns the org behind it, and the access token that came with it.
pub(super) async fn ask(wizard: &mut Wizard<'_>) -> Result<(Zoho, Org, Option<AccessToken>), AppError> {
    eprintln!("\nZoho CRM");
    let old = wizard.old.as_ref().map(|old| old.zoho.clone());
    let mut settings = old.clone().unwrap_or_else(|| Zoho {
        client_id: String::new(),
        accounts_url: String::new(),
        upload_url: None,
        default_owner: None,
    });
    let bound = connect::bound(wizard.profile)?;
    let mut guided = None;
    loop {
        settings.accounts_url = accounts_url(&settings.accounts_url)?;
        if guided.as_ref() != Some(&settings.accounts_url) {
            guide(&settings.accounts_url);
            guided = Some(settings.accounts_url.clone());
        }
        let client_id = Some(settings.client_id.clone()).filter(|id| !id.is_empty());
        settings.client_id = terminal::line("Client id", client_id.as_deref()).map_err(left)?;
        let secret = wizard.secret(SecretName::ZohoClientSecret, "Client secret")?;
        let mut grant = match grant(wizard, &settings, &secret).await {
            Ok(grant) => grant,
            Err(Refusal::Left(error)) => return Err(error),
            Err(Refusal::Again(error)) => {
                complain(&error);
                continue;
            }
        };
        let org = match connect::zoho_org(&wizard.wires, &settings, &secret, &mut grant).await {
            Ok(org) => org,
            Err(error) => {
                complain(&error);
                continue;
            }
        };
        let trial = if org.trial { ", on trial" } else { "" };
        let credits = org.edition.daily_credits(org.users);
        eprintln!(
            "✓ Signed in: {}, {}{trial}, {credits} API credits a day.",
            org.company_name,
            org.edition.name()
        );
        if let Some(bound) = bound.as_ref().filter(|bound| bound.zgid != org.zgid) {
            complain(&AppError::usage(
                format!(
                    "this profile copies into the Zoho org {} already, and this is {}",
                    bound.zgid, org.zgid
                ),
                "Sign in to that org, or leave with Ctrl-D and use another folder (--profile) for the other one.",
            ));
            continue;
        }
        wizard.works(SecretName::ZohoClientSecret, secret);
        wizard.works(SecretName::ZohoRefreshToken, grant.refresh_token);
        return Ok((settings, org, grant.access_token));
    }
}

/// Why there is no grant.
enum Refusal {
    /// Nobody answers any more.
    Left(AppError),
    /// Something that was typed is wrong.
    Again(AppError),
}

async fn grant(wizard: &Wizard<'_>, settings: &Zoho, secret: &Secret) -> Result<ZohoGrant, Refusal> {
    let name = SecretName::ZohoRefreshToken;
    if wizard.provided(name).is_some() {
        let refresh_token = wizard.secret(name, "Refresh token").map_err(Refusal::Left)?;
        return Ok(ZohoGrant { refresh_token, access_token: None });
    }
    let ways = [
        "a code from the self client's tab \"Generate Code\"".to_owned(),
        "a refresh token that you have already".to_owned(),
    ];
    eprintln!("Sign in with:");
    let chosen = terminal::choice("Number", &ways, None).map_err(|ended| Refusal::Left(left(ended)))?;
    if chosen == Some(1) {
        let refresh_token = wizard.secret(name, "Refresh token").map_err(Refusal::Left)?;
        eprintln!("Signing in to Zoho …");
        return Ok(ZohoGrant { refresh_token, access_token: None });
    }
    let code = terminal::secret("Code").map_err(|ended| Refusal::Left(left(ended)))?;
    eprintln!("Signing in to Zoho …");
    connect::zoho_code(&wizard.wires, settings, secret, &code, None).await.map_err(Refusal::Again)
}

fn accounts_url(old: &str) -> Result<String, AppError> {
    let default = connect::data_centre(old).unwrap_or(old);
    let default = Some(default).filter(|default| !default.is_empty());
    loop {
        let question = "Data centre (the ending of the address at which you sign in: com is us, else eu, in, au, jp, cn, ca, sa, uk)";
        let answer = terminal::line(question, default).map_err(left)?;
        match connect::accounts_url(&answer) {
            Ok(address) => return Ok(address),
            Err(error) => complain(&error),
        }
    }
}

/// The API console of each data centre lies beside its accounts server.
fn guide(accounts_url: &str) {
    let console = match connect::data_centre(accounts_url) {
        Some(_) => accounts_url.replacen("://accounts.", "://api-console.", 1),
        None => "https://api-console.zoho.com".to_owned(),
    };
    eprintln!(
        "\
1. Open {console}, signed in as the user in whose name Ledgerline writes, and add a client of the kind Self Client.
2. Under Client Secret you find id and secret.
3. Under Generate Code enter this scope, choose 10 minutes, and, where Zoho asks, the portal and the production org:
   {ZOHO_SCOPES}
   The code works once; paste it here before the time is over."
    );
}

//! The steps of connecting a profile: each takes what the user typed, tests it live, and says what is wrong in words.

use std::sync::Arc;

use business_central::Company;
use transport::{Clock, Courier, Patience, Random, Secret, Transport, Unmetered};
use zoho_crm::{DataCentre, Org};

use crate::secrets::{Keychain, SecretName};
use crate::settings::{BusinessCentral, Settings, Zoho};
use crate::{AppError, Profile};

/// What the scopes of a Zoho self client must be.
pub const ZOHO_SCOPES: &str = "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.org.READ,ZohoCRM.users.READ,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoFiles.files.ALL,ZohoCRM.notifications.ALL";

/// What reaches both services while connecting.
pub struct Wires {
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
}

impl Wires {
    fn courier(&self) -> Courier {
        Courier::new(
            2,
            Patience::default(),
            Arc::clone(&self.transport),
            Arc::new(Unmetered),
            Arc::clone(&self.clock),
            Arc::clone(&self.random),
        )
    }
}

/// Signs in to Business Central and lists the companies to choose from.
///
/// # Errors
/// What is wrong with tenant, environment, app id or secret, with the cure.
pub async fn business_central(
    wires: &Wires,
    settings: &BusinessCentral,
    secret: &Secret,
) -> Result<Vec<Company>, AppError> {
    let client = business_central::Client::new(
        business_central::Settings {
            tenant: settings.tenant.clone(),
            environment: settings.environment.clone(),
            client_id: settings.client_id.clone(),
            login_url: settings.login_url.clone(),
            api_url: settings.api_url.clone(),
        },
        secret.clone(),
        wires.courier(),
        Arc::clone(&wires.clock),
    );
    client.sign_in().await?;
    Ok(client.companies().await?)
}

/// The accounts server of a data centre named by its short name (`eu`), its domain, or a whole address.
///
/// # Errors
/// When there is none of that name; the message lists them.
pub fn accounts_url(answer: &str) -> Result<String, AppError> {
    let answer = answer.trim().trim_end_matches('/').to_lowercase();
    if let Some(address) = DataCentre::from_location(&answer).and_then(DataCentre::accounts_url) {
        return Ok(address.to_owned());
    }
    let address = if answer.contains("://") { answer.clone() } else { format!("https://{answer}") };
    let loopback = address.starts_with("http://127.0.0.1") || address.starts_with("http://localhost");
    if loopback || DataCentre::from_accounts_url(&address).is_some() {
        return Ok(address);
    }
    Err(AppError::usage(
        format!("\"{answer}\" is no Zoho data centre"),
        "Answer with us, eu, in, au, jp, cn, ca, sa or uk: the ending of the address at which you sign in to Zoho.",
    ))
}

/// Exchanges a self client's code for a refresh token. The code works once, for a few minutes.
///
/// # Errors
/// What Zoho said about code, client or data centre, with the cure.
pub async fn zoho_code(
    wires: &Wires,
    settings: &Zoho,
    client_secret: &Secret,
    code: &Secret,
) -> Result<Secret, AppError> {
    let granted =
        zoho_crm::Client::exchange_code(&zoho_settings(settings), client_secret, &wires.courier(), code, None)
            .await?;
    Ok(granted.refresh_token)
}

/// Reads the org behind a refresh token.
///
/// # Errors
/// What is wrong with client, token or data centre, with the cure.
pub async fn zoho_org(
    wires: &Wires,
    profile: &Profile,
    settings: &Zoho,
    client_secret: &Secret,
    refresh_token: &Secret,
) -> Result<Org, AppError> {
    let keychain = Keychain::of_profile(&profile.folder().display().to_string());
    let client = zoho_crm::Client::new(
        zoho_settings(settings),
        client_secret.clone(),
        refresh_token.clone(),
        wires.courier(),
        Arc::clone(&wires.clock),
        Arc::new(keychain.token_vault(Arc::clone(&wires.clock))),
    );
    let org = client.org().await?;
    if org.edition == zoho_crm::Edition::Free {
        return Err(AppError::usage(
            format!("the org \"{}\" has Zoho's free edition, which has no custom fields: Ledgerline could not tell which record is which", org.company_name),
            "Upgrade the org to Standard for customers and contacts, or to Professional for items and invoices as well.",
        ));
    }
    Ok(org)
}

fn zoho_settings(settings: &Zoho) -> zoho_crm::Settings {
    zoho_crm::Settings {
        client_id: settings.client_id.clone(),
        accounts_url: settings.accounts_url.clone(),
        upload_url: settings.upload_url.clone(),
    }
}

/// Keeps what was connected: secrets in the keychain first, then the settings file.
///
/// # Errors
/// When the keychain or the file cannot be written; nothing is half connected, because the file comes last.
pub fn keep(
    profile: &Profile,
    settings: &Settings,
    secrets: &[(SecretName, Secret)],
) -> Result<(), AppError> {
    profile.create()?;
    let keychain = Keychain::of_profile(&profile.folder().display().to_string());
    for (name, secret) in secrets {
        keychain.set(*name, secret)?;
    }
    let path = profile.settings();
    let beside = path.with_extension("toml.new");
    let write = || {
        std::fs::write(&beside, settings.to_toml())?;
        std::fs::rename(&beside, &path)
    };
    write().map_err(|source| {
        AppError::Settings(crate::settings::SettingsError::File { path: path.display().to_string(), source })
    })
}

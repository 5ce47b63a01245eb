//! The steps of connecting a profile: each takes what the user typed, tests it live, and says what is wrong in words.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use business_central::Company;
use sync::flow::Flow;
use sync::store::binding::{self, Binding};
use sync::store::{Store, StoreError};
use transport::{Clock, Courier, Patience, Random, Secret, Transport, Unmetered};
use zoho_crm::{AccessToken, DataCentre, Org, TokenVault};

use crate::secrets::{Keychain, SecretName};
use crate::settings::{self, BusinessCentral, Settings, Zoho, is_loopback};
use crate::{AppError, Profile};

/// What is asked for in Zoho, and what the scopes of a self client's code must be. That the settings' scope covers the variables is
/// not verified, so that theirs is asked for by name.
pub const ZOHO_SCOPES: &str = "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.settings.variables.ALL,ZohoCRM.org.READ,ZohoCRM.users.READ,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoFiles.files.ALL,ZohoCRM.notifications.ALL";

/// Somebody waits in front of the screen: a service that does not answer is reported soon.
const PATIENCE: Patience = Patience { without_success: Duration::from_secs(15), refusals: 3 };

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
            PATIENCE,
            Arc::clone(&self.transport),
            Arc::new(Unmetered),
            Arc::clone(&self.clock),
            Arc::clone(&self.random),
        )
    }
}

/// Signs in to Business Central and lists the companies to choose from; there is at least one.
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
    let companies = client.companies().await?;
    if companies.is_empty() {
        return Err(AppError::usage(
            format!("the environment \"{}\" shows the app no company", settings.environment),
            "In Business Central, on the page Microsoft Entra applications, give the app the permission set D365 READ for the company.",
        ));
    }
    Ok(companies)
}

/// The text that names `company` in the settings: its name where no other company could be meant by it, else its id.
#[must_use]
pub fn company_setting(company: &Company, companies: &[Company]) -> String {
    let also_called = |other: &&Company| {
        other.name.eq_ignore_ascii_case(&company.name) || other.label().eq_ignore_ascii_case(&company.name)
    };
    if companies.iter().filter(also_called).count() == 1 {
        company.name.clone()
    } else {
        company.id.to_string()
    }
}

/// The company and org that the profile belongs to already, if any.
///
/// # Errors
/// When the profile's database cannot be read.
pub fn bound(profile: &Profile) -> Result<Option<Binding>, StoreError> {
    if !profile.database().exists() {
        return Ok(None);
    }
    Store::open_read_only(&profile.database())?.read(binding::get)
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
    if is_loopback(&address) {
        return Ok(address);
    }
    // "zoho.eu" and "crm.zoho.eu" are what stands in the browser.
    let domain = address.trim_start_matches("https://crm.").trim_start_matches("https://");
    [address.clone(), format!("https://accounts.{domain}")]
        .iter()
        .find_map(|address| DataCentre::from_accounts_url(address)?.accounts_url())
        .map(ToOwned::to_owned)
        .ok_or_else(|| {
            let known: Vec<&str> = DataCentre::ALL
                .into_iter()
                .filter(|c| c.accounts_url().is_some())
                .map(DataCentre::location)
                .collect();
            AppError::usage(
                format!("\"{answer}\" is no Zoho data centre"),
                format!(
                    "Answer with one of {}: the ending of the address at which you sign in to Zoho.",
                    known.join(", ")
                ),
            )
        })
}

/// The short name of the data centre at that accounts address.
#[must_use]
pub fn data_centre(accounts_url: &str) -> Option<&'static str> {
    DataCentre::from_accounts_url(accounts_url).map(DataCentre::location)
}

/// A Zoho sign-in that was tried.
pub struct ZohoGrant {
    /// What new access tokens are got with.
    pub refresh_token: Secret,
    /// The access token that came with it. Zoho gives ten in ten minutes: it is kept, not asked for again.
    pub access_token: Option<AccessToken>,
}

/// Exchanges a code for a refresh token: a self client's, or the one that a sign-in in the browser brought to `redirect_uri`. It works
/// once, for a few minutes.
///
/// # Errors
/// What Zoho said about code, client or data centre, with the cure.
pub async fn zoho_code(
    wires: &Wires,
    settings: &Zoho,
    client_secret: &Secret,
    code: &Secret,
    redirect_uri: Option<&str>,
) -> Result<ZohoGrant, AppError> {
    let granted = zoho_crm::Client::exchange_code(
        &zoho_settings(settings),
        client_secret,
        &wires.courier(),
        code,
        redirect_uri,
    )
    .await?;
    Ok(ZohoGrant {
        access_token: Some(granted.access_token(wires.clock.now())),
        refresh_token: granted.refresh_token,
    })
}

/// Reads the org behind a refresh token. The access token that this took is left in `grant`; nothing is stored.
///
/// # Errors
/// What is wrong with client, token or data centre, with the cure.
pub async fn zoho_org(
    wires: &Wires,
    settings: &Zoho,
    client_secret: &Secret,
    grant: &mut ZohoGrant,
) -> Result<Org, AppError> {
    let vault = Arc::new(Held(Mutex::new(grant.access_token.take())));
    let (secret, refresh_token) = (client_secret.clone(), grant.refresh_token.clone());
    let client =
        zoho_client(wires, settings, secret, refresh_token, Arc::clone(&vault) as Arc<dyn TokenVault>);
    let org = client.org().await;
    grant.access_token = vault.load();
    let org = org?;
    if org.edition == zoho_crm::Edition::Free {
        return Err(AppError::usage(
            format!(
                "the org \"{}\" has Zoho's free edition, which has no custom fields: Ledgerline could not tell which record is which",
                org.company_name
            ),
            "Upgrade the org to Standard for customers and contacts, or to Professional for items and invoices as well.",
        ));
    }
    Ok(org)
}

/// A client for a few calls while somebody waits in front of the screen.
pub(crate) fn zoho_client(
    wires: &Wires,
    settings: &Zoho,
    client_secret: Secret,
    refresh_token: Secret,
    vault: Arc<dyn TokenVault>,
) -> zoho_crm::Client {
    let clock = Arc::clone(&wires.clock);
    zoho_crm::Client::new(
        zoho_settings(settings),
        client_secret,
        refresh_token,
        wires.courier(),
        clock,
        vault,
    )
}

/// Holds an access token until it is known whether it is to be kept.
#[derive(Default)]
pub(crate) struct Held(Mutex<Option<AccessToken>>);

impl TokenVault for Held {
    fn load(&self) -> Option<AccessToken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn store(&self, token: &AccessToken) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What Zoho's client needs to know.
pub(crate) fn zoho_settings(settings: &Zoho) -> zoho_crm::Settings {
    zoho_crm::Settings {
        client_id: settings.client_id.clone(),
        accounts_url: settings.accounts_url.clone(),
        upload_url: settings.upload_url.clone(),
    }
}

/// The flows that the org's edition has modules for.
#[must_use]
pub fn flows_allowed(org: &Org) -> Vec<Flow> {
    Flow::ALL.into_iter().filter(|flow| org.edition.has_inventory() || !flow.is_inventory()).collect()
}

/// Reads a list of flows as people type it: names with commas or blanks between them.
///
/// # Errors
/// When a name is unknown, the edition lacks its module, or a flow is missing that another needs.
pub fn flows(answer: &str, org: &Org) -> Result<Vec<Flow>, AppError> {
    let wrong = |message: String| {
        AppError::usage(message, "Name the flows with commas between them, like: customers, contacts")
    };
    let allowed = flows_allowed(org);
    let mut chosen = Vec::new();
    for name in answer.split([',', ' ']).filter(|name| !name.is_empty()) {
        let flow = settings::parse_flow(&name.to_lowercase()).map_err(wrong)?;
        if !allowed.contains(&flow) {
            let edition = org.edition.name();
            return Err(wrong(format!(
                "{} need Zoho CRM Professional or higher, and this org has {edition}",
                flow.plural()
            )));
        }
        chosen.push(flow);
    }
    settings::check_dependencies(&chosen).map_err(wrong)?;
    Ok(Flow::ALL.into_iter().filter(|flow| chosen.contains(flow)).collect())
}

/// Keeps what was connected: secrets in the keychain first, then the settings file.
///
/// # Errors
/// When the keychain or the file cannot be written; nothing is half connected, because the file comes last.
pub fn keep(
    profile: &Profile,
    settings: &Settings,
    secrets: &[(SecretName, Secret)],
    access_token: Option<&AccessToken>,
    clock: &Arc<dyn Clock>,
) -> Result<(), AppError> {
    profile.create()?;
    if !secrets.is_empty() {
        let keychain = Keychain::of_profile(&profile.folder().display().to_string());
        for (name, secret) in secrets {
            keychain.set(*name, secret)?;
        }
        // The one that is stored may belong to another client or org.
        let vault = keychain.token_vault(Arc::clone(clock));
        match access_token {
            Some(token) => vault.store(token),
            None => vault.forget(),
        }
    }
    settings.save(&profile.settings())?;
    Ok(())
}

//! The questions about Business Central.

use app::AppError;
use app::connect;
use app::secrets::SecretName;
use app::settings::{BusinessCentral, DEFAULT_API_URL, DEFAULT_ENVIRONMENT, DEFAULT_LOGIN_URL};

use ::business_central::Company;
use jiff::civil::Date;

use super::{Wizard, complain, left};
use crate::terminal;

/// The answer of who does not know.
const UNKNOWN: &str = "-";

const GUIDE: &str = "\
1. In the Azure portal (Microsoft Entra ID, App registrations) register an app with the API permission
   Dynamics 365 Business Central, Application permissions, API.ReadWrite.All, grant admin consent, and create a client secret.
2. In Business Central open the page \"Microsoft Entra applications\", add the app's client id, set the state to Enabled,
   and give it the permission set D365 READ. Ledgerline only reads there.";

/// Asks until the app signs in and a company is chosen.
pub(super) async fn ask(wizard: &mut Wizard<'_>) -> Result<BusinessCentral, AppError> {
    eprintln!("\nBusiness Central\n{GUIDE}");
    let old = wizard.old.as_ref().map(|old| &old.business_central);
    let mut settings = BusinessCentral {
        tenant: old.map(|old| old.tenant.clone()).unwrap_or_default(),
        environment: old.map_or_else(|| DEFAULT_ENVIRONMENT.to_owned(), |old| old.environment.clone()),
        company: old.map(|old| old.company.clone()).unwrap_or_default(),
        client_id: old.map(|old| old.client_id.clone()).unwrap_or_default(),
        login_url: old.map_or_else(|| DEFAULT_LOGIN_URL.to_owned(), |old| old.login_url.clone()),
        api_url: old.map_or_else(|| DEFAULT_API_URL.to_owned(), |old| old.api_url.clone()),
        client_secret_expires: old.and_then(|old| old.client_secret_expires),
    };
    let bound = connect::bound(wizard.profile)?;
    let name = SecretName::BusinessCentralClientSecret;
    loop {
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let line = |question: &str, default: Option<String>| {
            terminal::line(question, default.as_deref()).map_err(left)
        };
        settings.tenant =
            line("Tenant (id or domain, like contoso.onmicrosoft.com)", known(&settings.tenant))?;
        settings.environment = line("Environment", known(&settings.environment))?;
        settings.client_id = line("App (client) id", known(&settings.client_id))?;
        let secret = wizard.secret(name, "Client secret (its value, not its id)")?;
        eprintln!("Signing in to Business Central …");
        let companies = match connect::business_central(&wizard.wires, &settings, &secret).await {
            Ok(companies) => companies,
            Err(error) => {
                complain(&error);
                continue;
            }
        };
        eprintln!("✓ Signed in. Which company?");
        let labels: Vec<String> = companies.iter().map(|company| company.label().to_owned()).collect();
        let is_current = |company: &Company| {
            let known = [company.name.as_str(), company.label(), &company.id.to_string()];
            known.iter().any(|name| name.eq_ignore_ascii_case(&settings.company))
        };
        let current = companies.iter().position(is_current).or((companies.len() == 1).then_some(0));
        let company = &companies[choose(&labels, current)?];
        if let Some(bound) = bound.as_ref().filter(|bound| bound.company_id != company.id) {
            complain(&AppError::usage(
                format!(
                    "this profile copies the company {} already, and one profile copies one company",
                    bound.company_name
                ),
                "Choose that company, or leave with Ctrl-D and use another folder (--profile) for the other one.",
            ));
            continue;
        }
        settings.company = connect::company_setting(company, &companies);
        settings.client_secret_expires = ask_last_day(settings.client_secret_expires)?;
        wizard.works(name, secret);
        return Ok(settings);
    }
}

/// Business Central does not tell when the secret ends, and then everything stands still.
fn ask_last_day(known: Option<Date>) -> Result<Option<Date>, AppError> {
    let default = known.map_or_else(|| UNKNOWN.to_owned(), |day| day.to_string());
    loop {
        let question = format!("The client secret's last day, as Entra shows it ({UNKNOWN} where unknown)");
        let answer = terminal::line(&question, Some(&default)).map_err(left)?;
        match answer.parse() {
            _ if answer == UNKNOWN => return Ok(None),
            Ok(day) => return Ok(Some(day)),
            Err(_) => eprintln!("  → Answer with a day like 2027-05-01."),
        }
    }
}

fn choose(labels: &[String], current: Option<usize>) -> Result<usize, AppError> {
    for (index, label) in labels.iter().enumerate() {
        eprintln!("  {}) {label}", index + 1);
    }
    let default = current.map(|index| (index + 1).to_string());
    loop {
        let answer = terminal::line("Number", default.as_deref()).map_err(left)?;
        match answer.parse::<usize>() {
            Ok(number) if (1..=labels.len()).contains(&number) => return Ok(number - 1),
            Ok(_) | Err(_) => eprintln!("  → Answer with a number from 1 to {}.", labels.len()),
        }
    }
}

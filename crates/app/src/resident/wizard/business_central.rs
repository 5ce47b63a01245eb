//! The first step: sign-in to Business Central, and the company.

use std::sync::Arc;

use jiff::civil::Date;
use transport::Secret;

use super::{Inner, Wizard, change, is_stored, store, view, wires};
use crate::connect;
use crate::resident::engine_room;
use crate::secrets::SecretName;
use crate::settings::{self, BusinessCentral, Settings};
use crate::window::schema::Failure;
use crate::window::wizard::{BusinessCentralAnswers, CompanyChoice, CompanyFound, StepName};

/// Tries the connection; the secret and the answers are kept when it works.
pub(in crate::resident) async fn connect(
    inner: &Arc<Inner>,
    answers: BusinessCentralAnswers,
) -> Result<Wizard, Failure> {
    let settings = checked(&answers)?;
    let typed = Secret::new(answers.client_secret.trim());
    let secret = if typed.reveal().is_empty() {
        is_stored(inner, SecretName::BusinessCentralClientSecret).ok_or_else(|| {
            Failure::of_field(
                "client_secret",
                "the client secret is missing",
                "Paste the secret's value as Microsoft Entra showed it when the secret was created.",
            )
        })?
    } else {
        typed.clone()
    };
    let companies = connect::business_central(&wires(inner)?, &settings, &secret)
        .await
        .map_err(|error| at_its_field(Failure::from(error)))?;
    if !typed.reveal().is_empty() {
        store(inner, SecretName::BusinessCentralClientSecret, &typed)?;
    }
    let found: Vec<CompanyFound> = companies
        .iter()
        .map(|company| CompanyFound {
            id: company.id.to_string(),
            name: connect::company_setting(company, &companies),
            label: company.label().to_owned(),
        })
        .collect();
    change(inner, |draft| {
        draft.tenant = settings.tenant.clone();
        draft.environment = settings.environment.clone();
        draft.client_id = settings.client_id.clone();
        draft.secret_expires = settings.client_secret_expires.map(|day| day.to_string()).unwrap_or_default();
        draft.login_url = settings.login_url.clone();
        draft.api_url = settings.api_url.clone();
        // A company that is not there any more was another environment's.
        draft.company = draft
            .company
            .take()
            .and_then(|was| found.iter().find(|is| is.id == was.id || is.name == was.name).cloned());
        draft.companies = found;
    })?;
    keep_settings(inner)?;
    Ok(view(inner))
}

/// Chooses one of the companies that were found.
pub(in crate::resident) fn choose_company(
    inner: &Arc<Inner>,
    choice: &CompanyChoice,
) -> Result<Wizard, Failure> {
    let found = inner.shared().draft.companies.iter().find(|company| company.id == choice.id).cloned();
    let company = found.ok_or_else(|| {
        Failure::of_field(
            "id",
            "that company is not in the list any more",
            "Connect again, and choose one of the list.",
        )
    })?;
    if let Some(bound) = connect::bound(&inner.profile)?
        && bound.company_id.to_string() != company.id
    {
        return Err(Failure::of_field(
            "id",
            format!("this profile copies the company {} already", bound.company_name),
            "Choose that company. For another one start Ledgerline with another profile folder (--profile).",
        ));
    }
    change(inner, |draft| {
        draft.company = Some(company);
        draft.reach(StepName::Zoho);
        draft.step = StepName::Zoho;
    })?;
    keep_settings(inner)?;
    Ok(view(inner))
}

/// A profile that is connected already works with the new answers from now on.
fn keep_settings(inner: &Arc<Inner>) -> Result<(), Failure> {
    let Ok(mut settings) = Settings::load(&inner.profile.settings()) else { return Ok(()) };
    let draft = inner.shared().draft.clone();
    let Some(company) = draft.company.clone() else { return Ok(()) };
    settings.business_central = of_draft(&draft, &company);
    settings.save(&inner.profile.settings())?;
    engine_room::reopen(inner);
    Ok(())
}

/// The settings that the answers make.
pub(super) fn of_draft(draft: &crate::resident::draft::Draft, company: &CompanyFound) -> BusinessCentral {
    BusinessCentral {
        tenant: draft.tenant.clone(),
        environment: draft.environment.clone(),
        company: company.name.clone(),
        client_id: draft.client_id.clone(),
        login_url: draft.login_url.clone(),
        api_url: draft.api_url.clone(),
        client_secret_expires: draft.secret_expires.parse().ok(),
    }
}

fn checked(answers: &BusinessCentralAnswers) -> Result<BusinessCentral, Failure> {
    let needed = |field: &str, value: &str, what: &str, cure: &str| {
        let value = value.trim().to_owned();
        if value.is_empty() {
            return Err(Failure::of_field(field, format!("{what} is missing"), cure));
        }
        Ok(value)
    };
    let address = |field: &str, value: &str, usual: &str| {
        let value = value.trim();
        if value.is_empty() {
            return Ok(usual.to_owned());
        }
        settings::checked_address(value).map_err(|message| {
            Failure::of_field(
                field,
                message,
                "Leave it blank unless your Business Central is in a national cloud.",
            )
        })
    };
    let expires = answers.secret_expires.trim();
    Ok(BusinessCentral {
        tenant: needed(
            "tenant",
            &answers.tenant,
            "the tenant",
            "Enter the directory's id or its domain, as the app's overview in Microsoft Entra shows it.",
        )?,
        environment: needed(
            "environment",
            &answers.environment,
            "the environment",
            "Enter its name as the Business Central admin center shows it; usually Production.",
        )?,
        company: String::new(),
        client_id: needed(
            "client_id",
            &answers.client_id,
            "the application (client) id",
            "Copy it from the app's overview in Microsoft Entra.",
        )?,
        login_url: address("login_url", &answers.login_url, settings::DEFAULT_LOGIN_URL)?,
        api_url: address("api_url", &answers.api_url, settings::DEFAULT_API_URL)?,
        client_secret_expires: if expires.is_empty() {
            None
        } else {
            Some(expires.parse::<Date>().map_err(|_| {
                Failure::of_field(
                    "secret_expires",
                    format!("\"{expires}\" is no day"),
                    "Enter it like 2027-05-01, or leave it blank.",
                )
            })?)
        },
    })
}

/// The answer that a refusal is about.
fn at_its_field(failure: Failure) -> Failure {
    let field = match failure.code.as_str() {
        "bc_sign_in_secret_wrong" | "bc_sign_in_secret_expired" | "bc_sign_in_client_refused" => {
            "client_secret"
        }
        "bc_sign_in_app_not_in_tenant" => "client_id",
        "bc_sign_in_tenant_not_found" | "bc_sign_in_tenant_malformed" | "bc_sign_in_resource_absent" => {
            "tenant"
        }
        "bc_environment_not_found" => "environment",
        _ => return failure,
    };
    failure.at(field)
}

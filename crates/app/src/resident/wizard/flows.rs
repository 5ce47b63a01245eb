//! The third step: what is copied.

use std::sync::Arc;

use business_central::{CompanyApi, Query};
use jiff::civil::Date;
use sync::flow::Flow;
use sync::policy::InvoicesFrom;

use super::{Inner, Wizard, change, view};
use crate::resident::engine_room;
use crate::settings;
use crate::window::schema::Failure;
use crate::window::wizard::{Counts, FlowAnswers, FlowCount, Owner, StepName};
use crate::{App, AppError};

/// Ids are read in pages of the largest size that Business Central gives (facts, §3).
const IDS_PER_PAGE: u32 = 20_000;

/// Counts every flow's records, and lists who may own records.
pub(in crate::resident) async fn counts(inner: &Inner) -> Result<Counts, Failure> {
    let app = inner.app()?;
    let company = company(&app).await?;
    let allowed = inner.shared().draft.org.as_ref().map(|org| org.flows_allowed.clone());
    let edition = inner.shared().draft.org.as_ref().map(|org| org.edition.clone()).unwrap_or_default();
    let mut flows = Vec::new();
    for flow in Flow::ALL {
        let not_allowed = allowed
            .as_ref()
            .filter(|allowed| !allowed.contains(&flow.into()))
            .map(|_| format!("needs Zoho CRM Professional or higher, and this org has {edition}"));
        let counted = count(&company, flow).await;
        let (records, failure) = match counted {
            Ok(records) => (Some(records), None),
            Err(error) => (None, Some(error.to_string())),
        };
        flows.push(FlowCount { flow: flow.into(), records, not_allowed, failure });
    }
    let owners = app.zoho.users().await?;
    let today = inner.zoned_now().date();
    let usual = match app.settings.invoices_from(today) {
        InvoicesFrom::Date(date) if app.settings.sync.invoices_from.is_none() => date,
        InvoicesFrom::Date(_) | InvoicesFrom::All => {
            Date::new(today.year().saturating_sub(1), 1, 1).unwrap_or(today)
        }
    };
    Ok(Counts {
        flows,
        owners: owners.into_iter().map(|user| Owner { id: user.id.to_string(), name: user.name }).collect(),
        usual_invoices_from: usual.to_string(),
    })
}

async fn company(app: &App) -> Result<CompanyApi, AppError> {
    let wanted = &app.settings.business_central.company;
    let companies = app.business_central.companies().await?;
    let found = companies.iter().find(|company| {
        company.id.to_string().eq_ignore_ascii_case(wanted)
            || company.name.eq_ignore_ascii_case(wanted)
            || company.label().eq_ignore_ascii_case(wanted)
    });
    let found = found.ok_or_else(|| {
        AppError::usage(
            format!("the company \"{wanted}\" is not there any more"),
            "Go back to the first step and choose the company again.",
        )
    })?;
    Ok(app.business_central.company(found.id))
}

async fn count(company: &CompanyApi, flow: Flow) -> Result<u64, business_central::Error> {
    let query = Query::of(flow.entity()).select(&["id"]).page_size(IDS_PER_PAGE);
    let mut pages = company.list(query);
    let mut rows = 0;
    while let Some(page) = pages.next().await? {
        rows += page.rows.len() as u64;
    }
    Ok(rows)
}

/// Chooses flows and what belongs to them.
pub(in crate::resident) fn choose(inner: &Arc<Inner>, answers: FlowAnswers) -> Result<Wizard, Failure> {
    let app = inner.app()?;
    let chosen: Vec<Flow> =
        Flow::ALL.into_iter().filter(|flow| answers.flows.contains(&(*flow).into())).collect();
    let cure = "Choose the flows again.";
    if chosen.is_empty() {
        return Err(Failure::of_field("flows", "nothing is chosen", "Choose one flow at least."));
    }
    if let Some(org) = &inner.shared().draft.org
        && let Some(flow) = chosen.iter().find(|flow| !org.flows_allowed.contains(&(**flow).into()))
    {
        let message = format!(
            "{} need Zoho CRM Professional or higher, and this org has {}",
            flow.plural(),
            org.edition
        );
        return Err(Failure::of_field("flows", message, cure));
    }
    settings::check_dependencies(&chosen).map_err(|message| Failure::of_field("flows", message, cure))?;
    let mut changed = app.settings.clone();
    changed.sync.invoices_from = invoices_from(&answers.invoices_from, inner.zoned_now().date())?;
    changed.sync.flows = chosen;
    changed.sync.copy_foreign_currency = answers.copy_foreign_currency;
    changed.zoho.default_owner = Some(answers.default_owner).filter(|owner| !owner.is_empty());
    changed.save(&inner.profile.settings())?;
    change(inner, |draft| {
        draft.reach(StepName::Fields);
        draft.step = StepName::Fields;
    })?;
    engine_room::reopen(inner);
    Ok(view(inner))
}

/// How far back invoices go, as it was typed.
pub(in crate::resident) fn invoices_from(text: &str, today: Date) -> Result<Option<InvoicesFrom>, Failure> {
    let wrong = |message: String| {
        Failure::of_field("invoices_from", message, "Enter a day like 2025-01-31, all, or leave it blank.")
    };
    match text.trim().to_lowercase().as_str() {
        "" => Ok(None),
        "all" => Ok(Some(InvoicesFrom::All)),
        text => match text.parse::<Date>() {
            Ok(date) if date <= today => Ok(Some(InvoicesFrom::Date(date))),
            Ok(_) => Err(wrong("that day is not here yet".to_owned())),
            Err(_) => Err(wrong(format!("\"{text}\" is no day"))),
        },
    }
}

//! The wizard: each step takes what was answered, tries it live, and keeps it. Secrets go to the keychain as soon as they work.

mod business_central;
mod fields;
mod flows;
mod zoho;

use std::sync::Arc;

use sync::setup::{SetupPlan, SetupResult};

pub(super) use business_central::{choose_company, connect as connect_business_central};
pub(super) use fields::{choose_key, plan as fields_plan};
pub(super) use flows::{choose as choose_flows, counts, invoices_from};
pub(super) use zoho::{console as zoho_console, note_client, sign_in, signed_out, with_code};

use super::engine_room;
use super::shared::Inner;
use super::undertaking::Undertaking;
use crate::connect::{self, Wires};
use crate::secrets::{self, Keychain, SecretName};
use crate::settings::{self, Settings};
use crate::setup::ShownResult;
use crate::sign_in;
use crate::window::schema::Failure;
use crate::window::wizard::{
    BusinessCentralStep, DataCentreFound, Finish, FlowAnswers, RefusedField, Step, StepName, Wizard, ZohoStep,
};
use crate::{AppError, open};
use zoho_crm::DataCentre;

/// Where it stands.
pub(super) fn view(inner: &Inner) -> Wizard {
    let draft = inner.shared().draft.clone();
    let stored = |name| is_stored(inner, name).is_some();
    let flows = match Settings::load(&inner.profile.settings()) {
        Ok(settings) => FlowAnswers {
            flows: settings.sync.flows.iter().map(|flow| (*flow).into()).collect(),
            invoices_from: super::commands::invoices_from(&settings),
            copy_foreign_currency: settings.sync.copy_foreign_currency,
            default_owner: settings.zoho.default_owner.unwrap_or_default(),
        },
        Err(_) => FlowAnswers::default(),
    };
    let centre = connect::data_centre(&draft.accounts_url).map(ToOwned::to_owned);
    Wizard {
        step: draft.step,
        reached: draft.reached,
        finished: draft.finished,
        business_central: BusinessCentralStep {
            secret_stored: stored(SecretName::BusinessCentralClientSecret),
            tenant: draft.tenant,
            environment: draft.environment,
            client_id: draft.client_id,
            secret_expires: draft.secret_expires,
            login_url: draft.login_url,
            api_url: draft.api_url,
            companies: draft.companies,
            company: draft.company,
        },
        zoho: ZohoStep {
            data_centre: centre.unwrap_or(draft.accounts_url),
            data_centres: data_centres(),
            client_id: draft.zoho_client_id,
            secret_stored: stored(SecretName::ZohoClientSecret),
            signed_in: stored(SecretName::ZohoRefreshToken) && draft.org.is_some(),
            redirect_uri: sign_in::redirect_uri(sign_in::DEFAULT_PORT),
            scopes: connect::ZOHO_SCOPES.to_owned(),
            org: draft.org,
        },
        flows,
    }
}

fn data_centres() -> Vec<DataCentreFound> {
    let found = DataCentre::ALL.into_iter().filter_map(|centre| {
        let accounts_url = centre.accounts_url()?.to_owned();
        Some(DataCentreFound { name: centre.location().to_owned(), accounts_url })
    });
    found.collect()
}

/// Goes to a step that was reached before.
pub(super) fn go(inner: &Inner, to: Step) -> Result<Wizard, Failure> {
    change(inner, |draft| {
        draft.step = to.step.min(draft.reached);
    })?;
    Ok(view(inner))
}

/// Ends the wizard and starts the first run.
pub(super) fn finish(inner: &Arc<Inner>, answers: Finish) -> Result<(), Failure> {
    let app = inner.app()?;
    let mut settings = app.settings.clone();
    let seconds = u64::from(answers.poll_interval);
    settings.sync.poll_interval = settings::checked_interval(seconds)
        .map_err(|message| Failure::of_field("poll_interval", message, "Choose ten seconds or more."))?;
    settings.notifications.enabled = answers.notifications;
    settings.save(&inner.profile.settings())?;
    engine_room::reopen(inner);
    let first = !inner.shared().draft.finished;
    // Asked for before the schedule may begin a run of its own: that one would be no first run, and keep this one out.
    inner.undertake(Undertaking::Sync { first })?;
    change(inner, |draft| {
        draft.finished = true;
        draft.reach(StepName::Start);
        draft.step = StepName::Start;
    })?;
    inner.tell_changed();
    Ok(())
}

/// Changes the answers and keeps them.
fn change(inner: &Inner, with: impl FnOnce(&mut super::draft::Draft)) -> Result<(), Failure> {
    let mut shared = inner.shared();
    let mut draft = shared.draft.clone();
    with(&mut draft);
    draft.keep(&inner.profile)?;
    shared.draft = draft;
    Ok(())
}

/// What reaches both services while connecting.
pub(super) fn wires(inner: &Inner) -> Result<Wires, AppError> {
    let network =
        Settings::load(&inner.profile.settings()).map(|settings| settings.network).unwrap_or_default();
    let transport = match &inner.outside.transport {
        Some(transport) => Arc::clone(transport),
        None => Arc::new(open::network(&network)?),
    };
    Ok(Wires {
        transport,
        clock: Arc::clone(&inner.outside.clock),
        random: Arc::clone(&inner.outside.random),
    })
}

fn keychain(inner: &Inner) -> Keychain {
    Keychain::of_profile(&inner.profile.folder().display().to_string())
}

/// A stored secret: from the environment, else from the keychain. A keychain that does not work holds none.
fn is_stored(inner: &Inner, name: SecretName) -> Option<transport::Secret> {
    secrets::from_environment(&*inner.outside.environment, name)
        .or_else(|| keychain(inner).get(name).ok().flatten())
}

/// Stores what was typed, unless the environment provides it.
fn store(inner: &Inner, name: SecretName, secret: &transport::Secret) -> Result<(), Failure> {
    if secrets::from_environment(&*inner.outside.environment, name).is_some() {
        return Ok(());
    }
    Ok(keychain(inner).set(name, secret)?)
}

/// After match review: nothing undecided means that the next steps are open.
pub(super) fn after_match(inner: &Inner) -> Result<(), Failure> {
    let app = inner.app()?;
    let gates = sync::match_review::gates(&app.store)?;
    let all_open = app.settings.sync.flows.iter().all(|flow| {
        gates
            .iter()
            .any(|gate| gate.flow == *flow && gate.gate.as_ref().is_some_and(|gate| gate.state.is_open()))
    });
    if all_open {
        change(inner, |draft| draft.reach(StepName::Start))?;
    }
    Ok(())
}

/// After fields were created: what Zoho refused is shown, and the next step is open where every flow can run.
pub(super) fn after_fields(inner: &Inner, plan: &SetupPlan, result: &SetupResult) -> Result<(), Failure> {
    let shown = ShownResult::new(plan, result);
    let refused = shown.refused.iter().map(|refused| RefusedField {
        field: fields::field(&refused.field),
        message: refused.message.clone(),
        cure: refused.cure.clone(),
    });
    inner.shared().refused = refused.collect();
    if plan.blocked.is_empty() && !shown.lacks_keys() {
        change(inner, |draft| draft.reach(StepName::Match))?;
    }
    Ok(())
}

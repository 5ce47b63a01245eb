//! Creates what Zoho needs before the first sync: our fields, and the placeholder product.

use serde::Serialize;
use sync::company_facts::CompanyFacts;
use sync::engine::{choose_keys, key_fact};
use sync::flow::Flow;
use sync::org_schema::OrgSchema;
use sync::setup::{self, SetupPlan, SetupResult, SetupStep};
use sync::store::facts;

use crate::{App, AppError};

/// The plan in a form that can be printed.
#[derive(Clone, Debug, Serialize)]
pub struct ShownPlan {
    /// Fields that are created, in this order.
    pub create: Vec<ShownField>,
    /// Optional fields for which the edition has no room.
    pub no_room: Vec<ShownField>,
    /// What a person has to do or decide first.
    pub blocked: Vec<ShownBlocked>,
}

/// A field of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct ShownField {
    /// The flow.
    pub flow: Flow,
    /// Zoho's name of the module.
    pub module: String,
    /// The field's label.
    pub label: String,
}

/// What stands in the way.
#[derive(Clone, Debug, Serialize)]
pub struct ShownBlocked {
    /// The flow.
    pub flow: Flow,
    /// Stable; programs may match on it.
    pub code: String,
    /// What.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// The existing fields that could serve as key.
    pub reusable: Vec<String>,
}

impl From<&SetupPlan> for ShownPlan {
    fn from(plan: &SetupPlan) -> Self {
        let field = |planned: &setup::PlannedField| ShownField {
            flow: planned.flow,
            module: planned.flow.module().api_name().to_owned(),
            label: planned.field.label().to_owned(),
        };
        Self {
            create: plan.create.iter().map(field).collect(),
            no_room: plan.no_room.iter().map(field).collect(),
            blocked: plan
                .blocked
                .iter()
                .map(|blocked| ShownBlocked {
                    flow: blocked.flow,
                    code: blocked.code.to_owned(),
                    message: blocked.message.clone(),
                    cure: blocked.cure.clone(),
                    reusable: blocked.reusable.clone(),
                })
                .collect(),
        }
    }
}

/// Looks at the org and says what is missing.
///
/// # Errors
/// When either side cannot be read.
pub async fn plan(app: &App) -> Result<SetupPlan, AppError> {
    let mut org = OrgSchema::read(&app.zoho, &app.settings.sync.flows).await?;
    choose_keys(&app.store, &mut org)?;
    let plan = setup::plan(&org, &app.settings.sync.flows);
    Ok(match local_currency(app).await? {
        Some(code) => plan.in_currency(code),
        None => plan,
    })
}

/// The company's local currency, for the tooltips of amounts that are in it.
async fn local_currency(app: &App) -> Result<Option<String>, AppError> {
    let wanted = &app.settings.business_central.company;
    let companies = app.business_central.companies().await?;
    let company = companies.iter().find(|company| {
        company.id.to_string().eq_ignore_ascii_case(wanted)
            || company.name.eq_ignore_ascii_case(wanted)
            || company.label().eq_ignore_ascii_case(wanted)
    });
    match company {
        Some(company) => Ok(Some(CompanyFacts::read(&app.business_central.company(company.id)).await?.local_currency)),
        None => Ok(None),
    }
}

/// Remembers that an existing unique field serves as the flow's key.
///
/// # Errors
/// When the database fails.
pub fn choose_key(app: &App, flow: Flow, field: &str) -> Result<(), AppError> {
    app.store.write(|tx| facts::set(tx, &key_fact(flow), field))?;
    Ok(())
}

/// Makes what the plan says.
///
/// # Errors
/// When Zoho does not answer; what it refuses stands in the result.
pub async fn apply(
    app: &App,
    plan: &SetupPlan,
    progress: &mut (dyn FnMut(SetupStep) + Send),
) -> Result<SetupResult, AppError> {
    let result = setup::apply(&app.zoho, plan, progress).await?;
    app.engine.forget_metadata();
    Ok(result)
}

//! Creates what Zoho needs before the first sync: our fields, and the placeholder product.

use serde::Serialize;
use sync::company_facts::CompanyFacts;
use sync::engine::{choose_keys, key_fact};
use sync::failure::RunError;
use sync::flow::Flow;
use sync::org_schema::OrgSchema;
use sync::setup::{self, Blocked, PlannedField, SetupPlan, SetupResult, SetupStep};
use sync::store::audit::{self, AuditKind, Entry};
use sync::store::{binding, facts};
use zoho_crm::NewFieldKind;

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
    /// What kind of field, in the words of Zoho's own page for fields.
    pub definition: String,
    /// Whether the flow cannot run without it.
    pub required: bool,
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

/// What was made, in a form that can be printed.
#[derive(Clone, Debug, Serialize)]
pub struct ShownResult {
    /// Fields that are there now.
    pub created: Vec<ShownCreated>,
    /// Fields that Zoho refused.
    pub refused: Vec<ShownRefused>,
    /// The placeholder Product for invoice lines without an item.
    pub line_product: Option<String>,
}

/// A field that is there now.
#[derive(Clone, Debug, Serialize)]
pub struct ShownCreated {
    /// The field.
    pub field: ShownField,
    /// What Zoho called it.
    pub api_name: String,
}

/// A field that Zoho refused.
#[derive(Clone, Debug, Serialize)]
pub struct ShownRefused {
    /// The field.
    pub field: ShownField,
    /// Stable; programs may match on it.
    pub code: String,
    /// What Zoho said.
    pub message: String,
    /// What to do.
    pub cure: String,
}

impl ShownField {
    fn new(planned: PlannedField, local_currency: Option<&str>) -> Self {
        let definition = match planned.definition(local_currency).kind {
            NewFieldKind::Text { length, unique: false } => format!("Single Line, {length} characters"),
            NewFieldKind::Text { length, unique: true } => {
                format!("Single Line, {length} characters, \"Do not allow duplicate values\"")
            }
            NewFieldKind::Decimal { length, decimals } => {
                format!("Decimal, {length} digits, {decimals} decimal places")
            }
            NewFieldKind::Currency { length, decimals } => {
                format!("Currency, {length} digits, {decimals} decimal places")
            }
        };
        Self {
            flow: planned.flow,
            module: planned.flow.module().api_name().to_owned(),
            label: planned.field.label().to_owned(),
            definition,
            required: planned.field.is_key(),
        }
    }
}

impl From<&SetupPlan> for ShownPlan {
    fn from(plan: &SetupPlan) -> Self {
        let field = |planned: &PlannedField| ShownField::new(*planned, plan.local_currency.as_deref());
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

impl ShownResult {
    /// What `result` says, of the plan that it carried out.
    #[must_use]
    pub fn new(plan: &SetupPlan, result: &SetupResult) -> Self {
        let field = |planned: &PlannedField| ShownField::new(*planned, plan.local_currency.as_deref());
        Self {
            created: result
                .created
                .iter()
                .map(|(planned, api_name)| ShownCreated { field: field(planned), api_name: api_name.clone() })
                .collect(),
            refused: result
                .refused
                .iter()
                .map(|(planned, error)| ShownRefused {
                    field: field(planned),
                    code: error.code().to_owned(),
                    message: error.to_string(),
                    cure: error.cure(),
                })
                .collect(),
            line_product: result.line_product.as_ref().map(ToString::to_string),
        }
    }

    /// Whether a field is missing without which its flow cannot run.
    #[must_use]
    pub fn lacks_keys(&self) -> bool {
        self.refused.iter().any(|refused| refused.field.required)
    }
}

/// Whether it is our keys that stand in the way, and not the edition or the user's rights to the module.
#[must_use]
pub fn is_about_keys(blocked: &Blocked) -> bool {
    !matches!(blocked.code, "edition_too_small" | "module_not_usable")
}

/// Looks at the org and says what is missing.
///
/// # Errors
/// When either side cannot be read.
pub async fn plan(app: &App) -> Result<SetupPlan, AppError> {
    let mut org = OrgSchema::read(&app.zoho, &app.settings.sync.flows).await?;
    if let Some(bound) = app.store.read(binding::get)?.filter(|bound| bound.zgid != org.zgid) {
        return Err(AppError::Run(RunError::refused(
            "other_company_or_org",
            format!(
                "This profile belongs to the Zoho org {}, and {} is connected now. Nothing was written.",
                bound.zgid, org.zgid
            ),
            "Go back to the old settings, or use another profile folder (`--profile`) for the other org.",
        )));
    }
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
        Some(company) => {
            Ok(Some(CompanyFacts::read(&app.business_central.company(company.id)).await?.local_currency))
        }
        None => Ok(None),
    }
}

/// Remembers that an existing unique field serves as the flow's key.
///
/// # Errors
/// When the database fails.
pub fn choose_key(app: &App, flow: Flow, field: &str) -> Result<(), AppError> {
    let module = flow.module();
    let words = format!("the field {field} of {module} was chosen to hold Business Central's numbers");
    app.store.write(|tx| {
        facts::set(tx, &key_fact(flow), field)?;
        audit::append(tx, &entry(app, Some(flow), AuditKind::Decision, words))
    })?;
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
    app.store.write(|tx| {
        for (planned, name) in &result.created {
            let words = format!(
                "the field \"{}\" of {} is there as {name}",
                planned.field.label(),
                planned.flow.module()
            );
            audit::append(tx, &entry(app, Some(planned.flow), AuditKind::Setup, words))?;
        }
        Ok(())
    })?;
    Ok(result)
}

fn entry(app: &App, flow: Option<Flow>, kind: AuditKind, summary: String) -> Entry {
    Entry {
        seq: 0,
        at: app.clock.now(),
        run: None,
        flow,
        id: None,
        number: None,
        kind,
        summary,
        before: None,
        after: None,
        zoho_id: None,
    }
}

//! The fourth step: what is created in Zoho.

use super::{Inner, StepName, change};
use crate::setup::{self, ShownField, ShownPlan};
use crate::window::schema::Failure;
use crate::window::wizard::{Blocked, FieldsPlan, KeyChoice, PlannedField};

/// What would be created, and what stands in the way.
pub(in crate::resident) async fn plan(inner: &Inner) -> Result<FieldsPlan, Failure> {
    let app = inner.app()?;
    let plan = setup::plan(&app).await?;
    let shown = ShownPlan::from(&plan);
    let ready = plan.blocked.is_empty() && !shown.create.iter().any(|field| field.required);
    if ready {
        change(inner, |draft| draft.reach(StepName::Match))?;
    }
    let missing = |label: &str, module: &str| {
        shown.create.iter().any(|field| field.label == label && field.module == module)
    };
    let refused = inner.shared().refused.clone();
    Ok(FieldsPlan {
        create: shown.create.iter().map(field).collect(),
        no_room: shown.no_room.iter().map(field).collect(),
        blocked: shown
            .blocked
            .into_iter()
            .map(|blocked| Blocked {
                flow: blocked.flow.into(),
                code: blocked.code,
                message: blocked.message,
                cure: crate::window::wording::for_window(&blocked.cure),
                reusable: blocked.reusable,
            })
            .collect(),
        // What an administrator has created by hand meanwhile is not refused any more.
        refused: refused
            .into_iter()
            .filter(|refused| missing(&refused.field.label, &refused.field.module))
            .collect(),
        ready,
    })
}

/// Has an existing unique field serve as a flow's key.
pub(in crate::resident) async fn choose_key(inner: &Inner, choice: KeyChoice) -> Result<FieldsPlan, Failure> {
    let app = inner.app()?;
    let flow = choice.flow.into();
    let before = setup::plan(&app).await?;
    let offered =
        before.blocked.iter().any(|blocked| blocked.flow == flow && blocked.reusable.contains(&choice.field));
    if !offered {
        return Err(Failure::of_field(
            "field",
            format!("the field {} is not among those that can serve as key", choice.field),
            "Choose one of the list.",
        ));
    }
    setup::choose_key(&app, flow, &choice.field)?;
    plan(inner).await
}

pub(super) fn field(shown: &ShownField) -> PlannedField {
    PlannedField {
        flow: shown.flow.into(),
        module: shown.module.clone(),
        label: shown.label.clone(),
        definition: shown.definition.clone(),
        required: shown.required,
    }
}

//! What an org still needs, as a pure function of what it looks like.

use std::collections::BTreeMap;

use zoho_crm::{Edition, FieldInfo, NewField};

use super::new_fields::new_field;
use crate::flow::Flow;
use crate::org_schema::{CustomField, ModuleSchema, OrgSchema, can_be_key};

/// Zoho allows so many unique fields in a module, in every edition (facts, §4.3).
const UNIQUE_FIELDS: usize = 2;

/// What is to be made, and what stands in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupPlan {
    /// What [`apply`](super::apply) makes, in this order: the keys of every module first.
    pub create: Vec<PlannedField>,
    /// Every optional field that is missing, whether there is room for it or not.
    pub missing_optional: Vec<PlannedField>,
    /// The optional fields for which the edition has no room.
    pub no_room: Vec<PlannedField>,
    /// What setup cannot do by itself; the flow cannot run before.
    pub blocked: Vec<Blocked>,
    /// Whether the placeholder Product is needed.
    pub line_product: bool,
    /// The key of Products, where one is there or was chosen already.
    pub product_key: Option<String>,
    /// Code of the company's local currency, for the tooltips of amounts that are in it.
    pub local_currency: Option<String>,
}

/// A field of ours in the module of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedField {
    /// The flow whose module it belongs to.
    pub flow: Flow,
    /// The field.
    pub field: CustomField,
}

/// Something that a person has to do or decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The flow.
    pub flow: Flow,
    /// Stable; programs may match on it.
    pub code: &'static str,
    /// What is in the way.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// The fields that hold the module's slots for unique fields.
    pub held_by: Vec<String>,
    /// Those of them that could serve as key, if the user chooses so ([`OrgSchema::choose_key`]).
    pub reusable: Vec<String>,
}

impl SetupPlan {
    /// The plan with the company's local currency in it.
    #[must_use]
    pub fn in_currency(self, code: impl Into<String>) -> Self {
        Self { local_currency: Some(code.into()), ..self }
    }

    /// Whether nothing is left to do or decide.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.create.is_empty() && self.blocked.is_empty()
    }
}

impl PlannedField {
    /// The field's definition.
    #[must_use]
    pub fn definition(self, local_currency: Option<&str>) -> NewField {
        new_field(self.field, local_currency)
    }
}

/// Compares the org with what the flows need.
#[must_use]
pub fn plan(org: &OrgSchema, flows: &[Flow]) -> SetupPlan {
    let product_key = org.our_field(Flow::Items, CustomField::Number).map(ToOwned::to_owned);
    let line_product = flows.iter().any(|flow| flow.is_document());
    let mut plan = SetupPlan { line_product, product_key, ..SetupPlan::default() };
    let mut optional = Vec::new();
    for (flow, whole) in needed(flows) {
        let Some(schema) = org.modules.get(&flow.module()).filter(|schema| schema.usable) else {
            if let Err(problem) = org.gate(flow) {
                plan.blocked.push(Blocked::new(flow, problem.code, problem.message, problem.cure));
            }
            continue;
        };
        let mut room = room(org, schema);
        keys(org, flow, schema, &mut room, &mut plan);
        if !whole {
            continue;
        }
        for field in CustomField::of(flow).iter().copied().filter(|field| !field.is_key()) {
            if schema.ours.contains_key(&field) {
                continue;
            }
            let planned = PlannedField { flow, field };
            plan.missing_optional.push(planned);
            if room == 0 {
                plan.no_room.push(planned);
            } else {
                room -= 1;
                optional.push(planned);
            }
        }
    }
    let is_blocked = |flow: Flow| plan.blocked.iter().any(|blocked| blocked.flow == flow);
    // Fields in a module whose keys cannot be made would only be in the way.
    optional.retain(|planned| !is_blocked(planned.flow));
    plan.create.retain(|planned| !plan.blocked.iter().any(|blocked| blocked.flow == planned.flow));
    plan.create.extend(optional);
    plan
}

/// The flows' modules, and whether all of our fields are wanted there: the placeholders of invoices and orders need the keys of Products, Accounts
/// and Vendors even where those flows are off.
fn needed(flows: &[Flow]) -> BTreeMap<Flow, bool> {
    let mut needed = BTreeMap::new();
    for document in flows.iter().filter(|flow| flow.is_document()) {
        needed.extend(document.needs().iter().map(|flow| (*flow, false)));
    }
    needed.extend(flows.iter().map(|flow| (*flow, true)));
    needed
}

/// How many custom fields the module has room for.
fn room(org: &OrgSchema, schema: &ModuleSchema) -> usize {
    let used = schema.fields.values().filter(|field| field.custom && !field.is_subform()).count();
    (org.edition.custom_fields() as usize).saturating_sub(used)
}

/// Plans the two keys of a module, or says what is in their way.
fn keys(org: &OrgSchema, flow: Flow, schema: &ModuleSchema, room: &mut usize, plan: &mut SetupPlan) {
    let module = flow.module();
    for field in CustomField::KEYS {
        if let Some(live) = schema.ours.get(&field).and_then(|name| schema.fields.get(name)) {
            plan.blocked.extend(unfit(flow, field, live));
            continue;
        }
        if *room == 0 {
            let edition = org.edition.name();
            let (code, cure) = if org.edition == Edition::Free {
                (
                    "custom_fields_not_available",
                    "Zoho CRM Free has no custom fields: change to Standard or higher.".to_owned(),
                )
            } else {
                (
                    "no_room_for_keys",
                    format!("Delete a custom field of {module} that nobody needs, or change the edition."),
                )
            };
            let message = format!(
                "There is no room in {module} for \"{}\": the edition {edition} allows {} custom fields.",
                field.label(),
                org.edition.custom_fields()
            );
            plan.blocked.push(Blocked::new(flow, code, message, cure));
            return;
        }
        let unique: Vec<&FieldInfo> = schema.fields.values().filter(|field| field.unique.is_some()).collect();
        if field == CustomField::Number && unique.len() >= UNIQUE_FIELDS {
            plan.blocked.push(no_unique_slot(flow, &unique));
            continue;
        }
        *room -= 1;
        plan.create.push(PlannedField { flow, field });
    }
}

/// Why an existing field cannot serve as the key that its name says it is.
fn unfit(flow: Flow, field: CustomField, live: &FieldInfo) -> Option<Blocked> {
    let module = flow.module();
    let name = &live.api_name;
    let enough = match field {
        CustomField::Number => 20,
        _ => 36,
    };
    if live.data_type != "text" || !live.writable || live.length.is_some_and(|length| length < enough) {
        let message = format!(
            "The field {name} of {module} is not a writable text field of at least {enough} characters."
        );
        let cure = format!("Rename or delete {name} in Zoho, then run setup again: it makes a fitting one.");
        return Some(Blocked::new(flow, "key_unfit", message, cure));
    }
    if field == CustomField::Number && live.unique.is_none() {
        let message = format!("The field {name} of {module} allows duplicate values.");
        let cure = format!(
            "Tick \"Do not allow duplicate values\" for {name} in Zoho (Setup, Modules and Fields), then run setup again."
        );
        return Some(Blocked::new(flow, "key_not_unique", message, cure));
    }
    None
}

fn no_unique_slot(flow: Flow, unique: &[&FieldInfo]) -> Blocked {
    let module = flow.module();
    let held_by: Vec<String> = unique.iter().map(|field| field.api_name.clone()).collect();
    let reusable: Vec<String> =
        unique.iter().filter(|field| can_be_key(field)).map(|field| field.api_name.clone()).collect();
    let message = format!(
        "Zoho allows {UNIQUE_FIELDS} unique fields in {module}, and {} hold both places; \"{}\" needs one.",
        held_by.join(" and "),
        CustomField::Number.label()
    );
    let cure = if reusable.is_empty() {
        "Allow duplicate values for one of them in Zoho, then run setup again.".to_owned()
    } else {
        format!(
            "Allow duplicate values for one of them in Zoho, then run setup again; or let setup use {} for Business Central's numbers.",
            reusable.join(" or ")
        )
    };
    Blocked { held_by, reusable, ..Blocked::new(flow, "no_unique_slot", message, cure) }
}

impl Blocked {
    fn new(flow: Flow, code: &'static str, message: String, cure: String) -> Self {
        Self { flow, code, message, cure, held_by: Vec::new(), reusable: Vec::new() }
    }
}

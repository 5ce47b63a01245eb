//! What setup makes, and what it leaves to people.

use sync::flow::Flow;
use sync::org_schema::{CustomField, ModuleSchema, OrgSchema};
use sync::setup::{PlannedField, SetupPlan, plan};
use zoho_crm::{Edition, FieldInfo, Module, Unique};

use crate::scene::{Scene, field};

/// The scene's org before anything of ours was made.
fn bare() -> OrgSchema {
    let mut org = Scene::new().org;
    for flow in Flow::ALL {
        let schema = org.modules.get_mut(&flow.module()).unwrap();
        let fields: Vec<FieldInfo> = schema.fields.values().filter(|field| !field.custom).cloned().collect();
        *schema = ModuleSchema::new(true, fields, Some(flow));
    }
    org
}

fn add(org: &mut OrgSchema, flow: Flow, added: impl IntoIterator<Item = FieldInfo>) {
    let schema = org.modules.get_mut(&flow.module()).unwrap();
    let fields = schema.fields.values().cloned().chain(added).collect();
    *schema = ModuleSchema::new(true, fields, Some(flow));
}

fn unique(name: &str, data_type: &str, length: u32) -> FieldInfo {
    FieldInfo {
        unique: Some(Unique { case_sensitive: false }),
        length: Some(length),
        ..field(name, data_type)
    }
}

fn fields(planned: &[PlannedField], flow: Flow) -> Vec<CustomField> {
    planned.iter().filter(|planned| planned.flow == flow).map(|planned| planned.field).collect()
}

fn codes(plan: &SetupPlan) -> Vec<(Flow, &str)> {
    plan.blocked.iter().map(|blocked| (blocked.flow, blocked.code)).collect()
}

#[test]
fn a_bare_org_gets_every_field_keys_first() {
    let plan = plan(&bare(), &Flow::ALL);
    let keys = plan.create.iter().position(|planned| !planned.field.is_key()).unwrap();
    assert_eq!(keys, 2 * Flow::ALL.len());
    for flow in Flow::ALL {
        assert_eq!(fields(&plan.create, flow), CustomField::of(flow), "{flow}");
    }
    assert!(plan.blocked.is_empty() && plan.no_room.is_empty() && plan.line_product && !plan.is_done());
}

#[test]
fn an_org_that_has_everything_needs_nothing() {
    let plan = plan(&Scene::new().org, &Flow::ALL);
    assert!(plan.is_done() && plan.missing_optional.is_empty());
}

#[test]
fn invoices_alone_need_the_keys_of_accounts_and_products_too() {
    let plan = plan(&bare(), &[Flow::Invoices]);
    assert_eq!(fields(&plan.create, Flow::Customers), CustomField::KEYS);
    assert_eq!(fields(&plan.create, Flow::Items), CustomField::KEYS);
    assert_eq!(fields(&plan.create, Flow::Contacts), []);
}

#[test]
fn the_edition_s_limit_is_kept_and_what_has_no_room_is_named() {
    let mut org = bare();
    org.edition = Edition::Standard;
    let others = (0..5).map(|n| FieldInfo { custom: true, ..field(&format!("Own_{n}"), "text") });
    add(&mut org, Flow::Customers, others);
    let plan = plan(&org, &[Flow::Customers]);
    let made = fields(&plan.create, Flow::Customers);
    assert_eq!(made, &CustomField::of(Flow::Customers)[..5]);
    assert_eq!((plan.missing_optional.len(), plan.no_room.len()), (9, 6));
}

#[test]
fn without_room_for_the_keys_nothing_is_made() {
    let mut org = bare();
    org.edition = Edition::Free;
    let plan = plan(&org, &[Flow::Customers, Flow::Contacts]);
    assert_eq!(
        codes(&plan),
        [(Flow::Customers, "custom_fields_not_available"), (Flow::Contacts, "custom_fields_not_available")]
    );
    assert!(plan.create.is_empty());
}

#[test]
fn two_unique_fields_leave_no_slot_and_are_both_named() {
    let mut org = bare();
    add(&mut org, Flow::Customers, [unique("ERP_No", "text", 40), unique("Tax_Mail", "email", 100)]);
    let plan = plan(&org, &[Flow::Customers]);
    assert_eq!(codes(&plan), [(Flow::Customers, "no_unique_slot")]);
    assert_eq!(plan.blocked[0].held_by, ["ERP_No", "Tax_Mail"]);
    assert_eq!(plan.blocked[0].reusable, ["ERP_No"]);
    assert!(plan.create.is_empty(), "optional fields without a key would only be in the way");
}

#[test]
fn a_reused_key_makes_the_plan_go_on() {
    let mut org = bare();
    add(&mut org, Flow::Customers, [unique("ERP_No", "text", 40), unique("Tax_Mail", "email", 100)]);
    org.choose_key(Flow::Customers, "ERP_No").unwrap();
    let plan = plan(&org, &[Flow::Customers]);
    assert!(plan.blocked.is_empty());
    assert_eq!(fields(&plan.create, Flow::Customers), &CustomField::of(Flow::Customers)[1..]);
}

#[test]
fn one_unique_field_leaves_a_slot() {
    let mut org = bare();
    add(&mut org, Flow::Contacts, [unique("Passport", "text", 40)]);
    assert!(plan(&org, &[Flow::Contacts]).blocked.is_empty());
}

#[test]
fn existing_fields_that_cannot_serve_as_keys_are_left_to_a_person() {
    let named = |label: &str, change: fn(&mut FieldInfo)| {
        let mut field =
            FieldInfo { custom: true, label: label.to_owned(), ..field(&label.replace(' ', "_"), "text") };
        change(&mut field);
        field
    };
    let cases: [(FieldInfo, &str); 4] = [
        (named("BC Number", |field| field.length = Some(50)), "key_not_unique"),
        (named("BC Number", |field| field.length = Some(10)), "key_unfit"),
        (named("BC Number", |field| field.data_type = "double".to_owned()), "key_unfit"),
        (named("BC Id", |field| field.length = Some(20)), "key_unfit"),
    ];
    for (existing, code) in cases {
        let mut org = bare();
        let label = existing.label.clone();
        add(&mut org, Flow::Customers, [existing]);
        assert_eq!(codes(&plan(&org, &[Flow::Customers])), [(Flow::Customers, code)], "{label}");
    }
}

#[test]
fn a_module_that_the_edition_lacks_is_blocked() {
    let mut org = bare();
    org.edition = Edition::Standard;
    for module in [Module::Products, Module::Invoices, Module::InvoicedItems] {
        *org.modules.get_mut(&module).unwrap() = ModuleSchema::default();
    }
    let plan = plan(&org, &[Flow::Customers, Flow::Items]);
    assert_eq!(codes(&plan), [(Flow::Items, "edition_too_small")]);
    assert_eq!(fields(&plan.create, Flow::Customers).len(), 10);
}

#[test]
fn the_plan_names_the_local_currency_in_tooltips() {
    let plan = plan(&bare(), &[Flow::Customers]).in_currency("GBP");
    let balance = plan.create.iter().find(|planned| planned.field == CustomField::Balance).unwrap();
    assert_eq!(balance.definition(plan.local_currency.as_deref()).tooltip.as_deref(), Some("In GBP"));
}

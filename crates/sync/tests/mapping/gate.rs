//! What the org allows, and what of it counts.

use sync::flow::Flow;
use sync::map::{deleted_fields, is_optional, owned_fields};
use sync::org_schema::{CustomField, OrgSchema};
use zoho_crm::{Edition, Module, User, ZohoId};

use crate::scene::{Scene, field};

fn code(org: &OrgSchema, flow: Flow) -> Option<&'static str> {
    org.gate(flow).err().map(|problem| problem.code)
}

#[test]
fn an_org_with_everything_lets_every_flow_through() {
    for flow in Flow::ALL {
        assert_eq!(code(&Scene::new().org, flow), None, "{flow}");
    }
}

#[test]
fn an_edition_without_inventory_stops_items_and_invoices_and_says_so() {
    let mut org = Scene::new().org;
    org.edition = Edition::Standard;
    for module in [Module::Products, Module::Invoices] {
        org.modules.get_mut(&module).unwrap().usable = false;
    }
    let problem = org.gate(Flow::Invoices).unwrap_err();
    assert_eq!(problem.code, "edition_too_small");
    assert_eq!(problem.message, "Invoices need Zoho CRM Professional or higher; this org has Standard.");
    assert_eq!((code(&org, Flow::Items), code(&org, Flow::Customers)), (Some("edition_too_small"), None));
}

#[test]
fn a_hidden_module_and_missing_or_weak_keys_are_told_apart() {
    let mut scene = Scene::new();
    scene.org.modules.get_mut(&Module::Contacts).unwrap().usable = false;
    scene.field(Module::Accounts, "BC_Number", |field| field.unique = None);
    scene.without(Module::Products, "BC_Id");
    assert_eq!(code(&scene.org, Flow::Contacts), Some("module_not_usable"));
    assert_eq!(code(&scene.org, Flow::Customers), Some("key_not_unique"));
    assert_eq!(code(&scene.org, Flow::Items), Some("keys_missing"));
    scene.org.modules.remove(&Module::Invoices);
    assert_eq!(code(&scene.org, Flow::Invoices), Some("module_not_usable"));
}

#[test]
fn our_fields_are_found_by_label_whatever_zoho_calls_them() {
    let mut fields = crate::scene::account_fields();
    let number = fields.iter_mut().find(|field| field.api_name == "BC_Number").unwrap();
    number.api_name = "BC_Number1".to_owned();
    let renamed = fields.iter_mut().find(|field| field.api_name == "BC_Status").unwrap();
    renamed.label = "State in ERP".to_owned();
    let mut org = Scene::new().org;
    org.modules
        .insert(Module::Accounts, sync::org_schema::ModuleSchema::new(true, fields, Some(Flow::Customers)));
    assert_eq!(org.our_field(Flow::Customers, CustomField::Number), Some("BC_Number1"));
    assert_eq!(org.our_field(Flow::Customers, CustomField::Status), Some("BC_Status"));
    assert_eq!(org.our_field(Flow::Customers, CustomField::OrderNumber), None);
}

#[test]
fn the_fingerprint_follows_what_the_mapping_depends_on_and_nothing_else() {
    let org = Scene::new().org;
    let changed = |change: &dyn Fn(&mut Scene)| {
        let mut scene = Scene::new();
        change(&mut scene);
        Flow::ALL.map(|flow| scene.org.fingerprint(flow) != org.fingerprint(flow))
    };
    // Customers, items, contacts, invoices, vendors, purchase orders.
    assert_eq!(changed(&|_| {}), [false; 6]);
    assert_eq!(
        changed(&|scene| scene.without(Module::Accounts, "BC_Email")),
        [true, false, false, false, false, false]
    );
    assert_eq!(
        changed(&|scene| scene.field(Module::Contacts, "Last_Name", |field| field.length = Some(80))),
        [false, false, true, false, false, false]
    );
    assert_eq!(
        changed(&|scene| scene.field(Module::Products, "Usage_Unit", |field| field.picklist.truncate(1))),
        [false, true, false, false, false, false]
    );
    assert_eq!(changed(&|scene| scene.org.taxes.clear()), [false, false, false, true, false, true]);
    assert_eq!(
        changed(
            &|scene| scene.field(Module::InvoicedItems, "List_Price", |field| field.decimal_place = Some(4))
        ),
        [false, false, false, true, false, false]
    );
    assert_eq!(changed(&|scene| scene.org.active_currencies.extend(["GBP".to_owned()])), [true; 6]);
    let newcomer = User { id: ZohoId::new("1"), name: "New".to_owned(), email: "new@contoso.com".to_owned() };
    assert_eq!(changed(&|scene| scene.org.users.push(newcomer.clone())), [false; 6]);
}

#[test]
fn we_own_what_the_tables_name_and_the_org_has() {
    let mut scene = Scene::new();
    scene.without(Module::Accounts, "Website");
    let owned = owned_fields(Flow::Customers, &scene.org);
    assert!(owned.iter().any(|name| name == "Phone") && owned.iter().any(|name| name == "BC_Balance"));
    for foreign in ["Website", "Description", "Owner"] {
        assert!(!owned.iter().any(|name| name == foreign), "{foreign}");
    }
    let currency =
        |scene: &Scene| owned_fields(Flow::Invoices, &scene.org).iter().any(|name| name == "Currency");
    assert!(currency(&scene) && !currency(&Scene::one_currency()));
}

#[test]
fn every_mapped_field_is_among_those_that_we_own() {
    let scene = Scene::new();
    let record = scene.record(Flow::Invoices, &crate::invoices::row(&[]));
    let owned = owned_fields(Flow::Invoices, &scene.org);
    for name in record.fields.keys() {
        assert!(owned.contains(name), "{name}");
    }
}

#[test]
fn keys_names_and_what_amounts_depend_on_are_not_optional() {
    let mut scene = Scene::new();
    scene.field(Module::Accounts, "Website", |field| field.mandatory = true);
    let cases = [
        (Flow::Customers, "Phone", true),
        (Flow::Customers, "BC_Balance", true),
        (Flow::Customers, "Website", false),
        (Flow::Customers, "Account_Name", false),
        (Flow::Customers, "BC_Number", false),
        (Flow::Customers, "BC_Id", false),
        (Flow::Customers, "Currency", true),
        (Flow::Contacts, "Email", true),
        (Flow::Contacts, "Account_Name", false),
        (Flow::Invoices, "Currency", false),
        (Flow::Invoices, "Invoiced_Items", false),
        (Flow::Invoices, "Status", true),
    ];
    for (flow, name, optional) in cases {
        assert_eq!(is_optional(flow, &scene.org, name), optional, "{flow} {name}");
    }
}

#[test]
fn a_deleted_source_is_marked_where_the_org_has_a_field_for_it() {
    let mut scene = Scene::new();
    assert_eq!(
        deleted_fields(Flow::Customers, &scene.org),
        [("BC_Status".to_owned(), "Deleted".into())].into()
    );
    let product = [("BC_Status".to_owned(), "Deleted".into()), ("Product_Active".to_owned(), false.into())];
    assert_eq!(deleted_fields(Flow::Items, &scene.org), product.into());
    scene.without(Module::Accounts, "BC_Status");
    assert!(deleted_fields(Flow::Customers, &scene.org).is_empty());
}

#[test]
fn a_chosen_key_must_be_a_unique_text_that_is_long_enough() {
    let mut scene = Scene::new();
    let unique = Some(zoho_crm::Unique { case_sensitive: false });
    let mut erp = field("ERP_No", "text");
    erp.unique = unique;
    let fields = &mut scene.org.modules.get_mut(&Module::Accounts).unwrap().fields;
    fields.insert("ERP_No".to_owned(), erp.clone());
    erp.length = Some(10);
    fields.insert("Short_No".to_owned(), erp);
    assert!(scene.org.choose_key(Flow::Customers, "Short_No").is_err());
    assert!(scene.org.choose_key(Flow::Customers, "Phone").is_err());
    assert!(scene.org.choose_key(Flow::Customers, "ERP_No").is_ok());
    assert_eq!(scene.org.our_field(Flow::Customers, CustomField::Number), Some("ERP_No"));
}

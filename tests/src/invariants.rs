//! What must hold after any history, whatever was edited, lost, refused or killed on the way.

use std::collections::BTreeSet;

use exact_json::{Map, Value};
use sandbox::World;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::reconcile::{Difference, DifferenceKind};
use sync::store::audit::{self, Proof};
use uuid::Uuid;

use crate::Rig;

/// The modules that hold copies.
const MODULES: [Module; 6] = [
    Module::Accounts,
    Module::Products,
    Module::Contacts,
    Module::Invoices,
    Module::Vendors,
    Module::PurchaseOrders,
];

/// Everything that must hold when both systems are at rest: they agree, and nothing is there twice.
pub async fn assert_holds(rig: &Rig) {
    assert_nothing_is_spoilt(rig);
    rig.assert_agrees().await;
}

/// What must hold at any time: nothing is there twice, nothing was written to Business Central, the audit trail is whole.
pub fn assert_nothing_is_spoilt(rig: &Rig) {
    assert_no_record_twice(&rig.world);
    assert_lines_are_whole(&rig.world);
    assert_audit_is_whole(rig);
    assert_business_central_was_only_read(&rig.world);
}

/// No two records of a module share a BC Id or a BC Number.
pub fn assert_no_record_twice(world: &World) {
    for module in MODULES {
        for key in ["BC_Id", "BC_Number"] {
            let mut seen = BTreeSet::new();
            for record in records(world, module) {
                if let Some(value) = text(&record, key) {
                    assert!(
                        seen.insert(value.to_lowercase()),
                        "{module:?} has two records with {key} {value}"
                    );
                }
            }
        }
    }
}

/// Every invoice in Zoho has as many rows as its source has lines that are more than a comment, or one where there is none: no row is
/// missing, none is there twice.
pub fn assert_lines_are_whole(world: &World) {
    let sources = world.bc(|bc| bc.table(Table::SalesInvoices).clone());
    for record in records(world, Module::Invoices) {
        let Some(source) = text(&record, "BC_Id").and_then(|id| sources.get(&id.parse().ok()?)) else {
            continue;
        };
        let lines = source.lines.iter().filter(|line| line.text("lineType") != "Comment").count().max(1);
        let rows = record.get("Invoiced_Items").and_then(Value::as_list).unwrap_or_default();
        assert_eq!(rows.len(), lines, "the rows of invoice {}: {rows:#?}", source.text("number"));
    }
}

/// Every order in Zoho whose source is still there has a row for each of its lines.
pub fn assert_orders_are_whole(world: &World) {
    let sources = world.bc(|bc| bc.table(Table::PurchaseOrders).clone());
    for record in records(world, Module::PurchaseOrders) {
        let Some(source) = text(&record, "BC_Id").and_then(|id| sources.get(&id.parse().ok()?)) else {
            continue;
        };
        let lines = source.lines.iter().filter(|line| line.text("lineType") != "Comment").count().max(1);
        let rows = record.get("Purchase_Items").and_then(Value::as_list).unwrap_or_default();
        assert_eq!(rows.len(), lines, "the rows of order {}: {rows:#?}", source.text("number"));
    }
}

/// The audit trail proves itself.
pub fn assert_audit_is_whole(rig: &Rig) {
    let proof = rig.store.read(audit::verify).unwrap();
    assert!(matches!(proof, Proof::Whole { entries } if entries > 0), "{proof:?}");
}

/// Nothing ever tried to write to Business Central.
pub fn assert_business_central_was_only_read(world: &World) {
    assert_eq!(world.bc(|bc| bc.write_attempts.clone()), Vec::<String>::new());
}

/// A person whose customer was deleted is nobody's person any more. The database remembers whose it was; a new one cannot know.
#[must_use]
pub fn has_lost_its_customer(world: &World, found: &Difference) -> bool {
    let Some(id) =
        found.bc_id.filter(|_| found.kind == DifferenceKind::Extra && found.flow == Flow::Contacts)
    else {
        return false;
    };
    let id: Uuid = id.to_string().parse().unwrap();
    world.bc(|bc| {
        let company = bc.table(Table::Contacts).get(&id).map(|row| row.text("companyNumber").to_owned());
        let mut customers = bc.table(Table::Customers).values();
        company.is_some_and(|company| customers.all(|customer| customer.text("companyContact") != company))
    })
}

fn records(world: &World, module: Module) -> Vec<Map> {
    world.zoho(|zoho| zoho.records(module))
}

fn text<'a>(record: &'a Map, key: &str) -> Option<&'a str> {
    record.get(key).and_then(Value::as_text)
}

//! What must hold after any history, whatever was edited, lost, refused or killed on the way.

use std::collections::{BTreeMap, BTreeSet};

use exact_json::{Map, Value};
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::map::LINE_PRODUCT_NUMBER;
use sync::store::audit::{self, Proof};

use crate::Rig;

/// The modules that hold copies.
const MODULES: [Module; 4] = [Module::Accounts, Module::Products, Module::Contacts, Module::Invoices];

/// Everything that must hold when both systems are at rest: they agree, and nothing is there twice.
pub async fn assert_holds(rig: &Rig) {
    assert_nothing_is_spoilt(rig);
    rig.assert_agrees().await;
}

/// What must hold at any time: nothing is there twice, nothing was written to Business Central, the audit trail is whole.
pub fn assert_nothing_is_spoilt(rig: &Rig) {
    assert_no_record_twice(rig);
    assert_lines_are_whole(rig);
    assert_audit_is_whole(rig);
    assert_business_central_was_only_read(rig);
}

/// No two records of a module share a BC Id or a BC Number.
pub fn assert_no_record_twice(rig: &Rig) {
    for module in MODULES {
        for key in ["BC_Id", "BC_Number"] {
            let mut seen = BTreeSet::new();
            for record in rig.zoho_records(module) {
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

/// Every invoice in Zoho has a row for each line of its source that is more than a comment, with the same quantities: none is missing,
/// none is there twice.
pub fn assert_lines_are_whole(rig: &Rig) {
    let placeholder = rig
        .zoho_records(Module::Products)
        .iter()
        .find(|product| text(product, "BC_Number") == Some(LINE_PRODUCT_NUMBER))
        .and_then(|product| text(product, "id").map(ToOwned::to_owned));
    let sources = rig.world.bc(|bc| bc.table(Table::SalesInvoices).clone());
    for record in rig.zoho_records(Module::Invoices) {
        let Some(source) = text(&record, "BC_Id").and_then(|id| sources.get(&id.parse().ok()?)) else {
            continue;
        };
        let mut want: BTreeMap<String, u32> = BTreeMap::new();
        for line in source.lines.iter().filter(|line| line.text("lineType") != "Comment") {
            *want.entry(line.number("quantity").to_string()).or_default() += 1;
        }
        let rows = record.get("Invoiced_Items").and_then(Value::as_list).unwrap_or_default();
        let is_filler = |row: &&Value| {
            let product =
                row.get("Product_Name").and_then(|product| product.get("id")).and_then(Value::as_text);
            let price = row.get("List_Price").and_then(Value::as_number).unwrap_or_default();
            want.is_empty() && product == placeholder.as_deref() && price.is_zero()
        };
        let mut have: BTreeMap<String, u32> = BTreeMap::new();
        for row in rows.iter().filter(|row| !is_filler(row)) {
            let quantity = row.get("Quantity").and_then(Value::as_number).unwrap_or_default();
            *have.entry(quantity.to_string()).or_default() += 1;
        }
        assert_eq!(want, have, "the rows of invoice {}, by quantity: {rows:#?}", source.text("number"));
    }
}

/// The audit trail proves itself.
pub fn assert_audit_is_whole(rig: &Rig) {
    let proof = rig.store.read(audit::verify).unwrap();
    assert!(matches!(proof, Proof::Whole { entries } if entries > 0), "{proof:?}");
}

/// Nothing ever tried to write to Business Central.
pub fn assert_business_central_was_only_read(rig: &Rig) {
    assert_eq!(rig.world.bc(|bc| bc.write_attempts.clone()), Vec::<String>::new());
}

fn text<'a>(record: &'a Map, key: &str) -> Option<&'a str> {
    record.get(key).and_then(Value::as_text)
}

//! Recorded and documented payloads of Business Central all map.

use std::path::Path;

use exact_json::Value;
use sync::flow::Flow;
use sync::map::Mapped;
use zoho_crm::ZohoId;

use crate::scene::{ITEM, Scene, id};

/// The rows of the payloads whose names begin so; none where the material is absent.
fn rows(prefixes: &[&str]) -> Vec<Value> {
    let folder =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/contracts/business-central/samples"));
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return Vec::new();
    }
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            let payload = Value::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
            match payload.get("value").and_then(Value::as_list) {
                Some(list) => rows.extend(list.iter().cloned()),
                None => rows.push(payload),
            }
        }
    }
    assert!(!rows.is_empty(), "the material has no {prefixes:?}");
    rows.retain(|row| row.get("id").is_some() && row.get("number").is_some());
    rows
}

#[test]
fn every_sample_of_master_data_becomes_a_record_or_is_skipped() {
    let scene = Scene::new();
    let samples = [
        (Flow::Customers, ["customers.", "customer.single"]),
        (Flow::Items, ["items.page", "items.page"]),
        (Flow::Contacts, ["contacts.page", "contact.created"]),
        (Flow::Vendors, ["vendors.page", "vendors.page"]),
    ];
    for (flow, prefixes) in samples {
        for row in rows(&prefixes) {
            let mapped = scene.map(flow, &row, false);
            assert!(matches!(mapped, Mapped::Record(_) | Mapped::Skip(_)), "{flow}: {mapped:?}");
        }
    }
}

#[test]
fn every_sample_of_an_order_agrees_to_the_cent() {
    let scene = Scene::new();
    for row in rows(&["purchaseOrder."]) {
        let record = scene.record(Flow::PurchaseOrders, &row);
        assert_eq!(record.predicted_total, record.expected_total, "{}", record.number);
    }
}

#[test]
fn every_sample_of_an_invoice_agrees_to_the_cent() {
    let mut scene = Scene::new();
    scene.links.deleted_customers = Some(ZohoId::new("5999"));
    scene.links.zoho.insert((Flow::Items, id(ITEM)), ZohoId::new("6001"));
    for row in rows(&["salesInvoice."]) {
        match scene.map(Flow::Invoices, &row, true) {
            Mapped::Record(record) => {
                assert_eq!(record.predicted_total, record.expected_total, "{}", record.number);
            }
            Mapped::Skip(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

//! What became of orders that are there no more.

use std::collections::BTreeSet;

use crate::scripted::{Reply, Service, page, unauthorized};

fn order(number: &str) -> String {
    format!(r#"{{"id":"00030000-0a1b-f011-9a4a-000000000001","orderNumber":"{number}"}}"#)
}

fn numbers(numbers: &[&str]) -> Vec<String> {
    numbers.iter().map(|number| (*number).to_owned()).collect()
}

fn set(found: &[&str]) -> BTreeSet<String> {
    found.iter().map(|number| (*number).to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_order_that_a_receipt_or_a_posted_invoice_names_was_completed() {
    let service = Service::new(|call| {
        let receipts = call.path.contains("/purchaseReceipts");
        page(&[&order(if receipts { "PO-1" } else { "PO-2" })], None)
    });
    let traces = service.company().traces_of_orders(&numbers(&["PO-1", "PO-2", "PO-3"])).await.unwrap();
    assert_eq!((traces.found, traces.conclusive), (set(&["PO-1", "PO-2"]), true));
    // A draft invoice proves nothing, and what is found already is not asked for again.
    assert!(
        service.calls()[1].path.ends_with(
            "/purchaseInvoices?$select=id,orderNumber&$filter=(orderNumber%20eq%20%27PO-2%27%20or%20orderNumber%20eq%20%27PO-3%27)\
             %20and%20(status%20eq%20%27Open%27%20or%20status%20eq%20%27Paid%27%20or%20status%20eq%20%27Canceled%27\
             %20or%20status%20eq%20%27Corrective%27)"
        ),
        "{:?}",
        service.calls()
    );
}

#[tokio::test(start_paused = true)]
async fn that_no_document_is_seen_at_all_proves_nothing() {
    let empty = Service::new(|_| page(&[], None));
    assert!(!empty.company().traces_of_orders(&numbers(&["PO-1"])).await.unwrap().conclusive);
    let others = Service::new(|call| {
        let row = order("PO-9");
        if call.path.contains("orderNumber%20eq") { page(&[], None) } else { page(&[&row], None) }
    });
    let traces = others.company().traces_of_orders(&numbers(&["PO-1"])).await.unwrap();
    assert_eq!((traces.found, traces.conclusive), (set(&[]), true));
}

#[tokio::test(start_paused = true)]
async fn documents_that_may_not_be_read_prove_nothing() {
    let closed: fn() -> Reply = unauthorized;
    let service = Service::new(move |call| {
        if call.path.contains("/purchaseInvoices") { closed() } else { page(&[&order("PO-1")], None) }
    });
    let traces = service.company().traces_of_orders(&numbers(&["PO-1", "PO-2"])).await.unwrap();
    assert_eq!((traces.found, traces.conclusive), (set(&["PO-1"]), false));
}

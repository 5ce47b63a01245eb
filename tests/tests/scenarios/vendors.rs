//! Vendors, from Business Central to Zoho.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use exact_json::Value;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::policy::{FlowPolicy, OnDelete};
use tests::looking::{assert_holds, counts, text};
use tests::{Choices, Rig, assert_clean};

async fn rig() -> Rig {
    Rig::bare_with(Choices::purchasing()).await
}

#[tokio::test(start_paused = true)]
async fn a_vendor_becomes_a_vendor_with_what_the_table_names() {
    let rig = rig().await;
    let id = rig.vendor("V10000", "Fabrikam, Inc.");
    for (name, value) in [
        ("email", "krystal.york@fabrikam.example"),
        ("phoneNumber", "+1 425 555 0100"),
        ("website", "HTTPS://fabrikam.example"),
        ("addressLine1", "10 North Lake Avenue"),
        ("addressLine2", "Floor 2"),
        ("city", "Atlanta"),
        ("state", "GA"),
        ("postalCode", "31772"),
        ("country", "US"),
    ] {
        rig.edit(Table::Vendors, id, name, value);
    }
    assert_clean(&rig.sync().await);
    let record = rig.zoho_record(Module::Vendors, "BC_Number", "V10000");
    assert_holds(
        &record,
        &[
            ("Vendor_Name", "Fabrikam, Inc.".into()),
            ("Email", "krystal.york@fabrikam.example".into()),
            ("Phone", "+1 425 555 0100".into()),
            ("Website", "https://fabrikam.example".into()),
            ("Street", "10 North Lake Avenue\nFloor 2".into()),
            ("City", "Atlanta".into()),
            ("State", "GA".into()),
            ("Zip_Code", "31772".into()),
            ("Country", "United States".into()),
            ("BC_Number", "V10000".into()),
            ("BC_Id", Value::text(id.to_string())),
            ("BC_Status", "Active".into()),
        ],
    );
    rig.assert_agrees().await;
    assert_clean(&rig.sync().await);
    assert_eq!(counts(&rig.sync().await, Flow::Vendors), [1, 0, 0, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_and_renumbered_vendor_stays_one_record() {
    let rig = rig().await;
    let (a, b) = (rig.vendor("V1", "One"), rig.vendor("V2", "Two"));
    assert_clean(&rig.sync().await);
    rig.edit(Table::Vendors, a, "displayName", "One and only");
    assert!(rig.world.bc(|bc| bc.swap_numbers(Table::Vendors, a, b)));
    assert_clean(&rig.sync().await);
    let one = rig.copy_of(Module::Vendors, a);
    assert_eq!((text(&one, "Vendor_Name"), text(&one, "BC_Number")), (Some("One and only"), Some("V2")));
    assert_eq!(rig.zoho_records(Module::Vendors).len(), 2);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_deleted_vendor_is_flagged_or_deleted_as_it_was_chosen() {
    for (on_delete, left) in [(OnDelete::Flag, Some("Deleted")), (OnDelete::Delete, None)] {
        let mut choices = Choices::purchasing();
        choices.policy.by_flow.insert(Flow::Vendors, FlowPolicy { on_delete, ..FlowPolicy::default() });
        let rig = Rig::bare_with(choices).await;
        let (gone, _) = (rig.vendor("V1", "One"), rig.vendor("V2", "Two"));
        assert_clean(&rig.sync().await);
        rig.delete(Table::Vendors, gone);
        assert_clean(&rig.full().await);
        let records = rig.zoho_records(Module::Vendors);
        let found = records.iter().find(|record| text(record, "BC_Number") == Some("V1"));
        assert_eq!(found.and_then(|record| text(record, "BC_Status")), left);
        assert_eq!(found.is_some(), left.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_in_zoho_already_is_matched_like_a_customer() {
    let rig = rig().await;
    let id = rig.vendor("V1", "Stahlhandel Gruber & Co. KG");
    rig.edit(Table::Vendors, id, "email", "einkauf@gruber.example");
    rig.edit(Table::Vendors, id, "city", "Linz");
    let values = [
        ("Vendor_Name".to_owned(), Value::text("Stahlhandel Gruber & Co KG")),
        ("Email".to_owned(), Value::text("einkauf@gruber.example")),
        ("City".to_owned(), Value::text("Linz")),
    ];
    let now = rig.clock.now();
    rig.world.zoho(|zoho| zoho.person_adds(Module::Vendors, &values.into(), now)).unwrap();
    let report = rig.sync().await;
    assert!(
        report.flow_problems.iter().any(|p| p.flow == Flow::Vendors && p.code == "match_review_needed"),
        "{report:#?}"
    );
    assert_eq!(rig.zoho_records(Module::Vendors).len(), 1);
    rig.create_whatever_is_there().await;
    assert_clean(&rig.sync().await);
    assert_eq!(rig.zoho_records(Module::Vendors).len(), 2);
}

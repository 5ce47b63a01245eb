//! Contacts of type Person become Contacts.

use exact_json::Value;
use sync::flow::Flow;
use sync::map::{Mapped, SkipReason};

use crate::scene::{CUSTOMER, RECORD, Scene, id, lookup, shown, warnings, with};

fn row(changes: &[(&str, &str)]) -> Value {
    let row = format!(
        r#"{{"id":"{RECORD}","number":"CT100140","type":"Person","displayName":"Ana María López","jobTitle":"Buyer",
        "companyNumber":"CT000001","companyName":"Adatum Corporation","contactBusinessRelation":"Customer",
        "addressLine1":"192 Market Square","addressLine2":"Suite 2","city":"Atlanta","state":"GA","country":"US","postalCode":"31772",
        "phoneNumber":"425 555 0100","mobilePhoneNumber":"425 555 0101","email":"ana@contoso.com","website":"",
        "privacyBlocked":false,"lastModifiedDateTime":"2025-03-05T19:19:22.37Z"}}"#
    );
    with(&Value::parse(&row).unwrap(), changes)
}

#[test]
fn a_person_becomes_a_contact_with_every_field_of_the_contract() {
    let record = Scene::new().record(Flow::Contacts, &row(&[]));
    let want = format!(
        r#"{{"Account_Name":{{"id":"5001"}},"BC_Id":"{RECORD}","BC_Number":"CT100140","BC_Status":"Active","Email":"ana@contoso.com","First_Name":"Ana María","Last_Name":"López","Mailing_City":"Atlanta","Mailing_Country":"United States","Mailing_State":"GA","Mailing_Street":"192 Market Square\nSuite 2","Mailing_Zip":"31772","Mobile":"425 555 0101","Phone":"425 555 0100","Title":"Buyer"}}"#
    );
    assert_eq!(Value::Object(record.fields).to_json(), want);
    assert!(record.warnings.is_empty());
}

#[test]
fn one_word_is_a_last_name_and_no_name_is_the_number() {
    let scene = Scene::new();
    for (name, first, last) in
        [("Cher", "null", "\"Cher\""), ("", "null", "\"CT100140\""), ("A  B", "\"A\"", "\"B\"")]
    {
        let record = scene.record(Flow::Contacts, &row(&[("displayName", &format!("\"{name}\""))]));
        assert_eq!(shown(&record.fields, ["First_Name", "Last_Name"]), [first, last]);
    }
}

#[test]
fn only_persons_who_belong_to_a_customer_and_are_not_blocked_are_copied() {
    let scene = Scene::new();
    let cases = [
        (("type", r#""Company""#), SkipReason::NotAPerson),
        (("type", r#""_x0020_""#), SkipReason::NotAPerson),
        (("privacyBlocked", "true"), SkipReason::PrivacyBlocked),
        (("companyNumber", r#""""#), SkipReason::NoCustomer),
        (("companyNumber", r#""CT999999""#), SkipReason::NoCustomer),
    ];
    for (change, reason) in cases {
        assert_eq!(scene.map(Flow::Contacts, &row(&[change]), true), Mapped::Skip(reason), "{change:?}");
    }
}

#[test]
fn a_person_without_a_company_contact_may_be_tied_by_the_own_number() {
    let mut scene = Scene::new();
    scene.links.ties.insert("CT100140".to_owned(), id(CUSTOMER));
    let record = scene.record(Flow::Contacts, &row(&[("companyNumber", r#""""#)]));
    assert_eq!(record.fields["Account_Name"], lookup("5001"));
}

#[test]
fn a_contact_waits_for_a_customer_that_will_come_and_for_no_other() {
    let mut scene = Scene::new();
    scene.links.zoho.clear();
    assert_eq!(scene.map(Flow::Contacts, &row(&[]), true), Mapped::Skip(SkipReason::CustomerNotSynced));
    scene.links.coming.insert((Flow::Customers, id(CUSTOMER)));
    match scene.map(Flow::Contacts, &row(&[]), true) {
        Mapped::Wait(wait) => assert_eq!((wait.flow, wait.what.as_str()), (Flow::Customers, CUSTOMER)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bad_address_is_left_out_and_the_first_of_several_is_taken() {
    let scene = Scene::new();
    let record = scene.record(Flow::Contacts, &row(&[("email", r#""ana at contoso""#)]));
    assert_eq!(shown(&record.fields, ["Email"]), ["-"]);
    assert_eq!(warnings(&record), [("Email", "bad_format")]);
    let record = scene.record(Flow::Contacts, &row(&[("email", r#""ana@contoso.com; bob@contoso.com""#)]));
    assert_eq!(shown(&record.fields, ["Email"]), ["\"ana@contoso.com\""]);
    assert_eq!(warnings(&record), [("Email", "first_of_several")]);
}

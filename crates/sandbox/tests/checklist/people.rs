//! Contacts and how they belong to customers (facts, §3.C).

use exact_json::Value;
use sandbox::business_central::schema::Table;
use uuid::Uuid;

use crate::support::{Bc, json, member, members};

/// A customer with its company contact, a person below it and an orphan.
fn people() -> (Bc, Uuid, Uuid) {
    let bc = Bc::empty();
    let customer = bc.customer("C1", "Acme");
    let contact = |number, kind, company| {
        bc.add(
            Table::Contacts,
            &[("number", number), ("type", kind), ("displayName", number), ("companyNumber", company)],
        )
    };
    let company = contact("CT1", "Company", "CT1");
    contact("CT2", "Person", "CT1");
    contact("CT3", "Person", "");
    bc.world.bc(|bc| bc.change(Table::Customers, customer, |row| row.set("companyContact", "CT1")));
    (bc, customer, company)
}

#[test]
fn contacts_of_a_customer_are_its_company_contact_and_the_persons_below_it() {
    let (bc, customer, _) = people();
    let rows = bc.rows(&format!("customers({customer})/contactsInformation"));
    let mut numbers = members(&rows, "contactNumber");
    numbers.sort();
    assert_eq!(numbers, ["CT1", "CT2"]);
    assert!(members(&rows, "relatedId").iter().all(|id| *id == customer.to_string()));
}

#[test]
fn contacts_of_a_customer_come_along_when_expanded() {
    let (bc, customer, _) = people();
    let row = json(&bc.get(&format!("customers({customer})?$select=id&$expand=contactsInformation")));
    assert_eq!(row.get("contactsInformation").and_then(Value::as_list).map(<[Value]>::len), Some(2));
}

#[test]
fn the_contact_itself_comes_along_with_contacts_information() {
    let (bc, customer, _) = people();
    let rows = bc.rows(&format!("customers({customer})/contactsInformation?$expand=contact($select=number)"));
    for row in rows {
        assert_eq!(member(row.get("contact").unwrap(), "number"), member(&row, "contactNumber"));
    }
}

#[test]
fn contacts_information_is_not_to_be_had_flat() {
    let (bc, ..) = people();
    assert_eq!(bc.get("contactsInformation").status, 400);
}

#[test]
fn a_person_names_the_company_contact_and_never_the_customer() {
    let (bc, ..) = people();
    let persons = bc.rows("contacts?$filter=type eq 'Person'&$select=number,companyNumber");
    let mut companies = members(&persons, "companyNumber");
    companies.sort();
    assert_eq!(companies, ["", "CT1"]);
}

#[test]
fn a_customers_company_contact_follows_it_and_is_stamped() {
    let (bc, customer, company) = people();
    let before = bc.read("contacts", company, "@odata.etag");
    bc.world.bc(|bc| bc.edit(Table::Customers, customer, "phoneNumber", "+49 30 1"));
    assert_eq!(bc.read("contacts", company, "phoneNumber").as_text(), Some("+49 30 1"));
    assert_ne!(bc.read("contacts", company, "@odata.etag"), before);
}

#[test]
fn a_customer_follows_its_company_contact_and_no_person() {
    let (bc, customer, company) = people();
    let version = |bc: &Bc| bc.read("customers", customer, "@odata.etag");
    let before = version(&bc);
    bc.world.bc(|bc| bc.edit(Table::Contacts, company, "website", "www.acme.example"));
    assert_eq!(bc.read("customers", customer, "website").as_text(), Some("www.acme.example"));
    let after = version(&bc);
    assert_ne!(before, after);
    let person = bc.world.bc(|bc| bc.find(Table::Contacts, "CT2").unwrap().id);
    bc.world.bc(|bc| bc.edit(Table::Contacts, person, "phoneNumber", "1"));
    bc.world.bc(|bc| bc.edit(Table::Contacts, company, "jobTitle", "none"));
    assert_eq!(version(&bc), after);
}

#[test]
fn a_privacy_blocked_person_says_so() {
    let (bc, ..) = people();
    let id = bc.add(Table::Contacts, &[("number", "CT9"), ("type", "Person")]);
    bc.world.bc(|bc| bc.edit(Table::Contacts, id, "privacyBlocked", true));
    assert_eq!(bc.read("contacts", id, "privacyBlocked").as_bool(), Some(true));
    assert_eq!(member(&json(&bc.get(&format!("contacts({id})"))), "lastInteractionDate"), "0001-01-01");
}

//! Contacts become Contacts of their customer's Account.

use std::time::Duration;

use exact_json::{Map, Value};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::report::Outcome;
use tests::looking::{assert_holds, counts, id_of, reference, text};
use tests::{Choices, Rig, assert_clean, of};
use uuid::Uuid;

/// A person with something in every field that is copied.
fn whole_person(rig: &Rig) -> Uuid {
    rig.world.bc(|bc| {
        let row = Row::new(bc.new_id())
            .with("number", "CT000019")
            .with("type", "Person")
            .with("displayName", "Ana María López")
            .with("jobTitle", "Buyer")
            .with("companyNumber", "CT-C1")
            .with("addressLine1", "Weg 1")
            .with("addressLine2", "2. OG")
            .with("city", "Hamburg")
            .with("state", "HH")
            .with("country", "DE")
            .with("postalCode", "20095")
            .with("phoneNumber", "+49 40 555 0100")
            .with("mobilePhoneNumber", "+49 170 555 0100")
            .with("email", "ana@adatum.example");
        bc.add(Table::Contacts, row)
    })
}

fn name(record: &Map) -> (Option<&str>, Option<&str>) {
    (text(record, "First_Name"), text(record, "Last_Name"))
}

#[tokio::test(start_paused = true)]
async fn every_field_of_a_contact_arrives_as_the_mapping_says() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    let id = whole_person(&rig);
    assert_clean(&rig.sync().await);
    let account = rig.account("C1").get("id").cloned().unwrap();
    let reference: Map = [("id".to_owned(), account), ("name".to_owned(), "Adatum".into())].into();
    let expected = [
        ("BC_Number", "CT000019".into()),
        ("BC_Id", id.to_string().into()),
        ("BC_Status", "Active".into()),
        ("First_Name", "Ana María".into()),
        ("Last_Name", "López".into()),
        ("Account_Name", Value::Object(reference)),
        ("Email", "ana@adatum.example".into()),
        ("Phone", "+49 40 555 0100".into()),
        ("Mobile", "+49 170 555 0100".into()),
        ("Title", "Buyer".into()),
        ("Mailing_Street", "Weg 1\n2. OG".into()),
        ("Mailing_City", "Hamburg".into()),
        ("Mailing_State", "HH".into()),
        ("Mailing_Zip", "20095".into()),
        ("Mailing_Country", "Germany".into()),
    ];
    assert_holds(&rig.contact("CT000019"), &expected);
    // The company contact itself is no person.
    assert_eq!(rig.zoho_records(Module::Contacts).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn edits_of_every_mapped_field_of_a_contact_arrive_one_by_one() {
    let edits: [(&str, Value, &str, Value); 12] = [
        ("displayName", "Cher".into(), "Last_Name", "Cher".into()),
        ("displayName", "".into(), "Last_Name", "CT000019".into()),
        ("jobTitle", "".into(), "Title", Value::Null),
        ("addressLine1", "Weg 2".into(), "Mailing_Street", "Weg 2\n2. OG".into()),
        ("addressLine2", "".into(), "Mailing_Street", "Weg 2".into()),
        ("city", "Wien".into(), "Mailing_City", "Wien".into()),
        ("state", "".into(), "Mailing_State", Value::Null),
        ("country", "AT".into(), "Mailing_Country", "Austria".into()),
        ("postalCode", "1010".into(), "Mailing_Zip", "1010".into()),
        ("phoneNumber", "n/a".into(), "Phone", Value::Null),
        ("mobilePhoneNumber", "+43 1 555 0100".into(), "Mobile", "+43 1 555 0100".into()),
        ("email", "ana@adatum.example; b@x.example".into(), "Email", "ana@adatum.example".into()),
    ];
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    let id = whole_person(&rig);
    assert_clean(&rig.sync().await);
    for (property, value, field, expected) in edits {
        rig.pass(Duration::from_secs(60)).await;
        rig.edit(Table::Contacts, id, property, value);
        let report = rig.poll().await;
        assert_clean(&report);
        assert_eq!(of(&report, Flow::Contacts).failed, 0);
        assert_eq!(rig.contact("CT000019").get(field), Some(&expected), "{property} in {field}");
    }
    assert_eq!(name(&rig.contact("CT000019")), (None, Some("CT000019")));
}

#[tokio::test(start_paused = true)]
async fn a_contact_follows_its_customer_when_it_changes_company() {
    let rig = Rig::bare().await;
    let (a, b) = (rig.customer("C1", "Adatum"), rig.customer("C2", "Fabrikam"));
    let id = whole_person(&rig);
    assert_clean(&rig.sync().await);
    let account = |number: &str| Some(id_of(&rig.account(number)));
    assert_eq!(reference(&rig.contact("CT000019"), "Account_Name"), account("C1"));
    rig.edit(Table::Contacts, id, "companyNumber", "CT-C2");
    assert_clean(&rig.poll().await);
    assert_eq!(reference(&rig.contact("CT000019"), "Account_Name"), account("C2"));

    // The company contact itself goes to another customer: its persons follow, although nobody edited them.
    rig.world.bc(|bc| {
        bc.change(Table::Customers, b, |row| row.set("companyContact", "CT-C1"));
        bc.change(Table::Customers, a, |row| row.set("companyContact", "CT-C2"));
    });
    assert_clean(&rig.poll().await);
    assert_eq!(reference(&rig.contact("CT000019"), "Account_Name"), account("C1"));
}

#[tokio::test(start_paused = true)]
async fn persons_without_a_customer_are_left_alone_until_they_have_one() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    let orphan = rig.person("P1", "Ann Beebe", "NOBODY");
    rig.edit(Table::Contacts, orphan, "companyNumber", "");
    rig.person("P2", "Bob Cole", "C2");
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Contacts), [2, 0, 0, 0, 2, 0, 0]);
    assert_eq!(rig.zoho_records(Module::Contacts).len(), 0);

    // The unknown company becomes a customer, and the orphan gets a company.
    rig.customer("C2", "Fabrikam");
    rig.edit(Table::Contacts, orphan, "companyNumber", "CT-C1");
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Contacts).created, 2);
    assert_eq!(reference(&rig.contact("P1"), "Account_Name"), Some(id_of(&rig.account("C1"))));
    assert_eq!(reference(&rig.contact("P2"), "Account_Name"), Some(id_of(&rig.account("C2"))));
}

#[tokio::test(start_paused = true)]
async fn a_contact_waits_for_a_customer_that_zoho_refuses_and_follows_it() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    whole_person(&rig);
    rig.world
        .zoho(|zoho| zoho.poison(Module::Accounts, "Account_Name", "Adatum", "NOT_ALLOWED", "no Adatums"));
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!(counts(&report, Flow::Customers), [1, 0, 0, 0, 0, 1, 0]);
    assert_eq!(counts(&report, Flow::Contacts), [1, 0, 0, 0, 0, 0, 1]);
    rig.edit(Table::Customers, customer, "displayName", "Fabrikam");
    assert_clean(&rig.poll().await);
    assert_eq!(reference(&rig.contact("CT000019"), "Account_Name"), Some(id_of(&rig.account("C1"))));
    assert_eq!(rig.problems(), []);
}

#[tokio::test(start_paused = true)]
async fn a_person_blocked_for_privacy_is_never_copied() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    let id = whole_person(&rig);
    rig.edit(Table::Contacts, id, "privacyBlocked", Value::Bool(true));
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Contacts), [1, 0, 0, 0, 1, 0, 0]);
    assert_eq!(rig.zoho_records(Module::Contacts).len(), 0);
    rig.edit(Table::Contacts, id, "privacyBlocked", Value::Bool(false));
    assert_clean(&rig.sync().await);
    assert_eq!(name(&rig.contact("CT000019")), (Some("Ana María"), Some("López")));
}

#[tokio::test(start_paused = true)]
async fn a_person_blocked_after_copying_is_for_the_user_to_decide() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    let id = whole_person(&rig);
    assert_clean(&rig.sync().await);
    let (before, writes) = (rig.contact("CT000019"), rig.writes());
    rig.edit(Table::Contacts, id, "privacyBlocked", Value::Bool(true));
    rig.edit(Table::Contacts, id, "phoneNumber", "+49 40 555 0199");
    for report in [rig.poll().await, rig.sync().await] {
        assert_eq!(report.outcome, Outcome::Attention);
        assert_eq!(rig.problems(), [("CT000019".to_owned(), "privacy_blocked".to_owned())]);
    }
    assert_eq!((rig.contact("CT000019"), rig.writes()), (before.clone(), writes));
    // Decided: it is deleted in Zoho.
    let now = rig.world.now();
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Contacts, &id_of(&before), now)).unwrap();
    rig.replay(Replay::All).await;
    assert_eq!(rig.problems(), []);
    assert_clean(&rig.full().await);
    assert_eq!((rig.zoho_records(Module::Contacts).len(), rig.writes()), (0, writes));
}

#[tokio::test(start_paused = true)]
async fn two_persons_of_one_e_mail_address_are_two_contacts() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    for number in ["P1", "P2"] {
        let id = rig.person(number, "Ann Beebe", "C1");
        rig.edit(Table::Contacts, id, "email", "info@adatum.example");
    }
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.contact("P1"), "Email"), Some("info@adatum.example"));
    assert_eq!(text(&rig.contact("P2"), "Email"), Some("info@adatum.example"));
    assert_eq!(rig.zoho_records(Module::Contacts).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_the_org_made_e_mail_unique_the_second_goes_without_it() {
    let rig = Rig::bare_in(Choices::default(), |world| {
        world.zoho(|zoho| zoho.set_unique(Module::Contacts, "Email", true)).unwrap();
        let now = world.now();
        let theirs =
            [("Last_Name".to_owned(), "Theirs".into()), ("Email".to_owned(), "x@adatum.example".into())];
        world.zoho(|zoho| zoho.person_adds(Module::Contacts, &theirs.into(), now)).unwrap();
    })
    .await;
    rig.customer("C1", "Adatum");
    let mut ids = Vec::new();
    for (number, email) in
        [("P1", "info@adatum.example"), ("P2", "INFO@adatum.example"), ("P3", "x@adatum.example")]
    {
        let id = rig.person(number, number, "C1");
        rig.edit(Table::Contacts, id, "email", email);
        ids.push(id);
    }
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Contacts).created, 3);
    let emails = |rig: &Rig| {
        ["P1", "P2"]
            .map(|number| text(&rig.contact(number), "Email").map(ToOwned::to_owned))
            .iter()
            .flatten()
            .count()
    };
    assert_eq!(emails(&rig), 1);
    assert_eq!(text(&rig.contact("P3"), "Email"), None);
    let left_out = [("Email".to_owned(), "left_out".to_owned())];
    assert_eq!(rig.warnings(Flow::Contacts, ids[2]), left_out);
    let warned = ids[..2].iter().filter(|id| rig.warnings(Flow::Contacts, **id) == left_out).count();
    assert_eq!(warned, 1);
    // The stranger was not written over.
    let theirs = rig.zoho_record(Module::Contacts, "Last_Name", "Theirs");
    assert_eq!((text(&theirs, "Email"), text(&theirs, "BC_Id")), (Some("x@adatum.example"), None));

    // Without the database: the same records, and nothing new.
    let rig = rig.without_database();
    let report = rig.full().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Contacts).created, 0);
    assert_eq!(rig.zoho_records(Module::Contacts).len(), 4);
    assert_eq!(emails(&rig), 1);
    assert_eq!(rig.warnings(Flow::Contacts, ids[2]), left_out);
    let writes = rig.writes();
    assert_clean(&rig.full().await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_clashes_with_a_unique_e_mail_clears_it_and_lets_the_rest_through() {
    let rig = Rig::bare_in(Choices::default(), |world| {
        world.zoho(|zoho| zoho.set_unique(Module::Contacts, "Email", true)).unwrap();
    })
    .await;
    rig.customer("C1", "Adatum");
    whole_person(&rig);
    let id = rig.person("P2", "Bob Cole", "C1");
    rig.edit(Table::Contacts, id, "email", "bob@adatum.example");
    assert_clean(&rig.sync().await);
    rig.edit(Table::Contacts, id, "email", "ana@adatum.example");
    rig.edit(Table::Contacts, id, "jobTitle", "Clerk");
    assert_clean(&rig.sync().await);
    let contact = rig.contact("P2");
    assert_eq!((contact.get("Email"), text(&contact, "Title")), (Some(&Value::Null), Some("Clerk")));
    assert_eq!(rig.warnings(Flow::Contacts, id), [("Email".to_owned(), "left_out".to_owned())]);
    let writes = rig.writes();
    // Only the clash is edited once more: nothing is left to write.
    rig.edit(Table::Contacts, id, "email", "ANA@adatum.example");
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(rig.writes(), writes);
    assert_eq!(of(&report, Flow::Contacts).updated, 0);
}

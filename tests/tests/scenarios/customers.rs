//! Customers become Accounts, field by field, and stay right when they change.

use std::time::Duration;

use exact_json::{Map, Value};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::policy::FlowPolicy;
use tests::looking::{assert_holds, counts, id_of, reference, text};
use tests::{Choices, Rig, assert_clean, decimal, number, of};
use uuid::Uuid;

/// A customer with something in every field that is copied.
fn whole_customer(rig: &Rig) -> Uuid {
    rig.world.bc(|bc| {
        let terms = bc.table(Table::PaymentTerms).values().find(|row| row.text("code") == "30D");
        let terms = terms.map(|row| row.id.to_string()).unwrap_or_default();
        let row = Row::new(bc.new_id())
            .with("number", "C00070")
            .with("displayName", "Adatum Corporation")
            .with("addressLine1", "192 Market Square")
            .with("addressLine2", "Suite 2")
            .with("city", "Atlanta")
            .with("state", "GA")
            .with("country", "US")
            .with("postalCode", "31772")
            .with("phoneNumber", "+1 404 555 0100")
            .with("website", "www.adatum.example")
            .with("email", "robert.townes@adatum.example")
            .with("taxRegistrationNumber", "US789456278")
            .with("salespersonCode", "JO")
            .with("creditLimit", decimal("25000.5"))
            .with("blocked", "Ship")
            .with("paymentTermsId", terms)
            .with("balance", decimal("1499.03"))
            .with("overdueAmount", decimal("-0.01"));
        bc.add(Table::Customers, row)
    })
}

fn whole_account(id: Uuid) -> Vec<(&'static str, Value)> {
    vec![
        ("BC_Number", "C00070".into()),
        ("BC_Id", id.to_string().into()),
        ("BC_Status", "Active".into()),
        ("Account_Name", "Adatum Corporation".into()),
        ("Phone", "+1 404 555 0100".into()),
        ("Website", "www.adatum.example".into()),
        ("Billing_Street", "192 Market Square\nSuite 2".into()),
        ("Billing_City", "Atlanta".into()),
        ("Billing_State", "GA".into()),
        ("Billing_Code", "31772".into()),
        ("Billing_Country", "United States".into()),
        ("BC_Balance", decimal("1499.03").into()),
        ("BC_Overdue", decimal("-0.01").into()),
        ("BC_Credit_Limit", decimal("25000.5").into()),
        ("BC_Blocked", "Ship".into()),
        ("BC_Payment_Terms", "Net 30 days".into()),
        ("BC_Salesperson", "JO".into()),
        ("BC_Email", "robert.townes@adatum.example".into()),
        ("BC_Tax_Number", "US789456278".into()),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_field_of_a_customer_arrives_as_the_mapping_says() {
    let rig = Rig::bare().await;
    let id = whole_customer(&rig);
    assert_clean(&rig.sync().await);
    assert_holds(&rig.account("C00070"), &whole_account(id));
    assert_eq!(rig.warnings(Flow::Customers, id), []);
}

#[tokio::test(start_paused = true)]
async fn a_customer_of_blanks_arrives_with_its_number_for_a_name_and_nothing_else() {
    let rig = Rig::bare().await;
    let id = rig.world.bc(|bc| {
        let row = Row::new(bc.new_id())
            .with("number", "C1")
            .with("country", "XK")
            .with("salespersonCode", " ")
            .with("phoneNumber", "  ");
        bc.add(Table::Customers, row)
    });
    assert_clean(&rig.sync().await);
    let expected = [
        ("BC_Number", "C1".into()),
        ("BC_Id", id.to_string().into()),
        ("BC_Status", "Active".into()),
        ("Account_Name", "C1".into()),
        ("Billing_Country", "XK".into()),
        ("BC_Balance", decimal("0").into()),
        ("BC_Overdue", decimal("0").into()),
    ];
    assert_holds(&rig.account("C1"), &expected);
}

#[tokio::test(start_paused = true)]
async fn edits_of_every_mapped_field_arrive_one_by_one() {
    let edits: [(&str, Value, &str, Value); 17] = [
        ("displayName", "Adatum Inc.".into(), "Account_Name", "Adatum Inc.".into()),
        ("phoneNumber", "(425) 555-0101".into(), "Phone", "(425) 555-0101".into()),
        ("website", "adatum.example/shop".into(), "Website", "adatum.example/shop".into()),
        ("addressLine1", "1 High Street".into(), "Billing_Street", "1 High Street\nSuite 2".into()),
        ("addressLine2", "".into(), "Billing_Street", "1 High Street".into()),
        ("city", "Vienna".into(), "Billing_City", "Vienna".into()),
        ("state", "".into(), "Billing_State", Value::Null),
        ("postalCode", "1010".into(), "Billing_Code", "1010".into()),
        ("country", "AT".into(), "Billing_Country", "Austria".into()),
        ("creditLimit", decimal("0").into(), "BC_Credit_Limit", Value::Null),
        ("blocked", "All".into(), "BC_Blocked", "All".into()),
        ("blocked", "_x0020_".into(), "BC_Blocked", Value::Null),
        ("salespersonCode", "LM".into(), "BC_Salesperson", "LM".into()),
        ("email", "new@adatum.example".into(), "BC_Email", "new@adatum.example".into()),
        ("taxRegistrationNumber", "".into(), "BC_Tax_Number", Value::Null),
        ("paymentTermsId", Uuid::nil().to_string().into(), "BC_Payment_Terms", Value::Null),
        ("displayName", "".into(), "Account_Name", "C00070".into()),
    ];
    let rig = Rig::bare().await;
    let id = whole_customer(&rig);
    assert_clean(&rig.sync().await);
    for (property, value, field, expected) in edits {
        rig.pass(Duration::from_secs(60)).await;
        rig.edit(Table::Customers, id, property, value);
        let report = rig.poll().await;
        assert_clean(&report);
        assert_eq!(counts(&report, Flow::Customers), [1, 0, 1, 0, 0, 0, 0], "{property}");
        assert_eq!(rig.account("C00070").get(field), Some(&expected), "{property} in {field}");
    }
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn balance_and_overdue_amount_arrive_although_no_timestamp_moves() {
    let rig = Rig::bare().await;
    let id = whole_customer(&rig);
    assert_clean(&rig.sync().await);
    rig.pass(Duration::from_secs(6 * 60)).await;
    rig.world.bc(|bc| {
        bc.move_quietly(Table::Customers, id, |row| {
            row.set("balance", decimal("0.10"));
            row.set("overdueAmount", decimal("700"));
        })
    });
    let report = rig.poll().await;
    assert_eq!(counts(&report, Flow::Customers), [1, 0, 1, 0, 0, 0, 0]);
    let account = rig.account("C00070");
    assert_eq!(number(&account, "BC_Balance"), decimal("0.1"));
    assert_eq!(number(&account, "BC_Overdue"), decimal("700"));
}

#[tokio::test(start_paused = true)]
async fn two_customers_of_one_name_stay_two_accounts() {
    let rig = Rig::bare().await;
    let (a, b) = (rig.customer("C1", "Müller GmbH"), rig.customer("C2", "Müller GmbH"));
    assert_clean(&rig.sync().await);
    assert_clean(&rig.full().await);
    assert_eq!(text(&rig.account("C1"), "BC_Id"), Some(a.to_string().as_str()));
    assert_eq!(text(&rig.account("C2"), "BC_Id"), Some(b.to_string().as_str()));
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn nasty_names_arrive_to_the_letter() {
    let long = "x".repeat(99) + "é";
    let names = [
        "🏭 Werk \u{1F1E9}\u{1F1EA} 👩‍🔧",
        "O'Brien & \"Sons\" <Ltd.> \\ 100 %",
        "שלום חברה בע״מ",
        "مؤسسة الخليج",
        long.as_str(),
        "select * from Accounts; --",
        "{\"a\":1}",
    ];
    let rig = Rig::bare().await;
    for (index, name) in names.iter().enumerate() {
        rig.customer(&format!("N'{index} \"é"), name);
    }
    assert_clean(&rig.sync().await);
    for (index, name) in names.iter().enumerate() {
        assert_eq!(text(&rig.account(&format!("N'{index} \"é")), "Account_Name"), Some(*name));
    }
    let rig = rig.without_database();
    let writes = rig.writes();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_name_longer_than_the_field_is_cut_with_a_warning() {
    let rig = Rig::bare_in(Choices::default(), |world| {
        world.zoho(|zoho| zoho.set_length(Module::Accounts, "Account_Name", 12)).unwrap();
    })
    .await;
    let id = rig.customer("C1", "Donaudampfschifffahrt");
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Account_Name"), Some("Donaudampfs…"));
    assert_eq!(rig.warnings(Flow::Customers, id), [("Account_Name".to_owned(), "cut".to_owned())]);
    rig.edit(Table::Customers, id, "displayName", "Donau");
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Account_Name"), Some("Donau"));
    assert_eq!(rig.warnings(Flow::Customers, id), []);
}

#[tokio::test(start_paused = true)]
async fn a_phone_and_a_website_that_zoho_refuses_are_left_out_and_leave_no_stale_value() {
    let rig = Rig::bare().await;
    let id = whole_customer(&rig);
    assert_clean(&rig.sync().await);
    rig.edit(Table::Customers, id, "phoneNumber", "n/a");
    rig.edit(Table::Customers, id, "website", "none yet");
    rig.edit(Table::Customers, id, "city", "Hamburg");
    assert_clean(&rig.sync().await);
    let account = rig.account("C00070");
    assert_eq!((account.get("Phone"), account.get("Website")), (Some(&Value::Null), Some(&Value::Null)));
    assert_eq!(text(&account, "Billing_City"), Some("Hamburg"));
    let bad = |field: &str| (field.to_owned(), "bad_format".to_owned());
    assert_eq!(rig.warnings(Flow::Customers, id), [bad("Phone"), bad("Website")]);

    rig.edit(Table::Customers, id, "phoneNumber", "Tel: 040/555  0100");
    rig.edit(Table::Customers, id, "website", "HTTPS://Adatum.example");
    assert_clean(&rig.sync().await);
    let account = rig.account("C00070");
    assert_eq!(text(&account, "Phone"), Some("040 555 0100"));
    assert_eq!(text(&account, "Website"), Some("https://Adatum.example"));
    assert_eq!(rig.warnings(Flow::Customers, id), []);
}

#[tokio::test(start_paused = true)]
async fn an_org_with_several_currencies_gets_only_those_that_are_active() {
    let rig = Rig::bare_in(Choices::default(), |world| {
        world.zoho(|zoho| {
            zoho.set_multi_currency(true);
            zoho.set_currency("USD", true);
            zoho.set_currency("GBP", false);
        });
    })
    .await;
    let mut ids = Vec::new();
    for (number, currency) in [("C1", "USD"), ("C2", "GBP"), ("C3", "")] {
        let id = rig.customer(number, "Ltd.");
        rig.edit(Table::Customers, id, "currencyCode", currency);
        ids.push(id);
    }
    assert_clean(&rig.sync().await);
    let currency = |number: &str| text(&rig.account(number), "Currency").map(ToOwned::to_owned);
    assert_eq!(currency("C1").as_deref(), Some("USD"));
    assert_eq!(currency("C2").as_deref(), Some("EUR"));
    assert_eq!(currency("C3").as_deref(), Some("EUR"));
    let inactive = ("Currency".to_owned(), "currency_inactive".to_owned());
    assert_eq!(rig.warnings(Flow::Customers, ids[0]), []);
    assert_eq!(rig.warnings(Flow::Customers, ids[1]), [inactive]);
    rig.assert_agrees().await;

    // Switched on in Zoho: the next run that reads the metadata anew sends it.
    rig.world.zoho(|zoho| zoho.set_currency("GBP", true));
    let rig = rig.restarted();
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C2"), "Currency"), Some("GBP"));
    assert_eq!(rig.warnings(Flow::Customers, ids[1]), []);
}

#[tokio::test(start_paused = true)]
async fn the_owner_follows_the_salesperson_on_create_only() {
    let mut users = Vec::new();
    let rig = Rig::bare_in(Choices::default(), |world| {
        users = world.zoho(|zoho| {
            vec![
                zoho.add_user("Jim Olive", "JO@northwind.example"),
                zoho.add_user("Linda Martin", "lm@northwind.example"),
            ]
        });
    })
    .await;
    let id = whole_customer(&rig);
    rig.customer("C2", "Nobody's");
    assert_clean(&rig.sync().await);
    assert_eq!(reference(&rig.account("C00070"), "Owner").as_ref(), Some(&users[0]));
    assert!(!users.contains(&reference(&rig.account("C2"), "Owner").unwrap()));
    rig.edit(Table::Customers, id, "salespersonCode", "LM");
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C00070"), "BC_Salesperson"), Some("LM"));
    assert_eq!(reference(&rig.account("C00070"), "Owner").as_ref(), Some(&users[0]));
}

#[tokio::test(start_paused = true)]
async fn a_persons_own_fields_are_never_touched() {
    let rig = Rig::bare().await;
    let id = whole_customer(&rig);
    assert_clean(&rig.sync().await);
    let own: [(&str, Value); 4] = [
        ("Description", "Likes tea".into()),
        ("Industry", "Manufacturing".into()),
        ("Shipping_City", "Bremen".into()),
        ("Annual_Revenue", decimal("1000000").into()),
    ];
    for (field, value) in &own {
        rig.by_hand(Module::Accounts, &rig.account("C00070"), field, value.clone());
    }
    rig.edit(Table::Customers, id, "city", "Hamburg");
    assert_clean(&rig.full().await);
    let rig = rig.without_database();
    rig.edit(Table::Customers, id, "state", "HH");
    assert_clean(&rig.sync().await);
    let account = rig.account("C00070");
    for (field, value) in own {
        assert_eq!(account.get(field), Some(&value));
    }
    assert_eq!(text(&account, "Billing_City"), Some("Hamburg"));
    assert_eq!(text(&account, "Billing_State"), Some("HH"));
}

#[tokio::test(start_paused = true)]
async fn only_the_fields_that_changed_are_sent() {
    let rig = Rig::bare().await;
    let id = whole_customer(&rig);
    assert_clean(&rig.sync().await);
    rig.edit(Table::Customers, id, "city", "Hamburg");
    assert_clean(&rig.sync().await);
    let sent: Map = rig.world.zoho(|zoho| zoho.writes_log.last().unwrap().sent.clone());
    let zoho_id = id_of(&rig.account("C00070"));
    let expected: Map = [("Billing_City".into(), "Hamburg".into()), ("id".into(), zoho_id.into())].into();
    assert_eq!(sent, expected);
}

#[tokio::test(start_paused = true)]
async fn a_run_without_changes_writes_nothing_and_costs_no_record_credits() {
    let rig = Rig::distributor().await;
    assert_clean(&rig.sync().await);
    let calls = || rig.world.zoho(|zoho| zoho.counters.calls.clone());
    let (before, writes) = (calls(), rig.writes());
    rig.pass(Duration::from_secs(10 * 60)).await;
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(rig.writes(), writes);
    for flow in Flow::BY_DEFAULT {
        let found = of(&report, flow);
        assert_eq!((found.created, found.updated, found.failed, found.held), (0, 0, 0, 0));
    }
    for kind in ["insert", "update", "upsert", "delete"] {
        assert_eq!(calls().get(kind), before.get(kind), "{kind}");
    }
    // Where nothing has to be looked at, Zoho is asked nothing.
    assert_eq!((report.calls.zoho, report.zoho_credits), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn workflows_run_only_where_they_were_chosen() {
    let rig = Rig::bare().await;
    let id = whole_customer(&rig);
    assert_clean(&rig.sync().await);
    rig.renumber(Table::Customers, id, "C71");
    rig.edit(Table::Customers, id, "city", "Hamburg");
    assert_clean(&rig.sync().await);
    assert_eq!(rig.world.zoho(|zoho| zoho.counters.triggers_run), 0);

    let chosen = FlowPolicy { workflows: true, ..FlowPolicy::default() };
    let rig = rig.with(|choices| choices.policy.by_flow = [(Flow::Customers, chosen)].into());
    rig.edit(Table::Customers, id, "city", "Bremen");
    rig.item("1000", "Bolt", "1");
    assert_clean(&rig.sync().await);
    assert_eq!(rig.world.zoho(|zoho| zoho.counters.triggers_run), 1);
}

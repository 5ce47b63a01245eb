//! Business keys change hands; records in Zoho never do.

use exact_json::{Map, Value};
use sandbox::business_central::invoices::Terms;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::reconcile::DifferenceKind;
use sync::report::Outcome;
use tests::looking::{counts, id_of, reference, text};
use tests::{Rig, assert_clean, of};

/// The Zoho id of every record of a module, by what it stands for.
fn ids(rig: &Rig, module: Module) -> Vec<(String, String)> {
    let of = |record: &Map| (text(record, "BC_Id").unwrap_or_default().to_owned(), id_of(record));
    let mut ids: Vec<_> = rig.zoho_records(module).iter().map(of).collect();
    ids.sort();
    ids
}

#[tokio::test(start_paused = true)]
async fn a_renumbered_customer_and_item_keep_their_records_and_invoices_still_point_to_them() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    let item = rig.item("1000", "Bolt", "1.50");
    rig.person("P1", "Ann Beebe", "C1");
    rig.invoice(customer, "I1", &[rig.line(item, "2", "1.50")], Terms::default());
    assert_clean(&rig.sync().await);
    let (account, product) = (id_of(&rig.account("C1")), id_of(&rig.product("1000")));

    rig.renumber(Table::Customers, customer, "C9");
    rig.renumber(Table::Items, item, "9000");
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Customers), [1, 0, 1, 0, 0, 0, 0]);
    assert_eq!(counts(&report, Flow::Items), [1, 0, 1, 0, 0, 0, 0]);
    assert_eq!(id_of(&rig.account("C9")), account);
    let bolt = rig.product("9000");
    assert_eq!(id_of(&bolt), product);
    assert_eq!(text(&bolt, "Product_Code"), Some("9000"));

    // A new invoice of both, and the old one read anew.
    rig.invoice(customer, "I2", &[rig.line(item, "1", "1.50")], Terms::default());
    assert_clean(&rig.full().await);
    for number in ["I1", "I2"] {
        let invoice = rig.zoho_record(Module::Invoices, "BC_Number", number);
        assert_eq!(reference(&invoice, "Account_Name"), Some(account.clone()));
        let row = invoice.get("Invoiced_Items").and_then(Value::as_list).unwrap()[0].clone();
        assert_eq!(reference(row.as_object().unwrap(), "Product_Name"), Some(product.clone()));
    }
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 1);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn two_records_that_exchange_their_numbers_stay_who_they_are() {
    let rig = Rig::bare().await;
    let (a, b) = (rig.customer("C1", "Adatum"), rig.customer("C2", "Fabrikam"));
    let (bolt, nut) = (rig.item("1000", "Bolt", "1"), rig.item("2000", "Nut", "2"));
    assert_clean(&rig.sync().await);
    let before = (ids(&rig, Module::Accounts), ids(&rig, Module::Products));
    rig.world.bc(|bc| {
        bc.swap_numbers(Table::Customers, a, b);
        bc.swap_numbers(Table::Items, bolt, nut);
    });
    assert_clean(&rig.poll().await);
    assert_eq!((ids(&rig, Module::Accounts), ids(&rig, Module::Products)), before);
    assert_eq!(text(&rig.account("C1"), "Account_Name"), Some("Fabrikam"));
    assert_eq!(text(&rig.account("C2"), "Account_Name"), Some("Adatum"));
    assert_eq!(text(&rig.product("1000"), "Product_Code"), Some("1000"));
    assert_eq!(text(&rig.product("1000"), "Product_Name"), Some("Nut"));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_ring_of_three_and_a_chain_are_renumbered_in_one_run() {
    let rig = Rig::bare().await;
    let ring: Vec<_> = ["C1", "C2", "C3"].map(|number| rig.customer(number, number)).into();
    let chain: Vec<_> = ["D1", "D2", "D3"].map(|number| rig.customer(number, number)).into();
    assert_clean(&rig.sync().await);
    let before = ids(&rig, Module::Accounts);
    for (id, to) in ring.iter().zip(["C2", "C3", "C1"]).chain(chain.iter().zip(["D2", "D3", "D4"])) {
        rig.world.bc(|bc| bc.change(Table::Customers, *id, |row| row.set("number", to)));
    }
    rig.customer("D1", "New");
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!((of(&report, Flow::Customers).created, of(&report, Flow::Customers).updated), (1, 6));
    let kept: Vec<_> = ids(&rig, Module::Accounts).into_iter().filter(|pair| before.contains(pair)).collect();
    assert_eq!(kept, before);
    let expected =
        [("C2", "C1"), ("C3", "C2"), ("C1", "C3"), ("D2", "D1"), ("D3", "D2"), ("D4", "D3"), ("D1", "New")];
    for (number, name) in expected {
        assert_eq!(text(&rig.account(number), "Account_Name"), Some(name), "{number}");
    }
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn numbers_that_differ_in_case_only_can_be_exchanged_for_one_another() {
    let rig = Rig::bare().await;
    let id = rig.customer("c1", "Adatum");
    assert_clean(&rig.sync().await);
    let account = id_of(&rig.account("c1"));
    rig.renumber(Table::Customers, id, "C1");
    assert_clean(&rig.sync().await);
    assert_eq!(id_of(&rig.account("C1")), account);
}

#[tokio::test(start_paused = true)]
async fn a_number_used_again_is_released_by_the_deleted_record() {
    let rig = Rig::bare().await;
    let old = rig.customer("C1", "Old");
    rig.customer("C2", "Other");
    assert_clean(&rig.sync().await);
    let old_account = id_of(&rig.account("C1"));
    rig.delete(Table::Customers, old);
    let new = rig.customer("C1", "New");
    assert_clean(&rig.full().await);

    let released = rig.account("C1 (deleted)");
    assert_eq!(id_of(&released), old_account);
    assert_eq!(text(&released, "BC_Id"), Some(old.to_string().as_str()));
    assert_eq!(text(&released, "BC_Status"), Some("Deleted"));
    assert_eq!(text(&released, "Account_Name"), Some("Old"));
    let account = rig.account("C1");
    assert_eq!(text(&account, "BC_Id"), Some(new.to_string().as_str()));
    assert_eq!(text(&account, "Account_Name"), Some("New"));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_number_used_again_and_again_is_released_each_time() {
    let rig = Rig::bare().await;
    rig.customer("C2", "Other");
    let mut id = rig.customer("C1", "First");
    assert_clean(&rig.sync().await);
    for name in ["Second", "Third"] {
        rig.delete(Table::Customers, id);
        id = rig.customer("C1", name);
        assert_clean(&rig.full().await);
    }
    assert_eq!(text(&rig.account("C1"), "Account_Name"), Some("Third"));
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 4);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_number_used_again_before_the_deletion_is_known_arrives_all_the_same() {
    let rig = Rig::bare().await;
    let old = rig.customer("C1", "Old");
    rig.customer("C2", "Other");
    assert_clean(&rig.sync().await);
    rig.delete(Table::Customers, old);
    let new = rig.customer("C1", "New");
    // This run looks for no deletions: it meets the old record only as the holder of the number.
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(counts(&report, Flow::Customers), [2, 1, 0, 1, 0, 0, 0]);
    assert_eq!(text(&rig.account("C1"), "BC_Id"), Some(new.to_string().as_str()));
    assert_eq!(text(&rig.account("C1 (deleted)"), "BC_Id"), Some(old.to_string().as_str()));
    assert_eq!(text(&rig.account("C1 (deleted)"), "BC_Status"), Some("Active"));
    assert_clean(&rig.full().await);
    assert_eq!(text(&rig.account("C1 (deleted)"), "BC_Status"), Some("Deleted"));
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_record_that_somebody_else_numbered_is_never_written_over() {
    let rig = Rig::bare().await;
    let now = rig.world.now();
    let strangers = [("C1", "3f6cf5ee-0c1e-4a2e-9b5e-0a52f0a9d001"), ("C2", "")];
    for (number, id) in strangers {
        let values: Map = [
            ("Account_Name".to_owned(), Value::text(format!("Theirs {number}"))),
            ("BC_Number".to_owned(), number.into()),
            ("BC_Id".to_owned(), id.into()),
        ]
        .into();
        rig.world.zoho(|zoho| zoho.person_adds(Module::Accounts, &values, now)).unwrap();
    }
    // Known to Business Central under another number: its own record will come to it.
    let known = rig.customer("C9", "Ours");
    let stranger = rig.account("C1");
    rig.by_hand(Module::Accounts, &stranger, "BC_Id", known.to_string());
    rig.customer("C1", "Wants C1");
    let without_id = rig.customer("C2", "Adopts C2");
    rig.sync().await;
    // C9 stood for the record with the number C1: it was adopted and renumbered, and C1 was free then.
    assert_eq!(id_of(&rig.account("C9")), id_of(&stranger));
    assert_eq!(text(&rig.account("C1"), "Account_Name"), Some("Wants C1"));
    assert_eq!(text(&rig.account("C2"), "BC_Id"), Some(without_id.to_string().as_str()));
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 3);
    assert_eq!(rig.problems(), []);
}

#[tokio::test(start_paused = true)]
async fn a_clone_made_by_hand_is_reported_and_never_written_over() {
    let rig = Rig::bare().await;
    let id = rig.customer("C1", "Adatum");
    rig.customer("C2", "Other");
    assert_clean(&rig.sync().await);
    let original = rig.account("C1");
    let now = rig.world.now();
    let clone = rig.world.zoho(|zoho| zoho.person_clones(Module::Accounts, &id_of(&original), now)).unwrap();

    // With the database, the original is known; the comparison names the clone.
    rig.edit(Table::Customers, id, "city", "Hamburg");
    assert_clean(&rig.sync().await);
    assert_eq!(text(&rig.account("C1"), "Billing_City"), Some("Hamburg"));
    let found = rig.compare().await;
    assert!(!found.agrees);
    let duplicates: Vec<_> =
        found.differences.iter().map(|found| (found.kind, found.zoho_id.clone())).collect();
    assert_eq!(duplicates, [(DifferenceKind::Duplicate, Some(clone.clone()))]);

    // Without it, nobody can say which one is the record: neither is touched.
    let rig = rig.without_database();
    rig.edit(Table::Customers, id, "city", "Bremen");
    let writes = rig.writes();
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!(rig.problems(), [("C1".to_owned(), "cloned_record".to_owned())]);
    assert!(rig.failures()[0].message.contains(&clone), "{}", rig.failures()[0].message);
    assert_eq!(rig.writes(), writes);

    // The clone is deleted: a replay closes the problem.
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Accounts, &clone, now)).unwrap();
    assert_clean(&rig.replay(Replay::All).await);
    assert_eq!(text(&rig.account("C1"), "Billing_City"), Some("Bremen"));
    assert_eq!(id_of(&rig.account("C1")), id_of(&original));
    assert_eq!(rig.problems(), []);
}

#[tokio::test(start_paused = true)]
async fn a_database_deleted_between_runs_creates_nothing_twice_and_writes_nothing() {
    let rig = Rig::distributor().await;
    assert_clean(&rig.sync().await);
    let modules = [Module::Accounts, Module::Products, Module::Contacts, Module::Invoices];
    let before = modules.map(|module| ids(&rig, module));
    let writes = rig.writes();
    let rig = rig.without_database();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(modules.map(|module| ids(&rig, module)), before);
    assert_eq!(rig.writes(), writes);
    for flow in Flow::BY_DEFAULT {
        assert_eq!((of(&report, flow).created, of(&report, flow).updated), (0, 0), "{flow}");
    }
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_database_deleted_while_records_were_renumbered_and_deleted_still_finds_them() {
    let rig = Rig::bare().await;
    let (a, b) = (rig.customer("C1", "Adatum"), rig.customer("C2", "Fabrikam"));
    let gone = rig.customer("C3", "Gone");
    assert_clean(&rig.sync().await);
    let before = ids(&rig, Module::Accounts);
    rig.world.bc(|bc| bc.swap_numbers(Table::Customers, a, b));
    rig.delete(Table::Customers, gone);
    let new = rig.customer("C3", "New");
    let rig = rig.without_database();
    assert_clean(&rig.sync().await);
    let kept: Vec<_> = ids(&rig, Module::Accounts).into_iter().filter(|pair| before.contains(pair)).collect();
    assert_eq!(kept, before);
    assert_eq!(text(&rig.account("C1"), "Account_Name"), Some("Fabrikam"));
    assert_eq!(text(&rig.account("C2"), "Account_Name"), Some("Adatum"));
    assert_eq!(text(&rig.account("C3"), "BC_Id"), Some(new.to_string().as_str()));
    assert_eq!(text(&rig.account("C3 (deleted)"), "BC_Id"), Some(gone.to_string().as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_profile_pointed_at_another_company_or_org_is_refused() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    assert_clean(&rig.sync().await);
    let (writes, calls) = (rig.writes(), rig.world.bc(|bc| bc.requests));

    let rig = rig.with(|choices| choices.origin.company = "CRONUS".to_owned());
    let report = rig.full().await;
    assert_eq!(report.outcome, Outcome::Failed);
    let error = report.error.unwrap();
    assert_eq!(error.code, "other_company_or_org");
    assert!(error.message.contains("company was"), "{}", error.message);
    assert_eq!(rig.writes(), writes);

    let rig = rig.with(|choices| choices.origin.company = sandbox::credentials::COMPANY.to_owned());
    rig.world.zoho(|zoho| zoho.set_zgid("999"));
    let report = rig.full().await;
    assert_eq!(report.error.as_ref().map(|error| error.code.as_str()), Some("other_company_or_org"));
    assert!(report.error.unwrap().message.contains("Zoho org was 808232144 and is now 999"));
    assert_eq!(rig.writes(), writes);
    // Each refusal asked only which companies there are.
    assert_eq!(rig.world.bc(|bc| bc.requests), calls + 2);

    rig.world.zoho(|zoho| zoho.set_zgid("808232144"));
    assert_clean(&rig.restarted().full().await);
}

#[tokio::test(start_paused = true)]
async fn a_clash_on_a_mandatory_unique_field_names_the_other_record_and_writes_nothing_over() {
    let rig = Rig::bare().await;
    rig.world.zoho(|zoho| zoho.set_unique(Module::Accounts, "Account_Name", true)).unwrap();
    let (first, second) = (rig.customer("C1", "Adatum"), rig.customer("C2", "Adatum"));
    rig.customer("C3", "Fabrikam");
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Attention);
    assert_eq!(counts(&report, Flow::Customers), [3, 2, 0, 0, 0, 1, 0]);
    let arrived = rig.zoho_record(Module::Accounts, "Account_Name", "Adatum");
    let problems = rig.failures();
    assert_eq!(
        problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(),
        ["zoho_duplicate_data"]
    );
    assert!(problems[0].message.contains(&id_of(&arrived)), "{}", problems[0].message);

    let held = if problems[0].number == "C1" { first } else { second };
    rig.edit(Table::Customers, held, "displayName", "Adatum II");
    assert_clean(&rig.poll().await);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 3);
    rig.assert_agrees().await;
}

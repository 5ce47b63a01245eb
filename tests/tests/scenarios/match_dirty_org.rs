//! A first load into an org that people typed by hand, of which it is known who is who.

use std::collections::BTreeMap;

use exact_json::Map;
use sandbox::business_central::schema::Table;
use sandbox::seed::dirty::DirtyOrg;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::match_review::ReviewOptions;
use sync::progress::Silent;
use sync::report::Outcome;
use tests::looking::{id_of, text};
use tests::{Choices, Rig, assert_clean, of};

#[tokio::test(start_paused = true)]
async fn a_first_load_into_an_org_that_was_typed_by_hand_makes_no_duplicate_and_takes_nothing_over_wrongly() {
    let mut choices = Choices::default();
    choices.policy.flows = vec![Flow::Customers];
    let mut truth = BTreeMap::new();
    let rig = Rig::bare_in(choices, |world| {
        let mut dirty = DirtyOrg::new(7);
        world.bc(|bc| dirty.fill_company(bc));
        let now = world.now();
        truth = world.zoho(|zoho| dirty.type_accounts(zoho, now)).unwrap();
    })
    .await;
    let customers = rig.world.bc(|bc| bc.table(Table::Customers).len());
    let before: BTreeMap<String, Map> =
        rig.zoho_records(Module::Accounts).into_iter().map(|account| (id_of(&account), account)).collect();

    let report = rig.sync().await;
    assert_eq!((report.outcome, of(&report, Flow::Customers).created), (Outcome::Attention, 0));
    let options =
        ReviewOptions { flows: None, accept_certain: true, create_rest: true, who: "ann".to_owned() };
    let reviewed = rig.engine.review(&options, &Silent, &rig.stop).await.unwrap();
    let decided = reviewed.flows[0].decided;
    println!(
        "{} of {customers} customers accepted as certain, {} more may be there",
        decided.accepted, decided.created
    );
    let accepted = decided.accepted;
    assert!(accepted > 500, "{reviewed:?}");
    let report = rig.sync().await;
    assert_clean(&report);

    tests::invariants::assert_no_record_twice(&rig.world);
    let after = rig.zoho_records(Module::Accounts);
    assert_eq!(after.len(), before.len() + customers - usize::try_from(accepted).unwrap());
    let mut taken_over = 0;
    for account in &after {
        let id = id_of(account);
        match (before.get(&id), text(account, "BC_Number")) {
            (Some(_), Some(number)) => {
                taken_over += 1;
                assert_eq!(truth[&id].as_deref(), Some(number), "{account:#?}");
            }
            // Doubles and strangers are as they were.
            (Some(as_typed), None) => assert_eq!(account, as_typed),
            (None, number) => assert!(number.is_some()),
        }
    }
    assert_eq!(taken_over, accepted);
    assert_eq!(after.iter().filter(|account| text(account, "BC_Id").is_some()).count(), customers);
}

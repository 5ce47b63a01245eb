//! The share of Zoho's daily credits that may be spent.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use sandbox::zoho::{Edition, Module};
use sync::flow::Flow;
use sync::report::Outcome;
use tests::invariants::assert_holds;
use tests::{Choices, Rig, assert_clean, of, outside};

/// Enough customers for more calls than the budget of the free edition allows at one percent.
const CUSTOMERS: usize = 1_500;

/// A profile that may spend one percent of 5,000 credits a day.
async fn thrifty() -> Rig {
    let (clock, random) = outside();
    let world = sandbox::World::new(clock.clone(), random);
    world.bc(sandbox::seed::bare);
    world.bc(|bc| sandbox::seed::bulk_customers(bc, CUSTOMERS));
    let mut choices = Choices::default();
    choices.policy.flows = vec![Flow::Customers];
    let rig = Rig::over(world, clock, choices);
    rig.set_up().await;
    // The fields stay when an org goes back to a smaller edition.
    rig.world.zoho(|zoho| zoho.set_edition(Edition::Free, false));
    rig.with(|choices| choices.policy.credit_budget_percent = 1)
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_ends_the_run_cleanly_and_later_days_complete_it() {
    let rig = thrifty().await;
    let report = rig.sync().await;
    let error = report.error.clone().expect("the budget is spent");
    assert_eq!(error.code, "zoho_credit_budget", "{error:?}");
    assert!(error.message.contains("credit") && !error.cure.is_empty(), "{error:?}");
    assert_eq!(report.outcome, Outcome::Attention, "{report:#?}");
    assert!(report.zoho_credits <= 50, "{}", report.zoho_credits);
    let first = rig.zoho_records(Module::Accounts).len();
    assert!(first > 0 && first < CUSTOMERS, "{first}");

    let again = rig.poll().await;
    assert!(report.zoho_credits + again.zoho_credits <= 50, "{}", again.zoho_credits);
    assert_eq!(again.error.map(|error| error.code), Some("zoho_credit_budget".to_owned()));

    let mut days = 0;
    let rig = loop {
        days += 1;
        assert!(days < 15, "it never completes");
        rig.pass(Duration::from_secs(24 * 3600 + 120)).await;
        let report = rig.poll().await;
        assert!(report.zoho_credits <= 50, "{}", report.zoho_credits);
        if report.error.is_none() {
            assert_clean(&report);
            break rig;
        }
    };
    assert_eq!(rig.zoho_records(Module::Accounts).len(), CUSTOMERS);
    let rig = rig.with(|choices| choices.policy.credit_budget_percent = 100);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn the_budget_outlives_a_restart() {
    let rig = thrifty().await;
    let mut spent = rig.sync().await.zoho_credits;
    let mut rig = rig;
    for _ in 0..4 {
        rig = rig.restarted();
        let report = rig.sync().await;
        spent += report.zoho_credits;
        assert_eq!(report.error.map(|error| error.code), Some("zoho_credit_budget".to_owned()));
    }
    assert!(spent <= 50, "{spent}");
}

#[tokio::test(start_paused = true)]
async fn a_larger_budget_goes_on_at_once() {
    let rig = thrifty().await;
    rig.sync().await;
    let rig = rig.with(|choices| choices.policy.credit_budget_percent = 100);
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), CUSTOMERS);
    assert!(of(&report, Flow::Customers).created > 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_without_changes_costs_no_record_credits() {
    let rig = Rig::bare().await;
    for n in 0..250 {
        rig.customer(&format!("C{n}"), &format!("Customer {n}"));
    }
    assert_clean(&rig.sync().await);
    let writes = rig.writes();
    rig.pass(Duration::from_secs(600)).await;
    let report = rig.poll().await;
    assert_clean(&report);
    assert_eq!(rig.writes(), writes);
    assert_eq!(report.zoho_credits, 0, "there is nothing to ask Zoho");
}

#[tokio::test(start_paused = true)]
async fn zohos_own_limit_ends_the_run_and_the_next_day_completes_it() {
    let rig = Rig::bare().await;
    for n in 0..400 {
        rig.customer(&format!("C{n}"), &format!("Customer {n}"));
    }
    let used = rig.world.zoho(|zoho| zoho.credits_used());
    rig.world.zoho(|zoho| zoho.set_credit_budget(Some(used + 25)));
    let report = rig.sync().await;
    let error = report.error.clone().expect("Zoho refuses");
    assert_eq!(error.code, "zoho_too_many_requests", "{error:?}");
    assert!(!error.cure.is_empty());
    rig.pass(Duration::from_secs(25 * 3600)).await;
    rig.world.zoho(|zoho| zoho.set_credit_budget(None));
    assert_clean(&rig.poll().await);
    assert_holds(&rig).await;
}

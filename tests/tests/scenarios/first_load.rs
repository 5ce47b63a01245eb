//! The first load of the seeded distributor, and what comes right after it.

use std::time::Duration;

use sandbox::business_central::invoices::Terms;
use sync::flow::Flow;
use sync::policy::BulkMode;
use tests::{Choices, Rig, assert_clean, of};

#[tokio::test(start_paused = true)]
async fn the_first_load_brings_every_record_and_both_systems_agree() {
    let rig = Rig::distributor().await;
    let report = rig.sync().await;
    for failure in rig.failures().iter().take(10) {
        eprintln!("{} {} {}: {}", failure.flow.name(), failure.number, failure.code, failure.message);
    }
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).created, 300);
    assert_eq!(of(&report, Flow::Items).created, 500);
    rig.assert_agrees().await;
}

#[tokio::test(start_paused = true)]
async fn a_second_run_writes_nothing() {
    let rig = Rig::distributor().await;
    assert_clean(&rig.sync().await);
    let writes = rig.writes();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(rig.writes(), writes);
    assert_eq!(rig.world.bc(|bc| bc.write_attempts.clone()), Vec::<String>::new());
}

/// Virtual time passes only while the services let somebody wait: what is left is how well waiting overlaps.
#[tokio::test(start_paused = true)]
async fn writes_overlap_with_each_other_and_with_reading() {
    let mut choices = Choices::default();
    choices.policy.flows = vec![Flow::Customers];
    choices.policy.bulk.mode = BulkMode::Never;
    let rig = Rig::bare_with(choices).await;
    rig.world.bc(|bc| sandbox::seed::bulk_customers(bc, 8_000));
    rig.world.set_latency(Duration::from_millis(50), Duration::from_millis(100));
    let start = rig.clock.monotonic();
    let report = rig.sync().await;
    assert_clean(&report);
    assert_eq!(of(&report, Flow::Customers).created, 8_000);
    // 80 calls of 100 ms at ten at a time, which is Zoho's limit for writes.
    let floor = Duration::from_millis(800);
    let prelude = Duration::from_millis(1_300);
    let took = rig.clock.monotonic().saturating_sub(start);
    assert!(took <= prelude + floor * 5 / 4, "{took:?}");
    assert_eq!(rig.world.zoho(|zoho| zoho.peak_running()), 10);
    let asked = rig.world.zoho(|zoho| zoho.counters.calls.clone());
    assert_eq!((asked.get("upsert"), asked.get("coql")), (Some(&80), Some(&2)));
}

#[tokio::test(start_paused = true)]
async fn invoices_totals_are_read_back_many_at_a_time() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Contoso");
    let item = rig.item("I1", "Bolt", "1.50");
    for n in 0..400 {
        let line = rig.line(item, "2", "1.50");
        rig.invoice(customer, &format!("{}", 1_000 + n), &[line], Terms::default());
    }
    assert_clean(&rig.sync().await);
    // One query looks for keyed records in each of the four modules, one for the placeholder. Another one looks for records
    // without our key. Naming each invoice would take eight more.
    let queries = rig.world.zoho(|zoho| zoho.counters.calls.get("coql").copied());
    assert!(queries.is_some_and(|queries| queries < 9 + 8), "{queries:?}");
    rig.assert_agrees().await;
}

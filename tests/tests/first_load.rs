//! The first load of the seeded distributor, and what comes right after it.

use sync::flow::Flow;
use tests::{Rig, assert_clean, of};

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

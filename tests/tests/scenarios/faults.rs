//! Services that refuse, break, dawdle and lie: a run gets through, or ends in time with a report, and nothing is lost.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use sandbox::BcState;
use sandbox::business_central::invoices::Terms;
use sandbox::faults::{Effect, Fault, FaultBody, FaultPlan, Service};
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::report::{Outcome, RunReport};
use tests::invariants::{assert_holds, assert_nothing_is_spoilt};
use tests::{Rig, assert_clean, of};

const CUSTOMERS: u64 = 120;

/// A small company, set up and not copied yet: all four flows have something to do.
async fn company() -> Rig {
    let rig = Rig::bare().await;
    let item = rig.item("I1", "Bolt", "2.50");
    for n in 0..CUSTOMERS {
        let number = format!("C{n:03}");
        let customer = rig.customer(&number, &format!("Customer {n}"));
        if n % 10 == 0 {
            rig.person(&format!("P{n:03}"), &format!("Person {n}"), &number);
            rig.invoice(customer, &format!("INV{n:03}"), &[rig.line(item, "4", "2.50")], Terms::default());
        }
    }
    rig
}

fn strike(rig: &Rig, fault: Fault) {
    rig.world.faults(|faults| faults.add(fault));
}

fn calm(rig: &Rig) {
    rig.world.faults(FaultPlan::clear);
}

fn hits(rig: &Rig) -> u64 {
    rig.world.faults(|faults| faults.hit())
}

fn assert_whole_load(report: &RunReport) {
    assert_clean(report);
    let created: Vec<u64> = Flow::BY_DEFAULT.into_iter().map(|flow| of(report, flow).created).collect();
    assert_eq!(created, [CUSTOMERS, 1, CUSTOMERS / 10, CUSTOMERS / 10], "{report:#?}");
}

/// A first load under this fault ends clean, with every record counted as created, and both systems agree.
async fn gets_through(fault: Fault) {
    let rig = company().await;
    let place = format!("{fault:?}");
    strike(&rig, fault);
    let report = rig.sync().await;
    assert!(hits(&rig) > 0, "nothing was hit by {place}");
    assert_whole_load(&report);
    calm(&rig);
    assert_holds(&rig).await;
}

fn status(code: u16, retry_after: Option<u32>, body: FaultBody) -> Effect {
    Effect::Status { code, retry_after, body }
}

#[tokio::test(start_paused = true)]
async fn storms_of_429_pass_on_every_service_with_and_without_retry_after_and_whatever_the_body() {
    for service in [Service::Login, Service::BusinessCentral, Service::Accounts, Service::Zoho] {
        for retry_after in [None, Some(3)] {
            for body in [FaultBody::Json, FaultBody::Empty, FaultBody::Html] {
                let storm = Fault::once(service, "", status(429, retry_after, body));
                // Set-up has Zoho's token already; only a second one asks the accounts server.
                if service != Service::Accounts {
                    gets_through(storm.times(6)).await;
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn scattered_429s_all_through_a_run_pass() {
    for service in [Service::BusinessCentral, Service::Zoho] {
        let scattered =
            Fault::once(service, "", status(429, Some(1), FaultBody::Json)).times(1_000).percent(30);
        gets_through(scattered).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_service_asks_for_is_kept() {
    let rig = company().await;
    let started = rig.clock.monotonic();
    strike(&rig, Fault::once(Service::Zoho, "", status(429, Some(45), FaultBody::Empty)));
    assert_whole_load(&rig.sync().await);
    let took = rig.clock.monotonic() - started;
    assert!(took >= Duration::from_secs(45), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn gateways_that_fail_in_any_dress_are_waited_for() {
    for service in [Service::Login, Service::BusinessCentral, Service::Zoho] {
        for (code, body) in [
            (500, FaultBody::Json),
            (502, FaultBody::Empty),
            (503, FaultBody::Html),
            (503, FaultBody::Json),
            (504, FaultBody::Html),
        ] {
            gets_through(Fault::once(service, "", status(code, None, body)).times(3)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn connections_that_break_and_answers_that_are_cut_off_are_tried_again() {
    for service in [Service::BusinessCentral, Service::Zoho] {
        for effect in [Effect::ResetBefore, Effect::LoseAnswer, Effect::Truncate] {
            for skip in [0, 5, 9] {
                gets_through(Fault::once(service, "", effect).times(2).after(skip)).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_answers_are_waited_for_and_endless_ones_are_not() {
    for service in [Service::BusinessCentral, Service::Zoho] {
        gets_through(Fault::once(service, "", Effect::Delay(Duration::from_secs(20))).times(5)).await;
        let rig = company().await;
        let forever = Effect::Delay(Duration::from_secs(100_000));
        strike(&rig, Fault::once(service, "", forever).after(4).times(1_000_000));
        let started = rig.clock.monotonic();
        let report = rig.sync().await;
        assert!(report.error.is_some(), "{report:#?}");
        let took = rig.clock.monotonic() - started;
        assert!(took < Duration::from_secs(15 * 60), "{took:?}");
        calm(&rig);
        rig.pass(Duration::from_secs(3600)).await;
        assert_clean(&rig.sync().await);
        assert_holds(&rig).await;
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_that_end_in_the_middle_of_a_run_are_renewed_once() {
    let rig = company().await;
    rig.world.set_latency(Duration::from_millis(50), Duration::from_millis(50));
    // Never just when a token has been fetched and not used yet: one that is refused fresh is a sign-in that does not work.
    let expire = async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(330)).await;
            rig.world.zoho(sandbox::ZohoState::expire_tokens);
            rig.world.bc(BcState::expire_tokens);
        }
    };
    let (report, ()) = tokio::join!(rig.sync(), expire);
    assert_whole_load(&report);
    let tokens = rig.world.zoho(|zoho| zoho.counters.calls.get("token").copied().unwrap_or_default());
    assert!((2..=4).contains(&tokens), "{tokens} tokens were asked for");
    rig.world.set_latency(Duration::ZERO, Duration::ZERO);
    assert_holds(&rig).await;
}

#[tokio::test(start_paused = true)]
async fn a_single_401_is_answered_with_a_new_token() {
    for service in [Service::BusinessCentral, Service::Zoho] {
        for body in [FaultBody::Json, FaultBody::Empty] {
            gets_through(Fault::once(service, "", status(401, None, body)).after(6)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_ends_the_run_with_a_cure() {
    for (service, code) in
        [(Service::BusinessCentral, "bc_unauthorized"), (Service::Zoho, "zoho_invalid_token")]
    {
        let rig = company().await;
        strike(&rig, Fault::once(service, "", status(401, None, FaultBody::Json)).times(1_000));
        let report = rig.sync().await;
        let error = report.error.expect("it cannot go on");
        assert_eq!(error.code, code, "{error:?}");
        assert!(!error.cure.is_empty());
        assert_eq!(report.outcome, Outcome::Failed);
        // A run begins with three questions at once, and each is asked once more with a fresh token.
        assert!(hits(&rig) <= 6, "it kept asking: {}", hits(&rig));
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_from_the_start_ends_the_run_after_a_minute_as_failed() {
    for service in [Service::Login, Service::BusinessCentral, Service::Zoho] {
        for effect in [status(503, None, FaultBody::Html), Effect::ResetBefore, Effect::Truncate] {
            let rig = company().await;
            strike(&rig, Fault::once(service, "", effect).times(1_000_000));
            let started = rig.clock.monotonic();
            let report = rig.sync().await;
            let took = rig.clock.monotonic() - started;
            assert!(
                took >= Duration::from_secs(20) && took < Duration::from_secs(180),
                "{service:?} {took:?}"
            );
            assert_eq!(report.outcome, Outcome::Failed, "{service:?} {effect:?} {report:#?}");
            let error = report.error.expect("it says why");
            assert!(!error.cure.is_empty() && !error.message.is_empty());
            assert_eq!(rig.zoho_records(Module::Accounts).len(), 0);
            calm(&rig);
            rig.pass(Duration::from_secs(900)).await;
            assert_whole_load(&rig.poll().await);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_goes_down_in_the_middle_ends_the_run_with_what_it_has() {
    for service in [Service::BusinessCentral, Service::Zoho] {
        for effect in [status(503, Some(30), FaultBody::Html), Effect::ResetBefore, Effect::LoseAnswer] {
            for skip in (8..24).step_by(3) {
                let rig = company().await;
                strike(&rig, Fault::once(service, "", effect).after(skip).times(1_000_000));
                let report = rig.sync().await;
                assert_nothing_is_spoilt(&rig);
                calm(&rig);
                if let Some(error) = &report.error {
                    assert!(!error.cure.is_empty());
                    let wrote = report.flows.iter().any(|flow| flow.created + flow.updated > 0);
                    let outcome = if wrote { Outcome::Attention } else { Outcome::Failed };
                    assert_eq!(report.outcome, outcome, "{service:?} {effect:?} after {skip}: {report:#?}");
                } else {
                    assert_clean(&report);
                }
                rig.pass(Duration::from_secs(900)).await;
                let rig = rig.restarted();
                assert_clean(&rig.poll().await);
                assert_holds(&rig).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_that_does_not_pass_ends_the_run_within_a_minute_or_twenty_refusals() {
    for (service, code) in
        [(Service::BusinessCentral, "bc_throttled"), (Service::Zoho, "zoho_too_many_requests")]
    {
        let rig = company().await;
        strike(&rig, Fault::once(service, "", status(429, Some(1), FaultBody::Json)).times(1_000_000));
        let report = rig.sync().await;
        assert_eq!(report.outcome, Outcome::Failed);
        assert!(hits(&rig) <= 20, "{} refusals", hits(&rig));
        assert!(report.finished_at.duration_since(report.started_at).as_secs() <= 90, "{report:#?}");
        assert_eq!(report.error.expect("it says why").code, code);
        calm(&rig);
        rig.pass(Duration::from_secs(300)).await;
        assert_whole_load(&rig.poll().await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_lasts_for_hours_is_not_slept_out() {
    let rig = company().await;
    strike(&rig, Fault::once(Service::Zoho, "", status(429, Some(7_200), FaultBody::Json)).times(1_000));
    let started = rig.clock.monotonic();
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.error.expect("it says why").code, "zoho_too_many_requests");
    assert!(rig.clock.monotonic() - started < Duration::from_secs(180));
}

#[tokio::test(start_paused = true)]
async fn maintenance_of_business_central_is_named() {
    let rig = company().await;
    rig.world.bc(|bc| bc.behaviour.maintenance = true);
    let report = rig.sync().await;
    assert_eq!(report.outcome, Outcome::Failed);
    let error = report.error.expect("it says why");
    assert_eq!(error.code, "bc_maintenance");
    assert!(!error.cure.is_empty());
    rig.world.bc(|bc| bc.behaviour.maintenance = false);
    assert_whole_load(&rig.poll().await);
    assert_holds(&rig).await;
}

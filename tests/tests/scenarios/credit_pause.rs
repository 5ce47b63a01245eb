//! A polling loop whose credits are spent in the middle of a first load.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use app::open::Mode;
use app::polling;
use app::status::{Credits, status};
use jiff::ToSpan;
use sandbox::World;
use sandbox::zoho::{Edition, Module};
use sync::flow::Flow;
use sync::progress::Stop;
use sync::report::{Outcome, RunReport};
use tests::folder::{Folder, Pauses};
use tests::invariants::assert_no_record_twice;
use tests::{Choices, Rig, assert_clean, of, outside};
use transport::Clock;

const CUSTOMERS: usize = 700;

/// An org of the free edition, set up, and a company with more customers than a hundredth of the org's day allows.
async fn world(customers: usize) -> (World, Arc<dyn Clock>) {
    let (clock, random) = outside();
    let world = World::new(clock.clone(), random);
    world.bc(sandbox::seed::bare);
    world.bc(|bc| sandbox::seed::bulk_customers(bc, customers));
    let mut choices = Choices::default();
    choices.policy.flows = vec![Flow::Customers];
    Rig::over(world.clone(), clock.clone(), choices).set_up().await;
    world.zoho(|zoho| zoho.set_edition(Edition::Free, false));
    (world, clock)
}

/// Polls until a report is as wanted. The time between a run's end and the start of the next stands in the reports.
async fn poll_until(folder: &Folder, done: impl Fn(&RunReport) -> bool) -> (Vec<RunReport>, Pauses) {
    let app = folder.open(Mode::Write);
    let (stop, pauses) = (Stop::default(), Pauses::default());
    let mut reports = Vec::new();
    polling::poll(&app, None, &pauses, &stop, |report| {
        reports.push(report.clone());
        assert!(reports.len() < 200, "it never ends: {report:#?}");
        if done(report) {
            stop.ask();
        }
    })
    .await;
    (reports, pauses)
}

fn credits(folder: &Folder, clock: &Arc<dyn Clock>) -> Credits {
    let settings = app::Settings::load(&folder.profile().settings()).unwrap();
    let store = sync::store::Store::open_read_only(&folder.profile().database()).unwrap();
    status(&store, &settings.sync, clock.now()).unwrap().credits
}

#[tokio::test(start_paused = true)]
async fn a_first_load_larger_than_the_budget_pauses_and_goes_on_until_it_is_done() {
    let (world, clock) = world(CUSTOMERS).await;
    let folder = Folder::new(&world, &clock, "\"customers\"", "0.01");
    let (reports, pauses) = poll_until(&folder, |report| report.error.is_none()).await;

    let first = &reports[0];
    assert_eq!(first.error.as_ref().unwrap().code, "zoho_credit_budget", "{first:#?}");
    assert!(first.error.as_ref().unwrap().message.contains("it goes on at 2026-03-03T"), "{first:#?}");
    assert_eq!(first.outcome, Outcome::Attention);
    let resumes = first.resumes_at.expect("it says when it goes on");
    assert!(pauses.all()[0] <= resumes && !pauses.all().is_empty());

    let last = reports.last().unwrap();
    assert_clean(last);
    let days = last.finished_at.duration_since(first.started_at).as_hours() / 24;
    assert!((1..=3).contains(&days), "{days} days");
    // It does not hammer: some runs a day, each with a useful amount.
    assert!(reports.len() <= 3 * 4, "{} runs", reports.len());
    // What was read once is not read again: the overlap of five minutes is all.
    for report in &reports[1..] {
        assert!(report.calls.business_central <= 12, "{report:#?}");
        let end = report.finished_at;
        let spent: u64 = reports
            .iter()
            .filter(|other| other.finished_at <= end && other.started_at > end - 24.hours())
            .map(|other| other.zoho_credits)
            .sum();
        assert!(spent <= 50, "{spent} credits in 24 hours");
    }
    // No record twice, none lost from the count.
    let created: u64 = reports.iter().map(|report| of(report, Flow::Customers).created).sum();
    assert_eq!(created, CUSTOMERS as u64);
    assert_eq!(world.zoho(|zoho| zoho.records(Module::Accounts)).len(), CUSTOMERS);
    assert_no_record_twice(&world);
    let after = credits(&folder, &clock);
    assert_eq!((after.forecast.records, after.paused), (0, None));
}

#[tokio::test(start_paused = true)]
async fn a_restart_in_the_pause_waits_for_the_rest_of_it() {
    let (world, clock) = world(CUSTOMERS).await;
    let folder = Folder::new(&world, &clock, "\"customers\"", "0.01");
    let (reports, _) = poll_until(&folder, |report| report.error.is_some()).await;
    let asked = world.zoho(|zoho| zoho.credits_used());
    let (again, pauses) = poll_until(&folder, |_| true).await;
    assert_eq!(pauses.all().len(), 1, "it says that it waits");
    assert!(again[0].started_at >= pauses.all()[0]);
    assert!(again[0].started_at > reports[0].finished_at + 20.hours(), "{:#?}", again[0]);
    assert!(again[0].zoho_credits > 5, "it goes on with a useful amount: {:#?}", again[0]);
    assert!(world.zoho(|zoho| zoho.credits_used()) > asked);
}

#[tokio::test(start_paused = true)]
async fn a_larger_budget_ends_the_pause_with_the_next_start() {
    let (world, clock) = world(CUSTOMERS).await;
    let folder = Folder::new(&world, &clock, "\"customers\"", "0.01");
    poll_until(&folder, |report| report.error.is_some()).await;
    folder.settings("\"customers\"", "0.5");
    let before = clock.now();
    let (again, _) = poll_until(&folder, |_| true).await;
    assert!(again[0].started_at < before + 1.minute());
    assert_clean(&again[0]);
}

#[tokio::test(start_paused = true)]
async fn status_foresees_when_the_load_will_be_done() {
    // More than elsewhere: what every run costs besides its records is not foreseen.
    let customers = CUSTOMERS * 5;
    let (world, clock) = world(customers).await;
    let folder = Folder::new(&world, &clock, "\"customers\"", "0.05");
    poll_until(&folder, |report| report.error.is_some()).await;
    let seen = credits(&folder, &clock);
    assert_eq!((seen.daily, seen.budget, seen.reserve), (Some(5_000), Some(250), Some(12)));
    assert!(seen.spent_24h > 200 && seen.free.unwrap() < 12, "{seen:#?}");
    assert_eq!(seen.paused.as_ref().map(|pause| pause.code.as_str()), Some("zoho_credit_budget"));
    assert!(seen.next_free_at.is_some());
    assert!(seen.forecast.unread.is_empty(), "{seen:#?}");
    let copied = world.zoho(|zoho| zoho.records(Module::Accounts)).len();
    assert_eq!(seen.forecast.records, (customers - copied) as u64);

    let spent = world.zoho(|zoho| zoho.credits_used());
    let (reports, _) = poll_until(&folder, |report| report.error.is_none()).await;
    let needed = world.zoho(|zoho| zoho.credits_used()) - spent;
    let (low, high) = (needed * 70 / 100, needed * 115 / 100);
    assert!(
        (low..=high).contains(&seen.forecast.credits),
        "{} foreseen, {needed} needed",
        seen.forecast.credits
    );
    let done = reports.last().unwrap().finished_at;
    let off = done.duration_since(seen.forecast.done_at.expect("it is foreseen")).abs();
    assert!(off.as_hours() <= 26, "off by {off:#}");
}

#[tokio::test(start_paused = true)]
async fn a_budget_too_small_for_one_call_is_refused_with_the_figures() {
    let (world, clock) = world(200).await;
    let folder = Folder::new(&world, &clock, "\"customers\"", "0.01");
    // The smallest share of the smallest org allows 50 a day: an org with less does not exist, so that the share is set to nothing.
    let app = folder.open(Mode::Write);
    app.ledger.set_daily(500);
    let error = transport::Permit::ask(&*app.ledger, 10, transport::Purpose::Change).await.unwrap_err();
    assert_eq!((error.by, error.until), (transport::RefusedBy::TooSmallBudget, None));
    assert!(
        error.reason.contains("one call needs 10") && error.reason.contains("5 of the org's 500"),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn zoho_that_refuses_although_there_is_room_is_asked_less_and_less_often() {
    let (world, clock) = world(200).await;
    let folder = Folder::new(&world, &clock, "\"customers\"", "1.0");
    let used = world.zoho(|zoho| zoho.credits_used());
    world.zoho(|zoho| zoho.set_credit_budget(Some(used + 12)));
    let tries = std::cell::Cell::new(0);
    let (reports, pauses) = poll_until(&folder, |_| {
        tries.set(tries.get() + 1);
        if tries.get() == 4 {
            world.zoho(|zoho| zoho.set_credit_budget(None));
        }
        tries.get() == 6
    })
    .await;
    let error = reports[0].error.as_ref().unwrap();
    assert_eq!(error.code, "zoho_too_many_requests", "{error:?}");
    assert!(error.cure.contains("other programs"), "{error:?}");
    let starts: Vec<_> = reports.iter().map(|report| report.started_at).collect();
    let gaps: Vec<i64> = starts.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_mins()).collect();
    assert!(gaps[0] >= 5 && gaps[1] >= 10 && gaps[2] >= 20, "{gaps:?}");
    assert!(pauses.all().len() >= 3);
    assert_eq!(reports[5].error, None, "{:#?}", reports[5]);
    assert_eq!(world.zoho(|zoho| zoho.records(Module::Accounts)).len(), 200);
}

#[tokio::test(start_paused = true)]
async fn an_org_that_runs_low_keeps_its_last_credits_for_others() {
    let (world, clock) = world(2_000).await;
    let folder = Folder::new(&world, &clock, "\"customers\"", "0.5");
    // Others leave 600 of 5,000: Ledgerline's own budget would allow 2,375, and the last tenth of the org's day is not its own.
    world.zoho(|zoho| {
        let used = zoho.credits_in_window(clock.now());
        zoho.others_spend(4_400 - used, clock.now());
    });
    let (reports, _) = poll_until(&folder, |_| true).await;
    let error = reports[0].error.as_ref().expect("it stops before the org is empty");
    assert_eq!(error.code, "zoho_credits_low", "{error:?}");
    let left = 5_000 - world.zoho(|zoho| zoho.credits_in_window(clock.now()));
    assert!((480..=520).contains(&left), "{left} left");
    let seen = credits(&folder, &clock);
    assert!(
        seen.org_remaining.is_some_and(|left| left < 600) && seen.org_remaining_at.is_some(),
        "{seen:#?}"
    );
}

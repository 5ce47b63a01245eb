//! Random histories: people edit both systems, requests fail in every way, the program dies between any two of its steps.
//!
//! Every history comes from a seed. `LEDGERLINE_SEEDS` says how many are played (40), `LEDGERLINE_SEED` plays a single one.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use sandbox::World;
use sandbox::faults::{Effect, Fault, FaultBody, Service};
use sync::engine::Replay;
use sync::flow::Flow;
use sync::policy::{FlowPolicy, OnZohoDelete};
use sync::progress::Silent;
use sync::writer::Writer;
use tests::invariants::{assert_nothing_is_spoilt, assert_orders_are_whole, has_lost_its_customer};
use tests::story::Story;
use tests::{Choices, Rig, assert_clean, outside};
use transport::{Random, SeededRandom};

/// How many steps a history has.
const STEPS: u64 = 25;

#[test]
fn after_any_history_both_systems_agree_and_nothing_is_there_twice() {
    tests::seeds::play(40, "simulation", play);
}

/// Plays one history, lets everything come to rest, and looks.
async fn play(seed: u64) {
    let (clock, _) = outside();
    let world = World::new(Arc::clone(&clock), Arc::new(SeededRandom::new(seed)));
    world.bc(sandbox::seed::bare);
    let mut story = Story::new(seed ^ 0xC0FF_EE00);
    let mut choices = Choices::purchasing();
    // Neither a lost answer nor a death may ever make it a stranger to its own claim.
    choices.writer = Some(Writer { installation: "one".to_owned(), computer: "OFFICE-1".to_owned() });
    let policy = FlowPolicy { on_zoho_delete: Some(OnZohoDelete::Recreate), ..FlowPolicy::default() };
    choices.policy.by_flow = Flow::ALL.into_iter().map(|flow| (flow, policy)).collect();
    let mut rig = Rig::over(world, clock, choices);
    rig.set_up().await;
    for _ in 0..6 {
        story.newcomers(&rig);
    }
    rig.world.set_latency(Duration::from_millis(40), Duration::from_millis(70));
    for step in 0..STEPS {
        for _ in 0..story.chance.below(4) {
            let what = story.edit(&rig);
            tell(seed, step, &what);
        }
        if story.chance.below(3) == 0 {
            let what = story.in_zoho(&rig);
            tell(seed, step, &what);
        }
        rig.world.faults(sandbox::faults::FaultPlan::clear);
        for _ in 0..story.chance.below(3) {
            let fault = story.fault();
            tell(seed, step, &format!("{fault:?}"));
            rig.world.faults(|faults| faults.add(fault));
        }
        rig = story.engine(rig, seed, step).await;
        let pause = match story.chance.below(6) {
            0 => 26 * 3600,
            1 => 3700,
            2 => 1,
            _ => 60 + story.chance.below(900),
        };
        rig.pass(Duration::from_secs(pause)).await;
    }
    rest(rig).await;
}

/// The services work again, a day goes by, and a few runs later nothing is left to be done.
async fn rest(rig: Rig) {
    rig.world.faults(sandbox::faults::FaultPlan::clear);
    rig.world.set_latency(Duration::ZERO, Duration::ZERO);
    rig.pass(Duration::from_secs(26 * 3600)).await;
    let rig = rig.restarted();
    rig.full().await;
    // A person has typed accounts of the same names: somebody says that they are others.
    rig.create_whatever_is_there().await;
    // What was restored twice and edited again is asked about: Business Central wins.
    rig.replay(Replay::All).await;
    rig.full().await;
    let last = rig.sync().await;
    if last.error.is_some() || !rig.failures().is_empty() {
        eprintln!("{:#?}", rig.failures());
    }
    assert_clean(&last);
    let writes = rig.writes();
    assert_clean(&rig.sync().await);
    assert_eq!(rig.writes(), writes, "a run with nothing to do wrote");
    assert_nothing_is_spoilt(&rig);
    assert_orders_are_whole(&rig.world);
    let found = rig.compare().await;
    let differences: Vec<_> =
        found.differences.iter().filter(|found| !has_lost_its_customer(&rig.world, found)).collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

fn tell(seed: u64, step: u64, what: &str) {
    if std::env::var_os("LEDGERLINE_SEED").is_some() {
        eprintln!("seed {seed}, step {step}: {what}");
    }
}

/// What goes wrong, and how the program runs.
trait Fate {
    fn fault(&self) -> Fault;
    async fn engine(&self, rig: Rig, seed: u64, step: u64) -> Rig;
}

impl Fate for Story {
    fn fault(&self) -> Fault {
        let services = [Service::Login, Service::BusinessCentral, Service::Accounts, Service::Zoho];
        // Most requests go to Zoho, and only there can harm be done.
        let service = if self.chance.below(2) == 0 { Service::Zoho } else { self.pick(&services).unwrap() };
        let body = self.pick(&[FaultBody::Json, FaultBody::Empty, FaultBody::Html]).unwrap();
        let code = self.pick(&[429, 429, 500, 502, 503, 504]).unwrap();
        let retry_after = self.pick(&[None, None, Some(1), Some(20)]).unwrap();
        let effect = match self.chance.below(6) {
            0 | 1 => Effect::LoseAnswer,
            2 => Effect::Truncate,
            3 => Effect::ResetBefore,
            4 => Effect::Delay(Duration::from_secs(self.chance.below(200))),
            _ => Effect::Status { code, retry_after, body },
        };
        let times = self.pick(&[1, 2, 8, 1000]).unwrap();
        let skip = u32::try_from(self.chance.below(12)).unwrap();
        let percent = self.pick(&[10, 30, 100]).unwrap();
        Fault::once(service, "", effect).times(times).after(skip).percent(percent)
    }

    /// The program runs: to the end, or until it dies; now and then with its database gone.
    async fn engine(&self, rig: Rig, seed: u64, step: u64) -> Rig {
        let dies = Duration::from_millis(self.chance.below(4000));
        let died = match self.chance.below(8) {
            0..=2 => {
                let report = rig.poll().await;
                tell(seed, step, &format!("polled: {:?} {:?}", report.outcome, report.error));
                false
            }
            3 | 4 => {
                let report = rig.sync().await;
                tell(seed, step, &format!("synced: {:?} {:?}", report.outcome, report.error));
                false
            }
            _ => tokio::select! {
                biased;
                () = tokio::time::sleep(dies) => true,
                report = rig.poll() => {
                    tell(seed, step, &format!("polled: {:?} {:?}", report.outcome, report.error));
                    false
                }
            },
        };
        if died {
            tell(seed, step, &format!("the program dies after {dies:?}"));
        }
        match self.chance.below(12) {
            0 => {
                tell(seed, step, "the database is deleted");
                let rig = rig.without_database();
                // It does not know its claim any more: a person says that it is this computer.
                rig.world.faults(sandbox::faults::FaultPlan::clear);
                rig.engine.take_over(&Silent, &rig.stop).await.unwrap();
                rig
            }
            1..=3 => rig.restarted(),
            _ if died => rig.restarted(),
            _ => rig,
        }
    }
}

//! Ten days of an office PC by chance: it sleeps, is offline, is restarted; the relay and both services fail; notifications are lost,
//! late, twice and out of order; somebody deletes subscriptions; people edit both systems.
//!
//! Every history comes from a seed. `LEDGERLINE_SEEDS` says how many are played, `LEDGERLINE_SEED` plays a single one.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use app::{polling, webhooks};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sandbox::faults::{Effect, Fault, FaultBody, FaultPlan, Service};
use sandbox::{Mishaps, World};
use sync::engine::Replay;
use sync::flow::Flow;
use sync::policy::{FlowPolicy, OnZohoDelete};
use sync::progress::{Silent, Stop};
use tests::invariants::{assert_nothing_is_spoilt, assert_orders_are_whole, has_lost_its_customer};
use tests::office::{Office, Told};
use tests::story::Story;
use tests::{Choices, assert_clean};
use transport::{Clock as _, Random as _};

/// How long a history is.
const DAYS: SignedDuration = SignedDuration::from_hours(10 * 24);
/// How often posts are carried.
const STEP: Duration = Duration::from_secs(10);
/// What runs out so soon after the PC woke or was online again could not be saved.
const GRACE: SignedDuration = SignedDuration::from_mins(3);
/// Both sides are asked every hour what they have; what they lack is then made.
const COMPLETE_AFTER: SignedDuration = SignedDuration::from_mins(65);
/// What Business Central is to tell about: persons and orders cannot be subscribed to.
const WANTED: [&str; 4] = ["customers", "items", "salesInvoices", "vendors"];

#[test]
fn after_ten_days_of_anything_both_systems_agree_and_no_subscription_ran_out_that_could_be_renewed() {
    tests::seeds::play(2, "ten_days", play);
}

/// Looks at both services all the time.
#[derive(Default)]
struct Guard {
    /// Since when the PC is awake and everything can be reached.
    well_since: Option<Timestamp>,
    seen: Vec<Told>,
}

impl Guard {
    fn look(&mut self, office: &Office, well: bool) {
        let now = office.world.now();
        let told = office.told();
        for gone in self.seen.iter().filter(|seen| !told.iter().any(|told| told.id == seen.id)) {
            assert!(gone.ours || gone.ends <= now, "another's was removed: {gone:?}");
            let ran_out = gone.ours && gone.ends <= now;
            let could = self.well_since.is_some_and(|since| since + GRACE <= gone.ends);
            assert!(!ran_out || !could, "it ran out at {now}, well since {:?}: {gone:?}", self.well_since);
        }
        self.seen = told;
        if !well {
            self.well_since = None;
        } else if now.duration_since(*self.well_since.get_or_insert(now)) >= COMPLETE_AFTER {
            self.assert_complete(now);
        }
    }

    /// Everything is subscribed to, once.
    fn assert_complete(&self, now: Timestamp) {
        let ours = || self.seen.iter().filter(|told| told.ours);
        let mut about: Vec<&str> =
            ours().filter(|told| !told.in_zoho).map(|told| told.about.as_str()).collect();
        about.sort_unstable();
        assert_eq!(about, WANTED, "at {now}");
        assert_eq!(ours().filter(|told| told.in_zoho).count(), Flow::ALL.len(), "at {now}");
    }

    /// Somebody interfered: what is there now counts.
    fn interfered(&mut self, office: &Office) {
        self.well_since = None;
        self.seen = office.told();
    }
}

/// What the next piece of a history is.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Calm,
    Offline,
    RelayDown,
    ServiceDown(Service),
    LostAnswers,
    Asleep { long: bool },
    Off,
    DiesSoon,
    ClockSet(SignedDuration),
}

struct Days {
    office: Office,
    story: Story,
    guard: Guard,
    seed: u64,
    running: bool,
    failing: bool,
    ends: Timestamp,
    renewed_others: Timestamp,
}

async fn play(seed: u64) {
    let mut choices = Choices::purchasing();
    let policy = FlowPolicy { on_zoho_delete: Some(OnZohoDelete::Recreate), ..FlowPolicy::default() };
    choices.policy.by_flow = Flow::ALL.into_iter().map(|flow| (flow, policy)).collect();
    let office = Office::new(seed, choices).await;
    let mut story = Story::new(seed ^ 0xDA_15);
    for _ in 0..6 {
        story.newcomers(&office.people);
    }
    office.world.set_latency(Duration::from_millis(40), Duration::from_millis(70));
    let switched = office.begin().await;
    assert_eq!((switched.made, switched.troubles), (10, Vec::new()));
    let now = office.time.now();
    let mut days = Days {
        office,
        story,
        guard: Guard::default(),
        seed,
        running: false,
        failing: false,
        ends: now + DAYS,
        renewed_others: now - SignedDuration::from_hours(48),
    };
    while days.office.time.now() < days.ends {
        days.one_life().await;
    }
    days.rest().await;
}

impl Days {
    fn tell(&self, what: &str) {
        if std::env::var_os("LEDGERLINE_SEED").is_some() {
            eprintln!("seed {}, {}: {what}", self.seed, self.office.time.now());
        }
    }

    fn piece(&self) -> Piece {
        let hours = |hours| Piece::ClockSet(SignedDuration::from_hours(hours));
        // Most nights, and a weekend, nobody is there.
        let hour = self.office.time.now().to_zoned(TimeZone::UTC).hour();
        if !(7..19).contains(&hour) && self.story.chance.below(4) > 0 {
            return Piece::Asleep { long: true };
        }
        match self.story.chance.below(20) {
            0..=5 => Piece::Calm,
            6 | 7 => Piece::Offline,
            8 => Piece::RelayDown,
            9 => Piece::ServiceDown(Service::BusinessCentral),
            10 => Piece::ServiceDown(Service::Zoho),
            11 | 12 => Piece::LostAnswers,
            13 | 14 => Piece::Asleep { long: false },
            15 | 16 => Piece::Asleep { long: true },
            17 => Piece::Off,
            18 => Piece::DiesSoon,
            _ => self.story.pick(&[hours(0), hours(-2), hours(3)]).unwrap(),
        }
    }

    fn minutes(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis((from * 60_000) + self.story.chance.below((to - from) * 60_000))
    }

    /// The program runs until it dies, or the days are over.
    async fn one_life(&mut self) {
        let app = self.office.open();
        let stop = Stop::default();
        let told = std::cell::RefCell::new(Vec::new());
        let seed = self.seed;
        let mut product = pin!(polling::poll(&app, None, &Silent, &stop, |report| {
            if std::env::var_os("LEDGERLINE_SEED").is_some() {
                let (outcome, error) = (report.outcome, report.error.as_ref().map(|error| &error.code));
                eprintln!("seed {seed}, {}: {:?} {outcome:?} {error:?}", report.finished_at, report.trigger);
            }
            told.borrow_mut().push(report.outcome);
        }));
        self.running = true;
        loop {
            let piece = self.piece();
            self.tell(&format!("{piece:?}"));
            self.meanwhile().await;
            let (awake, asleep) = self.set_out(piece);
            if !asleep.is_zero() {
                self.stand_still(asleep);
            }
            tokio::select! {
                _ = &mut product => panic!("the program ended by itself"),
                () = self.live(awake) => {}
            }
            self.put_right();
            let dies = matches!(piece, Piece::Off | Piece::DiesSoon);
            if dies || self.office.time.now() >= self.ends {
                break;
            }
        }
        self.running = false;
        self.guard.look(&self.office, false);
        if self.story.chance.below(2) == 0 {
            self.stand_still(self.minutes(1, 300));
        }
    }

    /// Brings a piece about. Returns how long the PC is awake in it, and how long it stood still before.
    fn set_out(&mut self, piece: Piece) -> (Duration, Duration) {
        let add = |world: &World, fault: Fault| world.faults(|faults| faults.add(fault));
        match piece {
            Piece::Calm => (self.minutes(10, 180), Duration::ZERO),
            Piece::Offline => {
                self.office.line.set_up(false);
                (self.minutes(1, 90), Duration::ZERO)
            }
            Piece::RelayDown => {
                self.office.relay.set_up(false);
                (self.minutes(1, 240), Duration::ZERO)
            }
            Piece::ServiceDown(service) => {
                self.failing = true;
                let effect = self.story.pick(&[
                    Effect::ResetBefore,
                    Effect::Status { code: 503, retry_after: None, body: FaultBody::Html },
                ]);
                add(&self.office.world, Fault::once(service, "", effect.unwrap()).times(1_000_000));
                (self.minutes(1, 90), Duration::ZERO)
            }
            Piece::LostAnswers => {
                self.failing = true;
                for service in [Service::BusinessCentral, Service::Zoho] {
                    let fault = Fault::once(service, "", Effect::LoseAnswer).times(1_000_000).percent(30);
                    add(&self.office.world, fault);
                }
                (self.minutes(5, 60), Duration::ZERO)
            }
            Piece::Asleep { long } => {
                let asleep = if long { self.minutes(6 * 60, 30 * 60) } else { self.minutes(1, 180) };
                (self.minutes(5, 60), asleep)
            }
            Piece::Off => (self.minutes(1, 30), Duration::ZERO),
            Piece::DiesSoon => (Duration::from_millis(self.story.chance.below(8_000)), Duration::ZERO),
            Piece::ClockSet(by) => {
                self.office.time.set_wrong(by);
                (self.minutes(5, 60), Duration::ZERO)
            }
        }
    }

    /// What a piece brought about ends with it; a clock stays as it was set.
    fn put_right(&mut self) {
        self.guard.look(&self.office, self.is_well());
        self.failing = false;
        self.office.world.faults(FaultPlan::clear);
        self.office.world.faults(|faults| {
            let late_by = SignedDuration::from_mins(25);
            faults.posts = Mishaps { lost: 10, duplicated: 10, late: 10, late_by, reversed: true };
        });
        self.office.line.set_up(true);
        self.office.relay.set_up(true);
        self.office.relay.tidy();
    }

    /// Between two pieces: others renew theirs, and somebody tidies up.
    async fn meanwhile(&mut self) {
        let now = self.office.time.now();
        if now.duration_since(self.renewed_others) > SignedDuration::from_hours(24) {
            self.office.others_renew().await;
            self.renewed_others = now;
        }
        if self.story.chance.below(6) == 0 {
            let ours: Vec<Told> = self.office.told().into_iter().filter(|told| told.ours).collect();
            for _ in 0..=self.story.chance.below(2) {
                let picked = self.story.pick(&ours);
                let there = |told: &Told| self.office.told().contains(told);
                if let Some(told) = picked.filter(there) {
                    self.tell(&format!("somebody deletes {told:?}"));
                    self.office.take_away(&told);
                }
            }
            self.guard.interfered(&self.office);
        }
    }

    fn is_well(&self) -> bool {
        self.running && !self.failing && self.office.line.is_up() && self.office.relay.is_up()
    }

    /// Time passes, and the PC is awake.
    async fn live(&mut self, time: Duration) {
        self.guard.look(&self.office, self.is_well());
        let mut left = time;
        let mut steps = 0_u32;
        while !left.is_zero() {
            let step = left.min(STEP);
            tokio::time::sleep(step).await;
            left -= step;
            let _ = self.office.world.deliver();
            if self.story.chance.below(180) == 0 {
                self.somebody_works();
            }
            steps += 1;
            if steps.is_multiple_of(6) {
                self.guard.look(&self.office, self.is_well());
            }
        }
    }

    /// Time passes, and the PC is asleep or off.
    fn stand_still(&mut self, time: Duration) {
        self.tell(&format!("the PC stands still for {time:?}"));
        self.guard.look(&self.office, false);
        let mut left = time;
        while !left.is_zero() {
            let step = left.min(Duration::from_secs(5 * 60));
            self.office.time.pass_beside(step);
            left -= step;
            let _ = self.office.world.deliver();
            if self.office.time.now() < self.ends && self.story.chance.below(8) == 0 {
                self.somebody_works();
            }
        }
        self.office.line.cut(self.story.chance.below(2) == 0);
        self.guard.look(&self.office, false);
    }

    fn somebody_works(&mut self) {
        let what = match self.story.chance.below(4) {
            0 => self.story.in_zoho(&self.office.people),
            _ => self.story.edit(&self.office.people),
        };
        self.tell(&what);
    }

    /// Nothing disturbs any more: what the product promises comes true by itself, and nothing stays behind.
    async fn rest(mut self) {
        self.put_right();
        self.office.world.faults(FaultPlan::clear);
        self.office.time.set_wrong(SignedDuration::ZERO);
        self.office.others_renew().await;
        let app = self.office.open();
        let stop = Stop::default();
        {
            let mut product = pin!(polling::poll(&app, None, &Silent, &stop, |_| {}));
            self.running = true;
            // A day goes by, most of it asleep: what is looked for once a day is looked for then.
            for minute in 0..4 * 60 {
                if minute == 2 * 60 {
                    self.stand_still(Duration::from_secs(25 * 3600));
                }
                tokio::select! {
                    _ = &mut product => panic!("the program ended by itself"),
                    () = tokio::time::sleep(Duration::from_secs(60)) => {}
                }
                let _ = self.office.world.deliver();
                self.guard.look(&self.office, true);
            }
            stop.ask();
            product.await;
        }
        drop(app);
        self.agrees().await;
        self.switch_off().await;
    }

    async fn agrees(&self) {
        let rig = self.office.looked_into();
        // By itself the program leaves nothing behind but what it asks a person about, and what waits for that.
        let open: BTreeSet<_> =
            rig.failures().into_iter().map(|failure| (failure.flow, failure.id)).collect();
        let found = rig.compare().await;
        let unexplained: Vec<_> = (found.differences.iter())
            .filter(|found| found.bc_id.is_none_or(|id| !open.contains(&(found.flow, id))))
            .filter(|found| !has_lost_its_customer(&rig.world, found))
            .collect();
        assert!(unexplained.is_empty(), "{unexplained:#?}");
        // A person has typed accounts of the same names: somebody says that they are others.
        rig.create_whatever_is_there().await;
        // What was restored twice and edited again is asked about: Business Central wins.
        rig.replay(Replay::All).await;
        let last = rig.sync().await;
        assert_clean(&last);
        let writes = rig.writes();
        assert_clean(&rig.sync().await);
        assert_eq!(rig.writes(), writes, "a run with nothing to do wrote");
        assert_nothing_is_spoilt(&rig);
        assert_orders_are_whole(&rig.world);
        let found = rig.compare().await.differences;
        assert!(found.iter().all(|found| has_lost_its_customer(&rig.world, found)), "{found:#?}");
    }

    /// Nothing of ours is left on either side, nor at the relay; others' is. Where a side was down, what is left is said.
    async fn switch_off(&self) {
        let app = self.office.open();
        let others = |told: &[Told]| told.iter().filter(|told| !told.ours).cloned().collect::<Vec<_>>();
        let before = self.office.told();
        let down = self.story.pick(&[None, Some(Service::BusinessCentral), Some(Service::Zoho)]).unwrap();
        if let Some(service) = down {
            let fault = Fault::once(service, "", Effect::ResetBefore).times(1_000_000);
            self.office.world.faults(|faults| faults.add(fault));
            let switched = webhooks::switch_off(&app, &*app.relay_way).await.unwrap();
            let sides: Vec<&str> = switched.troubles.iter().map(|(side, _)| side.as_str()).collect();
            let side = if service == Service::Zoho { "zoho" } else { "business_central" };
            assert_eq!(sides, [side]);
            self.office.world.faults(FaultPlan::clear);
        }
        let switched = webhooks::switch_off(&app, &*app.relay_way).await.unwrap();
        assert_eq!(switched.troubles, Vec::new());
        let after = self.office.told();
        assert!(after.iter().all(|told| !told.ours), "{after:?}");
        assert_eq!(others(&after), others(&before));
        assert_eq!(others(&after).len(), 2);
        assert_eq!(self.office.relay.mailboxes(), 0);
    }
}

//! Runs again and again until it is told to stop, and notices when the computer slept, was offline or had its clock set.

use std::time::Duration;

use jiff::Timestamp;
use sync::engine::RunOptions;
use sync::flow::Flow;
use sync::progress::{Event, Progress, Stop};
use sync::reconcile::Due;
use sync::report::{Outcome, RunReport, Trigger};
use sync::store::facts;
use sync::writer;
use transport::Clock;

use crate::credit_pause::{self, Pause};
use crate::{App, comparing, webhooks};

/// How often the loop looks at the clock and at the request to stop.
const TICK: Duration = Duration::from_secs(1);
/// The wall clock moved this much more or less than the running time: the computer slept, or the clock was set.
const JUMP: Duration = Duration::from_secs(30);
/// After a run that could not reach a service, the next one comes after this, doubled up to the poll interval.
const FIRST_RETRY: Duration = Duration::from_secs(15);

/// The fact that holds when the polling loop runs next.
pub(crate) const NEXT_RUN: &str = "next_run_at";

/// Why a run starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The interval is over.
    Interval,
    /// A signal of a change has arrived.
    Signal,
    /// The computer slept, or the clock was set forward.
    Slept {
        /// How long nothing ran.
        gap: Duration,
    },
    /// The clock was set back.
    ClockSetBack {
        /// By how much.
        by: Duration,
    },
}

/// Compares wall clock and running time since the last look.
#[must_use]
pub fn jump(wall: (Timestamp, Timestamp), running: (Duration, Duration)) -> Option<Wake> {
    let ran = running.1.saturating_sub(running.0);
    let passed = wall.1.duration_since(wall.0);
    if passed.is_negative() {
        return Some(Wake::ClockSetBack { by: passed.unsigned_abs() + ran });
    }
    let passed = passed.unsigned_abs();
    if passed > ran + JUMP {
        Some(Wake::Slept { gap: passed - ran })
    } else if ran > passed + JUMP {
        Some(Wake::ClockSetBack { by: ran - passed })
    } else {
        None
    }
}

/// How long until the next run: the interval, or less while services cannot be reached.
#[must_use]
pub fn pause(interval: Duration, failures_in_a_row: u32) -> Duration {
    if failures_in_a_row == 0 {
        return interval;
    }
    let doubled = FIRST_RETRY.saturating_mul(1 << (failures_in_a_row - 1).min(8));
    doubled.min(interval.max(FIRST_RETRY))
}

/// What is remembered from run to run: how often services could not be reached, and what is waited for.
#[derive(Debug)]
pub struct Rhythm {
    failures: u32,
    limits: u32,
    paused: Option<Pause>,
}

impl Rhythm {
    /// As an earlier process left it.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self { failures: 0, limits: 0, paused: Pause::left_by_the_last(app) }
    }

    /// What is waited for before the next run; `None` when it may start.
    pub fn waits(&mut self, app: &App, flows: &[Flow]) -> Option<&Pause> {
        let pause = self.paused.take()?;
        match pause.lasts_until(app, flows) {
            Some(until) => self.paused = Some(Pause { until, ..pause }),
            None => credit_pause::note(app, None),
        }
        self.paused.as_ref()
    }

    /// Takes note of a run's report. Returns how long until the next run, unless that waits for credits.
    pub fn after(&mut self, app: &App, flows: &[Flow], report: &RunReport) -> Duration {
        let interval = app.settings.sync.poll_interval;
        // As long as another computer writes there is nothing to be tried soon, and nothing to be read anew.
        let yields = report.error.as_ref().is_some_and(|error| writer::is_refusal(&error.code));
        let failed = report.outcome == Outcome::Failed && !yields;
        self.failures = if failed { self.failures + 1 } else { 0 };
        if failed {
            app.engine.forget_metadata();
        }
        let room = credit_pause::room(app, flows);
        self.paused = Pause::after(report, app.clock.now(), interval, self.limits + 1, room);
        self.limits = if self.paused.is_some() { self.limits + 1 } else { 0 };
        if self.paused.is_some() {
            // At once: who stops it now wants to find the pause after the next start.
            credit_pause::note(app, self.paused.as_ref());
        }
        pause(interval, self.failures)
    }
}

/// One run by schedule, and the comparison of both systems where that is due.
pub async fn scheduled(app: &App, flows: Option<&[Flow]>, progress: &dyn Progress, stop: &Stop) -> RunReport {
    let told = webhooks::told(&app.link, &app.store, app.clock.now()).unwrap_or_else(|error| {
        tracing::warn!(%error, "which changes are told could not be read; everything is listed");
        Vec::new()
    });
    let options =
        RunOptions { flows: flows.map(<[Flow]>::to_vec), told, ..RunOptions::of(Trigger::Schedule) };
    let mut report = app.engine.run(&options, progress, stop).await;
    ran(app, options.trigger, &report);
    if flows.is_none() {
        let every = app.settings.sync.reconcile_interval.map(Due::Every);
        comparing::after_run(app, &mut report, every, progress, stop).await;
    }
    report
}

/// One run over what signals have told.
pub async fn signalled(app: &App, flows: Option<&[Flow]>, progress: &dyn Progress, stop: &Stop) -> RunReport {
    let options = RunOptions { flows: flows.map(<[Flow]>::to_vec), ..RunOptions::of(Trigger::Signal) };
    let report = app.engine.run(&options, progress, stop).await;
    ran(app, options.trigger, &report);
    report
}

/// Tells the listening tasks how a run ended. What cannot be read counts as left.
fn ran(app: &App, trigger: Trigger, report: &RunReport) {
    let left = app.store.waiting_signals().map_or(true, |waiting| waiting > 0);
    app.link.ran(&*app.clock, trigger, report.error.is_some(), left);
}

/// Polls until `stop`, telling every report, and takes signals up as they come. Returns the last report, if any run was made.
pub async fn poll(
    app: &App,
    flows: Option<&[Flow]>,
    progress: &dyn Progress,
    stop: &Stop,
    tell: impl FnMut(&RunReport),
) -> Option<RunReport> {
    let polling = poll_alone(app, flows, progress, stop, tell);
    if app.settings.relay.url.is_none() {
        return polling.await;
    }
    tokio::select! {
        last = polling => last,
        never = webhooks::run(app, &*app.relay_way) => match never {},
    }
}

async fn poll_alone(
    app: &App,
    flows: Option<&[Flow]>,
    progress: &dyn Progress,
    stop: &Stop,
    mut tell: impl FnMut(&RunReport),
) -> Option<RunReport> {
    let considered = flows.unwrap_or(&app.settings.sync.flows);
    let mut last = None;
    let mut rhythm = Rhythm::of(app);
    let mut watch = Watch::of(&*app.clock);
    while !stop.asked() {
        if let Some(pause) = rhythm.waits(app, considered).cloned() {
            rest(app, &pause, progress, stop, &mut watch).await;
            continue;
        }
        let report = scheduled(app, flows, progress, stop).await;
        tell(&report);
        let pause = rhythm.after(app, considered, &report);
        last = Some(report);
        if rhythm.paused.is_some() {
            continue;
        }
        announce(app, Some(pause));
        let mut next = app.clock.monotonic() + pause;
        loop {
            let left = next.saturating_sub(app.clock.monotonic());
            let wake = wait(app, left, stop, true, &mut watch).await;
            if wake != Some(Wake::Signal) {
                catch_up(app, wake);
                break;
            }
            let report = signalled(app, flows, progress, stop).await;
            tell(&report);
            if report.outcome == Outcome::Failed {
                let pause = rhythm.after(app, considered, &report);
                next = app.clock.monotonic() + pause;
                announce(app, Some(pause));
            }
            last = Some(report);
            if rhythm.paused.is_some() {
                break;
            }
        }
    }
    announce(app, None);
    last
}

/// Waits for credits, and says so.
async fn rest(app: &App, pause: &Pause, progress: &dyn Progress, stop: &Stop, watch: &mut Watch) {
    let until = pause.until;
    let left = until.duration_since(app.clock.now()).unsigned_abs();
    tracing::info!(code = pause.code, %until, "waiting for {}", pause.what());
    progress.event(Event::Pausing { until, what: pause.what() });
    credit_pause::note(app, Some(pause));
    announce(app, Some(left));
    catch_up(app, wait(app, left, stop, false, watch).await);
}

/// After a sleep or a jump of the clock everything that was read of both sides is old.
pub fn catch_up(app: &App, wake: Option<Wake>) {
    match wake {
        Some(Wake::Interval | Wake::Signal) | None => {}
        Some(Wake::Slept { gap }) => {
            app.link.slept();
            tracing::info!(seconds = gap.as_secs(), "the computer slept or its clock was set; catching up");
            app.engine.forget_metadata();
        }
        Some(Wake::ClockSetBack { by }) => {
            app.link.slept();
            tracing::warn!(seconds = by.as_secs(), "the clock was set back; catching up");
            app.engine.forget_metadata();
        }
    }
}

/// Leaves word for `status` when the next run comes, or that none will.
pub fn announce(app: &App, pause: Option<Duration>) {
    let at = pause.and_then(|pause| app.clock.now().checked_add(pause).ok());
    let stored = app.store.write(|tx| match at {
        Some(at) => facts::set(tx, NEXT_RUN, &at.to_string()),
        None => facts::forget(tx, NEXT_RUN),
    });
    if let Err(error) = stored {
        tracing::warn!(%error, "the time of the next run could not be stored");
    }
}

/// Both clocks as they were seen last, from one wait to the next: a sleep in the middle of a run is noticed after it.
pub(crate) struct Watch {
    wall: Timestamp,
    running: Duration,
}

impl Watch {
    pub(crate) fn of(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), running: clock.monotonic() }
    }

    /// Looks again. Says whether the computer slept, or its clock was set, since the last look.
    pub(crate) fn look(&mut self, clock: &dyn Clock) -> Option<Wake> {
        let now = Self::of(clock);
        let before = std::mem::replace(self, now);
        jump((before.wall, self.wall), (before.running, self.running))
    }
}

/// Waits, unless the computer slept, the clock jumped or, where they are `welcome`, a signal came meanwhile. `None` when it was told to stop.
async fn wait(app: &App, pause: Duration, stop: &Stop, welcome: bool, watch: &mut Watch) -> Option<Wake> {
    let start = app.clock.monotonic();
    loop {
        if stop.asked() {
            return None;
        }
        if app.clock.monotonic().saturating_sub(start) >= pause {
            return Some(Wake::Interval);
        }
        let came = tokio::select! {
            () = app.clock.sleep(TICK) => false,
            () = app.link.gathered(&*app.clock), if welcome => true,
        };
        if let Some(wake) = watch.look(&*app.clock) {
            if came {
                // It is for the run after the one that catches up.
                app.link.waits(&*app.clock);
            }
            return Some(wake);
        }
        if came {
            return Some(Wake::Signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wake, jump, pause};
    use jiff::Timestamp;
    use std::time::Duration;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn an_ordinary_tick_is_no_jump() {
        assert_eq!(jump((at(100), at(101)), (seconds(5), seconds(6))), None);
        assert_eq!(jump((at(100), at(129)), (seconds(5), seconds(6))), None);
    }

    #[test]
    fn sleep_is_noticed_by_the_wall_clock_running_ahead() {
        assert_eq!(
            jump((at(100), at(3701)), (seconds(5), seconds(6))),
            Some(Wake::Slept { gap: seconds(3600) })
        );
    }

    #[test]
    fn a_clock_set_back_is_noticed() {
        assert_eq!(
            jump((at(1000), at(401)), (seconds(5), seconds(6))),
            Some(Wake::ClockSetBack { by: seconds(600) })
        );
    }

    #[test]
    fn an_unreachable_service_is_tried_soon_and_then_less_often() {
        let minutes = seconds(300);
        assert_eq!(pause(minutes, 0), minutes);
        assert_eq!(pause(minutes, 1), seconds(15));
        assert_eq!(pause(minutes, 2), seconds(30));
        assert_eq!(pause(minutes, 20), minutes);
    }
}

//! What the parts of a resident share: the open profile, what works now, and what was last told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{Timestamp, Zoned};
use sync::progress::Stop;
use sync::reconcile::Reconciliation;
use sync::store::audit::search::Search;
use sync::store::{Store, facts};
use tokio::sync::{Notify, broadcast};

use super::Surroundings;
use super::draft::Draft;
use super::preview_file::Previewed;
use super::undertaking::Undertaking;
use crate::alerts::{self, Broken, FirstSync, Memory, PAUSED_UNTIL};
use crate::bundle::Bundle;
use crate::profile::WriterLock;
use crate::webhooks::LinkState;
use crate::window::schema::{Event, Failure};
use crate::window::state::{AppState, Stage, Work, WorkKind};
use crate::window::wizard::RefusedField;
use crate::window::wording;
use crate::{App, Profile, Settings, activity, webhooks};

/// So many events may wait for a slow listener; then it misses some, and asks anew.
const EVENTS_WAITING: usize = 64;

/// What all parts see.
pub(super) struct Inner {
    pub(super) profile: Profile,
    pub(super) outside: Surroundings,
    pub(super) events: broadcast::Sender<Event>,
    pub(super) wake: Notify,
    /// Whoever opens the profile holds it: the schedule and a command may want to at once.
    pub(super) opening: Mutex<()>,
    shared: Mutex<Shared>,
    reader: Mutex<Option<Arc<Store>>>,
}

/// What changes.
pub(super) struct Shared {
    /// The profile's lock, once it was free.
    pub(super) lock: Option<Arc<WriterLock>>,
    /// The open profile, once it is connected.
    pub(super) app: Option<Arc<App>>,
    /// Listens to the relay for it, where there is one.
    pub(super) listening: Option<Listening>,
    /// Whether its settings were changed while something worked with it.
    pub(super) stale: bool,
    /// Why it could not be opened.
    pub(super) broken: Option<Broken>,
    /// Whether another process writes to the profile.
    pub(super) other_writer: bool,
    /// The wizard's answers.
    pub(super) draft: Draft,
    /// What is asked for and has not begun.
    pub(super) queue: VecDeque<Undertaking>,
    /// What works now.
    pub(super) work: Option<Working>,
    /// What the database said last.
    pub(super) facts: Option<alerts::Facts>,
    pub(super) paused_until: Option<Timestamp>,
    pub(super) next_run: Option<Timestamp>,
    pub(super) memory: Memory,
    pub(super) first_sync: Option<FirstSync>,
    pub(super) undecided: u64,
    pub(super) preview: Option<Arc<Previewed>>,
    pub(super) agreement: Option<Arc<Reconciliation>>,
    pub(super) refused: Vec<RefusedField>,
    /// What Activity was last asked for, and where all of it stands.
    pub(super) search: Option<(activity::Filter, Search)>,
    /// The support archive that was shown: what is saved is what was seen.
    pub(super) bundle: Option<Arc<Bundle>>,
    pub(super) quitting: bool,
}

/// A task that ends with its owner.
pub(super) struct Listening(tokio::task::JoinHandle<()>);

impl Listening {
    /// Listens for `app`, where its settings name a relay.
    pub(super) fn of(app: &Arc<App>) -> Option<Self> {
        app.settings.relay.url.as_ref()?;
        let app = Arc::clone(app);
        Some(Self(tokio::spawn(async move { match webhooks::run(&app, &*app.relay_way).await {} })))
    }
}

impl Listening {
    /// Ends it, and waits until nothing of it is left.
    pub(super) async fn end(mut self) {
        self.0.abort();
        // That it was ended is all that it can say.
        let _ = (&mut self.0).await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What works now.
pub(super) struct Working {
    pub(super) kind: WorkKind,
    pub(super) since: Timestamp,
    pub(super) now: alerts::Work,
    pub(super) stop: Stop,
    /// How much is done, and of how much, where the work itself does not tell.
    pub(super) counted: Option<(u64, u64)>,
    /// When the window was last told, in running time.
    pub(super) told: Duration,
}

impl Inner {
    pub(super) fn new(profile: Profile, outside: Surroundings) -> Self {
        let draft = Draft::load(&profile);
        let (events, _) = broadcast::channel(EVENTS_WAITING);
        let shared = Shared {
            lock: None,
            app: None,
            listening: None,
            stale: false,
            broken: None,
            other_writer: false,
            draft,
            queue: VecDeque::new(),
            work: None,
            facts: None,
            paused_until: None,
            next_run: None,
            memory: Memory::default(),
            first_sync: None,
            undecided: 0,
            preview: None,
            agreement: None,
            refused: Vec::new(),
            search: None,
            bundle: None,
            quitting: false,
        };
        Self {
            profile,
            outside,
            events,
            wake: Notify::new(),
            opening: Mutex::new(()),
            shared: Mutex::new(shared),
            reader: Mutex::new(None),
        }
    }

    pub(super) fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.outside.clock.now()
    }

    pub(super) fn zoned_now(&self) -> Zoned {
        self.now().to_zoned(self.outside.zone.clone())
    }

    /// The open profile, or why there is none.
    pub(super) fn app(&self) -> Result<Arc<App>, Failure> {
        let shared = self.shared();
        if let Some(app) = &shared.app {
            return Ok(Arc::clone(app));
        }
        Err(match (&shared.broken, shared.other_writer) {
            (Some(broken), _) => Failure {
                code: broken.code.clone(),
                message: broken.message.clone(),
                cure: wording::for_window(&broken.cure),
                field: None,
            },
            (None, true) => Failure {
                code: "profile_in_use".to_owned(),
                message: "another Ledgerline is working in this profile".to_owned(),
                cure: "Wait until it has ended, or stop it.".to_owned(),
                field: None,
            },
            (None, false) => Failure {
                code: "not_connected".to_owned(),
                message: "Business Central and Zoho are not connected yet".to_owned(),
                cure: "Finish the first two steps of the set-up.".to_owned(),
                field: None,
            },
        })
    }

    /// The connection to the relay, where this process listens.
    pub(super) fn link_state(&self) -> Option<LinkState> {
        let shared = self.shared();
        shared.listening.as_ref()?;
        Some(shared.app.as_ref()?.link.state())
    }

    /// The settings as they are kept.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings::load(&self.profile.settings())?)
    }

    /// A connection for reading beside whatever works.
    pub(super) fn reader(&self) -> Result<Arc<Store>, Failure> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*reader {
            return Ok(Arc::clone(store));
        }
        let path = self.profile.database();
        if !path.exists() {
            return Ok(Arc::new(Store::in_memory()?));
        }
        let store = Arc::new(Store::open_read_only(&path)?);
        *reader = Some(Arc::clone(&store));
        Ok(store)
    }

    /// Tells whoever listens; nobody may.
    pub(super) fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    pub(super) fn tell_state(&self) {
        self.tell(Event::State { state: self.app_state() });
    }

    /// Screens read anew.
    pub(super) fn tell_changed(&self) {
        self.refresh();
        self.tell(Event::Changed);
        self.tell_state();
    }

    /// Asks the database what state and alerts depend on.
    pub(super) fn refresh(&self) {
        let app = self.shared().app.clone();
        let Some(app) = app else { return };
        let read = self.reader().map_err(|failure| failure.message).and_then(|store| {
            let facts = alerts::facts_of(&store, &app.settings, self.zoned_now())
                .map_err(|error| error.to_string())?;
            let gates = sync::match_review::gates(&store).map_err(|error| error.to_string())?;
            Ok((facts, gates.iter().map(|gate| gate.undecided).sum()))
        });
        let mut shared = self.shared();
        match read {
            Ok((facts, undecided)) => {
                shared.facts = Some(facts);
                shared.undecided = undecided;
            }
            Err(error) => tracing::warn!(error, "the state could not be read"),
        }
    }

    /// Everything that state and alerts depend on.
    pub(super) fn facts(&self) -> alerts::Facts {
        let now = self.zoned_now();
        let shared = self.shared();
        let facts = shared.facts.clone().unwrap_or_else(|| alerts::Facts::at(now.clone()));
        alerts::Facts {
            now,
            set_up: shared.draft.finished,
            work: shared.work.as_ref().map(|work| work.now),
            paused_until: shared.paused_until.filter(|until| *until > self.now()),
            first_sync: shared.first_sync.clone(),
            other_writer: shared.other_writer,
            broken: shared.broken.clone(),
            ..facts
        }
    }

    pub(super) fn app_state(&self) -> AppState {
        let facts = self.facts();
        let state = alerts::state(&facts);
        let shared = self.shared();
        let stage = if !shared.draft.finished {
            Stage::Setup
        } else if shared.other_writer && shared.app.is_none() {
            Stage::Unusable
        } else {
            Stage::Ready
        };
        AppState {
            stage,
            light: state.light,
            sentence: state.sentence,
            cure: state.cure.map(|cure| wording::for_window(&cure)),
            work: shared.work.as_ref().map(working),
            paused_until: facts.paused_until.map(|at| at.to_string()),
            snoozed_until: shared
                .memory
                .snoozed_until()
                .filter(|at| *at > self.now())
                .map(|at| at.to_string()),
            next_run_at: shared.next_run.filter(|_| facts.paused_until.is_none()).map(|at| at.to_string()),
            problems: facts.problems.iter().map(|cause| cause.count).sum(),
            undecided: shared.undecided,
            demo: self.outside.demo,
        }
    }

    /// Puts something into the queue, unless something works or waits already.
    pub(super) fn undertake(&self, what: Undertaking) -> Result<(), Failure> {
        let mut shared = self.shared();
        if let Some(work) = &shared.work {
            return Err(busy(&work.now.words()));
        }
        if !shared.queue.is_empty() {
            return Err(busy("another task begins"));
        }
        shared.queue.push_back(what);
        drop(shared);
        self.wake.notify_one();
        Ok(())
    }

    /// Pauses runs by schedule, or goes on with them; kept over restarts.
    pub(super) fn pause(&self, until: Option<Timestamp>) -> Result<(), Failure> {
        let app = self.app()?;
        app.store.write(|tx| match until {
            Some(until) => facts::set(tx, PAUSED_UNTIL, &until.to_string()),
            None => facts::forget(tx, PAUSED_UNTIL),
        })?;
        let mut shared = self.shared();
        shared.paused_until = until;
        if until.is_none() {
            shared.next_run = Some(self.now());
        }
        drop(shared);
        self.wake.notify_one();
        self.tell_state();
        Ok(())
    }

    /// What an earlier process left.
    pub(super) fn remember(&self, app: &App) {
        let paused = app.store.read(|tx| facts::get(tx, PAUSED_UNTIL));
        let memory = Memory::read(&app.store);
        let mut shared = self.shared();
        shared.paused_until = paused.ok().flatten().and_then(|text| text.parse().ok());
        shared.memory = memory.unwrap_or_default();
    }

    pub(super) fn quit(&self) {
        let mut shared = self.shared();
        shared.quitting = true;
        shared.queue.clear();
        if let Some(work) = &shared.work {
            work.stop.ask();
        }
        drop(shared);
        self.wake.notify_one();
    }
}

fn busy(words: &str) -> Failure {
    Failure {
        code: "busy".to_owned(),
        message: format!("something else goes on: {words}"),
        cure: "Wait until it has ended, or cancel it.".to_owned(),
        field: None,
    }
}

fn working(work: &Working) -> Work {
    let (flow, done, of) = work.now.progress();
    let (done, of) = work.counted.map_or((done, of), |(done, of)| (Some(done), Some(of)));
    Work {
        kind: work.kind,
        since: work.since.to_string(),
        words: work.now.words(),
        flow: flow.map(Into::into),
        done,
        of,
        stopping: work.stop.asked(),
    }
}

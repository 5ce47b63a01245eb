//! What stays in memory: one profile's engine and schedule, what the window asks of it, and what it tells window, tray and notifications.
//!
//! [`Resident`] answers the typed commands of [`window::schema`](crate::window::schema). Long work goes through one queue ([`schedule`]), one piece
//! after the other, and tells how far it is ([`telling`]); whoever asks is answered at once. Screens read through a second, read-only
//! connection, so that they never wait for a run.

mod commands;
mod draft;
mod engine_room;
mod exports;
mod preview_file;
mod schedule;
mod shared;
mod signals;
mod telling;
mod undertaking;
mod wizard;

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::broadcast;
use transport::{Clock, Random, Transport};

use crate::alerts::Alert;
use crate::window::schema::Event;
use crate::window::state::AppState;
use crate::{AppError, Profile};
use shared::Inner;

/// Values of environment variables, as the shell hands them in.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What the shell does for the application.
pub trait Hands: Send + Sync {
    /// Opens an address in the browser, or a file or folder in the program that shows it.
    ///
    /// # Errors
    /// Why not, in words.
    fn open(&self, target: &str) -> Result<(), String>;

    /// Shows a notification.
    fn notify(&self, alert: &Alert);

    /// Says something that needs nothing.
    fn say(&self, title: &str, body: &str);
}

/// Everything that comes in from outside.
pub struct Surroundings {
    /// Environment variables.
    pub environment: Environment,
    /// The network; `None` for the real one.
    pub transport: Option<Arc<dyn Transport>>,
    /// The way to the relay; `None` for the real network.
    pub relay: Option<Arc<dyn crate::webhooks::Way>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// The time zone of people.
    pub zone: TimeZone,
    /// What the shell does.
    pub hands: Arc<dyn Hands>,
    /// Where the user's downloads go.
    pub downloads: Option<std::path::PathBuf>,
    /// Whether the demo's built-in systems are connected.
    pub demo: bool,
}

/// One profile, in memory.
#[derive(Clone)]
pub struct Resident(Arc<Inner>);

impl Resident {
    /// Takes up a profile. Nothing runs before [`live`](Self::live).
    ///
    /// # Errors
    /// When the profile's folder cannot be used at all. What can be mended while the program runs is a state instead.
    pub fn new(profile: Profile, surroundings: Surroundings) -> Result<Self, AppError> {
        profile.create()?;
        Ok(Self(Arc::new(Inner::new(profile, surroundings))))
    }

    /// What the window is told.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// The state in short.
    #[must_use]
    pub fn state(&self) -> AppState {
        self.0.app_state()
    }

    /// The newest entries about records, for the tray's menu: what happened, and where the window shows more.
    #[must_use]
    pub fn recent(&self, count: usize) -> Vec<(String, String)> {
        commands::recent(&self.0, count)
    }

    /// Brings the window to the front, at a place.
    pub fn show(&self, route: Option<String>) {
        self.0.tell(Event::Show { route });
    }

    /// Works until [`quit`](Self::quit). It blocks its thread, and needs a tokio runtime around it.
    pub async fn live(&self) {
        schedule::live(&self.0).await;
    }

    /// Ends what works after the request that is under way, and then [`live`](Self::live).
    pub fn quit(&self) {
        self.0.quit();
    }

    /// The window was closed. The first time that is said to be no end.
    pub fn window_closed(&self) {
        let first = {
            let mut shared = self.0.shared();
            let first = !std::mem::replace(&mut shared.draft.told_of_tray, true);
            if first && let Err(error) = shared.draft.keep(&self.0.profile) {
                tracing::warn!(%error, "it will be said again that the tray stays");
            }
            first && !shared.quitting
        };
        if first {
            self.0.outside.hands.say(
                "Ledgerline goes on in the tray",
                "Open it from its icon there. To end it, choose Quit in the icon's menu.",
            );
        }
    }
}

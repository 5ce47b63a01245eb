//! What the shell does for the application: it opens addresses and shows notifications.

use std::sync::{Arc, OnceLock, Weak};

use app::alerts::{Alert, Urgency};
use app::resident::Hands;

use crate::resident::Opener;

/// The name under which notifications come.
const NAME: &str = "Ledgerline";

/// Opens things, and shows notifications whose click opens the window.
#[derive(Default)]
pub struct Shell {
    opener: OnceLock<Weak<Opener>>,
}

impl Shell {
    /// From now on a click on a notification opens the window.
    pub fn with(&self, opener: &Arc<Opener>) {
        // Set once, right after the start.
        let _ = self.opener.set(Arc::downgrade(opener));
    }
}

impl Hands for Shell {
    fn open(&self, target: &str) -> Result<(), String> {
        open::that_detached(target).map_err(|error| error.to_string())
    }

    fn notify(&self, alert: &Alert) {
        let urgency = match alert.urgency {
            Urgency::Low => Loudness::Low,
            Urgency::Normal => Loudness::Normal,
            Urgency::Critical => Loudness::Critical,
        };
        self.show(&alert.title, &alert.body, urgency, Some(alert.route.to_string()));
    }

    fn say(&self, title: &str, body: &str) {
        self.show(title, body, Loudness::Low, None);
    }
}

/// How much a notification wants to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loudness {
    Low,
    Normal,
    Critical,
}

impl Shell {
    /// Shows a notification; a click on it opens the window, at a place.
    fn show(&self, title: &str, body: &str, loudness: Loudness, route: Option<String>) {
        let mut notification = notify_rust::Notification::new();
        notification.appname(NAME).summary(title).body(body);
        notification.action("default", "Open").action("open", "Open");
        decorate(&mut notification, loudness);
        let opener = self.opener.get().cloned();
        // The bus may be slow or absent: nobody waits for it. The thread goes when the notification was clicked or closed.
        let waiting = std::thread::Builder::new().name("notification".to_owned()).spawn(move || {
            let clicked = move || {
                if let Some(opener) = opener.as_ref().and_then(Weak::upgrade) {
                    opener.open(route);
                }
            };
            if let Err(error) = shown(&notification, clicked) {
                tracing::warn!(error, "a notification could not be shown");
            }
        });
        if let Err(error) = waiting {
            tracing::warn!(%error, "a notification could not be shown");
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn decorate(notification: &mut notify_rust::Notification, loudness: Loudness) {
    notification
        .urgency(match loudness {
            Loudness::Low => notify_rust::Urgency::Low,
            Loudness::Normal => notify_rust::Urgency::Normal,
            Loudness::Critical => notify_rust::Urgency::Critical,
        })
        .hint(notify_rust::Hint::DesktopEntry("ledgerline".to_owned()))
        .icon("ledgerline");
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn decorate(_: &mut notify_rust::Notification, _: Loudness) {}

/// Shows it and waits until it is clicked or closed.
#[cfg(all(unix, not(target_os = "macos")))]
fn shown(notification: &notify_rust::Notification, clicked: impl FnOnce()) -> Result<(), String> {
    let handle = notification.show().map_err(|error| error.to_string())?;
    handle.wait_for_action(|action| {
        if matches!(action, "default" | "open") {
            clicked();
        }
    });
    Ok(())
}

/// Shows it; here nobody is told of a click.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn shown(notification: &notify_rust::Notification, _: impl FnOnce()) -> Result<(), String> {
    notification.show().map(drop).map_err(|error| error.to_string())
}

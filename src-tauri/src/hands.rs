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
        let mut notification = notify_rust::Notification::new();
        notification
            .appname(NAME)
            .summary(&alert.title)
            .body(&alert.body)
            .action("default", "Open")
            .action("open", "Open");
        #[cfg(all(unix, not(target_os = "macos")))]
        {
            notification.urgency(match alert.urgency {
                Urgency::Low => notify_rust::Urgency::Low,
                Urgency::Normal => notify_rust::Urgency::Normal,
                Urgency::Critical => notify_rust::Urgency::Critical,
            });
            notification.hint(notify_rust::Hint::DesktopEntry("ledgerline".to_owned()));
            notification.icon("ledgerline");
        }
        let route = alert.route.to_string();
        let opener = self.opener.get().cloned();
        let shown = notification.show();
        #[cfg(all(unix, not(target_os = "macos")))]
        match shown {
            Ok(handle) => {
                // It waits until the notification is clicked or closed; a few of them are there at most.
                let waiting = std::thread::Builder::new().name("notification".to_owned()).spawn(move || {
                    handle.wait_for_action(|action| {
                        if matches!(action, "default" | "open")
                            && let Some(opener) = opener.as_ref().and_then(Weak::upgrade)
                        {
                            opener.open(Some(route.clone()));
                        }
                    });
                });
                if let Err(error) = waiting {
                    tracing::warn!(%error, "a click on the notification will not be heard");
                }
            }
            Err(error) => tracing::warn!(%error, "a notification could not be shown"),
        }
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        {
            let _ = (route, opener);
            if let Err(error) = shown {
                tracing::warn!(%error, "a notification could not be shown");
            }
        }
    }
}

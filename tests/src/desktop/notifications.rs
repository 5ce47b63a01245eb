//! Notifications as a person sees them, shown by dunst.

use std::path::{Path, PathBuf};

use zbus::blocking::Connection;

use super::until;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// What `dunstctl` talks to.
const DUNST: &str = "org.dunstproject.cmd0";

/// A notification that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whose.
    pub program: String,
    /// Its title.
    pub title: String,
    /// What it says.
    pub body: String,
    /// `LOW`, `NORMAL` or `CRITICAL`.
    pub urgency: String,
}

/// The daemon that shows notifications.
pub struct Notifications<'a> {
    bus: &'a Connection,
    log: PathBuf,
}

impl<'a> Notifications<'a> {
    pub(super) fn new(bus: &'a Connection, log: PathBuf) -> Self {
        Self { bus, log }
    }

    /// What dunst runs for each notification that it shows: it notes the parts, with a NUL behind each.
    pub(super) fn script(log: &Path) -> String {
        let parts = r#""$DUNST_APP_NAME" "$DUNST_SUMMARY" "$DUNST_BODY" "$DUNST_URGENCY""#;
        format!("#!/bin/sh\nprintf '%s\\0%s\\0%s\\0%s\\0' {parts} >> '{}'\n", log.display())
    }

    /// dunst's settings: nothing goes by itself, and everything is noted.
    pub(super) fn rules(script: &Path) -> String {
        let lasting = ["low", "normal", "critical"]
            .map(|urgency| format!("[urgency_{urgency}]\n    timeout = 0\n"))
            .concat();
        format!(
            "[global]\n    idle_threshold = 0\n    notification_limit = 20\n{lasting}[noted]\n    summary = \"*\"\n    script = \"{}\"\n",
            script.display()
        )
    }

    /// Everything that was shown so far, oldest first.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let mut parts = text.split('\0').map(ToOwned::to_owned);
        std::iter::from_fn(|| {
            let (program, title) = (parts.next()?, parts.next()?);
            Some(Shown { program, title, body: parts.next()?, urgency: parts.next()? })
        })
        .collect()
    }

    /// Waits for one whose title has these words.
    #[must_use]
    pub fn wait_for(&self, words: &str) -> Shown {
        until(&format!("the notification \"{words}\""), || {
            let shown = self.shown();
            shown
                .iter()
                .find(|shown| shown.title.contains(words))
                .cloned()
                .ok_or_else(|| format!("{shown:?}"))
        })
    }

    /// How many are on the screen now.
    #[must_use]
    pub fn on_screen(&self) -> u32 {
        let answer = self.bus.call_method(
            Some(NAME),
            PATH,
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &(DUNST, "displayedLength"),
        );
        let value: zbus::zvariant::OwnedValue = answer.unwrap().body().deserialize().unwrap();
        value.downcast_ref().unwrap()
    }

    /// Takes all of them off the screen.
    pub fn close_all(&self) {
        self.bus.call_method(Some(NAME), PATH, Some(DUNST), "NotificationCloseAll", &()).unwrap();
        until("an empty screen", || match self.on_screen() {
            0 => Ok(()),
            count => Err(format!("{count} notifications")),
        });
    }

    /// Clicks the one that is on the screen.
    ///
    /// # Panics
    /// When there is none, or more than one: which would be clicked is then dunst's affair.
    pub fn click(&self) {
        assert_eq!(self.on_screen(), 1, "{:#?}", self.shown());
        self.bus.call_method(Some(NAME), PATH, Some(DUNST), "NotificationAction", &0_u32).unwrap();
    }
}

//! The desktop that the other tests of the application use: what it has, and that nothing of it stays.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use tests::desktop::{Lacks, Session};
use zbus::blocking::Proxy;
use zbus::zvariant::Value;

#[test]
fn a_session_has_what_a_desktop_has_and_leaves_nothing_behind() {
    let Some(session) = Session::start(Lacks::Nothing) else { return };
    let names: BTreeSet<String> = session.processes().into_iter().map(|process| process.name).collect();
    for name in ["Xvfb", "dbus-daemon", "dunst", "gnome-keyring-daemon"] {
        assert!(names.contains(name), "{name} is not among {names:?}");
    }
    session.secrets().store("an entry", "a secret");
    assert_eq!(session.secrets().entries()["an entry"], "a secret");
    assert_eq!(session.notifications().on_screen(), 0);
    assert!(!session.tray().has_item() && !session.display().shows_window());
    let opened = session.command("xdg-open").arg("https://example.invalid/?a=b c").status().unwrap();
    assert!(opened.success());
    assert_eq!(session.browser().opened(), ["https://example.invalid/?a=b c"]);
    is_shown_and_can_be_clicked(&session);
    let ids: Vec<u32> = session.processes().iter().map(|process| process.id).collect();
    let home = session.home();
    drop(session);
    assert!(!home.exists());
    let left = ids.iter().filter(|id| Path::new(&format!("/proc/{id}/exe")).read_link().is_ok());
    assert_eq!(left.count(), 0);
}

/// A notification of a program that is none of ours.
fn is_shown_and_can_be_clicked(session: &Session) {
    let name = "org.freedesktop.Notifications";
    let daemon = Proxy::new(session.bus(), name, "/org/freedesktop/Notifications", name).unwrap();
    let mut clicks = daemon.receive_signal("ActionInvoked").unwrap();
    let hints = HashMap::from([("urgency", Value::from(2_u8))]);
    let (actions, lasting) = (["default", "Open"], -1_i32);
    let what = ("A program", 0_u32, "", "A title", "two\nlines", actions.as_slice(), hints, lasting);
    let id: u32 = daemon.call("Notify", &what).unwrap();
    let shown = session.notifications().wait_for("A title");
    assert_eq!((shown.program.as_str(), shown.body.as_str()), ("A program", "two\nlines"));
    assert_eq!(shown.urgency, "CRITICAL");
    session.notifications().click();
    let click: (u32, String) = clicks.next().unwrap().body().deserialize().unwrap();
    assert_eq!(click, (id, "default".to_owned()));
}

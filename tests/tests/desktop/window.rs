//! The window comes, stays one, goes without taking anything with it, and comes back.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use tests::desktop::{Lacks, Session, Window, connected, until, until_so};

/// The web view's processes, without the driver of this test.
fn web_views(session: &Session) -> Vec<String> {
    let names = session.processes().into_iter().map(|process| process.name);
    names.filter(|name| name.starts_with("WebKit") && name != "WebKitWebDriver").collect()
}

#[test]
fn the_desktop_has_one_window_and_closing_it_leaves_only_the_tray() {
    let Some(session) = Session::start(Lacks::Nothing) else { return };
    let services = session.services();
    connected(&session, &services);
    let mut first = session.launch("ledgerline-desktop", &[]);
    let window = Window::of(&session);
    window.wait_for("[data-testid=state-line]");
    session.tray().wait_for_item();
    until_so("the window in front", || session.display().shows_window());

    // A second start brings the first one's window to the front, at the place that it names, and ends well.
    session.display().work_elsewhere();
    assert!(!session.display().is_in_front());
    let second = session.run("ledgerline-desktop", &["--show", "activity"]);
    assert_eq!(second.code, 0, "{second:?}");
    window.wait_for_place("#/activity");
    until_so("the window in front", || session.display().is_in_front());
    assert_eq!(session.running("ledgerline-desktop").len(), 1);
    assert_eq!(session.running("ledgerline-resident").len(), 1);
    // A start in the background changes nothing of that.
    let third = session.run("ledgerline-desktop", &["--background"]);
    assert_eq!(third.code, 0, "{third:?}");
    assert_eq!(session.running("ledgerline-resident").len(), 1);

    // The cross ends the window with its web view, and nothing else.
    session.display().come_back();
    drop(window);
    assert!(!web_views(&session).is_empty());
    session.display().close_window();
    assert!(first.wait().unwrap().success());
    until("the end of the web view", || match web_views(&session) {
        left if left.is_empty() => Ok(()),
        left => Err(format!("{left:?}")),
    });
    assert!(session.running("ledgerline-desktop").is_empty());
    assert_eq!(session.running("ledgerline-resident").len(), 1);
    assert!(session.tray().has_item());
    // The first time it is said that this was not the end.
    let told = session.notifications().wait_for("Ledgerline goes on in the tray");
    assert_eq!(told.urgency, "LOW");

    // From the menu, and from the icon where a panel knows clicks on it, the window comes back.
    session.tray().click(&["Open Ledgerline"]);
    let window = Window::of(&session);
    window.wait_for("[data-testid=state-line]");
    drop(window);
    session.display().close_window();
    until_so("the end of the window", || session.running("ledgerline-desktop").is_empty());
    session.tray().click_icon();
    let window = Window::of(&session);
    window.wait_for("[data-testid=state-line]");

    assert_eq!(session.notifications().shown(), [told], "it is said once");

    // When what stays ends, the window does not stay behind.
    drop(window);
    session.tray().click(&["Quit"]);
    until_so("the end of both", || {
        session.running("ledgerline-resident").is_empty() && session.running("ledgerline-desktop").is_empty()
    });
}

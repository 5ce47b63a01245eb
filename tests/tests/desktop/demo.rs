//! The demo, as somebody sees it who has a display: a first sync, and then a change that arrives by signal.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use tests::desktop::{Lacks, Session, Window, until_so};

#[test]
fn the_window_of_the_demo_shows_a_change_that_arrives_by_signal() {
    let Some(session) = Session::start(Lacks::Nothing) else { return };
    let mut desktop = session.launch("ledgerline-desktop", &["--demo"]);
    let window = Window::of(&session);
    window.wait_for("[data-testid=state-line]");
    window.go_to("#/activity");
    let told = window.wait_for_text("main", "run by signal ended: clean");
    assert!(told.contains("C10000") && told.contains("changed in Zoho"), "{told}");
    window.go_to("#/settings?section=signals");
    window.wait_for_text("[data-testid=signals]", "127.0.0.1");

    // Whoever quits and starts again sees it again: neither relay nor subscriptions of the last time are in the way.
    drop(window);
    session.tray().click(&["Quit"]);
    until_so("the end of the demo", || session.running("ledgerline-resident").is_empty());
    assert!(desktop.wait().unwrap().success());
    let mut desktop = session.launch("ledgerline-desktop", &["--demo"]);
    let window = Window::of(&session);
    window.wait_for_text("main", "At once, by signals. Last signal");
    drop(window);
    session.tray().click(&["Quit"]);
    assert!(desktop.wait().unwrap().success());
}

//! The demo, as somebody sees it who has a display: a first sync, and then a change that arrives by signal.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use tests::desktop::{Lacks, Session, Window, until, until_so};

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
    window.go_to("#/activity");
    until("a change by signal behind the second start's first sync", || {
        let told = window.text("main");
        // Newest first, and few entries: both first syncs are in sight.
        let parts: Vec<&str> = told.split("run by schedule ended").collect();
        if parts.len() > 2 && parts[0].contains("changed in Zoho") { Ok(()) } else { Err(told) }
    });
    drop(window);
    session.tray().click(&["Quit"]);
    assert!(desktop.wait().unwrap().success());
}

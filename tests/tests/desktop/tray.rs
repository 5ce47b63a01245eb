//! The tray as a panel and its user see it: icon, words, menu and clicks over D-Bus.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use app::Profile;
use tests::desktop::{Lacks, MenuEntry, Session, Window, connected_and_synced, until, until_so};

fn labels(menu: &[MenuEntry]) -> Vec<&str> {
    menu.iter().map(|entry| entry.label.as_str()).collect()
}

#[test]
fn the_desktop_tray_tells_the_state_and_does_everything_from_its_menu() {
    let Some(session) = Session::start(Lacks::Nothing) else { return };
    let services = session.services();
    connected_and_synced(&session, &services);
    let mut program = session.launch("ledgerline-desktop", &["--background"]);
    let tray = session.tray();
    tray.wait_for_item();
    let well = tray.wait_for("Up to date");
    assert_eq!(well.status, "Active");
    assert!(!session.display().shows_window() && session.running("ledgerline-desktop").is_empty());

    let menu = tray.menu().unwrap();
    let wanted = [
        "Open Ledgerline",
        "Up to date",
        "",
        "Sync now",
        "Pause for 1 hour",
        "Pause until tomorrow",
        "Recent activity",
        "",
        "Open Business Central",
        "Open Zoho CRM",
        "Settings",
        "Help",
        "",
        "Quit",
    ];
    assert_eq!(menu.len(), wanted.len(), "{:?}", labels(&menu));
    assert!(
        labels(&menu).iter().zip(wanted).all(|(is, wanted)| is.starts_with(wanted)),
        "{:?}",
        labels(&menu)
    );
    assert!(!menu[1].enabled, "the state cannot be clicked");
    assert_eq!(menu[6].entries.len(), 5, "{:#?}", menu[6]);
    assert_eq!(labels(&menu[11].entries), ["User guide", "Logs", "Support bundle"]);

    // A pause shows itself, and only its end is offered then.
    tray.click(&["Pause for 1 hour"]);
    let paused = tray.wait_for("Paused until");
    assert_ne!(paused.icon, well.icon, "the states are told apart by shape");
    let menu = tray.menu().unwrap();
    assert!(labels(&menu).contains(&"Resume") && !labels(&menu).contains(&"Pause for 1 hour"), "{menu:#?}");
    tray.click(&["Resume"]);
    let _ = tray.wait_for("Up to date");
    tray.click(&["Pause until tomorrow"]);
    let _ = tray.wait_for("Paused until");
    tray.click(&["Resume"]);
    let _ = tray.wait_for("Up to date");

    // A change in Business Central goes across at "Sync now".
    services.admin("bc/demo-changes", "{}");
    let before = tray.menu().unwrap()[6].entries.clone();
    tray.click(&["Sync now"]);
    until("the change in the menu", || {
        let recent = tray.menu()?[6].entries.clone();
        if recent == before { Err(format!("{recent:#?}")) } else { Ok(()) }
    });
    let _ = tray.wait_for("Up to date");

    // Both systems, the guide and the logs open outside of the window.
    let browser = session.browser();
    let places: [(&[&str], &str); 4] = [
        (&["Open Business Central"], "/bc-web/"),
        (&["Open Zoho CRM"], "/crm/"),
        (&["Help", "User guide"], ".html"),
        (&["Help", "Logs"], "/logs"),
    ];
    for (at, (click, wanted)) in places.into_iter().enumerate() {
        tray.click(click);
        let opened = browser.opens(at);
        assert!(opened.contains(wanted), "{click:?} opens {opened}");
    }

    // The window opens where it is asked to, and an open one goes there.
    tray.click(&["Settings"]);
    let window = Window::of(&session);
    window.wait_for_place("#/settings");
    tray.click(&["Help", "Support bundle"]);
    window.wait_for_place("#/settings?section=diagnostics");
    let first = tray.menu().unwrap()[6].entries[0].clone();
    tray.click(&["Recent activity", &first.label]);
    until("the record's history", || match window.place() {
        place if place.starts_with("#/history?") => Ok(()),
        place => Err(place),
    });

    // Quit ends everything, and another Ledgerline may work in the profile.
    tray.click(&["Quit"]);
    assert!(program.wait().unwrap().success());
    let ours = ["ledgerline-desktop", "ledgerline-resident", "WebKitNetworkProcess", "WebKitWebProcess"];
    until_so("the end of everything", || ours.iter().all(|name| session.running(name).is_empty()));
    assert!(!tray.has_item());
    let profile = Profile::at(Some(session.profile())).unwrap();
    assert!(!profile.is_in_use() && profile.alone().unwrap().is_some());
}

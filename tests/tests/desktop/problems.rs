//! A problem is told, found, solved and gone, without a word on the command line.

#![cfg(target_os = "linux")]
#![allow(clippy::zombie_processes, reason = "the session ends and reaps what was started in it")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use tests::desktop::{Lacks, Session, Window, connected_and_synced};

const GROUP: &str = "[data-testid=problem-group]";

#[test]
fn a_desktop_notification_leads_to_the_refused_record_and_retry_solves_it() {
    let Some(session) = Session::start(Lacks::Nothing) else { return };
    let services = session.services();
    connected_and_synced(&session, &services);
    let _program = session.launch("ledgerline-desktop", &["--background"]);
    let (tray, notifications) = (session.tray(), session.notifications());
    let well = tray.wait_for("Up to date");
    assert_eq!(notifications.shown(), [], "nothing needs anybody");

    // Zoho refuses a customer from now on.
    services.admin(
        "zoho/poison",
        r#"{"module":"Accounts","field":"Account_Name","containing":"Kvistgaard","code":"INVALID_DATA","message":"no such name"}"#,
    );
    services.admin(
        "bc/edit",
        r#"{"table":"customers","number":"C10000","property":"displayName","value":"Kvistgaard Aluminium"}"#,
    );
    tray.click(&["Sync now"]);
    let told = notifications.wait_for("1 customer was refused by Zoho");
    assert!(told.body.contains("no such name"), "{told:?}");
    assert!(!told.body.contains("replay"), "that is a word of the command line: {told:?}");
    assert_eq!((told.program.as_str(), told.urgency.as_str()), ("Ledgerline", "NORMAL"));
    let troubled = tray.look().unwrap();
    assert_eq!(troubled.status, "NeedsAttention", "{troubled:?}");
    assert_ne!(troubled.icon, well.icon, "the states are told apart by shape");

    // Nobody looked so far: the click opens a window, at the records behind the notification.
    assert!(!session.display().shows_window());
    notifications.click();
    let window = Window::of(&session);
    window.wait_for_place("#/problems?cause=records:customers:zoho_invalid_data");
    let group = window.wait_for_text(GROUP, "C10000");
    assert!(group.contains("no such name"), "{group}");

    // Tried again in vain, it stays.
    window.click("[data-testid=retry-group]");
    window.wait_for_text("[data-testid=toasts]", "nothing has come right yet");
    window.wait_for_text(GROUP, "C10000");
    // As soon as Zoho takes it, it is solved, and says so everywhere.
    services.admin("zoho/poison/clear", "{}");
    window.click("[data-testid=retry-group]");
    window.wait_until_gone(GROUP);
    window.wait_for("[data-testid=no-problems]");
    window.wait_for_text("[data-testid=toasts]", "1 record has come right. Nothing is left.");
    let again = tray.wait_for("Up to date");
    assert_eq!((again.status.as_str(), &again.icon), ("Active", &well.icon));
    let _ = notifications.wait_for("Up to date again");
    let history = session.run("ledgerline", &["history", "customers", "C10000"]);
    assert!(history.stdout.contains("no such name"), "{history:?}");
}

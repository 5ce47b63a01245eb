//! Where the computer has no keychain, nothing is stored, and the window says what to install.

#![cfg(target_os = "linux")]
#![allow(clippy::zombie_processes, reason = "the session ends and reaps what was started in it")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use sandbox::credentials;
use tests::desktop::{Lacks, Session, Window};
use tests::processes::{SECRETS, holds_a_secret};

#[test]
fn on_a_desktop_without_keychain_the_wizard_says_what_to_install_and_keeps_nothing() {
    let Some(session) = Session::start(Lacks::Keychain) else { return };
    let services = session.services();
    let _program = session.launch("ledgerline-desktop", &[]);
    let window = Window::of(&session);
    window.write("#wizard-tenant", credentials::TENANT);
    window.write("#wizard-client-id", credentials::BC_CLIENT_ID);
    window.write("#wizard-client-secret", SECRETS[0]);
    window.click("[data-testid=wizard-advanced] summary");
    window.write("#wizard-login-url", &format!("{}/login", services.origin()));
    window.write("#wizard-api-url", &format!("{}/bc", services.origin()));
    window.click("[data-testid=wizard-connect]");
    let told = window.wait_for_text("[data-testid=wizard-failure]", "keychain");
    assert!(told.contains("gnome-keyring"), "{told}");
    let mut folders = vec![session.profile()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert!(
                    !holds_a_secret(&std::fs::read(&path).unwrap()),
                    "a secret stands in {}",
                    path.display()
                );
            }
        }
    }
}

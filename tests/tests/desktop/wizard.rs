//! From nothing to two systems that agree: the wizard in the real window, with a mistake at each step.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use sandbox::credentials;
use tests::desktop::{Consent, Lacks, Session, Window, until_so};
use tests::processes::{SECRETS, Services, holds_a_secret};

/// What Zoho's own sign-in gives, beside what was typed.
const REFRESH: &str = "zoho-refresh-token";

const FAILURE: &str = "[data-testid=wizard-failure]";
const TRAY: &str = "Ledgerline goes on in the tray";
const PREVIEW: &str = "[data-testid=wizard-at-preview]";
const CONTINUE: &str = "[data-testid=wizard-continue]";

#[test]
fn the_desktop_wizard_leads_through_every_mistake_to_two_systems_that_agree() {
    let Some(session) = Session::start(Lacks::Nothing) else { return };
    let services = session.services();
    let mut program = session.launch("ledgerline-desktop", &[]);
    let window = Window::of(&session);
    business_central(&window, &services);
    let window = left_and_taken_up_again(&session, window);
    assert!(program.wait().unwrap().success());
    zoho(&session, &window, &services);
    flows(&window, &services);
    fields(&window, &services);
    matching(&window, &services);
    preview(&window, &services);
    start(&session, &window);
    first_sync(&session, &window);
    no_secret_is_anywhere_but_in_the_keychain(&session, &window);
    autostart_is_switched_off_and_on(&session, &window);

    // Closed and opened again from the tray: set up, and up to date.
    drop(window);
    session.display().close_window();
    until_so("the end of the window", || session.running("ledgerline-desktop").is_empty());
    session.tray().click(&["Open Ledgerline"]);
    let window = Window::of(&session);
    window.wait_for_text("[data-testid=state-line]", "Up to date");
}

fn business_central(window: &Window, services: &Services) {
    window.wait_for("[data-testid=wizard-at-business_central]");
    // Nothing entered: the form says what is missing, and where.
    window.click("[data-testid=wizard-connect]");
    window.wait_for_text("#wizard-tenant-error", "Enter the tenant");
    window.wait_for_text("#wizard-client-secret-error", "Enter the client secret");
    window.write("#wizard-tenant", credentials::TENANT);
    window.write("#wizard-client-id", credentials::BC_CLIENT_ID);
    window.write("#wizard-client-secret", "not the secret");
    window.click("[data-testid=wizard-advanced] summary");
    window.write("#wizard-login-url", &format!("{}/login", services.origin()));
    window.write("#wizard-api-url", &format!("{}/bc", services.origin()));
    window.click("[data-testid=wizard-connect]");
    // Business Central's own refusal, in words and at its field.
    window.wait_for_text("#wizard-client-secret-error", "secret");
    window.write("#wizard-client-secret", SECRETS[0]);
    window.click("[data-testid=wizard-connect]");
    window.wait_for("[data-testid=wizard-bc-connected]");
    // A company has to be chosen where there are several.
    window.click(CONTINUE);
    window.wait_for_text("[data-testid=wizard-companies]", "Choose the company");
    window.click_named("radio", credentials::COMPANY);
    window.click(CONTINUE);
}

/// The window is closed in the middle of it, and opened again: it goes on where it was, and the secret is kept and never shown.
fn left_and_taken_up_again(session: &Session, window: Window) -> Window {
    window.wait_for("[data-testid=wizard-at-zoho]");
    drop(window);
    session.display().close_window();
    until_so("the end of the window", || session.running("ledgerline-desktop").is_empty());
    session.tray().click(&["Open Ledgerline"]);
    let window = Window::of(session);
    window.wait_for("[data-testid=wizard-at-zoho]");
    window.click("[data-testid=wizard-back]");
    window.click("[data-testid=wizard-change]");
    window.wait_for_text("[data-testid=wizard-client-secret-stored]", "never shown again");
    assert!(!window.shows("#wizard-client-secret"));
    window.click("[data-testid=wizard-keep]");
    window.click(CONTINUE);
    window
}

fn zoho(session: &Session, window: &Window, services: &Services) {
    window.wait_for("[data-testid=wizard-at-zoho]");
    // The guide shows the address to enter at Zoho; it is the one that is registered there.
    window.click("[data-testid=wizard-browser-guide] summary");
    window.click_named("tab", "2. Redirect address");
    assert_eq!(window.text("[data-testid=wizard-redirect-uri]"), credentials::ZOHO_REDIRECT_URI);
    window.click("[data-testid=wizard-browser-guide] summary");
    window.choose("#wizard-data-centre", "other");
    window.write("#wizard-accounts-url", &format!("{}/accounts", services.origin()));
    window.write("#wizard-zoho-client-id", credentials::ZOHO_CLIENT_ID);
    window.write("#wizard-zoho-client-secret", SECRETS[1]);
    // A code that Zoho never gave out.
    window.write("#wizard-zoho-code", "1000.nobody.knows.it");
    window.click("[data-testid=wizard-use-code]");
    window.wait_for_text("#wizard-zoho-code-error", "code");
    // In the browser somebody declines …
    window.click("[data-testid=wizard-sign-in]");
    let browser = session.browser();
    let page = browser.opens(0);
    assert!(page.starts_with(&format!("{}/accounts/oauth/v2/auth?", services.origin())), "{page}");
    let shown = browser.consents(&page, Consent::Reject);
    assert!(shown.contains("declined in the browser"), "{shown}");
    window.wait_for(FAILURE);
    // … and then agrees.
    window.click("[data-testid=wizard-sign-in]");
    let page = browser.opens(1);
    let shown = browser.consents(&page, Consent::Accept);
    assert!(shown.contains("You can close this") && !shown.contains("not connected"), "{shown}");
    window.wait_for("[data-testid=wizard-zoho-connected]");
    window.click(CONTINUE);
}

fn flows(window: &Window, services: &Services) {
    window.wait_for_text("[data-testid=wizard-flow-card-customers]", "300");
    for flow in ["customers", "items", "contacts", "invoices"] {
        let switch = format!("[data-testid=wizard-flow-{flow}]");
        if window.is_checked(&switch) {
            window.click(&switch);
        }
    }
    window.click(CONTINUE);
    window.wait_for_text("[data-testid=wizard-flows-error]", "Choose at least one");
    // What invoices need comes with them.
    window.click("[data-testid=wizard-flow-invoices]");
    assert!(
        window.is_checked("[data-testid=wizard-flow-customers]")
            && window.is_checked("[data-testid=wizard-flow-items]")
    );
    window.click("[data-testid=wizard-flow-contacts]");
    window.click_named("radio", "All of them");
    services.admin("zoho/edition", r#"{"edition":"free"}"#);
    window.click(CONTINUE);
}

fn fields(window: &Window, services: &Services) {
    // The free edition has no fields of one's own; somebody buys a larger one, and looks again.
    window.wait_for_text("[data-testid=wizard-blocked-customers]", "change to Standard or higher");
    assert!(!window.can_press(CONTINUE));
    services.admin("zoho/edition", r#"{"edition":"enterprise"}"#);
    window.click("[data-testid=wizard-recheck]");
    window.click("[data-testid=wizard-create-fields]");
    window.wait_for("[data-testid=wizard-fields-ready]");
    window.click(CONTINUE);
}

fn matching(window: &Window, services: &Services) {
    window.wait_for("[data-testid=wizard-at-match]");
    // Customers that are in Zoho already: one beyond doubt, one under a longer name, and one that is somebody else.
    for (number, name, town) in [
        ("C10000", "Kvistgaard Aluminium", "Aarhus"),
        ("C10010", "Lystrup Metal", "Odense"),
        ("C10020", "Harboe Foods", "Skive"),
    ] {
        for (property, value) in [("displayName", name), ("city", town), ("postalCode", "8000")] {
            let body = format!(
                r#"{{"table":"customers","number":"{number}","property":"{property}","value":"{value}"}}"#
            );
            services.admin("bc/edit", &body);
        }
    }
    let phone =
        r#"{"table":"customers","number":"C10000","property":"phoneNumber","value":"+45 70 10 20 30"}"#;
    services.admin("bc/edit", phone);
    let same = r#"{"module":"Accounts","values":{"Account_Name":"Kvistgaard Aluminium","Billing_City":"Aarhus","Billing_Code":"8000","Phone":"+45 70 10 20 30"}}"#;
    services.admin("zoho/records/add", same);
    for name in ["Lystrup Metal A/S", "Harboe Foods A/S"] {
        let body = format!(r#"{{"module":"Accounts","values":{{"Account_Name":"{name}"}}}}"#);
        services.admin("zoho/records/add", &body);
    }
    // Nothing leads on before somebody has looked.
    assert!(!window.can_press(CONTINUE));
    window.click("[data-testid=wizard-find-matches]");
    window.wait_for("[data-testid=wizard-accept-certain]");
    assert!(!window.can_press(CONTINUE));
    window.click("[data-testid=wizard-accept-certain]");
    window.wait_until_gone("[data-testid=wizard-accept-certain]");
    // The next one is decided by hand, and the last one is left.
    let list = "[data-testid=match-list]";
    until_so("a list without what is decided", || !window.text(list).contains("Kvistgaard Aluminium"));
    window.click_named("option", "Lystrup Metal");
    window.wait_for_text("[data-testid=match-desk] h2", "Lystrup Metal");
    window.click("[data-testid=match-accept]");
    window.wait_for_text("[aria-labelledby=wizard-confirm-title]", "One record is not decided yet");
    window.click("[data-testid=wizard-confirm-match]");
    // What depends on customers is looked for within what was decided about them.
    window.wait_for("[data-testid=wizard-match-confirmed]");
    window.click(CONTINUE);
}

fn preview(window: &Window, services: &Services) {
    window.wait_for("[data-testid=wizard-at-preview]");
    // The client secret ends meanwhile, and is renewed.
    services.admin("bc/behaviour", r#"{"secret_expired":true}"#);
    window.click("[data-testid=wizard-preview]");
    let told = window.wait_for_text(PREVIEW, "expired");
    assert!(!told.contains("would write nothing"), "nobody knows that: {told}");
    services.admin("bc/behaviour", r#"{"secret_expired":false}"#);
    window.click("[data-testid=wizard-preview]");
    // All but the two that are there already are created.
    window.wait_for_text(PREVIEW, "298");
    window.click(CONTINUE);
}

fn start(session: &Session, window: &Window) {
    window.wait_for("[data-testid=wizard-at-start]");
    assert!(
        window.is_checked("[data-testid=wizard-autostart]")
            && window.is_checked("[data-testid=wizard-notifications]")
    );
    assert!(!session.autostart().exists());
    window.click("[data-testid=wizard-start]");
}

fn first_sync(session: &Session, window: &Window) {
    window.wait_for("[data-testid=wizard-first-sync]");
    window.wait_for("[data-testid=wizard-first-sync][data-stage=done]");
    window.wait_for_text("[data-testid=wizard-agreement]", "agree");
    window.click("[data-testid=wizard-agreement-open]");
    window.wait_for_place("#/agreement");
    window.click("[data-testid=nav-overview]");
    window.wait_for_text("[data-testid=state-line]", "Up to date");
    assert_eq!(session.tray().wait_for("Up to date").status, "Active");
    // Nothing of it needed anybody; the one notification is that of the closed window.
    let shown = session.notifications().shown();
    assert!(shown.iter().all(|shown| shown.title == TRAY), "{shown:#?}");
}

fn no_secret_is_anywhere_but_in_the_keychain(session: &Session, window: &Window) {
    let kept = session.secrets().entries();
    let of = |name: &str| {
        let found = kept.iter().find(|(user, _)| user.starts_with(&format!("{name}: ")));
        found.map(|(_, secret)| secret.clone()).unwrap_or_else(|| panic!("no {name} among {:?}", kept.keys()))
    };
    assert_eq!(of("business-central-client-secret"), SECRETS[0]);
    assert_eq!(of("zoho-client-secret"), SECRETS[1]);
    let (refresh, access) = (of(REFRESH), of("zoho-access-token"));
    let access = access.lines().last().unwrap().to_owned();
    assert!(refresh.starts_with("1000.") && access.starts_with("1000."));
    let is_secret = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        [&refresh, &access].into_iter().any(|secret| text.contains(secret.as_str())) || holds_a_secret(bytes)
    };
    assert!(is_secret(SECRETS[2].as_bytes()) && is_secret(refresh.as_bytes()));
    // Settings, database, logs, and whatever else a program keeps for the user, the web view among them.
    let mut looked_at = 0;
    for file in files_below(&session.home()) {
        // The keychain's own file is sealed.
        let bytes = fs::read(&file).unwrap_or_default();
        assert!(!is_secret(&bytes), "a secret stands in {}", file.display());
        looked_at += 1;
    }
    let logs = session.profile().join("logs");
    assert!(
        files_below(&logs).iter().any(|log| fs::metadata(log).unwrap().len() > 1_000),
        "nothing was logged"
    );
    assert!(session.profile().join("ledgerline.db").exists() && looked_at > 5, "{looked_at}");
    for process in session.processes() {
        assert!(!is_secret(&process.environment), "a secret stands in the environment of {}", process.name);
        assert!(!is_secret(&process.command_line), "a secret stands in the command line of {}", process.name);
    }
    // The page has none either, least of all where one was typed before.
    for place in ["#/wizard?step=business_central", "#/wizard?step=zoho", "#/settings?section=connections"] {
        window.go_to(place);
        window.wait_for("h1");
        assert!(!is_secret(window.everything().as_bytes()), "a secret stands in {place}");
    }
}

fn autostart_is_switched_off_and_on(session: &Session, window: &Window) {
    let entry = session.autostart();
    let text = fs::read_to_string(&entry).unwrap();
    let command = text.lines().find_map(|line| line.strip_prefix("Exec=")).unwrap();
    assert!(command.contains("ledgerline-desktop") && command.contains("--background"), "{text}");
    window.go_to("#/settings?section=data");
    window.click_named("switch", "Start Ledgerline with this computer");
    until_so("no entry that starts it with the computer", || !entry.exists());
    window.click_named("switch", "Start Ledgerline with this computer");
    until_so("an entry that starts it with the computer", || entry.exists());
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files.extend(files_below(&entry.path()));
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    files
}

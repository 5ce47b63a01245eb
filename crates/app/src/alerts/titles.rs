//! What keeps runs from working, in one line.

use super::{Broken, Failing, FailureKind};

/// "Zoho sign-in no longer works"
pub(super) fn failing(failing: &Failing) -> &'static str {
    match failing.code.as_str() {
        "bc_sign_in_secret_expired" => "Business Central's client secret has expired",
        "bc_permission" => "Business Central no longer lets Ledgerline read",
        "zoho_no_permission" | "zoho_api_access_off" => "Zoho no longer lets Ledgerline in",
        "other_company_or_org" => "Another company or org is connected",
        "setup_needed" | "keys_missing" => "Ledgerline's fields in Zoho are missing",
        "company_not_found" | "bc_company_not_found" => "The company was not found in Business Central",
        "bc_environment_not_found" => "The environment was not found in Business Central",
        "custom_fields_not_available" | "zoho_feature_not_supported" | "edition_too_small" => {
            "Zoho's edition does not allow the sync"
        }
        "zoho_invalid_module" | "module_not_usable" => "A module in Zoho cannot be used",
        "zoho_limit_exceeded" => "A limit of the Zoho org is reached",
        "zoho_tls" => "No secure connection to Zoho",
        "zoho_credit_budget_too_small" => "The credit budget is too small",
        code => match failing.kind {
            FailureKind::SignIn if code.starts_with("zoho_") => "Zoho sign-in no longer works",
            FailureKind::SignIn => "Business Central sign-in no longer works",
            FailureKind::Permission => "A permission is missing",
            FailureKind::Computer => computer(code),
            FailureKind::SetUp => "The set-up does not allow the sync",
            FailureKind::Credits => "Waiting for Zoho credits",
            FailureKind::Outage => outage(code),
            FailureKind::Other => "The last sync failed",
        },
    }
}

/// Who does not answer: "Offline", or the service.
pub(super) fn outage(code: &str) -> &'static str {
    match code {
        "bc_unreachable" | "zoho_unreachable" => "Offline",
        code if code.starts_with("zoho_") => "Zoho does not work",
        _ => "Business Central does not work",
    }
}

/// From where no signals come: "No signals of changes"
pub(super) fn silent(party: &str) -> &'static str {
    match party {
        "business_central" => "No signals from Business Central",
        "zoho" => "No signals from Zoho",
        _ => "No signals of changes",
    }
}

/// "The keychain cannot be used"
pub(super) fn broken(broken: &Broken) -> &'static str {
    match FailureKind::of(&broken.code) {
        FailureKind::SetUp => "The settings cannot be used",
        FailureKind::Computer => computer(&broken.code),
        FailureKind::Outage
        | FailureKind::Credits
        | FailureKind::SignIn
        | FailureKind::Permission
        | FailureKind::Other => "Ledgerline cannot run",
    }
}

fn computer(code: &str) -> &'static str {
    match code {
        "no_keychain" => "The keychain cannot be used",
        "secret_missing" => "A secret is missing in the keychain",
        "disk_full" => "The disk is full",
        "disk_failed" => "The disk does not work",
        "no_data_folder" | "profile_unusable" => "The data folder cannot be used",
        "database_busy" => "Another program holds the database",
        "database_too_new" => "The database is of a newer Ledgerline",
        "database_damaged" | "database_unreadable" | "not_a_database" | "database_foreign" => {
            "The database is damaged"
        }
        _ => "The database cannot be used",
    }
}

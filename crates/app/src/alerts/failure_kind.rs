//! What kind of failure ended a run, by its stable code.

/// What kind of failure ended a run: who or what can cure it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A service, or the way to it, does not work; it is tried again by itself.
    Outage,
    /// A limit on API credits; it goes on when there are some again.
    Credits,
    /// A sign-in no longer works.
    SignIn,
    /// Somebody may not do what must be done.
    Permission,
    /// Something about the settings or the two systems forbids the run.
    SetUp,
    /// This computer: disk, database, keychain, profile.
    Computer,
    /// The other side was not understood, or we made a mistake.
    Other,
}

impl FailureKind {
    /// The kind of the error that has this code (docs/troubleshooting.md lists them).
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            // `Error::is_outage` of both clients, by code, and what their cures call a matter of waiting.
            "bc_unreachable"
            | "bc_maintenance"
            | "bc_throttled"
            | "bc_timed_out"
            | "bc_server_error"
            | "bc_listing_expired"
            | "bc_sign_in_unavailable"
            | "zoho_unreachable"
            | "zoho_outage"
            | "zoho_sign_in_unavailable"
            | "zoho_sign_in_throttled" => Self::Outage,
            "zoho_credit_budget"
            | "zoho_credit_budget_too_small"
            | "zoho_credits_low"
            | "zoho_too_many_requests" => Self::Credits,
            "bc_unauthorized" | "zoho_invalid_token" | "zoho_scope_mismatch" => Self::SignIn,
            code if code.starts_with("bc_sign_in_") || code.starts_with("zoho_sign_in_") => Self::SignIn,
            "bc_permission" | "zoho_no_permission" | "zoho_api_access_off" => Self::Permission,
            "no_keychain" | "secret_missing" | "no_data_folder" | "profile_unusable" | "profile_in_use"
            | "not_a_database" | "credit_ledger" => Self::Computer,
            code if code.starts_with("database_") || code.starts_with("disk_") => Self::Computer,
            "bc_settings"
            | "bc_environment_not_found"
            | "bc_company_not_found"
            | "bc_api_absent"
            | "bc_foreign_link"
            | "bc_handshake_failed"
            | "bc_subscription_limit"
            | "bc_not_subscribable"
            | "bc_subscription_refused"
            | "company_not_found"
            | "other_company_or_org"
            | "other_company_feeds_org"
            | "other_computer_writes"
            | "profile_copied"
            | "writer_unknown"
            | "profile_bound"
            | "setup_needed"
            | "keys_missing"
            | "key_not_unique"
            | "key_unfit"
            | "not_a_key"
            | "no_room_for_keys"
            | "no_unique_slot"
            | "custom_fields_not_available"
            | "edition_too_small"
            | "module_not_usable"
            | "placeholder_refused"
            | "zoho_feature_not_supported"
            | "zoho_invalid_module"
            | "zoho_limit_exceeded"
            | "zoho_tls"
            | "zoho_address_refused"
            | "network" => Self::SetUp,
            code if code.starts_with("settings_") || code == "secret_in_settings" => Self::SetUp,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FailureKind;

    /// The codes of a section of the page about troubleshooting.
    fn documented(section: &str) -> Vec<&'static str> {
        let page = include_str!("../../../../docs/troubleshooting.md");
        let from = page.find(section).unwrap() + section.len();
        let rest = &page[from..];
        let text = &rest[..rest.find("\n## ").unwrap_or(rest.len())];
        let cells = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        cells.flat_map(|codes| codes.split(", ")).collect()
    }

    fn of_kind(kind: FailureKind, sections: &[&str]) -> Vec<&'static str> {
        let codes = sections.iter().flat_map(|section| documented(section));
        codes.filter(|code| FailureKind::of(code) == kind).collect()
    }

    #[test]
    fn what_the_page_calls_a_matter_of_waiting_is_an_outage() {
        let found =
            of_kind(FailureKind::Outage, &["Central: sign-in\n", "Central: reading\n", "## Zoho CRM\n"]);
        let expected = [
            "bc_sign_in_unavailable",
            "bc_listing_expired",
            "bc_maintenance",
            "bc_throttled",
            "bc_timed_out",
            "bc_server_error",
            "bc_unreachable",
            "zoho_sign_in_throttled",
            "zoho_sign_in_unavailable",
            "zoho_outage",
            "zoho_unreachable",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn every_other_sign_in_problem_needs_a_person() {
        let codes = documented("Central: sign-in\n");
        assert!(codes.len() > 8);
        for code in codes.into_iter().filter(|code| *code != "bc_sign_in_unavailable") {
            assert_eq!(FailureKind::of(code), FailureKind::SignIn, "{code}");
        }
        for code in ["zoho_sign_in_invalid_code", "zoho_invalid_token", "bc_unauthorized"] {
            assert_eq!(FailureKind::of(code), FailureKind::SignIn, "{code}");
        }
    }

    #[test]
    fn only_what_nobody_foresaw_is_left_over() {
        let sections = [
            "## Settings, profile, secrets\n",
            "## Database\n",
            "Central: sign-in\n",
            "Central: reading\n",
            "## Zoho CRM\n",
            "## Set-up in Zoho\n",
        ];
        let found = of_kind(FailureKind::Other, &sections);
        let expected = [
            // Typed wrongly, or a file that a command was to read or write: no run ends so.
            "secret_in_environment",
            // A warning of `doctor`.
            "writer_impossible",
            "usage",
            "csv_not_written",
            "file_not_writable",
            "map_file_wrong",
            "file_not_readable",
            // Both sides do not understand each other.
            "bc_record_not_found",
            "bc_bad_request",
            "bc_undecodable",
            "rehearsal_refused",
            "zoho_not_found",
            "zoho_bad_request",
            "zoho_misuse",
            "zoho_undecodable",
        ];
        assert_eq!(found, expected);
    }
}

//! What `ledgerline.toml` may say, and how it complains.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use app::alerts::{AlertKind, Preferences, QuietHours};
use app::settings::{Settings, SettingsError};
use jiff::civil::{Weekday, date, time};
use sync::flow::Flow;
use sync::policy::{FlowPolicy, InvoicesFrom, OnDelete, OnDrift};

/// The least that a file must say.
const LEAST: &str = "
[business_central]
tenant = \"contoso.onmicrosoft.com\"
company = \"CRONUS International Ltd.\"
client_id = \"6f1c2a9e-0d3b-4c55-9f1e-2b7a51c0de01\"
[zoho]
client_id = \"1000.ABC\"
";

/// Everything that a file can say.
const FULL: &str = "
[business_central]
tenant = \"contoso.onmicrosoft.com\"
environment = \"Sandbox\"
company = \"CRONUS \\\"International\\\" Ltd.\"
client_id = \"6f1c2a9e-0d3b-4c55-9f1e-2b7a51c0de01\"
login_url = \"https://login.microsoftonline.us/\"
api_url = \"http://127.0.0.1:8080/bc\"
client_secret_expires = \"2027-05-01\"
[zoho]
client_id = \"1000.ABC\"
accounts_url = \"https://accounts.zoho.eu\"
upload_url = \"https://content.zohoapis.eu\"
default_owner = \"5554\"
[sync]
flows = [\"invoices\", \"customers\", \"items\"]
poll_interval = \"90s\"
invoices_from = \"2024-07-01\"
credit_budget = 0.29
drift_interval = \"2h\"
inventory_interval = \"1d\"
foreign_currency = \"copy\"
[sync.invoice_status]
Open = \"Delivered\"
Draft = \"\"
[flows.customers]
on_delete = \"delete\"
on_drift = \"ask\"
workflows = true
[flows.invoices]
on_delete = \"leave\"
on_drift = \"leave\"
[relay]
url = \"https://relay.example.com\"
safety_poll = \"45m\"
[network]
proxy = \"http://proxy.example.com:8080\"
extra_ca = \"/etc/ssl/extra.pem\"
[notifications]
enabled = false
quiet_from = \"22:00\"
quiet_until = \"07:30\"
quiet_days = [\"sun\", \"fri\", \"fri\"]
errors_in_quiet_hours = true
hours_without_sync = 0
tell_recovered = false
tell_first_sync = true
mute = [\"offline\", \"credits\"]
";

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse(text, "ledgerline.toml")
}

/// The complaint about [`LEAST`] with `more` behind it.
fn complaint(more: &str) -> String {
    parse(&format!("{LEAST}{more}")).unwrap_err().to_string()
}

#[test]
fn what_is_left_out_has_its_default() {
    let settings = parse(LEAST).unwrap();
    assert_eq!(settings.business_central.environment, "Production");
    assert_eq!(settings.business_central.login_url, "https://login.microsoftonline.com");
    assert_eq!(settings.business_central.api_url, "https://api.businesscentral.dynamics.com");
    assert_eq!(settings.zoho.accounts_url, "https://accounts.zoho.com");
    assert_eq!(settings.zoho.upload_url, None);
    assert_eq!(settings.sync.flows, Flow::BY_DEFAULT);
    assert_eq!(settings.sync.poll_interval, Duration::from_secs(5 * 60));
    assert_eq!(settings.sync.drift_interval, Duration::from_secs(30 * 60));
    assert_eq!(settings.sync.inventory_interval, Duration::from_secs(60 * 60));
    assert_eq!(settings.sync.credit_budget_percent, 50);
    assert!(settings.flows.is_empty());
    assert_eq!(settings.business_central.client_secret_expires, None);
    assert_eq!(settings.notifications, Preferences::default());
    assert!(!settings.to_toml().contains("[notifications]"));
    let policy = FlowPolicy::default();
    assert_eq!(
        (policy.on_delete, policy.on_drift, policy.workflows),
        (OnDelete::Flag, OnDrift::Restore, false)
    );
}

#[test]
fn invoices_go_back_to_the_start_of_last_year_unless_the_file_says_otherwise() {
    let today = date(2026, 3, 2);
    let start = InvoicesFrom::Date(date(2025, 1, 1));
    assert_eq!(parse(LEAST).unwrap().invoices_from(today), start);
    let all = parse(&format!("{LEAST}[sync]\ninvoices_from = \"all\"")).unwrap();
    assert_eq!(all.invoices_from(today), InvoicesFrom::All);
}

#[test]
fn everything_that_can_be_said_is_understood() {
    let settings = parse(FULL).unwrap();
    assert_eq!(settings.business_central.login_url, "https://login.microsoftonline.us");
    assert_eq!(settings.sync.flows, [Flow::Customers, Flow::Items, Flow::Invoices]);
    assert_eq!(settings.sync.credit_budget_percent, 29);
    assert_eq!(settings.sync.poll_interval, Duration::from_secs(90));
    assert_eq!(settings.sync.invoices_from, Some(InvoicesFrom::Date(date(2024, 7, 1))));
    assert!(settings.sync.copy_foreign_currency);
    assert_eq!(settings.sync.invoice_status["Draft"], "");
    let customers = settings.flows[&Flow::Customers];
    assert_eq!(
        (customers.on_delete, customers.on_drift, customers.workflows),
        (OnDelete::Delete, OnDrift::Ask, true)
    );
    assert!(!settings.flows[&Flow::Invoices].workflows);
    assert_eq!(settings.network.extra_ca.as_deref(), Some("/etc/ssl/extra.pem"));
    assert_eq!(settings.business_central.client_secret_expires, Some(date(2027, 5, 1)));
    let days = vec![Weekday::Friday, Weekday::Sunday];
    let expected = Preferences {
        enabled: false,
        quiet: Some(QuietHours { from: time(22, 0, 0, 0), until: time(7, 30, 0, 0), days }),
        errors_in_quiet_hours: true,
        hours_without_sync: 0,
        tell_recovered: false,
        tell_first_sync: true,
        muted: [AlertKind::Credits, AlertKind::Offline].into(),
    };
    assert_eq!(settings.notifications, expected);
}

#[test]
fn the_secrets_last_day_may_be_a_date_of_toml_and_is_no_secret() {
    let with = |value: &str| LEAST.replace("[zoho]", &format!("client_secret_expires = {value}\n[zoho]"));
    let day = |value: &str| parse(&with(value)).unwrap().business_central.client_secret_expires;
    assert_eq!(day("2027-05-01"), Some(date(2027, 5, 1)));
    assert_eq!(day("\"2027-05-01\""), Some(date(2027, 5, 1)));
    assert_eq!(day("\"\""), None);
    // Who pastes the secret itself there does not find it in the complaint.
    for value in ["\"Pl8~hush\"", "2027-05-01T00:00:00Z", "\"2027-05\"", "7"] {
        let error = parse(&with(value)).unwrap_err();
        assert_eq!(error.code(), "settings_wrong", "{value}");
        assert!(error.to_string().contains("[business_central] client_secret_expires must be"), "{error}");
        assert!(!error.to_string().contains("hush"));
    }
}

#[test]
fn a_written_file_says_the_same_when_it_is_read_again() {
    for text in [LEAST, FULL] {
        let settings = parse(text).unwrap();
        assert_eq!(parse(&settings.to_toml()).unwrap(), settings);
    }
}

#[test]
fn a_saved_file_replaces_the_old_one_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerline.toml");
    std::fs::write(&path, "old").unwrap();
    let settings = parse(FULL).unwrap();
    settings.save(&path).unwrap();
    assert_eq!(Settings::load(&path).unwrap(), settings);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_unknown_setting_is_refused_with_a_suggestion() {
    let cases = [
        (
            "[sync]\npol_interval = \"5m\"",
            "no setting \"pol_interval\" in [sync]; did you mean \"poll_interval\"?",
        ),
        ("[snyc]\nflows = []", "no section [snyc]; did you mean \"sync\"?"),
        (
            "[flows.items]\nondelete = \"flag\"",
            "no setting \"ondelete\" in [flows.items]; did you mean \"on_delete\"?",
        ),
        ("[flows.custmers]\non_delete = \"flag\"", "no flow \"custmers\"; did you mean \"customers\"?"),
        ("[sync]\nflows = [\"invoice\"]", "no flow \"invoice\"; did you mean \"invoices\"?"),
        ("[sync]\nsomething_else_entirely = 1", "no setting \"something_else_entirely\" in [sync]"),
    ];
    for (text, words) in cases {
        let said = complaint(text);
        assert!(said.contains(words), "{said}");
    }
    assert!(!complaint("[sync]\nsomething_else_entirely = 1").contains("did you mean"));
}

#[test]
fn purchasing_is_off_unless_it_is_asked_for_and_orders_need_their_vendors_and_items() {
    assert!(!app::settings::Sync::default().flows.contains(&Flow::Vendors));
    assert!(
        complaint("[sync]\nflows = [\"items\", \"purchase_orders\"]")
            .contains("\"purchase_orders\" needs \"vendors\"")
    );
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    for (text, key) in [
        ("[zoho]\nclient_secret = \"1000.hush\"", "zoho.client_secret"),
        ("[zoho]\nrefresh_token = \"1000.hush\"", "zoho.refresh_token"),
        ("[business_central]\nclient_secret = \"1000.hush\"", "business_central.client_secret"),
        ("[whatever.deep]\nPassword = \"1000.hush\"", "whatever.deep.Password"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.code(), "secret_in_settings");
        assert!(error.to_string().contains(key), "{error}");
        assert!(error.cure().contains("keychain"), "{}", error.cure());
        assert!(!format!("{error}{error:?}{}", error.cure()).contains("hush"));
    }
}

#[test]
fn a_list_of_flows_that_lacks_what_another_needs_is_refused() {
    let cases = [
        ("\"contacts\"", "\"contacts\" needs \"customers\""),
        ("\"invoices\", \"customers\"", "\"invoices\" needs \"items\""),
        ("\"invoices\", \"items\"", "\"invoices\" needs \"customers\""),
        ("", "nothing to copy"),
    ];
    for (flows, words) in cases {
        let said = complaint(&format!("[sync]\nflows = [{flows}]"));
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn plain_http_is_accepted_for_this_computer_only() {
    for key in ["login_url", "api_url"] {
        let with = |address: &str| LEAST.replace("[zoho]", &format!("{key} = \"{address}\"\n[zoho]"));
        assert!(parse(&with("http://localhost:7000")).is_ok());
        let said = parse(&with("http://login.example.com")).unwrap_err().to_string();
        assert!(said.contains(&format!("[business_central] {key} must start with https://")), "{said}");
    }
    for key in ["accounts_url", "upload_url"] {
        let said = complaint(&format!("{key} = \"http://accounts.zoho.com\""));
        assert!(said.contains(&format!("[zoho] {key} must start with https://")), "{said}");
    }
}

#[test]
fn each_wrong_value_is_named_with_its_section() {
    let cases = [
        ("[sync]\npoll_interval = 5", "[sync] poll_interval must be a text in quotes"),
        ("[sync]\npoll_interval = \"5\"", "[sync] poll_interval must be a time"),
        ("[sync]\npoll_interval = \"1s\"", "at least 10s"),
        ("[sync]\ninvoices_from = \"2025\"", "[sync] invoices_from must be a day"),
        ("[sync]\ncredit_budget = 50", "[sync] credit_budget must be a share between 0.01 and 1"),
        ("[sync]\ncredit_budget = 0", "[sync] credit_budget must be a share"),
        ("[sync]\ncredit_budget = nan", "[sync] credit_budget must be a share"),
        ("[sync]\nflows = \"customers\"", "[sync] flows must be a list"),
        ("[sync]\nforeign_currency = \"convert\"", "\"skip\" or \"copy\""),
        (
            "[flows.items]\non_delete = \"remove\"",
            "[flows.items] on_delete must be one of: flag, leave, delete",
        ),
        ("[flows.items]\non_drift = true", "[flows.items] on_drift must be one of: restore, leave, ask"),
        ("[flows.items]\nworkflows = \"no\"", "[flows.items] workflows must be true or false"),
        ("[relay]\nurl = \"relay.example.com\"", "[relay] url "),
        ("[notifications]\nenabled = 1", "[notifications] enabled must be true or false"),
        ("[notifications]\nquiet_from = \"22:00\"", "[notifications] quiet_until is missing"),
        ("[notifications]\nquiet_until = \"07:00\"", "[notifications] quiet_from is missing"),
        ("[notifications]\nquiet_days = [\"sat\"]", "[notifications] quiet_from is missing"),
        (
            "[notifications]\nquiet_from = \"25:00\"\nquiet_until = \"07:00\"",
            "[notifications] quiet_from must be a time of day like \"22:00\"; it is \"25:00\"",
        ),
        ("[notifications]\nquiet_from = \"7\"", "[notifications] quiet_from must be a time of day"),
        (
            "[notifications]\nquiet_days = [\"monday\"]",
            "quiet_days: \"monday\" is no day; there are: mon, tue",
        ),
        ("[notifications]\nquiet_days = \"mon\"", "[notifications] quiet_days must be a list of texts"),
        (
            "[notifications]\nhours_without_sync = -1",
            "[notifications] hours_without_sync must be a whole number",
        ),
        ("[notifications]\nhours_without_sync = 100000", "[notifications] hours_without_sync must be"),
        ("[notifications]\nmute = [\"eror\"]", "there is no kind \"eror\"; did you mean \"error\"?"),
        ("[notifications]\nmute = [\"recovered\"]", "there is no kind \"recovered\""),
        ("[notifications]\nquiet = true", "there is no setting \"quiet\" in [notifications]"),
    ];
    for (text, words) in cases {
        let said = complaint(text);
        assert!(said.contains(words), "{text}: {said}");
    }
    for key in ["tenant", "company", "client_id"] {
        let without = LEAST.replacen(&format!("{key} = "), &format!("# {key} = "), 1);
        let said = parse(&without).unwrap_err().to_string();
        assert!(said.contains(&format!("[business_central] {key} is missing")), "{said}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    let error = parse("[sync]\nflows = [\n").unwrap_err();
    assert_eq!(error.code(), "settings_syntax");
    assert!(error.to_string().contains("line "), "{error}");
}

#[test]
fn a_missing_file_says_where_it_was_looked_for() {
    let error = Settings::load(std::path::Path::new("/nowhere/ledgerline.toml")).unwrap_err();
    assert_eq!(error.code(), "settings_absent");
    assert!(error.to_string().contains("/nowhere/ledgerline.toml"));
    assert!(error.cure().contains("ledgerline connect"));
}

#[test]
fn the_examples_of_the_settings_page_are_understood() {
    let page = include_str!("../../../../docs/settings.md");
    let examples: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    parse(examples[0]).unwrap();
    let status = parse(&format!("{}{}", examples[0], examples[1])).unwrap().sync.invoice_status;
    assert_eq!(status["Canceled"], "Cancelled");
}

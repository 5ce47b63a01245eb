//! Finds settings that do not exist, and secrets that do not belong.

/// Every setting there is: section and keys. `flows` is followed by a flow's name.
const KNOWN: [(&str, &[&str]); 7] = [
    ("business_central", &["tenant", "environment", "company", "client_id", "login_url", "api_url", EXPIRES]),
    ("zoho", &["client_id", "accounts_url", "upload_url", "default_owner"]),
    (
        "sync",
        &[
            "flows",
            "poll_interval",
            "invoices_from",
            "credit_budget",
            "drift_interval",
            "inventory_interval",
            "match_certain",
            "bulk",
            "reconcile_interval",
            "foreign_currency",
            "invoice_status",
        ],
    ),
    ("flows", &["on_delete", "on_drift", "on_zoho_delete", "workflows"]),
    ("relay", &["url", "safety_poll"]),
    ("network", &["proxy", "extra_ca"]),
    (
        "notifications",
        &[
            "enabled",
            "quiet_from",
            "quiet_until",
            "quiet_days",
            "errors_in_quiet_hours",
            "hours_without_sync",
            "tell_recovered",
            "tell_first_sync",
            "mute",
        ],
    ),
];

/// The one setting that is about a secret and holds none.
const EXPIRES: &str = "client_secret_expires";

/// The dotted name of the first setting that looks like a secret and is not empty.
pub(super) fn secret(table: &toml::Table) -> Option<String> {
    table.iter().find_map(|(key, value)| match value {
        toml::Value::Table(inner) => secret(inner).map(|found| format!("{key}.{found}")),
        toml::Value::String(text) if !text.is_empty() && is_secret(key) => Some(key.clone()),
        _ => None,
    })
}

fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    key != EXPIRES
        && ["secret", "password", "token", "passwd", "api_key"].iter().any(|word| key.contains(word))
}

/// Refuses the first unknown section or key, with a suggestion.
pub(super) fn check(table: &toml::Table) -> Result<(), String> {
    let sections: Vec<&str> = KNOWN.iter().map(|(section, _)| *section).collect();
    for (section, value) in table {
        let Some((_, keys)) = KNOWN.iter().find(|(known, _)| known == section) else {
            return Err(format!("there is no section [{section}]{}", suggestion(section, &sections)));
        };
        let Some(inner) = value.as_table() else {
            return Err(format!("[{section}] must be a section"));
        };
        if section == "flows" {
            for (flow, value) in inner {
                if let Some(inner) = value.as_table() {
                    check_keys(&format!("flows.{flow}"), inner, keys)?;
                }
            }
        } else {
            check_keys(section, inner, keys)?;
        }
    }
    Ok(())
}

fn check_keys(section: &str, table: &toml::Table, keys: &[&str]) -> Result<(), String> {
    match table.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(format!("there is no setting \"{key}\" in [{section}]{}", suggestion(key, keys))),
        None => Ok(()),
    }
}

pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    nearest(word, known).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default()
}

/// The known word that is nearest to `word`, if any is near enough to be a slip.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(2);
    known.iter().map(|k| (distance(word, k), *k)).filter(|(d, _)| *d <= limit).min().map(|(_, near)| near)
}

/// How many letters must be added, dropped or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

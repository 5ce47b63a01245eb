//! Single values as people choose them, in the file and in the window.

use std::time::Duration;

use sync::policy::{OnDelete, OnDrift, OnZohoDelete};

use super::address;

/// Business Central is never asked more often than this.
pub(super) const SHORTEST_INTERVAL: Duration = Duration::from_secs(10);

/// An address without a slash at its end.
///
/// # Errors
/// What is wrong with it.
pub fn checked_address(text: &str) -> Result<String, String> {
    address::check(text)
}

/// An interval of so many seconds.
///
/// # Errors
/// What is wrong with it.
pub fn checked_interval(seconds: u64) -> Result<Duration, String> {
    let interval = Duration::from_secs(seconds);
    if interval < SHORTEST_INTERVAL {
        return Err(format!("an interval is at least 10 seconds; it is {seconds}"));
    }
    Ok(interval)
}

/// What happens when Business Central deletes, by name.
///
/// # Errors
/// The complaint, in words.
pub fn parse_on_delete(name: &str) -> Result<OnDelete, String> {
    match name {
        "flag" => Ok(OnDelete::Flag),
        "leave" => Ok(OnDelete::Leave),
        "delete" => Ok(OnDelete::Delete),
        other => Err(format!("on_delete must be one of: flag, leave, delete; it is \"{other}\"")),
    }
}

/// What happens when Zoho changes, by name.
///
/// # Errors
/// The complaint, in words.
pub fn parse_on_drift(name: &str) -> Result<OnDrift, String> {
    match name {
        "restore" => Ok(OnDrift::Restore),
        "leave" => Ok(OnDrift::Leave),
        "ask" => Ok(OnDrift::Ask),
        other => Err(format!("on_drift must be one of: restore, leave, ask; it is \"{other}\"")),
    }
}

/// What happens when somebody deletes a copy in Zoho, by name.
///
/// # Errors
/// The complaint, in words.
pub fn parse_on_zoho_delete(name: &str) -> Result<OnZohoDelete, String> {
    match name {
        "ask" => Ok(OnZohoDelete::Ask),
        "recreate" => Ok(OnZohoDelete::Recreate),
        "leave" => Ok(OnZohoDelete::Leave),
        other => Err(format!("on_zoho_delete must be one of: ask, recreate, leave; it is \"{other}\"")),
    }
}

/// The name of what happens when somebody deletes a copy in Zoho.
#[must_use]
pub fn on_zoho_delete_name(policy: OnZohoDelete) -> &'static str {
    match policy {
        OnZohoDelete::Ask => "ask",
        OnZohoDelete::Recreate => "recreate",
        OnZohoDelete::Leave => "leave",
    }
}

/// The name of what happens when Business Central deletes.
#[must_use]
pub fn on_delete_name(policy: OnDelete) -> &'static str {
    match policy {
        OnDelete::Flag => "flag",
        OnDelete::Leave => "leave",
        OnDelete::Delete => "delete",
    }
}

/// The name of what happens when Zoho changes.
#[must_use]
pub fn on_drift_name(policy: OnDrift) -> &'static str {
    match policy {
        OnDrift::Restore => "restore",
        OnDrift::Leave => "leave",
        OnDrift::Ask => "ask",
    }
}

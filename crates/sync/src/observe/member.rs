//! Replaces one member of a JSON object's text and leaves every other byte as it is.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The text of the top-level member `key`.
pub(crate) fn get<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let members: BTreeMap<String, &'a RawValue> = serde_json::from_str(text).ok()?;
    members.get(key).map(|raw| raw.get())
}

/// The text with the top-level member `key` set to `value` (JSON text); `None` where the object has no such member.
///
/// A stored row must stay, to the byte, what a full read of the row would bring: else the next full read would look like a change.
pub(crate) fn set(text: &str, key: &str, value: &str) -> Option<String> {
    let old = get(text, key)?;
    let start = (old.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let (before, rest) = text.split_at_checked(start)?;
    let after = rest.get(old.len()..)?;
    Some([before, value, after].concat())
}

#[cfg(test)]
mod tests {
    use super::{get, set};

    #[test]
    fn only_the_named_member_changes() {
        let text = r#"{"id":"x","remainingAmount":10.50,"lines":[{"remainingAmount":1}],"z":null}"#;
        let expected = r#"{"id":"x","remainingAmount":5.25,"lines":[{"remainingAmount":1}],"z":null}"#;
        assert_eq!(set(text, "remainingAmount", "5.25").unwrap(), expected);
        assert_eq!(get(text, "remainingAmount"), Some("10.50"));
    }

    #[test]
    fn a_missing_member_is_not_invented() {
        assert_eq!(set(r#"{"id":"x"}"#, "inventory", "1"), None);
        assert_eq!(set("not json", "inventory", "1"), None);
    }
}

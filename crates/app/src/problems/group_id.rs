//! The names of groups: texts that stay the same while a group has the same cause.

use std::fmt;
use std::str::FromStr;

use sync::flow::Flow;
use sync::store::failure_groups::GroupKey;

use crate::AppError;

/// A group's name, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GroupId {
    Records(GroupKey),
    Flow { flow: Flow, code: String },
    Comparison,
}

/// A text that names no group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoGroup(String);

pub(super) fn no_group(NoGroup(text): NoGroup) -> AppError {
    AppError::usage(format!("\"{text}\" names no group of problems"), "Look at the list of problems again.")
}

pub(super) fn key_of_records(group: &str) -> Result<GroupKey, AppError> {
    match group.parse().map_err(no_group)? {
        GroupId::Records(key) => Ok(key),
        GroupId::Flow { .. } | GroupId::Comparison => Err(AppError::usage(
            format!("\"{group}\" is about no records that could be tried again or left alone"),
            "Do what is said about it in the list of problems.",
        )),
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records(GroupKey { flow, code, waits_for: Some(other) }) => {
                write!(f, "records:{flow}:{code}:{other}")
            }
            Self::Records(GroupKey { flow, code, waits_for: None }) => write!(f, "records:{flow}:{code}"),
            Self::Flow { flow, code } => write!(f, "flow:{flow}:{code}"),
            Self::Comparison => f.write_str("comparison"),
        }
    }
}

impl FromStr for GroupId {
    type Err = NoGroup;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        let flow = |name: &str| name.parse::<Flow>().map_err(|_| NoGroup(text.to_owned()));
        match parts.as_slice() {
            ["comparison"] => Ok(Self::Comparison),
            ["flow", name, code] => Ok(Self::Flow { flow: flow(name)?, code: (*code).to_owned() }),
            ["records", name, code] => {
                Ok(Self::Records(GroupKey { flow: flow(name)?, code: (*code).to_owned(), waits_for: None }))
            }
            ["records", name, code, other] => Ok(Self::Records(GroupKey {
                flow: flow(name)?,
                code: (*code).to_owned(),
                waits_for: Some(flow(other)?),
            })),
            _ => Err(NoGroup(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use sync::flow::Flow;
    use sync::store::failure_groups::GroupKey;

    use super::{GroupId, NoGroup, key_of_records};

    #[test]
    fn a_group_is_found_again_by_its_name() {
        for name in [
            "records:invoices:waits_for_record:items",
            "records:customers:zoho_invalid_data",
            "flow:invoices:mass_deletion",
            "comparison",
        ] {
            assert_eq!(name.parse::<GroupId>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn what_names_no_group_is_refused() {
        for text in
            ["", "records", "records:employees:x", "records:items:x:y", "flow:items", "comparison:1", "x:y:z"]
        {
            assert_eq!(text.parse::<GroupId>(), Err(NoGroup(text.to_owned())));
        }
    }

    #[test]
    fn only_records_can_be_decided_about() {
        let key = GroupKey { flow: Flow::Items, code: "no_number".to_owned(), waits_for: None };
        assert_eq!(key_of_records("records:items:no_number").unwrap(), key);
        for text in ["comparison", "flow:items:gate", "nonsense"] {
            assert_eq!(key_of_records(text).unwrap_err().code(), "usage");
        }
    }
}

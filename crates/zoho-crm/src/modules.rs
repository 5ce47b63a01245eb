//! Which modules the org has.

use serde::Deserialize;

use crate::call::Call;
use crate::{Client, Error};

/// A module of the org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleInfo {
    /// The name in paths and queries.
    pub api_name: String,
    /// What users call it; they can rename it.
    pub label: String,
    /// Whether it can be used: visible, and supported by the API. An edition that lacks a module hides it (§3).
    pub usable: bool,
    /// Whether the signed-in user may make records.
    pub creatable: bool,
    /// Whether the signed-in user may change records.
    pub editable: bool,
    /// Whether the signed-in user may delete records.
    pub deletable: bool,
}

#[derive(Deserialize)]
struct Answer {
    modules: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    api_name: String,
    #[serde(default)]
    plural_label: Option<String>,
    #[serde(default)]
    visibility: Option<i64>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    api_supported: Option<bool>,
    #[serde(default)]
    creatable: Option<bool>,
    #[serde(default)]
    editable: Option<bool>,
    #[serde(default)]
    deletable: Option<bool>,
}

impl Row {
    fn is_usable(&self) -> bool {
        let shown = self.visibility.is_none_or(|visibility| visibility > 0)
            && self.status.as_deref().is_none_or(|status| status == "visible");
        shown && self.api_supported.unwrap_or(false)
    }
}

impl Client {
    /// The org's modules, subforms among them.
    ///
    /// # Errors
    /// When the call failed.
    pub async fn modules(&self) -> Result<Vec<ModuleInfo>, Error> {
        let answer: Option<Answer> = self.fetch(Call::get(["settings", "modules"])).await?;
        let modules = answer.map(|answer| answer.modules).unwrap_or_default();
        let info = |row: Row| ModuleInfo {
            usable: row.is_usable(),
            label: row.plural_label.unwrap_or_else(|| row.api_name.clone()),
            creatable: row.creatable.unwrap_or(true),
            editable: row.editable.unwrap_or(true),
            deletable: row.deletable.unwrap_or(true),
            api_name: row.api_name,
        };
        Ok(modules.into_iter().map(info).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn a_module_is_usable_when_it_is_visible_and_the_api_supports_it() {
        let table = [
            (r#"{"api_name":"A","visibility":1,"status":"visible","api_supported":true}"#, true),
            (r#"{"api_name":"A","visibility":2,"status":"visible","api_supported":true}"#, true),
            (r#"{"api_name":"A","visibility":-1,"status":"visible","api_supported":true}"#, false),
            (r#"{"api_name":"A","visibility":1,"status":"system_hidden","api_supported":true}"#, false),
            (r#"{"api_name":"A","visibility":1,"status":"visible","api_supported":false}"#, false),
        ];
        for (json, usable) in table {
            assert_eq!(serde_json::from_str::<Row>(json).unwrap().is_usable(), usable, "{json}");
        }
    }
}

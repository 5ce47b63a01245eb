//! How an upsert recognises a record (facts §6.1).
//!
//! | `duplicate_check_fields` | checked |
//! |---|---|
//! | `[unique1]` | unique1, then unique2 |
//! | `[unique2]` | unique2, then unique1 |
//! | `[Email]` | Email, unique1, unique2 |
//! | absent | the system field, then all unique fields |
//!
//! The system field is the name for most modules: without the array two customers of one name become one Account.

use exact_json::{Map, Value};

use super::answer::Refusal;
use super::module::Module;
use super::state::ZohoState;

/// The record that an upsert will write over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) id: u64,
    pub(super) field: String,
}

impl ZohoState {
    /// The fields to look into, in their order. An empty array counts as none (unverified).
    pub(super) fn check_order(&self, module: Module, listed: Option<&Value>) -> Result<Vec<String>, Refusal> {
        let unique =
            || self.fields(module).filter(|field| field.unique.is_some()).map(|field| field.api_name.clone());
        let listed = listed.and_then(Value::as_list).unwrap_or_default();
        let system = module.system_duplicate_field();
        let mut order: Vec<String> = Vec::new();
        for (at, name) in listed.iter().enumerate() {
            let known =
                name.as_text().filter(|name| *name == system || unique().any(|unique| unique == *name));
            let Some(name) = known else {
                return Err(Refusal::invalid_data("invalid data")
                    .with("api_name", "duplicate_check_fields")
                    .with("json_path", format!("$.duplicate_check_fields[{at}]")));
            };
            order.push(name.to_owned());
        }
        if order.is_empty() {
            order.push(system.to_owned());
        }
        for name in unique() {
            if !order.contains(&name) {
                order.push(name);
            }
        }
        Ok(order)
    }

    /// The first record that holds one of `row`'s values, field by field.
    pub(super) fn find_match(&self, module: Module, row: &Map, order: &[String]) -> Option<Match> {
        order.iter().find_map(|name| {
            let value = row.get(name).filter(|value| !value.is_null())?;
            let case_sensitive = self.field(module, name)?.unique.unwrap_or(false);
            let found = self.holder(module, name, value, case_sensitive, None)?;
            Some(Match { id: found.id, field: name.clone() })
        })
    }
}

//! `/settings/variables`: small named values of the org (Zoho's documentation, "Variables APIs").

use exact_json::Value;
use transport::Response;

use super::answer::{Refusal, empty, id_text, json, object};
use super::state::ZohoState;

/// What a variable may hold (Zoho: create-variables).
const KINDS: [&str; 13] = [
    "integer", "text", "percent", "decimal", "currency", "date", "datetime", "email", "phone", "url",
    "checkbox", "textarea", "long",
];

/// The org's variables and the groups in which they stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    variables: Vec<Variable>,
    groups: Vec<(u64, String)>,
}

#[derive(Clone, Debug)]
struct Variable {
    id: u64,
    name: String,
    api_name: String,
    kind: String,
    group: u64,
    value: Value,
    description: Value,
}

impl Variables {
    /// Every variable, or those of the group with that id or name; 204 where there is none.
    pub(super) fn list(&self, group: Option<&str>) -> Response {
        let rows: Vec<Value> = self
            .variables
            .iter()
            .filter_map(|variable| {
                let name = self.group_name(variable.group);
                let wanted = group.is_none_or(|group| group == name || group == variable.group.to_string());
                wanted.then(|| variable.shown(name))
            })
            .collect();
        if rows.is_empty() {
            return empty(204);
        }
        json(200, &object([("variables", Value::List(rows))]))
    }

    fn group_name(&self, id: u64) -> &str {
        self.groups.iter().find(|(other, _)| *other == id).map_or("", |(_, name)| name)
    }

    /// Which unique name `other` would share with a variable that is not `but`.
    fn taken(&self, api_name: Option<&str>, name: Option<&str>, but: Option<u64>) -> Option<&'static str> {
        let others = || self.variables.iter().filter(|variable| Some(variable.id) != but);
        let same =
            |one: &str, other: Option<&str>| other.is_some_and(|other| one.eq_ignore_ascii_case(other));
        if others().any(|variable| same(&variable.api_name, api_name)) {
            return Some("api_name");
        }
        others().any(|variable| same(&variable.name, name)).then_some("name")
    }
}

impl Variable {
    fn shown(&self, group: &str) -> Value {
        let group = object([
            ("id", id_text(self.group)),
            ("api_name", Value::text(group.replace(' ', "_"))),
            ("name", Value::text(group)),
        ]);
        object([
            ("id", id_text(self.id)),
            ("api_name", Value::text(&self.api_name)),
            ("name", Value::text(&self.name)),
            ("type", Value::text(&self.kind)),
            ("variable_group", group),
            ("value", self.value.clone()),
            ("description", self.description.clone()),
        ])
    }
}

impl ZohoState {
    /// What the variable with that API name holds, for tests.
    #[must_use]
    pub fn variable(&self, api_name: &str) -> Option<&Value> {
        let variable = self.variables.variables.iter().find(|variable| variable.api_name == api_name);
        variable.map(|variable| &variable.value)
    }

    /// Lets a person write a variable in Zoho's setup.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn person_sets_variable(&mut self, api_name: &str, value: Value) -> Result<(), String> {
        let mut all = self.variables.variables.iter_mut();
        let variable = all.find(|variable| variable.api_name == api_name);
        variable.ok_or_else(|| format!("there is no variable {api_name}"))?.value = value;
        Ok(())
    }

    /// Lets a person delete a variable; false where there is none.
    pub fn person_deletes_variable(&mut self, api_name: &str) -> bool {
        let all = &mut self.variables.variables;
        let before = all.len();
        all.retain(|variable| variable.api_name != api_name);
        all.len() < before
    }

    pub(super) fn create_variables(&mut self, body: &Value) -> Response {
        self.each_variable(body, 201, "Variable added", Self::create_variable)
    }

    /// Changes the variable that the address names, else those that the rows name.
    pub(super) fn update_variables(&mut self, named: Option<&str>, body: &Value) -> Response {
        self.each_variable(body, 200, "Variable updated", |zoho, wanted, at| {
            zoho.update_variable(named, wanted, at)
        })
    }

    /// Each row succeeds or fails by itself.
    fn each_variable(
        &mut self,
        body: &Value,
        success: u16,
        message: &str,
        act: impl Fn(&mut Self, &Value, usize) -> Result<u64, Refusal>,
    ) -> Response {
        let Some(wanted) = body.get("variables").and_then(Value::as_list).filter(|list| !list.is_empty())
        else {
            return mandatory("variables", "$.variables".to_owned()).response();
        };
        let results: Vec<_> = wanted.iter().enumerate().map(|(at, row)| act(self, row, at)).collect();
        let failed = results.iter().filter(|result| result.is_err()).count();
        let status = match failed {
            0 => success,
            all if all == results.len() => 400,
            _ => 207,
        };
        let rows = results.into_iter().map(|result| match result {
            Ok(id) => object([
                ("code", Value::text("SUCCESS")),
                ("details", object([("id", id_text(id))])),
                ("message", Value::text(message)),
                ("status", Value::text("success")),
            ]),
            Err(refusal) => refusal.body(),
        });
        json(status, &object([("variables", Value::List(rows.collect()))]))
    }

    fn create_variable(&mut self, wanted: &Value, at: usize) -> Result<u64, Refusal> {
        let text = |key: &str| {
            let text =
                wanted.get(key).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty());
            text.ok_or_else(|| mandatory(key, format!("$.variables[{at}].{key}")))
        };
        let (name, api_name) = (text("name")?.to_owned(), text("api_name")?.to_owned());
        check_api_name(&api_name, at)?;
        let kind = wanted.get("type").and_then(Value::as_text).unwrap_or("text").to_owned();
        if !KINDS.contains(&kind.as_str()) {
            let words = "Please check whether the input values are correct";
            return Err(Refusal::new(400, "PATTERN_NOT_MATCHED", words).with("api_name", "type"));
        }
        if let Some(taken) = self.variables.taken(Some(&api_name), Some(&name), None) {
            return Err(duplicate(taken));
        }
        let group = self.variable_group(wanted.get("variable_group"), at)?;
        let id = self.next_id();
        let member = |key: &str| wanted.get(key).cloned().unwrap_or_default();
        let (value, description) = (member("value"), member("description"));
        self.variables.variables.push(Variable { id, name, api_name, kind, group, value, description });
        Ok(id)
    }

    /// A group is named by its id, or by a name, and is made when there is none of that name.
    fn variable_group(&mut self, wanted: Option<&Value>, at: usize) -> Result<u64, Refusal> {
        let path = || format!("$.variables[{at}].variable_group");
        let wanted = wanted.ok_or_else(|| mandatory("variable_group", path()))?;
        let text = |key: &str| wanted.get(key).and_then(Value::as_text);
        let groups = &self.variables.groups;
        if let Some(id) = text("id") {
            let known = groups.iter().map(|(id, _)| *id).find(|known| known.to_string() == id);
            return known
                .ok_or_else(|| Refusal::invalid_data("invalid data").with("api_name", "variable_group"));
        }
        let name = text("name").ok_or_else(|| mandatory("variable_group", path()))?;
        if let Some((id, _)) = groups.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)) {
            return Ok(*id);
        }
        let name = name.to_owned();
        let id = self.next_id();
        self.variables.groups.push((id, name));
        Ok(id)
    }

    fn update_variable(&mut self, named: Option<&str>, wanted: &Value, at: usize) -> Result<u64, Refusal> {
        let text = |key: &str| wanted.get(key).and_then(Value::as_text);
        let key =
            named.or_else(|| text("id")).ok_or_else(|| mandatory("id", format!("$.variables[{at}].id")))?;
        let all = &self.variables.variables;
        let is_meant = |variable: &Variable| variable.id.to_string() == key || variable.api_name == key;
        let place = all.iter().position(is_meant);
        let refusal = || Refusal::invalid_data("the id given seems to be invalid").with("api_name", "id");
        let place = place.ok_or_else(refusal)?;
        let (name, api_name) = (text("name"), text("api_name"));
        if let Some(api_name) = api_name {
            check_api_name(api_name, at)?;
        }
        let id = all.get(place).map(|variable| variable.id).ok_or_else(refusal)?;
        if let Some(taken) = self.variables.taken(api_name, name, Some(id)) {
            return Err(duplicate(taken));
        }
        if let Some(variable) = self.variables.variables.get_mut(place) {
            if let Some(name) = name {
                name.clone_into(&mut variable.name);
            }
            if let Some(api_name) = api_name {
                api_name.clone_into(&mut variable.api_name);
            }
            if let Some(value) = wanted.get("value") {
                variable.value = value.clone();
            }
            if let Some(description) = wanted.get("description") {
                variable.description = description.clone();
            }
        }
        Ok(id)
    }
}

/// Letters, digits and underscores, beginning with a letter.
fn check_api_name(name: &str, at: usize) -> Result<(), Refusal> {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(());
    }
    let path = format!("$.variables[{at}].api_name");
    Err(Refusal::invalid_data("invalid data").with("api_name", "api_name").with("json_path", path))
}

fn duplicate(name: &str) -> Refusal {
    Refusal::new(400, "DUPLICATE_DATA", "duplicate data").with("api_name", name)
}

fn mandatory(name: &str, path: String) -> Refusal {
    let refusal = Refusal::new(400, "MANDATORY_NOT_FOUND", "required field not found");
    refusal.with("api_name", name).with("json_path", path)
}

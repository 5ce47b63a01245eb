//! The org's variables: small named values that every program with access to the org shares.
//!
//! Zoho's documentation, "Variables APIs" (v8). There is no way to write only where nothing has changed since: of two writers the
//! later one wins, and only reading again tells. So no write is sent again once it may have arrived.
//!
//! What stands in a variable is nobody's business but its owner's: neither an error nor a log repeats it.

use exact_json::Value;
use serde::Serialize;
use transport::{Method, Response, Secret};

use crate::call::{Call, misuse};
use crate::client::Reading;
use crate::envelope::{Envelope, read, refusal, undecodable};
use crate::{Client, Error, ZohoId};

/// A variable of the org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The variable.
    pub id: ZohoId,
    /// What it holds; empty where somebody has emptied it, and where it holds no text.
    pub value: Secret,
}

/// A variable to be made: several lines of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVariable {
    /// What people read in Zoho's setup; no two variables have the same.
    pub name: String,
    /// By what programs find it; no two variables have the same.
    pub api_name: String,
    /// The heading under which it stands; made where there is none of this name.
    pub group: String,
    /// For people: what it is and whether they may touch it.
    pub description: String,
    /// What it holds at first.
    pub value: Secret,
}

/// What became of a variable that was to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableCreation {
    /// It is there, with the wanted value.
    Created(ZohoId),
    /// Another one has its name; nothing has changed.
    Taken {
        /// Which name is taken: `api_name` or `name`; empty where Zoho does not say.
        field: String,
    },
}

#[derive(Serialize)]
struct Body<T> {
    variables: [T; 1],
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    api_name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    variable_group: Group<'a>,
    value: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct Group<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Change<'a> {
    value: &'a str,
}

impl Client {
    /// The variable that programs know as `api_name`; `None` where there is none.
    ///
    /// Zoho finds one by its name only together with its group, and people may move it: all are read, which is one call.
    ///
    /// # Errors
    /// When the call failed: [`ErrorKind::ScopeMismatch`](crate::ErrorKind::ScopeMismatch) where the sign-in is without
    /// `ZohoCRM.settings.variables`.
    pub async fn variable(&self, api_name: &str) -> Result<Option<Variable>, Error> {
        let call = Call::get(["settings", "variables"]);
        let place = call.place();
        self.send(call, |response| found(response, api_name, &place)).await
    }

    /// Makes a variable. It is not sent again when its answer is lost: then [`variable`](Self::variable) tells.
    ///
    /// # Errors
    /// When it could not be made for another reason than its name:
    /// [`ErrorKind::ScopeMismatch`](crate::ErrorKind::ScopeMismatch) as above,
    /// [`ErrorKind::NoPermission`](crate::ErrorKind::NoPermission) where the user may not change the setup.
    pub async fn create_variable(&self, variable: &NewVariable) -> Result<VariableCreation, Error> {
        let row = Row {
            name: &variable.name,
            api_name: &variable.api_name,
            kind: "textarea",
            variable_group: Group { name: &variable.group },
            value: variable.value.reveal(),
            description: &variable.description,
        };
        let call = Call::new(Method::Post, ["settings", "variables"]).json(&Body { variables: [row] })?;
        let place = call.place();
        self.send(call, |response| created(response, &place)).await
    }

    /// Writes a variable, whatever it holds. It is not sent again when its answer is lost.
    ///
    /// # Errors
    /// As [`create_variable`](Self::create_variable), and where there is no such variable any more: the code `INVALID_DATA`.
    pub async fn set_variable(&self, id: &ZohoId, value: &Secret) -> Result<(), Error> {
        if id.as_str().is_empty() || !id.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(misuse(format!("\"{id}\" is not the id of a variable")));
        }
        let call = Call::new(Method::Put, ["settings", "variables", id.as_str()])
            .json(&Body { variables: [Change { value: value.reveal() }] })?;
        let place = call.place();
        self.send(call, |response| {
            Ok(row(response, &place)?.and_then(|row| {
                let status = response.status;
                if row.is_success() { Ok(()) } else { Err(row.into_error_without_values(status, &place)) }
            }))
        })
        .await
    }
}

fn found(response: &Response, api_name: &str, place: &str) -> Reading<Option<Variable>> {
    match response.status {
        204 => return Ok(Ok(None)),
        200..300 => {}
        _ => return Ok(Err(refusal(response, place))),
    }
    // Read as any JSON: what a stricter reading stumbles over it would quote.
    let answer: Value = match read(response, place)? {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error)),
    };
    let Some(variables) = answer.get("variables").and_then(Value::as_list) else {
        return Ok(Err(undecodable(response.status, "there is no list of variables", place)));
    };
    let text =
        |variable: &Value, key: &str| variable.get(key).and_then(Value::as_text).map(ToOwned::to_owned);
    let variable = variables.iter().find(|variable| text(variable, "api_name").as_deref() == Some(api_name));
    let Some(variable) = variable else {
        return Ok(Ok(None));
    };
    let Some(id) = text(variable, "id") else {
        return Ok(Err(undecodable(response.status, "the variable's id is missing", place)));
    };
    let value = Secret::new(text(variable, "value").unwrap_or_default());
    Ok(Ok(Some(Variable { id: ZohoId::new(id), value })))
}

fn created(response: &Response, place: &str) -> Reading<VariableCreation> {
    let row = match row(response, place)? {
        Ok(row) => row,
        Err(error) => return Ok(Err(error)),
    };
    let detail = |key| row.details.get(key).and_then(Value::as_text);
    if row.is_success() {
        let id = detail("id").map(|id| VariableCreation::Created(ZohoId::new(id)));
        let without = || undecodable(response.status, "the variable was made and its id is missing", place);
        return Ok(id.ok_or_else(without));
    }
    if row.code.as_deref() == Some("DUPLICATE_DATA") {
        let field = detail("api_name").unwrap_or_default().to_owned();
        return Ok(Ok(VariableCreation::Taken { field }));
    }
    Ok(Err(row.into_error_without_values(response.status, place)))
}

/// The result of the one row that was sent.
fn row(response: &Response, place: &str) -> Reading<Envelope> {
    let answer: Value = if response.is_success() {
        match read(response, place)? {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        }
    } else {
        serde_json::from_slice(&response.body).unwrap_or_default()
    };
    let row = answer.get("variables").and_then(Value::as_list).and_then(<[Value]>::first);
    let Some(row) = row else {
        // A refusal of the whole call; a name that is taken may come this way too.
        return Ok(match serde_json::from_slice::<Envelope>(&response.body) {
            Ok(envelope) if envelope.code.is_some() && !envelope.is_success() => Ok(envelope),
            Ok(_) | Err(_) => Err(refusal(response, place)),
        });
    };
    Ok(Ok(Envelope::of(row)))
}

//! The org's users, to whom records are assigned.

use serde::Deserialize;

use crate::call::Call;
use crate::records::{Info, more};
use crate::{Client, Error, ZohoId};

/// Pages are 200 users; this many pages are more than any org has.
const PAGES_MAX: u32 = 500;

/// An active user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user.
    pub id: ZohoId,
    /// The name, for people.
    pub name: String,
    /// The address that the user signs in with.
    pub email: String,
}

#[derive(Deserialize)]
struct Answer {
    users: Vec<Row>,
    #[serde(default)]
    info: Option<Info>,
}

#[derive(Deserialize)]
struct Row {
    id: ZohoId,
    #[serde(default)]
    full_name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

impl Client {
    /// The active users that have an e-mail address.
    ///
    /// # Errors
    /// When a call failed.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let mut users = Vec::new();
        for page in 1..=PAGES_MAX {
            let call = Call::get(["users"])
                .query("type", "ActiveUsers")
                .query("page", page.to_string())
                .query("per_page", "200");
            let Some(answer) = self.fetch::<Answer>(call).await? else {
                break;
            };
            users.extend(answer.users.into_iter().filter_map(user));
            if !more(answer.info) {
                break;
            }
        }
        Ok(users)
    }
}

fn user(row: Row) -> Option<User> {
    let email = row.email.filter(|email| !email.is_empty())?;
    Some(User { id: row.id, name: row.full_name.unwrap_or_else(|| email.clone()), email })
}

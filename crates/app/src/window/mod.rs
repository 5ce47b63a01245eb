//! What the window asks and is told: one schema of typed commands, and their answers from what the application knows.
//!
//! The shell passes names and JSON to [`dispatch`](schema::dispatch) and holds no rule itself. Money is decimal text, times are RFC 3339 in UTC,
//! and no answer ever holds a stored secret.

pub mod activity;
pub mod agreement;
pub mod matching;
pub mod overview;
pub mod preview;
pub mod problems;
pub mod schema;
pub mod settings;
pub mod signals;
pub mod state;
#[cfg(test)]
mod typescript;
pub mod wizard;
pub mod wording;

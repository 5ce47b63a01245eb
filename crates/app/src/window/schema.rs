//! The one list of what the window may ask: each name with what it takes and gives.
//!
//! From this list come the trait that somebody must implement (a missing handler does not compile), the dispatcher that the shell calls
//! with a name and JSON, and the TypeScript types in `ui/src/backend/schema.ts` (a test fails when that file is stale).

use std::future::Future;

use serde::{Deserialize, Serialize};

use super::activity::{ActivityFilter, ActivityPage, ActivityQuery, History, RecordRef};
use super::agreement::{Agreement, AgreementExport, CompareOptions};
use super::matching::{
    AcceptCertain, Choices, Decided, MatchConfirm, MatchImport, MatchPage, MatchQuery, MatchSummary,
};
use super::overview::Overview;
use super::preview::{PreviewPage, PreviewQuery, PreviewView};
use super::problems::{OpenRecord, ProblemIds, ProblemPage, ProblemQuery, Problems, Retry};
use super::settings::{
    Autostart, BundleEntry, Connection, Diagnosis, Forgotten, OpenPlace, Saved, SettingsView, Snooze,
};
use super::signals::{SignalsAnswers, SignalsView};
use super::state::{AppState, PauseUntil};
use super::wizard::{
    BusinessCentralAnswers, CompanyChoice, Counts, FieldsPlan, Finish, FlowAnswers, KeyChoice, Step, Wizard,
    ZohoAnswers, ZohoCode,
};
use crate::AppError;

/// Takes nothing, or gives nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing;

/// Why a command did nothing, in the words that the window shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Failure {
    /// Stable; the window may match on it.
    pub code: String,
    /// What happened, to what.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// The input that is wrong, where it is one: the name of a member of what the command takes.
    pub field: Option<String>,
}

impl Failure {
    /// A failure of one input.
    #[must_use]
    pub fn of_field(field: &str, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            code: "input_wrong".to_owned(),
            message: message.into(),
            cure: cure.into(),
            field: Some(field.to_owned()),
        }
    }

    /// The same, at this input.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
}

impl<E: Into<AppError>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error: AppError = error.into();
        Self {
            code: error.code(),
            message: error.to_string(),
            cure: super::wording::for_window(&error.cure()),
            field: None,
        }
    }
}

/// Declares the commands: trait, names, dispatcher, and for tests the TypeScript types.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident: $params:ty => $result:ty;)*) => {
        /// What the window may ask.
        pub trait Commands: Send + Sync {
            $(
                $(#[$doc])*
                fn $name(&self, params: $params) -> impl Future<Output = Result<$result, Failure>> + Send;
            )*
        }

        /// Every command's name.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Carries out the command of that name. What it takes and gives is JSON.
        ///
        /// # Errors
        /// When there is no such command, the parameters do not fit, or the command itself fails.
        pub async fn dispatch<C: Commands>(
            commands: &C,
            name: &str,
            params: serde_json::Value,
        ) -> Result<serde_json::Value, Failure> {
            match name {
                $(
                    stringify!($name) => {
                        let params: $params = taken(name, params)?;
                        given(commands.$name(params).await?)
                    }
                )*
                other => Err(misunderstood(other, "there is no such command")),
            }
        }

        #[cfg(test)]
        pub(super) fn described(into: &mut super::typescript::Declarations) {
            $(into.command::<$params, $result>(stringify!($name));)*
        }
    };
}

fn taken<T: serde::de::DeserializeOwned>(name: &str, params: serde_json::Value) -> Result<T, Failure> {
    // The error tells places and kinds, and could repeat a value: a secret may be among them.
    serde_json::from_value(params).map_err(|_| misunderstood(name, "its parameters do not fit"))
}

fn given<T: Serialize>(result: T) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(result).map_err(|error| misunderstood("answer", &error.to_string()))
}

fn misunderstood(name: &str, why: &str) -> Failure {
    Failure {
        code: "not_understood".to_owned(),
        message: format!("the window and the program do not understand each other ({name}: {why})"),
        cure: "Quit Ledgerline from its tray menu and start it again: the window may be of an older version."
            .to_owned(),
        field: None,
    }
}

commands! {
    /// The state in short, what works now, and how far it is.
    state: Nothing => AppState;
    /// Starts a run now.
    sync_now: Nothing => Nothing;
    /// Takes the Zoho org over from another computer, then starts a run.
    take_over: Nothing => Nothing;
    /// Ends what works now after the request that is under way.
    cancel: Nothing => Nothing;
    /// Pauses runs by schedule.
    pause: PauseUntil => AppState;
    /// Ends a pause.
    resume: Nothing => AppState;
    /// Holds notifications back for so many hours; 0 ends that.
    snooze: Snooze => AppState;

    /// The first screen.
    overview: Nothing => Overview;

    /// A part of the audit trail, newest first.
    activity: ActivityQuery => ActivityPage;
    /// Writes the filtered audit trail as CSV into the user's folder for downloads.
    activity_export: ActivityFilter => Saved;
    /// Everything that is known about one record.
    history: RecordRef => History;
    /// Opens a record in the browser.
    open_record: OpenRecord => Nothing;

    /// Open problems by cause.
    problems: Nothing => Problems;
    /// The records behind one cause.
    problem_records: ProblemQuery => ProblemPage;
    /// Tries failed records again; it goes on in the background.
    retry: Retry => Nothing;
    /// Leaves problems alone until their records change.
    ignore: ProblemIds => Nothing;
    /// Takes that back.
    unignore: ProblemIds => Nothing;

    /// Looks for records in Zoho that may be ours; it goes on in the background.
    match_find: Nothing => Nothing;
    /// How match review stands, by flow.
    match_summary: Nothing => MatchSummary;
    /// A part of the list of what may be the same.
    match_page: MatchQuery => MatchPage;
    /// Stores choices about pairs.
    match_decide: Choices => Decided;
    /// Accepts everything certain.
    match_accept_certain: AcceptCertain => Decided;
    /// Ends the review of a flow: what is undecided is created.
    match_confirm: MatchConfirm => MatchSummary;
    /// Writes the review as CSV into the user's folder for downloads.
    match_export: Nothing => Saved;
    /// Takes decisions from a CSV file's text.
    match_import: MatchImport => Decided;

    /// Finds out what a run would do; it goes on in the background.
    preview_start: Nothing => Nothing;
    /// The last preview of this program's life.
    preview: Nothing => Option<PreviewView>;
    /// A part of its records.
    preview_page: PreviewQuery => PreviewPage;

    /// Compares both systems; it goes on in the background.
    compare_start: CompareOptions => Nothing;
    /// The last comparison.
    agreement: Nothing => Option<Agreement>;
    /// Writes it into the user's folder for downloads.
    agreement_export: AgreementExport => Saved;

    /// All settings; no secret is among them.
    settings: Nothing => SettingsView;
    /// Checks and keeps changed settings.
    settings_save: SettingsView => SettingsView;
    /// Checks every connection.
    diagnose: Nothing => Diagnosis;
    /// Removes a connection's secrets from the keychain; Zoho's token is revoked too.
    forget: Connection => Forgotten;
    /// Shows a folder, a file or a page that belongs to the program.
    open_place: OpenPlace => Nothing;
    /// What a support archive would hold.
    bundle: Nothing => Vec<BundleEntry>;
    /// Writes the support archive into the user's folder for downloads.
    bundle_save: Nothing => Saved;
    /// Whether the program starts with the computer.
    autostart: Nothing => Autostart;
    /// Has it start with the computer, or not.
    autostart_set: Autostart => Autostart;

    /// How signals of changes stand.
    signals: Nothing => SignalsView;
    /// Makes a mailbox at a relay and subscribes on both sides; it goes on in the background.
    signals_on: SignalsAnswers => Nothing;
    /// Has both sides made as they should be, and tries again what was refused; it goes on in the background.
    signals_repair: Nothing => Nothing;
    /// Ends the subscriptions on both sides and removes the mailbox; it goes on in the background.
    signals_off: Nothing => Nothing;

    /// Where the wizard stands, with what was answered.
    wizard: Nothing => Wizard;
    /// Goes to a step that was reached before.
    wizard_go: Step => Wizard;
    /// Tries the connection to Business Central; the secret is kept when it works.
    wizard_business_central: BusinessCentralAnswers => Wizard;
    /// Chooses the company.
    wizard_company: CompanyChoice => Wizard;
    /// Notes the Zoho client; its secret is kept.
    wizard_zoho_client: ZohoAnswers => Wizard;
    /// Signs in to Zoho in the system's browser; it goes on in the background.
    wizard_zoho_sign_in: Nothing => Nothing;
    /// Signs in to Zoho with a self client's code.
    wizard_zoho_code: ZohoCode => Wizard;
    /// How many records each flow has in Business Central.
    wizard_counts: Nothing => Counts;
    /// Chooses flows and what belongs to them.
    wizard_flows: FlowAnswers => Wizard;
    /// What would be created in Zoho.
    wizard_fields: Nothing => FieldsPlan;
    /// Has an existing unique field of Zoho serve as a flow's key.
    wizard_key: KeyChoice => FieldsPlan;
    /// Creates the fields in Zoho; it goes on in the background.
    wizard_fields_create: Nothing => Nothing;
    /// Ends the wizard and starts the first run.
    wizard_finish: Finish => AppState;
}

/// What the window is told without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The state, or how far the work is, has changed.
    State {
        /// The new state.
        state: AppState,
    },
    /// Work in the background ended.
    WorkEnded {
        /// Which.
        work: super::state::WorkKind,
        /// Why it did nothing, if so.
        failure: Option<Failure>,
    },
    /// What the database holds has changed: screens read anew.
    Changed,
    /// The window is to come to the front and show a place (`problems?cause=…`); nothing where it may stay.
    Show {
        /// Where to.
        route: Option<String>,
    },
}

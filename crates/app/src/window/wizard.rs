//! The wizard's answers and what it found out. It never gives back a secret.

use serde::{Deserialize, Serialize};

use super::state::FlowName;

/// The steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// Sign-in to Business Central, and the company.
    BusinessCentral,
    /// Sign-in to Zoho.
    Zoho,
    /// Flows.
    Flows,
    /// Fields in Zoho.
    Fields,
    /// Match review.
    Match,
    /// Preview.
    Preview,
    /// Start.
    Start,
}

/// A step to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Step {
    /// Which; not behind the furthest that was reached.
    pub step: StepName,
}

/// Where the wizard stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Wizard {
    /// The step that is shown.
    pub step: StepName,
    /// The furthest step that can be shown.
    pub reached: StepName,
    /// Whether it was finished before, and only connections are changed now.
    pub finished: bool,
    /// What was answered about Business Central.
    pub business_central: BusinessCentralStep,
    /// What was answered about Zoho.
    pub zoho: ZohoStep,
    /// What was answered about flows.
    pub flows: FlowAnswers,
}

/// What was answered about Business Central.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BusinessCentralStep {
    /// Tenant id or domain.
    pub tenant: String,
    /// Environment.
    pub environment: String,
    /// The Entra app's id.
    pub client_id: String,
    /// The day on which the secret ends; `2027-05-01` or blank.
    pub secret_expires: String,
    /// Sign-in address; other than the usual one only in national clouds.
    pub login_url: String,
    /// API address; likewise.
    pub api_url: String,
    /// Whether the secret is stored: it need not be typed again.
    pub secret_stored: bool,
    /// The companies that the app may see, once the connection was tried.
    pub companies: Vec<CompanyFound>,
    /// The company that was chosen.
    pub company: Option<CompanyFound>,
}

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CompanyFound {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is called on the screen.
    pub label: String,
}

/// What connects to Business Central.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BusinessCentralAnswers {
    /// Tenant id or domain.
    pub tenant: String,
    /// Environment.
    pub environment: String,
    /// The Entra app's id.
    pub client_id: String,
    /// The secret; blank to keep the stored one.
    pub client_secret: String,
    /// The day on which the secret ends; blank where it is not known.
    pub secret_expires: String,
    /// Sign-in address; blank for the usual one.
    pub login_url: String,
    /// API address; blank for the usual one.
    pub api_url: String,
}

/// The company to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CompanyChoice {
    /// Its id.
    pub id: String,
}

/// What was answered about Zoho.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ZohoStep {
    /// The data centre's short name (`com`, `eu`, …), or an accounts address.
    pub data_centre: String,
    /// The data centres that there are: short name and accounts address.
    pub data_centres: Vec<DataCentreFound>,
    /// The API client's id.
    pub client_id: String,
    /// Whether the client's secret is stored.
    pub secret_stored: bool,
    /// Whether somebody has signed in.
    pub signed_in: bool,
    /// The redirect address to register at Zoho.
    pub redirect_uri: String,
    /// The scopes that a self client's code needs.
    pub scopes: String,
    /// The org, once somebody has signed in.
    pub org: Option<OrgFound>,
}

/// A data centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DataCentreFound {
    /// Short name.
    pub name: String,
    /// Its accounts server.
    pub accounts_url: String,
}

/// A Zoho org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OrgFound {
    /// Its name.
    pub name: String,
    /// Its id.
    pub zgid: String,
    /// Its edition.
    pub edition: String,
    /// Credits that it has a day.
    pub daily_credits: u64,
    /// Its users.
    pub users: u32,
    /// Flows that its edition allows.
    pub flows_allowed: Vec<FlowName>,
}

/// The Zoho API client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ZohoAnswers {
    /// The data centre's short name or domain; or an accounts address of this computer.
    pub data_centre: String,
    /// The client's id.
    pub client_id: String,
    /// The client's secret; blank to keep the stored one.
    pub client_secret: String,
}

/// A self client's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ZohoCode {
    /// It works once, for a few minutes.
    pub code: String,
}

/// What is copied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FlowAnswers {
    /// Flows that are switched on.
    pub flows: Vec<FlowName>,
    /// `2025-01-01`, `all`, or blank for the start of last year.
    pub invoices_from: String,
    /// Copies invoices in other currencies with a mark where the org has one currency.
    pub copy_foreign_currency: bool,
    /// The owner of new records; a Zoho user id, or blank.
    pub default_owner: String,
}

/// How many records there are, read live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Counts {
    /// By flow.
    pub flows: Vec<FlowCount>,
    /// Users of Zoho who may own records.
    pub owners: Vec<Owner>,
    /// The date that a blank `invoices_from` stands for.
    pub usual_invoices_from: String,
}

/// One flow's records in Business Central.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FlowCount {
    /// Which.
    pub flow: FlowName,
    /// How many; absent where they may not be read.
    pub records: Option<u64>,
    /// Why it cannot be switched on.
    pub not_allowed: Option<String>,
    /// Why they could not be counted.
    pub failure: Option<String>,
}

/// A user of Zoho.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Owner {
    /// The user's id.
    pub id: String,
    /// The user's name.
    pub name: String,
}

/// What would be created in Zoho, and what stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FieldsPlan {
    /// Fields to create.
    pub create: Vec<PlannedField>,
    /// Optional fields for which the edition has no room.
    pub no_room: Vec<PlannedField>,
    /// What a person has to do or decide first.
    pub blocked: Vec<Blocked>,
    /// Fields that Zoho refused to create the last time: an administrator can create them by hand.
    pub refused: Vec<RefusedField>,
    /// Whether every flow that is switched on can run.
    pub ready: bool,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlannedField {
    /// The flow.
    pub flow: FlowName,
    /// Zoho's name of the module.
    pub module: String,
    /// Its label.
    pub label: String,
    /// Its kind, in the words of Zoho's own page for fields.
    pub definition: String,
    /// Whether the flow cannot run without it.
    pub required: bool,
}

/// A field that Zoho refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RefusedField {
    /// The field.
    pub field: PlannedField,
    /// What Zoho said.
    pub message: String,
    /// What to do.
    pub cure: String,
}

/// What stands in the way of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Blocked {
    /// The flow.
    pub flow: FlowName,
    /// Stable.
    pub code: String,
    /// What.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// Existing unique fields that could serve as key.
    pub reusable: Vec<String>,
}

/// An existing unique field that serves as a flow's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KeyChoice {
    /// The flow.
    pub flow: FlowName,
    /// The field.
    pub field: String,
}

/// The last step's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finish {
    /// Whether notifications are shown.
    pub notifications: bool,
    /// Between two runs, in seconds.
    pub poll_interval: u32,
}

//! Settings, connections, and what belongs to the program.

use serde::{Deserialize, Serialize};

use super::state::FlowName;

/// All settings. What cannot be changed here is marked; no secret is among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingsView {
    /// Business Central; changed by the wizard.
    pub business_central: BusinessCentralView,
    /// Zoho; changed by the wizard.
    pub zoho: ZohoView,
    /// Flows and their policies; all four, in order.
    pub flows: Vec<FlowSettings>,
    /// Between two runs, in seconds; 10 at least.
    pub poll_interval: u32,
    /// Between two looks for edits in Zoho, in seconds.
    pub drift_interval: u32,
    /// Between two comparisons of stock, in seconds.
    pub inventory_interval: u32,
    /// Between two comparisons of both systems, in seconds; absent for never.
    pub reconcile_interval: Option<u32>,
    /// `2025-01-01`, `all`, or blank for the start of last year.
    pub invoices_from: String,
    /// Copies invoices in other currencies with a mark where the org has one currency.
    pub copy_foreign_currency: bool,
    /// The share of the org's daily credits, in percent.
    pub credit_budget: u32,
    /// Whether big first loads may go by bulk write.
    pub bulk: bool,
    /// Whether a record that is certainly in Zoho already is taken over without asking.
    pub adopt_certain: bool,
    /// The owner of new records; a Zoho user id, or blank.
    pub default_owner: String,
    /// Notifications.
    pub notifications: NotificationSettings,
    /// A proxy's address, or blank.
    pub proxy: String,
    /// A file of certificate authorities, or blank.
    pub extra_ca: String,
    /// Where settings, database and logs are; not changed here.
    pub folder: String,
    /// The program's version; not changed here.
    pub version: String,
}

/// Business Central's connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BusinessCentralView {
    /// Tenant id or domain.
    pub tenant: String,
    /// Environment.
    pub environment: String,
    /// Company.
    pub company: String,
    /// The Entra app's id.
    pub client_id: String,
    /// Whether its secret is stored.
    pub secret_stored: bool,
    /// Whether the secret comes from an environment variable and cannot be changed here.
    pub secret_from_environment: bool,
    /// The day on which the secret ends, as the user noted it; `2027-05-01` or blank.
    pub secret_expires: String,
}

/// Zoho's connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ZohoView {
    /// The accounts server.
    pub accounts_url: String,
    /// The API client's id.
    pub client_id: String,
    /// Whether secret and token are stored.
    pub secret_stored: bool,
    /// Whether they come from environment variables and cannot be changed here.
    pub secret_from_environment: bool,
}

/// One flow's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FlowSettings {
    /// Which.
    pub flow: FlowName,
    /// Whether it is switched on.
    pub enabled: bool,
    /// `flag`, `leave` or `delete`.
    pub on_delete: String,
    /// `restore`, `leave` or `ask`.
    pub on_drift: String,
    /// `ask`, `recreate` or `leave`.
    pub on_zoho_delete: String,
    /// Whether Zoho's workflows run on our writes.
    pub workflows: bool,
}

/// When and of what the user is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NotificationSettings {
    /// Whether at all.
    pub enabled: bool,
    /// Quiet from, local time, `18:00`; blank for never.
    pub quiet_from: String,
    /// Quiet until, `07:30`.
    pub quiet_until: String,
    /// Tell when nothing was synced for so many hours.
    pub hours_without_sync: u32,
    /// Tell when what was told has come right.
    pub tell_recovered: bool,
}

/// Which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "connection", rename_all = "snake_case")]
pub enum Connection {
    /// Business Central.
    BusinessCentral,
    /// Zoho CRM.
    Zoho,
}

/// A connection was forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Forgotten {
    /// What was done, in words; also that Zoho could not be reached to revoke the token.
    pub words: String,
    /// Whether the token was revoked at Zoho, where there was one.
    pub revoked: Option<bool>,
}

/// Every check of connections, permissions, edition, fields and clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Diagnosis {
    /// In the order in which they were made.
    pub findings: Vec<Finding>,
    /// Whether a service could not be checked at all.
    pub incomplete: bool,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// `ok`, `warning` or `problem`.
    pub verdict: String,
    /// Stable.
    pub code: String,
    /// What was checked.
    pub subject: String,
    /// What was found.
    pub message: String,
    /// What to do; blank where nothing is to be done.
    pub cure: String,
}

/// Something to show outside the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "place", rename_all = "snake_case")]
pub enum OpenPlace {
    /// The profile's folder.
    Data,
    /// The folder of log files.
    Logs,
    /// The user guide.
    Guide,
    /// The company in Business Central.
    BusinessCentral,
    /// The org in Zoho.
    Zoho,
    /// The folder in which a file was saved.
    Downloads,
    /// Microsoft's page for registering an app.
    EntraPortal,
    /// Zoho's API console.
    ZohoConsole,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Saved {
    /// Where.
    pub path: String,
}

/// A file in the support archive, as it will be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BundleEntry {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its text, cut after 20,000 characters.
    pub text: String,
}

/// Whether the program starts with the computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Autostart {
    /// Yes or no.
    pub on: bool,
}

/// For how long notifications are held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snooze {
    /// Hours; 0 ends it.
    pub hours: u32,
}

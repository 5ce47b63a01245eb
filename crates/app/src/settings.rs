//! `ledgerline.toml`: what the user decided, checked before anything runs.

mod address;
mod choices;
mod duration;
mod file;
mod notifications;
mod unknown;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use exact_json::Decimal;
use jiff::civil::Date;
use sync::flow::Flow;
use sync::policy::{BulkMode, FlowPolicy, InvoicesFrom, OnCertain};

use crate::alerts::Preferences;
use file::File;

pub use address::is_loopback;
pub use choices::{
    checked_address, checked_interval, on_delete_name, on_drift_name, on_zoho_delete_name, parse_on_delete,
    parse_on_drift, parse_on_zoho_delete,
};

/// The environment that a new tenant has.
pub const DEFAULT_ENVIRONMENT: &str = "Production";
/// Where Microsoft's sign-in is, outside the national clouds.
pub const DEFAULT_LOGIN_URL: &str = "https://login.microsoftonline.com";
/// Where Business Central's API is, outside the national clouds.
pub const DEFAULT_API_URL: &str = "https://api.businesscentral.dynamics.com";

/// Zoho's sign-in in the United States.
pub const DEFAULT_ACCOUNTS_URL: &str = "https://accounts.zoho.com";

/// The settings of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `[business_central]`
    pub business_central: BusinessCentral,
    /// `[zoho]`
    pub zoho: Zoho,
    /// `[sync]`
    pub sync: Sync,
    /// `[flows.NAME]`
    pub flows: BTreeMap<Flow, FlowPolicy>,
    /// `[network]`
    pub network: Network,
    /// `[notifications]`
    pub notifications: Preferences,
    /// `[relay]`
    pub relay: Relay,
}

/// Where Business Central is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessCentral {
    /// Tenant id or domain.
    pub tenant: String,
    /// Environment name.
    pub environment: String,
    /// Company name or id.
    pub company: String,
    /// The Entra app's id.
    pub client_id: String,
    /// Sign-in address; national clouds and tests change it.
    pub login_url: String,
    /// API address.
    pub api_url: String,
    /// The last day of the client secret, as the user noted it: Business Central does not tell.
    pub client_secret_expires: Option<Date>,
}

/// Where Zoho CRM is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zoho {
    /// The API console client's id.
    pub client_id: String,
    /// The accounts server of the org's data centre.
    pub accounts_url: String,
    /// The upload server, when it is not the data centre's usual one.
    pub upload_url: Option<String>,
    /// The user who owns new records where the salesperson is no Zoho user; a user id.
    pub default_owner: Option<String>,
}

/// How the copy is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sync {
    /// The flows that are switched on, in dependency order.
    pub flows: Vec<Flow>,
    /// Between two runs of the polling loop.
    pub poll_interval: Duration,
    /// How far back invoices go; `None` is the start of last year.
    pub invoices_from: Option<InvoicesFrom>,
    /// The share of the org's daily credits that may be spent, in percent.
    pub credit_budget_percent: u32,
    /// Between two looks for edits in Zoho.
    pub drift_interval: Duration,
    /// Between two comparisons of stock.
    pub inventory_interval: Duration,
    /// What happens when a record that is to be created is certainly in Zoho already, without our key.
    pub match_certain: OnCertain,
    /// Whether big first loads may go by bulk write.
    pub bulk: BulkMode,
    /// Between two comparisons of both systems that the polling loop makes by itself; `None` for never.
    pub reconcile_interval: Option<Duration>,
    /// In an org with one currency: copy invoices in other currencies with "(EUR)" in the Subject instead of skipping them.
    pub copy_foreign_currency: bool,
    /// Invoice status in Business Central → Zoho's picklist value; empty text for none.
    pub invoice_status: BTreeMap<String, String>,
}

impl Default for Sync {
    fn default() -> Self {
        Self {
            flows: Flow::BY_DEFAULT.to_vec(),
            poll_interval: Duration::from_secs(5 * 60),
            invoices_from: None,
            credit_budget_percent: 50,
            drift_interval: Duration::from_secs(30 * 60),
            inventory_interval: Duration::from_secs(60 * 60),
            match_certain: OnCertain::Adopt,
            bulk: BulkMode::Auto,
            reconcile_interval: Some(Duration::from_secs(24 * 60 * 60)),
            copy_foreign_currency: false,
            invoice_status: BTreeMap::new(),
        }
    }
}

/// How to reach the network, where the operating system's settings do not do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// A proxy's address.
    pub proxy: Option<String>,
    /// A file of certificate authorities (PEM) to trust as well.
    pub extra_ca: Option<String>,
}

/// Where signals of changes come from, beside polling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The webhook relay's address; `None` for polling alone.
    pub url: Option<String>,
    /// How often a flow whose changes are told by signals is polled all the same.
    pub safety_poll: Duration,
}

impl Default for Relay {
    fn default() -> Self {
        Self { url: None, safety_poll: Duration::from_secs(30 * 60) }
    }
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no settings file.
    #[error("there is no settings file at {path}")]
    Absent {
        /// Where it was looked for.
        path: String,
    },
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{path} is not valid TOML: {message}")]
    Syntax {
        /// Which file.
        path: String,
        /// Where and why.
        message: String,
    },
    /// A secret stands in the file.
    #[error("{path} holds a secret in \"{key}\"; secrets never belong in the settings file")]
    Secret {
        /// Which file.
        path: String,
        /// The setting.
        key: String,
    },
    /// One setting is missing, unknown or wrong.
    #[error("{path}: {problem}")]
    Wrong {
        /// Which file.
        path: String,
        /// What is wrong with what.
        problem: String,
    },
}

impl SettingsError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent { .. } => "settings_absent",
            Self::File { .. } => "settings_unreadable",
            Self::Syntax { .. } => "settings_syntax",
            Self::Secret { .. } => "secret_in_settings",
            Self::Wrong { .. } => "settings_wrong",
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Absent { .. } => {
                "Run `ledgerline connect` to set the profile up, or name another folder with --profile.".to_owned()
            }
            Self::File { .. } => "Check that the file exists and may be read and written.".to_owned(),
            Self::Syntax { .. } | Self::Wrong { .. } => {
                "Correct the file; docs/settings.md lists every setting.".to_owned()
            }
            Self::Secret { .. } => {
                "Delete that line, change the secret where it was issued, and store the new one with `ledgerline connect` (operating system's keychain)."
                    .to_owned()
            }
        }
    }
}

impl Settings {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// When it is absent, unreadable, not TOML, holds a secret or an unknown or wrong setting.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => SettingsError::Absent { path: shown.clone() },
            _ => SettingsError::File { path: shown.clone(), source },
        })?;
        Self::parse(&text, &shown)
    }

    /// Reads and checks the text of a file called `path`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn parse(text: &str, path: &str) -> Result<Self, SettingsError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| SettingsError::Syntax {
            path: path.to_owned(),
            message: match error.span() {
                Some(span) => format!("line {}: {}", line_of(text, span.start), error.message()),
                None => error.message().to_owned(),
            },
        })?;
        if let Some(key) = unknown::secret(&table) {
            return Err(SettingsError::Secret { path: path.to_owned(), key });
        }
        let read = || -> Result<Self, String> {
            unknown::check(&table)?;
            let file = File(&table);
            Ok(Self {
                business_central: BusinessCentral {
                    tenant: file.required("business_central", "tenant")?,
                    environment: file
                        .text("business_central", "environment")?
                        .unwrap_or_else(|| DEFAULT_ENVIRONMENT.to_owned()),
                    company: file.required("business_central", "company")?,
                    client_id: file.required("business_central", "client_id")?,
                    login_url: file.url("business_central", "login_url", DEFAULT_LOGIN_URL)?,
                    api_url: file.url("business_central", "api_url", DEFAULT_API_URL)?,
                    client_secret_expires: file.day("business_central", "client_secret_expires")?,
                },
                zoho: Zoho {
                    client_id: file.required("zoho", "client_id")?,
                    accounts_url: file.url("zoho", "accounts_url", DEFAULT_ACCOUNTS_URL)?,
                    upload_url: file.optional_url("zoho", "upload_url")?,
                    default_owner: file.text("zoho", "default_owner")?,
                },
                sync: file.sync()?,
                flows: file.flow_policies()?,
                network: Network {
                    proxy: file.text("network", "proxy")?,
                    extra_ca: file.text("network", "extra_ca")?,
                },
                notifications: file.notifications()?,
                relay: file.relay()?,
            })
        };
        read().map_err(|problem| SettingsError::Wrong { path: path.to_owned(), problem })
    }

    /// Writes the file, beside the old one first, so that a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        let beside = path.with_extension("toml.new");
        std::fs::write(&beside, self.to_toml())
            .and_then(|()| std::fs::rename(&beside, path))
            .map_err(|source| SettingsError::File { path: path.display().to_string(), source })
    }

    /// The text of a file with these settings; what is at its default is left out, save for what people look for first.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# Ledgerline's settings. Secrets are not here: they live in the operating system's keychain.\n\n",
        );
        let quote = |value: &str| toml::Value::String(value.to_owned()).to_string();
        let mut line = |key: &str, value: &str| text.push_str(&format!("{key} = {value}\n"));
        line("[business_central]\ntenant", &quote(&self.business_central.tenant));
        line("environment", &quote(&self.business_central.environment));
        line("company", &quote(&self.business_central.company));
        line("client_id", &quote(&self.business_central.client_id));
        line("login_url", &quote(&self.business_central.login_url));
        line("api_url", &quote(&self.business_central.api_url));
        if let Some(day) = self.business_central.client_secret_expires {
            line("client_secret_expires", &quote(&day.to_string()));
        }
        line("\n[zoho]\nclient_id", &quote(&self.zoho.client_id));
        line("accounts_url", &quote(&self.zoho.accounts_url));
        if let Some(upload) = &self.zoho.upload_url {
            line("upload_url", &quote(upload));
        }
        if let Some(owner) = &self.zoho.default_owner {
            line("default_owner", &quote(owner));
        }
        let flows: Vec<String> = self.sync.flows.iter().map(|flow| quote(flow.name())).collect();
        line("\n[sync]\nflows", &format!("[{}]", flows.join(", ")));
        line("poll_interval", &quote(&duration::print(self.sync.poll_interval)));
        match self.sync.invoices_from {
            Some(InvoicesFrom::All) => line("invoices_from", "\"all\""),
            Some(InvoicesFrom::Date(date)) => line("invoices_from", &quote(&date.to_string())),
            None => {}
        }
        line("credit_budget", &Decimal::new(i64::from(self.sync.credit_budget_percent), 2).to_string());
        line("drift_interval", &quote(&duration::print(self.sync.drift_interval)));
        line("inventory_interval", &quote(&duration::print(self.sync.inventory_interval)));
        if self.sync.match_certain == OnCertain::Ask {
            line("match_certain", "\"ask\"");
        }
        if self.sync.bulk == BulkMode::Never {
            line("bulk", "\"never\"");
        }
        if self.sync.reconcile_interval != Sync::default().reconcile_interval {
            let interval = self.sync.reconcile_interval.map_or_else(|| "never".to_owned(), duration::print);
            line("reconcile_interval", &quote(&interval));
        }
        if self.sync.copy_foreign_currency {
            line("foreign_currency", "\"copy\"");
        }
        if !self.sync.invoice_status.is_empty() {
            text.push_str("\n[sync.invoice_status]\n");
            for (from, to) in &self.sync.invoice_status {
                text.push_str(&format!("{} = {}\n", quote(from), quote(to)));
            }
        }
        for (flow, policy) in &self.flows {
            text.push_str(&format!("\n[flows.{}]\n", flow.name()));
            text.push_str(&format!("on_delete = \"{}\"\n", on_delete_name(policy.on_delete)));
            text.push_str(&format!("on_drift = \"{}\"\n", on_drift_name(policy.on_drift)));
            if let Some(chosen) = policy.on_zoho_delete {
                text.push_str(&format!("on_zoho_delete = \"{}\"\n", on_zoho_delete_name(chosen)));
            }
            text.push_str(&format!("workflows = {}\n", policy.workflows));
        }
        if self.network != Network::default() {
            text.push_str("\n[network]\n");
            for (key, value) in [("proxy", &self.network.proxy), ("extra_ca", &self.network.extra_ca)] {
                if let Some(value) = value {
                    text.push_str(&format!("{key} = {}\n", quote(value)));
                }
            }
        }
        if let Some(url) = &self.relay.url {
            text.push_str(&format!("\n[relay]\nurl = {}\n", quote(url)));
            if self.relay.safety_poll != Relay::default().safety_poll {
                let safety_poll = quote(&duration::print(self.relay.safety_poll));
                text.push_str(&format!("safety_poll = {safety_poll}\n"));
            }
        }
        text.push_str(&notifications::to_toml(&self.notifications));
        text
    }

    /// How far back invoices go, with the default worked out for `today`.
    #[must_use]
    pub fn invoices_from(&self, today: Date) -> InvoicesFrom {
        self.sync.invoices_from.unwrap_or_else(|| {
            let start = Date::new(today.year().saturating_sub(1), 1, 1).unwrap_or(today);
            InvoicesFrom::Date(start)
        })
    }
}

/// The number of the line in which the byte at `position` stands.
fn line_of(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}

/// A flow by its name, with a suggestion where there is none of that name.
///
/// # Errors
/// The complaint, in words.
pub fn parse_flow(name: &str) -> Result<Flow, String> {
    name.parse().map_err(|_| {
        let names: Vec<&str> = Flow::ALL.iter().map(|flow| flow.name()).collect();
        let hint =
            unknown::nearest(name, &names).map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default();
        format!("there is no flow \"{name}\"{hint} There are: {}", names.join(", "))
    })
}

/// Refuses a list of flows that lacks one that another needs.
///
/// # Errors
/// The complaint, in words.
pub fn check_dependencies(flows: &[Flow]) -> Result<(), String> {
    if flows.is_empty() {
        return Err("[sync] flows is empty: there is nothing to copy".to_owned());
    }
    for flow in flows {
        if let Some(needed) = flow.needs().iter().find(|needed| !flows.contains(needed)) {
            return Err(format!(
                "the flow \"{}\" needs \"{}\": add it to [sync] flows",
                flow.name(),
                needed.name()
            ));
        }
    }
    Ok(())
}

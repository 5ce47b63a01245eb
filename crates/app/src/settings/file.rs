//! Reads the parsed file, and names section and setting in every complaint.

use std::collections::BTreeMap;
use std::time::Duration;

use exact_json::Decimal;
use jiff::civil::Date;
use sync::flow::Flow;
use sync::policy::{BulkMode, FlowPolicy, InvoicesFrom, OnCertain};

use super::{Relay, Sync, address, check_dependencies, choices, duration, parse_flow};

/// Comparisons read everything on both sides: more often than this they would do little else.
const SELDOM: Duration = Duration::from_secs(60 * 60);

/// The parsed file, with reading that names section and key in every complaint.
pub(super) struct File<'a>(pub(super) &'a toml::Table);

impl File<'_> {
    pub(super) fn get(&self, section: &str, key: &str) -> Option<&toml::Value> {
        self.0.get(section)?.as_table()?.get(key)
    }

    pub(super) fn text(&self, section: &str, key: &str) -> Result<Option<String>, String> {
        match self.get(section, key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(format!("[{section}] {key} must be a text in quotes")),
        }
    }

    pub(super) fn required(&self, section: &str, key: &str) -> Result<String, String> {
        self.text(section, key)?.ok_or_else(|| format!("[{section}] {key} is missing"))
    }

    /// A day, as a text or as TOML's own date. What is no day is not repeated: somebody may have taken the place for another one's.
    pub(super) fn day(&self, section: &str, key: &str) -> Result<Option<Date>, String> {
        let text = match self.get(section, key) {
            Some(toml::Value::Datetime(moment)) => Some(moment.to_string()),
            Some(_) | None => self.text(section, key)?,
        };
        let day = |text: String| match text.parse() {
            Ok(day) if text.len() == "2027-05-01".len() => Ok(day),
            Ok(_) | Err(_) => Err(format!("[{section}] {key} must be a day like \"2027-05-01\"")),
        };
        text.map(day).transpose()
    }

    pub(super) fn url(&self, section: &str, key: &str, default: &str) -> Result<String, String> {
        Ok(self.optional_url(section, key)?.unwrap_or_else(|| default.to_owned()))
    }

    pub(super) fn optional_url(&self, section: &str, key: &str) -> Result<Option<String>, String> {
        let Some(text) = self.text(section, key)? else { return Ok(None) };
        address::check(&text).map(Some).map_err(|problem| format!("[{section}] {key} {problem}"))
    }

    fn duration(&self, section: &str, key: &str, default: Duration) -> Result<Duration, String> {
        match self.text(section, key)? {
            None => Ok(default),
            Some(text) => duration::parse(&text)
                .filter(|duration| *duration >= choices::SHORTEST_INTERVAL)
                .ok_or_else(|| format!("[{section}] {key} must be a time like \"5m\", \"1h\" or \"90s\", at least 10s; it is \"{text}\"")),
        }
    }

    fn flag(&self, section: &toml::Table, name: &str, key: &str) -> Result<bool, String> {
        match section.get(key) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| format!("[{name}] {key} must be true or false")),
        }
    }

    pub(super) fn sync(&self) -> Result<Sync, String> {
        let default = Sync::default();
        Ok(Sync {
            flows: self.flows(default.flows)?,
            poll_interval: self.duration("sync", "poll_interval", default.poll_interval)?,
            invoices_from: match self.text("sync", "invoices_from")?.as_deref() {
                None => None,
                Some("all") => Some(InvoicesFrom::All),
                Some(date) => Some(InvoicesFrom::Date(date.parse().map_err(|_| {
                    format!(
                        "[sync] invoices_from must be a day like \"2025-01-31\", or \"all\"; it is \"{date}\""
                    )
                })?)),
            },
            credit_budget_percent: self.budget(default.credit_budget_percent)?,
            drift_interval: self.duration("sync", "drift_interval", default.drift_interval)?,
            inventory_interval: self.duration("sync", "inventory_interval", default.inventory_interval)?,
            match_certain: match self.text("sync", "match_certain")?.as_deref() {
                None | Some("adopt") => OnCertain::Adopt,
                Some("ask") => OnCertain::Ask,
                Some(other) => {
                    return Err(format!(
                        "[sync] match_certain must be \"adopt\" or \"ask\"; it is \"{other}\""
                    ));
                }
            },
            bulk: match self.text("sync", "bulk")?.as_deref() {
                None | Some("auto") => BulkMode::Auto,
                Some("never") => BulkMode::Never,
                Some(other) => {
                    return Err(format!("[sync] bulk must be \"auto\" or \"never\"; it is \"{other}\""));
                }
            },
            reconcile_interval: match self.text("sync", "reconcile_interval")?.as_deref() {
                Some("never") => None,
                None => default.reconcile_interval,
                Some(text) => Some(duration::parse(text).filter(|every| *every >= SELDOM).ok_or_else(|| {
                    format!(
                        "[sync] reconcile_interval must be a time like \"24h\", at least 1h, or \"never\"; it is \"{text}\""
                    )
                })?),
            },
            copy_foreign_currency: match self.text("sync", "foreign_currency")?.as_deref() {
                None | Some("skip") => false,
                Some("copy") => true,
                Some(other) => {
                    return Err(format!(
                        "[sync] foreign_currency must be \"skip\" or \"copy\"; it is \"{other}\""
                    ));
                }
            },
            invoice_status: self.invoice_status()?,
        })
    }

    pub(super) fn relay(&self) -> Result<Relay, String> {
        Ok(Relay {
            url: self.optional_url("relay", "url")?,
            safety_poll: self.duration("relay", "safety_poll", Relay::default().safety_poll)?,
        })
    }

    fn invoice_status(&self) -> Result<BTreeMap<String, String>, String> {
        let Some(value) = self.get("sync", "invoice_status") else { return Ok(BTreeMap::new()) };
        let table = value.as_table().ok_or("[sync] invoice_status must be a table")?;
        table
            .iter()
            .map(|(from, to)| match to.as_str() {
                Some(to) => Ok((from.clone(), to.to_owned())),
                None => Err(format!("[sync.invoice_status] {from} must be a text in quotes")),
            })
            .collect()
    }

    fn flows(&self, default: Vec<Flow>) -> Result<Vec<Flow>, String> {
        let Some(value) = self.get("sync", "flows") else { return Ok(default) };
        let list = value.as_array().ok_or("[sync] flows must be a list like [\"customers\", \"items\"]")?;
        let mut flows = Vec::new();
        for entry in list {
            let name = entry.as_str().ok_or("[sync] flows must be a list of texts")?;
            flows.push(parse_flow(name)?);
        }
        check_dependencies(&flows)?;
        Ok(Flow::ALL.into_iter().filter(|flow| flows.contains(flow)).collect())
    }

    fn budget(&self, default: u32) -> Result<u32, String> {
        let wrong = || "[sync] credit_budget must be a share between 0.01 and 1".to_owned();
        let Some(value) = self.get("sync", "credit_budget") else { return Ok(default) };
        let share: Decimal = value.to_string().parse().map_err(|_| wrong())?;
        let percent = (share * Decimal::from(100)).round(0);
        match percent.to_string().parse::<u32>() {
            Ok(percent @ 1..=100) => Ok(percent),
            Ok(_) | Err(_) => Err(wrong()),
        }
    }

    pub(super) fn flow_policies(&self) -> Result<BTreeMap<Flow, FlowPolicy>, String> {
        let mut policies = BTreeMap::new();
        let Some(flows) = self.0.get("flows") else { return Ok(policies) };
        let flows = flows.as_table().ok_or("[flows] must hold sections like [flows.customers]")?;
        for (name, section) in flows {
            let flow = parse_flow(name)?;
            let name = format!("flows.{name}");
            let section = section.as_table().ok_or_else(|| format!("[{name}] must be a section"))?;
            let choice = |key: &str, usual: &str| match section.get(key) {
                None => usual.to_owned(),
                Some(value) => value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned),
            };
            let at = |message| format!("[{name}] {message}");
            let on_delete = choices::parse_on_delete(&choice("on_delete", "flag")).map_err(at)?;
            let on_drift = choices::parse_on_drift(&choice("on_drift", "restore")).map_err(at)?;
            let workflows = self.flag(section, &name, "workflows")?;
            let on_zoho_delete = match section.get("on_zoho_delete") {
                None => None,
                Some(_) => Some(choices::parse_on_zoho_delete(&choice("on_zoho_delete", "")).map_err(at)?),
            };
            policies.insert(flow, FlowPolicy { on_delete, on_drift, on_zoho_delete, workflows });
        }
        Ok(policies)
    }
}

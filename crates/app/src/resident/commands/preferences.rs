//! Settings, connections, and what belongs to the program.

use std::sync::Arc;
use std::time::Duration;

use sync::flow::Flow;
use sync::policy::{BulkMode, FlowPolicy, InvoicesFrom, OnCertain, OnZohoDelete};
use sync::store::binding;

use super::problems::not_opened;
use crate::alerts::QuietHours;
use crate::bundle::{Bundle, Wanted};
use crate::deep_links::Links;
use crate::resident::shared::Inner;
use crate::resident::{engine_room, exports, wizard};
use crate::secrets::{self, Keychain, SecretName};
use crate::settings::Settings;
use crate::window::schema::{Failure, Nothing};
use crate::window::settings::{
    BundleEntry, BusinessCentralView, Connection, Diagnosis, Finding, FlowSettings, Forgotten,
    NotificationSettings, OpenPlace, Saved, SettingsView, ZohoView,
};
use crate::window::wording::for_window;
use crate::{AppError, doctor, forget as forgetting};

/// A file of the support archive is shown up to so many characters.
const SHOWN: usize = 20_000;

/// Where an app is registered in Microsoft Entra.
const ENTRA: &str = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade";

/// How far back invoices go, as it is typed.
pub(in crate::resident) fn invoices_from(settings: &Settings) -> String {
    match settings.sync.invoices_from {
        None => String::new(),
        Some(InvoicesFrom::All) => "all".to_owned(),
        Some(InvoicesFrom::Date(date)) => date.to_string(),
    }
}

pub(super) fn view(inner: &Inner) -> Result<SettingsView, Failure> {
    let settings = inner.settings()?;
    let keychain = Keychain::of_profile(&inner.profile.folder().display().to_string());
    let from_environment = |name| secrets::from_environment(&*inner.outside.environment, name).is_some();
    let stored = |name| from_environment(name) || keychain.get(name).ok().flatten().is_some();
    let from = &settings.business_central;
    let seconds = |interval: Duration| u32::try_from(interval.as_secs()).unwrap_or(u32::MAX);
    let policy = |flow: Flow| settings.flows.get(&flow).copied().unwrap_or_default();
    let quiet = settings.notifications.quiet.as_ref();
    Ok(SettingsView {
        business_central: BusinessCentralView {
            tenant: from.tenant.clone(),
            environment: from.environment.clone(),
            company: from.company.clone(),
            client_id: from.client_id.clone(),
            secret_stored: stored(SecretName::BusinessCentralClientSecret),
            secret_from_environment: from_environment(SecretName::BusinessCentralClientSecret),
            secret_expires: from.client_secret_expires.map(|day| day.to_string()).unwrap_or_default(),
        },
        zoho: ZohoView {
            accounts_url: settings.zoho.accounts_url.clone(),
            client_id: settings.zoho.client_id.clone(),
            secret_stored: stored(SecretName::ZohoClientSecret) && stored(SecretName::ZohoRefreshToken),
            secret_from_environment: from_environment(SecretName::ZohoRefreshToken),
        },
        flows: Flow::ALL
            .into_iter()
            .map(|flow| FlowSettings {
                flow: flow.into(),
                enabled: settings.sync.flows.contains(&flow),
                on_delete: crate::settings::on_delete_name(policy(flow).on_delete).to_owned(),
                on_drift: crate::settings::on_drift_name(policy(flow).on_drift).to_owned(),
                on_zoho_delete: crate::settings::on_zoho_delete_name(
                    policy(flow).on_zoho_delete.unwrap_or(OnZohoDelete::usual(flow)),
                )
                .to_owned(),
                workflows: policy(flow).workflows,
            })
            .collect(),
        poll_interval: seconds(settings.sync.poll_interval),
        drift_interval: seconds(settings.sync.drift_interval),
        inventory_interval: seconds(settings.sync.inventory_interval),
        reconcile_interval: settings.sync.reconcile_interval.map(seconds),
        invoices_from: invoices_from(&settings),
        copy_foreign_currency: settings.sync.copy_foreign_currency,
        credit_budget: settings.sync.credit_budget_percent,
        bulk: settings.sync.bulk != BulkMode::Never,
        adopt_certain: settings.sync.match_certain == OnCertain::Adopt,
        default_owner: settings.zoho.default_owner.clone().unwrap_or_default(),
        notifications: NotificationSettings {
            enabled: settings.notifications.enabled,
            quiet_from: quiet.map(|quiet| clock_time(quiet.from)).unwrap_or_default(),
            quiet_until: quiet.map(|quiet| clock_time(quiet.until)).unwrap_or_default(),
            hours_without_sync: settings.notifications.hours_without_sync,
            tell_recovered: settings.notifications.tell_recovered,
        },
        proxy: settings.network.proxy.clone().unwrap_or_default(),
        extra_ca: settings.network.extra_ca.clone().unwrap_or_default(),
        folder: inner.profile.folder().display().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn clock_time(time: jiff::civil::Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// Checks every value as the settings file's own reading does, and keeps them.
pub(super) fn save(inner: &Arc<Inner>, changed: &SettingsView) -> Result<SettingsView, Failure> {
    let mut settings = inner.settings()?;
    let today = inner.zoned_now().date();
    let sync = &mut settings.sync;
    sync.flows = changed.flows.iter().filter(|flow| flow.enabled).map(|flow| flow.flow.into()).collect();
    sync.flows.sort();
    sync.poll_interval = seconds(changed.poll_interval);
    sync.drift_interval = seconds(changed.drift_interval);
    sync.inventory_interval = seconds(changed.inventory_interval);
    sync.reconcile_interval = changed.reconcile_interval.map(seconds);
    sync.invoices_from = wizard::invoices_from(&changed.invoices_from, today)?;
    sync.copy_foreign_currency = changed.copy_foreign_currency;
    sync.credit_budget_percent = changed.credit_budget;
    sync.bulk = if changed.bulk { BulkMode::Auto } else { BulkMode::Never };
    sync.match_certain = if changed.adopt_certain { OnCertain::Adopt } else { OnCertain::Ask };
    for flow in &changed.flows {
        let wrong = |field: &str, message| Failure::of_field(field, message, "Choose one of the list.");
        let on_delete =
            crate::settings::parse_on_delete(&flow.on_delete).map_err(|m| wrong("on_delete", m))?;
        let on_drift = crate::settings::parse_on_drift(&flow.on_drift).map_err(|m| wrong("on_drift", m))?;
        let name = Flow::from(flow.flow);
        let on_zoho_delete = crate::settings::parse_on_zoho_delete(&flow.on_zoho_delete)
            .map_err(|m| wrong("on_zoho_delete", m))?;
        let on_zoho_delete = Some(on_zoho_delete).filter(|chosen| *chosen != OnZohoDelete::usual(name));
        let policy = FlowPolicy { on_delete, on_drift, on_zoho_delete, workflows: flow.workflows };
        // What is at its default stays out of the file.
        if policy == FlowPolicy::default() {
            settings.flows.remove(&name);
        } else {
            settings.flows.insert(name, policy);
        }
    }
    let text = |value: &str| Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    settings.zoho.default_owner = text(&changed.default_owner);
    settings.network.proxy = text(&changed.proxy);
    settings.network.extra_ca = text(&changed.extra_ca);
    settings.business_central.client_secret_expires = match text(&changed.business_central.secret_expires) {
        None => None,
        Some(day) => Some(day.parse().map_err(|_| {
            Failure::of_field(
                "secret_expires",
                format!("\"{day}\" is no day"),
                "Enter it like 2027-05-01, or leave it blank.",
            )
        })?),
    };
    let notifications = &changed.notifications;
    settings.notifications.enabled = notifications.enabled;
    settings.notifications.hours_without_sync = notifications.hours_without_sync;
    settings.notifications.tell_recovered = notifications.tell_recovered;
    settings.notifications.quiet = quiet(notifications, settings.notifications.quiet.take())?;
    // One set of rules: what is written must be readable again.
    let checked = Settings::parse(&settings.to_toml(), "ledgerline.toml").map_err(|error| {
        let message = error.to_string();
        let failure = Failure::from(error);
        let field = FIELDS.iter().find(|(key, _)| message.contains(key)).map(|(_, field)| *field);
        match field {
            Some(field) => failure.at(field),
            None => failure,
        }
    })?;
    checked.save(&inner.profile.settings())?;
    engine_room::reopen(inner);
    view(inner)
}

/// Quiet hours as they were typed; their days stay as they are in the file.
fn quiet(typed: &NotificationSettings, before: Option<QuietHours>) -> Result<Option<QuietHours>, Failure> {
    let (from, until) = (typed.quiet_from.trim(), typed.quiet_until.trim());
    if from.is_empty() && until.is_empty() {
        return Ok(None);
    }
    let time = |field: &str, text: &str| {
        text.parse::<jiff::civil::Time>().map_err(|_| {
            Failure::of_field(
                field,
                format!("\"{text}\" is no time of day"),
                "Enter both times like 18:00, or leave both blank.",
            )
        })
    };
    Ok(Some(QuietHours {
        from: time("quiet_from", from)?,
        until: time("quiet_until", until)?,
        days: before.map(|before| before.days).unwrap_or_default(),
    }))
}

/// Names in the settings file, and the window's inputs for them.
const FIELDS: [(&str, &str); 8] = [
    ("poll_interval", "poll_interval"),
    ("drift_interval", "drift_interval"),
    ("inventory_interval", "inventory_interval"),
    ("reconcile_interval", "reconcile_interval"),
    ("credit_budget", "credit_budget"),
    ("hours_without_sync", "hours_without_sync"),
    ("extra_ca", "extra_ca"),
    ("need", "flows"),
];

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

pub(super) async fn diagnose(inner: &Inner) -> Result<Diagnosis, Failure> {
    let app = inner.app()?;
    let found = doctor::examine(&app).await;
    Ok(Diagnosis {
        findings: found
            .findings
            .iter()
            .map(|finding| Finding {
                verdict: finding.verdict.name().to_owned(),
                code: finding.code.clone(),
                subject: finding.subject.clone(),
                message: finding.message.clone(),
                cure: for_window(&finding.cure),
            })
            .collect(),
        incomplete: found.incomplete,
    })
}

pub(super) async fn forget(inner: &Arc<Inner>, connection: Connection) -> Result<Forgotten, Failure> {
    let environment = Arc::clone(&inner.outside.environment);
    let forgotten = match connection {
        Connection::BusinessCentral => {
            let words = forgetting::forget_business_central(&inner.profile, &*environment)?;
            Forgotten { words, revoked: None }
        }
        Connection::Zoho => {
            let wires = wizard::wires(inner)?;
            let zoho = inner.settings()?.zoho;
            let done = forgetting::forget_zoho(&inner.profile, &zoho, &wires, &*environment).await?;
            wizard::signed_out(inner)?;
            Forgotten { words: done.words(), revoked: done.revoked() }
        }
    };
    engine_room::reopen(inner);
    inner.tell_changed();
    Ok(forgotten)
}

pub(super) fn open_place(inner: &Inner, place: &OpenPlace) -> Result<Nothing, Failure> {
    let of_system = |home: fn(&Links) -> Option<String>| -> Result<String, Failure> {
        let store = inner.reader()?;
        let links = Links::of(&inner.settings()?, store.read(binding::get)?.as_ref());
        home(&links).ok_or_else(|| Failure {
            code: "no_page".to_owned(),
            message: "there is no page to open yet".to_owned(),
            cure: "It is known after the first sync.".to_owned(),
            field: None,
        })
    };
    let path = |path: &std::path::Path| path.display().to_string();
    let target = match place {
        OpenPlace::Data => path(inner.profile.folder()),
        OpenPlace::Logs => path(&inner.profile.logs()),
        OpenPlace::Downloads => path(&exports::folder(inner)),
        OpenPlace::Guide => crate::guide::write(&inner.profile)?,
        OpenPlace::BusinessCentral => of_system(Links::business_central_home)?,
        OpenPlace::Zoho => of_system(Links::zoho_home)?,
        OpenPlace::EntraPortal => ENTRA.to_owned(),
        OpenPlace::ZohoConsole => wizard::zoho_console(inner),
    };
    inner.outside.hands.open(&target).map_err(|reason| not_opened(&reason))?;
    Ok(Nothing)
}

/// Gathers the archive, for looking at; the same one is saved then.
pub(super) fn bundle(inner: &Inner) -> Vec<BundleEntry> {
    let environment = Arc::clone(&inner.outside.environment);
    let wanted = Wanted { with_records: false, diagnosis: None };
    let bundle = Arc::new(Bundle::prepare(&inner.profile, &*environment, &wanted, &inner.zoned_now()));
    inner.shared().bundle = Some(Arc::clone(&bundle));
    let entries = bundle.entries().iter().map(|entry| BundleEntry {
        name: entry.name.clone(),
        size: entry.text.len() as u64,
        text: entry.text.chars().take(SHOWN).collect(),
    });
    entries.collect()
}

pub(super) fn bundle_save(inner: &Inner) -> Result<Saved, Failure> {
    let shown = inner.shared().bundle.clone();
    let bundle = shown.ok_or_else(|| Failure {
        code: "bundle_not_shown".to_owned(),
        message: "the support archive was not looked at yet".to_owned(),
        cure: "Look at what is in it first.".to_owned(),
        field: None,
    })?;
    let folder = exports::folder(inner);
    std::fs::create_dir_all(&folder).map_err(|error| AppError::not_writable(&folder, &error))?;
    let path = folder.join(bundle.file_name());
    bundle.write(&path)?;
    Ok(Saved { path: path.display().to_string() })
}

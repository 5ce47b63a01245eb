//! `webhooks`: signals of changes through a relay.

use app::open::Mode;
use app::settings::checked_address;
use app::webhooks::{self, Shown, Switched};
use app::{AppError, Profile, Settings};
use transport::{Clock, Secret, SystemClock};

use super::status::database;
use crate::args::{Webhooks, WebhooksStep};
use crate::output::{Output, columns, say};
use crate::terminal;

/// Where the relay's enrolment key may come from.
const KEY: &str = "LEDGERLINE_RELAY_ENROLMENT_KEY";

pub async fn run(profile: Profile, args: &Webhooks, output: Output) -> Result<u8, AppError> {
    match &args.step {
        None => show(&profile, output),
        Some(WebhooksStep::On { url }) => on(profile, url.as_deref(), output).await,
        Some(WebhooksStep::Off) => {
            let app = super::open(profile, Mode::Write)?;
            let switched = webhooks::switch_off(&app, &*app.relay_way).await?;
            Ok(told(&switched, "Changes are polled for alone.", output))
        }
        Some(WebhooksStep::Repair) => {
            let app = super::open(profile, Mode::Write)?;
            let switched = webhooks::repair(&app).await?;
            Ok(told(&switched, "Subscriptions are as they should be.", output))
        }
    }
}

async fn on(profile: Profile, url: Option<&str>, output: Output) -> Result<u8, AppError> {
    let mut settings = Settings::load(&profile.settings())?;
    let address = match url {
        Some(url) => checked_address(url).map_err(|problem| {
            AppError::usage(format!("--url {problem}"), "A relay's address looks like https://relay.example.com.")
        })?,
        None => settings.relay.url.clone().ok_or_else(|| {
            AppError::usage(
                "No relay is named.",
                "Name it with --url, or as `url` under [relay] in ledgerline.toml. docs/relay.md says how to run one.",
            )
        })?,
    };
    let key = match super::environment(KEY).filter(|key| !key.trim().is_empty()) {
        Some(key) => Secret::new(key.trim()),
        None => typed_key()?,
    };
    let app = super::open(profile.clone(), Mode::Write)?;
    let switched = webhooks::switch_on(&app, &*app.relay_way, &address, &key).await?;
    if settings.relay.url.as_deref() != Some(address.as_str()) {
        settings.relay.url = Some(address);
        settings.save(&profile.settings())?;
    }
    let well = "Signals will arrive while `ledgerline sync` or the desktop application runs.";
    Ok(told(&switched, well, output))
}

fn typed_key() -> Result<Secret, AppError> {
    let missing = || {
        let cure = format!("Set {KEY}, or run this in a terminal. Whoever runs the relay has the key.");
        AppError::usage("The relay's enrolment key is missing.", cure)
    };
    if !terminal::is_interactive() {
        return Err(missing());
    }
    terminal::secret("The relay's enrolment key").map_err(|_| missing())
}

fn told(switched: &Switched, well: &str, output: Output) -> u8 {
    let code = if switched.troubles.is_empty() { 0 } else { 2 };
    if output.json {
        output.object(switched);
        return code;
    }
    say!(
        "Subscriptions: {} made, {} renewed, {} kept, {} removed.",
        switched.made,
        switched.renewed,
        switched.adopted,
        switched.removed
    );
    for (side, trouble) in &switched.troubles {
        say!("{}: {}", name(side), trouble.message);
        say!("  → {}", trouble.cure);
    }
    if code == 0 {
        say!("{well}");
    }
    code
}

fn show(profile: &Profile, output: Output) -> Result<u8, AppError> {
    let settings = Settings::load(&profile.settings())?;
    let store = database(profile)?;
    let shown = webhooks::shown(&store, settings.relay.url.as_deref(), SystemClock::default().now())?;
    if output.json {
        output.object(&shown);
    } else {
        print(&shown);
    }
    let well = if shown.relay.is_none() { !shown.left_behind } else { shown.is_well() };
    Ok(if well { 0 } else { 2 })
}

/// What stands in `status` too.
pub fn in_one_line(shown: &Shown) -> String {
    let Some(relay) = &shown.relay else {
        let left = "polling only; subscriptions are left behind, and `ledgerline webhooks off` removes them";
        return if shown.left_behind { left } else { "polling only" }.to_owned();
    };
    match (&shown.link.why, shown.listening, shown.link.up_since) {
        (_, false, _) => {
            format!("{relay}: nobody listens; `ledgerline sync` or the desktop application does")
        }
        (Some(why), true, None) => format!("{relay}: no connection: {}", why.message),
        (_, true, _) if shown.is_well() => format!("{relay}: signals arrive"),
        (_, true, _) => format!("{relay}: connected, and not everything is subscribed to"),
    }
}

fn print(shown: &Shown) {
    say!("Signals: {}", in_one_line(shown));
    if let Some(why) = &shown.link.why {
        say!("  → {}", why.cure);
    }
    for (side, trouble) in &shown.troubles {
        say!("{}: {}", name(side), trouble.message);
        say!("  → {}", trouble.cure);
    }
    if !shown.subscriptions.is_empty() {
        let rows = shown.subscriptions.iter().map(|subscription| {
            let until = match (&subscription.refused, subscription.expires_at) {
                (Some(refusal), _) => format!("refused: {}", refusal.message),
                (None, Some(end)) => format!("until {end}"),
                (None, None) => "has ended; the next `ledgerline sync` makes it again".to_owned(),
            };
            [format!("{}: {}", name(subscription.side), subscription.about), until]
        });
        say!("{}", columns(&rows.collect::<Vec<_>>()));
    }
    let counts = shown.counts;
    if counts != webhooks::Counts::default() {
        say!(
            "Signals taken: {}; forged: {}; unreadable: {}; about something else: {}.",
            counts.taken,
            counts.forged,
            counts.malformed,
            counts.not_ours
        );
    }
}

fn name(side: &str) -> &str {
    match side {
        "business_central" => "Business Central",
        "zoho" => "Zoho CRM",
        "relay" => "The relay",
        other => other,
    }
}

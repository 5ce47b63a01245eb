//! Whether the desktop is light or dark, as it says itself.

use zbus::blocking::Connection;
use zbus::zvariant::OwnedValue;

use super::Panel;

/// The portal's word for "prefers dark"; 2 is "prefers light", 0 "no preference".
const DARK: u32 = 1;

fn panel(scheme: u32) -> Panel {
    // Without a preference the icons for light panels are taken: their middle tones are seen on both.
    if scheme == DARK { Panel::Dark } else { Panel::Light }
}

/// What the desktop says now. A desktop without a portal is taken for light.
pub(super) fn current() -> Panel {
    asked().map_or(Panel::Light, panel)
}

fn asked() -> Option<u32> {
    let bus = Connection::session().ok()?;
    let answer = bus
        .call_method(
            Some("org.freedesktop.portal.Desktop"),
            "/org/freedesktop/portal/desktop",
            Some("org.freedesktop.portal.Settings"),
            "Read",
            &("org.freedesktop.appearance", "color-scheme"),
        )
        .ok()?;
    let value: OwnedValue = answer.body().deserialize().ok()?;
    number(&value)
}

/// The value comes in one or two wrappings, by the portal's age.
fn number(value: &zbus::zvariant::Value<'_>) -> Option<u32> {
    match value {
        zbus::zvariant::Value::U32(number) => Some(*number),
        zbus::zvariant::Value::Value(inner) => number(inner),
        _ => None,
    }
}

/// Tells of every change, on a thread of its own.
pub(super) fn watch(tell: impl Fn(Panel) + Send + 'static) {
    let watched = std::thread::Builder::new().name("colour-scheme".to_owned()).spawn(move || {
        let Ok(bus) = Connection::session() else { return };
        let proxy = zbus::blocking::Proxy::new(
            &bus,
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Settings",
        );
        let Ok(signals) = proxy.and_then(|proxy| proxy.receive_signal("SettingChanged")) else { return };
        for signal in signals {
            let Ok((space, key, value)) = signal.body().deserialize::<(String, String, OwnedValue)>() else {
                continue;
            };
            if space == "org.freedesktop.appearance"
                && key == "color-scheme"
                && let Some(scheme) = number(&value)
            {
                tell(panel(scheme));
            }
        }
    });
    if let Err(error) = watched {
        tracing::warn!(%error, "the tray's icon will not follow the desktop's colours");
    }
}

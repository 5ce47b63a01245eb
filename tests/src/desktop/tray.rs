//! The tray's other side: the host that panels have, to which items register, and whose menus people click.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zbus::blocking::Connection;
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

use super::until;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// Who has registered, and where its item is.
type Items = Arc<Mutex<Vec<(String, String)>>>;

struct Watcher {
    items: Items,
}

/// What items rely on (freedesktop's StatusNotifierItem, "Watcher").
#[allow(clippy::needless_pass_by_value, reason = "the macro hands it in so")]
#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Some say a path on their connection, others a name at which the item has its usual path.
        let item = if service.starts_with('/') {
            (sender, service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        self.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter().map(|(name, path)| format!("{name}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// An entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    id: i32,
    /// What stands there; blank for a line.
    pub label: String,
    /// Whether a click does something.
    pub enabled: bool,
    /// The entries behind it.
    pub entries: Vec<MenuEntry>,
}

/// How the item looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// `Active` or `NeedsAttention`.
    pub status: String,
    /// What it says to somebody who points at it.
    pub words: String,
    /// The pixels of its smallest icon.
    pub icon: Vec<u8>,
}

/// The host of the one item that is expected.
pub struct Tray {
    bus: Connection,
    items: Items,
}

impl Tray {
    /// Becomes the session's host, on a connection of its own.
    pub(super) fn host(bus: &Connection) -> Self {
        let items = Items::default();
        let watcher = Watcher { items: Arc::clone(&items) };
        bus.object_server().at("/StatusNotifierWatcher", watcher).unwrap();
        bus.request_name(WATCHER).unwrap();
        Self { bus: bus.clone(), items }
    }

    /// Whether an item is there.
    #[must_use]
    pub fn has_item(&self) -> bool {
        self.item().is_some()
    }

    /// Waits until one is there.
    pub fn wait_for_item(&self) {
        until("an icon in the tray", || self.item().map(drop).ok_or_else(|| "there is none".to_owned()));
    }

    /// How it looks.
    ///
    /// # Errors
    /// When there is no item, or it does not answer; in words.
    pub fn look(&self) -> Result<Look, String> {
        let (status, tip): (String, OwnedValue) =
            (text(self.property("Status")?)?, self.property("ToolTip")?);
        let tip = Structure::try_from(tip).map_err(|error| error.to_string())?;
        let words = tip.fields().get(3).cloned().ok_or("a tool tip has four parts")?;
        let icons: Vec<(i32, i32, Vec<u8>)> = self
            .property("IconPixmap")?
            .try_into()
            .map_err(|error: zbus::zvariant::Error| error.to_string())?;
        let smallest = icons.into_iter().min_by_key(|(width, _, _)| *width).ok_or("it has no icon")?;
        let words = String::try_from(words).map_err(|error| error.to_string())?;
        Ok(Look { status, words, icon: smallest.2 })
    }

    /// Waits until its words begin so, and says how it looks then.
    #[must_use]
    pub fn wait_for(&self, words: &str) -> Look {
        until(&format!("\"{words}…\" in the tray"), || {
            let look = self.look()?;
            if look.words.starts_with(words) { Ok(look) } else { Err(look.words) }
        })
    }

    /// Its menu.
    ///
    /// # Errors
    /// When there is no item, or it does not answer; in words.
    pub fn menu(&self) -> Result<Vec<MenuEntry>, String> {
        let (name, path) = self.menu_place()?;
        let whole = (0_i32, -1_i32, Vec::<&str>::new());
        let answer = self.bus.call_method(Some(name.as_str()), &path, Some(MENU), "GetLayout", &whole);
        let answer = answer.map_err(|error| error.to_string())?;
        type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let (_, (_, _, children)): (u32, Layout) =
            answer.body().deserialize().map_err(|error| error.to_string())?;
        children.into_iter().map(|child| entry(child.into())).collect()
    }

    /// Clicks the entry with this text; of a menu within the menu with both texts.
    ///
    /// # Panics
    /// When it does not come, or cannot be clicked.
    pub fn click(&self, labels: &[&str]) {
        let found = until(&format!("{labels:?} in the tray's menu"), || {
            let menu = self.menu()?;
            let found = find(&menu, labels).filter(|found| found.enabled).cloned();
            found.ok_or_else(|| format!("{menu:#?}"))
        });
        let (name, path) = self.menu_place().unwrap();
        let event = (found.id, "clicked", Value::from(0_i32), 0_u32);
        self.bus.call_method(Some(name.as_str()), &path, Some(MENU), "Event", &event).unwrap();
    }

    /// Clicks the icon itself.
    pub fn click_icon(&self) {
        let (name, path) = self.item().expect("there is an icon");
        self.bus
            .call_method(Some(name.as_str()), path.as_str(), Some(ITEM), "Activate", &(0_i32, 0_i32))
            .unwrap();
    }

    /// The newest item whose program still lives.
    fn item(&self) -> Option<(String, String)> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner).clone();
        items.into_iter().rev().find(|(name, _)| {
            let place = (Some("org.freedesktop.DBus"), "/org/freedesktop/DBus", Some("org.freedesktop.DBus"));
            let answer = self.bus.call_method(place.0, place.1, place.2, "NameHasOwner", name);
            answer.is_ok_and(|answer| answer.body().deserialize().is_ok_and(|lives: bool| lives))
        })
    }

    fn property(&self, property: &str) -> Result<OwnedValue, String> {
        let (name, path) = self.item().ok_or("there is no icon in the tray")?;
        let interface = Some("org.freedesktop.DBus.Properties");
        let answer =
            self.bus.call_method(Some(name.as_str()), path.as_str(), interface, "Get", &(ITEM, property));
        answer.and_then(|answer| answer.body().deserialize()).map_err(|error| format!("{property}: {error}"))
    }

    fn menu_place(&self) -> Result<(String, OwnedObjectPath), String> {
        let path =
            self.property("Menu")?.try_into().map_err(|error: zbus::zvariant::Error| error.to_string())?;
        Ok((self.item().ok_or("there is no icon in the tray")?.0, path))
    }
}

fn text(value: OwnedValue) -> Result<String, String> {
    String::try_from(value).map_err(|error| error.to_string())
}

/// An entry as it comes over the bus: number, properties, entries behind it (com.canonical.dbusmenu, "GetLayout").
fn entry(value: Value<'_>) -> Result<MenuEntry, String> {
    // Each entry comes wrapped once more.
    let value = match value {
        Value::Value(inner) => *inner,
        other => other,
    };
    let (id, properties, children): (i32, HashMap<String, Value<'_>>, Vec<Value<'_>>) = match value {
        Value::Structure(parts) => {
            parts.try_into().map_err(|error: zbus::zvariant::Error| error.to_string())?
        }
        other => return Err(format!("{other:?} is no entry of a menu")),
    };
    let label = match properties.get("label") {
        // An underscore marks a letter for the keyboard, and a double one is one.
        Some(Value::Str(label)) => label.replace("__", "\u{0}").replace('_', "").replace('\u{0}', "_"),
        _ => String::new(),
    };
    let enabled = !matches!(properties.get("enabled"), Some(Value::Bool(false)));
    let entries = children.into_iter().map(entry).collect::<Result<_, _>>()?;
    Ok(MenuEntry { id, label, enabled, entries })
}

/// The entry that the labels lead to.
fn find<'a>(menu: &'a [MenuEntry], labels: &[&str]) -> Option<&'a MenuEntry> {
    let (first, rest) = labels.split_first()?;
    let found = menu.iter().find(|entry| entry.label == *first)?;
    if rest.is_empty() { Some(found) } else { find(&found.entries, rest) }
}

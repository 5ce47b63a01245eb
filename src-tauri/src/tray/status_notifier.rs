//! The tray on Linux: a StatusNotifierItem over D-Bus, without GTK.

use std::sync::Arc;

use app::window::state::{AppState, LightName};
use ksni::blocking::{Handle, TrayMethods as _};
use ksni::menu::{MenuItem, StandardItem, SubMenu};

use super::{Choice, Entry, Panel, entries, pixels, scheme};

/// What a click is told to.
type Click = Arc<dyn Fn(Choice) + Send + Sync>;

/// The tray, as long as it lives.
pub struct Tray {
    handle: Handle<Item>,
}

impl Tray {
    /// Shows the tray. Where the desktop has none now, it appears as soon as there is one.
    ///
    /// # Errors
    /// When there is no session bus at all, in words.
    pub fn show(state: AppState, click: impl Fn(Choice) + Send + Sync + 'static) -> Result<Self, String> {
        let item = Item { state, recent: Vec::new(), panel: scheme::current(), click: Arc::new(click) };
        let handle = item.assume_sni_available(true).spawn().map_err(|error| error.to_string())?;
        let followed = handle.clone();
        scheme::watch(move |panel| {
            followed.update(|item| item.panel = panel);
        });
        Ok(Self { handle })
    }

    /// Shows another state.
    pub fn update(&self, state: AppState, recent: Vec<(String, String)>) {
        self.handle.update(|item| {
            item.state = state;
            item.recent = recent;
        });
    }
}

struct Item {
    state: AppState,
    recent: Vec<(String, String)>,
    panel: Panel,
    click: Click,
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "ledgerline".to_owned()
    }

    fn title(&self) -> String {
        "Ledgerline".to_owned()
    }

    fn status(&self) -> ksni::Status {
        match self.state.light {
            LightName::Attention | LightName::Error => ksni::Status::NeedsAttention,
            LightName::UpToDate | LightName::Syncing | LightName::Paused | LightName::Offline => {
                ksni::Status::Active
            }
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        let icons = pixels(self.state.light, self.panel).into_iter().map(|mut icon| {
            // D-Bus wants ARGB in network order.
            for pixel in icon.rgba.chunks_exact_mut(4) {
                pixel.rotate_right(1);
            }
            ksni::Icon {
                width: i32::try_from(icon.width).unwrap_or_default(),
                height: i32::try_from(icon.height).unwrap_or_default(),
                data: icon.rgba,
            }
        });
        icons.collect()
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.icon_pixmap()
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        ksni::ToolTip {
            title: "Ledgerline".to_owned(),
            description: self.state.sentence.clone(),
            ..Default::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        (self.click)(Choice::Open(None));
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        entries(&self.state, &self.recent).into_iter().map(shown).collect()
    }
}

fn shown(entry: Entry) -> MenuItem<Item> {
    match entry {
        Entry::Line => MenuItem::Separator,
        Entry::Item { label, choice } => StandardItem {
            // An underscore would mark a letter for the keyboard.
            label: label.replace('_', "__"),
            enabled: choice.is_some(),
            activate: Box::new(move |item: &mut Item| {
                if let Some(choice) = &choice {
                    (item.click)(choice.clone());
                }
            }),
            ..Default::default()
        }
        .into(),
        Entry::Menu { label, entries } => {
            SubMenu { label, submenu: entries.into_iter().map(shown).collect(), ..Default::default() }.into()
        }
    }
}

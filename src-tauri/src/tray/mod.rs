//! The tray: an icon for each state, and a menu that has everything.

mod icons;
mod menu;
#[cfg(target_os = "linux")]
mod scheme;
#[cfg(target_os = "linux")]
mod status_notifier;

pub use icons::{Panel, Pixels, pixels};
pub use menu::{Choice, Entry, entries};

#[cfg(target_os = "linux")]
pub use status_notifier::Tray;

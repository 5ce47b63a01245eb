//! The desktop shell without its window: the resident process with tray and notifications, and how the window's process talks to it.
//!
//! It holds no business rule: state, alerts, commands and schedule are in `app`. The window is a process of its own
//! (`src/window/main.rs`), so that GTK and WebKit are in memory only while somebody looks (docs/adr/0013-window-process.md).

pub mod arguments;
pub mod hands;
pub mod resident;
pub mod serve;
pub mod tray;
pub mod wire;

//! A desktop for one test, where no person and no screen is needed: display, session bus, keychain, notifications, tray and browser.
//!
//! A [`Session`] has all of it in a folder of its own, and starts the built programs in it as a user would. A [`Window`] is the window that
//! is open there, seen through WebDriver. The rest is what a person sees and touches beside the window: [`Tray`], [`Notifications`],
//! [`Browser`], [`Display`]; and what nobody should see: [`SecretStore`].

#![allow(clippy::zombie_processes, reason = "a session's keeper ends and reaps whatever was started in it")]

mod browser;
mod display;
mod keeper;
mod keychain;
mod notifications;
mod page;
mod processes;
mod profile;
mod session;
mod tray;
mod waiting;
mod window;

pub use browser::{Browser, Consent};
pub use display::Display;
pub use keychain::SecretStore;
pub use notifications::{Notifications, Shown};
pub use processes::Process;
pub use profile::{connected, connected_and_synced};
pub use session::{Lacks, Session};
pub use tray::{Look, MenuEntry, Tray};
pub use waiting::{LIMIT, until, until_so};
pub use window::Window;

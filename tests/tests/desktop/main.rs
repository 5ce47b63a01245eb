//! The desktop application's real processes on a real desktop: a display, a session bus, a keychain, notifications and a tray.

mod demo;
mod keychain;
mod problems;
mod session;
mod tray;
mod window;
mod wizard;

//! The application without a face: settings, credentials, profile, wiring, set-up, checks and the polling loop.
//!
//! Everything that a window or a command line needs stands here as functions that return typed, serialisable results; asking and
//! showing is left to them. This is the place where the outside world comes in: the clock, the environment, the home folder and the
//! operating system's keychain. The engine in `sync` gets them as values.

pub mod activity;
pub mod alerts;
pub mod bundle;
pub mod comparing;
pub mod comparison_page;
pub mod comparison_sheet;
pub mod connect;
pub mod credit_pause;
pub mod deep_links;
pub mod doctor;
pub mod error;
pub mod forget;
pub mod guide;
mod html;
pub mod installation;
pub mod logs;
pub mod movement;
pub mod open;
pub mod polling;
pub mod preview;
pub mod problems;
pub mod profile;
pub mod resident;
pub mod review;
pub mod secrets;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod status;
pub mod webhooks;
pub mod window;

pub use error::AppError;
pub use open::App;
pub use profile::Profile;
pub use settings::Settings;
